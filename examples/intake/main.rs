//! A morning at a wholesale company: a Maildir, a telephone exchange's log and a web form, taken in by the scenario of
//! `examples/wholesale.json`.
//!
//! The letters, calls and persons are of the project's own making, under names and numbers reserved for examples; any
//! likeness is chance.
//!
//! ```text
//! cargo run --features mail,calls --example intake -- [--lang en|ru]
//! ```

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use voronka::intake::read::{CallLog, FormMap, Found, MailReader, maildir};
use voronka::intake::{Inquiry, Verdict};
use voronka::report::Funnel;
use voronka::runtime::{Assign, Clock, Runtime, Setup, Taken};
use voronka::store::{CaseQuery, MemoryStore, Message, Query};
use voronka::tell::Catalog;
use voronka::{Actor, Case, Moment, Opening};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The company's clock: it stands where the morning has come to.
#[derive(Clone)]
struct Hands(Arc<Mutex<Moment>>);

impl Hands {
    fn go(&self, to: Moment) {
        if let Ok(mut now) = self.0.lock() {
            *now = (*now).max(to);
        }
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        self.0.lock().map_or(Moment::MIN, |now| *now)
    }

    fn sleep(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.go(self.now().plus_millis(millis));
    }
}

/// What is said in either language; the engine's own answers come from its catalogue.
struct Words {
    ru: bool,
    catalog: Catalog,
}

impl Words {
    fn of<'w>(&self, en: &'w str, ru: &'w str) -> &'w str {
        if self.ru { ru } else { en }
    }

    const fn language(&self) -> &'static str {
        if self.ru { "ru" } else { "en" }
    }
}

/// What came in, in the order in which it did.
fn gathered(folder: &Path, words: &Words, out: &mut String) -> Result<Vec<Inquiry>> {
    let mut all = Vec::new();
    let mut keep = |found: Found| {
        for note in &found.notes {
            let _ =
                writeln!(out, "  · {}: {}", found.inquiry.id, note.told(&words.catalog, words.language()));
        }
        all.push(found.inquiry);
    };
    let reader = MailReader::new(["@wholesale.example"]);
    let letters = maildir(&folder.join("mail"))?;
    for letter in &letters {
        let raw = std::fs::read(letter)?;
        let name = letter.file_name().unwrap_or_default().to_string_lossy();
        keep(reader.read(&raw, &format!("mail/{name}"), None)?);
    }
    let log =
        CallLog::new("Europe/Moscow").extension("101", "anna").extension("102", "boris").line("74950000001");
    let file = std::io::BufReader::new(std::fs::File::open(folder.join("Master.csv"))?);
    let mut wrong = Vec::new();
    for record in log.read(file)? {
        match record {
            Ok(found) => keep(found),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    let form = FormMap {
        id: Some("request".to_owned()),
        phone: vec!["tel".to_owned()],
        name: Some("fio".to_owned()),
        text: Some("comment".to_owned()),
        at: Some("sent".to_owned()),
        ..FormMap::default()
    };
    keep(form.read(&std::fs::read_to_string(folder.join("form.json"))?)?);
    for error in wrong {
        let _ = writeln!(out, "  ✗ Master.csv, {error}");
    }
    // A letter is known when it comes, a call when it ends.
    all.sort_by_key(|it| {
        it.at.map(|at| at.plus_millis(i64::try_from(it.duration_ms.unwrap_or(0)).unwrap_or(0)))
    });
    Ok(all)
}

/// A time as the office's clock shows it.
fn time(at: Moment) -> String {
    // Moscow is three hours ahead of UTC.
    at.plus_millis(3 * 3_600_000).to_string().get(11..16).unwrap_or_default().to_owned()
}

/// The short names under which the story tells of cases.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn of(&mut self, case: &str) -> String {
        if case.len() < 12 {
            return case.to_owned();
        }
        let place = self.0.iter().position(|it| it == case).unwrap_or_else(|| {
            self.0.push(case.to_owned());
            self.0.len() - 1
        });
        format!("#{}", place + 1)
    }

    /// A text in which cases have their short names.
    fn within(&mut self, case: Option<&str>, text: &str) -> String {
        case.into_iter().for_each(|case| drop(self.of(case)));
        self.0
            .iter()
            .enumerate()
            .fold(text.to_owned(), |text, (at, case)| text.replace(case, &format!("#{}", at + 1)))
    }
}

