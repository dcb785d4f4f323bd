//! The desk at which the story plays: a clock, people, cases in memory, and the round with accounting.
//!
//! It does what a host does: before each input it reads the facts that the engine needs, it hands out timers
//! that have come due, carries out effects and reports the answers.

use super::accounting::Accounting;
use super::words::Words;
use std::error::Error;
use std::fmt::Write as _;
use voronka::case::{Act, Entry, FactReading, FactsInput, FinishedInput, Input, Switch};
use voronka::report::Funnel;
use voronka::{Actor, Case, Context, FactNeed, Moment, Opening, Outcome, Rejection, Scenario};

pub type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// A text in English and in Russian.
pub type Said<'t> = (&'t str, &'t str);

/// Somebody of the company: id, name in English and Russian, role.
pub type Person = (&'static str, &'static str, &'static str, &'static str);

struct Running {
    case: Case,
    entries: Vec<Entry>,
    light: Option<String>,
}

pub struct Desk<'s> {
    pub words: Words<'s>,
    pub accounting: Accounting,
    cases: Vec<Running>,
    now: Moment,
    switches: Vec<Switch>,
    inputs: u32,
    scenes: u32,
    out: &'s mut String,
}

impl<'s> Desk<'s> {
    pub fn new(scenario: &'s Scenario, language: &'static str, out: &'s mut String) -> Self {
        Self {
            words: Words::new(scenario, language),
            accounting: Accounting::default(),
            cases: Vec::new(),
            now: Moment::MIN,
            switches: Vec::new(),
            inputs: 0,
            scenes: 0,
            out,
        }
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

    fn ctx(&mut self, actor: Actor) -> Context {
        self.inputs += 1;
        let mut ctx = Context::new(self.now, actor, format!("input-{}", self.inputs));
        ctx.switches.clone_from(&self.switches);
        ctx
    }

    pub fn case(&self, id: &str) -> Result<&Case> {
        let found = self.cases.iter().find(|it| it.case.id == id);
        found.map(|it| &it.case).ok_or_else(|| format!("no case {id}").into())
    }

    /// The id of the open activity of this name in the scenario, or of this English title.
    pub fn activity(&self, case: &str, name: &str) -> Result<String> {
        let open = &self.case(case)?.activities;
        let named = |rule: &str| rule.rsplit('/').next() == Some(name);
        let found =
            open.iter().find(|it| it.rule.as_deref().is_some_and(named) || it.title.get("en") == name);
        found.map(|it| it.id.clone()).ok_or_else(|| format!("{case}: {name} is not open").into())
    }

    /// The clock goes on, in the office's time: `2026-03-02 09:10`. What comes due on the way is handed out.
    pub fn at(&mut self, time: &str) -> Result {
        let (date, time) = time.split_once(' ').unwrap_or((time, "00:00"));
        let now = format!("{date}T{time}:00+03:00").parse()?;
        self.hand_out_timers(now)?;
        self.now = now;
        Ok(())
    }

    /// Each timer at its moment, the earliest first; one that had to wait, now.
    fn hand_out_timers(&mut self, until: Moment) -> Result {
        let mut waiting: Vec<String> = Vec::new();
        loop {
            let timers =
                self.cases.iter().flat_map(|it| it.case.timers.iter().map(|timer| (&it.case.id, timer)));
            let due = timers.filter(|(_, timer)| timer.at <= until && !waiting.contains(&timer.id));
            let Some((case, timer)) = due.min_by_key(|(_, timer)| timer.at) else { return Ok(()) };
            let (case, id) = (case.clone(), timer.id.clone());
            self.now = self.now.max(timer.at);
            let ctx = self.ctx(Actor { id: "clock".into(), ..Actor::default() });
            let input = Input::Timer { timer: id.clone() };
            match self.words.scenario.step(self.case(&case)?, input, &ctx) {
                Ok(outcome) => {
                    self.said(
                        self.words.t("the clock", "часы"),
                        ("something is due", "наступил срок"),
                        &case,
                    );
                    self.take(outcome)?;
                }
                // One whose trigger is switched off waits: the engine writes nothing (T7, T11).
                Err(_) => waiting.push(id),
            }
        }
    }

    fn said(&mut self, who: &str, (en, ru): Said<'_>, case: &str) {
        let line = format!("\n  {}  [{case}] {who}: {}", self.words.time(self.now), self.words.t(en, ru));
        self.line(&line);
    }

    fn person(&self, (_, en, ru, _): Person) -> &'static str {
        if self.words.russian() { ru } else { en }
    }

