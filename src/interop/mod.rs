//! Scenarios in the formats of others: drawings for Mermaid and Graphviz; event logs in XES.

mod changes;
mod dot;
mod drawing;
mod mermaid;
#[cfg(feature = "xes")]
pub mod xes;

pub use changes::{to_mermaid_diff, to_mermaid_diff_with};
pub use dot::{to_dot, to_dot_with};
pub use mermaid::{to_mermaid, to_mermaid_with};
