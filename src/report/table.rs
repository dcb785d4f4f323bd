//! A funnel as a table of text, for a terminal or a letter.

use super::funnel::{Funnel, Refusal, StageLine};
use super::show::{Cell, Kind, Row, Table};
use super::stats::Share;
use super::words::Words;
use rust_decimal::Decimal;
use std::fmt::Write as _;

/// In what a table tells lengths of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TimeUnit {
    /// As people say it: `6 h 45 min`.
    #[default]
    Spoken,
    /// In seconds, with one decimal place: `24,346.4`.
    Seconds,
}

impl Funnel {
    /// The funnel as a text for people: stages, refusals, balance. English and Russian.
    #[must_use]
    pub fn table(&self, language: &str) -> String {
        self.table_in(language, TimeUnit::Spoken)
    }

    /// The same, with times told in a unit.
    #[must_use]
    pub fn table_in(&self, language: &str, unit: TimeUnit) -> String {
        let words = Words::of(language);
        // A text of a scenario is asked for without the region.
        let language = language.split(['-', '_']).next().unwrap_or(language);
        let mut out = format!("{}\n\n", self.title.get(language));
        out.push_str(&self.stages_table(words, language, unit).text(language));
        if self.balance().lost > 0 {
            out.push('\n');
            out.push_str(&self.refusals_table(words, language).text(language));
            let by = self.resolvable();
            let parts: Vec<String> = by
                .iter()
                .map(|(who, total)| format!("{} {}", words.resolver(*who), words.count(total.cases)))
                .collect();
            let _ = writeln!(out, "\n{}: {}.", words.resolved_by, parts.join(", "));
        }
        out.push('\n');
        self.tell_balance(words, language, &mut out);
        out
    }

    fn stages_table(&self, words: &Words, language: &str, unit: TimeUnit) -> Table {
        let mut table = Table::new("stages")
            .column("stage", words.stage, Kind::Text)
            .column("entered", words.entered, Kind::Count)
            .column("visits", words.visits, Kind::Count)
            .column("reached", words.reached, Kind::Count)
            .column("of_first", words.share, Kind::Share)
            .column("lost", words.lost, Kind::Count)
            .column("open", words.open, Kind::Count)
            .column("median", words.median, Kind::Time)
            .column("median_working", words.working, Kind::WorkingTime);
        let time = |millis: Option<Decimal>, working| match (millis, unit) {
            (None, _) => Cell::none(),
            (Some(_), TimeUnit::Spoken) if working => Cell::working_time(millis),
            (Some(_), TimeUnit::Spoken) => Cell::time(millis),
            (Some(millis), TimeUnit::Seconds) => Cell::number(millis / Decimal::ONE_THOUSAND, 1),
        };
        let first = self.stages.first().map_or(0, counted);
        for line in &self.stages {
            let of_first = share(counted(line), first);
            table.push(Row::new([
                Cell::text(stage_name(line, words, language)),
                count(line.entered.cases),
                count(line.visits),
                count(line.reached.cases),
                if line.known { of_first } else { Cell::empty() },
                count(line.lost_cases()),
                count(line.open.cases),
                time(line.calendar.median(), false),
                time(line.working.median(), true),
            ]));
        }
        let won = Cell::text(self.won_label.get(language));
        let cells =
            [won, count(self.won.cases), Cell::empty(), count(self.won.cases), share(self.won.cases, first)];
        table.push(Row::new(cells).sum());
        table
    }

    fn refusals_table(&self, words: &Words, language: &str) -> Table {
        let mut table = Table::new("refusals")
            .column("stage_and_reason", words.refusals, Kind::Text)
            .column("cases", words.cases, Kind::Count)
            .column("of_lost", words.of_lost, Kind::Share)
            .column("resolved_by", words.resolved_by, Kind::Text);
        let lost = self.balance().lost;
        for line in self.stages.iter().filter(|line| !line.lost.is_empty()) {
            let (name, all) = (stage_name(line, words, language), line.lost_cases());
            table.push(Row::new([Cell::text(name), count(all), share(all, lost)]));
            for it in &line.lost {
                let by = Cell::text(words.resolver(it.resolved_by));
                let cells = [
                    Cell::text(title(it, words, language)),
                    count(it.total.cases),
                    share(it.total.cases, lost),
                    by,
                ];
                table.push(Row::new(cells).under(1));
            }
        }
        table
    }

    fn tell_balance(&self, words: &Words, language: &str, out: &mut String) {
        let balance = self.balance();
        let parts = [
            (words.won, balance.won),
            (words.lost, balance.lost),
            (words.open, balance.open),
            (words.void, balance.void),
            (words.transferred, balance.transferred),
        ];
        let told: Vec<String> = parts
            .into_iter()
            .enumerate()
            .filter(|(place, (_, count))| *place < 3 || *count > 0)
            .map(|(_, (name, count))| format!("{} {}", name.to_lowercase(), words.count(count)))
            .collect();
        let sign = if balance.holds() { "=" } else { "≠" };
        let all = words.count(self.cases.cases);
        let _ = write!(out, "{}: {} {sign} {all}", words.balance, told.join(" + "));
        out.push('\n');
        if !balance.holds() {
            let _ = writeln!(out, "{}: {}", words.balance, words.unbalanced);
        }
        for it in &self.void {
            let _ = writeln!(
                out,
                "  {}: {} {}",
                words.void,
                title(it, words, language),
                words.count(it.total.cases)
            );
        }
        if balance.void > 0 {
            let _ = writeln!(out, "  {}", words.without_void);
        }
        if self.reopened.cases > 0 {
            let _ = writeln!(out, "  {}: {}", words.reopened, words.count(self.reopened.cases));
        }
    }
}

fn counted(line: &StageLine) -> u64 {
    line.reached.cases - line.reached_void.cases
}

fn count(count: u64) -> Cell {
    Cell::count(count)
}

/// A share, empty where it is of nothing.
fn share(part: u64, whole: u64) -> Cell {
    if whole == 0 { Cell::empty() } else { Cell::share(Share::new(part, whole)) }
}

fn stage_name(line: &StageLine, words: &Words, language: &str) -> String {
    let label = line.label.get(language);
    if line.known { label.to_owned() } else { format!("{label} ({})", words.was) }
}

fn title<'a>(it: &'a Refusal, words: &'a Words, language: &str) -> &'a str {
    let title = it.title.get(language);
    if title.is_empty() { words.no_reason } else { title }
}
