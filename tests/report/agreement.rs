//! The report against the naive one, over cases that went anywhere; and that it balances, merges, and lists its cases.

use super::crowd::{Dice, Versions, journal};
use super::naive::{Naive, Sum};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use voronka::case::Entry;
use voronka::report::{
    Ask, Dimension, Durations, Funnel, Keeping, Key, Layout, Query, Records, Report, Times, Total, cases,
};
use voronka::scenario::def::StageOutcome;
use voronka::{Case, Scenario};

fn journals(versions: &Versions, numbers: &[u8], count: usize) -> Vec<Vec<Entry>> {
    let mut dice = Dice { numbers, at: 0 };
    (0..count).map(|nth| journal(versions, &format!("c{nth}"), &mut dice, 14)).collect()
}

fn keeping() -> Keeping {
    Keeping::all(["source"])
}

fn empty(versions: &Versions) -> Records {
    let mut records = Records::new(keeping());
    versions.all.iter().chain([&versions.other]).for_each(|it| records.learn(it));
    records
}

fn records(versions: &Versions, journals: &[Vec<Entry>]) -> Records {
    let mut records = empty(versions);
    for journal in journals {
        assert!(records.add_journal(journal, None).unwrap());
    }
    records
}

fn layout(versions: &Versions) -> Layout {
    let layout = Layout::of(versions.latest());
    versions
        .mappings()
        .into_iter()
        .fold(layout, |layout, (from, stages)| layout.mapped(from, from + 1, stages))
}

fn bytes(records: &Records) -> String {
    serde_json::to_string(records).unwrap()
}

fn sum(total: &Total) -> Sum {
    let amounts = total.amounts.iter().map(|(currency, it)| (currency.clone(), (it.cases, it.sum)));
    (total.cases, amounts.collect())
}

/// The same numbers from times in order.
fn durations(times: &[i64]) -> Durations {
    let sorted: Times = times.iter().copied().collect();
    let found = Durations::from(sorted.clone());
    let last = (times.len() as u64, sorted.sum(), sorted.median(), sorted.percentile(90));
    assert_eq!((found.count, found.sum_ms, found.median_ms, found.p90_ms), last, "{times:?}");
    found
}

fn check_against_naive(versions: &Versions, journals: &[Vec<Entry>]) {
    let all: Vec<Case> = journals.iter().map(|it| Case::replay(it).unwrap()).collect();
    let known: Vec<&Scenario> = versions.all.iter().chain([&versions.other]).collect();
    let naive = Naive::new(versions.latest(), &known, &versions.mappings(), &all);
    let records = records(versions, journals);
    let layout = layout(versions);
    let report = Report::of(&records, &layout, &Ask::default()).unwrap();
    let funnel = &report.funnel;

    // F2: the report balances.
    assert!(funnel.balance().holds(), "{:?}", funnel.balance());
    assert_eq!(funnel.cases.cases as usize, all.len());
    assert_eq!(sum(&funnel.cases), naive.sum(|_| true));
    assert_eq!(sum(&funnel.transferred), naive.sum(|it| !naive.is_ours(it)));
    let ended = |outcome| naive.sum(|it| naive.is_ours(it) && Naive::outcome(it) == Some(outcome));
    assert_eq!(sum(&funnel.won), ended(StageOutcome::Won));
    let void = funnel.void.first().map(|it| sum(&it.total)).unwrap_or_default();
    assert_eq!(void, ended(StageOutcome::Void));
    assert_eq!(sum(&funnel.reopened), naive.sum(|it| naive.is_ours(it) && it.case.reopened > 0));

    // F8: each number's query lists its cases.
    let listed = |query: Query| -> BTreeSet<String> {
        cases(&records, &layout, &Ask::default(), &query).unwrap().into_iter().collect()
    };
    let at = |key, value: &str| Query::all().and(key, value);
    assert_eq!(listed(Query::all()).len(), all.len());
    for line in &funnel.stages {
        let id = line.id.as_str();
        assert_eq!(sum(&line.entered), naive.sum(|it| naive.entered(it, id)), "entered {id}");
        assert_eq!(listed(at(Key::Entered, id)), naive.ids(|it| naive.entered(it, id)));
        assert_eq!(sum(&line.reached), naive.sum(|it| naive.reached(it, id)), "reached {id}");
        assert_eq!(listed(at(Key::Reached, id)), naive.ids(|it| naive.reached(it, id)));
        let void = |it: &super::naive::Plain<'_>| Naive::outcome(it) == Some(StageOutcome::Void);
        if line.known {
            assert_eq!(sum(&line.reached_void), naive.sum(|it| void(it) && naive.reached(it, id)));
        }
        assert_eq!(sum(&line.open), naive.sum(|it| naive.open_at(it, id)), "open {id}");
        assert_eq!(listed(at(Key::OpenAt, id)), naive.ids(|it| naive.open_at(it, id)));
        for reason in ["price", "delivery"] {
            let found = line.lost.iter().find(|it| it.reason == reason);
            let found = found.map(|it| sum(&it.total)).unwrap_or_default();
            assert_eq!(found, naive.sum(|it| naive.lost_at(it, id, reason)), "lost {id} {reason}");
            let query = at(Key::LostAt, id).and(Key::Reason, reason);
            assert_eq!(listed(query), naive.ids(|it| naive.lost_at(it, id, reason)));
        }
        let times = naive.times(id);
        let of = |which: fn(&(i64, i64, i64)) -> i64| times.iter().map(which).collect::<Vec<_>>();
        assert_eq!(line.calendar, durations(&of(|it| it.0)), "{id}");
        assert_eq!(line.working, durations(&of(|it| it.1)), "{id}");
        assert_eq!(line.paused_ms, Decimal::from(of(|it| it.2).iter().sum::<i64>()));
        // F4: what was added up by case is as much in all.
        assert_eq!(line.per_case.calendar.sum_ms, line.calendar.sum_ms);
        assert_eq!(line.per_case.calendar.count, line.latest.calendar.count);
        let seen = naive.cases.iter().map(|it| it.visits.iter().filter(|it| it.0 == id).count() as u64);
        let seen = naive.cases.iter().zip(seen).filter(|(it, _)| naive.is_ours(it)).map(|(_, count)| count);
        assert_eq!(line.visits, seen.sum::<u64>());
    }
    check_slices(&records, &layout, &report);
}

