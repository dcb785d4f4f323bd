//! The runtime's door: at once, twice, in a transaction, by many hosts (I1, I3, S1–S3).

use super::world::*;
use std::sync::Arc;
use voronka::intake::Inquiry;
use voronka::runtime::{Runtime, Setup};
use voronka::store::Query;

#[test]
fn i2_two_inquiries_of_one_contact_at_once_open_one_case() {
    for round in 0..20 {
        let world = World::new(json!({ "responsible": [{ "in_turn": ["anna", "boris"] }] }));
        let runtime = Arc::new(world.runtime);
        let takes: Vec<_> = (0..4)
            .map(|nth| {
                let runtime = Arc::clone(&runtime);
                let inquiry = mail(&format!("<{round}-{nth}@c>"), "eva@client.example", "tiles");
                std::thread::spawn(move || runtime.take_in(&inquiry).unwrap())
            })
            .collect();
        let taken: Vec<_> = takes.into_iter().map(|it| it.join().unwrap()).collect();
        let opened = taken.iter().filter(|it| it.decision.verdict.name() == "open").count();
        assert_eq!(opened, 1, "{taken:?}");
        let page = Query::cases(&world.store, &voronka::store::CaseQuery { limit: 9, ..Default::default() })
            .unwrap();
        assert_eq!(page.rows.len(), 1);
    }
}

#[test]
fn i1_one_inquiry_by_two_hosts_at_once_is_taken_in_once() {
    for _ in 0..20 {
        let world = World::new(json!({ "responsible": [{ "in_turn": ["anna", "boris"] }] }));
        let runtime = Arc::new(world.runtime);
        let inquiry = call("1.1", "+79990000001", "missed");
        let takes: Vec<_> = (0..3)
            .map(|_| {
                let (runtime, inquiry) = (Arc::clone(&runtime), inquiry.clone());
                std::thread::spawn(move || runtime.take_in(&inquiry).unwrap())
            })
            .collect();
        let cases: Vec<_> = takes.into_iter().map(|it| it.join().unwrap().case.unwrap()).collect();
        assert!(cases.iter().all(|it| *it == cases[0]));
        let text = &voronka::store::Store::load(&world.store, &[voronka::store::Wanted::case(&cases[0])])
            .unwrap()
            .found[0];
        let case = text.case.clone().unwrap().read().unwrap();
        assert_eq!((case.interactions.len(), case.activities.len(), case.revision), (1, 1, 2));
    }
}

#[test]
fn i2_a_case_that_closes_meanwhile_is_judged_anew() {
    // What was decided on an open case is not logged on a closed one: the revision is looked at.
    let world = World::new(json!({ "reopen": { "within": "7 days" } }));
    let case = world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    world.lose(&case.id);
    let taken = world.take(&mail("<2@c>", "eva@client.example", "wait"));
    assert_eq!(taken.decision.verdict.name(), "reopen");
}

#[test]
fn i5_many_channels_and_every_case_carries_its_own() {
    let world = World::new(json!({}));
    for (nth, channel) in ["email", "phone", "web", "chat"].into_iter().enumerate() {
        let case = world.opened(&Inquiry::new(channel, nth.to_string()));
        assert_eq!(case.channel.as_deref(), Some(channel));
    }
}

