//! Groups of approvers: what conditions read of them, how many must agree, who is passed over, who is told (A7, C10, G4).

use super::dsl::*;
use voronka::Actor;
use voronka::case::Act;

/// A stage that asks the persons in `who`, and tells of it.
fn asking(group: serde_json::Value, triggers: serde_json::Value) -> Deal {
    let mut deal = Deal::of(scenario(json!({
        "fields": {
            "who": { "type": "list", "of": "text" }, "enough": { "type": "decimal" },
            "requester": { "type": "text" }
        },
        "facts": { "quorum": { "type": "decimal" } },
        "kinds": { "approve": { "outcomes": { "yes": {}, "no": { "bad": true } } } },
        "stages": [
            { "id": "terms",
              "plan": [{ "id": "ok", "kind": "approve", "title": "A", "mandatory": true, "group": group }],
              "triggers": triggers },
            { "id": "offer", "enter": { "close": "all" } }
        ]
    })));
    deal.now = msk("2026-03-02 10:00");
    deal
}

fn says(deal: &mut Deal, who: &str, outcome: &str) -> Vec<&'static str> {
    let activity = deal.id_for(who);
    deal.by(who, "head").does(json!({ "done": { "activity": activity, "outcome": outcome } }))
}

fn on(becomes: &str, text: &str) -> serde_json::Value {
    json!({ "id": text, "on": { "becomes": becomes }, "repeat": true, "do": { "notify": { "text": text } } })
}

/// What the last entry told, as `person: text`.
fn told(deal: &Deal) -> Vec<String> {
    let of = |effect: &voronka::case::Effect| match &effect.act {
        Act::Notify { person, text, .. } => {
            Some(format!("{}: {text}", person.as_deref().unwrap_or("a role")))
        }
        _ => None,
    };
    deal.entries.last().unwrap().effects().filter_map(of).collect()
}

#[test]
fn c10_conditions_read_whether_a_group_agreed_and_whose_answer_is_missing() {
    let triggers = json!([
        on("groups.ok.good", "good"),
        on("groups.ok.bad", "bad"),
        on("groups.ok.open", "open"),
        on("groups.ok.waiting == ['b']", "only-b"),
        on("size(groups.ok.waiting) == 0", "nobody"),
    ]);
    let each = json!({ "each": "fields.who" });
    let mut deal = asking(each.clone(), triggers.clone());
    deal.opens(json!({ "responsible": "anna", "fields": { "who": ["a", "b"] } }));
    assert_eq!(told(&deal), ["anna: open"], "it is asked, and nothing else holds");
    says(&mut deal, "a", "yes");
    assert_eq!(told(&deal), ["anna: only-b"]);
    says(&mut deal, "b", "yes");
    assert_eq!(told(&deal), ["anna: good", "anna: nobody"]);
    let mut deal = asking(each, triggers);
    deal.opens(json!({ "responsible": "anna", "fields": { "who": ["a", "b"] } }));
    says(&mut deal, "b", "no");
    assert_eq!(told(&deal), ["anna: bad", "anna: nobody"], "whom a rule closed is not waited for");
}

#[test]
fn c10_a_group_of_an_earlier_visit_is_not_read_unless_it_goes_on() {
    let triggers = json!([on("groups.ok.bad", "bad"), on("groups.ok.good", "good")]);
    let mut deal = asking(json!({ "each": "fields.who", "needed": "any" }), triggers);
    deal.opens(json!({ "responsible": "anna", "fields": { "who": ["a", "b"] } }));
    says(&mut deal, "a", "yes");
    assert_eq!(told(&deal), ["anna: good"]);
    deal.at("2026-03-02 11:00").by("anna", "manager").moves("offer");
    // Back there it is asked anew, and what was said then is not said now.
    deal.at("2026-03-02 12:00").moves("terms");
    assert_eq!((deal.case().groups.len(), told(&deal).len()), (2, 0));
    assert!(!deal.case().groups.last().unwrap().good.unwrap_or_default());
    says(&mut deal, "b", "yes");
    assert_eq!(told(&deal), ["anna: good"]);
}

