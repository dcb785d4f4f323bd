//! Erasure: earlier bytes anew, everywhere (S12).

use crate::store::conformance::world::{
    Deal, at, bare, due, effect, leased, minute, settled, texts, written,
};
use crate::store::conformance::{Verdict, same, there};
use crate::store::{AnyStore, Commit, Committed, EffectRow, Erasure, LeaseKind, Settle, Wanted};

/// A case of three steps with two effects, whose fourth step erases.
pub(in crate::store::conformance) fn erased()
-> Result<(Vec<Commit>, Commit), crate::store::conformance::Failure> {
    let mut deal = Deal::new("c")?;
    let mut commits = vec![deal.open(at("offer"))?, deal.note("personal")?, deal.note("more")?];
    if let Some(open) = commits.first_mut() {
        open.effects = vec![effect("c", 1, 0, "x"), effect("c", 1, 1, "y"), effect("c", 1, 2, "z")];
    }
    let mut erasing = deal.note("erased")?;
    let entries = commits.iter().map(|it| {
        let mut entry = it.entry.clone();
        entry.text = format!("{{\"erased\":{}}}", entry.number);
        entry
    });
    let anew = |nth| EffectRow { text: format!("{{\"erased\":{nth}}}"), ..effect("c", 1, nth, "ignored") };
    // The first of the effects is done by then.
    let erasure = Erasure { entries: entries.collect(), effects: vec![anew(0), anew(1), anew(2)] };
    erasing.erasure = Some(Box::new(erasure));
    erasing.case.erased = true;
    Ok((commits, erasing))
}

pub async fn replaces_the_bytes_of_earlier_entries<S: AnyStore>(store: &S) -> Verdict {
    let (commits, erasing) = erased()?;
    written(store, &commits).await?;
    written(store, &[bare("other")?, erasing.clone()]).await?;
    let texts: Vec<String> = store.journal("c", 1, 10).await?.into_iter().map(|it| it.text).collect();
    let mut expected: Vec<String> = (1..=3).map(|nth| format!("{{\"erased\":{nth}}}")).collect();
    expected.push(erasing.entry.text.clone());
    same("the journal", &texts, &expected)?;
    let other = store.journal("other", 1, 10).await?;
    same("another case's", &there("its entry", other.first())?.text, &bare("other")?.entry.text)
}

pub async fn replaces_the_bytes_of_answers<S: AnyStore>(store: &S) -> Verdict {
    let (commits, erasing) = erased()?;
    written(store, &commits).await?;
    written(store, &[erasing]).await?;
    let wanted = Wanted { case: "c".to_owned(), input_id: Some("c-2".to_owned()) };
    let found = store.load(&[wanted]).await?.found;
    let answer = there("the answer", found.first().and_then(|it| it.answer.clone()))?;
    same("the answer loaded", &(answer.number, answer.text.as_str()), &(2, "{\"erased\":2}"))?;
    let mut again = bare("new")?;
    again.entry.input_id = "c-2".to_owned();
    let answers = store.commit(&[again]).await?;
    same("the answer repeated", &answers, &vec![Committed::Repeated(Box::new(answer))])
}

pub async fn replaces_the_bytes_of_effects_that_are_left<S: AnyStore>(store: &S) -> Verdict {
    let (commits, erasing) = erased()?;
    written(store, &commits).await?;
    due(store, LeaseKind::Effects, minute(0), "h").await?;
    settled(store, Settle::EffectDone { id: "c/1/0".to_owned() }).await?;
    let given_up = Settle::EffectGivenUp {
        id: "c/1/1".to_owned(),
        by: "h".to_owned(),
        error: "no".to_owned(),
        frees: false,
    };
    settled(store, given_up).await?;
    written(store, &[erasing]).await?;
    settled(store, Settle::EffectAgain { id: "c/1/1".to_owned() }).await?;
    let mut effects = leased(store, LeaseKind::Effects, minute(60), "h").await?.effects;
    effects.sort_by(|a, b| a.id.cmp(&b.id));
    let told: Vec<[String; 3]> = effects.into_iter().map(|it| [it.id, it.lane, it.text]).collect();
    let expected = [["c/1/1", "y", "{\"erased\":1}"], ["c/1/2", "z", "{\"erased\":2}"]];
    same("what is left, in its lanes", &told, &expected.map(|it| it.map(str::to_owned)).to_vec())
}

pub async fn of_one_that_conflicts_erases_nothing<S: AnyStore>(store: &S) -> Verdict {
    let (commits, mut erasing) = erased()?;
    written(store, &commits).await?;
    erasing.before = 2;
    let answers = store.commit(&[erasing]).await?;
    same("the answer", &answers, &vec![Committed::Conflict { revision: 3 }])?;
    let found: Vec<String> = store.journal("c", 1, 10).await?.into_iter().map(|it| it.text).collect();
    same("the journal", &found, &commits.iter().map(|it| it.entry.text.clone()).collect())?;
    let effects = leased(store, LeaseKind::Effects, minute(0), "h").await?.effects;
    let mut told: Vec<String> = effects.into_iter().map(|it| it.text).collect();
    told.sort();
    same("the effects", &told, &texts(&["{\"nth\":0}", "{\"nth\":1}", "{\"nth\":2}"]))
}
