//! Judging: whether a node holds, in Kleene's three truths (C8).

use super::calculate::Failure;
use super::env::{Operand, Truth};
use super::operand::V;
use super::program::{Comparison, Constant, Macro, Node, Op, Over, TextTest};
use super::run::Run;
use crate::value::Value;

impl<'e> Run<'e> {
    /// Whether a node holds where it stands as a condition: an empty bool does not.
    pub fn judge(&mut self, node: &'e Node) -> Truth {
        let mark = self.causes.as_ref().map(Vec::len);
        let truth = match &node.op {
            Op::Compare(how, pair) => self.compare(node, *how, &pair.0, &pair.1),
            Op::And(parts) => self.all_of(parts),
            Op::Or(parts) => self.any_of(parts),
            Op::Not(inner) => !self.judge(inner),
            Op::If(parts) => {
                let [condition, yes, no] = parts.as_ref();
                match self.judge(condition) {
                    Truth::True => self.judge(yes),
                    Truth::False => self.judge(no),
                    Truth::Unknown => Truth::Unknown,
                }
            }
            Op::Over(over) if matches!(over.what, Macro::All | Macro::Exists) => self.quantify(over),
            Op::In(pair) => self.within(&pair.0, &pair.1),
            Op::Has(inner) => match self.value(inner) {
                V::Unknown => Truth::Unknown,
                V::Empty => Truth::False,
                _ => Truth::True,
            },
            Op::TextTest(test, pair) => self.text_test(node, *test, &pair.0, &pair.1),
            Op::Matches(text, pattern) => self.matches(node, text, &pattern.0),
            _ => self.judge_value(node),
        };
        // What was unknown on the way is no cause once the answer is known.
        if truth != Truth::Unknown
            && let (Some(causes), Some(mark)) = (&mut self.causes, mark)
        {
            causes.truncate(mark);
        }
        truth
    }

    fn judge_value(&mut self, node: &'e Node) -> Truth {
        match self.value(node) {
            V::Bool(bool) => bool.into(),
            V::Empty => Truth::False,
            V::Unknown => Truth::Unknown,
            _ => {
                self.fail(node, Failure::WrongType);
                Truth::Unknown
            }
        }
    }

    fn all_of(&mut self, parts: &'e [Node]) -> Truth {
        let mut all = Truth::True;
        for part in parts {
            all = all.and(self.judge(part));
            if all == Truth::False {
                break;
            }
        }
        all
    }

    fn any_of(&mut self, parts: &'e [Node]) -> Truth {
        let mut any = Truth::False;
        for part in parts {
            any = any.or(self.judge(part));
            if any == Truth::True {
                break;
            }
        }
        any
    }

    fn compare(&mut self, node: &'e Node, how: Comparison, left: &'e Node, right: &'e Node) -> Truth {
        // A name and a number: most conditions are this, and it needs no copy of anything.
        if let (Op::Slot(slot), Op::Constant(Constant::Decimal(number))) = (&left.op, &right.op)
            && let Operand::Value(Value::Decimal(value)) = self.env.load(*slot)
        {
            return how.accepts(value.cmp(number)).into();
        }
        let left = self.value(left);
        let right = self.value(right);
        let equality = matches!(how, Comparison::Equal | Comparison::Unequal);
        if equality {
            let equal = self.equal(node, &left, &right);
            return if how == Comparison::Equal { equal } else { !equal };
        }
        match (&left, &right) {
            (V::Unknown, _) | (_, V::Unknown) => Truth::Unknown,
            (V::Empty, _) | (_, V::Empty) => Truth::False,
            _ => match left.order(&right) {
                Some(order) => how.accepts(order).into(),
                None => {
                    self.fail(node, Failure::WrongType);
                    Truth::Unknown
                }
            },
        }
    }

