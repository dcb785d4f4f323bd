//! What becomes of requests from channels, in the regulation (I2, I3, I5).

use super::catalog::Arg;
use super::regulation::Page;
use super::words::join;
use crate::scenario::def::{ByContact, ResponsibleDef, StageOutcome};

impl Page<'_> {
    /// The intake rules, in the order in which they are asked.
    pub fn intake(&mut self) {
        let teller = &self.teller;
        let Some(intake) = &teller.definition.intake else { return };
        let mut lines = Vec::new();
        lines.push(match &intake.when {
            Some(when) => teller.part("taking.takes", "condition", teller.condition(when)),
            None => teller.say("taking.takes_all", &[]),
        });
        for rule in &intake.ignore {
            let title = Arg::from(teller.plain(&rule.title, &rule.id));
            let args = [("title", title), ("condition", teller.condition(&rule.when).into())];
            lines.push(teller.say("taking.ignores", &args));
        }
        if intake.take_automatic {
            lines.push(teller.say("taking.automatic", &[]));
        }
        lines.push(teller.say("taking.thread", &[]));
        for it in &intake.documents {
            let what = it.document.as_ref().map(|kind| teller.document(kind));
            let what = what.unwrap_or_else(|| teller.say("taking.number", &[]));
            let args = [("what", what.into()), ("pattern", teller.clean(&it.pattern).into())];
            lines.push(teller.say("taking.document", &args));
        }
        let several: Vec<String> = intake
            .by_contact
            .iter()
            .map(|it| {
                let code = match it {
                    ByContact::Responsible => "taking.of_employee",
                    ByContact::Latest => "taking.latest",
                    ByContact::New => "taking.new",
                };
                teller.say(code, &[])
            })
            .chain([teller.say("taking.undecided", &[])])
            .collect();
        lines.push(teller.part("taking.by_contact", "order", several.join(", ")));
        if let Some(reopen) = &intake.reopen {
            let mut parts = vec![teller.part("taking.reopens", "span", reopen.within)];
            if !reopen.outcomes.is_empty() {
                let outcome = |it: &StageOutcome| {
                    let of = |stage: &&crate::scenario::def::StageDef| stage.outcome == Some(*it);
                    let stages: Vec<String> =
                        teller.definition.stages.iter().filter(of).map(|stage| stage.id.clone()).collect();
                    teller.stages(&stages)
                };
                parts.push(teller.part(
                    "taking.ended",
                    "outcomes",
                    join(reopen.outcomes.iter().map(outcome)),
                ));
            }
            parts.extend(reopen.stage.as_ref().map(|id| teller.part("taking.at", "stage", teller.stage(id))));
            lines.push(parts.join("; "));
        }
        for (channel, kinds) in intake.answers.iter() {
            let kinds = join(kinds.iter().map(|kind| teller.kind(kind)));
            let args = [("channel", teller.known("channel", channel).into()), ("kinds", kinds.into())];
            lines.push(teller.say("taking.answers", &args));
        }
        lines.extend(intake.responsible.iter().map(|rule| self.responsible(rule)));
        self.chapter("part.intake", &lines);
    }

    fn responsible(&self, rule: &ResponsibleDef) -> String {
        let teller = &self.teller;
        let persons = |persons: &[String]| join(persons.iter().map(|person| teller.clean(person)));
        let who = if let Some(person) = &rule.person {
            teller.clean(person)
        } else if let Some(by) = &rule.by {
            teller.expression(by)
        } else if rule.employee {
            teller.say("taking.employee", &[])
        } else if rule.in_turn.is_empty() {
            teller.part("taking.least_load", "persons", persons(&rule.least_load))
        } else {
            teller.part("taking.in_turn", "persons", persons(&rule.in_turn))
        };
        match &rule.when {
            Some(when) => {
                let args = [("who", Arg::from(who)), ("condition", teller.condition(when).into())];
                teller.say("taking.responsible_if", &args)
            }
            None => teller.part("taking.responsible", "who", who),
        }
    }
}
