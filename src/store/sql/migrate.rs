//! Migrations: numbered scripts, forward only, each database brought to the latest in one transaction.

use super::{AnyExecutor, Param};
use crate::store::StoreError;

/// A dialect's schema: how to ask for its version, and the scripts that lead to the latest one.
///
/// Script `n` (from 1) leads from version `n - 1` to `n`. Scripts that were released never change.
pub(crate) struct Migrations {
    /// Begins the transaction; it must shut out another migration until the end.
    pub begin: &'static str,
    /// Gives one row whose number is 0 where the table of versions is not there.
    pub exists: &'static str,
    /// Gives one row with the version; asked only where the table is there.
    pub version: &'static str,
    /// Records the version, its one parameter.
    pub record: &'static str,
    /// The scripts.
    pub steps: &'static [&'static str],
}

impl Migrations {
    /// The latest version that is known here.
    pub fn known(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    /// The schema's version; 0 where there is none.
    pub async fn found<X: AnyExecutor>(&self, conn: &X) -> Result<u32, StoreError> {
        let exists = number(conn, self.exists).await?;
        if exists == Some(0) {
            return Ok(0);
        }
        let version = number(conn, self.version).await?.unwrap_or(0);
        u32::try_from(version).map_err(|error| StoreError::damaged("the schema's version", error))
    }

    /// Refuses a schema that is not just of the latest version.
    pub async fn check<X: AnyExecutor>(&self, conn: &X) -> Result<(), StoreError> {
        let (found, known) = (self.found(conn).await?, self.known());
        match found {
            _ if found > known => Err(StoreError::Newer { found, known }),
            _ if found < known => Err(StoreError::Unmigrated { found, wanted: known }),
            _ => Ok(()),
        }
    }

    /// Brings the schema to the latest version and gives the version it had before; a later one is refused.
    ///
    /// On a borrowed transaction (`owns` is false) the scripts are part of that transaction.
    pub async fn migrate<X: AnyExecutor>(&self, conn: &X, owns: bool) -> Result<u32, StoreError> {
        let found = self.found(conn).await?;
        if found == self.known() {
            return Ok(found);
        }
        if !owns {
            return self.run(conn).await;
        }
        conn.script(self.begin).await?;
        let done = match self.run(conn).await {
            Ok(found) => conn.script("COMMIT").await.map(|()| found),
            Err(error) => Err(error),
        };
        if done.is_err() {
            // The first error says what was wrong; a connection that is broken rolls back anyway.
            let _ = conn.script("ROLLBACK").await;
        }
        done
    }

    async fn run<X: AnyExecutor>(&self, conn: &X) -> Result<u32, StoreError> {
        // Asked again: another host may have migrated before the transaction began.
        let (found, known) = (self.found(conn).await?, self.known());
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        for step in self.steps.iter().skip(found as usize) {
            conn.script(step).await?;
        }
        if found < known {
            conn.execute(self.record, &[Param::Int(i64::from(known))]).await?;
        }
        Ok(found)
    }
}

async fn number<X: AnyExecutor>(conn: &X, sql: &str) -> Result<Option<i64>, StoreError> {
    let rows = conn.query(sql, &[]).await?;
    rows.first().map_or(Ok(None), |row| row.maybe_int(0))
}
