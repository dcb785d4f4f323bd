//! The sections on the funnel itself and on time on stage.

use super::{Teller, at, capital, counted, currencies, float};
use crate::report::funnel::{Funnel, StageLine};
use crate::report::query::{Key, Query};
use crate::report::show::{
    Cell, Chart, Drawing, Funnel as Drawn, FunnelStep, Kind, Measure, Row, Section, StageTime, Table,
    TimeOnStage,
};
use rust_decimal::Decimal;

impl Teller {
    pub(super) fn funnel(&self, funnel: &Funnel) -> Section {
        let words = self.words;
        let mut section = Section::new("funnel", words.funnel)
            .part(self.drawn(funnel))
            .part(self.stages(funnel))
            .note(words.shares_note);
        if funnel.stages.iter().any(|line| !line.known) {
            section = section.note(words.former_note);
        }
        section = section.part(self.balance(funnel));
        for currency in currencies(funnel) {
            section = section.part(self.amounts(funnel, &currency));
        }
        section
    }

    fn drawn(&self, funnel: &Funnel) -> Chart {
        let step = |line: &StageLine| FunnelStep {
            label: self.stage(line),
            reached: counted(line.reached.cases - line.reached_void.cases),
            lost: counted(line.lost_cases()),
        };
        let mut steps: Vec<FunnelStep> = funnel.stages.iter().filter(|line| line.known).map(step).collect();
        let label = self.text(&funnel.won_label).to_owned();
        steps.push(FunnelStep { label, reached: counted(funnel.won.cases), lost: 0.0 });
        Chart::new("funnel", self.words.funnel, Drawing::Funnel(Drawn { measure: Measure::Count, steps }))
    }

    fn stages(&self, funnel: &Funnel) -> Table {
        let words = self.words;
        let mut table = Table::new("stages")
            .column("stage", words.stage, Kind::Text)
            .column("entered", words.entered, Kind::Count)
            .column("visits", words.visits, Kind::Count)
            .column("reached", words.reached, Kind::Count)
            .column("went_on", words.step, Kind::ShareWithInterval)
            .column("of_first", words.overall, Kind::ShareWithInterval)
            .column("lost", words.lost, Kind::Count)
            .column("open", words.open, Kind::Count);
        let conversions = funnel.conversions();
        for line in &funnel.stages {
            let conversion = conversions.iter().find(|it| it.stage == line.id && line.known);
            let share = |of: Option<crate::report::Share>| of.map_or_else(Cell::empty, Self::share);
            table.push(Row::new([
                Cell::text(self.stage(line)),
                Self::cases(&line.entered, &at(Key::Entered, &line.id)),
                Cell::count(line.visits).query(at(Key::Entered, &line.id).to_string()),
                Self::cases(&line.reached, &at(Key::Reached, &line.id)),
                share(conversion.map(|it| it.step)),
                share(conversion.map(|it| it.overall)),
                Self::cases(&line.lost_total(), &at(Key::LostAt, &line.id)),
                Self::cases(&line.open, &at(Key::OpenAt, &line.id)),
            ]));
        }
        let first = conversions.first().map_or(0, |it| it.step.of);
        let won = || Self::cases(&funnel.won, &at(Key::Outcome, "won"));
        let of_first = Self::share(crate::report::Share::new(funnel.won.cases, first));
        let label = Cell::text(self.text(&funnel.won_label));
        table.push(Row::new([label, won(), Cell::empty(), won(), Cell::empty(), of_first]).sum());
        table
    }

    /// That the parts are the whole, each with its cases (F2).
    fn balance(&self, funnel: &Funnel) -> Table {
        let words = self.words;
        let balance = funnel.balance();
        let mut table = Table::new("balance")
            .title(words.balance)
            .column("part", words.balance, Kind::Text)
            .column("cases", words.cases, Kind::Count);
        let parts = [
            (words.won, "won", balance.won),
            (words.lost, "lost", balance.lost),
            (words.open, "open", balance.open),
            (words.void, "void", balance.void),
            (words.transferred, "transferred", balance.transferred),
        ];
        for (name, outcome, cases) in parts {
            if cases > 0 || matches!(outcome, "won" | "lost" | "open") {
                let query = at(Key::Outcome, outcome).to_string();
                table.push(Row::new([Cell::text(capital(name)), Cell::count(cases).query(query)]));
            }
            if outcome == "void" {
                for it in &funnel.void {
                    let query = at(Key::Outcome, "void").and(Key::Reason, &it.reason);
                    let name = Cell::text(self.reason(it));
                    table.push(Row::new([name, Self::cases(&it.total, &query)]).under(1));
                }
            }
        }
        let all = Cell::count(balance.cases).query(Query::all().to_string());
        let sign = if balance.holds() { "=" } else { words.unbalanced };
        table.push(Row::new([Cell::text(sign), all]).sum());
        if funnel.reopened.cases > 0 {
            let name = Cell::text(capital(words.reopened));
            table.push(Row::new([name, Self::cases(&funnel.reopened, &at(Key::Reopened, "yes"))]));
        }
        table
    }

