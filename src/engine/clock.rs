//! The stage's clock: time limits, timers, pauses, moments taken from fields (A9, T8, T11).

use super::work::Work;
use crate::calendar::Remaining;
use crate::case::{DueState, Event, Pause, Timer};
use crate::condition::Truth;
use crate::scenario::def::{DueDef, EventDef, FieldMoment};
use crate::scenario::model::Trigger;
use crate::{Calendar, Moment, Span, Value};
use chrono::NaiveTime;
use std::collections::BTreeMap;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Work<'_> {
    /// The moment that a field gives, moved as the scenario says (T8); none while the field is empty.
    pub fn field_moment(&self, moment: &FieldMoment) -> Option<Moment> {
        field_moment(self.calendar, self.case.fields.get(&moment.field)?, moment)
    }

    /// When a planned activity is due.
    pub fn due(&self, due: &DueDef) -> Option<DueState> {
        match due {
            DueDef::Span(span) => self.due_in(span),
            DueDef::Field(moment) => {
                // A1: a date without an hour is due at the first instant of the next local day.
                let whole_day = moment.at.is_none() && moment.before.is_none() && moment.after.is_none();
                match (whole_day, self.case.fields.get(&moment.field)) {
                    (true, Some(Value::Date(date))) => Some(self.due_on(*date)),
                    _ => self.field_moment(moment).map(|at| self.due_at(at, self.is_beyond(at))),
                }
            }
        }
    }

    /// A due date without a time: the first instant of the next local day (A1).
    pub fn due_on(&self, date: chrono::NaiveDate) -> DueState {
        let at = self.calendar.next_day_start(self.calendar.day_start(date));
        self.due_at(at, self.is_beyond(at))
    }

    pub fn is_beyond(&self, at: Moment) -> bool {
        let end = self
            .calendar
            .known_until()
            .map(|date| self.calendar.next_day_start(self.calendar.day_start(date)));
        end.is_some_and(|end| at > end)
    }

    /// Arms a timer, whether its trigger is on or off (T7).
    pub fn arm(
        &mut self,
        at: Moment,
        rule: &str,
        subject: Option<&str>,
        visit: Option<u32>,
        span: Option<Span>,
    ) {
        let trigger = subject.is_none().then(|| rule.to_owned());
        // A subject's id begins with the case's already.
        let (visit_number, arming) = (self.case.visit.number, self.case.armings + 1);
        let id = match subject {
            Some(subject) => format!("{subject}/{visit_number}/{arming}"),
            None => format!("{}/{rule}/{visit_number}/{arming}", self.case.id),
        };
        let timer = Timer { id, at, trigger, subject: subject.map(str::to_owned), visit, span };
        self.emit(Event::Armed(Box::new(timer)));
    }

    pub fn disarm(&mut self, which: impl Fn(&Timer) -> bool) {
        if !self.case.timers.iter().any(&which) {
            return;
        }
        let ids: Vec<String> =
            self.case.timers.iter().filter(|it| which(it)).map(|it| it.id.clone()).collect();
        for timer in ids {
            self.emit(Event::Disarmed { timer });
        }
    }

    /// Arms what a new visit has: `after` timers and moments from fields (M8).
    pub fn arm_visit(&mut self) {
        let s = self.s;
        let visit = Some(self.case.visit.number);
        let stage = self.stage();
        for trigger in stage.into_iter().flat_map(|stage| stage.triggers.iter()).chain(&s.triggers) {
            self.arm_after(trigger, visit);
        }
        for trigger in stage.into_iter().flat_map(|stage| stage.triggers.iter()) {
            if let EventDef::Moment(moment) = &trigger.on {
                self.arm_moment(&trigger.rule, moment, visit);
            }
        }
    }

    pub fn arm_after(&mut self, trigger: &Trigger, visit: Option<u32>) {
        if let EventDef::After(span) = &trigger.on
            && let Ok(due) = self.calendar.due(span, self.now())
        {
            self.arm(due.moment, &trigger.rule, None, visit, Some(*span));
        }
    }

    pub fn arm_moment(&mut self, rule: &str, moment: &FieldMoment, visit: Option<u32>) {
        if let Some(at) = self.field_moment(moment) {
            self.arm(at, rule, None, visit, None);
        }
    }

    /// The scenario's own moments from fields, armed from opening to closing.
    pub fn arm_scenario(&mut self) {
        for trigger in &self.s.triggers {
            if let EventDef::Moment(moment) = &trigger.on {
                self.arm_moment(&trigger.rule, moment, None);
            }
        }
    }

    /// A field has changed: what hangs on it follows (T8, A3).
    pub fn field_changed(&mut self, field: &str) {
        let s = self.s;
        if s.def.deadline.as_deref() == Some(field) {
            self.set_deadline();
        }
        let here = self.here();
        for timer in s.field_timers.get(field).into_iter().flatten() {
            if timer.stage.is_some() && timer.stage != here
                || !self.case.is_open()
                || self.case.visit.number == 0
            {
                continue;
            }
            self.disarm(|armed| armed.trigger.as_deref() == Some(&timer.rule));
            let visit = timer.stage.map(|_| self.case.visit.number);
            self.arm_moment(&timer.rule, &timer.moment, visit);
        }
    }

    /// The case's own deadline follows its field (A3).
    pub fn set_deadline(&mut self) {
        let field = self.s.def.deadline.as_ref();
        let due = match field.and_then(|field| self.case.fields.get(field)) {
            Some(Value::Date(date)) => Some(self.due_on(*date)),
            Some(Value::Moment(at)) => Some(self.due_at(*at, self.is_beyond(*at))),
            _ => None,
        };
        if due != self.case.deadline {
            self.emit(Event::DeadlineSet { due });
        }
    }

    /// The stage's clock stands still while its condition holds (A9); unknown leaves it as it was.
    pub fn bring_pause_up_to_date(&mut self) {
        let Some(condition) = self.stage().and_then(|stage| stage.pause.as_ref()) else { return };
        match (condition.holds(&self.judge()), &self.case.visit.pause) {
            (Truth::True, None) => self.pause(),
            (Truth::False, Some(_)) => self.resume(),
            _ => {}
        }
    }

    fn pause(&mut self) {
        let now = self.now();
        let remaining = |span: &Span, due: Moment| self.calendar.remaining(span, now, due);
        let visit = Some(self.case.visit.number);
        let limit = self.case.visit.limit.map(|limit| remaining(&limit.span, limit.due.at));
        let timers = self
            .case
            .timers
            .iter()
            .filter(|timer| timer.visit == visit)
            .filter_map(|timer| Some((timer.id.clone(), remaining(timer.span.as_ref()?, timer.at))))
            .collect();
        self.emit(Event::Paused(Pause { since: now, limit, timers }));
    }

    /// While the clock stands still, `after` timers that were armed meanwhile stand still as well.
    pub fn pause_newly_armed(&mut self) {
        let Some(mut pause) = self.case.visit.pause.clone() else { return };
        let visit = Some(self.case.visit.number);
        let more: Vec<(String, Remaining)> = self
            .case
            .timers
            .iter()
            .filter(|timer| timer.visit == visit && !pause.timers.contains_key(&timer.id))
            .filter_map(|timer| {
                let remaining = self.calendar.remaining(timer.span.as_ref()?, self.now(), timer.at);
                Some((timer.id.clone(), remaining))
            })
            .collect();
        if !more.is_empty() {
            pause.timers.extend(more);
            self.emit(Event::Paused(*pause));
        }
    }

    /// On resuming, what remained is counted from now; what was due already stays due (A9).
    pub fn resume(&mut self) {
        let Some(pause) = self.case.visit.pause.clone() else { return };
        let now = self.now();
        let again = |remaining: &Remaining| self.calendar.resume(remaining, now).ok();
        let limit = pause.limit.as_ref().and_then(again).map(|due| self.due_at(due.moment, due.beyond_known));
        let timers: BTreeMap<String, Moment> = pause
            .timers
            .iter()
            .filter_map(|(id, remaining)| again(remaining).map(|due| (id.clone(), due.moment)))
            .collect();
        self.emit(Event::Resumed { limit, timers, paused_ms: now.millis_since(pause.since) });
    }
}

