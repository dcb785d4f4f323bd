//! What people write on the command line: who acts, when, and what a field is to be.

use crate::output::Failed;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use voronka::runtime::{Chance, Clock, Dice, SystemClock};
use voronka::scenario::def::FieldType;
use voronka::{Actor, Moment, Scenario, Value};

/// Who acts: `anna`, `anna:manager,head@north`.
pub fn actor(text: &str) -> Result<Actor, String> {
    let list =
        |text: &str| text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
    let (rest, teams) = text.split_once('@').map_or((text, Vec::new()), |(rest, teams)| (rest, list(teams)));
    let (id, roles) = rest.split_once(':').map_or((rest, Vec::new()), |(id, roles)| (id, list(roles)));
    if id.trim().is_empty() {
        return Err(
            "nobody is named here; write `anna:manager@north`: who, their roles, their teams".to_owned()
        );
    }
    Ok(Actor { id: id.trim().to_owned(), roles, teams, ..Actor::default() })
}

/// The time zone of a scenario's calendar; UTC where it has none.
pub fn zone(scenario: &Scenario) -> Tz {
    let own = scenario.definition().calendar.as_ref();
    own.and_then(|calendar| calendar.time_zone.parse().ok()).unwrap_or(Tz::UTC)
}

/// A moment: `2026-03-02T10:00:00+03:00`, or in the calendar's time zone `2026-03-02 10:00`, `2026-03-02`.
pub fn moment(text: &str, zone: Tz) -> Result<Moment, Failed> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    let time = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)));
    time.and_then(|time| Moment::of_local(time, zone)).ok_or_else(|| {
        Failed::said(format!(
            "`{text}` is no moment; write `2026-03-02 10:00`, or with an offset `2026-03-02T10:00:00+03:00`"
        ))
    })
}

/// The machine's clock, or where a moment was given just that.
#[derive(Debug, Clone, Copy)]
pub struct Now(pub Option<Moment>);

impl Clock for Now {
    fn now(&self) -> Moment {
        self.0.unwrap_or_else(SystemClock::now)
    }

    fn sleep(&self, time: std::time::Duration) {
        SystemClock.sleep(time);
    }
}

/// `name=value`, as it stands on the command line.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write `name=value`; `name=` empties it".to_owned()),
    }
}

/// The value of a field or fact: texts are taken as they stand, lists and records as JSON.
pub fn value(kind: Option<FieldType>, text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    let plain = || Value::from(text);
    Some(match kind {
        Some(FieldType::Bool) => match text.to_lowercase().as_str() {
            "true" | "yes" | "да" => Value::Bool(true),
            "false" | "no" | "нет" => Value::Bool(false),
            _ => plain(),
        },
        // What is no JSON the scenario refuses with the type that it wants.
        Some(FieldType::List) => serde_json::from_str(text).unwrap_or_else(|_| plain()),
        // The engine makes of a text what the type asks for.
        _ => plain(),
    })
}

/// Fields as `name=value`, by their types.
pub fn fields(scenario: &Scenario, said: &[(String, String)]) -> BTreeMap<String, Option<Value>> {
    let kind = |name: &str| scenario.definition().fields.get(name).map(|it| it.kind);
    said.iter().map(|(name, text)| (name.clone(), value(kind(name), text))).collect()
}

/// An id that nobody else makes: by the clock and by chance.
pub fn new_id(prefix: &str) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let now = u64::try_from(SystemClock::now().millis()).unwrap_or(0);
    let mut id = prefix.to_owned();
    // 45 bits of milliseconds last a thousand years; 40 bits of chance.
    for (bits, from) in [(9_u32, now), (8, Dice.next())] {
        for place in (0..bits).rev() {
            let digit = usize::try_from(from >> (place * 5) & 31).unwrap_or(0);
            id.push(DIGITS.get(digit).copied().map_or('0', char::from));
        }
    }
    id
}
