//! The names that the conditions of a definition may read, and what stands behind each (C10).

use super::def::{ActionDef, Definition, FieldDef, FieldType, OutcomeDef, RecordPart};
use crate::condition::{Declarations, Type};
use std::collections::{BTreeMap, BTreeSet};

/// The declared names of a definition.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// Names and types, as conditions are compiled against them.
    pub declarations: Declarations,
    /// What each name means, by slot number.
    pub meanings: Vec<Meaning>,
}

/// What stands behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A field, by its position in the definition.
    Field(usize),
    /// A fact, by its position in the definition.
    Fact(usize),
    /// Something of the case.
    Case(CaseName),
    /// Something of the visit.
    Stage(StageName),
    /// Something of who acts.
    Actor(ActorName),
    /// Something of what came in.
    Input(InputName),
    /// How many activities of a kind (or of any) there are.
    Activities { kind: Option<String>, what: ActivityCount },
    /// Something of the processes that a hook started.
    Process { hook: String, what: ProcessName },
    /// Something of the group that one of these rules planned.
    Group { rules: Vec<String>, what: GroupName },
    /// Something of the documents of a kind, by the kind's position in the definition (P4).
    Document { kind: usize, what: DocumentName },
}

/// What stands under `case`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CaseName {
    Id,
    Title,
    Stage,
    Responsible,
    Team,
    Author,
    Channel,
    Scenario,
    OpenedAt,
    /// How many times it was reopened.
    Reopened,
    /// Empty while open.
    Outcome,
    /// Empty while open.
    Reason,
    /// The reference of the party in this role.
    Party(String),
}

/// What stands under `stage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StageName {
    Id,
    EnteredAt,
    /// The number of this stay on this stage, from 1.
    Visit,
}

/// What stands under `actor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActorName {
    Id,
    Roles,
    Teams,
    StandsInFor,
}

/// What stands under `input`; what an input does not have is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputName {
    Kind,
    Name,
    Outcome,
    Result,
    Answer,
    Channel,
    Direction,
    Text,
    Event,
    Document,
    Process,
    Command,
    Activity,
}

/// Which activities are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ActivityCount {
    Open,
    /// Done with any outcome.
    Done,
    /// Cancelled by a person.
    Cancelled,
    /// Closed by a rule.
    Closed,
    /// Done with this outcome.
    Outcome(String),
}

/// What stands under `processes.<hook>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProcessName {
    /// Empty while there is none.
    Result,
    Running,
    /// Whether the result is one that is accepted.
    Good,
}

/// What stands under `groups.<item>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupName {
    /// Whether it ended well.
    Good,
    /// Whether it ended badly.
    Bad,
    /// Whether it is not decided yet.
    Open,
    /// Whose activity in it is open.
    Waiting,
}

/// What stands under `documents.<kind>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DocumentName {
    /// How many are in force.
    Count,
    /// What happened last to one of them; empty while there is none.
    Last,
    /// A sum over those in force.
    Sum(String),
}

/// The names under `documents.<kind>` that no sum can have.
pub(crate) const DOCUMENT_NAMES: [&str; 2] = ["count", "last"];

/// A kind of activity: built in, or the scenario's own.
#[derive(Debug, Clone)]
pub(crate) struct KindInfo<'a> {
    pub name: &'a str,
    pub interaction: bool,
    /// The outcomes in order; `done` where the kind declares none, and then without a definition.
    pub outcomes: Vec<(&'a str, Option<&'a OutcomeDef>)>,
}

/// The kinds that every scenario has, and whether they are interactions with the client.
pub(crate) const BUILT_IN_KINDS: [(&str, bool); 5] =
    [("task", false), ("call", true), ("email", true), ("meeting", true), ("message", true)];

