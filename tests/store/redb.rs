//! The store of the example `store_redb` passes the suite, owned and in a transaction of the host's.

#[path = "../../examples/store_redb/main.rs"]
#[allow(dead_code, reason = "the example's own `main` is not run here")]
mod example;

use example::store::RedbStore;
use redb::{Database, WriteTransaction};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use voronka::store::StoreError;
use voronka::store::conformance::{Builder, Fresh};

/// A file of its own for each case, gone with its folder.
struct Files;

struct File {
    store: RedbStore<Arc<Database>>,
    _folder: TempDir,
}

impl Builder for Files {
    type Fresh = File;

    fn build(&self) -> Result<File, StoreError> {
        let folder = tempfile::tempdir().map_err(|error| StoreError::Failed { why: error.to_string() })?;
        let store = RedbStore::open(folder.path().join("sales.redb"))?;
        Ok(File { store, _folder: folder })
    }
}

impl Fresh for File {
    type Store = RedbStore<Arc<Database>>;

    /// One process opens a file once; its threads share it.
    fn connect(&self) -> Result<Self::Store, StoreError> {
        Ok(RedbStore(Arc::clone(&self.store.0)))
    }
}

/// The same on a transaction that is never committed.
struct Borrowed;

struct Open(File);

impl Builder for Borrowed {
    type Fresh = Open;

    fn build(&self) -> Result<Open, StoreError> {
        Files.build().map(Open)
    }
}

impl Fresh for Open {
    type Store = RedbStore<Box<WriteTransaction>>;

    fn connect(&self) -> Result<Self::Store, StoreError> {
        let tx = self.0.store.0.begin_write();
        tx.map(|tx| RedbStore(Box::new(tx))).map_err(|error| StoreError::Failed { why: error.to_string() })
    }
}

/// Rewrite with `UPDATE_GOLDEN=1`, then read what `git diff` shows.
#[test]
fn the_example_tells_the_same_story() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = String::new();
    example::run(&folder.path().join("sales.redb"), &mut told).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/store_redb.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(&golden).unwrap());
}

mod owned {
    use super::*;
    voronka::conformance_tests!(sync, Files);
}

mod borrowed {
    use super::*;
    voronka::conformance_tests!(sync alone, Borrowed);
    voronka::conformance_tests!(sync query alone, Borrowed);
}
