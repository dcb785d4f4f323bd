//! Values at their bounds: every character, long texts, many rows (S11).

use crate::Moment;
use crate::store::conformance::world::{
    Deal, ask, at, bare, due, effect, ids, key, leased, message, minute, seen, settled, timer, written,
};
use crate::store::conformance::{Verdict, holds, same, there};
use crate::store::{
    AnyStore, Commit, Committed, KeyKind, KeyRow, LeaseKind, LeaseRequest, Message, Settle, StoreError,
    Wanted,
};

/// Where a test puts a text into a commit.
type Put = fn(&mut Commit, String);

/// Every text that a caller chooses.
const TEXTS: [(&str, Put); 11] = [
    ("the title", |it, text| it.case.title = Some(text)),
    ("the channel", |it, text| it.case.channel = Some(text)),
    ("the responsible", |it, text| it.case.responsible = Some(text)),
    ("the team", |it, text| it.case.team = Some(text)),
    ("the author", |it, text| it.case.author = text),
    ("the case's bytes", |it, text| it.case.text = text),
    ("the input's id", |it, text| it.entry.input_id = text),
    ("the actor", |it, text| it.entry.actor = text),
    ("the entry's bytes", |it, text| it.entry.text = text),
    ("an effect", |it, text| it.effects.iter_mut().for_each(|row| row.text.clone_from(&text))),
    ("a key", |it, text| it.keys.iter_mut().for_each(|row| row.key.clone_from(&text))),
];

fn with_rows(id: &str) -> Result<Commit, crate::store::conformance::Failure> {
    let mut commit = bare(id)?;
    commit.effects = vec![effect(id, 1, 0, "x")];
    commit.keys = vec![key(id, KeyKind::External, "key")];
    Ok(commit)
}

pub async fn null_character_is_refused_and_nothing_written<S: AnyStore>(store: &S) -> Verdict {
    for (what, put) in TEXTS {
        let mut commit = with_rows("c")?;
        put(&mut commit, "a\0b".to_owned());
        let answer = store.commit(&[commit]).await;
        holds(&format!("{what} with U+0000 is refused"), matches!(answer, Err(StoreError::Unfit { .. })))?;
        same(what, &seen(store, "c").await?.case, &None)?;
    }
    same("effects", &due(store, LeaseKind::Effects, minute(0), "h").await?, &vec![])?;
    written(store, &[with_rows("c")?]).await
}

/// A few characters of each plane that has any, and those that databases, quoting and patterns stumble over.
fn all_planes() -> String {
    let planes = (0..=16_u32).flat_map(|plane| {
        [0x20, 0x7f, 0xe9, 0x416, 0x4e2d, 0x1_f600 & 0xffff, 0xfdfd, 0xfffd].map(|low| (plane << 16) + low)
    });
    let odd = "\u{1}\t\r\n'\"\\%_`$1?1;--/**/{}[]\u{202e}\u{feff}\u{fffe}\u{ffff}e\u{301} é 👩‍👩‍👧 ﷽ ß İ ı";
    planes.filter_map(char::from_u32).chain(odd.chars()).collect()
}

pub async fn all_of_unicode_comes_back<S: AnyStore>(store: &S) -> Verdict {
    let text = all_planes();
    let mut commit = with_rows("c")?;
    for (_, put) in TEXTS {
        put(&mut commit, text.clone());
    }
    written(store, std::slice::from_ref(&commit)).await?;
    let now = seen(store, "c").await?;
    same("the case's bytes", &now.case, &Some((1, text.clone())))?;
    same("the entry's bytes", &there("the entry", now.journal.first())?.text, &text)?;
    let effects = leased(store, LeaseKind::Effects, minute(0), "h").await?.effects;
    same("the effect", &there("it", effects.first())?.text, &text)?;
    let wanted = Wanted { case: "none".to_owned(), input_id: Some(text.clone()) };
    let found = store.load(&[wanted]).await?.found;
    holds("the input's id is known", found.iter().any(|it| it.answer.is_some()))?;
    let row = Message { object: text.clone(), text: text.clone(), ..message(&text, "") };
    store.post(&[row]).await?;
    let inbox = leased(store, LeaseKind::Inbox, minute(0), "h").await?.inbox;
    let item = there("the row", inbox.first())?;
    same("the row", &(&item.id, &item.object, &item.text), &(&text, &text, &text))?;
    same("the case that its key finds", &item.cases, &vec!["c".to_owned()])
}

