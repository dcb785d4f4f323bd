//! The builder: a scenario written in Rust instead of JSON, down to the same [`Definition`].
//!
//! Every setter takes `self`, changes one thing and gives it back; one that speaks of a list adds to it.
//! Nothing here can fail: spans are [`Span`]s and not texts, and what only a look at the whole can find (a
//! stage that is not there, a condition with a slip) is found where files are checked too.
//!
//! ```
//! use voronka::{Definition, Span};
//! use voronka::scenario::def::{EventDef, FieldDef, PlanDef, StageDef, TriggerDef};
//!
//! let scenario = Definition::new("wholesale")
//!     .title([("en", "Wholesale sale"), ("ru", "Оптовая продажа")])
//!     .field("amount", FieldDef::money("RUB"))
//!     .stage(
//!         StageDef::new("request")
//!             .plan(PlanDef::call("Clarify what is needed").due(Span::working_hours(4)).mandatory())
//!             .leave_need("amount")
//!             .limit(Span::working_days(2)),
//!     )
//!     .stage(StageDef::won("won"))
//!     .stage(StageDef::lost("lost"));
//! assert_eq!(scenario.stages.len(), 3);
//! ```

mod activity;
mod field;
mod intake;
mod process;
mod requirement;
mod rights;
mod stage;
mod trigger;

use super::def::{
    Bounds, CalendarChoice, Color, Definition, DocumentDef, FactDef, FactGroupDef, FieldDef, IntakeDef, Kind,
    KindDef, MoveDef, Named, PartyDef, ReasonDef, Rights, StageDef, TemplateRef, Text, TriggerDef,
};
use crate::calendar::{CalendarSource, Span};

impl Definition {
    /// A funnel with an id, version 1, with nothing else said.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            schema: None,
            id: id.into(),
            version: 1,
            template: None,
            title: Text::default(),
            kind: Kind::Funnel,
            about: Text::default(),
            value: None,
            expected: None,
            deadline: None,
            cancelled: None,
            product: None,
            region: None,
            calendar: None,
            calendars: Vec::new(),
            fields: Named::new(),
            facts: Named::new(),
            fact_groups: Named::new(),
            documents: Named::new(),
            parties: Named::new(),
            kinds: Named::new(),
            reasons: Named::new(),
            stages: Vec::new(),
            moves: None,
            jumps_meet_skipped: false,
            triggers: Vec::new(),
            intake: None,
            rights: Rights::default(),
            nothing_planned: None,
            bounds: Bounds::default(),
        }
    }

    /// A business process with an id, with nothing else said.
    pub fn process(id: impl Into<String>) -> Self {
        Self { kind: Kind::Process, ..Self::new(id) }
    }

    /// A document's scenario with an id, with nothing else said.
    pub fn document(id: impl Into<String>) -> Self {
        Self { kind: Kind::Document, ..Self::new(id) }
    }

    /// Says where an editor finds the schema of the format.
    pub fn schema(mut self, place: impl Into<String>) -> Self {
        self.schema = Some(place.into());
        self
    }

    /// Sets the version's number.
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Says which shipped template it was copied from (P3).
    pub fn template(mut self, id: impl Into<String>, version: u32) -> Self {
        self.template = Some(TemplateRef { id: id.into(), version });
        self
    }

    /// Sets its title for people.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// Says what it is for.
    pub fn about(mut self, about: impl Into<Text>) -> Self {
        self.about = about.into();
        self
    }

    /// Names the money field that a case is worth.
    pub fn value(mut self, field: impl Into<String>) -> Self {
        self.value = Some(field.into());
        self
    }

    /// Names the date field that says when closing is expected.
    pub fn expected(mut self, field: impl Into<String>) -> Self {
        self.expected = Some(field.into());
        self
    }

    /// Names the field that is a case's own deadline (A3).
    pub fn deadline(mut self, field: impl Into<String>) -> Self {
        self.deadline = Some(field.into());
        self
    }

    /// Names the outcome's stage on which a process closes that is cancelled from above (P5).
    pub fn cancelled(mut self, stage: impl Into<String>) -> Self {
        self.cancelled = Some(stage.into());
        self
    }

    /// Names the field that holds the product, for reports.
    pub fn product(mut self, field: impl Into<String>) -> Self {
        self.product = Some(field.into());
        self
    }

    /// Names the field that holds the region, for reports.
    pub fn region(mut self, field: impl Into<String>) -> Self {
        self.region = Some(field.into());
        self
    }

    /// Sets working time and time zone.
    pub fn calendar(mut self, calendar: CalendarSource) -> Self {
        self.calendar = Some(calendar);
        self
    }

    /// Adds a calendar for the cases for which a condition holds when they open (A2).
    pub fn calendar_when(
        mut self,
        id: impl Into<String>,
        when: impl Into<String>,
        calendar: CalendarSource,
    ) -> Self {
        self.calendars.push(CalendarChoice { id: id.into(), when: when.into(), calendar });
        self
    }

    /// Adds a field, or replaces the one of this name.
    pub fn field(mut self, name: impl Into<String>, field: FieldDef) -> Self {
        self.fields.insert(name, field);
        self
    }

    /// Adds a fact, or replaces the one of this name.
    pub fn fact(mut self, name: impl Into<String>, fact: FactDef) -> Self {
        self.facts.insert(name, fact);
        self
    }

    /// Adds a group of facts with its title (K2).
    pub fn fact_group(mut self, name: impl Into<String>, title: impl Into<Text>) -> Self {
        self.fact_groups.insert(name, FactGroupDef { title: title.into() });
        self
    }

    /// Adds a kind of the host's documents that a case gathers, or replaces the one of this name (P4).
    pub fn gathers(mut self, kind: impl Into<String>, document: DocumentDef) -> Self {
        self.documents.insert(kind, document);
        self
    }

    /// Adds a role that companies or persons have in a case.
    pub fn party(mut self, role: impl Into<String>, party: PartyDef) -> Self {
        self.parties.insert(role, party);
        self
    }

    /// Adds a kind of activity with its outcomes.
    pub fn kind(mut self, name: impl Into<String>, kind: KindDef) -> Self {
        self.kinds.insert(name, kind);
        self
    }

    /// Adds a reason for losing or voiding.
    pub fn reason(mut self, id: impl Into<String>, reason: ReasonDef) -> Self {
        self.reasons.insert(id, reason);
        self
    }

    /// Adds a stage after those that there are.
    pub fn stage(mut self, stage: StageDef) -> Self {
        self.stages.push(stage);
        self
    }

    /// Draws a move; from the first on, only what is drawn is allowed (M1).
    pub fn draw(mut self, drawn: MoveDef) -> Self {
        self.moves.get_or_insert_default().push(drawn);
        self
    }

    /// Asks of a jump what the skipped stages ask (M5).
    pub fn jumps_meet_skipped(mut self) -> Self {
        self.jumps_meet_skipped = true;
        self
    }

    /// Adds a trigger that is live on every stage.
    pub fn trigger(mut self, trigger: TriggerDef) -> Self {
        self.triggers.push(trigger);
        self
    }

    /// Says what becomes of inquiries from channels (I1–I5).
    pub fn intake(mut self, intake: IntakeDef) -> Self {
        self.intake = Some(intake);
        self
    }

    /// Says who may do what.
    pub fn rights(mut self, rights: Rights) -> Self {
        self.rights = rights;
        self
    }

    /// Sets the light of a case with nothing planned (A4).
    pub fn nothing_planned(mut self, color: Color) -> Self {
        self.nothing_planned = Some(color);
        self
    }

    /// Limits how many trigger firings one input may cause (T5).
    pub fn cascade_at_most(mut self, firings: u32) -> Self {
        self.bounds.cascade = Some(firings);
        self
    }

    /// Limits how many characters a text may have (C4).
    pub fn texts_at_most(mut self, characters: u32) -> Self {
        self.bounds.text = Some(characters);
        self
    }

    /// Limits how many elements a list may have (C4).
    pub fn lists_at_most(mut self, elements: u32) -> Self {
        self.bounds.list = Some(elements);
        self
    }
}