fn told(words: &Words, inquiry: &Inquiry, taken: &Taken, names: &mut Names, out: &mut String) {
    let who = inquiry.contacts.first().map_or("—", |it| it.key.as_str());
    let way = if inquiry.direction.name() == "in" { "←" } else { "→" };
    let what = match (&inquiry.subject, &inquiry.result) {
        (_, Some(result)) if inquiry.channel == "phone" => result.clone(),
        (Some(subject), _) => subject.clone(),
        _ => String::new(),
    };
    let at = inquiry.at.map(time).unwrap_or_default();
    let _ = writeln!(out, "{at}  {:5} {way} {who}: {what}", inquiry.channel);
    let reason = taken.decision.reason.told(&words.catalog, words.language());
    let reason = names.within(taken.case.as_deref(), &reason);
    let mark = match taken.decision.verdict {
        Verdict::Ignore { .. } => "✗",
        Verdict::Undecided { .. } | Verdict::NoScenario => "?",
        Verdict::Nothing { .. } => "=",
        _ => "➜",
    };
    let case = taken.case.as_deref().map(|it| names.of(it));
    let _ = writeln!(out, "       {mark} {}{reason}", case.map(|it| format!("{it}: ")).unwrap_or_default());
    let activities = taken.done.iter().flat_map(|done| &done.entry.events);
    for event in activities {
        if let voronka::Event::Planned(activity) = event
            && activity.rule.as_deref().is_some_and(|rule| rule.contains("missed-call"))
        {
            let title = activity.title.get(words.language());
            let due = activity.due.map(|it| time(it.at)).unwrap_or_default();
            let _ = writeln!(out, "         {} {title}, {due}", words.of("planned:", "запланировано:"));
        }
    }
}

/// Tells the morning; as text.
pub fn run(folder: &Path, ru: bool, out: &mut String) -> Result {
    let words = Words { ru, catalog: Catalog::default() };
    let clock = Hands(Arc::new(Mutex::new("2026-03-02T05:30:00Z".parse()?)));
    let store = MemoryStore::new();
    let runtime = Runtime::new(store.clone(), clock.clone(), Setup::new("office")).taking_in();
    let anna = Actor::new("anna", "manager");
    runtime.publish_text(include_str!("../wholesale.json"), &Actor::new("olga", "head"), "")?;
    // A regular client has three open orders.
    for order in ["4711", "4712", "4713"] {
        let opening: Opening = serde_json::from_value(serde_json::json!({
            "title": format!("Order {order}"), "channel": "phone", "responsible": "anna", "external_ids": [order],
            "parties": { "client": { "reference": "shop-17", "contacts": ["eva@shop.example"] } }
        }))?;
        runtime.open(
            "wholesale",
            format!("order-{order}"),
            opening,
            format!("open-{order}"),
            anna.clone(),
        )?;
    }
    let _ = writeln!(out, "{}\n", words.of("A morning at the office", "Утро в офисе"));
    let all = gathered(folder, &words, out)?;
    out.push('\n');
    let mut names = Names::default();
    // The exchange tells five minutes after a call where its recording is.
    let mut recordings: Vec<(Moment, &Inquiry, Option<String>)> = Vec::new();
    let office = Office { runtime: &runtime, store: &store, clock: &clock, words: &words };
    for inquiry in &all {
        while recordings.first().is_some_and(|(at, ..)| inquiry.at.is_some_and(|now| *at <= now)) {
            office.recorded(&recordings.remove(0), out)?;
        }
        clock.go(inquiry
            .at
            .unwrap_or(Moment::MIN)
            .plus_millis(i64::try_from(inquiry.duration_ms.unwrap_or(0))?));
        let taken = runtime.take_in(inquiry)?;
        told(&words, inquiry, &taken, &mut names, out);
        if inquiry.channel == "phone"
            && inquiry.result.as_deref() == Some("answered")
            && inquiry.recording.is_none()
        {
            recordings.push((clock.now().plus_millis(300_000), inquiry, taken.case));
        }
    }
    for recording in recordings {
        office.recorded(&recording, out)?;
    }
    // What waits is worked off by a person.
    runtime.receive()?;
    let _ = writeln!(out, "\n{}", words.of("Undecided", "Не разобрано"));
    for waiting in runtime.undecided("", 100)?.rows {
        let _ = writeln!(
            out,
            "  {}: {}",
            waiting.inquiry.subject.as_deref().unwrap_or_default(),
            waiting.reason.told(&words.catalog, words.language())
        );
        let text = waiting.inquiry.text.as_deref().unwrap_or_default();
        let _ = writeln!(out, "    “{}”", text.trim());
        let settled = runtime.assign(&waiting.row, &Assign::Case("order-4713".to_owned()), &anna)?;
        let reason = settled.decision.reason.told(&words.catalog, words.language());
        let _ = writeln!(out, "    ➜ order-4713: {reason}");
    }
    let left = runtime.undecided("", 100)?.rows.len();
    let _ = writeln!(out, "  {}: {left}", words.of("left", "осталось"));
    let scenario = runtime.latest("wholesale")?.ok_or("not published")?;
    let page = Query::cases(&store, &CaseQuery { limit: 100, ..CaseQuery::default() })?;
    let cases: Vec<Case> =
        page.rows.iter().map(|row| serde_json::from_str(&row.text)).collect::<std::result::Result<_, _>>()?;
    let _ = writeln!(out, "\n{}", words.of("Cases by channel", "Обращения по каналам"));
    for (channel, funnel) in Funnel::by_channel(&scenario, &cases) {
        let first = funnel.stages.first().map_or(0, |stage| stage.open.cases);
        let _ = writeln!(
            out,
            "  {channel:6} {:3} {}, {first} {}",
            funnel.cases.cases,
            words.of("cases", "обращений"),
            words.of("on the first stage", "на первом этапе")
        );
    }
    let _ = writeln!(out, "\n{}", words.of("Who has them", "У кого они"));
    for case in &cases {
        let interactions = case.interactions.len();
        let _ = writeln!(
            out,
            "  {:11} {:6} {:6} {interactions} {}",
            names.of(&case.id),
            case.responsible.as_deref().unwrap_or("—"),
            case.channel.as_deref().unwrap_or("—"),
            words.of("interactions", "контактов")
        );
    }
    Ok(())
}

