//! Running a program: Kleene's three truths, exact decimals, bounded work.

use super::calculate::{Failure, calculate, days};
use super::declare::Slot;
use super::env::{Cause, Env, Evaluated, Truth};
use super::operand::V;
use super::program::{Key, Macro, Node, Op, Over, Program};
use super::{MAX_FINDINGS, MAX_VISITS};
use crate::value::Value;
use rust_decimal::Decimal;
use std::rc::Rc;

/// How many bytes of a text count as one visit.
const BYTES_A_VISIT: usize = 256;

pub(super) struct Run<'e> {
    pub program: &'e Program,
    pub env: &'e dyn Env,
    /// The elements that the list macros around this place are at.
    pub locals: Vec<V<'e>>,
    /// Why things are unknown; kept only when somebody asks.
    pub(super) causes: Option<Vec<Cause>>,
    visits: u32,
    /// How many elements may be visited.
    pub(super) budget: u32,
    /// Whether `filter` lets everything pass, to name all that may be read (C9).
    pub(super) pass_all: bool,
}

impl<'e> Run<'e> {
    pub fn new(program: &'e Program, env: &'e dyn Env) -> Self {
        Self {
            program,
            env,
            locals: Vec::new(),
            causes: None,
            visits: 0,
            budget: MAX_VISITS,
            pass_all: false,
        }
    }

    pub fn evaluate(mut self, node: &'e Node) -> Evaluated {
        self.causes = Some(Vec::new());
        let value = self.value(node);
        self.finish(value)
    }

    /// A node's value with the causes of its being unknown.
    pub fn look(&mut self, node: &'e Node) -> Evaluated {
        let before = self.causes.replace(Vec::new());
        let value = self.value(node);
        let found = self.finish(value);
        self.causes = before;
        found
    }

    fn finish(&mut self, value: V<'e>) -> Evaluated {
        match value {
            V::Empty => Evaluated::Empty,
            V::Span(span) => Evaluated::Span(span),
            value => match self.plain(&value) {
                Some(value) => Evaluated::Value(value),
                None => Evaluated::Unknown(self.drain_causes()),
            },
        }
    }

    pub(super) fn drain_causes(&mut self) -> Vec<Cause> {
        let mut found: Vec<Cause> = Vec::new();
        for cause in self.causes.iter_mut().flat_map(|causes| causes.drain(..)) {
            if !found.contains(&cause) && found.len() < MAX_FINDINGS {
                found.push(cause);
            }
        }
        found
    }

    /// As a value to hand out; none if it or an element is unknown. A list leaves its empties out.
    pub fn plain(&mut self, value: &V<'e>) -> Option<Value> {
        Some(match value {
            V::Unknown | V::Empty | V::Span(_) => return None,
            V::Bool(bool) => Value::Bool(*bool),
            V::Decimal(decimal) => Value::Decimal(*decimal),
            V::Text(text) => Value::Text(text.clone().into_owned()),
            V::Date(date) => Value::Date(*date),
            V::Moment(moment) => Value::Moment(*moment),
            V::Slice(items) => Value::List(items.to_vec()),
            V::Record(parts) => Value::Record(parts.clone().into_owned()),
            V::List(items) => {
                let mut out = Vec::new();
                for item in items.iter() {
                    if !self.visit() {
                        return None;
                    }
                    if !matches!(item, V::Empty) {
                        out.push(self.plain(item)?);
                    }
                }
                Value::List(out)
            }
        })
    }

    /// Counts one element; false once there were too many (C4).
    pub fn visit(&mut self) -> bool {
        self.spend(1)
    }

    /// Counts an element of a macro, whose expression may itself be much work.
    pub fn enter(&mut self, over: &Over) -> bool {
        self.spend(1 + over.work)
    }

    /// Counts work on a text.
    pub fn spend_text(&mut self, length: usize) -> bool {
        self.spend(u32::try_from(length / BYTES_A_VISIT).unwrap_or(u32::MAX))
    }

