//! What the funnel of `examples/wholesale.json` tells of its refusals, and the way from a number to what is done about it:
//! the report, what would come back, the cases of one number, reopened in one bulk, and the next report.
//!
//! People, clients, goods and figures are made up; how many requests end where and why is said in `history.rs`, so that
//! there is something to tell. Every request runs through the scenario; the report knows only what journals say.
//!
//! ```text
//! cargo run --release --features pages --example refusals -- [--lang en|ru] [-o refusals.html]
//! ```

mod company;
mod history;

use company::Company;
use rust_decimal::Decimal;
use std::fmt::Write as _;
use voronka::case::{DueAt, PlanInput};
use voronka::report::show::{Cell, Document, Kind, Row, Table};
use voronka::report::{
    About, Ask, BroughtBack, Dimension, Goal, Key, Layout, Query, Recover, Recovery, Refusal, Report, Share,
    cases,
};
use voronka::runtime::{Back, BringBack, Returned};
use voronka::scenario::def::{Resolver, Text};
use voronka::{Actor, Moment};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// When the first report is made: the 1st of July, nine in the morning in Moscow; and the next one.
const FIRST: &str = "2026-07-01T06:00:00Z";
const NEXT: &str = "2026-09-01T06:00:00Z";

/// The four that the company sets out to resolve, and the share of those lost that it hopes to have back.
const RESOLVED: [&str; 4] =
    ["special_order_slow=80%", "no_delivery=70%", "no_service=70%", "no_builders=70%"];

const USAGE: &str = "usage: refusals [--lang en|ru] [-o refusals.html]";

/// What is told, and what it is told of.
pub struct Story {
    /// What is printed.
    pub text: String,
    /// The whole report of the half-year, as a document.
    pub page: Document,
    /// The report itself, cut by channel.
    pub report: Report,
    /// What would come back.
    pub recovery: Recovery,
    /// The cases behind one number.
    pub listed: Vec<String>,
    /// What came of bringing them back.
    pub returned: Vec<Returned>,
    /// How they stand two months later.
    pub brought: BroughtBack,
}

/// Words of this example; scenario and report have their own.
struct Words(bool);

impl Words {
    fn of<'w>(&self, en: &'w str, ru: &'w str) -> &'w str {
        if self.0 { ru } else { en }
    }

    const fn language(&self) -> &'static str {
        if self.0 { "ru" } else { "en" }
    }

    fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.language())
    }
}

/// The whole circle.
pub fn run(ru: bool) -> Result<Story> {
    let say = Words(ru);
    let mut out = String::new();
    let mut company = Company::new()?;
    let last = history::half_a_year(&mut company, ru)?;
    let (first, next): (Moment, Moment) = (FIRST.parse()?, NEXT.parse()?);
    if last >= first {
        return Err(format!("the half-year ends at {last}, after its report").into());
    }
    let layout = Layout::of(&company.scenario);
    let ask = Ask { by: Some(Dimension::Channel), now: Some(first), ..Ask::default() };
    let records = company.records()?;
    let mut report = Report::of(&records, &layout, &ask)?;
    let recover = RESOLVED.iter().map(|it| it.parse()).collect::<std::result::Result<Vec<Recover>, _>>()?;
    let recovery = report.funnel.recovered(&recover)?;
    let mut goal = Goal::growth(Decimal::new(20, 2));
    goal.shares = recover.into_iter().map(|it| (it.reason, it.share)).collect();
    goal.share = Decimal::new(70, 2);
    report.needed = Some(report.funnel.needed(&goal)?);
    report.recovery = Some(recovery.clone());
    let page = report.document(say.language(), &about(&say));

    let _ = writeln!(
        out,
        "{}",
        say.of(
            "Half a year of a wholesale company by examples/wholesale.json: 1,260 letters, calls and forms, 60 of them spam or\nduplicates. The engine took each through the scenario, step by step. People, clients, goods and figures are made up, and\nthe shares were chosen so that there is something to tell: they say nothing about any company.",
            "Полгода оптовой компании по examples/wholesale.json: 1260 писем, звонков и заявок с сайта, из них 60 — спам и повторы.\nКаждое обращение шаг за шагом прошло по сценарию. Люди, клиенты, товары и суммы вымышлены, а доли выбраны так, чтобы\nбыло о чём рассказать: ни о какой компании они ничего не говорят.",
        )
    );
    heading(&mut out, say.of("1. Where are they lost, and why?", "1. Где и почему отказываются?"));
    table(&mut out, &say, page.table("funnel", "stages"))?;
    table(&mut out, &say, page.table("refusals", "reasons"))?;

    heading(
        &mut out,
        say.of("2. Four that the company can resolve", "2. Четыре причины, которые может устранить компания"),
    );
    table(&mut out, &say, Some(&four(&say, &report)?))?;

    heading(&mut out, say.of("3. What would come back?", "3. Что вернётся?"));
    table(&mut out, &say, page.table("recovery", "recovery"))?;
    told_recovery(&say, &report, &recovery, &mut out)?;
    let _ = writeln!(
        out,
        "\n{}\n",
        say.of(
            "The other way round: what it takes for 20 % more sales, each reason together with those above it:",
            "И наоборот: что устранить, чтобы продаж стало на 20 % больше; каждая причина вместе с теми, что над ней:",
        )
    );
    table(&mut out, &say, page.table("goal", "needed"))?;

    heading(&mut out, say.of("4. From a number to its cases", "4. От числа к обращениям"));
    let query: Query = "lost_at=request,reason=special_order_slow".parse()?;
    let listed = cases(&records, &layout, &Ask::default(), &query)?;
    let returned = bring_back(&company, &listed, first)?;
    told_bulk(&say, &query, &listed, &returned, &mut out);

    heading(&mut out, say.of("5. The next report: what came back?", "5. Следующий отчёт: что вернулось?"));
    let last = history::summer(&mut company, &returned, first, ru)?;
    if last >= next {
        return Err(format!("the summer ends at {last}, after its report").into());
    }
    let records = company.records()?;
    let ask = Ask { from: Some(first), to: Some(next), now: Some(next), ..Ask::default() };
    let mut after = Report::of(&records, &layout, &ask)?;
    let mut expected = recovery.expected();
    expected.retain(|it| it.reason == "special_order_slow");
    let brought = BroughtBack::of(&records, &layout, &ask, &expected)?;
    after.brought = Some(brought.clone());
    let next_page = after.document(say.language(), &About::default());
    table(&mut out, &say, next_page.table("brought_back", "brought_back"))?;
    told_summer(&say, &company, &brought, &mut out);
    Ok(Story { text: out, page, report, recovery, listed, returned, brought })
}