    /// Kleene's equality: lists part by part, so that one known difference settles it.
    fn equal(&mut self, node: &'e Node, left: &V<'e>, right: &V<'e>) -> Truth {
        match (left, right) {
            (V::Unknown, _) | (_, V::Unknown) => Truth::Unknown,
            (V::Empty, V::Empty) => Truth::True,
            (V::Empty, _) | (_, V::Empty) => Truth::False,
            (V::Bool(a), V::Bool(b)) => (a == b).into(),
            (V::Record(a), V::Record(b)) => {
                let filled = |value: &&Value| !value.is_empty();
                let one = a.iter().filter(|(_, value)| filled(value));
                one.eq(b.iter().filter(|(_, value)| filled(value))).into()
            }
            (V::Slice(_) | V::List(_), V::Slice(_) | V::List(_)) => {
                if left.length() != right.length() {
                    return Truth::False;
                }
                let mut all = Truth::True;
                for at in 0..left.length() {
                    if !self.visit() {
                        return Truth::Unknown;
                    }
                    all = all.and(self.equal(node, &left.element(at), &right.element(at)));
                    if all == Truth::False {
                        break;
                    }
                }
                all
            }
            _ => match left.order(right) {
                Some(order) => order.is_eq().into(),
                None => {
                    self.fail(node, Failure::WrongType);
                    Truth::Unknown
                }
            },
        }
    }

    fn within(&mut self, left: &'e Node, right: &'e Node) -> Truth {
        let wanted = self.value(left);
        let mut any = Truth::False;
        if let Op::List(items) = &right.op {
            for item in items {
                let item_value = self.value(item);
                any = any.or(self.equal(item, &wanted, &item_value));
                if any == Truth::True {
                    break;
                }
            }
            return any;
        }
        let list = self.value(right);
        if matches!(list, V::Unknown) {
            return Truth::Unknown;
        }
        for at in 0..list.length() {
            if !self.visit() {
                return Truth::Unknown;
            }
            any = any.or(self.equal(right, &wanted, &list.element(at)));
            if any == Truth::True {
                break;
            }
        }
        any
    }

    fn text_test(&mut self, node: &'e Node, test: TextTest, left: &'e Node, right: &'e Node) -> Truth {
        let (left, right) = (self.value(left), self.value(right));
        let (Some(text), Some(part)) = (as_text(&left), as_text(&right)) else {
            return self.no_text(node, &[&left, &right]);
        };
        if !self.spend_text(text.len()) {
            return Truth::Unknown;
        }
        match test {
            TextTest::StartsWith => text.starts_with(part),
            TextTest::EndsWith => text.ends_with(part),
            TextTest::Contains => text.contains(part),
        }
        .into()
    }

    fn matches(&mut self, node: &'e Node, left: &'e Node, pattern: &regex_lite::Regex) -> Truth {
        let left = self.value(left);
        match as_text(&left) {
            // A pattern looks at each byte in many states.
            Some(text) if self.spend_text(text.len().saturating_mul(32)) => pattern.is_match(text).into(),
            Some(_) => Truth::Unknown,
            None => self.no_text(node, &[&left]),
        }
    }

    fn no_text(&mut self, node: &Node, values: &[&V<'e>]) -> Truth {
        if !values.iter().any(|value| matches!(value, V::Unknown)) {
            self.fail(node, Failure::WrongType);
        }
        Truth::Unknown
    }

    fn quantify(&mut self, over: &'e Over) -> Truth {
        let list = self.value(&over.list);
        if matches!(list, V::Unknown) {
            return Truth::Unknown;
        }
        let (mut found, decided) =
            if over.what == Macro::All { (Truth::True, Truth::False) } else { (Truth::False, Truth::True) };
        for at in 0..list.length() {
            if !self.enter(over) {
                return Truth::Unknown;
            }
            self.locals.push(list.element(at));
            let truth = self.judge(&over.body);
            self.locals.pop();
            found = if over.what == Macro::All { found.and(truth) } else { found.or(truth) };
            if found == decided {
                break;
            }
        }
        found
    }
}

/// An empty text is the text without characters.
fn as_text<'a>(value: &'a V<'_>) -> Option<&'a str> {
    match value {
        V::Text(text) => Some(text),
        V::Empty => Some(""),
        _ => None,
    }
}
