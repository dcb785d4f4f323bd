//! The desk at which the story plays: a clock, people, what they do at the company, and what came of it in words.

use super::host::{self, Company, Fault, Owes, Work};
use super::words::Words;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use voronka::case::{Entry, Input, Missing};
use voronka::report::Funnel;
use voronka::runtime::{Clock, Request, StepError};
use voronka::store::{self, CaseFilter, CaseQuery, Position, Query, Store, Wanted};
use voronka::{Actor, Case, Moment, Opening, Scenario};

pub use super::host::Result;

/// A text in English and in Russian.
pub type Said<'t> = (&'t str, &'t str);

/// Somebody of the company: id, name in English and Russian, role.
pub type Person = (&'static str, &'static str, &'static str, &'static str);

/// The story's own clock: it stands still until the story moves it on.
pub struct StoryClock(Mutex<Moment>);

impl StoryClock {
    fn set(&self, moment: Moment) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.set(self.now().plus_millis(millis));
    }
}

pub struct Desk<'s> {
    pub words: Words<'s>,
    pub company: Arc<Company>,
    clock: Arc<StoryClock>,
    /// Counts rows, by a connection of its own.
    counting: Connection,
    /// Up to where the journals have been told.
    told: Position,
    lights: BTreeMap<String, Option<String>>,
    inputs: u32,
    scenes: u32,
    /// The case of which it is being told.
    about: String,
    out: &'s mut String,
}

impl<'s> Desk<'s> {
    pub fn open(
        file: &Path,
        scenarios: &'s [Scenario],
        language: &'static str,
        out: &'s mut String,
    ) -> Result<Self> {
        let clock = Arc::new(StoryClock(Mutex::new(Moment::MIN)));
        let company = Company::open(file, Arc::clone(&clock))?;
        Ok(Self {
            words: Words::new(scenarios, language).ok_or("no scenario")?,
            company,
            clock,
            counting: host::connect(file)?,
            told: Position::default(),
            lights: BTreeMap::new(),
            inputs: 0,
            scenes: 0,
            about: String::new(),
            out,
        })
    }

    pub fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// A new scene.
    pub fn scene(&mut self, (en, ru): Said<'_>) {
        self.scenes += 1;
        let title = format!("{}. {}", self.scenes, self.words.t(en, ru));
        let rule = "═".repeat(title.chars().count());
        let _ = write!(self.out, "\n\n{title}\n{rule}\n");
    }

    /// What there is to know.
    pub fn tell(&mut self, (en, ru): Said<'_>) {
        let text = self.words.t(en, ru).to_owned();
        self.out.push('\n');
        self.wrapped(&text, "", "");
    }

    /// A text in lines of at most a hundred characters.
    fn wrapped(&mut self, text: &str, first: &str, others: &str) {
        let (mut line, mut begun) = (first.to_owned(), false);
        for word in text.split(' ') {
            if begun && line.chars().count() + word.chars().count() >= 100 {
                self.line(&line);
                (line, begun) = (others.to_owned(), false);
            }
            if begun {
                line.push(' ');
            }
            line.push_str(word);
            begun = true;
        }
        self.line(&line);
    }

