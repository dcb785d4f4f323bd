//! The section on refusals.

use super::{Teller, at, counted, currencies, float};
use crate::report::funnel::Funnel;
use crate::report::query::{Key, Query};
use crate::report::refusals::Refusals;
use crate::report::show::{
    Bar, Cell, Chart, Drawing, Figure, Kind, Line, Lines, Measure, Pareto, Row, Section, Table,
};
use rust_decimal::Decimal;

/// So many reasons have a line in the chart of months; the others would hide them.
const LINES: usize = 6;

impl Teller {
    pub(super) fn refusals(&self, funnel: &Funnel, refusals: &Refusals) -> Section {
        let words = self.words;
        let mut section = Section::new("refusals", words.refusals).note(words.refusals_note);
        if refusals.reasons.is_empty() {
            return section.part(words.nothing_lost.to_owned());
        }
        section = section.part(self.pareto(funnel)).part(self.reasons(funnel)).part(self.resolvers(funnel));
        for currency in currencies(funnel) {
            section = section.part(self.by_amount(funnel, &currency));
        }
        section = section.part(self.by_stage(funnel));
        if refusals.months.len() > 1 {
            section = section.part(self.trend(refusals));
        }
        section = section.part(self.months(refusals));
        if refusals.reasons.iter().any(|it| !it.comments.is_empty()) {
            section = section.part(self.comments(refusals));
        }
        section
    }

    fn pareto(&self, funnel: &Funnel) -> Chart {
        let bars = funnel.refusals();
        let bars =
            bars.iter().map(|it| Bar { label: self.reason(it).to_owned(), value: counted(it.total.cases) });
        let pareto =
            Pareto { measure: Measure::Count, bars: bars.collect(), total: counted(funnel.lost().cases) };
        Chart::new("pareto", self.words.refusals, Drawing::Pareto(pareto))
    }

    fn reasons(&self, funnel: &Funnel) -> Table {
        let words = self.words;
        let mut table = Table::new("reasons")
            .column("reason", words.reason, Kind::Text)
            .column("cases", words.cases, Kind::Count)
            .column("of_lost", words.of_lost, Kind::ShareWithInterval)
            .column("cumulative", words.cumulative, Kind::Share)
            .column("of_requests", words.of_requests, Kind::ShareWithInterval)
            .column("resolved_by", words.resolved_by, Kind::Text);
        for it in funnel.refusal_shares() {
            table.push(Row::new([
                Cell::text(self.reason(&it.refusal)),
                Self::cases(&it.refusal.total, &lost_for(&it.refusal.reason)),
                Self::share(it.of_lost),
                Cell::share(it.cumulative),
                Self::share(it.of_requests),
                Cell::text(words.resolver(it.refusal.resolved_by)),
            ]));
        }
        table
    }

    /// Who could have resolved them.
    fn resolvers(&self, funnel: &Funnel) -> Table {
        let words = self.words;
        let lost = funnel.lost().cases;
        let mut table = Table::new("resolved_by")
            .title(words.resolved_by)
            .column("resolved_by", words.resolved_by, Kind::Text)
            .column("cases", words.cases, Kind::Count)
            .column("of_lost", words.of_lost, Kind::ShareWithInterval);
        for (who, total) in funnel.resolvable() {
            let id = match who {
                crate::scenario::def::Resolver::Employee => "employee",
                crate::scenario::def::Resolver::Company => "company",
                crate::scenario::def::Resolver::Nobody => "nobody",
            };
            let query = at(Key::Outcome, "lost").and(Key::ResolvedBy, id);
            table.push(Row::new([
                Cell::text(words.resolver(who)),
                Self::cases(&total, &query),
                Self::share(crate::report::Share::new(total.cases, lost)),
            ]));
        }
        table
    }

