//! Functions and list macros, checked and lowered.

use super::check::{Checker, Typed, node, wrong};
use super::declare::{Type, nearest};
use super::error::ConditionError;
use super::parse::{Call, Expr, Kind};
use super::program::{Constant, Macro, Node, Op, Over, TextTest};
use crate::value::Moment;
use chrono::NaiveDate;
use regex_lite::RegexBuilder;
use rust_decimal::Decimal;

const FUNCTIONS: [&str; 6] = ["has", "size", "date", "timestamp", "duration", "days"];
const METHODS: [&str; 10] =
    ["all", "exists", "filter", "map", "sum", "size", "startsWith", "endsWith", "contains", "matches"];
/// How many parts of an element's expression count as one more visit.
const NODES_A_VISIT: u32 = 10;
/// How many characters a pattern may have.
const MAX_PATTERN: usize = 500;
/// How many bytes a compiled pattern may take.
const MAX_PATTERN_SIZE: usize = 1 << 20;

impl Checker<'_> {
    pub(super) fn call(&mut self, expr: &Expr, call: &Call) -> Typed {
        match (&call.target, call.args.as_slice()) {
            (None, [arg]) => self.function(expr, call, arg),
            (None, args) if FUNCTIONS.contains(&call.name.as_str()) => {
                let message = format!("`{}` takes one argument, here are {}", call.name, args.len());
                self.error("type", call.name_at, message);
                wrong(expr)
            }
            (None, _) => self.no_function(expr, call),
            (Some(target), args) => self.method(expr, call, target, args),
        }
    }

    fn function(&mut self, expr: &Expr, call: &Call, arg: &Expr) -> Typed {
        match call.name.as_str() {
            "has" => {
                if !matches!(arg.kind, Kind::Name(_) | Kind::Select(..) | Kind::Index(..)) {
                    self.error("type", arg.start, "`has` asks a name, such as `has(fields.amount)`");
                }
                let (lowered, _) = self.expr(arg);
                (node(expr, Op::Has(Box::new(lowered))), Type::Bool)
            }
            "size" => {
                let typed = self.expr(arg);
                self.size(expr, arg, typed)
            }
            "days" => {
                let lowered = self.expect(arg, &Type::Decimal, "`days` takes a decimal");
                (node(expr, Op::Days(Box::new(lowered))), Type::Span)
            }
            "date" | "timestamp" | "duration" => self.time_literal(expr, call, arg),
            _ => {
                // Wrong names inside are worth telling at once too.
                self.expr(arg);
                self.no_function(expr, call)
            }
        }
    }

    fn no_function(&mut self, expr: &Expr, call: &Call) -> Typed {
        let (name, at) = (&call.name, call.name_at);
        let message = format!("there is no function `{name}`");
        if METHODS.contains(&name.as_str()) {
            self.error_with_help("unknown-name", at, message, format!("write `x.{name}(…)`"));
        } else if let Some(near) = nearest(name, FUNCTIONS.into_iter()) {
            self.error_with_help("unknown-name", at, message, format!("did you mean `{near}`?"));
        } else {
            self.error("unknown-name", at, message);
        }
        wrong(expr)
    }

    fn size(&mut self, expr: &Expr, arg: &Expr, (lowered, ty): Typed) -> Typed {
        if !matches!(ty, Type::Text | Type::List(_) | Type::Nothing) {
            self.error("type", arg.start, format!("`size` takes a text or a list, this is a {ty}"));
        }
        (node(expr, Op::Size(Box::new(lowered))), Type::Decimal)
    }

    fn time_literal(&mut self, expr: &Expr, call: &Call, arg: &Expr) -> Typed {
        let Kind::Text(text) = &arg.kind else {
            let message = format!("`{}` takes a text as written, such as {}", call.name, example(&call.name));
            self.error("type", arg.start, message);
            return wrong(expr);
        };
        let read = match call.name.as_str() {
            "date" => text.parse::<NaiveDate>().ok().map(|date| (Constant::Date(date), Type::Date)),
            "timestamp" => text.parse::<Moment>().ok().map(|moment| (Constant::Moment(moment), Type::Moment)),
            _ => span(text).map(|span| (Constant::Span(span), Type::Span)),
        };
        let Some((constant, ty)) = read else {
            let message = format!("`{}` cannot be read by `{}`", text.escape_debug(), call.name);
            self.error_with_help("literal", arg.start, message, format!("write {}", example(&call.name)));
            return wrong(expr);
        };
        (node(expr, Op::Constant(constant)), ty)
    }

    fn method(&mut self, expr: &Expr, call: &Call, target: &Expr, args: &[Expr]) -> Typed {
        match (call.name.as_str(), args) {
            ("all", [variable, body]) => self.over(expr, Macro::All, target, variable, body),
            ("exists", [variable, body]) => self.over(expr, Macro::Exists, target, variable, body),
            ("filter", [variable, body]) => self.over(expr, Macro::Filter, target, variable, body),
            ("map", [variable, body]) => self.over(expr, Macro::Map, target, variable, body),
            ("sum", [variable, body]) => {
                let mapped = self.over(expr, Macro::Map, target, variable, body);
                self.sum(expr, body, mapped)
            }
            ("sum", []) => {
                let list = self.expr(target);
                self.sum(expr, target, list)
            }
            ("size", []) => {
                let typed = self.expr(target);
                self.size(expr, target, typed)
            }
            ("startsWith", [part]) => self.text_test(expr, TextTest::StartsWith, target, part),
            ("endsWith", [part]) => self.text_test(expr, TextTest::EndsWith, target, part),
            ("contains", [part]) => self.text_test(expr, TextTest::Contains, target, part),
            ("matches", [pattern]) => self.matches(expr, target, pattern),
            _ => self.no_method(expr, call),
        }
    }

    fn no_method(&mut self, expr: &Expr, call: &Call) -> Typed {
        let (name, at) = (call.name.as_str(), call.name_at);
        let message = format!("there is no `.{name}(…)` with {} arguments", call.args.len());
        let help = match name {
            "all" | "exists" | "filter" => Some(format!("write `list.{name}(x, condition)`")),
            "map" => Some("write `list.map(x, value)`".to_owned()),
            "any" | "some" => Some("write `list.exists(x, condition)`".to_owned()),
            "every" => Some("write `list.all(x, condition)`".to_owned()),
            "len" | "length" | "count" => Some("write `list.size()`".to_owned()),
            "sum" => Some("write `list.sum()` or `list.sum(x, value)`".to_owned()),
            _ if FUNCTIONS.contains(&name) => Some(format!("write `{name}(…)`")),
            _ => nearest(name, METHODS.into_iter()).map(|near| format!("did you mean `{near}`?")),
        };
        match help {
            Some(help) => self.error_with_help("unknown-name", at, message, help),
            None => self.error("unknown-name", at, message),
        }
        wrong(expr)
    }

    fn over(&mut self, expr: &Expr, what: Macro, target: &Expr, variable: &Expr, body: &Expr) -> Typed {
        let (list, list_ty) = self.expr(target);
        let of = match &list_ty {
            Type::List(of) => (**of).clone(),
            Type::Nothing => Type::Nothing,
            other => {
                self.error("type", target.start, format!("a list is asked here, this is a {other}"));
                Type::Nothing
            }
        };
        let Some(name) = self.variable(variable) else { return wrong(expr) };
        if !self.may_nest(expr.start) {
            return wrong(expr);
        }
        self.locals.push((name.clone(), of));
        let (body_node, body_ty) = match what {
            Macro::Map => self.expr(body),
            _ => (self.expect(body, &Type::Bool, "elements are asked a bool"), Type::Bool),
        };
        self.locals.pop();
        let ty = match what {
            Macro::All | Macro::Exists => Type::Bool,
            Macro::Filter => list_ty,
            Macro::Map => Type::List(Box::new(body_ty)),
        };
        let work = body_node.weight() / NODES_A_VISIT;
        let over = Over { what, variable: name, list, body: body_node, work };
        (node(expr, Op::Over(Box::new(over))), ty)
    }

    /// The name of a macro's variable, which may hide no other name.
    fn variable(&mut self, variable: &Expr) -> Option<String> {
        let Kind::Name(name) = &variable.kind else {
            self.error("type", variable.start, "expected a name for the list's element");
            return None;
        };
        let taken = self.is_local(name) || self.names.has_root(name) || name == "now" || name == "today";
        if taken {
            let message = format!("`{name}` already means something else");
            self.error_with_help("type", variable.start, message, "take another name for the element");
            return None;
        }
        Some(name.clone())
    }

    fn sum(&mut self, expr: &Expr, at: &Expr, (list, ty): Typed) -> Typed {
        match &ty {
            Type::List(of) if of.meet(&Type::Decimal).is_some() => {}
            Type::Nothing => {}
            Type::List(of) => self.error("type", at.start, format!("`sum` adds decimals, here are {of}s")),
            other => self.error("type", at.start, format!("`sum` adds a list, this is a {other}")),
        }
        (node(expr, Op::Sum(Box::new(list))), Type::Decimal)
    }

    fn text_test(&mut self, expr: &Expr, test: TextTest, target: &Expr, part: &Expr) -> Typed {
        let (left, ty) = self.expr(target);
        match (&ty, test) {
            (Type::Text | Type::Nothing, _) => {}
            (Type::List(_), TextTest::Contains) => {
                let message = "`contains` asks a text, this is a list";
                self.error_with_help("type", target.start, message, "write `element in list`");
            }
            (other, _) => {
                self.error("type", target.start, format!("a text is asked here, this is a {other}"))
            }
        }
        let right = self.expect(part, &Type::Text, "the part is a text");
        (node(expr, Op::TextTest(test, Box::new((left, right)))), Type::Bool)
    }

    fn matches(&mut self, expr: &Expr, target: &Expr, pattern: &Expr) -> Typed {
        let left = self.expect(target, &Type::Text, "`matches` asks a text");
        let Kind::Text(text) = &pattern.kind else {
            self.error("type", pattern.start, "`matches` takes a pattern as written, such as '^[0-9]+$'");
            return wrong(expr);
        };
        let wrong_pattern = |message: String| ConditionError::new("literal", pattern.start, message);
        if text.chars().count() > MAX_PATTERN {
            let message = format!("a pattern may have at most {MAX_PATTERN} characters");
            self.errors.push(wrong_pattern(message));
            return wrong(expr);
        }
        match RegexBuilder::new(text).size_limit(MAX_PATTERN_SIZE).build() {
            Ok(regex) => {
                let right = self.pattern_node(pattern, text);
                (node(expr, Op::Matches(Box::new(left), Box::new((regex, right)))), Type::Bool)
            }
            Err(error) => {
                self.errors.push(wrong_pattern(format!("this is no pattern: {error}")));
                wrong(expr)
            }
        }
    }

    fn pattern_node(&self, pattern: &Expr, text: &str) -> Node {
        node(pattern, Op::Constant(Constant::Text(text.to_owned())))
    }
}

fn example(function: &str) -> &'static str {
    match function {
        "date" => "`date('2026-01-31')`",
        "timestamp" => "`timestamp('2026-01-31T09:00:00+03:00')`",
        _ => "`duration('36h30m')`",
    }
}

/// `36h30m`, `-1.5h`, `250ms`: whole milliseconds.
fn span(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total = Decimal::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let unit = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit)?;
        let millis: i64 = match unit {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        let part = Decimal::from_str_exact(number).ok()?.checked_mul(millis.into())?;
        total = total.checked_add(part)?;
        rest = tail;
    }
    if !total.fract().is_zero() {
        return None;
    }
    let millis = i64::try_from(total).ok()?;
    Some(if negative { -millis } else { millis })
}
