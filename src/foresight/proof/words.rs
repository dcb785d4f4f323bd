//! A proof in words, in English and Russian.

use super::{Answer, Barred, Because, Certainty, Clash, Code, Finding, Proof, Run, Why};
use crate::tell::Speaker;
use crate::{Case, Scenario};

/// The texts in one language; what stands in braces is filled in.
struct Words {
    shown: &'static str,
    possible: &'static str,
    never_opened: &'static str,
    unreached: &'static str,
    no_way_out: &'static str,
    no_end: &'static str,
    endless: &'static str,
    endless_possible: &'static str,
    way: &'static str,
    opening: &'static str,
    nobody: &'static str,
    clash: &'static str,
    clash_one: &'static str,
    way_itself: &'static str,
    unreached_before: &'static str,
    undrawn: &'static str,
    not_found: &'static str,
    missing: &'static str,
    run: &'static str,
    run_into: &'static str,
    refused: &'static str,
    fine: &'static str,
    exhausted: &'static str,
    yes: &'static str,
    no: &'static str,
    open: &'static str,
    rule: &'static str,
}

const EN: Words = Words {
    shown: "shown",
    possible: "possible",
    never_opened: "no case can be opened by hand on {stage}",
    unreached: "no case reaches {stage}",
    no_way_out: "cases enter {stage} and none can leave it",
    no_end: "no case that stands on {stage} reaches an outcome",
    endless: "triggers wake each other without end: {triggers}",
    endless_possible: "triggers may wake each other without end: {triggers}; no values were found by which they do",
    way: "from {from} to {to}",
    opening: "opening on {to}",
    nobody: "nobody may, and no trigger goes this way",
    clash: "these can never hold together: {all}",
    clash_one: "this can never hold: {all}",
    way_itself: "the condition of the move",
    unreached_before: "no case stands on {from}",
    undrawn: "no way is drawn",
    not_found: "no values were found by which it goes",
    missing: "this stays missing: {all}",
    run: "The run that shows it:",
    run_into: "The run that leads there:",
    refused: "refused: {why}",
    fine: "every stage is reached and can end, and no chain of triggers is endless",
    exhausted: "the budget was spent before everything was looked at",
    yes: "yes, by this run:",
    no: "no, whatever the values:",
    open: "no run was found, and none was ruled out",
    rule: "{condition} ({rule})",
};

const RU: Words = Words {
    shown: "доказано",
    possible: "возможно",
    never_opened: "на этапе {stage} нельзя открыть обращение вручную",
    unreached: "ни одно обращение не доходит до этапа {stage}",
    no_way_out: "обращения попадают на этап {stage} и не могут с него уйти",
    no_end: "ни одно обращение с этапа {stage} не доходит до завершения",
    endless: "триггеры без конца вызывают друг друга: {triggers}",
    endless_possible: "триггеры, возможно, без конца вызывают друг друга: {triggers}; значений, при которых это так, не нашлось",
    way: "с этапа {from} на этап {to}",
    opening: "открытие на этапе {to}",
    nobody: "никто не вправе, и ни один триггер туда не ведёт",
    clash: "вместе это невыполнимо: {all}",
    clash_one: "это невыполнимо: {all}",
    way_itself: "условие перехода",
    unreached_before: "на этап {from} обращения не попадают",
    undrawn: "пути нет",
    not_found: "значений, при которых это удаётся, не нашлось",
    missing: "не выполнено: {all}",
    run: "Вот как это происходит:",
    run_into: "Вот как туда попадают:",
    refused: "отказано: {why}",
    fine: "на каждый этап можно попасть, с каждого можно дойти до завершения, бесконечных цепочек триггеров нет",
    exhausted: "отведённая работа кончилась раньше, чем было просмотрено всё",
    yes: "да, вот так:",
    no: "нет, при любых значениях:",
    open: "такого пути не нашлось, но он и не исключён",
    rule: "{condition} ({rule})",
};

fn words(language: &str) -> &'static Words {
    if language.split(['-', '_']).next() == Some("ru") { &RU } else { &EN }
}

