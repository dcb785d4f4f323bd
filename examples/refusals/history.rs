//! What happens: 1,260 requests of half a year, and the summer after it. All of it is made up, and the same each time:
//! how many end where and why is written down here, only which is which and how long it takes is diced, with a fixed seed.

use super::Result;
use super::company::{Company, activity, fields, order};
use std::collections::BTreeMap;
use voronka::case::{CloseInput, DoneInput, FactReading, FactsInput, Fields, Input, MoveInput, Party};
use voronka::runtime::Returned;
use voronka::{Actor, Moment, Opening, Value};

/// Monday the 12th of January 2026, nine in the morning in Moscow.
const BEGIN: &str = "2026-01-12T06:00:00Z";
/// So many working minutes lie between one request and the next.
const EVERY: i64 = 42;

#[derive(Clone, Copy, PartialEq)]
enum End {
    Won,
    /// Still there when the history ends.
    Open,
    Lost(&'static str),
    Void(&'static str),
}

/// What becomes of a request: up to which stage it comes, and how it ends there.
#[derive(Clone, Copy)]
struct Fate {
    channel: &'static str,
    stage: &'static str,
    end: End,
}

const CHANNELS: [&str; 3] = ["email", "phone", "web"];

/// How many requests by e-mail, by telephone and from the site have which fate.
const FATES: [(&str, End, [usize; 3]); 19] = [
    ("request", End::Void("spam"), [34, 2, 4]),
    ("request", End::Void("duplicate"), [8, 6, 6]),
    ("request", End::Lost("special_order_slow"), [46, 26, 18]),
    ("request", End::Lost("found_elsewhere"), [18, 14, 12]),
    ("request", End::Lost("price"), [14, 14, 8]),
    ("request", End::Lost("employee_late"), [12, 2, 10]),
    ("request", End::Lost("no_specialist"), [6, 12, 6]),
    ("request", End::Lost("no_service"), [8, 10, 6]),
    ("request", End::Lost("no_builders"), [15, 2, 1]),
    ("invoice", End::Lost("price"), [52, 42, 26]),
    ("invoice", End::Lost("no_delivery"), [42, 40, 26]),
    ("invoice", End::Lost("no_service"), [14, 13, 9]),
    ("prepayment", End::Lost("found_elsewhere"), [16, 14, 10]),
    ("prepayment", End::Lost("no_deferral"), [12, 16, 8]),
    ("shipment", End::Won, [199, 187, 104]),
    ("request", End::Open, [18, 13, 9]),
    ("invoice", End::Open, [12, 11, 7]),
    ("prepayment", End::Open, [10, 9, 6]),
    ("shipment", End::Open, [6, 5, 4]),
];

/// What becomes of the ninety that were lost while their special order was calculated, once they are called again.
const SUMMER: [(&str, End, usize); 6] = [
    ("request", End::Lost("found_elsewhere"), 21),
    ("invoice", End::Lost("price"), 19),
    ("prepayment", End::Lost("no_deferral"), 6),
    ("shipment", End::Won, 35),
    ("invoice", End::Open, 5),
    ("shipment", End::Open, 4),
];

/// What clients say, where the scenario asks for it: of one reason and of the other.
const SAID: [(&str, [(&str, &str); 4]); 2] = [
    (
        "no_delivery",
        [
            ("to the building site, 60 km out", "на стройку, 60 км за городом"),
            ("on Saturday, to the fourth floor", "в субботу, на четвёртый этаж"),
            ("to the island, by ferry", "на остров, паромом"),
            ("by night only, the street is closed by day", "только ночью, днём улица закрыта"),
        ],
    ),
    (
        "found_elsewhere",
        [
            ("had it the same day", "привезли в тот же день"),
            ("at the builders' market", "на строительном рынке"),
            ("from whom they always buy", "у тех, у кого берут всегда"),
            ("nearer by", "ближе"),
        ],
    ),
];

const SELLERS: [&str; 3] = ["anna", "egor", "daria"];

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        usize::try_from((self.0 >> 33) % limit).unwrap_or(0)
    }

    fn minutes(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(usize::try_from(to - from).unwrap_or(1))).unwrap_or(0)
    }

    fn in_ten(&mut self, times: usize) -> bool {
        self.below(10) < times
    }

    fn one<T: Copy>(&mut self, of: &[T], other: T) -> T {
        of.get(self.below(of.len())).copied().unwrap_or(other)
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}

