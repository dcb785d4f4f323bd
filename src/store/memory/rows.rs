//! Small things that the lists share.

use std::collections::BTreeSet;
use std::ops::Bound;

/// Ids after one; all of them after the empty one.
pub(super) fn after<'a>(
    ids: &'a BTreeSet<String>,
    after: &str,
) -> impl Iterator<Item = &'a String> + use<'a> {
    let from = if after.is_empty() { Bound::Unbounded } else { Bound::Excluded(after.to_owned()) };
    ids.range((from, Bound::Unbounded))
}
