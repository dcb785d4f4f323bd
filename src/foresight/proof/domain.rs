//! The values to try: for each name the literals that it is compared with, what lies between them, and nothing.

use super::people::{APPROVERS, TEAM};
use super::sample::sample;
use crate::condition::{Program, Slot};
use crate::engine::{field_value, plain_value};
use crate::scenario::def::{FieldType, Named, RecordPart};
use crate::scenario::model::{Ask, Requirement};
use crate::scenario::names::{CaseName, DocumentName, Meaning};
use crate::{Moment, Scenario, Value};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// More values than these are tried of no name (C4).
pub(super) const MAX_VALUES: usize = 40;

/// Something whose value somebody can choose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Var {
    /// A field, by its position.
    Field(usize),
    /// A fact, by its position; of a keyed one, of every key that is asked.
    Fact(usize),
    /// Who has a role.
    Party(String),
    /// Whose the case is.
    Responsible,
    /// Their team.
    Team,
    /// One document of a kind, by the kind's position.
    Document(usize),
}

/// What stands behind a slot, where somebody can choose it.
pub(super) fn var_of(s: &Scenario, slot: Slot) -> Option<Var> {
    match s.names.meanings.get(slot.0 as usize)? {
        Meaning::Field(position) => Some(Var::Field(*position)),
        Meaning::Fact(position) => Some(Var::Fact(*position)),
        Meaning::Case(CaseName::Party(role)) => Some(Var::Party(role.clone())),
        Meaning::Case(CaseName::Responsible) => Some(Var::Responsible),
        Meaning::Case(CaseName::Team) => Some(Var::Team),
        Meaning::Document { kind, .. } => Some(Var::Document(*kind)),
        _ => None,
    }
}

/// What the scenario says of the values that matter.
#[derive(Debug, Clone, Default)]
pub(super) struct Literals {
    of: BTreeMap<Var, BTreeSet<Value>>,
    patterns: BTreeMap<Var, BTreeSet<String>>,
    parts: BTreeMap<String, BTreeSet<Value>>,
    last: BTreeMap<usize, BTreeSet<String>>,
    /// What is compared with each other, and not with literals only.
    beside: BTreeMap<Var, BTreeSet<Var>>,
    /// Whose a case can be.
    pub people: Vec<String>,
}

impl Literals {
    /// What a program compares.
    pub fn read(&mut self, s: &Scenario, program: &Program) {
        let uses = program.uses();
        for it in &uses.slots {
            let Some(var) = var_of(s, it.slot) else { continue };
            if let (Var::Document(kind), Some(Meaning::Document { what: DocumentName::Last, .. })) =
                (&var, s.names.meanings.get(it.slot.0 as usize))
            {
                let texts = it.with.iter().filter_map(|value| value.as_text().map(str::to_owned));
                self.last.entry(*kind).or_default().extend(texts);
                continue;
            }
            let known = self.of.entry(var.clone()).or_default();
            known.extend(it.with.iter().cloned());
            if !it.direct {
                known.extend(reckoned(&it.with).into_iter().map(Value::from));
            }
            if let Some(pattern) = &it.pattern {
                self.patterns.entry(var).or_default().insert(pattern.clone());
            }
        }
        let mixed: Vec<Var> =
            uses.slots.iter().filter(|it| !it.direct).filter_map(|it| var_of(s, it.slot)).collect();
        for var in &mixed {
            let others = mixed.iter().filter(|other| *other != var).cloned();
            self.beside.entry(var.clone()).or_default().extend(others);
        }
        for it in uses.parts {
            self.parts.entry(it.part).or_default().extend(it.with);
        }
    }

    /// What a requirement asks of its field.
    pub fn read_requirement(&mut self, s: &Scenario, it: &Requirement) {
        match &it.ask {
            Ask::That(program) => self.read(s, program),
            Ask::Party(_) => {}
            Ask::Field { position, min, max, pattern, among, .. } => {
                let var = Var::Field(*position);
                let kind = s.fields.get(*position).map_or(FieldType::Text, |field| field.def.kind);
                let known = self.of.entry(var.clone()).or_default();
                let literals = min.iter().chain(max).chain(among);
                known.extend(literals.filter_map(|value| plain_value(s, "", kind, value).ok()));
                // Of a text or list its length.
                known.extend(min.iter().chain(max).cloned());
                if let Some(pattern) = pattern {
                    self.patterns.entry(var).or_default().insert(pattern.as_str().to_owned());
                }
            }
        }
        if let Some(when) = &it.when {
            self.read(s, when);
        }
    }

