//! What the engine answers, in words: events, lights, due times, views.

use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use voronka::case::{
    Act, Activity, ActivityEnd, Case, Cause, Closing, CommandAnswer, DebtEnd, Entry, Event, FactState, Light,
    Missing, ProcessEnd,
};
use voronka::scenario::def::{Color, Text};
use voronka::tell::{Arg, Catalog, Speaker};
use voronka::{Moment, MoveView, Scenario, Value, View};

/// Tells everything about cases of one scenario in one language.
pub struct Words<'s> {
    /// All that the company works by.
    all: &'s [Scenario],
    pub scenario: &'s Scenario,
    pub language: &'static str,
    catalog: Catalog,
}

impl<'s> Words<'s> {
    /// Speaks of the first of the scenarios.
    pub fn new(all: &'s [Scenario], language: &'static str) -> Option<Self> {
        Some(Self { all, scenario: all.first()?, language, catalog: Catalog::default() })
    }

    /// The same, speaking of another case's scenario.
    pub fn of(&self, case: &Case) -> Self {
        let its = self.all.iter().find(|it| it.definition().id == case.scenario.id);
        Self { scenario: its.unwrap_or(self.scenario), catalog: Catalog::default(), ..*self }
    }

    /// What a case is about, for one that another one started: `Approval: Uyut, tiles`.
    pub fn about(&self, case: &Case) -> String {
        let scenario = self.scenario.definition().title.get(self.language);
        format!("{scenario}: {}", case.title.as_deref().unwrap_or_default())
    }

    fn person(&self, id: &str) -> String {
        let known = super::story::PEOPLE.iter().find(|it| it.0 == id);
        known.map_or_else(|| id.to_owned(), |it| self.t(it.1, it.2).to_owned())
    }

    pub fn russian(&self) -> bool {
        self.language == "ru"
    }

    /// The text in the language of the story.
    pub fn t<'t>(&self, en: &'t str, ru: &'t str) -> &'t str {
        if self.russian() { ru } else { en }
    }

    pub fn missing(&self, missing: &Missing) -> String {
        Speaker::new(self.scenario, self.language).missing(missing)
    }

