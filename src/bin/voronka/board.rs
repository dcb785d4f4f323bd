//! `voronka board`: open cases by stage, as one page.

use crate::case::{Desk, Host, host};
use crate::output::{Failed, Output};
use crate::place::{Place, Published};
use crate::{Verdict, said};
use clap::Args;
use std::path::PathBuf;
use std::rc::Rc;
use voronka::report::board::{BoardPage, Lane};
use voronka::runtime::SystemClock;
use voronka::scenario::def::Color;
use voronka::store::{CaseFilter, CaseOrder, CaseQuery, LightFilter};
use voronka::tell::Speaker;
use voronka::{Moment, Scenario};

/// Write the board as one page in HTML: open cases by stage, as the actor may see them.
#[derive(Args)]
pub struct Board {
    #[command(flatten)]
    desk: Desk,
    /// The file to write; standard output where silent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Of this scenario; of all where silent.
    #[arg(long, value_name = "ID")]
    scenario: Option<String>,
    /// Of this responsible.
    #[arg(long, value_name = "PERSON")]
    responsible: Option<String>,
    /// Of this team.
    #[arg(long)]
    team: Option<String>,
    /// By this channel.
    #[arg(long)]
    channel: Option<String>,
    /// At most so many cards a stage, red ones first; the others are counted.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
    cards: u32,
}

impl Board {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.desk.address)?;
        let published = Published::new(&place);
        let scenarios = self.scenarios(&place, &published)?;
        let zone = scenarios.first().map_or(chrono_tz::Tz::UTC, |it| said::zone(it));
        let at = self.desk.at.as_deref().map(|text| said::moment(text, zone)).transpose()?;
        let now = at.unwrap_or_else(SystemClock::now);
        let page = self.page(&place, &scenarios, now)?.html();
        match &self.output {
            None => out.text(&page)?,
            Some(file) => std::fs::write(file, page)
                .map_err(|error| Failed::said(format!("{}: {error}", file.display())))?,
        }
        Ok(Verdict::Good)
    }

    fn scenarios(&self, place: &Place, published: &Published<'_>) -> Result<Vec<Rc<Scenario>>, Failed> {
        let Some(id) = &self.scenario else { return published.latest() };
        let missing = || Failed::said(format!("{}: no scenario `{id}` is published", place.address()));
        Ok(vec![published.named(id, None)?.ok_or_else(missing)?])
    }

    fn page(&self, place: &Place, scenarios: &[Rc<Scenario>], now: Moment) -> Result<BoardPage, Failed> {
        let (lang, actor) = (self.desk.lang.as_str(), &self.desk.actor);
        let host = host(place, Some(now));
        let failed = |error| place.failed(&error);
        let board = host.board(self.filter(None), actor).map_err(failed)?;
        let mut page = BoardPage::new(self.desk.t("Board", "Доска"), lang);
        for scenario in scenarios {
            let mut lane = Lane::of(scenario, lang);
            let cells = || board.cells.iter().filter(|cell| cell.scenario == lane.scenario);
            // A scenario of which there is nothing to see is shown only where it was asked for.
            if cells().next().is_none() && self.scenario.is_none() {
                continue;
            }
            let cells: Vec<_> = cells().collect();
            cells.iter().for_each(|cell| lane.count(cell));
            let stages: Vec<String> =
                lane.columns.iter().filter(|it| it.cases > 0).map(|it| it.stage.clone()).collect();
            for stage in stages {
                self.cards(&host, (scenario, &stage), now, &mut lane).map_err(failed)?;
            }
            page.lanes.push(lane);
        }
        if let [one] = page.lanes.as_slice() {
            page.title = format!("{}: {}", page.title, one.title);
        }
        let as_of = scenarios.first().map(|it| Speaker::new(&**it, lang).moment_shown(now));
        page.subtitle.extend(as_of.map(|at| format!("{} {at}", self.desk.t("As of", "На"))));
        let roles = actor.roles.join(", ");
        let who = if roles.is_empty() { actor.id.clone() } else { format!("{} ({roles})", actor.id) };
        page.subtitle.push(format!("{} {who}", self.desk.t("As seen by", "Как видит")));
        page.subtitle.extend(self.chosen());
        Ok(page)
    }

    /// Which cases are left out, where some are.
    fn chosen(&self) -> Option<String> {
        let parts = [
            (self.desk.t("responsible", "ответственный"), &self.responsible),
            (self.desk.t("team", "команда"), &self.team),
            (self.desk.t("channel", "канал"), &self.channel),
        ];
        let told: Vec<String> =
            parts.into_iter().filter_map(|(name, it)| Some(format!("{name}: {}", it.as_ref()?))).collect();
        (!told.is_empty()).then(|| format!("{} {}", self.desk.t("Only", "Только"), told.join(", ")))
    }

    fn filter(&self, stage: Option<(&str, &str)>) -> CaseFilter {
        CaseFilter {
            open: Some(true),
            scenario: stage.map(|it| it.0.to_owned()).or_else(|| self.scenario.clone()),
            stage: stage.map(|it| it.1.to_owned()),
            responsible: self.responsible.clone(),
            team: self.team.clone(),
            channel: self.channel.clone(),
            ..CaseFilter::default()
        }
    }

    /// The cards of a stage: red ones, the longest so first; then yellow ones, likewise; then the others, the latest
    /// opened first.
    fn cards(
        &self,
        host: &Host<'_>,
        (scenario, stage): (&Scenario, &str),
        now: Moment,
        lane: &mut Lane,
    ) -> Result<(), voronka::store::StoreError> {
        let speaker = Speaker::new(scenario, &self.desk.lang);
        let mut left = self.cards;
        let turns = [
            (Color::Red, CaseOrder::RedFrom),
            (Color::Yellow, CaseOrder::YellowFrom),
            (Color::Green, CaseOrder::OpenedAt),
        ];
        for (color, order) in turns {
            if left == 0 {
                break;
            }
            let mut filter = self.filter(Some((&lane.scenario, stage)));
            filter.light = Some(LightFilter::Is(color, now));
            let found =
                host.cases(CaseQuery { filter, order, after: None, limit: left }, &self.desk.actor)?;
            left = left.saturating_sub(u32::try_from(found.rows.len()).unwrap_or(u32::MAX));
            for card in &found.rows {
                lane.card(card, &speaker, &self.desk.lang);
            }
        }
        Ok(())
    }
}
