//! Periods, cohorts, queries, slices, currencies, comparisons, refusals, discipline: each by an example.

use super::by_hand::{at, case, end, four, reopen, scenario, to};
use super::crowd::{Dice, Versions, journal};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use voronka::case::{Entry, Input};
use voronka::report::{
    Ask, AskError, Basis, Dimension, Funnel, Keeping, Key, Layout, Measure, Query, QueryError, Rates,
    RecordError, Records, Report, Share, cases,
};
use voronka::scenario::def::Resolver;
use voronka::{Case, Moment, Opening, Scenario, Value};

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

/// The journal of a case, by inputs on Monday and Tuesday.
fn entries(scenario: &Scenario, id: &str, opening: Opening, inputs: Vec<(&str, Input)>) -> Vec<Entry> {
    let opened = scenario.open(id, opening, &at("Mon 09:00")).unwrap();
    let mut case = opened.case().clone();
    let mut entries = vec![opened.entry().clone()];
    for (time, input) in inputs {
        let outcome = scenario.step(&case, input, &at(time)).unwrap();
        case = outcome.case().clone();
        entries.push(outcome.entry().clone());
    }
    entries
}

fn of_cases(scenario: &Scenario, cases: &[Case]) -> Records {
    let mut records = Records::new(Keeping::default());
    records.learn(scenario);
    cases.iter().for_each(|it| records.add(it).unwrap());
    records
}

#[test]
fn f1_the_crowd_of_these_tests_goes_everywhere() {
    let versions = Versions::new();
    let numbers: Vec<u8> = (0..=255).map(|it: u8| it.wrapping_mul(167).wrapping_add(13)).collect();
    let mut dice = Dice { numbers: &numbers, at: 0 };
    let all: Vec<Case> = (0..60)
        .map(|nth| Case::replay(&journal(&versions, &format!("{nth}"), &mut dice, 14)).unwrap())
        .collect();
    let count = |which: &dyn Fn(&Case) -> bool| all.iter().filter(|it| which(it)).count();
    let found = [
        count(&|it| it.closing.as_ref().is_some_and(|it| it.stage == "won")),
        count(&|it| it.closing.as_ref().is_some_and(|it| it.stage == "lost")),
        count(&|it| it.closing.as_ref().is_some_and(|it| it.stage == "void")),
        count(&|it| it.is_open()),
        count(&|it| it.reopened > 0),
        count(&|it| it.scenario.id == "service"),
        count(&|it| it.scenario.version == 3),
        count(&|it| it.fields.contains_key("amount")),
        count(&|it| it.visits.len() > 3),
        count(&|it| it.visits.iter().any(|it| it.stage == "offer") && it.scenario.version > 1),
    ];
    assert!(found.iter().all(|it| *it >= 2), "{found:?}");
}

#[test]
fn f2_a_period_is_by_closing_or_by_opening_and_its_end_is_not_in_it() {
    let scenario = scenario();
    let records = of_cases(&scenario, &four(&scenario));
    let layout = Layout::of(&scenario);
    let ids = |basis, from: &str, to: &str| {
        let ask = Ask { basis, from: Some(moment(from)), to: Some(moment(to)), ..Ask::default() };
        cases(&records, &layout, &ask, &Query::all()).unwrap()
    };
    // "lost" closed on Monday at 12:00; "straight" on Tuesday at 10:00; "reopened" again at 12:00.
    assert_eq!(ids(Basis::Closed, "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"), ["lost"]);
    assert_eq!(ids(Basis::Closed, "2026-03-02T12:00:00Z", "2026-03-03T10:00:00Z"), ["lost"]);
    assert_eq!(ids(Basis::Closed, "2026-03-02T12:00:00.001Z", "2026-03-03T10:00:00.001Z"), ["straight"]);
    // A case that was reopened counts where it closed last.
    assert_eq!(ids(Basis::Closed, "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"), ["reopened", "straight"]);
    let opened = ids(Basis::Opened, "2026-03-02T10:00:00Z", "2026-03-03T00:00:00Z");
    assert_eq!(opened, ["jumped"]);

    let (from, to) = (moment("2026-03-03T00:00:00Z"), moment("2026-03-02T00:00:00Z"));
    let ask = Ask { from: Some(from), to: Some(to), ..Ask::default() };
    assert_eq!(Report::of(&records, &layout, &ask), Err(AskError::Period { from, to }));
    let told = AskError::Period { from, to }.to_string();
    assert!(told.contains("ends (2026-03-02") && told.contains("begins (2026-03-03"), "{told}");
}

