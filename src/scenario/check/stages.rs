//! Stages, what they run and offer, and reasons.

use super::at::At;
use super::checking::{Checking, shown};
use crate::scenario::def::{CommandDef, Kind, OnBad, ProcessDef, StageDef, StageOutcome};
use crate::scenario::graph::fits;

impl Checking<'_> {
    pub fn check_stages(&mut self) {
        let def = self.def;
        let at = At::root().key("stages");
        self.once(
            "stage",
            def.stages.iter().enumerate().map(|(index, it)| (at.index(index).key("id"), it.id.clone())),
        );
        for (index, stage) in def.stages.iter().enumerate() {
            let at = at.index(index);
            self.id(&at.key("id"), &stage.id);
            self.check_stage(&at, index, stage);
            if stage.outcome.is_some() {
                self.check_outcome(&at, stage);
            }
        }
    }

    fn check_stage(&mut self, at: &At, position: usize, stage: &StageDef) {
        self.check_stage_requirements(at, position, stage);
        let plans = at.key("plan");
        self.once("item", stage.plan.iter().enumerate().map(|(index, plan)| (plans.index(index), plan.id())));
        for (index, plan) in stage.plan.iter().enumerate() {
            self.check_plan(&plans.index(index), plan);
        }
        let hooks = at.key("run");
        self.once(
            "process",
            stage.run.iter().enumerate().map(|(index, hook)| (hooks.index(index), hook.id().to_owned())),
        );
        for (index, hook) in stage.run.iter().enumerate() {
            self.check_hook(&hooks.index(index), hook, position);
        }
        let commands = at.key("commands");
        let ids = stage.commands.iter().enumerate();
        self.once("command", ids.map(|(index, it)| (commands.index(index).key("id"), it.id.clone())));
        for (index, command) in stage.commands.iter().enumerate() {
            self.check_command(&commands.index(index), command);
        }
        self.check_triggers(&at.key("triggers"), &stage.triggers, Some(position));
        if let Some(limit) = &stage.limit {
            self.check_limit(&at.key("limit"), limit);
        }
        if let Some(pause) = &stage.pause {
            self.condition(&at.key("pause").key("when"), &pause.when, false);
        }
        if stage.probability.is_some_and(|chance| chance > 100) {
            let message = "a chance of more than 100 per cent";
            self.error_with("probability-wrong", &at.key("probability"), message, "write 0 to 100");
        }
    }

    /// A case that stands on an outcome is closed: nothing waits for it there.
    fn check_outcome(&mut self, at: &At, stage: &StageDef) {
        let help = "the case is closed here: leave it out";
        for (key, given) in [
            ("plan", !stage.plan.is_empty()),
            ("run", !stage.run.is_empty()),
            ("commands", !stage.commands.is_empty()),
            ("limit", stage.limit.is_some()),
            ("pause", stage.pause.is_some()),
            ("leave", !stage.leave.need.is_empty()),
            ("nothing_planned", stage.nothing_planned.is_some()),
        ] {
            if given {
                self.error_with("not-on-outcome", &at.key(key), format!("`{key}` on an outcome"), help);
            }
        }
        if let Some(outcome) = stage.outcome
            && !fits(self.def.kind, outcome)
        {
            let (message, help) = match self.def.kind {
                Kind::Funnel => ("a result in a funnel", "a funnel ends `won`, `lost` or `void`"),
                Kind::Process => {
                    ("won, lost or void in a process", "a process ends with `result` or `bad_result`")
                }
                Kind::Document => {
                    ("won, lost or void on a document", "a document ends with `result` or `bad_result`")
                }
            };
            self.error_with("outcome-kind-wrong", &at.key("outcome"), message, help);
        }
    }

    fn check_hook(&mut self, at: &At, hook: &ProcessDef, position: usize) {
        if let Some(id) = &hook.id {
            self.name(&at.key("id"), id);
        } else if hook.process.contains('-') {
            let message = format!("conditions cannot read `processes.{}`", shown(&hook.process));
            let help = "a `-` would be a minus there: give this process an `id` without one";
            self.error_with("invalid-name", &at.key("process"), message, help);
        }
        if hook.id.is_some() || hook.process.contains('-') {
            self.id(&at.key("process"), &hook.process);
        } else {
            self.name(&at.key("process"), &hook.process);
        }
        if let Some(when) = &hook.when {
            self.condition(&at.key("when"), when, false);
        }
        for (name, expression) in hook.give.iter() {
            let at = at.key("give").key(name);
            self.name(&at, name);
            self.expression(&at, expression, None);
        }
        for (name, from) in hook.take.iter() {
            let at = at.key("take").key(name);
            self.field(&at, name);
            self.name(&at, from);
        }
        for (index, result) in hook.good.iter().enumerate() {
            self.id(&at.key("good").index(index), result);
        }
        let bad = at.key("on_bad");
        match &hook.on_bad {
            OnBad::Stay => {}
            OnBad::Move(to) => self.check_move_action(&bad.key("move"), to, Some(position)),
            OnBad::Close(close) => self.check_close(&bad.key("close"), close, Some(position)),
        }
        for (index, field) in hook.void_on.iter().enumerate() {
            self.field(&at.key("void_on").index(index), field);
        }
        if let Some(limit) = &hook.limit {
            self.check_limit(&at.key("limit"), limit);
        }
    }

    fn check_command(&mut self, at: &At, command: &CommandDef) {
        self.id(&at.key("id"), &command.id);
        if let Some(who) = &command.who {
            self.who(&at.key("who"), who);
        }
        if let Some(when) = &command.when {
            self.condition(&at.key("when"), when, true);
        }
        for (index, field) in command.ask.iter().enumerate() {
            self.field(&at.key("ask").index(index), field);
        }
    }

    /// Where a process closes that is cancelled from above (P5).
    pub fn check_cancelled(&mut self) {
        let def = self.def;
        let at = At::root().key("cancelled");
        let Some(stage) = &def.cancelled else { return };
        let outcome = self.stage(&at, stage).map(|(_, target)| target.outcome);
        match outcome {
            Some(None) => {
                let message = format!("`{}` is no outcome", shown(stage));
                self.error_with("close-on-ordinary", &at, message, "name an outcome's stage");
            }
            Some(Some(outcome)) if crate::scenario::graph::is_good(outcome) => {
                let message = format!("`{}` is a good end, and what is cancelled has none", shown(stage));
                self.error_with("cancelled-good", &at, message, "name a `bad_result` or `void` stage");
            }
            _ => {}
        }
    }

    pub fn check_reasons(&mut self) {
        let def = self.def;
        let at = At::root().key("reasons");
        for (name, reason) in def.reasons.iter() {
            let at = at.key(name);
            self.id(&at, name);
            for (index, stage) in reason.stages.iter().enumerate() {
                let at = at.key("stages").index(index);
                if let Some((_, target)) = self.stage(&at, stage)
                    && target.outcome.is_some()
                {
                    let message = format!("`{}` is an outcome: nothing is closed from there", shown(stage));
                    self.error_with("reason-on-outcome", &at, message, "name ordinary stages");
                }
            }
        }
        if def.kind != Kind::Funnel {
            return;
        }
        let has = |outcome: StageOutcome| def.stages.iter().any(|stage| stage.outcome == Some(outcome));
        if def.reasons.is_empty() {
            if has(StageOutcome::Lost) {
                let help = "list them under `reasons`: without them no report says why clients are lost";
                self.lint("no-reasons", &At::root(), "a funnel without reasons for losing", help);
            }
            return;
        }
        for (outcome, void, word) in [(StageOutcome::Lost, false, "lost"), (StageOutcome::Void, true, "void")]
        {
            let given = def.reasons.iter().any(|(_, reason)| reason.void == void);
            if has(outcome) && !given {
                let message = format!("no reason for closing as {word}: it could never be done");
                let help = if void { "add one with `\"void\": true`" } else { "add one without `void`" };
                self.error_with("no-reason-for-outcome", &at, message, help);
            }
            if given && !has(outcome) {
                let message = format!("reasons for closing as {word}, and no such outcome");
                let help = format!("add a stage with `\"outcome\": \"{word}\"`, or leave them out");
                self.lint("reason-never-used", &at, message, help);
            }
        }
    }
}
