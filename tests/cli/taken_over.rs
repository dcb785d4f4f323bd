//! Deals taken over from a table, with the real dates of their stages (M10).

use super::by_hand::desk;
use super::{Said, run};
use std::fs;
use std::path::Path;

const MAP: &str = r#"{
  "id": "No", "id_prefix": "crm-", "title": "Name",
  "responsible": { "column": "Manager", "values": { "Anna I.": "anna", "Boris P.": "boris" } },
  "channel": { "value": "old-crm" }, "external_ids": ["No"], "decimal_comma": true,
  "fields": {
    "amount": "Sum", "client_type": { "column": "Type", "values": { "Shop": "shop", "Factory": "factory" } },
    "delivery": "Delivery", "delivery_date": "By"
  },
  "stage": { "column": "Stage", "values": { "Request": "request", "Invoice": "invoice", "Prepaid": "prepayment" } },
  "entered": { "request": "Asked", "invoice": "Invoiced" },
  "closed": {
    "stage": { "column": "Result", "values": { "Refused": "lost" } }, "at": "Closed",
    "reason": { "column": "Reason", "values": { "Price": "price" } }
  }
}"#;

const TABLE: &str = "\u{feff}No;Name;Manager;Sum;Type;Delivery;By;Stage;Asked;Invoiced;Result;Closed;Reason\r
1;Tiles;Anna I.;1 250,50;Shop;no;10.03.2026;Invoice;01.02.2026 10:00;05.02.2026;;;\r
2;\"Paint; red\";Boris P.;90000;Factory;yes;;Request;10.02.2026;;;;\r
3;Tools;Anna I.;10,00;Shop;;;Invoice;01.12.2025;05.12.2025;Refused;20.12.2025;Price\r
4;Bad date;Anna I.;10;Shop;;;Request;32.12.2025;;;;\r
5;Who;Sidorov;10;Shop;;;Request;01.01.2026;;;;\r
6;No reason;Anna I.;10;Shop;;;Invoice;01.12.2025;05.12.2025;Refused;20.12.2025;\r
7;Short\r
8;Back;Anna I.;10;Shop;;;Request;04.12.2025;05.12.2025;;;\r
9;Sum;Anna I.;ten;Shop;;;Request;05.12.2025;;;;\r
1;Twice;Anna I.;1;Shop;;;Invoice;01.02.2026;05.02.2026;;;\r
";

const BAD: &str = "\
deals.csv:5: column `Asked`: `32.12.2025` is no date in any form that is known; the mapping's `dates` can name another
deals.csv:6: column `Manager`: the mapping does not say what `Sidorov` means
deals.csv:7: a reason is needed to close as “Refused”
deals.csv:8: the row has 2 columns, the first line has 13
deals.csv:9: it stands on `request`, but the latest date is that of `invoice`
deals.csv:10: “Amount”: “ten” does not fit, wanted is a number
deals.csv:11: deal 1 stands in line 2 already
";

fn import(dir: &Path, more: &[&str]) -> Said {
    let mut arguments =
        vec!["case", "import", "deals.csv", "--map", "map.json", "--db", "s.db", "--as", "olga:head"];
    arguments.extend(more);
    run(dir, &arguments)
}

fn ready(name: &str) -> std::path::PathBuf {
    let dir = desk(name);
    fs::write(dir.join("map.json"), MAP).unwrap();
    fs::write(dir.join("deals.csv"), TABLE).unwrap();
    dir
}

#[test]
fn m10_deals_come_over_with_their_dates_and_bad_rows_are_told() {
    let dir = ready("import");
    let by = ["--scenario", "wholesale.json"];
    let it = import(&dir, &[&by[..], &["--dry-run"]].concat());
    let would = format!("{BAD}deals.csv: 3 would be opened, 1 of them closed, 7 not taken over\n");
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (would.as_str(), "", 1));
    assert_eq!(run(&dir, &["case", "list", "s.db"]).out.lines().count(), 1, "a dry run does nothing");

    let it = import(&dir, &by);
    let done =
        format!("wholesale 1 published\n{BAD}deals.csv: 3 opened, 1 of them closed, 7 not taken over\n");
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (done.as_str(), "", 1));

    let show = run(&dir, &["case", "show", "s.db", "crm-1", "--as", "olga:head"]).out.replace('\u{a0}', " ");
    for part in [
        "crm-1 Tiles (wholesale 1, revision 1)\nstage        Invoice, since 5 February 2026, 00:00\n",
        "responsible  anna\nchannel      old-crm\n",
        "  Amount            1250.50 RUB\n",
        "  Date of delivery  2026-03-10\n",
    ] {
        assert!(show.contains(part), "{part}\n{show}");
    }
    let entry = run(&dir, &["case", "journal", "s.db", "crm-1", "--as", "olga:head", "--json"]).out;
    let entry: serde_json::Value = serde_json::from_str(&entry).unwrap();
    let visits = serde_json::json!([
        { "stage": "request", "from": "2026-02-01T07:00:00.000Z", "to": "2026-02-04T21:00:00.000Z" }
    ]);
    assert_eq!(entry["input"]["open"]["import"]["visits"], visits);
    // A closed one keeps the date of its closing.
    let list = run(&dir, &["case", "list", "s.db", "--closed", "--as", "olga:head", "--reason", "price"]).out;
    assert!(list.contains("crm-3  20 December 2025, 00:00  Refused  Tools  anna"), "{list}");
    assert_eq!(run(&dir, &["db", "check", "s.db"]).out, "s.db: ok, cases: 3, entries: 4\n");
}

