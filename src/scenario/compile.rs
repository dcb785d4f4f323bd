//! Compiling: a checked definition becomes what the engine runs.

use super::Scenario;
use super::def::{
    ActionDef, Assignee, Color, Definition, EventDef, FieldMoment, Named, Need, Needed, OnBad, OneOrMany,
    PlanDef, ProcessDef, ProcessFilter, Repeat, RequirementDef, StageDef, Text, TriggerDef, Who,
};
use super::model::{
    Action, Ask, Command, Edge, Field, Hook, Kind, Limit, Next, Outcome, Plan, PlanGroup, Requirement,
    Rights, Stage, Trigger, plan_rule,
};
use super::names::{Meaning, Names, field_type, kinds, names};
use crate::calendar::Calendar;
use crate::case::{LinkKind, ScenarioRef};
use crate::condition::{Options, Program, Type};
use crate::source::Defect;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What compiling knows: the names, and the first thing that did not compile.
pub(super) struct Compiler<'a> {
    pub(super) def: &'a Definition,
    names: &'a Names,
    stages: BTreeMap<&'a str, usize>,
    pub(super) defects: Vec<Defect>,
    /// Programs of the part that is being compiled, for C9.
    read: Vec<Program>,
}

/// Compiles a definition that `check` found no defect in.
pub(super) fn compile(def: Definition) -> Result<Scenario, Vec<Defect>> {
    let names = names(&def);
    let stages = def.stages.iter().enumerate().map(|(i, stage)| (stage.id.as_str(), i)).collect();
    let mut compiler = Compiler { def: &def, names: &names, stages, defects: Vec::new(), read: Vec::new() };
    let rights = compiler.rights();
    let intake = compiler.intake();
    let fields = compiler.fields();
    let fact_rights: Vec<_> =
        def.facts.iter().map(|(_, fact)| fact.see.as_ref().map(|who| compiler.limit(who))).collect();
    let document_rights: Vec<_> =
        def.documents.iter().map(|(_, it)| it.see.as_ref().map(|who| compiler.limit(who))).collect();
    let kinds = compiler.kinds();
    compiler.read.clear();
    let triggers: Vec<Trigger> = def.triggers.iter().map(|trigger| compiler.trigger(trigger, None)).collect();
    let shared = std::mem::take(&mut compiler.read);
    let mut compiled = Vec::new();
    for (i, stage) in def.stages.iter().enumerate() {
        compiler.read.clone_from(&shared);
        let mut stage = compiler.stage(i, stage);
        let read = std::mem::take(&mut compiler.read);
        (stage.facts, stage.keyed) = facts_of(&names, read);
        compiled.push(stage);
    }
    let edges = compiler.edges(&mut compiled);
    reach(&mut compiled, &triggers);
    let mut calendars = Vec::new();
    for choice in &def.calendars {
        match (Calendar::compile(&choice.calendar), compiler.condition(&choice.when)) {
            (Ok(calendar), Some(when)) => calendars.push((choice.id.clone(), when, calendar)),
            _ => {
                compiler.defects.push(Defect::error("calendar", "/calendars", "a calendar does not compile"))
            }
        }
    }
    let calendar = Calendar::compile(&def.calendar.clone().unwrap_or_default())
        .map_err(|_| vec![Defect::error("calendar", "/calendar", "the calendar does not compile")])?;
    if !compiler.defects.is_empty() {
        return Err(compiler.defects);
    }
    let hash = hash(&def);
    let reference = ScenarioRef { id: def.id.clone(), version: def.version, hash };
    let index = def.stages.iter().enumerate().map(|(i, stage)| (stage.id.clone(), i)).collect();
    let mut scenario = Scenario {
        reference,
        names,
        calendar,
        calendars,
        fields,
        fact_rights,
        document_rights,
        kinds,
        stages: compiled,
        index,
        triggers,
        edges,
        intake,
        rights,
        field_timers: BTreeMap::new(),
        overdue_timers: false,
        process_timers: false,
        def,
    };
    scenario.note_timers();
    Ok(scenario)
}

