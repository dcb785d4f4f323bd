//! A report in words: the document that its numbers become, in English and Russian.

mod back;
mod discipline;
mod funnel;
mod plan;
mod refusals;
mod slices;
mod words;

use super::compare::{Difference, Measure};
use super::funnel::{Funnel, Refusal, StageLine};
use super::query::{Key, Query};
use super::show::{Cell, Document, Figure, Kind, Row, Section, Table};
use super::{Report, Share, Total};
use crate::scenario::def::Text;
use chrono::NaiveDateTime;
use words::Words;

/// What a document says of a report that the report does not know itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Lines below the title: where the cases come from, which period, as of when.
    pub lines: Vec<String>,
    /// As of when it was made, in local time.
    pub as_of: Option<NaiveDateTime>,
    /// What could not be looked at, and is not in the numbers.
    pub left_out: Vec<String>,
}

/// In which language, and what every number's query begins with.
struct Teller {
    words: &'static Words,
    language: String,
}

impl Report {
    /// The report as a document: sections with tables and charts, in the words of a language (`en`, `ru`).
    #[must_use]
    pub fn document(&self, language: &str, about: &About) -> Document {
        let teller = Teller::new(language);
        let mut document = Document::new(self.funnel.title.get(&teller.language), &*teller.language);
        document.subtitle.clone_from(&about.lines);
        document.as_of = about.as_of;
        let sections = &mut document.sections;
        sections.push(teller.funnel(&self.funnel));
        sections.push(teller.time(&self.funnel));
        sections.push(teller.refusals(&self.funnel, &self.refusals));
        if let Some(recovery) = &self.recovery {
            sections.push(teller.recovery(&self.funnel, recovery));
        }
        if let Some(needed) = &self.needed {
            sections.push(teller.needed(needed));
        }
        if let Some(brought) = self
            .brought
            .as_ref()
            .filter(|it| !it.reasons.is_empty() || it.unknown.cases + it.elsewhere.cases > 0)
        {
            sections.push(teller.brought(brought));
        }
        if let Some(slices) = &self.slices {
            sections.push(teller.slices(&self.funnel, slices));
        }
        if let Some(comparison) = &self.comparison {
            sections.push(teller.comparison(&self.funnel, comparison));
        }
        if let Some(discipline) = &self.discipline {
            sections.push(teller.discipline(discipline));
        }
        if let Some(holdups) = self.holdups.as_ref().filter(|it| !it.0.is_empty()) {
            sections.push(teller.holdups(holdups));
        }
        if let Some(plan) = &self.plan {
            sections.push(teller.plan(plan));
        }
        if !about.left_out.is_empty() {
            let mut section = Section::new("left_out", teller.words.left_out);
            section.parts.extend(about.left_out.iter().cloned().map(Into::into));
            sections.push(section);
        }
        document
    }
}

impl Teller {
    fn new(language: &str) -> Self {
        // A text of a scenario is asked for without the region.
        let language = language.split(['-', '_']).next().unwrap_or(language).to_owned();
        Self { words: Words::of(&language), language }
    }

    fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(&self.language)
    }

    fn stage(&self, line: &StageLine) -> String {
        let label = self.text(&line.label);
        if line.known { label.to_owned() } else { format!("{label} ({})", self.words.former) }
    }

    fn reason<'t>(&'t self, refusal: &'t Refusal) -> &'t str {
        self.titled(&refusal.title)
    }

    fn titled<'t>(&'t self, title: &'t Text) -> &'t str {
        let title = self.text(title);
        if title.is_empty() { self.words.no_reason } else { title }
    }

    /// A count with the query that lists its cases (F8).
    fn cases(total: &Total, query: &Query) -> Cell {
        Cell::count(total.cases).query(query.to_string())
    }

    fn share(share: Share) -> Cell {
        Cell::share_with_interval(share).small(share.is_small())
    }

    /// A probability of chance.
    fn chance(chance: f64) -> Cell {
        let number = rust_decimal::Decimal::try_from(chance).unwrap_or_default();
        Cell::number(number, 3)
    }

    fn verdict(&self, it: &Difference) -> Cell {
        Cell::text(if it.means_something() { self.words.something } else { self.words.nothing })
    }

    fn points(it: &Difference) -> Cell {
        let (Some(here), Some(there)) = (it.here.value(), it.there.value()) else { return Cell::none() };
        let cell: Cell = Figure::Points { value: here - there, interval: it.interval }.into();
        cell.small(it.here.is_small() || it.there.is_small())
    }

    fn comparison(&self, funnel: &Funnel, it: &super::Comparison) -> Section {
        let words = self.words;
        let mut table = Table::new("differences")
            .column("share", words.measure, Kind::Text)
            .column("here", format!("{}: {}", words.here, it.here), Kind::Share)
            .column("there", format!("{}: {}", words.there, it.there), Kind::Share)
            .column("difference", words.difference, Kind::PointsWithInterval)
            .column("chance", words.chance, Kind::Number)
            .column("means", words.verdict, Kind::Text);
        for difference in &it.differences {
            table.push(Row::new([
                Cell::text(self.measure(funnel, &it.funnel, &difference.measure)),
                Cell::share(difference.here).small(difference.here.is_small()),
                Cell::share(difference.there).small(difference.there.is_small()),
                Self::points(difference),
                Self::chance(difference.adjusted),
                self.verdict(difference),
            ]));
        }
        Section::new("comparison", words.comparison).note(words.comparison_note).part(table)
    }

    fn measure(&self, here: &Funnel, there: &Funnel, measure: &Measure) -> String {
        let words = self.words;
        match measure {
            Measure::Won => words.won_of.to_owned(),
            Measure::Step(stage) => {
                let title = here.stage(stage).map_or(stage.as_str(), |line| self.text(&line.label));
                format!("{} {}", words.step_of, words.quoted(title))
            }
            Measure::Refusal(reason) => {
                let known = here.refusals().into_iter().chain(there.refusals());
                let known = known.into_iter().find(|it| it.reason == *reason);
                let title = known.as_ref().map_or(reason.as_str(), |it| self.reason(it));
                format!("{} {}", words.refusal_of, words.quoted(title))
            }
        }
    }
}

/// A query of one term.
fn at(key: Key, value: &str) -> Query {
    Query::all().and(key, value)
}

/// The currencies of a funnel, in order.
fn currencies(funnel: &Funnel) -> Vec<String> {
    funnel.cases.amounts.keys().cloned().collect()
}

/// A sum for a chart, which is not exact.
fn float(number: rust_decimal::Decimal) -> f64 {
    number.try_into().unwrap_or_default()
}

/// A count for a chart.
fn counted(count: u64) -> f64 {
    float(count.into())
}

/// A line of a table begins with a capital.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
