//! `voronka case show`: the one window.

use super::{Desk, failed, host, told};
use crate::output::{Failed, Look, Output};
use crate::place::{Place, Published};
use crate::{Verdict, said};
use clap::Args;
use voronka::case::{Missing, ProcessEnd};
use voronka::tell::Speaker;
use voronka::{Case, FactView, View, Why};

/// Show a case as the actor may see it: its light, fields, facts, work, and what can be done with it.
#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    desk: Desk,
    /// The case.
    case: String,
    /// Also why each trigger has not fired.
    #[arg(long)]
    triggers: bool,
}

impl Show {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.desk.address)?;
        let published = Published::new(&place);
        let (_, scenario) = told::seen(&place, &published, &self.desk, &self.case)?;
        let at = self.desk.at.as_deref().map(|text| said::moment(text, said::zone(&scenario))).transpose()?;
        let host = host(&place, at);
        let now = at.unwrap_or_else(voronka::runtime::SystemClock::now);
        let look = |case: &Case, view: &View<'_>| {
            let speaker = Speaker::new(&*scenario, &self.desk.lang).about(case);
            let now = now.max(case.last_at);
            Window { desk: &self.desk, out: &mut *out, speaker, case, now }.show(view)
        };
        let shown = if self.triggers {
            host.evaluate_in_full(&self.case, &self.desk.actor, look)
        } else {
            host.evaluate(&self.case, &self.desk.actor, look)
        };
        shown.map_err(|error| failed(&place, &error))??;
        Ok(Verdict::Good)
    }
}

struct Window<'w> {
    desk: &'w Desk,
    out: &'w mut Output,
    speaker: Speaker<'w>,
    case: &'w Case,
    now: voronka::Moment,
}

