//! Working hours along local time, without any zone: sums in closed form over whole weeks.

use std::collections::BTreeMap;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// The working intervals of one date: milliseconds of the day, ends exclusive, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct DayPlan {
    intervals: Vec<(i64, i64)>,
    total: i64,
}

/// What was counted up to some day: working time and working dates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sum {
    pub(super) millis: i64,
    pub(super) dates: i64,
}

/// A date that differs from its weekday.
#[derive(Clone, Debug)]
struct Override {
    day: i64,
    plan: DayPlan,
    /// By how much all earlier overrides differ from their weekdays.
    ahead: Sum,
    /// Everything through the end of this date.
    through: Sum,
}

/// A week that repeats, and the dates that differ. Days are numbered from 1970-01-01.
#[derive(Clone, Debug)]
pub(super) struct Hours {
    week: [DayPlan; 7],
    /// Sums from the beginning of a week to the beginning of each weekday, and to the week's end.
    prefix: [Sum; 8],
    overrides: Vec<Override>,
    /// By how much all overrides differ from their weekdays.
    ahead: Sum,
}

static NO_WORK: DayPlan = DayPlan { intervals: Vec::new(), total: 0 };

impl DayPlan {
    /// A plan of intervals that are in order and do not overlap.
    pub(super) fn new(intervals: Vec<(i64, i64)>) -> Self {
        let total = intervals.iter().map(|(from, to)| to - from).sum();
        Self { intervals, total }
    }

    pub(super) fn intervals(&self) -> &[(i64, i64)] {
        &self.intervals
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.total == 0
    }

    fn sum(&self) -> Sum {
        Sum { millis: self.total, dates: i64::from(self.total > 0) }
    }

    /// Working time from midnight to a time of the day.
    fn worked_by(&self, time: i64) -> i64 {
        self.intervals.iter().map(|(from, to)| time.min(*to).saturating_sub(*from).max(0)).sum()
    }

    /// The earliest time of the day by which so much was worked.
    fn time_of(&self, mut worked: i64) -> i64 {
        for (from, to) in &self.intervals {
            if worked <= to - from {
                return from + worked;
            }
            worked -= to - from;
        }
        DAY
    }
}

impl Sum {
    const fn plus(self, other: Self) -> Self {
        Self { millis: self.millis + other.millis, dates: self.dates + other.dates }
    }

    const fn minus(self, other: Self) -> Self {
        Self { millis: self.millis - other.millis, dates: self.dates - other.dates }
    }

    const fn times(self, n: i64) -> Self {
        Self { millis: self.millis * n, dates: self.dates * n }
    }
}

/// The week (numbered from the one of 1970-01-01) and the weekday of a day, Monday being 0.
///
/// 1970-01-01 was a Thursday.
const fn week_of(day: i64) -> (i64, usize) {
    let day = day.saturating_add(3);
    (day.div_euclid(7), day.rem_euclid(7) as usize)
}

impl Hours {
    /// The hours of a week with some working time, and of the dates that differ from it.
    pub(super) fn new(week: [DayPlan; 7], days: BTreeMap<i64, DayPlan>) -> Self {
        let mut prefix = [Sum::default(); 8];
        let mut sum = Sum::default();
        for (slot, plan) in prefix.iter_mut().skip(1).zip(&week) {
            sum = sum.plus(plan.sum());
            *slot = sum;
        }
        let mut hours =
            Self { week, prefix, overrides: Vec::with_capacity(days.len()), ahead: Sum::default() };
        for (day, plan) in days {
            let ahead = hours.ahead;
            let through = hours.week_before(day).plus(ahead).plus(plan.sum());
            hours.ahead = ahead.plus(plan.sum()).minus(hours.weekday(day).sum());
            hours.overrides.push(Override { day, plan, ahead, through });
        }
        hours
    }

    fn weekday(&self, day: i64) -> &DayPlan {
        self.week.get(week_of(day).1).unwrap_or(&NO_WORK)
    }

    fn week_before(&self, day: i64) -> Sum {
        let (week, weekday) = week_of(day);
        self.a_week().times(week).plus(self.prefix.get(weekday).copied().unwrap_or_default())
    }

    fn a_week(&self) -> Sum {
        self.prefix.last().copied().unwrap_or_default()
    }

