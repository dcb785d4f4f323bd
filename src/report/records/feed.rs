//! One commit after the other: what an entry changes in the record of its case (F7).

use super::rows::{Row, VisitRow, short};
use super::{
    CHANNEL, CaseRecord, ClosingRecord, FIELDS, LightRecord, NONE16, NONE32, NONE64, Outcome, PRODUCT,
    REGION, RESPONSIBLE, RecordError, Records, TEAM, WorkRecord, expected, ten_thousandths,
};
use crate::case::{Case, Entry, Event, Visit, VisitEnd};

impl Records {
    /// Takes in one entry, with the case as it leaves it. One that was taken in already changes nothing, so that a
    /// feed may deliver twice.
    ///
    /// # Errors
    /// When entries of the case are missing in between, or the case is not as this entry leaves it; then nothing is changed.
    pub fn feed(&mut self, case: &Case, entry: &Entry) -> Result<(), RecordError> {
        let at = self.ids.find(&entry.case, &self.rows);
        let after = at.and_then(|at| self.rows.get(at)).map_or(0, |row| u64::from(row.revision));
        if at.is_some() && entry.number <= after {
            return Ok(());
        }
        if entry.number != after + 1 {
            return Err(RecordError::Hole { case: entry.case.clone(), after, found: entry.number });
        }
        if case.id != entry.case || case.revision != entry.number {
            let (case, revision) = (case.id.clone(), case.revision);
            return Err(RecordError::Apart { case, revision, entry: entry.number });
        }
        let Some(at) = at else {
            self.add(case)?;
            return self.begun_whole(case, entry);
        };
        if entry.events.iter().any(changes_all) {
            return self.anew(at, case, entry);
        }
        let mut worked = false;
        let mut reopened = false;
        for event in &entry.events {
            match event {
                Event::Left(end) => self.left(at, end),
                Event::Entered(visit) => {
                    self.entered(at, visit, std::mem::take(&mut reopened))
                        .ok_or_else(|| RecordError::TooMany(entry.case.clone()))?;
                }
                Event::FieldSet { field, .. } => self.field(at, field, case),
                Event::HandedOver { .. } => self.owner(at, case),
                Event::Closed(closing) => {
                    let closing = ClosingRecord::of(closing, self.keeping.comments);
                    self.closed(at, &closing).ok_or_else(|| RecordError::TooMany(entry.case.clone()))?;
                }
                Event::Reopened => {
                    self.reopened(at);
                    reopened = true;
                }
                Event::Planned(_)
                | Event::Ended { .. }
                | Event::Rescheduled { .. }
                | Event::Reassigned { .. }
                | Event::ActivityReopened { .. }
                | Event::Replanned { .. }
                | Event::DebtArose(_)
                | Event::DebtEnded { .. } => worked = true,
                _ => {}
            }
        }
        if let Some(row) = self.rows.get_mut(at) {
            row.revision += 1;
        }
        if self.keeping.work {
            let owner = entry.events.iter().any(|event| matches!(event, Event::HandedOver { .. }));
            self.worked(at, case, worked || owner);
        }
        if self.holes > 1024 && self.holes * 2 > self.visits.len() {
            self.close_holes();
        }
        Ok(())
    }

    /// Whether a case is new and has just begun, as most that are fed.
    pub(super) fn is_plain(&self, case: &Case) -> bool {
        case.visits.is_empty()
            && case.visit.outcome.is_none()
            && case.closing.is_none()
            && case.reopened == 0
            && case.links.is_empty()
            && !self.keeping.work
            && self.ids.find(&case.id, &self.rows).is_none()
    }

    /// The same as taking in its record, without making one.
    pub(super) fn begun(&mut self, case: &Case) -> Option<()> {
        let scenario = self.version(&case.scenario.id, case.scenario.version)?;
        let reading = self.reading_of(scenario);
        let stage = self.stood_on(&case.visit.stage)?;
        let first = u32::try_from(self.visits.len()).ok()?;
        let mut row = Row {
            opened: case.opened_at.min(case.visit.from).millis(),
            closed: NONE64,
            value: NONE64,
            first,
            len: 1,
            id: 0,
            revision: u32::try_from(case.revision).ok()?,
            expected: expected(reading.expected(case)),
            id_len: 0,
            currency: NONE16,
            scenario,
            from: NONE16,
            ended: NONE16,
            reason: NONE16,
            reopened: 0,
            outcome: Outcome::Open,
            whole: false,
            grown: false,
        };
        (row.id, row.id_len) = self.ids.add(&case.id, &self.rows)?;
        let from = case.visit.from.millis();
        self.visits.push(VisitRow { stage, reopened: false, from, calendar: NONE64, working: 0 });
        let at = self.rows.len();
        self.rows.push(row);
        for column in &mut self.columns {
            column.push(NONE32);
        }
        self.owner(at, case);
        for field in case.fields.keys().filter(|field| reading.reads(field)) {
            self.field(at, field, case);
        }
        self.title(&case.visit.stage, &case.visit.label, case.visit.from);
        Some(())
    }

