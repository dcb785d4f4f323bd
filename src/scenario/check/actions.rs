//! What triggers do (T2, T3, X1, X4).

use super::at::At;
use super::checking::{Checking, shown};
use crate::condition::Type;
use crate::scenario::def::{
    ActionDef, CloseCaseDef, EventDef, NotifyDef, OneOrMany, OpenCaseDef, SetDef, StageOutcome,
};
use crate::scenario::names::type_of_field;

impl Checking<'_> {
    /// Actions in their order; `stage` and `event` are those of the trigger, none for what follows an outcome.
    pub fn check_actions(
        &mut self,
        at: &At,
        actions: &OneOrMany<ActionDef>,
        stage: Option<usize>,
        event: Option<&EventDef>,
    ) {
        let moves = |action: &ActionDef| {
            matches!(action, ActionDef::Move(_) | ActionDef::Close(_) | ActionDef::Reopen(_))
        };
        let mut moved = false;
        for (index, action) in actions.iter().enumerate() {
            let at = at.index(index);
            if moves(action) {
                if moved {
                    let help = "a trigger takes the case to one stage: leave the others out";
                    self.error_with("moves-twice", &at, "the case is moved already", help);
                } else if actions.iter().skip(index + 1).any(|later| !moves(later)) {
                    let help = "put it last: what stands after it would be done on another stage";
                    self.error_with("move-not-last", &at, "a move before other actions", help);
                }
                moved = true;
                if event == Some(&EventDef::Left) {
                    let help = "the stage is left already; use `done`, `becomes` or another event";
                    self.error_with("left-may-not-move", &at, "a `left` trigger may not move the case", help);
                    continue;
                }
            }
            if event == Some(&EventDef::Closed) {
                self.check_after_closing(&at, action);
            }
            self.check_action(&at, action, stage);
        }
    }

    fn check_action(&mut self, at: &At, action: &ActionDef, stage: Option<usize>) {
        match action {
            ActionDef::Set(set) => self.check_set(&at.key("set"), set),
            ActionDef::Plan(plan) => self.check_plan(&at.key("plan"), plan),
            ActionDef::CloseActivities(filter) => {
                self.check_activity_filter(&at.key("close_activities"), filter, false);
            }
            ActionDef::Start(hook) => self.hook(&at.key("start"), hook, stage),
            ActionDef::Cancel(hook) => self.hook(&at.key("cancel"), hook, None),
            ActionDef::OpenCase(open) => self.check_open_case(&at.key("open_case"), open),
            ActionDef::Notify(notify) => self.check_notify(&at.key("notify"), notify),
            ActionDef::Effect(effect) => {
                let at = at.key("effect");
                if effect.kind.is_empty() {
                    self.error_with(
                        "invalid-id",
                        &at.key("kind"),
                        "an effect without a kind",
                        "name its kind",
                    );
                }
                for (name, expression) in effect.payload.iter() {
                    self.expression(&at.key("payload").key(name), expression, None);
                }
            }
            ActionDef::Reopen(to) => self.check_reopen(&at.key("reopen"), to, stage),
            ActionDef::Move(to) => self.check_move_action(&at.key("move"), to, stage),
            ActionDef::Close(close) => self.check_close(&at.key("close"), close, stage),
        }
    }

    fn check_set(&mut self, at: &At, set: &SetDef) {
        let field = self.field(&at.key("field"), &set.field);
        self.expression(&at.key("to"), &set.to, field.map(type_of_field));
    }

    fn check_open_case(&mut self, at: &At, open: &OpenCaseDef) {
        self.id(&at.key("scenario"), &open.scenario);
        let known = ["part_of", "duplicate_of", "follows", "claim_on"];
        self.word(&at.key("link"), "link", &open.link, &known);
        for (name, expression) in open.give.iter() {
            let at = at.key("give").key(name);
            self.name(&at, name);
            self.expression(&at, expression, None);
        }
    }

    fn check_notify(&mut self, at: &At, notify: &NotifyDef) {
        if let Some(role) = &notify.role {
            self.id(&at.key("role"), role);
        }
        if let Some(person) = &notify.person {
            let at = at.key("person");
            let texts = [Type::Text, Type::Nothing, Type::List(Box::new(Type::Text))];
            if let Some(program) = self.expression(&at, person, None)
                && !texts.contains(program.ty())
                && *program.ty() != Type::List(Box::new(Type::Nothing))
            {
                let message = format!("`{}` gives no person: it is a {}", shown(person), program.ty());
                let help = "give a text, or a list of texts";
                self.error_with("condition-type", &at, message, help);
            }
        }
        if notify.role.is_some() && notify.person.is_some() {
            let help = "leave one of them out, or notify twice";
            self.error_with("role-and-person", at, "both a role and a person are told", help);
        }
    }

    fn check_reopen(&mut self, at: &At, to: &str, stage: Option<usize>) {
        if stage.is_some() {
            let help = "on a closed case only the scenario's triggers run: move it there";
            self.error_with("reopen-on-stage", at, "a stage's trigger cannot reopen the case", help);
        }
        if let Some((_, target)) = self.stage(at, to)
            && target.outcome.is_some()
        {
            let message = format!("`{to}` is an outcome, and a case is reopened at an ordinary stage");
            self.error_with("reopen-to-outcome", at, message, "name an ordinary stage");
        }
    }

    pub fn check_move_action(&mut self, at: &At, to: &str, stage: Option<usize>) {
        let Some((position, target)) = self.stage(at, to) else { return };
        if target.outcome.is_some() {
            let message = format!("`{to}` is an outcome");
            self.error_with("move-to-outcome", at, message, format!("write `\"close\": \"{to}\"`"));
            return;
        }
        self.check_drawn(at, position, stage);
    }

    /// The way of a trigger is one of those drawn (M1, M10).
    fn check_drawn(&mut self, at: &At, to: usize, stage: Option<usize>) {
        let name = |at: usize| self.def.stages.get(at).map_or("", |stage| stage.id.as_str());
        if stage == Some(to) {
            let help = "the case stands there already; plan or set what is wanted";
            self.error_with("move-to-itself", at, "a move to the trigger's own stage", help);
        } else if !self.edges.iter().any(|edge| edge.to == to && stage.is_none_or(|from| from == edge.from)) {
            let message = match stage {
                Some(from) => format!("no move is drawn from `{}` to `{}`", name(from), name(to)),
                None => format!("no move is drawn to `{}`", name(to)),
            };
            let help = if self.def.moves.is_some() {
                "draw it under `moves`: a trigger goes the same ways as people"
            } else {
                "without `moves` a case goes to the next stage and back; draw this move under `moves`"
            };
            self.error_with("move-not-drawn", at, message, help);
        }
    }

    pub fn check_close(&mut self, at: &At, close: &CloseCaseDef, stage: Option<usize>) {
        let stage_at = at.key("stage");
        let target = self.stage(&stage_at, &close.stage);
        let outcome = target.and_then(|(_, target)| target.outcome);
        if let Some((position, target)) = target {
            if target.outcome.is_none() {
                let message = format!("`{}` is no outcome", close.stage);
                let help = format!("write `\"move\": \"{}\"`, or name an outcome", close.stage);
                self.error_with("close-on-ordinary", &stage_at, message, help);
            } else {
                self.check_drawn(&stage_at, position, stage);
            }
        }
        self.check_reason_of_close(at, close, outcome, stage);
    }

    fn check_reason_of_close(
        &mut self,
        at: &At,
        close: &CloseCaseDef,
        outcome: Option<StageOutcome>,
        stage: Option<usize>,
    ) {
        let def = self.def;
        let asks = matches!(outcome, Some(StageOutcome::Lost | StageOutcome::Void));
        let void = outcome == Some(StageOutcome::Void);
        let Some(name) = &close.reason else {
            if asks && def.reasons.iter().any(|(_, reason)| reason.void == void) {
                let help = format!("write `{{\"stage\": \"{}\", \"reason\": …}}`", close.stage);
                self.error_with("reason-missing", at, "closing so needs a reason", help);
            }
            return;
        };
        let at = at.key("reason");
        let Some(reason) = def.reasons.get(name) else {
            self.unknown("unknown-reason", &at, "reason", name, def.reasons.names());
            return;
        };
        let from = stage.and_then(|at| def.stages.get(at)).map(|stage| stage.id.as_str());
        if outcome.is_some() && !asks {
            self.error_with("reason-not-here", &at, "only lost and void have a reason", "leave it out");
        } else if asks && reason.void != void {
            let (is, wanted) = if reason.void { ("void", "lost") } else { ("lost", "void") };
            let message = format!("`{}` is a reason for {is}, and this closes as {wanted}", shown(name));
            self.error_with("reason-not-here", &at, message, "name another reason, or another outcome");
        } else if let Some(from) = from
            && !reason.stages.is_empty()
            && !reason.stages.iter().any(|stage| stage == from)
        {
            let message = format!("`{}` cannot be given on `{from}`", shown(name));
            self.error_with("reason-not-here", &at, message, "add the stage to the reason's `stages`");
        } else if reason.comment_required {
            let message = format!("`{}` asks for a comment, which a trigger cannot write", shown(name));
            self.error_with("reason-needs-comment", &at, message, "name a reason without one");
        }
    }

    /// A closed case is told to others, and left as it is (X4).
    fn check_after_closing(&mut self, at: &At, action: &ActionDef) {
        let awaited = |hook: &String| {
            let hooks = self.def.stages.iter().flat_map(|stage| &stage.run);
            hooks.filter(|it| it.id() == hook).any(|it| it.awaited)
        };
        let what = match action {
            ActionDef::Plan(_) => "an activity",
            ActionDef::CloseActivities(_) => "closing activities, which closing the case did,",
            ActionDef::Start(hook) if awaited(hook) => "an awaited process",
            ActionDef::Cancel(_) => "cancelling a process",
            ActionDef::Move(_) => "a move",
            ActionDef::Close(_) => "closing",
            _ => return,
        };
        let message = format!("{what} on a closed case");
        let help = "then a trigger may set a field, notify, make an effect, start a process that is not awaited, \
                    open a linked case, or reopen";
        self.error_with("not-after-closing", at, message, help);
    }
}
