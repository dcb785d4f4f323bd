//! A funnel over orders: the documents of accounting move them, also out of order and twice.
//!
//! The orders, their documents and their sums are of the project's own making. Accounting writes rows into the inbox;
//! all rules are in `documents.json`, and no line here moves anything.
//!
//! ```text
//! cargo run --example documents -- [--lang en|ru]
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use voronka::case::{DocumentInput, Event};
use voronka::report::Funnel;
use voronka::runtime::{Clock, Request, Runtime, Setup};
use voronka::store::{MemoryStore, Message};
use voronka::tell::Speaker;
use voronka::{Actor, Case, Entry, Input, Moment, Opening, Scenario, Value};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const SCENARIO: &str = include_str!("documents.json");

/// What accounting writes of the first order: when, which row, which document, what happened to it, under which
/// counter, with which sum. Rows arrive in this order, which is not the order in which things happened.
const ROWS: &[(&str, &str, &str, &str, &str, u64, &str)] = &[
    ("2026-03-02 10:00", "r01", "order", "1001", "posted", 1, "120000.00"),
    ("2026-03-02 11:00", "r02", "invoice", "A-17", "posted", 1, "70000.00"),
    ("2026-03-02 11:05", "r03", "invoice", "A-18", "posted", 1, "50000.00"),
    // The bank's program was restarted and sends the row again: the inbox knows it.
    ("2026-03-03 09:30", "r04", "payment", "P-1", "posted", 1, "40000.10"),
    ("2026-03-03 09:30", "r04", "payment", "P-1", "posted", 1, "40000.10"),
    // And once more as a row of its own: the payment's counter tells that it is no second one.
    ("2026-03-03 09:41", "r05", "payment", "P-1", "posted", 1, "40000.10"),
    ("2026-03-04 12:00", "r06", "payment", "P-2", "posted", 1, "40000.20"),
    ("2026-03-05 10:15", "r07", "payment", "P-3", "posted", 1, "39999.70"),
    // The second payment was another client's. It goes, and comes back as a payment of its own.
    ("2026-03-05 16:00", "r08", "payment", "P-2", "unposted", 2, ""),
    ("2026-03-06 11:00", "r09", "payment", "P-4", "posted", 1, "40000.20"),
    // The warehouse's check overtakes its posting; "shipped" is told with neither before.
    ("2026-03-09 10:00", "r10", "shipment", "S-1", "checked", 2, ""),
    ("2026-03-09 10:20", "r11", "shipment", "S-1", "posted", 1, "70000.00"),
    // Goods are on their way when the bank takes the first payment back: nothing moves by itself, it is a debt.
    ("2026-03-10 09:15", "r12", "payment", "P-1", "unposted", 2, ""),
    ("2026-03-10 09:20", "r13", "payment", "P-1", "posted", 1, "40000.10"),
    ("2026-03-11 15:00", "r14", "payment", "P-5", "posted", 1, "40000.10"),
    // A shipment is posted before its sum is known: nothing is let through on it.
    ("2026-03-12 10:00", "r15", "shipment", "S-2", "posted", 1, ""),
    ("2026-03-12 10:30", "r16", "shipment", "S-2", "amended", 2, "50000.00"),
];

/// The other orders: their sum, how far each came, and after how many days it took each step.
const OTHERS: &[(&str, &str, &[u32])] = &[
    ("1002", "15000", &[0, 0, 1, 2, 3, 1]),
    ("1003", "8200.50", &[0, 1, 1, 1, 2, 2]),
    ("1004", "310000", &[0, 0, 9, 4]),
    ("1005", "64000", &[0, 1, 6]),
    ("1006", "9900", &[0, 0, 0, 0, 1, 0]),
    ("1007", "47000", &[0, 2]),
    ("1008", "120500", &[0, 0, 3, 8, 2, 5]),
    ("1009", "5400", &[0]),
    ("1010", "71000", &[0, 1, 2, 1]),
    ("1011", "22000", &[]),
    ("1012", "18300", &[0, 0, 2, 2, 1]),
];

