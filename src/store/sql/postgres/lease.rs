//! Handing out timers and effects (S5, S6).

use super::rows::{count, moment};
use super::{begin, end, inbox};
use crate::store::sql::{AnyExecutor, Param};
use crate::store::{DueEffect, DueTimer, LeaseKind, LeaseRequest, Leases, StoreError};

pub(super) async fn lease<X: AnyExecutor>(
    conn: &X,
    owns: bool,
    request: &LeaseRequest,
) -> Result<Leases, StoreError> {
    let mut leases = Leases::default();
    if request.limit == 0 {
        return Ok(leases);
    }
    if request.by.contains('\0') {
        let why = "S11: it contains U+0000".to_owned();
        return Err(StoreError::Unfit { what: "a host's name".to_owned(), why });
    }
    if request.kind == LeaseKind::Timers {
        leases.timers = timers(conn, request).await?;
        return Ok(leases);
    }
    if owns {
        begin(conn).await?;
    }
    let done = match request.kind {
        LeaseKind::Effects => effects(conn, request).await.map(|effects| leases.effects = effects),
        _ => inbox::lease(conn, request).await.map(|inbox| leases.inbox = inbox),
    };
    if owns { end(conn, done).await } else { done }.map(|()| leases)
}

/// What a lease passes to its statements: now, until, by, limit.
pub(super) fn params<'a>(request: &'a LeaseRequest) -> [Param<'a>; 4] {
    [
        Param::Int(request.now.millis()),
        Param::Int(request.until.millis()),
        Param::Text(&request.by),
        Param::Int(i64::from(request.limit)),
    ]
}

/// One statement: a row that another host is just taking is skipped; one that it has just taken is looked at anew
/// by the lock, and is no longer free.
const TIMERS: &str = r#"
WITH clock AS MATERIALIZED (SELECT least($1::bigint, voronka.now_ms()) AS now),
due AS MATERIALIZED (
    SELECT t.id FROM voronka.timer t
    LEFT JOIN voronka.switch w ON w.scenario = t.scenario AND w.trigger = t.trigger
    WHERE t.at <= (SELECT now FROM clock) AND t.held <= (SELECT now FROM clock) AND coalesce(w.is_on, t.enabled)
    ORDER BY t.at, t.id LIMIT $4::bigint FOR UPDATE OF t SKIP LOCKED
), taken AS (
    UPDATE voronka.timer x SET held = $2::bigint, held_by = $3::text FROM due WHERE x.id = due.id
    RETURNING x.id, x.case_id, x.at
)
SELECT id, case_id, at FROM taken ORDER BY at, id
"#;

async fn timers<X: AnyExecutor>(conn: &X, request: &LeaseRequest) -> Result<Vec<DueTimer>, StoreError> {
    let rows = conn.query(TIMERS, &params(request)).await?;
    let timer = |mut row: crate::store::sql::Row| {
        Ok(DueTimer { id: row.text(0)?, case: row.text(1)?, at: moment(&row, 2)? })
    };
    rows.into_iter().map(timer).collect()
}

/// Effects that are free, and before which none in their lane is held; one that has stopped it is held for ever. `p.held > 0`
/// names the index in which only those stand.
macro_rules! free {
    ($now:literal) => {
        concat!(
            "e.state = 'pending' AND e.held <= ",
            $now,
            " AND NOT EXISTS (SELECT FROM voronka.effect p WHERE p.case_id = e.case_id AND p.lane = e.lane \
             AND p.held > 0 AND p.held > ",
            $now,
            " AND p.seq < e.seq)"
        )
    };
}

