//! Leaving a stage, entering one, closing and reopening: what happens in which order (M6–M8, X2, P5).

use super::work::Work;
use crate::case::{
    Act, ActivityEnd, CloseInput, Closing, Debt, DebtEnd, Event, LinkKind, ProcessEnd, Reason, Visit,
    VisitEnd,
};
use crate::scenario::def::{CloseDef, CloseWhat, EventDef, Fate, Kind, StageOutcome};
use crate::scenario::model::{Stage, Trigger};
use crate::{Moment, Value};

/// Why a stage is entered, as far as it matters for T9.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Opening, reopening, or moving forward.
    On,
    /// A move back: each "becomes" starts from the truth, so that the case is not thrown forward again.
    Back,
    /// Adoption onto a mapped stage: no activity is closed, and no `entered` or `left` trigger fires (V3).
    Adopted,
    /// Closing, which says by itself what becomes of activities and processes (X2, P5).
    Closing,
}

impl<'a> Work<'a> {
    /// The stage is left: its visit ends with its durations (M6), and what hangs on the visit with it.
    pub fn leave(&mut self, way: Way) {
        let visit = self.case.visit.number;
        self.disarm(|timer| timer.visit == Some(visit));
        let now = self.now();
        let here = &self.case.visit;
        let standing = here.pause.as_ref().map_or(0, |pause| now.millis_since(pause.since));
        let end = VisitEnd {
            number: here.number,
            stage: here.stage.clone(),
            label: here.label.clone(),
            order: here.order,
            by: here.by.clone(),
            from: here.from,
            to: now,
            calendar_ms: now.millis_since(here.from),
            working_ms: self.calendar.working_millis(here.from, now),
            paused_ms: here.paused_ms + standing,
            outcome: here.outcome,
        };
        self.emit(Event::Left(Box::new(end)));
        if way != Way::Closing {
            let why = if way == Way::Adopted { "adopted" } else { "left" };
            self.settle_processes(why, |run| run.visit == visit && run.on_leave == Fate::Cancel);
        }
        self.lapse_wishes("left");
    }

    pub fn lapse_wishes(&mut self, why: &str) {
        for trigger in self.case.wishes.iter().map(|wish| wish.trigger.clone()).collect::<Vec<_>>() {
            self.emit(Event::WishEnded { trigger, lapsed: Some(why.to_owned()) });
        }
    }

    /// A debt ends when the case goes back before the stage that asked (M11).
    pub fn settle_debts_behind(&mut self, to: u32) {
        // Where the stage stands in the order now: an edit may have put it elsewhere.
        let order = |debt: &Debt| {
            let mut parts = debt.requirement.splitn(3, '/');
            let (stage, part) = (parts.next().unwrap_or_default(), parts.next());
            let named = matches!(part, Some("enter" | "leave" | "plan" | "run"));
            self.s.stage_named(stage).filter(|_| named).map_or(debt.order, |stage| stage.order)
        };
        let behind: Vec<String> =
            self.case.debts.iter().filter(|debt| to < order(debt)).map(|debt| debt.id.clone()).collect();
        for debt in behind {
            self.emit(Event::DebtEnded { debt, end: DebtEnd::WentBack });
        }
    }

    /// Running processes are cancelled, which is an effect (P5); one on which a debt stands is not (M7).
    pub fn settle_processes(&mut self, why: &str, which: impl Fn(&crate::case::ProcessRun) -> bool) {
        let owed =
            |run: &crate::case::ProcessRun| self.case.debts.iter().any(|debt| debt.requirement == run.rule);
        let runs: Vec<String> = self
            .case
            .processes
            .iter()
            .filter(|run| run.is_running() && which(run) && (why == "closed" || !owed(run)))
            .map(|run| run.id.clone())
            .collect();
        for run in runs {
            self.cancel_process(&run, why);
        }
    }

    pub fn cancel_process(&mut self, id: &str, why: &str) {
        let Some(run) = self.case.processes.iter().find(|run| run.id == id) else { return };
        let (running, process, rule) = (run.is_running(), run.process.clone(), run.rule.clone());
        let host = run.host;
        self.disarm(|timer| timer.subject.as_deref() == Some(id));
        let end = ProcessEnd::Cancelled { at: self.now(), why: why.to_owned() };
        self.emit(Event::ProcessEnded { process: id.to_owned(), end });
        if running {
            self.effect("process", Some(&rule), Act::CancelProcess { run: id.to_owned(), process, host });
        }
    }

