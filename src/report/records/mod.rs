//! What reports are made from: the records of cases, in little room, built in one pass over their journals.
//!
//! [`Records`] take whole cases, whole journals, or one entry after the other as they are committed; parts that share
//! no case merge, in any order, to the same bytes as the whole (F7).

mod case;
mod feed;
mod reading;
mod rows;
mod stored;
mod symbols;

pub use case::{
    ActivityRecord, CaseRecord, ClosingRecord, DebtRecord, LightRecord, StageTitle, Took, VisitRecord,
    WorkRecord, Worth,
};
pub use reading::Reading;
pub(crate) use rows::{LIST, NONE16, NONE32, NONE64, Outcome, Row, Visits};
pub use stored::FORMAT;

use crate::case::{Case, Entry, ReplayError};
use crate::scenario::def::{StageOutcome, Text};
use crate::{Moment, Scenario};
use rows::{Ids, Lists, Reasons, VisitRow, short};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use symbols::Symbols;

/// What records keep of a case beyond its stages and its end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keeping {
    /// Further fields by which reports can be cut, beside product and region.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The comments of closing. They are personal texts (S12).
    pub comments: bool,
    /// Activities, debts and lights, which the report on discipline needs.
    pub work: bool,
}

impl Keeping {
    /// All of it, and these fields.
    pub fn all<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self { fields: fields.into_iter().map(Into::into).collect(), comments: true, work: true }
    }
}

/// What cannot be taken into records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The case is there already, in the other part or in this one.
    #[error("F7: case {0} is there already; parts must share no case")]
    Twice(String),
    /// An entry is missing between what was looked at and this one.
    #[error("F7: of case {case} entry {found} came after {after}; what is between is missing")]
    Hole {
        /// The case.
        case: String,
        /// The last one that was looked at; 0 where there was none.
        after: u64,
        /// What came.
        found: u64,
    },
    /// The case is not as the entry leaves it.
    #[error("F7: case {case} is at revision {revision}, its entry is number {entry}")]
    Apart {
        /// The case.
        case: String,
        /// The case's revision.
        revision: u64,
        /// The entry's number.
        entry: u64,
    },
    /// The journal is no case's.
    #[error(transparent)]
    Journal(#[from] ReplayError),
    /// The two parts keep different things of their cases.
    #[error("F7: the parts keep different fields, or one of them no work or comments")]
    Keeping,
    /// There are more different stages, reasons, versions or currencies than two bytes can number, or more cases or
    /// visits than four can, or an id of a case is longer than 65,535 bytes.
    #[error("case {0} is more than records can hold")]
    TooMany(String),
    /// What was read is no record of a case.
    #[error("case {case}: {why}")]
    Record {
        /// The case.
        case: String,
        /// What is wrong.
        why: &'static str,
    },
}

/// The columns by which reports are cut, before the further fields.
pub(crate) const CHANNEL: usize = 0;
pub(crate) const RESPONSIBLE: usize = 1;
pub(crate) const TEAM: usize = 2;
pub(crate) const PRODUCT: usize = 3;
pub(crate) const REGION: usize = 4;
pub(crate) const FIELDS: usize = 5;

/// The records of cases: what reports are made from.
///
/// # Examples
/// ```
/// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
/// use voronka::report::{Keeping, Records};
/// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
/// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
/// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
/// let opened = scenario.open("c1", Opening::default(), &ctx)?;
/// let mut records = Records::new(Keeping::default());
/// records.learn(&scenario);
/// records.feed(opened.case(), opened.entry())?;
/// assert_eq!(records.get("c1").map(|it| it.visits.len()), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Records {
    keeping: Keeping,
    /// By scenario and version.
    readings: BTreeMap<(String, u32), Arc<Reading>>,
    /// The same by the number of the version; none where it was not looked for yet.
    by_version: Vec<Option<Arc<Reading>>>,
    pub(crate) rows: Vec<Row>,
    ids: Ids,
    pub(crate) visits: Visits,
    /// Visits that no row has any more.
    holes: usize,
    pub(crate) stages: Symbols,
    titles: BTreeMap<String, StageTitle>,
    pub(crate) reasons: Reasons,
    pub(crate) version_of: Vec<(String, u32)>,
    /// Outcomes' stages on which processes ended badly without a reason, at some time.
    pub(crate) bad_ends: BTreeSet<u16>,
    pub(crate) currencies: Symbols,
    pub(crate) words: Symbols,
    pub(crate) lists: Lists,
    pub(crate) columns: Vec<Vec<u32>>,
    /// Pauses of visits, by case and number of the visit.
    pub(crate) paused: BTreeMap<(u32, u32), i64>,
    /// Amounts that are no whole ten-thousandths, or too large.
    pub(crate) odd: BTreeMap<u32, Decimal>,
    pub(crate) earlier: BTreeMap<u32, Vec<ClosingRecord>>,
    pub(crate) comments: BTreeMap<u32, Box<str>>,
    pub(crate) follows: BTreeMap<u32, Vec<String>>,
    /// Other scenarios by which cases ran before (M12).
    pub(crate) ran_by: BTreeMap<u32, Vec<String>>,
    /// By the number of the stage: whether a case ever stood on it.
    pub(crate) stood: Vec<bool>,
    pub(crate) work: Vec<Option<Box<WorkRecord>>>,
}

