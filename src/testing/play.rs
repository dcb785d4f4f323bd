//! A case that is played with a clock of its own.

use super::file::Expect;
use super::naming::{self, listed};
use super::steps::Step;
use super::when::{When, local};
use crate::calendar::Calendar;
use crate::case::{Absence, Activity, Actor, Case, Context, Entry, Input, Opening, Rejection, Switch, Timer};
use crate::engine::{Outcome, View};
use crate::scenario::Scenario;
use crate::source;
use crate::{Defect, Moment};
use std::collections::BTreeSet;
use std::fmt;

/// More timers than these between two steps have no end.
const MAX_TIMERS: usize = 10_000;

/// One case on one scenario, with a clock that only moves when told to.
///
/// Between two inputs the timers that fall due are reported by themselves, in order and each at its moment, as
/// a host's runtime would. Whatever is not as expected comes back as a [`Difference`].
///
/// ```
/// use voronka::testing::Play;
/// use voronka::{Opening, Scenario};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scenario = Scenario::from_json(include_str!("../../examples/wholesale.json"))
///     .map_err(|defects| format!("{defects:?}"))?;
/// let mut play = Play::new(&scenario);
/// play.at("2026-03-02 10:00")?.by("manager anna")?.open(Opening::default())?;
/// play.expect(r#"{ "stage": "request", "light": "yellow", "due": { "clarify": "15:00" } }"#)?;
/// play.at("+4 working hours")?.expect(r#"{ "light": "red", "cause": "Clarify what is needed" }"#)?;
/// play.step(r#"{ "done": "clarify", "expect": { "light": "yellow", "cause": "no next step" } }"#)?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Play<'s> {
    scenario: &'s Scenario,
    pub(super) clock: Option<Moment>,
    pub(super) actor: Actor,
    switches: Vec<Switch>,
    absences: Vec<Absence>,
    holds: bool,
    case: Option<Case>,
    entries: Vec<Entry>,
    /// The entries from this one on are of the last step.
    since: usize,
    rejection: Option<Rejection>,
    inputs: u32,
}

impl<'s> Play<'s> {
    /// A play in which nothing has happened yet.
    #[must_use]
    pub fn new(scenario: &'s Scenario) -> Self {
        Self {
            scenario,
            clock: None,
            actor: Actor::default(),
            switches: Vec::new(),
            absences: Vec::new(),
            holds: false,
            case: None,
            entries: Vec::new(),
            since: 0,
            rejection: None,
            inputs: 0,
        }
    }

    /// Moves the clock: `2026-03-02 10:00`, `10:05`, `tomorrow 09:00`, `+2 working hours`, all local.
    ///
    /// Timers that fall due until then are reported.
    ///
    /// # Errors
    /// When the text is no time, the clock would run backwards, or a timer's report is refused.
    pub fn at(&mut self, when: &str) -> Result<&mut Self, Difference> {
        let when = when.parse().map_err(|error| self.trouble("at", "a time", error))?;
        self.begin();
        self.advance(when)?;
        Ok(self)
    }

    /// Who acts from here on: roles, then the person, as in `manager anna`.
    ///
    /// # Errors
    /// When nobody is named.
    pub fn by(&mut self, who: &str) -> Result<&mut Self, Difference> {
        use super::short::FromShort;
        self.actor = Actor::from_short(who).map_err(|error| self.trouble("as", "a person", error))?;
        Ok(self)
    }

    /// The same with an actor as the host has it.
    pub fn by_actor(&mut self, actor: Actor) -> &mut Self {
        self.actor = actor;
        self
    }

    /// Switches a trigger on or off (T7): by its full name, `STAGE/ID`, or an id that only one has.
    ///
    /// A timer that has waited for it is handed out at once.
    ///
    /// # Errors
    /// When there is no such trigger, or a timer's report is refused.
    pub fn switch(&mut self, trigger: &str, on: bool) -> Result<&mut Self, Difference> {
        self.begin();
        self.set_switch(trigger, on)?;
        self.fire_due(self.clock.unwrap_or(Moment::MIN))?;
        Ok(self)
    }

    /// Somebody is away from now on, or is back where `absence` says nothing (A10).
    pub fn absent(&mut self, person: &str, absence: Option<Absence>) -> &mut Self {
        self.absences.retain(|known| known.person != person);
        self.absences.extend(absence);
        self
    }

