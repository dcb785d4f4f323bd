//! The whole circle of improving a scenario, on real refusals: the report tells where clients refuse, an edit answers it,
//! foresight tells what the edit would do to running and to closed cases, it is published, and the running cases adopt it.
//!
//! The refusals are those of BPI Challenge 2012 (13,087 loan applications at a Dutch bank, doi
//! 10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f; not part of this repository). Without the log a sample of the
//! project's own making takes its place, and the program says so.
//!
//! ```text
//! cargo run --release --features xes --example improve -- [PATH/TO/bpi2012_a.xes.gz] [--lang ru]
//! ```

mod bank;
mod costs;
mod sample;

use bank::{Bank, head};
use costs::{Cost, costs, lost};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufRead;
use std::ops::ControlFlow;
use voronka::case::{Adoption, RuleFate};
use voronka::foresight::backtest::{Journal, Options, backtest, run_one};
use voronka::foresight::impact::impact;
use voronka::foresight::proof::prove;
use voronka::interop::xes::{self, LogTrace, Mapping};
use voronka::report::Funnel;
use voronka::runtime::{Adopting, Publication};
use voronka::scenario::def::Color;
use voronka::scenario::edit::{Draft, Edit};
use voronka::tell::tell_diff;
use voronka::{Case, Context, Moment, Scenario};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The reason that clients give; of the bank's own refusals an edit of the funnel brings nothing back.
const BY_CLIENT: &str = "cancelled";

/// What is said in either language; scenario, report and foresight have their own words.
struct Words(bool);

impl Words {
    fn of<'w>(&self, en: &'w str, ru: &'w str) -> &'w str {
        if self.0 { ru } else { en }
    }

    const fn language(&self) -> &'static str {
        if self.0 { "ru" } else { "en" }
    }
}

/// Walks the circle, and tells it.
pub fn run(traces: impl IntoIterator<Item = Result<LogTrace>>, ru: bool, out: &mut String) -> Result {
    let say = Words(ru);
    let language = say.language();
    let base = Scenario::from_json(include_str!("../bpi2012.json")).map_err(|it| format!("{it:#?}"))?;
    let mapping = Mapping::from_json(include_str!("../bpi2012.mapping.json"))?;
    let bank = Bank::new(base.clone())?;
    let mut last = Moment::MIN;
    for trace in traces {
        last = last.max(bank.take(&mapping, &trace?)?);
    }
    // The scenario is edited a quarter of an hour after the last event.
    bank.clock.set(last.plus_millis(15 * 60_000));

    heading(out, say.of("1. Where are they lost?", "1. Где их теряют?"));
    let cases = bank.cases(None)?;
    out.push_str(&Funnel::of(&base, &cases).table(language));
    let costs = costs(&cases);
    let ((reason, stage), cost) = told_costs(&say, &base, &costs, out).ok_or("no client has refused")?;
    let half = (cost.median_days() / 2).max(1);

    heading(out, say.of("2. An edit that answers it", "2. Правка в ответ"));
    let mut draft = Draft::of(&base);
    for edit in edits(stage, half)? {
        draft.edit(&base, edit)?;
    }
    let mut edited = draft.definition(&base)?;
    out.push_str(&tell_diff(base.definition(), &edited, language));
    edited.version += 1;
    let edited = Scenario::new(edited).map_err(|it| format!("{it:#?}"))?;
    out.push_str(&prove(&edited).told(&edited, language));

    heading(out, say.of("3. What would it do to cases under way?", "3. Что будет с текущими интересами?"));
    // Whoever waits already is called from today on; nobody is told of what was long ago.
    let adoption = Adoption::between(base.definition(), edited.definition())
        .rule(format!("{stage}/plan/ask"), RuleFate::Restart);
    let open = bank.cases(Some(true))?;
    let ctx = Context::new(voronka::runtime::Clock::now(&bank.clock), head(), "impact");
    let would = impact(&base, &edited, &adoption, &ctx, &open);
    out.push_str(&would.told(base.definition(), edited.definition(), language));

    heading(out, say.of("4. What would it have done?", "4. А что было бы?"));
    told_backtest(&say, &bank, &edited, &cases, (reason, stage), out)?;

    heading(out, say.of("5. Published, and adopted", "5. Публикация и переход"));
    let examples = examples(stage, half);
    let comment = say.of("ask before they have gone elsewhere", "спросить, пока не ушли к другим");
    let asked = Publication::adopted(draft, comment, adoption).examples(examples);
    let published = bank.runtime.publish_draft(&asked, &head())?;
    let tests = published.examples.as_ref().map_or(0, |report| report.tests().len());
    let _ = writeln!(
        out,
        "{} {} ({}: {tests})",
        say.of("Version", "Версия"),
        published.scenario.version,
        say.of("examples that passed", "пройдено примеров"),
    );
    let mut batches = 0;
    let asked = Adopting { batch: 100, ..Adopting::new("bpi2012", published.before.version) };
    let done = bank.runtime.adopt_all(&asked, &head(), |_| {
        batches += 1;
        ControlFlow::Continue(())
    })?;
    let _ = writeln!(
        out,
        "{}: {} ({}: {batches}), {}: {}",
        say.of("Cases that adopted it", "Перешло интересов"),
        done.progress.adopted,
        say.of("batches", "пачек"),
        say.of("refused", "не перешло"),
        done.progress.refused,
    );
    told_lights(&say, &open, &bank.cases(Some(true))?, ctx.now, out);
    Ok(())
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{text}\n{}\n", "=".repeat(text.chars().count()));
}

