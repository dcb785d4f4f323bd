//! The funnel report through the command: of logs, tables and databases, good and bad.

use super::replayed::ready;
use super::run;
use std::fs;
use std::path::Path;

const LOG: [(&str, &[&str]); 4] = [
    ("1", &["ASK", "ACCEPT", "PAY"]),
    ("2", &["ASK", "DECLINE"]),
    ("3", &["ASK", "ACCEPT", "DECLINE"]),
    ("4", &["ASK"]),
];

fn report(dir: &Path, more: &[&str]) -> super::Said {
    let args = ["report", "log.xes", "--scenario", "loan.json", "--map", "map.json", "--now", "2012-01-10"];
    run(dir, &args.iter().chain(more).copied().collect::<Vec<_>>())
}

#[test]
fn f1_a_log_is_told_as_a_funnel_with_its_balance_and_amounts() {
    let dir = ready("report-log", &LOG);
    let said = report(&dir, &[]);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
    let line = |text: &str| said.out.lines().filter(|it| it.starts_with(text)).collect::<Vec<_>>().join("\n");
    assert!(line("asked").contains("4"), "{}", said.out);
    assert!(said.out.contains("declined") || said.out.contains("Declined"), "{}", said.out);
    assert!(
        said.out.contains("2,000 EUR") && said.out.contains("log.xes; scenario loan, version 1"),
        "{}",
        said.out
    );
    // The path of the file is nobody's business.
    assert!(!said.out.contains(dir.to_str().unwrap()));
    let russian = report(&dir, &["--lang", "ru"]);
    assert!(russian.out.contains("Прошло дальше") && russian.out.contains("Воронка"), "{}", russian.out);
}

#[test]
fn f8_each_number_has_its_cases_and_they_are_listed() {
    let dir = ready("report-cases", &LOG);
    let listed = |query: &str| report(&dir, &["--cases", query]);
    assert_eq!(listed("outcome=lost,reason=declined").out, "2\n3\n");
    assert_eq!(listed("lost_at=accepted").out, "3\n");
    assert_eq!(listed("channel=web,open_at=asked").out, "4\n");
    let json = report(&dir, &["--cases", "reached=accepted", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<String>>(&json.out).unwrap(), ["1", "3"]);
    let wrong = listed("lost_at=acepted");
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("\"acepted\" is no value of `lost_at`"), "{}", wrong.err);
    let wrong = listed("lots=x");
    assert!(wrong.status == 2 && wrong.err.contains("nothing by which cases are chosen"), "{}", wrong.err);
}

#[test]
fn f2_what_cannot_be_asked_is_said() {
    let dir = ready("report-wrong", &LOG);
    let wrong = |more: &[&str], words: &str| {
        let said = report(&dir, more);
        assert_eq!(said.status, 2, "{more:?}: {}", said.err);
        assert!(said.err.contains(words), "{more:?}: {}", said.err);
        assert_eq!(said.out, "", "{more:?}");
    };
    wrong(
        &["--from", "2012-02-01", "--to", "2012-01-01"],
        "the period ends (2012-01-01) before it begins (2012-02-01)",
    );
    wrong(&["--from", "01.02.2012"], "`01.02.2012` is no day");
    wrong(&["--compare", "2012-02-01..2012-01-01"], "the period ends before it begins");
    wrong(&["--compare", "lately"], "write a period as");
    wrong(&["--by", "shape"], "nothing by which a report is cut");
    wrong(&["--recover", "prise=20%"], "there is no such reason");
    wrong(&["--recover", "declined=120%"], "from 0 to 1");
    wrong(&["--goal", "a lot"], "write it as");
    wrong(&["--currency", "RUB", "--rate", "EUR=-1"], "no positive number");
    wrong(&["-o", "report.pdf"], "says no format");
    wrong(&["--plan", "none.json"], "none.json");
    let several = run(&dir, &["report", "r.db"]);
    assert_eq!(several.status, 2);
    assert!(several.err.contains("no scenario is published there"), "{}", several.err);
    let none = run(&dir, &["report", "log.xes", "--scenario", "loan.json"]);
    assert!(none.status == 2 && none.err.contains("needs --map"), "{}", none.err);
}