#[test]
fn f8_a_query_lists_its_cases_and_a_wrong_one_says_what_is_wrong() {
    let scenario = scenario();
    let records = of_cases(&scenario, &four(&scenario));
    let layout = Layout::of(&scenario);
    let listed = |text: &str| {
        let query: Query = text.parse().unwrap();
        assert_eq!(query.to_string(), text, "it reads back");
        cases(&records, &layout, &Ask::default(), &query)
    };
    let ids = |text: &str| listed(text).unwrap().join(" ");
    assert_eq!(ids("lost_at=request,reason=no_delivery"), "lost");
    assert_eq!(ids("reached=shipment"), "jumped reopened straight");
    assert_eq!(ids("entered=invoice|shipment"), "jumped reopened straight");
    assert_eq!(ids("skipped=invoice"), "jumped");
    assert_eq!(ids("outcome=won,reopened=no"), "straight");
    assert_eq!(ids("outcome=open|lost"), "jumped lost");
    assert_eq!(ids("resolved_by=company"), "lost");
    assert_eq!(ids("case=lost|straight"), "lost straight");
    assert_eq!(ids("version=1,channel="), "jumped lost reopened straight");
    assert_eq!(ids(""), "jumped lost reopened straight");

    let wrong = |text: &str| match text.parse::<Query>() {
        Err(error) => error.to_string(),
        Ok(query) => cases(&records, &layout, &Ask::default(), &query).unwrap_err().to_string(),
    };
    assert!(wrong("lost").contains("no term of a query"));
    assert!(wrong("lots=1").contains("\"lots\" is nothing by which cases are chosen"));
    assert!(wrong("lost_at=invoce").contains("\"invoce\" is no value of `lost_at`"));
    assert!(wrong("reason=prise").contains("\"prise\" is no value of `reason`"));
    assert!(wrong("outcome=gone").contains("no value of `outcome`"));
    assert!(wrong("field:source=x").contains("do not keep the field `source`"));
    assert!(wrong("late=request").contains("do not keep activities"));
    assert!(wrong("version=two").contains("no value of `version`"));
    assert!(wrong("amount=12").contains("no value of `amount`"));
    assert!(matches!("shape".parse::<Dimension>(), Err(QueryError::Dimension(_))));
}

#[test]
fn f8_a_query_keeps_any_value_whole() {
    for value in ["a,b|c=d\\e", "", "=", "\\", "Причина, «другая»"] {
        let query = Query::all().and(Key::By(Dimension::Channel), value).and(Key::Reason, "x");
        assert_eq!(query.to_string().parse::<Query>().unwrap(), query, "{value}");
    }
}

/// A scenario whose value is in roubles, and the same with dollars as its second version.
fn worth(version: u32, currency: &str) -> Scenario {
    let text = format!(
        r#"{{"id": "sale", "version": {version}, "value": "amount", "product": "goods",
        "fields": {{"amount": {{"type": "money", "currency": "{currency}"}},
            "goods": {{"type": "list", "of": "text"}}}},
        "reasons": {{"price": {{}}}},
        "stages": [{{"id": "request"}}, {{"id": "won", "outcome": "won"}}, {{"id": "lost", "outcome": "lost"}}]}}"#
    );
    Scenario::from_json(&text).unwrap()
}

fn deal(scenario: &Scenario, id: &str, amount: Option<&str>, goods: &[&str]) -> Case {
    let mut opening = Opening::default();
    if let Some(amount) = amount {
        opening.fields.insert("amount".into(), Some(Value::Decimal(amount.parse().unwrap())));
    }
    let goods: Vec<Value> = goods.iter().map(|it| Value::from(*it)).collect();
    opening.fields.insert("goods".into(), Some(Value::List(goods)));
    scenario.open(id, opening, &at("Mon 09:00")).unwrap().case().clone()
}