/// What each reason cost, the dearest first; the dearest of those that clients gave.
fn told_costs<'c>(
    say: &Words,
    base: &Scenario,
    costs: &'c costs::Costs,
    out: &mut String,
) -> Option<((&'c str, &'c str), &'c Cost)> {
    let def = base.definition();
    let mut rows: Vec<(&(String, String), &Cost)> = costs.iter().collect();
    rows.sort_by_key(|(_, cost)| std::cmp::Reverse(cost.amount));
    let _ = writeln!(
        out,
        "\n{}",
        say.of("What it cost, by reason and stage:", "Чего это стоило, по причинам и этапам:")
    );
    for ((reason, stage), cost) in &rows {
        let reason = def.reasons.get(reason).map(|it| it.title.get(say.language()).to_owned());
        let stage =
            def.stages.iter().find(|it| it.id == *stage).map(|it| it.title.get(say.language()).to_owned());
        let _ = writeln!(
            out,
            "  {:>12} EUR  {:>5}  {}: {}",
            cost.amount.round().to_string(),
            cost.cases,
            stage.unwrap_or_default(),
            reason.unwrap_or_default(),
        );
    }
    let ((reason, stage), cost) = rows.into_iter().find(|((reason, _), _)| reason == BY_CLIENT)?;
    let title = def.stages.iter().find(|it| it.id == *stage)?.title.get(say.language()).to_owned();
    let _ = writeln!(
        out,
        "{}",
        say.of(
            "\nThe bank declines by rules of its own; what clients cancel might be kept. It costs most on “{stage}”, where half of\nthose who cancel do so only after {days} days.",
            "\nБанк отказывает по своим правилам; а отказ клиента можно предупредить. Дороже всего он на этапе «{stage}»: половина\nотказавшихся сделала это позже чем через {days} дн.",
        )
        .replace("{stage}", &title)
        .replace("{days}", &cost.median_days().to_string())
    );
    Some(((reason, stage), cost))
}

/// A call after a quarter of the time in which half of them are gone, and a word to the head after half of it.
fn edits(stage: &str, days: i64) -> Result<Vec<Edit>> {
    let call = serde_json::json!({ "in_stage": { "stage": stage, "edit": { "plan": { "add": {
        "id": "ask", "to": {
            "id": "ask", "call": { "en": "Ask whether the offer suits", "ru": "Спросить, подходит ли предложение" },
            "due": format!("{} days", (days / 2).max(1)) } } } } } });
    let quiet = serde_json::json!({ "in_stage": { "stage": stage, "edit": { "trigger": { "add": {
        "id": "quiet", "to": {
            "id": "quiet", "title": { "en": "Nobody has asked for long", "ru": "Давно не спрашивали" },
            "on": { "after": format!("{days} days") }, "if": "activities.call.open > 0",
            "do": { "notify": { "role": "head", "text": {
                "en": "The client has an offer and nobody asks how they like it",
                "ru": "У клиента наше предложение, и никто не спрашивает, как оно" } } } } } } } } });
    Ok(vec![serde_json::from_value(call)?, serde_json::from_value(quiet)?])
}

/// The department's own example of what the edit is for; publishing runs it.
fn examples(stage: &str, days: i64) -> String {
    let soon = (days / 2).max(1);
    serde_json::json!({ "tests": [{
        "name": "whoever has an offer is asked how they like it, and if not, the head is told",
        "given": { "at": "2026-03-02 10:00", "as": "adviser anna", "stage": stage, "fields": { "amount": 5000 } },
        "steps": [
            { "expect": { "activities": ["Ask whether the offer suits"], "light": "green" } },
            { "at": format!("+{soon} days"), "expect": { "light": "red" } },
            { "at": format!("+{} days", days - soon), "expect": { "fired": ["quiet"], "effects": ["notify head"] } }
        ]
    }] })
    .to_string()
}

