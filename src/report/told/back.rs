//! The sections on what would come back, what did, and what must be resolved.

use super::refusals::lost_for;
use super::{Teller, currencies};
use crate::report::funnel::Funnel;
use crate::report::show::{Cell, Kind, Row, Section, Table};
use crate::report::{BroughtBack, Needed, Range, Recovery, RegainedFor, Yardstick};
use rust_decimal::Decimal;

/// Cases that come back are told with one decimal place: they are expected, and not counted.
const PLACES: u32 = 1;

impl Teller {
    fn ranged(&self, table: Table, kind: Kind) -> Table {
        let words = self.words;
        table
            .column("low", words.low, kind)
            .column("expected", words.expected, kind)
            .column("high", words.high, kind)
    }

    fn range(it: &Range, cell: impl Fn(Decimal) -> Cell) -> [Cell; 3] {
        [it.low, it.expected, it.high].map(cell)
    }

    pub(super) fn recovery(&self, funnel: &Funnel, it: &Recovery) -> Section {
        let words = self.words;
        let table = Table::new("recovery")
            .column("reason", words.reason, Kind::Text)
            .column("lost", words.lost, Kind::Count)
            .column("comes_back", words.comes_back, Kind::Share);
        let mut table = self.ranged(table, Kind::Number);
        let number = |few: bool| move |number: Decimal| Cell::number(number, PLACES).small(few);
        for reason in &it.reasons {
            let cells = self.regained(reason).into_iter();
            table.push(Row::new(cells.chain(Self::range(&reason.regained.cases, number(reason.few)))));
        }
        let all = [Cell::text(words.all), Cell::empty(), Cell::empty()].into_iter();
        table.push(Row::new(all.chain(Self::range(&it.all.cases, number(it.few)))).sum());
        if let Some(growth) = it.growth(&Yardstick::Cases) {
            let cells = [Cell::text(words.more_sales), Cell::empty(), Cell::empty()].into_iter();
            let part = |share: Decimal| Cell::part(Some(super::float(share)));
            table.push(Row::new(cells.chain(Self::range(&growth, part))));
        }
        let mut section = Section::new("recovery", words.recovery).note(words.recovery_note).part(table);
        for currency in currencies(funnel) {
            let table = Table::new(format!("recovery_{}", currency.to_lowercase()))
                .title(format!("{}, {currency}", words.amounts))
                .column("reason", words.reason, Kind::Text);
            let mut table = self.ranged(table, Kind::Money);
            let money = |sum: Decimal| Cell::money(sum.round_dp(2), &currency);
            for reason in &it.reasons {
                let name = std::iter::once(Cell::text(self.titled(&reason.title)));
                table.push(Row::new(name.chain(Self::range(&reason.regained.sum(&currency), money))));
            }
            let all = std::iter::once(Cell::text(words.all));
            table.push(Row::new(all.chain(Self::range(&it.all.sum(&currency), money))).sum());
            section = section.part(table);
        }
        section
    }

    fn regained(&self, it: &RegainedFor) -> [Cell; 3] {
        [
            Cell::text(self.titled(&it.title)),
            Self::cases(&it.lost, &lost_for(&it.reason)),
            Cell::part(Some(super::float(it.share))),
        ]
    }

    pub(super) fn needed(&self, it: &Needed) -> Section {
        let words = self.words;
        let percent = |share: Decimal| share.saturating_mul(Decimal::ONE_HUNDRED).round_dp(1).normalize();
        let table = Table::new("needed")
            .title(format!("{}: +{} %", words.goal_of, percent(it.goal.growth)))
            .column("reason", words.reason, Kind::Text)
            .column("lost", words.lost, Kind::Count)
            .column("comes_back", words.comes_back, Kind::Share)
            .column("resolved_by", words.resolved_by, Kind::Text);
        let mut table = self.ranged(table, Kind::Share);
        for means in &it.means {
            let part = |share: Decimal| Cell::part(Some(super::float(share))).small(means.reason.few);
            let cells = self.regained(&means.reason).into_iter();
            let who = std::iter::once(Cell::text(words.resolver(means.reason.resolved_by)));
            table.push(Row::new(cells.chain(who).chain(Self::range(&means.growth, part))));
        }
        let told = if it.surely {
            format!("{} {}", words.suffices, words.surely)
        } else if it.suffices {
            words.suffices.to_owned()
        } else {
            let reach = &it.reach;
            format!(
                "{} +{} % ({}–{}).",
                words.suffices_not,
                percent(reach.expected),
                percent(reach.low),
                percent(reach.high)
            )
        };
        let mut section = Section::new("goal", words.goal).part(table).part(told);
        if !it.passed_over.is_empty() {
            section = section.part(format!("{}: {}.", words.nobody_can, it.passed_over.join(", ")));
        }
        section
    }

    pub(super) fn brought(&self, it: &BroughtBack) -> Section {
        let words = self.words;
        let mut table = Table::new("brought_back")
            .column("reason", words.reason, Kind::Text)
            .column("lost", words.lost, Kind::Count)
            .column("came_back", words.came_back, Kind::Count)
            .column("followed", words.followed, Kind::Count)
            .column("won", words.won_again, Kind::Count)
            .column("lost_again", words.lost_again, Kind::Count)
            .column("open", words.still_open, Kind::Count)
            .column(
                "expected_low",
                format!("{}: {}", words.expected_won, words.low.to_lowercase()),
                Kind::Number,
            )
            .column("expected", words.expected, Kind::Number)
            .column("expected_high", words.high, Kind::Number);
        for line in &it.reasons {
            let (reopened, followed) = (&line.reopened, &line.followed);
            let count = |of: fn(&crate::report::Ends) -> u64| Cell::count(of(reopened) + of(followed));
            let expected = match &line.expected_cases {
                Some(range) => Self::range(range, |it| Cell::number(it, PLACES)),
                None => [Cell::none(), Cell::none(), Cell::none()],
            };
            let cells = [
                Cell::text(self.titled(&line.title)),
                Cell::count(line.lost),
                Cell::count(reopened.cases.cases),
                Cell::count(followed.cases.cases),
                count(|it| it.won.cases),
                count(|it| it.lost.cases),
                count(|it| it.open.cases),
            ];
            table.push(Row::new(cells.into_iter().chain(expected)));
        }
        let mut section = Section::new("brought_back", words.brought).note(words.brought_note).part(table);
        for (name, cases) in [(words.elsewhere, it.elsewhere.cases), (words.unknown_end, it.unknown.cases)] {
            if cases > 0 {
                section = section.part(format!("{name}: {cases}."));
            }
        }
        section
    }
}