#[test]
fn f5_currencies_are_never_added_across_unless_the_host_gives_rates() {
    let (roubles, dollars) = (worth(1, "RUB"), worth(2, "USD"));
    let mut records = Records::new(Keeping::default());
    [&roubles, &dollars].into_iter().for_each(|it| records.learn(it));
    for it in [
        deal(&roubles, "a", Some("1000.10"), &["bolts", "nails"]),
        deal(&roubles, "b", Some("0.00001"), &["bolts"]),
        deal(&dollars, "c", Some("50"), &[]),
        deal(&dollars, "d", None, &["nails"]),
    ] {
        records.add(&it).unwrap();
    }
    let layout = Layout::of(&dollars);
    let funnel = |ask: &Ask| Funnel::asked(&records, &layout, ask).unwrap().remove(0).1;
    let all = funnel(&Ask::default()).cases;
    let sums: Vec<_> =
        all.amounts.iter().map(|(it, sum)| (it.as_str(), sum.cases, sum.sum.to_string())).collect();
    assert_eq!(sums, [("RUB", 2, "1000.10001".to_owned()), ("USD", 1, "50".to_owned())]);
    assert_eq!(all.without_value(), 1);

    let rates = Rates { to: "RUB".into(), rates: BTreeMap::from([("USD".into(), Decimal::from(90))]) };
    let told = funnel(&Ask { rates: Some(rates), ..Ask::default() }).stages[0].open.clone();
    assert_eq!((told.sum("RUB").to_string(), told.amounts.len()), ("5500.10001".to_owned(), 1));
    // A currency without a rate stays by itself.
    let rates = Rates { to: "EUR".into(), rates: BTreeMap::from([("USD".into(), "0.9".parse().unwrap())]) };
    let told = funnel(&Ask { rates: Some(rates), ..Ask::default() }).cases;
    assert_eq!((told.sum("RUB"), told.sum("EUR")), ("1000.10001".parse().unwrap(), 45.into()));

    // A list counts the case under each value, and the report says so.
    let ask = Ask { by: Some(Dimension::Product), ..Ask::default() };
    let slices = Report::of(&records, &layout, &ask).unwrap().slices.unwrap();
    let told: Vec<_> = slices.slices.iter().map(|it| (it.value.as_str(), it.funnel.cases.cases)).collect();
    assert_eq!((told, slices.overlapping), (vec![("bolts", 2), ("nails", 2), ("", 1)], true));

    // Bands are of one currency each.
    let ask = Ask { by: Some(Dimension::Amount), bands: vec![Decimal::from(100)], ..Ask::default() };
    let slices = Report::of(&records, &layout, &ask).unwrap().slices.unwrap();
    let told: Vec<_> = slices.slices.iter().map(|it| (it.value.as_str(), it.funnel.cases.cases)).collect();
    assert_eq!(told, [("RUB ..100", 1), ("RUB 100..", 1), ("USD ..100", 1), ("", 1)]);
}

#[test]
fn f5_too_many_slices_are_refused_and_not_cut_off() {
    let scenario = worth(1, "RUB");
    let names: Vec<String> = (0..=voronka::report::MOST_SLICES).map(|it| format!("{it}")).collect();
    let mut records = Records::new(Keeping::default());
    records.learn(&scenario);
    for (nth, name) in names.iter().enumerate() {
        records.add(&deal(&scenario, &format!("c{nth}"), None, &[name])).unwrap();
    }
    let ask = Ask { by: Some(Dimension::Product), ..Ask::default() };
    let error = Report::of(&records, &Layout::of(&scenario), &ask).unwrap_err();
    assert!(matches!(error, AskError::Slices { .. }), "{error}");
}

/// So many cases of a channel, the first of which are won, the others lost.
fn crowd(scenario: &Scenario, channel: &str, won: usize, lost: usize) -> Vec<Case> {
    let one = |nth: usize| {
        let opening = Opening { channel: Some(channel.into()), ..Opening::default() };
        let case = scenario.open(format!("{channel}{nth}"), opening, &at("Mon 09:00")).unwrap();
        let case = scenario.step(case.case(), to("shipment"), &at("Mon 10:00")).unwrap();
        let input = if nth < won { end("won", None) } else { end("lost", Some("price")) };
        scenario.step(case.case(), input, &at("Mon 11:00")).unwrap().case().clone()
    };
    (0..won + lost).map(one).collect()
}

#[test]
fn f3_a_comparison_says_when_the_difference_means_nothing() {
    let scenario = scenario();
    let funnel = |won, lost| Funnel::of(&scenario, &crowd(&scenario, "email", won, lost));
    let won = |here: &Funnel, there: &Funnel| {
        here.compared(there).into_iter().find(|it| it.measure == Measure::Won).unwrap()
    };
    // 3 of 4 against 1 of 4 is nothing; 75 of 100 against 25 of 100 is something.
    let few = won(&funnel(3, 1), &funnel(1, 3));
    assert!(!few.means_something() && few.here.is_small(), "{few:?}");
    assert_eq!((few.here, few.there), (Share::new(3, 4), Share::new(1, 4)));
    let interval = few.interval.unwrap();
    assert!(interval.holds(0.0) && interval.holds(0.5));
    let many = won(&funnel(75, 25), &funnel(25, 75));
    assert!(many.means_something() && !many.here.is_small(), "{many:?}");
    assert!(!many.interval.unwrap().holds(0.0));
    // What is looked at together makes each chance greater, never less.
    assert!(few.adjusted >= few.chance && many.adjusted >= many.chance);
    assert!(funnel(5, 5).compared(&funnel(5, 5)).iter().all(|it| !it.means_something()));
}

