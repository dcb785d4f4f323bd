//! The inbox: posting, and handing out in order per case (S8).

use super::lease::params;
use super::rows::count;
use super::text::texts;
use crate::store::sql::{AnyExecutor, Param};
use crate::store::{InboxItem, LeaseRequest, Message, Posted, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// One host at a time looks through the inbox, so that what one takes the next one sees taken.
const ALONE: &str = "SELECT pg_advisory_xact_lock(1448235599, 0) IS NULL";

/// A page of what waits, in order, with the cases linked to each object, and whether it is free now.
const WAITING: &str = r#"
WITH clock AS MATERIALIZED (SELECT least($1::bigint, voronka.now_ms()) AS now),
page AS MATERIALIZED (
    SELECT i.seq, i.id, i.object, i.held FROM voronka.inbox i WHERE i.state = 'waiting' AND i.seq > $2::bigint
    ORDER BY i.seq LIMIT $3::bigint
)
SELECT p.seq, p.id, p.held <= (SELECT now FROM clock), c.id
FROM page p
LEFT JOIN LATERAL (
    SELECT s.id FROM voronka.case_state s WHERE s.id = p.object
    UNION
    SELECT k.case_id FROM voronka.case_key k
    WHERE left(k.key, 100) = left(p.object, 100) AND k.kind IN ('external', 'document') AND k.key = p.object
) c ON true
ORDER BY p.seq, c.id COLLATE "C"
"#;

const TAKE: &str = r#"
UPDATE voronka.inbox x SET held = $2::bigint, held_by = $3::text, attempts = x.attempts + 1
WHERE x.id = ANY ($4::text[]) AND x.state = 'waiting' AND x.held <= least($1::bigint, voronka.now_ms())
RETURNING x.id, x.object, x.input, x.attempts
"#;

pub(super) async fn lease<X: AnyExecutor>(
    conn: &X,
    request: &LeaseRequest,
) -> Result<Vec<InboxItem>, StoreError> {
    conn.query(ALONE, &[]).await?;
    let [now, until, by, _] = params(request);
    let limit = request.limit as usize;
    let size = i64::from(request.limit).saturating_add(100);
    let mut free: Vec<(String, Vec<String>)> = Vec::new();
    // Cases of earlier rows: later ones wait, whether those are handed out now (they may yet be put off) or not.
    let mut blocked: BTreeSet<String> = BTreeSet::new();
    let mut after = i64::MIN;
    while free.len() < limit {
        let rows = conn.query(WAITING, &[now.clone(), Param::Int(after), Param::Int(size)]).await?;
        let mut page: BTreeMap<i64, (String, bool, Vec<String>)> = BTreeMap::new();
        for mut row in rows {
            let (id, is_free) = (row.text(1)?, row.bool(2)?);
            let item = page.entry(row.int(0)?).or_insert_with(|| (id, is_free, Vec::new()));
            item.2.extend(row.maybe_text(3)?);
        }
        let Some(last) = page.last_key_value().map(|(seq, _)| *seq) else {
            break;
        };
        after = last;
        for (id, is_free, cases) in page.into_values() {
            let waits = !is_free || cases.iter().any(|case| blocked.contains(case));
            blocked.extend(cases.iter().cloned());
            if !waits && free.len() < limit {
                free.push((id, cases));
            }
        }
    }
    let ids = Param::Texts(free.iter().map(|(id, _)| Some(id.as_str())).collect());
    let mut taken = BTreeMap::new();
    for mut row in conn.query(TAKE, &[now, until, by, ids]).await? {
        taken.insert(row.text(0)?, (row.text(1)?, row.text(2)?, count(&row, 3)?));
    }
    let item = |(id, cases): (String, Vec<String>)| {
        let (object, text, attempt) = taken.remove(&id)?;
        Some(InboxItem { id, object, text, attempt, cases })
    };
    Ok(free.into_iter().filter_map(item).collect())
}

/// Inserted in the order of their ids, so that two calls do not wait for each other in a ring; numbered as they were posted.
const POST: &str = r#"
WITH m AS MATERIALIZED (
    SELECT m.id, m.object, m.input, m.at, nextval('voronka.inbox_seq_seq') AS seq
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS m (id, object, input, at)
)
INSERT INTO voronka.inbox (seq, id, object, input, posted_at)
SELECT m.seq, m.id, m.object, m.input, m.at FROM m ORDER BY m.id COLLATE "C", m.seq
ON CONFLICT DO NOTHING RETURNING id
"#;

const SAME: &str = r#"
SELECT i.object = m.object AND CASE i.state
    WHEN 'done' THEN i.digest = encode(sha256(convert_to(m.input, 'UTF8')), 'hex') ELSE i.input = m.input END
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS m (id, object, input, n)
LEFT JOIN LATERAL (
    SELECT i.object, i.input, i.digest, i.state FROM voronka.inbox i WHERE i.id = m.id OFFSET 0
) i ON true
ORDER BY m.n
"#;

pub(super) async fn post<X: AnyExecutor>(conn: &X, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
    for message in messages {
        for (what, text) in [("id", &message.id), ("object", &message.object), ("input", &message.text)] {
            if text.contains('\0') {
                let what = format!("the {what} of inbox row {:?}", message.id);
                return Err(StoreError::Unfit { what, why: "S11: it contains U+0000".to_owned() });
            }
        }
    }
    let rows: Vec<&Message> = messages.iter().collect();
    let columns = [texts(&rows, |it| &it.id), texts(&rows, |it| &it.object), texts(&rows, |it| &it.text)];
    let [ids, objects, inputs] = columns.clone();
    let times = super::text::ints(messages, |it| it.at.millis());
    let mut new = BTreeSet::new();
    for mut row in conn.query(POST, &[ids, objects, inputs, times]).await? {
        new.insert(row.text(0)?);
    }
    // The first of an id is the one that was written.
    let mut posted: Vec<Option<Posted>> =
        messages.iter().map(|it| new.remove(&it.id).then_some(Posted::New)).collect();
    if posted.iter().any(Option::is_none) {
        for (posted, row) in posted.iter_mut().zip(conn.query(SAME, &columns).await?) {
            let same = if row.bool(0).unwrap_or(false) { Posted::Known } else { Posted::Clash };
            posted.get_or_insert(same);
        }
    }
    Ok(posted.into_iter().map(|it| it.unwrap_or(Posted::Clash)).collect())
}
