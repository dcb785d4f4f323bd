//! What adopting does to every case of a stage alike, so that it is looked up once and not for each.

use super::line::Line;
use crate::case::{Adoption, Context};
use crate::scenario::Scenario;
use crate::scenario::edit::{RuleChange, changed_rules};
use crate::scenario::graph::{edges, is_good, reaching};
use crate::scenario::model::{Stage, Trigger};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The cases of one stage.
pub(super) struct Stand {
    /// The stage onto which they come; none where it is not there, or cannot be.
    pub to: Option<usize>,
    /// What happens to each of them.
    pub lines: Vec<Line>,
}

/// What both versions say of every stage of the earlier one, by its position.
pub(super) fn stands(old: &Scenario, new: &Scenario, adoption: &Adoption, ctx: &Context) -> Vec<Stand> {
    let changed = changed_rules(&old.def, &new.def);
    let (won_before, won_after) = (winning(old), winning(new));
    let lines = |at: usize, stage: &Stage, to: usize, target: &Stage| {
        let mut lines = Vec::new();
        if stage.id != target.id {
            lines.push(Line::Moved { from: stage.id.clone(), to: target.id.clone() });
        }
        rules(&changed, adoption, stage, target, &mut lines);
        triggers((old, stage), (new, target), ctx, &mut lines);
        if won_before.contains(&at) && !won_after.contains(&to) {
            lines.push(Line::NoGoodOutcome { stage: target.id.clone() });
        }
        lines
    };
    let stand = |(at, stage): (usize, &Stage)| {
        let name = adoption.stages.get(&stage.id).unwrap_or(&stage.id);
        let to = new.stage_index(name);
        let target = to.and_then(|to| new.stages.get(to).map(|stage| (to, stage)));
        let target = target.filter(|(_, target)| target.outcome == stage.outcome);
        let lines = target.map(|(to, target)| lines(at, stage, to, target)).unwrap_or_default();
        Stand { to: target.map(|(to, _)| to), lines }
    };
    old.stages.iter().enumerate().map(stand).collect()
}

/// The stages from which a way leads to a good outcome.
fn winning(scenario: &Scenario) -> BTreeSet<usize> {
    let stages = scenario.stages.iter().enumerate();
    let good = stages.filter(|(_, stage)| stage.outcome.is_some_and(is_good)).map(|(at, _)| at);
    reaching(&edges(&scenario.def), good)
}

/// The rules that changed under the cases: of their stage, where they stay on it, and of the scenario.
fn rules(
    changed: &BTreeMap<String, RuleChange>,
    adoption: &Adoption,
    stage: &Stage,
    target: &Stage,
    lines: &mut Vec<Line>,
) {
    let stays = stage.id == target.id;
    for (rule, change) in changed {
        let of = rule.split('/').next().unwrap_or_default();
        if of.is_empty() || (stays && of == target.id) {
            let fate = adoption.fate(rule).unwrap_or_default();
            lines.push(Line::Rule { rule: rule.clone(), change: *change, fate });
        }
    }
}

/// The triggers that are live on one of the two stages only (T3).
fn triggers(
    (old, stage): (&Scenario, &Stage),
    (new, target): (&Scenario, &Stage),
    ctx: &Context,
    lines: &mut Vec<Line>,
) {
    let before = live(old, stage, ctx);
    let after = live(new, target, ctx);
    let same = |a: &str, b: &str| a == b || renamed(a, &stage.id, &target.id) == b;
    for trigger in after.iter().filter(|it| !before.iter().any(|known| same(known, it))) {
        lines.push(Line::TriggerGained { trigger: (*trigger).to_owned() });
    }
    for trigger in before.iter().filter(|it| !after.iter().any(|known| same(it, known))) {
        lines.push(Line::TriggerLost { trigger: (*trigger).to_owned() });
    }
}

fn live<'s>(scenario: &'s Scenario, stage: &'s Stage, ctx: &Context) -> Vec<&'s str> {
    let is_on = |it: &&Trigger| {
        let switch = ctx.switches.iter().find(|switch| switch.trigger == it.rule);
        switch.map_or(it.enabled, |switch| switch.on)
    };
    stage.triggers.iter().chain(&scenario.triggers).filter(is_on).map(|it| it.rule.as_str()).collect()
}

/// A rule's name under another name of its stage.
pub(super) fn renamed<'r>(rule: &'r str, from: &str, to: &str) -> Cow<'r, str> {
    match rule.strip_prefix(from) {
        Some(rest) if rest.starts_with('/') && from != to => Cow::Owned(format!("{to}{rest}")),
        _ => Cow::Borrowed(rule),
    }
}