/// Half a year; the moment of its last event.
pub fn half_a_year(company: &mut Company, ru: bool) -> Result<Moment> {
    let mut dice = Dice(2026);
    let mut fates = Vec::new();
    for (stage, end, counts) in FATES {
        for (channel, count) in CHANNELS.into_iter().zip(counts) {
            fates.extend(std::iter::repeat_n(Fate { channel, stage, end }, count));
        }
    }
    dice.shuffle(&mut fates);
    // What is still open came late.
    let (open, mut ended): (Vec<Fate>, Vec<Fate>) = fates.into_iter().partition(|it| it.end == End::Open);
    let mut late = ended.split_off(ended.len().saturating_sub(open.len()));
    late.extend(open);
    dice.shuffle(&mut late);
    ended.extend(late);
    let begin = BEGIN.parse()?;
    let mut last = begin;
    for (number, fate) in ended.into_iter().enumerate() {
        let at = company.later(begin, EVERY * i64::try_from(number)?)?;
        let case = format!("r{:04}", number + 1);
        let seller = Actor::new(SELLERS.get(number % 3).copied().unwrap_or("anna"), "manager");
        let mut tale = Tale { company, dice: &mut dice, case, seller, at, ru };
        tale.comes_in(fate)?;
        tale.is_talked_over(fate)?;
        tale.goes_on(fate)?;
        last = last.max(tale.at);
    }
    Ok(last)
}

/// The summer of those that were brought back at a moment; the moment of its last event.
pub fn summer(company: &mut Company, cases: &[Returned], back: Moment, ru: bool) -> Result<Moment> {
    let mut dice = Dice(7);
    let mut fates: Vec<(&str, End)> = Vec::new();
    for (stage, end, count) in SUMMER {
        fates.extend(std::iter::repeat_n((stage, end), count));
    }
    dice.shuffle(&mut fates);
    let mut last = back;
    for (number, (returned, (stage, end))) in cases.iter().zip(fates).enumerate() {
        let at = company.later(back, EVERY * i64::try_from(number)?)?;
        let planned = returned.call.as_ref().ok_or("no call was planned")?.as_ref().map_err(Clone::clone)?;
        let seller = Actor::new(planned.case.responsible.clone().unwrap_or_default(), "manager");
        let mut tale = Tale { company, dice: &mut dice, case: returned.runs.clone(), seller, at, ru };
        tale.is_called_again(&planned.case)?;
        tale.goes_on(Fate { channel: "", stage, end })?;
        last = last.max(tale.at);
    }
    Ok(last)
}

/// One request on its way.
struct Tale<'c> {
    company: &'c mut Company,
    dice: &'c mut Dice,
    case: String,
    seller: Actor,
    at: Moment,
    ru: bool,
}

