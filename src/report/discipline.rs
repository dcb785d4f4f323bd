//! Time and discipline: what is late and whose, what goes back, what is skipped, what is red each day.

use super::Total;
use super::ask::Ask;
use super::frame::Frame;
use super::matching::{Matcher, was_late};
use super::records::Row;
use super::total::Counts;
use crate::Moment;
use crate::scenario::def::Text;
use chrono::{Days, NaiveDate};
use serde::Serialize;
use std::collections::BTreeMap;

/// How the work is kept up with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Discipline {
    /// By stage, in the report's order.
    pub stages: Vec<StageDiscipline>,
    /// By person, those with most late activities first; activities of nobody under the empty name.
    pub people: Vec<PersonLine>,
    /// Cases that were moved back at least once.
    pub moved_back: Total,
    /// Cases that were reopened at least once.
    pub reopened: Total,
    /// Requirements that were passed over (M11), those with most cases first.
    pub debts: Vec<DebtLine>,
    /// The lights at the end of each day, of all cases that the report's filter lets through, whatever the period by
    /// which it chooses; at most 400 days, the latest.
    pub lights: Vec<DayLights>,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StageDiscipline {
    /// The stage.
    pub id: String,
    /// Its title.
    pub label: Text,
    /// Activities that were planned on it.
    pub work: Work,
    /// Cases that were moved back from it.
    pub back: Total,
    /// Cases that were passed over it when they were moved forward or won.
    pub skipped: Total,
}

/// Activities in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Work {
    /// How many.
    pub planned: u64,
    /// How many of them somebody did.
    pub done: u64,
    /// How many ended after they were due, or are open and overdue (A1).
    pub late: u64,
    /// How many of those are open.
    pub open_late: u64,
    /// How many were rescheduled at least once (A8).
    pub rescheduled: u64,
    /// How many times in all.
    pub moves: u64,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PersonLine {
    /// Who.
    pub person: String,
    /// Their activities.
    pub work: Work,
}

/// A requirement that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DebtLine {
    /// The requirement.
    pub rule: String,
    /// Cases that had the debt.
    pub cases: Total,
    /// Debts of it by how they ended; those that stand under `standing`.
    pub ends: BTreeMap<String, u64>,
}

/// The lights at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DayLights {
    /// The day, in the report's time zone.
    pub day: NaiveDate,
    /// Open cases.
    pub open: u64,
    /// Those that were red.
    pub red: u64,
    /// Those that were yellow.
    pub yellow: u64,
}

const MOST_DAYS: u64 = 400;

impl Work {
    fn add(&mut self, it: &super::ActivityRecord, now: Option<Moment>) {
        let late = was_late(it, now);
        self.planned += 1;
        self.done += u64::from(it.done);
        self.late += u64::from(late);
        self.open_late += u64::from(late && it.ended.is_none());
        self.rescheduled += u64::from(it.moved > 0);
        self.moves += u64::from(it.moved);
    }
}

impl Discipline {
    pub(super) fn of(frame: &Frame<'_>, ask: &Ask, matcher: &Matcher, rows: &[u32]) -> Self {
        let records = frame.records;
        let (places, currencies) = (frame.places.len(), frame.currencies.len());
        let told =
            |total: Total| ask.rates.as_ref().map_or_else(|| total.clone(), |rates| total.converted(rates));
        let mut work = vec![Work::default(); places];
        let mut people: BTreeMap<&str, Work> = BTreeMap::new();
        let (mut back, mut skipped) = (Counts::new(places, currencies), Counts::new(places, currencies));
        let (mut moved_back, mut reopened) = (Counts::new(1, currencies), Counts::new(1, currencies));
        let mut debts: BTreeMap<&str, (Counts, BTreeMap<String, u64>)> = BTreeMap::new();
        for at in rows.iter().map(|at| *at as usize) {
            let Some(row) = records.rows.get(at).filter(|row| frame.is_ours(row)) else { continue };
            let worth = frame.worth(at, row);
            let walk = frame.walk(row);
            walk.back.iter().for_each(|place| back.add(*place, &worth));
            walk.skipped.iter().for_each(|place| skipped.add(*place, &worth));
            if walk.moved_back > 0 {
                moved_back.add(0, &worth);
            }
            if row.reopened > 0 {
                reopened.add(0, &worth);
            }
            let Some(Some(of)) = records.work.get(at) else { continue };
            for it in &of.activities {
                people.entry(it.person.as_deref().unwrap_or_default()).or_default().add(it, ask.now);
                if let Some(work) = frame.place(&it.stage).and_then(|place| work.get_mut(place)) {
                    work.add(it, ask.now);
                }
            }
            let mut named: Vec<&str> = Vec::new();
            for it in &of.debts {
                let (cases, ends) =
                    debts.entry(&it.rule).or_insert_with(|| (Counts::new(1, currencies), BTreeMap::new()));
                if !named.contains(&it.rule.as_str()) {
                    named.push(&it.rule);
                    cases.add(0, &worth);
                }
                *ends.entry(it.end.clone().unwrap_or_else(|| "standing".to_owned())).or_default() += 1;
            }
        }
        let stage = |(place, work): (usize, Work)| StageDiscipline {
            id: frame.place_id(place).to_owned(),
            label: frame.place_title(place),
            work,
            back: told(back.total(place, &frame.currencies)),
            skipped: told(skipped.total(place, &frame.currencies)),
        };
        let stages = work.into_iter().enumerate().map(stage);
        let said = |it: &StageDiscipline| it.work.planned + it.back.cases + it.skipped.cases > 0;
        let stages = stages.enumerate().filter(|(at, it)| *at < frame.places.known || said(it));
        let mut people: Vec<PersonLine> =
            people.into_iter().map(|(person, work)| PersonLine { person: person.to_owned(), work }).collect();
        people.sort_by(|a, b| b.work.late.cmp(&a.work.late).then_with(|| a.person.cmp(&b.person)));
        let mut debts: Vec<DebtLine> = debts
            .into_iter()
            .map(|(rule, (cases, ends))| DebtLine {
                rule: rule.to_owned(),
                cases: told(cases.total(0, &frame.currencies)),
                ends,
            })
            .collect();
        debts.sort_by(|a, b| b.cases.cases.cmp(&a.cases.cases).then_with(|| a.rule.cmp(&b.rule)));
        Self {
            stages: stages.map(|(_, it)| it).collect(),
            people,
            moved_back: told(moved_back.total(0, &frame.currencies)),
            reopened: told(reopened.total(0, &frame.currencies)),
            debts,
            lights: lights(frame, ask, matcher),
        }
    }
}