    /// Whether numbers stand beside a name, as lengths of a text do.
    pub fn has_numbers(&self, var: &Var) -> bool {
        self.of.get(var).into_iter().flatten().any(|value| value.as_decimal().is_some())
    }

    /// The values to try of a name, the likeliest first; none is nothing.
    pub fn domain(&self, s: &Scenario, var: &Var, now: Moment) -> Vec<Option<Value>> {
        let mut known = self.of.get(var).cloned().unwrap_or_default();
        // What stands beside it may be anything that is tried of that.
        for other in self.beside.get(var).into_iter().flatten() {
            let numbers = self.of.get(other).into_iter().flatten();
            let numbers = stretches(numbers.filter_map(Value::as_decimal), false);
            known.extend(numbers.into_iter().map(Value::from));
            known.extend(
                self.of.get(other).into_iter().flatten().filter(|it| it.as_decimal().is_none()).cloned(),
            );
        }
        let known = &known;
        let mut values = match var {
            Var::Field(position) => self.of_field(s, *position, known, now),
            Var::Fact(position) => {
                let kind = s.def.facts.at(*position).map_or(FieldType::Text, |(_, fact)| fact.kind);
                // A keyed one is mostly asked whether it suffices for what the case's lines ask.
                let mut values = plain(kind, known, &BTreeSet::new(), now);
                if matches!(kind, FieldType::Number | FieldType::Decimal | FieldType::Money) {
                    values.push(Value::from(1_000_000));
                }
                values
            }
            Var::Party(role) => with(known, [format!("party-{role}").into()]),
            Var::Responsible => with(known, self.people.iter().rev().map(|id| id.as_str().into())),
            Var::Team => with(known, [TEAM.into()]),
            Var::Document(kind) => self.of_document(s, *kind, known),
        };
        let mut seen = BTreeSet::new();
        values.retain(|value| !value.is_empty() && seen.insert(value.clone()));
        if let Var::Field(position) = var
            && let (Some(field), Some((name, _))) = (s.fields.get(*position), s.def.fields.at(*position))
        {
            values =
                values.iter().filter_map(|value| field_value(s, name, field, value).ok().flatten()).collect();
        }
        values.truncate(MAX_VALUES);
        let mut values: Vec<Option<Value>> = values.into_iter().map(Some).collect();
        values.push(None);
        values
    }

    fn of_field(&self, s: &Scenario, position: usize, known: &BTreeSet<Value>, now: Moment) -> Vec<Value> {
        let Some((_, def)) = s.def.fields.at(position) else { return Vec::new() };
        let none = BTreeSet::new();
        let patterns = self.patterns.get(&Var::Field(position)).unwrap_or(&none);
        let mut patterns: BTreeSet<String> = patterns.clone();
        patterns.extend(def.pattern.clone());
        match (def.kind, &def.of) {
            (FieldType::Choice, Some(RecordPart::Values(values))) => {
                values.iter().map(|value| value.as_str().into()).collect()
            }
            (FieldType::List, of) => self.lists(of.as_ref(), known, def.min.as_ref(), now),
            (kind, _) => {
                let mut known = known.clone();
                known.extend(
                    def.min.iter().chain(&def.max).filter_map(|bound| plain_value(s, "", kind, bound).ok()),
                );
                let mut values = plain(kind, &known, &patterns, now);
                if kind == FieldType::Text {
                    // As long as the bounds of the field and of what is required of it ask.
                    let lengths = known.iter().chain(&def.min).chain(&def.max).filter_map(Value::as_decimal);
                    values.extend(lengths.filter_map(length).map(|length| "a".repeat(length).into()));
                }
                values
            }
        }
    }

