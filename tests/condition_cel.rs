//! Conditions against the crate `cel` as an oracle: what both know must agree.
//!
//! Without decimals, unknowns, empties and division, where the difference is documented
//! (`docs/CONDITIONS.md`, "Differences from CEL"). The reference's own examples run here too.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests, which the configuration does not know as such"
)]

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::collections::BTreeMap;
use voronka::condition::{Declarations, Env, Evaluated, Operand, Options, Program, Slot, Type};
use voronka::{Moment, Value};

const CASES: u32 = 3_000;

#[derive(serde::Serialize, Clone)]
struct Line {
    q: i64,
    s: String,
}

/// What both sides read: `n`, `b`, `s`, `xs`, `ts`, `ls`.
struct World(Vec<Value>);

fn lines() -> Vec<Line> {
    [(5, "blue"), (1, "red"), (-3, "синий")].map(|(q, s)| Line { q, s: s.to_owned() }).to_vec()
}

fn world() -> (Declarations, World) {
    let mut names = Declarations::new();
    let line = BTreeMap::from([("q".to_owned(), Type::Decimal), ("s".to_owned(), Type::Text)]);
    names.declare("n", Type::Decimal);
    names.declare("b", Type::Bool);
    names.declare("s", Type::Text);
    names.declare("xs", Type::List(Box::new(Type::Decimal)));
    names.declare("ts", Type::List(Box::new(Type::Text)));
    names.declare("ls", Type::List(Box::new(Type::Record(line))));
    let record = |line: Line| {
        Value::Record(BTreeMap::from([("q".to_owned(), line.q.into()), ("s".to_owned(), line.s.into())]))
    };
    let values = vec![
        Value::from(7),
        Value::from(true),
        Value::from("blue"),
        Value::from(vec![Value::from(1), Value::from(2), Value::from(7)]),
        Value::from(vec![Value::from("blue"), Value::from("a'b\"c\n")]),
        Value::from(lines().into_iter().map(record).collect::<Vec<_>>()),
    ];
    (names, World(values))
}

impl Env for World {
    fn load(&self, slot: Slot) -> Operand<'_> {
        self.0.get(slot.0 as usize).map_or(Operand::Unknown, Operand::Value)
    }
    fn keyed(&self, _: Slot, _: &[Value]) -> Operand<'_> {
        Operand::Unknown
    }
    fn now(&self) -> Moment {
        Moment::MIN
    }
    fn today(&self) -> NaiveDate {
        NaiveDate::default()
    }
}

fn oracle(text: &str) -> Result<Value, String> {
    let program = cel::Program::compile(text).map_err(|error| error.to_string())?;
    let mut context = cel::Context::default();
    context.add_variable("n", 7_i64).unwrap();
    context.add_variable("b", true).unwrap();
    context.add_variable("s", "blue").unwrap();
    context.add_variable("xs", vec![1_i64, 2, 7]).unwrap();
    context.add_variable("ts", vec!["blue", "a'b\"c\n"]).unwrap();
    context.add_variable("ls", lines()).unwrap();
    plain(&program.execute(&context).map_err(|error| error.to_string())?)
}

fn plain(value: &cel::Value) -> Result<Value, String> {
    Ok(match value {
        cel::Value::Bool(bool) => (*bool).into(),
        cel::Value::Int(int) => (*int).into(),
        cel::Value::String(text) => text.as_str().into(),
        cel::Value::List(items) => Value::List(items.iter().map(plain).collect::<Result<_, _>>()?),
        other => return Err(format!("{other:?}")),
    })
}

fn ours(text: &str, names: &Declarations, world: &World) -> Result<Value, String> {
    let program = Program::compile(text, names, &Options::default()).map_err(|e| format!("{e:?}"))?;
    match (program.eval(world), program.ty()) {
        (Evaluated::Value(value), _) => Ok(value),
        // An empty list is no value here.
        (Evaluated::Empty, Type::List(_)) => Ok(Value::List(Vec::new())),
        (other, _) => Err(format!("{other:?}")),
    }
}

const RELATIONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// The variable of a macro around, by what it stands for.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Number,
    Text,
    Line,
}

/// Writes expressions; each choice is a byte, so that a failing case shrinks.
struct Writer<'a> {
    bytes: std::slice::Iter<'a, u8>,
    variables: Vec<(Of, String)>,
    named: u32,
}

