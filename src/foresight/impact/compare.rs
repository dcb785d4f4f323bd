//! One case before and after adopting: what is different.

use super::line::{Line, Shift, Turn};
use super::stand::{Stand, renamed};
use super::survey::Plan;
use crate::case::{Activity, Case, Event, Missing, ProcessRun, Timer};
use crate::engine::{InputNames, Judge, MoveView, View};
use crate::scenario::Scenario;
use crate::scenario::def::Color;
use crate::{Moment, Rejection, Value};

/// What adopting does to a case, each thing once, in order; beside what happens to every case of its stage, where it
/// can adopt.
pub(super) fn lines(plan: &Plan<'_>, case: &Case, stand: Option<&Stand>) -> (bool, Vec<Line>) {
    let (adopts, mut lines) = match plan.new.tried(case, &plan.input, plan.ctx) {
        Ok((adopted, events)) => (true, adopts(plan, case, stand, &adopted, &events)),
        Err(refused) => (false, refuses(plan, case, &refused)),
    };
    lines.sort_unstable();
    lines.dedup();
    (adopts, lines)
}

/// It cannot adopt.
fn refuses(plan: &Plan<'_>, case: &Case, refused: &Rejection) -> Vec<Line> {
    let line = |it: &Missing| {
        if it.code == "V-V3-stage" {
            let stage = case.visit.stage.clone();
            let to = plan.adoption.stages.get(&stage).unwrap_or(&stage).clone();
            Line::Stranded { stage, to }
        } else {
            Line::Refused { code: it.code.clone() }
        }
    };
    refused.missing().iter().map(line).collect()
}

fn adopts(
    plan: &Plan<'_>,
    case: &Case,
    stand: Option<&Stand>,
    adopted: &Case,
    events: &[Event],
) -> Vec<Line> {
    let mut lines = Vec::new();
    let onto = stand.and_then(|stand| stand.to).and_then(|to| plan.new.stages.get(to));
    let onto = onto.map_or(case.visit.stage.as_str(), |stage| stage.id.as_str());
    if adopted.visit.stage != onto {
        lines.push(Line::Onward { from: onto.to_owned(), to: adopted.visit.stage.clone() });
    }
    let before = plan.old.evaluate_in_brief(case, plan.ctx);
    let after = plan.new.evaluate_in_brief(adopted, plan.ctx);
    let mut it = Compared { plan, case, adopted, before, after, lines };
    it.moves();
    it.fields();
    it.debts();
    it.activities();
    it.processes();
    it.timers();
    it.events(events);
    it.lights();
    it.lines
}

struct Compared<'a> {
    plan: &'a Plan<'a>,
    case: &'a Case,
    adopted: &'a Case,
    before: View<'a>,
    after: View<'a>,
    lines: Vec<Line>,
}