    /// The entry rule acts on what was open before (M7); never on what is a debt.
    fn close_by_rule(&mut self, close: &CloseDef, rule: &str) {
        if close.what == CloseWhat::Nothing {
            return;
        }
        let now = self.now();
        let closed: Vec<String> = self
            .case
            .activities
            .iter()
            .filter(|it| close.what == CloseWhat::All || it.is_overdue(now))
            .filter(|it| close.kinds.is_empty() || close.kinds.contains(&it.kind))
            .filter(|it| !self.is_owed(it))
            .map(|it| it.id.clone())
            .collect();
        for activity in closed {
            // A group's end may have closed it meanwhile.
            if self.case.open_activity(&activity).is_some() {
                self.end_activity(activity, ActivityEnd::Closed { at: now, rule: rule.to_owned() }, None);
            }
        }
    }

    /// Whether an activity is what a debt asks for.
    fn is_owed(&self, activity: &crate::case::Activity) -> bool {
        let judge = self.judge();
        self.case.debts.iter().any(|debt| {
            let group = debt.missing.args.get("id").and_then(Value::as_text);
            judge.owed_activities(debt).any(|it| it.id == activity.id)
                || (group.is_some() && group == activity.group.as_deref())
        })
    }

    /// A stage is entered, and a visit begins (M7, M8).
    pub fn enter(&mut self, to: usize, way: Way, from: Option<Moment>) {
        let s = self.s;
        let Some(stage) = s.stages.get(to) else { return };
        if way != Way::Adopted {
            self.close_by_rule(&stage.close, &stage.enter_rule);
        }
        self.begin_visit(stage, from);
        if !stage.is_ordinary() {
            return;
        }
        if let Some(span) = stage.limit {
            let due = self.due_in(&span);
            self.emit(Event::LimitSet { span: Some(span), due });
        }
        if way == Way::Adopted {
            self.plan_new_items(stage);
        } else {
            self.plan_items(true);
        }
        self.start_processes(true);
        self.arm_visit();
        self.look_afresh(stage, way);
        self.note_switches(&stage.triggers);
    }

    /// The number that the next visit gets.
    pub fn next_visit(&self) -> u32 {
        let known = u32::try_from(self.case.visits.len()).unwrap_or(u32::MAX);
        self.case.visit.number.max(known).saturating_add(1)
    }

    fn begin_visit(&mut self, stage: &Stage, from: Option<Moment>) {
        let now = self.now();
        let nth = self.case.visits.iter().filter(|it| it.stage == stage.id).count();
        let visit = Visit {
            number: self.next_visit(),
            stage: stage.id.clone(),
            label: stage.title.clone(),
            order: stage.order,
            nth: u32::try_from(nth).unwrap_or(u32::MAX).saturating_add(1),
            by: self.mover(),
            entered_at: now,
            from: from.unwrap_or(now),
            outcome: stage.outcome,
            nothing_planned: stage.nothing_planned,
            limit: None,
            pause: None,
            paused_ms: 0,
            spared: Vec::new(),
        };
        self.emit(Event::Entered(Box::new(visit)));
    }

    /// Items that the case never had are planned (V3).
    fn plan_new_items(&mut self, stage: &Stage) {
        let mut known_ones = Vec::new();
        for item in &stage.items {
            let had = |rule: Option<&str>| rule == Some(&item.rule);
            let known =
                self.case.activities.iter().chain(&self.case.finished).any(|it| had(it.rule.as_deref()))
                    || self.case.groups.iter().any(|it| it.rule == item.rule);
            let holds = item.when.as_ref().is_none_or(|when| when.holds(&self.judge()).holds());
            if known && item.when.is_some() {
                known_ones.push(item.rule.clone());
            } else if !known && holds {
                self.plan(item);
            }
        }
        // Nor are they planned when their condition is looked at again.
        known_ones.sort_unstable();
        if !known_ones.is_empty() {
            self.emit(Event::Spared { rules: known_ones });
        }
    }

