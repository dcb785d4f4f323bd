//! Writing commits (S1–S5, M10): one statement for many, and what is done about those that it did not write.
//!
//! What decides is the insertion of the entry: `(case, number)` and the input's id are unique, and the number is that after
//! `before`. It is tried only where the revision in the statement's snapshot is `before`; `ON CONFLICT DO NOTHING` waits for
//! whoever inserts the same, and gives up if they commit. So whoever gets an entry in holds the case at that revision, new
//! cases included, and all else that the statement writes is joined to the entries that it got in ([`super::parts`]):
//! nothing is half written, no error arises that would abort a host's transaction, and no row needs a lock before.
//! Entries are inserted in the order of their cases' ids, so that calls for many cases do not wait for each other in a ring.
//!
//! Why a commit was not written is asked by a second statement, whose snapshot sees who came before.

use super::parts;
use super::text::{Sql, bools, ints, maybe_ints, maybe_texts, signed, texts};
use super::{begin, end};
use crate::store::sql::{AnyExecutor, Param};
use crate::store::{Commit, Committed, EntryText, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// How many commits one statement writes. More would be no faster, and joins grow with their square where the server
/// plans without knowing how many there are.
const CHUNK: usize = 128;
/// How many times what nobody was in the way of is tried again.
const ATTEMPTS: u32 = 4;

pub(super) async fn commit<X: AnyExecutor>(
    conn: &X,
    owns: bool,
    commits: &[Commit],
) -> Result<Vec<Committed>, StoreError> {
    for commit in commits {
        commit.check()?;
    }
    let waves = waves(commits);
    let odd = |it: &Commit| !it.counters.is_empty() || !follows(it);
    let several = waves.len() > 1 || (commits.len() > 1 && commits.iter().any(odd));
    if !(owns && several) {
        let done = write_all(conn, commits, &waves).await;
        // One statement was written as a whole, or not at all; what failed after it cannot take it back.
        return done.map_err(|(error, written)| if written && owns { unknown(&error) } else { error });
    }
    begin(conn).await?;
    let done = write_all(conn, commits, &waves).await.map_err(|(error, _)| error);
    end(conn, done).await
}

fn unknown(error: &StoreError) -> StoreError {
    StoreError::Unreachable { why: error.to_string() }
}

/// S4: an entry's number is that after the revision on which it stands, which is what two of them clash on.
fn follows(commit: &Commit) -> bool {
    let next = commit.before.checked_add(1);
    next == Some(commit.entry.number) && next == Some(commit.case.revision)
}

/// Parts what must be written one after the other: of one case, one input id, one counter; and long lists.
fn waves(commits: &[Commit]) -> Vec<Vec<usize>> {
    if commits.len() == 1 {
        return vec![vec![0]];
    }
    let mut last: BTreeMap<(u8, &str), usize> = BTreeMap::new();
    let mut waves: Vec<Vec<usize>> = Vec::new();
    for (place, commit) in commits.iter().enumerate() {
        let mut keys = vec![(0, commit.case.id.as_str()), (1, commit.entry.input_id.as_str())];
        keys.extend(commit.counters.iter().map(|it| (2, it.name.as_str())));
        let wave = keys.iter().filter_map(|key| last.get(key)).max().map_or(0, |wave| wave + 1);
        last.extend(keys.into_iter().map(|key| (key, wave)));
        match waves.get_mut(wave) {
            Some(of) => of.push(place),
            None => waves.push(vec![place]),
        }
    }
    waves.iter().flat_map(|wave| wave.chunks(CHUNK)).map(<[usize]>::to_vec).collect()
}

/// Writes wave after wave; with an error it says whether something was written before it.
async fn write_all<X: AnyExecutor>(
    conn: &X,
    commits: &[Commit],
    waves: &[Vec<usize>],
) -> Result<Vec<Committed>, (StoreError, bool)> {
    let mut answers = vec![Committed::Done; commits.len()];
    let mut written = false;
    // What was to stand on a commit that is not written stands on nothing (S4).
    let mut refused: BTreeSet<&str> = BTreeSet::new();
    let stands = |refused: &BTreeSet<&str>, place: usize| {
        commits.get(place).is_some_and(|it| !refused.contains(it.case.id.as_str()))
    };
    for wave in waves {
        let (mut left, on_nothing): (Vec<usize>, Vec<usize>) =
            wave.iter().copied().partition(|place| stands(&refused, *place));
        if !on_nothing.is_empty() {
            explain(conn, commits, on_nothing, true, &mut answers).await.map_err(|error| (error, written))?;
        }
        let mut attempt = 0;
        while !left.is_empty() {
            let these: Vec<&Commit> = left.iter().filter_map(|place| commits.get(*place)).collect();
            let done = write(conn, &these).await.map_err(|error| (error, written))?;
            written |= done.contains(&true);
            left = left.into_iter().zip(done).filter(|(_, done)| !done).map(|(place, _)| place).collect();
            if left.is_empty() {
                break;
            }
            left =
                explain(conn, commits, left, false, &mut answers).await.map_err(|error| (error, written))?;
            attempt += 1;
            if attempt == ATTEMPTS && !left.is_empty() {
                let why = "others were writing the same at once".to_owned();
                return Err((StoreError::Busy { why }, written));
            }
        }
        let not_done =
            wave.iter().filter(|place| answers.get(**place).is_some_and(|it| *it != Committed::Done));
        refused.extend(not_done.filter_map(|place| commits.get(*place)).map(|it| it.case.id.as_str()));
    }
    Ok(answers)
}

/// Tells readers of the feed that entries from this number on are under way, until the transaction ends
/// ([`super::feed`]); once in a transaction. It comes before the entries get their numbers, since they wait for its count.
const WRITING: &str = "writing AS MATERIALIZED (\
     SELECT set_config('voronka.writing', q.next::text, true), \
     pg_advisory_xact_lock_shared(1448235601, ((q.next & 4294967295)::bit(32))::integer) \
     FROM (SELECT last_value + is_called::integer AS next FROM voronka.entry_position_seq) q \
     WHERE coalesce(current_setting('voronka.writing', true), '') = '')";

/// The columns of a case's row, all but its key; those of `c` have the same names.
const CASE: &[&str] = &[
    "revision",
    "scenario",
    "version",
    "kind",
    "stage",
    "stage_order",
    "stage_from",
    "title",
    "channel",
    "responsible",
    "team",
    "author",
    "parent",
    "opened_at",
    "last_at",
    "yellow_from",
    "red_from",
    "amount",
    "currency",
    "closed_at",
    "outcome",
    "reason",
    "closed_from",
    "erased",
    "body",
];

/// Writes commits of different cases in one statement; says which were written.
async fn write<X: AnyExecutor>(conn: &X, commits: &[&Commit]) -> Result<Vec<bool>, StoreError> {
    let sql = statement(commits);
    let rows = conn.query(&sql.text, &sql.params).await?;
    let mut done = vec![false; commits.len()];
    for row in rows {
        let place = usize::try_from(row.int(0)?).ok().and_then(|n| n.checked_sub(1));
        if let Some(done) = place.and_then(|place| done.get_mut(place)) {
            *done = true;
        }
    }
    Ok(done)
}

/// The statement that writes commits; only what they write stands in it, so that the rest costs nothing.
fn statement<'a>(commits: &[&'a Commit]) -> Sql<'a> {
    let mut sql = Sql::new("WITH c AS MATERIALIZED (SELECT * FROM ");
    sql.numbered(columns(commits));
    sql.push(" AS c (id, ").push(&CASE.join(", "));
    sql.push(", before, at, input_id, input, actor, entry_body, n)), ").push(WRITING);
    let counters = parts::counters(&mut sql, commits);
    sql.push(
        ", e AS (INSERT INTO voronka.entry (case_id, number, at, input_id, input, actor, body) \
         SELECT c.id, c.before + 1, c.at, c.input_id, c.input, c.actor, c.entry_body \
         FROM c LEFT JOIN LATERAL (SELECT s.revision FROM voronka.case_state s WHERE s.id = c.id OFFSET 0) s ON true \
         WHERE (SELECT count(*) FROM writing) >= 0 AND coalesce(s.revision, 0) = c.before",
    );
    if counters {
        sql.push(" AND NOT EXISTS (SELECT FROM bad WHERE bad.n = c.n)");
    }
    sql.push(
        " ORDER BY c.id COLLATE \"C\" ON CONFLICT DO NOTHING RETURNING case_id), \
         w AS MATERIALIZED (SELECT c.n FROM e JOIN c ON c.id = e.case_id), u AS (",
    );
    let of = |row: &str| {
        let set = |column: &&str| format!("{column} = {row}.{column}");
        CASE.iter().map(set).collect::<Vec<_>>().join(", ")
    };
    // Whoever got the entry in knows whether the case is there; only where some open and others do not it is asked anew.
    if commits.iter().all(|it| it.before > 0) {
        sql.push("UPDATE voronka.case_state s SET ").push(&of("c"));
        sql.push(" FROM c WHERE s.id = c.id AND c.n = ANY (ARRAY(SELECT w.n FROM w)))");
    } else {
        sql.push("INSERT INTO voronka.case_state (id, ").push(&CASE.join(", "));
        sql.push(") SELECT c.id, c.").push(&CASE.join(", c.")).push(" FROM w JOIN c ON c.n = w.n");
        if commits.iter().any(|it| it.before > 0) {
            sql.push(" ON CONFLICT (id) DO UPDATE SET ").push(&of("excluded"));
        }
        sql.push(")");
    }
    parts::all(&mut sql, commits);
    sql.push(" SELECT w.n FROM w");
    sql
}