    fn lists(
        &self,
        of: Option<&RecordPart>,
        known: &BTreeSet<Value>,
        min: Option<&Value>,
        now: Moment,
    ) -> Vec<Value> {
        let none = BTreeSet::new();
        let mut elements: Vec<Value> = Vec::new();
        match of {
            Some(RecordPart::Parts(parts)) => self.records(parts, now, &mut elements),
            Some(RecordPart::Plain(kind)) => {
                if matches!(kind, FieldType::Text | FieldType::Reference) {
                    elements.extend(APPROVERS.map(Value::from));
                }
                elements.extend(plain(*kind, known, &none, now));
            }
            _ => {}
        }
        let mut lists: Vec<Value> = Vec::new();
        for element in elements.iter().take(12) {
            lists.push(Value::List(vec![element.clone()]));
        }
        lists.extend(elements.get(..2).map(|two| Value::List(two.to_vec())));
        lists.extend(elements.get(..3).map(|three| Value::List(three.to_vec())));
        lists.push(Value::List(elements.clone()));
        // As many as somebody counts, and one more.
        let counts = known.iter().chain(min).filter_map(Value::as_decimal).filter_map(length);
        for count in counts.flat_map(|count| [count, count + 1]) {
            lists.extend(elements.first().map(|first| Value::List(vec![first.clone(); count])));
        }
        lists
    }

    fn records(&self, parts: &Named<FieldType>, now: Moment, into: &mut Vec<Value>) {
        let (none, no_patterns) = (BTreeSet::new(), BTreeSet::new());
        let values_of = |name: &str, kind: FieldType| {
            let mut values = plain(kind, self.parts.get(name).unwrap_or(&none), &no_patterns, now);
            values.dedup();
            values
        };
        let of: Vec<(&str, Vec<Value>)> =
            parts.iter().map(|(name, kind)| (name, values_of(name, *kind))).collect();
        let first: BTreeMap<String, Value> = of
            .iter()
            .filter_map(|(name, values)| Some(((*name).to_owned(), values.first()?.clone())))
            .collect();
        into.push(Value::Record(first.clone()));
        for (name, values) in &of {
            for value in values.iter().skip(1).take(6) {
                let mut other = first.clone();
                other.insert((*name).to_owned(), value.clone());
                into.push(Value::Record(other));
            }
        }
    }

    /// One document: what happened to it, and what it comes to.
    fn of_document(&self, s: &Scenario, kind: usize, known: &BTreeSet<Value>) -> Vec<Value> {
        let Some((_, def)) = s.def.documents.at(kind) else { return Vec::new() };
        let mut events: Vec<String> = def.in_force.iter().take(3).cloned().collect();
        events.extend(self.last.get(&kind).into_iter().flatten().cloned());
        let mut amounts: Vec<Decimal> = stretches(known.iter().filter_map(Value::as_decimal), false);
        amounts.extend([Decimal::from(1000), Decimal::ONE]);
        let mut values = Vec::new();
        for event in events {
            for amount in &amounts {
                let mut record: BTreeMap<String, Value> =
                    def.sums.names().map(|name| (name.to_owned(), Value::Decimal(*amount))).collect();
                record.insert(String::new(), event.as_str().into());
                values.push(Value::Record(record));
            }
        }
        values
    }
}

/// What numbers that stand in one calculation come to with each other: of `n * 2 == 8` four.
fn reckoned(with: &[Value]) -> BTreeSet<Decimal> {
    let numbers: BTreeSet<Decimal> = with.iter().filter_map(Value::as_decimal).collect();
    let mut found = BTreeSet::new();
    for a in numbers.iter().take(4) {
        for b in numbers.iter().take(4).filter(|b| *b != a) {
            let all = [a.checked_div(*b), a.checked_sub(*b), a.checked_add(*b), a.checked_mul(*b)];
            found.extend(all.into_iter().flatten());
        }
    }
    found
}

/// How long a text or list of so many is; none beyond what anybody asks.
fn length(count: Decimal) -> Option<usize> {
    usize::try_from(count).ok().filter(|count| *count <= 100)
}

fn with(known: &BTreeSet<Value>, more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    known.iter().filter(|value| value.as_text().is_some()).cloned().chain(more).collect()
}

