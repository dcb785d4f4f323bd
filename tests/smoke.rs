//! The thinnest slice: a scenario from a file, a case stepping through it.
use voronka::case::{Input, MoveInput};
use voronka::{Actor, Case, Context, Opening, Scenario};

#[test]
fn a_case_opens_and_is_refused_for_all_reasons_at_once() {
    let text = std::fs::read_to_string("examples/wholesale.json").unwrap();
    let scenario = Scenario::from_json(&text).unwrap_or_else(|d| panic!("{d:#?}"));
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let opening = Opening { responsible: Some("anna".into()), ..Opening::default() };
    let ctx = Context::new(now, Actor::new("anna", "manager"), "1");
    let opened = scenario.open("c1", opening, &ctx).unwrap();
    println!("{}", serde_json::to_string_pretty(opened.entry()).unwrap());
    let again = Case::replay([opened.entry()]).unwrap();
    assert_eq!(&again, opened.case());
    let mv = Input::Move(MoveInput { to: "invoice".into(), ..Default::default() });
    let refused = scenario.step(opened.case(), mv, &ctx).unwrap_err();
    println!("{refused:#?}");
    println!("{:?}", opened.case().light(now));
    println!("{:#?}", scenario.evaluate(opened.case(), &ctx).moves);
}
