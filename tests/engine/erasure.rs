//! Erasing personal texts for good, and what lists and journals show to whom (S12, G1, G2).

use super::dsl::{Deal, json, scenario};
use voronka::case::Event;
use voronka::{Actor, Case, Scope};

const SECRETS: [&str; 9] = [
    "Lesnaya 5",
    "+7 900 000-00-09",
    "party-77",
    "Private letter",
    "meet me at the corner",
    "a note on habits",
    "wanted it cheaper for a friend",
    "scan-of-passport.pdf",
    "Tiles for N. N.",
];

fn personal() -> voronka::Scenario {
    scenario(json!({
        "fields": {
            "address": { "type": "text", "personal": true }, "copy": { "type": "text" },
            "born": { "type": "date", "personal": true },
            "scan": { "type": "file" }, "amount": { "type": "decimal" }
        },
        "parties": { "client": { "personal": true }, "payer": {} },
        "reasons": { "price": { "title": "Price", "comment": "required" } },
        "rights": { "erase": "officer" },
        "stages": [
            { "id": "request",
              "triggers": [
                { "id": "copies", "on": { "field": "address" },
                  "do": [{ "set": { "field": "copy", "to": "fields.address" } },
                         { "effect": { "kind": "label", "payload": { "line": "'to ' + fields.address", "n": "fields.amount" } } }] },
                { "id": "wants", "on": { "message": "go" }, "do": { "move": "invoice" } }
              ] },
            { "id": "invoice", "enter": { "need": [{ "that": "fields.address == 'Moscow'" }] } }
        ]
    }))
}

/// A case that is full of personal texts, also copied by triggers, told by findings, and spoken by people.
fn lived() -> Deal {
    let mut deal = Deal::of(personal());
    deal.opens(json!({
        "title": "Tiles for N. N.", "responsible": "anna",
        "parties": { "client": { "reference": "party-77", "contacts": ["+7 900 000-00-09"] },
                     "payer": { "reference": "firm-5" } },
        "fields": { "amount": 5 }
    }));
    deal.does(json!({ "set": { "fields": { "address": "Lesnaya 5", "born": "1980-02-03", "scan": "scan-of-passport.pdf" } } }));
    deal.does(json!({ "interaction": { "channel": "email", "contact": "+7 900 000-00-09",
        "subject": "Private letter", "text": "meet me at the corner" } }));
    deal.does(json!({ "message": { "name": "go" } }));
    deal.does(json!({ "plan": { "kind": "task", "title": "Send to Lesnaya 5" } }));
    deal.does(json!({ "note": { "text": "a note on habits" } }));
    deal.does(json!({ "close": { "stage": "lost", "reason": "price", "comment": "wanted it cheaper for a friend" } }));
    deal
}