/// F5: slices add up to the whole unless a case stands in several, and each lists its own.
fn check_slices(records: &Records, layout: &Layout, whole: &Report) {
    let field = Dimension::Field("source".into());
    let plain = [Dimension::Channel, Dimension::Responsible, Dimension::Team, Dimension::Region];
    let more = [Dimension::Version, Dimension::Month, Dimension::Amount, field, Dimension::Product];
    for by in plain.into_iter().chain(more) {
        let bands = vec!["1000".parse().unwrap(), Decimal::ZERO];
        let ask = Ask { by: Some(by.clone()), bands, ..Ask::default() };
        let report = Report::of(records, layout, &ask).unwrap();
        let slices = report.slices.unwrap();
        assert_eq!(report.funnel, whole.funnel);
        let mut all = Total::default();
        for slice in &slices.slices {
            assert!(slice.funnel.balance().holds(), "{by} {}", slice.value);
            all.add(&slice.funnel.cases);
            let query: Query =
                Query::all().and(Key::By(by.clone()), &slice.value).to_string().parse().unwrap();
            let listed = cases(records, layout, &Ask::default(), &query).unwrap();
            assert_eq!(listed.len() as u64, slice.funnel.cases.cases, "{query}");
            let only = Report::of(records, layout, &Ask { only: query.clone(), ..Ask::default() }).unwrap();
            assert_eq!(only.funnel, slice.funnel, "{query}");
        }
        if by == Dimension::Product {
            assert!(all.cases >= whole.funnel.cases.cases);
        } else {
            assert_eq!(sum(&all), sum(&whole.funnel.cases), "{by}");
            assert!(!slices.overlapping);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn f1_f2_f4_f5_f8_the_report_agrees_with_a_naive_one(
        numbers in proptest::collection::vec(any::<u8>(), 40..400),
        count in 0_usize..25,
    ) {
        let versions = Versions::new();
        check_against_naive(&versions, &journals(&versions, &numbers, count));
    }

    #[test]
    fn f7_parts_merge_in_any_order_to_the_bytes_of_the_whole(
        numbers in proptest::collection::vec(any::<u8>(), 40..300),
        cut in 0_usize..12,
    ) {
        let versions = Versions::new();
        let journals = journals(&versions, &numbers, 12);
        let whole = records(&versions, &journals);
        let (left, right) = journals.split_at(cut);
        let (left, right) = (records(&versions, left), records(&versions, right));
        let mut one = left.clone();
        one.merge(&right).unwrap();
        let mut other = right.clone();
        other.merge(&left).unwrap();
        let bytes_of_whole = bytes(&whole);
        prop_assert_eq!(&bytes(&one), &bytes_of_whole);
        prop_assert_eq!(&bytes(&other), &bytes_of_whole);
        // They say the same, and come back from their bytes.
        let read: Records = serde_json::from_str(&bytes_of_whole).unwrap();
        prop_assert_eq!(&bytes(&read), &bytes_of_whole);
        let ask = Ask { by: Some(Dimension::Product), ..Ask::default() };
        let report = |records: &Records| Report::of(records, &layout(&versions), &ask).unwrap();
        prop_assert_eq!(report(&one), report(&whole));
        prop_assert_eq!(report(&read), report(&whole));
        // What is there already is not counted twice.
        prop_assert_eq!(one.merge(&right).is_err(), !right.is_empty());
        prop_assert_eq!(&bytes(&one), &bytes_of_whole);
    }

    #[test]
    fn f7_one_commit_at_a_time_in_any_order_of_cases_gives_the_same(
        numbers in proptest::collection::vec(any::<u8>(), 40..300),
        turns in proptest::collection::vec(any::<u8>(), 1..200),
    ) {
        let versions = Versions::new();
        let journals = journals(&versions, &numbers, 9);
        let mut live = empty(&versions);
        let mut running: Vec<(std::slice::Iter<'_, Entry>, Option<Case>)> =
            journals.iter().map(|it| (it.iter(), None)).collect();
        let mut turns = turns.into_iter().cycle();
        while !running.is_empty() {
            let at = usize::from(turns.next().unwrap()) % running.len();
            let (entries, case) = &mut running[at];
            let Some(entry) = entries.next() else {
                drop(running.remove(at));
                continue;
            };
            let number = entry.number as usize;
            let of = journals.iter().find(|it| it[0].case == entry.case).unwrap();
            *case = Some(Case::replay(&of[..number]).unwrap());
            let case = case.as_ref().unwrap();
            live.feed(case, entry).unwrap();
            // A feed may deliver twice.
            if number.is_multiple_of(3) {
                live.feed(case, entry).unwrap();
            }
        }
        prop_assert_eq!(bytes(&live), bytes(&records(&versions, &journals)));
        let mut shrunk = live.clone();
        shrunk.shrink();
        prop_assert_eq!(bytes(&shrunk), bytes(&live));
    }

    #[test]
    fn f4_a_report_as_of_a_moment_is_that_of_what_was_recorded_then(
        numbers in proptest::collection::vec(any::<u8>(), 40..300),
        hours in 0_i64..2_000,
    ) {
        let versions = Versions::new();
        let journals = journals(&versions, &numbers, 10);
        let until = journals[0][0].at.plus_millis(hours * 3_600_000);
        let mut then = empty(&versions);
        for journal in &journals {
            then.add_journal(journal, Some(until)).unwrap();
        }
        let cut = |it: &Vec<Entry>| it.iter().filter(|it| it.at <= until).cloned().collect::<Vec<_>>();
        let known: Vec<Vec<Entry>> = journals.iter().map(cut).filter(|it| !it.is_empty()).collect();
        prop_assert_eq!(bytes(&then), bytes(&records(&versions, &known)));
    }
}

#[test]
fn f7_threads_do_not_show() {
    let numbers: Vec<u8> = (0..=255).collect();
    let versions = Versions::new();
    let mut records = Records::new(Keeping::default());
    versions.all.iter().for_each(|it| records.learn(it));
    let journals = journals(&versions, &numbers, 20);
    // So many that threads are worth it.
    for (nth, journal) in (0..11_000).zip(journals.iter().cycle()) {
        let mut case = Case::replay(journal).unwrap();
        case.id = format!("{nth}");
        records.add(&case).unwrap();
    }
    let funnel = |threads| {
        let ask = Ask { threads, by: Some(Dimension::Channel), ..Ask::default() };
        Funnel::asked(&records, &layout(&versions), &ask).unwrap()
    };
    let one = funnel(1);
    assert_eq!(&one, &funnel(2));
    assert_eq!(&one, &funnel(7));
}
