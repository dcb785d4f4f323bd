//! Why a condition does not hold, in values and in words.

use super::declare::Slot;
use super::env::{Cause, Evaluated, Truth};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a finding's comparison or predicate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Operator {
    /// `==`
    #[serde(rename = "==")]
    Equal,
    /// `!=`
    #[serde(rename = "!=")]
    Unequal,
    /// `<`
    #[serde(rename = "<")]
    Less,
    /// `<=`
    #[serde(rename = "<=")]
    AtMost,
    /// `>`
    #[serde(rename = ">")]
    More,
    /// `>=`
    #[serde(rename = ">=")]
    AtLeast,
    /// `in`
    #[serde(rename = "in")]
    In,
    /// `startsWith`
    #[serde(rename = "startsWith")]
    StartsWith,
    /// `endsWith`
    #[serde(rename = "endsWith")]
    EndsWith,
    /// `contains`
    #[serde(rename = "contains")]
    Contains,
    /// `matches`
    #[serde(rename = "matches")]
    Matches,
    /// `has`
    #[serde(rename = "has")]
    Has,
    /// `exists`: of [`Finding::count`] elements none satisfies it.
    #[serde(rename = "exists")]
    Exists,
    /// `all` under `!`: each of [`Finding::count`] elements satisfies it.
    #[serde(rename = "all")]
    All,
    /// A bool that stands by itself.
    #[serde(rename = "is")]
    Is,
    /// The value of a program that gives no bool.
    #[serde(rename = "value")]
    Value,
}

/// One read value of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Read {
    /// The slot.
    pub slot: Slot,
    /// Its declared name.
    pub path: String,
    /// The key by which it was read; empty for a plain name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<Value>,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Side {
    /// The text as written.
    pub text: String,
    /// A short name for people: `amount`, `stock of 4711, blue, main`; else the text as written.
    pub name: String,
    /// Whether it is a literal.
    #[serde(default)]
    pub literal: bool,
    /// What was read for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Read>,
    /// What it gave.
    pub value: Evaluated,
}

/// The list element that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Element {
    /// The variable's name in the condition.
    pub name: String,
    /// The element.
    pub value: Evaluated,
}

/// One comparison or predicate that keeps a condition from holding.
///
/// Whoever shows it to a person must withhold it where that person may not see one of
/// [`reveals`](Self::reveals) (G2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The comparison as written.
    pub text: String,
    /// `False` when it fails, `Unknown` when nobody can tell.
    pub truth: Truth,
    /// What is asked.
    pub operator: Operator,
    /// Whether it stands under a `!`, so that it is asked not to hold.
    #[serde(default)]
    pub negated: bool,
    /// The left side, or the only one.
    pub left: Side,
    /// The right side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Side>,
    /// The elements of the lists around it, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<Element>,
    /// How many elements were asked, for [`Operator::Exists`] and [`Operator::All`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Why it is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// Every slot about whose value this tells something, in ascending order.
    pub reveals: Vec<Slot>,
}