#[test]
fn s12_what_is_erased_is_in_no_byte_and_all_else_stays() {
    let deal = lived();
    let before: String = deal.entries.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    assert!(SECRETS.iter().all(|secret| before.contains(secret)), "each was there");
    let mut ctx = deal.ctx();
    ctx.actor = Actor::new("olga", "officer");
    let erased = deal.scenario.erase(&deal.entries, &[], "asked for it by letter", &ctx).unwrap();
    let (case, entry) = (erased.outcome().case(), erased.outcome().entry());

    let mut all: Vec<_> = erased.entries().to_vec();
    all.push(entry.clone());
    let bytes: String = all.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    let now = serde_json::to_string(case).unwrap();
    for secret in SECRETS {
        assert!(!bytes.contains(secret), "{secret} is still in the entries: {bytes}");
        assert!(!now.contains(secret), "{secret} is still in the case: {now}");
    }
    assert!(!bytes.contains("1980-02-03") && !now.contains("1980-02-03"));

    // The act is an entry, and the case is the fold of all of them.
    assert_eq!(Case::replay(&all).unwrap(), *case);
    assert_eq!((case.revision, entry.number, case.erased_at), (8, 8, Some(ctx.now)));
    assert_eq!(
        entry.events,
        [Event::Erased { fields: vec!["address".into(), "born".into(), "scan".into()] }]
    );
    assert_eq!(case.erased, ["address", "born", "scan"]);
    // All that is nobody's own stays: how it went, what it was worth, who pays, what was sent.
    let closing = case.closing.as_ref().unwrap();
    assert_eq!(
        (closing.from.as_str(), &closing.reason.as_ref().unwrap().id),
        ("request", &"price".to_owned())
    );
    assert_eq!(case.fields["amount"], 5.into());
    assert_eq!(case.parties["payer"].reference.as_deref(), Some("firm-5"));
    assert_eq!(case.interactions.len(), 1);
    let label = all.iter().flat_map(|it| it.effects()).find(|it| it.lane == "label").unwrap();
    let voronka::case::Act::Host { payload, .. } = &label.act else { panic!("{label:?}") };
    assert_eq!((&payload["line"], &payload["n"]), (&"".into(), &5.into()));
    let counts = |entries: &[voronka::Entry]| entries.iter().map(|it| it.events.len()).collect::<Vec<_>>();
    assert_eq!(counts(&deal.entries), counts(erased.entries()), "no event is gone");
}