fn about(say: &Words) -> About {
    let made_up = say.of(
        "Made-up requests of January to June 2026, from examples/refusals",
        "Вымышленные обращения с января по июнь 2026 года, из examples/refusals",
    );
    About { lines: vec![made_up.to_owned()], ..About::default() }
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{text}\n{}\n", "=".repeat(text.chars().count()));
}

fn table(out: &mut String, say: &Words, table: Option<&Table>) -> Result {
    let _ = writeln!(out, "{}", table.ok_or("a table of the report")?.text(say.language()));
    Ok(())
}

/// A reason of a report.
fn reason<'r>(all: &'r [Refusal], id: &str) -> Result<&'r Refusal> {
    all.iter().find(|it| it.reason == id).ok_or_else(|| format!("nothing was lost for {id}").into())
}

/// Each with the base of its share: of refusals, of requests, of one channel's requests.
fn four(say: &Words, report: &Report) -> Result<Table> {
    let all = report.funnel.refusals();
    let (lost, requests) = (report.funnel.lost().cases, report.funnel.requests());
    let slices = report.slices.as_ref().ok_or("the report is cut by channel")?;
    let email = slices.slices.iter().find(|it| it.value == "email").ok_or("there are letters")?;
    let by_email = email.funnel.refusals();
    let (of_lost, of_requests) =
        (say.of("of all refusals", "от всех отказов"), say.of("of all requests", "от всех обращений"));
    let rows = [
        (reason(&all, "special_order_slow")?, of_lost, lost),
        (reason(&all, "no_delivery")?, of_lost, lost),
        (reason(&all, "no_service")?, of_requests, requests),
        (
            reason(&by_email, "no_builders")?,
            say.of("of requests by e-mail", "от обращений по почте"),
            email.funnel.requests(),
        ),
    ];
    let mut table = Table::new("four")
        .column("reason", say.of("Reason", "Причина"), Kind::Text)
        .column("cases", say.of("Cases", "Обращений"), Kind::Count)
        .column("of", say.of("Of how many", "Из скольких"), Kind::Count)
        .column("share", say.of("Share", "Доля"), Kind::Share)
        .column("base", say.of("Of what", "От чего"), Kind::Text)
        .column("resolved_by", say.of("Who can resolve it", "Кто может устранить"), Kind::Text);
    for (it, base, of) in rows {
        let who = match it.resolved_by {
            Resolver::Company => say.of("the company", "компания"),
            Resolver::Employee => say.of("the employee", "сотрудник"),
            Resolver::Nobody => say.of("nobody", "никто"),
        };
        table.push(Row::new([
            Cell::text(say.text(&it.title)),
            Cell::count(it.total.cases),
            Cell::count(of),
            Cell::share(Share::new(it.total.cases, of)),
            Cell::text(base),
            Cell::text(who),
        ]));
    }
    Ok(table)
}