#[test]
fn f6_each_share_of_a_reason_names_its_base() {
    let scenario = scenario();
    let mut all = crowd(&scenario, "email", 6, 4);
    all.extend(crowd(&scenario, "phone", 5, 3));
    let lost = |id: &str, channel: &str, reason| {
        let opening = Opening { channel: Some(channel.into()), ..Opening::default() };
        let case = scenario.open(id, opening, &at("Mon 09:00")).unwrap();
        let input = end(if reason == "spam" { "void" } else { "lost" }, Some(reason));
        scenario.step(case.case(), input, &at("Mon 12:00")).unwrap().case().clone()
    };
    all.push(lost("x", "email", "no_delivery"));
    all.push(lost("y", "email", "spam"));
    let records = of_cases(&scenario, &all);
    let ask = Ask { by: Some(Dimension::Channel), ..Ask::default() };
    let report = Report::of(&records, &Layout::of(&scenario), &ask).unwrap();
    // 20 cases, one of them void: 19 requests, 8 lost.
    let told: Vec<_> = report
        .funnel
        .refusal_shares()
        .into_iter()
        .map(|it| (it.refusal.reason, it.of_lost, it.of_requests, it.cumulative))
        .collect();
    assert_eq!(
        told,
        [
            ("price".to_owned(), Share::new(7, 8), Share::new(7, 19), Share::new(7, 8)),
            ("no_delivery".to_owned(), Share::new(1, 8), Share::new(1, 19), Share::new(8, 8)),
        ]
    );
    // Of e-mail 11 are requests, and 5 of them lost.
    let slices = report.slices.unwrap();
    let email = slices.slices.iter().find(|it| it.value == "email").unwrap();
    let told: Vec<_> =
        email.funnel.refusal_shares().into_iter().map(|it| (it.of_lost, it.of_requests)).collect();
    assert_eq!(told, [(Share::new(4, 5), Share::new(4, 11)), (Share::new(1, 5), Share::new(1, 11))]);
    let company = report.funnel.resolvable().get(&Resolver::Company).unwrap().cases;
    assert_eq!((company, report.refusals.months.as_slice()), (1, &["2026-03".to_owned()][..]));
    assert_eq!(report.refusals.reasons[0].months, [7]);
    let stages: Vec<_> =
        report.refusals.reasons[0].stages.iter().map(|(it, sum)| (it.as_str(), sum.cases)).collect();
    assert_eq!(stages, [("shipment", 7)]);
}

#[test]
fn f6_by_amount_the_order_of_reasons_is_another_one() {
    let scenario = worth(1, "RUB");
    let mut text: serde_json::Value = serde_json::to_value(scenario.definition()).unwrap();
    text["reasons"]["late"] = serde_json::json!({});
    let scenario = Scenario::from_json(&text.to_string()).unwrap();
    let lost = |id: &str, amount, reason| {
        let case = deal(&scenario, id, amount, &[]);
        scenario.step(&case, end("lost", Some(reason)), &at("Mon 10:00")).unwrap().case().clone()
    };
    let all = [
        lost("a", Some("10"), "price"),
        lost("b", Some("20"), "price"),
        lost("c", None, "price"),
        lost("d", Some("500"), "late"),
    ];
    let funnel = Funnel::of(&scenario, &all);
    let by_count: Vec<String> = funnel.refusals().into_iter().map(|it| it.reason).collect();
    assert_eq!(by_count, ["price", "late"]);
    let by_amount: Vec<_> = funnel
        .refusals_by_amount("RUB")
        .into_iter()
        .map(|(it, sum, so_far)| (it.reason, sum.to_string(), so_far.to_string()))
        .collect();
    let told = |reason: &str, sum: &str, so_far: &str| (reason.to_owned(), sum.to_owned(), so_far.to_owned());
    assert_eq!(by_amount, [told("late", "500", "500"), told("price", "30", "530")]);
    assert!(funnel.refusals_by_amount("EUR").is_empty());
}

#[test]
fn f7_a_damaged_journal_is_named_and_nothing_of_it_is_taken_in() {
    let scenario = scenario();
    let mut records = Records::new(Keeping::default());
    records.learn(&scenario);
    let good = entries(&scenario, "good", Opening::default(), vec![("Mon 10:00", to("invoice"))]);
    let inputs = vec![("Mon 10:00", to("invoice")), ("Mon 11:00", to("shipment"))];
    let mut bad = entries(&scenario, "bad", Opening::default(), inputs);
    bad.remove(1);
    assert!(records.add_journal(&good, None).unwrap());
    let error = records.add_journal(&bad, None).unwrap_err();
    assert!(error.to_string().contains("the journal of case bad has a hole"), "{error}");
    // Also where the damage lies after the moment of which the report is.
    assert!(records.add_journal(&bad, Some(moment("2026-03-02T09:00:00Z"))).is_err());
    assert_eq!((records.len(), records.get("bad")), (1, None));
    assert_eq!(records.add_journal(&good, None), Err(RecordError::Twice("good".into())));
    assert!(!records.add_journal(&good[..0], None).is_ok_and(|it| it));
    // A case that was opened later is not there yet.
    let early = entries(&scenario, "early", Opening::default(), Vec::new());
    assert!(!records.add_journal(&early, Some(moment("2026-03-01T00:00:00Z"))).unwrap());

    let mut live = Records::new(Keeping::default());
    let case = |count: usize| Case::replay(&good[..count]).unwrap();
    let late = live.feed(&case(2), &good[1]);
    assert_eq!(late, Err(RecordError::Hole { case: "good".into(), after: 0, found: 2 }));
    live.feed(&case(1), &good[0]).unwrap();
    let apart = live.feed(&case(1), &good[1]);
    assert_eq!(apart, Err(RecordError::Apart { case: "good".into(), revision: 1, entry: 2 }));
    live.feed(&case(2), &good[1]).unwrap();
    assert_eq!(live.get("good"), records.get("good"));
}