pub async fn odd_ids_are_ids<S: AnyStore>(store: &S) -> Verdict {
    let odd = [
        "O'Neil",
        "a\"b",
        "100%",
        "a_b",
        "aXb",
        "back\\slash",
        "a;drop table voronka",
        "$1",
        "?1",
        "*",
        " ",
        "a/b",
        "é",
        "e\u{301}",
        "É",
        "🙂",
        "null",
        "a\nb",
    ];
    let mut commits = Vec::new();
    for id in odd {
        let mut commit = bare(id)?;
        commit.effects = vec![effect(id, 1, 0, id)];
        commits.push(commit);
    }
    written(store, &commits).await?;
    for commit in &commits {
        let id = &commit.case.id;
        let now = seen(store, id).await?;
        same(&format!("case {id:?}"), &now.case, &Some((1, commit.case.text.clone())))?;
        let numbers: Vec<_> = now.journal.iter().map(|it| (it.case.clone(), it.number)).collect();
        same("its journal", &numbers, &vec![(id.clone(), 1)])?;
    }
    let effects = leased(store, LeaseKind::Effects, minute(0), "it's me").await?.effects;
    same("how many effects", &effects.len(), &odd.len())?;
    let later = |id: String| Settle::EffectLater {
        id,
        by: "it's me".to_owned(),
        at: minute(5),
        error: "%".to_owned(),
    };
    let settles: Vec<Settle> = effects.into_iter().map(|it| later(it.id)).collect();
    same("all settled", &store.settle(&settles).await?, &vec![true; odd.len()])
}

pub async fn a_megabyte_comes_back<S: AnyStore>(store: &S) -> Verdict {
    let text: String = "Ж🙂'\\ ".chars().cycle().take(600_000).collect();
    holds("it is a megabyte", text.len() > 1_000_000)?;
    let mut commit = with_rows("c")?;
    commit.case.text.clone_from(&text);
    commit.entry.text.clone_from(&text);
    for row in &mut commit.effects {
        row.text.clone_from(&text);
    }
    written(store, &[commit]).await?;
    let now = seen(store, "c").await?;
    holds("the case's bytes", now.case == Some((1, text.clone())))?;
    holds("the entry's bytes", now.journal.first().is_some_and(|it| it.text == text))?;
    let effects = leased(store, LeaseKind::Effects, minute(0), "h").await?.effects;
    holds("the effect's bytes", effects.first().is_some_and(|it| it.text == text))?;
    store.post(&[Message { text: text.clone(), ..message("m", "c") }]).await?;
    let inbox = leased(store, LeaseKind::Inbox, minute(0), "h").await?.inbox;
    holds("the row's text", inbox.first().is_some_and(|it| it.text == text))
}

pub async fn ten_thousand_effects_in_order<S: AnyStore>(store: &S) -> Verdict {
    const MANY: u32 = 10_000;
    let mut commit = bare("c")?;
    commit.effects = (0..MANY).map(|nth| effect("c", 1, nth, "x")).collect();
    written(store, &[commit]).await?;
    let mut found = Vec::new();
    for _ in 0..20 {
        let request = LeaseRequest { limit: 2_000, ..ask(LeaseKind::Effects, minute(0), "h") };
        let ids: Vec<String> = store.lease(&request).await?.effects.into_iter().map(|it| it.id).collect();
        if ids.is_empty() {
            break;
        }
        let done: Vec<Settle> = ids.iter().map(|id| Settle::EffectDone { id: id.clone() }).collect();
        let settled = store.settle(&done).await?;
        holds("each could be done", settled.len() == ids.len() && settled.iter().all(|it| *it))?;
        found.extend(ids);
    }
    let expected: Vec<String> = (0..MANY).map(|nth| format!("c/1/{nth}")).collect();
    holds("all of them came, in order", found == expected)
}

