//! `voronka case list`.

use super::{Desk, host, told};
use crate::output::{Failed, Look, Output};
use crate::place::{Place, Published};
use crate::{Verdict, said};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use voronka::runtime::SystemClock;
use voronka::scenario::def::Color;
use voronka::store::{CaseFilter, CaseOrder, CaseQuery, LightFilter, PageKey};
use voronka::tell::Speaker;
use voronka::{Card, Moment};

/// List cases, as the actor may see them.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    desk: Desk,
    /// Of this scenario.
    #[arg(long, value_name = "ID")]
    scenario: Option<String>,
    /// On this stage; of closed ones, from which they were closed.
    #[arg(long)]
    stage: Option<String>,
    /// Of this responsible.
    #[arg(long, value_name = "PERSON")]
    responsible: Option<String>,
    /// Of this team.
    #[arg(long)]
    team: Option<String>,
    /// By this channel.
    #[arg(long)]
    channel: Option<String>,
    /// With this light.
    #[arg(long, value_enum)]
    light: Option<Shown>,
    /// Closed ones, the latest first; open ones where silent.
    #[arg(long, conflicts_with = "light")]
    closed: bool,
    /// Closed with this outcome: won, lost, void, result.
    #[arg(long, conflicts_with = "light")]
    outcome: Option<String>,
    /// Closed for this reason.
    #[arg(long, conflicts_with = "light")]
    reason: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
    /// Go on after the place that the page before named.
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    /// One case as JSON a line.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shown {
    Red,
    Yellow,
    Green,
}

