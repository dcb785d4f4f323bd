//! Names in a tests file that the scenario does not have, which would make a test pass or fail for nothing.

use super::file::{Expect, Given, TestsFile, Values};
use super::naming;
use super::short::Short;
use super::steps::Step;
use crate::scenario::Scenario;
use crate::source::{Defect, Tree, join, suggest};

/// What is wrong with a file that could be read, each with its place.
pub(crate) fn check(scenario: &Scenario, file: &TestsFile, tree: &Tree) -> Vec<Defect> {
    let mut names = Names { scenario, tree, defects: Vec::new() };
    names.given("/given", &file.given);
    for (i, test) in file.tests.iter().enumerate() {
        let at = format!("/tests/{i}");
        names.given(&join(&at, "given"), &test.given);
        if test.given.at.is_none() && file.given.at.is_none() {
            let message = "the test does not say when it begins";
            let help = "write `\"at\": \"2026-03-02 10:00\"` in its `given`, or in that of the whole file";
            names.defects.push(Defect::error("test-without-time", at.clone(), message).with_help(help));
        }
        for (j, step) in test.steps.iter().enumerate() {
            names.step(&format!("{at}/steps/{j}"), step);
        }
    }
    names.defects.into_iter().map(|defect| tree.resolve(defect)).collect()
}

struct Names<'s> {
    scenario: &'s Scenario,
    tree: &'s Tree,
    defects: Vec<Defect>,
}

