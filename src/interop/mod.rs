//! What others read and write: drawings for Mermaid and Graphviz; event logs in XES and CSV.

mod changes;
#[cfg(feature = "csv")]
pub mod csv;
mod dot;
mod drawing;
pub mod log;
mod mermaid;
#[cfg(feature = "xes")]
pub mod xes;

pub use changes::{to_mermaid_diff, to_mermaid_diff_with};
pub use dot::{to_dot, to_dot_with};
pub use mermaid::{to_mermaid, to_mermaid_with};