#[test]
fn s12_erasing_needs_a_right_a_reason_and_the_whole_journal() {
    let mut deal = lived();
    let codes = |deal: &Deal, actor: Actor, reason: &str| {
        let mut ctx = deal.ctx();
        ctx.actor = actor;
        match deal.scenario.erase(&deal.entries, &[], reason, &ctx) {
            Err(voronka::EraseError::Refused(it)) => {
                it.missing().iter().map(|it| it.code.clone()).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(codes(&deal, Actor::new("anna", "manager"), " "), ["V-G1-erase", "V-S12-reason"]);
    deal.now = deal.now.plus_millis(-1);
    assert_eq!(codes(&deal, Actor::new("olga", "officer"), "asked"), ["V-C5-backwards"]);
    deal.now = deal.now.plus_millis(1);
    assert_eq!(deal.refused(json!({ "erase": { "reason": "asked" } })), ["V-S12-journal"]);
    let holed = deal.scenario.erase(&deal.entries[1..], &[], "asked", &deal.ctx());
    assert!(matches!(holed, Err(voronka::EraseError::Journal(_))), "{holed:?}");
    // Where the scenario is silent nobody may.
    let silent = Deal::opened(scenario(json!({ "stages": [{ "id": "request" }] })));
    assert_eq!(codes(&silent, Actor::new("olga", "officer"), "asked"), ["V-G1-erase"]);
}

#[test]
fn s12_another_versions_marks_count_and_an_erased_case_goes_on() {
    let plain = |personal: bool| {
        scenario(
            json!({ "fields": { "name": { "type": "text", "personal": personal } }, "rights": { "erase": "officer" },
                         "stages": [{ "id": "request" }] }),
        )
    };
    let (now, earlier) = (plain(false), plain(true));
    let mut deal = Deal::opened(now);
    deal.does(json!({ "set": { "fields": { "name": "Somebody" } } }));
    let mut ctx = deal.ctx();
    ctx.actor = Actor::new("olga", "officer");
    let kept = deal.scenario.erase(&deal.entries, &[], "asked", &ctx).unwrap();
    assert!(kept.outcome().case().fields.contains_key("name"));
    let erased = deal.scenario.erase(&deal.entries, &[&earlier], "asked", &ctx).unwrap();
    let case = erased.outcome().case();
    assert!(case.fields.is_empty());
    let set = serde_json::from_value(json!({ "set": { "fields": { "name": "New name" } } })).unwrap();
    let next = deal.scenario.step(case, set, &ctx).unwrap();
    assert_eq!(next.case().fields["name"], "New name".into());
    let again: Vec<_> = erased.entries().iter().chain([erased.outcome().entry()]).cloned().collect();
    let again = deal.scenario.erase(&again, &[&earlier], "again", &ctx).unwrap();
    assert_eq!(again.outcome().case().erased, ["name"]);
}

#[test]
fn g1_own_team_and_all_cases() {
    let deal = Deal::opened(scenario(json!({
        "rights": { "see_all": "head", "see_team": "lead", "see_own": ["manager", "lead"] },
        "stages": [{ "id": "request", "plan": [{ "task": "Look", "assignee": "'petr'" }] }]
    })));
    let mut case = deal.case().clone();
    case.team = Some("north".into());
    let sees = |actor: &Actor| deal.scenario.sees(&case, actor);
    let of = |id: &str, role: &str, team: &str, for_whom: &str| Actor {
        id: id.into(),
        roles: vec![role.into()],
        teams: vec![team.into()],
        stands_in_for: vec![for_whom.into()],
    };
    assert!(sees(&Actor::new("anna", "manager")), "hers");
    assert!(sees(&Actor::new("petr", "manager")), "he has a task on it");
    assert!(!sees(&Actor::new("ivan", "manager")), "somebody else's");
    assert!(sees(&of("ivan", "manager", "south", "anna")), "he stands in for her");
    assert!(!sees(&of("ivan", "manager", "north", "")), "a manager does not see his team's");
    assert!(sees(&of("ivan", "lead", "north", "")), "a lead does");
    assert!(sees(&Actor::new("boris", "head")) && !sees(&Actor::new("anna", "guest")));
    assert_eq!(deal.scenario.scope(&of("x", "lead", "", "")), Scope::Team);
    assert_eq!(
        Deal::opened(scenario(json!({ "stages": [{ "id": "request" }] }))).scenario.scope(&Actor::default()),
        Scope::All
    );
}

#[test]
fn g2_a_card_and_the_entries_show_only_what_the_actor_may_see() {
    let mut deal = Deal::opened(scenario(json!({
        "value": "amount",
        "fields": { "amount": { "type": "money", "currency": "RUB", "see": "head" }, "city": { "type": "text" } },
        "facts": { "margin": { "type": "decimal", "see": "head" } },
        "parties": { "client": {} }, "rights": { "contacts": "head" },
        "stages": [{ "id": "request", "triggers": [
            { "id": "go", "on": { "message": "go" },
              "do": [{ "effect": { "kind": "tell", "payload": { "sum": "fields.amount", "city": "fields.city" } } },
                     { "move": "invoice" }] }] },
            { "id": "invoice", "enter": { "need": [{ "that": "fields.amount > 99999" }] } }]
    })));
    deal.by("boss", "head");
    deal.does(json!({ "set": { "fields": { "amount": 31337, "city": "Kazan" } } }));
    deal.does(json!({ "facts": { "values": [{ "fact": "margin", "value": 4711 }] } }));
    deal.does(json!({ "party": { "role": "client", "party": { "contacts": ["+7 900 000-00-01"] } } }));
    deal.does(json!({ "message": { "name": "go" } }));
    let shown = |actor: &Actor| {
        let card = deal.scenario.card(deal.case(), actor, deal.now);
        let entries = deal.scenario.entries_for(deal.case(), &deal.entries, actor, deal.now);
        assert_eq!(entries.len(), deal.entries.len());
        (
            card.clone(),
            format!("{} {}", serde_json::to_string(&card).unwrap(), serde_json::to_string(&entries).unwrap()),
        )
    };
    let (card, all) = shown(&Actor::new("boss", "head"));
    assert_eq!(card.value, Some((31337.into(), "RUB".into())));
    for secret in ["31337", "4711", "+7 900"] {
        assert!(all.contains(secret), "{secret}: {all}");
    }
    let (card, all) = shown(&Actor::new("anna", "manager"));
    assert_eq!((card.value, card.fields.len()), (None, 1));
    assert!(all.contains("Kazan"));
    for secret in ["31337", "4711", "+7 900"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
