//! The section on time and discipline.

use super::{Teller, at, capital, counted};
use crate::report::discipline::{Discipline, Work};
use crate::report::query::Key;
use crate::report::show::{Cell, Chart, Drawing, Figure, Kind, Line, Lines, Measure, Row, Section, Table};

impl Teller {
    pub(super) fn discipline(&self, it: &Discipline) -> Section {
        let words = self.words;
        let mut section = Section::new("discipline", words.discipline).note(words.discipline_note);
        section = section.part(format!(
            "{}: {}; {}: {}.",
            capital(words.moved_back),
            it.moved_back.cases,
            words.reopened,
            it.reopened.cases
        ));
        section = section.part(self.stages_of_work(it));
        if !it.people.is_empty() {
            section = section.part(self.people(it));
        }
        if !it.debts.is_empty() {
            section = section.part(self.debts(it));
        }
        if !it.lights.is_empty() {
            section = section.part(self.lights(it)).part(self.days(it));
        }
        section
    }

    fn worked(table: Table, words: &super::Words) -> Table {
        table
            .column("activities", words.planned, Kind::Count)
            .column("done", words.done, Kind::Count)
            .column("late", words.late, Kind::Count)
            .column("overdue_now", words.open_late, Kind::Count)
            .column("rescheduled", words.rescheduled, Kind::Count)
            .column("times", words.moves, Kind::Count)
    }

    fn work(it: &Work) -> [Cell; 6] {
        [it.planned, it.done, it.late, it.open_late, it.rescheduled, it.moves].map(Cell::count)
    }

    fn stages_of_work(&self, it: &Discipline) -> Table {
        let words = self.words;
        let table = Table::new("discipline_stages").column("stage", words.stage, Kind::Text);
        let mut table = Self::worked(table, words).column("moved_back", words.back, Kind::Count).column(
            "skipped",
            words.skipped,
            Kind::Count,
        );
        for line in &it.stages {
            let mut cells = vec![Cell::text(self.text(&line.label))];
            let [planned, done, late, open, rescheduled, moves] = Self::work(&line.work);
            let late = late.query(at(Key::Late, &line.id).to_string());
            cells.extend([planned, done, late, open, rescheduled, moves]);
            cells.push(Self::cases(&line.back, &at(Key::Back, &line.id)));
            cells.push(Self::cases(&line.skipped, &at(Key::Skipped, &line.id)));
            table.push(Row::new(cells));
        }
        table
    }

    fn people(&self, it: &Discipline) -> Table {
        let words = self.words;
        let table = Table::new("people").title(words.people).column("person", words.person, Kind::Text);
        let mut table = Self::worked(table, words);
        for line in &it.people {
            let name = if line.person.is_empty() { words.none } else { &line.person };
            table.push(Row::new(std::iter::once(Cell::text(name)).chain(Self::work(&line.work))));
        }
        table
    }

    fn debts(&self, it: &Discipline) -> Table {
        let words = self.words;
        let ends = [
            ("met", words.met),
            ("waived", words.waived),
            ("went_back", words.went_back),
            ("gone", words.gone),
            ("standing", words.standing),
        ];
        let mut table = Table::new("debts")
            .title(words.debts)
            .column("requirement", words.rule, Kind::Text)
            .column("cases", words.cases, Kind::Count);
        for (id, title) in ends {
            table = table.column(id, title, Kind::Count);
        }
        for line in &it.debts {
            let cells = [Cell::text(&line.rule), Self::cases(&line.cases, &at(Key::Debt, &line.rule))];
            let each = ends.iter().map(|(id, _)| Cell::count(line.ends.get(*id).copied().unwrap_or(0)));
            table.push(Row::new(cells.into_iter().chain(each)));
        }
        table
    }

    fn lights(&self, it: &Discipline) -> Chart {
        let words = self.words;
        let line = |label: &str, of: fn(&crate::report::DayLights) -> u64| Line {
            label: label.to_owned(),
            values: it.lights.iter().map(|day| Some(counted(of(day)))).collect(),
        };
        let lines = Lines {
            measure: Measure::Count,
            labels: it.lights.iter().map(|day| day.day.to_string()).collect(),
            lines: vec![
                line(words.open, |day| day.open),
                line(words.red, |day| day.red),
                line(words.yellow, |day| day.yellow),
            ],
        };
        Chart::new("lights", words.lights, Drawing::Lines(lines))
    }

    fn days(&self, it: &Discipline) -> Table {
        let words = self.words;
        let mut table = Table::new("lights")
            .title(words.lights)
            .column("day", words.day, Kind::Date)
            .column("open", words.open, Kind::Count)
            .column("red", words.red, Kind::Count)
            .column("yellow", words.yellow, Kind::Count);
        for day in &it.lights {
            let counts = [day.open, day.red, day.yellow].map(Cell::count);
            table.push(Row::new(std::iter::once(Figure::Date(day.day).into()).chain(counts)));
        }
        table
    }
}
