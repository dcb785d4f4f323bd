//! Folding: what each event does to the case. The one place where a case changes (C3).

use super::{
    Activity, ActivityEnd, Case, Entry, Event, FORMAT, GivenUp, Hanging, Mark, Opened, ScenarioRef, Visit,
    VisitEnd, Wish,
};
use crate::Moment;
use crate::scenario::def::{Color, Kind, Text};
use std::collections::BTreeMap;

impl Case {
    /// A case before its first event.
    pub(crate) fn blank(id: &str, at: Moment) -> Self {
        Self {
            format: FORMAT,
            id: id.to_owned(),
            scenario: ScenarioRef { id: String::new(), version: 0, hash: String::new() },
            template: None,
            kind: Kind::Funnel,
            calendar: None,
            revision: 0,
            opened_at: at,
            last_at: at,
            title: None,
            channel: None,
            author: String::new(),
            responsible: None,
            team: None,
            external_ids: Vec::new(),
            links: BTreeMap::new(),
            depth: 0,
            take: None,
            parties: BTreeMap::new(),
            visit: Visit {
                number: 0,
                stage: String::new(),
                label: Text::default(),
                order: 0,
                nth: 0,
                by: String::new(),
                entered_at: at,
                from: at,
                outcome: None,
                nothing_planned: Color::Yellow,
                limit: None,
                pause: None,
                paused_ms: 0,
                spared: Vec::new(),
            },
            visits: Vec::new(),
            closing: None,
            reopened: 0,
            fields: BTreeMap::new(),
            facts: Vec::new(),
            activities: Vec::new(),
            finished: Vec::new(),
            groups: Vec::new(),
            held: Vec::new(),
            processes: Vec::new(),
            commands: Vec::new(),
            timers: Vec::new(),
            armings: 0,
            debts: Vec::new(),
            ended_debts: Vec::new(),
            wishes: Vec::new(),
            fired: Vec::new(),
            rung: Vec::new(),
            seen: BTreeMap::new(),
            switches: BTreeMap::new(),
            hanging: Vec::new(),
            given_up: Vec::new(),
            interactions: Vec::new(),
            documents: Vec::new(),
            documents_left_out: 0,
            merged_into: None,
            merged_from: Vec::new(),
            redirected: BTreeMap::new(),
            deadline: None,
            lights: super::LightIndex::default(),
            unplanned_since: None,
            erased_at: None,
            erased: Vec::new(),
        }
    }

    /// Takes an entry's head: revision and moment.
    pub(crate) const fn begin(&mut self, number: u64, at: Moment) {
        self.revision = number;
        self.last_at = at;
    }

    /// Ends an entry: what follows from the state as a whole.
    pub(crate) fn finish(&mut self, at: Moment) {
        if self.has_plan() || !self.is_open() {
            self.unplanned_since = None;
        } else if self.unplanned_since.is_none() {
            self.unplanned_since = Some(at);
        }
        self.lights = self.light_index();
    }

    /// What a whole entry does.
    pub(crate) fn fold(&mut self, entry: &Entry) {
        self.begin(entry.number, entry.at);
        for event in &entry.events {
            self.apply(event, entry.at);
        }
        self.finish(entry.at);
    }