#[test]
fn f3_f6_f9_it_is_cut_compared_reckoned_and_planned() {
    let dir = ready("report-more", &LOG);
    let plan = r#"[{"month": "2012-01", "cases": 3}, {"team": "east", "month": "2012-01", "amount": "5000", "currency": "EUR"}]"#;
    fs::write(dir.join("plan.json"), plan).unwrap();
    fs::write(dir.join("expected.json"), r#"[{"reason": "declined", "share": "0.5"}]"#).unwrap();
    let more = [
        "--by",
        "month",
        "--recover",
        "declined=50%",
        "--goal",
        "30%",
        "--plan",
        "plan.json",
        "--expected",
        "expected.json",
        "--format",
        "json",
    ];
    let said = report(&dir, &more);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let made = &json["report"];
    assert_eq!(made["funnel"]["won"]["cases"], 1);
    assert_eq!(made["funnel"]["won"]["amounts"]["EUR"]["sum"], "1000");
    assert_eq!(made["slices"]["by"], "month");
    assert_eq!(made["slices"]["slices"][0]["value"], "2012-01");
    assert_eq!(made["recovery"]["reasons"][0]["reason"], "declined");
    assert!(made["needed"]["goal"].is_object() && made["plan"]["lines"].as_array().unwrap().len() == 2);
    assert_eq!(json["left_out"], serde_json::json!([]));
    for language in ["en", "ru"] {
        let mut told: Vec<&str> = more[..more.len() - 2].to_vec();
        told.extend(["--lang", language]);
        let said = report(&dir, &told);
        assert_eq!((said.status, said.err.as_str()), (0, ""), "{language}");
        let words = if language == "ru" {
            ["Что вернётся", "План и факт", "Срезы: месяц"]
        } else {
            ["What would come back", "Plan and fact", "Slices by month"]
        };
        assert!(words.iter().all(|it| said.out.contains(it)), "{}", said.out);
    }
}

#[test]
fn each_format_is_written_to_a_file_whole() {
    let dir = ready("report-files", &LOG);
    for (name, begins) in
        [("r.txt", "loan"), ("r.csv", "section"), ("r.json", "{"), ("r.html", "<!"), ("r.xlsx", "PK")]
    {
        let said = report(&dir, &["-o", name]);
        assert_eq!((said.status, said.out.as_str()), (0, ""), "{name}: {}", said.err);
        let bytes = fs::read(dir.join(name)).unwrap();
        let start = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&bytes);
        assert!(start.to_ascii_lowercase().starts_with(begins.to_ascii_lowercase().as_bytes()), "{name}");
        assert!(!dir.join(format!("{name}.part")).exists());
    }
    let said = report(&dir, &["-o", "nowhere/r.html"]);
    assert!(said.status == 2 && said.err.contains("cannot be written"), "{}", said.err);
}