#[test]
fn i2_a_directory_says_whose_the_key_is() {
    use voronka::intake::{ContactKey, Owner};
    use voronka::runtime::{Directory, DirectoryError};
    struct Clients;
    impl Directory for Clients {
        fn owners(&self, keys: &[ContactKey]) -> Result<Vec<Owner>, DirectoryError> {
            if keys.iter().any(|it| it.key.starts_with("broken")) {
                return Err("the table is locked".into());
            }
            let ours = keys.iter().filter(|it| it.key.ends_with("@client.example"));
            Ok(ours.map(|it| Owner { key: it.key.clone(), reference: "C-17".to_owned() }).collect())
        }
    }
    let world = World::new(json!({}));
    let runtime =
        Runtime::new(world.store.clone(), world.clock.clone(), Setup::new("other")).directory(Clients);
    let first = runtime.take_in(&mail("<1@c>", "eva@client.example", "tiles")).unwrap();
    let case = world.case(first.case.as_deref().unwrap());
    assert_eq!(case.parties["client"].reference.as_deref(), Some("C-17"));
    // A colleague of hers: by the company.
    let second = runtime.take_in(&mail("<2@c>", "boss@client.example", "and paint")).unwrap();
    assert_eq!((second.case, second.decision.reason.codes()), (first.case, vec!["intake.party"]));
    let error = runtime.take_in(&mail("<3@c>", "broken@else.example", "x")).unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("the table is locked"), "{error}");
}

#[test]
fn i2_without_a_directory_the_cases_own_parties_say_whose_a_key_is() {
    let world = World::new(json!({}));
    let opening =
        json!({ "parties": { "client": { "reference": "C-17", "contacts": ["eva@client.example"] } } });
    world.runtime.open("sale", "old", serde_json::from_value(opening).unwrap(), "x", anna()).unwrap();
    world.lose("old");
    let case = world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    assert_eq!(case.parties["client"].reference.as_deref(), Some("C-17"));
}

/// Opening and interaction stand together, also where the store fails in between.
#[test]
fn i2_opening_and_interaction_are_one_commit_call() {
    let world = World::new(json!({}));
    let taken = world.take(&call("1.1", "+79990000001", "missed"));
    assert_eq!(taken.done.len(), 2);
    let at: Vec<_> = taken.done.iter().map(|it| (it.entry.number, it.entry.at)).collect();
    assert_eq!((at[0].0, at[1].0), (1, 2));
    assert_eq!(at[0].1, at[1].1);
}

/// Each future can be sent: it is spawned.
#[test]
fn i1_async_hosts_take_in_by_the_same_door() {
    use voronka::runtime::{Assign, AsyncRuntime, SystemClock};
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let test = async {
        let store = voronka::store::MemoryStore::new();
        let clock = SystemClock::waiting(|time| Box::pin(tokio::time::sleep(time)));
        let runtime = AsyncRuntime::new(store.clone(), clock, Setup::new("host")).taking_in();
        let text = scenario(&json!({ "when": "inquiry.channel == 'email'" })).to_string();
        runtime.publish_text(&text, &anna(), "").await.unwrap();
        let taken = runtime.take_in(&mail("<1@c>", "eva@client.example", "tiles")).await.unwrap();
        assert_eq!((taken.decision.verdict.name(), taken.done.len()), ("open", 2));
        let waits = runtime.take_in(&call("1", "+79990000001", "answered")).await.unwrap();
        assert!(waits.waits.is_some());
        runtime.receive().await.unwrap();
        let row = runtime.undecided("", 10).await.unwrap().rows[0].row.clone();
        let assigned =
            runtime.assign(&row, &Assign::Case(taken.case.clone().unwrap()), &anna()).await.unwrap();
        assert_eq!(assigned.case, taken.case);
        let within = runtime.within(store);
        assert_eq!(
            within.take_in(&mail("<2@c>", "eva@client.example", "more")).await.unwrap().case,
            taken.case
        );
    };
    tokio.block_on(async { tokio::spawn(test).await.unwrap() });
}

#[test]
fn i4_a_report_is_cut_by_channel() {
    let world = World::new(json!({}));
    for id in 0..3 {
        world.opened(&call(&id.to_string(), &format!("+7 999 000 30 0{id}"), "answered"));
    }
    let lost = world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    world.lose(&lost.id);
    let cases: Vec<_> = world.cases().iter().map(|id| world.case(id)).collect();
    let scenario = world.runtime.latest("sale").unwrap().unwrap();
    let cut = voronka::report::Funnel::by_channel(&scenario, &cases);
    let of =
        |channel: &str| (cut[channel].cases.cases, cut[channel].balance().open, cut[channel].balance().lost);
    assert_eq!((of("phone"), of("email"), cut.len()), ((3, 3, 0), (1, 0, 1), 2));
    assert!(cut.values().all(|it| it.balance().holds()));
}

