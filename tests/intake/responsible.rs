//! Who becomes responsible for a new case (I3).

use super::world::*;
use voronka::case::Absence;

fn turn(world: &World, id: u32) -> Option<String> {
    let inquiry = call(&format!("1.{id}"), &format!("+7 999 000 20 {id:02}"), "answered");
    world.opened(&inquiry).responsible
}

fn away(world: &World, person: &str, deputy: Option<&str>) {
    let deputy = deputy.map(str::to_owned);
    world.away.0.lock().unwrap().push(Absence {
        person: person.to_owned(),
        until: moment("2026-04-01T00:00:00Z"),
        deputy,
    });
}

#[test]
fn i3_in_turn_goes_round_and_passes_over_the_absent() {
    let world = World::new(json!({ "responsible": [{ "in_turn": ["anna", "boris", "vera"] }] }));
    let first: Vec<_> = (1..=4).map(|id| turn(&world, id).unwrap()).collect();
    assert_eq!(first, ["anna", "boris", "vera", "anna"]);
    away(&world, "boris", Some("olga"));
    let next: Vec<_> = (5..=7).map(|id| turn(&world, id).unwrap()).collect();
    assert_eq!(next, ["vera", "anna", "vera"]);
    away(&world, "anna", None);
    away(&world, "vera", None);
    // Everybody is away: the deputy of whose turn it would be, or nobody.
    let last: Vec<_> = (8..=9).map(|id| turn(&world, id)).collect();
    assert!(last.contains(&None) || last.contains(&Some("olga".to_owned())), "{last:?}");
}

#[test]
fn i3_what_opens_nothing_moves_no_turn() {
    let world = World::new(json!({ "responsible": [{ "in_turn": ["anna", "boris"] }] }));
    assert_eq!(turn(&world, 1).as_deref(), Some("anna"));
    world.take(&call("2.1", "+7 999 000 20 01", "answered"));
    world.take(&call("1.1", "+7 999 000 20 01", "answered"));
    assert_eq!(turn(&world, 2).as_deref(), Some("boris"));
}

#[test]
fn i3_the_employee_comes_first_then_the_rules_after_it() {
    let world = World::new(json!({ "responsible": [{ "employee": true },
        { "when": "inquiry.subject.contains('tiles')", "person": "boris" }, { "by": "inquiry.line" }] }));
    let opened = |inquiry| world.opened(&inquiry).responsible;
    assert_eq!(opened(taken_by(call("1", "+79990002001", "answered"), "vera")).as_deref(), Some("vera"));
    assert_eq!(opened(mail("<1@c>", "a@client.example", "tiles")).as_deref(), Some("boris"));
    let mut by_line = mail("<2@c>", "b@client.example", "paint");
    by_line.line = Some("olga".to_owned());
    assert_eq!(opened(by_line).as_deref(), Some("olga"));
    assert_eq!(opened(mail("<3@c>", "c@client.example", "paint")), None);
    away(&world, "boris", Some("vera"));
    assert_eq!(opened(mail("<4@c>", "d@client.example", "tiles")).as_deref(), Some("vera"));
}

#[test]
fn i3_the_least_loaded_gets_it() {
    let world = World::new(json!({ "responsible": [{ "least_load": ["anna", "boris"] }] }));
    let opening = json!({ "responsible": "anna" });
    for id in ["x", "y"] {
        let opening = serde_json::from_value(opening.clone()).unwrap();
        world.runtime.open("sale", id, opening, format!("open-{id}"), anna()).unwrap();
    }
    let order: Vec<_> = (1..=4).map(|id| turn(&world, id).unwrap()).collect();
    assert_eq!(order, ["boris", "boris", "anna", "boris"]);
    away(&world, "boris", None);
    assert_eq!(turn(&world, 5).as_deref(), Some("anna"));
}

#[test]
fn i3_a_persons_absence_that_goes_round_ends() {
    let world = World::new(json!({ "responsible": [{ "person": "anna" }] }));
    away(&world, "anna", Some("boris"));
    away(&world, "boris", Some("anna"));
    assert_eq!(turn(&world, 1), None);
}

#[test]
fn i3_the_team_is_an_expression() {
    let world = World::new(json!({ "team": "inquiry.channel == 'phone' ? 'calls' : 'letters'" }));
    assert_eq!(world.opened(&call("1", "+79990002001", "answered")).team.as_deref(), Some("calls"));
}