/// The back-test, and of the reminder: whom it would have been about, and what became of them.
fn told_backtest(
    say: &Words,
    bank: &Bank,
    edited: &Scenario,
    cases: &[Case],
    (reason, stage): (&str, &str),
    out: &mut String,
) -> Result {
    let closed: Vec<&Case> = cases.iter().filter(|case| !case.is_open()).collect();
    let journals = closed.iter().map(|case| bank.journal(&case.id)).collect::<Result<Vec<_>>>()?;
    let options = Options::default();
    let found = backtest(edited, &options, journals.iter().map(|it| Journal::of(it)));
    out.push_str(&found.told(edited, say.language()));
    let rule = format!("{stage}/trigger/quiet");
    let (mut refused, mut won, mut other, mut worth) = (0, 0, 0, Decimal::ZERO);
    let known: BTreeMap<&str, &Case> = closed.iter().map(|case| (case.id.as_str(), *case)).collect();
    for journal in &journals {
        let result = run_one(edited, &options, &Journal::of(journal));
        let fired = result.triggers.get(&rule).is_some_and(|count| count.draft > 0);
        let Some(case) = known.get(result.case.as_str()).filter(|_| fired) else { continue };
        match lost(case) {
            Some((why, _)) if why == reason => {
                refused += 1;
                worth += costs::amount(case);
            }
            Some(_) => other += 1,
            None => won += 1,
        }
    }
    let _ = writeln!(
        out,
        "{}",
        say.of(
            "\nThe reminder would have gone off in {all} of them: {refused} were cancelled by the client later, {worth} EUR in all;\n{won} were won all the same, {other} declined. Whether a call would have kept them, only the next months can tell.",
            "\nНапоминание сработало бы в {all}: {refused} потом отменил клиент, всего на {worth} EUR; {won} всё равно одобрены, {other}\nотклонены. Удержал бы их звонок или нет, покажут только следующие месяцы.",
        )
        .replace("{all}", &(refused + won + other).to_string())
        .replace("{refused}", &refused.to_string())
        .replace("{worth}", &worth.round().to_string())
        .replace("{won}", &won.to_string())
        .replace("{other}", &other.to_string())
    );
    Ok(())
}

/// How many cases under way had a next step before, and have one now.
fn told_lights(say: &Words, before: &[Case], after: &[Case], now: Moment, out: &mut String) {
    let planned = |cases: &[Case]| cases.iter().filter(|case| !case.activities.is_empty()).count();
    let yellow = |cases: &[Case]| cases.iter().filter(|case| case.color(now) == Some(Color::Yellow)).count();
    let _ = writeln!(
        out,
        "{}: {} → {}; {}: {} → {}",
        say.of("With a next step", "Со следующим шагом"),
        planned(before),
        planned(after),
        say.of("yellow for want of one", "жёлтых без него"),
        yellow(before),
        yellow(after),
    );
}

/// The log at a path, trace by trace.
pub fn log<'a>(read: impl BufRead + 'a) -> Result<impl Iterator<Item = Result<LogTrace>> + 'a> {
    Ok(xes::read(read)?.map(|trace| trace.map_err(Into::into)))
}

/// The sample of our own making.
pub fn made_up() -> impl Iterator<Item = Result<LogTrace>> {
    sample::traces().into_iter().map(Ok)
}

fn main() -> Result {
    let mut path = None;
    let mut ru = false;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--lang" => ru = args.next().ok_or("--lang needs a language: en, ru")? == "ru",
            _ => path = Some(arg),
        }
    }
    let say = Words(ru);
    let mut out = String::new();
    match path {
        Some(path) => {
            let file = std::fs::File::open(&path).map_err(|error| format!("{path}: {error}"))?;
            run(log(std::io::BufReader::new(file))?, ru, &mut out)?;
        }
        None => {
            println!(
                "{}",
                say.of(
                    "No log was given, so these are 900 applications of our own making; nobody in them exists. For real ones give\nthe path of the log of BPI Challenge 2012 (doi 10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f).",
                    "Журнал не указан, поэтому здесь 900 выдуманных заявок; таких людей нет. Для настоящих укажите путь к журналу\nBPI Challenge 2012 (doi 10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f).",
                )
            );
            run(made_up(), ru, &mut out)?;
        }
    }
    print!("{out}");
    Ok(())
}
