//! The rules and examples that conditions keep, under their names.

use super::*;
use crate::value::{Moment, Value};
use chrono::NaiveDate;
use std::collections::BTreeMap;

pub(super) fn decl() -> Declarations {
    let mut d = Declarations::new();
    let text = || Type::Text;
    d.declare("fields.amount", Type::Decimal);
    d.declare("fields.paid", Type::Decimal);
    d.declare("fields.terms", text());
    d.declare("fields.delivery", Type::Bool);
    d.declare("fields.delivery_date", Type::Date);
    d.declare("fields.called", Type::Moment);
    d.declare("fields.tags", Type::List(Box::new(text())));
    let line = BTreeMap::from([
        ("item".to_owned(), text()),
        ("characteristic".to_owned(), text()),
        ("quantity".to_owned(), Type::Decimal),
    ]);
    d.declare("fields.lines", Type::List(Box::new(Type::Record(line))));
    d.declare("facts.in_stock", Type::Bool);
    d.declare("facts.paid", Type::Bool);
    d.declare("facts.paid_percent", Type::Decimal);
    d.declare("activities.call.open", Type::Decimal);
    d.declare("fields.a-b", Type::Decimal);
    let keys = ["item", "characteristic", "warehouse"];
    let keys = keys.iter().map(|key| ((*key).to_owned(), text())).collect();
    d.declare_keyed("facts.stock", keys, Type::Decimal);
    d.declare_keyed("facts.rate", vec![("currency".to_owned(), text())], Type::Decimal);
    d
}

/// Values by path; what is not named is empty, `None` is unknown.
#[derive(Default)]
pub(super) struct World {
    plain: BTreeMap<Slot, Option<Value>>,
    keyed: BTreeMap<(Slot, Vec<Value>), Value>,
}

impl Env for World {
    fn load(&self, slot: Slot) -> Operand<'_> {
        match self.plain.get(&slot) {
            Some(Some(value)) => Operand::Value(value),
            Some(None) => Operand::Unknown,
            None => Operand::Empty,
        }
    }

    fn keyed(&self, slot: Slot, key: &[Value]) -> Operand<'_> {
        self.keyed.get(&(slot, key.to_vec())).map_or(Operand::Unknown, Operand::Value)
    }

    fn now(&self) -> Moment {
        "2026-02-23T10:00:00Z".parse().unwrap()
    }

    fn today(&self) -> NaiveDate {
        "2026-02-23".parse().unwrap()
    }
}

impl World {
    pub(super) fn with(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.plain.insert(decl().slot(path).unwrap(), Some(value.into()));
        self
    }

    fn unknown(mut self, path: &str) -> Self {
        self.plain.insert(decl().slot(path).unwrap(), None);
        self
    }

    fn stock(mut self, key: [&str; 3], value: i64) -> Self {
        let key = key.iter().map(|part| Value::from(*part)).collect();
        self.keyed.insert((decl().slot("facts.stock").unwrap(), key), value.into());
        self
    }
}

fn line(item: &str, characteristic: &str, quantity: i64) -> Value {
    Value::Record(BTreeMap::from([
        ("item".to_owned(), item.into()),
        ("characteristic".to_owned(), characteristic.into()),
        ("quantity".to_owned(), quantity.into()),
    ]))
}

fn lines() -> World {
    World::default().with("fields.lines", vec![line("4711", "blue", 5), line("4712", "red", 1)])
}