    /// What one event does.
    pub(crate) fn apply(&mut self, event: &Event, at: Moment) {
        match event {
            Event::Opened(opened) => self.open(opened),
            Event::Adopted { scenario, template, kind, nothing_planned, stage, order, label } => {
                self.scenario = scenario.clone();
                self.template.clone_from(template);
                self.kind = *kind;
                self.visit.nothing_planned = *nothing_planned;
                if let Some(stage) = stage {
                    self.visit.stage.clone_from(stage);
                    if let Some(closing) = &mut self.closing {
                        closing.stage.clone_from(stage);
                    }
                }
                self.visit.order = *order;
                self.visit.label = label.clone();
            }
            Event::Imported(end) => self.visits.push((**end).clone()),
            Event::Left(end) => self.left((**end).clone()),
            Event::Entered(visit) => self.visit = (**visit).clone(),
            Event::FieldSet { field, value: Some(value), .. } => {
                if let Some(known) = self.fields.get_mut(field) {
                    *known = value.clone();
                } else {
                    self.fields.insert(field.clone(), value.clone());
                }
            }
            Event::FieldSet { field, value: None, .. } => {
                self.fields.remove(field);
            }
            Event::FactLearnt { late: true, .. } | Event::Noted { .. } | Event::Messaged { .. } => {}
            Event::FactLearnt { fact, .. } => {
                let key = (fact.fact.as_str(), fact.key.as_slice());
                match self
                    .facts
                    .binary_search_by(|known| (known.fact.as_str(), known.key.as_slice()).cmp(&key))
                {
                    Ok(found) => {
                        if let Some(known) = self.facts.get_mut(found) {
                            *known = (**fact).clone();
                        }
                    }
                    Err(place) => self.facts.insert(place, (**fact).clone()),
                }
            }
            Event::Spared { rules } => self.visit.spared.clone_from(rules),
            Event::LimitSet { span, due } => {
                self.visit.limit = match (span, due) {
                    (Some(span), Some(due)) => Some(super::Limit { span: *span, due: *due }),
                    _ => None,
                };
            }
            Event::DeadlineSet { due } => self.deadline = *due,
            Event::Closed(closing) => self.closing = Some(closing.clone()),
            Event::Erased { fields } => {
                self.erased_at = Some(at);
                self.erased.extend(
                    fields.iter().filter(|field| !self.erased.contains(field)).cloned().collect::<Vec<_>>(),
                );
            }
            Event::Reopened => {
                self.closing = None;
                self.merged_into = None;
                self.reopened = self.reopened.saturating_add(1);
            }
            Event::Corrected { reason, comment } => {
                if let Some(closing) = &mut self.closing {
                    closing.reason = Some(reason.clone());
                    if comment.is_some() {
                        closing.comment.clone_from(comment);
                    }
                }
            }
            Event::HandedOver { to, team } => {
                self.responsible.clone_from(to);
                self.team.clone_from(team);
            }
            Event::PartySet { role, party } => match party {
                Some(party) => drop(self.parties.insert(role.clone(), party.clone())),
                None => drop(self.parties.remove(role)),
            },
            Event::Linked { case, kind } => drop(self.links.insert(case.clone(), *kind)),
            Event::Merged { into } => {
                self.merged_into = Some(into.clone());
                self.links.insert(into.clone(), super::LinkKind::DuplicateOf);
            }
            Event::Redirected { interaction, to } => {
                self.interactions.retain(|it| it.id != *interaction);
                self.redirected.insert(interaction.clone(), to.clone());
            }
            Event::TakenOver { from, external_ids, merged, .. } => {
                self.external_ids.extend(external_ids.iter().cloned());
                if *merged && !self.merged_from.contains(from) {
                    self.merged_from.push(from.clone());
                }
            }
            Event::Logged(interaction) => {
                // One that came back is this case's again.
                self.redirected.remove(&interaction.id);
                let same = |it: &&mut super::Interaction| {
                    it.id == interaction.id && it.channel == interaction.channel
                };
                match self.interactions.iter_mut().find(same) {
                    Some(known) => known.clone_from(interaction),
                    None => self.interactions.push((**interaction).clone()),
                }
            }
            Event::Documented(document) | Event::DocumentCompleted { document, .. } => {
                let same =
                    |it: &&mut super::DocumentState| it.document == document.document && it.id == document.id;
                match self.documents.iter_mut().find(same) {
                    Some(known) => known.clone_from(document),
                    None => self.documents.push((**document).clone()),
                }
            }
            Event::DocumentIgnored { why, .. } => {
                if why == super::TOO_MANY {
                    self.documents_left_out = self.documents_left_out.saturating_add(1);
                }
            }
            Event::Hangs { rule, hangs: true } => {
                self.hanging.push(Hanging { rule: rule.clone(), since: at })
            }
            Event::Hangs { rule, hangs: false } => self.hanging.retain(|it| it.rule != *rule),
            Event::Effect(_)
            | Event::LeftOut { .. }
            | Event::FinishIgnored { .. }
            | Event::CascadeUndone { .. } => {}
            Event::GaveUp { effect, error, .. } => {
                self.given_up.push(GivenUp { effect: effect.clone(), error: error.clone(), since: at });
            }
            Event::Settled { effect } => self.given_up.retain(|it| it.effect != *effect),
            Event::Planned(_)
            | Event::Ended { .. }
            | Event::Rescheduled { .. }
            | Event::Reassigned { .. }
            | Event::ActivityReopened { .. }
            | Event::GroupPlanned(_)
            | Event::GroupEnded { .. }
            | Event::Replanned { .. }
            | Event::ItemHeld(_) => self.apply_activity(event),
            Event::ProcessStarted(_)
            | Event::ProcessChanged { .. }
            | Event::ProcessEnded { .. }
            | Event::CommandRun(_)
            | Event::Answered { .. } => {
                self.apply_process(event);
            }
            _ => self.apply_rule(event, at),
        }
    }