    /// Whether timers wait from here on, as if the host were down.
    pub const fn hold_timers(&mut self, hold: bool) -> &mut Self {
        self.holds = hold;
        self
    }

    /// Opens the case.
    ///
    /// # Errors
    /// When that is refused.
    pub fn open(&mut self, opening: Opening) -> Result<&mut Self, Difference> {
        self.begin();
        let result = self.try_open(opening);
        self.accepted("open", result)
    }

    /// Steps the case by one input.
    ///
    /// # Errors
    /// When it is refused.
    pub fn input(&mut self, input: Input) -> Result<&mut Self, Difference> {
        self.begin();
        let result = self.try_input(input);
        self.accepted("input", result)
    }

    /// Steps the case by one input, which must be refused.
    ///
    /// # Errors
    /// When it is accepted.
    pub fn refused(&mut self, input: Input) -> Result<Rejection, Difference> {
        self.begin();
        match self.try_input(input)? {
            Some(rejection) => Ok(rejection),
            None => Err(self.differs("refused", "a refusal", "it was accepted")),
        }
    }

    /// Does one step in the words of a tests file: `{ "at": "10:05", "move": "invoice", "expect": {…} }`.
    ///
    /// # Errors
    /// When something is not as expected, or the text is no step.
    pub fn step(&mut self, json: &str) -> Result<&mut Self, Difference> {
        let step: Step = self.read("step", json)?;
        if let [_, second, ..] = step.inputs().as_slice() {
            return Err(self.trouble(second, "one input in a step", "a second one"));
        }
        self.take(&step)?;
        Ok(self)
    }

    /// Holds the case against an expectation in the words of a tests file.
    ///
    /// # Errors
    /// The first difference.
    pub fn expect(&mut self, json: &str) -> Result<&mut Self, Difference> {
        let expect: Expect = self.read("expect", json)?;
        self.hold_to(&expect)?;
        Ok(self)
    }

    fn read<T: serde::de::DeserializeOwned>(&self, what: &str, json: &str) -> Result<T, Difference> {
        let shown = |defects: &[Defect]| {
            let all: Vec<String> = defects.iter().map(ToString::to_string).collect();
            self.trouble(what, "JSON of this format", all.join("; "))
        };
        match source::read::<T>(json) {
            Ok(source::Read { value: Some(value), defects, .. }) if defects.is_empty() => Ok(value),
            Ok(read) => Err(shown(&read.defects)),
            Err(defects) => Err(shown(&defects)),
        }
    }

    /// What the clock shows; none before it was set.
    #[must_use]
    pub const fn now(&self) -> Option<Moment> {
        self.clock
    }

    /// The case; none before it was opened.
    #[must_use]
    pub const fn case(&self) -> Option<&Case> {
        self.case.as_ref()
    }

    /// Its journal.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries of the last step: of the timers before it, of its input, of the timers after it.
    #[must_use]
    pub fn last_entries(&self) -> &[Entry] {
        self.entries.get(self.since..).unwrap_or_default()
    }

    /// Why the last input was refused, if it was.
    #[must_use]
    pub const fn rejection(&self) -> Option<&Rejection> {
        self.rejection.as_ref()
    }