/// Locks the cases of the first effects that are free; what another host is handing out of is told apart.
///
/// Lanes are of one case, so whoever holds the case's lock is alone in them. The lock is one of PostgreSQL's advisory locks
/// and not of the case's row, so that no step has to wait for it.
const CASES: &str = concat!(
    r#"
WITH clock AS MATERIALIZED (SELECT least($1::bigint, voronka.now_ms()) AS now),
first AS MATERIALIZED (
    SELECT e.case_id FROM voronka.effect e
    WHERE e.case_id <> ALL ($3::text[]) AND "#,
    free!("(SELECT now FROM clock)"),
    r#" ORDER BY e.seq LIMIT $2::bigint
), cases AS MATERIALIZED (SELECT DISTINCT case_id FROM first)
SELECT case_id, pg_try_advisory_xact_lock(1448235598, hashtext(case_id)), (SELECT now FROM clock) FROM cases
"#
);

/// Locks the effects that are free in those cases, so that nobody settles one while they are taken: were an earlier one
/// stopped in that moment, a later one would pass it.
const LOCK: &str = concat!(
    "SELECT e.seq FROM voronka.effect e WHERE e.case_id = ANY ($3::text[]) AND ",
    free!("$1::bigint"),
    " ORDER BY e.seq LIMIT $2::bigint FOR UPDATE OF e"
);

/// Takes what is free. Statements of their own, whose snapshots are from after the locks, and so see what hosts that had them
/// before did; at the moment of the first one, so that nothing else becomes free.
const TAKE: &str = concat!(
    r#"
WITH free AS MATERIALIZED (
    SELECT e.seq FROM voronka.effect e WHERE e.case_id = ANY ($5::text[]) AND "#,
    free!("$1::bigint"),
    r#" ORDER BY e.seq LIMIT $4::bigint
), taken AS (
    UPDATE voronka.effect x SET held = $2::bigint, held_by = $3::text, attempts = x.attempts + 1
    FROM free WHERE x.seq = free.seq AND x.state = 'pending'
    RETURNING x.seq, x.id, x.case_id, x.lane, x.kind, x.body, x.attempts
)
SELECT id, case_id, lane, kind, body, attempts FROM taken ORDER BY seq
"#
);

/// How many times another host's cases are passed over.
const ROUNDS: u32 = 20;

async fn effects<X: AnyExecutor>(conn: &X, request: &LeaseRequest) -> Result<Vec<DueEffect>, StoreError> {
    let mut passed: Vec<String> = Vec::new();
    for _ in 0..ROUNDS {
        let params = [
            Param::Int(request.now.millis()),
            Param::Int(i64::from(request.limit)),
            Param::Texts(passed.iter().map(|case| Some(case.as_str())).collect()),
        ];
        let (mut cases, mut now, mut others) = (Vec::new(), 0, Vec::new());
        for mut row in conn.query(CASES, &params).await? {
            now = row.int(2)?;
            if row.bool(1)? { cases.push(row.text(0)?) } else { others.push(row.text(0)?) }
        }
        if !cases.is_empty() {
            let taken = take(conn, request, now, &cases).await?;
            if !taken.is_empty() {
                return Ok(taken);
            }
            // Whoever had the lock before has taken them all; they are not free any more.
        } else if others.is_empty() {
            return Ok(Vec::new());
        }
        passed.extend(others);
    }
    Ok(Vec::new())
}

async fn take<X: AnyExecutor>(
    conn: &X,
    request: &LeaseRequest,
    now: i64,
    cases: &[String],
) -> Result<Vec<DueEffect>, StoreError> {
    let [_, until, by, limit] = params(request);
    let cases = Param::Texts(cases.iter().map(|case| Some(case.as_str())).collect());
    if conn.query(LOCK, &[Param::Int(now), limit.clone(), cases.clone()]).await?.is_empty() {
        return Ok(Vec::new());
    }
    let rows = conn.query(TAKE, &[Param::Int(now), until, by, limit, cases]).await?;
    let effect = |mut row: crate::store::sql::Row| {
        Ok(DueEffect {
            id: row.text(0)?,
            case: row.text(1)?,
            lane: row.text(2)?,
            kind: row.text(3)?,
            text: row.text(4)?,
            attempt: count(&row, 5)?,
        })
    };
    rows.into_iter().map(effect).collect()
}
