//! What only the tables know and an export must not lose: effects under way, the inbox, counters.

use super::{AnyExecutor, AsyncDatabase, Database, Param, PostgresStore, Row, SqliteStore};
use crate::Moment;
use crate::store::carry::{Beside, BesideKind, Carry, Outstanding, Posting};
use crate::store::{Awaiting, Blocking, StoreError, at_once};

/// The statements of a dialect; the columns are in the order in which they are read and written here.
pub(crate) struct Statements {
    pub effects: &'static str,
    pub inbox: &'static str,
    pub counters: &'static str,
    pub put_effect: &'static str,
    pub put_posting: &'static str,
    pub put_counter: &'static str,
    pub put_draft: &'static str,
    /// Gives a row while an import is under way.
    pub marked: &'static str,
    pub mark: &'static str,
    pub unmark: &'static str,
}

async fn page<X: AnyExecutor>(
    conn: &X,
    sql: &Statements,
    kind: BesideKind,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Beside)>, StoreError> {
    let asked = match kind {
        BesideKind::Effects => sql.effects,
        BesideKind::Inbox => sql.inbox,
        BesideKind::Counters => sql.counters,
    };
    let rows = conn.query(asked, &[Param::Int(after), Param::Int(i64::from(limit))]).await?;
    let read = |mut row: Row| {
        let number = |row: &Row, column| {
            u32::try_from(row.int(column)?).map_err(|error| StoreError::damaged("a number in a row", error))
        };
        let beside = match kind {
            BesideKind::Effects => Beside::Effect(Outstanding {
                id: row.text(1)?,
                case: row.text(2)?,
                entry: u64::try_from(row.int(3)?)
                    .map_err(|error| StoreError::damaged("a number in a row", error))?,
                nth: number(&row, 4)?,
                lane: row.text(5)?,
                kind: row.text(6)?,
                state: row.text(7)?,
                attempts: number(&row, 8)?,
                error: row.maybe_text(9)?,
                text: row.text(10)?,
            }),
            BesideKind::Inbox => Beside::Inbox(Posting {
                id: row.text(1)?,
                object: row.text(2)?,
                text: row.maybe_text(3)?,
                digest: row.maybe_text(4)?,
                at: Moment::from_millis(row.int(5)?)
                    .map_err(|error| StoreError::damaged("a moment in a row", error))?,
                state: row.text(6)?,
                attempts: number(&row, 7)?,
                error: row.maybe_text(8)?,
            }),
            BesideKind::Counters => Beside::Counter { name: row.text(1)?, value: row.int(2)? },
        };
        Ok((row.int(0)?, beside))
    };
    rows.into_iter().map(read).collect()
}

async fn restore<X: AnyExecutor>(conn: &X, sql: &Statements, rows: &[Beside]) -> Result<(), StoreError> {
    for row in rows {
        match row {
            Beside::Effect(it) => {
                let params = [
                    Param::Text(&it.id),
                    Param::Text(&it.case),
                    Param::Int(i64::try_from(it.entry).unwrap_or(i64::MAX)),
                    Param::Int(i64::from(it.nth)),
                    Param::Text(&it.lane),
                    Param::Text(&it.kind),
                    Param::Text(&it.state),
                    Param::Int(i64::from(it.attempts)),
                    Param::maybe(it.error.as_deref()),
                    Param::Text(&it.text),
                ];
                conn.execute(sql.put_effect, &params).await?;
            }
            Beside::Inbox(it) => {
                let params = [
                    Param::Text(&it.id),
                    Param::Text(&it.object),
                    Param::Text(it.text.as_deref().unwrap_or_default()),
                    Param::maybe(it.digest.as_deref()),
                    Param::Int(it.at.millis()),
                    Param::Text(&it.state),
                    Param::Int(i64::from(it.attempts)),
                    Param::maybe(it.error.as_deref()),
                ];
                conn.execute(sql.put_posting, &params).await?;
            }
            Beside::Counter { name, value } => {
                conn.execute(sql.put_counter, &[Param::Text(name), Param::Int(*value)]).await?;
            }
            Beside::Draft(it) => {
                let params = [
                    Param::Text(&it.id),
                    Param::Text(&it.scenario),
                    Param::Int(i64::try_from(it.revision).unwrap_or(i64::MAX)),
                    Param::Text(&it.text),
                    Param::Text(&it.by),
                    Param::Int(it.at.millis()),
                ];
                conn.execute(sql.put_draft, &params).await?;
            }
        }
    }
    Ok(())
}

async fn marked<X: AnyExecutor>(conn: &X, sql: &Statements) -> Result<bool, StoreError> {
    Ok(!conn.query(sql.marked, &[]).await?.is_empty())
}

async fn mark<X: AnyExecutor>(conn: &X, sql: &Statements, under_way: bool) -> Result<(), StoreError> {
    conn.execute(if under_way { sql.mark } else { sql.unmark }, &[]).await.map(|_| ())
}

const SQLITE: Statements = Statements {
    effects: "SELECT seq, id, case_id, entry, nth, lane, kind, state, attempts, error, body FROM voronka_effect \
        WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    inbox: "SELECT seq, id, object, CASE WHEN state <> 'done' THEN input END, digest, posted_at, state, attempts, error \
        FROM voronka_inbox WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    counters: "SELECT n, name, value FROM (SELECT row_number() OVER (ORDER BY name) AS n, name, value \
        FROM voronka_counter) WHERE n > ?1 ORDER BY n LIMIT ?2",
    put_effect: "INSERT INTO voronka_effect (id, case_id, entry, nth, lane, kind, state, attempts, error, body) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING",
    put_posting: "INSERT INTO voronka_inbox (id, object, input, digest, posted_at, state, attempts, error) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
    put_counter: "INSERT INTO voronka_counter (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
    put_draft: "INSERT INTO voronka_draft (id, scenario, revision, body, changed_by, changed_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING",
    marked: "SELECT 1 FROM voronka_meta WHERE key = 'import'",
    mark: "INSERT INTO voronka_meta (key, value) VALUES ('import', 1) ON CONFLICT (key) DO NOTHING",
    unmark: "DELETE FROM voronka_meta WHERE key = 'import'",
};