    /// For a stage's "becomes" the beginning of a visit counts as not holding; after a move back it starts
    /// from the truth (T9).
    fn look_afresh(&mut self, stage: &Stage, way: Way) {
        for trigger in &stage.triggers {
            let Some(becomes) = &trigger.becomes else { continue };
            let holds = way == Way::Back && becomes.holds(&self.judge()).holds();
            if self.case.seen.get(&trigger.rule).copied().unwrap_or(false) != holds {
                self.emit(Event::Seen { trigger: trigger.rule.clone(), holds });
            }
        }
    }

    /// The case is closed, and the case that started it is told (P2).
    pub fn close(&mut self, to: usize, input: &CloseInput, by: String) {
        let s = self.s;
        let Some(stage) = s.stages.get(to) else { return };
        self.close_untold(stage, input, by);
        self.tell_parent(stage);
    }

    /// The case is closed (X1, X2): its activities by rule, its processes by P5.
    pub fn close_untold(&mut self, stage: &Stage, input: &CloseInput, by: String) {
        let from = self.case.visit.stage.clone();
        self.leave(Way::Closing);
        let now = self.now();
        for activity in self.case.activities.iter().map(|it| it.id.clone()).collect::<Vec<_>>() {
            if self.case.open_activity(&activity).is_some() {
                let end = ActivityEnd::Closed { at: now, rule: "close".to_owned() };
                self.end_closed(&activity, end);
            }
        }
        // A group asks no more; what closing closed stays closed (X3).
        let asking = self.case.groups.iter().filter(|group| group.good.is_none());
        for group in asking.map(|group| group.id.clone()).collect::<Vec<_>>() {
            self.emit(Event::GroupEnded { group, good: Some(false) });
        }
        self.settle_processes("closed", |run| run.on_close == Fate::Cancel);
        self.begin_visit(stage, None);
        let reason = input.reason.as_ref().and_then(|id| self.reason(id));
        let outcome = stage.outcome.unwrap_or(StageOutcome::Void);
        let comment = input.comment.clone().filter(|text| !text.is_empty());
        let closing = Closing { at: now, from, stage: stage.id.clone(), outcome, reason, comment, by };
        self.emit(Event::Closed(Box::new(closing)));
        self.disarm(|_| true);
    }

    /// Closing ends each activity by itself: a group does not go on asking.
    pub fn end_closed(&mut self, activity: &str, end: ActivityEnd) {
        self.disarm(|timer| timer.subject.as_deref() == Some(activity));
        self.emit(Event::Ended { activity: activity.to_owned(), end, note: None });
    }

    pub fn reason(&self, id: &str) -> Option<Reason> {
        let def = self.s.def.reasons.get(id)?;
        Some(Reason { id: id.to_owned(), title: def.title.clone(), resolved_by: def.resolved_by })
    }

    /// A process tells the case that started it how it ended (P2).
    fn tell_parent(&mut self, stage: &Stage) {
        let parent = self.case.links.iter().find(|(_, kind)| **kind == LinkKind::ChildOf);
        if let (Kind::Process, Some((parent, _))) = (self.s.def.kind, parent) {
            let parent = parent.clone();
            // What the other case does not take stays here: it has rights and personal texts of its own.
            let taken = |name: &String| self.case.take.as_ref().is_none_or(|take| take.contains(name));
            let fields = self.case.fields.iter().filter(|(name, _)| taken(name));
            let fields = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
            let act = Act::Finish { parent, result: stage.id.clone(), good: stage.is_win(), fields };
            self.effect("process", Some(&stage.enter_rule), act);
        }
    }

    /// The case is open again, at a stage that need not be drawn (X3).
    pub fn reopen(&mut self, to: usize) {
        self.leave(Way::On);
        self.emit(Event::Reopened);
        if self.case.fired.iter().any(|mark| mark.trigger.starts_with('/')) {
            self.emit(Event::Forgotten { trigger: None });
        }
        if let Some(stage) = self.s.stages.get(to) {
            self.settle_debts_behind(stage.order);
        }
        self.enter(to, Way::On, None);
        self.arm_scenario();
    }

    /// The triggers of a stage that see a visit which is over (T3).
    pub fn left_triggers(stage: &'a Stage) -> impl Iterator<Item = &'a Trigger> {
        stage.triggers.iter().filter(|trigger| matches!(trigger.on, EventDef::Left))
    }
}
