//! From a report's list to one bulk input (F8).

use super::world::{SALE, at};
use std::ops::ControlFlow;
use voronka::case::{CloseInput, DueAt, Entry, Input, LinkKind, MoveInput, Party, PlanInput, Recorded};
use voronka::report::{Ask, BroughtBack, Keeping, Layout, Records, cases};
use voronka::runtime::{Back, BringBack, BringProgress, Clock, Request, Returned, Runtime, Setup, StepError};
use voronka::store::MemoryStore;
use voronka::{Actor, Case, Moment, Opening, Scenario};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Moment {
        at("2026-03-02 12:00")
    }

    fn sleep(&self, _: std::time::Duration) {}
}

fn head() -> Actor {
    Actor::new("olga", "head")
}

fn clerk() -> Actor {
    Actor::new("ivan", "clerk")
}

/// The sale, in which only heads reopen, clerks see nothing of sizes, and a quick sale for what comes back.
fn scenarios() -> [Scenario; 2] {
    let sale = SALE
        .replace(
            r#""parties""#,
            r#""kinds": { "call": {} },
            "rights": { "reopen": "head", "contacts": "head", "see_all": ["head", "clerk"], "see_own": "guest" },
            "parties""#,
        )
        .replace(r#""size": { "type": "text" }"#, r#""size": { "type": "text", "see": "head" }"#);
    let quick = r#"{
      "id": "quick", "fields": { "amount": { "type": "money", "currency": "RUB" }, "size": { "type": "text" },
        "expected": { "type": "text" } },
      "parties": { "client": {} }, "kinds": { "call": {} },
      "stages": [{ "id": "talk" }, { "id": "deal" }, { "id": "won", "outcome": "won" }]
    }"#;
    [sale.as_str(), quick].map(|it| Scenario::from_json(it).unwrap_or_else(|defects| panic!("{defects:#?}")))
}

fn runtime() -> Runtime<MemoryStore> {
    let runtime = Runtime::new(MemoryStore::new(), Noon, Setup::new("here"));
    for it in scenarios() {
        runtime.publish(it, &head(), "").unwrap();
    }
    let close = |stage: &str, reason: Option<&str>| {
        let reason = reason.map(str::to_owned);
        Input::Close(CloseInput { stage: stage.into(), reason, ..CloseInput::default() })
    };
    let step = |case: &str, input, nth: u32| {
        runtime.step(Request::new(case, input, format!("{case}-{nth}"), head())).unwrap();
    };
    for case in ["won", "lost", "late", "open"] {
        let party = Party { reference: Some("c-1".into()), contacts: vec!["+7 900 000-00-00".into()] };
        let opening = Opening {
            title: Some("Tiles".into()),
            channel: Some("phone".into()),
            responsible: Some("anna".into()),
            team: Some("north".into()),
            fields: [
                ("amount".to_owned(), Some("100".into())),
                ("size".to_owned(), Some("large".into())),
                ("expected".to_owned(), Some("2026-04-01".into())),
            ]
            .into(),
            parties: [("client".to_owned(), party)].into(),
            ..Opening::default()
        };
        runtime.open("sale", case, opening, format!("{case}-0"), head()).unwrap();
    }
    for case in ["won", "lost", "late"] {
        step(case, Input::Move(MoveInput { to: "invoice".into(), ..MoveInput::default() }), 1);
    }
    step("won", close("won", None), 2);
    step("lost", close("lost", Some("delivery")), 2);
    step("late", close("lost", Some("price")), 2);
    runtime
}

fn known(it: &Recorded) -> &Entry {
    match it {
        Recorded::Known(entry) => entry,
        other => panic!("{other:?}"),
    }
}