    /// An adoption changes which fields are read, an erasure what is left of them, an import what was before.
    fn anew(&mut self, at: usize, case: &Case, entry: &Entry) -> Result<(), RecordError> {
        let Some(old) = self.record(at) else { return Ok(()) };
        let reading = self.reading(&case.scenario.id, case.scenario.version);
        let mut record = CaseRecord::of(case, &reading);
        record.earlier = old.earlier;
        record.earlier.extend(ended_before(old.closing, entry, self.keeping.comments));
        record.ran_by = old.ran_by.map(|mut before| {
            if record.scenario != old.scenario && !before.contains(&old.scenario) {
                before.push(old.scenario);
            }
            before
        });
        if entry.events.iter().any(|event| matches!(event, Event::Erased { .. })) {
            for closing in &mut record.earlier {
                closing.comment = None;
            }
        }
        if let (Some(new), Some(old)) = (&mut record.work, old.work) {
            let now = std::mem::replace(&mut new.lights, old.lights);
            follow(&mut new.lights, now);
        }
        self.replace(at, &record)?;
        if entry.events.iter().any(|event| matches!(event, Event::Erased { .. })) {
            self.forget_words();
        }
        if case.visit.outcome.is_none() {
            self.title(&case.visit.stage, &case.visit.label, case.visit.from);
        }
        for event in &entry.events {
            match event {
                Event::Entered(visit) if visit.outcome.is_none() => {
                    self.title(&visit.stage, &visit.label, visit.from);
                }
                Event::Imported(end) if end.outcome.is_none() => self.title(&end.stage, &end.label, end.from),
                _ => {}
            }
        }
        Ok(())
    }

    /// What the first entry tells: that nothing was before, and how the case ended if it was reopened at once.
    fn begun_whole(&mut self, case: &Case, entry: &Entry) -> Result<(), RecordError> {
        let Some(at) = self.ids.find(&case.id, &self.rows) else { return Ok(()) };
        if let Some(row) = self.rows.get_mut(at) {
            row.whole = true;
        }
        if !entry.events.iter().any(|event| matches!(event, Event::Reopened)) {
            return Ok(());
        }
        let Some(mut record) = self.record(at) else { return Ok(()) };
        record.earlier = ended_before(None, entry, self.keeping.comments);
        self.replace(at, &record)
    }

    fn left(&mut self, at: usize, end: &VisitEnd) {
        // What ends on an outcome's stage is no stage's time (F4).
        if end.outcome.is_some() {
            return;
        }
        let Some(row) = self.rows.get(at) else { return };
        let Some(nth) = row.len.checked_sub(1) else { return };
        let place = (row.first + nth) as usize;
        if let Some(mut it) = self.visits.get(place) {
            (it.calendar, it.working) = (end.calendar_ms, end.working_ms);
            self.visits.set(place, it);
        }
        if end.paused_ms > 0 {
            self.paused.insert((u32::try_from(at).unwrap_or(u32::MAX), nth), end.paused_ms);
        }
    }

    fn entered(&mut self, at: usize, visit: &Visit, reopened: bool) -> Option<()> {
        if visit.outcome.is_some() {
            return Some(());
        }
        let stage = self.stood_on(&visit.stage)?;
        self.title(&visit.stage, &visit.label, visit.from);
        let new = VisitRow { stage, reopened, from: visit.from.millis(), calendar: NONE64, working: 0 };
        let end = self.visits.len();
        let row = self.rows.get_mut(at)?;
        let (first, len) = (row.first as usize, row.len as usize);
        if row.grown && !row.len.is_power_of_two() {
            // There is room up to the next power of two.
            self.visits.set(first + len, new);
        } else if first + len == end && !row.grown {
            self.visits.push(new);
        } else {
            // It moves to where there is room for as many again.
            row.first = u32::try_from(end).ok()?;
            for nth in 0..len {
                let it = self.visits.get(first + nth)?;
                self.visits.push(it);
            }
            self.visits.push(new);
            let room = (len + 1).next_power_of_two();
            for _ in len + 1..room {
                self.visits.push(new);
            }
            row.grown = true;
            self.holes += len;
        }
        row.len += 1;
        Some(())
    }