    fn spend(&mut self, visits: u32) -> bool {
        self.visits = self.visits.saturating_add(visits);
        if self.visits > self.budget {
            self.note(|| Cause::TooMuchWork);
        }
        self.visits <= self.budget
    }

    fn note(&mut self, cause: impl FnOnce() -> Cause) {
        if let Some(causes) = &mut self.causes
            && causes.len() < 10_000
        {
            causes.push(cause());
        }
    }

    pub(super) fn fail(&mut self, node: &Node, failure: Failure) -> V<'e> {
        let text = || self.program.source(node).to_owned();
        let cause = self.causes.is_some().then(|| match failure {
            Failure::DivisionByZero => Cause::DivisionByZero { text: text() },
            Failure::Overflow => Cause::Overflow { text: text() },
            Failure::NotWholeDays => Cause::NotWholeDays { text: text() },
            Failure::WrongType => Cause::WrongType { text: text() },
            Failure::TooMuchWork => Cause::TooMuchWork,
        });
        if let Some(cause) = cause {
            self.note(|| cause);
        }
        V::Unknown
    }

    pub fn value(&mut self, node: &'e Node) -> V<'e> {
        match &node.op {
            Op::Constant(constant) => V::constant(constant),
            Op::Slot(slot) => self.load(*slot),
            Op::Local(at) => self.locals.get(*at).cloned().unwrap_or(V::Unknown),
            Op::Part(of, name) => {
                let of = self.value(of);
                match of.part(name) {
                    Some(part) => part,
                    None if matches!(of, V::Unknown) => V::Unknown,
                    None => self.fail(node, Failure::WrongType),
                }
            }
            Op::Now => V::Moment(self.env.now()),
            Op::Today => V::Date(self.env.today()),
            Op::Keyed(slot, keys) => self.keyed(*slot, keys),
            Op::List(items) => self.list(items),
            Op::If(parts) => {
                let [condition, yes, no] = parts.as_ref();
                match self.judge(condition) {
                    Truth::True => self.value(yes),
                    Truth::False => self.value(no),
                    Truth::Unknown => V::Unknown,
                }
            }
            Op::Calculate(how, pair) => {
                let (left, right) = (self.value(&pair.0), self.value(&pair.1));
                if matches!(left, V::Unknown) || matches!(right, V::Unknown) {
                    return V::Unknown;
                }
                if let (V::Text(a), V::Text(b)) = (&left, &right)
                    && !self.spend_text(a.len() + b.len())
                {
                    return V::Unknown;
                }
                calculate(*how, left, right).unwrap_or_else(|failure| self.fail(node, failure))
            }
            Op::Negate(inner) => match self.value(inner) {
                V::Decimal(decimal) => V::Decimal(-decimal),
                V::Span(span) => {
                    span.checked_neg().map_or_else(|| self.fail(node, Failure::Overflow), V::Span)
                }
                other => self.passed_on(node, &other),
            },
            Op::Days(inner) => match self.value(inner) {
                V::Decimal(count) => days(count).map_or_else(|failure| self.fail(node, failure), V::Span),
                other => self.passed_on(node, &other),
            },
            Op::Size(inner) => self.size(node, inner),
            Op::Sum(inner) => self.sum(node, inner),
            Op::Over(over) if over.what == Macro::Filter => self.filter(over),
            Op::Over(over) if over.what == Macro::Map => self.map(over),
            _ => V::truth(self.judge(node)),
        }
    }

    fn passed_on(&mut self, node: &'e Node, value: &V<'e>) -> V<'e> {
        match value {
            V::Empty => V::Empty,
            V::Unknown => V::Unknown,
            _ => self.fail(node, Failure::WrongType),
        }
    }

    fn load(&mut self, slot: Slot) -> V<'e> {
        let value = V::loaded(self.env.load(slot));
        if matches!(value, V::Unknown) {
            let program = self.program;
            self.note(|| Cause::Value { slot, path: program.path(slot).to_owned(), key: Vec::new() });
        }
        value
    }

    /// The key's values; none if one is unknown, and nothing in it if one other than a text is empty.
    pub fn key(&mut self, keys: &'e [Key]) -> Option<Option<Vec<Value>>> {
        let mut out = Vec::with_capacity(keys.len());
        let mut empty = false;
        for key in keys {
            match self.value(&key.node) {
                V::Unknown => return None,
                // Goods without a characteristic are stocked under the empty one.
                V::Empty if key.is_text => out.push(Value::Text(String::new())),
                value => match self.plain(&value) {
                    Some(value) => out.push(value),
                    None => empty = true,
                },
            }
        }
        Some((!empty).then_some(out))
    }

    fn keyed(&mut self, slot: Slot, keys: &'e [Key]) -> V<'e> {
        let key = match self.key(keys) {
            None => return V::Unknown,
            Some(None) => return V::Empty,
            Some(Some(key)) => key,
        };
        let value = V::loaded(self.env.keyed(slot, &key));
        if matches!(value, V::Unknown) {
            let program = self.program;
            self.note(|| Cause::Value { slot, path: program.path(slot).to_owned(), key });
        }
        value
    }

    fn list(&mut self, items: &'e [Node]) -> V<'e> {
        if items.is_empty() {
            return V::Empty;
        }
        V::List(Rc::new(items.iter().map(|item| self.value(item)).collect()))
    }

    fn size(&mut self, node: &'e Node, inner: &'e Node) -> V<'e> {
        let size = match self.value(inner) {
            V::Unknown => return V::Unknown,
            V::Empty => 0,
            V::Text(text) => text.chars().count(),
            list @ (V::Slice(_) | V::List(_)) => list.length(),
            _ => return self.fail(node, Failure::WrongType),
        };
        V::Decimal(Decimal::from(size))
    }

    fn sum(&mut self, node: &'e Node, inner: &'e Node) -> V<'e> {
        let list = self.value(inner);
        if matches!(list, V::Unknown) {
            return V::Unknown;
        }
        let mut total = Decimal::ZERO;
        for at in 0..list.length() {
            if !self.visit() {
                return V::Unknown;
            }
            match list.element(at) {
                V::Empty => {}
                V::Decimal(decimal) => match total.checked_add(decimal) {
                    Some(sum) => total = sum,
                    None => return self.fail(node, Failure::Overflow),
                },
                V::Unknown => return V::Unknown,
                _ => return self.fail(node, Failure::WrongType),
            }
        }
        V::Decimal(total)
    }

    /// The elements for which it holds; unknown as a whole as soon as one is unknown.
    fn filter(&mut self, over: &'e Over) -> V<'e> {
        let list = self.value(&over.list);
        if self.pass_all || matches!(list, V::Unknown) {
            return list;
        }
        let mut out = Vec::new();
        let mut known = true;
        for at in 0..list.length() {
            if !self.enter(over) {
                return V::Unknown;
            }
            let element = list.element(at);
            self.locals.push(element.clone());
            let truth = self.judge(&over.body);
            self.locals.pop();
            match truth {
                Truth::True => out.push(element),
                Truth::False => {}
                Truth::Unknown => known = false,
            }
        }
        match known {
            false => V::Unknown,
            true if out.is_empty() => V::Empty,
            true => V::List(Rc::new(out)),
        }
    }

    fn map(&mut self, over: &'e Over) -> V<'e> {
        let list = self.value(&over.list);
        if matches!(list, V::Unknown | V::Empty) {
            return list;
        }
        let mut out = Vec::with_capacity(list.length());
        for at in 0..list.length() {
            if !self.enter(over) {
                return V::Unknown;
            }
            self.locals.push(list.element(at));
            out.push(self.value(&over.body));
            self.locals.pop();
        }
        V::List(Rc::new(out))
    }
}
