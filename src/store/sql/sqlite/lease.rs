//! Handing out timers and effects, and saying what became of what was handed out (S5, S6, T7).

use super::{begin, end, inbox, moment, unsigned};
use crate::Moment;
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{DueEffect, DueTimer, LeaseKind, LeaseRequest, Leases, Settle, StoreError};

const TIMERS: &str = "UPDATE voronka_timer SET held = ?2, held_by = ?3 WHERE id IN ( \
    SELECT t.id FROM voronka_timer t LEFT JOIN voronka_switch s \
    ON s.scenario = t.scenario AND s.\"trigger\" = t.\"trigger\" \
    WHERE t.at <= ?1 AND t.held <= ?1 AND (t.\"trigger\" IS NULL OR ifnull(s.is_on, t.enabled) = 1) \
    ORDER BY t.at, t.id LIMIT ?4) RETURNING id, case_id, at";

// The second look at `state` and `held` names the condition of the index, so that SQLite sees that it may use it.
const EFFECTS: &str = "UPDATE voronka_effect SET attempts = attempts + 1, held = ?2, held_by = ?3 WHERE seq IN ( \
    SELECT e.seq FROM voronka_effect e WHERE e.state = 'pending' AND e.held <= ?1 AND NOT EXISTS ( \
        SELECT 1 FROM voronka_effect b WHERE b.case_id = e.case_id AND b.lane = e.lane AND b.seq < e.seq \
        AND (b.state = 'stopped' OR (b.state = 'pending' AND b.held > 0)) \
        AND (b.state = 'stopped' OR b.held > ?1)) \
    ORDER BY e.seq LIMIT ?4) RETURNING seq, id, case_id, lane, kind, body, attempts";

const EFFECT_DONE: &str = "DELETE FROM voronka_effect WHERE id = ?1";
const EFFECT_LATER: &str = "UPDATE voronka_effect SET held = ?3, held_by = NULL, error = ?4 \
    WHERE id = ?1 AND held_by = ?2 AND state = 'pending'";
const EFFECT_BACK: &str = "UPDATE voronka_effect SET held = 0, held_by = NULL, attempts = attempts - 1 \
    WHERE id = ?1 AND held_by = ?2 AND state = 'pending'";
const EFFECT_GIVEN_UP: &str = "UPDATE voronka_effect SET state = ?4, held = 0, held_by = NULL, error = ?3 \
    WHERE id = ?1 AND held_by = ?2 AND state = 'pending'";
const EFFECT_AGAIN: &str = "UPDATE voronka_effect SET state = 'pending', attempts = 0, held = 0, held_by = NULL, \
    error = NULL WHERE id = ?1 AND state <> 'pending'";
const EFFECT_DROPPED: &str = "DELETE FROM voronka_effect WHERE id = ?1 AND state <> 'pending'";
const TIMER_GONE: &str = "DELETE FROM voronka_timer WHERE id = ?1";
const TIMER_LATER: &str = "UPDATE voronka_timer SET held = ?3, held_by = NULL WHERE id = ?1 AND held_by = ?2";

pub(super) async fn lease<X: AnyExecutor>(
    conn: &X,
    owns: bool,
    request: &LeaseRequest,
) -> Result<Leases, StoreError> {
    if request.limit == 0 {
        return Ok(Leases::default());
    }
    begin(conn, owns).await?;
    let leases = match request.kind {
        LeaseKind::Timers => timers(conn, request).await,
        LeaseKind::Effects => effects(conn, request).await,
        LeaseKind::Inbox => {
            inbox::lease(conn, request).await.map(|inbox| Leases { inbox, ..Leases::default() })
        }
    };
    end(conn, owns, leases).await
}

fn params(request: &LeaseRequest) -> [Param<'_>; 4] {
    [
        Param::Int(request.now.millis()),
        Param::Int(request.until.millis()),
        Param::Text(&request.by),
        Param::Int(i64::from(request.limit)),
    ]
}

async fn timers<X: AnyExecutor>(conn: &X, request: &LeaseRequest) -> Result<Leases, StoreError> {
    let rows = conn.query(TIMERS, &params(request)).await?;
    let read = |mut row: Row| Ok(DueTimer { id: row.text(0)?, case: row.text(1)?, at: moment(row.int(2)?)? });
    let mut timers = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    // `RETURNING` has no order of its own.
    timers.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Ok(Leases { timers, ..Leases::default() })
}

async fn effects<X: AnyExecutor>(conn: &X, request: &LeaseRequest) -> Result<Leases, StoreError> {
    let rows = conn.query(EFFECTS, &params(request)).await?;
    let read = |mut row: Row| {
        let effect = DueEffect {
            id: row.text(1)?,
            case: row.text(2)?,
            lane: row.text(3)?,
            kind: row.text(4)?,
            text: row.text(5)?,
            attempt: unsigned(row.int(6)?)?,
        };
        Ok((row.int(0)?, effect))
    };
    let mut effects = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    effects.sort_by_key(|(seq, _)| *seq);
    Ok(Leases { effects: effects.into_iter().map(|(_, effect)| effect).collect(), ..Leases::default() })
}

pub(super) async fn settle<X: AnyExecutor>(
    conn: &X,
    owns: bool,
    settlements: &[Settle],
) -> Result<Vec<bool>, StoreError> {
    if settlements.is_empty() {
        return Ok(Vec::new());
    }
    begin(conn, owns).await?;
    let held = settle_all(conn, settlements).await;
    end(conn, owns, held).await
}

async fn settle_all<X: AnyExecutor>(conn: &X, settlements: &[Settle]) -> Result<Vec<bool>, StoreError> {
    let mut held = Vec::with_capacity(settlements.len());
    for settle in settlements {
        held.push(settle_one(conn, settle).await?);
    }
    Ok(held)
}

/// One settlement; whether it held.
pub(super) async fn settle_one<X: AnyExecutor>(conn: &X, settle: &Settle) -> Result<bool, StoreError> {
    let later = |id, by, at: Moment| [Param::Text(id), Param::Text(by), Param::Int(at.millis())];
    let changed = match settle {
        Settle::EffectDone { id } => conn.execute(EFFECT_DONE, &[Param::Text(id)]).await?,
        Settle::EffectLater { id, by, at, error } => {
            let [id, by, at] = later(id, by, *at);
            conn.execute(EFFECT_LATER, &[id, by, at, Param::Text(error)]).await?
        }
        Settle::EffectBack { id, by } => {
            conn.execute(EFFECT_BACK, &[Param::Text(id), Param::Text(by)]).await?
        }
        Settle::EffectGivenUp { id, by, error, frees } => {
            let state = if *frees { "freed" } else { "stopped" };
            let params = [Param::Text(id), Param::Text(by), Param::Text(error), Param::Text(state)];
            conn.execute(EFFECT_GIVEN_UP, &params).await?
        }
        Settle::EffectAgain { id } => conn.execute(EFFECT_AGAIN, &[Param::Text(id)]).await?,
        Settle::EffectDropped { id } => conn.execute(EFFECT_DROPPED, &[Param::Text(id)]).await?,
        Settle::TimerGone { id } => conn.execute(TIMER_GONE, &[Param::Text(id)]).await?,
        Settle::TimerLater { id, by, at } => conn.execute(TIMER_LATER, &later(id, by, *at)).await?,
        Settle::InboxDone { .. }
        | Settle::InboxLater { .. }
        | Settle::InboxRefused { .. }
        | Settle::InboxAgain { .. }
        | Settle::InboxDropped { .. } => return inbox::settle(conn, settle).await,
    };
    Ok(changed > 0)
}
