//! What happens in the company between 2 and 12 March 2026, scene by scene.

use super::accounting::Line;
use super::desk::{Desk, Person};
use super::host::Work;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use voronka::case::{CloseInput, DoneInput, Fields, Input, InteractionInput, MoveInput, Party};
use voronka::{Actor, Opening, Scenario, Value};

pub use super::desk::Result;

const ANNA: Person = ("anna", "Anna", "Анна", "manager");
const BORIS: Person = ("boris", "Boris", "Борис", "head");
const SVETA: Person = ("sveta", "Sveta", "Света", "storekeeper");
const ACCOUNTING: Person = ("accounting", "Accounting", "Учёт", "");
const MAIL: Person = ("mail-robot", "The mailbox", "Почтовый робот", "");

pub const PEOPLE: [Person; 3] = [ANNA, BORIS, SVETA];

fn opening(title: &str, channel: &str, client: &str) -> Opening {
    let client = Party { reference: Some(client.to_owned()), contacts: Vec::new() };
    Opening {
        title: Some(title.to_owned()),
        channel: Some(channel.to_owned()),
        responsible: Some("anna".to_owned()),
        parties: BTreeMap::from([("client".to_owned(), client)]),
        ..Opening::default()
    }
}

fn fields<const N: usize>(values: [(&str, Value); N]) -> Fields {
    values.into_iter().map(|(name, value)| (name.to_owned(), Some(value))).collect()
}

fn lines<const N: usize>(lines: [(&str, &str, i64); N]) -> Value {
    let line = |(item, characteristic, quantity): (&str, &str, i64)| {
        let parts: [(&str, Value); 3] =
            [("item", item.into()), ("characteristic", characteristic.into()), ("quantity", quantity.into())];
        Value::Record(parts.map(|(name, value)| (name.to_owned(), value)).into())
    };
    Value::List(lines.map(line).to_vec())
}

fn to(stage: &str) -> Input {
    Input::Move(MoveInput { to: stage.into(), ..MoveInput::default() })
}

fn command(name: &str) -> Input {
    Input::Command { command: name.into(), fields: Fields::new() }
}

fn lost(reason: &str, comment: Option<&str>) -> Input {
    let comment = comment.map(str::to_owned);
    Input::Close(CloseInput {
        stage: "lost".into(),
        reason: Some(reason.into()),
        comment,
        ..CloseInput::default()
    })
}

fn done(activity: String, fields: Fields) -> Input {
    Input::Done(DoneInput { activity, fields, ..DoneInput::default() })
}

fn incoming(channel: &str, contact: &str) -> Input {
    Input::Interaction(Box::new(InteractionInput {
        channel: channel.into(),
        direction: Some("in".into()),
        contact: Some(contact.into()),
        result: Some("answered".into()),
        ..InteractionInput::default()
    }))
}

fn line(item: &str, characteristic: &str, pieces: i64) -> Line {
    (item.to_owned(), characteristic.to_owned(), pieces)
}

const SCENARIO: &str = include_str!("../wholesale.json");

/// What the company works by: its own scenario, and the templates that this one starts, as they ship.
fn texts() -> impl Iterator<Item = &'static str> {
    let templates = ["approval", "claim", "assignment"].into_iter().filter_map(voronka::process::template);
    std::iter::once(SCENARIO).chain(templates.map(|it| it.json))
}

fn scenarios() -> Result<Vec<Scenario>> {
    let read = |text| Scenario::from_json(text).map_err(|defects| format!("{defects:#?}").into());
    texts().map(read).collect()
}

