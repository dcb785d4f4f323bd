//! What is missing, told in a sentence.

use crate::case::Missing;

/// One thing that is missing, in a sentence.
#[must_use]
pub fn missing(missing: &Missing, _language: &str) -> String {
    missing.code.clone()
}
