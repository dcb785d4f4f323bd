//! What a commit writes beside its entry and its case, each as a part of the one statement.
//!
//! A part stands in the statement only where a commit has rows for it. Each row carries the number of its commit among
//! those of the statement, and is written only where that one is among `w`, those whose entry got in.

use super::settle;
use super::text::{Sql, bools, ints, maybe_ints, maybe_texts, signed, texts};
use crate::Moment;
use crate::store::{
    ActivityRow, Changes, Commit, CounterChange, EffectRow, EntryRow, FieldRow, KeyRow, Settle, TimerRow,
};

/// Whether the row's commit is written. An array, so that the server has no join to plan.
const WRITTEN: &str = "t.n = ANY (ARRAY(SELECT w.n FROM w))";

/// Rows with the number of their commit, from 1.
type Numbered<'a, T> = Vec<(i64, &'a T)>;

fn rows<'a, T: 'a>(commits: &[&'a Commit], of: impl Fn(&'a Commit) -> &'a [T]) -> Numbered<'a, T> {
    (1..).zip(commits).flat_map(|(n, commit)| of(commit).iter().map(move |row| (n, row))).collect()
}

/// What is gone, with its case; what is put as well is not gone.
fn gone<'a, T: 'a>(
    commits: &[&'a Commit],
    of: impl Fn(&'a Commit) -> &'a Changes<T>,
    id: impl Fn(&'a T) -> &'a str,
) -> Vec<(i64, (&'a str, &'a str))> {
    let mut found = Vec::new();
    for (n, commit) in (1..).zip(commits) {
        let changes = of(commit);
        let put = |gone: &str| changes.put.iter().any(|row| id(row) == gone);
        let of = changes.gone.iter().filter(|gone| !put(gone));
        found.extend(of.map(|gone| (n, (commit.case.id.as_str(), gone.as_str()))));
    }
    found
}

/// Locks counters and finds commits for which one has another value; says whether there are any counters.
///
/// The lock gives the latest value, whatever the statement's snapshot; one that has no row counts as another value.
pub(super) fn counters<'a>(sql: &mut Sql<'a>, commits: &[&'a Commit]) -> bool {
    let rows: Numbered<'a, CounterChange> = rows(commits, |it| &it.counters);
    if rows.is_empty() {
        return false;
    }
    sql.push(", kw AS MATERIALIZED (SELECT * FROM ");
    sql.unnest([
        ints(&rows, |it| it.0),
        texts(&rows, |it| &it.1.name),
        ints(&rows, |it| it.1.from),
        ints(&rows, |it| it.1.to),
    ]);
    sql.push(
        " AS t (n, name, from_value, to_value)), k AS MATERIALIZED (SELECT x.name, x.value FROM voronka.counter x \
         WHERE x.name IN (SELECT t.name FROM kw t) ORDER BY x.name FOR UPDATE OF x), \
         bad AS MATERIALIZED (SELECT t.n FROM kw t LEFT JOIN k ON k.name = t.name \
         WHERE k.value IS DISTINCT FROM t.from_value)",
    );
    true
}

/// All parts for which there are rows.
pub(super) fn all<'a>(sql: &mut Sql<'a>, commits: &[&'a Commit]) {
    timers(sql, commits);
    activities(sql, commits);
    fields(sql, commits);
    keys(sql, commits);
    effects(sql, &rows(commits, |it| &it.effects));
    if commits.iter().any(|it| !it.counters.is_empty()) {
        sql.push(
            ", ku AS (UPDATE voronka.counter x SET value = t.to_value FROM kw t WHERE x.name = t.name AND ",
        );
        sql.push(WRITTEN).push(")");
    }
    let settles: Numbered<'a, Settle> = rows(commits, |it| &it.settles);
    if !settles.is_empty() {
        sql.push(", st AS MATERIALIZED (SELECT t.* FROM (");
        settle::rows(sql, &settles);
        sql.push(") t WHERE ").push(WRITTEN).push(")");
        settle::parts(sql, &settles);
    }
    erased(sql, commits);
}

fn timers<'a>(sql: &mut Sql<'a>, commits: &[&'a Commit]) {
    let put: Numbered<'a, TimerRow> = rows(commits, |it| &it.timers.put);
    if !put.is_empty() {
        sql.push(
            ", tp AS (INSERT INTO voronka.timer (id, case_id, at, scenario, trigger, enabled) \
             SELECT t.id, t.case_id, t.at, t.scenario, t.trigger, t.enabled FROM ",
        );
        sql.unnest([
            ints(&put, |it| it.0),
            texts(&put, |it| &it.1.id),
            texts(&put, |it| &it.1.case),
            ints(&put, |it| it.1.at.millis()),
            texts(&put, |it| &it.1.scenario),
            maybe_texts(&put, |it| it.1.trigger.as_deref()),
            bools(&put, |it| it.1.enabled),
        ]);
        sql.push(" AS t (n, id, case_id, at, scenario, trigger, enabled) WHERE ").push(WRITTEN);
        sql.push(
            " ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, at = excluded.at, \
             scenario = excluded.scenario, trigger = excluded.trigger, enabled = excluded.enabled, \
             held = 0, held_by = NULL)",
        );
    }
    let gone = gone(commits, |it| &it.timers, |row| &row.id);
    if !gone.is_empty() {
        sql.push(", tg AS (DELETE FROM voronka.timer x USING ");
        which(sql, &gone);
        sql.push(" WHERE x.id = t.id AND x.case_id = t.case_id AND ").push(WRITTEN).push(")");
    }
}

/// The rows `t (n, case_id, id)`.
fn which<'a>(sql: &mut Sql<'a>, rows: &[(i64, (&'a str, &'a str))]) {
    sql.unnest([ints(rows, |it| it.0), texts(rows, |it| it.1.0), texts(rows, |it| it.1.1)]);
    sql.push(" AS t (n, case_id, id)");
}

fn activities<'a>(sql: &mut Sql<'a>, commits: &[&'a Commit]) {
    let put: Numbered<'a, ActivityRow> = rows(commits, |it| &it.activities.put);
    if !put.is_empty() {
        sql.push(
            ", ap AS (INSERT INTO voronka.activity (id, case_id, kind, title, owner, role, due, yellow_from, \
             mandatory, planned_at, body) SELECT t.id, t.case_id, t.kind, t.title, t.owner, t.role, t.due, \
             t.yellow_from, t.mandatory, t.planned_at, t.body FROM ",
        );
        sql.unnest([
            ints(&put, |it| it.0),
            texts(&put, |it| &it.1.id),
            texts(&put, |it| &it.1.case),
            texts(&put, |it| &it.1.kind),
            texts(&put, |it| &it.1.title),
            maybe_texts(&put, |it| it.1.owner.as_deref()),
            maybe_texts(&put, |it| it.1.role.as_deref()),
            maybe_ints(&put, |it| it.1.due.map(Moment::millis)),
            maybe_ints(&put, |it| it.1.yellow_from.map(Moment::millis)),
            bools(&put, |it| it.1.mandatory),
            ints(&put, |it| it.1.planned_at.millis()),
            texts(&put, |it| &it.1.text),
        ]);
        sql.push(
            " AS t (n, id, case_id, kind, title, owner, role, due, yellow_from, mandatory, planned_at, body) WHERE ",
        );
        sql.push(WRITTEN).push(
            " ON CONFLICT (case_id, id) DO UPDATE SET kind = excluded.kind, title = excluded.title, \
             owner = excluded.owner, role = excluded.role, due = excluded.due, yellow_from = excluded.yellow_from, \
             mandatory = excluded.mandatory, planned_at = excluded.planned_at, body = excluded.body)",
        );
    }
    let gone = gone(commits, |it| &it.activities, |row| &row.id);
    if !gone.is_empty() {
        sql.push(", ag AS (DELETE FROM voronka.activity x USING ");
        which(sql, &gone);
        sql.push(" WHERE x.case_id = t.case_id AND x.id = t.id AND ").push(WRITTEN).push(")");
    }
}

fn fields<'a>(sql: &mut Sql<'a>, commits: &[&'a Commit]) {
    let put: Numbered<'a, FieldRow> = rows(commits, |it| &it.fields.put);
    if !put.is_empty() {
        sql.push(
            ", fp AS (INSERT INTO voronka.field_value (case_id, field, kind, text, amount, currency, moment, find) \
             SELECT t.case_id, t.field, t.kind, t.text, t.amount, t.currency, t.moment, t.find FROM ",
        );
        sql.unnest([
            ints(&put, |it| it.0),
            texts(&put, |it| &it.1.case),
            texts(&put, |it| &it.1.field),
            texts(&put, |it| it.1.kind.name()),
            texts(&put, |it| &it.1.text),
            maybe_ints(&put, |it| it.1.amount.as_ref().map(|it| it.ten_thousandths)),
            maybe_texts(&put, |it| it.1.amount.as_ref().map(|it| it.currency.as_str())),
            maybe_ints(&put, |it| it.1.moment.map(Moment::millis)),
            bools(&put, |it| it.1.find),
        ]);
        sql.push(" AS t (n, case_id, field, kind, text, amount, currency, moment, find) WHERE ")
            .push(WRITTEN);
        sql.push(
            " ON CONFLICT (case_id, field) DO UPDATE SET kind = excluded.kind, text = excluded.text, \
             amount = excluded.amount, currency = excluded.currency, moment = excluded.moment, find = excluded.find)",
        );
    }
    let gone = gone(commits, |it| &it.fields, |row| &row.field);
    if !gone.is_empty() {
        sql.push(", fg AS (DELETE FROM voronka.field_value x USING ");
        which(sql, &gone);
        sql.push(" WHERE x.case_id = t.case_id AND x.field = t.id AND ").push(WRITTEN).push(")");
    }
}

/// A key has no uniqueness of its own, since it can be too long for an index; the case's commits come one after the other,
/// so the snapshot knows them all.
fn keys<'a>(sql: &mut Sql<'a>, commits: &[&'a Commit]) {
    let put: Numbered<'a, KeyRow> = rows(commits, |it| &it.keys);
    if !put.is_empty() {
        sql.push(
            ", kp AS (INSERT INTO voronka.case_key (case_id, kind, key) \
             SELECT DISTINCT t.case_id, t.kind, t.key FROM ",
        );
        key_rows(sql, &put);
        sql.push(" WHERE ").push(WRITTEN).push(
            " AND NOT EXISTS (SELECT FROM voronka.case_key x \
             WHERE x.case_id = t.case_id AND x.kind = t.kind AND x.key = t.key))",
        );
    }
    let lost: Numbered<'a, KeyRow> = rows(commits, |it| &it.lost_keys);
    if !lost.is_empty() {
        sql.push(", kg AS (DELETE FROM voronka.case_key x USING ");
        key_rows(sql, &lost);
        sql.push(" WHERE x.case_id = t.case_id AND x.kind = t.kind AND x.key = t.key AND ");
        sql.push(WRITTEN).push(")");
    }
}

fn key_rows<'a>(sql: &mut Sql<'a>, rows: &[(i64, &'a KeyRow)]) {
    sql.unnest([
        ints(rows, |it| it.0),
        texts(rows, |it| &it.1.case),
        texts(rows, |it| it.1.kind.name()),
        texts(rows, |it| &it.1.key),
    ]);
    sql.push(" AS t (n, case_id, kind, key)");
}

/// Effects get their numbers in the order in which they are inserted, which is that within their lanes (S5).
fn effects<'a>(sql: &mut Sql<'a>, rows: &[(i64, &'a EffectRow)]) {
    if rows.is_empty() {
        return;
    }
    sql.push(
        ", ef AS (INSERT INTO voronka.effect (id, case_id, entry, nth, lane, kind, body) \
         SELECT t.id, t.case_id, t.entry, t.nth, t.lane, t.kind, t.body FROM ",
    );
    sql.unnest([
        ints(rows, |it| it.0),
        texts(rows, |it| &it.1.id),
        texts(rows, |it| &it.1.case),
        ints(rows, |it| signed(it.1.entry)),
        ints(rows, |it| i64::from(it.1.nth)),
        texts(rows, |it| &it.1.lane),
        texts(rows, |it| &it.1.kind),
        texts(rows, |it| &it.1.text),
    ]);
    sql.push(" AS t (n, id, case_id, entry, nth, lane, kind, body) WHERE ").push(WRITTEN);
    sql.push(" ORDER BY t.n, t.entry, t.nth)");
}

/// S12: the earlier bytes anew.
fn erased<'a>(sql: &mut Sql<'a>, commits: &[&'a Commit]) {
    let entries: Numbered<'a, EntryRow> =
        rows(commits, |it| it.erasure.as_deref().map(|it| it.entries.as_slice()).unwrap_or_default());
    if !entries.is_empty() {
        sql.push(", ee AS (UPDATE voronka.entry x SET body = t.body FROM ");
        sql.unnest([
            ints(&entries, |it| it.0),
            texts(&entries, |it| &it.1.case),
            ints(&entries, |it| signed(it.1.number)),
            texts(&entries, |it| &it.1.text),
        ]);
        sql.push(" AS t (n, case_id, number, body) WHERE x.case_id = t.case_id AND x.number = t.number AND ");
        sql.push(WRITTEN).push(")");
    }
    let effects: Numbered<'a, EffectRow> =
        rows(commits, |it| it.erasure.as_deref().map(|it| it.effects.as_slice()).unwrap_or_default());
    if !effects.is_empty() {
        sql.push(", eb AS (UPDATE voronka.effect x SET body = t.body FROM ");
        sql.unnest([
            ints(&effects, |it| it.0),
            texts(&effects, |it| &it.1.id),
            texts(&effects, |it| &it.1.text),
        ]);
        sql.push(" AS t (n, id, body) WHERE x.id = t.id AND ").push(WRITTEN).push(")");
    }
}