#[test]
fn i2_only_the_first_twenty_contact_keys_are_looked_up() {
    use std::sync::Mutex;
    use voronka::intake::{ContactKey, Owner};
    use voronka::runtime::{CaseDirectory, Directory, DirectoryError};
    struct Counting(Arc<Mutex<usize>>);
    impl Directory for Counting {
        fn owners(&self, keys: &[ContactKey]) -> Result<Vec<Owner>, DirectoryError> {
            *self.0.lock().unwrap() = keys.len();
            Ok(Vec::new())
        }
    }
    let world = World::new(json!({}));
    let mut letter = mail("<1@c>", "0@client.example", "tiles");
    letter.contacts.extend((1..1_000).map(|nth| ContactKey::email(format!("{nth}@client.example"))));
    let asked = Arc::new(Mutex::new(0));
    let runtime = Runtime::new(world.store.clone(), world.clock.clone(), Setup::new("other"))
        .directory(Counting(Arc::clone(&asked)));
    runtime.take_in(&letter).unwrap();
    assert_eq!(*asked.lock().unwrap(), 20);
    // The cases' own parties too.
    for nth in [19, 20] {
        let party = json!({ "reference": format!("C-{nth}"), "contacts": [format!("{nth}@client.example")] });
        let opening = serde_json::from_value(json!({ "parties": { "client": party } })).unwrap();
        world.runtime.open("sale", format!("old-{nth}"), opening, format!("open-{nth}"), anna()).unwrap();
    }
    let owners = CaseDirectory(world.store.clone()).owners(&letter.contacts).unwrap();
    assert_eq!(owners.iter().map(|it| it.reference.as_str()).collect::<Vec<_>>(), ["C-19"]);
}

#[test]
fn s12_what_was_erased_does_not_come_back_with_the_same_letter() {
    use voronka::intake::ContactKey;
    let mut definition = scenario(&json!({}));
    definition["rights"] = json!({ "erase": "manager" });
    let world = World::of(&[definition]);
    let letter = answering(mail("<1@c>", "eva@client.example", "tiles"), "<0@c>");
    let case = world.opened(&letter).id;
    world.runtime.erase(&case, "asked by letter", &anna(), "erase").unwrap();
    let erased = world.case(&case).interactions;
    let more = Inquiry { text: Some("call eva".to_owned()), ..letter.clone() };
    // A sender whose clock is wrong dates it ahead.
    let ahead =
        Inquiry { at: Some(moment("2036-01-01T00:00:00Z")), ..mail("<9@c>", "eva@client.example", "!") };
    let late =
        world.opened(&Inquiry { contacts: vec![ContactKey::email("late@client.example")], ..ahead.clone() });
    world.runtime.erase(&late.id, "asked by letter", &anna(), "erase-late").unwrap();
    assert_eq!(world.take(&ahead).decision.reason.codes(), ["intake.erased"]);
    for again in [&letter, &more] {
        let taken = world.take(again);
        assert_eq!(taken.decision.verdict.name(), "nothing", "{}", taken.decision.reason);
        assert_eq!(taken.decision.reason.codes(), ["intake.erased"]);
        assert_eq!(world.case(&case).interactions, erased);
    }
    assert!(erased[0].contact.is_none() && erased[0].thread.is_empty());
    // What comes after the erasing is kept, and amended.
    let next = answering(mail("<2@c>", "eva@client.example", "more tiles"), "<1@c>");
    assert_eq!(world.take(&next).case, Some(case.clone()));
    let more = Inquiry { text: Some("ten of them".to_owned()), ..next };
    assert_eq!(world.take(&more).decision.reason.codes(), ["intake.same"]);
    assert_eq!(world.case(&case).interactions[1].text.as_deref(), Some("ten of them"));
}
