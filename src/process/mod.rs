//! Business processes: what cases that start each other tell each other, and templates to use and copy (P2, P3, P6, P7).

mod family;
mod templates;

pub use family::{Word, words};
pub use templates::{Template, template, templates};