/// The kinds of a definition: those built in, with the outcomes that it gives them, then its own.
pub(crate) fn kinds(def: &Definition) -> Vec<KindInfo<'_>> {
    let own = |name: &str| !BUILT_IN_KINDS.iter().any(|(known, _)| *known == name);
    let built_in = BUILT_IN_KINDS.iter().map(|(name, interaction)| (*name, *interaction));
    built_in
        .chain(def.kinds.names().filter(|name| own(name)).map(|name| (name, false)))
        .map(|(name, interaction)| {
            let kind = def.kinds.get(name);
            let mut outcomes: Vec<_> = kind
                .into_iter()
                .flat_map(|kind| kind.outcomes.iter())
                .map(|(outcome, definition)| (outcome, Some(definition)))
                .collect();
            if outcomes.is_empty() {
                outcomes.push(("done", None));
            }
            KindInfo { name, interaction: interaction || kind.is_some_and(|kind| kind.interaction), outcomes }
        })
        .collect()
}

/// The type that the values of a field have in conditions; none if there is no such field.
pub(crate) fn field_type(def: &Definition, name: &str) -> Option<Type> {
    def.fields.get(name).map(type_of_field)
}

/// The type of a field's values; what a faulty list consists of fits everything, so that one defect stays one.
pub(crate) fn type_of_field(field: &FieldDef) -> Type {
    match (field.kind, &field.of) {
        (FieldType::List, Some(RecordPart::Plain(plain))) => Type::List(Box::new(plain_type(*plain))),
        (FieldType::List, Some(RecordPart::Parts(parts))) => {
            let parts = parts.iter().map(|(name, plain)| (name.to_owned(), plain_type(*plain)));
            Type::List(Box::new(Type::Record(parts.collect::<BTreeMap<_, _>>())))
        }
        (plain, _) => plain_type(plain),
    }
}

/// The type of a fact's or a record part's values.
pub(crate) fn plain_type(kind: FieldType) -> Type {
    match kind {
        FieldType::Text | FieldType::Choice | FieldType::Reference | FieldType::File => Type::Text,
        FieldType::Number | FieldType::Decimal | FieldType::Money => Type::Decimal,
        FieldType::Date => Type::Date,
        FieldType::Moment => Type::Moment,
        FieldType::Bool => Type::Bool,
        FieldType::List => Type::List(Box::new(Type::Nothing)),
    }
}

/// Every name that the conditions of a definition may read.
pub(crate) fn names(def: &Definition) -> Names {
    let mut names = Names { declarations: Declarations::new(), meanings: Vec::new() };
    for (position, (name, field)) in def.fields.iter().enumerate() {
        names.add(&format!("fields.{name}"), type_of_field(field), Meaning::Field(position));
    }
    for (position, (name, fact)) in def.facts.iter().enumerate() {
        let keys = fact.by.iter().map(|key| (key.clone(), Type::Text)).collect();
        names.declarations.declare_keyed(&format!("facts.{name}"), keys, plain_type(fact.kind));
        names.meanings.push(Meaning::Fact(position));
    }
    names.add_case(def);
    names.add("stage.id", Type::Text, Meaning::Stage(StageName::Id));
    names.add("stage.entered_at", Type::Moment, Meaning::Stage(StageName::EnteredAt));
    names.add("stage.visit", Type::Decimal, Meaning::Stage(StageName::Visit));
    names.add("actor.id", Type::Text, Meaning::Actor(ActorName::Id));
    for (name, what) in
        [("roles", ActorName::Roles), ("teams", ActorName::Teams), ("stands_in_for", ActorName::StandsInFor)]
    {
        names.add(&format!("actor.{name}"), Type::List(Box::new(Type::Text)), Meaning::Actor(what));
    }
    names.add_input();
    names.add_activities(def);
    names.add_processes(def);
    names.add_groups(def);
    names.add_documents(def);
    names
}

/// The rules that plan groups, by the id that the scenario gives the item.
pub(crate) fn groups(def: &Definition) -> BTreeMap<&str, Vec<String>> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for stage in &def.stages {
        for plan in &stage.plan {
            if let (Some(id), Some(_)) = (&plan.id, &plan.group) {
                found.entry(id).or_default().push(format!("{}/plan/{id}", stage.id));
            }
        }
    }
    let of_stages =
        def.stages.iter().flat_map(|stage| stage.triggers.iter().map(|it| (stage.id.as_str(), it)));
    for (stage, trigger) in def.triggers.iter().map(|it| ("", it)).chain(of_stages) {
        for action in trigger.actions.iter() {
            if let ActionDef::Plan(plan) = action
                && let (Some(id), Some(_)) = (&plan.id, &plan.group)
            {
                found.entry(id).or_default().push(format!("{stage}/trigger/{}", trigger.id));
            }
        }
    }
    found
}

