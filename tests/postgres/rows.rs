//! Commits made by hand, small.

use voronka::Moment;
use voronka::store::{CaseRow, Changes, Commit, EffectRow, EntryRow, KeyKind, KeyRow, TimerRow};

/// So many milliseconds into 2026.
pub fn at(millis: i64) -> Moment {
    "2026-01-01T00:00:00Z".parse::<Moment>().unwrap().plus_millis(millis)
}

/// Entry `number` of a case, by the input `CASE#NUMBER`.
pub fn step(case: &str, number: u64) -> Commit {
    let row = CaseRow {
        id: case.to_owned(),
        revision: number,
        scenario: "sale".to_owned(),
        version: 1,
        kind: "funnel".to_owned(),
        stage: "talk".to_owned(),
        stage_order: 1,
        stage_from: at(0),
        title: Some(format!("Case {case}")),
        channel: Some("phone".to_owned()),
        responsible: Some("anna".to_owned()),
        team: None,
        author: "boris".to_owned(),
        parent: None,
        opened_at: at(0),
        last_at: at(number as i64),
        yellow_from: None,
        red_from: None,
        amount: None,
        closed_at: None,
        outcome: None,
        reason: None,
        closed_from: None,
        erased: false,
        text: format!("case {case} {number}"),
    };
    let entry = EntryRow {
        case: case.to_owned(),
        number,
        at: at(number as i64),
        input_id: format!("{case}#{number}"),
        input: "move".to_owned(),
        actor: "anna".to_owned(),
        text: format!("entry {case} {number}"),
    };
    Commit {
        before: number - 1,
        case: row,
        entry,
        timers: Changes::default(),
        activities: Changes::default(),
        fields: Changes::default(),
        keys: Vec::new(),
        lost_keys: Vec::new(),
        effects: Vec::new(),
        counters: Vec::new(),
        settles: Vec::new(),
        erasure: None,
    }
}

/// With effects of a lane.
pub fn with_effects(mut commit: Commit, lane: &str, count: u32) -> Commit {
    let number = commit.entry.number;
    let begun = commit.effects.len() as u32;
    commit.effects.extend((begun..begun + count).map(|nth| EffectRow {
        id: format!("{}/{number}/{nth}", commit.case.id),
        case: commit.case.id.clone(),
        entry: number,
        nth,
        lane: lane.to_owned(),
        kind: "notify".to_owned(),
        text: format!("effect {nth}"),
    }));
    commit
}

/// With a timer.
pub fn with_timer(mut commit: Commit, name: &str, due: Moment, trigger: Option<&str>) -> Commit {
    commit.timers.put.push(TimerRow {
        id: format!("{}/{name}", commit.case.id),
        case: commit.case.id.clone(),
        at: due,
        scenario: commit.case.scenario.clone(),
        trigger: trigger.map(str::to_owned),
        enabled: true,
    });
    commit
}

/// With a key.
pub fn with_key(mut commit: Commit, kind: KeyKind, key: &str) -> Commit {
    commit.keys.push(KeyRow { case: commit.case.id.clone(), kind, key: key.to_owned() });
    commit
}
