//! Lists.

use super::rows::{at, step};
use super::subjects;
use voronka::scenario::def::Color;
use voronka::store::{
    Amount, BoardCell, BoardQuery, CaseFilter, CaseOrder, CaseQuery, Commit, LightFilter, Seen, Sight,
};

/// Twelve cases of two persons, some closed, with lights.
fn cases() -> Vec<Commit> {
    (0..12_i64)
        .map(|nth| {
            let mut commit = step(&format!("{}{nth:02}", if nth % 2 == 0 { "B" } else { "a" }), 1);
            commit.case.responsible = Some(if nth % 3 == 0 { "boris" } else { "anna" }.to_owned());
            commit.case.author = "system".to_owned();
            commit.case.amount =
                (nth > 5).then(|| Amount { ten_thousandths: nth * 10_000, currency: "EUR".to_owned() });
            if nth < 8 {
                commit.case.yellow_from = Some(at(100));
                commit.case.red_from = (nth != 4).then(|| at(200 + nth % 2));
            } else {
                commit.case.closed_at = Some(at(nth % 2));
                commit.case.closed_from = Some("talk".to_owned());
                commit.case.outcome = Some("won".to_owned());
            }
            commit
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_pages_of_cases_by_filter_order_and_sight() {
    for subject in subjects().await {
        let store = &subject.store;
        store.commit(&cases()).await.unwrap();
        let pages = |filter: CaseFilter, order: CaseOrder| {
            let store = store.clone();
            async move {
                let (mut ids, mut after) = (Vec::new(), None);
                loop {
                    let query = CaseQuery { filter: filter.clone(), order, after, limit: 2 };
                    let page = store.cases(&query).await.unwrap();
                    assert!(page.rows.len() <= 2);
                    ids.extend(page.rows.into_iter().map(|it| it.id));
                    after = page.next;
                    if after.is_none() {
                        return ids.join(" ");
                    }
                }
            }
        };
        let all = CaseFilter::default();
        // Ids compare by their bytes.
        assert_eq!(
            pages(all.clone(), CaseOrder::Id).await,
            "B00 B02 B04 B06 B08 B10 a01 a03 a05 a07 a09 a11"
        );
        assert_eq!(
            pages(all.clone(), CaseOrder::RedFrom).await,
            "B00 B02 B06 a01 a03 a05 a07",
            "{}",
            subject.driver
        );
        assert_eq!(pages(all.clone(), CaseOrder::ClosedAt).await, "a11 a09 B10 B08");
        let red = CaseFilter {
            light: Some(LightFilter::Is(Color::Red, at(200))),
            responsible: Some("anna".to_owned()),
            ..all.clone()
        };
        assert_eq!(pages(red.clone(), CaseOrder::RedFrom).await, "B02");
        let yellow = CaseFilter { light: Some(LightFilter::Is(Color::Yellow, at(200))), ..all.clone() };
        assert_eq!(pages(yellow, CaseOrder::Id).await, "B04 a01 a03 a05 a07");
        let turns = CaseFilter { light: Some(LightFilter::TurnsRed(at(200), at(201))), ..all.clone() };
        assert_eq!(pages(turns, CaseOrder::Id).await, "a01 a03 a05 a07");
        let own = |scenario: &str, person: &str| {
            let (scenarios, persons) = (vec![scenario.to_owned()], Some(vec![person.to_owned()]));
            Sight::Parts(vec![Seen { scenarios, persons, teams: Vec::new() }])
        };
        let mine = CaseFilter { sight: own("sale", "boris"), ..all.clone() };
        assert_eq!(pages(mine, CaseOrder::Id).await, "B00 B06 a03 a09");
        let others = CaseFilter { sight: own("sale", "boris"), ..red.clone() };
        assert_eq!(pages(others, CaseOrder::Id).await, "");
        let own_red = CaseFilter { sight: own("sale", "anna"), ..red.clone() };
        assert_eq!(pages(own_red, CaseOrder::Id).await, "B02");
        let elsewhere = CaseFilter { sight: own("other", "anna"), ..red };
        assert_eq!(pages(elsewhere, CaseOrder::Id).await, "");
        let won =
            CaseFilter { outcome: Some("won".to_owned()), stage: Some("talk".to_owned()), ..all.clone() };
        assert_eq!(pages(won, CaseOrder::Id).await, "B08 B10 a09 a11");
        let board = store.board(&BoardQuery { filter: all, now: at(200) }).await.unwrap();
        let cell = |currency: Option<&str>, cases, red, yellow, ten_thousandths| BoardCell {
            scenario: "sale".to_owned(),
            stage: "talk".to_owned(),
            order: 1,
            currency: currency.map(str::to_owned),
            cases,
            red,
            yellow,
            ten_thousandths,
        };
        assert_eq!(board.cells, [cell(None, 6, 2, 4, 0), cell(Some("EUR"), 2, 1, 1, 130_000)]);
    }
}