impl Tale<'_> {
    fn wait(&mut self, from: i64, to: i64) -> Result {
        let minutes = self.dice.minutes(from, to);
        self.at = self.company.later(self.at, minutes)?;
        Ok(())
    }

    fn does(&mut self, input: Input) -> Result<voronka::Case> {
        self.company.does(&self.case, self.seller.clone(), self.at, input)
    }

    /// Does the open activity of a rule.
    fn does_activity(&mut self, case: &voronka::Case, rule: &str, values: Fields) -> Result<voronka::Case> {
        let activity = activity(case, rule)?;
        self.does(Input::Done(DoneInput { activity, fields: values, ..DoneInput::default() }))
    }

    fn moves(&mut self, to: &str, values: Fields) -> Result<voronka::Case> {
        self.does(Input::Move(MoveInput { to: to.into(), fields: values, ..MoveInput::default() }))
    }

    fn closes(&mut self, stage: &str, reason: &str) -> Result {
        let said = SAID.iter().find(|(of, _)| *of == reason).map(|(_, said)| self.dice.one(said, ("", "")));
        let comment = said.map(|(en, ru)| if self.ru { ru } else { en }.to_owned());
        let (stage, reason) = (stage.to_owned(), Some(reason.to_owned()));
        self.does(Input::Close(CloseInput { stage, reason, comment, ..CloseInput::default() })).map(drop)
    }

    fn comes_in(&mut self, fate: Fate) -> Result {
        let number = self.case.trim_start_matches('r');
        let client = Party { reference: Some(format!("client-{number}")), contacts: Vec::new() };
        // Letters and forms are taken in by a program, which is never turned away.
        let by_hand = fate.channel == "phone";
        let robot = Actor { id: "mail-robot".to_owned(), ..Actor::default() };
        let actor = if by_hand { self.seller.clone() } else { robot };
        let opening = Opening {
            channel: Some(fate.channel.to_owned()),
            responsible: Some(self.seller.id.clone()),
            parties: BTreeMap::from([("client".to_owned(), client)]),
            intake: !by_hand,
            ..Opening::default()
        };
        self.company.opens(&self.case, actor, self.at, opening).map(drop)
    }

    /// The first call, and what it brings to light.
    fn is_talked_over(&mut self, fate: Fate) -> Result {
        let lost = |reason| fate.end == End::Lost(reason);
        if let End::Void(_) = fate.end {
            return self.wait(10, 200);
        }
        if lost("employee_late") {
            return self.wait(900, 2_000);
        }
        self.wait(10, 220)?;
        let special = lost("special_order_slow") || self.dice.in_ten(1);
        let specialist = lost("no_specialist") || self.dice.in_ten(1);
        let delivery = lost("no_delivery") || self.dice.in_ten(4);
        let amount = 20_000 + 2_500 * i64::try_from(self.dice.below(160))?;
        let (goods, item) = self.dice.one(
            &[("tiles", "tile-4711"), ("paint", "paint-10"), ("tools", "saw-3")],
            ("tiles", "tile-4711"),
        );
        let client =
            if lost("no_builders") { "shop" } else { self.dice.one(&["shop", "builder", "factory"], "shop") };
        let mut known = fields([
            ("client_type", client.into()),
            ("line_of_goods", goods.into()),
            ("amount", amount.into()),
            ("lines", order(item, 1 + i64::try_from(self.dice.below(40))?)),
            ("special_order", special.into()),
            ("needs_specialist", specialist.into()),
            ("delivery", delivery.into()),
        ]);
        if delivery {
            known.extend(fields([
                ("address", "Sadovaya 5".into()),
                ("delivery_date", self.company.date(self.at, 14)?),
            ]));
        }
        // Whether a visit is planned is known from the beginning, so that it is set before the call is ended.
        let mut case = self.does(Input::Set { fields: known })?;
        case = self.does_activity(&case, "clarify", Fields::new())?;
        if special {
            match lost("special_order_slow") {
                // Half of them do not even wait for it.
                true if self.dice.in_ten(5) => return self.wait(500, 1_200),
                true => self.wait(560, 1_300)?,
                false => self.wait(90, 450)?,
            }
            case =
                self.does_activity(&case, "special-order", fields([("calculation_ready", true.into())]))?;
        }
        if specialist && !lost("no_specialist") {
            self.wait(200, 700)?;
            if let Ok(visit) = activity(&case, "measure") {
                self.does(Input::Done(DoneInput { activity: visit, ..DoneInput::default() }))?;
            }
        }
        self.wait(20, 240)
    }

    /// Called again when it was brought back: now there is somebody to calculate it, within the hour.
    fn is_called_again(&mut self, planned: &voronka::Case) -> Result {
        let call = planned.activities.iter().find(|it| it.kind == "call" && it.rule.is_none());
        let call = call.ok_or("no call was planned")?.id.clone();
        let case = self.does(Input::Done(DoneInput { activity: call, ..DoneInput::default() }))?;
        self.wait(20, 60)?;
        let ready = fields([("calculation_ready", true.into())]);
        match activity(&case, "special-order") {
            Ok(_) => self.does_activity(&case, "special-order", ready)?,
            Err(_) => self.does(Input::Set { fields: ready })?,
        };
        if let Ok(it) = activity(&case, "clarify") {
            self.does(Input::Done(DoneInput { activity: it, ..DoneInput::default() }))?;
        }
        self.wait(20, 300)
    }

    /// From what was talked over to the end.
    fn goes_on(&mut self, fate: Fate) -> Result {
        if fate.stage == "request" {
            return self.ends(fate.end);
        }
        let case = self.moves("invoice", Fields::new())?;
        self.wait(20, 300)?;
        self.does_activity(&case, "send-invoice", Fields::new())?;
        self.wait(90, 1_000)?;
        if fate.stage == "invoice" {
            return self.ends(fate.end);
        }
        self.moves("prepayment", fields([("terms", "prepayment".into())]))?;
        self.wait(120, 1_400)?;
        if fate.stage == "prepayment" {
            return self.ends(fate.end);
        }
        let case = self.is_told([("paid_percent", 100.into())])?;
        if fate.end == End::Open {
            return Ok(());
        }
        self.wait(60, 500)?;
        let storekeeper = Actor::new("sveta", "storekeeper");
        let picked = DoneInput { activity: activity(&case, "pick")?, ..DoneInput::default() };
        self.company.does(&self.case, storekeeper, self.at, Input::Done(picked))?;
        self.wait(30, 400)?;
        self.is_told([("delivered", true.into()), ("shipped", true.into())]).map(drop)
    }

    fn ends(&mut self, end: End) -> Result {
        match end {
            End::Lost(reason) => self.closes("lost", reason),
            End::Void(reason) => self.closes("void", reason),
            End::Open | End::Won => Ok(()),
        }
    }

    /// Accounting tells the case.
    fn is_told<const N: usize>(&mut self, facts: [(&str, Value); N]) -> Result<voronka::Case> {
        let reading = |(fact, value): (&str, Value)| FactReading {
            fact: fact.to_owned(),
            key: Vec::new(),
            value: Some(value),
            unknown: None,
            since: None,
        };
        let values = facts.map(reading).to_vec();
        let actor = Actor { id: "accounting".to_owned(), ..Actor::default() };
        let input = Input::Facts(FactsInput { values, ..FactsInput::default() });
        self.company.does(&self.case, actor, self.at, input)
    }
}