/// The whole story, as text; what has been told so far also where it breaks off.
pub fn run(file: &Path, language: &'static str, out: &mut String) -> Result {
    let scenarios = scenarios()?;
    let mut desk = Desk::open(file, &scenarios, language, out)?;
    let head = desk.words.t(
        "A wholesale company, 2 to 12 March 2026. People, clients, goods and figures are made up.\n\
         Its cases and its accounting are kept in one SQLite file: ",
        "Оптовая компания, 2–12 марта 2026 года. Люди, клиенты, товары и суммы вымышлены.\n\
         Её обращения и её учёт хранятся в одном файле SQLite: ",
    );
    let legend = desk.words.t(
        "→ what the engine did    ✗ what it asks for    (…) what accounting told and wrote",
        "→ что сделала система    ✗ чего не хватает    (…) что сообщил и записал учёт",
    );
    let head = format!("{head}{}\n\n{legend}", file.display());
    desk.line(&head);
    for text in texts() {
        desk.company.runtime.publish_text(text, &Actor::new("boris", "head"), "")?;
    }
    desk.company.transaction(|work| {
        work.books.receive("main", &line("tile-4711", "blue", 3))?;
        work.books.receive("main", &line("tile-4712", "red", 40))?;
        work.books.receive("main", &line("paint-10", "white", 500))
    })?;
    monday(&mut desk)?;
    tuesday(&mut desk)?;
    to_friday(&mut desk)?;
    the_builder(&mut desk)?;
    paid_in_full(&mut desk)?;
    refusals(&mut desk)?;
    unposted(&mut desk)?;
    delivered(&mut desk)?;
    complained(&mut desk)?;
    desk.scene(("What the funnel says", "Что показывает воронка"));
    desk.funnel()
}

/// What is in a file in which the story was told before.
pub fn left(file: &Path, language: &'static str, out: &mut String) -> Result {
    let scenarios = scenarios()?;
    let mut desk = Desk::open(file, &scenarios, language, out)?;
    desk.at_the_end()?;
    let (name, time) = (file.display(), desk.words.time(desk.now()));
    let (en, ru) = (
        format!("{name} is there already, as the story left it on {time}:"),
        format!("{name} уже есть; в нём всё, как осталось после рассказа ({time}):"),
    );
    let head = desk.words.t(&en, &ru).to_owned();
    desk.line(&head);
    desk.line("");
    desk.all()
}

/// What can be done with the file next.
pub fn what_now(file: &Path, language: &str, out: &mut String) {
    let name = file.display();
    let t = |en: &'static str, ru: &'static str| if language == "ru" { ru } else { en };
    let commands = [
        (t("the cases", "обращения"), format!("cargo run --features cli -- case list {name}")),
        (t("a journal", "журнал"), format!("cargo run --features cli -- case journal {name} uyut")),
        (t("by SQL", "запросом"), format!("sqlite3 {name} 'SELECT id, stage, outcome FROM voronka_cases'")),
        (t("anew", "сначала"), format!("cargo run --features sqlite --example wholesale -- {name} --anew")),
    ];
    let _ = writeln!(out, "\n\n{} {name}:\n", t("It is all kept in", "Всё это хранится в файле"));
    for (what, command) in commands {
        let _ = writeln!(out, "  {what:<10}  {command}");
    }
}

