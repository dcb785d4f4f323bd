//! The small typed program that a condition is lowered to.

use super::declare::{Declarations, Options, Slot, Type};
use super::env::{Env, Evaluated, Truth};
use super::error::ConditionError;
use super::finding::Explanation;
use super::run::Run;
use super::{check, explain};
use crate::value::{Moment, Value};
use chrono::NaiveDate;
use regex_lite::Regex;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A condition that was checked and can be run any number of times.
///
/// ```
/// use voronka::condition::{Declarations, Options, Program, Type};
/// let mut names = Declarations::new();
/// names.declare("fields.amount", Type::Decimal);
/// let program = Program::compile("fields.amount >= 1000", &names, &Options::condition()).unwrap();
/// assert_eq!(program.slots().len(), 1);
///
/// let errors = Program::compile("amount >= 'much'", &names, &Options::condition()).unwrap_err();
/// assert_eq!(errors[0].code(), "unknown-name");
/// assert_eq!(errors[0].help(), Some("did you mean `fields.amount`?"));
/// ```
#[derive(Debug, Clone)]
pub struct Program {
    text: String,
    ty: Type,
    root: Node,
    slots: Vec<Slot>,
    keyed: Vec<Slot>,
    names: Vec<(Slot, String)>,
}

impl Program {
    /// Checks a text against the declared names and types.
    ///
    /// # Errors
    /// The first error of syntax or of a bound (C4); or else all wrong names and types, by place.
    pub fn compile(text: &str, decl: &Declarations, options: &Options) -> Result<Self, Vec<ConditionError>> {
        let tree = super::parse::parse(text).map_err(|error| vec![error])?;
        let checked = check::check(&tree, decl, options)?;
        let (mut slots, mut keyed) = (Vec::new(), Vec::new());
        for slot in checked.slots {
            let by_key = decl.declared(slot).is_some_and(|declared| !declared.keys.is_empty());
            if by_key { keyed.push(slot) } else { slots.push(slot) }
        }
        let names = slots.iter().chain(&keyed).map(|slot| (*slot, decl.path(*slot).to_owned())).collect();
        Ok(Self { text: text.to_owned(), ty: checked.ty, root: checked.root, slots, keyed, names })
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The type of what it gives.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Every plain slot that it may read, in ascending order.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Every keyed slot that it may read, in ascending order.
    #[must_use]
    pub fn keyed_slots(&self) -> &[Slot] {
        &self.keyed
    }

    /// Whether it holds (C8); a program that gives no bool never does.
    #[must_use]
    pub fn holds(&self, env: &dyn Env) -> Truth {
        Run::new(self, env).judge(&self.root)
    }

    /// What it gives; an empty bool stays empty here, while [`holds`](Self::holds) takes it as false.
    #[must_use]
    pub fn eval(&self, env: &dyn Env) -> Evaluated {
        Run::new(self, env).evaluate(&self.root)
    }

    /// Why it does not hold, in values; no findings if it holds.
    #[must_use]
    pub fn explain(&self, env: &dyn Env) -> Explanation {
        explain::explain(self, env)
    }

    /// Every keyed value that it may read here, over all list elements and without short circuits (C9).
    ///
    /// In the order of reading, each once. `filter` counts as passing everything, as what it asks may
    /// not be known yet. A key that is itself unknown cannot be named; it is when its parts are known.
    #[must_use]
    pub fn keyed_reads(&self, env: &dyn Env) -> Vec<(Slot, Vec<Value>)> {
        if self.keyed.is_empty() {
            return Vec::new();
        }
        Run::new(self, env).keyed_reads(&self.root)
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    pub(super) fn path(&self, slot: Slot) -> &str {
        self.names.iter().find(|(known, _)| *known == slot).map_or("", |(_, path)| path)
    }

    /// The text that a node was made from.
    pub(super) fn source(&self, node: &Node) -> &str {
        self.text.get(node.start as usize..node.end as usize).unwrap_or("").trim()
    }
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub op: Op,
    pub start: u32,
    pub end: u32,
}

impl Node {
    pub fn children(&self) -> Vec<&Self> {
        match &self.op {
            Op::Constant(_) | Op::Slot(_) | Op::Local(_) | Op::Now | Op::Today => Vec::new(),
            Op::Keyed(_, keys) => keys.iter().map(|key| &key.node).collect(),
            Op::List(parts) | Op::And(parts) | Op::Or(parts) => parts.iter().collect(),
            Op::Part(inner, _)
            | Op::Not(inner)
            | Op::Has(inner)
            | Op::Negate(inner)
            | Op::Days(inner)
            | Op::Size(inner)
            | Op::Sum(inner)
            | Op::Matches(inner, _) => vec![inner],
            Op::If(parts) => parts.iter().collect(),
            Op::Compare(_, pair) | Op::In(pair) | Op::TextTest(_, pair) | Op::Calculate(_, pair) => {
                vec![&pair.0, &pair.1]
            }
            Op::Over(over) => vec![&over.list, &over.body],
        }
    }

    /// How many nodes it has.
    pub fn weight(&self) -> u32 {
        self.children().into_iter().fold(1, |sum, child| sum.saturating_add(child.weight()))
    }

    pub fn reads_by_key(&self) -> bool {
        matches!(self.op, Op::Keyed(..)) || self.children().into_iter().any(Self::reads_by_key)
    }

    /// Every slot that is named in it.
    pub fn collect_slots(&self, into: &mut BTreeSet<Slot>) {
        if let Op::Slot(slot) | Op::Keyed(slot, _) = self.op {
            into.insert(slot);
        }
        for child in self.children() {
            child.collect_slots(into);
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Op {
    Constant(Constant),
    Slot(Slot),
    Keyed(Slot, Vec<Key>),
    /// A list macro's variable, by its place on the stack.
    Local(usize),
    Part(Box<Node>, String),
    Now,
    Today,
    List(Vec<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    If(Box<[Node; 3]>),
    Compare(Comparison, Box<(Node, Node)>),
    In(Box<(Node, Node)>),
    TextTest(TextTest, Box<(Node, Node)>),
    Matches(Box<Node>, Box<(Regex, Node)>),
    Has(Box<Node>),
    Calculate(Calculation, Box<(Node, Node)>),
    Negate(Box<Node>),
    Days(Box<Node>),
    Size(Box<Node>),
    Sum(Box<Node>),
    Over(Box<Over>),
}

#[derive(Debug, Clone)]
pub(super) struct Key {
    pub node: Node,
    pub is_text: bool,
}

/// A list macro: its list, and what is asked of each element.
#[derive(Debug, Clone)]
pub(super) struct Over {
    pub what: Macro,
    pub variable: String,
    pub list: Node,
    pub body: Node,
    /// What one element costs beside the visit itself.
    pub work: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Macro {
    All,
    Exists,
    Filter,
    Map,
}

#[derive(Debug, Clone)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Decimal(Decimal),
    Text(String),
    Date(NaiveDate),
    Moment(Moment),
    Span(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calculation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
