//! The board: open cases by stage, their lights and values (F5).

use crate::store::conformance::world::Shape;
use crate::store::conformance::world::{amount, bare, minute, shaped, written};
use crate::store::conformance::{Failure, Verdict, holds, same};
use crate::store::{AnyQuery, AnyStore, BoardCell, BoardQuery, CaseFilter, Commit};

/// A cell in short: scenario, stage, currency, cases, red, yellow, sum.
type Cell = (String, String, Option<String>, u64, u64, u64, i64);

fn cell(scenario: &str, stage: &str, currency: Option<&str>, counts: [u64; 3], sum: i64) -> Cell {
    let [cases, red, yellow] = counts;
    (scenario.to_owned(), stage.to_owned(), currency.map(str::to_owned), cases, red, yellow, sum)
}

/// The cells; those of one stage by currency, wherever the one without stands.
async fn cells<S: AnyQuery>(store: &S, query: &BoardQuery) -> Result<Vec<Cell>, Failure> {
    let found = store.board(query).await?.cells;
    let place = |it: &BoardCell| (it.scenario.clone(), it.order, it.stage.clone());
    let in_order = found.is_sorted_by_key(place);
    holds("cells come by scenario, order and stage", in_order)?;
    let with: Vec<_> =
        found.iter().filter(|it| it.currency.is_some()).map(|it| (place(it), it.currency.clone())).collect();
    holds("and by currency", with.is_sorted())?;
    let mut cells: Vec<_> = found.into_iter().map(|it| (place(&it), it)).collect();
    cells.sort_by(|(a, one), (b, other)| (a, &one.currency).cmp(&(b, &other.currency)));
    let short =
        |it: BoardCell| (it.scenario, it.stage, it.currency, it.cases, it.red, it.yellow, it.ten_thousandths);
    Ok(cells.into_iter().map(|(_, it)| short(it)).collect())
}

fn at(minutes: i64) -> BoardQuery {
    BoardQuery { filter: CaseFilter::default(), now: minute(minutes) }
}

async fn shapes<S: AnyStore>(store: &S, shapes: &[Shape]) -> Verdict {
    let commits: Vec<Commit> =
        shapes.iter().map(|(id, shape)| shaped(id, shape)).collect::<Result<_, Failure>>()?;
    written(store, &commits).await
}

pub async fn nothing_gives_no_cell<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    same("cells", &cells(store, &at(0)).await?, &vec![])
}

pub async fn currencies_are_never_added_across<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let sums: [Shape; 6] = [
        ("a", |it| it.amount = amount(12_500_000, "RUB")),
        ("b", |it| it.amount = amount(1, "RUB")),
        ("c", |it| it.amount = amount(70_000, "USD")),
        ("d", |it| it.amount = amount(-30_000, "USD")),
        ("e", |it| it.amount = None),
        ("f", |it| it.amount = amount(0, "EUR")),
    ];
    shapes(store, &sums).await?;
    let offer = |currency, cases, sum| cell("sale", "offer", currency, [cases, 0, cases], sum);
    let expected = vec![
        offer(None, 1, 0),
        offer(Some("EUR"), 1, 0),
        offer(Some("RUB"), 2, 12_500_001),
        offer(Some("USD"), 2, 40_000),
    ];
    same("cells", &cells(store, &at(0)).await?, &expected)
}

pub async fn sums_are_exact<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    // More than what a floating point number holds exactly.
    let sums: [Shape; 4] = [
        ("a", |it| it.amount = amount(9_007_199_254_740_993, "RUB")),
        ("b", |it| it.amount = amount(9_007_199_254_740_993, "RUB")),
        ("c", |it| it.amount = amount(1, "RUB")),
        ("d", |it| it.amount = amount(9_000_000_000_000_000_001, "USD")),
    ];
    shapes(store, &sums).await?;
    let found: Vec<i64> = cells(store, &at(0)).await?.into_iter().map(|it| it.6).collect();
    same("sums", &found, &vec![18_014_398_509_481_987, 9_000_000_000_000_000_001])
}

pub async fn lights_are_counted_at_the_moment<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let lights: [Shape; 3] = [
        ("a", |it| (it.yellow_from, it.red_from) = (Some(minute(10)), Some(minute(20)))),
        ("b", |it| (it.yellow_from, it.red_from) = (Some(minute(20)), None)),
        ("c", |it| (it.yellow_from, it.red_from) = (None, None)),
    ];
    shapes(store, &lights).await?;
    for (minutes, red, yellow) in [(9, 0, 0), (10, 0, 1), (19, 0, 1), (20, 1, 1)] {
        let expected = vec![cell("sale", "offer", None, [3, red, yellow], 0)];
        same(&format!("after {minutes} minutes"), &cells(store, &at(minutes)).await?, &expected)?;
    }
    Ok(())
}

pub async fn open_ones_only_by_scenario_and_stage_in_order<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let stages: [Shape; 6] = [
        ("a", |it| (it.stage, it.stage_order) = ("zero".to_owned(), 1)),
        ("b", |it| (it.stage, it.stage_order) = ("alpha".to_owned(), 10)),
        ("c", |it| (it.stage, it.stage_order) = ("beta".to_owned(), 9)),
        ("d", |it| it.scenario = "claim".to_owned()),
        ("e", |it| (it.scenario, it.stage, it.stage_order) = ("claim".to_owned(), "beta".to_owned(), 9)),
        ("f", |it| {
            (it.closed_at, it.outcome, it.closed_from) =
                (Some(minute(1)), Some("won".to_owned()), Some("offer".to_owned()));
            (it.stage, it.yellow_from) = ("won".to_owned(), None);
        }),
    ];
    shapes(store, &stages).await?;
    let found: Vec<_> = cells(store, &at(0)).await?.into_iter().map(|it| (it.0, it.1)).collect();
    let expected =
        [("claim", "offer"), ("claim", "beta"), ("sale", "zero"), ("sale", "beta"), ("sale", "alpha")];
    let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    same("cells", &found, &expected)
}

pub async fn a_filter_holds_but_for_open_and_light<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let rows: [Shape; 3] = [
        ("a", |it| it.team = Some("north".to_owned())),
        ("b", |it| (it.team, it.amount) = (Some("north".to_owned()), amount(5, "RUB"))),
        ("c", |it| it.team = Some("south".to_owned())),
    ];
    shapes(store, &rows).await?;
    written(store, &[bare("d")?]).await?;
    let light = crate::store::LightFilter::Is(crate::scenario::def::Color::Red, minute(0));
    let filter = CaseFilter {
        team: Some("north".to_owned()),
        open: Some(false),
        light: Some(light),
        ..CaseFilter::default()
    };
    let found = cells(store, &BoardQuery { filter, now: minute(0) }).await?;
    let expected =
        vec![cell("sale", "offer", None, [1, 0, 1], 0), cell("sale", "offer", Some("RUB"), [1, 0, 1], 5)];
    same("cells", &found, &expected)
}

pub async fn the_latest_version_gives_the_stages_order<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    // Version 10 put the stage to place 2; text would take 9 for later than 10.
    let rows: [Shape; 3] = [
        ("a", |it| (it.version, it.stage_order) = (9, 7)),
        ("b", |it| (it.version, it.stage_order) = (10, 2)),
        ("c", |it| (it.version, it.stage_order) = (2, 8)),
    ];
    shapes(store, &rows).await?;
    let board = store.board(&at(0)).await?;
    let found: Vec<_> = board.cells.iter().map(|it| (it.order, it.cases)).collect();
    same("the order, and how many", &found, &vec![(2, 3)])
}