fn monday(desk: &mut Desk<'_>) -> Result {
    desk.scene(("The telephone rings, and a letter comes", "Звонит телефон, приходит письмо"));
    desk.at("2026-03-02 09:10")?;
    desk.open_case(
        "uyut",
        ANNA,
        ("the shop “Uyut” asks for tiles", "магазин «Уют» спрашивает плитку"),
        opening("Uyut, tiles", "phone", "Uyut"),
    )?;
    desk.does(
        "uyut",
        ANNA,
        ("the call is recorded", "звонок записан"),
        incoming("phone", "+7 900 000-00-01"),
    )?;
    desk.at("2026-03-02 09:40")?;
    let letter = Opening { intake: true, ..opening("StroyTrest, paint", "email", "StroyTrest") };
    desk.open_case("stroy", MAIL, ("a builder asks for paint", "строители спрашивают краску"), letter)?;
    desk.does(
        "stroy",
        MAIL,
        ("the letter is recorded", "письмо записано"),
        incoming("email", "office@stroytrest.example"),
    )?;

    desk.scene(("A hurry is refused, for all its reasons at once", "Спешка: отказ сразу со всеми причинами"));
    desk.at("2026-03-02 09:45")?;
    desk.is_refused(
        "uyut",
        ANNA,
        ("wants to write the invoice at once", "хочет сразу выставить счёт"),
        to("invoice"),
    )?;

    desk.scene(("Five are asked, three are free", "Просят пять, свободно три"));
    desk.at("2026-03-02 10:15")?;
    let call = desk.activity("uyut", "clarify")?;
    let known = fields([
        ("client_type", "shop".into()),
        ("line_of_goods", "tiles".into()),
        ("amount", 96_400.into()),
        ("delivery", true.into()),
        ("address", "Sadovaya 5".into()),
        ("delivery_date", "2026-03-12".into()),
        ("lines", lines([("tile-4711", "blue", 5), ("tile-4712", "red", 1)])),
    ]);
    desk.does(
        "uyut",
        ANNA,
        ("has called, and writes down the order", "позвонила и записала заказ"),
        done(call, known),
    )?;
    desk.does("uyut", ANNA, ("goes on to the invoice", "переходит к счёту"), to("invoice"))?;
    desk.at("2026-03-02 10:30")?;
    desk.does("uyut", ANNA, ("reserves the goods", "ставит товар в резерв"), command("reserve"))?;
    desk.at("2026-03-02 10:40")?;
    desk.tell((
        "She wants to go on all the same: in one transaction accounting writes the contract with its lines, and \
         the case is moved. The engine refuses, so the contract is gone too.",
        "Анна всё равно хочет дальше: в одной транзакции учёт записывает договор со строками, а обращение \
         переводится. Система отказывает — и договора тоже нет.",
    ));
    let hurried = desk.asks("uyut", ANNA, to("prepayment"));
    let what = ("makes out the contract and goes on", "оформляет договор и переходит дальше");
    desk.is_rolled_back("uyut", ANNA, what, |work| work.invoice(hurried).map(drop))?;

    desk.scene(("A special order", "Заказ по особым размерам"));
    desk.at("2026-03-02 16:00")?;
    let what = ("a factory asks for frames of its own sizes", "завод спрашивает рамы по своим размерам");
    desk.open_case("zavod", ANNA, what, opening("Zavod, frames", "phone", "Zavod"))?;
    let special = fields([("client_type", "factory".into()), ("special_order", true.into())]);
    desk.does(
        "zavod",
        ANNA,
        ("notes that it is a special order", "отмечает особые размеры"),
        Input::Set { fields: special },
    )
}

