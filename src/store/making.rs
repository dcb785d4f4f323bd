//! Making a [`Commit`] of a step: what changed between the case before and the case after, as rows.

use super::{
    ActivityRow, Amount, CaseRow, Changes, Commit, EffectRow, EntryRow, Erasure, FieldKind, FieldRow,
    KeyKind, KeyRow, StoreError, TimerRow,
};
use crate::case::{Activity, Case, Entry, LinkKind, Timer, interaction_key};
use crate::scenario::def::{FieldType, StageOutcome, Text};
use crate::{Erased, Moment, Outcome, Remaining, Scenario, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use std::collections::BTreeSet;

/// The commit of a step: of the case before it (none when it opens one), and of what came of it.
///
/// The scenario is the one that made the step; it says which field is the case's value, which fields are found by,
/// and what its triggers are.
///
/// # Errors
/// When a value cannot be written as JSON, which none that a step gave can.
///
/// # Examples
/// ```
/// # use voronka::{Actor, Context, Input, Opening, Scenario, store::commit_of};
/// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
/// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
/// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
/// let opened = scenario.open("c1", Opening::default(), &ctx)?;
/// let commit = commit_of(&scenario, None, &opened)?;
/// assert_eq!((commit.before, commit.case.revision, commit.entry.number), (0, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn commit_of(
    scenario: &Scenario,
    before: Option<&Case>,
    outcome: &Outcome,
) -> Result<Commit, StoreError> {
    commit_of_entry(scenario, before, outcome.case(), outcome.entry())
}

/// The commit of an entry that stands in a journal already: of the case before it, and of the case that it leads to
/// ([`Case::follow`]). For carrying journals from store to store.
///
/// # Errors
/// As [`commit_of`].
pub fn commit_of_entry(
    scenario: &Scenario,
    before: Option<&Case>,
    case: &Case,
    entry: &Entry,
) -> Result<Commit, StoreError> {
    let mut commit = Commit {
        before: entry.number.saturating_sub(1),
        case: case_row(scenario, case)?,
        entry: entry_row(entry)?,
        timers: timers(scenario, before, case),
        activities: activities(before, case)?,
        fields: fields(scenario, before, case),
        keys: Vec::new(),
        lost_keys: Vec::new(),
        effects: effect_rows(entry)?,
        counters: Vec::new(),
        settles: Vec::new(),
        erasure: None,
    };
    (commit.keys, commit.lost_keys) = key_changes(before, case);
    Ok(commit)
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::failed)
}

/// The row of a case: its bytes, and what is queried.
pub(crate) fn case_row(scenario: &Scenario, case: &Case) -> Result<CaseRow, StoreError> {
    columns(case, value_of(scenario, case))
}

/// The row of a case whose value is known; all else of it the case alone says.
pub(crate) fn columns(case: &Case, amount: Option<Amount>) -> Result<CaseRow, StoreError> {
    let closing = case.closing.as_deref();
    Ok(CaseRow {
        id: case.id.clone(),
        revision: case.revision,
        scenario: case.scenario.id.clone(),
        version: case.scenario.version,
        kind: kind_name(case).to_owned(),
        stage: case.visit.stage.clone(),
        stage_order: case.visit.order,
        stage_from: case.visit.from,
        title: case.title.clone(),
        channel: case.channel.clone(),
        responsible: case.responsible.clone(),
        team: case.team.clone(),
        author: case.author.clone(),
        parent: case
            .links
            .iter()
            .find(|(_, kind)| **kind == LinkKind::ChildOf)
            .map(|(parent, _)| parent.clone()),
        opened_at: case.opened_at,
        last_at: case.last_at,
        yellow_from: case.lights.yellow_from,
        red_from: case.lights.red_from,
        amount,
        closed_at: closing.map(|it| it.at),
        outcome: closing.map(|it| outcome_name(it.outcome).to_owned()),
        reason: closing.and_then(|it| it.reason.as_ref()).map(|it| it.id.clone()),
        closed_from: closing.map(|it| it.from.clone()),
        erased: case.erased_at.is_some(),
        text: json(case)?,
    })
}

const fn kind_name(case: &Case) -> &'static str {
    use crate::scenario::def::Kind;
    match case.kind {
        Kind::Funnel => "funnel",
        Kind::Process => "process",
        Kind::Document => "document",
    }
}

const fn outcome_name(outcome: StageOutcome) -> &'static str {
    match outcome {
        StageOutcome::Won => "won",
        StageOutcome::Lost => "lost",
        StageOutcome::Void => "void",
        StageOutcome::Result => "result",
        StageOutcome::BadResult => "bad_result",
    }
}

