//! Which cases: fixed pieces of a condition with parameters, as many as the filter names.

use super::text::Sql;
use crate::Moment;
use crate::scenario::def::Color;
use crate::store::sql::Param;
use crate::store::{CaseFilter, LightFilter, Seen, Sight};

fn list(texts: &[String]) -> Param<'_> {
    Param::Texts(texts.iter().map(|text| Some(text.as_str())).collect())
}

/// What of the rows `s` the actor may see (G1, G2); for lists of one responsible, whose sight over persons needs no
/// asking where that person is among them.
pub(super) fn sight<'a>(sql: &mut Sql<'a>, sight: &'a Sight, responsible: Option<&str>) {
    let Sight::Parts(parts) = sight else {
        return;
    };
    sql.push(" AND (false");
    for part in parts {
        sql.push(" OR (s.scenario = ANY (").arg(list(&part.scenarios)).push(")");
        persons(sql, part, responsible);
        sql.push(")");
    }
    sql.push(")");
}

fn persons<'a>(sql: &mut Sql<'a>, part: &'a Seen, responsible: Option<&str>) {
    let Some(persons) = &part.persons else {
        return;
    };
    if responsible.is_some_and(|responsible| persons.iter().any(|person| person == responsible)) {
        return;
    }
    sql.push(" AND (s.responsible = ANY (").arg(list(persons));
    sql.push(") OR s.author = ANY (").arg(list(persons));
    if !part.teams.is_empty() {
        sql.push(") OR s.team = ANY (").arg(list(&part.teams));
    }
    sql.push(") OR EXISTS (SELECT FROM voronka.activity o WHERE o.case_id = s.id AND o.owner = ANY (");
    sql.arg(list(persons)).push(")))");
}

/// The light at a moment, or its turning (A5).
fn light(sql: &mut Sql<'_>, light: LightFilter) {
    let at = |sql: &mut Sql<'_>, before: &str, moment: Moment| {
        sql.push(before).arg(Param::Int(moment.millis()));
    };
    match light {
        LightFilter::Is(Color::Red, now) => at(sql, " AND s.red_from <= ", now),
        LightFilter::Is(Color::Yellow, now) => {
            at(sql, " AND s.yellow_from <= ", now);
            at(sql, " AND (s.red_from IS NULL OR s.red_from > ", now);
            sql.push(")");
        }
        LightFilter::Is(Color::Green, now) => {
            at(sql, " AND (s.yellow_from IS NULL OR s.yellow_from > ", now);
            at(sql, ") AND (s.red_from IS NULL OR s.red_from > ", now);
            sql.push(")");
        }
        LightFilter::TurnsRed(from, to) => {
            at(sql, " AND s.red_from > ", from);
            at(sql, " AND s.red_from <= ", to);
        }
        LightFilter::TurnsYellow(from, to) => {
            at(sql, " AND s.yellow_from > ", from);
            at(sql, " AND s.yellow_from <= ", to);
            at(sql, " AND (s.red_from IS NULL OR s.red_from > ", from);
            sql.push(")");
        }
    }
}

/// Whether the filter wants open cases (`Some(true)`), closed ones, or both; the error where it wants what cannot be.
fn openness(filter: &CaseFilter) -> Result<Option<bool>, ()> {
    let closed = filter.outcome.is_some()
        || filter.reason.is_some()
        || filter.closed_from.is_some()
        || filter.closed_to.is_some();
    let open = filter.light.is_some();
    match (filter.open, open, closed) {
        (_, true, true) | (Some(false), true, _) | (Some(true), _, true) => Err(()),
        (_, true, _) => Ok(Some(true)),
        (_, _, true) => Ok(Some(false)),
        (asked, ..) => Ok(asked),
    }
}

/// The conditions of a filter on the rows `s`, each begun with AND.
pub(super) fn filter<'a>(sql: &mut Sql<'a>, filter: &'a CaseFilter) {
    let open = openness(filter);
    match open {
        Err(()) => sql.push(" AND false"),
        Ok(Some(true)) => sql.push(" AND s.closed_at IS NULL"),
        Ok(Some(false)) => sql.push(" AND s.closed_at IS NOT NULL"),
        Ok(None) => sql,
    };
    if let Some(stage) = &filter.stage {
        match open {
            Ok(Some(true)) => sql.push(" AND s.stage = "),
            Ok(Some(false)) => sql.push(" AND s.closed_from = "),
            _ => sql.push(" AND CASE WHEN s.closed_at IS NULL THEN s.stage ELSE s.closed_from END = "),
        };
        sql.arg(Param::Text(stage));
    }
    let equal = [
        (" AND s.scenario = ", &filter.scenario),
        (" AND s.responsible = ", &filter.responsible),
        (" AND s.team = ", &filter.team),
        (" AND s.channel = ", &filter.channel),
        (" AND s.outcome = ", &filter.outcome),
        (" AND s.reason = ", &filter.reason),
        (" AND s.parent = ", &filter.parent),
    ];
    for (text, wanted) in equal {
        if let Some(wanted) = wanted {
            sql.push(text).arg(Param::Text(wanted));
        }
    }
    if let Some(from) = filter.closed_from {
        sql.push(" AND s.closed_at >= ").arg(Param::Int(from.millis()));
    }
    if let Some(to) = filter.closed_to {
        sql.push(" AND s.closed_at < ").arg(Param::Int(to.millis()));
    }
    if let Some(wanted) = filter.light {
        light(sql, wanted);
    }
    sight(sql, &filter.sight, filter.responsible.as_deref());
}