struct Office<'o> {
    runtime: &'o Runtime<MemoryStore>,
    store: &'o MemoryStore,
    clock: &'o Hands,
    words: &'o Words,
}

impl Office<'_> {
    /// One row in the inbox, as any program writes it.
    fn recorded(&self, (at, call, case): &(Moment, &Inquiry, Option<String>), out: &mut String) -> Result {
        self.clock.go(*at);
        let place = format!("rec/{}.wav", call.id);
        let more = Inquiry { recording: Some(place), ..Inquiry::new("phone", &call.id) };
        let text = serde_json::json!({ "inquiry": more }).to_string();
        let (id, object) = (format!("recording-{}", call.id), String::new());
        self.runtime.post(&[Message { id, object, text, at: *at }])?;
        self.runtime.receive()?;
        let case = case_of(self.store, case.as_deref())?;
        let known = case.interactions.iter().find(|it| it.id == call.id);
        let place = known.and_then(|it| it.recording.as_deref()).unwrap_or("—");
        let what = self.words.of("the recording of the call:", "запись звонка:");
        let count = self.words.of("interactions on the case:", "контактов в обращении:");
        let _ = writeln!(out, "{}  {what} {place}; {count} {}", time(*at), case.interactions.len());
        Ok(())
    }
}

fn case_of(store: &MemoryStore, id: Option<&str>) -> Result<Case> {
    let wanted = [voronka::store::Wanted::case(id.unwrap_or_default())];
    let loading = voronka::store::Store::load(store, &wanted)?;
    let text = loading.found.into_iter().next().and_then(|it| it.case).ok_or("there is no such case")?;
    Ok(text.read()?)
}

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let ru = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] | ["--lang", "en"] => false,
        ["--lang", "ru"] => true,
        _ => {
            eprintln!("usage: intake [--lang en|ru]");
            return std::process::ExitCode::FAILURE;
        }
    };
    let mut out = String::new();
    let ended = run(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/intake"), ru, &mut out);
    print!("{out}");
    if let Err(error) = ended {
        eprintln!("{error}");
        return std::process::ExitCode::FAILURE;
    }
    std::process::ExitCode::SUCCESS
}
