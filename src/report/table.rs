//! A funnel as a table of text, for a terminal or a letter.

use super::funnel::{Funnel, Refusal, StageLine};
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

/// A table whose first column is of text, the others of numbers.
struct Table {
    rows: Vec<Vec<String>>,
    /// The columns that begin at the left, as text does.
    left: Vec<usize>,
    /// Where a line is drawn before a row.
    ruled: Vec<usize>,
}

impl Table {
    fn new<const N: usize>(heads: [&str; N], left: &[usize]) -> Self {
        Self { rows: vec![heads.map(str::to_owned).to_vec()], left: left.to_vec(), ruled: vec![1] }
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    fn rule(&mut self) {
        self.ruled.push(self.rows.len());
    }

    fn print(&self, out: &mut String) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let whole = widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1);
        for (number, row) in self.rows.iter().enumerate() {
            if self.ruled.contains(&number) {
                out.push_str(&"─".repeat(whole));
                out.push('\n');
            }
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if column > 0 {
                    line.push_str("  ");
                }
                let room = " ".repeat(width.saturating_sub(cell.chars().count()));
                if self.left.contains(&column) {
                    line.push_str(cell);
                    line.push_str(&room);
                } else {
                    line.push_str(&room);
                    line.push_str(cell);
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
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
        self.stages_table(words, language, unit).print(&mut out);
        if self.balance().lost > 0 {
            out.push('\n');
            self.refusals_table(words, language).print(&mut out);
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
        let heads = [
            words.stage,
            words.entered,
            words.visits,
            words.reached,
            words.share,
            words.lost,
            words.open,
            words.median,
            words.working,
        ];
        let mut table = Table::new(heads, &[0]);
        let time = |millis: Option<Decimal>, working| match (millis, unit) {
            (None, _) => "—".to_owned(),
            (Some(millis), TimeUnit::Spoken) => words.time(millis, working),
            (Some(millis), TimeUnit::Seconds) => words.number(millis / Decimal::ONE_THOUSAND, 1),
        };
        let first = self.stages.first().map_or(0, counted);
        for line in &self.stages {
            let share = words.share(counted(line), first);
            table.row([
                stage_name(line, words, language),
                words.count(line.entered.cases),
                words.count(line.visits),
                words.count(line.reached.cases),
                if line.known { share } else { String::new() },
                words.count(line.lost_cases()),
                words.count(line.open.cases),
                time(line.calendar.median(), false),
                time(line.working.median(), true),
            ]);
        }
        table.rule();
        let won = words.count(self.won.cases);
        let label = self.won_label.get(language).to_owned();
        let share = words.share(self.won.cases, first);
        let none = String::new;
        table.row([label, won.clone(), none(), won, share, none(), none(), none(), none()]);
        table
    }

    fn refusals_table(&self, words: &Words, language: &str) -> Table {
        let mut table = Table::new([words.refusals, words.cases, words.of_lost, words.resolved_by], &[0, 3]);
        let lost = self.balance().lost;
        for line in self.stages.iter().filter(|line| !line.lost.is_empty()) {
            let all = words.count(line.lost_cases());
            let share = words.share(line.lost_cases(), lost);
            table.row([stage_name(line, words, language), all, share, String::new()]);
            for it in &line.lost {
                table.row([
                    format!("  {}", title(it, words, language)),
                    words.count(it.total.cases),
                    words.share(it.total.cases, lost),
                    words.resolver(it.resolved_by).to_owned(),
                ]);
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

fn stage_name(line: &StageLine, words: &Words, language: &str) -> String {
    let label = line.label.get(language);
    if line.known { label.to_owned() } else { format!("{label} ({})", words.was) }
}

fn title<'a>(it: &'a Refusal, words: &'a Words, language: &str) -> &'a str {
    let title = it.title.get(language);
    if title.is_empty() { words.no_reason } else { title }
}
