//! `evaluate`: what a case is, what can be done with it, and what is missing where it cannot (A3–A5, K1, K2, T6, T8, T10).

use super::judge::{InputNames, Judge};
use super::moves::Mover;
use super::running::ProcessView;
use super::why::{TriggerView, why_not};
use crate::case::{
    Activity, Case, CloseInput, Context, DocumentState, DueState, FactState, Light, Missing, Timer, Wish,
};
use crate::scenario::Scenario;
use crate::scenario::def::{DocumentDef, EventDef, FactDef, FactGroupDef, StageOutcome, SumDef, Text};
use crate::{Moment, Value};
use rust_decimal::Decimal;

/// A case as an actor may see it; borrowed, and without texts, which are rendered on demand.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct View<'a> {
    /// The light; none for a closed case (A6).
    pub light: Option<Light<'a>>,
    /// Every stage to which a move is drawn, and what is missing for it.
    pub moves: Vec<MoveView<'a>>,
    /// Every command of the stage, and what is missing for it (K1).
    pub commands: Vec<CommandView<'a>>,
    /// Open activities, oldest first.
    pub activities: &'a [Activity],
    /// Moves of triggers that are held up, and what is missing now (T6).
    pub wishes: Vec<WishView<'a>>,
    /// Its processes: what runs, what is waited for, what can be started by hand (P1).
    pub processes: Vec<ProcessView<'a>>,
    /// Debts that stand (M11), with what they ask as the actor may be told.
    pub debts: Vec<DebtView<'a>>,
    /// Timers that are armed; those of a field that the actor may not see are left out.
    pub timers: Vec<&'a Timer>,
    /// Timers that are not, and why (T8).
    pub unarmed: Vec<Unarmed<'a>>,
    /// The fields that the actor may see, in the scenario's order.
    pub fields: Vec<(&'a str, Option<&'a Value>)>,
    /// The facts that the actor may see, in their groups (K2).
    pub facts: Vec<FactGroup<'a>>,
    /// The documents that the case has gathered, by kind, with their sums (P4); of a kind that the actor may not see
    /// there is nothing. Kinds that the scenario declares come first and in its order, also those without documents.
    pub documents: Vec<DocumentGroup<'a>>,
    /// Why each live trigger has not fired, where that was asked for (T10).
    pub triggers: Vec<TriggerView<'a>>,
}

/// A move or closing that is drawn from here.
#[derive(Debug, Clone)]
pub struct MoveView<'a> {
    /// The stage to which it leads.
    pub to: &'a str,
    /// That stage's title.
    pub label: &'a Text,
    /// The move's own title, where it has one.
    pub title: &'a Text,
    /// What closing there means; none for a move.
    pub outcome: Option<StageOutcome>,
    /// What is missing; permitted where nothing is. A reason for losing is asked for, not missing.
    pub missing: Vec<Missing>,
}

impl MoveView<'_> {
    /// Whether it can be made now.
    #[must_use]
    pub const fn is_permitted(&self) -> bool {
        self.missing.is_empty()
    }
}

/// A command of the stage (K1).
#[derive(Debug, Clone)]
pub struct CommandView<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its title.
    pub title: &'a Text,
    /// The fields that it asks for.
    pub ask: &'a [String],
    /// What is missing; permitted where nothing is. A field that is asked for is not missing.
    pub missing: Vec<Missing>,
}

/// A wish, and what is missing now.
#[derive(Debug, Clone)]
pub struct WishView<'a> {
    /// The trigger whose move is held up.
    pub trigger: &'a str,
    /// The stage to which it would move or close.
    pub to: &'a str,
    /// Since when.
    pub since: Moment,
    /// What is missing now.
    pub missing: Vec<Missing>,
}

/// A debt as the actor may be told it.
#[derive(Debug, Clone)]
pub struct DebtView<'a> {
    /// Its id, by which it can be waived.
    pub id: &'a str,
    /// When it arose.
    pub since: Moment,
    /// By when it must be met.
    pub due: Option<DueState>,
    /// What it asks.
    pub missing: Missing,
}

/// A timer that is not armed (T8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unarmed<'a> {
    /// The trigger.
    pub trigger: &'a str,
    /// The field that is empty.
    pub field: &'a str,
}

/// Facts in one group (K2).
#[derive(Debug, Clone)]
pub struct FactGroup<'a> {
    /// The group's id; empty for facts without one.
    pub id: &'a str,
    /// Its title, where the scenario gives one.
    pub group: Option<&'a FactGroupDef>,
    /// Its facts.
    pub facts: Vec<FactView<'a>>,
}