/// The moment that a field's value gives: a date is its first local instant, or the hour given in `at`.
pub(crate) fn field_moment(calendar: &Calendar, value: &Value, moment: &FieldMoment) -> Option<Moment> {
    let base = match value {
        Value::Date(date) => match moment.at {
            Some(time) => calendar.at(*date, time),
            None => calendar.day_start(*date),
        },
        Value::Moment(at) => *at,
        _ => return None,
    };
    match (&moment.before, &moment.after) {
        (Some(span), _) => before(calendar, span, base),
        (None, Some(span)) => calendar.due(span, base).ok().map(|due| due.moment),
        (None, None) => Some(base),
    }
}

/// So long before a moment: elapsed time, or the same local time some dates or working dates ago (T8). Working
/// hours are not counted backwards, which `check` says.
fn before(calendar: &Calendar, span: &Span, from: Moment) -> Option<Moment> {
    let today = calendar.local_date(from);
    let dates_ago = |days: u32| today.checked_sub_days(chrono::Days::new(days.into()));
    let millis = |count: u32, unit: i64| i64::from(count) * unit;
    match *span {
        Span::Minutes(minutes) => Some(from.plus_millis(-millis(minutes, MINUTE))),
        Span::Hours(hours) => Some(from.plus_millis(-millis(hours, HOUR))),
        Span::Days(days) => Some(calendar.at(dates_ago(days)?, wall_clock(calendar, from))),
        Span::Weeks(weeks) => {
            Some(calendar.at(dates_ago(weeks.saturating_mul(7))?, wall_clock(calendar, from)))
        }
        Span::WorkingDays { days, .. } => {
            let (mut date, mut left) = (today, days);
            // Bounded: a week without working time does not compile, overrides are at most 4,000.
            for _ in 0..200_000 {
                if left == 0 {
                    break;
                }
                date = date.pred_opt()?;
                if calendar.is_working_date(date) {
                    left -= 1;
                }
            }
            Some(calendar.at(date, wall_clock(calendar, from)))
        }
        _ => None,
    }
}

/// What the clock on the wall shows, also on a day on which it is set forward or back.
fn wall_clock(calendar: &Calendar, from: Moment) -> NaiveTime {
    let date = calendar.local_date(from);
    let last = DAY - 1;
    let elapsed = from.millis_since(calendar.day_start(date)).clamp(0, last);
    let wall = elapsed + from.millis_since(calendar.at(date, time_of(elapsed)));
    time_of(wall.clamp(0, last))
}

fn time_of(millis: i64) -> NaiveTime {
    let seconds = u32::try_from(millis / 1000).unwrap_or(0);
    let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos).unwrap_or_default()
}
