//! Boards: one as they are, one with hostile texts.

use super::sample::HOSTILE;
use std::collections::BTreeMap;
use voronka::report::board::{BoardPage, Lane};
use voronka::store::BoardCell;
use voronka::tell::Speaker;
use voronka::{Actor, Context, Opening, Scenario, Value};

const SALE: &str = r#"{
  "id": "sale", "title": { "ru": "Оптовые продажи" }, "value": "amount",
  "calendar": { "time_zone": "Europe/Moscow", "week": { "mon-fri": ["09:00-18:00"] } },
  "fields": { "amount": { "type": "money", "currency": "RUB" } },
  "stages": [
    { "id": "request", "title": { "ru": "Обращение клиента по телефону, почте или через сайт" }, "plan": [
      { "call": { "ru": "Уточнить потребность" }, "due": "4 working hours" }] },
    { "id": "offer", "title": { "ru": "Подбор товара и расчёт" } },
    { "id": "invoice", "title": { "ru": "Счёт" } },
    { "id": "prepayment", "title": { "ru": "Предоплата" } },
    { "id": "shipment", "title": { "ru": "Отгрузка" } },
    { "id": "won", "outcome": "won" }
  ],
  "moves": [{ "from": "*", "to": ["offer", "invoice", "prepayment", "shipment", "won"] }]
}"#;

const TITLES: [&str; 3] =
    ["Плитка для магазина «Синий дом», три поддона", "Затирка", "Ванны чугунные с доставкой в Тверь"];

fn lane(titles: &[&str], times: u32) -> Lane {
    let scenario = Scenario::from_json(SALE).unwrap_or_else(|defects| panic!("{defects:?}"));
    let mut lane = Lane::of(&scenario, "ru");
    let speaker = Speaker::new(&scenario, "ru");
    let ordinary = ["request", "offer", "invoice", "prepayment"];
    for (at, title) in titles.iter().cycle().take(titles.len() * times as usize).enumerate() {
        let stage = ordinary[at % ordinary.len()];
        let hour = 6 + at % 5;
        let actor = Actor::new("anna.petrova", "manager");
        let ctx = Context::new(format!("2026-03-02T{hour:02}:00:00Z").parse().unwrap(), actor.clone(), "1");
        let opening = Opening {
            title: Some((*title).to_owned()),
            responsible: Some("anna.petrova".into()),
            fields: BTreeMap::from([("amount".to_owned(), Some(Value::from("125000.50")))]),
            stage: Some(stage.into()),
            ..Opening::default()
        };
        let opened = scenario.open(format!("case-{at}"), opening, &ctx).unwrap();
        let card = scenario.card(opened.case(), &actor, "2026-03-02T11:30:00Z".parse().unwrap());
        lane.card(&card, &speaker, "ru");
        lane.count(&BoardCell {
            scenario: "sale".into(),
            stage: stage.into(),
            order: 0,
            currency: Some("RUB".into()),
            cases: 3,
            red: 1,
            yellow: 0,
            ten_thousandths: 1_250_005_000,
        });
    }
    lane
}

/// A board with some cases on most stages.
pub fn board(times: u32) -> BoardPage {
    let mut page = BoardPage::new("Доска: Оптовые продажи", "ru");
    page.subtitle = vec!["На 2 марта 2026 г., 14:30".into(), "Как видит olga (head)".into()];
    page.lanes.push(lane(&TITLES, times));
    page
}

/// Boards on which every text is hostile.
pub fn hostile() -> BoardPage {
    let mut page = BoardPage::new(HOSTILE[0], "ru");
    page.subtitle = HOSTILE.map(str::to_owned).to_vec();
    for text in HOSTILE {
        let mut lane = lane(&TITLES, 2);
        lane.title = text.into();
        for column in &mut lane.columns {
            column.title = text.into();
            column.sums.insert(text.into(), "1.5".parse().unwrap());
            for card in &mut column.cards {
                card.title = Some(text.into());
                card.id = text.into();
                card.cause = Some(text.into());
                card.next = Some(text.into());
                card.responsible = Some(text.into());
            }
        }
        page.lanes.push(lane);
    }
    page
}

#[test]
fn a_board_counts_by_currency_and_says_how_many_it_does_not_show() {
    let page = board(3);
    let column = &page.lanes[0].columns[0];
    assert_eq!((column.cases, column.red, column.cards.len(), column.more()), (9, 3, 3, 6));
    assert_eq!(column.sums.get("RUB").map(ToString::to_string).as_deref(), Some("375001.5000"));
    let mut lane = page.lanes[0].clone();
    let cell = |scenario: &str, stage: &str, currency: Option<&str>| BoardCell {
        scenario: scenario.into(),
        stage: stage.into(),
        order: 0,
        currency: currency.map(str::to_owned),
        cases: 2,
        red: 0,
        yellow: 1,
        ten_thousandths: 10_000,
    };
    lane.count(&cell("sale", "request", Some("USD")));
    lane.count(&cell("sale", "request", None));
    lane.count(&cell("other", "request", Some("RUB")));
    let column = &lane.columns[0];
    assert_eq!((column.cases, column.yellow, column.sums.len()), (13, 2, 2));
    // A stage that the latest version does not have stands behind the others.
    lane.count(&cell("sale", "negotiation", Some("RUB")));
    assert_eq!(lane.columns.last().map(|it| (it.stage.as_str(), it.cases)), Some(("negotiation", 2)));
}

#[test]
fn no_text_of_a_board_becomes_markup() {
    let page = hostile().html();
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("\u{202e}"));
    super::drawn::well_formed(&super::page::as_xml(&page)).unwrap();
}