fn tuesday(desk: &mut Desk<'_>) -> Result {
    desk.scene(("Overdue: the light is red", "Просрочено: красный свет"));
    desk.tell((
        "Nobody has called the builder on Monday, nor offered the shop a replacement.",
        "В понедельник строителям никто не позвонил, магазину замену не предложили.",
    ));
    desk.at("2026-03-03 09:05")?;
    desk.looks(BORIS)?;
    desk.tell((
        "Boris was not told: the trigger “Overdue: tell the head” is switched off in the scenario. He switches \
         it on, and every running case notices it.",
        "Борису не сообщили: триггер «Просрочено: сообщить руководителю» в сценарии выключен. Он включает его, \
         и это действует сразу для всех обращений.",
    ));
    let on = ("switches it on", "включает");
    desk.switch(BORIS, on, "/trigger/escalate", true)?;
    desk.at("2026-03-03 09:20")?;
    let call = desk.activity("stroy", "clarify")?;
    let known = fields([
        ("client_type", "builder".into()),
        ("line_of_goods", "paint".into()),
        ("amount", 1_250_000.into()),
        ("terms", "deferral".into()),
        ("needs_specialist", true.into()),
        ("lines", lines([("paint-10", "white", 400)])),
    ]);
    let what =
        ("calls the builder; they want measuring, and deferral", "звонит строителям; нужен замер и отсрочка");
    desk.does("stroy", ANNA, what, done(call, known))?;

    desk.scene(("The goods have come", "Товар пришёл"));
    desk.at("2026-03-03 11:00")?;
    let what =
        ("ten blue tiles have come by sea, and are brought over", "морем пришли десять синих, их привезли");
    desk.posts("", ACCOUNTING, what, |work| {
        let tiles = line("tile-4711", "blue", 10);
        work.books.receive("port", &tiles)?;
        work.books.take("port", &tiles)?;
        work.books.receive("main", &tiles)
    })?;
    let offer = desk.activity("uyut", "Offer a replacement")?;
    desk.does(
        "uyut",
        ANNA,
        ("no replacement is needed now", "замена уже не нужна"),
        done(offer, Fields::new()),
    )?;
    desk.does("uyut", ANNA, ("reserves again", "снова ставит в резерв"), command("reserve"))?;
    desk.at("2026-03-03 11:20")?;
    let invoice = done(desk.activity("uyut", "send-invoice")?, Fields::new());
    let invoice = desk.asks("uyut", ANNA, invoice);
    let what = ("makes out the contract, and has sent the invoice", "оформляет договор, счёт отправлен");
    desk.posts("uyut", ANNA, what, |work| work.invoice(invoice).map(drop))?;
    let agreed = fields([("terms", "prepayment".into())]);
    let on = Input::Move(MoveInput { to: "prepayment".into(), fields: agreed, ..MoveInput::default() });
    desk.does("uyut", ANNA, ("the shop agrees to prepay", "магазин согласен на предоплату"), on)
}

fn to_friday(desk: &mut Desk<'_>) -> Result {
    desk.scene(("A calculation that took longer than a day", "Расчёт занял больше дня"));
    desk.at("2026-03-05 10:00")?;
    desk.looks(BORIS)?;
    desk.does(
        "zavod",
        ANNA,
        ("the factory would not wait any longer", "завод больше не ждёт"),
        lost("special_order_slow", None),
    )?;
    let off = ("has seen that it works, and switches it off", "убедился, что работает, и выключает");
    desk.switch(BORIS, off, "/trigger/escalate", false)?;

    desk.scene(("No money for two working days", "Два рабочих дня без оплаты"));
    desk.at("2026-03-06 09:30")?;
    desk.posts("uyut", ACCOUNTING, ("a part is paid", "оплачена часть"), |work| {
        work.pay("uyut", 40_000).map(drop)
    })?;
    desk.tell((
        "The reminder is switched off too. Its moment came this night; it has waited, and comes when Boris \
         switches it on.",
        "Напоминание тоже выключено. Его срок наступил этой ночью; оно подождало и приходит, как только Борис \
         его включает.",
    ));
    let on = ("switches on the reminder of payments", "включает напоминание об оплате");
    desk.switch(BORIS, on, "prepayment/trigger/remind", true)
}

