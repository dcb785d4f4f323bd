//! Versions, drafts, mappings, switches, counts of refusals (S9, S13, V5).

use crate::case::ScenarioRef;
use crate::store::conformance::world::{minute, texts};
use crate::store::conformance::{Verdict, same};
use crate::store::{AnyStore, Draft, Keep, Kept, Look, Mapping, Refusal, Switched, Version};

fn reference(id: &str, version: u32, hash: &str) -> ScenarioRef {
    ScenarioRef { id: id.to_owned(), version, hash: hash.to_owned() }
}

fn version(id: &str, version: u32, hash: &str) -> Version {
    Version {
        scenario: reference(id, version, hash),
        text: format!("{{\"id\":\"{id}\",\"of\":\"{hash}\"}}"),
        by: "anna".to_owned(),
        at: minute(i64::from(version)),
        comment: format!("version {version}"),
    }
}

fn draft(id: &str, revision: u64) -> Draft {
    Draft {
        id: id.to_owned(),
        scenario: "sale".to_owned(),
        revision,
        text: format!("{{\"revision\":{revision}}}"),
        by: "anna".to_owned(),
        at: minute(0),
    }
}

async fn keeps<S: AnyStore>(store: &S, keep: Keep) -> Verdict {
    same("the answer to keeping", &store.keep(&keep).await?, &Kept::Done)
}

fn clash(found: &str) -> Kept {
    Kept::Clash { found: found.to_owned() }
}

fn one_version(scenario: &str, version: u32, hash: &str) -> Look {
    Look::Version { scenario: scenario.to_owned(), version, hash: hash.to_owned() }
}

pub async fn published_version_never_changes<S: AnyStore>(store: &S) -> Verdict {
    let first = version("sale", 1, "aa");
    keeps(store, Keep::Version(first.clone())).await?;
    // The same again is fine, and is no other.
    let again = Version { comment: "again".to_owned(), at: minute(99), ..first.clone() };
    keeps(store, Keep::Version(again)).await?;
    let answer = store.keep(&Keep::Version(version("sale", 1, "bb"))).await?;
    same("another under its number", &answer, &clash("aa"))?;
    same("what is kept", &store.kept(&one_version("sale", 1, "")).await?, &vec![Keep::Version(first)])
}

pub async fn versions_are_found_by_number_and_hash<S: AnyStore>(store: &S) -> Verdict {
    for (id, number) in [("sale", 2), ("claim", 7), ("sale", 10), ("sale", 1), ("sale2", 99)] {
        keeps(store, Keep::Version(version(id, number, &format!("h{number}")))).await?;
    }
    let kept = |id: &str, number: u32| Keep::Version(version(id, number, &format!("h{number}")));
    let latest = Look::Latest { scenario: "sale".to_owned() };
    same("the latest", &store.kept(&latest).await?, &vec![kept("sale", 10)])?;
    same("by hash", &store.kept(&one_version("sale", 2, "h2")).await?, &vec![kept("sale", 2)])?;
    same("by another hash", &store.kept(&one_version("sale", 2, "h1")).await?, &vec![])?;
    same("none there", &store.kept(&one_version("sale", 3, "")).await?, &vec![])?;
    let of_sale = Look::Versions { scenario: Some("sale".to_owned()) };
    let sales = [1, 2, 10].map(|it| kept("sale", it)).to_vec();
    same("all of one", &store.kept(&of_sale).await?, &sales)?;
    let mut all = vec![kept("claim", 7)];
    all.extend(sales);
    all.push(kept("sale2", 99));
    same("all of all", &store.kept(&Look::Versions { scenario: None }).await?, &all)
}

pub async fn draft_only_on_the_revision_before<S: AnyStore>(store: &S) -> Verdict {
    same("without a first", &store.keep(&Keep::Draft(draft("d", 2))).await?, &clash("0"))?;
    keeps(store, Keep::Draft(draft("d", 1))).await?;
    same("a first again", &store.keep(&Keep::Draft(draft("d", 1))).await?, &clash("1"))?;
    keeps(store, Keep::Draft(draft("d", 2))).await?;
    // The second of two editors that both began on 1.
    let second = Draft { text: "lost".to_owned(), ..draft("d", 2) };
    same("the second editor", &store.keep(&Keep::Draft(second)).await?, &clash("2"))?;
    same("one beyond", &store.keep(&Keep::Draft(draft("d", 4))).await?, &clash("2"))?;
    let look = Look::Draft { id: "d".to_owned() };
    same("the draft", &store.kept(&look).await?, &vec![Keep::Draft(draft("d", 2))])
}