#[test]
fn f7_bytes_that_contradict_themselves_are_refused() {
    let scenario = scenario();
    let records = of_cases(&scenario, &four(&scenario));
    let good = serde_json::to_value(&records).unwrap();
    let read = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = good.clone();
        change(&mut json);
        serde_json::from_str::<Records>(&json.to_string()).map(|_| ()).map_err(|it| it.to_string())
    };
    assert_eq!(read(&|_| ()), Ok(()));
    assert!(read(&|it| it["format"] = 9.into()).unwrap_err().contains("format 9"));
    let twice = |it: &mut serde_json::Value| {
        let first = it["cases"][0].clone();
        it["cases"].as_array_mut().unwrap().push(first);
    };
    assert!(read(&twice).unwrap_err().contains("is there already"));
    let lasting = |it: &mut serde_json::Value| it["cases"][3]["visits"][0]["took"] = serde_json::Value::Null;
    assert!(read(&lasting).unwrap_err().contains("a visit goes on while a later one has begun"));
    let shorter =
        |it: &mut serde_json::Value| it["cases"][3]["visits"][0]["took"]["calendar_ms"] = (-1).into();
    assert!(read(&shorter).unwrap_err().contains("less than no time"));
    let mut other = Records::new(Keeping { comments: true, ..Keeping::default() });
    assert_eq!(other.merge(&records), Err(RecordError::Keeping));
}

#[test]
fn s12_what_is_erased_is_in_no_report() {
    let mut text: serde_json::Value = serde_json::from_str(super::by_hand::SCENARIO).unwrap();
    text["fields"] = serde_json::json!({"name": {"type": "text", "personal": true}});
    text["rights"] = serde_json::json!({"erase": "manager"});
    let scenario = Scenario::from_json(&text.to_string()).unwrap();
    let opening =
        Opening { fields: [("name".to_owned(), Some("N. N.".into()))].into(), ..Opening::default() };
    let mut close = end("lost", Some("price"));
    if let Input::Close(it) = &mut close {
        it.comment = Some("N. N. found it cheaper".into());
    }
    let entries = entries(&scenario, "c", opening, vec![("Mon 10:00", close)]);
    let mut live = Records::new(Keeping::all(["name"]));
    live.learn(&scenario);
    live.add_journal(&entries, None).unwrap();
    assert!(serde_json::to_string(&live).unwrap().contains("N. N."));
    let erased = scenario.erase(&entries, &[], "asked by letter", &at("Tue 09:00")).unwrap();
    live.feed(erased.outcome().case(), erased.outcome().entry()).unwrap();
    let told = serde_json::to_string(&live).unwrap();
    assert!(!told.contains("N. N."), "{told}");
    // The same as of its journal, as the store has it then.
    let mut again = Records::new(Keeping::all(["name"]));
    again.learn(&scenario);
    let journal: Vec<Entry> =
        erased.entries().iter().cloned().chain([erased.outcome().entry().clone()]).collect();
    again.add_journal(&journal, None).unwrap();
    assert_eq!(live.get("c"), again.get("c"));
    let report = Report::of(&live, &Layout::of(&scenario), &Ask::default()).unwrap();
    assert_eq!((report.funnel.lost().cases, report.refusals.reasons[0].comments.len()), (1, 0));
}

const WORKED: &str = r#"{
  "id": "worked", "calendar": {"time_zone": "UTC", "week": {"mon-fri": ["09:00-18:00"]}},
  "kinds": {"call": {"interaction": true, "outcomes": {"reached": {}}}},
  "reasons": {"price": {}},
  "stages": [
    {"id": "request", "plan": [{"id": "call", "kind": "call", "due": "2 hours"}]},
    {"id": "offer", "enter": {"need": [{"that": "has(fields.amount)", "id": "priced"}]}},
    {"id": "deal"},
    {"id": "won", "outcome": "won"}, {"id": "lost", "outcome": "lost"}],
  "fields": {"amount": {"type": "decimal"}},
  "moves": [{"from": "*", "to": ["request", "offer", "deal", "won", "lost"]}],
  "rights": {"override": "manager"}
}"#;