/// A text with what stands in braces filled in.
fn fill(text: &str, with: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = text;
    // What is filled in may itself hold braces.
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = tail.split_once('}') else { break };
        out.push_str(with.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Tells what a proof found.
struct Told<'a> {
    words: &'static Words,
    speaker: Speaker<'a>,
    scenario: &'a Scenario,
}

impl<'a> Told<'a> {
    fn new(scenario: &'a Scenario, language: &'a str) -> Self {
        Self { words: words(language), speaker: Speaker::new(scenario, language), scenario }
    }

    fn stage(&self, id: &str) -> String {
        self.speaker.stage_shown(id)
    }

    fn finding(&self, it: &Finding) -> String {
        let w = self.words;
        let stage = it.stage.as_deref().map(|id| self.stage(id)).unwrap_or_default();
        let triggers = self.speaker.clean(&it.triggers.join(", "));
        let text = match (it.code, it.certainty) {
            (Code::NeverOpened, _) => w.never_opened,
            (Code::StageUnreached, _) => w.unreached,
            (Code::StageWithoutWayOut, _) => w.no_way_out,
            (Code::StageWithoutEnd, _) => w.no_end,
            (Code::ChainEndless, Certainty::Shown) => w.endless,
            (Code::ChainEndless, Certainty::Possible) => w.endless_possible,
        };
        fill(text, &[("stage", &stage), ("triggers", &triggers)])
    }

    fn because(&self, it: &Because) -> String {
        let w = self.words;
        let (from, to) = (self.stage(&it.from), self.stage(&it.to));
        let with = [("from", from.as_str()), ("to", to.as_str())];
        let way = fill(if it.from.is_empty() { w.opening } else { w.way }, &with);
        let why = match &it.why {
            Why::Barred(Barred::Nobody) => w.nobody.to_owned(),
            Why::Barred(Barred::Clash { clash }) => {
                let all: Vec<String> = clash.iter().map(|it| self.clash(it)).collect();
                fill(if all.len() == 1 { w.clash_one } else { w.clash }, &[("all", &all.join("; "))])
            }
            Why::Undrawn => w.undrawn.to_owned(),
            Why::Unreached => fill(w.unreached_before, &with),
            Why::Missing(missing) if missing.is_empty() => w.not_found.to_owned(),
            Why::Missing(missing) => {
                let mut all: Vec<String> = Vec::new();
                for line in missing.iter().map(|it| self.speaker.missing(it)) {
                    if !all.contains(&line) {
                        all.push(line);
                    }
                }
                fill(w.missing, &[("all", &all.join("; "))])
            }
        };
        format!("{way}: {why}")
    }

    fn clash(&self, it: &Clash) -> String {
        let (condition, rule) = (self.speaker.clean(&it.condition), self.speaker.clean(&it.rule));
        let rule = if it.rule == super::ask::MOVE { self.words.way_itself.to_owned() } else { rule };
        match (condition.is_empty(), rule.is_empty()) {
            (true, _) => rule,
            (_, true) => condition,
            _ => fill(self.words.rule, &[("condition", &condition), ("rule", &rule)]),
        }
    }

    /// A line for each step, with what was asked, and why the last was refused.
    fn run(&self, run: &Run) -> Vec<String> {
        let replayed = run.replay(self.scenario);
        let mut lines = Vec::new();
        for at in 0..replayed.journal.len() {
            let Some(entry) = replayed.journal.get(at) else { continue };
            // Activities and processes have their titles as they stood then.
            let case = Case::replay(replayed.journal.get(..=at).unwrap_or_default()).ok();
            let told = match &case {
                Some(case) => self.speaker.about(case).entry(entry),
                None => self.speaker.entry(entry),
            };
            let head = told.lines().next().unwrap_or_default().to_owned();
            lines.push(format!("{}. {head}", at + 1));
        }
        if let Some((at, rejection)) = &replayed.refused {
            let asked = run.steps.get(*at).map(|step| self.speaker.asked(&step.input)).unwrap_or_default();
            let refused = fill(self.words.refused, &[("why", &self.speaker.refusal(rejection))]);
            lines.push(format!("{}. {asked}: {refused}", at + 1));
        }
        lines
    }
}

impl Finding {
    /// The finding in a sentence.
    #[must_use]
    pub fn told(&self, scenario: &Scenario, language: &str) -> String {
        Told::new(scenario, language).finding(self)
    }
}

impl Run {
    /// The run in words, a line for each step.
    #[must_use]
    pub fn told(&self, scenario: &Scenario, language: &str) -> Vec<String> {
        Told::new(scenario, language).run(self)
    }
}

impl Proof {
    /// The proof in words, a paragraph for each finding.
    #[must_use]
    pub fn told(&self, scenario: &Scenario, language: &str) -> String {
        let told = Told::new(scenario, language);
        let w = told.words;
        let mut out = String::new();
        for it in &self.findings {
            let how = match it.certainty {
                Certainty::Shown => w.shown,
                Certainty::Possible => w.possible,
            };
            line(&mut out, 0, &format!("{how}[{}]: {}", it.code.name(), told.finding(it)));
            for because in &it.because {
                line(&mut out, 1, &told.because(because));
            }
            if let Some(run) = &it.run {
                line(&mut out, 1, if it.code == Code::ChainEndless { w.run } else { w.run_into });
                told.run(run).iter().for_each(|step| line(&mut out, 2, step));
            }
        }
        if self.findings.is_empty() && !self.exhausted {
            line(&mut out, 0, w.fine);
        }
        if self.exhausted {
            line(&mut out, 0, w.exhausted);
        }
        out
    }
}

impl Answer {
    /// The answer in words.
    #[must_use]
    pub fn told(&self, scenario: &Scenario, language: &str) -> String {
        let told = Told::new(scenario, language);
        let w = told.words;
        let mut out = String::new();
        match self {
            Self::Shown { run } => {
                line(&mut out, 0, w.yes);
                told.run(run).iter().for_each(|step| line(&mut out, 1, step));
            }
            Self::Impossible { because } => {
                line(&mut out, 0, w.no);
                because.iter().for_each(|it| line(&mut out, 1, &told.because(it)));
            }
            Self::Possible { exhausted } => {
                line(&mut out, 0, w.open);
                if *exhausted {
                    line(&mut out, 1, w.exhausted);
                }
            }
        }
        out
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}
