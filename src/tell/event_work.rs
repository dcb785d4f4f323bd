//! Events in sentences: activities, groups, processes, commands.

use super::catalog::Arg;
use super::speaker::Speaker;
use crate::case::{Activity, ActivityEnd, CommandAnswer, Event, Group, HeldItem, ProcessEnd, ProcessRun};
use std::collections::BTreeMap;

impl Speaker<'_> {
    /// The sentence of an event about work; none for the others.
    pub(super) fn work_event(&self, event: &Event) -> Option<String> {
        let activity = |code: &str, id: &str| self.part(code, "activity", self.activity(id));
        Some(match event {
            Event::Planned(it) => self.planned(it),
            Event::Ended { activity, end, note } => self.ended(activity, end, note.as_deref()),
            Event::Rescheduled { activity: id, due: None } => activity("told.rescheduled_none", id),
            Event::Rescheduled { activity, due: Some(due) } => {
                let args = [("activity", self.activity(activity).into()), ("due", self.due(due).into())];
                self.say("told.rescheduled", &args)
            }
            Event::Replanned { activity, due, mandatory, title, .. } => {
                let title = Some(self.text(title)).filter(|title| !title.is_empty());
                let args = [("activity", Arg::from(title.unwrap_or_else(|| self.activity(activity))))];
                let details = [
                    due.map(|due| self.part("with.due", "due", self.due(&due))),
                    mandatory.then(|| self.say("with.mandatory", &[])),
                ];
                self.line(self.say("told.replanned", &args), details)
            }
            Event::Spared { rules } => {
                let rules: Vec<String> = rules.iter().map(|rule| self.spared(rule)).collect();
                self.part("told.spared", "rules", rules.join(", "))
            }
            Event::Reassigned { activity: id, to: None, .. } => activity("told.reassigned_none", id),
            Event::Reassigned { activity, to: Some(to), instead_of } => {
                let args = [("activity", self.activity(activity).into()), ("who", self.person(to).into())];
                self.line(self.say("told.reassigned", &args), [self.instead_of(instead_of.as_deref())])
            }
            Event::ActivityReopened { activity: id } => activity("told.activity_reopened", id),
            Event::GroupPlanned(group) => self.group_planned(group),
            Event::GroupEnded { group, good } => {
                let code = match good {
                    Some(true) => "told.group_good",
                    Some(false) => "told.group_bad",
                    None => "told.group_open",
                };
                self.part(code, "item", self.group(group))
            }
            Event::ItemHeld(held) => self.held(held),
            Event::ProcessStarted(run) => self.process_started(run),
            Event::ProcessChanged { process, awaited, due, .. } => {
                let line = self.part("told.process_changed", "process", self.process(process));
                let details = [
                    awaited.then(|| self.say("with.awaited", &[])),
                    due.map(|due| self.part("with.due", "due", self.due(&due))),
                ];
                self.line(line, details)
            }
            Event::ProcessEnded { process, end } => self.process_ended(process, end),
            Event::FinishIgnored { process, result, why } => {
                let code = if why == "unknown" { "told.finish_unknown" } else { "told.finish_late" };
                let args = [
                    ("process", Arg::from(self.process(process))),
                    ("result", self.teller().result(result).into()),
                ];
                self.line(self.say(code, &args), [Some(self.say("with.no_change", &[]))])
            }
            Event::CommandRun(run) => self.part("told.command", "command", self.command(&run.command)),
            Event::Answered { command, answer, text, late } => {
                let line = self.answer("told.answered", command, *answer);
                let text = text.as_ref().map(|text| self.quoted(text));
                self.line(line, [text, late.then(|| self.say("with.no_change", &[]))])
            }
            _ => return None,
        })
    }

    /// A rule that a visit is spared: what would be planned, or which process.
    pub(super) fn spared(&self, rule: &str) -> String {
        if rule.contains("/plan/") { self.item(rule) } else { self.rule(rule) }
    }

    pub(super) fn instead_of(&self, person: Option<&str>) -> Option<String> {
        person.map(|person| self.part("with.instead_of", "who", self.person(person)))
    }

    fn planned(&self, it: &Activity) -> String {
        let mut args = vec![("activity", Arg::from(self.titled_activity(it)))];
        let code = match &it.rule {
            Some(rule) => {
                args.push(("rule", self.rule(rule).into()));
                "told.planned_by_rule"
            }
            None => "told.planned",
        };
        let who = match (&it.assignee, &it.role) {
            (Some(person), _) => Some(self.person(person)),
            (None, Some(role)) => Some(self.teller().role(role)),
            (None, None) => None,
        };
        let details = [
            it.due.map(|due| self.part("with.due", "due", self.due(&due))),
            it.mandatory.then(|| self.say("with.mandatory", &[])),
            who.map(|who| self.part("with.for", "who", who)),
            self.instead_of(it.instead_of.as_deref()),
            (it.attempt > 0).then(|| self.part("with.attempt", "n", it.attempt.saturating_add(1))),
        ];
        self.line(self.say(code, &args), details)
    }

    fn ended(&self, activity: &str, end: &ActivityEnd, note: Option<&str>) -> String {
        let mut args = vec![("activity", Arg::from(self.activity(activity)))];
        let code = match end {
            ActivityEnd::Done { by, outcome, good, .. } => {
                args.push(("who", self.person(by).into()));
                args.push(("outcome", self.outcome(activity, outcome).into()));
                match good {
                    // A kind without outcomes of its own is just done.
                    true if outcome == "done" => "told.done_plain",
                    true => "told.done",
                    false => "told.done_bad",
                }
            }
            ActivityEnd::Closed { rule, .. } => {
                args.push(("rule", self.rule(rule).into()));
                "told.closed_by_rule"
            }
            ActivityEnd::Cancelled { by, .. } => {
                args.push(("who", self.person(by).into()));
                "told.cancelled"
            }
        };
        let note = note.map(|text| self.part("with.note", "text", self.clean(text)));
        self.line(self.say(code, &args), [note])
    }

    /// The title of an outcome of an activity's kind.
    pub(super) fn outcome(&self, activity: &str, outcome: &str) -> String {
        let kind = self.kind_of(activity);
        let kind = kind.and_then(|kind| self.definition.kinds.get(kind));
        let title = kind.and_then(|kind| kind.outcomes.get(outcome)).map(|outcome| &outcome.title);
        match title.filter(|title| !title.is_empty()) {
            Some(title) => self.text(title),
            None => self.teller().known("answer", outcome),
        }
    }

    fn group(&self, id: &str) -> String {
        let of_case = self.case.and_then(|case| case.groups.iter().find(|group| group.id == id));
        let planned = self.entry.into_iter().flat_map(|entry| &entry.events).find_map(|event| match event {
            Event::GroupPlanned(group) if group.id == id => Some(&**group),
            _ => None,
        });
        of_case.or(planned).map_or_else(|| self.quoted(id), |group| self.item(&group.rule))
    }

    fn group_planned(&self, group: &Group) -> String {
        let people: Vec<String> = group.persons.iter().map(|person| self.person(person)).collect();
        let args = [
            ("people", Arg::from(people.join(", "))),
            ("n", group.needed.into()),
            ("item", self.item(&group.rule).into()),
        ];
        self.line(self.say("told.group", &args), [self.skipped(&group.skipped)])
    }

    /// Who was passed over, and why (G4).
    fn skipped(&self, skipped: &BTreeMap<String, String>) -> Option<String> {
        if skipped.is_empty() {
            return None;
        }
        let told = skipped.iter().map(|(who, why)| {
            let why = self.teller().known("skipped", why);
            self.say("with.skipped_one", &[("who", self.person(who).into()), ("why", why.into())])
        });
        Some(self.part("with.skipped", "people", told.collect::<Vec<_>>().join("; ")))
    }

    fn held(&self, held: &HeldItem) -> String {
        let code = if held.why == "unknown" { "told.held_unknown" } else { "told.held_no_approver" };
        self.line(self.part(code, "item", self.item(&held.rule)), [self.skipped(&held.skipped)])
    }

    fn process_started(&self, run: &ProcessRun) -> String {
        let line = self.part("told.process_started", "process", self.teller().process(&run.hook));
        let details = [
            run.due.map(|due| self.part("with.due", "due", self.due(&due))),
            run.awaited.then(|| self.say("with.awaited", &[])),
        ];
        self.line(line, details)
    }

    fn process_ended(&self, process: &str, end: &ProcessEnd) -> String {
        let process = Arg::from(self.process(process));
        match end {
            ProcessEnd::Finished { result, good, .. } => {
                let code = if *good { "told.process_finished" } else { "told.process_finished_bad" };
                let result = self.teller().result(result);
                self.say(code, &[("process", process), ("result", result.into())])
            }
            ProcessEnd::Cancelled { why, .. } => {
                let why = self.teller().known("cancelled", why);
                self.say("told.process_cancelled", &[("process", process), ("why", why.into())])
            }
        }
    }

    /// An answer to a run of a command.
    pub(super) fn answer(&self, code: &str, run: &str, answer: CommandAnswer) -> String {
        let known = self.case.and_then(|case| case.commands.iter().find(|it| it.id == run));
        let command = known.map_or_else(|| self.quoted(run), |it| self.command(&it.command));
        let answer = self.teller().known("answer", answer.name());
        self.say(code, &[("command", command.into()), ("answer", answer.into())])
    }
}