    fn by_amount(&self, funnel: &Funnel, currency: &str) -> Table {
        let words = self.words;
        let all = funnel.lost().sum(currency);
        let part = |sum: Decimal| -> Option<f64> {
            // Where amounts of both signs nearly cancel, a share means nothing.
            let share = sum.checked_div(all)?;
            (share >= Decimal::ZERO && share <= Decimal::ONE).then(|| float(share))
        };
        let mut table = Table::new(format!("by_amount_{}", currency.to_lowercase()))
            .title(format!("{}, {currency}", words.by_amount))
            .column("reason", words.reason, Kind::Text)
            .column("amount", words.amount, Kind::Money)
            .column("of_amount", words.of_amount, Kind::Share)
            .column("cumulative", words.cumulative, Kind::Share)
            .column("without_value", words.without_value, Kind::Count);
        for (refusal, sum, so_far) in funnel.refusals_by_amount(currency) {
            table.push(Row::new([
                Cell::text(self.reason(&refusal)),
                Cell::money(sum, currency).query(lost_for(&refusal.reason).to_string()),
                Cell::part(part(sum)),
                Cell::part(part(so_far)),
                Cell::count(refusal.total.without_value()),
            ]));
        }
        table
    }

    fn by_stage(&self, funnel: &Funnel) -> Table {
        let words = self.words;
        let lost = funnel.lost().cases;
        let mut table = Table::new("by_stage")
            .title(words.by_stage)
            .column("stage_and_reason", words.refusals, Kind::Text)
            .column("cases", words.cases, Kind::Count)
            .column("of_lost", words.of_lost, Kind::Share)
            .column("resolved_by", words.resolved_by, Kind::Text);
        let share = |cases| Cell::share(crate::report::Share::new(cases, lost));
        for line in funnel.stages.iter().filter(|line| !line.lost.is_empty()) {
            let all = line.lost_total();
            let here = at(Key::LostAt, &line.id);
            table.push(Row::new([
                Cell::text(self.stage(line)),
                Self::cases(&all, &here),
                share(all.cases),
                Cell::empty(),
            ]));
            for it in &line.lost {
                table.push(
                    Row::new([
                        Cell::text(self.reason(it)),
                        Self::cases(&it.total, &here.clone().and(Key::Reason, &it.reason)),
                        share(it.total.cases),
                        Cell::text(words.resolver(it.resolved_by)),
                    ])
                    .under(1),
                );
            }
        }
        table
    }

    fn trend(&self, refusals: &Refusals) -> Chart {
        let line = |it: &crate::report::ReasonLine| Line {
            label: self.titled(&it.title).to_owned(),
            values: it.months.iter().map(|count| Some(counted(*count))).collect(),
        };
        let lines = Lines {
            measure: Measure::Count,
            labels: refusals.months.clone(),
            lines: refusals.reasons.iter().take(LINES).map(line).collect(),
        };
        Chart::new("trend", self.words.trend, Drawing::Lines(lines))
    }

    fn months(&self, refusals: &Refusals) -> Table {
        let mut table =
            Table::new("months").title(self.words.trend).column("month", self.words.month, Kind::Text);
        for (nth, it) in refusals.reasons.iter().enumerate() {
            let id = if it.reason.is_empty() { format!("reason_{nth}") } else { it.reason.clone() };
            table = table.column(id, self.titled(&it.title), Kind::Count);
        }
        for (nth, month) in refusals.months.iter().enumerate() {
            let counts = refusals
                .reasons
                .iter()
                .map(|it| it.months.get(nth).map_or_else(Cell::empty, |count| Cell::count(*count)));
            table.push(Row::new(std::iter::once(Cell::text(month)).chain(counts)));
        }
        table
    }

    fn comments(&self, refusals: &Refusals) -> Table {
        let words = self.words;
        let mut table = Table::new("comments")
            .title(words.comments)
            .column("reason", words.reason, Kind::Text)
            .column("case", words.case, Kind::Text)
            .column("closed", words.closed, Kind::Moment)
            .column("comment", words.comment, Kind::Text);
        for it in &refusals.reasons {
            for comment in &it.comments {
                table.push(Row::new([
                    Cell::text(self.titled(&it.title)),
                    Cell::text(&comment.case).query(at(Key::Case, &comment.case).to_string()),
                    Figure::Moment(comment.local).into(),
                    Cell::text(&comment.text),
                ]));
            }
            if it.more_comments > 0 {
                let more = format!("+ {} {}", it.more_comments, words.more_comments);
                let cells =
                    [Cell::text(self.titled(&it.title)), Cell::empty(), Cell::empty(), Cell::text(more)];
                table.push(Row::new(cells));
            }
        }
        table
    }
}

/// Cases lost for a reason; void ones have reasons as well.
pub(super) fn lost_for(reason: &str) -> Query {
    at(Key::Outcome, "lost").and(Key::Reason, reason)
}
