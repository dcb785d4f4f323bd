//! One pass over the chosen cases: what the funnels are made of.

use super::ask::{Ask, Timing};
use super::durations::Durations;
use super::frame::Frame;
use super::matching::{Matcher, last_stage};
use super::records::{NONE64, Outcome, Row};
use super::slices::Slices;
use super::total::{Counts, Worthy};

/// What is counted of one slice.
pub(super) struct Tally {
    pub cases: Counts,
    pub entered: Counts,
    pub visits: Vec<u64>,
    /// Cases by their furthest stage, from 1 on; 0 is none, and after the last stands won.
    pub furthest: Counts,
    /// The void ones among them.
    pub furthest_void: Counts,
    /// Of each stage each line of reasons, once a case was lost there.
    pub lost: Vec<Option<Counts>>,
    pub void: Counts,
    pub open: Counts,
    pub won: Counts,
    pub transferred: Counts,
    pub reopened: Counts,
    /// By part that was counted by itself, then by place.
    pub times: Vec<Vec<Times>>,
    /// When a place was seen last: so that a case counts once.
    seen: Vec<u32>,
    case: u32,
}

/// Lengths of visits to one stage, in milliseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    pub calendar: Vec<i64>,
    pub working: Vec<i64>,
    pub paused: i128,
    /// The same added up by case.
    pub case_calendar: Vec<i64>,
    pub case_working: Vec<i64>,
    /// Of each case its latest visit that has ended.
    pub last_calendar: Vec<i64>,
    pub last_working: Vec<i64>,
}

impl Tally {
    fn new(frame: &Frame<'_>) -> Self {
        let (places, lines, currencies) = (frame.places.len(), frame.lines.len(), frame.currencies.len());
        let counts = |places| Counts::new(places, currencies);
        Self {
            cases: counts(1),
            entered: counts(places),
            visits: vec![0; places],
            furthest: counts(frame.places.known + 2),
            furthest_void: counts(frame.places.known + 2),
            lost: vec![None; places],
            void: counts(lines),
            open: counts(places),
            won: counts(1),
            transferred: counts(1),
            reopened: counts(1),
            times: vec![vec![Times::default(); places]],
            seen: vec![0; places],
            case: 0,
        }
    }

    fn case(&mut self, frame: &Frame<'_>, timing: Timing, at: usize, row: &Row) {
        let worth = frame.worth(at, row);
        self.cases.add(0, &worth);
        // A case that has passed to another scenario has stages of both, and does not say which is whose.
        if !frame.is_ours(row) {
            self.transferred.add(0, &worth);
            return;
        }
        if row.reopened > 0 {
            self.reopened.add(0, &worth);
        }
        let furthest = self.stages(frame, timing, at, row, &worth);
        self.end(frame, row, furthest, &worth);
    }

    /// The visits; answers the furthest stage, from 1 on.
    fn stages(&mut self, frame: &Frame<'_>, timing: Timing, at: usize, row: &Row, worth: &Worthy) -> usize {
        self.case += 1;
        let mut furthest = 0;
        let known = frame.places.known;
        let visits = &frame.records.visits;
        let range = row.first as usize..(row.first + row.len) as usize;
        let (Some(stages), Some(calendars)) =
            (visits.stage.get(range.clone()), visits.calendar.get(range.clone()))
        else {
            return furthest;
        };
        for (stage, calendar) in stages.iter().zip(calendars) {
            let place = frame.places.at(*stage);
            if let Some(visits) = self.visits.get_mut(place) {
                *visits += 1;
            }
            if let Some(seen) = self.seen.get_mut(place)
                && *seen != self.case
            {
                *seen = self.case;
                self.entered.add(place, worth);
            }
            if place < known && place >= furthest {
                furthest = place + 1;
            }
            if *calendar != NONE64
                && let Some(times) = self.times.last_mut().and_then(|it| it.get_mut(place))
            {
                times.calendar.push(*calendar);
            }
        }
        if timing == Timing::Full {
            self.times_of_case(frame, at, row);
        }
        furthest
    }