/// Four cases and what is counted of their work: an activity done in time, one done late, one overdue, one rescheduled.
#[test]
fn f4_four_cases_of_time_and_discipline() {
    let scenario = Scenario::from_json(WORKED).unwrap_or_else(|it| panic!("{it:#?}"));
    let done = |case: &Case| {
        let activity = case.activities[0].id.clone();
        Input::Done(voronka::case::DoneInput {
            activity,
            outcome: Some("reached".into()),
            ..Default::default()
        })
    };
    let mut records = Records::new(Keeping::all::<String>([]));
    records.learn(&scenario);
    type Steps<'s> = &'s [(&'s str, &'s dyn Fn(&Case) -> Input)];
    let mut live = |id: &str, steps: Steps<'_>| {
        let opening = Opening { responsible: Some("anna".into()), ..Opening::default() };
        let outcome = scenario.open(id, opening, &at("Mon 09:00")).unwrap();
        records.feed(outcome.case(), outcome.entry()).unwrap();
        let mut case = outcome.case().clone();
        for (time, input) in steps {
            let outcome = scenario
                .step(&case, input(&case), &at(time))
                .unwrap_or_else(|it| panic!("{id} {time}: {it}"));
            records.feed(outcome.case(), outcome.entry()).unwrap();
            case = outcome.case().clone();
        }
    };
    let over = |_: &Case| {
        let mut input = to("deal");
        if let Input::Move(it) = &mut input {
            it.r#override = Some("the boss said so".into());
        }
        input
    };
    let later = |case: &Case| Input::Reschedule {
        activity: case.activities[0].id.clone(),
        due: Some(voronka::case::DueAt::At(moment("2026-03-03T16:00:00Z"))),
    };
    // Done at 10:00, due at 11:00; then straight to the deal, and back again.
    live("intime", &[("Mon 10:00", &done), ("Mon 11:00", &over), ("Mon 12:00", &|_| to("request"))]);
    live("late", &[("Mon 12:00", &done), ("Mon 13:00", &|_| end("lost", Some("price")))]);
    live("overdue", &[]);
    live("moved", &[("Mon 10:00", &later)]);
    let now = moment("2026-03-03T12:00:00Z");
    let report =
        Report::of(&records, &Layout::of(&scenario), &Ask { now: Some(now), ..Ask::default() }).unwrap();
    let found = report.discipline.unwrap();
    let request = &found.stages[0].work;
    // The first case got a second call when it came back at 12:00, due at 14:00 on Monday: overdue as well.
    assert_eq!((request.planned, request.done, request.late, request.open_late), (5, 2, 3, 2));
    assert_eq!((request.rescheduled, request.moves), (1, 1));
    assert_eq!((found.stages[1].skipped.cases, found.stages[2].back.cases), (1, 1));
    assert_eq!((found.moved_back.cases, found.reopened.cases), (1, 0));
    let anna = found.people.iter().find(|it| it.person == "anna").unwrap();
    assert_eq!((anna.work.planned, anna.work.late), (5, 3));
    // At the end of Monday three are open; two of them red; the fourth is due tomorrow.
    let days: Vec<_> =
        found.lights.iter().map(|it| (it.day.to_string(), it.open, it.red, it.yellow)).collect();
    assert_eq!(days[0], ("2026-03-02".to_owned(), 3, 2, 0));
    assert_eq!(days[1], ("2026-03-03".to_owned(), 3, 2, 1));
    assert_eq!(days.len(), 2);
    let listed: BTreeSet<String> = cases(
        &records,
        &Layout::of(&scenario),
        &Ask { now: Some(now), ..Ask::default() },
        &"late=request".parse().unwrap(),
    )
    .unwrap()
    .into_iter()
    .collect();
    assert_eq!(listed, ["intime", "late", "overdue"].map(str::to_owned).into());
}

#[test]
fn f5_cases_of_a_version_that_was_not_learnt_are_read_by_the_latest_that_was() {
    let (first, second) = (worth(1, "RUB"), worth(2, "USD"));
    let mut records = Records::new(Keeping::default());
    records.learn(&first);
    records.add(&deal(&second, "c", Some("7"), &[])).unwrap();
    assert_eq!(records.get("c").unwrap().value.unwrap().currency, "RUB");
    let mut unknown = Records::new(Keeping::default());
    unknown.add(&deal(&second, "c", Some("7"), &[])).unwrap();
    assert_eq!(unknown.get("c").unwrap().value, None);
}

