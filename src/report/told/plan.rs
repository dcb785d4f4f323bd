//! The sections on plan and fact, and on what holds people up.

use super::{Teller, at};
use crate::report::query::Key;
use crate::report::show::{Cell, Kind, Row, Section, Table};
use crate::report::{HoldUps, PlanFact, TargetOf, Weighted, Yardstick};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

impl Teller {
    pub(super) fn plan(&self, it: &PlanFact) -> Section {
        let words = self.words;
        let mut table = Table::new("plan")
            .column("whose", words.of_whom, Kind::Text)
            .column("month", words.month, Kind::Text)
            .column("unit", words.unit, Kind::Text)
            .column("plan", words.plan_is, Kind::Number)
            .column("fact", words.fact, Kind::Number)
            .column("open", words.open, Kind::Number)
            .column("weighted_given", words.given, Kind::Number)
            .column("weighted_measured", words.measured, Kind::Number)
            .column("gap_given", words.gap_given, Kind::Number)
            .column("gap_measured", words.gap_measured, Kind::Number)
            .column("unknown", words.unknown_chance, Kind::Number);
        for line in &it.lines {
            let by = line.target.by();
            let unit = match &by {
                Yardstick::Cases => words.cases.to_lowercase(),
                Yardstick::Amount(currency) => currency.clone(),
            };
            let whose = match &line.target.of {
                TargetOf::All => words.everybody,
                TargetOf::Person(name) => name,
                TargetOf::Team(name) => &format!("{} {name}", words.team_of),
            };
            let number = |number: Decimal| Cell::number(number, if by == Yardstick::Cases { 1 } else { 2 });
            // What no chance is known of at all is no weighted figure.
            let weighted = |it: Decimal, unknown: Decimal, few| {
                if it.is_zero() && !unknown.is_zero() { Cell::none() } else { number(it).small(few) }
            };
            let gap = |it: Decimal, weighted: Decimal, unknown: Decimal, few| {
                if weighted.is_zero() && !unknown.is_zero() { Cell::none() } else { number(it).small(few) }
            };
            table.push(Row::new([
                Cell::text(whose),
                Cell::text(&line.target.month),
                Cell::text(unit),
                number(line.plan),
                number(line.fact),
                number(line.open),
                weighted(line.given, line.not_given, false),
                weighted(line.measured, line.not_measured, line.few),
                gap(line.gap_given, line.given, line.not_given, false),
                gap(line.gap_measured, line.measured, line.not_measured, line.few),
                number(line.not_measured),
            ]));
        }
        let mut section = Section::new("plan", words.plan).note(words.plan_note);
        if !it.lines.is_empty() {
            section = section.part(table);
        }
        section = section.part(self.by_month(it));
        let lines = || it.months.iter().chain([&it.undated]);
        let totals = lines().flat_map(|line| [&line.won, &line.open]);
        let currencies: BTreeSet<&String> = totals.flat_map(|it| it.amounts.keys()).collect();
        for currency in currencies {
            section = section.part(self.amounts_by_month(it, currency));
        }
        section.part(self.chances(it))
    }

    /// The weighted open value by month, of one currency (F9).
    fn amounts_by_month(&self, it: &PlanFact, currency: &str) -> Table {
        let words = self.words;
        let mut table = Table::new(format!("expected_{}", currency.to_lowercase()))
            .title(format!("{}, {currency}", words.trend))
            .column("month", words.month, Kind::Text)
            .column("won", words.won_cases, Kind::Money)
            .column("open", words.open, Kind::Money)
            .column("weighted_given", words.given, Kind::Money)
            .column("weighted_measured", words.measured, Kind::Money)
            .column("unknown", words.unknown_chance, Kind::Money);
        let money = |sum: Decimal| Cell::money(sum.round_dp(2), currency);
        for line in it.months.iter().chain([&it.undated]) {
            let month = if line.month.is_empty() { words.no_date } else { &line.month };
            let weighted = |it: &Weighted| match it.amounts.get(currency) {
                Some(sum) => money(*sum).small(it.few),
                None if it.unknown.cases > 0 => Cell::none(),
                None => money(Decimal::ZERO),
            };
            table.push(Row::new([
                Cell::text(month),
                money(line.won.sum(currency)),
                money(line.open.sum(currency)),
                weighted(&line.given),
                weighted(&line.measured),
                money(line.measured.unknown.sum(currency)),
            ]));
        }
        table
    }

    fn by_month(&self, it: &PlanFact) -> Table {
        let words = self.words;
        let mut table = Table::new("expected")
            .title(words.trend)
            .column("month", words.month, Kind::Text)
            .column("won", words.won_cases, Kind::Count)
            .column("open", words.open, Kind::Count)
            .column("weighted_given", words.given, Kind::Number)
            .column("weighted_measured", words.measured, Kind::Number)
            .column("unknown", words.unknown_chance, Kind::Count);
        for line in it.months.iter().chain([&it.undated]) {
            let month = if line.month.is_empty() { words.no_date } else { &line.month };
            let weighted = |it: &Weighted| {
                let unknown = it.cases.is_zero() && it.unknown.cases > 0;
                if unknown { Cell::none() } else { Cell::number(it.cases, 1).small(it.few) }
            };
            table.push(Row::new([
                Cell::text(month),
                Cell::count(line.won.cases),
                Cell::count(line.open.cases),
                weighted(&line.given),
                weighted(&line.measured),
                Cell::count(line.measured.unknown.cases),
            ]));
        }
        table
    }

    fn chances(&self, it: &PlanFact) -> Table {
        let words = self.words;
        let mut table = Table::new("chances")
            .title(words.chances)
            .column("stage", words.stage, Kind::Text)
            .column("open", words.open, Kind::Count)
            .column("given", words.given_chance, Kind::Share)
            .column("measured", words.measured_chance, Kind::ShareWithInterval);
        for line in &it.chances {
            let given = line.given.map(|percent| f64::from(percent) / 100.0);
            table.push(Row::new([
                Cell::text(self.text(&line.label)),
                Self::cases(&line.open, &at(Key::OpenAt, &line.stage)),
                Cell::part(given),
                Self::share(line.measured),
            ]));
        }
        table
    }

    pub(super) fn holdups(&self, it: &HoldUps) -> Section {
        let words = self.words;
        let mut table = Table::new("holdups")
            .column("rule", words.rule, Kind::Text)
            .column("stage", words.stage, Kind::Text)
            .column("refused", words.refused, Kind::Count)
            .column("entered", words.entered, Kind::Count)
            .column("entered_won", words.of_which_won, Kind::Count)
            .column("entered_lost", words.of_which_lost, Kind::Count)
            .column("passed_over", words.passed_over, Kind::Count)
            .column("passed_over_won", words.of_which_won, Kind::Count)
            .column("passed_over_lost", words.of_which_lost, Kind::Count);
        for line in &it.0 {
            let ends = |of: &Option<crate::report::Ends>| match of {
                Some(it) => [it.cases.cases, it.won.cases, it.lost.cases].map(Cell::count),
                None => [Cell::none(), Cell::none(), Cell::none()],
            };
            let told = self.text(&line.words);
            let cells = [
                Cell::text(if told.is_empty() { &line.code } else { told }),
                Cell::text(self.text(&line.label)),
                Cell::count(line.refusals),
            ];
            table.push(Row::new(cells.into_iter().chain(ends(&line.entered)).chain(ends(&line.debts))));
        }
        Section::new("holdups", words.holdups).note(words.holdups_note).part(table)
    }
}
