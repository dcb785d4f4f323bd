//! Events in sentences: the life of a case, its fields, facts and contacts.

use super::catalog::Arg;
use super::speaker::Speaker;
use super::values::Measure;
use crate::Moment;
use crate::case::{
    Closing, DocumentState, DueState, Event, FactState, Interaction, LinkKind, Opened, Pause, Reason,
    ScenarioRef, Visit, VisitEnd,
};
use crate::scenario::def::Text;

impl Speaker<'_> {
    /// One event in a sentence. What a rule did is told apart from what a person did.
    #[must_use]
    pub fn event(&self, event: &Event) -> String {
        self.work_event(event).or_else(|| self.rule_event(event)).unwrap_or_else(|| self.case_event(event))
    }

    fn case_event(&self, event: &Event) -> String {
        let none = |code: &str| self.say(code, &[]);
        match event {
            Event::Opened(opened) => self.opened(opened),
            Event::Imported(visit) => self.imported(visit),
            Event::Adopted { scenario, .. } => self.scenario_line("told.adopted", scenario),
            Event::FieldSet { field, value, was, rule } => {
                let args = [
                    ("field", Arg::from(self.field(field))),
                    ("value", self.maybe_value(field, value.as_ref()).into()),
                    ("was", self.maybe_value(field, was.as_ref()).into()),
                ];
                let code = match (value, was) {
                    (Some(_), None) => "told.field_set",
                    (Some(_), Some(_)) => "told.field_changed",
                    (None, _) => "told.field_emptied",
                };
                let rule = rule.as_ref().map(|rule| self.part("with.rule", "rule", self.rule(rule)));
                self.line(self.say(code, &args), [rule])
            }
            Event::FactLearnt { fact, late, was } => self.fact_learnt(fact, *late, was.as_ref()),
            Event::Left(visit) => self.left(visit),
            Event::Entered(visit) => self.entered(visit),
            Event::LimitSet { due: None, .. } => none("told.limit_none"),
            Event::LimitSet { due: Some(due), span: None } => self.part("told.limit", "due", self.due(due)),
            Event::LimitSet { due: Some(due), span: Some(span) } => {
                self.say("told.limit_span", &[("due", self.due(due).into()), ("span", (*span).into())])
            }
            Event::Paused(pause) => self.paused(pause),
            Event::Resumed { limit, paused_ms, .. } => {
                let line = self.part("told.resumed", "time", self.duration(*paused_ms));
                let limit = limit.map(|due| self.part("with.limit", "due", self.due(&due)));
                self.line(line, [limit])
            }
            Event::DeadlineSet { due } => due.as_ref().map_or_else(
                || none("told.deadline_none"),
                |due| self.part("told.deadline", "due", self.due(due)),
            ),
            Event::HandedOver { to, team } => {
                let line = to.as_ref().map_or_else(
                    || none("told.handed_over_none"),
                    |to| self.part("told.handed_over", "who", self.person(to)),
                );
                self.line(line, [self.team(team.as_deref())])
            }
            Event::PartySet { role, party } => {
                let role = self.teller().party(role);
                party.as_ref().map_or_else(
                    || self.part("told.party_none", "role", role.clone()),
                    |party| {
                        let party = self.party(party);
                        self.say("told.party", &[("role", role.clone().into()), ("party", party.into())])
                    },
                )
            }
            Event::Linked { case, kind } => self.link("told.linked", case, *kind),
            Event::Merged { into } => self.part("told.merged", "case", self.clean(into)),
            Event::Redirected { interaction, to } => {
                let args = [("interaction", self.clean(interaction).into()), ("case", self.clean(to).into())];
                self.say("told.redirected", &args)
            }
            Event::TakenOver { from, external_ids, left_out, merged } => {
                let code = if *merged { "told.taken_over" } else { "told.taken_over_part" };
                let ids = external_ids.iter().map(|id| self.clean(id)).collect::<Vec<_>>().join(", ");
                let ids = (!ids.is_empty()).then(|| self.part("with.external_ids", "ids", ids));
                let left = left_out.len() as u64;
                let left = (left > 0).then(|| self.part("with.left_out", "n", left));
                self.line(self.part(code, "case", self.clean(from)), [ids, left])
            }
            Event::Noted { text } => self.part("told.noted", "text", self.clean(text)),
            Event::Logged(it) => self.logged(it),
            Event::Messaged { name, key } => {
                let line = self.part("told.messaged", "name", self.quoted(name));
                let key = key.as_ref().map(|key| self.part("with.key", "key", self.clean(key)));
                self.line(line, [key])
            }
            Event::Documented(document) => self.documented("told.documented", document, &document.event),
            Event::DocumentCompleted { event, document } => {
                self.documented("told.document_completed", document, event)
            }
            Event::DocumentIgnored { document, id, event, why } => {
                self.document_line(&format!("told.document_{why}"), document, id, event)
            }
            Event::Effect(effect) => self.part("told.effect", "act", self.effect(effect)),
            Event::GaveUp { effect, kind, error } => {
                let what = self.what_failed(effect, kind.as_deref());
                self.say("told.gave_up", &[("what", what.into()), ("error", self.clean(error).into())])
            }
            Event::Settled { effect } => self.part("told.settled", "what", self.what_failed(effect, None)),
            Event::Closed(closing) => self.closed(closing),
            Event::Reopened => none("told.reopened"),
            Event::Corrected { reason, comment } => {
                let line = self.part("told.corrected", "reason", self.reason(reason));
                self.line(line, [self.comment(comment.as_deref())])
            }
            Event::Erased { .. } => none("told.erased"),
            Event::CascadeUndone { chain } => self.part("told.cascade_undone", "chain", self.chain(chain)),
            // The others tell themselves elsewhere.
            _ => String::new(),
        }
    }

    /// A sentence with what belongs to it.
    pub(super) fn line<const N: usize>(&self, head: String, details: [Option<String>; N]) -> String {
        self.lines(head, details.into_iter().flatten())
    }

    #[expect(clippy::unused_self, reason = "it reads as the speaker's")]
    pub(super) fn lines(&self, mut head: String, details: impl Iterator<Item = String>) -> String {
        for detail in details.filter(|detail| !detail.is_empty()) {
            head.push_str("; ");
            head.push_str(&detail);
        }
        head
    }

    /// The moment beside which years need not be told.
    fn beside(&self) -> Option<Moment> {
        self.entry.map(|entry| entry.at).or_else(|| self.case.map(|case| case.last_at))
    }

    /// A moment, without the year where that is this entry's.
    pub(super) fn when(&self, moment: Moment) -> String {
        self.moment(moment, self.beside())
    }

    /// By when something is due: the first instant of a day is the end of the day before.
    pub(super) fn due(&self, due: &DueState) -> String {
        let told = self.due_moment(due.at);
        if due.beyond_known { self.part("due.beyond", "due", told) } else { told }
    }

    pub(super) fn due_moment(&self, at: Moment) -> String {
        match self.end_of_day(at, self.beside()) {
            Some(date) => self.part("due.end", "date", date),
            None => self.part("due.at", "at", self.when(at)),
        }
    }

    pub(super) fn team(&self, team: Option<&str>) -> Option<String> {
        team.map(|team| self.part("with.team", "team", self.clean(team)))
    }

    pub(super) fn comment(&self, comment: Option<&str>) -> Option<String> {
        comment.map(|text| self.part("with.comment", "text", self.clean(text)))
    }

    /// A scenario by its title where it is this one.
    pub(super) fn scenario(&self, id: &str) -> String {
        let title = (self.definition.id == id).then_some(&self.definition.title);
        self.teller().titled(title, id)
    }

    pub(super) fn scenario_line(&self, code: &str, scenario: &ScenarioRef) -> String {
        let title = self.scenario(&scenario.id);
        self.say(code, &[("scenario", title.into()), ("version", scenario.version.into())])
    }

    pub(super) fn link(&self, code: &str, case: &str, kind: LinkKind) -> String {
        let link = self.part(&format!("link.{}", link_name(kind)), "case", self.clean(case));
        self.part(code, "link", link)
    }

    /// How another case is linked with this one.
    pub(super) fn link_here(&self, kind: LinkKind) -> String {
        self.say(&format!("link.here.{}", link_name(kind)), &[])
    }

    pub(super) fn channel(&self, channel: &str) -> String {
        self.teller().known("channel", channel)
    }

    fn opened(&self, opened: &Opened) -> String {
        let text = |code: &str, name: &str, text: String| self.part(code, name, text);
        let mut details = Vec::new();
        details.extend(opened.title.as_ref().map(|title| self.quoted(title)));
        let who = opened.responsible.as_ref();
        details.extend(who.map(|who| text("with.responsible", "who", self.person(who))));
        details.extend(self.team(opened.team.as_deref()));
        let channel = opened.channel.as_ref();
        details.extend(channel.map(|channel| text("with.channel", "channel", self.channel(channel))));
        details.extend(opened.calendar.as_ref().map(|id| text("with.calendar", "text", self.quoted(id))));
        for (role, party) in &opened.parties {
            let args = [("role", self.teller().party(role).into()), ("party", self.party(party).into())];
            details.push(self.say("with.party", &args));
        }
        for (case, kind) in &opened.links {
            details.push(self.link("with.link", case, *kind));
        }
        if !opened.external_ids.is_empty() {
            let ids: Vec<String> = opened.external_ids.iter().map(|id| self.clean(id)).collect();
            details.push(text("with.external_ids", "ids", ids.join(", ")));
        }
        self.lines(self.scenario_line("told.opened", &opened.scenario), details.into_iter())
    }

    fn imported(&self, visit: &VisitEnd) -> String {
        let args = [
            ("stage", Arg::from(self.stage_then(&visit.label, &visit.stage))),
            ("from", self.when(visit.from).into()),
            ("to", self.when(visit.to).into()),
        ];
        self.say("told.imported", &args)
    }

    /// A fact with its key.
    pub(super) fn fact(&self, fact: &str, key: &[crate::Value]) -> String {
        let title = self.teller().fact(fact);
        self.with_key(title, key)
    }

    fn fact_learnt(&self, it: &FactState, late: bool, was: Option<&crate::Value>) -> String {
        let args = [
            ("fact", Arg::from(self.fact(&it.fact, &it.key))),
            ("value", self.maybe_value(&it.fact, it.value.as_ref()).into()),
            ("was", self.maybe_value(&it.fact, was).into()),
            ("why", self.clean(it.unknown.as_deref().unwrap_or_default()).into()),
        ];
        let code = match (&it.unknown, was) {
            (Some(_), _) => "told.fact_unknown",
            (None, Some(was)) if Some(was) != it.value.as_ref() => "told.fact_changed",
            _ => "told.fact",
        };
        let since = (it.since != it.learnt_at).then(|| self.part("with.since", "at", self.when(it.since)));
        let source = it.source.as_ref().map(|source| self.part("with.source", "source", self.clean(source)));
        let late = late.then(|| self.say("with.late", &[]));
        self.line(self.say(code, &args), [since, source, late])
    }

    fn left(&self, visit: &VisitEnd) -> String {
        let stage = self.stage_then(&visit.label, &visit.stage);
        if visit.outcome.is_some() {
            return self.part("told.left_outcome", "stage", stage);
        }
        let (time, working) = (self.duration(visit.calendar_ms), self.hours(visit.working_ms));
        let code = if time == working { "told.left_quietly" } else { "told.left" };
        let args = [("stage", stage.into()), ("time", time.into()), ("working", working.into())];
        let paused =
            (visit.paused_ms > 0).then(|| self.part("with.paused", "time", self.duration(visit.paused_ms)));
        self.line(self.say(code, &args), [paused])
    }

    fn entered(&self, visit: &Visit) -> String {
        let stage = self.stage_then(&visit.label, &visit.stage);
        let code = match (visit.outcome, visit.nth) {
            (Some(_), _) => "told.entered_outcome",
            (None, 0 | 1) => "told.entered",
            (None, _) => "told.entered_again",
        };
        self.say(code, &[("stage", stage.into()), ("n", visit.nth.into())])
    }

    /// The stage's pause; what is awaited stands in the scenario.
    fn paused(&self, _pause: &Pause) -> String {
        let stage = self.case.map(crate::case::Case::stage);
        let stage = self.definition.stages.iter().find(|it| Some(it.id.as_str()) == stage);
        let title = stage.and_then(|stage| stage.pause.as_ref()).map(|pause| self.text(&pause.title));
        let awaits = title.filter(|title| !title.is_empty());
        let awaits = awaits.map(|title| self.part("with.awaits", "title", title));
        self.line(self.say("told.paused", &[]), [awaits])
    }

    fn logged(&self, it: &Interaction) -> String {
        let what = self.contact(&it.channel, it.direction.as_deref(), it.result.as_deref());
        let line = self.part("told.logged", "what", what);
        let happened = self.entry.is_none_or(|entry| entry.at != it.at);
        let at = happened.then(|| self.part("with.at", "at", self.when(it.at)));
        let with = |code: &str, name: &str, text: &Option<String>| {
            text.as_ref().map(|text| self.part(code, name, self.clean(text)))
        };
        let details = [
            at,
            with("with.employee", "who", &it.employee),
            with("with.contact", "text", &it.contact),
            with("with.subject", "text", &it.subject),
            with("with.line", "text", &it.line),
            it.duration_ms.map(|ms| {
                let lasted = self.duration(i64::try_from(ms).unwrap_or(i64::MAX));
                self.part("with.duration", "span", lasted)
            }),
            with("with.recording", "text", &it.recording),
            (!it.attachments.is_empty()).then(|| self.part("with.files", "n", it.attachments.len() as u64)),
            with("with.text", "text", &it.text),
        ];
        self.line(line, details)
    }

    /// By which channel, which way and how it went.
    pub(super) fn contact(&self, channel: &str, direction: Option<&str>, result: Option<&str>) -> String {
        let mut parts = vec![self.channel(channel)];
        parts.extend(direction.map(|it| self.teller().known("direction", it)));
        parts.extend(result.map(|it| self.teller().known("contact", it)));
        parts.join(", ")
    }

    /// An event of a document, with what is known of the document now.
    fn documented(&self, code: &str, it: &DocumentState, event: &str) -> String {
        let line = self.document_line(code, &it.document, &it.id, event);
        let happened = self.entry.is_none_or(|entry| entry.at != it.at) && event == it.event;
        let at = happened.then(|| self.part("with.at", "at", self.when(it.at)));
        let out = (it.in_force == Some(false)).then(|| self.say("documents.out_of_force", &[]));
        self.lines(line, at.into_iter().chain(self.sums(it)).chain(out))
    }

    /// What a document's events said of its sums.
    pub(super) fn sums(&self, it: &DocumentState) -> Vec<String> {
        let sums = it.sums.iter().map(|(name, sum)| {
            let value = sum.value.map_or_else(
                || self.say("documents.no_number", &[]),
                |value| self.value_of(&format!("{}.{name}", it.document), &value.into()),
            );
            format!("{}: {value}", self.teller().sum(&it.document, name))
        });
        sums.collect()
    }

    pub(super) fn document_line(&self, code: &str, document: &str, id: &str, event: &str) -> String {
        let teller = self.teller();
        let args = [
            ("document", Arg::from(teller.document(document))),
            ("id", self.clean(id).into()),
            ("event", teller.known("happened", event).into()),
        ];
        self.say(code, &args)
    }

    /// What an effect was to do: from the entry, by its kind, or by its id.
    pub(super) fn what_failed(&self, effect: &str, kind: Option<&str>) -> String {
        let made = self.entry.and_then(|entry| entry.effects().find(|it| it.id == effect));
        match (made, kind) {
            (Some(made), _) => self.effect(made),
            (None, Some(kind)) => self.command(kind),
            (None, None) => self.quoted(effect),
        }
    }

    fn closed(&self, closing: &Closing) -> String {
        let line = self.part("told.closed", "stage", self.teller().stage(&closing.stage));
        let reason = closing.reason.as_ref().map(|it| self.part("with.reason", "reason", self.reason(it)));
        let by = if closing.by.is_empty() {
            None
        } else {
            Some(self.part("with.by", "who", self.person(&closing.by)))
        };
        self.line(line, [reason, self.comment(closing.comment.as_deref()), by])
    }

    /// A reason as it was called then.
    fn reason(&self, reason: &Reason) -> String {
        if reason.title == Text::default() {
            return self.teller().reason(&reason.id);
        }
        self.teller().titled(Some(&reason.title), &reason.id)
    }

    /// Fields with their values, on one line.
    pub(super) fn fields<'v>(
        &self,
        fields: impl Iterator<Item = (&'v String, Option<&'v crate::Value>)>,
    ) -> String {
        let told = fields.map(|(name, value)| {
            let args = [("field", self.field(name).into()), ("value", self.maybe_value(name, value).into())];
            self.say("told.field_set", &args)
        });
        told.collect::<Vec<_>>().join("; ")
    }

    /// Values that are no fields of this scenario's, on one line.
    pub(super) fn values<'v>(&self, values: impl Iterator<Item = (&'v String, &'v crate::Value)>) -> String {
        let told = values
            .map(|(name, value)| format!("{}: {}", self.clean(name), self.value(value, Measure::default())));
        told.collect::<Vec<_>>().join("; ")
    }
}

const fn link_name(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::PartOf => "part_of",
        LinkKind::DuplicateOf => "duplicate_of",
        LinkKind::Follows => "follows",
        LinkKind::ClaimOn => "claim_on",
        LinkKind::ChildOf => "child_of",
    }
}