/// The row of an entry.
pub(crate) fn entry_row(entry: &Entry) -> Result<EntryRow, StoreError> {
    Ok(EntryRow {
        case: entry.case.clone(),
        number: entry.number,
        at: entry.at,
        input_id: entry.input_id.clone(),
        input: entry.input.name().to_owned(),
        actor: entry.actor.id.clone(),
        text: json(entry)?,
    })
}

/// The rows of an entry's effects, in order.
pub(crate) fn effect_rows(entry: &Entry) -> Result<Vec<EffectRow>, StoreError> {
    let row = |(nth, effect): (usize, &crate::case::Effect)| {
        Ok(EffectRow {
            id: effect.id.clone(),
            case: entry.case.clone(),
            entry: entry.number,
            nth: u32::try_from(nth).unwrap_or(u32::MAX),
            lane: effect.lane.clone(),
            kind: effect.act.name().to_owned(),
            text: json(effect)?,
        })
    };
    entry.effects().enumerate().map(row).collect()
}

/// A sum for a column; none where it is too large for one.
pub(crate) fn ten_thousandths(value: Decimal) -> Option<i64> {
    let scaled = value.checked_mul(Decimal::from(10_000))?;
    i64::try_from(scaled.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)).ok()
}

fn amount(scenario: &Scenario, field: &str, value: &Value) -> Option<Amount> {
    let def = scenario.definition().fields.get(field)?;
    let currency = def.currency.clone().filter(|_| def.kind == FieldType::Money)?;
    Some(Amount { ten_thousandths: ten_thousandths(value.as_decimal()?)?, currency })
}

/// The field that the scenario names its `value` (F5).
fn value_of(scenario: &Scenario, case: &Case) -> Option<Amount> {
    let field = scenario.definition().value.as_deref()?;
    amount(scenario, field, case.fields.get(field)?)
}

/// The timers that run: what stands still in a pause is not among them, until it is armed again (A9).
fn running(case: &Case) -> impl Iterator<Item = &Timer> {
    let standing = |timer: &Timer| {
        let pause = case.visit.pause.as_ref();
        let left = pause.and_then(|pause| pause.timers.get(&timer.id));
        left.is_some_and(|left| !matches!(left, Remaining::WasDue(_)))
    };
    case.timers.iter().filter(move |timer| !standing(timer))
}

fn timers(scenario: &Scenario, before: Option<&Case>, case: &Case) -> Changes<TimerRow> {
    let was: Vec<&Timer> = before.into_iter().flat_map(running).collect();
    let is: Vec<&Timer> = running(case).collect();
    // The trigger's first state can differ between versions (T7).
    let adopted = before.is_some_and(|before| before.scenario != case.scenario);
    let known = |timer: &Timer| !adopted && was.iter().any(|it| it.id == timer.id && it.at == timer.at);
    let enabled = |timer: &Timer| {
        let trigger = timer.trigger.as_deref().and_then(|rule| scenario.trigger(rule));
        trigger.is_none_or(|trigger| trigger.enabled)
    };
    Changes {
        put: (is.iter().filter(|timer| !known(timer)))
            .map(|timer| TimerRow {
                id: timer.id.clone(),
                case: case.id.clone(),
                at: timer.at,
                scenario: case.scenario.id.clone(),
                trigger: timer.trigger.clone(),
                enabled: enabled(timer),
            })
            .collect(),
        gone: (was.iter().filter(|timer| !is.iter().any(|it| it.id == timer.id)))
            .map(|timer| timer.id.clone())
            .collect(),
    }
}

/// Whose an activity is: its assignee's; of nobody with a role; else the case's responsible's (A1).
fn owner<'a>(case: &'a Case, activity: &'a Activity) -> Option<&'a String> {
    activity.assignee.as_ref().or_else(|| case.responsible.as_ref().filter(|_| activity.role.is_none()))
}

/// The rows of open activities that differ from those before.
pub(crate) fn activities(before: Option<&Case>, case: &Case) -> Result<Changes<ActivityRow>, StoreError> {
    let mut changes = Changes::default();
    for activity in &case.activities {
        let same = before.is_some_and(|before| {
            let was = before.open_activity(&activity.id);
            was.is_some_and(|was| was == activity && owner(before, was) == owner(case, activity))
        });
        if !same {
            changes.put.push(ActivityRow {
                id: activity.id.clone(),
                case: case.id.clone(),
                kind: activity.kind.clone(),
                title: plain(&activity.title),
                owner: owner(case, activity).cloned(),
                role: activity.role.clone().filter(|_| activity.assignee.is_none()),
                due: activity.due.map(|due| due.at),
                yellow_from: activity.due.map(|due| due.yellow_from),
                mandatory: activity.mandatory,
                planned_at: activity.planned_at,
                text: json(activity)?,
            });
        }
    }
    let was = before.map(|it| it.activities.as_slice()).unwrap_or_default();
    let gone = was.iter().filter(|it| case.open_activity(&it.id).is_none());
    changes.gone = gone.map(|it| it.id.clone()).collect();
    Ok(changes)
}