#[test]
fn c10_a_group_that_is_still_open_from_an_earlier_visit_is_the_one_that_is_read() {
    let mut deal = Deal::of(scenario(json!({
        "fields": { "who": { "type": "list", "of": "text" } },
        "stages": [
            { "id": "new" },
            { "id": "terms", "plan": [{ "id": "ok", "task": "A", "group": { "each": "fields.who" } }],
              "triggers": [on("groups.ok.good", "good")] }
        ]
    })));
    deal.opens(json!({ "responsible": "anna", "stage": "terms", "fields": { "who": ["a"] } }));
    deal.at("2026-03-02 11:00").moves("new");
    deal.at("2026-03-02 11:30").moves("terms");
    assert_eq!(deal.case().groups.len(), 1, "it is open, so it is not asked twice");
    deal.now = msk("2026-03-02 12:00");
    let activity = deal.id_for("a");
    deal.by("a", "head").does(json!({ "done": { "activity": activity } }));
    assert_eq!(told(&deal), ["anna: good"]);
}

#[test]
fn c10_a_group_that_a_trigger_plans_is_read_by_the_id_of_what_it_plans() {
    let ask = json!({ "id": "ask", "on": { "message": "ask" }, "do": { "plan": {
        "id": "second", "kind": "approve", "title": "B", "group": { "each": "['c']" } } } });
    let mut deal = asking(json!({ "each": "fields.who" }), json!([ask, on("groups.second.good", "good")]));
    deal.opens(json!({ "responsible": "anna", "fields": { "who": ["a"] } }));
    deal.does(json!({ "message": { "name": "ask" } }));
    says(&mut deal, "a", "yes");
    assert!(told(&deal).is_empty());
    says(&mut deal, "c", "yes");
    assert_eq!(told(&deal), ["anna: good"]);
}

#[test]
fn a7_how_many_must_agree_is_read_once_from_an_expression() {
    let group = json!({ "each": "fields.who", "needed": { "count": "fields.enough" } });
    let with = |enough: serde_json::Value| {
        let mut deal = asking(group.clone(), json!([]));
        deal.opens(json!({ "responsible": "anna", "fields": { "who": ["a", "b", "c"], "enough": enough } }));
        deal
    };
    let mut deal = with(json!(2));
    deal.sets(json!({ "enough": 3 }));
    says(&mut deal, "a", "yes");
    assert_eq!(deal.case().groups[0].good, None);
    says(&mut deal, "c", "yes");
    assert_eq!((deal.case().groups[0].needed, deal.case().groups[0].good), (2, Some(true)), "read once");
    assert_eq!(with(json!(null)).case().groups[0].needed, 3, "empty: all");
    for none in [json!(0), json!(4), json!(-1), json!("1.5"), json!("99999999999999999999")] {
        let mut deal = with(none.clone());
        assert!(deal.case().groups.is_empty(), "{none}");
        assert_eq!(deal.cannot_move("offer"), ["V-A7-no-approver"], "{none}");
        // Set right, they are asked.
        deal.sets(json!({ "enough": 1 }));
        assert_eq!(deal.case().groups[0].needed, 1);
    }
}

#[test]
fn a7_an_unknown_number_holds_the_group_up_as_unknown() {
    let mut deal = asking(json!({ "each": "fields.who", "needed": { "count": "facts.quorum" } }), json!([]));
    deal.opens(json!({ "responsible": "anna", "fields": { "who": ["a", "b"] } }));
    assert_eq!(deal.case().held[0].why, "unknown");
    assert_eq!(deal.cannot_move("offer"), ["V-A7-unknown"]);
    deal.learns("quorum", json!(1));
    assert_eq!(deal.case().groups[0].needed, 1);
}