impl List {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.desk.address)?;
        let published = Published::new(&place);
        let at =
            self.desk.at.as_deref().map(|text| said::moment(text, self.zone(&published)?)).transpose()?;
        let now = at.unwrap_or_else(SystemClock::now);
        let query = self.query(now)?;
        let page = host(&place, Some(now)).cases(query, &self.desk.actor);
        let page = page.map_err(|error| place.failed(&error))?;
        if self.json {
            for card in &page.rows {
                let text = serde_json::to_string(card)
                    .map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?;
                out.line(text)?;
            }
        } else {
            self.table(out, &published, &page.rows)?;
        }
        if let Some(next) = page.next
            && !self.json
        {
            let more = self.desk.t("there are more", "есть ещё");
            out.line(out.look(Look::Faint, format!("{more}: --after {}:{}", next.at, next.id)))?;
        }
        Ok(Verdict::Good)
    }

    /// Moments without an offset are of the scenario's zone, where one is named.
    fn zone(&self, published: &Published<'_>) -> Result<Tz, Failed> {
        let scenario = match &self.scenario {
            Some(id) => published.named(id, None)?,
            None => published.latest()?.into_iter().next(),
        };
        Ok(scenario.map_or(Tz::UTC, |it| said::zone(&it)))
    }

    fn query(&self, now: Moment) -> Result<CaseQuery, Failed> {
        let closed = self.closed || self.outcome.is_some() || self.reason.is_some();
        let color = self.light.map(|it| match it {
            Shown::Red => Color::Red,
            Shown::Yellow => Color::Yellow,
            Shown::Green => Color::Green,
        });
        let filter = CaseFilter {
            open: Some(!closed),
            scenario: self.scenario.clone(),
            stage: self.stage.clone(),
            responsible: self.responsible.clone(),
            team: self.team.clone(),
            channel: self.channel.clone(),
            light: color.map(|color| LightFilter::Is(color, now)),
            outcome: self.outcome.clone(),
            reason: self.reason.clone(),
            ..CaseFilter::default()
        };
        let order = match color {
            _ if closed => CaseOrder::ClosedAt,
            Some(Color::Red) => CaseOrder::RedFrom,
            Some(Color::Yellow) => CaseOrder::YellowFrom,
            _ => CaseOrder::Id,
        };
        let after = self.after.as_deref().map(place_of).transpose()?;
        Ok(CaseQuery { filter, order, after, limit: self.limit })
    }

    fn table(&self, out: &mut Output, published: &Published<'_>, cards: &[Card]) -> Result<(), Failed> {
        let t = |en, ru| self.desk.t(en, ru).to_owned();
        let mut rows: Vec<[Cell; 7]> = Vec::with_capacity(cards.len() + 1);
        rows.push([
            Cell::plain(t("case", "дело")),
            Cell::plain(t("light", "цвет")),
            Cell::plain(t("stage", "этап")),
            Cell::plain(t("title", "название")),
            Cell::plain(t("responsible", "ответственный")),
            Cell::plain(t("value", "сумма")),
            Cell::plain(t("next", "дальше")),
        ]);
        let mut scenarios = BTreeMap::new();
        for card in cards {
            if !scenarios.contains_key(&card.scenario) {
                scenarios.insert(card.scenario.clone(), published.named(&card.scenario, None)?);
            }
            let Some(Some(scenario)) = scenarios.get(&card.scenario) else { continue };
            rows.push(self.row(card, &Speaker::new(&**scenario, &self.desk.lang)));
        }
        let mut widths = [0; 7];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.chars().count());
            }
        }
        for (i, row) in rows.iter().enumerate() {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                let look = if i == 0 { Some(Look::Faint) } else { cell.look };
                line.push_str(&look.map_or_else(|| cell.text.clone(), |look| out.look(look, &cell.text)));
                let pad = width.saturating_sub(cell.text.chars().count()) + 2;
                line.extend(std::iter::repeat_n(' ', pad));
            }
            out.line(line.trim_end())?;
        }
        Ok(())
    }

    fn row(&self, card: &Card, speaker: &Speaker<'_>) -> [Cell; 7] {
        let text = |it: &Option<String>| Cell::plain(it.clone().unwrap_or_default());
        let light = match (card.light, &card.closed) {
            (Some(color), _) => Cell { text: self.color(color).to_owned(), look: Some(told::look(color)) },
            (None, Some(closed)) => Cell::plain(speaker.moment_shown(closed.at)),
            (None, None) => Cell::plain(String::new()),
        };
        let next = match (&card.next, &card.closed) {
            (_, Some(closed)) => closed.reason.get(&self.desk.lang).to_owned(),
            (Some(next), None) => {
                let due = next.due.map(|due| format!(", {}", speaker.moment_shown(due))).unwrap_or_default();
                format!("{}{due}", next.title.get(&self.desk.lang))
            }
            (None, None) => String::new(),
        };
        let value = card.value.as_ref().map(|(sum, currency)| format!("{sum} {currency}"));
        [
            Cell::plain(card.id.clone()),
            light,
            Cell::plain(speaker.stage_title(&card.stage)),
            text(&card.title),
            text(&card.responsible),
            text(&value),
            Cell::plain(next),
        ]
    }

    fn color(&self, color: Color) -> &str {
        match color {
            Color::Red => self.desk.t("red", "красный"),
            Color::Yellow => self.desk.t("yellow", "жёлтый"),
            Color::Green => self.desk.t("green", "зелёный"),
        }
    }
}

struct Cell {
    text: String,
    look: Option<Look>,
}

impl Cell {
    fn plain(text: String) -> Self {
        const LONGEST: usize = 60;
        // A title may hold anything; a row is one line.
        let mut text: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        if text.chars().count() > LONGEST {
            text = text.chars().take(LONGEST - 1).chain(['…']).collect();
        }
        Self { text, look: None }
    }
}

/// `at:id`, as the page before ended with it.
fn place_of(text: &str) -> Result<PageKey, Failed> {
    let parts =
        text.split_once(':').and_then(|(at, id)| Some(PageKey { at: at.parse().ok()?, id: id.to_owned() }));
    parts.ok_or_else(|| {
        Failed::said(format!("`{text}` is no place in a list; take what the page before named"))
    })
}
