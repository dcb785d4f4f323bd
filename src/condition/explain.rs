//! Finding what keeps a condition from holding.

use super::declare::{Slot, Type};
use super::env::{Cause, Env, Evaluated, Truth, keyed_name};
use super::finding::{Element, Explanation, Finding, Operator, Read, Side};
use super::operand::V;
use super::program::{Comparison, Constant, Macro, Node, Op, Over, Program, TextTest};
use super::run::Run;
use super::{MAX_FINDINGS, MAX_VISITS};
use std::collections::BTreeSet;

pub(super) fn explain(program: &Program, env: &dyn Env) -> Explanation {
    let mut run = Run::new(program, env);
    // Each level of a nested list is judged again on the way down.
    run.budget = MAX_VISITS.saturating_mul(10);
    let mut explainer =
        Explainer { run, findings: Vec::new(), more: false, elements: Vec::new(), around: Vec::new() };
    let root = program.root();
    if let Evaluated::Unknown(causes) = Run::new(program, env).look(root)
        && causes.contains(&Cause::TooMuchWork)
    {
        // Looking closer would be more work still.
        explainer.run.budget = 0;
        explainer.leaf(root, Operator::Value, false, root, None);
        return Explanation { truth: Truth::Unknown, findings: explainer.findings, more: false };
    }
    let truth = match program.ty() {
        Type::Bool | Type::Nothing => {
            explainer.why(root, false);
            Run::new(program, env).judge(root)
        }
        _ => match explainer.run.look(root) {
            Evaluated::Unknown(_) => {
                explainer.leaf(root, Operator::Value, false, root, None);
                Truth::Unknown
            }
            // A value is no answer to whether it holds.
            _ => Truth::False,
        },
    };
    Explanation { truth, findings: explainer.findings, more: explainer.more }
}

struct Explainer<'e> {
    run: Run<'e>,
    findings: Vec<Finding>,
    more: bool,
    elements: Vec<Element>,
    /// Lists and `?` conditions around this place: a finding tells something of them too.
    around: Vec<&'e Node>,
}

impl<'e> Explainer<'e> {
    /// Adds a finding for each comparison in `node` that keeps it from being what is asked.
    fn why(&mut self, node: &'e Node, negated: bool) {
        if self.findings.len() >= MAX_FINDINGS {
            self.more = true;
            return;
        }
        let truth = self.run.judge(node);
        if truth == Truth::from(!negated) {
            return;
        }
        match &node.op {
            Op::And(parts) | Op::Or(parts) => {
                for part in parts {
                    self.why(part, negated);
                }
            }
            Op::Not(inner) => self.why(inner, !negated),
            Op::If(parts) => {
                let [condition, yes, no] = parts.as_ref();
                match self.run.judge(condition) {
                    Truth::Unknown => self.why(condition, false),
                    chosen => {
                        self.around.push(condition);
                        self.why(if chosen == Truth::True { yes } else { no }, negated);
                        self.around.pop();
                    }
                }
            }
            Op::Over(over) if matches!(over.what, Macro::All | Macro::Exists) => {
                self.why_over(node, over, truth, negated);
            }
            Op::Compare(how, pair) => {
                self.leaf(node, comparison(*how), negated, &pair.0, Some(&pair.1));
            }
            Op::In(pair) => self.leaf(node, Operator::In, negated, &pair.0, Some(&pair.1)),
            Op::TextTest(test, pair) => {
                let operator = match test {
                    TextTest::StartsWith => Operator::StartsWith,
                    TextTest::EndsWith => Operator::EndsWith,
                    TextTest::Contains => Operator::Contains,
                };
                self.leaf(node, operator, negated, &pair.0, Some(&pair.1));
            }
            Op::Matches(text, pattern) => {
                self.leaf(node, Operator::Matches, negated, text, Some(&pattern.1));
            }
            Op::Has(inner) => self.leaf(node, Operator::Has, negated, inner, None),
            _ => self.leaf(node, Operator::Is, negated, node, None),
        }
    }