#[test]
fn f6_a_report_is_told_in_both_languages_with_the_query_of_each_number() {
    let scenario = scenario();
    let mut all = four(&scenario);
    all.push(case(&scenario, "spam", "Mon 09:00", vec![("Mon 09:05", end("void", Some("spam")))]));
    all.push(case(
        &scenario,
        "again",
        "Mon 09:00",
        vec![
            ("Mon 10:00", end("lost", Some("late"))),
            ("Mon 11:00", reopen("request")),
            ("Mon 12:00", end("lost", Some("late"))),
        ],
    ));
    let records = of_cases(&scenario, &all);
    let layout = Layout::of(&scenario);
    let ask = Ask { by: Some(Dimension::Channel), ..Ask::default() };
    let report = Report::of(&records, &layout, &ask).unwrap().beside(
        "here",
        "there",
        Funnel::of(&scenario, &all[..2]),
    );
    for language in ["en", "ru"] {
        let document = report.document(language, &voronka::report::About::default());
        let mut queries = 0;
        for part in document.sections.iter().flat_map(|it| &it.parts) {
            let voronka::report::show::Part::Table(table) = part else { continue };
            let cells = table.rows.iter().flat_map(|row| row.cells.iter().zip(&table.columns));
            for (cell, column) in cells {
                let Some(query) = &cell.query else { continue };
                let listed = cases(&records, &layout, &Ask::default(), &query.parse().unwrap()).unwrap();
                // Of visits the cases are listed, which are fewer.
                if let voronka::report::show::Figure::Count(count) = cell.figure
                    && !["visits", "ended"].contains(&column.id.as_str())
                {
                    assert_eq!(listed.len() as u64, count, "{}: {query}", table.id);
                    queries += 1;
                }
            }
        }
        assert!(queries > 20, "{queries}");
        let text = document.text();
        let words = if language == "ru" {
            ["Прошло дальше", "Баланс", "Нет доставки"]
        } else {
            ["Went on", "Balance", "No delivery"]
        };
        assert!(words.iter().all(|it| text.contains(it)), "{text}");
    }
}

/// The journal of a case that was opened by the first scenario and passed on to the second.
fn passed_on(first: &Scenario, second: &Scenario, id: &str) -> Vec<Entry> {
    let mut journal = entries(first, id, Opening::default(), Vec::new());
    let case = Case::replay(&journal).unwrap();
    let adopt = Input::Adopt(voronka::case::Adoption::default());
    journal.push(second.step(&case, adopt, &at("Mon 12:00")).unwrap().entry().clone());
    journal
}

