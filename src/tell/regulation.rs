//! A scenario as a regulation: its head and its stages.

use super::catalog::{Arg, Catalog};
use super::words::{Teller, join};
use crate::calendar::CalendarSource;
use crate::scenario::def::{
    ActionDef, CloseWhat, Color, CommandDef, Definition, Fate, MoveDef, OnBad, ProcessDef, StageDef,
    StageOutcome,
};

/// A scenario as a regulation for the people who work by it, in a language (`en`, `ru`).
///
/// The text is Markdown of headings and lists, which reads well in a terminal too. Conditions over fields and
/// facts are told with their titles; those that are not so simple stand as they are written.
///
/// ```
/// let scenario: voronka::Definition =
///     serde_json::from_str(r#"{"id": "small", "stages": [{"id": "talk", "limit": "2 days"}]}"#)?;
/// assert!(voronka::tell::tell(&scenario, "ru").contains("не дольше: 2 дня"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn tell(definition: &Definition, language: &str) -> String {
    tell_with(definition, language, &Catalog::default())
}

/// The same with the texts of a catalogue of the host's own.
#[must_use]
pub fn tell_with(definition: &Definition, language: &str, catalog: &Catalog) -> String {
    let mut page = Page { teller: Teller::new(definition, language, catalog), out: String::new() };
    page.head();
    let mut number: u32 = 0;
    let mut ends = Vec::new();
    for stage in &definition.stages {
        let heading = page.stage_heading(stage, &mut number);
        let bare =
            StageDef { title: stage.title.clone(), outcome: stage.outcome, ..StageDef::new(&stage.id) };
        // Of an outcome there is often nothing to tell but its name.
        if stage.outcome.is_some() && *stage == bare {
            ends.push(heading);
        } else {
            page.stage(stage, &heading);
        }
    }
    page.chapter("part.outcomes", &ends);
    page.scenario_triggers();
    page.kinds();
    page.facts();
    page.documents();
    page.intake();
    page.reasons();
    page.rights();
    page.out
}

/// The regulation as it grows.
pub(super) struct Page<'a> {
    pub teller: Teller<'a>,
    pub out: String,
}