/// A title in English, or in the first language that it has.
fn plain(title: &Text) -> String {
    title.get("en").to_owned()
}

fn fields(scenario: &Scenario, before: Option<&Case>, case: &Case) -> Changes<FieldRow> {
    let mut changes = Changes::default();
    for (field, value) in &case.fields {
        let adopted = before.is_some_and(|before| before.scenario != case.scenario);
        if (adopted || before.and_then(|it| it.fields.get(field)) != Some(value))
            && let Some(row) = field_row(scenario, case, field, value)
        {
            changes.put.push(row);
        }
    }
    let was = before.into_iter().flat_map(|it| it.fields.keys());
    changes.gone = was.filter(|field| !case.fields.contains_key(*field)).cloned().collect();
    changes
}

/// The row of a field; none for lists, which stand in the case only.
fn field_row(scenario: &Scenario, case: &Case, field: &str, value: &Value) -> Option<FieldRow> {
    let kind = match value {
        Value::Text(_) => FieldKind::Text,
        Value::Decimal(_) => FieldKind::Number,
        Value::Bool(_) => FieldKind::Bool,
        Value::Date(_) | Value::Moment(_) => FieldKind::Moment,
        Value::List(_) | Value::Record(_) => return None,
    };
    let amount = amount(scenario, field, value);
    let moment = match value {
        Value::Moment(moment) => Some(*moment),
        Value::Date(date) => {
            let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
            Moment::from_millis(midnight.timestamp_millis()).ok()
        }
        _ => None,
    };
    Some(FieldRow {
        case: case.id.clone(),
        field: field.to_owned(),
        kind: if amount.is_some() { FieldKind::Money } else { kind },
        text: value.to_string(),
        amount,
        moment,
        find: scenario.definition().fields.get(field).is_some_and(|def| def.find),
    })
}

fn is_made(case: &Case, id: &str) -> bool {
    id.strip_prefix(case.id.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

/// Every key by which a case is found.
pub(crate) fn keys(case: &Case) -> BTreeSet<KeyRow> {
    let row = |kind, key: &str| KeyRow { case: case.id.clone(), kind, key: key.to_owned() };
    let mut keys = BTreeSet::new();
    for party in case.parties.values() {
        keys.extend(party.contacts.iter().map(|key| row(KeyKind::Contact, key)));
        keys.extend(party.reference.iter().map(|key| row(KeyKind::Party, key)));
    }
    keys.extend(
        case.interactions.iter().filter_map(|it| it.contact.as_deref()).map(|key| row(KeyKind::Contact, key)),
    );
    for it in &case.interactions {
        keys.extend(it.contacts.iter().map(|key| row(KeyKind::Contact, key)));
        // An id that a step made says nothing outside the case.
        let own = Some(&it.id).filter(|id| !is_made(case, id));
        let ids = own.into_iter().chain(&it.thread);
        keys.extend(ids.map(|id| row(KeyKind::External, &interaction_key(&it.channel, id))));
    }
    keys.extend(case.external_ids.iter().map(|key| row(KeyKind::External, key)));
    keys.extend(
        case.documents.iter().map(|it| row(KeyKind::Document, &format!("{}/{}", it.document, it.id))),
    );
    keys.extend(case.links.keys().map(|key| row(KeyKind::Link, key)));
    keys.retain(|it| !it.key.is_empty());
    keys
}

fn key_changes(before: Option<&Case>, case: &Case) -> (Vec<KeyRow>, Vec<KeyRow>) {
    let same = |before: &Case| {
        before.parties == case.parties
            && before.interactions.len() == case.interactions.len()
            && before.interactions == case.interactions
            && before.external_ids == case.external_ids
            && before.documents == case.documents
            && before.links == case.links
    };
    if before.is_some_and(same) {
        return (Vec::new(), Vec::new());
    }
    let was = before.map(keys).unwrap_or_default();
    let is = keys(case);
    (is.difference(&was).cloned().collect(), was.difference(&is).cloned().collect())
}

/// The commit of an erasure (S12): of the case before it, and of what it gives.
///
/// Effects that are still to be done are written anew as well.
///
/// # Errors
/// As [`commit_of`].
pub fn commit_of_erasure(scenario: &Scenario, before: &Case, erased: &Erased) -> Result<Commit, StoreError> {
    let mut commit = commit_of(scenario, Some(before), erased.outcome())?;
    let mut erasure = Erasure::default();
    for entry in erased.entries() {
        erasure.entries.push(entry_row(entry)?);
        erasure.effects.extend(effect_rows(entry)?);
    }
    commit.erasure = Some(Box::new(erasure));
    Ok(commit)
}