/// Those of them that the clients cancelled in the end.
const CANCELLED: &[&str] = &["1005", "1007"];

/// A clock that the story moves.
#[derive(Clone)]
struct Hands(Arc<AtomicI64>);

impl Clock for Hands {
    fn now(&self) -> Moment {
        Moment::from_millis(self.0.load(Ordering::SeqCst)).unwrap_or(Moment::MAX)
    }

    fn sleep(&self, _: Duration) {}
}

/// The orders, the clock, and the language of the story.
struct Story {
    runtime: Runtime<MemoryStore>,
    clock: Hands,
    scenario: Scenario,
    language: &'static str,
    out: String,
}

fn accounting() -> Actor {
    Actor::new("accounting", "host")
}

/// A moment in Moscow.
fn msk(text: &str) -> Result<Moment> {
    Ok(format!("{}:00+03:00", text.replace(' ', "T")).parse()?)
}

/// What people ask for first: what was told, why what moved, what is owed.
const fn is_asked_for(event: &Event) -> bool {
    matches!(
        event,
        Event::Documented(_)
            | Event::DocumentCompleted { .. }
            | Event::DocumentIgnored { .. }
            | Event::Triggered(_)
            | Event::Entered(_)
            | Event::DebtArose(_)
            | Event::DebtEnded { .. }
            | Event::Closed(_)
    )
}

impl Story {
    fn new(language: &'static str) -> Result<Self> {
        let clock = Hands(Arc::new(AtomicI64::new(msk("2026-03-02 09:00")?.millis())));
        let runtime = Runtime::new(MemoryStore::new(), clock.clone(), Setup::new("host-1"));
        let scenario = Scenario::from_json(SCENARIO).map_err(|defects| format!("{defects:#?}"))?;
        runtime.publish_text(SCENARIO, &accounting(), "orders")?;
        Ok(Self { runtime, clock, scenario, language, out: String::new() })
    }

    fn t<'t>(&self, en: &'t str, ru: &'t str) -> &'t str {
        if self.language == "ru" { ru } else { en }
    }