impl Writer<'_> {
    fn pick(&mut self, of: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % of
    }

    /// One of `all` ways to write something, of which the first `leaves` hold nothing else.
    fn choose(&mut self, depth: u32, leaves: usize, all: usize) -> usize {
        match depth {
            0 => self.pick(leaves),
            // Near the top a leaf would be a waste of a case.
            3.. => leaves + self.pick(all - leaves),
            _ => self.pick(all),
        }
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[self.pick(of.len())]
    }

    fn variable(&self, of: Of, part: &str, or: &str) -> String {
        let found = self.variables.iter().rev().find(|(kind, _)| *kind == of);
        found.map_or_else(|| or.to_owned(), |(_, name)| format!("{name}{part}"))
    }

    fn may_nest(&self) -> bool {
        self.variables.len() < 3
    }

    fn over(&mut self, list: &str, what: &str, of: Of, write: impl FnOnce(&mut Self) -> String) -> String {
        self.named += 1;
        let name = format!("v{}", self.named);
        self.variables.push((of, name.clone()));
        let body = write(self);
        self.variables.pop();
        format!("{list}.{what}({name}, {body})")
    }

    fn bool(&mut self, depth: u32) -> String {
        let choice = self.choose(depth, 3, 17);
        let d = depth.saturating_sub(1);
        match choice {
            0 => "true".to_owned(),
            1 => "false".to_owned(),
            2 => "b".to_owned(),
            3 => format!("!({})", self.bool(d)),
            4 => format!("!{}", self.one(&["b", "true", "!b"])),
            5 => format!("(({}) && ({}))", self.bool(d), self.bool(d)),
            6 => format!("(({}) || ({}) && ({}))", self.bool(d), self.bool(d), self.bool(d)),
            7 => format!("({} ? {} : {})", self.bool(d), self.bool(d), self.bool(d)),
            8 => format!("{} {} {}", self.number(d), self.one(&RELATIONS), self.number(d)),
            9 => format!("{} {} {}", self.text(d), self.one(&RELATIONS), self.text(d)),
            10 => format!("{} in {}", self.number(d), self.numbers(d)),
            11 => format!("{} in {}", self.text(d), self.one(&["ts", "['blue']", "[]", "['a', s]"])),
            12 => {
                let test = self.one(&["startsWith", "endsWith", "contains"]);
                format!("{}.{test}({})", self.text(d), self.text(d))
            }
            13 => format!("{} == {}", self.numbers(d), self.numbers(d)),
            14.. if !self.may_nest() => "b == true".to_owned(),
            14 => {
                let (list, what) = (self.numbers(d), self.one(&["all", "exists"]));
                self.over(&list, what, Of::Number, |writer| writer.bool(d))
            }
            15 => {
                let what = self.one(&["all", "exists"]);
                self.over("ts", what, Of::Text, |writer| writer.bool(d))
            }
            _ => {
                let what = self.one(&["all", "exists"]);
                self.over("ls", what, Of::Line, |writer| writer.bool(d))
            }
        }
    }

    fn number(&mut self, depth: u32) -> String {
        let choice = self.choose(depth, 5, 11);
        let d = depth.saturating_sub(1);
        match choice {
            0 => self.pick(10).to_string(),
            1 => format!("-{}", self.pick(10)),
            2 => "n".to_owned(),
            3 => self.variable(Of::Number, "", "2"),
            4 => self.variable(Of::Line, ".q", "3"),
            5 => format!("({} + {})", self.number(d), self.number(d)),
            6 => format!("({} - {} * 3)", self.number(d), self.number(d)),
            7 => format!("-({})", self.number(d)),
            8 => format!("size({})", self.text(d)),
            9 => format!("{}.size()", self.numbers(d)),
            _ => format!("({} ? {} : {})", self.bool(d), self.number(d), self.number(d)),
        }
    }

    fn text(&mut self, depth: u32) -> String {
        let choice = self.choose(depth, 4, 6);
        let d = depth.saturating_sub(1);
        match choice {
            0 => {
                let texts =
                    ["'blue'", "\"bl\"", r"'\u0441\x41'", "'a\\'b\"c\\n'", r"r'\d'", "'синий'", r"'\101'"];
                self.one(&texts).to_owned()
            }
            1 => "s".to_owned(),
            2 => self.variable(Of::Text, "", "'e'"),
            3 => self.variable(Of::Line, ".s", "'u'"),
            4 => format!("({} + {})", self.text(d), self.text(d)),
            _ => format!("({} ? {} : {})", self.bool(d), self.text(d), self.text(d)),
        }
    }

    fn numbers(&mut self, depth: u32) -> String {
        let choice = self.choose(depth, 3, 6);
        let d = depth.saturating_sub(1);
        match choice {
            1 => "[]".to_owned(),
            2 => "[7, 1, 7]".to_owned(),
            3 => format!("[{}, {}]", self.number(d), self.number(d)),
            4 if self.may_nest() => {
                let list = self.numbers(d);
                self.over(&list, "filter", Of::Number, |writer| writer.bool(d))
            }
            5 if self.may_nest() => self.over("ls", "map", Of::Line, |writer| writer.number(d)),
            _ => "xs".to_owned(),
        }
    }
}