    fn answer(&mut self, line: &str) {
        let inner = line.trim_start();
        let indent = " ".repeat(6 + line.len() - inner.len());
        self.wrapped(inner, &indent, &format!("{indent}  "));
    }

    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    fn name(&self, (_, en, ru, _): Person) -> &'static str {
        if self.words.russian() { ru } else { en }
    }

    fn said(&mut self, who: &str, (en, ru): Said<'_>, case: &str) {
        case.clone_into(&mut self.about);
        let case = if case.is_empty() { String::new() } else { format!("[{case}] ") };
        let line = format!("\n  {}  {case}{who}: {}", self.words.time(self.now()), self.words.t(en, ru));
        self.line(&line);
    }

    pub fn case(&self, id: &str) -> Result<Case> {
        let loading = self.company.runtime.store().load(&[Wanted::case(id)])?;
        let found = loading.found.into_iter().next().and_then(|it| it.case);
        Ok(found.ok_or_else(|| format!("no case {id}"))?.read()?)
    }

    /// The cases that there are, by id; or only those that are open.
    fn cases(&self, open: Option<bool>) -> Result<Vec<Case>> {
        let filter = CaseFilter { open, ..CaseFilter::default() };
        let query = CaseQuery { filter, limit: 1000, ..CaseQuery::default() };
        Query::cases(self.company.runtime.store(), &query)?.rows.iter().map(|it| self.case(&it.id)).collect()
    }

    /// The id of the open activity of this name in the scenario, or of this English title.
    pub fn activity(&self, case: &str, name: &str) -> Result<String> {
        let open = self.case(case)?.activities;
        let named = |rule: &str| rule.rsplit('/').next() == Some(name);
        let found =
            open.iter().find(|it| it.rule.as_deref().is_some_and(named) || it.title.get("en") == name);
        found.map(|it| it.id.clone()).ok_or_else(|| format!("{case}: {name} is not open").into())
    }

    /// What somebody asks of a case, under an id of its own.
    pub fn asks(&mut self, case: &str, who: Person, input: Input) -> Request {
        self.inputs += 1;
        Request::new(case, input, format!("input-{}", self.inputs), actor(who))
    }

    /// The clock goes on, in the office's time: `2026-03-02 09:10`. What comes due on the way is done at its moment.
    pub fn at(&mut self, time: &str) -> Result {
        let (date, time) = time.split_once(' ').unwrap_or((time, "00:00"));
        let until: Moment = format!("{date}T{time}:00+03:00").parse()?;
        loop {
            let cases = self.cases(Some(true))?;
            let moments = cases.iter().flat_map(|case| case.timers.iter().map(|timer| timer.at));
            let next = moments.filter(|at| *at > self.now() && *at < until).min();
            self.clock.set(next.unwrap_or(until));
            self.catch_up()?;
            if next.is_none() {
                return Ok(());
            }
        }
    }

    /// Puts the clock to the last moment of the cases.
    pub fn at_the_end(&mut self) -> Result {
        let last = self.cases(None)?.iter().map(|case| case.last_at).max();
        self.clock.set(last.ok_or("there are no cases")?);
        Ok(())
    }

    fn catch_up(&mut self) -> Result {
        self.company.catch_up()?;
        self.hear()
    }

    /// A request comes in.
    pub fn open_case(&mut self, id: &str, who: Person, what: Said<'_>, opening: Opening) -> Result {
        let name = self.name(who);
        self.said(name, what, id);
        let request = self.asks(id, who, Input::Open(Box::new(opening)));
        self.company.runtime.step(Request { scenario: Some("wholesale".into()), ..request })?;
        self.catch_up()
    }

    /// Somebody does something, and the engine takes it.
    pub fn does(&mut self, case: &str, who: Person, what: Said<'_>, input: Input) -> Result {
        let name = self.name(who);
        self.said(name, what, case);
        let request = self.asks(case, who, input);
        self.company.runtime.step(request)?;
        self.catch_up()
    }

    /// Somebody tries something, and the engine refuses it and says all that is missing.
    pub fn is_refused(&mut self, case: &str, who: Person, what: Said<'_>, input: Input) -> Result {
        let name = self.name(who);
        self.said(name, what, case);
        let request = self.asks(case, who, input);
        let Err(error) = self.company.runtime.step(request) else {
            return Err(format!("{case}: {} was not refused", what.0).into());
        };
        self.hear()?;
        self.refused(&error.into())
    }

    /// Documents of accounting and steps are done in one transaction, and committed.
    pub fn posts(
        &mut self,
        case: &str,
        who: Person,
        what: Said<'_>,
        work: impl FnOnce(&Work<'_>) -> Result,
    ) -> Result {
        match self.transaction(case, who, what, work)? {
            (Ok(()), [before, _, after]) => {
                self.catch_up()?;
                if before.entries != after.entries {
                    self.counted(("committed", "записано"), &[before, after]);
                }
                Ok(())
            }
            (Err(error), _) => Err(format!("{case}: {} failed: {error}", what.0).into()),
        }
    }

    /// The same, and it is rolled back, with all that either side has written.
    pub fn is_rolled_back(
        &mut self,
        case: &str,
        who: Person,
        what: Said<'_>,
        work: impl FnOnce(&Work<'_>) -> Result,
    ) -> Result {
        let (Err(error), rows) = self.transaction(case, who, what, work)? else {
            return Err(format!("{case}: {} was not rolled back", what.0).into());
        };
        self.refused(&error)?;
        let [before, within, _] = rows;
        if before != within {
            self.counted(("rolled back", "отменено"), &rows);
        }
        Ok(())
    }

    fn counted(&mut self, (en, ru): Said<'_>, rows: &[Rows]) {
        let both = |side: fn(&Rows) -> i64| {
            rows.iter().map(|rows| side(rows).to_string()).collect::<Vec<_>>().join(" → ")
        };
        let (own, entries) = (both(|rows| rows.own), both(|rows| rows.entries));
        let line = match self.words.russian() {
            true => format!("({ru} вместе: строк в учёте {own}, записей в журналах {entries})"),
            false => format!("({en} together: rows of accounting {own}, entries of journals {entries})"),
        };
        self.answer(&line);
    }

    fn transaction(
        &mut self,
        case: &str,
        who: Person,
        what: Said<'_>,
        work: impl FnOnce(&Work<'_>) -> Result,
    ) -> Result<(Result, [Rows; 3])> {
        let name = self.name(who);
        self.said(name, what, case);
        let before = rows(&self.counting)?;
        let mut inside = before;
        let done = self.company.transaction(|desk| {
            let done = work(desk);
            inside = rows(desk.books.0)?;
            done
        });
        Ok((done, [before, inside, rows(&self.counting)?]))
    }

    /// Why something was refused: by a rule, by the company, by a table.
    fn refused(&mut self, error: &Fault) -> Result {
        let missing: &[Missing] = match (error.downcast_ref::<StepError>(), error.downcast_ref::<Owes>()) {
            (Some(step), _) => step.rejection().ok_or_else(|| error.to_string())?.missing(),
            (_, Some(Owes(missing))) => missing,
            _ => &[],
        };
        let mut lines: Vec<String> = missing.iter().map(|it| self.words.missing(it)).collect();
        if lines.is_empty() {
            lines.push(error.to_string());
        }
        self.answer(self.words.t("REFUSED, because", "ОТКАЗАНО:").to_owned().as_str());
        for line in lines {
            self.answer(&format!("  ✗ {line}"));
        }
        Ok(())
    }

    /// What has come into the journals since, in words; the light of each case where it has changed.
    fn hear(&mut self) -> Result {
        let changed = self.company.runtime.store().changes(self.told, 1000)?;
        self.told = changed.next;
        let mut by_case: Vec<(String, Vec<Entry>)> = Vec::new();
        for change in changed.changes {
            let entry = change.entry.read()?;
            match by_case.iter_mut().find(|(case, _)| *case == entry.case) {
                Some((_, entries)) => entries.push(entry),
                None => by_case.push((entry.case.clone(), vec![entry])),
            }
        }
        for (id, entries) in by_case {
            let case = self.case(&id)?;
            if entries.iter().any(|it| matches!(it.input, Input::Timer { .. })) {
                self.said(self.words.t("the clock", "часы"), ("something is due", "наступил срок"), &id);
            }
            let words = self.words.of(&case);
            let lines: Vec<String> = entries.iter().flat_map(|entry| words.entry(&case, entry)).collect();
            if lines.is_empty() {
                continue;
            }
            // Cases that were opened by others answer too, each under its own name.
            if id != self.about && !self.about.is_empty() {
                let head = format!("[{id}] {}", words.about(&case));
                self.answer(&head);
            }
            lines.iter().for_each(|line| self.answer(line));
            let light = words.light(&case, case.light(self.now()), self.now());
            if self.lights.get(&id) != Some(&light) {
                light.iter().for_each(|light| self.answer(light));
                self.lights.insert(id, light);
            }
        }
        Ok(())
    }

    /// Somebody looks at the lights of everything that is open.
    pub fn looks(&mut self, who: Person) -> Result {
        let name = self.name(who);
        let looks = self.words.t("looks at the lights:", "смотрит на светофоры:");
        let line = format!("\n  {}  {name} {looks}", self.words.time(self.now()));
        self.line(&line);
        for case in self.cases(Some(true))? {
            self.one_line(&case);
        }
        Ok(())
    }

    /// What the file holds, open and closed.
    pub fn all(&mut self) -> Result {
        for case in self.cases(None)? {
            self.one_line(&case);
        }
        Ok(())
    }

    fn one_line(&mut self, case: &Case) {
        let words = self.words.of(case);
        let light = words.light(case, case.light(self.now()), self.now());
        let state = light.or_else(|| case.closing.as_ref().map(|it| words.closed(it)));
        let line = format!("[{}] {}", case.id, state.unwrap_or_default());
        self.answer(&line);
    }

    /// One case as one person sees it (G1, G2).
    pub fn sees(&mut self, case: &str, who: Person) -> Result {
        let lines = self.company.runtime.evaluate(case, &actor(who), |_, view| self.words.view(view))?;
        let head = format!("\n  {}, {}", self.name(who), self.words.role(who.3));
        self.line(&head);
        for line in lines {
            self.answer(&line);
        }
        Ok(())
    }

    /// The switch is the store's; every case notices it at its next input (T7).
    pub fn switch(&mut self, who: Person, what: Said<'_>, trigger: &str, on: bool) -> Result {
        let name = self.name(who);
        self.said(name, what, "");
        self.company.runtime.switch(&actor(who), "wholesale", trigger, on)?;
        // What has waited for it is looked at again within a minute.
        self.clock.sleep(Duration::from_secs(60));
        self.catch_up()
    }

    /// The case of the process that another one started last, or of the last one that it opened.
    pub fn started_by(&self, case: &str) -> Result<String> {
        let of = |it: &&Case| it.links.contains_key(case);
        let found = self.cases(None)?.iter().filter(of).map(|it| (it.opened_at, it.id.clone())).max();
        Ok(found.ok_or_else(|| format!("{case} has started nothing"))?.1)
    }

    /// The funnel of all cases, after each journal has given its case back byte for byte (C3).
    pub fn funnel(&mut self) -> Result {
        let checked = store::check(self.company.runtime.store(), 100, &mut |_, _| ())?;
        if let Some(found) = checked.findings.first() {
            return Err(format!("{}: {}", found.what, found.why).into());
        }
        let cases = self.cases(None)?;
        let sales = cases.iter().filter(|case| case.scenario.id == self.words.scenario.definition().id);
        let funnel = Funnel::of(self.words.scenario, sales);
        let table = funnel.table(self.words.language);
        self.line("");
        self.line(table.trim_end());
        if !funnel.balance().holds() {
            return Err("the funnel does not balance".into());
        }
        let (en, ru) = (
            format!(
                "The file is sound: {} cases are what their {} entries say.",
                checked.cases, checked.entries
            ),
            format!("Файл цел: обращений — {}, записей в их журналах — {}.", checked.cases, checked.entries),
        );
        self.tell((&en, &ru));
        Ok(())
    }
}

fn actor((id, _, _, role): Person) -> Actor {
    if role.is_empty() { Actor { id: id.into(), ..Actor::default() } } else { Actor::new(id, role) }
}

/// How many rows there are of accounting, and how many entries of journals.
#[derive(Clone, Copy, PartialEq)]
struct Rows {
    own: i64,
    entries: i64,
}

fn rows(db: &Connection) -> Result<Rows> {
    let count = |table: &str| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
        AND name NOT LIKE 'voronka%'";
    let mut rows = Rows { own: 0, entries: count("voronka_entry")? };
    let mut tables = db.prepare_cached(sql)?;
    let mut names = tables.query([])?;
    while let Some(name) = names.next()? {
        rows.own += count(&name.get::<_, String>(0)?)?;
    }
    Ok(rows)
}