fn call() -> PlanInput {
    PlanInput {
        kind: "call".into(),
        title: "We deliver now".into(),
        due: Some(DueAt::In("2 working hours".parse().unwrap())),
        assignee: Some("boris".into()),
        mandatory: false,
    }
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

fn bring(runtime: &Runtime<MemoryStore>, asked: &BringBack, actor: &Actor) -> (Vec<Returned>, BringProgress) {
    let mut last = BringProgress::default();
    let all = runtime.bring_back(asked, actor, |it| {
        last = it;
        ControlFlow::Continue(())
    });
    (all, last)
}

fn case(runtime: &Runtime<MemoryStore>, id: &str) -> Case {
    runtime.evaluate(id, &head(), |case, _| case.clone()).unwrap()
}

#[test]
fn f8_lost_cases_are_reopened_each_with_a_call_and_the_others_go_on() {
    let runtime = runtime();
    let all = names(&["lost", "won", "nobody", "open", "late", "lost"]);
    let asked = BringBack {
        how: Back::Reopened { stage: Some("request".into()), r#override: None },
        ..BringBack::reopen("delivery-1", all).with_call(call())
    };
    let (told, progress) = bring(&runtime, &asked, &head());
    let told: Vec<_> =
        told.iter().map(|it| (it.case.as_str(), it.back.as_ref().map_err(Clone::clone).is_ok())).collect();
    assert_eq!(told, [("lost", true), ("won", false), ("nobody", false), ("open", false), ("late", true)]);
    let counts = (progress.of, progress.back, progress.repeated, progress.refused, progress.without_call);
    assert_eq!(counts, (5, 2, 0, 3, 0));
    for id in ["lost", "late"] {
        let it = case(&runtime, id);
        let planned = &it.activities[0];
        assert_eq!((it.stage(), it.reopened, it.activities.len()), ("request", 1, 1));
        assert_eq!((planned.kind.as_str(), planned.assignee.as_deref()), ("call", Some("boris")));
        assert!(planned.due.is_some_and(|due| due.at == at("2026-03-02 14:00")));
    }
    assert_eq!((case(&runtime, "won").revision, case(&runtime, "open").revision), (3, 1));
}

#[test]
fn f8_the_same_batch_again_does_nothing_twice_and_tries_what_was_refused() {
    let runtime = runtime();
    let asked = BringBack::reopen("b", names(&["lost", "late"])).with_call(call());
    let (told, _) = bring(&runtime, &asked, &clerk());
    let refused = |it: &Returned| matches!(&it.back, Err(StepError::Refused { .. })) && it.call.is_none();
    assert!(told.iter().all(refused), "a clerk may not reopen: {told:?}");
    let (_, first) = bring(&runtime, &BringBack { cases: names(&["lost"]), ..asked.clone() }, &head());
    assert_eq!((first.back, first.repeated), (1, 0));
    let (told, second) = bring(&runtime, &asked, &head());
    assert_eq!((second.back, second.repeated, second.refused), (2, 1, 0));
    assert!(
        told[0].back.as_ref().unwrap().repeated && told[0].call.as_ref().unwrap().as_ref().unwrap().repeated
    );
    assert_eq!((case(&runtime, "lost").revision, case(&runtime, "late").revision), (5, 5));
    // Another kind of call under the same batch is another input, and is refused as such.
    let other = asked.clone().with_call(PlanInput { title: "Other".into(), ..call() });
    let (told, third) = bring(&runtime, &other, &head());
    assert_eq!(third.without_call, 2);
    assert!(matches!(told[0].call, Some(Err(StepError::Taken { .. }))));
    // What was to be planned and could not be is planned when it is asked again with what there is.
    let unknown =
        BringBack::reopen("c", names(&["lost"])).with_call(PlanInput { kind: "fax".into(), ..call() });
    runtime
        .step(Request::new(
            "lost",
            Input::Close(CloseInput {
                stage: "lost".into(),
                reason: Some("price".into()),
                ..CloseInput::default()
            }),
            "again",
            head(),
        ))
        .unwrap();
    let (_, progress) = bring(&runtime, &unknown, &head());
    assert_eq!((progress.back, progress.without_call), (1, 1));
    let (_, progress) = bring(&runtime, &unknown.with_call(call()), &head());
    assert_eq!((progress.back, progress.repeated, progress.without_call), (1, 1, 0));
}

#[test]
fn f8_a_case_that_follows_has_of_the_lost_one_what_the_actor_may_see() {
    let runtime = runtime();
    let quick = |batch: &str| BringBack {
        how: Back::Followed {
            scenario: Some("quick".into()),
            stage: Some("deal".into()),
            fields: None,
            r#override: None,
        },
        ..BringBack::follow(batch, names(&["lost", "open"])).with_call(call())
    };
    let (told, progress) = bring(&runtime, &quick("f"), &head());
    assert_eq!((told[0].runs.as_str(), progress.back, progress.refused), ("f/lost", 1, 1));
    assert!(matches!(told[1].back, Err(StepError::NotLost { .. })));
    let it = case(&runtime, "f/lost");
    assert_eq!((it.scenario.id.as_str(), it.stage(), it.links["lost"]), ("quick", "deal", LinkKind::Follows));
    assert_eq!((it.title.as_deref(), it.channel.as_deref()), (Some("Tiles"), Some("phone")));
    assert_eq!((it.responsible.as_deref(), it.team.as_deref()), (Some("anna"), Some("north")));
    // What has the same name and another type stays behind.
    assert_eq!(it.fields.keys().collect::<Vec<_>>(), ["amount", "size"]);
    assert_eq!((it.parties["client"].contacts.len(), it.activities.len()), (1, 1));
    assert_eq!(case(&runtime, "lost").revision, 3, "the lost one stays as it was");

    // A clerk sees neither sizes nor contact keys, and takes neither along; a guest does not see the case at all.
    bring(&runtime, &quick("g"), &clerk());
    let it = case(&runtime, "g/lost");
    assert_eq!((it.fields.len(), it.parties["client"].contacts.len()), (1, 0));
    let (told, _) = bring(&runtime, &quick("h"), &Actor::new("gast", "guest"));
    assert!(told.iter().all(|it| matches!(it.back, Err(StepError::NoCase { .. }))), "{told:?}");

    // Again, also after the lost case was touched: nothing twice.
    runtime.step(Request::new("lost", Input::Note { text: "x".into() }, "note", head())).unwrap();
    let (_, progress) = bring(&runtime, &quick("f"), &head());
    assert_eq!((progress.back, progress.repeated), (1, 1));
    assert_eq!(case(&runtime, "f/lost").activities.len(), 1);

    // Fields that are named and do not fit are refused with their reason.
    let named = Back::Followed {
        scenario: Some("quick".into()),
        stage: None,
        fields: Some(names(&["expected", "amount"])),
        r#override: None,
    };
    let (told, _) = bring(&runtime, &BringBack { how: named, ..quick("k") }, &head());
    assert!(matches!(&told[0].back, Err(StepError::Refused { .. })), "a date is no text: {told:?}");
    let gone = Back::Followed { scenario: Some("gone".into()), stage: None, fields: None, r#override: None };
    let (told, _) = bring(&runtime, &BringBack { how: gone, ..quick("l") }, &head());
    assert!(
        matches!(&told[0].back, Err(StepError::NoScenario { scenario, .. }) if scenario == "scenario gone")
    );
}

#[test]
fn f8_it_can_be_stopped_and_the_next_report_shows_what_came_back() {
    let runtime = runtime();
    let sale = &scenarios()[0];
    let records = || {
        let mut records = Records::new(Keeping::default());
        records.learn(sale);
        for id in ["won", "lost", "late", "open"] {
            let entries = runtime.journal(id, 1, 100).unwrap();
            let entries: Vec<_> = entries.iter().map(known).collect();
            records.add_journal(entries, None).unwrap();
        }
        records
    };
    let layout = Layout::of(sale);
    let list =
        cases(&records(), &layout, &Ask::default(), &"lost_at=invoice,reason=delivery".parse().unwrap())
            .unwrap();
    assert_eq!(list, ["lost"]);
    assert!(
        runtime
            .bring_back(&BringBack::reopen("s", Vec::new()), &head(), |_| ControlFlow::Break(()))
            .is_empty()
    );
    let (_, progress) = bring(&runtime, &BringBack::reopen("r", list), &head());
    assert_eq!(progress.back, 1);
    let back = BroughtBack::of(&records(), &layout, &Ask::default(), &[]).unwrap();
    assert_eq!((back.reasons[0].reason.as_str(), back.reasons[0].reopened.open.cases), ("delivery", 1));

    let many: Vec<String> = (0..250).map(|it| format!("n{it}")).collect();
    let told = runtime.bring_back(&BringBack::reopen("t", many), &head(), |_| ControlFlow::Break(()));
    assert_eq!(told.len(), 100, "it stopped after the first hundred");
}