/// How much that is of what was lost.
fn told_recovery(say: &Words, report: &Report, recovery: &Recovery, out: &mut String) -> Result {
    let lost = report.funnel.lost().cases;
    let of_lost = recovery.all.cases.of(Decimal::from(lost)).ok_or("something was lost")?;
    let growth = recovery.growth(&voronka::report::Yardstick::Cases).ok_or("something was sold")?;
    let percent = |share: Decimal| (share * Decimal::ONE_HUNDRED).round().to_string();
    let _ = writeln!(
        out,
        "{}",
        say.of(
            "About a fifth of what was lost is brought back to a sale: {fifth} % of {lost}, which is {growth} % more sales. Those that come\nback pass the stages that remain as others did, and some are lost there as others were; hence fewer are sold than come\nback, and between what they lie says how surely the conversions are known, not how surely the shares are.",
            "Около пятой части отказов вернётся и дойдёт до продажи: {fifth} % из {lost}; продаж станет на {growth} % больше. Вернувшиеся\nпроходят оставшиеся этапы так же, как прочие, и кто-то там откажется; поэтому продаж меньше, чем вернувшихся. Границы\nговорят о том, насколько точно известны конверсии, а не о том, верны ли сами доли.",
        )
        .replace("{fifth}", &percent(of_lost.expected))
        .replace("{lost}", &lost.to_string())
        .replace("{growth}", &percent(growth.expected))
    );
    Ok(())
}

/// Reopens them, each with a planned call, as the head of sales may.
fn bring_back(company: &Company, listed: &[String], at: Moment) -> Result<Vec<Returned>> {
    let call = PlanInput {
        kind: "call".to_owned(),
        title: [
            ("en", "Say that special orders are now calculated within the hour"),
            ("ru", "Сказать, что особые размеры теперь считаем за час"),
        ]
        .into(),
        due: Some(DueAt::In("5 working days".parse()?)),
        assignee: None,
        mandatory: false,
    };
    let how = Back::Reopened { stage: Some("request".to_owned()), r#override: None };
    let asked =
        BringBack { how, ..BringBack::reopen("special-2026-07", listed.iter().cloned()) }.with_call(call);
    Ok(company.brings_back(&asked, &Actor::new("boris", "head"), at))
}

fn told_bulk(say: &Words, query: &Query, listed: &[String], returned: &[Returned], out: &mut String) {
    let some = listed.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
    let with_call = returned.iter().filter(|it| matches!(it.call, Some(Ok(_)))).count();
    let _ = writeln!(
        out,
        "{}",
        say.of(
            "Each number of the report has its query; behind the 90 stands\n\n  {query}\n\nwhich lists {count} cases: {some}, …\n\nSpecial orders are calculated within the hour now. One bulk reopens these cases on “Incoming request”: {back} are back,\n{calls} of them with a planned call. With a store of one's own the command line does the same:\n\n  voronka report STORE --cases {query} |\n    voronka case bring-back STORE --list - --batch special-2026-07 --as boris:head \\\n      --reopen --stage request --call call --due '5 working days'",
            "У каждого числа отчёта есть запрос; за числом 90 стоит\n\n  {query}\n\nи даёт список, обращений в нём — {count}: {some}, …\n\nОсобые размеры теперь считают за час. Одним действием обращения из списка открыты снова на этапе «Входящее\nобращение»: {back}, из них со звонком в плане — {calls}. В своём хранилище то же делает командная строка:\n\n  voronka report STORE --cases {query} |\n    voronka case bring-back STORE --list - --batch special-2026-07 --as boris:head \\\n      --reopen --stage request --call call --due '5 working days'",
        )
        .replace("{query}", &query.to_string())
        .replace("{count}", &listed.len().to_string())
        .replace("{some}", &some)
        .replace("{back}", &returned.iter().filter(|it| it.back.is_ok()).count().to_string())
        .replace("{calls}", &with_call.to_string())
    );
}

/// Why those are lost that are lost again.
fn told_summer(say: &Words, company: &Company, brought: &BroughtBack, out: &mut String) {
    let reasons = &company.scenario.definition().reasons;
    let again = brought.reopened.reasons.iter().map(|(id, total)| {
        let title = reasons.get(id).map_or(id.as_str(), |it| say.text(&it.title));
        format!("{title} — {}", total.cases)
    });
    let again = again.collect::<Vec<_>>().join("; ");
    let _ = writeln!(out, "{}: {again}.", say.of("Lost again", "Снова отказ"));
    let query = Query::all().and(Key::LostBefore, "special_order_slow").and(Key::Outcome, "open");
    let _ = writeln!(
        out,
        "{}: {query}",
        say.of("Those that are still open are listed by", "Тех, кто ещё в работе, даёт запрос")
    );
}

fn main() -> std::process::ExitCode {
    match told(std::env::args().skip(1)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn told(mut args: impl Iterator<Item = String>) -> Result {
    let (mut ru, mut page) = (false, None);
    while let Some(arg) = args.next() {
        match (arg.as_str(), args.next()) {
            ("--lang", Some(language)) if language == "en" || language == "ru" => ru = language == "ru",
            ("-o", Some(file)) => page = Some(file),
            _ => return Err(USAGE.into()),
        }
    }
    let story = run(ru)?;
    print!("{}", story.text);
    if let Some(file) = page {
        std::fs::write(&file, story.page.html()).map_err(|error| format!("{file}: {error}"))?;
        println!("\n{}: {file}", Words(ru).of("The whole report is in", "Отчёт целиком"));
    }
    Ok(())
}