/// The content hash: the first 128 bits of SHA-256 over the definition's JSON, in hexadecimal.
fn hash(def: &Definition) -> String {
    // The definition is plain data: maps keep their order, so the same content gives the same bytes.
    let bytes = serde_json::to_vec(def).unwrap_or_default();
    let digest = Sha256::digest(&bytes);
    digest.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        text
    })
}

/// The facts that programs read, and the programs that read keyed ones.
fn facts_of(names: &Names, programs: Vec<Program>) -> (Vec<usize>, Vec<Program>) {
    let fact = |slot: &crate::condition::Slot| match names.meanings.get(slot.0 as usize) {
        Some(Meaning::Fact(position)) => Some(*position),
        _ => None,
    };
    let facts: BTreeSet<usize> =
        programs.iter().flat_map(|program| program.slots().iter().filter_map(fact)).collect();
    let keyed = programs.into_iter().filter(|program| !program.keyed_slots().is_empty()).collect();
    (facts.into_iter().collect(), keyed)
}

/// The stages that triggers can reach from each stage.
fn reach(stages: &mut [Stage], triggers: &[Trigger]) {
    let targets = |triggers: &[Trigger]| -> Vec<usize> {
        let actions = triggers.iter().flat_map(|trigger| trigger.actions.iter());
        actions
            .filter_map(|action| match action {
                Action::Move(stage) | Action::Close { stage, .. } => Some(*stage),
                _ => None,
            })
            .collect()
    };
    let shared = targets(triggers);
    let direct: Vec<Vec<usize>> = stages.iter().map(|stage| targets(&stage.triggers)).collect();
    for (i, stage) in stages.iter_mut().enumerate() {
        let mut found = BTreeSet::from([i]);
        let mut ahead = vec![i];
        while let Some(at) = ahead.pop() {
            for next in direct.get(at).into_iter().flatten().chain(&shared) {
                if found.insert(*next) {
                    ahead.push(*next);
                }
            }
        }
        stage.reach = found.into_iter().collect();
    }
}