    fn open(&mut self, opened: &Opened) {
        self.scenario = opened.scenario.clone();
        self.template.clone_from(&opened.template);
        self.kind = opened.kind;
        self.calendar.clone_from(&opened.calendar);
        self.title.clone_from(&opened.title);
        self.channel.clone_from(&opened.channel);
        self.author.clone_from(&opened.author);
        self.responsible.clone_from(&opened.responsible);
        self.team.clone_from(&opened.team);
        self.external_ids.clone_from(&opened.external_ids);
        self.links.clone_from(&opened.links);
        self.parties.clone_from(&opened.parties);
        self.depth = opened.depth;
        self.take.clone_from(&opened.take);
    }

    fn left(&mut self, end: VisitEnd) {
        // What belongs to the visit ends with it.
        self.visits.push(end);
        self.held.clear();
        self.rung.retain(|mark| mark.visit.is_none());
        self.visit.limit = None;
        self.visit.pause = None;
    }

    fn apply_activity(&mut self, event: &Event) {
        match event {
            Event::Planned(activity) => self.activities.push(Activity::clone(activity)),
            Event::Ended { activity, end, .. } => {
                if let Some(place) = self.activities.iter().position(|it| it.id == *activity) {
                    let mut ended = self.activities.remove(place);
                    ended.end = Some(end.clone());
                    self.finished.push(ended);
                }
            }
            Event::Rescheduled { activity, due } => {
                if let Some(it) = self.open_mut(activity) {
                    if it.first_due.is_none() {
                        it.first_due = it.due.map(|due| due.at);
                    }
                    it.due = *due;
                    it.moved = it.moved.saturating_add(1);
                }
            }
            Event::Replanned { activity, due, mandatory, title, script } => {
                let mut of_group = None;
                if let Some(it) = self.open_mut(activity) {
                    it.due = *due;
                    it.title.clone_from(title);
                    it.script.clone_from(script);
                    it.mandatory = *mandatory && it.group.is_none();
                    of_group.clone_from(&it.group);
                }
                if let Some(group) = self.groups.iter_mut().find(|it| Some(&it.id) == of_group.as_ref()) {
                    group.mandatory = *mandatory;
                }
            }
            Event::Reassigned { activity, to, instead_of } => {
                if let Some(it) = self.open_mut(activity) {
                    it.assignee.clone_from(to);
                    it.instead_of.clone_from(instead_of);
                    it.role = None;
                }
            }
            Event::ActivityReopened { activity } => {
                if let Some(place) = self.finished.iter().position(|it| it.id == *activity) {
                    let mut again = self.finished.remove(place);
                    again.end = None;
                    again.first_due = again.first_due.or_else(|| again.due.map(|due| due.at));
                    self.activities.push(again);
                }
            }
            Event::GroupPlanned(group) => {
                self.held.retain(|held| held.rule != group.rule);
                self.groups.push((**group).clone());
            }
            Event::GroupEnded { group, good } => {
                if let Some(it) = self.groups.iter_mut().find(|it| it.id == *group) {
                    it.good = *good;
                }
            }
            Event::ItemHeld(held) => {
                self.held.retain(|it| it.rule != held.rule);
                self.held.push((**held).clone());
            }
            _ => {}
        }
    }

    /// One that always repeats leaves a bare mark, by which adoption knows that it was there.
    fn triggered(&mut self, mark: &Mark) {
        let kept = match mark.always {
            true => Mark { visit: None, subject: None, day: None, ..mark.clone() },
            false => mark.clone(),
        };
        if !self.fired.contains(&kept) {
            self.fired.push(kept);
        }
    }

    /// A timer has gone off; of a trigger's it is remembered.
    fn rang(&mut self, id: &str) {
        let Some(place) = self.timers.iter().position(|it| it.id == id) else { return };
        let timer = self.timers.remove(place);
        let Some(trigger) = timer.trigger else { return };
        let mark = Mark { trigger, visit: timer.visit, subject: None, day: None, always: false };
        if !self.rung.contains(&mark) {
            self.rung.push(mark);
        }
    }