fn columns<'a>(commits: &[&'a Commit]) -> [Param<'a>; 32] {
    let amount = |it: &'a Commit| it.case.amount.as_ref();
    [
        texts(commits, |it| &it.case.id),
        ints(commits, |it| signed(it.case.revision)),
        texts(commits, |it| &it.case.scenario),
        ints(commits, |it| i64::from(it.case.version)),
        texts(commits, |it| &it.case.kind),
        texts(commits, |it| &it.case.stage),
        ints(commits, |it| i64::from(it.case.stage_order)),
        ints(commits, |it| it.case.stage_from.millis()),
        maybe_texts(commits, |it| it.case.title.as_deref()),
        maybe_texts(commits, |it| it.case.channel.as_deref()),
        maybe_texts(commits, |it| it.case.responsible.as_deref()),
        maybe_texts(commits, |it| it.case.team.as_deref()),
        texts(commits, |it| &it.case.author),
        maybe_texts(commits, |it| it.case.parent.as_deref()),
        ints(commits, |it| it.case.opened_at.millis()),
        ints(commits, |it| it.case.last_at.millis()),
        maybe_ints(commits, |it| it.case.yellow_from.map(crate::Moment::millis)),
        maybe_ints(commits, |it| it.case.red_from.map(crate::Moment::millis)),
        maybe_ints(commits, |it| amount(it).map(|it| it.ten_thousandths)),
        maybe_texts(commits, |it| amount(it).map(|it| it.currency.as_str())),
        maybe_ints(commits, |it| it.case.closed_at.map(crate::Moment::millis)),
        maybe_texts(commits, |it| it.case.outcome.as_deref()),
        maybe_texts(commits, |it| it.case.reason.as_deref()),
        maybe_texts(commits, |it| it.case.closed_from.as_deref()),
        bools(commits, |it| it.case.erased),
        texts(commits, |it| &it.case.text),
        // One that does not follow stands on no revision, and so is not written.
        ints(commits, |it| if follows(it) { signed(it.before) } else { -1 }),
        ints(commits, |it| it.entry.at.millis()),
        texts(commits, |it| &it.entry.input_id),
        texts(commits, |it| &it.entry.input),
        texts(commits, |it| &it.entry.actor),
        texts(commits, |it| &it.entry.text),
    ]
}