pub async fn dropped_draft_is_gone<S: AnyStore>(store: &S) -> Verdict {
    for id in ["b", "a", "c"] {
        keeps(store, Keep::Draft(draft(id, 1))).await?;
    }
    keeps(store, Keep::DropDraft { id: "b".to_owned() }).await?;
    keeps(store, Keep::DropDraft { id: "never".to_owned() }).await?;
    let drafts = ["a", "c"].map(|id| Keep::Draft(draft(id, 1))).to_vec();
    same("all drafts, by id", &store.kept(&Look::Drafts).await?, &drafts)?;
    same("the one", &store.kept(&Look::Draft { id: "b".to_owned() }).await?, &vec![])?;
    keeps(store, Keep::Draft(draft("b", 1))).await
}

pub async fn mapping_replaces_one_of_the_same_versions<S: AnyStore>(store: &S) -> Verdict {
    let mapping = |from: u32, to: u32, text: &str| Mapping {
        from: reference("sale", from, &format!("h{from}")),
        to: reference("sale", to, &format!("h{to}")),
        text: text.to_owned(),
    };
    let other = Mapping { from: reference("other", 1, "o"), ..mapping(1, 2, "other") };
    for it in [mapping(10, 11, "d"), mapping(1, 10, "b"), mapping(1, 2, "x"), mapping(2, 3, "c"), other] {
        keeps(store, Keep::Mapping(it)).await?;
    }
    keeps(store, Keep::Mapping(mapping(1, 2, "a"))).await?;
    let expected = [mapping(1, 2, "a"), mapping(1, 10, "b"), mapping(2, 3, "c"), mapping(10, 11, "d")];
    let look = Look::Mappings { scenario: "sale".to_owned() };
    same("mappings by version", &store.kept(&look).await?, &expected.map(Keep::Mapping).to_vec())
}

pub async fn switch_replaces_the_earlier_state<S: AnyStore>(store: &S) -> Verdict {
    let switch = |scenario: &str, trigger: &str, on: bool, since: i64| Switched {
        scenario: scenario.to_owned(),
        trigger: trigger.to_owned(),
        on,
        since: minute(since),
        by: "anna".to_owned(),
    };
    for it in [
        switch("sale", "b/trigger/x", false, 1),
        switch("sale", "/trigger/x", true, 2),
        switch("other", "b/trigger/x", true, 3),
        switch("sale", "b/trigger/x", true, 4),
        switch("sale", "a/trigger/x", false, 5),
    ] {
        keeps(store, Keep::Switch(it)).await?;
    }
    let expected = vec![
        Keep::Switch(switch("sale", "/trigger/x", true, 2)),
        Keep::Switch(switch("sale", "a/trigger/x", false, 5)),
        Keep::Switch(switch("sale", "b/trigger/x", true, 4)),
    ];
    let look = Look::Switches { scenario: "sale".to_owned() };
    same("switches by trigger", &store.kept(&look).await?, &expected)
}

fn refusal(version: u32, stage: &str, rule: &str, role: &str, count: u64) -> Refusal {
    Refusal {
        scenario: "sale".to_owned(),
        version,
        stage: stage.to_owned(),
        rule: rule.to_owned(),
        role: role.to_owned(),
        count,
    }
}

pub async fn refusals_are_added<S: AnyStore>(store: &S) -> Verdict {
    let first = vec![refusal(2, "b", "V-M3", "manager", 2), refusal(1, "b", "V-M3", "manager", 1)];
    let second = vec![
        refusal(1, "", "V-M3", "", 7),
        refusal(2, "b", "V-M3", "manager", 3),
        refusal(2, "b", "V-M3", "head", 1),
        refusal(2, "b", "V-M2", "manager", 1),
        // Twice in one call.
        refusal(2, "b", "V-M2", "manager", 1),
    ];
    keeps(store, Keep::Refusals(first)).await?;
    keeps(store, Keep::Refusals(second)).await?;
    let other = Refusal { scenario: "other".to_owned(), ..refusal(1, "b", "V-M3", "", 9) };
    keeps(store, Keep::Refusals(vec![other])).await?;
    let expected = vec![
        refusal(1, "", "V-M3", "", 7),
        refusal(1, "b", "V-M3", "manager", 1),
        refusal(2, "b", "V-M2", "manager", 2),
        refusal(2, "b", "V-M3", "head", 1),
        refusal(2, "b", "V-M3", "manager", 5),
    ];
    let look = Look::Refusals { scenario: "sale".to_owned() };
    same("the counts, sorted", &store.kept(&look).await?, &vec![Keep::Refusals(expected)])
}

pub async fn nothing_kept_is_an_empty_list<S: AnyStore>(store: &S) -> Verdict {
    let scenario = "sale".to_owned();
    for look in [
        Look::Latest { scenario: scenario.clone() },
        one_version("sale", 1, ""),
        Look::Versions { scenario: None },
        Look::Draft { id: texts(&["d"]).concat() },
        Look::Drafts,
        Look::Mappings { scenario: scenario.clone() },
        Look::Switches { scenario: scenario.clone() },
        Look::Refusals { scenario: scenario.clone() },
    ] {
        same(&format!("{look:?}"), &store.kept(&look).await?, &vec![])?;
    }
    Ok(())
}
