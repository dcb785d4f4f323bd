//! Settling what was handed out, or had stopped (S5, S6, S8); on its own, and as a part of a commit.

use super::text::{Sql, ints, maybe_ints, maybe_texts, texts};
use super::{begin, end};
use crate::Moment;
use crate::store::sql::AnyExecutor;
use crate::store::{Settle, StoreError};
use std::collections::BTreeMap;

/// A settlement as a row.
struct Told<'a> {
    kind: &'static str,
    id: &'a str,
    by: Option<&'a str>,
    at: Option<Moment>,
    error: Option<&'a str>,
}

fn told(settle: &Settle) -> Told<'_> {
    let (kind, id, by, at, error) = match settle {
        Settle::EffectDone { id } => ("effect_done", id, None, None, None),
        Settle::EffectLater { id, by, at, error } => ("effect_later", id, Some(by), Some(*at), Some(error)),
        Settle::EffectBack { id, by } => ("effect_back", id, Some(by), None, None),
        Settle::EffectGivenUp { id, by, error, frees: false } => {
            ("effect_stopped", id, Some(by), None, Some(error))
        }
        Settle::EffectGivenUp { id, by, error, frees: true } => {
            ("effect_freed", id, Some(by), None, Some(error))
        }
        Settle::EffectAgain { id } => ("effect_again", id, None, None, None),
        Settle::EffectDropped { id } => ("effect_dropped", id, None, None, None),
        Settle::TimerGone { id } => ("timer_gone", id, None, None, None),
        Settle::TimerLater { id, by, at } => ("timer_later", id, Some(by), Some(*at), None),
        Settle::InboxDone { id } => ("inbox_done", id, None, None, None),
        Settle::InboxLater { id, by, at, error } => ("inbox_later", id, Some(by), Some(*at), Some(error)),
        Settle::InboxRefused { id, by, error } => ("inbox_refused", id, Some(by), None, Some(error)),
        Settle::InboxAgain { id } => ("inbox_again", id, None, None, None),
        Settle::InboxDropped { id } => ("inbox_dropped", id, None, None, None),
    };
    let text = |text: &'_ String| !text.contains('\0');
    Told {
        kind,
        id,
        by: by.map(String::as_str),
        at,
        // What went wrong is told by others' programs; PostgreSQL has no texts with U+0000.
        error: error.map(|error| if text(error) { error } else { "an error whose text holds U+0000" }),
    }
}