    fn say(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// A case for an order, which accounting names by its number.
    fn open(&self, number: &str) -> Result {
        let opening = Opening {
            title: Some(format!("{} {number}", self.t("order", "заказ"))),
            external_ids: vec![format!("order/{number}")],
            ..Opening::default()
        };
        self.runtime.open("order", number, opening, format!("open-{number}"), accounting())?;
        Ok(())
    }

    /// Accounting writes a row for an order, and the runtime steps it; whether it was new.
    fn row(&self, order: &str, row: &str, at: Moment, document: DocumentInput) -> Result<bool> {
        self.clock.0.store(at.millis(), Ordering::SeqCst);
        let text = serde_json::to_string(&Input::Document(document))?;
        let object = format!("order/{order}");
        let message = Message { id: format!("{order}-{row}"), object, text, at };
        let is_new = self.runtime.post(&[message])? == [voronka::store::Posted::New];
        let received = self.runtime.receive()?;
        match received.refused.first() {
            Some((row, why)) => Err(format!("{row}: {why}").into()),
            None => Ok(is_new),
        }
    }

    fn case(&self, number: &str) -> Result<Case> {
        Ok(self.runtime.evaluate(number, &accounting(), |case, _| case.clone())?)
    }

    fn last(&self, number: &str) -> Result<Vec<Entry>> {
        let revision = self.case(number)?.revision;
        Ok(self.runtime.entries(number, revision, 1, &accounting())?)
    }

    /// The first order, row by row.
    fn first(&mut self) -> Result {
        self.open("1001")?;
        for (when, row, kind, id, event, sequence, sum) in ROWS {
            let at = msk(when)?;
            let amount = (!sum.is_empty()).then(|| ("amount".to_owned(), Value::from(*sum)));
            let document = DocumentInput {
                document: (*kind).to_owned(),
                id: (*id).to_owned(),
                event: (*event).to_owned(),
                at: Some(at),
                sequence: Some(*sequence),
                data: amount.into_iter().collect(),
            };
            let is_new = self.row("1001", row, at, document)?;
            self.say("");
            if is_new {
                self.tell_entry("1001")?;
            } else {
                let known = self
                    .t("row {} is there already: nothing is done", "строка {} уже была: ничего не делается");
                let when =
                    Speaker::new(&self.scenario, self.language).about(&self.case("1001")?).moment_shown(at);
                let line = format!("{when}:\n  - {}", known.replace("{}", row));
                self.say(&line);
            }
        }
        Ok(())
    }

    /// What came of the last entry, as far as people ask for it, and how the order stands.
    fn tell_entry(&mut self, number: &str) -> Result {
        let case = self.case(number)?;
        let mut lines = Vec::new();
        for entry in self.last(number)? {
            let speaker = Speaker::new(&self.scenario, self.language).about(&case);
            lines.push(format!("{}:", speaker.moment_shown(entry.at)));
            let told = speaker.entry(&entry);
            let of_event = entry.events.iter().zip(told.lines().skip(1));
            lines.extend(
                of_event.filter(|(event, _)| is_asked_for(event)).map(|(_, line)| format!("  {line}")),
            );
        }
        lines.iter().for_each(|line| self.say(line));
        self.sums(number)
    }

    /// The sums of the order in one line.
    fn sums(&mut self, number: &str) -> Result {
        let speaker = Speaker::new(&self.scenario, self.language);
        let line = self.runtime.evaluate(number, &accounting(), |_, view| {
            let shown = |group: &voronka::DocumentGroup<'_>| {
                let sums =
                    group.sums.iter().map(|it| speaker.sum_shown(group.kind, it.name, it.value, &it.unknown));
                sums.collect::<Vec<_>>().join(", ")
            };
            view.documents.iter().map(shown).collect::<Vec<_>>().join(" · ")
        })?;
        self.say(&format!("    = {line}"));
        Ok(())
    }

    /// Every document of the order, in one window.
    fn window(&mut self, number: &str) -> Result {
        let speaker = Speaker::new(&self.scenario, self.language);
        let lines = self.runtime.evaluate(number, &accounting(), |_, view| {
            let mut lines = Vec::new();
            for group in &view.documents {
                lines.push(format!("{} ({})", speaker.document_title(group.kind), group.in_force()));
                lines.extend(
                    group
                        .documents
                        .iter()
                        .map(|it| format!("  {}", speaker.document_shown(it.state, it.in_force))),
                );
            }
            lines
        })?;
        lines.iter().for_each(|line| self.say(line));
        Ok(())
    }

    /// The other orders: each step is a document of its own.
    fn others(&mut self) -> Result {
        // The money and the goods come in halves.
        const STEPS: [(&str, &str, u32); 6] = [
            ("order", "O", 1),
            ("invoice", "I", 1),
            ("payment", "P1", 2),
            ("payment", "P2", 2),
            ("shipment", "S1", 2),
            ("shipment", "S2", 2),
        ];
        let mut rows: BTreeMap<(i64, String, usize), (String, DocumentInput)> = BTreeMap::new();
        for (start, (number, sum, days)) in OTHERS.iter().enumerate() {
            self.open(number)?;
            let mut at = msk("2026-03-13 10:00")?.plus_millis(i64::try_from(start)? * 3_600_000);
            let sum: rust_decimal::Decimal = sum.parse()?;
            for (step, (day, (kind, id, parts))) in days.iter().zip(STEPS).enumerate() {
                at = at.plus_millis(i64::from(*day) * 86_400_000 + 60_000);
                let part = sum / rust_decimal::Decimal::from(parts);
                let document = DocumentInput {
                    document: kind.to_owned(),
                    id: format!("{id}-{number}"),
                    event: "posted".to_owned(),
                    at: Some(at),
                    data: [("amount".to_owned(), part.into())].into(),
                    ..DocumentInput::default()
                };
                rows.insert((at.millis(), (*number).to_owned(), step), ((*number).to_owned(), document));
            }
            if CANCELLED.contains(number) {
                at = at.plus_millis(5 * 86_400_000);
                let (document, id, event) =
                    ("order".to_owned(), format!("O-{number}"), "cancelled".to_owned());
                let document =
                    DocumentInput { document, id, event, at: Some(at), ..DocumentInput::default() };
                rows.insert(
                    (at.millis(), (*number).to_owned(), STEPS.len()),
                    ((*number).to_owned(), document),
                );
            }
        }
        for ((at, _, step), (number, document)) in rows {
            let at = Moment::from_millis(at).unwrap_or(Moment::MAX);
            self.row(&number, &format!("step{step}"), at, document)?;
        }
        Ok(())
    }

