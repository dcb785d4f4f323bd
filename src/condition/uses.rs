//! What a program compares its names with: where a search for values that make it hold begins.

use super::declare::Slot;
use super::program::{Comparison, Constant, Node, Op, Program, TextTest};
use crate::Value;

/// One place at which a program reads a name.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub slot: Slot,
    /// Whether the name stands by itself there: as a condition, asked for being filled in, or compared with literals
    /// only, so that a value from each stretch between the literals decides for all values.
    pub direct: bool,
    /// The literals that stand there with it.
    pub with: Vec<Value>,
    /// The regular expression that it is held against.
    pub pattern: Option<String>,
}

/// A part of a list's records, and the literals that it is compared with.
#[derive(Debug, Clone)]
pub(crate) struct PartUse {
    pub part: String,
    pub with: Vec<Value>,
}

/// All that a program says of its names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uses {
    pub slots: Vec<Use>,
    pub parts: Vec<PartUse>,
    /// Whether it reads `now` or `today`.
    pub clock: bool,
}

impl Program {
    /// Where it reads its names, and what it compares them with.
    pub(crate) fn uses(&self) -> Uses {
        let mut uses = Uses::default();
        uses.condition(self.root());
        uses
    }
}

impl Uses {
    fn add(&mut self, slot: Slot, direct: bool, with: &[Value]) {
        self.slots.push(Use { slot, direct, with: with.to_vec(), pattern: None });
    }

    /// A node whose truth is asked.
    fn condition(&mut self, node: &Node) {
        match &node.op {
            Op::Slot(slot) => self.add(*slot, true, &[]),
            Op::And(parts) | Op::Or(parts) => parts.iter().for_each(|part| self.condition(part)),
            Op::Not(inner) => self.condition(inner),
            Op::If(parts) => parts.iter().for_each(|part| self.condition(part)),
            Op::Has(inner) => match &inner.op {
                Op::Slot(slot) => self.add(*slot, true, &[]),
                _ => self.value(inner, &[]),
            },
            Op::Compare(comparison, pair) => {
                let with = constants(&[&pair.0, &pair.1]);
                // Texts in their order are more than a few stretches between literals.
                let decides = matches!(comparison, Comparison::Equal | Comparison::Unequal)
                    || !with.iter().any(|it| matches!(it, Value::Text(_)));
                self.side(&pair.0, decides && is_literal(&pair.1), &with);
                self.side(&pair.1, decides && is_literal(&pair.0), &with);
            }
            Op::In(pair) => {
                let with = constants(&[&pair.0, &pair.1]);
                self.side(&pair.0, is_literal(&pair.1), &with);
                self.value(&pair.1, &with);
            }
            Op::TextTest(test, pair) => {
                let mut with = constants(&[&pair.0, &pair.1]);
                if *test != TextTest::Contains {
                    with.retain(|it| it.as_text() != Some(""));
                }
                self.value(&pair.0, &with);
                self.value(&pair.1, &with);
            }
            Op::Matches(inner, held) => {
                let pattern = held.0.as_str().to_owned();
                match &inner.op {
                    Op::Slot(slot) => {
                        let slot = *slot;
                        self.slots.push(Use {
                            slot,
                            direct: false,
                            with: Vec::new(),
                            pattern: Some(pattern),
                        });
                    }
                    _ => self.value(inner, &[]),
                }
            }
            Op::Over(over) => {
                self.value(&over.list, &[]);
                self.condition(&over.body);
            }
            _ => self.value(node, &[]),
        }
    }

    /// A side of a comparison.
    fn side(&mut self, node: &Node, against_literals: bool, with: &[Value]) {
        match &node.op {
            Op::Slot(slot) => self.add(*slot, against_literals, with),
            _ => self.value(node, with),
        }
    }

    /// A node whose value is asked; whatever it reads, it does not read by itself.
    fn value(&mut self, node: &Node, with: &[Value]) {
        match &node.op {
            Op::Slot(slot) => self.add(*slot, false, with),
            Op::Keyed(slot, keys) => {
                self.add(*slot, false, with);
                keys.iter().for_each(|key| self.value(&key.node, &[]));
            }
            Op::Part(inner, part) => {
                self.parts.push(PartUse { part: part.clone(), with: with.to_vec() });
                self.value(inner, &[]);
            }
            Op::Now | Op::Today => self.clock = true,
            Op::If(parts) => {
                let [asked, yes, no] = parts.as_ref();
                self.condition(asked);
                self.value(yes, with);
                self.value(no, with);
            }
            Op::Over(over) => {
                self.value(&over.list, with);
                self.condition(&over.body);
            }
            Op::And(_)
            | Op::Or(_)
            | Op::Not(_)
            | Op::Has(_)
            | Op::Compare(..)
            | Op::In(_)
            | Op::TextTest(..)
            | Op::Matches(..) => self.condition(node),
            _ => node.children().into_iter().for_each(|child| self.value(child, with)),
        }
    }
}

fn is_literal(node: &Node) -> bool {
    match &node.op {
        Op::Constant(_) => true,
        Op::Negate(inner) => is_literal(inner),
        Op::List(items) => items.iter().all(is_literal),
        _ => false,
    }
}

/// The literals that stand in some nodes.
fn constants(nodes: &[&Node]) -> Vec<Value> {
    fn collect(node: &Node, into: &mut Vec<Value>) {
        if let Op::Negate(inner) = &node.op
            && let Op::Constant(Constant::Decimal(decimal)) = &inner.op
        {
            into.push(Value::Decimal(-*decimal));
            return;
        }
        if let Op::Constant(constant) = &node.op {
            match constant {
                Constant::Bool(it) => into.push((*it).into()),
                Constant::Decimal(it) => into.push((*it).into()),
                Constant::Text(it) => into.push(it.as_str().into()),
                Constant::Date(it) => into.push((*it).into()),
                Constant::Moment(it) => into.push((*it).into()),
                Constant::Null | Constant::Span(_) => {}
            }
        }
        node.children().into_iter().for_each(|child| collect(child, into));
    }
    let mut found = Vec::new();
    nodes.iter().for_each(|node| collect(node, &mut found));
    found
}