impl Names<'_> {
    fn given(&mut self, at: &str, given: &Given) {
        self.stage(&join(at, "stage"), given.stage.as_deref());
        self.fields(&join(at, "fields"), given.fields.keys());
        self.facts(&join(at, "facts"), &given.facts);
        self.parties(&join(at, "parties"), given.parties.keys());
        self.triggers(&join(at, "switch"), given.switch.keys());
        if let Some(import) = &given.import {
            for (i, visit) in import.visits.iter().enumerate() {
                self.stage(&format!("{at}/import/visits/{i}/stage"), Some(&visit.stage));
            }
        }
        if let Some(expect) = &given.expect {
            self.expect(&join(at, "expect"), expect);
        }
    }

    fn step(&mut self, at: &str, step: &Step) {
        let inputs = step.inputs();
        if let [first, second, ..] = inputs.as_slice() {
            let message = format!("a step has one input, this one has `{first}` and `{second}`");
            let help = "write the second one as a step of its own; at the same moment it needs no `at`";
            let pointer = join(at, second);
            let place = self.tree.key_place(&pointer);
            let defect = Defect::error("test-two-inputs", pointer, message).at(place.line, place.column);
            self.defects.push(defect.with_help(help));
        }
        if let Some(expect) = &step.expect {
            self.expect(&join(at, "expect"), expect);
            if inputs.is_empty() && expect.refused.is_some() {
                let message = "a step without an input cannot be refused";
                let pointer = format!("{at}/expect/refused");
                self.defects.push(Defect::error("test-nothing-refused", pointer, message));
            }
        }
        self.triggers(&join(at, "switch"), step.switch.keys());
        if let Some(Short(it)) = &step.r#move {
            let to = join(at, "move");
            self.stage(&to, Some(&it.to));
            self.fields(&join(&to, "fields"), it.fields.keys());
        }
        if let Some(Short(it)) = &step.close {
            let to = join(at, "close");
            self.stage(&to, Some(&it.stage));
            self.reason(&join(&to, "reason"), it.reason.as_deref());
            self.fields(&join(&to, "fields"), it.fields.keys());
        }
        if let Some(Short(it)) = &step.reopen {
            let to = join(at, "reopen");
            self.stage(&to, it.stage.as_deref());
            self.fields(&join(&to, "fields"), it.fields.keys());
        }
        if let Some(Short(it)) = &step.correct_reason {
            self.reason(&join(at, "correct_reason"), Some(&it.reason));
        }
        if let Some(fields) = &step.set {
            self.fields(&join(at, "set"), fields.keys());
        }
        if let Some(facts) = &step.facts {
            self.facts(&join(at, "facts"), facts);
        }
        if let Some(parties) = &step.party {
            self.parties(&join(at, "party"), parties.keys());
        }
        if let Some(Short(it)) = &step.done {
            self.fields(&format!("{at}/done/fields"), it.fields.keys());
        }
        if let Some(Short(it)) = &step.command {
            let to = join(at, "command");
            self.command(&to, &it.command);
            self.fields(&join(&to, "fields"), it.fields.keys());
        }
        if let Some(it) = &step.answer {
            self.command(&format!("{at}/answer/command"), &it.command);
        }
        if let Some(process) = &step.start_process {
            self.process(&join(at, "start_process"), process);
        }
        if let Some(it) = &step.finished {
            self.process(&format!("{at}/finished/process"), &it.process);
        }
        if let Some(it) = &step.plan {
            let known = self.scenario.kinds.keys().map(String::as_str).collect();
            self.name(&format!("{at}/plan/kind"), "kind of activity", &it.kind, known);
        }
    }

    fn expect(&mut self, at: &str, expect: &Expect) {
        self.stage(&join(at, "stage"), expect.stage.as_deref());
        if expect.reason.as_deref() != Some("none") {
            self.reason(&join(at, "reason"), expect.reason.as_deref());
        }
        self.fields(&join(at, "fields"), expect.fields.keys());
        self.facts(&join(at, "facts"), &expect.facts);
        for (i, stage) in expect.moves.iter().flatten().enumerate() {
            self.stage(&format!("{at}/moves/{i}"), Some(stage));
        }
        for (i, trigger) in expect.fired.iter().flatten().enumerate() {
            self.trigger(&format!("{at}/fired/{i}"), trigger);
        }
        self.triggers(&join(at, "why"), expect.why.keys());
        self.triggers(&join(at, "timers"), expect.timers.keys());
        match &expect.wishes {
            Some(super::file::WishesSaid::Missing(wishes)) => {
                self.triggers(&join(at, "wishes"), wishes.keys());
            }
            Some(super::file::WishesSaid::Triggers(wishes)) => {
                for (i, trigger) in wishes.iter().enumerate() {
                    self.trigger(&format!("{at}/wishes/{i}"), trigger);
                }
            }
            None => {}
        }
        for process in expect.processes.keys() {
            self.process(&join(&join(at, "processes"), process), process);
        }
        for (kind, sums) in &expect.documents {
            let Some(def) = self.scenario.def.documents.get(kind) else { continue };
            for name in sums.keys() {
                let known = def.sums.names().chain(["count", "last"]).collect();
                self.name(&join(&join(&join(at, "documents"), kind), name), "sum", name, known);
            }
        }
        for (key, names) in [("sees", &expect.sees), ("hidden", &expect.hidden)] {
            for (i, name) in names.iter().enumerate() {
                let def = &self.scenario.def;
                let known =
                    def.fields.names().chain(def.facts.names()).chain(def.documents.names()).collect();
                self.name(&format!("{at}/{key}/{i}"), "field, fact or kind of documents", name, known);
            }
        }
    }

    fn name(&mut self, at: &str, what: &str, name: &str, known: Vec<&str>) {
        if known.contains(&name) {
            return;
        }
        let mut message = format!("the scenario has no {what} `{name}`");
        let near = suggest(name, known.iter().copied());
        if let Some(near) = near {
            message.push_str(&format!(", did you mean `{near}`?"));
        }
        let mut defect = Defect::error("test-unknown-name", at, message);
        if at.ends_with(&join("", name)) {
            // The name is a key here, and stands before the value to which the pointer leads.
            let place = self.tree.key_place(at);
            defect = defect.at(place.line, place.column);
        }
        let listed = (near.is_none() && known.len() <= 20).then(|| naming::listed(known));
        self.defects.push(match listed {
            Some(listed) => defect.with_help(format!("there is {listed}")),
            None => defect,
        });
    }

    fn stage(&mut self, at: &str, name: Option<&str>) {
        if let Some(name) = name {
            let known = self.scenario.stages.iter().map(|stage| stage.id.as_str()).collect();
            self.name(at, "stage", name, known);
        }
    }

    fn reason(&mut self, at: &str, name: Option<&str>) {
        if let Some(name) = name {
            let known = self.scenario.def.reasons.names().collect();
            self.name(at, "reason", name, known);
        }
    }

    fn command(&mut self, at: &str, name: &str) {
        let commands = self.scenario.stages.iter().flat_map(|stage| stage.commands.iter());
        let known = commands.map(|command| command.id.as_str()).collect();
        self.name(at, "command", name, known);
    }

    fn process(&mut self, at: &str, name: &str) {
        let hooks = self.scenario.stages.iter().flat_map(|stage| stage.hooks.iter());
        let known = hooks.map(|hook| hook.id.as_str()).collect();
        self.name(at, "process", name, known);
    }

    fn fields<'n>(&mut self, at: &str, names: impl Iterator<Item = &'n String>) {
        for name in names {
            let known = self.scenario.def.fields.names().collect();
            self.name(&join(at, name), "field", name, known);
        }
    }

    fn facts(&mut self, at: &str, facts: &Values) {
        for name in facts.keys() {
            let known = self.scenario.def.facts.names().collect();
            self.name(&join(at, name), "fact", name, known);
        }
    }

    fn parties<'n>(&mut self, at: &str, names: impl Iterator<Item = &'n String>) {
        for name in names {
            let known = self.scenario.def.parties.names().collect();
            self.name(&join(at, name), "party", name, known);
        }
    }

    fn triggers<'n>(&mut self, at: &str, names: impl Iterator<Item = &'n String>) {
        for name in names {
            self.trigger(&join(at, name), name);
        }
    }

    fn trigger(&mut self, at: &str, name: &str) {
        if naming::trigger(self.scenario, name).is_some() {
            return;
        }
        let known = naming::triggers(self.scenario);
        let twice = known.iter().filter(|rule| naming::rule_names(rule).is(name)).count() > 1;
        if twice {
            let message = format!("several triggers are called `{name}`");
            let help = "write its stage before it: `STAGE/ID`, or `/ID` for one of the scenario's own";
            self.defects.push(Defect::error("test-unclear-name", at, message).with_help(help));
        } else {
            let short = known.iter().map(|rule| naming::last_part(rule));
            let known = if name.contains('/') { known } else { short.collect() };
            self.name(at, "trigger", name, known);
        }
    }
}