    fn funnel(&mut self) -> Result {
        let numbers = std::iter::once("1001").chain(OTHERS.iter().map(|it| it.0));
        let cases: Vec<Case> = numbers.map(|number| self.case(number)).collect::<Result<_>>()?;
        let table = Funnel::of(&self.scenario, &cases).table(self.language);
        self.out.push_str(&table);
        Ok(())
    }

    /// What the journal keeps of the order, from an entry on, in words.
    fn journal(&mut self, number: &str, from: u64, limit: u32) -> Result {
        let case = self.case(number)?;
        let entries = self.runtime.entries(number, from, limit, &accounting())?;
        let speaker = Speaker::new(&self.scenario, self.language).about(&case);
        let told: Vec<String> = entries.iter().map(|entry| speaker.entry(entry)).collect();
        told.iter().for_each(|entry| self.say(entry));
        Ok(())
    }

    fn chapter(&mut self, en: &'static str, ru: &'static str) {
        let title = self.t(en, ru);
        let _ = write!(self.out, "\n\n{title}\n{}\n", "═".repeat(title.chars().count()));
    }
}

/// The whole story as a text.
pub fn run(language: &'static str) -> Result<String> {
    let mut story = Story::new(language)?;
    let head = story.t(
        "Orders as accounting tells them. Orders, documents and sums are made up.",
        "Заказы, как о них сообщает учёт. Заказы, документы и суммы вымышлены.",
    );
    story.say(head);
    story.chapter(
        "1. One order, row by row, as the rows arrive",
        "1. Один заказ, строка за строкой, как они приходят",
    );
    story.first()?;
    story.chapter(
        "2. Its documents; in brackets how many are in force",
        "2. Его документы; в скобках — сколько действует",
    );
    story.window("1001")?;
    story.chapter("3. What the journal keeps of two days", "3. Что хранит журнал о двух днях");
    story.journal("1001", 8, 3)?;
    story.chapter("4. A dozen orders as a funnel", "4. Дюжина заказов в виде воронки");
    story.say("");
    story.others()?;
    story.funnel()?;
    // The host may also ask a case what would happen: a payment for a closed order is still taken (X4).
    let late = DocumentInput {
        document: "payment".to_owned(),
        id: "P-6".to_owned(),
        event: "posted".to_owned(),
        data: [("amount".to_owned(), Value::from("0.10"))].into(),
        ..DocumentInput::default()
    };
    story.runtime.step(Request::new("1001", Input::Document(late), "late-payment", accounting()))?;
    story.chapter("5. A payment that comes after all is done", "5. Оплата, когда всё уже сделано");
    story.say("");
    story.tell_entry("1001")?;
    Ok(story.out)
}

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let language = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] | ["--lang", "en"] => "en",
        ["--lang", "ru"] => "ru",
        _ => {
            eprintln!("usage: documents [--lang en|ru]");
            return std::process::ExitCode::FAILURE;
        }
    };
    match run(language) {
        Ok(story) => {
            print!("{story}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