    pub fn role(&self, role: &str) -> String {
        self.catalog.say(self.language, &format!("role.{role}"), &[])
    }

    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::List(items) => items.iter().map(|it| self.value(it)).collect::<Vec<_>>().join("; "),
            Value::Record(line) => {
                let part = |name: &str| line.get(name).map(|it| self.value(it)).unwrap_or_default();
                format!("{} {} × {}", part("item"), part("characteristic"), part("quantity"))
            }
            value => Arg::from(value).told(&self.catalog, self.language),
        }
    }

    fn quoted(&self, text: &Text) -> String {
        self.catalog.say(self.language, "quote", &[("text", text.into())])
    }

    fn stage(&self, id: &str) -> String {
        let stage = self.scenario.definition().stages.iter().find(|stage| stage.id == id);
        stage.map_or_else(|| id.to_owned(), |stage| self.quoted(&stage.title))
    }

    /// A trigger by its full name: `prepayment/trigger/paid`, `/trigger/escalate`.
    fn trigger(&self, rule: &str) -> String {
        let def = self.scenario.definition();
        let (stage, id) = rule.split_once("/trigger/").unwrap_or_default();
        let of_stage = def.stages.iter().filter(|it| it.id == stage).flat_map(|it| &it.triggers);
        let trigger = of_stage.chain(def.triggers.iter().filter(|_| stage.is_empty())).find(|it| it.id == id);
        trigger.map_or_else(|| rule.to_owned(), |trigger| self.quoted(&trigger.title))
    }

    fn command(&self, id: &str) -> String {
        let commands = self.scenario.definition().stages.iter().flat_map(|stage| &stage.commands);
        commands.into_iter().find(|it| it.id == id).map_or_else(|| id.to_owned(), |it| self.quoted(&it.title))
    }

    fn channel<'t>(&self, id: &'t str) -> &'t str {
        match id {
            "phone" => self.t("telephone", "телефон"),
            "email" => self.t("e-mail", "почта"),
            other => other,
        }
    }

    /// A process by its hook, which may have a title of its own.
    fn process(&self, id: &str) -> String {
        let hooks = self.scenario.definition().stages.iter().flat_map(|stage| &stage.run);
        let hook = hooks.into_iter().find(|hook| hook.id() == id);
        match hook.filter(|hook| !hook.title.is_empty()) {
            Some(hook) => hook.title.get(self.language).to_owned(),
            None => self.catalog.say(self.language, &format!("process.{id}"), &[]),
        }
    }

    pub fn activity(&self, it: &Activity) -> String {
        let kind = self.scenario.definition().kinds.get(&it.kind);
        let kind = match kind {
            Some(kind) => kind.title.get(self.language).to_owned(),
            None => self.catalog.say(self.language, &format!("kind.{}", it.kind), &[]),
        };
        format!("{kind} {}", self.quoted(&it.title))
    }

    fn activity_of(&self, case: &Case, id: &str) -> String {
        case.activity(id).map_or_else(|| id.to_owned(), |it| self.activity(it))
    }

    /// `Mon 2 Mar 14:10`, in the office's time.
    pub fn time(&self, moment: Moment) -> String {
        let local = local(moment);
        format!("{} {:02}:{:02}", self.day(local), local.hour(), local.minute())
    }

    fn day(&self, local: DateTime<FixedOffset>) -> String {
        let days = self.t("Mon Tue Wed Thu Fri Sat Sun", "пн вт ср чт пт сб вс");
        let day = days.split(' ').nth(local.weekday().num_days_from_monday() as usize);
        let month = if local.month() == 3 { self.t("Mar", "мар") } else { self.t("Apr", "апр") };
        format!("{} {} {month}", day.unwrap_or_default(), local.day())
    }

    /// By when something is due; what is due at midnight is due by the end of the day before.
    fn due(&self, at: Moment) -> String {
        let local_time = local(at);
        if local_time.num_seconds_from_midnight() > 0 {
            return self.time(at);
        }
        let before = self.day(local(at.plus_millis(-1)));
        format!("{} {before}", self.t("the end of", "конца дня"))
    }

    /// The light, with what makes it so.
    pub fn light(&self, case: &Case, light: Option<Light<'_>>, now: Moment) -> Option<String> {
        let light = light?;
        let color = match light.color {
            Color::Green => self.t("● GREEN", "● ЗЕЛЁНЫЙ"),
            Color::Yellow => self.t("● YELLOW", "● ЖЁЛТЫЙ"),
            Color::Red => self.t("● RED", "● КРАСНЫЙ"),
        };
        let dated = |what: String, at: Option<Moment>| match at {
            Some(at) if at <= now => {
                format!("{what}: {} {}", self.t("overdue since", "просрочено с"), self.due(at))
            }
            Some(at) => format!("{what}: {} {}", self.t("due by", "срок — до"), self.due(at)),
            None => what,
        };
        let cause = match light.cause {
            None => String::new(),
            Some(Cause::Activity(id)) => {
                let due = case.open_activity(id).and_then(|it| it.due).map(|due| due.at);
                dated(self.activity_of(case, id), due)
            }
            Some(Cause::Process(id)) => {
                let run = case.processes.iter().find(|run| run.id == id);
                let name = run.map(|run| self.process(&run.hook)).unwrap_or_default();
                dated(name, run.and_then(|run| run.due).map(|due| due.at))
            }
            Some(Cause::Limit) => dated(
                self.t("time on the stage", "время на этапе").to_owned(),
                case.visit.limit.map(|limit| limit.due.at),
            ),
            Some(Cause::Debt(id)) => {
                let debt = case.debts.iter().find(|debt| debt.id == id);
                let missing = debt.map(|debt| self.missing(&debt.missing)).unwrap_or_default();
                dated(missing, debt.and_then(|debt| debt.due).map(|due| due.at))
            }
            Some(Cause::Wish(trigger)) => {
                format!("{} {}", self.trigger(trigger), self.t("is held up", "ждёт"))
            }
            Some(Cause::NoNextStep) => {
                self.t("no next step is planned", "не запланирован следующий шаг").to_owned()
            }
            Some(Cause::Deadline) => {
                dated(self.t("its deadline", "общий срок").to_owned(), case.deadline.map(|due| due.at))
            }
            Some(other) => format!("{other:?}"),
        };
        Some(format!("{color}  {cause}"))
    }

    /// How a case was closed.
    pub fn closed(&self, closing: &Closing) -> String {
        let reason = closing.reason.as_ref().map(|it| format!(" — {}", it.title.get(self.language)));
        let stage = self.stage(&closing.stage);
        format!("{} {stage}{}", self.t("closed:", "закрыто:"), reason.unwrap_or_default())
    }

    /// One entry of a journal, in lines: what it was told by accounting, and what the engine did.
    pub fn entry(&self, case: &Case, entry: &Entry) -> Vec<String> {
        let news = |event: &Event| match event {
            // What is as it was is no news.
            Event::FactLearnt { fact, was, .. } if fact.value != *was => Some(self.fact(fact)),
            _ => None,
        };
        let news: Vec<String> = entry.events.iter().filter_map(news).collect();
        let told = format!("({} {})", self.t("accounting:", "учёт:"), news.join(" · "));
        let told = (!news.is_empty()).then_some(told);
        let done = entry.events.iter().filter_map(|event| self.event(case, event));
        told.into_iter().chain(done.map(|line| format!("→ {line}"))).collect()
    }

    fn fact(&self, it: &FactState) -> String {
        let def = self.scenario.definition().facts.get(&it.fact);
        let title = def.map_or(it.fact.as_str(), |def| def.title.get(self.language));
        let key: Vec<String> = it.key.iter().map(|key| self.value(key)).collect();
        let key = if key.is_empty() { String::new() } else { format!(" {}", key.join(", ")) };
        let value = it.value.as_ref().map(|value| self.value(value)).unwrap_or_default();
        format!("{title}{key}: {value}")
    }

    /// One event as a line, where a person cares for it.
    fn event(&self, case: &Case, event: &Event) -> Option<String> {
        let said = |en: &str, ru: &str, what: String| Some(format!("{} {what}", self.t(en, ru)));
        match event {
            Event::Entered(visit) if visit.outcome.is_none() => {
                said("now on the stage", "теперь на этапе", self.stage(&visit.stage))
            }
            Event::Planned(it) => {
                let mut line = self.activity(it);
                if let Some(due) = it.due {
                    line.push_str(&format!(", {} {}", self.t("by", "до"), self.due(due.at)));
                }
                if let Some(role) = &it.role {
                    line.push_str(&format!(", {} {}", self.t("for the", "для роли:"), self.role(role)));
                }
                if let Some(person) = &it.assignee {
                    line.push_str(&format!(", {} {}", self.t("for", "для:"), self.person(person)));
                }
                if it.mandatory {
                    line.push_str(self.t(", mandatory", ", обязательно"));
                }
                said("planned:", "запланировано:", line)
            }
            Event::Ended { activity, end: ActivityEnd::Closed { rule, .. }, .. } => {
                let line =
                    format!("{} ({} {rule})", self.activity_of(case, activity), self.t("rule", "правило"));
                said("closed by rule:", "закрыто по правилу:", line)
            }
            Event::Ended { activity, end: ActivityEnd::Done { outcome, .. }, .. } => {
                let kind = case.activity(activity).map(|it| it.kind.as_str()).unwrap_or_default();
                let kind = self.scenario.definition().kinds.get(kind);
                let outcome = kind.and_then(|kind| kind.outcomes.get(outcome));
                let outcome =
                    outcome.map(|it| format!(" — {}", it.title.get(self.language))).unwrap_or_default();
                said("done:", "сделано:", self.activity_of(case, activity) + &outcome)
            }
            Event::Logged(it) => {
                let inward = it.direction.as_deref() != Some("out");
                let way = if inward {
                    self.t("incoming", "входящее")
                } else {
                    self.t("outgoing", "исходящее")
                };
                said(
                    "kept in the history:",
                    "сохранено в истории:",
                    format!("{}, {way}", self.channel(&it.channel)),
                )
            }
            Event::Triggered(mark) => {
                said("trigger fires:", "сработал триггер:", self.trigger(&mark.trigger))
            }
            Event::Wished(wish) => {
                let why: Vec<String> = wish.missing.iter().map(|it| self.missing(it)).collect();
                let to = self.stage(&wish.to);
                said(
                    "wants to go to",
                    "нужно перейти на",
                    format!("{to}, {} {}", self.t("but:", "но:"), why.join("; ")),
                )
            }
            Event::WishEnded { trigger, lapsed: None } => {
                said("what was held up is done:", "отложенное выполнено:", self.trigger(trigger))
            }
            Event::DebtArose(debt) => {
                let due = debt.due.map(|due| format!(", {} {}", self.t("by", "до"), self.due(due.at)));
                said(
                    "is owed from now on:",
                    "теперь это долг:",
                    self.missing(&debt.missing) + &due.unwrap_or_default(),
                )
            }
            Event::DebtEnded { debt, end: DebtEnd::Met } => {
                let debt = case.debts.iter().chain(&case.ended_debts).find(|it| it.id == *debt);
                said(
                    "is owed no more:",
                    "долг погашен:",
                    debt.map(|debt| self.missing(&debt.missing)).unwrap_or_default(),
                )
            }
            Event::ProcessStarted(run) => {
                let due = run.due.map(|due| format!(", {} {}", self.t("by", "до"), self.due(due.at)));
                said("process starts:", "начат процесс:", self.process(&run.hook) + &due.unwrap_or_default())
            }
            Event::ProcessEnded { end: ProcessEnd::Finished { result, .. }, .. } => {
                let result = self.catalog.say(self.language, &format!("result.{result}"), &[]);
                said("process ends:", "процесс завершён:", result)
            }
            Event::Answered { answer, text, .. } => {
                let answer = match answer {
                    CommandAnswer::Done => self.t("done", "сделано"),
                    CommandAnswer::Part => self.t("done in part", "сделано частично"),
                    CommandAnswer::Refused => self.t("refused", "отказ"),
                };
                let text = text.as_ref().map(|text| format!(" — {text}")).unwrap_or_default();
                said("accounting answers:", "учёт отвечает:", format!("{answer}{text}"))
            }
            Event::Closed(closing) => Some(self.closed(closing)),
            Event::Effect(effect) => match &effect.act {
                Act::OpenCase { scenario, .. } => {
                    let title = self.process(scenario);
                    said("opens a case of its own:", "открыто отдельное дело:", title)
                }
                Act::StartProcess { process, host: true, .. } => {
                    said("ask accounting:", "поручить учёту:", self.process(process))
                }
                Act::Notify { person: Some(person), text, .. } => {
                    said("tell", "сообщить:", format!("{}: {}", self.person(person), self.quoted(text)))
                }
                Act::Notify { role, text, .. } => {
                    let role = self.role(role.as_deref().unwrap_or_default());
                    said("tell the", "сообщить:", format!("{role}: {}", self.quoted(text)))
                }
                Act::Command { command, .. } => {
                    said("ask accounting:", "поручить учёту:", self.command(command))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What a person sees of a case and may do with it.
    pub fn view(&self, view: &View<'_>) -> Vec<String> {
        let def = self.scenario.definition();
        let mut lines = Vec::new();
        let fields: Vec<String> = view
            .fields
            .iter()
            .filter_map(|(name, value)| {
                let title = def.fields.get(name).map(|field| field.title.get(self.language))?;
                Some(format!("{title}: {}", self.value((*value)?)))
            })
            .collect();
        lines.push(format!("{} {}", self.t("sees:", "видит:"), fields.join(" · ")));
        let facts: Vec<String> = view
            .facts
            .iter()
            .flat_map(|group| &group.facts)
            .map(|fact| {
                let title = fact.def.title.get(self.language);
                let key = fact.state.map(|it| it.key.iter().map(|key| self.value(key)).collect::<Vec<_>>());
                let key = key.filter(|key| !key.is_empty()).map(|key| format!(" ({})", key.join(", ")));
                let value = fact.state.and_then(|it| it.value.as_ref()).map(|it| self.value(it));
                let value = value.unwrap_or_else(|| self.t("unknown", "неизвестно").to_owned());
                format!("{title}{}: {value}", key.unwrap_or_default())
            })
            .collect();
        lines.push(format!("{} {}", self.t("from accounting:", "из учёта:"), facts.join(" · ")));
        let can = |names: Vec<String>, en: &str, ru: &str| {
            let names = if names.is_empty() { vec!["—".to_owned()] } else { names };
            format!("{} {}", self.t(en, ru), names.join(", "))
        };
        let permitted = view.moves.iter().filter(|it| it.missing.is_empty());
        let permitted = permitted.map(|it| self.quoted(it.label)).collect();
        lines.push(can(permitted, "may move it to:", "может перевести на:"));
        let commands = view.commands.iter().filter(|it| it.missing.is_empty());
        let commands = commands.map(|it| self.quoted(it.title)).collect();
        lines.push(can(commands, "may ask accounting to:", "может поручить учёту:"));
        let no_right = |it: &&MoveView<'_>| it.missing.iter().any(|it| it.code == "V-M1-right");
        let not_theirs: Vec<String> =
            view.moves.iter().filter(no_right).map(|it| self.quoted(it.label)).collect();
        if !not_theirs.is_empty() {
            lines.push(can(not_theirs, "has no right to move it to:", "нет права переводить на:"));
        }
        for it in view.moves.iter().filter(|it| !it.missing.is_empty() && !no_right(it)) {
            let why: Vec<String> = it.missing.iter().map(|it| self.missing(it)).collect();
            let name = self.quoted(it.label);
            lines.push(format!("{} {name}: {}", self.t("not yet to", "пока не на"), why.join("; ")));
        }
        lines
    }
}

/// The office is in Moscow, three hours ahead of UTC all year.
fn local(moment: Moment) -> DateTime<FixedOffset> {
    let moscow = FixedOffset::east_opt(3 * 3600);
    let utc = moment.to_utc();
    moscow.map_or_else(|| utc.fixed_offset(), |moscow| utc.with_timezone(&moscow))
}