#[test]
fn a_second_run_adds_what_is_new_and_overwrites_nothing() {
    let dir = ready("import-again");
    let good: String = TABLE.split_inclusive('\n').take(4).collect();
    fs::write(dir.join("deals.csv"), &good).unwrap();
    let by = ["--scenario", "wholesale.json"];
    let it = import(&dir, &by);
    assert_eq!((it.out.lines().last(), it.status), (Some("deals.csv: 3 opened, 1 of them closed"), 0));
    let it = import(&dir, &by);
    assert_eq!((it.out.as_str(), it.status), ("deals.csv: 0 opened, 3 known already\n", 0));

    let more = good.replace("1 250,50", "2 000,00") + "10;New;Boris P.;5;Shop;;;Request;11.02.2026;;;;\r\n";
    fs::write(dir.join("deals.csv"), more).unwrap();
    let it = import(&dir, &[&by[..], &["--dry-run"]].concat());
    assert_eq!(it.out.lines().last(), Some("deals.csv: 1 would be opened, 3 known already"));
    let it = import(&dir, &by);
    let told = "\
deals.csv:2: case crm-1 was imported with another content; it was not changed, since people work with it now
deals.csv: 1 opened, 2 known already, 1 not taken over
";
    assert_eq!((it.out.as_str(), it.status), (told, 1));
    let show = run(&dir, &["case", "show", "s.db", "crm-1", "--as", "olga:head"]).out.replace('\u{a0}', " ");
    assert!(show.contains("1250.50 RUB") && show.contains("revision 1"), "{show}");
}

#[test]
fn a_deal_that_was_closed_since_is_closed_as_of_now() {
    let dir = ready("import-closed");
    let head: String = TABLE.split_inclusive('\n').take(2).collect();
    fs::write(dir.join("deals.csv"), &head).unwrap();
    import(&dir, &["--scenario", "wholesale.json"]);
    fs::write(dir.join("deals.csv"), head.replace("05.02.2026;;;", "05.02.2026;Refused;20.02.2026;Price"))
        .unwrap();
    let it = import(&dir, &["--scenario", "wholesale"]);
    let told = "deals.csv: 0 opened, 1 of them closed, 1 known already, \
                1 closed as of now, without a date of closing that could be kept\n";
    assert_eq!((it.out.as_str(), it.status), (told, 0));
    let it = import(&dir, &["--scenario", "wholesale"]);
    assert_eq!((it.out.as_str(), it.status), ("deals.csv: 0 opened, 1 known already\n", 0));
}

#[test]
fn stays_stand_in_rows_of_their_own_too() {
    let dir = desk("import-rows");
    // In the same table.
    fs::write(
        dir.join("map.json"),
        r#"{ "scenario": "wholesale.json", "id": "deal", "title": "name", "delimiter": ",",
             "visits": { "stage": "stage", "entered": "date" } }"#,
    )
    .unwrap();
    fs::write(
        dir.join("deals.csv"),
        "deal,name,stage,date\n7,Tiles,request,2026-02-01\n8,Paint,request,2026-02-03\n7,,invoice,2026-02-05\n\
         7,,request,2026-02-07\n8,,nowhere,2026-02-04\n",
    )
    .unwrap();
    let it = import(&dir, &[]);
    let told = "wholesale 1 published\ndeals.csv:6: there is no stage `nowhere` in the scenario\n\
                deals.csv: 1 opened, 1 not taken over\n";
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (told, "", 1));
    let entry = run(&dir, &["case", "journal", "s.db", "7", "--as", "olga:head", "--json"]).out;
    let entry: serde_json::Value = serde_json::from_str(&entry).unwrap();
    let stages = entry["input"]["open"]["import"]["visits"].as_array().unwrap();
    assert_eq!(
        stages.iter().map(|it| it["stage"].as_str().unwrap()).collect::<Vec<_>>(),
        ["request", "invoice"]
    );
    assert_eq!(entry["input"]["open"]["stage"], "request");

    // In a table beside it.
    fs::write(
        dir.join("map.json"),
        r#"{ "scenario": "wholesale.json", "id": "deal", "id_prefix": "b-", "title": "name",
             "visits": { "file": "stays.csv", "stage": "stage", "entered": "date" } }"#,
    )
    .unwrap();
    fs::write(dir.join("stays.csv"), "deal;stage;date\n7;invoice;2026-02-05\n7;request;2026-02-01\n")
        .unwrap();
    fs::write(dir.join("deals.csv"), "deal,name\n7,Tiles\n").unwrap();
    let it = import(&dir, &[]);
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), ("deals.csv: 1 opened\n", "", 0));
    let show = run(&dir, &["case", "show", "s.db", "b-7", "--as", "olga:head"]).out;
    assert!(show.contains("\nstage   Invoice, since 5 February 2026, 00:00\n"), "{show}");
}

#[test]
fn a_mapping_that_does_not_fit_is_said_once() {
    let dir = ready("import-map");
    let with = |from: &str, to: &str| {
        fs::write(dir.join("map.json"), MAP.replace(from, to)).unwrap();
        let it = import(&dir, &["--scenario", "wholesale.json"]);
        assert_eq!(it.status, 2);
        it.err
    };
    assert_eq!(
        with("\"Name\"", "\"Nmae\""),
        "voronka: deals.csv:1: the mapping names `Nmae`, the table has `No`, `Name`, `Manager`, `Sum`, `Type`, \
         `Delivery`, `By`, `Stage`, `Asked`, `Invoiced`, `Result`, `Closed`, `Reason`\n"
    );
    assert_eq!(
        with("\"amount\"", "\"amuont\""),
        "voronka: map.json: there is no field `amuont` in the scenario\n"
    );
    let unknown = with("\"title\"", "\"titel\"");
    assert!(unknown.starts_with("voronka: map.json: not a mapping: unknown field `titel`"), "{unknown}");
}