    /// The scenario.
    #[must_use]
    pub const fn scenario(&self) -> &'s Scenario {
        self.scenario
    }

    /// What the one who acts is shown of the case now, as [`Scenario::evaluate_in_full`] gives it.
    pub fn with_view<T>(&self, look: impl FnOnce(&View<'_>) -> T) -> Option<T> {
        let case = self.case.as_ref()?;
        let ctx = self.context(&self.actor, "view");
        Some(look(&self.scenario.evaluate_in_full(case, &ctx)))
    }

    pub(super) fn calendar(&self) -> &'s Calendar {
        match &self.case {
            Some(case) => self.scenario.calendar_of(case),
            None => self.scenario.calendar_named(None),
        }
    }

    fn context(&self, actor: &Actor, input_id: impl Into<String>) -> Context {
        let mut ctx = Context::new(self.clock.unwrap_or(Moment::MIN), actor.clone(), input_id);
        ctx.switches.clone_from(&self.switches);
        ctx.absences.clone_from(&self.absences);
        ctx
    }

    /// From here on everything belongs to a new step.
    pub(super) fn begin(&mut self) {
        self.since = self.entries.len();
        self.rejection = None;
    }

    pub(super) fn resolve(&self, what: &str, when: When) -> Result<Moment, Difference> {
        when.resolve(self.calendar(), self.clock)
            .ok_or_else(|| self.trouble(what, "a time that can be told", "no date to count it from"))
    }

    /// Moves the clock, and reports what falls due until then.
    pub(super) fn advance(&mut self, when: When) -> Result<(), Difference> {
        let to = self.resolve("at", when)?;
        if let Some(clock) = self.clock.filter(|clock| to < *clock) {
            let at = |moment| local(self.calendar(), moment);
            return Err(self.trouble("at", &format!("{} or later", at(clock)), at(to)));
        }
        self.fire_due(to)?;
        self.clock = Some(to);
        Ok(())
    }

    pub(super) fn set_switch(&mut self, trigger: &str, on: bool) -> Result<(), Difference> {
        let Some(rule) = naming::trigger(self.scenario, trigger) else {
            let known = listed(naming::triggers(self.scenario));
            return Err(self.trouble("switch", &format!("one of {known}"), format!("`{trigger}`")));
        };
        self.switches.retain(|switch| switch.trigger != rule);
        self.switches.push(Switch { trigger: rule.to_owned(), on });
        Ok(())
    }

    /// Reports the timers that fall due until `to`, each at its moment, or now where that is past.
    pub(super) fn fire_due(&mut self, to: Moment) -> Result<(), Difference> {
        if self.holds {
            return Ok(());
        }
        // A host reports again what waits for a switch or the end of a pause; here that is the next step.
        let mut waiting = BTreeSet::new();
        for _ in 0..MAX_TIMERS {
            let Some(timer) = self.next_due(to, &waiting) else { return Ok(()) };
            let before = self.clock;
            self.clock = Some(before.map_or(timer.at, |clock| clock.max(timer.at)));
            let ctx = self.context(&Actor { id: "runtime".to_owned(), ..Actor::default() }, &timer.id);
            let Some(case) = &self.case else { return Ok(()) };
            match self.scenario.step(case, Input::Timer { timer: timer.id.clone() }, &ctx) {
                Ok(outcome) => self.keep(outcome),
                Err(rejection) if ["V-T11-off", "V-T11-paused"].contains(&rejection.code()) => {
                    self.clock = before;
                    waiting.insert(timer.id);
                }
                Err(rejection) => {
                    let got = listed_missing(&rejection);
                    return Err(self.trouble("timer", &format!("the timer `{}` fires", timer.id), got));
                }
            }
        }
        Err(self.trouble("timer", "timers that come to an end", format!("more than {MAX_TIMERS} of them")))
    }

    /// The next timer that is due and does not wait.
    fn next_due(&self, to: Moment, waiting: &BTreeSet<String>) -> Option<Timer> {
        let timers = &self.case.as_ref()?.timers;
        let due = timers.iter().filter(|it| it.at <= to && !waiting.contains(&it.id));
        due.min_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id))).cloned()
    }

    pub(super) fn try_open(&mut self, opening: Opening) -> Result<Option<Rejection>, Difference> {
        if self.case.is_some() {
            return Err(self.trouble("open", "one opening", "a second one"));
        }
        if self.clock.is_none() {
            return Err(self.trouble("at", "a time at which the case is opened", "nothing"));
        }
        self.inputs += 1;
        let ctx = self.context(&self.actor, self.inputs.to_string());
        let result = self.scenario.open("case", opening, &ctx);
        self.result(result)
    }

    pub(super) fn try_input(&mut self, input: Input) -> Result<Option<Rejection>, Difference> {
        self.inputs += 1;
        let ctx = self.context(&self.actor, self.inputs.to_string());
        let Some(case) = &self.case else {
            return Err(self.trouble("input", "an open case", "none was opened"));
        };
        let result = self.scenario.step(case, input, &ctx);
        self.result(result)
    }

    fn result(&mut self, result: Result<Outcome, Rejection>) -> Result<Option<Rejection>, Difference> {
        match result {
            Ok(outcome) => {
                self.keep(outcome);
                // What was armed for a moment that is past is handed out at the next tick, which is now.
                self.fire_due(self.clock.unwrap_or(Moment::MIN))?;
                Ok(None)
            }
            Err(rejection) => {
                self.rejection = Some(rejection.clone());
                Ok(Some(rejection))
            }
        }
    }

    fn keep(&mut self, outcome: Outcome) {
        let (case, entry) = outcome.into_parts();
        self.case = Some(case);
        self.entries.push(entry);
    }

    fn accepted(
        &mut self,
        what: &str,
        result: Result<Option<Rejection>, Difference>,
    ) -> Result<&mut Self, Difference> {
        match result? {
            None => Ok(self),
            Some(rejection) => Err(self.differs(what, "accepted", refusal(&rejection))),
        }
    }

    pub(super) fn holding(&mut self, hold: bool) -> bool {
        std::mem::replace(&mut self.holds, hold)
    }

    /// The open activity that is called so.
    pub(super) fn activity(&self, key: &str, name: &str, ended: bool) -> Result<&Activity, Difference> {
        let case = self.case.as_ref();
        let open = case.map_or(&[][..], |case| &case.activities);
        let over = case.filter(|_| ended).map_or(&[][..], |case| &case.finished);
        // Of several that are called so, that of who acts is meant, else the latest: it is the one that people see.
        let own = |it: &&Activity| it.assignee.as_ref() == Some(&self.actor.id);
        let called = || open.iter().chain(over).rev().filter(|it| naming::activity(it).is(name));
        if let Some(it) = called().find(own).or_else(|| called().next()) {
            return Ok(it);
        }
        let among = open.iter().chain(over).map(|it| it.title.get("en"));
        let got = format!("there is {}", listed(among));
        Err(self.trouble(key, &format!("an activity called `{name}`"), got))
    }

    /// What was expected and is not so.
    pub(super) fn differs(&self, key: &str, expected: &str, got: impl Into<String>) -> Difference {
        Difference {
            pointer: format!("/{key}"),
            expected: expected.to_owned(),
            got: got.into(),
            state: self.state(),
        }
    }

    /// What cannot be done at all.
    pub(super) fn trouble(&self, key: &str, expected: &str, got: impl Into<String>) -> Difference {
        self.differs(key, expected, got)
    }

    /// How the case stands, in lines for people.
    fn state(&self) -> Vec<String> {
        let (Some(case), Some(now)) = (&self.case, self.clock) else {
            return vec!["no case was opened".to_owned()];
        };
        let calendar = self.calendar();
        let light = match case.light(now) {
            None => "no light".to_owned(),
            Some(light) => {
                let cause = naming::cause(case, light.cause.as_ref()).told;
                format!("{} ({cause})", super::file::LightSaid::of(Some(light.color)).name())
            }
        };
        let mut lines = vec![format!("{}: on `{}`, {light}", local(calendar, now), case.stage())];
        for it in &case.activities {
            let due = it.due.map_or_else(String::new, |due| format!(", due {}", local(calendar, due.at)));
            lines.push(format!("open: {}{due}", naming::activity(it).told));
        }
        lines.extend(case.debts.iter().map(|debt| format!("debt: {}", debt.requirement)));
        lines.extend(
            case.wishes
                .iter()
                .map(|wish| format!("wish: {}, for want of {}", wish.trigger, listed_of(&wish.missing))),
        );
        lines
    }
}