impl<'a> Compared<'a> {
    /// The name of a stage in the new version.
    fn stage(&self, stage: &'a str) -> &'a str {
        self.plan.adoption.stages.get(stage).map_or(stage, String::as_str)
    }

    /// Whether two names are of one rule: the same, or the same but for what its stage is called.
    fn is_same(&self, before: &str, after: &str) -> bool {
        before == after || {
            let stage = before.split('/').next().unwrap_or_default();
            let mapped = self.plan.adoption.stages.get(stage);
            mapped.is_some_and(|to| renamed(before, stage, to) == after)
        }
    }

    /// What moves ask newly, and whether they can be made.
    fn moves(&mut self) {
        // What is compared is what is missing, whoever may see it; only what is told depends on that (G2).
        let (names, ctx) = (InputNames::default(), self.plan.ctx);
        let judge = Judge {
            scenario: self.plan.new,
            case: self.adopted,
            now: ctx.now,
            actor: &ctx.actor,
            input: &names,
        };
        let mut lines = Vec::new();
        for to in &self.after.moves {
            let asked = to.missing.iter().filter(|it| !is_of_actor(it) && !self.was_missing(to.to, it));
            let told = judge.told(asked.cloned().collect());
            lines.extend(told.iter().filter_map(|it| asks(to.to, it)));
        }
        self.lines.append(&mut lines);
        if !self.adopted.is_open() {
            return;
        }
        let possible = |it: &&MoveView<'_>| it.missing.iter().all(is_of_actor);
        let forward = |scenario: &Scenario, stage: &str, to: &str| {
            let (from, to) = (scenario.stage_named(stage), scenario.stage_named(to));
            from.zip(to).is_some_and(|(from, to)| to.is_win() || to.is_ordinary() && to.order > from.order)
        };
        let (from, to) = (&self.case.visit.stage, &self.adopted.visit.stage);
        let (old, new) = (self.plan.old, self.plan.new);
        let before = || self.before.moves.iter().filter(possible);
        let after = || self.after.moves.iter().filter(possible);
        if before().any(|it| forward(old, from, it.to)) && !after().any(|it| forward(new, to, it.to)) {
            self.lines.push(Line::HeldUp { stage: to.clone() });
        }
        // From every stage of a checked scenario a way leads to an outcome: one move is enough.
        if before().next().is_some() && after().next().is_none() {
            self.lines.push(Line::NoOutcome { stage: to.clone() });
        }
    }

    /// Whether the same was missing before: by the same requirement, or for the same move.
    fn was_missing(&self, to: &str, now: &Missing) -> bool {
        let field = |it: &'_ Missing| it.args.get("field").and_then(Value::as_text).map(str::to_owned);
        self.before.moves.iter().any(|before| {
            let same_move = || self.stage(before.to) == to;
            before.missing.iter().any(|was| match (&was.requirement, &now.requirement) {
                (Some(was), Some(now)) if self.is_same(was, now) => true,
                (None, None) => was.code == now.code && same_move(),
                _ => field(now).is_some_and(|it| field(was) == Some(it)) && same_move(),
            })
        })
    }

    /// Fields with a value that the new version does not have.
    fn fields(&mut self) {
        if !self.plan.gone.iter().any(|name| self.case.fields.contains_key(*name)) {
            return;
        }
        // Those only that the actor may see (G2).
        let seen = self.plan.old.evaluate(self.case, self.plan.ctx).fields;
        let gone = seen.iter().filter(|(name, value)| value.is_some() && self.plan.gone.contains(name));
        let gone: Vec<Line> = gone.map(|(name, _)| Line::FieldGone { field: (*name).to_owned() }).collect();
        self.lines.extend(gone);
    }

    fn debts(&mut self) {
        // What a debt asks may be hidden from the actor (G2).
        let named = |it: &Missing, make: fn(String) -> Line| match &it.requirement {
            _ if is_hidden(it) => Line::Hidden { rule: it.rule().to_owned() },
            Some(requirement) => make(requirement.clone()),
            None => make(it.code.clone()),
        };
        let (before, after) = (&self.before.debts, &self.after.debts);
        let arisen = after.iter().filter(|debt| !before.iter().any(|known| known.id == debt.id));
        let ended = before.iter().filter(|debt| !after.iter().any(|known| known.id == debt.id));
        let arisen = arisen.map(|it| named(&it.missing, |requirement| Line::DebtArises { requirement }));
        let ended = ended.map(|it| named(&it.missing, |requirement| Line::DebtEnds { requirement }));
        self.lines.extend(arisen.chain(ended));
    }

    fn activities(&mut self) {
        let rule = |it: &Activity| it.rule.clone().unwrap_or_default();
        let (before, after) = (&self.case.activities, &self.adopted.activities);
        for it in after {
            match before.iter().find(|known| known.id == it.id) {
                None => self.lines.push(Line::ActivityPlanned { rule: rule(it) }),
                Some(known) => {
                    let moment = |it: &Activity| it.due.map(|due| due.at);
                    if let Some(shift) = shift(moment(known), moment(it)) {
                        self.lines.push(Line::ActivityShifted { rule: rule(it), shift });
                    }
                }
            }
        }
        for it in before.iter().filter(|it| !after.iter().any(|known| known.id == it.id)) {
            self.lines.push(Line::ActivityEnds { rule: rule(it) });
        }
    }

    fn processes(&mut self) {
        let running = |case: &'a Case| -> Vec<&'a ProcessRun> {
            case.processes.iter().filter(|it| it.is_running()).collect()
        };
        let (before, after) = (running(self.case), running(self.adopted));
        for it in &after {
            match before.iter().find(|known| known.id == it.id) {
                None => self.lines.push(Line::ProcessStarts { rule: it.rule.clone() }),
                Some(known) => {
                    let moment = |it: &ProcessRun| it.due.map(|due| due.at);
                    if let Some(shift) = shift(moment(known), moment(it)) {
                        self.lines.push(Line::ProcessShifted { rule: it.rule.clone(), shift });
                    }
                }
            }
        }
        for it in before.iter().filter(|it| !after.iter().any(|known| known.id == it.id)) {
            self.lines.push(Line::ProcessCancelled { rule: it.rule.clone() });
        }
    }

    /// Timers by what they are of, whatever their number of arming; and the stage's limit.
    fn timers(&mut self) {
        let is_in = |timer: &Timer, others: &[&Timer]| {
            others.iter().any(|other| other.id == timer.id && other.at == timer.at)
        };
        let (before, after) = (&self.before.timers, &self.after.timers);
        let mut lost: Vec<&Timer> = before.iter().copied().filter(|it| !is_in(it, after)).collect();
        for now in after.iter().copied().filter(|it| !is_in(it, before)) {
            let same = |was: &&Timer| match (&was.trigger, &now.trigger) {
                (Some(was), Some(now)) => self.is_same(was, now),
                (None, None) => was.subject == now.subject,
                _ => false,
            };
            let Some(place) = lost.iter().position(same) else {
                self.lines.push(Line::TimerGained { rule: timer_rule(now) });
                continue;
            };
            let was = lost.swap_remove(place);
            if let Some(shift) = shift(Some(was.at), Some(now.at)) {
                self.lines.push(Line::TimerShifted { rule: timer_rule(now), shift });
            }
        }
        self.lines.extend(lost.into_iter().map(|it| Line::TimerLost { rule: timer_rule(it) }));
        let limit = |case: &Case| case.visit.limit.map(|limit| limit.due.at);
        let named = |case: &Case| format!("{}/limit", case.visit.stage);
        match (limit(self.case), limit(self.adopted)) {
            (None, Some(_)) => self.lines.push(Line::TimerGained { rule: named(self.adopted) }),
            (Some(_), None) => self.lines.push(Line::TimerLost { rule: named(self.case) }),
            (before, after) => {
                if let Some(shift) = shift(before, after) {
                    self.lines.push(Line::TimerShifted { rule: named(self.adopted), shift });
                }
            }
        }
    }

    /// What the adoption itself set off.
    fn events(&mut self, events: &[Event]) {
        let line = |event: &Event| match event {
            Event::Triggered(mark) => Some(Line::TriggerFires { trigger: mark.trigger.clone() }),
            Event::Wished(wish) => Some(Line::WishArises { trigger: wish.trigger.clone() }),
            Event::WishEnded { trigger, lapsed: Some(_) } => {
                Some(Line::WishLapses { trigger: trigger.clone() })
            }
            _ => None,
        };
        self.lines.extend(events.iter().filter_map(line));
    }

    fn lights(&mut self) {
        let (before, after) = (self.before.light, self.after.light);
        let (from, to) = (before.map(|it| it.color), after.map(|it| it.color));
        if from != to {
            self.lines.push(Line::Color { from, to });
        }
        let red = Some(Color::Red);
        if from == red || to == red || to.is_none() {
            return;
        }
        let red_from = |light: Option<crate::case::Light<'_>>| light.and_then(|it| it.red_from);
        let turn = match (red_from(before), red_from(after)) {
            (None, Some(_)) => Turn::Newly,
            (Some(_), None) => Turn::NoMore,
            (Some(was), Some(now)) if now < was => Turn::Earlier,
            (Some(was), Some(now)) if now > was => Turn::Later,
            _ => return,
        };
        self.lines.push(Line::TurnsRed { turn });
    }
}

/// What is missing for the actor alone, and not for the case.
fn is_of_actor(it: &Missing) -> bool {
    matches!(it.code.as_str(), "V-M1-right" | "V-G4-move")
}

fn is_hidden(it: &Missing) -> bool {
    it.code.ends_with("-hidden")
}

/// What is asked newly, as a line; a debt has one of its own.
fn asks(to: &str, it: &Missing) -> Option<Line> {
    let what = it.code.splitn(3, '-').nth(2).unwrap_or_default();
    if is_hidden(it) {
        return Some(Line::Hidden { rule: it.rule().to_owned() });
    }
    let requirement = it.requirement.clone();
    Some(match (it.rule(), what) {
        ("M11", _) => return None,
        ("M2", _) => Line::MoveCondition { to: to.to_owned() },
        ("M3", "activity" | "group") | ("A7", _) => {
            Line::HeldByActivity { rule: requirement.unwrap_or_default() }
        }
        ("M3", "process") => Line::HeldByProcess { rule: requirement.unwrap_or_default() },
        _ => {
            let requirement = requirement.unwrap_or_else(|| it.code.clone());
            match (what, it.args.get("field").and_then(Value::as_text)) {
                ("field", Some(field)) => Line::LacksField { requirement, field: field.to_owned() },
                (_, Some(field)) => Line::FieldUnfit { requirement, field: field.to_owned() },
                (_, None) => Line::Unmet { requirement },
            }
        }
    })
}

fn timer_rule(timer: &Timer) -> String {
    timer.trigger.clone().unwrap_or_else(|| "overdue".to_owned())
}

/// To which side a moment moves; one that never comes is later than any.
fn shift(before: Option<Moment>, after: Option<Moment>) -> Option<Shift> {
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => Some(Shift::Earlier),
        (Some(_), None) => Some(Shift::Later),
        (Some(before), Some(after)) if after < before => Some(Shift::Earlier),
        (Some(before), Some(after)) if after > before => Some(Shift::Later),
        _ => None,
    }
}