const WHY: &str = r#"
SELECT w.n, s.revision, e.case_id, e.number, e.body
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (id, input_id, n)
LEFT JOIN LATERAL (SELECT s.revision FROM voronka.case_state s WHERE s.id = w.id OFFSET 0) s ON true
LEFT JOIN LATERAL (
    SELECT e.case_id, e.number, e.body FROM voronka.entry e WHERE e.input_id = w.input_id OFFSET 0
) e ON true
ORDER BY w.n
"#;

const COUNTERS: &str = r#"
SELECT w.n, k.value FROM unnest($1::text[]) WITH ORDINALITY AS w (name, n)
LEFT JOIN LATERAL (SELECT k.value FROM voronka.counter k WHERE k.name = w.name OFFSET 0) k ON true
ORDER BY w.n
"#;

/// Counters that were never changed have no row to hold on to; at 0 they are as good as not there.
const BEGIN_COUNTERS: &str = r#"
INSERT INTO voronka.counter (name, value) SELECT DISTINCT w.name COLLATE "C", 0 FROM unnest($1::text[]) AS w (name)
ORDER BY 1 ON CONFLICT DO NOTHING
"#;

/// Why commits were not written, for each in the order of the contract; gives those for which nothing stands in the way.
async fn explain<X: AnyExecutor>(
    conn: &X,
    commits: &[Commit],
    left: Vec<usize>,
    on_nothing: bool,
    answers: &mut [Committed],
) -> Result<Vec<usize>, StoreError> {
    let these: Vec<&Commit> = left.iter().filter_map(|place| commits.get(*place)).collect();
    let params = [texts(&these, |it| &it.case.id), texts(&these, |it| &it.entry.input_id)];
    let rows = conn.query(WHY, &params).await?;
    let names: Vec<&str> =
        these.iter().flat_map(|it| &it.counters).map(|counter| counter.name.as_str()).collect();
    let counters = counters(conn, &names).await?;
    let mut again = Vec::new();
    for ((place, commit), mut row) in left.into_iter().zip(&these).zip(rows) {
        let revision = row.maybe_int(1)?.map_or(Ok(0), |_| super::rows::count(&row, 1))?;
        let counter = commit.counters.iter().find_map(|it| {
            let value = counters.get(it.name.as_str()).copied().flatten().unwrap_or(0);
            (value != it.from).then(|| Committed::Counter { name: it.name.clone(), value })
        });
        let why = if let Some(case) = row.maybe_text(2)? {
            let number = super::rows::count(&row, 3)?;
            Some(Committed::Repeated(Box::new(EntryText { case, number, text: row.text(4)? })))
        } else if revision != commit.before || on_nothing {
            Some(Committed::Conflict { revision })
        } else {
            counter
        };
        match (why, answers.get_mut(place)) {
            (Some(why), Some(answer)) => *answer = why,
            (None, _) if !follows(commit) => {
                return Err(StoreError::Unfit {
                    what: format!("entry {} of case {:?}", commit.entry.number, commit.case.id),
                    why: format!("S4: it does not follow revision {}", commit.before),
                });
            }
            _ => again.push(place),
        }
    }
    if !again.is_empty() && counters.values().any(Option::is_none) {
        let missing = counters.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| Some(*name));
        conn.execute(BEGIN_COUNTERS, &[Param::Texts(missing.collect())]).await?;
    }
    Ok(again)
}

/// The counters' values as they are now; none for one that has no row.
async fn counters<'a, X: AnyExecutor>(
    conn: &X,
    names: &[&'a str],
) -> Result<BTreeMap<&'a str, Option<i64>>, StoreError> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = conn.query(COUNTERS, &[texts(names, |name| name)]).await?;
    names.iter().zip(rows).map(|(name, row)| Ok((*name, row.maybe_int(1)?))).collect()
}