/// Values of a plain type: one from each stretch between the literals, and the literals.
pub(super) fn plain(
    kind: FieldType,
    known: &BTreeSet<Value>,
    patterns: &BTreeSet<String>,
    now: Moment,
) -> Vec<Value> {
    let today = now.to_utc().date_naive();
    match kind {
        FieldType::Bool => vec![true.into(), false.into()],
        FieldType::Number | FieldType::Decimal | FieldType::Money => {
            let numbers = known.iter().filter_map(Value::as_decimal);
            stretches(numbers, kind == FieldType::Number).into_iter().map(Value::from).collect()
        }
        FieldType::Date => {
            let dates =
                known.iter().filter_map(|it| if let Value::Date(date) = it { Some(*date) } else { None });
            date_stretches(dates, today).into_iter().map(Value::from).collect()
        }
        FieldType::Moment => {
            let mut moments: Vec<Moment> = known
                .iter()
                .filter_map(|it| if let Value::Moment(at) = it { Some(*at) } else { None })
                .collect();
            moments.sort_unstable();
            let mut found = moments.clone();
            for pair in moments.windows(2) {
                if let [a, b] = pair {
                    found.push(a.plus_millis(b.millis_since(*a) / 2));
                }
            }
            const DAY: i64 = 86_400_000;
            found.extend(moments.first().map(|first| first.plus_millis(-DAY)));
            found.extend(moments.last().map(|last| last.plus_millis(DAY)));
            found.extend([now.plus_millis(7 * DAY), now, now.plus_millis(-7 * DAY)]);
            found.into_iter().map(Value::from).collect()
        }
        FieldType::Text | FieldType::Choice | FieldType::Reference | FieldType::File => {
            let samples = patterns.iter().filter_map(|pattern| sample(pattern)).map(Value::from);
            // One that is none of those named.
            let other = ["text", "other", "another", "something-else"].map(str::to_owned);
            let more = (1..=known.len() + 1).map(|length| "x".repeat(length));
            let other = other.into_iter().chain(more).map(Value::from).find(|it| !known.contains(it));
            samples.chain(with(known, other)).collect()
        }
        FieldType::List => Vec::new(),
    }
}

/// Each number, one between each two, one above and one below all; without any, one and nothing.
fn stretches(numbers: impl Iterator<Item = Decimal>, whole: bool) -> Vec<Decimal> {
    let numbers: BTreeSet<Decimal> = numbers.collect();
    let mut found: Vec<Decimal> = numbers.iter().copied().collect();
    found.extend(numbers.last().and_then(|last| last.floor().checked_add(Decimal::ONE)));
    found.extend(numbers.first().and_then(|first| first.ceil().checked_sub(Decimal::ONE)));
    let sorted: Vec<Decimal> = numbers.into_iter().collect();
    for pair in sorted.windows(2) {
        let [a, b] = pair else { continue };
        let between = if whole {
            a.floor().checked_add(Decimal::ONE)
        } else {
            b.checked_sub(*a).and_then(|gap| a.checked_add(gap / Decimal::TWO))
        };
        found.extend(between.filter(|it| it > a && it < b));
    }
    found.extend([Decimal::ONE, Decimal::ZERO]);
    // Nothing, and less than nothing, are the last that anybody would write.
    found.sort_by_key(|it| (it.is_zero(), it.is_sign_negative()));
    if whole {
        found.retain(Decimal::is_integer);
    }
    found
}

fn date_stretches(dates: impl Iterator<Item = NaiveDate>, today: NaiveDate) -> Vec<NaiveDate> {
    let dates: BTreeSet<NaiveDate> = dates.collect();
    let day = Days::new(1);
    let mut found: Vec<NaiveDate> = dates.iter().copied().collect();
    found.extend(dates.last().and_then(|last| last.checked_add_days(day)));
    found.extend(dates.first().and_then(|first| first.checked_sub_days(day)));
    // Between each two: the day after the earlier, where that is not the later.
    found.extend(dates.iter().filter_map(|date| date.checked_add_days(day)));
    let around = [today.checked_add_days(Days::new(7)), Some(today), today.checked_sub_days(Days::new(7))];
    found.extend(around.into_iter().flatten());
    found
}
