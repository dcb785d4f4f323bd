//! Events in sentences: timers, triggers, wishes, debts.

use super::catalog::Arg;
use super::speaker::Speaker;
use crate::case::{Debt, DebtEnd, Event, Missing, Wish};

impl Speaker<'_> {
    /// The sentence of an event about rules; none for the others.
    pub(super) fn rule_event(&self, event: &Event) -> Option<String> {
        let trigger = |code: &str, rule: &str| self.part(code, "trigger", self.trigger(rule));
        Some(match event {
            Event::Armed(timer) => {
                let timer_told = match (&timer.trigger, &timer.subject) {
                    (Some(rule), _) => self.trigger(rule),
                    (None, Some(subject)) => self.activity_or_process(subject),
                    (None, None) => self.timer(&timer.id),
                };
                self.say("told.armed", &[("at", self.when(timer.at).into()), ("timer", timer_told.into())])
            }
            Event::Disarmed { timer } => self.part("told.disarmed", "timer", self.timer(timer)),
            Event::TimerFired { timer } => self.part("told.timer_fired", "timer", self.timer(timer)),
            Event::Triggered(mark) => trigger("told.triggered", &mark.trigger),
            Event::LeftOut { trigger, action, missing } => self.left_out(trigger, *action, missing),
            Event::Seen { trigger: rule, holds } => {
                trigger(if *holds { "told.seen" } else { "told.seen_not" }, rule)
            }
            Event::Forgotten { trigger: Some(rule) } => trigger("told.forgotten", rule),
            Event::Forgotten { trigger: None } => self.say("told.forgotten_all", &[]),
            Event::Switched { trigger: rule, on } => {
                trigger(if *on { "told.switched_on" } else { "told.switched_off" }, rule)
            }
            Event::Wished(wish) => self.wish("told.wished", wish),
            Event::WishEnded { trigger: rule, lapsed: None } => trigger("told.granted", rule),
            Event::WishEnded { trigger, lapsed: Some(why) } => {
                let why = self.teller().known("lapsed", why);
                self.say("told.lapsed", &[("trigger", self.trigger(trigger).into()), ("why", why.into())])
            }
            Event::DebtArose(debt) => self.debt_arose(debt),
            Event::DebtEnded { debt, end } => self.debt_ended(debt, end),
            Event::Hangs { rule, hangs } => {
                let code = if *hangs { "told.hangs" } else { "told.hangs_not" };
                self.part(code, "what", self.hanging(rule))
            }
            _ => return None,
        })
    }

    fn left_out(&self, rule: &str, action: u32, missing: &[Missing]) -> String {
        let code = match (action, rule.contains("/trigger/")) {
            (0, _) => "told.left_out_value",
            (_, true) => "told.left_out",
            (_, false) => "told.left_out_kind",
        };
        let args = [
            ("trigger", Arg::from(self.trigger(rule))),
            ("rule", self.rule(rule).into()),
            ("n", action.into()),
            ("missing", self.all_missing(missing).join("; ").into()),
        ];
        self.say(code, &args)
    }

    pub(super) fn wish(&self, code: &str, wish: &Wish) -> String {
        let args = [
            ("trigger", Arg::from(self.trigger(&wish.trigger))),
            ("stage", self.teller().stage(&wish.to).into()),
            ("missing", self.all_missing(&wish.missing).join("; ").into()),
        ];
        self.say(code, &args)
    }

    fn debt_arose(&self, debt: &Debt) -> String {
        let due = debt.due.map(|due| self.part("with.made_good", "due", self.due(&due)));
        self.line(self.part("told.debt", "missing", self.missing(&debt.missing)), [due])
    }

    fn debt_ended(&self, id: &str, end: &DebtEnd) -> String {
        let mut args = vec![("missing", Arg::from(self.owed_debt(id)))];
        let code = match end {
            DebtEnd::Met => "told.debt_met",
            DebtEnd::WentBack => "told.debt_back",
            DebtEnd::Waived { by, reason } => {
                args.push(("who", self.person(by).into()));
                args.push(("reason", self.clean(reason).into()));
                "told.debt_waived"
            }
            DebtEnd::Gone => "told.debt_gone",
        };
        self.say(code, &args)
    }

    /// What a debt is about.
    pub(super) fn owed_debt(&self, id: &str) -> String {
        self.debt(id).map_or_else(|| self.quoted(id), |debt| self.missing(&debt.missing))
    }

    /// A debt or a hook that hangs on something unknown.
    pub(super) fn hanging(&self, rule: &str) -> String {
        self.debt(rule).map_or_else(|| self.rule(rule), |debt| self.missing(&debt.missing))
    }
}