fn listed_of(missing: &[crate::case::Missing]) -> String {
    let told: Vec<String> = missing.iter().map(|it| naming::missing(it).told).collect();
    listed(told.iter().map(String::as_str))
}

fn listed_missing(rejection: &Rejection) -> String {
    listed_of(rejection.missing())
}

/// A refusal in one line.
pub(super) fn refusal(rejection: &Rejection) -> String {
    format!("refused: {}", listed_missing(rejection))
}

/// Something that is not as it was expected, and how the case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// From the step on: `/expect/light`.
    pub(super) pointer: String,
    pub(super) expected: String,
    pub(super) got: String,
    pub(super) state: Vec<String>,
}

impl Difference {
    /// What it is about: `light`, `move`.
    #[must_use]
    pub fn what(&self) -> String {
        let what = self.pointer.strip_prefix("/expect/").or_else(|| self.pointer.strip_prefix('/'));
        what.unwrap_or(&self.pointer).replace("~1", "/").replace("~0", "~")
    }

    /// What was expected.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What there was instead.
    #[must_use]
    pub fn got(&self) -> &str {
        &self.got
    }

    /// How the case stands, line by line.
    #[must_use]
    pub fn state(&self) -> &[String] {
        &self.state
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.what(), self.expected, self.got)?;
        self.state.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for Difference {}
