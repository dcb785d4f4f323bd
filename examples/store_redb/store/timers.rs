//! Timers: armed, handed out at their moment, put off (S6, T7, T11).

use super::tables::{Fault, Held, Read, SWITCHES, TIMERS, TIMERS_AT, json, row};
use redb::{ReadableTable, WriteTransaction};
use serde::{Deserialize, Serialize};
use voronka::Moment;
use voronka::store::{DueTimer, LeaseRequest, StoreError, Switched, TimerRow};

#[derive(Serialize, Deserialize)]
struct Timer {
    row: TimerRow,
    held: Held,
}

/// Arms a timer, whole and anew: whoever leased the earlier arming has lost it.
pub fn put(tx: &WriteTransaction, timer: &TimerRow) -> Result<(), Fault> {
    remove(tx, &timer.id, None)?;
    tx.open_table(TIMERS_AT)?.insert((timer.at.millis(), timer.id.as_str()), ())?;
    let armed = Timer { row: timer.clone(), held: Held::free() };
    tx.open_table(TIMERS)?.insert(timer.id.as_str(), json(&armed)?.as_str())?;
    Ok(())
}

/// Whether there was one, of this case where one is named.
pub fn remove(tx: &WriteTransaction, id: &str, case: Option<&str>) -> Result<bool, Fault> {
    let mut timers = tx.open_table(TIMERS)?;
    let Some(was) = row::<_, Timer>(&timers, id)? else { return Ok(false) };
    if case.is_some_and(|case| case != was.row.case) {
        return Ok(false);
    }
    tx.open_table(TIMERS_AT)?.remove((was.row.at.millis(), id))?;
    timers.remove(id)?;
    Ok(true)
}

pub fn later(tx: &WriteTransaction, id: &str, by: &str, at: Moment) -> Result<bool, Fault> {
    let mut timers = tx.open_table(TIMERS)?;
    let Some(mut timer) = row::<_, Timer>(&timers, id)?.filter(|it| it.held.is_of(by)) else {
        return Ok(false);
    };
    timer.held.put_off(at, "");
    timers.insert(id, json(&timer)?.as_str())?;
    Ok(true)
}

/// What was put off of a scenario is free again, since something was switched (T7). It looks through all timers: switching
/// is rare, and a table of what was put off would cost each that is.
pub fn free(tx: &WriteTransaction, scenario: &str) -> Result<(), Fault> {
    let mut timers = tx.open_table(TIMERS)?;
    let ids: Vec<String> =
        timers.iter()?.map(|it| Ok(it?.0.value().to_owned())).collect::<Result<_, Fault>>()?;
    for id in ids {
        let Some(mut timer) = row::<_, Timer>(&timers, id.as_str())? else { continue };
        if timer.row.scenario == scenario && timer.held.is_put_off() {
            timer.held = Held::free();
            timers.insert(id.as_str(), json(&timer)?.as_str())?;
        }
    }
    Ok(())
}

pub fn lease(tx: &WriteTransaction, request: &LeaseRequest) -> Result<Vec<DueTimer>, Fault> {
    let (by_moment, mut timers) = (tx.table(TIMERS_AT)?, tx.open_table(TIMERS)?);
    let switches = tx.table(SWITCHES)?;
    let is_on = |timer: &TimerRow| {
        let Some(trigger) = &timer.trigger else { return Ok(true) };
        let switched: Option<Switched> = row(&switches, (timer.scenario.as_str(), trigger.as_str()))?;
        Ok::<_, Fault>(switched.map_or(timer.enabled, |it| it.on))
    };
    let mut due = Vec::new();
    for found in by_moment.range(..(request.now.millis().saturating_add(1), ""))? {
        if due.len() >= request.limit as usize {
            break;
        }
        let place = found?.0;
        let id = place.value().1;
        let lost = || StoreError::Damaged { what: format!("timer {id}"), why: "it has no row".to_owned() };
        let mut timer: Timer = row(&timers, id)?.ok_or_else(lost)?;
        if timer.held.is_free(request.now) && is_on(&timer.row)? {
            timer.held.take(request);
            timers.insert(id, json(&timer)?.as_str())?;
            due.push(DueTimer { id: id.to_owned(), case: timer.row.case, at: timer.row.at });
        }
    }
    Ok(due)
}