#[test]
fn f2_only_cases_that_once_ran_by_the_scenario_are_transferred() {
    let sale = scenario();
    let text = super::by_hand::SCENARIO.replace(r#""id": "sale""#, r#""id": "service""#);
    let service = Scenario::from_json(&text).unwrap();
    let mut records = Records::new(Keeping::default());
    [&sale, &service].into_iter().for_each(|it| records.learn(it));
    records.add_journal(&entries(&sale, "ours", Opening::default(), Vec::new()), None).unwrap();
    records.add_journal(&entries(&service, "theirs", Opening::default(), Vec::new()), None).unwrap();
    records.add_journal(&passed_on(&sale, &service, "went"), None).unwrap();
    let report = |records: &Records| Report::of(records, &Layout::of(&sale), &Ask::default()).unwrap();
    let balance = report(&records).funnel.balance();
    assert_eq!((balance.cases, balance.open, balance.transferred), (2, 1, 1));
    assert!(balance.holds());
    // It is known as well of records that were written and read.
    let read: Records = serde_json::from_str(&serde_json::to_string(&records).unwrap()).unwrap();
    assert_eq!(report(&read), report(&records));
    // By version it is of none; its number is that of another scenario.
    let ask = Ask { by: Some(Dimension::Version), ..Ask::default() };
    let slices = Report::of(&records, &Layout::of(&sale), &ask).unwrap().slices.unwrap().slices;
    let told: Vec<_> = slices.iter().map(|it| (it.value.as_str(), it.funnel.cases.cases)).collect();
    assert_eq!(told, [("1", 1), ("", 1)]);
    let without: Query = "version=".parse().unwrap();
    assert_eq!(cases(&records, &Layout::of(&sale), &Ask::default(), &without).unwrap(), ["went"]);
}

#[test]
fn f1_a_stage_follows_the_mappings_to_the_report_s_version_straight_or_step_by_step() {
    let text = super::by_hand::SCENARIO.replace(r#""id": "sale","#, r#""id": "sale", "version": 4,"#);
    let layout = || Layout::of(&Scenario::from_json(&text).unwrap());
    let map = |from: &str, to: &str| BTreeMap::from([(from.to_owned(), to.to_owned())]);
    // There and back again, and at last to what the version has.
    let chain =
        layout().mapped(1, 2, map("a", "b")).mapped(2, 3, map("b", "a")).mapped(3, 4, map("a", "invoice"));
    assert_eq!((chain.becomes("a"), chain.becomes("b")), (Some("invoice"), Some("invoice")));
    // What was published straight to this version goes before what leads through others.
    let both = layout().mapped(1, 2, map("a", "shipment")).mapped(1, 4, map("a", "invoice"));
    assert_eq!(both.becomes("a"), Some("invoice"));
    // A stage that the version has is itself, and what came later says nothing.
    let later = layout().mapped(4, 5, map("c", "invoice")).mapped(1, 2, map("request", "invoice"));
    assert_eq!((later.becomes("c"), later.becomes("request")), (None, Some("request")));
}

#[test]
fn f8_what_is_no_stage_no_reason_and_no_month_is_an_error_and_no_empty_list() {
    let scenario = scenario();
    let records = of_cases(&scenario, &four(&scenario));
    for query in ["lost_at=won", "entered=lost", "lost_before=nonsense", "month=March", "month=2026-13"] {
        let found = cases(&records, &Layout::of(&scenario), &Ask::default(), &query.parse().unwrap());
        assert!(matches!(found, Err(AskError::Query(QueryError::Value { .. }))), "{query}: {found:?}");
    }
}

#[test]
fn f6_amounts_that_nearly_cancel_have_no_share_and_no_goal_is_beyond_all_measure() {
    let scenario = worth(1, "RUB");
    let mut text: serde_json::Value = serde_json::to_value(scenario.definition()).unwrap();
    text["reasons"]["late"] = serde_json::json!({});
    let scenario = Scenario::from_json(&text.to_string()).unwrap();
    let lost = |id: &str, amount, reason| {
        let case = deal(&scenario, id, Some(amount), &[]);
        scenario.step(&case, end("lost", Some(reason)), &at("Mon 10:00")).unwrap().case().clone()
    };
    let big = "7000000000000000000000000000";
    let won = deal(&scenario, "w", Some("0.01"), &[]);
    let won = scenario.step(&won, end("won", None), &at("Mon 10:00")).unwrap().case().clone();
    let all =
        [lost("a", big, "price"), lost("b", &format!("-{big}"), "late"), lost("c", "0.001", "price"), won];
    let records = of_cases(&scenario, &all);
    let mut report = Report::of(&records, &Layout::of(&scenario), &Ask::default()).unwrap();
    let mut goal = voronka::report::Goal::growth(Decimal::from(100));
    goal.by = voronka::report::Yardstick::Amount("RUB".into());
    goal.also_nobody = true;
    report.needed = Some(report.funnel.needed(&goal).unwrap());
    for language in ["en", "ru"] {
        let text = report.document(language, &voronka::report::About::default()).text();
        assert!(text.contains("RUB"), "{text}");
    }
}

#[test]
fn s12_an_erased_word_is_not_kept_in_the_memory_of_live_records_either() {
    let mut text: serde_json::Value = serde_json::from_str(super::by_hand::SCENARIO).unwrap();
    text["fields"] = serde_json::json!({"name": {"type": "text", "personal": true}});
    text["rights"] = serde_json::json!({"erase": "manager"});
    let scenario = Scenario::from_json(&text.to_string()).unwrap();
    let named = |name: &str| Opening {
        fields: [("name".to_owned(), Some(name.into()))].into(),
        ..Opening::default()
    };
    let mut live = Records::new(Keeping::all(["name"]));
    live.learn(&scenario);
    let journal = entries(&scenario, "c", named("Secretive"), Vec::new());
    live.add_journal(&journal, None).unwrap();
    live.add_journal(&entries(&scenario, "d", named("Open"), Vec::new()), None).unwrap();
    assert!(format!("{live:?}").contains("Secretive"));
    let erased = scenario.erase(&journal, &[], "asked by letter", &at("Tue 09:00")).unwrap();
    live.feed(erased.outcome().case(), erased.outcome().entry()).unwrap();
    assert!(!format!("{live:?}").contains("Secretive"));
    assert_eq!(live.get("d").unwrap().fields["name"], ["Open"]);
}

#[test]
fn f9_an_expected_moment_is_a_day_of_the_scenario_s_time_zone() {
    let scenario = Scenario::from_json(
        r#"{"id": "sale", "expected": "when", "calendar": {"time_zone": "Europe/Moscow", "week": {"mon-fri": ["09:00-18:00"]}},
        "fields": {"when": {"type": "moment"}}, "stages": [{"id": "request"}, {"id": "won", "outcome": "won"}]}"#,
    )
    .unwrap();
    let moment = Value::Moment(moment("2026-03-31T21:30:00Z"));
    let opening = Opening { fields: [("when".to_owned(), Some(moment))].into(), ..Opening::default() };
    let case = scenario.open("c", opening, &at("Mon 09:00")).unwrap();
    let records = of_cases(&scenario, std::slice::from_ref(case.case()));
    assert_eq!(records.get("c").unwrap().expected.unwrap().to_string(), "2026-04-01");
}