impl Names {
    fn add(&mut self, path: &str, ty: Type, meaning: Meaning) {
        self.declarations.declare(path, ty);
        self.meanings.push(meaning);
    }

    fn add_case(&mut self, def: &Definition) {
        for (name, ty, what) in [
            ("id", Type::Text, CaseName::Id),
            ("title", Type::Text, CaseName::Title),
            ("stage", Type::Text, CaseName::Stage),
            ("responsible", Type::Text, CaseName::Responsible),
            ("team", Type::Text, CaseName::Team),
            ("author", Type::Text, CaseName::Author),
            ("channel", Type::Text, CaseName::Channel),
            ("scenario", Type::Text, CaseName::Scenario),
            ("opened_at", Type::Moment, CaseName::OpenedAt),
            ("reopened", Type::Decimal, CaseName::Reopened),
            ("outcome", Type::Text, CaseName::Outcome),
            ("reason", Type::Text, CaseName::Reason),
        ] {
            self.add(&format!("case.{name}"), ty, Meaning::Case(what));
        }
        for role in def.parties.names() {
            let meaning = Meaning::Case(CaseName::Party(role.to_owned()));
            self.add(&format!("case.parties.{role}"), Type::Text, meaning);
        }
    }

    fn add_input(&mut self) {
        for (name, what) in [
            ("kind", InputName::Kind),
            ("name", InputName::Name),
            ("outcome", InputName::Outcome),
            ("result", InputName::Result),
            ("answer", InputName::Answer),
            ("channel", InputName::Channel),
            ("direction", InputName::Direction),
            ("text", InputName::Text),
            ("event", InputName::Event),
            ("document", InputName::Document),
            ("process", InputName::Process),
            ("command", InputName::Command),
            ("activity", InputName::Activity),
        ] {
            self.add(&format!("input.{name}"), Type::Text, Meaning::Input(what));
        }
    }

    fn add_activities(&mut self, def: &Definition) {
        for (name, what) in [
            ("open", ActivityCount::Open),
            ("done", ActivityCount::Done),
            ("cancelled", ActivityCount::Cancelled),
            ("closed", ActivityCount::Closed),
        ] {
            let meaning = Meaning::Activities { kind: None, what };
            self.add(&format!("activities.{name}"), Type::Decimal, meaning);
        }
        for kind in kinds(def) {
            let own = kind
                .outcomes
                .iter()
                // A kind's own outcome `done` is told from "done with any outcome"; the undeclared one is both.
                .filter(|(_, definition)| definition.is_some())
                .map(|(outcome, _)| (*outcome, ActivityCount::Outcome((*outcome).to_owned())));
            let mut counts = vec![("open", ActivityCount::Open), ("done", ActivityCount::Done)];
            for (outcome, what) in own {
                counts.retain(|(name, _)| *name != outcome || outcome == "open");
                if !counts.iter().any(|(name, _)| *name == outcome) {
                    counts.push((outcome, what));
                }
            }
            for (name, what) in counts {
                let meaning = Meaning::Activities { kind: Some(kind.name.to_owned()), what };
                self.add(&format!("activities.{}.{name}", kind.name), Type::Decimal, meaning);
            }
        }
    }

    fn add_groups(&mut self, def: &Definition) {
        for (item, rules) in groups(def) {
            for (name, ty, what) in [
                ("good", Type::Bool, GroupName::Good),
                ("bad", Type::Bool, GroupName::Bad),
                ("open", Type::Bool, GroupName::Open),
                ("waiting", Type::List(Box::new(Type::Text)), GroupName::Waiting),
            ] {
                let meaning = Meaning::Group { rules: rules.clone(), what };
                self.add(&format!("groups.{item}.{name}"), ty, meaning);
            }
        }
    }