/// One fact (K2): its value with both times, or unknown and why; of a keyed one each key that is known.
#[derive(Debug, Clone, Copy)]
pub struct FactView<'a> {
    /// Its name.
    pub name: &'a str,
    /// What the scenario says of it: title, unit.
    pub def: &'a FactDef,
    /// What is known; none where it was never learnt.
    pub state: Option<&'a FactState>,
}

/// The documents of one kind (P4).
#[derive(Debug, Clone)]
pub struct DocumentGroup<'a> {
    /// The kind.
    pub kind: &'a str,
    /// What the scenario says of it; none for a kind that it does not declare, of which nothing is added up.
    pub def: Option<&'a DocumentDef>,
    /// The sums over those in force.
    pub sums: Vec<SumView<'a>>,
    /// The documents, in the order in which they came.
    pub documents: Vec<DocumentView<'a>>,
}

impl DocumentGroup<'_> {
    /// How many of them are in force.
    #[must_use]
    pub fn in_force(&self) -> usize {
        self.documents.iter().filter(|it| it.in_force).count()
    }

    /// The one to which something happened last, by when it happened.
    #[must_use]
    pub fn last(&self) -> Option<&DocumentState> {
        self.documents.iter().map(|it| it.state).max_by_key(|it| it.at)
    }
}

/// One sum over the documents of a kind that are in force (P4).
#[derive(Debug, Clone)]
pub struct SumView<'a> {
    /// Its name.
    pub name: &'a str,
    /// What the scenario says of it: title, unit.
    pub def: &'a SumDef,
    /// The sum; none while it is unknown (C8).
    pub value: Option<Decimal>,
    /// The documents in force that make it unknown, since they lack it or tell what is no number.
    pub unknown: Vec<&'a str>,
}

/// One document.
#[derive(Debug, Clone, Copy)]
pub struct DocumentView<'a> {
    /// What is known of it.
    pub state: &'a DocumentState,
    /// Whether it is in force, and counts.
    pub in_force: bool,
}

/// How much of a view is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Brief,
    Usual,
    Full,
}

