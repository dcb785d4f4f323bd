//! The tree against the declared names and types, lowered to a program.

use super::MAX_LIST_NESTING;
use super::declare::{Declarations, Options, Slot, Type, nearest};
use super::error::ConditionError;
use super::parse::{Binary, Expr, Kind};
use super::program::{Calculation, Comparison, Constant, Key, Node, Op};
use std::collections::BTreeSet;

pub(super) struct Checked {
    pub root: Node,
    pub ty: Type,
    pub slots: BTreeSet<Slot>,
}

/// A lowered part and its type.
pub(super) type Typed = (Node, Type);

pub(super) fn check(
    tree: &Expr,
    names: &Declarations,
    options: &Options,
) -> Result<Checked, Vec<ConditionError>> {
    let mut checker =
        Checker { names, options, locals: Vec::new(), errors: Vec::new(), slots: BTreeSet::new() };
    let (root, ty) = checker.expr(tree);
    if let Some(expected) = &options.expect
        && expected.meet(&ty).is_none()
    {
        let message = format!("this must give a {expected}, and gives a {ty}");
        checker.error("type", tree.start, message);
    }
    if checker.errors.is_empty() {
        return Ok(Checked { root, ty, slots: checker.slots });
    }
    checker.errors.sort_by_key(ConditionError::offset);
    Err(checker.errors)
}

pub(super) struct Checker<'a> {
    pub names: &'a Declarations,
    pub options: &'a Options,
    /// The variables of the list macros around this place.
    pub locals: Vec<(String, Type)>,
    pub errors: Vec<ConditionError>,
    slots: BTreeSet<Slot>,
}

/// What a wrong part becomes, so that checking goes on: it fits everything and is never run.
pub(super) fn wrong(expr: &Expr) -> Typed {
    (node(expr, Op::Constant(Constant::Null)), Type::Nothing)
}

pub(super) fn node(expr: &Expr, op: Op) -> Node {
    Node { op, start: expr.start, end: expr.end }
}

