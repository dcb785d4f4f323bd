//! The company's books, in plain SQL on its own tables (`tables.sql`): stock in two warehouses, reserves, contracts,
//! payments, shipments, deliveries. Nothing here knows of stages, rights or lights; what the books say is facts.

use super::host::Result;
use rusqlite::{Connection, Params, params, types::FromSql};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use voronka::case::FactReading;
use voronka::runtime::FactSource;
use voronka::{Case, FactNeed, Value};

/// The warehouse from which goods are reserved and shipped; what comes by sea is in the other, `port`.
const MAIN: &str = "main";

/// Tenths of a percent, rounded down, so that 100 is said of nothing less.
const PAID: &str =
    "SELECT coalesce(sum(kopecks) * 1000 / (SELECT kopecks FROM contract WHERE case_id = ?1), 0)
    FROM payment WHERE case_id = ?1 AND number NOT IN (SELECT payment FROM unposted)";
const SHIPPED: &str = "SELECT coalesce(
    sum(quantity) * 1000 / (SELECT sum(quantity) FROM contract_line WHERE case_id = ?1), 0)
    FROM shipment_line JOIN shipment ON number = shipment WHERE case_id = ?1";
const RESERVED: &str = "SELECT count(*) > 0 FROM reserve WHERE case_id = ?1 AND quantity > 0";
const DELIVERED: &str = "SELECT count(*) > 0 FROM delivery WHERE case_id = ?1 AND arrived";
/// On hand, without what others have reserved.
const FREE: &str = "SELECT coalesce(sum(on_hand), 0) - (SELECT coalesce(sum(quantity), 0) FROM reserve
        WHERE item = ?2 AND characteristic = ?3 AND warehouse = ?4 AND case_id <> ?1)
    FROM stock WHERE item = ?2 AND characteristic = ?3 AND warehouse = ?4";

/// Goods: item, characteristic, pieces.
pub type Line = (String, String, i64);

/// The books, in a transaction of the company's.
pub struct Books<'c>(pub &'c Connection);

/// The books as steps outside of the company's transactions read them.
pub struct Reader(pub Mutex<Connection>);

impl FactSource for Reader {
    fn read(&self, case: &Case, needs: &[FactNeed]) -> Result<Vec<FactReading>> {
        Books(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).facts(&case.id, needs)
    }
}

impl FactSource for Books<'_> {
    fn read(&self, case: &Case, needs: &[FactNeed]) -> Result<Vec<FactReading>> {
        self.facts(&case.id, needs)
    }
}