impl Records {
    /// Without any case yet.
    #[must_use]
    pub fn new(keeping: Keeping) -> Self {
        let columns = vec![Vec::new(); FIELDS + keeping.fields.len()];
        Self { keeping, columns, ..Self::default() }
    }

    /// Learns which fields a version names as value, expected date, product and region (F5). Cases of versions that
    /// were not learnt are read by the latest that was, of the same scenario; of a scenario that is not known at all
    /// these stay empty. To be said before cases are taken in.
    pub fn learn(&mut self, scenario: &Scenario) {
        let it = scenario.reference();
        let reading = Arc::new(Reading::of(scenario, &self.keeping));
        self.readings.insert((it.id.clone(), it.version), reading);
        self.by_version.clear();
    }

    /// What is kept.
    #[must_use]
    pub const fn keeping(&self) -> &Keeping {
        &self.keeping
    }

    /// How many cases there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many visits to ordinary stages.
    #[must_use]
    pub fn visits(&self) -> usize {
        self.rows.iter().map(|row| row.len as usize).sum()
    }

    /// Bytes that rows and columns take, also those that wait to be filled; without work, comments and the texts that
    /// many cases share.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Row>()
            + self.visits.bytes()
            + self.ids.bytes()
            + self.columns.iter().map(|it| it.capacity() * 4).sum::<usize>()
    }

    /// Gives back what was held to grow into, and closes holes.
    pub fn shrink(&mut self) {
        self.close_holes();
        self.rows.shrink_to_fit();
        self.visits.shrink();
        self.ids.shrink(&self.rows);
        for column in &mut self.columns {
            column.shrink_to_fit();
        }
    }

    /// Takes in a case as it is now. How it had ended before it was reopened, and its lights of earlier days, only its
    /// journal tells.
    ///
    /// # Errors
    /// When the case is there already, or there are too many.
    pub fn add(&mut self, case: &Case) -> Result<(), RecordError> {
        if self.is_plain(case) {
            return self.begun(case).ok_or_else(|| RecordError::TooMany(case.id.clone()));
        }
        let reading = self.reading(&case.scenario.id, case.scenario.version);
        let record = CaseRecord::of(case, &reading);
        self.insert(&record)?;
        for end in case.visits.iter().filter(|end| end.outcome.is_none()) {
            self.title(&end.stage, &end.label, end.from);
        }
        if case.visit.outcome.is_none() {
            self.title(&case.visit.stage, &case.visit.label, case.visit.from);
        }
        Ok(())
    }

    /// Takes in a whole journal, of which entries after a moment are passed over: the report then shows what was known
    /// at that moment. A case that was opened later is left out; answers whether it was taken in.
    ///
    /// # Errors
    /// When the journal is damaged; then nothing of it is taken in. When the case is there already.
    pub fn add_journal<'e>(
        &mut self,
        entries: impl IntoIterator<Item = &'e Entry>,
        as_of: Option<Moment>,
    ) -> Result<bool, RecordError> {
        let entries: Vec<&Entry> = entries.into_iter().collect();
        // Damage is damage wherever it stands.
        Case::replay(entries.iter().copied())?;
        let known: Vec<&Entry> =
            entries.into_iter().filter(|entry| as_of.is_none_or(|until| entry.at <= until)).collect();
        let Some(first) = known.first() else { return Ok(false) };
        if self.ids.find(&first.case, &self.rows).is_some() {
            return Err(RecordError::Twice(first.case.clone()));
        }
        let mut case = Case::blank(&first.case, first.at);
        for entry in known {
            case.fold(entry);
            self.feed(&case, entry)?;
        }
        Ok(true)
    }

    /// The record of a case.
    #[must_use]
    pub fn get(&self, case: &str) -> Option<CaseRecord> {
        self.record(self.ids.find(case, &self.rows)?)
    }

    /// All records, in the order of the cases' ids.
    pub fn iter(&self) -> impl Iterator<Item = CaseRecord> + '_ {
        self.ordered().into_iter().filter_map(|at| self.record(at))
    }

    /// Takes in the cases of another part.
    ///
    /// # Errors
    /// When the two share a case, or keep different things; then nothing is taken in.
    pub fn merge(&mut self, other: &Self) -> Result<(), RecordError> {
        if self.keeping != other.keeping {
            return Err(RecordError::Keeping);
        }
        let shared = other.rows.iter().map(|row| other.ids.text(row));
        if let Some(twice) = shared.clone().find(|id| self.ids.find(id, &self.rows).is_some()) {
            return Err(RecordError::Twice(twice.to_owned()));
        }
        for at in 0..other.rows.len() {
            if let Some(record) = other.record(at) {
                self.insert(&record)?;
            }
        }
        for (stage, it) in &other.titles {
            self.title(stage, &it.title, it.at);
        }
        Ok(())
    }

    /// The title under which a stage was visited last.
    #[must_use]
    pub fn title_of(&self, stage: &str) -> Option<&Text> {
        self.titles.get(stage).map(|it| &it.title)
    }

    /// The rows in the order of their ids.
    pub(crate) fn ordered(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_unstable_by(|a, b| self.id(*a).cmp(self.id(*b)));
        order
    }

    pub(crate) fn id(&self, at: usize) -> &str {
        self.rows.get(at).map_or("", |row| self.ids.text(row))
    }

    /// The words of a case in a column.
    pub(crate) fn words_of(&self, column: usize, at: usize) -> &[u32] {
        let Some(word) = self.columns.get(column).and_then(|it| it.get(at)) else { return &[] };
        match *word {
            NONE32 => &[],
            list if list & LIST != 0 => self.lists.get(list & !LIST),
            _ => std::slice::from_ref(word),
        }
    }

    fn texts_of(&self, column: usize, at: usize) -> Vec<String> {
        self.words_of(column, at).iter().map(|word| self.words.text(*word).to_owned()).collect()
    }

    /// How a version's cases are read.
    fn reading(&self, scenario: &str, version: u32) -> Arc<Reading> {
        if let Some(known) = self.readings.get(&(scenario.to_owned(), version)) {
            return Arc::clone(known);
        }
        let mut of = self.readings.range((scenario.to_owned(), 0)..=(scenario.to_owned(), u32::MAX));
        let latest = of.next_back().map(|(_, it)| Arc::clone(it));
        latest.unwrap_or_else(|| Arc::new(Reading::kept(&self.keeping)))
    }

    fn reading_of(&mut self, version: u16) -> Arc<Reading> {
        let at = usize::from(version);
        if let Some(Some(known)) = self.by_version.get(at) {
            return Arc::clone(known);
        }
        let (scenario, number) = self.version_of.get(at).cloned().unwrap_or_default();
        let reading = self.reading(&scenario, number);
        if self.by_version.len() <= at {
            self.by_version.resize(at + 1, None);
        }
        if let Some(place) = self.by_version.get_mut(at) {
            *place = Some(Arc::clone(&reading));
        }
        reading
    }

    fn title(&mut self, stage: &str, title: &Text, at: Moment) {
        match self.titles.get_mut(stage) {
            Some(known) if (known.at, &known.title) >= (at, title) => {}
            Some(known) => {
                known.at = at;
                if known.title != *title {
                    known.title = title.clone();
                }
            }
            None => {
                self.titles.insert(stage.to_owned(), StageTitle { at, title: title.clone() });
            }
        }
    }

    /// Takes in a record.
    ///
    /// # Errors
    /// When the case is there already, when there are too many, or when the record contradicts itself.
    pub fn insert(&mut self, record: &CaseRecord) -> Result<(), RecordError> {
        if self.ids.find(&record.id, &self.rows).is_some() {
            return Err(RecordError::Twice(record.id.clone()));
        }
        self.check(record)?;
        let too_many = || RecordError::TooMany(record.id.clone());
        let at = self.rows.len();
        let mut row = self.row(record).ok_or_else(too_many)?;
        (row.id, row.id_len) = self.ids.add(&record.id, &self.rows).ok_or_else(too_many)?;
        self.rows.push(row);
        for column in 0..self.columns.len() {
            let word = self.word(column, record);
            if let Some(column) = self.columns.get_mut(column) {
                column.push(word);
            }
        }
        self.beside(at, record);
        Ok(())
    }

    /// Puts a record in the place of the case's earlier one.
    fn replace(&mut self, at: usize, record: &CaseRecord) -> Result<(), RecordError> {
        let too_many = || RecordError::TooMany(record.id.clone());
        let mut row = self.row(record).ok_or_else(too_many)?;
        let Some(old) = self.rows.get_mut(at) else { return Ok(()) };
        (row.id, row.id_len) = (old.id, old.id_len);
        self.holes += old.len as usize;
        *old = row;
        for column in 0..self.columns.len() {
            let word = self.word(column, record);
            self.set_word(column, at, word);
        }
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        self.odd.remove(&number);
        self.earlier.remove(&number);
        self.comments.remove(&number);
        self.follows.remove(&number);
        self.ran_by.remove(&number);
        let paused: Vec<(u32, u32)> =
            self.paused.range((number, 0)..=(number, u32::MAX)).map(|(key, _)| *key).collect();
        for key in paused {
            self.paused.remove(&key);
        }
        self.beside(at, record);
        Ok(())
    }

    fn check(&self, record: &CaseRecord) -> Result<(), RecordError> {
        let wrong = |why| Err(RecordError::Record { case: record.id.clone(), why });
        let last = record.visits.len().saturating_sub(1);
        let running = |(nth, it): (usize, &VisitRecord)| it.took.is_none() && nth < last;
        if record.visits.iter().enumerate().any(running) {
            return wrong("a visit goes on while a later one has begun");
        }
        if record.closing.is_some() && record.visits.last().is_some_and(|it| it.took.is_none()) {
            return wrong("it is closed, and a visit goes on");
        }
        let negative = |took: Took| took.calendar_ms < 0 || took.working_ms < 0 || took.paused_ms < 0;
        if record.visits.iter().filter_map(|it| it.took).any(negative) {
            return wrong("a visit took less than no time");
        }
        if record.work.is_some() != self.keeping.work {
            return wrong("its work is kept, and that of others not, or the other way round");
        }
        Ok(())
    }

    /// A record in numbers; its visits are written.
    fn row(&mut self, record: &CaseRecord) -> Option<Row> {
        let first = u32::try_from(self.visits.len()).ok()?;
        for it in &record.visits {
            let stage = self.stood_on(&it.stage)?;
            let (calendar, working) = it.took.map_or((NONE64, 0), |took| (took.calendar_ms, took.working_ms));
            let visit = VisitRow { stage, reopened: it.reopened, from: it.from.millis(), calendar, working };
            self.visits.push(visit);
        }
        let mut row = Row {
            opened: record.opened_at.millis(),
            closed: NONE64,
            value: NONE64,
            first,
            len: u32::try_from(record.visits.len()).ok()?,
            id: 0,
            revision: u32::try_from(record.revision).ok()?,
            expected: expected(record.expected),
            id_len: 0,
            currency: NONE16,
            scenario: self.version(&record.scenario, record.version)?,
            from: NONE16,
            ended: NONE16,
            reason: NONE16,
            reopened: u16::try_from(record.reopened).unwrap_or(u16::MAX),
            outcome: Outcome::Open,
            whole: record.ran_by.is_some(),
            grown: false,
        };
        self.close_row(&mut row, record.closing.as_ref())?;
        for closing in &record.earlier {
            self.known_end(closing)?;
        }
        if let Some(worth) = &record.value {
            row.currency = short(&mut self.currencies, &worth.currency)?;
            row.value = ten_thousandths(worth.amount).unwrap_or(NONE64);
        }
        Some(row)
    }

    fn close_row(&mut self, row: &mut Row, closing: Option<&ClosingRecord>) -> Option<()> {
        match closing {
            None => (row.closed, row.outcome) = (NONE64, Outcome::Open),
            Some(closing) => {
                row.closed = closing.at.millis();
                row.outcome = Outcome::of(closing.outcome);
                row.from = self.stood_on(&closing.from)?;
                (row.ended, row.reason) = self.known_end(closing)?;
            }
        }
        Some(())
    }

    /// The number of a stage on which a case stood.
    fn stood_on(&mut self, stage: &str) -> Option<u16> {
        let number = short(&mut self.stages, stage)?;
        if self.stood.len() <= usize::from(number) {
            self.stood.resize(usize::from(number) + 1, false);
        }
        if let Some(stood) = self.stood.get_mut(usize::from(number)) {
            *stood = true;
        }
        Some(number)
    }

    /// The numbers of an outcome's stage and of a reason.
    fn known_end(&mut self, closing: &ClosingRecord) -> Option<(u16, u16)> {
        let ended = short(&mut self.stages, &closing.stage)?;
        let reason = closing.reason.as_ref().map_or(Some(NONE16), |it| self.reasons.of(it))?;
        if closing.outcome == StageOutcome::BadResult && reason == NONE16 {
            self.bad_ends.insert(ended);
        }
        Some((ended, reason))
    }

    /// Words that no case has any more are forgotten: an erased one must stand nowhere (S12).
    fn forget_words(&mut self) {
        let (words, lists) = (std::mem::take(&mut self.words), std::mem::take(&mut self.lists));
        for column in 0..self.columns.len() {
            for at in 0..self.rows.len() {
                let Some(word) = self.columns.get(column).and_then(|it| it.get(at)).copied() else {
                    continue;
                };
                let new = match word {
                    NONE32 => continue,
                    list if list & LIST != 0 => {
                        let all = lists.get(list & !LIST).iter().map(|it| self.words.of(words.text(*it)));
                        let all: Vec<u32> = all.collect();
                        self.lists.of(&all) | LIST
                    }
                    word => self.words.of(words.text(word)),
                };
                self.set_word(column, at, new);
            }
        }
    }

    /// What few cases have.
    fn beside(&mut self, at: usize, record: &CaseRecord) {
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        if let Some(worth) = &record.value
            && ten_thousandths(worth.amount).is_none()
        {
            self.odd.insert(number, worth.amount);
        }
        for (nth, it) in (0..).zip(&record.visits) {
            if let Some(took) = it.took.filter(|took| took.paused_ms > 0) {
                self.paused.insert((number, nth), took.paused_ms);
            }
        }
        if !record.earlier.is_empty() {
            self.earlier.insert(number, record.earlier.clone());
        }
        if let Some(before) = record.ran_by.as_ref().filter(|it| !it.is_empty()) {
            self.ran_by.insert(number, before.clone());
        }
        if !record.follows.is_empty() {
            self.follows.insert(number, record.follows.clone());
        }
        if let Some(comment) = record.closing.as_ref().and_then(|it| it.comment.as_ref()) {
            self.comments.insert(number, comment.as_str().into());
        }
        if self.keeping.work {
            self.work.resize(self.rows.len(), None);
            if let Some(place) = self.work.get_mut(at) {
                place.clone_from(&record.work);
            }
        }
    }

    /// The number of a version; there are few of them.
    fn version(&mut self, scenario: &str, version: u32) -> Option<u16> {
        let known = self.version_of.iter().rposition(|(id, number)| *number == version && id == scenario);
        let number = u16::try_from(known.unwrap_or(self.version_of.len())).ok().filter(|it| *it < NONE16)?;
        if known.is_none() {
            self.version_of.push((scenario.to_owned(), version));
        }
        Some(number)
    }

    fn word(&mut self, column: usize, record: &CaseRecord) -> u32 {
        match column {
            CHANNEL => self.one(record.channel.as_deref()),
            RESPONSIBLE => self.one(record.responsible.as_deref()),
            TEAM => self.one(record.team.as_deref()),
            PRODUCT => self.several(&record.product),
            REGION => self.several(&record.region),
            field => {
                let name = self.keeping.fields.get(field - FIELDS);
                let values = name.and_then(|name| record.fields.get(name));
                self.several(values.map_or(&[], |it| it))
            }
        }
    }

    fn one(&mut self, text: Option<&str>) -> u32 {
        text.filter(|it| !it.is_empty()).map_or(NONE32, |text| self.words.of(text))
    }

    fn several(&mut self, texts: &[String]) -> u32 {
        let texts: Vec<&String> = texts.iter().filter(|it| !it.is_empty()).collect();
        match texts.as_slice() {
            [] => NONE32,
            [one] => self.words.of(one),
            several => {
                let words: Vec<u32> = several.iter().map(|text| self.words.of(text)).collect();
                self.lists.of(&words) | LIST
            }
        }
    }

    fn set_word(&mut self, column: usize, at: usize, word: u32) {
        if let Some(place) = self.columns.get_mut(column).and_then(|it| it.get_mut(at)) {
            *place = word;
        }
    }

    /// A row as a record.
    pub(crate) fn record(&self, at: usize) -> Option<CaseRecord> {
        let row = self.rows.get(at)?;
        let number = u32::try_from(at).ok()?;
        let moment = |millis| Moment::from_millis(millis).unwrap_or(Moment::MIN);
        let stage = |number: u16| self.stages.text(number.into()).to_owned();
        let (scenario, version) = self.version_of.get(usize::from(row.scenario)).cloned()?;
        let visit = |nth: u32| {
            let it = self.visits.get((row.first + nth) as usize)?;
            let paused_ms = self.paused.get(&(number, nth)).copied().unwrap_or_default();
            let took = Took { calendar_ms: it.calendar, working_ms: it.working, paused_ms };
            Some(VisitRecord {
                stage: stage(it.stage),
                from: moment(it.from),
                took: (it.calendar != NONE64).then_some(took),
                reopened: it.reopened,
            })
        };
        let closing = row.outcome.outcome().map(|outcome| ClosingRecord {
            at: moment(row.closed),
            from: stage(row.from),
            stage: stage(row.ended),
            outcome,
            reason: self.reasons.get(row.reason).cloned(),
            comment: self.comments.get(&number).map(|it| (**it).to_owned()),
        });
        let amount = self.odd.get(&number).copied().or_else(|| amount(row.value));
        let one = |column| self.texts_of(column, at).pop();
        let fields = (FIELDS..).zip(&self.keeping.fields);
        let fields = fields.map(|(column, name)| (name.clone(), self.texts_of(column, at)));
        Some(CaseRecord {
            id: self.id(at).to_owned(),
            scenario,
            version,
            revision: row.revision.into(),
            opened_at: moment(row.opened),
            value: amount.map(|amount| Worth {
                amount,
                currency: self.currencies.text(row.currency.into()).to_owned(),
            }),
            expected: date(row.expected),
            channel: one(CHANNEL),
            responsible: one(RESPONSIBLE),
            team: one(TEAM),
            product: self.texts_of(PRODUCT, at),
            region: self.texts_of(REGION, at),
            fields: fields.filter(|(_, it)| !it.is_empty()).collect(),
            visits: (0..row.len).filter_map(visit).collect(),
            closing,
            earlier: self.earlier.get(&number).cloned().unwrap_or_default(),
            reopened: row.reopened.into(),
            follows: self.follows.get(&number).cloned().unwrap_or_default(),
            ran_by: row.whole.then(|| self.ran_by.get(&number).cloned().unwrap_or_default()),
            work: self.work.get(at).cloned().flatten(),
        })
    }

    /// Visits that were written elsewhere leave holes; when these are most of it, all is written anew.
    fn close_holes(&mut self) {
        if self.holes == 0 {
            return;
        }
        let mut visits = Visits::default();
        for row in &mut self.rows {
            let first = u32::try_from(visits.len()).unwrap_or(u32::MAX);
            for nth in 0..row.len {
                if let Some(it) = self.visits.get((row.first + nth) as usize) {
                    visits.push(it);
                }
            }
            row.first = first;
            row.grown = false;
        }
        self.visits = visits;
        self.holes = 0;
    }
}