impl Finding {
    /// What a placeholder stands for: `left`, `right`, `count`, a part of an element, or an element's name.
    ///
    /// Parts of inner elements come before those of outer ones.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<Evaluated> {
        match name {
            "left" => return Some(self.left.value.clone()),
            "right" => return self.right.as_ref().map(|right| right.value.clone()),
            "count" => return self.count.map(|count| Evaluated::Value(Value::Decimal(count.into()))),
            _ => {}
        }
        for element in self.elements.iter().rev() {
            if element.name == name {
                return Some(element.value.clone());
            }
            if let Evaluated::Value(Value::Record(parts)) = &element.value
                && let Some(part) = parts.get(name)
            {
                return Some(if part.is_empty() { Evaluated::Empty } else { Evaluated::Value(part.clone()) });
            }
        }
        None
    }

    /// This finding in the words of a template: `{item}, {characteristic}: {left} free, {right} asked`.
    ///
    /// Placeholders are those of [`lookup`](Self::lookup); what is empty leaves nothing, what is unknown
    /// a `?`, and a placeholder that names nothing stays as it stands. `{{` and `}}` give braces.
    #[must_use]
    pub fn render(&self, template: &str) -> String {
        self.render_with(template, |value| match value {
            Evaluated::Empty => String::new(),
            Evaluated::Unknown(_) => "?".to_owned(),
            value => value.to_string(),
        })
    }

    /// The same, with values written as `show` writes them.
    #[must_use]
    pub fn render_with(&self, template: &str, show: impl Fn(&Evaluated) -> String) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
            out.push_str(before);
            if let Some(tail) = tail.strip_prefix("{{") {
                out.push('{');
                rest = tail;
            } else if let Some(tail) = tail.strip_prefix("}}") {
                out.push('}');
                rest = tail;
            } else if let Some((name, after)) = tail.strip_prefix('{').and_then(|tail| tail.split_once('}'))
                && let Some(value) = self.lookup(name.trim())
            {
                out.push_str(&show(&value));
                rest = after;
            } else {
                let mut chars = tail.chars();
                out.extend(chars.next());
                rest = chars.as_str();
            }
        }
        out.push_str(rest);
        out
    }

    /// What is asked of the left side, in English.
    fn demand(&self, right: &str, empty_literal: bool, flipped: bool) -> String {
        use Operator as O;
        let not = if self.negated { "not " } else { "" };
        // Under `!`, and read from the right, comparisons turn round.
        let operator = match (self.operator, flipped) {
            (O::Less, true) => O::More,
            (O::AtMost, true) => O::AtLeast,
            (O::More, true) => O::Less,
            (O::AtLeast, true) => O::AtMost,
            (operator, _) => operator,
        };
        let operator = match (operator, self.negated) {
            (O::Equal, true) => O::Unequal,
            (O::Unequal, true) => O::Equal,
            (O::Less, true) => O::AtLeast,
            (O::AtMost, true) => O::More,
            (O::More, true) => O::AtMost,
            (O::AtLeast, true) => O::Less,
            (operator, _) => operator,
        };
        match operator {
            O::Equal if empty_literal => "must be empty".to_owned(),
            O::Unequal if empty_literal => "must not be empty".to_owned(),
            O::Equal => format!("must be {right}"),
            O::Unequal => format!("must not be {right}"),
            O::Less => format!("must be less than {right}"),
            O::AtMost => format!("must be at most {right}"),
            O::More => format!("must be more than {right}"),
            O::AtLeast => format!("must be at least {right}"),
            O::In => format!("must {not}be one of {right}"),
            O::StartsWith => format!("must {not}start with {right}"),
            O::EndsWith => format!("must {not}end with {right}"),
            O::Contains => format!("must {not}contain {right}"),
            O::Matches => format!("must {not}match {right}"),
            O::Has if self.negated => "must be empty".to_owned(),
            O::Has => "must be filled in".to_owned(),
            _ => format!("must be {}", if self.negated { "false" } else { "true" }),
        }
    }

    fn write_elements(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A keyed name says already which element it is.
        let named = self.left.reads.iter().chain(self.right.iter().flat_map(|right| &right.reads));
        if self.elements.is_empty() || named.into_iter().any(|read| !read.key.is_empty()) {
            return Ok(());
        }
        let mut shown = Vec::new();
        for element in &self.elements {
            match &element.value {
                Evaluated::Value(Value::Record(parts)) => {
                    shown.extend(parts.iter().map(|(name, value)| format!("{name}: {value}")));
                }
                value => shown.push(format!("{}: {value}", element.name)),
            }
        }
        write!(f, " ({})", shown.join(", "))
    }
}

impl fmt::Display for Finding {
    /// `amount is 900, must be at least 1000`; `unknown: in_stock`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.truth == Truth::Unknown {
            let causes: Vec<String> = self.causes.iter().map(ToString::to_string).collect();
            return write!(f, "unknown: {}", causes.join(", "));
        }
        match (self.operator, self.count) {
            (Operator::Exists, Some(count)) => {
                write!(f, "none of {count} in {} satisfies `{}`", self.left.name, self.text)?;
                return self.write_elements(f);
            }
            (Operator::All, Some(count)) => {
                write!(f, "each of {count} in {} satisfies `{}`", self.left.name, self.text)?;
                return self.write_elements(f);
            }
            _ => {}
        }
        let flipped = self.left.literal
            && self.right.as_ref().is_some_and(|right| !right.literal)
            && matches!(
                self.operator,
                Operator::Equal
                    | Operator::Unequal
                    | Operator::Less
                    | Operator::AtMost
                    | Operator::More
                    | Operator::AtLeast
            );
        let (subject, object) = match &self.right {
            Some(right) if flipped => (right, Some(&self.left)),
            right => (&self.left, right.as_ref()),
        };
        let empty_literal = object.is_some_and(|object| object.literal && object.value == Evaluated::Empty);
        let right = object.map_or(String::new(), |object| match &object.value {
            Evaluated::Empty => format!("{}, which is empty", object.name),
            value => value.to_string(),
        });
        let demand = self.demand(&right, empty_literal, flipped);
        if subject.literal {
            write!(f, "{}, {demand}", subject.text)?;
        } else {
            write!(f, "{} is {}, {demand}", subject.name, subject.value)?;
        }
        self.write_elements(f)
    }
}

/// Why a condition does not hold, or why nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// Whether it holds.
    pub truth: Truth,
    /// Everything that keeps it from holding, in the order of the text; empty if it holds.
    pub findings: Vec<Finding>,
    /// Whether there were more findings than [`MAX_FINDINGS`](super::MAX_FINDINGS).
    #[serde(default)]
    pub more: bool,
}

impl Explanation {
    /// Each finding in the words of a template; one that is unknown in its own words.
    #[must_use]
    pub fn render(&self, template: &str) -> Vec<String> {
        self.findings
            .iter()
            .map(|finding| match finding.truth {
                Truth::Unknown => finding.to_string(),
                _ => finding.render(template),
            })
            .collect()
    }
}

impl fmt::Display for Explanation {
    /// The findings, parted by `; `.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, finding) in self.findings.iter().enumerate() {
            write!(f, "{}{finding}", if at > 0 { "; " } else { "" })?;
        }
        f.write_str(if self.more { "; …" } else { "" })
    }
}