#[test]
fn g4_a_person_who_is_named_in_a_field_is_passed_over_and_named() {
    let group = json!({ "each": "fields.who", "not_by": { "field": "requester" } });
    let mut deal = asking(group, json!([]));
    deal.away("b", "2026-03-30 10:00", "anna");
    let fields = json!({ "who": ["anna", "b", "c"], "requester": "anna" });
    deal.opens(json!({ "responsible": "olga", "fields": fields }));
    let asked = &deal.case().groups[0];
    assert_eq!(asked.persons, ["b", "c"]);
    assert_eq!(asked.skipped["anna"], "field");
    let of_b = deal.case().activities.iter().find(|it| it.assignee.as_deref() == Some("b"));
    assert!(of_b.is_some(), "a deputy who may not do it leaves it with the person");
    // Nor may they be given it later.
    let id = deal.id_for("c");
    deal.by("c", "head");
    assert_eq!(deal.refused(json!({ "reassign": { "activity": id, "to": "anna" } })), ["V-G4-activity"]);
    // Named alone, they leave nobody.
    let mut deal = asking(json!({ "each": "fields.who", "not_by": { "field": "requester" } }), json!([]));
    deal.opens(json!({ "responsible": "olga", "fields": { "who": ["anna"], "requester": "anna" } }));
    assert_eq!(deal.cannot_move("offer"), ["V-A7-no-approver"]);
    assert_eq!(deal.case().held[0].skipped["anna"], "field");
}

#[test]
fn t2_a_list_of_persons_is_told_each_once_and_deputies_for_the_absent() {
    let remind = |person: &str| {
        json!([{ "id": "remind", "on": { "message": "remind" },
                 "do": { "notify": { "person": person, "text": "Answer" } } }])
    };
    let mut deal = asking(json!({ "each": "fields.who" }), remind("groups.ok.waiting"));
    deal.opens(json!({ "responsible": "anna", "fields": { "who": ["a", "b", "c"] } }));
    deal.away("a", "2026-03-30 10:00", "c");
    deal.does(json!({ "message": { "name": "remind" } }));
    assert_eq!(told(&deal), ["c: Answer", "b: Answer"], "c stands in for a, and is told once");
    for (person, whom) in [("'x'", vec!["x: Answer"]), ("fields.who", vec![]), ("fields.requester", vec![])] {
        let mut deal = asking(json!({ "each": "['a']" }), remind(person));
        deal.actor = Actor::new("anna", "manager");
        deal.opens(json!({ "responsible": "anna" }));
        deal.does(json!({ "message": { "name": "remind" } }));
        assert_eq!(told(&deal), whom, "{person}");
        if whom.is_empty() {
            let left_out = deal.last().iter().find_map(|it| match it {
                voronka::case::Event::LeftOut { missing, .. } => Some(missing[0].code.clone()),
                _ => None,
            });
            assert_eq!(left_out.as_deref(), Some("V-T2-nobody"), "{person}");
        }
    }
}

#[test]
fn p3_a_case_records_the_template_of_its_scenario_and_the_new_ones_on_adoption() {
    let with = |version: u32, template: serde_json::Value| {
        let mut parts = json!({ "version": version, "stages": [{ "id": "terms" }] });
        if !template.is_null() {
            parts["template"] = template;
        }
        scenario(parts)
    };
    let mut deal = Deal::opened(with(1, json!({ "id": "approval", "version": 3 })));
    let template = deal.case().template.clone().unwrap();
    assert_eq!((template.id.as_str(), template.version), ("approval", 3));
    deal.scenario = with(2, json!({ "id": "approval", "version": 4 }));
    deal.does(json!({ "adopt": {} }));
    assert_eq!(deal.case().template.as_ref().unwrap().version, 4);
    deal.scenario = with(3, json!(null));
    deal.does(json!({ "adopt": {} }));
    assert_eq!(deal.case().template, None);
}