impl CalendarSource {
    /// A calendar of a time zone in which no day is a working day yet.
    pub fn new(time_zone: impl Into<String>) -> Self {
        Self { time_zone: time_zone.into(), week: [].into(), days: [].into(), known_until: None }
    }

    /// Sets the hours of weekdays: `.week("mon-fri", ["09:00-13:00", "14:00-18:00"])`.
    pub fn week<H: Into<String>>(
        mut self,
        days: impl Into<String>,
        hours: impl IntoIterator<Item = H>,
    ) -> Self {
        self.week.insert(days.into(), hours.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the hours of one date that differs from its weekday.
    pub fn day<H: Into<String>>(
        mut self,
        date: impl Into<String>,
        hours: impl IntoIterator<Item = H>,
    ) -> Self {
        self.days.insert(date.into(), hours.into_iter().map(Into::into).collect());
        self
    }

    /// Makes dates free days.
    pub fn holidays<D: Into<String>>(mut self, dates: impl IntoIterator<Item = D>) -> Self {
        self.days.extend(dates.into_iter().map(|date| (date.into(), Vec::new())));
        self
    }

    /// Says until which date holidays are known.
    pub fn known_until(mut self, date: impl Into<String>) -> Self {
        self.known_until = Some(date.into());
        self
    }
}

impl Span {
    /// So many minutes of working time.
    #[must_use]
    pub const fn working_minutes(minutes: u32) -> Self {
        Self::WorkingMinutes(minutes)
    }

    /// So many hours of working time.
    #[must_use]
    pub const fn working_hours(hours: u32) -> Self {
        Self::WorkingHours(hours)
    }

    /// So many working dates, to the end of the last one.
    #[must_use]
    pub const fn working_days(days: u32) -> Self {
        Self::WorkingDays { days, by_close: false }
    }

    /// So many working dates, to the last one's close of business.
    #[must_use]
    pub const fn working_days_by_close(days: u32) -> Self {
        Self::WorkingDays { days, by_close: true }
    }

    /// So many minutes of elapsed time.
    #[must_use]
    pub const fn minutes(minutes: u32) -> Self {
        Self::Minutes(minutes)
    }

    /// So many hours of elapsed time.
    #[must_use]
    pub const fn hours(hours: u32) -> Self {
        Self::Hours(hours)
    }

    /// The same local time so many dates on.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self::Days(days)
    }

    /// The same local time so many weeks on.
    #[must_use]
    pub const fn weeks(weeks: u32) -> Self {
        Self::Weeks(weeks)
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Text {
    /// A text in each of several languages: `[("en", "Sale"), ("ru", "Продажа")]`.
    fn from(texts: [(&str, &str); N]) -> Self {
        Self::per_language(texts)
    }
}