    fn why_over(&mut self, node: &'e Node, over: &'e Over, truth: Truth, negated: bool) {
        let list = self.run.value(&over.list);
        let whole = matches!((over.what, negated), (Macro::Exists, false) | (Macro::All, true));
        if matches!(list, V::Unknown) || (whole && truth != Truth::Unknown) {
            let operator = if over.what == Macro::All { Operator::All } else { Operator::Exists };
            self.leaf(node, operator, negated, &over.list, None);
            if let Some(finding) = self.findings.last_mut() {
                finding.text = self.run.program.source(&over.body).to_owned();
                finding.count = Some(list.length());
                let mut reveals: BTreeSet<Slot> = finding.reveals.iter().copied().collect();
                over.body.collect_slots(&mut reveals);
                finding.reveals = reveals.into_iter().collect();
            }
            return;
        }
        self.around.push(&over.list);
        for at in 0..list.length() {
            if self.more || !self.run.enter(over) {
                break;
            }
            let element = list.element(at);
            self.run.locals.push(element.clone());
            // Of an undecided list only what is undecided matters.
            if !whole || self.run.judge(&over.body) == Truth::Unknown {
                let value = match &element {
                    V::Unknown => Evaluated::Unknown(Vec::new()),
                    V::Empty => Evaluated::Empty,
                    V::Span(span) => Evaluated::Span(*span),
                    other => self.run.plain(other).map_or(Evaluated::Unknown(Vec::new()), Evaluated::Value),
                };
                self.elements.push(Element { name: over.variable.clone(), value });
                self.why(&over.body, negated);
                self.elements.pop();
            }
            self.run.locals.pop();
        }
        self.around.pop();
    }

    fn leaf(
        &mut self,
        node: &'e Node,
        operator: Operator,
        negated: bool,
        left: &'e Node,
        right: Option<&'e Node>,
    ) {
        if self.findings.len() >= MAX_FINDINGS {
            self.more = true;
            return;
        }
        let mut reveals = BTreeSet::new();
        for part in self.around.iter().copied().chain([left]).chain(right) {
            part.collect_slots(&mut reveals);
        }
        let (truth, causes) = match self.run.look(node) {
            Evaluated::Unknown(causes) => (Truth::Unknown, causes),
            _ => (Truth::False, Vec::new()),
        };
        let finding = Finding {
            text: self.run.program.source(node).to_owned(),
            truth,
            operator,
            negated,
            left: self.side(left),
            right: right.map(|right| self.side(right)),
            elements: self.elements.clone(),
            count: None,
            causes,
            reveals: reveals.into_iter().collect(),
        };
        self.findings.push(finding);
    }

    fn side(&mut self, node: &'e Node) -> Side {
        let text = self.run.program.source(node).to_owned();
        let mut reads = Vec::new();
        self.reads(node, &mut reads);
        let name = match (&node.op, reads.last()) {
            (Op::Slot(_) | Op::Keyed(..), Some(read)) => keyed_name(&read.path, &read.key),
            (Op::Constant(Constant::Text(text)), _) => text.clone(),
            _ => text.clone(),
        };
        let literal = match &node.op {
            Op::Constant(_) => true,
            Op::List(items) => items.iter().all(|item| matches!(item.op, Op::Constant(_))),
            _ => false,
        };
        Side { text, name, literal, reads, value: self.run.look(node) }
    }

    /// What is read for a node, each once; inside another list's elements only the slots.
    fn reads(&mut self, node: &'e Node, into: &mut Vec<Read>) {
        if let Op::Over(over) = &node.op {
            self.reads(&over.list, into);
            let mut slots = BTreeSet::new();
            over.body.collect_slots(&mut slots);
            for slot in slots {
                self.add_read(slot, Vec::new(), into);
            }
            return;
        }
        for child in node.children() {
            self.reads(child, into);
        }
        match &node.op {
            Op::Slot(slot) => self.add_read(*slot, Vec::new(), into),
            Op::Keyed(slot, keys) => {
                let key = self.run.key(keys).flatten().unwrap_or_default();
                self.add_read(*slot, key, into);
            }
            _ => {}
        }
    }

    fn add_read(&self, slot: Slot, key: Vec<crate::value::Value>, into: &mut Vec<Read>) {
        let read = Read { slot, path: self.run.program.path(slot).to_owned(), key };
        if !into.contains(&read) {
            into.push(read);
        }
    }
}

fn comparison(how: Comparison) -> Operator {
    match how {
        Comparison::Equal => Operator::Equal,
        Comparison::Unequal => Operator::Unequal,
        Comparison::Less => Operator::Less,
        Comparison::AtMost => Operator::AtMost,
        Comparison::More => Operator::More,
        Comparison::AtLeast => Operator::AtLeast,
    }
}