    /// A request comes in.
    pub fn open(&mut self, id: &str, who: Person, what: Said<'_>, opening: Opening) -> Result {
        let name = self.person(who);
        self.said(name, what, id);
        let ctx = self.ctx(actor(who));
        let outcome = self.words.scenario.open(id, opening, &ctx).map_err(|it| it.to_string())?;
        self.take(outcome)
    }

    /// Somebody does something, and the engine takes it.
    pub fn does(&mut self, case: &str, who: Person, what: Said<'_>, input: Input) -> Result {
        let refused = |it: Rejection| format!("{case}: {} was refused: {it}", what.0);
        match self.attempt(case, who, what, input)? {
            Ok(outcome) => self.take(outcome),
            Err(rejection) => Err(refused(rejection).into()),
        }
    }

    /// Somebody tries something, and the engine refuses it and says all that is missing.
    pub fn is_refused(&mut self, case: &str, who: Person, what: Said<'_>, input: Input) -> Result {
        let Err(rejection) = self.attempt(case, who, what, input)? else {
            return Err(format!("{case}: {} was not refused", what.0).into());
        };
        self.answer(self.words.t("REFUSED, because", "ОТКАЗАНО:").to_owned().as_str());
        for missing in rejection.missing() {
            let text = format!("  ✗ {}", self.words.missing(missing));
            self.answer(&text);
        }
        Ok(())
    }

    fn attempt(
        &mut self,
        case: &str,
        who: Person,
        what: Said<'_>,
        input: Input,
    ) -> Result<std::result::Result<Outcome, Rejection>> {
        let name = self.person(who);
        self.said(name, what, case);
        self.read_facts(case, &input)?;
        let ctx = self.ctx(actor(who));
        Ok(self.words.scenario.step(self.case(case)?, input, &ctx))
    }

    /// C9: what the step may read and the case does not know, or not recently enough, is read first. A key
    /// may hang on what was just read, so it is asked again until nothing new comes.
    fn read_facts(&mut self, id: &str, input: &Input) -> Result {
        loop {
            let (scenario, case) = (self.words.scenario, self.case(id)?);
            let needs: Vec<FactNeed> = scenario
                .needs(case, input)
                .into_iter()
                .filter(|need| !need.is_met(case, scenario, self.now))
                .collect();
            if needs.is_empty() {
                return Ok(());
            }
            self.facts(id, &needs)?;
        }
    }

    fn facts(&mut self, id: &str, needs: &[FactNeed]) -> Result {
        let values: Vec<_> = needs.iter().map(|need| self.accounting.read(id, need)).collect();
        // What is as it was is no news.
        let case = self.case(id)?;
        let known = |it: &FactReading| case.fact(&it.fact, &it.key).and_then(|known| known.value.clone());
        let told: Vec<String> = values
            .iter()
            .filter(|it| known(it) != it.value)
            .map(|it| {
                let def = self.words.scenario.definition().facts.get(&it.fact);
                let title = def.map_or(it.fact.as_str(), |def| def.title.get(self.words.language));
                let key: Vec<String> = it.key.iter().map(|key| self.words.value(key)).collect();
                let key = if key.is_empty() { String::new() } else { format!(" {}", key.join(", ")) };
                let value = it.value.as_ref().map(|value| self.words.value(value)).unwrap_or_default();
                format!("{title}{key}: {value}")
            })
            .collect();
        let line = format!("({} {})", self.words.t("accounting:", "учёт:"), told.join(" · "));
        if !told.is_empty() {
            self.answer(&line);
        }
        let facts = FactsInput { source: Some("accounting".into()), values, ..FactsInput::default() };
        let ctx = self.ctx(Actor { id: "accounting".into(), ..Actor::default() });
        let outcome = self.words.scenario.step(self.case(id)?, Input::Facts(facts), &ctx);
        self.take(outcome.map_err(|it| it.to_string())?)
    }

    /// Accounting tells a case what has changed, of itself.
    pub fn accounting_tells(&mut self, case: &str, what: Said<'_>, facts: &[&str]) -> Result {
        let name = self.words.t("Accounting", "Учёт");
        self.said(name, what, case);
        let needs: Vec<FactNeed> = facts.iter().map(|fact| need(fact)).collect();
        self.facts(case, &needs)
    }