const POSTGRES: Statements = Statements {
    effects: "SELECT seq, id, case_id, entry, nth, lane, kind, state, attempts, error, body FROM voronka.effect \
        WHERE seq > $1::bigint ORDER BY seq LIMIT $2::bigint",
    inbox: "SELECT seq, id, object, CASE WHEN state <> 'done' THEN input END, digest, posted_at, state, attempts, error FROM voronka.inbox WHERE seq > $1::bigint ORDER BY seq LIMIT $2::bigint",
    counters: "SELECT n, name, value FROM (SELECT row_number() OVER (ORDER BY name) AS n, name, value \
        FROM voronka.counter) c WHERE n > $1::bigint ORDER BY n LIMIT $2::bigint",
    put_effect: "INSERT INTO voronka.effect (id, case_id, entry, nth, lane, kind, state, attempts, error, body, held) \
        VALUES ($1::text, $2::text, $3::bigint, $4::bigint, $5::text, $6::text, $7::text, $8::bigint, $9::text, $10::text, \
        CASE $7::text WHEN 'stopped' THEN 9223372036854775807 ELSE 0 END) ON CONFLICT (id) DO NOTHING",
    put_posting: "INSERT INTO voronka.inbox (id, object, input, digest, posted_at, state, attempts, error) \
        VALUES ($1::text, $2::text, $3::text, $4::text, $5::bigint, $6::text, $7::bigint, $8::text) \
        ON CONFLICT (id) DO NOTHING",
    put_counter: "INSERT INTO voronka.counter (name, value) VALUES ($1::text, $2::bigint) ON CONFLICT (name) DO NOTHING",
    put_draft: "INSERT INTO voronka.draft (id, scenario, revision, body, changed_by, changed_at) \
        VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::bigint) ON CONFLICT (id) DO NOTHING",
    marked: "SELECT key FROM voronka.meta WHERE key = 'import'",
    mark: "INSERT INTO voronka.meta (key, value) VALUES ('import', '1') ON CONFLICT (key) DO NOTHING",
    unmark: "DELETE FROM voronka.meta WHERE key = 'import'",
};

impl<D: Database> Carry for SqliteStore<D> {
    fn beside(&self, kind: BesideKind, after: i64, limit: u32) -> Result<Vec<(i64, Beside)>, StoreError> {
        at_once(page(&Blocking(self.database().acquire()?), &SQLITE, kind, after, limit))
    }

    fn restore(&self, rows: &[Beside]) -> Result<(), StoreError> {
        let owns = self.database().owns();
        let conn = Blocking(self.database().acquire()?);
        let work = async {
            if !owns {
                return restore(&conn, &SQLITE, rows).await;
            }
            conn.script("BEGIN IMMEDIATE").await?;
            restore(&conn, &SQLITE, rows).await?;
            // On an error the connection rolls back when it is given back.
            conn.script("COMMIT").await
        };
        at_once(work)
    }

    fn is_importing(&self) -> Result<bool, StoreError> {
        at_once(marked(&Blocking(self.database().acquire()?), &SQLITE))
    }

    fn set_importing(&self, under_way: bool) -> Result<(), StoreError> {
        at_once(mark(&Blocking(self.database().acquire()?), &SQLITE, under_way))
    }
}

impl<D: AsyncDatabase> PostgresStore<D> {
    /// As [`Carry::beside`].
    ///
    /// # Errors
    /// As there.
    pub async fn beside(
        &self,
        kind: BesideKind,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Beside)>, StoreError> {
        page(&Awaiting(self.database().acquire().await?), &POSTGRES, kind, after, limit).await
    }

    /// As [`Carry::restore`].
    ///
    /// # Errors
    /// As there.
    pub async fn restore(&self, rows: &[Beside]) -> Result<(), StoreError> {
        let conn = Awaiting(self.database().acquire().await?);
        if !self.database().owns() {
            return restore(&conn, &POSTGRES, rows).await;
        }
        conn.script("BEGIN").await?;
        restore(&conn, &POSTGRES, rows).await?;
        conn.script("COMMIT").await
    }

    /// As [`Carry::is_importing`].
    ///
    /// # Errors
    /// As there.
    pub async fn is_importing(&self) -> Result<bool, StoreError> {
        marked(&Awaiting(self.database().acquire().await?), &POSTGRES).await
    }

    /// As [`Carry::set_importing`].
    ///
    /// # Errors
    /// As there.
    pub async fn set_importing(&self, under_way: bool) -> Result<(), StoreError> {
        mark(&Awaiting(self.database().acquire().await?), &POSTGRES, under_way).await
    }
}

#[cfg(any(feature = "postgres", feature = "sqlx"))]
impl<D: AsyncDatabase> Carry for crate::store::Blocked<PostgresStore<D>> {
    fn beside(&self, kind: BesideKind, after: i64, limit: u32) -> Result<Vec<(i64, Beside)>, StoreError> {
        self.wait(self.store().beside(kind, after, limit))
    }

    fn restore(&self, rows: &[Beside]) -> Result<(), StoreError> {
        self.wait(self.store().restore(rows))
    }

    fn is_importing(&self) -> Result<bool, StoreError> {
        self.wait(self.store().is_importing())
    }

    fn set_importing(&self, under_way: bool) -> Result<(), StoreError> {
        self.wait(self.store().set_importing(under_way))
    }
}