    fn add_processes(&mut self, def: &Definition) {
        let hooks: BTreeSet<&str> =
            def.stages.iter().flat_map(|stage| &stage.run).map(|hook| hook.id()).collect();
        for hook in hooks {
            for (name, ty, what) in [
                ("result", Type::Text, ProcessName::Result),
                ("running", Type::Bool, ProcessName::Running),
                ("good", Type::Bool, ProcessName::Good),
            ] {
                let meaning = Meaning::Process { hook: hook.to_owned(), what };
                self.add(&format!("processes.{hook}.{name}"), ty, meaning);
            }
        }
    }
}

impl Names {
    fn add_documents(&mut self, def: &Definition) {
        for (kind, (name, document)) in def.documents.iter().enumerate() {
            let path = |part: &str| format!("documents.{name}.{part}");
            let of = |what| Meaning::Document { kind, what };
            self.add(&path("count"), Type::Decimal, of(DocumentName::Count));
            self.add(&path("last"), Type::Text, of(DocumentName::Last));
            for sum in document.sums.names().filter(|sum| !DOCUMENT_NAMES.contains(sum)) {
                self.add(&path(sum), Type::Decimal, of(DocumentName::Sum(sum.to_owned())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition() -> Definition {
        serde_json::from_str(
            r#"{ "id": "sale",
              "fields": { "amount": { "type": "money", "currency": "RUB" },
                          "lines": { "type": "list", "of": { "item": "text", "quantity": "decimal" } },
                          "tags": { "type": "list", "of": "text" } },
              "facts": { "stock": { "type": "decimal", "by": ["item", "warehouse"] } },
              "parties": { "payer": {} },
              "kinds": { "call": { "outcomes": { "reached": {}, "no_answer": { "bad": true } } },
                         "visit": { "interaction": true, "outcomes": { "done": {}, "refused": {} } } },
              "stages": [ { "id": "new", "run": [ { "process": "approval" } ] },
                          { "id": "won", "outcome": "won" } ] }"#,
        )
        .unwrap()
    }

    fn meaning<'a>(names: &'a Names, path: &str) -> &'a Meaning {
        &names.meanings[names.declarations.slot(path).unwrap().0 as usize]
    }

    #[test]
    fn every_slot_has_its_meaning() {
        let names = names(&definition());
        assert_eq!(names.declarations.len(), names.meanings.len());
        assert_eq!(meaning(&names, "fields.lines"), &Meaning::Field(1));
        assert_eq!(meaning(&names, "facts.stock"), &Meaning::Fact(0));
        assert_eq!(
            meaning(&names, "case.parties.payer"),
            &Meaning::Case(CaseName::Party("payer".to_owned()))
        );
        assert_eq!(
            meaning(&names, "processes.approval.good"),
            &Meaning::Process { hook: "approval".to_owned(), what: ProcessName::Good }
        );
        let slot = names.declarations.slot("fields.lines").unwrap();
        assert_eq!(names.declarations.ty(slot).unwrap().to_string(), "list of record");
    }

    #[test]
    fn done_is_the_outcome_where_declared_and_any_outcome_where_not() {
        let names = names(&definition());
        let count = |path: &str| match meaning(&names, path) {
            Meaning::Activities { what, .. } => what.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(count("activities.call.done"), ActivityCount::Done);
        assert_eq!(count("activities.visit.done"), ActivityCount::Outcome("done".to_owned()));
        assert_eq!(count("activities.call.no_answer"), ActivityCount::Outcome("no_answer".to_owned()));
        assert_eq!(count("activities.task.done"), ActivityCount::Done);
    }

    #[test]
    fn built_in_kinds_stay_what_they_are() {
        let def = definition();
        let kinds = kinds(&def);
        let told: Vec<_> = kinds.iter().map(|kind| (kind.name, kind.interaction)).collect();
        assert_eq!(told[0], ("task", false));
        assert_eq!(told[1], ("call", true));
        assert_eq!(told[5], ("visit", true));
        assert_eq!(kinds[1].outcomes.len(), 2);
        assert_eq!(kinds[2].outcomes[0].0, "done");
    }
}
