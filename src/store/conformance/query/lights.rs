//! The traffic light in lists, at any moment (A3, A5).

use crate::Moment;
use crate::scenario::def::Color;
use crate::store::conformance::world::{
    Deal, at, close, let_through, minute, opened, paged, shaped, texts, written,
};
use crate::store::conformance::{Failure, Verdict, same};
use crate::store::{AnyQuery, AnyStore, CaseFilter, CaseOrder, CaseQuery, Commit, LightFilter};

/// Cases by when they turn yellow and red.
async fn lit<S: AnyStore>(store: &S) -> Verdict {
    let moments = [
        ("a", Some(10), Some(20)),
        ("b", Some(5), Some(15)),
        ("c", Some(20), None),
        ("d", None, None),
        // From one moment to the next, without a yellow between.
        ("e", Some(20), Some(20)),
        ("f", Some(16), Some(30)),
    ];
    let commits: Vec<Commit> = moments
        .into_iter()
        .map(|(id, yellow, red)| {
            shaped(id, |it| (it.yellow_from, it.red_from) = (yellow.map(minute), red.map(minute)))
        })
        .collect::<Result<_, Failure>>()?;
    written(store, &commits).await?;
    let mut closed = shaped("closed", |it| {
        (it.closed_at, it.outcome, it.closed_from) =
            (Some(minute(1)), Some("won".to_owned()), Some("offer".to_owned()));
        (it.yellow_from, it.red_from) = (None, None);
    })?;
    closed.case.stage = "won".to_owned();
    written(store, &[closed]).await
}

async fn has<S: AnyQuery>(store: &S, light: LightFilter) -> Result<Vec<String>, Failure> {
    let_through(store, CaseFilter { light: Some(light), ..CaseFilter::default() }).await
}

pub async fn colour_at_a_moment<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    lit(store).await?;
    let at = |minutes: i64, before: i64| minute(minutes).plus_millis(-before);
    let expected: [(Color, Moment, &[&str]); 9] = [
        (Color::Red, at(20, 0), &["a", "b", "e"]),
        // A millisecond before.
        (Color::Red, at(20, 1), &["b"]),
        (Color::Yellow, at(20, 0), &["c", "f"]),
        (Color::Yellow, at(20, 1), &["a", "f"]),
        (Color::Green, at(20, 0), &["d"]),
        (Color::Green, at(20, 1), &["c", "d", "e"]),
        (Color::Red, at(0, 0), &[]),
        (Color::Green, at(0, 0), &["a", "b", "c", "d", "e", "f"]),
        (Color::Red, at(90, 0), &["a", "b", "e", "f"]),
    ];
    for (color, now, ids) in expected {
        same(&format!("{color:?} at {now}"), &has(store, LightFilter::Is(color, now)).await?, &texts(ids))?;
    }
    Ok(())
}

pub async fn turns_red_within<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    lit(store).await?;
    // After the first moment, and no later than the second.
    let expected: [(i64, i64, &[&str]); 4] =
        [(15, 20, &["a", "e"]), (14, 19, &["b"]), (20, 90, &["f"]), (30, 90, &[])];
    for (from, to, ids) in expected {
        let light = LightFilter::TurnsRed(minute(from), minute(to));
        same(&format!("red after {from}, by {to}"), &has(store, light).await?, &texts(ids))?;
    }
    Ok(())
}

pub async fn turns_yellow_within<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    lit(store).await?;
    let expected: [(i64, i64, &[&str]); 4] =
        [(10, 20, &["c", "e", "f"]), (9, 16, &["a", "f"]), (0, 5, &["b"]), (20, 90, &[])];
    for (from, to, ids) in expected {
        let light = LightFilter::TurnsYellow(minute(from), minute(to));
        same(&format!("yellow after {from}, by {to}"), &has(store, light).await?, &texts(ids))?;
    }
    Ok(())
}

pub async fn in_order_and_in_pages<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    lit(store).await?;
    let expected: [(LightFilter, CaseOrder, &[&str]); 4] = [
        (LightFilter::Is(Color::Red, minute(20)), CaseOrder::RedFrom, &["b", "a", "e"]),
        (LightFilter::TurnsRed(minute(15), minute(90)), CaseOrder::RedFrom, &["a", "e", "f"]),
        (LightFilter::Is(Color::Yellow, minute(20)), CaseOrder::YellowFrom, &["f", "c"]),
        (LightFilter::Is(Color::Green, minute(0)), CaseOrder::YellowFrom, &["b", "a", "f", "c", "e"]),
    ];
    for (light, order, ids) in expected {
        for responsible in [None, Some("anna".to_owned())] {
            let filter = CaseFilter { light: Some(light), responsible, ..CaseFilter::default() };
            let query = CaseQuery { filter, order, ..CaseQuery::default() };
            for limit in [1, 2, 100] {
                same(&format!("{light:?}"), &paged(store, query.clone(), limit).await?, &texts(ids))?;
            }
        }
    }
    Ok(())
}

pub async fn agrees_with_the_case<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    // With an activity due, after a move, after closing; each by real steps.
    let mut deals = Vec::new();
    for (id, stage) in [("a", "request"), ("b", "offer"), ("c", "request"), ("d", "request")] {
        let mut deal = Deal::new(id)?;
        written(store, &[deal.open(at(stage))?]).await?;
        if id == "c" {
            deal.now = minute(30);
            let to = crate::case::MoveInput { to: "offer".to_owned(), ..Default::default() };
            written(store, &[deal.step(crate::Input::Move(to))?]).await?;
        }
        if id == "d" {
            written(store, &[deal.step(close(Some("dear")))?]).await?;
        }
        deals.push(deal);
    }
    for minutes in [0, 30, 59, 60, 119, 120, 121, 24 * 60, 9_000] {
        let now = minute(minutes);
        for color in [Color::Red, Color::Yellow, Color::Green] {
            let cases = deals.iter().filter_map(|it| it.case.as_ref());
            let expected: Vec<String> =
                cases.filter(|it| it.color(now) == Some(color)).map(|it| it.id.clone()).collect();
            let found = has(store, LightFilter::Is(color, now)).await?;
            same(&format!("{color:?} after {minutes} minutes"), &found, &expected)?;
        }
    }
    Ok(())
}

pub async fn closed_ones_have_none<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("request"))?]).await?;
    same("red while open", &has(store, LightFilter::Is(Color::Red, minute(9_000))).await?, &texts(&["c"]))?;
    written(store, &[deal.step(close(Some("dear")))?]).await?;
    for color in [Color::Red, Color::Yellow, Color::Green] {
        same(&format!("{color:?}"), &has(store, LightFilter::Is(color, minute(9_000))).await?, &vec![])?;
    }
    written(store, &[opened("d")?]).await?;
    same("another", &has(store, LightFilter::Is(Color::Red, minute(9_000))).await?, &texts(&["d"]))
}