/// The rows `t (n, ord, kind, id, by, at, error)`, `ord` being their place from 1.
pub(super) fn rows<'a>(sql: &mut Sql<'a>, settles: &[(i64, &'a Settle)]) {
    let told: Vec<(i64, Told<'a>)> = settles.iter().map(|(n, settle)| (*n, told(settle))).collect();
    sql.push("SELECT r.n, r.ord, r.kind, r.id, r.by, r.at, r.error FROM ");
    sql.numbered([
        ints(&told, |it| it.0),
        texts(&told, |it| it.1.kind),
        texts(&told, |it| it.1.id),
        maybe_texts(&told, |it| it.1.by),
        maybe_ints(&told, |it| it.1.at.map(Moment::millis)),
        maybe_texts(&told, |it| it.1.error),
    ]);
    sql.push(" AS r (n, kind, id, by, at, error, ord)");
}

const GONE: &str = ", effect_gone AS (DELETE FROM voronka.effect x USING st t WHERE x.id = t.id \
     AND (t.kind = 'effect_done' OR (t.kind = 'effect_dropped' AND x.state <> 'pending')) RETURNING t.ord)";

const EFFECT: &str = ", effect_set AS (UPDATE voronka.effect x SET \
     state = CASE t.kind WHEN 'effect_stopped' THEN 'stopped' WHEN 'effect_freed' THEN 'freed' ELSE 'pending' END, \
     held = CASE t.kind WHEN 'effect_later' THEN t.at WHEN 'effect_stopped' THEN 9223372036854775807 ELSE 0 END, \
     held_by = NULL, \
     attempts = CASE t.kind WHEN 'effect_again' THEN 0 WHEN 'effect_back' THEN x.attempts - 1 ELSE x.attempts END, \
     error = CASE t.kind WHEN 'effect_back' THEN x.error ELSE t.error END \
     FROM st t WHERE x.id = t.id AND CASE \
     WHEN t.kind = 'effect_again' THEN x.state <> 'pending' \
     WHEN t.kind IN ('effect_later', 'effect_back', 'effect_stopped', 'effect_freed') THEN x.state = 'pending' AND x.held_by = t.by \
     ELSE false END RETURNING t.ord)";

const TIMER_GONE: &str = ", timer_gone AS (DELETE FROM voronka.timer x USING st t \
     WHERE x.id = t.id AND t.kind = 'timer_gone' RETURNING t.ord)";

const TIMER: &str = ", timer_set AS (UPDATE voronka.timer x SET held = t.at, held_by = NULL FROM st t \
     WHERE x.id = t.id AND t.kind = 'timer_later' AND x.held_by = t.by RETURNING t.ord)";

/// Of a row that is done the input's digest is enough, to know the same row when it is posted again.
const INBOX: &str = ", inbox_set AS (UPDATE voronka.inbox x SET \
     state = CASE t.kind WHEN 'inbox_refused' THEN 'refused' WHEN 'inbox_later' THEN 'waiting' \
     WHEN 'inbox_again' THEN 'waiting' ELSE 'done' END, \
     held = CASE t.kind WHEN 'inbox_later' THEN t.at ELSE 0 END, held_by = NULL, \
     attempts = CASE t.kind WHEN 'inbox_again' THEN 0 ELSE x.attempts END, error = t.error, \
     seq = CASE t.kind WHEN 'inbox_again' THEN nextval('voronka.inbox_seq_seq') ELSE x.seq END, \
     digest = CASE WHEN t.kind IN ('inbox_done', 'inbox_dropped') \
     THEN encode(sha256(convert_to(x.input, 'UTF8')), 'hex') END, \
     input = CASE WHEN t.kind IN ('inbox_done', 'inbox_dropped') THEN '' ELSE x.input END \
     FROM st t WHERE x.id = t.id AND CASE \
     WHEN t.kind = 'inbox_done' THEN x.state <> 'done' \
     WHEN t.kind IN ('inbox_again', 'inbox_dropped') THEN x.state = 'refused' \
     WHEN t.kind IN ('inbox_later', 'inbox_refused') THEN x.state = 'waiting' AND x.held_by = t.by \
     ELSE false END RETURNING t.ord)";

/// The parts that change the rows named by `st`; gives their names.
pub(super) fn parts(sql: &mut Sql<'_>, settles: &[(i64, &Settle)]) -> Vec<&'static str> {
    let kinds: Vec<&str> = settles.iter().map(|(_, settle)| told(settle).kind).collect();
    let any = |wanted: &[&str]| kinds.iter().any(|kind| wanted.contains(kind));
    let all: [(&[&str], &'static str, &str); 5] = [
        (&["effect_done", "effect_dropped"], "effect_gone", GONE),
        (
            &["effect_later", "effect_back", "effect_stopped", "effect_freed", "effect_again"],
            "effect_set",
            EFFECT,
        ),
        (&["timer_gone"], "timer_gone", TIMER_GONE),
        (&["timer_later"], "timer_set", TIMER),
        (&["inbox_done", "inbox_later", "inbox_refused", "inbox_again", "inbox_dropped"], "inbox_set", INBOX),
    ];
    let mut names = Vec::new();
    for (wanted, name, text) in all {
        if any(wanted) {
            sql.push(text);
            names.push(name);
        }
    }
    names
}

pub(super) async fn settle<X: AnyExecutor>(
    conn: &X,
    owns: bool,
    settles: &[Settle],
) -> Result<Vec<bool>, StoreError> {
    // Several of one row come one after the other; which table an id is of is told by the kind's first letter.
    let mut last: BTreeMap<(Option<char>, &str), usize> = BTreeMap::new();
    let mut waves: Vec<Vec<usize>> = Vec::new();
    for (place, settle) in settles.iter().enumerate() {
        let told = told(settle);
        let wave = last.entry((told.kind.chars().next(), told.id)).and_modify(|wave| *wave += 1).or_insert(0);
        match waves.get_mut(*wave) {
            Some(of) => of.push(place),
            None => waves.push(vec![place]),
        }
    }
    if !owns || waves.len() < 2 {
        return run(conn, settles, &waves).await;
    }
    begin(conn).await?;
    let done = run(conn, settles, &waves).await;
    end(conn, done).await
}

async fn run<X: AnyExecutor>(
    conn: &X,
    settles: &[Settle],
    waves: &[Vec<usize>],
) -> Result<Vec<bool>, StoreError> {
    let mut held = vec![false; settles.len()];
    for wave in waves {
        // An id with U+0000 is of no row.
        let fit = |settle: &&Settle| !told(settle).id.contains('\0');
        let these: Vec<(usize, &Settle)> = wave
            .iter()
            .filter_map(|place| Some((*place, settles.get(*place)?)))
            .filter(|(_, settle)| fit(settle))
            .collect();
        let numbered: Vec<(i64, &Settle)> = these.iter().map(|(_, settle)| (0, *settle)).collect();
        if numbered.is_empty() {
            continue;
        }
        let mut sql = Sql::new("WITH st AS MATERIALIZED (");
        rows(&mut sql, &numbered);
        sql.push(")");
        let names = parts(&mut sql, &numbered);
        let selects: Vec<String> = names.iter().map(|name| format!("SELECT ord FROM {name}")).collect();
        sql.push(" ").push(&selects.join(" UNION ALL "));
        for row in conn.query(&sql.text, &sql.params).await? {
            let nth = usize::try_from(row.int(0)?).ok().and_then(|ord| ord.checked_sub(1));
            let place = nth.and_then(|nth| these.get(nth)).map(|(place, _)| *place);
            if let Some(held) = place.and_then(|place| held.get_mut(place)) {
                *held = true;
            }
        }
    }
    Ok(held)
}
