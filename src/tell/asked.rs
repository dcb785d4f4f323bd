//! Inputs in words: what was asked of a case.

use super::catalog::Arg;
use super::speaker::Speaker;
use crate::case::{
    CloseInput, DoneInput, DueAt, FactsInput, Fields, Input, InteractionInput, MoveInput, Opening, PlanInput,
    RuleFate,
};

impl Speaker<'_> {
    /// What was asked of a case, or told to it, in a sentence.
    #[must_use]
    pub fn asked(&self, input: &Input) -> String {
        let activity = |code: &str, id: &str| self.part(code, "activity", self.activity(id));
        match input {
            Input::Open(opening) => self.asked_open(opening),
            Input::Move(it) => self.asked_move(it),
            Input::Close(it) => self.asked_close(it),
            Input::Reopen { stage, fields, r#override } => {
                let line = match stage {
                    Some(stage) => self.part("asked.reopen_at", "stage", self.teller().stage(stage)),
                    None => self.say("asked.reopen", &[]),
                };
                self.line(line, [self.with_fields(fields), self.overriding(r#override.as_deref())])
            }
            Input::Set { fields } => self.part("asked.set", "fields", self.names(fields)),
            Input::Facts(facts) => self.asked_facts(facts),
            Input::Plan(plan) => self.asked_plan(plan),
            Input::Done(it) => self.asked_done(it),
            Input::Reschedule { activity: id, due: None } => activity("asked.reschedule_none", id),
            Input::Reschedule { activity, due: Some(due) } => {
                let args = [("activity", self.activity(activity).into()), ("due", self.due_at(due).into())];
                self.say("asked.reschedule", &args)
            }
            Input::Reassign { activity: id, to: None } => activity("asked.reassign_none", id),
            Input::Reassign { activity, to: Some(to) } => {
                let args = [("activity", self.activity(activity).into()), ("who", self.person(to).into())];
                self.say("asked.reassign", &args)
            }
            Input::ReopenActivity { activity: id } => activity("asked.reopen_activity", id),
            Input::CancelActivity { activity: id, reason } => {
                self.line(activity("asked.cancel_activity", id), [self.because(reason.as_deref())])
            }
            Input::HandOver { to, team, keep_activities } => {
                let line = match to {
                    Some(to) => self.part("asked.hand_over", "who", self.person(to)),
                    None => self.say("asked.hand_over_none", &[]),
                };
                let keep = keep_activities.then(|| self.say("with.keep", &[]));
                self.line(line, [self.team(team.as_deref()), keep])
            }
            Input::Note { .. } => self.say("asked.note", &[]),
            Input::Interaction(it) => self.asked_interaction(it),
            Input::Party { role, party } => {
                let role = self.teller().party(role);
                match party {
                    Some(party) => {
                        let party = self.party(party);
                        self.say("asked.party", &[("role", role.into()), ("party", party.into())])
                    }
                    None => self.part("asked.party_none", "role", role),
                }
            }
            Input::Link { case, kind } => self.link("asked.link", case, *kind),
            Input::Merge(it) => {
                let reason = it
                    .reason
                    .as_ref()
                    .map(|reason| self.part("with.reason", "reason", self.teller().reason(reason)));
                let line = self.part("asked.merge", "case", self.clean(&it.into));
                self.line(line, [reason, self.comment(it.comment.as_deref())])
            }
            Input::Redirect { interaction, to } => {
                let args = [("interaction", self.clean(interaction).into()), ("case", self.clean(to).into())];
                self.say("asked.redirect", &args)
            }
            Input::Split(it) => {
                let lines: Vec<String> = it.lines.iter().map(ToString::to_string).collect();
                let args = [("field", self.field(&it.field).into()), ("lines", lines.join(", ").into())];
                self.say("asked.split", &args)
            }
            Input::Handed { from, what } => self
                .lines(self.part("asked.handed", "case", self.clean(from)), self.handing(what).into_iter()),
            Input::Waive { debt, reason } => {
                let args =
                    [("missing", Arg::from(self.owed_debt(debt))), ("reason", self.clean(reason).into())];
                self.say("asked.waive", &args)
            }
            Input::Erase { reason } => self.part("asked.erase", "reason", self.clean(reason)),
            Input::Cancel { why, .. } => {
                self.line(self.say("asked.cancel", &[]), [self.comment(why.as_deref())])
            }
            Input::CorrectReason { reason, comment } => {
                let line = self.part("asked.correct_reason", "reason", self.teller().reason(reason));
                self.line(line, [self.comment(comment.as_deref())])
            }
            Input::Adopt(adoption) => {
                let line = match self.entry {
                    Some(entry) => self.scenario_line("asked.adopt", &entry.scenario),
                    None => {
                        let id = self.scenario(&self.definition.id);
                        let args = [("scenario", id.into()), ("version", self.definition.version.into())];
                        self.say("asked.adopt", &args)
                    }
                };
                let mapped = adoption.stages.iter().map(|(from, to)| {
                    // The old names are another version's.
                    let args = [("from", self.quoted(from).into()), ("to", self.teller().stage(to).into())];
                    self.say("with.mapped", &args)
                });
                let fates = adoption.rules.iter().filter_map(|(rule, fate)| {
                    let code = match fate {
                        RuleFate::Keep => return None,
                        RuleFate::Restart => "with.restarted",
                        RuleFate::Recompute => "with.recomputed",
                    };
                    Some(self.part(code, "rule", self.spared(rule)))
                });
                self.lines(line, mapped.chain(fates))
            }
            other => self.reported(other),
        }
    }

    /// What programs report rather than people ask.
    fn reported(&self, input: &Input) -> String {
        match input {
            Input::Message { name, key, data } => {
                let line = self.part("asked.message", "name", self.quoted(name));
                let key = key.as_ref().map(|key| self.part("with.key", "key", self.clean(key)));
                self.line(line, [key, Some(self.values(data.iter()))])
            }
            Input::Document(it) => {
                let line = self.document_line("asked.document", &it.document, &it.id, &it.event);
                self.lines(
                    line,
                    it.data.iter().map(|(name, value)| {
                        // Hosts send sums as texts as well.
                        let number =
                            value.as_text().and_then(|text| text.parse::<rust_decimal::Decimal>().ok());
                        let is_sum = self
                            .definition
                            .documents
                            .get(&it.document)
                            .is_some_and(|def| def.sums.get(name).is_some());
                        let number = number.filter(|_| is_sum).map(crate::Value::from);
                        let told = self
                            .value_of(&format!("{}.{name}", it.document), number.as_ref().unwrap_or(value));
                        format!("{}: {told}", self.teller().sum(&it.document, name))
                    }),
                )
            }
            Input::Command { command, fields } => {
                let line = self.part("asked.command", "command", self.command(command));
                self.line(line, [self.with_fields(fields)])
            }
            Input::Answer { command, answer, .. } => self.answer("asked.answer", command, *answer),
            Input::StartProcess { process } => {
                self.part("asked.start_process", "process", self.process(process))
            }
            Input::Finished(it) => {
                let args = [
                    ("process", Arg::from(self.process(&it.process))),
                    ("result", self.teller().result(&it.result).into()),
                ];
                self.line(self.say("asked.finished", &args), [Some(self.values(it.fields.iter()))])
            }
            Input::Timer { timer } => self.part("asked.timer", "timer", self.timer(timer)),
            Input::GivenUp { effect, kind, error } => {
                let what = self.what_failed(effect, kind.as_deref());
                self.say("asked.given_up", &[("what", what.into()), ("error", self.clean(error).into())])
            }
            Input::Settled { effect } => self.part("asked.settled", "what", self.what_failed(effect, None)),
            // What else there is, people ask.
            _ => self.say("asked.tick", &[]),
        }
    }

    fn names(&self, fields: &Fields) -> String {
        fields.keys().map(|name| self.field(name)).collect::<Vec<_>>().join(", ")
    }

    fn with_fields(&self, fields: &Fields) -> Option<String> {
        (!fields.is_empty()).then(|| self.part("with.fields", "fields", self.names(fields)))
    }

    fn overriding(&self, reason: Option<&str>) -> Option<String> {
        reason.map(|text| self.part("with.override", "text", self.clean(text)))
    }

    fn because(&self, reason: Option<&str>) -> Option<String> {
        reason.map(|reason| self.part("with.reason", "reason", self.clean(reason)))
    }

    fn due_at(&self, due: &DueAt) -> String {
        match due {
            DueAt::At(at) => self.due_moment(*at),
            DueAt::On(date) => self.part("due.end", "date", self.date(*date)),
            DueAt::In(span) => Arg::from(*span).told(self.catalog, self.language),
        }
    }

    fn asked_open(&self, it: &Opening) -> String {
        let import = it.import.as_ref();
        let details = [
            it.stage.as_ref().map(|stage| self.teller().stage(stage)),
            it.intake.then(|| self.say("with.intake", &[])),
            import.map(|import| self.part("with.import", "n", import.visits.len() as u64)),
            import.filter(|import| import.with_debts).map(|_| self.say("with.debts", &[])),
            self.overriding(it.r#override.as_deref()),
        ];
        self.line(self.say("asked.open", &[]), details)
    }

    fn asked_move(&self, it: &MoveInput) -> String {
        let line = self.part("asked.move", "stage", self.teller().stage(&it.to));
        self.line(line, [self.with_fields(&it.fields), self.overriding(it.r#override.as_deref())])
    }

    fn asked_close(&self, it: &CloseInput) -> String {
        let line = self.part("asked.close", "stage", self.teller().stage(&it.stage));
        let reason =
            it.reason.as_ref().map(|id| self.part("with.reason", "reason", self.teller().reason(id)));
        let details = [
            reason,
            self.comment(it.comment.as_deref()),
            self.with_fields(&it.fields),
            self.overriding(it.r#override.as_deref()),
        ];
        self.line(line, details)
    }

    fn asked_facts(&self, it: &FactsInput) -> String {
        let mut facts: Vec<String> = Vec::new();
        for reading in &it.values {
            let fact = self.teller().fact(&reading.fact);
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        self.part("asked.facts", "facts", facts.join(", "))
    }

    fn asked_plan(&self, it: &PlanInput) -> String {
        let line = self.part("asked.plan", "activity", self.kind_and_title(&it.kind, &it.title));
        let who = it.assignee.as_ref();
        let details = [
            it.due.as_ref().map(|due| {
                // A length of time is no moment by which.
                let code = if matches!(due, DueAt::In(_)) { "plan.due" } else { "with.due" };
                self.part(code, "due", self.due_at(due))
            }),
            it.mandatory.then(|| self.say("with.mandatory", &[])),
            who.map(|who| self.part("with.for", "who", self.person(who))),
        ];
        self.line(line, details)
    }

    fn asked_done(&self, it: &DoneInput) -> String {
        let line = self.part("asked.done", "activity", self.activity(&it.activity));
        let outcome = it.outcome.as_ref();
        let outcome =
            outcome.map(|outcome| self.part("with.outcome", "outcome", self.outcome(&it.activity, outcome)));
        self.line(line, [outcome, self.with_fields(&it.fields)])
    }

    fn asked_interaction(&self, it: &InteractionInput) -> String {
        let what = self.contact(&it.channel, it.direction.as_deref(), it.result.as_deref());
        let line = self.part("asked.interaction", "what", what);
        let answers = it.answers.as_ref();
        let answers = answers.map(|id| self.part("with.answers", "activity", self.activity(id)));
        self.line(line, [answers])
    }
}