    /// The same by amount as by count, of one currency (F5).
    fn amounts(&self, funnel: &Funnel, currency: &str) -> Table {
        let words = self.words;
        let mut table = Table::new(format!("amounts_{}", currency.to_lowercase()))
            .title(format!("{}, {currency}", words.amounts))
            .column("stage", words.stage, Kind::Text)
            .column("amount_reached", words.amount_reached, Kind::Money)
            .column("amount_lost", words.amount_lost, Kind::Money)
            .column("amount_open", words.amount_open, Kind::Money)
            .column("without_value", words.without_value, Kind::Count);
        let money = |sum: Decimal, query: Query| Cell::money(sum, currency).query(query.to_string());
        for line in &funnel.stages {
            table.push(Row::new([
                Cell::text(self.stage(line)),
                money(line.reached.sum(currency), at(Key::Reached, &line.id)),
                money(line.lost_total().sum(currency), at(Key::LostAt, &line.id)),
                money(line.open.sum(currency), at(Key::OpenAt, &line.id)),
                Cell::count(line.reached.without_value()),
            ]));
        }
        let label = Cell::text(self.text(&funnel.won_label));
        let won = money(funnel.won.sum(currency), at(Key::Outcome, "won"));
        let without = Cell::count(funnel.won.without_value());
        table.push(Row::new([label, won, Cell::empty(), Cell::empty(), without]).sum());
        table
    }

    pub(super) fn time(&self, funnel: &Funnel) -> Section {
        let words = self.words;
        let all: Decimal = funnel.stages.iter().map(|line| line.calendar.sum_ms).sum();
        let longest = funnel.stages.iter().max_by(|a, b| a.calendar.sum_ms.cmp(&b.calendar.sum_ms));
        let mut section = Section::new("time", words.time).note(words.time_note);
        if let Some(line) = longest.filter(|_| !all.is_zero()) {
            section = section.part(format!("{} {}.", words.bottleneck, words.quoted(&self.stage(line))));
        }
        let times = |working: bool| TimeOnStage {
            working,
            stages: funnel
                .stages
                .iter()
                .map(|line| {
                    let of = if working { &line.working } else { &line.calendar };
                    StageTime {
                        label: self.stage(line),
                        median: of.median_ms.map(float),
                        p90: of.p90_ms.map(float),
                    }
                })
                .collect(),
        };
        section
            .part(Chart::new("time_on_stage", words.time, Drawing::TimeOnStage(times(false))))
            .part(self.times(funnel, all))
            .part(self.by_case(funnel))
    }

    fn times(&self, funnel: &Funnel, all: Decimal) -> Table {
        let words = self.words;
        let mut table = Table::new("times")
            .column("stage", words.stage, Kind::Text)
            .column("ended", words.count, Kind::Count)
            .column("median", words.median, Kind::Time)
            .column("p90", words.p90, Kind::Time)
            .column("sum", words.sum, Kind::Time)
            .column("of_all_time", words.share_of_time, Kind::Share)
            .column("median_working", words.median_working, Kind::WorkingTime)
            .column("p90_working", words.p90_working, Kind::WorkingTime)
            .column("sum_working", words.sum_working, Kind::WorkingTime)
            .column("pauses", words.paused, Kind::Time);
        for line in &funnel.stages {
            let some = |sum: Decimal| (line.calendar.count > 0).then_some(sum);
            let part = (!all.is_zero()).then(|| float(line.calendar.sum_ms / all));
            table.push(Row::new([
                Cell::text(self.stage(line)),
                Cell::count(line.calendar.count).query(at(Key::Entered, &line.id).to_string()),
                Cell::time(line.calendar.median_ms),
                Cell::time(line.calendar.p90_ms),
                Cell::time(some(line.calendar.sum_ms)),
                Cell::part(part),
                Cell::working_time(line.working.median_ms),
                Cell::working_time(line.working.p90_ms),
                Cell::working_time(some(line.working.sum_ms)),
                Cell::time(some(line.paused_ms).filter(|it| !it.is_zero())),
            ]));
        }
        table
    }

    /// Repeated visits added up by case, and the latest alone (F4).
    fn by_case(&self, funnel: &Funnel) -> Table {
        let words = self.words;
        let mut table = Table::new("times_by_case")
            .title(words.per_case)
            .column("stage", words.stage, Kind::Text)
            .column("per_case_median", words.per_case_median, Kind::Time)
            .column("per_case_p90", words.per_case_p90, Kind::Time)
            .column("per_case_median_working", words.median_working, Kind::WorkingTime)
            .column("latest_median", words.latest_median, Kind::Time)
            .column("latest_p90", words.latest_p90, Kind::Time)
            .column("latest_median_working", words.median_working, Kind::WorkingTime);
        for line in &funnel.stages {
            table.push(Row::new([
                Cell::text(self.stage(line)),
                Cell::time(line.per_case.calendar.median_ms),
                Cell::time(line.per_case.calendar.p90_ms),
                Cell::working_time(line.per_case.working.median_ms),
                Cell::time(line.latest.calendar.median_ms),
                Cell::time(line.latest.calendar.p90_ms),
                Cell::working_time(line.latest.working.median_ms),
            ]));
        }
        table
    }
}