pub(super) fn program(text: &str) -> Program {
    let options = Options { may_use_now: true, expect: None };
    Program::compile(text, &decl(), &options).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

fn holds(text: &str, world: &World) -> Truth {
    program(text).holds(world)
}

fn why(text: &str, world: &World) -> String {
    program(text).explain(world).to_string()
}

fn number(text: &str) -> Evaluated {
    Evaluated::Value(Value::Decimal(text.parse().unwrap()))
}

fn errors(text: &str) -> Vec<String> {
    let errors = Program::compile(text, &decl(), &Options::condition()).unwrap_err();
    errors.iter().map(|e| format!("{} at {}: {e}", e.code(), e.offset())).collect()
}

#[test]
fn c8_false_and_unknown_is_false() {
    let world = World::default().unknown("facts.in_stock");
    assert_eq!(holds("false && facts.in_stock", &world), Truth::False);
    assert_eq!(holds("facts.in_stock && false", &world), Truth::False);
    assert_eq!(holds("facts.in_stock || true", &world), Truth::True);
    assert_eq!(holds("true || facts.in_stock", &world), Truth::True);
    assert_eq!(holds("facts.in_stock && true", &world), Truth::Unknown);
    assert_eq!(holds("false || facts.in_stock", &world), Truth::Unknown);
    assert_eq!(holds("facts.in_stock ? true : true", &world), Truth::Unknown);
}

#[test]
fn c8_comparison_and_arithmetic_on_unknown_are_unknown() {
    let world = World::default().unknown("fields.amount").unknown("facts.in_stock");
    for text in [
        "!facts.in_stock",
        "fields.amount == fields.amount",
        "fields.amount == null",
        "has(fields.amount)",
        "fields.amount + 1 > 0",
        "fields.amount in [1, 2]",
        "[1, fields.amount].sum() > 0",
        "[1, fields.amount].all(x, x > 0)",
        "[0, fields.amount].exists(x, x > 0)",
        "[1, fields.amount].filter(x, x > 0).size() > 0",
    ] {
        assert_eq!(holds(text, &world), Truth::Unknown, "{text}");
    }
    assert_eq!(holds("1 in [fields.amount, 1]", &world), Truth::True);
    assert_eq!(holds("[0, fields.amount].all(x, x > 0)", &world), Truth::False);
    assert_eq!(holds("[fields.amount, 1].exists(x, x > 0)", &world), Truth::True);
    assert_eq!(holds("[fields.amount, 1] == [2, 2]", &world), Truth::False);
    assert_eq!(program("[fields.amount, 1].size()").eval(&world), number("2"));
}

#[test]
fn c8_division_by_zero_and_overflow_are_unknown_with_their_cause() {
    let world = World::default().with("fields.paid", 0);
    assert_eq!(why("1 / fields.paid > 2", &world), "unknown: division by zero in `1 / fields.paid`");
    assert_eq!(why("1 % fields.paid > 2", &world), "unknown: division by zero in `1 % fields.paid`");
    let big = "9999999999999999999999999999";
    let text = format!("{big} * {big} > 1");
    assert_eq!(why(&text, &world), format!("unknown: overflow in `{big} * {big}`"));
    assert!(why("date('9999-12-31') + days(9999999999) > today", &world).starts_with("unknown: overflow"));
    assert_eq!(
        why("today + duration('36h') > today", &world),
        "unknown: not a number of whole days in `today + duration('36h')`"
    );
}

#[test]
fn c8_empty_is_not_unknown() {
    let empty = World::default();
    for text in [
        "!has(fields.amount)",
        "fields.amount == null",
        "fields.amount == fields.paid",
        "fields.amount != 0",
        "!(fields.amount < 1)",
        "!fields.delivery",
        "fields.delivery != false",
        "fields.delivery || true",
        "fields.amount + 1 == null",
        "-fields.amount == null",
        "size(fields.terms) == 0",
        "fields.tags.size() == 0",
        "fields.tags == []",
        "fields.terms == ''",
        "fields.lines.all(l, false)",
        "!fields.lines.exists(l, true)",
        "fields.terms + 'x' == 'x'",
        "[1, fields.amount, 2].sum() == 3",
        "fields.lines.sum(l, l.quantity) == 0",
        "!(fields.amount in [0])",
        "(fields.delivery ? 1 : 2) == 2",
        "fields.terms.startsWith('') && !fields.terms.contains('a')",
        "days(fields.amount) == null",
    ] {
        assert_eq!(holds(text, &empty), Truth::True, "{text}");
    }
    for text in ["fields.delivery", "fields.delivery == false", "fields.amount == 0", "fields.amount >= 0"] {
        assert_eq!(holds(text, &empty), Truth::False, "{text}");
    }
    assert_eq!(program("fields.delivery").eval(&empty), Evaluated::Empty);
    assert_eq!(holds("fields.terms == null", &World::default().with("fields.terms", "")), Truth::True);
}

#[test]
fn x34_unknown_in_stock_holds_up_and_says_so() {
    let text = "facts.in_stock && facts.paid";
    let world = |paid: bool| World::default().unknown("facts.in_stock").with("facts.paid", paid);
    assert_eq!(holds(text, &world(true)), Truth::Unknown);
    assert_eq!(holds(text, &world(false)), Truth::False);
    assert_eq!(why(text, &world(true)), "unknown: in_stock");
    assert_eq!(holds("!facts.in_stock", &world(true)), Truth::Unknown);
}

#[test]
fn x35_empty_amount() {
    let world = World::default();
    assert_eq!(holds("fields.amount > 1000000", &world), Truth::False);
    assert_eq!(holds("!(fields.amount > 1000000)", &world), Truth::True);
    assert_eq!(holds("fields.amount == 0", &world), Truth::False);
    assert_eq!(holds("has(fields.amount)", &world), Truth::False);
}

#[test]
fn x37_lines_against_stock() {
    let text = "fields.lines.all(l, facts.stock[l.item, l.characteristic, 'main'] >= l.quantity)";
    let world = lines().stock(["4711", "blue", "main"], 3).stock(["4712", "red", "main"], 9);
    let program = program(text);
    assert_eq!(program.holds(&world), Truth::False);
    let explanation = program.explain(&world);
    assert_eq!(explanation.to_string(), "stock of 4711, blue, main is 3, must be at least 5");
    let template = "{item}, {characteristic}: {left} free, {right} asked";
    assert_eq!(explanation.render(template), ["4711, blue: 3 free, 5 asked"]);
    assert_eq!(
        program
            .keyed_reads(&world)
            .iter()
            .map(|(_, key)| Value::List(key.clone()).to_string())
            .collect::<Vec<_>>(),
        ["[4711, blue, main]", "[4712, red, main]"]
    );
    assert_eq!(
        program.explain(&lines()).to_string(),
        "unknown: stock of 4711, blue, main; unknown: stock of 4712, red, main"
    );
    let json = serde_json::to_string(&explanation).unwrap();
    assert_eq!(serde_json::from_str::<Explanation>(&json).unwrap(), explanation);
}

#[test]
fn x38_a_finding_names_every_slot_that_it_reveals() {
    let world = World::default().with("fields.amount", 900).with("fields.delivery", true);
    let program = program("fields.delivery ? fields.amount >= 1000 : fields.paid > 0");
    let finding = program.explain(&world).findings.remove(0);
    let names = decl();
    let paths: Vec<&str> = finding.reveals.iter().map(|slot| names.path(*slot)).collect();
    assert_eq!(paths, ["fields.amount", "fields.delivery"]);
    assert_eq!(finding.to_string(), "amount is 900, must be at least 1000");
}

#[test]
fn findings_say_what_is_asked() {
    let world = World::default()
        .with("fields.amount", 900)
        .with("fields.terms", "deferral")
        .with("facts.paid", false)
        .with("fields.tags", vec![Value::from("a"), Value::from("b")]);
    for (text, said) in [
        (
            "fields.amount >= 1000 && facts.paid",
            "amount is 900, must be at least 1000; paid is false, must be true",
        ),
        (
            "fields.amount >= 1000 || facts.paid",
            "amount is 900, must be at least 1000; paid is false, must be true",
        ),
        ("1000 <= fields.amount", "amount is 900, must be at least 1000"),
        ("!(fields.amount > 500)", "amount is 900, must be at most 500"),
        ("fields.terms == 'prepayment'", "terms is deferral, must be prepayment"),
        ("fields.terms in ['x', 'y']", "terms is deferral, must be one of [x, y]"),
        ("has(fields.paid)", "paid is empty, must be filled in"),
        ("fields.amount < fields.paid", "amount is 900, must be less than paid, which is empty"),
        ("fields.terms == null", "terms is deferral, must be empty"),
        ("fields.tags.exists(t, t == 'c')", "none of 2 in tags satisfies `t == 'c'`"),
        ("!fields.tags.exists(t, t == 'b')", "t is b, must not be b (t: b)"),
        ("fields.tags.all(t, t == 'a')", "t is b, must be a (t: b)"),
        ("fields.amount + 1 > 1000", "fields.amount + 1 is 901, must be more than 1000"),
        ("fields.terms.startsWith('pre')", "terms is deferral, must start with pre"),
        ("fields.terms.matches('^p')", "terms is deferral, must match ^p"),
        ("fields.amount > 1", ""),
    ] {
        assert_eq!(why(text, &world), said, "{text}");
    }
}

#[test]
fn dates_moments_and_spans() {
    let world = World::default()
        .with("fields.delivery_date", "2026-02-25".parse::<NaiveDate>().unwrap())
        .with("fields.called", "2026-02-22T22:00:00Z".parse::<Moment>().unwrap());
    for text in [
        "fields.delivery_date - days(2) == today",
        "fields.delivery_date - today == 2",
        "now - fields.called == duration('12h')",
        "fields.called + duration('36h30m') > now",
        "fields.delivery_date == date('2026-02-25')",
        "timestamp('2026-02-23T13:00:00+03:00') == now",
        "days(1.5) == duration('36h')",
        "0.1 + 0.2 == 0.3 && 1e3 == 1000 && 1.50 == 1.5 && -2 - -3 == 1",
        "fields.terms.size() == 0 && 'Привет'.size() == 6",
    ] {
        assert_eq!(holds(text, &world), Truth::True, "{text}");
    }
    assert_eq!(program("duration('36h30m') - duration('1h')").eval(&world).to_string(), "35h30m");
}

#[test]
fn errors_are_told_at_once_with_help() {
    for (text, said) in [
        ("amount > 1", vec!["unknown-name at 0: there is no `amount` (did you mean `fields.amount`?)"]),
        (
            "fields.amuont > 1 && fields.terms > 2",
            vec![
                "unknown-name at 0: there is no `fields.amuont` (did you mean `fields.amount`?)",
                "type at 21: a text does not compare with a decimal",
            ],
        ),
        ("(1 + 2", vec!["syntax at 6: expected `)` to close `(` opened at column 1, found the end"]),
        ("true and false", vec!["syntax at 5: expected an operator or the end, found `and` (write `&&`)"]),
        ("fields.paid = 1", vec!["syntax at 12: unexpected character `=` (write `==`)"]),
        ("true)", vec!["syntax at 4: `)` closes nothing"]),
        (" ", vec!["syntax at 0: the condition is empty"]),
        ("'abc", vec!["syntax at 0: this text does not end, expected '"]),
        (
            "now > fields.called",
            vec![
                "now-not-allowed at 0: `now` may not be read here (time alone would change the answer \
                 unnoticed; use a timer (`after`, `before`))",
            ],
        ),
        (
            "fields.called > fields.delivery_date",
            vec![
                "type at 0: a moment does not compare with a date (compare dates with dates (`today`), \
                 moments with moments (`now`))",
            ],
        ),
        ("fields.amount", vec!["type at 0: this must give a bool, and gives a decimal"]),
        (
            "facts.stock['a'] > 1",
            vec![
                "type at 0: `facts.stock` takes 3 keys, here are 1 (write `facts.stock[item, \
                 characteristic, warehouse]`)",
            ],
        ),
        ("facts.rate > 1", vec!["type at 0: `facts.rate` is read by a key (write `facts.rate[currency]`)"]),
        (
            "fields.lines.all(l, l.itm == 'x')",
            vec!["unknown-name at 22: there is no part `itm` (did you mean `item`?)"],
        ),
        (
            "fields.lines.any(l, true)",
            vec![
                "unknown-name at 13: there is no `.any(…)` with 2 arguments (write `list.exists(x, condition)`)",
            ],
        ),
        (
            "fields.delivery_date + 1 == date('x')",
            vec![
                "type at 0: `+` does not take a date and a decimal (write `days(3)` or `duration('36h')`)",
                "literal at 33: `x` cannot be read by `date` (write `date('2026-01-31')`)",
            ],
        ),
        ("fields.amount == '5'", vec!["type at 0: a decimal does not compare with a text"]),
        (
            "fields.tags.all(fields, true)",
            vec!["type at 16: `fields` already means something else (take another name for the element)"],
        ),
    ] {
        assert_eq!(errors(text), said, "{text}");
    }
}

#[test]
fn c9_keyed_reads_pass_over_short_circuits_and_filters() {
    let text = "false && fields.lines.filter(l, facts.stock[l.item, '', 'b'] > 0)\
                .exists(m, facts.stock[m.item, m.characteristic, 'a'] > 0) || facts.rate['EUR'] > facts.rate['EUR']";
    let reads = program(text).keyed_reads(&lines());
    let keys: Vec<String> = reads.iter().map(|(_, key)| Value::List(key.clone()).to_string()).collect();
    assert_eq!(keys, ["[4711, , b]", "[4712, , b]", "[4711, blue, a]", "[4712, red, a]", "[EUR]"]);
}

fn code_of(text: &str) -> &'static str {
    Program::compile(text, &decl(), &Options::condition()).unwrap_err()[0].code()
}

