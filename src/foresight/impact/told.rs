//! An impact as a text for people.

use super::line::{Line, Section};
use super::words::{Words, fill};
use super::{Found, Impact};
use crate::scenario::def::{Definition, RequirementDef, Text, TriggerDef};
use crate::scenario::edit::AdoptionDefect;
use crate::tell::{Catalog, Teller};
use std::collections::BTreeMap;

impl Impact {
    /// The impact as a text for people, in English or Russian: under headings, for each line how many cases and some
    /// of them. Stages, fields and rules are told by the titles that the two versions give them.
    #[must_use]
    pub fn told(&self, from: &Definition, to: &Definition, language: &str) -> String {
        let catalog = Catalog::default();
        let telling = Telling {
            words: Words::of(language),
            old: Teller::new(from, language, &catalog),
            new: Teller::new(to, language, &catalog),
        };
        let words = telling.words;
        let name = |it: &crate::case::ScenarioRef| format!("{} {}", it.id, it.version);
        let at = crate::tell::Speaker::new(to, language).moment_shown(self.at);
        let mut out = fill(words.head, &[name(&self.from), name(&self.to), at]);
        out.push('\n');
        let counts = [self.cases, self.untouched, self.closed].map(|it| words.count(it));
        out.push_str(&fill(words.counts, &counts));
        out.push('\n');
        for (number, defect) in self.hindrances().enumerate() {
            if number == 0 {
                out.push_str(&format!("\n{}\n", words.defects));
            }
            out.push_str(&format!("  {}\n", telling.defect(defect)));
        }
        let mut sections: BTreeMap<Section, Vec<(String, &Found)>> = BTreeMap::new();
        for (line, found) in &self.lines {
            sections.entry(line.section()).or_default().push((telling.line(line), found));
        }
        if self.cases > 0 && self.cases == self.untouched {
            out.push_str(words.nothing);
            out.push('\n');
        }
        for (section, rows) in sections {
            out.push_str(&format!("\n{}\n", words.section(section)));
            telling.print(&rows, &mut out);
        }
        out
    }
}

struct Telling<'a> {
    words: &'static Words,
    old: Teller<'a>,
    new: Teller<'a>,
}

