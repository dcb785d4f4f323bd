//! Whose contact key it is: the host's directory, or the cases' own parties (I2).

use crate::case::Case;
use crate::intake::{ContactKey, MOST_CONTACTS, Owner};
use crate::store::{
    AnyQuery, AsyncQuery, Awaiting, Blocking, BoxFuture, CaseText, Find, KeyKind, Query, Sight, StoreError,
    at_once,
};
use std::collections::BTreeSet;

/// Why a directory could not tell; the inquiry is taken in later.
pub type DirectoryError = Box<dyn std::error::Error + Send + Sync>;

/// How many cases of one contact key are looked at.
pub(super) const MOST_CASES: u32 = 50;

/// Whose contact key it is, of sync hosts: mostly the host's table of clients and contact persons.
pub trait Directory {
    /// The owners of those keys that are somebody's; a key may have several owners, or none.
    ///
    /// Keys come in the form that [`crate::intake::normal`] gives them, the first 20 of an inquiry.
    ///
    /// # Errors
    /// When it cannot be told now; the inquiry is taken in later.
    fn owners(&self, keys: &[ContactKey]) -> Result<Vec<Owner>, DirectoryError>;
}

/// Whose contact key it is, of async hosts: as [`Directory`].
pub trait AsyncDirectory: Send + Sync {
    /// The owners of those keys that are somebody's; see [`Directory::owners`].
    fn owners<'a>(&'a self, keys: &'a [ContactKey]) -> BoxFuture<'a, Result<Vec<Owner>, DirectoryError>>;
}

/// A directory over the cases' own parties: a key is the party's in whose contacts it stands.
///
/// A runtime without a directory of its own asks this one. Only the first 20 keys are looked up.
#[derive(Debug, Clone, Copy)]
pub struct CaseDirectory<S>(pub S);

impl<S: Query> Directory for CaseDirectory<S> {
    fn owners(&self, keys: &[ContactKey]) -> Result<Vec<Owner>, DirectoryError> {
        let store = Blocking(&self.0);
        at_once(owners_by_cases(&store, keys)).map_err(Into::into)
    }
}

impl<S: AsyncQuery> AsyncDirectory for CaseDirectory<S> {
    fn owners<'a>(&'a self, keys: &'a [ContactKey]) -> BoxFuture<'a, Result<Vec<Owner>, DirectoryError>> {
        Box::pin(async move {
            let store = Awaiting(&self.0);
            owners_by_cases(&store, keys).await.map_err(Into::into)
        })
    }
}

/// The owners of the first keys, by the parties of the cases that are found by them.
pub(super) async fn owners_by_cases<S: AnyQuery>(
    store: &S,
    keys: &[ContactKey],
) -> Result<Vec<Owner>, StoreError> {
    let mut owners = BTreeSet::new();
    for contact in keys.iter().take(MOST_CONTACTS) {
        let find = Find::Key { kind: KeyKind::Contact, key: contact.key.clone() };
        for row in store.find(&find, &Sight::All, MOST_CASES).await? {
            let case = CaseText { id: row.id, revision: row.revision, text: row.text }.read()?;
            owners.extend(references(&case, &contact.key).map(|it| (contact.key.clone(), it.clone())));
        }
    }
    Ok(owners.into_iter().map(|(key, reference)| Owner { key, reference }).collect())
}

fn references<'c>(case: &'c Case, key: &'c str) -> impl Iterator<Item = &'c String> {
    let holds = move |it: &&crate::case::Party| it.contacts.iter().any(|known| known == key);
    case.parties.values().filter(holds).filter_map(|it| it.reference.as_ref())
}