impl Books<'_> {
    /// Facts as they are now. What the books do not keep is left out, and is unknown to the case.
    pub fn facts(&self, case: &str, needs: &[FactNeed]) -> Result<Vec<FactReading>> {
        let percent = |tenths| Decimal::new(tenths, 1).normalize().into();
        let mut readings = Vec::new();
        for need in needs {
            let key: Vec<&str> = need.key.iter().filter_map(Value::as_text).collect();
            let value = match (need.fact.as_str(), key.as_slice()) {
                ("stock", [item, characteristic, warehouse]) => {
                    self.one::<i64>(FREE, [case, item, characteristic, warehouse])?.into()
                }
                ("paid_percent", []) => percent(self.one(PAID, [case])?),
                ("shipped_percent", []) => percent(self.one(SHIPPED, [case])?),
                ("shipped", []) => (self.one::<i64>(SHIPPED, [case])? >= 1000).into(),
                ("reserved", []) => self.one::<bool>(RESERVED, [case])?.into(),
                ("delivered", []) => self.one::<bool>(DELIVERED, [case])?.into(),
                _ => continue,
            };
            let FactNeed { fact, key, .. } = need.clone();
            readings.push(FactReading { fact, key, value: Some(value), unknown: None, since: None });
        }
        Ok(readings)
    }

    /// The one value that a statement gives.
    pub fn one<T: FromSql>(&self, sql: &str, params: impl Params) -> Result<T> {
        Ok(self.0.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
    }

    /// Writes, and says how many rows.
    pub fn write(&self, sql: &str, params: impl Params) -> Result<usize> {
        Ok(self.0.prepare_cached(sql)?.execute(params)?)
    }

    /// Goods come into a warehouse.
    pub fn receive(&self, warehouse: &str, (item, characteristic, pieces): &Line) -> Result {
        self.write("INSERT OR IGNORE INTO item VALUES (?1, ?2)", [item, characteristic])?;
        let sql = "INSERT INTO stock VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET on_hand = on_hand + excluded.on_hand";
        self.write(sql, params![item, characteristic, warehouse, pieces]).map(drop)
    }

    /// Goods go out of a warehouse; never more than there are, which the table sees to.
    pub fn take(&self, warehouse: &str, (item, characteristic, pieces): &Line) -> Result {
        let sql = "UPDATE stock SET on_hand = on_hand - ?4
            WHERE item = ?1 AND characteristic = ?2 AND warehouse = ?3";
        let taken = self.write(sql, params![item, characteristic, warehouse, pieces])?;
        if taken == 1 { Ok(()) } else { Err(format!("{warehouse}: no {item}, {characteristic}").into()) }
    }

    /// Reserves the lines of an order, all or none; or says which is short, and by how much.
    pub fn reserve(&self, case: &str, order: &BTreeMap<String, Value>) -> Result<Option<String>> {
        let lines = lines(order.get("lines"))?;
        for (item, characteristic, pieces) in &lines {
            let free: i64 = self.one(FREE, [case, item, characteristic, MAIN])?;
            if free < *pieces {
                return Ok(Some(format!("{item}, {characteristic}: {free} < {pieces}")));
            }
        }
        let sql = "INSERT INTO reserve VALUES (?1, ?2, ?3, ?4, ?5)";
        for (item, characteristic, pieces) in &lines {
            self.write(sql, params![case, item, characteristic, MAIN, pieces])?;
        }
        Ok(None)
    }

    /// A contract by what was ordered.
    pub fn contract(&self, case: &str, order: &BTreeMap<String, Value>) -> Result {
        self.write("INSERT INTO contract VALUES (?1, ?2)", params![case, kopecks(order)?])?;
        let sql = "INSERT INTO contract_line VALUES (?1, ?2, ?3, ?4)";
        for (item, characteristic, pieces) in lines(order.get("lines"))? {
            self.write(sql, params![case, item, characteristic, pieces])?;
        }
        Ok(())
    }

    /// A payment; its number.
    pub fn pay(&self, case: &str, rubles: i64) -> Result<i64> {
        let sql = "INSERT INTO payment (case_id, kopecks) VALUES (?1, ?2) RETURNING number";
        self.one(sql, params![case, rubles * 100])
    }

    /// A payment turns out to be none; the case that it was for.
    pub fn unpost(&self, number: i64) -> Result<String> {
        self.write("INSERT INTO unposted VALUES (?1)", [number])?;
        self.one("SELECT case_id FROM payment WHERE number = ?1", [number])
    }

    /// A shipment out of what is reserved; its number.
    pub fn ship(&self, case: &str, goods: &[Line]) -> Result<i64> {
        let number: i64 = self.one("INSERT INTO shipment (case_id) VALUES (?1) RETURNING number", [case])?;
        for line @ (item, characteristic, pieces) in goods {
            let sql = "INSERT INTO shipment_line VALUES (?1, ?2, ?3, ?4, ?5)";
            self.write(sql, params![number, item, characteristic, MAIN, pieces])?;
            self.take(MAIN, line)?;
            let sql = "UPDATE reserve SET quantity = quantity - ?5
                WHERE case_id = ?1 AND item = ?2 AND characteristic = ?3 AND warehouse = ?4";
            if self.write(sql, params![case, item, characteristic, MAIN, pieces])? == 0 {
                return Err(format!("{item}, {characteristic}: not reserved").into());
            }
        }
        Ok(number)
    }

    /// A lorry is ordered; nothing can be said against it.
    pub fn order_delivery(&self, case: &str, order: &BTreeMap<String, Value>) -> Result<Option<String>> {
        let text = |name: &str| order.get(name).map(ToString::to_string).unwrap_or_default();
        let sql = "INSERT INTO delivery (case_id, address, day) VALUES (?1, ?2, ?3)";
        self.write(sql, [case, &text("address"), &text("delivery_date")]).map(|_| None)
    }

    /// What the carrier's program does when goods have arrived. It may be of any language, and knows nothing of voronka
    /// but one table: its row there is stepped afterwards, so that it never fails because a case refuses (S8).
    pub fn arrived(&self, case: &str) -> Result {
        self.write("UPDATE delivery SET arrived = 1 WHERE case_id = ?1", [case])?;
        let input = r#"{ "facts": { "values": [{ "fact": "delivered", "value": true }] } }"#;
        let sql = "INSERT INTO voronka_inbox (id, object, input) VALUES ('arrived/' || ?1, ?1, ?2)";
        self.write(sql, [case, input]).map(drop)
    }
}

/// The `amount` of an order or a claim.
pub fn kopecks(of: &BTreeMap<String, Value>) -> Result<i64> {
    let rubles = of.get("amount").and_then(Value::as_decimal).unwrap_or_default();
    Ok(i64::try_from(rubles * Decimal::ONE_HUNDRED)?)
}

/// The lines of an order, as the books keep them: whole pieces.
fn lines(value: Option<&Value>) -> Result<Vec<Line>> {
    let Some(Value::List(lines)) = value else { return Ok(Vec::new()) };
    let line = |line: &Value| {
        let Value::Record(parts) = line else { return None };
        let text = |name: &str| parts.get(name).and_then(Value::as_text).map(str::to_owned);
        let pieces = parts.get("quantity")?.as_decimal().filter(Decimal::is_integer)?;
        Some((text("item")?, text("characteristic")?, i64::try_from(pieces).ok()?))
    };
    lines.iter().map(|it| line(it).ok_or_else(|| format!("not a line of an order: {it:?}").into())).collect()
}