impl Telling<'_> {
    /// What happens, how many cases, which: in columns.
    fn print(&self, rows: &[(String, &Found)], out: &mut String) {
        let words = self.words;
        let counts: Vec<String> = rows.iter().map(|(_, found)| words.count(found.cases)).collect();
        let longest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
        let width = longest(&mut rows.iter().map(|(text, _)| text.chars().count()));
        let digits = longest(&mut counts.iter().map(|it| it.chars().count()));
        for ((text, found), count) in rows.iter().zip(&counts) {
            let room = " ".repeat(width - text.chars().count() + digits - count.chars().count());
            let more = if found.cases > found.examples.len() as u64 { ", …" } else { "" };
            let examples = if found.examples.is_empty() {
                String::new()
            } else {
                let ids: Vec<String> = found.examples.iter().map(|id| self.new.clean(id)).collect();
                format!("  {}{more}", ids.join(", "))
            };
            out.push_str(&format!("  {text}  {room}{count}{examples}\n"));
        }
    }

    fn line(&self, line: &Line) -> String {
        let words = self.words;
        let parts = match line {
            Line::OtherVersion { scenario, version, hash } => {
                vec![fill(words.version, &[version.to_string(), scenario.clone(), hash.clone()])]
            }
            Line::Refused { code } => vec![self.new.clean(code)],
            Line::Stranded { stage, to } | Line::Moved { from: stage, to } => {
                vec![self.old.stage(stage), self.stage(to)]
            }
            Line::Onward { from, to } => vec![self.stage(from), self.stage(to)],
            Line::LacksField { requirement, field } => vec![self.new.field(field), self.place(requirement)],
            Line::FieldUnfit { requirement, field } => vec![self.new.field(field), self.rule(requirement)],
            Line::FieldGone { field } => vec![self.old.field(field)],
            Line::MoveCondition { to } => vec![self.stage(to)],
            Line::Hidden { rule } => vec![rule.clone()],
            Line::HeldUp { stage } | Line::NoOutcome { stage } | Line::NoGoodOutcome { stage } => {
                vec![self.stage(stage)]
            }
            Line::Rule { rule, change, fate } => {
                vec![self.rule(rule), words.change(*change).to_owned(), words.fate(*fate).to_owned()]
            }
            Line::Color { from, to } => {
                vec![words.color(*from).to_owned(), words.color(*to).to_owned()]
            }
            Line::TurnsRed { .. } => Vec::new(),
            Line::Unmet { requirement: rule }
            | Line::DebtArises { requirement: rule }
            | Line::DebtEnds { requirement: rule }
            | Line::HeldByActivity { rule }
            | Line::HeldByProcess { rule }
            | Line::ActivityPlanned { rule }
            | Line::ActivityEnds { rule }
            | Line::ActivityShifted { rule, .. }
            | Line::ProcessStarts { rule }
            | Line::ProcessCancelled { rule }
            | Line::ProcessShifted { rule, .. }
            | Line::TimerGained { rule }
            | Line::TimerLost { rule }
            | Line::TimerShifted { rule, .. }
            | Line::TriggerGained { trigger: rule }
            | Line::TriggerLost { trigger: rule }
            | Line::TriggerFires { trigger: rule }
            | Line::WishArises { trigger: rule }
            | Line::WishLapses { trigger: rule } => vec![self.rule(rule)],
        };
        fill(words.line(line), &parts)
    }

    fn defect(&self, defect: &AdoptionDefect) -> String {
        let parts = match defect {
            AdoptionDefect::Unmapped { stage } => vec![self.old.stage(stage)],
            AdoptionDefect::UnknownFrom { stage } => vec![self.stage(stage)],
            AdoptionDefect::UnknownTo { stage, to } | AdoptionDefect::Outcome { stage, to } => {
                vec![self.old.stage(stage), self.stage(to)]
            }
            AdoptionDefect::Rule { rule } => vec![rule.clone()],
            AdoptionDefect::TooMany { rules } => vec![rules.to_string()],
        };
        fill(self.words.defect(defect), &parts)
    }

    /// A stage by its title in the new version, else in the old one.
    fn stage(&self, id: &str) -> String {
        let known = self.new.definition.stages.iter().any(|stage| stage.id == id);
        if known { self.new.stage(id) } else { self.old.stage(id) }
    }

    /// A rule by the titles of its stage and of what it is, by its name where it has none: `“Invoice”: “Paid”`.
    fn rule(&self, rule: &str) -> String {
        let mut parts = rule.splitn(3, '/');
        let (Some(stage), Some(part)) = (parts.next(), parts.next()) else {
            return match rule {
                "" => self.words.by_hand.to_owned(),
                "overdue" => self.words.overdue.to_owned(),
                rule => self.new.clean(rule),
            };
        };
        let id = parts.next().unwrap_or_default();
        let what = match part {
            "plan" => self.either(|it| plan(it, stage, id)),
            "run" => Some(self.new.process(id)),
            "trigger" => self.either(|it| trigger(it, stage, id)),
            "limit" => Some(self.words.limit.to_owned()),
            "enter" | "leave" => self.either(|it| requirement(it, stage, part, id)),
            _ => None,
        };
        let what = what.unwrap_or_else(|| self.new.clean(if id.is_empty() { part } else { id }));
        if stage.is_empty() { what } else { format!("{}: {what}", self.stage(stage)) }
    }

    /// For what a requirement asks: `to leave “Invoice”`.
    fn place(&self, requirement: &str) -> String {
        let mut parts = requirement.splitn(3, '/');
        match (parts.next(), parts.next()) {
            (Some(stage), Some("enter")) => fill(self.words.enter, &[self.stage(stage)]),
            (Some(stage), Some("leave")) => fill(self.words.leave, &[self.stage(stage)]),
            _ => self.new.clean(requirement),
        }
    }

    /// As the new version tells it, else as the old one does.
    fn either(&self, told: impl Fn(&Teller<'_>) -> Option<String>) -> Option<String> {
        told(&self.new).or_else(|| told(&self.old))
    }
}

fn plan(teller: &Teller<'_>, stage: &str, id: &str) -> Option<String> {
    let stage = teller.definition.stages.iter().find(|it| it.id == stage)?;
    let plan = stage.plan.iter().find(|it| it.id() == id)?;
    Some(teller.plan_head(plan))
}

fn trigger(teller: &Teller<'_>, stage: &str, id: &str) -> Option<String> {
    let definition = teller.definition;
    let all: &[TriggerDef] = match definition.stages.iter().find(|it| it.id == stage) {
        Some(stage) => &stage.triggers,
        None if stage.is_empty() => &definition.triggers,
        None => return None,
    };
    // What a trigger plans has the trigger's name before its own.
    let own = id.split("/plan").next().unwrap_or(id);
    let found = all.iter().find(|it| it.id == own)?;
    Some(teller.titled(Some(&found.title), &found.id))
}

fn requirement(teller: &Teller<'_>, stage: &str, part: &str, id: &str) -> Option<String> {
    let stage = teller.definition.stages.iter().find(|it| it.id == stage)?;
    let all = if part == "enter" { &stage.enter.need } else { &stage.leave.need };
    let found = all.iter().find(|it| it.id() == id)?;
    // What it asks, in one line: neither what people are told otherwise nor what debts of it come to.
    let asks = RequirementDef { or_say: Text::default(), keep: false, deadline: None, ..found.clone() };
    Some(teller.requirement(&asks))
}