fn the_builder(desk: &mut Desk<'_>) -> Result {
    desk.scene(("Entering a stage closes what is overdue", "Вход на этап закрывает просроченное"));
    desk.tell((
        "The visit to the builder is overdue, but drawings have come instead, so it is needed no more.",
        "Выезд к строителям просрочен, но вместо него пришли чертежи, и он больше не нужен.",
    ));
    desk.at("2026-03-06 10:00")?;
    desk.looks(ANNA)?;
    desk.does("stroy", ANNA, ("goes on to the invoice", "переходит к счёту"), to("invoice"))?;
    desk.at("2026-03-06 12:00")?;
    let invoice = desk.activity("stroy", "send-invoice")?;
    desk.does("stroy", ANNA, ("has sent the invoice", "отправила счёт"), done(invoice, Fields::new()))?;

    desk.scene(("No deferral: we sell only by prepayment", "Отсрочки нет: только предоплата"));
    desk.is_refused(
        "stroy",
        ANNA,
        ("asks for a deferral for them", "просит для них отсрочку"),
        to("prepayment"),
    )?;
    desk.tell((
        "The sum is above a million, so the sale waits for an approval: a case of its own, by the template that ships \
         with voronka. Boris answers there, and the sale hears of it.",
        "Сумма больше миллиона, поэтому продажа ждёт согласования. Это отдельное дело по готовому шаблону из \
         поставки: Борис отвечает там, а продажа узнаёт.",
    ));
    desk.at("2026-03-06 15:00")?;
    let approval = desk.started_by("stroy")?;
    let yes = DoneInput {
        activity: desk.activity(&approval, "at_once")?,
        outcome: Some("approved".into()),
        ..DoneInput::default()
    };
    let what = ("approves the sum, not the deferral", "согласует сумму, но не отсрочку");
    desk.does(&approval, BORIS, what, Input::Done(yes))?;
    desk.is_refused("stroy", ANNA, ("tries once more", "пробует ещё раз"), to("prepayment"))?;
    desk.at("2026-03-06 16:30")?;
    desk.does(
        "stroy",
        ANNA,
        ("the builder goes elsewhere", "строители уходят к другим"),
        lost("no_deferral", None),
    )
}

fn paid_in_full(desk: &mut Desk<'_>) -> Result {
    desk.scene(("Paid in full: the sale goes on by itself", "Оплачено полностью: продажа идёт дальше сама"));
    desk.tell(("Monday the 9th is a holiday.", "Понедельник, 9-е, — выходной."));
    desk.at("2026-03-10 11:00")?;
    desk.posts("uyut", ACCOUNTING, ("the rest is paid", "оплачен остаток"), |work| {
        work.pay("uyut", 56_400).map(drop)
    })?;

    desk.scene(("One sale, as three people see it", "Одна продажа глазами троих"));
    for who in [ANNA, SVETA, BORIS] {
        desk.sees("uyut", who)?;
    }
    Ok(())
}

fn refusals(desk: &mut Desk<'_>) -> Result {
    desk.scene(("Refusals: nobody to send, nowhere to deliver", "Отказы: некого послать, некуда доставить"));
    desk.at("2026-03-10 12:00")?;
    let what =
        ("a summer house asks for paint, and for somebody to measure", "дача: нужна краска и замерщик");
    desk.open_case("dacha", ANNA, what, opening("Dacha, paint", "phone", "Dacha"))?;
    let wish = fields([("client_type", "builder".into()), ("needs_specialist", true.into())]);
    desk.does("dacha", ANNA, ("a specialist is needed", "нужен специалист"), Input::Set { fields: wish })?;
    let visit = desk.activity("dacha", "measure")?;
    let off = DoneInput { activity: visit, outcome: Some("called_off".into()), ..DoneInput::default() };
    desk.does("dacha", BORIS, ("has nobody to send", "послать некого"), Input::Done(off))?;
    desk.does("dacha", ANNA, ("closes the request", "закрывает обращение"), lost("no_specialist", None))?;

    desk.at("2026-03-10 14:10")?;
    desk.open_case(
        "sever",
        ANNA,
        ("a shop in the far north asks for tiles", "магазин на Севере спрашивает плитку"),
        opening("Sever, tiles", "email", "Sever"),
    )?;
    desk.is_refused(
        "sever",
        ANNA,
        ("closes it without a word", "закрывает без пояснений"),
        lost("no_delivery", None),
    )?;
    let comment = desk.words.t("beyond the Arctic Circle", "за Полярным кругом").to_owned();
    let with_comment = lost("no_delivery", Some(&comment));
    desk.does("sever", ANNA, ("closes it, and says where", "закрывает и поясняет"), with_comment)?;

    desk.at("2026-03-10 14:30")?;
    let letter = Opening { intake: true, ..opening("You have won", "email", "?") };
    desk.open_case("spam", MAIL, ("a letter of another kind", "письмо другого рода"), letter)?;
    let spam = CloseInput { stage: "void".into(), reason: Some("spam".into()), ..CloseInput::default() };
    desk.does("spam", ANNA, ("is no request", "не обращение"), Input::Close(spam))?;
    desk.at("2026-03-10 15:00")?;
    desk.open_case(
        "lavka",
        ANNA,
        ("a small shop asks for tools", "лавка спрашивает инструменты"),
        opening("Lavka, tools", "phone", "Lavka"),
    )
}