/// The days whose lights are told: those of the period; without one from the first case on, until now.
fn days(frame: &Frame<'_>, ask: &Ask) -> Vec<(NaiveDate, i64)> {
    let zone = frame.layout.zone;
    let local = |millis| {
        Moment::from_millis(millis).unwrap_or(Moment::MIN).to_utc().with_timezone(&zone).date_naive()
    };
    let Some(now) = ask.now else { return Vec::new() };
    let until = ask.to.map_or(now, |to| to.plus_millis(-1).min(now));
    let opened = frame.records.rows.iter().map(|row| row.opened).min();
    let Some(first) = ask.from.map(Moment::millis).or(opened) else { return Vec::new() };
    let (first, last) = (local(first), local(until.millis()));
    let first = first.max(last.checked_sub_days(Days::new(MOST_DAYS - 1)).unwrap_or(first));
    let end = |day: NaiveDate| {
        // The day ends where the next begins.
        let next = Moment::of_local(day.succ_opt()?.and_hms_opt(0, 0, 0)?, zone)?;
        Some((day, (next.millis() - 1).min(now.millis())))
    };
    first.iter_days().take_while(|day| *day <= last).filter_map(end).collect()
}

fn lights(frame: &Frame<'_>, ask: &Ask, matcher: &Matcher) -> Vec<DayLights> {
    let days = days(frame, ask);
    let place = |millis: i64| days.partition_point(|(_, end)| *end < millis);
    // What begins on a day and what ends on it, of each colour.
    let mut change = vec![[0_i64; 3]; days.len() + 1];
    let mut count = |kind: usize, from: i64, to: i64| {
        let (from, to) = (place(from), place(to));
        if from < to {
            for (at, by) in [(from, 1), (to, -1)] {
                if let Some(it) = change.get_mut(at).and_then(|it| it.get_mut(kind)) {
                    *it += by;
                }
            }
        }
    };
    let chosen = |at: usize, row: &Row| frame.is_ours(row) && matcher.holds(frame, ask.basis, at, row);
    for (at, row) in frame.records.rows.iter().enumerate() {
        let Some(Some(work)) = frame.records.work.get(at) else { continue };
        if days.is_empty() || !chosen(at, row) {
            continue;
        }
        let ends = work.lights.iter().skip(1).map(|it| it.at.millis()).chain([i64::MAX]);
        for (light, end) in work.lights.iter().zip(ends) {
            if !light.open {
                continue;
            }
            let begin = light.at.millis();
            let since = |it: Option<Moment>| it.map(|it| it.millis().max(begin));
            let red = since(light.red_from).map_or(end, |it| it.min(end));
            count(0, begin, end);
            count(1, red, end);
            if let Some(yellow) = since(light.yellow_from) {
                count(2, yellow.min(red), red);
            }
        }
    }
    let mut now = [0_i64; 3];
    let each = days.iter().zip(change).map(|((day, _), change)| {
        for (now, by) in now.iter_mut().zip(change) {
            *now += by;
        }
        let [open, red, yellow] = now.map(|it| u64::try_from(it).unwrap_or(0));
        DayLights { day: *day, open, red, yellow }
    });
    each.collect()
}