impl Window<'_> {
    fn t<'t>(&self, en: &'t str, ru: &'t str) -> &'t str {
        self.desk.t(en, ru)
    }

    fn show(&mut self, view: &View<'_>) -> Result<(), Failed> {
        self.head()?;
        self.fields(view)?;
        self.facts(view)?;
        self.documents(view)?;
        self.work(view)?;
        self.ways(view)?;
        self.waiting(view)?;
        self.triggers(view)
    }

    fn head(&mut self) -> Result<(), Failed> {
        let case = self.case;
        let it = &case.scenario;
        let title = case.title.as_deref().map(|it| format!(" {it}")).unwrap_or_default();
        let head = self.out.look(Look::Strong, format!("{}{title}", case.id));
        let of = format!("{} {}, {} {}", it.id, it.version, self.t("revision", "ревизия"), case.revision);
        self.out.line(format!("{head} ({of})"))?;
        let (stage, from) =
            (self.speaker.stage_title(case.stage()), self.speaker.moment_shown(case.visit.from));
        let since = self.t("since", "с");
        let mut lines = vec![(self.t("stage", "этап"), format!("{stage}, {since} {from}"))];
        match told::light(self.out, &self.speaker, case, self.now) {
            Some(light) => lines.push((self.t("light", "цвет"), light)),
            None => lines.push((self.t("closed", "закрыто"), told::closed(self.desk, &self.speaker, case))),
        }
        if let Some(person) = &case.responsible {
            let team = case.team.as_deref().map(|team| format!(" ({team})")).unwrap_or_default();
            lines.push((self.t("responsible", "ответственный"), format!("{person}{team}")));
        }
        if let Some(channel) = &case.channel {
            lines.push((self.t("channel", "канал"), channel.clone()));
        }
        if let Some(into) = &case.merged_into {
            lines.push((self.t("merged into", "объединено с"), into.clone()));
        }
        if !case.merged_from.is_empty() {
            lines.push((self.t("took over", "приняло"), case.merged_from.join(", ")));
        }
        let opened = format!("{}, {}", self.speaker.moment_shown(case.opened_at), case.author);
        lines.push((self.t("opened", "открыто"), opened));
        self.pairs(&lines.into_iter().map(|(name, text)| (name.to_owned(), text)).collect::<Vec<_>>(), "")
    }

    /// Names and values in two columns.
    fn pairs(&mut self, lines: &[(String, String)], indent: &str) -> Result<(), Failed> {
        let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, text) in lines {
            let pad = " ".repeat(width - name.chars().count());
            self.out.line(format!("{indent}{name}{pad}  {text}").trim_end())?;
        }
        Ok(())
    }

    fn heading(&mut self, en: &str, ru: &str) -> Result<(), Failed> {
        let heading = self.out.look(Look::Strong, self.t(en, ru));
        self.out.line(format!("\n{heading}"))
    }

    fn fields(&mut self, view: &View<'_>) -> Result<(), Failed> {
        let filled = view.fields.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let lines: Vec<(String, String)> = filled
            .map(|(name, value)| (self.speaker.field_title(name), self.speaker.value_shown(name, value)))
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        self.heading("fields", "реквизиты")?;
        self.pairs(&lines, "  ")
    }

    fn facts(&mut self, view: &View<'_>) -> Result<(), Failed> {
        if view.facts.is_empty() {
            return Ok(());
        }
        self.heading("facts", "данные учёта")?;
        for group in &view.facts {
            let mut indent = "  ";
            if let Some(def) = group.group {
                self.out.line(format!("  {}", def.title.get(&self.desk.lang)))?;
                indent = "    ";
            }
            let lines: Vec<(String, String)> = group.facts.iter().map(|fact| self.fact(fact)).collect();
            self.pairs(&lines, indent)?;
        }
        Ok(())
    }

    fn fact(&self, fact: &FactView<'_>) -> (String, String) {
        let mut name = self.speaker.field_title(fact.name);
        let unknown = self.t("unknown", "неизвестно");
        let Some(state) = fact.state else {
            return (name, format!("{unknown}: {}", self.t("never learnt", "ни разу не узнали")));
        };
        if !state.key.is_empty() {
            let key: Vec<String> = state.key.iter().map(ToString::to_string).collect();
            name = format!("{name} ({})", key.join(", "));
        }
        let value = match (&state.value, &state.unknown) {
            (_, Some(why)) => format!("{unknown}: {why}"),
            (Some(value), None) => self.speaker.value_shown(fact.name, value),
            (None, None) => self.t("empty", "пусто").to_owned(),
        };
        let since = self.speaker.moment_shown(state.since);
        (name, format!("{value}, {} {since}", self.t("since", "с")))
    }

    fn documents(&mut self, view: &View<'_>) -> Result<(), Failed> {
        let groups: Vec<_> = view.documents.iter().filter(|it| !it.documents.is_empty()).collect();
        if groups.is_empty() {
            return Ok(());
        }
        self.heading("documents", "документы")?;
        for group in groups {
            let mut parts = vec![format!("{} {}", self.t("in force", "действует"), group.in_force())];
            parts.extend(
                group
                    .sums
                    .iter()
                    .map(|it| self.speaker.sum_shown(group.kind, it.name, it.value, &it.unknown)),
            );
            self.out.line(format!("  {}: {}", self.speaker.document_title(group.kind), parts.join(", ")))?;
            for it in &group.documents {
                self.out.line(format!("    {}", self.speaker.document_shown(it.state, it.in_force)))?;
            }
        }
        Ok(())
    }

    fn work(&mut self, view: &View<'_>) -> Result<(), Failed> {
        if view.activities.is_empty() {
            return Ok(());
        }
        self.heading("open activities", "открытые дела")?;
        for it in view.activities {
            let mut parts = vec![self.speaker.activity_shown(it)];
            if let Some(due) = it.due {
                let when = self.speaker.moment_shown(due.at);
                let due = format!("{} {when}", self.t("due", "срок"));
                parts.push(if it.is_overdue(self.now) { self.out.look(Look::Bad, due) } else { due });
            }
            if it.mandatory {
                parts.push(self.t("mandatory", "обязательно").to_owned());
            }
            parts.extend(it.assignee.clone().or_else(|| it.role.clone()));
            let id = self.out.look(Look::Faint, &it.id);
            self.out.line(format!("  {} [{id}]", parts.join(", ")))?;
        }
        Ok(())
    }

    fn ways(&mut self, view: &View<'_>) -> Result<(), Failed> {
        if !view.moves.is_empty() {
            self.heading("moves", "переходы")?;
        }
        for it in &view.moves {
            let label = it.title.get(&self.desk.lang);
            let label = if label.is_empty() { self.speaker.stage_title(it.to) } else { label.to_owned() };
            let outcome = if it.outcome.is_some() { self.t("close: ", "закрыть: ") } else { "" };
            self.way(it.to, &format!("{outcome}{label}"), &it.missing)?;
        }
        if !view.commands.is_empty() {
            self.heading("commands", "команды")?;
        }
        for it in &view.commands {
            self.way(it.id, it.title.get(&self.desk.lang), &it.missing)?;
        }
        self.processes(view)
    }

    fn processes(&mut self, view: &View<'_>) -> Result<(), Failed> {
        if !view.processes.is_empty() {
            self.heading("processes", "бизнес-процессы")?;
        }
        for it in &view.processes {
            let Some(run) = it.run else {
                self.way(it.id, &self.speaker.process_title(it.id), &it.missing)?;
                continue;
            };
            let state = match &run.end {
                None if it.awaited => self.t("waited for", "ждём").to_owned(),
                None => self.t("running", "идёт").to_owned(),
                Some(ProcessEnd::Finished { result, .. }) => result.clone(),
                Some(_) => self.t("cancelled", "отменён").to_owned(),
            };
            let due = run.due.filter(|_| run.is_running());
            let due =
                due.map(|due| format!(", {} {}", self.t("due", "срок"), self.speaker.moment_shown(due.at)));
            let (title, id) = (self.speaker.process_title(it.id), self.out.look(Look::Faint, &run.id));
            self.out.line(format!("  {title}: {state}{} [{id}]", due.unwrap_or_default()))?;
        }
        Ok(())
    }

    /// Something that can be done, or what is missing for it.
    fn way(&mut self, id: &str, label: &str, missing: &[Missing]) -> Result<(), Failed> {
        let id = self.out.look(Look::Faint, id);
        if missing.is_empty() {
            let may = self.out.look(Look::Good, self.t("can be done", "можно"));
            return self.out.line(format!("  {label} [{id}]: {may}"));
        }
        let not = self.out.look(Look::Warning, self.t("not yet", "пока нельзя"));
        self.out.line(format!("  {label} [{id}]: {not}"))?;
        for line in self.speaker.missing_shown(missing) {
            self.out.line(format!("    {line}"))?;
        }
        Ok(())
    }

    fn waiting(&mut self, view: &View<'_>) -> Result<(), Failed> {
        if !view.debts.is_empty() {
            self.heading("debts", "долги")?;
        }
        for it in &view.debts {
            let due = it
                .due
                .map(|due| format!(", {} {}", self.t("due", "срок"), self.speaker.moment_shown(due.at)));
            let what = self.speaker.missing_shown(std::slice::from_ref(&it.missing)).join("; ");
            let id = self.out.look(Look::Faint, it.id);
            self.out.line(format!("  {what}{} [{id}]", due.unwrap_or_default()))?;
        }
        if !view.wishes.is_empty() {
            self.heading("wishes of triggers", "желания триггеров")?;
        }
        for it in &view.wishes {
            let (trigger, to) = (self.speaker.trigger_shown(it.trigger), self.speaker.stage_title(it.to));
            self.out.line(format!("  {trigger} → {to}"))?;
            for line in self.speaker.missing_shown(&it.missing) {
                self.out.line(format!("    {line}"))?;
            }
        }
        Ok(())
    }

    fn triggers(&mut self, view: &View<'_>) -> Result<(), Failed> {
        if view.triggers.is_empty() {
            return Ok(());
        }
        self.heading("triggers that have not fired", "триггеры, которые не сработали")?;
        for it in &view.triggers {
            let title = self.speaker.trigger_shown(it.trigger);
            let why = self.why(&it.why);
            self.out.line(format!("  {title}: {why}"))?;
            if let Why::Condition { findings, .. } = &it.why {
                for finding in findings {
                    self.out.line(format!("    {}", self.speaker.finding(finding)))?;
                }
            }
        }
        Ok(())
    }

    fn why(&self, why: &Why<'_>) -> String {
        let text = match why {
            Why::Off => self.t("switched off", "выключен"),
            Why::Fired => self.t("has fired", "уже сработал"),
            Why::Wish => self.t("its move is held up", "его переход ждёт"),
            Why::Condition { .. } => self.t("its condition does not hold", "условие не выполнено"),
            Why::HoldsAlready => self.t("its condition held before", "условие выполнялось и раньше"),
            Why::Timer(at) => {
                return format!("{} {}", self.t("due", "срок"), self.speaker.moment_shown(*at));
            }
            Why::EmptyField(field) => {
                let field = self.speaker.field_title(field);
                return format!("{}: {field}", self.t("this field is empty", "реквизит пуст"));
            }
            _ => self.t("it has not happened", "этого не было"),
        };
        text.to_owned()
    }
}
