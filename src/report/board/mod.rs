//! The board as one page: open cases by stage, with their lights, causes and next steps, as one person may see them.
//!
//! It is plain data, filled from what the runtime's lists give: the counts of [`Board`](crate::store::Board) and the
//! [`Card`]s of cases, which hold nothing that is hidden from their reader (G1, G2). A host fills it from a store of its
//! own in the same way.

#[cfg(feature = "pages")]
mod html;
mod words;

use crate::Card;
use crate::scenario::Scenario;
use crate::scenario::def::Color;
use crate::store::BoardCell;
use crate::tell::Speaker;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use words::words;

/// A board to be shown, in the words of one language.
///
/// ```
/// use voronka::report::board::{BoardPage, Lane};
/// use voronka::store::BoardCell;
/// use voronka::tell::Speaker;
/// # use voronka::{Actor, Context, Opening, Scenario};
/// # let scenario = Scenario::from_json(r#"{"id": "small", "title": "Sale", "stages": [
/// #     {"id": "talk", "title": "First talk"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
/// # let actor = Actor::new("anna", "manager");
/// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, actor.clone(), "1");
/// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
/// # let cards = [scenario.card(opened.case(), &actor, ctx.now)];
/// # let cell = BoardCell { scenario: "small".into(), stage: "talk".into(), order: 0, currency: None, cases: 3, red: 0,
/// #     yellow: 1, ten_thousandths: 0 };
/// # let cells = [cell];
/// // `cells` are those of `Runtime::board`, `cards` those of `Runtime::cases`, both asked for one actor.
/// let mut lane = Lane::of(&scenario, "en");
/// cells.iter().for_each(|cell| lane.count(cell));
/// cards.iter().for_each(|card| lane.card(card, &Speaker::new(&scenario, "en"), "en"));
/// let mut page = BoardPage::new("Board", "en");
/// page.lanes.push(lane);
/// assert_eq!((page.lanes[0].columns[0].cases, page.lanes[0].columns[0].more()), (3, 2));
/// # #[cfg(feature = "pages")]
/// assert!(page.html().contains("First talk"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct BoardPage {
    /// What it is called.
    pub title: String,
    /// The lines below: as of when, for whom.
    pub subtitle: Vec<String>,
    /// The language of its words (`en`, `ru`).
    pub language: String,
    /// Its scenarios.
    pub lanes: Vec<Lane>,
}

/// The open cases of one scenario.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Lane {
    /// The scenario's id.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Its stages in order, also those on which no case stands.
    pub columns: Vec<BoardColumn>,
}

/// The open cases on one stage.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct BoardColumn {
    /// The stage's id.
    pub stage: String,
    /// Its title.
    pub title: String,
    /// How many cases stand here.
    pub cases: u64,
    /// How many of them are red.
    pub red: u64,
    /// How many of them are yellow.
    pub yellow: u64,
    /// Their values by currency, never added across; of what the reader may not see nothing is here.
    pub sums: BTreeMap<String, Decimal>,
    /// The cases that are shown.
    pub cards: Vec<BoardCard>,
}

/// A case on a board.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BoardCard {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Its light.
    pub light: Option<Color>,
    /// What makes it red or yellow, in words.
    pub cause: Option<String>,
    /// What is due next, and when.
    pub next: Option<String>,
    /// Whose it is.
    pub responsible: Option<String>,
    /// Its value and currency.
    pub value: Option<(Decimal, String)>,
}

impl BoardPage {
    /// A board without scenarios.
    pub fn new(title: impl Into<String>, language: impl Into<String>) -> Self {
        Self { title: title.into(), language: language.into(), ..Self::default() }
    }
}

impl Lane {
    /// The stages of a scenario, without cases.
    #[must_use]
    pub fn of(scenario: &Scenario, language: &str) -> Self {
        let definition = scenario.definition();
        let speaker = Speaker::new(scenario, language);
        let title = definition.title.get(language);
        let stages = definition.stages.iter().filter(|stage| stage.outcome.is_none());
        Self {
            scenario: definition.id.clone(),
            title: if title.is_empty() { definition.id.clone() } else { title.to_owned() },
            columns: stages
                .map(|stage| BoardColumn {
                    stage: stage.id.clone(),
                    title: speaker.stage_title(&stage.id),
                    ..BoardColumn::default()
                })
                .collect(),
        }
    }

    /// The column of a stage. A stage that only cases of an older version know gets one behind the others.
    fn column(&mut self, stage: &str) -> Option<&mut BoardColumn> {
        let place = self.columns.iter().position(|it| it.stage == stage).unwrap_or_else(|| {
            let (stage, title) = (stage.to_owned(), stage.to_owned());
            self.columns.push(BoardColumn { stage, title, ..BoardColumn::default() });
            self.columns.len() - 1
        });
        self.columns.get_mut(place)
    }

    /// Adds the cases of one stage and currency to the counts; those of another scenario are let be.
    pub fn count(&mut self, cell: &BoardCell) {
        if cell.scenario != self.scenario {
            return;
        }
        let Some(column) = self.column(&cell.stage) else { return };
        column.cases += cell.cases;
        column.red += cell.red;
        column.yellow += cell.yellow;
        if let Some(currency) = &cell.currency {
            let sum = column.sums.entry(currency.clone()).or_default();
            *sum = sum.saturating_add(Decimal::new(cell.ten_thousandths, 4));
        }
    }

    /// Puts a case into its column, behind those that are there.
    pub fn card(&mut self, card: &Card, speaker: &Speaker<'_>, language: &str) {
        let shown = BoardCard::of(card, speaker, language);
        let label = card.label.get(language);
        let Some(column) = self.column(&card.stage) else { return };
        // Of a stage of an older version only its cases know the title.
        if column.title == column.stage && !label.is_empty() {
            label.clone_into(&mut column.title);
        }
        column.cards.push(shown);
    }
}

impl BoardColumn {
    /// How many of its cases are not shown.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.cases.saturating_sub(self.cards.len() as u64)
    }
}

impl BoardCard {
    /// A case as its card says.
    #[must_use]
    pub fn of(card: &Card, speaker: &Speaker<'_>, language: &str) -> Self {
        let cause = card.light.zip(card.cause).and_then(|(color, cause)| {
            let at = match color {
                // Of a green one it is what is due next, which is told anyway.
                Color::Green => return None,
                Color::Yellow => card.red_from.or(card.yellow_from),
                Color::Red => card.red_from,
            };
            speaker.cause_shown(color, cause, &card.of, at)
        });
        // What makes it red and what is next are mostly the same.
        let told =
            |title: &str| cause.is_some() && card.cause == Some("activity") && card.of.get(language) == title;
        let next = card.next.as_ref().filter(|next| !told(next.title.get(language))).map(|next| {
            let title = next.title.get(language);
            let title = if title.is_empty() { words(language).activity } else { title };
            let assignee = next.assignee.as_ref().filter(|it| card.responsible.as_ref() != Some(*it));
            let due = next.due.map(|due| speaker.moment_shown(due));
            let parts = [Some(title.to_owned()), due, assignee.cloned()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        });
        Self {
            id: card.id.clone(),
            title: card.title.clone(),
            light: card.light,
            cause,
            next,
            responsible: card.responsible.clone(),
            value: card.value.clone(),
        }
    }
}
