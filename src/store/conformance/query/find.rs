//! Finding: by keys and by marked fields, open ones first.

use crate::store::conformance::world::{Deal, at, bare, close, key, texts, written};
use crate::store::conformance::{Failure, Verdict, same};
use crate::store::{AnyQuery, AnyStore, Find, KeyKind, Sight};
use crate::{Input, Opening, Value};

async fn found<S: AnyQuery>(store: &S, find: Find) -> Result<Vec<String>, Failure> {
    Ok(store.find(&find, &Sight::All, 100).await?.into_iter().map(|it| it.id).collect())
}

fn by(kind: KeyKind, key: &str) -> Find {
    Find::Key { kind, key: key.to_owned() }
}

fn field(field: &str, text: &str) -> Find {
    Find::Field { field: field.to_owned(), text: text.to_owned() }
}

pub async fn by_each_kind_of_key<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    use KeyKind::{Contact, Document, External, Link, Party};
    let kinds = [Contact, Party, External, Document, Link];
    for (nth, kind) in kinds.into_iter().enumerate() {
        let id = format!("c{nth}");
        let mut commit = bare(&id)?;
        commit.keys = vec![key(&id, kind, "k")];
        written(store, &[commit]).await?;
    }
    for (nth, kind) in kinds.into_iter().enumerate() {
        same(&format!("by {kind:?}"), &found(store, by(kind, "k")).await?, &vec![format!("c{nth}")])?;
        same("by another key", &found(store, by(kind, "K")).await?, &vec![])?;
        same("by a part of it", &found(store, by(kind, "")).await?, &vec![])?;
    }
    Ok(())
}

pub async fn by_what_a_real_opening_tells<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let party = crate::case::Party {
        reference: Some("client/7".to_owned()),
        contacts: texts(&["+79161234567", "a@b.ru"]),
    };
    let opening = Opening {
        parties: [("buyer".to_owned(), party)].into(),
        external_ids: texts(&["shop-1"]),
        ..at("offer")
    };
    written(store, &[Deal::new("c")?.open(opening)?, bare("other")?]).await?;
    for find in [
        by(KeyKind::Contact, "+79161234567"),
        by(KeyKind::Contact, "a@b.ru"),
        by(KeyKind::Party, "client/7"),
        by(KeyKind::External, "shop-1"),
    ] {
        let told = format!("{find:?}");
        same(&told, &found(store, find).await?, &texts(&["c"]))?;
    }
    Ok(())
}

pub async fn open_ones_first_each_by_id_descending<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    for (id, closed) in [("a", false), ("b", true), ("c", false), ("d", true), ("e", false)] {
        let mut deal = Deal::new(id)?;
        let mut open = deal.open(at("offer"))?;
        open.keys = vec![key(id, KeyKind::Contact, "k")];
        written(store, &[open]).await?;
        if closed {
            written(store, &[deal.step(close(None))?]).await?;
        }
    }
    let all = found(store, by(KeyKind::Contact, "k")).await?;
    same("all", &all, &texts(&["e", "c", "a", "d", "b"]))?;
    let find = by(KeyKind::Contact, "k");
    let four: Vec<_> = store.find(&find, &Sight::All, 4).await?.into_iter().map(|it| it.id).collect();
    same("at most four", &four, &texts(&["e", "c", "a", "d"]))?;
    same("at most none", &store.find(&find, &Sight::All, 0).await?, &vec![])
}

fn set(field: &str, value: Option<&str>) -> Input {
    let value = value.map(|it| Value::Text(it.to_owned()));
    Input::Set { fields: [(field.to_owned(), value)].into() }
}

pub async fn by_a_marked_field_as_it_is_now<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    written(store, &[open, deal.step(set("order", Some("O-17")))?]).await?;
    same("by its value", &found(store, field("order", "O-17")).await?, &texts(&["c"]))?;
    same("exactly", &found(store, field("order", "o-17")).await?, &vec![])?;
    same("not by another field", &found(store, field("remark", "O-17")).await?, &vec![])?;
    written(store, &[deal.step(set("order", Some("O-18")))?]).await?;
    same("no more by the earlier one", &found(store, field("order", "O-17")).await?, &vec![])?;
    same("but by the new one", &found(store, field("order", "O-18")).await?, &texts(&["c"]))?;
    written(store, &[deal.step(set("order", None))?]).await?;
    same("nor when it is emptied", &found(store, field("order", "O-18")).await?, &vec![])
}

pub async fn by_an_unmarked_field_never<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    written(store, &[open, deal.step(set("remark", Some("O-17")))?]).await?;
    same("by its value", &found(store, field("remark", "O-17")).await?, &vec![])
}

pub async fn a_lost_key_finds_no_more<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut open = deal.open(at("offer"))?;
    open.keys = vec![key("c", KeyKind::Contact, "k"), key("c", KeyKind::Party, "k")];
    let mut other = bare("d")?;
    other.keys = vec![key("d", KeyKind::Contact, "k")];
    let mut note = deal.note("lost")?;
    note.lost_keys = vec![key("c", KeyKind::Contact, "k")];
    written(store, &[open, other, note]).await?;
    same("by the lost one", &found(store, by(KeyKind::Contact, "k")).await?, &texts(&["d"]))?;
    same("by the other kind", &found(store, by(KeyKind::Party, "k")).await?, &texts(&["c"]))
}