    fn times_of_case(&mut self, frame: &Frame<'_>, at: usize, row: &Row) {
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        // Of each place of the case: added up, and the latest.
        let mut own: Vec<(usize, i64, i64, i64, i64)> = Vec::new();
        for nth in 0..row.len {
            let Some(it) = frame.records.visits.get((row.first + nth) as usize) else { break };
            if it.calendar == NONE64 {
                continue;
            }
            let place = frame.places.at(it.stage);
            if let Some(times) = self.times.last_mut().and_then(|it| it.get_mut(place)) {
                times.working.push(it.working);
                times.paused += i128::from(frame.records.paused.get(&(number, nth)).copied().unwrap_or(0));
            }
            match own.iter_mut().find(|(known, ..)| *known == place) {
                Some((_, calendar, working, last_calendar, last_working)) => {
                    *calendar = calendar.saturating_add(it.calendar);
                    *working = working.saturating_add(it.working);
                    (*last_calendar, *last_working) = (it.calendar, it.working);
                }
                None => own.push((place, it.calendar, it.working, it.calendar, it.working)),
            }
        }
        for (place, calendar, working, last_calendar, last_working) in own {
            if let Some(times) = self.times.last_mut().and_then(|it| it.get_mut(place)) {
                times.case_calendar.push(calendar);
                times.case_working.push(working);
                times.last_calendar.push(last_calendar);
                times.last_working.push(last_working);
            }
        }
    }

