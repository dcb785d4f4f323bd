//! The section on slices.

use super::{Teller, at};
use crate::report::compare::Measure;
use crate::report::funnel::Funnel;
use crate::report::query::{Dimension, Key, Query};
use crate::report::show::{Cell, Kind, Row, Section, Table};
use crate::report::{Share, Slice, SliceReport};

impl Teller {
    pub(super) fn slices(&self, whole: &Funnel, slices: &SliceReport) -> Section {
        let words = self.words;
        let mut section =
            Section::new("slices", format!("{} {}", words.slices.trim(), self.dimension(&slices.by)));
        if slices.overlapping {
            section = section.note(words.overlap_note);
        } else if slices.slices.len() > 1 {
            section = section.note(words.comparison_note);
        }
        section.part(self.each(slices)).part(self.slice_refusals(whole, slices))
    }

    fn each(&self, slices: &SliceReport) -> Table {
        let words = self.words;
        let mut table = Table::new("slices")
            .column("value", words.value, Kind::Text)
            .column("cases", words.cases, Kind::Count)
            .column("won", words.won_cases, Kind::Count)
            .column("lost", words.lost, Kind::Count)
            .column("open", words.open, Kind::Count)
            .column("won_of_requests", words.win_share, Kind::ShareWithInterval)
            .column("main_reason", words.main_reason, Kind::Text);
        if !slices.overlapping {
            table = table
                .column("against_others", words.against_others, Kind::PointsWithInterval)
                .column("chance", words.chance, Kind::Number)
                .column("means", words.verdict, Kind::Text);
        }
        for it in &slices.slices {
            let funnel = &it.funnel;
            let here = slice_query(slices, it);
            let query = |outcome: &str| here.clone().and(Key::Outcome, outcome).to_string();
            let balance = funnel.balance();
            let main = funnel.refusals().into_iter().next();
            let mut cells = vec![
                Cell::text(self.slice(it)),
                Self::cases(&funnel.cases, &here),
                Cell::count(balance.won).query(query("won")),
                Cell::count(balance.lost).query(query("lost")),
                Cell::count(balance.open).query(query("open")),
                Self::share(Share::new(funnel.won.cases, funnel.requests())),
                main.map_or_else(Cell::none, |it| Cell::text(self.reason(&it))),
            ];
            if let Some(won) = it.differences.iter().find(|it| it.measure == Measure::Won) {
                cells.extend([Self::points(won), Self::chance(won.adjusted), self.verdict(won)]);
            }
            table.push(Row::new(cells));
        }
        table
    }

    /// The share of each reason in each slice, its base named (F6).
    fn slice_refusals(&self, whole: &Funnel, slices: &SliceReport) -> Table {
        let words = self.words;
        let all_lost = whole.lost().cases;
        let mut table = Table::new("slice_refusals")
            .title(words.slice_refusals)
            .column("value_and_reason", words.value, Kind::Text)
            .column("cases", words.cases, Kind::Count)
            .column("of_slice_lost", words.of_slice_lost, Kind::ShareWithInterval)
            .column("of_slice_requests", words.of_slice_requests, Kind::ShareWithInterval)
            .column("of_all_lost", words.of_all_lost, Kind::Share);
        for it in &slices.slices {
            let lost = it.funnel.lost();
            if lost.cases == 0 {
                continue;
            }
            let here = slice_query(slices, it).and(Key::Outcome, "lost");
            table.push(Row::new([
                Cell::text(self.slice(it)),
                Self::cases(&lost, &here),
                Cell::empty(),
                Self::share(Share::new(lost.cases, it.funnel.requests())),
                Cell::share(Share::new(lost.cases, all_lost)),
            ]));
            for reason in it.funnel.refusal_shares() {
                let query = here.clone().and(Key::Reason, &reason.refusal.reason);
                table.push(
                    Row::new([
                        Cell::text(self.reason(&reason.refusal)),
                        Self::cases(&reason.refusal.total, &query),
                        Self::share(reason.of_lost),
                        Self::share(reason.of_requests),
                        Cell::share(Share::new(reason.refusal.total.cases, all_lost)),
                    ])
                    .under(1),
                );
            }
        }
        table
    }

    /// By what is cut, in words; a field by its name.
    fn dimension<'t>(&self, by: &'t str) -> &'t str {
        let words = self.words;
        match by.parse() {
            Ok(Dimension::Channel) => words.by_channel,
            Ok(Dimension::Responsible) => words.by_responsible,
            Ok(Dimension::Team) => words.by_team,
            Ok(Dimension::Product) => words.by_product,
            Ok(Dimension::Region) => words.by_region,
            Ok(Dimension::Version) => words.by_version,
            Ok(Dimension::Amount) => words.by_amount_band,
            Ok(Dimension::Month) => words.by_month_of,
            _ => by.strip_prefix("field:").unwrap_or(by),
        }
    }

    fn slice<'t>(&'t self, it: &'t Slice) -> &'t str {
        if it.value.is_empty() { self.words.none } else { &it.value }
    }
}

/// The query of a slice (F8).
fn slice_query(slices: &SliceReport, it: &Slice) -> Query {
    slices.by.parse::<Dimension>().map_or_else(|_| Query::all(), |by| at(Key::By(by), &it.value))
}
