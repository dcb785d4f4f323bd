//! Filters of lists as SQL: fixed pieces, every value a parameter.

use crate::scenario::def::Color;
use crate::store::sql::Param;
use crate::store::{CaseFilter, LightFilter, Seen, Sight};

/// A condition under way, and its parameters.
#[derive(Debug, Default)]
pub(super) struct Where<'a> {
    sql: String,
    pub params: Vec<Param<'a>>,
}

impl<'a> Where<'a> {
    /// One more condition; a place for a value is `?`, in the order of the values.
    pub fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Param<'a>>) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(condition);
        self.params.extend(values);
    }

    /// The whole `WHERE`, empty where nothing is asked.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// What a person may see of `voronka_case_state c`. `extra` is another way in: a condition and its values.
    pub fn sight(
        &mut self,
        sight: &'a Sight,
        filter: Option<&CaseFilter>,
        extra: Option<(&str, Vec<Param<'a>>)>,
    ) {
        let Sight::Parts(parts) = sight else { return };
        let mut ways = Vec::new();
        let mut values = Vec::new();
        for part in parts {
            match way(part, filter) {
                Some((way, more)) => {
                    ways.push(way);
                    values.extend(more);
                }
                // This part lets all through that the filter does.
                None => return,
            }
        }
        let seen = if ways.is_empty() { "0".to_owned() } else { ways.join(" OR ") };
        match extra {
            None => self.and(&format!("({seen})"), values),
            Some((way, more)) => {
                let mut all = more;
                all.extend(values);
                let case = "SELECT 1 FROM voronka_case_state c WHERE c.id = a.case_id AND";
                self.and(&format!("({way} OR EXISTS ({case} ({seen})))"), all);
            }
        }
    }

    /// All of a filter but its light and whether it is open, and whether it asks for closed cases.
    pub fn filter(&mut self, filter: &'a CaseFilter, open: Option<bool>) {
        let text = |it: &'a Option<String>| it.as_deref().map(Param::Text);
        match open {
            Some(true) => self.and("c.closed_at IS NULL", []),
            Some(false) => self.and("c.closed_at IS NOT NULL", []),
            None => {}
        }
        let closed = filter.outcome.is_some()
            || filter.reason.is_some()
            || filter.closed_from.is_some()
            || filter.closed_to.is_some();
        if closed && open != Some(false) {
            self.and("c.closed_at IS NOT NULL", []);
        }
        if let Some(scenario) = text(&filter.scenario) {
            self.and("c.scenario = ?", [scenario]);
        }
        if let Some(stage) = text(&filter.stage) {
            match open {
                Some(true) => self.and("c.stage = ?", [stage]),
                _ if closed || open.is_some() => self.and("c.closed_from = ?", [stage]),
                _ => self.and("iif(c.closed_at IS NULL, c.stage, c.closed_from) = ?", [stage]),
            }
        }
        for (column, value) in [
            ("c.responsible = ?", &filter.responsible),
            ("c.team = ?", &filter.team),
            ("c.channel = ?", &filter.channel),
            ("c.outcome = ?", &filter.outcome),
            ("c.reason = ?", &filter.reason),
            ("c.parent = ?", &filter.parent),
        ] {
            if let Some(value) = text(value) {
                self.and(column, [value]);
            }
        }
        if let Some(from) = filter.closed_from {
            self.and("c.closed_at >= ?", [Param::Int(from.millis())]);
        }
        if let Some(to) = filter.closed_to {
            self.and("c.closed_at < ?", [Param::Int(to.millis())]);
        }
    }

    /// The light of open cases (A5): red goes before yellow.
    pub fn light(&mut self, light: LightFilter) {
        match light {
            LightFilter::Is(Color::Red, at) => self.and("c.red_from <= ?", [Param::Int(at.millis())]),
            LightFilter::Is(Color::Yellow, at) => {
                let at = Param::Int(at.millis());
                self.and("c.yellow_from <= ?", [at.clone()]);
                self.and("(c.red_from IS NULL OR c.red_from > ?)", [at]);
            }
            LightFilter::Is(Color::Green, at) => {
                let at = Param::Int(at.millis());
                self.and("(c.yellow_from IS NULL OR c.yellow_from > ?)", [at.clone()]);
                self.and("(c.red_from IS NULL OR c.red_from > ?)", [at]);
            }
            LightFilter::TurnsRed(after, to) => {
                let values = [Param::Int(after.millis()), Param::Int(to.millis())];
                self.and("c.red_from > ? AND c.red_from <= ?", values);
            }
            LightFilter::TurnsYellow(after, to) => {
                let after = Param::Int(after.millis());
                let values = [after.clone(), Param::Int(to.millis()), after];
                self.and(
                    "c.yellow_from > ? AND c.yellow_from <= ? AND (c.red_from IS NULL OR c.red_from > ?)",
                    values,
                );
            }
        }
    }
}

/// A list of places for so many values.
pub(super) fn places(count: usize) -> String {
    let mut places = String::with_capacity(count * 2 + 2);
    places.push('(');
    for nth in 0..count {
        places.push_str(if nth == 0 { "?" } else { ",?" });
    }
    places.push(')');
    places
}

/// Texts as parameters.
pub(super) fn texts(texts: &[String]) -> impl Iterator<Item = Param<'_>> {
    texts.iter().map(|text| Param::Text(text))
}

/// The condition of one part of a sight; none where it lets through all that the filter does.
fn way<'a>(part: &'a Seen, filter: Option<&CaseFilter>) -> Option<(String, Vec<Param<'a>>)> {
    let asked = |value: Option<&String>, among: &[String]| value.is_some_and(|it| among.contains(it));
    let mut conditions = Vec::new();
    let mut values: Vec<Param<'a>> = Vec::new();
    if !asked(filter.and_then(|it| it.scenario.as_ref()), &part.scenarios) {
        conditions.push(format!("c.scenario IN {}", places(part.scenarios.len())));
        values.extend(texts(&part.scenarios));
    }
    // Whoever asks for their own cases, or for those of their team, sees each of them: no need to look further.
    let own = |persons: &[String]| {
        asked(filter.and_then(|it| it.responsible.as_ref()), persons)
            || asked(filter.and_then(|it| it.team.as_ref()), &part.teams)
    };
    if let Some(persons) = part.persons.as_deref().filter(|persons| !own(persons)) {
        let list = places(persons.len());
        let activity = "SELECT 1 FROM voronka_activity o WHERE o.case_id = c.id AND o.owner IN";
        conditions.push(format!(
            "(c.responsible IN {list} OR c.author IN {list} OR c.team IN {} OR EXISTS ({activity} {list}))",
            places(part.teams.len())
        ));
        values.extend(texts(persons).chain(texts(persons)).chain(texts(&part.teams)).chain(texts(persons)));
    }
    if conditions.is_empty() { None } else { Some((conditions.join(" AND "), values)) }
}