#[test]
fn f7_of_a_database_damage_is_named_and_as_of_is_what_was_known() {
    let dir = ready("report-db", &LOG);
    let replay = ["replay", "log.xes", "--scenario", "loan.json", "--map", "map.json", "--db", "r.db"];
    assert_eq!(run(&dir, &replay).status, 0);
    let of = |more: &[&str]| {
        let args = ["report", "r.db"];
        run(&dir, &args.iter().chain(more).copied().collect::<Vec<_>>())
    };
    let json = |said: &super::Said| serde_json::from_str::<serde_json::Value>(&said.out).unwrap();
    let said = of(&["--format", "json"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(json(&said)["report"]["funnel"]["cases"]["cases"], 4);
    // At 10:00:30 nobody had gone on; at 10:01 all had, whose second event came then.
    let said = of(&["--as-of", "2012-01-02T10:00:30+01:00", "--format", "json"]);
    let funnel = &json(&said)["report"]["funnel"];
    assert_eq!((&funnel["stages"][0]["open"]["cases"], &funnel["won"]["cases"]), (&4.into(), &0.into()));
    let said = of(&["--as-of", "2011-12-31", "--format", "json"]);
    assert_eq!(json(&said)["report"]["funnel"]["cases"]["cases"], 0);
    // By days of closing, both included; by cohort all.
    let said = of(&["--from", "2012-01-02", "--to", "2012-01-02", "--cases", ""]);
    assert_eq!(said.out, "1\n2\n3\n");
    let said = of(&["--from", "2012-01-02", "--to", "2012-01-02", "--opened", "--cases", ""]);
    assert_eq!(said.out, "1\n2\n3\n4\n");

    let db = rusqlite::Connection::open(dir.join("r.db")).unwrap();
    let gone = db.execute("DELETE FROM voronka_entry WHERE case_id = '3' AND number = 2", []).unwrap();
    assert_eq!(gone, 1);
    drop(db);
    let said = of(&["--format", "json"]);
    assert_eq!(said.status, 1);
    assert!(said.err.contains("3: ") && said.err.contains("damaged"), "{}", said.err);
    let told = json(&said);
    assert_eq!(told["report"]["funnel"]["cases"]["cases"], 3);
    assert!(told["left_out"][0].as_str().unwrap().starts_with("3: "), "{told}");
    assert!(of(&[]).out.contains("What is not in it"));
}

#[test]
fn a_table_of_another_system_becomes_a_funnel_by_one_small_file() {
    let dir = super::place("report-table");
    let table = "\u{feff}Заказ;Статус;Когда;Сумма\n7;Новый;31.12.2026 14:05;1000,50\n7;Оплачен;03.01.2027 10:00;\n8;Новый;31.12.2026 15:00;200\n8;Отказ: цена;04.01.2027 09:00;\n9;Новый;когда-то;1\n";
    fs::write(dir.join("orders.csv"), table).unwrap();
    let map = r#"{
        "columns": {"case": "Заказ", "activity": "Статус", "time": "Когда"},
        "activities": {
            "Новый": {"stage": "new"}, "Оплачен": {"outcome": "won"},
            "Отказ: цена": {"outcome": "lost", "reason": "price"}}
    }"#;
    fs::write(dir.join("map.json"), map).unwrap();
    let said =
        run(&dir, &["report", "orders.csv", "--map", "map.json", "--format", "json", "--now", "2027-02-01"]);
    // One row has no date: it is named, and the others count.
    assert_eq!(said.status, 1, "{}", said.err);
    assert!(said.err.contains("когда-то"), "{}", said.err);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let funnel = &json["report"]["funnel"];
    assert_eq!((&funnel["cases"]["cases"], &funnel["won"]["cases"]), (&2.into(), &1.into()));
    assert_eq!(funnel["stages"][0]["lost"][0]["reason"], "price");
}

/// The published figures of a real log, by the command alone.
#[test]
fn f2_the_bank_s_log_gives_its_published_figures() {
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bpi2012_a.xes.gz");
    if !log.exists() {
        println!("SKIPPED: the event log of the bank is not here");
        return;
    }
    let dir = super::place("report-bank");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::copy(root.join("examples/bpi2012.json"), dir.join("loan.json")).unwrap();
    fs::copy(root.join("examples/bpi2012.mapping.json"), dir.join("map.json")).unwrap();
    let said = run(
        &dir,
        &[
            "report",
            log.to_str().unwrap(),
            "--scenario",
            "loan.json",
            "--map",
            "map.json",
            "--format",
            "json",
            "--now",
            "2012-03-15",
        ],
    );
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let funnel = &json["report"]["funnel"];
    assert_eq!((&funnel["cases"]["cases"], &funnel["won"]["cases"]), (&13_087.into(), &2_246.into()));
    let of = |stage: &serde_json::Value, reason: &str| {
        let lost = stage["lost"].as_array().unwrap();
        lost.iter().find(|it| it["reason"] == reason).map_or(0, |it| it["cases"].as_u64().unwrap())
    };
    let stages: Vec<_> = funnel["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let entered = it["entered"]["cases"].as_u64().unwrap();
            (
                it["id"].as_str().unwrap(),
                entered,
                of(it, "declined"),
                of(it, "cancelled"),
                it["open"]["cases"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        stages,
        [
            ("submitted", 13_087, 0, 0, 0),
            ("partly_submitted", 13_087, 5_719, 1, 0),
            ("preaccepted", 7_367, 1_085, 1_100, 69),
            ("accepted", 5_113, 29, 66, 3),
            ("finalized", 5_015, 802, 1_640, 327),
        ]
    );
    let seconds = |it: &serde_json::Value| {
        let millis: rust_decimal::Decimal = it["calendar"]["median_ms"].as_str().unwrap().parse().unwrap();
        let away = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
        (millis / rust_decimal::Decimal::ONE_THOUSAND).round_dp_with_strategy(1, away).to_string()
    };
    let medians: Vec<String> = funnel["stages"].as_array().unwrap().iter().map(seconds).collect();
    assert_eq!(medians, ["0.3", "43.4", "24346.4", "183.9", "1258039.6"]);
}

#[test]
fn f3_two_that_share_cases_are_not_compared() {
    let dir = ready("report-compare", &LOG);
    let said = report(&dir, &["--compare", "outcome=lost"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("the two share 2 cases"), "{}", said.err);
    let said = report(&dir, &["--only", "outcome=won|open", "--compare", "outcome=lost", "--format", "json"]);
    assert_eq!(said.status, 0, "{}", said.err);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(json["report"]["comparison"]["funnel"]["cases"]["cases"], 2);
    assert_eq!(json["report"]["funnel"]["cases"]["cases"], 2);
}

#[test]
fn f6_a_goal_beyond_all_measure_is_refused_and_no_password_is_told() {
    let dir = ready("report-goal", &LOG);
    let said = report(&dir, &["--goal", "79228162514264337593543950335"]);
    assert!(said.status == 2 && said.err.contains("a thousand times"), "{}", said.err);
    let said = run(&dir, &["report", "postgres://u:secret@127.0.0.1:1/none"]);
    assert!(said.status == 2 && !said.err.contains("secret"), "{}", said.err);
}
