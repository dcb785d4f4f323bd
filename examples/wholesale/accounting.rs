//! The accounting side: it owns stock, reserves, payments, shipment and delivery, and is asked for them.

use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use voronka::case::{CommandAnswer, FactReading};
use voronka::{FactNeed, Value};

/// What of the goods: item, characteristic, warehouse.
type Place = [String; 3];

/// A small accounting system: one contract a case.
#[derive(Debug, Default)]
pub struct Accounting {
    on_hand: BTreeMap<Place, Decimal>,
    reserves: BTreeMap<String, BTreeMap<Place, Decimal>>,
    /// By case: the contract's sum, and what was paid by it.
    contracts: BTreeMap<String, (Decimal, Decimal)>,
    shipped: BTreeSet<String>,
    delivered: BTreeSet<String>,
}

fn place(item: &str, characteristic: &str) -> Place {
    [item.to_owned(), characteristic.to_owned(), "main".to_owned()]
}

impl Accounting {
    /// Goods come into the main warehouse.
    pub fn receive(&mut self, item: &str, characteristic: &str, quantity: i64) {
        *self.on_hand.entry(place(item, characteristic)).or_default() += Decimal::from(quantity);
    }

    /// A contract is made for a case.
    pub fn contract(&mut self, case: &str, sum: i64) {
        self.contracts.insert(case.to_owned(), (sum.into(), Decimal::ZERO));
    }

    /// Money comes in by the case's contract.
    pub fn pay(&mut self, case: &str, sum: i64) {
        if let Some((_, paid)) = self.contracts.get_mut(case) {
            *paid += Decimal::from(sum);
        }
    }

    /// The lorry leaves with the case's goods.
    pub fn ship(&mut self, case: &str) {
        for (place, quantity) in self.reserves.remove(case).unwrap_or_default() {
            *self.on_hand.entry(place).or_default() -= quantity;
        }
        self.shipped.insert(case.to_owned());
    }

    /// The lorry has arrived.
    pub fn deliver(&mut self, case: &str) {
        self.delivered.insert(case.to_owned());
    }

    /// What is free for a case: on hand, without what others have reserved.
    fn free(&self, case: &str, place: &Place) -> Decimal {
        let others = self.reserves.iter().filter(|(other, _)| *other != case);
        let taken: Decimal = others.filter_map(|(_, reserve)| reserve.get(place)).sum();
        self.on_hand.get(place).copied().unwrap_or_default() - taken
    }

    /// The value of a fact that the engine needs; what accounting has never heard of it says so.
    pub fn read(&self, case: &str, need: &FactNeed) -> FactReading {
        let (mut value, mut unknown) = (None, None);
        let key: Vec<&str> = need.key.iter().filter_map(Value::as_text).collect();
        match (need.fact.as_str(), key.as_slice()) {
            ("paid_percent", _) => {
                let (sum, paid) = self.contracts.get(case).copied().unwrap_or_default();
                let percent = (paid * Decimal::ONE_HUNDRED).checked_div(sum).unwrap_or_default();
                value = Some(percent.round_dp(1).normalize().into());
            }
            ("reserved", _) => value = Some(self.reserves.contains_key(case).into()),
            ("shipped", _) => value = Some(self.shipped.contains(case).into()),
            ("delivered", _) => value = Some(self.delivered.contains(case).into()),
            ("stock", [item, characteristic, warehouse]) => {
                let place = [*item, *characteristic, *warehouse].map(str::to_owned);
                value = Some(self.free(case, &place).into());
            }
            _ => unknown = Some("not kept in accounting".to_owned()),
        }
        FactReading { fact: need.fact.clone(), key: need.key.clone(), value, unknown, since: None }
    }

    /// Does what a case asks for, or says why not.
    pub fn command(
        &mut self,
        case: &str,
        command: &str,
        fields: &BTreeMap<String, Value>,
        russian: bool,
    ) -> (CommandAnswer, Option<String>) {
        if command != "reserve" {
            return (CommandAnswer::Done, None);
        }
        let wanted = lines(fields.get("lines"));
        for (place, quantity) in &wanted {
            let free = self.free(case, place);
            if free < *quantity {
                let [item, characteristic, _] = place;
                let text = match russian {
                    true => format!("{item}, {characteristic}: свободно только {free}"),
                    false => format!("{item}, {characteristic}: only {free} are free"),
                };
                return (CommandAnswer::Refused, Some(text));
            }
        }
        self.reserves.insert(case.to_owned(), wanted);
        (CommandAnswer::Done, None)
    }
}

/// The lines of an order, as accounting keeps them.
fn lines(value: Option<&Value>) -> BTreeMap<Place, Decimal> {
    let Some(Value::List(lines)) = value else { return BTreeMap::new() };
    let line = |line: &Value| {
        let Value::Record(parts) = line else { return None };
        let text = |name: &str| parts.get(name).and_then(Value::as_text);
        Some((place(text("item")?, text("characteristic")?), parts.get("quantity")?.as_decimal()?))
    };
    lines.iter().filter_map(line).collect()
}