impl Checker<'_> {
    pub fn error(&mut self, code: &'static str, at: u32, message: impl Into<String>) {
        self.errors.push(ConditionError::new(code, at, message));
    }

    pub fn error_with_help(
        &mut self,
        code: &'static str,
        at: u32,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.errors.push(ConditionError::new(code, at, message).with_help(help));
    }

    pub fn expr(&mut self, expr: &Expr) -> Typed {
        let constant = |constant, ty| (node(expr, Op::Constant(constant)), ty);
        match &expr.kind {
            Kind::Null => constant(Constant::Null, Type::Nothing),
            Kind::Bool(bool) => constant(Constant::Bool(*bool), Type::Bool),
            Kind::Number(number) => constant(Constant::Decimal(*number), Type::Decimal),
            Kind::Text(text) => constant(Constant::Text(text.clone()), Type::Text),
            Kind::List(items) => self.list(expr, items),
            Kind::Name(_) | Kind::Select(..) => self.path(expr),
            Kind::Index(inner, keys) => self.index(expr, inner, keys),
            Kind::Call(call) => self.call(expr, call),
            Kind::Not(inner) => {
                let inner = self.expect(inner, &Type::Bool, "`!` takes a bool");
                (node(expr, Op::Not(Box::new(inner))), Type::Bool)
            }
            Kind::Negate(inner) => self.negate(expr, inner),
            Kind::And(parts) => {
                let parts = self.conditions(parts, "`&&` takes bools");
                (node(expr, Op::And(parts)), Type::Bool)
            }
            Kind::Or(parts) => {
                let parts = self.conditions(parts, "`||` takes bools");
                (node(expr, Op::Or(parts)), Type::Bool)
            }
            Kind::Binary(binary, pair) => self.binary(expr, *binary, &pair.0, &pair.1),
            Kind::If(parts) => self.ternary(expr, parts),
        }
    }

    /// A part that must have a type; `rule` says who asks for it.
    pub fn expect(&mut self, expr: &Expr, ty: &Type, rule: &str) -> Node {
        let (lowered, found) = self.expr(expr);
        if found.meet(ty).is_none() {
            self.error("type", expr.start, format!("{rule}, this is a {found}"));
        }
        lowered
    }

    fn conditions(&mut self, parts: &[Expr], rule: &str) -> Vec<Node> {
        parts.iter().map(|part| self.expect(part, &Type::Bool, rule)).collect()
    }

    fn list(&mut self, expr: &Expr, items: &[Expr]) -> Typed {
        let mut of = Type::Nothing;
        let mut lowered = Vec::new();
        for item in items {
            let (item_node, ty) = self.expr(item);
            match of.meet(&ty) {
                Some(both) => of = both,
                None => {
                    let message = format!("a list holds one type, this is a {ty} among values of type {of}");
                    self.error("type", item.start, message);
                }
            }
            lowered.push(item_node);
        }
        (node(expr, Op::List(lowered)), Type::List(Box::new(of)))
    }

    fn ternary(&mut self, expr: &Expr, parts: &[Expr; 3]) -> Typed {
        let [condition, yes, no] = parts;
        let condition = self.expect(condition, &Type::Bool, "`?` asks a bool");
        let (yes, yes_ty) = self.expr(yes);
        let (no_node, no_ty) = self.expr(no);
        let ty = yes_ty.meet(&no_ty).unwrap_or_else(|| {
            let message = format!("both sides of `:` must have one type, these are a {yes_ty} and a {no_ty}");
            self.error("type", no.start, message);
            Type::Nothing
        });
        (node(expr, Op::If(Box::new([condition, yes, no_node]))), ty)
    }

    /// `fields.amount`, `l.item`: a declared name, then parts of records.
    fn path(&mut self, expr: &Expr) -> Typed {
        let Some(names) = chain(expr) else {
            // What stands before the first dot is no name: a call's or a macro's record.
            if let Kind::Select(inner, name) = &expr.kind {
                let inner_typed = self.expr(inner);
                return self.part(expr, inner_typed, name, inner.end);
            }
            return wrong(expr);
        };
        let Some((root, _)) = names.first() else { return wrong(expr) };
        if let Some(at) = self.locals.iter().rposition(|(name, _)| name == root) {
            let ty = self.locals.get(at).map_or(Type::Nothing, |(_, ty)| ty.clone());
            return self.parts(expr, (node(expr, Op::Local(at)), ty), names.get(1..).unwrap_or_default());
        }
        for known in (1..=names.len()).rev() {
            let prefix = names.get(..known).unwrap_or_default();
            let path: Vec<&str> = prefix.iter().map(|(name, _)| *name).collect();
            let Some(slot) = self.names.slot(&path.join(".")) else { continue };
            let Some(declared) = self.names.declared(slot) else { continue };
            if !declared.keys.is_empty() {
                let help = format!("write `{}`", keyed_form(&declared.path, &declared.keys));
                let message = format!("`{}` is read by a key", declared.path);
                self.error_with_help("type", expr.start, message, help);
                return wrong(expr);
            }
            let ty = declared.ty.clone();
            self.slots.insert(slot);
            let rest = names.get(known..).unwrap_or_default();
            return self.parts(expr, (node(expr, Op::Slot(slot)), ty), rest);
        }
        let path: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        self.undeclared(expr, &path.join("."))
    }

    fn parts(&mut self, expr: &Expr, mut typed: Typed, rest: &[(&str, u32)]) -> Typed {
        for (name, end) in rest {
            typed = self.part(expr, typed, name, *end);
        }
        typed
    }

    fn part(&mut self, expr: &Expr, (of, ty): Typed, name: &str, at: u32) -> Typed {
        let found = match &ty {
            Type::Record(parts) => match parts.get(name) {
                Some(ty) => ty.clone(),
                None => {
                    let message = format!("there is no part `{name}`");
                    match nearest(name, parts.keys().map(String::as_str)) {
                        Some(near) => {
                            let help = format!("did you mean `{near}`?");
                            self.error_with_help("unknown-name", at, message, help);
                        }
                        None => {
                            let known: Vec<String> = parts.keys().map(|part| format!("`{part}`")).collect();
                            let help = format!("the record has {}", known.join(", "));
                            self.error_with_help("unknown-name", at, message, help);
                        }
                    }
                    Type::Nothing
                }
            },
            Type::Nothing => Type::Nothing,
            Type::List(_) => {
                let help = "ask its elements by `exists`, `all`, `map` or `sum`";
                self.error_with_help("type", at, format!("a list has no part `{name}`"), help);
                Type::Nothing
            }
            other => {
                self.error("type", at, format!("a {other} has no part `{name}`"));
                Type::Nothing
            }
        };
        (node(expr, Op::Part(Box::new(of), name.to_owned())), found)
    }

    fn undeclared(&mut self, expr: &Expr, path: &str) -> Typed {
        if path == "now" || path == "today" {
            if !self.options.may_use_now {
                let help = "time alone would change the answer unnoticed; use a timer (`after`, `before`)";
                let message = format!("`{path}` may not be read here");
                self.error_with_help("now-not-allowed", expr.start, message, help);
                return wrong(expr);
            }
            let (op, ty) = if path == "now" { (Op::Now, Type::Moment) } else { (Op::Today, Type::Date) };
            return (node(expr, op), ty);
        }
        let shown: String = path.chars().take(100).collect();
        let message = format!("there is no `{shown}`");
        let local = nearest(path, self.locals.iter().map(|(name, _)| name.as_str()));
        match local.or_else(|| self.names.nearest(path)).map(str::to_owned) {
            Some(near) => {
                self.error_with_help("unknown-name", expr.start, message, format!("did you mean `{near}`?"));
            }
            None => self.error("unknown-name", expr.start, message),
        }
        wrong(expr)
    }

    fn index(&mut self, expr: &Expr, inner: &Expr, keys: &[Expr]) -> Typed {
        let path = chain(inner)
            .filter(|names| !names.first().is_some_and(|(root, _)| self.is_local(root)))
            .map(|names| names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("."));
        let slot = path.as_deref().and_then(|path| self.names.slot(path));
        let declared = slot.and_then(|slot| self.names.declared(slot));
        let (Some(slot), Some(declared)) = (slot, declared) else {
            let (_, ty) = self.expr(inner);
            if ty != Type::Nothing {
                let help = "ask a list's elements by `exists` or `all`, a record's parts by `.`";
                self.error_with_help("type", expr.start, format!("a {ty} is not read by a key"), help);
            }
            return wrong(expr);
        };
        let (declared_path, wanted, ty) = (declared.path.clone(), declared.keys.clone(), declared.ty.clone());
        if wanted.len() != keys.len() {
            let help = match wanted.is_empty() {
                true => format!("write `{declared_path}`"),
                false => format!("write `{}`", keyed_form(&declared_path, &wanted)),
            };
            let message = format!("`{declared_path}` takes {} keys, here are {}", wanted.len(), keys.len());
            self.error_with_help("type", expr.start, message, help);
            return wrong(expr);
        }
        self.slots.insert(slot);
        let mut lowered = Vec::new();
        for (key, (name, ty)) in keys.iter().zip(&wanted) {
            let node = self.expect(key, ty, &format!("the key `{name}` is a {ty}"));
            lowered.push(Key { node, is_text: *ty == Type::Text });
        }
        (node(expr, Op::Keyed(slot, lowered)), ty)
    }

    pub fn is_local(&self, name: &str) -> bool {
        self.locals.iter().any(|(local, _)| local == name)
    }

    /// One more list macro around what follows; says so when that is too many.
    pub fn may_nest(&mut self, at: u32) -> bool {
        if self.locals.len() < MAX_LIST_NESTING {
            return true;
        }
        let message = format!("lists may be asked at most {MAX_LIST_NESTING} deep inside each other");
        self.error("too-nested", at, message);
        false
    }

    fn negate(&mut self, expr: &Expr, inner: &Expr) -> Typed {
        if let Kind::Number(number) = inner.kind {
            return (node(expr, Op::Constant(Constant::Decimal(-number))), Type::Decimal);
        }
        let (lowered, ty) = self.expr(inner);
        if !matches!(ty, Type::Decimal | Type::Span | Type::Nothing) {
            self.error("type", inner.start, format!("`-` takes a decimal or a duration, this is a {ty}"));
        }
        (node(expr, Op::Negate(Box::new(lowered))), ty)
    }

    fn binary(&mut self, expr: &Expr, binary: Binary, left: &Expr, right: &Expr) -> Typed {
        let (left_node, left_ty) = self.expr(left);
        let (right_node, right_ty) = self.expr(right);
        let pair = Box::new((left_node, right_node));
        let (op, ty) = match binary {
            Binary::Equal => (Op::Compare(Comparison::Equal, pair), Type::Bool),
            Binary::Unequal => (Op::Compare(Comparison::Unequal, pair), Type::Bool),
            Binary::Less => (Op::Compare(Comparison::Less, pair), Type::Bool),
            Binary::AtMost => (Op::Compare(Comparison::AtMost, pair), Type::Bool),
            Binary::More => (Op::Compare(Comparison::More, pair), Type::Bool),
            Binary::AtLeast => (Op::Compare(Comparison::AtLeast, pair), Type::Bool),
            Binary::In => (Op::In(pair), Type::Bool),
            Binary::Add => (Op::Calculate(Calculation::Add, pair), Type::Nothing),
            Binary::Subtract => (Op::Calculate(Calculation::Subtract, pair), Type::Nothing),
            Binary::Multiply => (Op::Calculate(Calculation::Multiply, pair), Type::Nothing),
            Binary::Divide => (Op::Calculate(Calculation::Divide, pair), Type::Nothing),
            Binary::Remainder => (Op::Calculate(Calculation::Remainder, pair), Type::Nothing),
        };
        let ty = match (binary, ty) {
            (Binary::In, ty) => {
                self.check_in(right, &left_ty, &right_ty);
                ty
            }
            (_, Type::Bool) => {
                self.check_comparison(expr, binary, &left_ty, &right_ty);
                Type::Bool
            }
            _ => self.calculation(expr, binary, &left_ty, &right_ty),
        };
        (node(expr, op), ty)
    }

    fn check_in(&mut self, right: &Expr, left_ty: &Type, right_ty: &Type) {
        match right_ty {
            Type::List(of) if of.meet(left_ty).is_some() => {}
            Type::List(of) => {
                let message = format!("a {left_ty} cannot be in a list of {of}");
                self.error("type", right.start, message);
            }
            Type::Nothing => {}
            Type::Text => {
                let message = "`in` asks a list, this is a text";
                self.error_with_help("type", right.start, message, "write `text.contains(part)`");
            }
            other => self.error("type", right.start, format!("`in` asks a list, this is a {other}")),
        }
    }

    fn check_comparison(&mut self, expr: &Expr, binary: Binary, left: &Type, right: &Type) {
        let Some(both) = left.meet(right) else {
            let message = format!("a {left} does not compare with a {right}");
            match (left, right) {
                (Type::Date, Type::Moment) | (Type::Moment, Type::Date) => {
                    let help = "compare dates with dates (`today`), moments with moments (`now`)";
                    self.error_with_help("type", expr.start, message, help);
                }
                (Type::Date | Type::Moment, Type::Text) | (Type::Text, Type::Date | Type::Moment) => {
                    let help = "write `date('2026-01-31')` or `timestamp('2026-01-31T09:00:00Z')`";
                    self.error_with_help("type", expr.start, message, help);
                }
                _ => self.error("type", expr.start, message),
            }
            return;
        };
        let ordering = !matches!(binary, Binary::Equal | Binary::Unequal);
        if ordering && !both.is_ordered() {
            self.error("type", expr.start, format!("of two values of type {both} none is the greater"));
        }
    }

    fn calculation(&mut self, expr: &Expr, binary: Binary, left: &Type, right: &Type) -> Type {
        use Type::{Date, Decimal, Moment, Nothing, Span, Text};
        let found = match (binary, left, right) {
            (_, Nothing, other) | (_, other, Nothing) => Some(other.clone()),
            (_, Decimal, Decimal) => Some(Decimal),
            (Binary::Add, Text, Text) => Some(Text),
            (Binary::Add | Binary::Subtract, Date, Span) | (Binary::Add, Span, Date) => Some(Date),
            (Binary::Add | Binary::Subtract, Moment, Span) | (Binary::Add, Span, Moment) => Some(Moment),
            (Binary::Add | Binary::Subtract, Span, Span) | (Binary::Subtract, Moment, Moment) => Some(Span),
            (Binary::Subtract, Date, Date) => Some(Decimal),
            _ => None,
        };
        found.unwrap_or_else(|| {
            let sign = match binary {
                Binary::Add => "+",
                Binary::Subtract => "-",
                Binary::Multiply => "*",
                Binary::Divide => "/",
                _ => "%",
            };
            let message = format!("`{sign}` does not take a {left} and a {right}");
            match (left, right) {
                (Date | Moment, Decimal) | (Decimal, Date | Moment) => {
                    let help = "write `days(3)` or `duration('36h')`";
                    self.error_with_help("type", expr.start, message, help);
                }
                _ => self.error("type", expr.start, message),
            }
            Nothing
        })
    }
}

/// The names of `a.b.c` with the places where their predecessors end, if nothing else is in it.
fn chain(expr: &Expr) -> Option<Vec<(&str, u32)>> {
    let mut names = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            Kind::Select(inner, name) => {
                names.push((name.as_str(), inner.end + 1));
                at = inner;
            }
            Kind::Name(name) => {
                names.push((name.as_str(), at.start));
                names.reverse();
                return Some(names);
            }
            _ => return None,
        }
    }
}

fn keyed_form(path: &str, keys: &[(String, Type)]) -> String {
    let keys: Vec<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
    format!("{path}[{}]", keys.join(", "))
}