/// What a case is worth in whole ten-thousandths; none where that would not be exact.
pub(crate) fn ten_thousandths(amount: Decimal) -> Option<i64> {
    // As it stands, without its last zeros, so that what is given back is equal in value.
    if amount.scale() > 4 && amount.normalize().scale() > 4 {
        return None;
    }
    let scale = amount.scale();
    let whole = if scale <= 4 {
        amount.mantissa().checked_mul(10_i128.pow(4 - scale))?
    } else {
        amount.normalize().mantissa().checked_mul(10_i128.pow(4 - amount.normalize().scale()))?
    };
    i64::try_from(whole).ok().filter(|it| *it != NONE64)
}

pub(crate) fn amount(ten_thousandths: i64) -> Option<Decimal> {
    (ten_thousandths != NONE64).then(|| Decimal::new(ten_thousandths, 4).normalize())
}

const NO_DATE: i32 = i32::MIN;

fn expected(date: Option<chrono::NaiveDate>) -> i32 {
    date.map_or(NO_DATE, |date| chrono::Datelike::num_days_from_ce(&date))
}

pub(crate) fn date(days: i32) -> Option<chrono::NaiveDate> {
    (days != NO_DATE).then(|| chrono::NaiveDate::from_num_days_from_ce_opt(days)).flatten()
}