fn unposted(desk: &mut Desk<'_>) -> Result {
    desk.scene(("The bank takes a payment back", "Банк отзывает платёж"));
    desk.at("2026-03-10 16:00")?;
    let what = ("the second payment is unposted", "второй платёж отменён");
    desk.posts("uyut", ACCOUNTING, what, |work| work.unpost(2).map(drop))?;
    desk.tell((
        "Nothing is moved back by itself; but the stage asks for full payment as long as the sale stands there, and \
         the company ships nothing while something is owed.",
        "Само собой ничего назад не переводится, но этап требует полной оплаты всё время, пока продажа на нём \
         стоит, а компания не отгружает, пока есть долг.",
    ));
    let what = ("wants to ship all the same", "всё равно хочет отгрузить");
    let tile = line("tile-4711", "blue", 5);
    desk.is_rolled_back("uyut", SVETA, what, |work| work.ship(None, "uyut", &[tile]).map(drop))?;
    desk.at("2026-03-11 09:50")?;
    let what = ("the money is there again", "деньги снова пришли");
    desk.posts("uyut", ACCOUNTING, what, |work| work.pay("uyut", 56_400).map(drop))
}

fn delivered(desk: &mut Desk<'_>) -> Result {
    desk.scene(("A slip of the hand, and a part of the goods", "Описка — и часть товара"));
    desk.at("2026-03-11 10:20")?;
    desk.tell((
        "In one transaction Sveta’s task is done, the shipment is written, the stock goes down. She types 50 for 5: \
         the stock’s table refuses, and the step that was made before it is gone too.",
        "В одной транзакции закрывается задача Светы, пишется отгрузка, уменьшается остаток. Вместо 5 она набирает \
         50: таблица остатков отказывает — и шага, сделанного до этого, тоже нет.",
    ));
    let pick = done(desk.activity("uyut", "pick")?, Fields::new());
    for (pieces, what) in [
        (50, ("has packed the order and ships fifty", "собрала заказ и отгружает пятьдесят")),
        (5, ("has packed the order and ships the five blue ones", "собрала заказ и отгружает пять синих")),
    ] {
        let (packed, tile) = (desk.asks("uyut", SVETA, pick.clone()), line("tile-4711", "blue", pieces));
        let ship = |work: &Work<'_>| work.ship(Some(packed), "uyut", &[tile]).map(drop);
        match pieces {
            50 => desk.is_rolled_back("uyut", SVETA, what, ship)?,
            _ => desk.posts("uyut", SVETA, what, ship)?,
        }
    }
    desk.does("uyut", SVETA, ("orders the lorry", "заказывает машину"), command("order_delivery"))?;

    desk.scene(("Shipped, delivered, sold", "Отгружено, доставлено, продано"));
    desk.at("2026-03-12 09:30")?;
    let rest = line("tile-4712", "red", 1);
    let what = ("the rest has left with the lorry", "остальное ушло с машиной");
    desk.posts("uyut", ACCOUNTING, what, |work| work.ship(None, "uyut", &[rest]).map(drop))?;
    desk.tell((
        "The goods are gone, so the sale could be closed; but they have not arrived. The engine remembers what \
         it wanted, and does it by itself as soon as it can.",
        "Товар ушёл, и продажу можно бы закрыть, но он ещё не доехал. Система помнит, чего хотела, и сделает \
         это сама, как только станет можно.",
    ));
    desk.at("2026-03-12 13:10")?;
    let carrier = ("carrier", "The carrier’s program", "Программа перевозчика", "");
    let what = ("the goods have arrived", "товар доехал");
    desk.posts("uyut", carrier, what, |work| work.books.arrived("uyut"))
}