pub async fn many_commits_in_one_call<S: AnyStore>(store: &S) -> Verdict {
    let commits: Vec<Commit> = (0..1_000).map(|nth| bare(&format!("c{nth}"))).collect::<Result<_, _>>()?;
    written(store, &commits).await?;
    let wanted: Vec<Wanted> = commits.iter().map(|it| Wanted::case(&it.case.id)).collect();
    let found = store.load(&wanted).await?.found;
    let ids: Vec<_> = found.iter().filter_map(|it| it.case.as_ref().map(|it| it.id.as_str())).collect();
    holds("all are there, in order", ids.iter().eq(commits.iter().map(|it| &it.case.id)))?;
    let again = store.commit(&commits).await?;
    holds("and known", again.iter().all(|it| matches!(it, Committed::Repeated(_))))
}

pub async fn moments_at_their_bounds<S: AnyStore>(store: &S) -> Verdict {
    let mut commit = bare("c")?;
    commit.timers.put = vec![timer("c", "first", Moment::MIN), timer("c", "last", Moment::MAX)];
    commit.case.red_from = Some(Moment::MIN);
    commit.case.yellow_from = Some(Moment::MAX);
    written(store, &[commit]).await?;
    let leases = leased(store, LeaseKind::Timers, minute(0), "h").await?;
    let told: Vec<_> = leases.timers.iter().map(|it| (it.id.as_str(), it.at)).collect();
    same("the one that is due", &told, &vec![("c/first", Moment::MIN)])
}

pub async fn a_long_journal_of_one_call<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut commits = vec![deal.open(at("offer"))?];
    for nth in 0..299 {
        commits.push(deal.note(&format!("note {nth}"))?);
    }
    written(store, &commits).await?;
    let found = store.journal("c", 1, 1_000).await?;
    holds("all in order", found.iter().map(|it| it.number).eq(1..=300))
}

pub async fn keys_are_compared_by_their_bytes<S: AnyStore>(store: &S) -> Verdict {
    let mut commit = bare("c")?;
    let keys = ["A", "é", "a b"].map(|it| key("c", KeyKind::External, it));
    commit.keys = keys.to_vec();
    written(store, &[commit]).await?;
    // Others than those to people, not to a machine.
    let others = ["a", "e\u{301}", "a b ", "a  b", "É"];
    let rows: Vec<Message> = others.iter().map(|it| message(it, it)).collect();
    store.post(&rows).await?;
    let inbox = leased(store, LeaseKind::Inbox, minute(0), "h").await?.inbox;
    same("rows handed out", &inbox.len(), &others.len())?;
    holds("none of them finds the case", inbox.iter().all(|it| it.cases.is_empty()))?;
    for KeyRow { key, .. } in keys {
        store.post(&[message(&format!("its {key}"), &key)]).await?;
        let inbox = leased(store, LeaseKind::Inbox, minute(0), "h").await?.inbox;
        let item = there("the row", inbox.first())?;
        same("its case", &item.cases, &vec!["c".to_owned()])?;
        holds("it is done", settled(store, Settle::InboxDone { id: item.id.clone() }).await?)?;
    }
    Ok(())
}

pub async fn a_limit_beyond_all_rows_gives_them_all<S: AnyStore>(store: &S) -> Verdict {
    let mut commit = with_rows("c")?;
    commit.timers.put = vec![timer("c", "t", minute(0))];
    written(store, &[commit]).await?;
    store.post(&[message("m", "c")]).await?;
    for kind in [LeaseKind::Timers, LeaseKind::Effects, LeaseKind::Inbox] {
        let request = LeaseRequest { limit: u32::MAX, ..ask(kind, minute(0), "h") };
        same(&format!("{kind:?}"), &ids(&store.lease(&request).await?).len(), &1)?;
    }
    same("entries", &store.journal("c", 1, u32::MAX).await?.len(), &1)
}