    /// Won is after all stages; lost and void are not in the order, and a win that was undone by reopening is none.
    fn end(&mut self, frame: &Frame<'_>, row: &Row, furthest: usize, worth: &Worthy) {
        let furthest = if row.outcome.is_won() { frame.places.known + 1 } else { furthest };
        self.furthest.add(furthest, worth);
        match row.outcome {
            Outcome::Open => {
                if let Some(stage) = last_stage(frame.records, row) {
                    self.open.add(frame.places.at(stage), worth);
                }
            }
            Outcome::Won | Outcome::Result => self.won.add(0, worth),
            Outcome::Void => {
                self.furthest_void.add(furthest, worth);
                self.void.add(frame.line(row), worth);
            }
            Outcome::Lost | Outcome::BadResult => {
                if let Some(lost) = self.lost.get_mut(frame.places.at(row.from)) {
                    let none = || Counts::new(frame.lines.len(), frame.currencies.len());
                    lost.get_or_insert_with(none).add(frame.line(row), worth);
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        let pairs = [
            (&mut self.cases, &other.cases),
            (&mut self.entered, &other.entered),
            (&mut self.furthest, &other.furthest),
            (&mut self.furthest_void, &other.furthest_void),
            (&mut self.void, &other.void),
            (&mut self.open, &other.open),
            (&mut self.won, &other.won),
            (&mut self.transferred, &other.transferred),
            (&mut self.reopened, &other.reopened),
        ];
        for (own, other) in pairs {
            own.merge(other);
        }
        for (own, other) in self.lost.iter_mut().zip(other.lost) {
            match (own, other) {
                (Some(own), Some(other)) => own.merge(&other),
                (own, other) => *own = own.take().or(other),
            }
        }
        for (own, other) in self.visits.iter_mut().zip(&other.visits) {
            *own += other;
        }
        self.times.extend(other.times);
    }
}

/// So few are not worth a thread.
const FEW: usize = 10_000;

/// The rows of the cases that were asked for.
pub(super) fn chosen(frame: &Frame<'_>, ask: &Ask, matcher: &Matcher) -> Vec<u32> {
    let rows = &frame.records.rows;
    let of = |first: usize, rows: &[Row]| -> Vec<u32> {
        let each = (first..).zip(rows).filter_map(|(at, row)| Some((u32::try_from(at).ok()?, row)));
        each.filter(|(at, row)| ask.holds(row.opened, Frame::closed(row)) && !frame.is_foreign(*at, row))
            .filter(|(at, row)| matcher.holds(frame, ask.basis, *at as usize, row))
            .map(|(at, _)| at)
            .collect()
    };
    let size = rows.len().div_ceil(ask.threads.max(1)).max(FEW);
    let parts: Vec<(usize, &[Row])> = (0..).step_by(size).zip(rows.chunks(size)).collect();
    in_threads(&parts, |(first, rows)| of(*first, rows)).concat()
}

/// What comes of each part, in their order; of several each in a thread of its own.
fn in_threads<P: Sync, T: Send>(parts: &[P], work: impl Fn(&P) -> T + Sync) -> Vec<T> {
    if parts.len() < 2 {
        return parts.iter().map(work).collect();
    }
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = parts.iter().map(|part| scope.spawn(move || work(part))).collect();
        // Nothing here panics; if it did, a part of the cases must not be missing in silence.
        let ended = running.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended.map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Counts the rows, each slice by itself.
pub(super) fn tallies(
    frame: &Frame<'_>,
    ask: &Ask,
    slices: &Slices,
    names: usize,
    rows: &[u32],
) -> Vec<Tally> {
    let count = |rows: &[u32]| {
        let mut tallies: Vec<Tally> = (0..names).map(|_| Tally::new(frame)).collect();
        for at in rows {
            let at = *at as usize;
            let Some(row) = frame.records.rows.get(at) else { continue };
            slices.each(frame, ask, at, row, |slice| {
                if let Some(tally) = tallies.get_mut(slice) {
                    tally.case(frame, ask.timing, at, row);
                }
            });
        }
        tallies
    };
    let size = rows.len().div_ceil(ask.threads.max(1)).max(FEW);
    let parts: Vec<&[u32]> = rows.chunks(size).collect();
    if parts.is_empty() {
        return count(rows);
    }
    let counted = in_threads(&parts, |rows| count(rows));
    let mut parts = counted.into_iter();
    let mut whole = parts.next().unwrap_or_default();
    for part in parts {
        for (own, other) in whole.iter_mut().zip(part) {
            own.merge(other);
        }
    }
    whole
}

/// What is told of the times of one stage.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    pub calendar: Durations,
    pub working: Durations,
    pub case_calendar: Durations,
    pub case_working: Durations,
    pub last_calendar: Durations,
    pub last_working: Durations,
    pub paused: i128,
}

/// The numbers of the times of many stages, which were counted in parts.
pub(super) fn told(parts: Vec<Vec<Times>>, threads: usize) -> Vec<Told> {
    fn of(parts: &mut Vec<Times>) -> Told {
        let mut times = Times::default();
        for part in std::mem::take(parts) {
            if times.calendar.is_empty() {
                times = part;
                continue;
            }
            times.calendar.extend(part.calendar);
            times.working.extend(part.working);
            times.paused += part.paused;
            times.case_calendar.extend(part.case_calendar);
            times.case_working.extend(part.case_working);
            times.last_calendar.extend(part.last_calendar);
            times.last_working.extend(part.last_working);
        }
        Told {
            calendar: Durations::of(&mut times.calendar),
            working: Durations::of(&mut times.working),
            case_calendar: Durations::of(&mut times.case_calendar),
            case_working: Durations::of(&mut times.case_working),
            last_calendar: Durations::of(&mut times.last_calendar),
            last_working: Durations::of(&mut times.last_working),
            paused: times.paused,
        }
    }
    let places = parts.iter().map(Vec::len).max().unwrap_or_default();
    let mut all: Vec<(Vec<Times>, Told)> = vec![(Vec::new(), Told::default()); places];
    for part in parts {
        for ((times, _), it) in all.iter_mut().zip(part) {
            times.push(it);
        }
    }
    let many = |(parts, _): &(Vec<Times>, Told)| parts.iter().map(|it| it.calendar.len()).sum::<usize>();
    if threads < 2 || all.iter().map(many).sum::<usize>() < 100_000 {
        for (parts, told) in &mut all {
            *told = of(parts);
        }
    } else {
        // The longest first, so that no thread ends with it alone; each takes the next that nobody has taken.
        let mut order: Vec<&mut (Vec<Times>, Told)> = all.iter_mut().collect();
        order.sort_by_key(|it| std::cmp::Reverse(many(it)));
        let next = std::sync::Mutex::new(order.into_iter());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some((parts, told)) = next.lock().ok().and_then(|mut it| it.next()) {
                        *told = of(parts);
                    }
                });
            }
        });
    }
    all.into_iter().map(|(_, told)| told).collect()
}