#[test]
fn c4_everything_is_bounded_on_a_small_stack() {
    let run = || {
        assert_eq!(code_of(&format!("{}1{}", "(".repeat(4_999), ")".repeat(4_999))), "too-deep");
        assert_eq!(code_of(&format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000))), "too-long");
        assert_eq!(code_of(&"a.".repeat(10_000)), "too-long");
        assert_eq!(code_of(&("a".to_owned() + &".a".repeat(4_999))), "too-deep");
        assert_eq!(code_of(&("!".repeat(9_000) + "true")), "too-deep");
        assert_eq!(code_of(&("-".repeat(9_000) + "1 > 0")), "too-deep");
        assert_eq!(code_of(&"[".repeat(9_000)), "too-deep");
        assert_eq!(code_of(&"a[".repeat(4_900)), "too-deep");
        assert_eq!(code_of(&"size(".repeat(1_900)), "too-deep");
        assert_eq!(code_of(&"true?true:".repeat(990)), "too-deep");
        assert_eq!(code_of(&("1".to_owned() + &"+1".repeat(900) + " > 0")), "too-deep");
        assert_eq!(code_of(&"x".repeat(100_000)), "too-long");
        assert_eq!(code_of(&("true".to_owned() + &"&&true".repeat(1_100))), "too-many-nodes");
        let nested = "[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))";
        assert_eq!(code_of(nested), "too-nested");
        // The deepest that is allowed compiles, runs, explains and drops.
        let world = World::default().with("fields.tags", vec![Value::from("abc")]).unknown("facts.in_stock");
        for deep in [
            format!("{}facts.in_stock", "!".repeat(97)),
            format!("{}facts.in_stock{}", "(".repeat(98), ")".repeat(98)),
            format!("{}true{}", "(true && !".repeat(32), ")".repeat(32)),
            "true".to_owned() + &"&&true".repeat(900),
            "1".to_owned() + &" + 1".repeat(90) + " > fields.amount",
            "true ? false : ".repeat(90) + "false",
            "fields.tags".to_owned() + &".map(x, x + x)".repeat(90) + ".size() > 100",
            format!("[1]{} == []", ".map(x, [x, x])".repeat(40)),
            format!("fields.tags.all(a, fields.tags.all(b, {}facts.in_stock))", "!".repeat(90)),
        ] {
            let program = program(&deep);
            let explanation = program.explain(&world);
            assert_eq!(program.holds(&world), explanation.truth, "{deep}");
            assert!(explanation.truth.holds() || !explanation.findings.is_empty(), "{deep}");
            assert!(program.keyed_reads(&world).is_empty());
        }
        let doubled = program(&format!("[1]{}", ".map(x, [x, x])".repeat(40)));
        assert_eq!(doubled.eval(&world), Evaluated::Unknown(vec![Cause::TooMuchWork]));
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn c4_work_is_bounded() {
    let world =
        World::default().with("fields.lines", (0..2_000).map(|i| line("a", "b", i)).collect::<Vec<_>>());
    let text = "fields.lines.all(a, fields.lines.all(b, fields.lines.all(c, a.quantity + b.quantity + c.quantity >= 0)))";
    assert_eq!(holds(text, &world), Truth::Unknown);
    assert!(why(text, &world).contains("too much work"), "{}", why(text, &world));
}