fn compare(bytes: &[u8], names: &Declarations, world: &World) -> Result<(), TestCaseError> {
    let mut writer = Writer { bytes: bytes.iter(), variables: Vec::new(), named: 0 };
    let text = match writer.pick(4) {
        0 => writer.number(4),
        1 => writer.text(4),
        2 => writer.numbers(4),
        _ => writer.bool(4),
    };
    let expected = oracle(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
    prop_assert_eq!(ours(&text, names, world), Ok(expected), "{}", text);
    Ok(())
}

#[test]
fn generated_expressions_agree_with_cel() {
    // The oracle's parser needs much stack.
    let thread = std::thread::Builder::new().stack_size(512 << 20).spawn(|| {
        let (names, world) = world();
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let bytes = prop::collection::vec(any::<u8>(), 20..200);
        TestRunner::new(config).run(&bytes, |bytes| compare(&bytes, &names, &world)).unwrap();
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn what_cel_cannot_parse_is_an_error_here_too() {
    let (names, _) = world();
    for text in
        ["1 +", "(1", "1)", "[1", "n..x", "n ? 1", "'a", "n = 1", "1 2", "b && ", "in", "'\\q'", "n[]"]
    {
        assert!(cel::Program::compile(text).is_err(), "{text}");
        assert!(Program::compile(text, &names, &Options::default()).is_err(), "{text}");
    }
}

/// The names and values that `docs/CONDITIONS.md` speaks of.
struct Documented {
    names: Declarations,
    values: BTreeMap<Slot, Option<Value>>,
}

impl Documented {
    fn new() -> Self {
        let mut here = Self { names: Declarations::new(), values: BTreeMap::new() };
        let line_of = |item: &str, characteristic: &str, quantity: i64| {
            Value::Record(BTreeMap::from([
                ("item".to_owned(), item.into()),
                ("characteristic".to_owned(), characteristic.into()),
                ("quantity".to_owned(), quantity.into()),
            ]))
        };
        let line = BTreeMap::from([
            ("item".to_owned(), Type::Text),
            ("characteristic".to_owned(), Type::Text),
            ("quantity".to_owned(), Type::Decimal),
        ]);
        here.add("fields.amount", Type::Decimal, Some(1500.into()));
        here.add("fields.paid", Type::Decimal, Some(400.into()));
        here.add("fields.lead-time", Type::Decimal, Some(3.into()));
        here.add("activities.call.open", Type::Decimal, Some(0.into()));
        here.add("fields.terms", Type::Text, Some("prepayment".into()));
        here.add("fields.delivery", Type::Bool, Some(true.into()));
        let date: NaiveDate = "2026-02-25".parse().unwrap();
        here.add("fields.delivery_date", Type::Date, Some(date.into()));
        let tags = Value::List(vec!["vip".into(), "export".into()]);
        here.add("fields.tags", Type::List(Box::new(Type::Text)), Some(tags));
        let lines = Value::List(vec![line_of("4711", "blue", 5), line_of("4712", "red", 1)]);
        here.add("fields.lines", Type::List(Box::new(Type::Record(line))), Some(lines));
        here.add("facts.reserved", Type::Bool, None);
        here.add("facts.limit", Type::Decimal, None);
        here.names.declare("fields.discount", Type::Decimal);
        here.names.declare("fields.comment", Type::Text);
        here.names.declare("fields.urgent", Type::Bool);
        let keys = ["item", "characteristic", "warehouse"].map(|key| (key.to_owned(), Type::Text));
        here.names.declare_keyed("facts.stock", keys.to_vec(), Type::Decimal);
        here
    }

    fn add(&mut self, path: &str, ty: Type, value: Option<Value>) {
        let slot = self.names.declare(path, ty);
        self.values.insert(slot, value);
    }
}

impl Env for Documented {
    fn load(&self, slot: Slot) -> Operand<'_> {
        match self.values.get(&slot) {
            Some(Some(value)) => Operand::Value(value),
            Some(None) => Operand::Unknown,
            None => Operand::Empty,
        }
    }
    fn keyed(&self, _: Slot, key: &[Value]) -> Operand<'_> {
        match key.first().and_then(Value::as_text) {
            Some("4711") => Operand::Owned(7.into()),
            Some("4712") => Operand::Owned(9.into()),
            _ => Operand::Unknown,
        }
    }
    fn now(&self) -> Moment {
        "2026-02-23T10:00:00Z".parse().unwrap()
    }
    fn today(&self) -> NaiveDate {
        "2026-02-23".parse().unwrap()
    }
}

#[test]
fn the_references_examples_hold() {
    let world = Documented::new();
    let options = Options::condition().with_now();
    let mut checked = 0;
    let mut inside = false;
    for line in include_str!("../docs/CONDITIONS.md").lines() {
        if line.starts_with("```") {
            inside = line == "```cel";
        } else if inside {
            let program = Program::compile(line, &world.names, &options);
            let program = program.unwrap_or_else(|errors| panic!("{line}: {errors:?}"));
            assert!(program.holds(&world).holds(), "{line}: {}", program.explain(&world));
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}