impl Compiler<'_> {
    fn program(&mut self, text: &str, options: &Options) -> Option<Program> {
        match Program::compile(text, &self.names.declarations, options) {
            Ok(program) => {
                self.read.push(program.clone());
                Some(program)
            }
            Err(errors) => {
                let first = errors.first().map_or(String::new(), |error| error.message().to_owned());
                self.defects.push(Defect::error("condition", "", format!("`{text}`: {first}")));
                None
            }
        }
    }

    /// A condition. Whether `now` may stand in it was checked where its place is known.
    fn condition(&mut self, text: &str) -> Option<Program> {
        self.program(text, &Options::condition().with_now())
    }

    fn maybe(&mut self, text: Option<&String>) -> Option<Program> {
        text.and_then(|text| self.condition(text))
    }

    fn expression(&mut self, text: &str, expect: Option<Type>) -> Option<Program> {
        self.program(text, &Options { may_use_now: true, expect })
    }

    fn limit(&mut self, who: &Who) -> Limit {
        Limit { roles: who.roles.clone(), when: self.maybe(who.when.as_ref()) }
    }

    fn who(&mut self, who: Option<&Who>) -> Option<Limit> {
        who.map(|who| self.limit(who))
    }

    fn rights(&mut self) -> Rights {
        let rights = &self.def.rights;
        Rights {
            open: self.who(rights.open.as_ref()),
            r#move: self.who(rights.r#move.as_ref()),
            close: self.who(rights.close.as_ref()),
            reopen: self.who(rights.reopen.as_ref()),
            r#override: self.who(rights.r#override.as_ref()),
            hand_over: self.who(rights.hand_over.as_ref()),
            activities: self.who(rights.activities.as_ref()),
            contacts: self.who(rights.contacts.as_ref()),
            correct: self.who(rights.correct.as_ref()),
            report: self.who(rights.report.as_ref()),
            import: self.who(rights.import.as_ref()),
            erase: self.who(rights.erase.as_ref()),
            switch: self.who(rights.switch.as_ref()),
            edit: self.who(rights.edit.as_ref()),
        }
    }

    fn fields(&mut self) -> Vec<Field> {
        let def = self.def;
        def.fields
            .iter()
            .map(|(_, field)| Field {
                def: field.clone(),
                pattern: field.pattern.as_deref().and_then(|pattern| self.pattern(pattern)),
                see: self.who(field.see.as_ref()),
                edit: self.who(field.edit.as_ref()),
            })
            .collect()
    }

    fn pattern(&mut self, pattern: &str) -> Option<regex_lite::Regex> {
        match regex_lite::Regex::new(&format!("^(?:{pattern})$")) {
            Ok(regex) => Some(regex),
            Err(error) => {
                self.defects.push(Defect::error("pattern", "", format!("`{pattern}`: {error}")));
                None
            }
        }
    }

    fn kinds(&mut self) -> BTreeMap<String, Kind> {
        let def = self.def;
        kinds(def)
            .into_iter()
            .map(|kind| {
                let outcomes = kind.outcomes.iter().map(|(id, outcome)| {
                    let next = outcome.and_then(|outcome| outcome.next.as_ref()).map(|next| Next {
                        def: next.clone(),
                        plan: next.plan.as_ref().map(|plan| self.plan(&format!("kind/{}", kind.name), plan)),
                        after_that: self.actions(&next.after_that),
                    });
                    let compiled = Outcome {
                        bad: outcome.is_some_and(|outcome| outcome.bad),
                        ask: outcome.map(|outcome| outcome.ask.clone()).unwrap_or_default(),
                        next,
                    };
                    ((*id).to_owned(), compiled)
                });
                (kind.name.to_owned(), Kind { interaction: kind.interaction, outcomes: outcomes.collect() })
            })
            .collect()
    }

    fn requirement(&mut self, place: &str, def: &RequirementDef) -> Option<Requirement> {
        let ask = match &def.need {
            Need::Field { field, min, max, pattern, among } => Ask::Field {
                field: field.clone(),
                position: self.def.fields.position(field)?,
                min: min.clone(),
                max: max.clone(),
                pattern: pattern.as_deref().and_then(|pattern| self.pattern(pattern)),
                among: among.clone(),
            },
            Need::That(condition) => Ask::That(self.condition(condition)?),
            Need::Party(role) => Ask::Party(role.clone()),
        };
        Some(Requirement {
            rule: format!("{place}/{}", def.id()),
            ask,
            when: self.maybe(def.when.as_ref()),
            keep: def.keep,
            or_say: def.or_say.clone(),
            deadline: def.deadline,
        })
    }

    fn plan(&mut self, place: &str, def: &PlanDef) -> Plan {
        let (role, person) = match &def.assignee {
            Assignee::Responsible => (None, None),
            Assignee::Role(role) => (Some(role.clone()), None),
            Assignee::Person(expression) => (None, self.expression(expression, Some(Type::Text))),
        };
        let group = def.group.as_ref().and_then(|group| {
            let each = self.expression(&group.each, Some(Type::List(Box::new(Type::Text))))?;
            let count = match &group.needed {
                Needed::Count(count) => self.expression(count, Some(Type::Decimal)),
                _ => None,
            };
            Some(PlanGroup { each, count, def: group.clone() })
        });
        Plan {
            rule: plan_rule(place, def),
            item: def.id(),
            kind: def.kind.clone(),
            title: def.title.clone(),
            due: def.due.clone(),
            mandatory: def.mandatory,
            role,
            person,
            when: self.maybe(def.when.as_ref()),
            once: def.once,
            group,
            not_by: def.not_by.clone(),
            script: def.script.clone(),
        }
    }

    fn named(&mut self, programs: &Named<String>) -> Vec<(String, Program)> {
        programs
            .iter()
            .filter_map(|(name, text)| self.expression(text, None).map(|program| (name.to_owned(), program)))
            .collect()
    }

    fn actions(&mut self, actions: &OneOrMany<ActionDef>) -> Vec<Action> {
        actions.iter().filter_map(|action| self.action(action)).collect()
    }

    fn action(&mut self, action: &ActionDef) -> Option<Action> {
        Some(match action {
            ActionDef::Set(set) => {
                let expect = field_type(self.def, &set.field);
                Action::Set { field: set.field.clone(), to: self.expression(&set.to, expect)? }
            }
            ActionDef::Plan(plan) => Action::Plan(Box::new(self.plan("trigger", plan))),
            ActionDef::CloseActivities(filter) => Action::CloseActivities(filter.clone()),
            ActionDef::Start(hook) => Action::Start(hook.clone()),
            ActionDef::Cancel(hook) => Action::Cancel(hook.clone()),
            ActionDef::OpenCase(open) => Action::OpenCase {
                scenario: open.scenario.clone(),
                link: match open.link.as_str() {
                    "part_of" => LinkKind::PartOf,
                    "duplicate_of" => LinkKind::DuplicateOf,
                    "claim_on" => LinkKind::ClaimOn,
                    _ => LinkKind::Follows,
                },
                give: self.named(&open.give),
            },
            ActionDef::Notify(notify) => Action::Notify {
                role: notify.role.clone(),
                person: notify.person.as_ref().and_then(|text| self.expression(text, None)),
                text: notify.text.clone(),
            },
            ActionDef::Effect(effect) => Action::Effect {
                kind: effect.kind.clone(),
                lane: effect.lane.clone().unwrap_or_else(|| effect.kind.clone()),
                payload: self.named(&effect.payload),
            },
            ActionDef::Reopen(stage) => Action::Reopen(stage.clone()),
            ActionDef::Move(stage) => Action::Move(*self.stages.get(stage.as_str())?),
            ActionDef::Close(close) => {
                Action::Close { stage: *self.stages.get(close.stage.as_str())?, reason: close.reason.clone() }
            }
        })
    }

    fn trigger(&mut self, def: &TriggerDef, stage: Option<(usize, &str)>) -> Trigger {
        let becomes = match &def.on {
            EventDef::Becomes(condition) => self.condition(condition),
            _ => None,
        };
        let mut trigger = Trigger {
            rule: format!("{}/trigger/{}", stage.map_or("", |(_, id)| id), def.id),
            title: def.title.clone(),
            stage: stage.map(|(i, _)| i),
            on: def.on.clone(),
            becomes,
            condition: self.maybe(def.condition.as_ref()),
            actions: self.actions(&def.actions),
            enabled: def.enabled,
            repeat: def.repeat,
        };
        // What a trigger plans is known by the trigger.
        for action in &mut trigger.actions {
            if let Action::Plan(plan) = action {
                plan.rule.clone_from(&trigger.rule);
            }
        }
        trigger
    }

    fn triggers(&mut self, order: usize, def: &StageDef) -> Vec<Trigger> {
        let mut triggers: Vec<Trigger> =
            def.triggers.iter().map(|it| self.trigger(it, Some((order, &def.id)))).collect();
        triggers.extend(def.run.iter().filter_map(|hook| self.on_bad(hook, order, &def.id)));
        triggers
    }

    /// What a bad result does is done as a trigger does it, after those of the stage, under the hook's own name (P1).
    fn on_bad(&self, hook: &ProcessDef, order: usize, stage: &str) -> Option<Trigger> {
        let at = |stage: &str| self.stages.get(stage).copied();
        let action = match &hook.on_bad {
            OnBad::Stay => return None,
            OnBad::Move(stage) => Action::Move(at(stage)?),
            OnBad::Close(close) => Action::Close { stage: at(&close.stage)?, reason: close.reason.clone() },
        };
        let filter = ProcessFilter { process: Some(hook.id().to_owned()), result: None, good: Some(false) };
        Some(Trigger {
            rule: format!("{stage}/run/{}", hook.id()),
            title: Text::default(),
            stage: Some(order),
            on: EventDef::Finished(filter),
            becomes: None,
            condition: None,
            actions: vec![action],
            enabled: true,
            repeat: Repeat::Never,
        })
    }

    fn stage(&mut self, order: usize, def: &StageDef) -> Stage {
        let id = def.id.as_str();
        let enter = format!("{id}/enter");
        let leave = format!("{id}/leave");
        Stage {
            id: def.id.clone(),
            title: def.title.clone(),
            order: u32::try_from(order).unwrap_or(u32::MAX),
            outcome: def.outcome,
            enter: def.enter.need.iter().filter_map(|need| self.requirement(&enter, need)).collect(),
            leave: def.leave.need.iter().filter_map(|need| self.requirement(&leave, need)).collect(),
            close: def.enter.close.clone(),
            items: def.plan.iter().map(|plan| self.plan(id, plan)).collect(),
            hooks: def
                .run
                .iter()
                .map(|hook| Hook {
                    rule: format!("{id}/run/{}", hook.id()),
                    id: hook.id().to_owned(),
                    when: self.maybe(hook.when.as_ref()),
                    give: self.named(&hook.give),
                    def: hook.clone(),
                })
                .collect(),
            commands: def
                .commands
                .iter()
                .map(|command| Command {
                    id: command.id.clone(),
                    title: command.title.clone(),
                    who: self.who(command.who.as_ref()),
                    when: self.maybe(command.when.as_ref()),
                    ask: command.ask.clone(),
                })
                .collect(),
            triggers: self.triggers(order, def),
            limit: def.limit,
            pause: def.pause.as_ref().and_then(|pause| self.condition(&pause.when)),
            nothing_planned: def.nothing_planned.or(self.def.nothing_planned).unwrap_or(Color::Yellow),
            enter_rule: enter,
            facts: Vec::new(),
            keyed: Vec::new(),
            reach: Vec::new(),
        }
    }

    fn edges(&mut self, stages: &mut [Stage]) -> Vec<Vec<Edge>> {
        let mut edges: Vec<Vec<Edge>> = stages.iter().map(|_| Vec::new()).collect();
        let mut read: Vec<Vec<Program>> = stages.iter().map(|_| Vec::new()).collect();
        for edge in super::graph::edges(self.def) {
            self.read.clear();
            let drawn = edge.drawn.and_then(|i| self.def.moves.as_ref()?.get(i));
            let compiled = Edge {
                to: edge.to,
                title: drawn.map(|drawn| drawn.title.clone()).unwrap_or_default(),
                condition: self.maybe(drawn.and_then(|drawn| drawn.condition.as_ref())),
                or_say: drawn.map(|drawn| drawn.or_say.clone()).unwrap_or_default(),
                who: self.who(drawn.and_then(|drawn| drawn.who.as_ref())),
                not_by: drawn.map(|drawn| drawn.not_by.clone()).unwrap_or_default(),
            };
            if let (Some(from), Some(read)) = (edges.get_mut(edge.from), read.get_mut(edge.from)) {
                from.push(compiled);
                read.append(&mut self.read);
            }
        }
        for (stage, read) in stages.iter_mut().zip(read) {
            let (facts, keyed) = facts_of(self.names, read);
            stage.facts.extend(facts);
            stage.facts.sort_unstable();
            stage.facts.dedup();
            stage.keyed.extend(keyed);
        }
        edges
    }
}

impl Scenario {
    /// Notes which timers have to be armed when fields, activities and processes change.
    fn note_timers(&mut self) {
        let mut fields: BTreeMap<String, Vec<FieldTimer>> = BTreeMap::new();
        let all = self.stages.iter().flat_map(|stage| stage.triggers.iter()).chain(&self.triggers);
        for trigger in all {
            match &trigger.on {
                EventDef::Moment(moment) => {
                    fields.entry(moment.field.clone()).or_default().push(FieldTimer {
                        rule: trigger.rule.clone(),
                        stage: trigger.stage,
                        moment: moment.clone(),
                    })
                }
                EventDef::Overdue(_) => self.overdue_timers = true,
                EventDef::ProcessOverdue(_) => self.process_timers = true,
                _ => {}
            }
        }
        self.field_timers = fields;
    }
}

/// A trigger whose moment comes from a field (T8).
#[derive(Debug, Clone)]
pub(crate) struct FieldTimer {
    pub rule: String,
    pub stage: Option<usize>,
    pub moment: FieldMoment,
}