    /// By how much the overrides before a day differ from their weekdays, and the day's own plan.
    fn locate(&self, day: i64) -> (Sum, &DayPlan) {
        let number = self.overrides.partition_point(|o| o.day < day);
        match self.overrides.get(number) {
            Some(o) if o.day == day => (o.ahead, &o.plan),
            Some(o) => (o.ahead, self.weekday(day)),
            None => (self.ahead, self.weekday(day)),
        }
    }

    /// The plan of a day.
    pub(super) fn plan(&self, day: i64) -> &DayPlan {
        self.locate(day).1
    }

    /// Working time up to a local millisecond, from an origin that is the same for all.
    pub(super) fn millis_by(&self, local: i64) -> i64 {
        let day = local.div_euclid(DAY);
        let (ahead, plan) = self.locate(day);
        self.week_before(day).millis + ahead.millis + plan.worked_by(local - day * DAY)
    }

    /// Working dates before a day, from an origin that is the same for all.
    pub(super) fn dates_before(&self, day: i64) -> i64 {
        self.week_before(day).dates + self.locate(day).0.dates
    }

    /// The earliest local millisecond by which [`Hours::millis_by`] has come to `target`.
    pub(super) fn local_of(&self, target: i64) -> i64 {
        let day = self.day_reaching(target, |sum| sum.millis);
        let (ahead, plan) = self.locate(day);
        let worked = target - self.week_before(day).millis - ahead.millis;
        day.saturating_mul(DAY).saturating_add(plan.time_of(worked))
    }

    /// The earliest day through whose end so many working dates were counted.
    pub(super) fn day_of_date(&self, target: i64) -> i64 {
        self.day_reaching(target, |sum| sum.dates)
    }

    /// The earliest day through whose end a sum has come to `target`: the overrides by binary search, what
    /// lies between two of them in closed form.
    fn day_reaching(&self, target: i64, of: fn(&Sum) -> i64) -> i64 {
        let number = self.overrides.partition_point(|o| of(&o.through) < target);
        let next = self.overrides.get(number);
        let rest = target - next.map_or(of(&self.ahead), |o| of(&o.ahead));
        // A week without working time does not compile; the guard keeps the division total.
        let a_week = of(&self.a_week()).max(1);
        let week = (rest - 1).div_euclid(a_week);
        let within = rest - week * a_week;
        let weekday = self.prefix.iter().skip(1).take_while(|sum| of(sum) < within).count();
        let day = week * 7 + i64::try_from(weekday).unwrap_or(0) - 3;
        next.map_or(day, |o| day.min(o.day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours() -> Hours {
        let office = || DayPlan::new(vec![(9 * HOUR, 13 * HOUR), (14 * HOUR, 18 * HOUR)]);
        let mut week: [DayPlan; 7] = std::array::from_fn(|_| office());
        week[5] = DayPlan::default();
        week[6] = DayPlan::default();
        let days = BTreeMap::from([
            (-20, DayPlan::default()),
            (0, DayPlan::new(vec![(9 * HOUR, 12 * HOUR)])),
            (2, office()),
            (4, DayPlan::default()),
            (5, DayPlan::default()),
        ]);
        Hours::new(week, days)
    }

    #[test]
    fn sums_agree_with_counting_day_by_day() {
        let hours = hours();
        let mut sum = Sum { millis: hours.millis_by(-60 * DAY), dates: hours.dates_before(-60) };
        for day in -60..60 {
            assert_eq!(hours.millis_by(day * DAY), sum.millis, "{day}");
            assert_eq!(hours.dates_before(day), sum.dates, "{day}");
            sum = sum.plus(hours.plan(day).sum());
        }
    }

    #[test]
    fn what_was_worked_by_a_time_leads_back_to_it() {
        let hours = hours();
        for minute in -40 * 1440..40 * 1440 {
            let local = minute * MINUTE;
            let done = hours.millis_by(local);
            let back = hours.local_of(done);
            assert!(back <= local && hours.millis_by(back) == done);
            assert!(hours.millis_by(back - 1) == done - 1, "{minute}");
        }
        for day in -40..40 {
            if !hours.plan(day).is_empty() {
                assert_eq!(hours.day_of_date(hours.dates_before(day) + 1), day);
            }
        }
    }
}