impl Scenario {
    /// What the case is at a moment, and what can be done with it, as the context's actor may see it (G2).
    ///
    /// Pure: it changes nothing, and the same arguments give the same view.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let view = scenario.evaluate(opened.case(), &ctx);
    /// assert!(view.light.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn evaluate<'a>(&'a self, case: &'a Case, ctx: &'a Context) -> View<'a> {
        self.view(case, ctx, Depth::Usual)
    }

    /// Only what an adoption is weighed by: moves, debts, timers and the light; all else is empty (V4). What moves miss is
    /// there whole, also what the actor may not be told (G2): whoever shows it tells it first.
    pub(crate) fn evaluate_in_brief<'a>(&'a self, case: &'a Case, ctx: &'a Context) -> View<'a> {
        self.view(case, ctx, Depth::Brief)
    }

    /// The same, with why each live trigger has not fired (T10).
    #[must_use]
    pub fn evaluate_in_full<'a>(&'a self, case: &'a Case, ctx: &'a Context) -> View<'a> {
        self.view(case, ctx, Depth::Full)
    }

    fn view<'a>(&'a self, case: &'a Case, ctx: &'a Context, depth: Depth) -> View<'a> {
        let names = InputNames::default();
        let judge = Judge { scenario: self, case, now: ctx.now, actor: &ctx.actor, input: &names };
        let here = self.stage_index(&case.visit.stage);
        let open_here = here.filter(|_| case.is_open() && case.scenario == self.reference);
        let (whole, whole_here) = (depth != Depth::Brief, open_here.filter(|_| depth != Depth::Brief));
        View {
            light: case.light(ctx.now),
            moves: open_here.map(|here| self.moves(&judge, here, whole)).unwrap_or_default(),
            commands: whole_here.map(|here| self.commands(&judge, here)).unwrap_or_default(),
            activities: &case.activities,
            wishes: whole_here.map(|here| self.wishes(&judge, here, case)).unwrap_or_default(),
            processes: if whole { self.processes(&judge, open_here, case) } else { Vec::new() },
            debts: case
                .debts
                .iter()
                .map(|debt| DebtView {
                    id: &debt.id,
                    since: debt.since,
                    due: debt.due,
                    missing: judge
                        .told(vec![debt.missing.clone()])
                        .pop()
                        .unwrap_or_else(|| debt.missing.clone()),
                })
                .collect(),
            timers: case.timers.iter().filter(|timer| self.sees_timer(&judge, timer)).collect(),
            unarmed: whole_here.map(|here| self.unarmed(&judge, here)).unwrap_or_default(),
            fields: self
                .def
                .fields
                .iter()
                .zip(&self.fields)
                .take_while(|_| whole)
                .filter(|(_, field)| judge.may(field.see.as_ref()))
                .map(|((name, _), _)| (name, case.fields.get(name)))
                .collect(),
            facts: if whole { self.fact_groups(&judge, case) } else { Vec::new() },
            documents: if whole { self.document_groups(&judge, case) } else { Vec::new() },
            triggers: if depth == Depth::Full { why_not(self, &judge, case, ctx) } else { Vec::new() },
        }
    }

    fn moves<'a>(&'a self, judge: &Judge<'_>, here: usize, told: bool) -> Vec<MoveView<'a>> {
        let mover = Mover::Actor { r#override: None };
        self.edges
            .get(here)
            .into_iter()
            .flatten()
            .filter_map(|edge| {
                let stage = self.stages.get(edge.to)?;
                let missing = judge.move_to(here, edge.to, mover).err().unwrap_or_default();
                Some(MoveView {
                    to: &stage.id,
                    label: &stage.title,
                    title: &edge.title,
                    outcome: stage.outcome,
                    missing: if missing.is_empty() || !told { missing } else { judge.told(missing) },
                })
            })
            .collect()
    }

    fn commands<'a>(&'a self, judge: &Judge<'_>, here: usize) -> Vec<CommandView<'a>> {
        self.stages
            .get(here)
            .into_iter()
            .flat_map(|stage| stage.commands.iter())
            .map(|command| {
                let mut missing = judge.command(command, &judge.case.fields);
                missing.retain(|it| it.code != "V-K1-field");
                CommandView {
                    id: &command.id,
                    title: &command.title,
                    ask: &command.ask,
                    missing: judge.told(missing),
                }
            })
            .collect()
    }

    fn wishes<'a>(&'a self, judge: &Judge<'_>, here: usize, case: &'a Case) -> Vec<WishView<'a>> {
        let missing = |wish: &Wish| {
            let Some(to) = self.stage_index(&wish.to) else { return Vec::new() };
            let mut missing = judge.move_to(here, to, Mover::Scenario).err().unwrap_or_default();
            if let Some(stage) = self.stages.get(to).filter(|stage| !stage.is_ordinary()) {
                let input = CloseInput {
                    stage: wish.to.clone(),
                    reason: wish.reason.clone(),
                    ..CloseInput::default()
                };
                judge.reason(stage, &input, &mut missing);
            }
            judge.told(missing)
        };
        case.wishes
            .iter()
            .map(|wish| WishView {
                trigger: &wish.trigger,
                to: &wish.to,
                since: wish.since,
                missing: missing(wish),
            })
            .collect()
    }

    fn sees_timer(&self, judge: &Judge<'_>, timer: &Timer) -> bool {
        let on = timer.trigger.as_deref().and_then(|rule| self.trigger(rule)).map(|trigger| &trigger.on);
        if let Some(EventDef::Moment(moment)) = on { judge.sees_field(&moment.field) } else { true }
    }

    fn unarmed<'a>(&'a self, judge: &Judge<'_>, here: usize) -> Vec<Unarmed<'a>> {
        let case = judge.case;
        let stage = self.stages.get(here);
        let live = stage.into_iter().flat_map(|stage| stage.triggers.iter()).chain(&self.triggers);
        live.filter_map(|trigger| match &trigger.on {
            EventDef::Moment(moment)
                if !case.fields.contains_key(&moment.field) && judge.sees_field(&moment.field) =>
            {
                Some(Unarmed { trigger: &trigger.rule, field: &moment.field })
            }
            _ => None,
        })
        .collect()
    }

    fn fact_groups<'a>(&'a self, judge: &Judge<'_>, case: &'a Case) -> Vec<FactGroup<'a>> {
        let mut groups: Vec<FactGroup<'a>> = self
            .def
            .fact_groups
            .iter()
            .map(|(id, group)| FactGroup { id, group: Some(group), facts: Vec::new() })
            .collect();
        for (position, (name, def)) in self.def.facts.iter().enumerate() {
            if !judge.sees_fact(position) {
                continue;
            }
            let id = def.group.as_deref().unwrap_or_default();
            let place = groups.iter().position(|group| group.id == id).unwrap_or_else(|| {
                groups.push(FactGroup { id, group: None, facts: Vec::new() });
                groups.len() - 1
            });
            let Some(group) = groups.get_mut(place) else { continue };
            let known = case.facts.partition_point(|fact| fact.fact.as_str() < name);
            let states = case.facts.get(known..).unwrap_or_default();
            let before = group.facts.len();
            let of_this = states.iter().take_while(|fact| fact.fact == name);
            group.facts.extend(of_this.map(|state| FactView { name, def, state: Some(state) }));
            if group.facts.len() == before {
                group.facts.push(FactView { name, def, state: None });
            }
        }
        groups.retain(|group| !group.facts.is_empty());
        groups
    }
}