    /// An accepted step: the case is the new one, what came of it is told, effects are carried out.
    fn take(&mut self, outcome: Outcome) -> Result {
        let (case, entry) = outcome.into_parts();
        let lines: Vec<String> =
            entry.events.iter().filter_map(|event| self.words.event(&case, event)).collect();
        for line in lines {
            self.answer(&format!("→ {line}"));
        }
        let mut asked = Vec::new();
        for effect in entry.effects() {
            if let Act::Command { run, command, fields } = &effect.act {
                let (answer, text) = self.accounting.command(&case.id, command, fields, self.words.russian());
                asked.push(Input::Answer { command: run.clone(), answer, text });
            }
        }
        let id = case.id.clone();
        let light = self.words.light(&case, case.light(self.now), self.now);
        match self.cases.iter_mut().find(|it| it.case.id == id) {
            Some(running) => {
                running.case = case;
                running.entries.push(entry);
            }
            None => self.cases.push(Running { case, entries: vec![entry], light: None }),
        }
        if asked.is_empty() {
            return self.show_light(&id, light);
        }
        for input in asked {
            let ctx = self.ctx(Actor { id: "accounting".into(), ..Actor::default() });
            let outcome = self.words.scenario.step(self.case(&id)?, input, &ctx);
            self.take(outcome.map_err(|it| it.to_string())?)?;
            // What accounting has changed it tells, or the case would go on with what it knew.
            self.facts(&id, &[need("reserved")])?;
        }
        Ok(())
    }

    fn show_light(&mut self, id: &str, light: Option<String>) -> Result {
        let Some(running) = self.cases.iter_mut().find(|it| it.case.id == id) else { return Ok(()) };
        if running.light != light {
            running.light.clone_from(&light);
            if let Some(light) = light {
                self.answer(&light);
            }
        }
        Ok(())
    }

    /// Somebody looks at the lights of everything that is open.
    pub fn looks(&mut self, who: Person) {
        let name = self.person(who);
        let line = format!(
            "\n  {}  {name} {}",
            self.words.time(self.now),
            self.words.t("looks at the lights:", "смотрит на светофоры:")
        );
        self.line(&line);
        let lights: Vec<String> = self
            .cases
            .iter()
            .filter_map(|it| {
                let light = self.words.light(&it.case, it.case.light(self.now), self.now)?;
                Some(format!("[{}] {light}", it.case.id))
            })
            .collect();
        for light in lights {
            self.answer(&light);
        }
    }

    /// One case as one person sees it (G1, G2).
    pub fn sees(&mut self, case: &str, who: Person) -> Result {
        let ctx = self.ctx(actor(who));
        let lines = self.words.view(&self.words.scenario.evaluate(self.case(case)?, &ctx));
        let head = format!("\n  {}, {}", self.person(who), self.words.role(who.3));
        self.line(&head);
        for line in lines {
            self.answer(&line);
        }
        Ok(())
    }

    /// The switch is the store's; every case notices it at its next input (T7).
    pub fn switch(&mut self, who: Person, what: Said<'_>, trigger: &str, on: bool) -> Result {
        let line = format!(
            "\n  {}  {}: {}",
            self.words.time(self.now),
            self.person(who),
            self.words.t(what.0, what.1)
        );
        self.line(&line);
        self.switches.retain(|it| it.trigger != trigger);
        self.switches.push(Switch { trigger: trigger.to_owned(), on });
        self.hand_out_timers(self.now)
    }

    /// The running process of a case ends with a result.
    pub fn process_ends(&mut self, case: &str, who: Person, what: Said<'_>, result: &str) -> Result {
        let run = self.case(case)?.processes.iter().find(|run| run.is_running()).map(|run| run.id.clone());
        let process = run.ok_or("no process runs")?;
        let finished = FinishedInput { process, result: result.into(), ..FinishedInput::default() };
        self.does(case, who, what, Input::Finished(finished))
    }

    /// The funnel of all cases, after each journal has given its case back byte for byte (C3).
    pub fn funnel(&mut self) -> Result {
        for running in &self.cases {
            if Case::replay(&running.entries)? != running.case {
                return Err(format!("{}: the journal gives another case", running.case.id).into());
            }
        }
        let funnel = Funnel::of(self.words.scenario, self.cases.iter().map(|it| &it.case));
        let table = funnel.table(self.words.language);
        self.line("");
        self.line(table.trim_end());
        if !funnel.balance().holds() {
            return Err("the funnel does not balance".into());
        }
        Ok(())
    }
}

fn actor((id, _, _, role): Person) -> Actor {
    if role.is_empty() { Actor { id: id.into(), ..Actor::default() } } else { Actor::new(id, role) }
}

fn need(fact: &str) -> FactNeed {
    FactNeed { fact: fact.to_owned(), key: Vec::new(), fresh: None }
}