    fn field(&mut self, at: usize, field: &str, case: &Case) {
        let Some(version) = self.rows.get(at).map(|row| row.scenario) else { return };
        let reading = self.reading_of(version);
        if !reading.reads(field) {
            return;
        }
        if reading.value.as_ref().is_some_and(|(value, _)| value == field) {
            let worth = reading.worth(case);
            let number = u32::try_from(at).unwrap_or(u32::MAX);
            self.odd.remove(&number);
            let whole = worth.as_ref().and_then(|it| ten_thousandths(it.amount));
            let currency = worth.as_ref().and_then(|it| short(&mut self.currencies, &it.currency));
            if let (Some(worth), None) = (&worth, whole) {
                self.odd.insert(number, worth.amount);
            }
            if let Some(row) = self.rows.get_mut(at) {
                row.value = whole.unwrap_or(NONE64);
                row.currency = currency.unwrap_or(NONE16);
            }
        }
        if reading.expected.as_deref() == Some(field)
            && let Some(row) = self.rows.get_mut(at)
        {
            row.expected = expected(reading.expected(case));
        }
        if reading.product.as_deref() == Some(field) {
            let word = self.several(&reading.product(case));
            self.set_word(PRODUCT, at, word);
        }
        if reading.region.as_deref() == Some(field) {
            let word = self.several(&reading.region(case));
            self.set_word(REGION, at, word);
        }
        if let Some(nth) = reading.kept.iter().position(|it| it == field) {
            let word = self.several(&super::case::texts(case.fields.get(field)));
            self.set_word(FIELDS + nth, at, word);
        }
    }

    fn owner(&mut self, at: usize, case: &Case) {
        for (column, text) in [(RESPONSIBLE, &case.responsible), (TEAM, &case.team), (CHANNEL, &case.channel)]
        {
            let word = self.one(text.as_deref());
            self.set_word(column, at, word);
        }
    }

    fn closed(&mut self, at: usize, closing: &ClosingRecord) -> Option<()> {
        let mut row = *self.rows.get(at)?;
        self.close_row(&mut row, Some(closing))?;
        *self.rows.get_mut(at)? = row;
        if let Some(comment) = &closing.comment {
            self.comments.insert(u32::try_from(at).ok()?, comment.as_str().into());
        }
        Some(())
    }

    fn reopened(&mut self, at: usize) {
        let Some(closing) = self.record(at).and_then(|it| it.closing) else { return };
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        self.earlier.entry(number).or_default().push(closing);
        self.comments.remove(&number);
        if let Some(row) = self.rows.get_mut(at) {
            (row.closed, row.outcome) = (NONE64, Outcome::Open);
            (row.from, row.ended, row.reason) = (NONE16, NONE16, NONE16);
            row.reopened = row.reopened.saturating_add(1);
        }
    }

    fn worked(&mut self, at: usize, case: &Case, anew: bool) {
        let Some(Some(work)) = self.work.get_mut(at) else { return };
        if anew {
            WorkRecord::take(work, case);
        }
        follow(&mut work.lights, vec![LightRecord::of(case)]);
    }
}

/// How a case had ended each time before an entry reopened it, event by event.
fn ended_before(now: Option<ClosingRecord>, entry: &Entry, comments: bool) -> Vec<ClosingRecord> {
    let mut now = now;
    let mut before = Vec::new();
    for event in &entry.events {
        match event {
            Event::Closed(closing) => now = Some(ClosingRecord::of(closing, comments)),
            Event::Corrected { reason, comment } => {
                if let Some(now) = &mut now {
                    now.reason = Some(reason.clone());
                    if let Some(comment) = comment {
                        now.comment = Some(comment.clone()).filter(|it| comments && !it.is_empty());
                    }
                }
            }
            Event::Reopened => before.extend(now.take()),
            _ => {}
        }
    }
    before
}

/// The lights that are known now, where they say more than those before.
fn follow(lights: &mut Vec<LightRecord>, now: Vec<LightRecord>) {
    for light in now {
        if lights.last().is_none_or(|last| light.says_more_than(last)) {
            lights.push(light);
        }
    }
}

const fn changes_all(event: &Event) -> bool {
    matches!(
        event,
        Event::Adopted { .. }
            | Event::Erased { .. }
            | Event::Imported(_)
            | Event::Corrected { .. }
            | Event::Linked { .. }
            | Event::Merged { .. }
            | Event::TakenOver { .. }
    )
}