impl Page<'_> {
    fn head(&mut self) {
        let definition = self.teller.definition;
        let teller = &self.teller;
        let mut lines = Vec::new();
        let version = Arg::from(definition.version);
        let id = Arg::from(format!("`{}`", teller.clean(&definition.id)));
        lines.push(teller.say("head.scenario", &[("id", id), ("version", version)]));
        lines.extend(definition.template.as_ref().map(|template| {
            let name = teller.known("process", &template.id);
            let args = [("template", name.into()), ("version", template.version.into())];
            teller.say("head.template", &args)
        }));
        lines.extend(self.calendars());
        for (code, field) in [
            ("head.value", &definition.value),
            ("head.expected", &definition.expected),
            ("head.deadline", &definition.deadline),
        ] {
            lines.extend(field.as_ref().map(|field| teller.part(code, "field", teller.field(field))));
        }
        let roles = self.roles();
        if !roles.is_empty() {
            let told = join(roles.into_iter().map(|role| teller.role(role)));
            lines.push(teller.part("head.roles", "roles", told));
        }
        if !definition.parties.is_empty() {
            let parties = definition.parties.iter().map(|(role, party)| teller.plain(&party.title, role));
            lines.push(teller.part("head.parties", "parties", join(parties)));
        }
        let ordinary = definition.stages.iter().filter(|stage| stage.outcome.is_none());
        let way: Vec<String> = ordinary.map(|stage| teller.stage_title(stage)).collect();
        lines.push(teller.part("head.way", "stages", way.join(" → ")));
        if definition.moves.is_none() {
            lines.push(teller.say("head.moves", &[]));
        }
        if definition.jumps_meet_skipped {
            lines.push(teller.say("head.skipped", &[]));
        }
        lines.extend(self.nothing_planned(definition.nothing_planned));
        let title = teller.plain(&definition.title, &definition.id);
        let about = teller.text(&definition.about);
        self.out.push_str(&format!("# {title}\n"));
        self.paragraph(&about);
        self.out.push('\n');
        self.list(&lines);
    }

    fn calendars(&self) -> Vec<String> {
        let (teller, definition) = (&self.teller, self.teller.definition);
        let mut lines = Vec::new();
        match &definition.calendar {
            None => lines.push(teller.say("head.around_the_clock", &[])),
            Some(calendar) => {
                let args =
                    [("week", self.week(calendar).into()), ("zone", calendar.time_zone.as_str().into())];
                lines.push(teller.say("head.time", &args));
                let days = u64::try_from(calendar.days.len()).unwrap_or(u64::MAX);
                if days > 0 {
                    lines.push(teller.part("head.days", "n", days));
                }
                lines.extend(calendar.known_until.as_ref().map(|date| {
                    let date = date.parse().map_or_else(
                        |_| Arg::from(teller.clean(date)),
                        |date| Arg::Value(crate::Value::Date(date)),
                    );
                    teller.part("head.known_until", "date", date)
                }));
            }
        }
        for choice in &definition.calendars {
            let args = [
                ("id", teller.titled(None, &choice.id).into()),
                ("condition", teller.condition(&choice.when).into()),
                ("week", self.week(&choice.calendar).into()),
                ("zone", choice.calendar.time_zone.as_str().into()),
            ];
            lines.push(teller.say("head.calendar", &args));
        }
        lines
    }

    fn week(&self, calendar: &CalendarSource) -> String {
        let teller = &self.teller;
        let day = |name: &str| teller.known("day", name.trim());
        let days = |key: &str| {
            let ranges = key.split(',').map(|range| range.split('-').map(day).collect::<Vec<_>>().join("–"));
            ranges.collect::<Vec<_>>().join(", ")
        };
        let told = calendar.week.iter().filter(|(_, hours)| !hours.is_empty()).map(|(key, hours)| {
            format!("{} {}", days(key), teller.clean(&hours.join(", ").replace('-', "–")))
        });
        told.collect::<Vec<_>>().join("; ")
    }

    fn stage_heading(&self, stage: &StageDef, number: &mut u32) -> String {
        let teller = &self.teller;
        let title = teller.stage_title(stage);
        match stage.outcome {
            None => {
                *number += 1;
                teller.say("stage.title", &[("n", (*number).into()), ("title", title.into())])
            }
            Some(outcome) => {
                let code = match outcome {
                    StageOutcome::Won => "stage.won",
                    StageOutcome::Lost => "stage.lost",
                    StageOutcome::Void => "stage.void",
                    StageOutcome::Result => "stage.result",
                    StageOutcome::BadResult => "stage.bad_result",
                };
                teller.part(code, "title", title)
            }
        }
    }

    fn stage(&mut self, stage: &StageDef, heading: &str) {
        let teller = &self.teller;
        let instruction = teller.text(&stage.instruction);
        let enter: Vec<String> = stage.enter.need.iter().map(|need| teller.requirement(need)).collect();
        let leave: Vec<String> = stage.leave.need.iter().map(|need| teller.requirement(need)).collect();
        let triggers: Vec<String> = stage.triggers.iter().map(|trigger| teller.trigger(trigger)).collect();
        let run: Vec<String> = stage.run.iter().map(|process| self.process(process)).collect();
        let commands: Vec<String> = stage.commands.iter().map(|command| self.command(command)).collect();
        let closing: Vec<String> = teller.closing(stage).into_iter().collect();
        let (plan, moves, time) = (self.plans(stage), self.moves(stage), self.time(stage));
        self.heading(heading);
        self.paragraph(&instruction);
        self.section("part.enter", &enter);
        self.section("part.entry", &closing);
        self.section("part.plan", &plan);
        self.section("part.run", &run);
        self.section("part.commands", &commands);
        self.section("part.self", &triggers);
        self.section("part.leave", &leave);
        self.section("part.moves", &moves);
        self.section("part.time", &time);
    }

    fn plans(&self, stage: &StageDef) -> Vec<String> {
        let told = stage.plan.iter().map(|plan| {
            let script = self.teller.text(&plan.script);
            let line = self.teller.plan(plan);
            if script.is_empty() {
                return line;
            }
            format!("{line}\n  {}", self.teller.part("plan.script", "text", script))
        });
        told.collect()
    }

    pub fn process(&self, process: &ProcessDef) -> String {
        let teller = &self.teller;
        let mut parts = vec![teller.part("run.line", "process", teller.process(process.id()))];
        if process.host {
            parts.push(teller.say("run.host", &[]));
        }
        let when = process.when.as_ref();
        parts.extend(when.map(|when| teller.part("run.when", "condition", teller.condition(when))));
        if process.by_hand {
            parts.push(teller.say("run.by_hand", &[]));
        }
        if process.awaited {
            parts.push(teller.say("run.awaited", &[]));
        }
        if !process.good.is_empty() {
            let results = join(process.good.iter().map(|result| teller.result(result)));
            parts.push(teller.part("run.good", "results", results));
        }
        let bad = match &process.on_bad {
            OnBad::Stay => None,
            OnBad::Move(to) => Some(ActionDef::Move(to.clone())),
            OnBad::Close(close) => Some(ActionDef::Close(close.clone())),
        };
        parts.extend(bad.map(|action| teller.part("run.on_bad", "action", teller.action(&action))));
        parts.extend(process.limit.map(|span| teller.part("run.limit", "span", span)));
        if !process.void_on.is_empty() {
            parts.push(teller.part("run.void_on", "fields", teller.fields(&process.void_on)));
        }
        parts.extend(process.on_leave.map(|fate| {
            teller.say(if fate == Fate::Keep { "run.leave_keep" } else { "run.leave_cancel" }, &[])
        }));
        parts.extend(process.on_close.map(|fate| {
            teller.say(if fate == Fate::Keep { "run.close_keep" } else { "run.close_cancel" }, &[])
        }));
        parts.join("; ")
    }

    pub fn command(&self, command: &CommandDef) -> String {
        let teller = &self.teller;
        let mut parts = vec![teller.plain(&command.title, &command.id)];
        parts.extend(command.who.as_ref().map(|who| teller.part("command.who", "who", teller.who(who))));
        let when = command.when.as_ref();
        parts.extend(when.map(|when| teller.part("command.when", "condition", teller.condition(when))));
        if !command.ask.is_empty() {
            parts.push(teller.part("command.ask", "fields", teller.fields(&command.ask)));
        }
        parts.join("; ")
    }

    /// The moves that are drawn from a stage; where none are drawn, the head says how it goes.
    fn moves(&self, stage: &StageDef) -> Vec<String> {
        let drawn = self.teller.definition.moves.iter().flatten();
        let any = |drawn: &&MoveDef| {
            drawn.from.iter().any(|from| *from == stage.id || (from == "*" && stage.outcome.is_none()))
        };
        drawn.filter(any).map(|drawn| self.one_move(drawn)).collect()
    }

    pub fn one_move(&self, drawn: &MoveDef) -> String {
        let teller = &self.teller;
        let to = Arg::from(teller.stages(&drawn.to.0));
        let mut parts = vec![if drawn.title.is_empty() {
            teller.say("move.to", &[("stage", to)])
        } else {
            teller.say("move.titled", &[("title", teller.text(&drawn.title).into()), ("stage", to)])
        }];
        let condition = drawn.condition.as_ref();
        parts.extend(condition.map(|it| teller.part("move.if", "condition", teller.condition(it))));
        parts.extend(teller.refusal(&drawn.or_say));
        parts.extend(drawn.who.as_ref().map(|who| teller.part("move.who", "who", teller.who(who))));
        parts.extend(drawn.not_by.iter().map(|past| teller.part("plan.not_by", "who", teller.past(past))));
        parts.join("; ")
    }

    pub fn time(&self, stage: &StageDef) -> Vec<String> {
        let teller = &self.teller;
        let mut lines = Vec::new();
        lines.extend(stage.limit.map(|span| teller.part("time.limit", "span", span)));
        if let Some(pause) = &stage.pause {
            let condition = Arg::from(teller.condition(&pause.when));
            let title = teller.text(&pause.title);
            lines.push(if title.is_empty() {
                teller.say("time.pause", &[("condition", condition)])
            } else {
                teller.say("time.pause_title", &[("condition", condition), ("title", title.into())])
            });
        }
        lines.extend(self.nothing_planned(stage.nothing_planned));
        lines.extend(stage.probability.map(|percent| teller.part("time.probability", "n", percent)));
        lines
    }

    fn nothing_planned(&self, color: Option<Color>) -> Option<String> {
        let code = match color? {
            Color::Green => "color.green",
            Color::Yellow => "color.yellow",
            Color::Red => "color.red",
        };
        Some(self.teller.part("time.nothing_planned", "color", self.teller.say(code, &[])))
    }

    pub fn heading(&mut self, title: &str) {
        self.out.push_str(&format!("\n## {title}\n"));
    }

    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.out.push_str(&format!("\n{text}\n"));
        }
    }

    pub fn section(&mut self, code: &str, lines: &[String]) {
        if !lines.is_empty() {
            let title = self.teller.say(code, &[]);
            self.out.push_str(&format!("\n{title}:\n"));
            self.list(lines);
        }
    }

    pub fn list(&mut self, lines: &[String]) {
        for line in lines {
            self.out.push_str(&format!("- {line}\n"));
        }
    }
}

impl Teller<'_> {
    /// What entering a stage closes.
    pub fn closing(&self, stage: &StageDef) -> Option<String> {
        let close = &stage.enter.close;
        let what = match close.what {
            CloseWhat::Nothing => return None,
            CloseWhat::Overdue => self.say("close.overdue", &[]),
            CloseWhat::All => self.say("close.all", &[]),
        };
        if close.kinds.is_empty() {
            return Some(what);
        }
        let kinds = join(close.kinds.iter().map(|kind| self.kind(kind)));
        Some(self.say("close.kinds", &[("close", what.into()), ("kinds", kinds.into())]))
    }
}
