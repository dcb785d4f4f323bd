//! The traffic light in words: its colour, and what makes it so.

use super::catalog::Arg;
use super::speaker::Speaker;
use crate::Moment;
use crate::case::{Case, Cause, DueState, Light};
use crate::scenario::def::{Color, Text};

impl Speaker<'_> {
    /// A case's light with its cause: "red: Call “Clarify what is needed” is overdue since 2 March, 15:00".
    ///
    /// Of a green one the cause is what is due next.
    #[must_use]
    pub fn light(&self, light: &Light<'_>, case: &Case) -> String {
        // Moments and ids are this case's, whatever case the speaker knows.
        let speaker = Speaker { case: Some(case), entry: None, ..*self };
        let color = speaker.say(
            match light.color {
                Color::Green => "color.green",
                Color::Yellow => "color.yellow",
                Color::Red => "color.red",
            },
            &[],
        );
        match light.cause.and_then(|cause| speaker.cause(light.color, cause, case)) {
            Some(cause) => speaker.say("light.line", &[("color", color.into()), ("cause", cause.into())]),
            None => color,
        }
    }

    fn cause(&self, color: Color, cause: Cause<'_>, case: &Case) -> Option<String> {
        let due = |due: Option<&DueState>, what: String| Some(self.overdue_or_due(color, due?.at, what));
        match cause {
            Cause::Activity(id) => {
                let it = case.open_activity(id)?;
                due(it.due.as_ref(), self.titled_activity(it))
            }
            Cause::Process(id) => {
                let run = case.processes.iter().find(|run| run.id == id)?;
                let process = self.teller().process(&run.hook);
                due(run.due.as_ref(), self.part("light.process", "process", process))
            }
            Cause::Limit => {
                let stage = self.stage_then(&case.visit.label, case.stage());
                let limit = case.visit.limit.as_ref().map(|limit| &limit.due);
                due(limit, self.part("light.limit", "stage", stage))
            }
            Cause::Debt(id) => {
                let debt = case.debts.iter().find(|debt| debt.id == id)?;
                let missing = self.missing(&debt.missing);
                due(debt.due.as_ref(), self.part("light.debt", "missing", missing))
            }
            Cause::Deadline => due(case.deadline.as_ref(), self.say("light.deadline", &[])),
            Cause::Wish(trigger) => {
                Some(self.wish("light.wish", case.wishes.iter().find(|wish| wish.trigger == trigger)?))
            }
            Cause::Unknown(rule) => Some(self.part("light.unknown", "what", self.hanging(rule))),
            Cause::GivenUp(effect) => {
                let it = case.given_up.iter().find(|it| it.effect == effect)?;
                Some(self.part("light.given_up", "error", self.clean(&it.error)))
            }
            Cause::NoNextStep => Some(self.say("light.no_next_step", &[])),
        }
    }

    /// What makes a light so, as a [`Card`](crate::Card) names it: its code, of what, and since or by when. It tells no more
    /// than the card does, and so nothing that is hidden from whom the card is for (G2).
    #[must_use]
    pub fn cause_shown(&self, color: Color, cause: &str, of: &Text, at: Option<Moment>) -> Option<String> {
        let teller = self.teller();
        let id = of.get("");
        let what = match cause {
            "activity" if self.text(of).is_empty() => self.say("light.activity_bare", &[]),
            "activity" => teller.titled(Some(of), ""),
            "process" => self.part("light.process", "process", teller.process(id)),
            "limit" => self.part("light.limit", "stage", teller.titled(Some(of), "")),
            "debt" => self.say("light.debt_bare", &[]),
            "deadline" => self.say("light.deadline", &[]),
            "wish" => return Some(self.part("light.wish_bare", "trigger", self.trigger(id))),
            "unknown" => return Some(self.say("light.unknown_bare", &[])),
            "given_up" => return Some(self.say("light.given_up_bare", &[])),
            "no_next_step" => return Some(self.say("light.no_next_step", &[])),
            _ => return None,
        };
        Some(match at {
            Some(at) => self.overdue_or_due(color, at, what),
            None => what,
        })
    }

    fn overdue_or_due(&self, color: Color, at: Moment, what: String) -> String {
        if color == Color::Red {
            let since = self.when(at);
            return self.say("light.overdue", &[("what", what.into()), ("since", since.into())]);
        }
        self.say("light.due", &[("what", Arg::from(what)), ("due", self.due_moment(at).into())])
    }
}