    /// The move is not done, so the trigger has not fired (T6: T4 counts the done move).
    fn wish(&mut self, wish: &Wish) {
        self.fired.retain(|mark| mark.trigger != wish.trigger || mark.subject != wish.subject);
        self.wishes.push(wish.clone());
    }

    fn open_mut(&mut self, id: &str) -> Option<&mut Activity> {
        self.activities.iter_mut().find(|it| it.id == id)
    }

    fn apply_process(&mut self, event: &Event) {
        match event {
            Event::ProcessStarted(run) => self.processes.push((**run).clone()),
            Event::ProcessChanged { process, awaited, good, due, on_leave, on_close } => {
                if let Some(run) = self.processes.iter_mut().find(|it| it.id == *process) {
                    run.awaited = *awaited;
                    run.good.clone_from(good);
                    (run.due, run.on_leave, run.on_close) = (*due, *on_leave, *on_close);
                }
            }
            Event::ProcessEnded { process, end } => {
                if let Some(run) = self.processes.iter_mut().find(|it| it.id == *process) {
                    run.end = Some(end.clone());
                }
            }
            Event::CommandRun(run) => self.commands.push((**run).clone()),
            Event::Answered { command, answer, text, late: false } => {
                if let Some(run) = self.commands.iter_mut().find(|it| it.id == *command) {
                    run.answer = Some(*answer);
                    run.text.clone_from(text);
                }
            }
            _ => {}
        }
    }

    fn apply_rule(&mut self, event: &Event, at: Moment) {
        match event {
            Event::Paused(pause) => self.visit.pause = Some(Box::new(pause.clone())),
            Event::Resumed { limit, timers, paused_ms } => {
                self.visit.pause = None;
                self.visit.paused_ms = self.visit.paused_ms.saturating_add(*paused_ms);
                if let (Some(known), Some(due)) = (&mut self.visit.limit, limit) {
                    known.due = *due;
                }
                for timer in &mut self.timers {
                    if let Some(moment) = timers.get(&timer.id) {
                        timer.at = *moment;
                    }
                }
            }
            Event::Armed(timer) => {
                self.armings = self.armings.saturating_add(1);
                self.timers.push((**timer).clone());
            }
            Event::Disarmed { timer } => self.timers.retain(|it| it.id != *timer),
            Event::TimerFired { timer } => self.rang(timer),
            Event::Triggered(mark) => self.triggered(mark),
            Event::Seen { trigger, holds } => match self.seen.get_mut(trigger) {
                Some(seen) => *seen = *holds,
                None => drop(self.seen.insert(trigger.clone(), *holds)),
            },
            Event::Forgotten { trigger: Some(trigger) } => {
                self.fired.retain(|mark| mark.trigger != *trigger);
                self.rung.retain(|mark| mark.trigger != *trigger);
                self.seen.remove(trigger);
            }
            Event::Forgotten { trigger: None } => {
                // A scenario's trigger begins with `/`, a stage's with the stage.
                self.fired.retain(|mark| !mark.trigger.starts_with('/'));
                self.rung.retain(|mark| !mark.trigger.starts_with('/'));
            }
            Event::Switched { trigger, on } => drop(self.switches.insert(trigger.clone(), *on)),
            Event::Wished(wish) => self.wish(wish),
            Event::WishEnded { trigger, .. } => self.wishes.retain(|wish| wish.trigger != *trigger),
            Event::DebtArose(debt) => self.debts.push((**debt).clone()),
            Event::DebtEnded { debt, end } => {
                if let Some(place) = self.debts.iter().position(|it| it.id == *debt) {
                    let mut ended = self.debts.remove(place);
                    ended.end = Some(end.clone());
                    self.hanging.retain(|it| it.rule != ended.id);
                    self.ended_debts.push(ended);
                }
            }
            _ => {}
        }
        let _ = at;
    }
}

impl Activity {
    /// When it ended.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Moment> {
        match &self.end {
            Some(
                ActivityEnd::Done { at, .. }
                | ActivityEnd::Closed { at, .. }
                | ActivityEnd::Cancelled { at, .. },
            ) => Some(*at),
            None => None,
        }
    }
}
