//! Small things that the lists share.

use std::collections::BTreeSet;
use std::ops::Bound;

/// Ids after one; all of them after the empty one.
pub(super) fn after_id<'a>(
    ids: &'a BTreeSet<String>,
    after: &str,
) -> impl Iterator<Item = &'a String> + use<'a> {
    let from = if after.is_empty() { Bound::Unbounded } else { Bound::Excluded(after.to_owned()) };
    ids.range((from, Bound::Unbounded))
}

/// One row more than a page has, which says whether there is more.
pub(super) const fn more(limit: u32) -> usize {
    (limit as usize).saturating_add(1)
}