/// What ends an open activity, found by its name, with an outcome and fields.
fn ends<const N: usize>(
    desk: &Desk<'_>,
    case: &str,
    name: &str,
    outcome: &str,
    values: [(&str, Value); N],
) -> Result<Input> {
    let (activity, outcome) = (desk.activity(case, name)?, Some(outcome.to_owned()));
    Ok(Input::Done(DoneInput { activity, outcome, fields: fields(values), ..DoneInput::default() }))
}

fn complained(desk: &mut Desk<'_>) -> Result {
    desk.scene(("A complaint after the sale", "Жалоба после продажи"));
    desk.tell((
        "The sale is closed, but it is not over for the client. Boris writes the complaint down, and the scenario opens a \
         claim on the sale.",
        "Продажа закрыта, но для клиента не закончена. Борис записывает жалобу, и сценарий открывает по продаже \
         претензию.",
    ));
    desk.at("2026-03-12 15:00")?;
    let complaint = desk.words.t("one red tile is broken", "одна красная плитка разбита").to_owned();
    let complaint = fields([("complaint", complaint.as_str().into())]);
    let what = ("the shop complains of a broken tile", "магазин жалуется на разбитую плитку");
    desk.does("uyut", BORIS, what, Input::Set { fields: complaint })?;
    let claim = desk.started_by("uyut")?;
    desk.at("2026-03-12 15:20")?;
    let damage = Input::Set { fields: fields([("category", "damage".into())]) };
    desk.does(&claim, ANNA, ("notes that it is about damage", "отмечает: повреждение"), damage)?;
    let input = ends(desk, &claim, "register", "done", [])?;
    desk.does(&claim, ANNA, ("registers the claim", "регистрирует претензию"), input)?;
    desk.at("2026-03-12 15:40")?;
    let t = |en: &'static str, ru: &'static str| Value::from(desk.words.t(en, ru));
    let findings = [
        ("findings", t("packed without foam", "упаковали без пены")),
        ("grounds", "found".into()),
        ("compensation", 1_200.into()),
        ("corrective_task", t("pack tiles in foam", "упаковывать плитку в пену")),
        ("corrective_executor", "sveta".into()),
    ];
    let input = ends(desk, &claim, "examine-count", "examined", findings)?;
    let what = ("has looked: we packed it badly", "посмотрела: мы плохо упаковали");
    desk.does(&claim, ANNA, what, input)?;
    desk.tell((
        "Accounting has paid at once, so that the claim waits for nothing but the answer. What keeps it from happening again is \
         an assignment to Sveta, a third case.",
        "Учёт выплатил сразу, и претензии не хватает только ответа. А чтобы не повторилось — поручение Свете, третье \
         дело.",
    ));
    desk.at("2026-03-12 16:00")?;
    let answer = desk.words.t("we pay for the tile", "оплатим плитку").to_owned();
    let input = ends(desk, &claim, "answer", "done", [("answer", answer.as_str().into())])?;
    desk.does(&claim, ANNA, ("answers the shop", "отвечает магазину"), input)?;
    let assignment = desk.started_by(&claim)?;
    let input = ends(desk, &assignment, "accept", "accepted", [])?;
    desk.does(&assignment, SVETA, ("takes it on", "принимает поручение"), input)?;
    desk.at("2026-03-12 17:30")?;
    let input = ends(desk, &claim, "ask", "satisfied", [])?;
    desk.does(&claim, ANNA, ("asks the shop: it is content", "спрашивает магазин: там довольны"), input)
}
