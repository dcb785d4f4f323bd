//! A whole sale, and a refused request, told in both languages.

use super::{golden, wholesale};
use voronka::tell::Speaker;
use voronka::{Actor, Case, Context, Input, Opening, Scenario};

/// A case on its way, and what was told of it in both languages.
struct Sale {
    scenario: Scenario,
    case: Option<Case>,
    inputs: u32,
    pages: [String; 2],
}

impl Sale {
    fn tell(&mut self, tell: impl Fn(Speaker<'_>) -> String) {
        for (page, language) in self.pages.iter_mut().zip(["en", "ru"]) {
            let speaker = Speaker::new(&self.scenario, language);
            let speaker = self.case.as_ref().map_or(speaker, |case| speaker.about(case));
            page.push_str(&tell(speaker));
            page.push_str("\n\n");
        }
    }

    fn context(&mut self, at: &str, who: &str) -> Context {
        self.inputs += 1;
        let (id, role) = who.split_once(' ').unwrap();
        Context::new(at.parse().unwrap(), Actor::new(id, role), self.inputs.to_string())
    }

    fn open(&mut self, at: &str, who: &str, opening: &str) {
        let ctx = self.context(at, who);
        let opening: Opening = serde_json::from_str(opening).unwrap();
        let outcome = self.scenario.open("c1", opening, &ctx).unwrap();
        self.case = Some(outcome.case().clone());
        self.tell(|speaker| speaker.entry(outcome.entry()));
    }

    fn step(&mut self, at: &str, who: &str, input: &str) {
        let ctx = self.context(at, who);
        let input: Input = serde_json::from_str(input).unwrap();
        let case = self.case.clone().unwrap();
        match self.scenario.step(&case, input.clone(), &ctx) {
            Ok(outcome) => {
                self.case = Some(outcome.case().clone());
                self.tell(|speaker| speaker.entry(outcome.entry()));
            }
            Err(refused) => self.tell(|speaker| {
                let told = speaker.rejection(&refused);
                assert_eq!(speaker.refusal(&refused), told.join("; "));
                format!("? {}\n  × {}", speaker.asked(&input), told.join("\n  × "))
            }),
        }
    }

    fn light(&mut self, at: &str) {
        let case = self.case.clone().unwrap();
        let light = case.light(at.parse().unwrap());
        self.tell(|speaker| format!("* {}", light.map_or_else(String::new, |it| speaker.light(&it, &case))));
    }

    /// The id of the open activity of a rule.
    fn activity(&self, rule: &str) -> String {
        let case = self.case.as_ref().unwrap();
        let found = case.activities.iter().find(|it| it.rule.as_deref() == Some(rule));
        found.unwrap_or_else(|| panic!("{rule}: {:#?}", case.activities)).id.clone()
    }
}

#[test]
fn a_sale_is_told_from_the_first_call_to_the_shipment() {
    let mut sale = Sale { scenario: wholesale(), case: None, inputs: 0, pages: Default::default() };
    sale.open(
        "2026-03-02T07:05:11.250Z",
        "anna manager",
        r#"{"title": "Tiles for a shop", "channel": "phone", "responsible": "anna",
            "parties": {"contact": {"reference": "p-7", "contacts": ["+7 900 000-00-00"]}}}"#,
    );
    sale.light("2026-03-02T08:00:00Z");
    sale.step("2026-03-02T08:00:00Z", "anna manager", r#"{"move": {"to": "invoice"}}"#);
    sale.step("2026-03-02T08:00:00Z", "anna manager", r#"{"move": {"to": "shipment"}}"#);
    sale.step(
        "2026-03-02T08:00:00Z",
        "oleg storekeeper",
        r#"{"set": {"fields": {"amount": "5", "colour": "red"}}}"#,
    );
    sale.light("2026-03-02T18:00:00Z");
    let call = sale.activity("request/plan/clarify");
    sale.step(
        "2026-03-02T08:10:00Z",
        "anna manager",
        &format!(
            r#"{{"done": {{"activity": "{call}", "outcome": "no_answer", "note": "try after lunch"}}}}"#
        ),
    );
    let call = sale.activity("request/plan/clarify");
    sale.step(
        "2026-03-02T11:30:00Z",
        "anna manager",
        &format!(
            r#"{{"done": {{"activity": "{call}", "fields": {{"client_type": "shop", "amount": "1250000", "discount": "3",
                "terms": "deferral", "delivery": true, "special_order": true,
                "lines": [{{"item": "4711", "characteristic": "blue", "quantity": "5"}},
                          {{"item": "4712", "characteristic": "white", "quantity": "120"}}]}}}}}}"#
        ),
    );
    sale.step("2026-03-02T11:31:00Z", "anna manager", r#"{"move": {"to": "invoice"}}"#);
    sale.step(
        "2026-03-02T11:40:00Z",
        "anna manager",
        r#"{"set": {"fields": {"address": "Tver, 1 Station road", "special_order": false, "delivery_date": "2026-03-12",
            "waiting_for_client": true}}}"#,
    );
    sale.step(
        "2026-03-03T07:00:00Z",
        "anna manager",
        r#"{"set": {"fields": {"waiting_for_client": false}}}"#,
    );
    sale.step(
        "2026-03-03T07:01:00Z",
        "anna manager",
        r#"{"party": {"role": "client", "party": {"reference": "shop-12"}}}"#,
    );
    let task = sale.activity("request/trigger/special-order");
    sale.step(
        "2026-03-03T07:05:00Z",
        "anna manager",
        &format!(r#"{{"cancel_activity": {{"activity": "{task}", "reason": "plain sizes after all"}}}}"#),
    );
    sale.step(
        "2026-03-03T07:06:00Z",
        "boris head",
        &format!(r#"{{"cancel_activity": {{"activity": "{task}", "reason": "plain sizes after all"}}}}"#),
    );
    sale.step(
        "2026-03-03T07:10:00Z",
        "boris head",
        r#"{"move": {"to": "invoice", "override": "the calculation is not needed"}}"#,
    );
    sale.step("2026-03-03T07:12:00Z", "anna manager", r#"{"command": {"command": "reserve"}}"#);
    let facts = |values: &str| format!(r#"{{"facts": {{"source": "1c", "values": [{values}]}}}}"#);
    sale.step(
        "2026-03-03T07:13:00Z",
        "1c manager",
        &facts(
            r#"{"fact": "stock", "key": ["4711", "blue", "main"], "value": {"decimal": "3"}},
               {"fact": "stock", "key": ["4712", "white", "main"], "unknown": "the warehouse does not answer"},
               {"fact": "reserved", "value": false}"#,
        ),
    );
    sale.step("2026-03-03T07:14:00Z", "anna manager", r#"{"command": {"command": "reserve"}}"#);
    let run = sale.case.as_ref().unwrap().commands[0].id.clone();
    sale.step(
        "2026-03-03T07:15:00Z",
        "1c manager",
        &format!(
            r#"{{"answer": {{"command": "{run}", "answer": "refused", "text": "only 3 of 5 are free"}}}}"#
        ),
    );
    sale.step("2026-03-03T07:20:00Z", "anna manager", r#"{"move": {"to": "prepayment"}}"#);
    sale.light("2026-03-04T08:00:00Z");
    let process = sale.case.as_ref().unwrap().processes[0].id.clone();
    sale.step(
        "2026-03-03T08:00:00Z",
        "head-of-sales head",
        &format!(r#"{{"finished": {{"process": "{process}", "result": "approved"}}}}"#),
    );
    let invoice = sale.activity("invoice/plan/send-invoice");
    sale.step("2026-03-03T08:10:00Z", "anna manager", &format!(r#"{{"done": {{"activity": "{invoice}"}}}}"#));
    sale.step("2026-03-03T08:11:00Z", "anna manager", r#"{"set": {"fields": {"terms": "prepayment"}}}"#);
    sale.step(
        "2026-03-03T08:12:00Z",
        "1c manager",
        &facts(
            r#"{"fact": "stock", "key": ["4711", "blue", "main"], "value": {"decimal": "30"}},
               {"fact": "stock", "key": ["4712", "white", "main"], "value": {"decimal": "500"}}"#,
        ),
    );
    sale.step("2026-03-03T08:15:00Z", "anna manager", r#"{"move": {"to": "prepayment"}}"#);
    sale.step(
        "2026-03-03T08:16:00Z",
        "boris head",
        r#"{"waive": {"debt": "DEBT", "reason": "settled by telephone"}}"#,
    );
    let debts: Vec<String> = sale.case.as_ref().unwrap().debts.iter().map(|debt| debt.id.clone()).collect();
    for debt in debts {
        sale.step(
            "2026-03-03T08:17:00Z",
            "boris head",
            &format!(r#"{{"waive": {{"debt": "{debt}", "reason": "settled by telephone"}}}}"#),
        );
    }
    sale.step("2026-03-03T08:20:00Z", "anna manager", r#"{"move": {"to": "prepayment"}}"#);
    sale.light("2026-03-03T08:21:00Z");
    sale.step(
        "2026-03-04T09:00:00Z",
        "1c manager",
        &facts(r#"{"fact": "paid_percent", "value": {"decimal": "40"}, "since": "2026-03-04T06:00:00Z"}"#),
    );
    sale.step("2026-03-04T09:01:00Z", "anna manager", r#"{"move": {"to": "shipment"}}"#);
    sale.step(
        "2026-03-05T09:00:00Z",
        "1c manager",
        &facts(r#"{"fact": "paid_percent", "value": {"decimal": "100"}}"#),
    );
    sale.light("2026-03-05T10:00:00Z");
    sale.step(
        "2026-03-05T11:00:00Z",
        "1c manager",
        &facts(r#"{"fact": "paid_percent", "value": {"decimal": "90"}}"#),
    );
    sale.light("2026-03-11T10:00:00Z");
    sale.step(
        "2026-03-06T11:00:00Z",
        "1c manager",
        &facts(
            r#"{"fact": "paid_percent", "value": {"decimal": "100"}}, {"fact": "delivered", "value": false}"#,
        ),
    );
    sale.step("2026-03-10T08:00:00Z", "1c manager", &facts(r#"{"fact": "shipped", "value": true}"#));
    sale.light("2026-03-10T09:00:00Z");
    sale.step("2026-03-12T08:00:00Z", "1c manager", &facts(r#"{"fact": "delivered", "value": true}"#));
    sale.step("2026-03-13T08:00:00Z", "anna manager", r#"{"note": {"text": "thanked the client"}}"#);
    sale.step("2026-03-13T08:01:00Z", "anna manager", r#"{"move": {"to": "request"}}"#);
    let [en, ru] = sale.pages.clone();
    golden("sale.en.txt", &en);
    golden("sale.ru.txt", &ru);
}

#[test]
fn a_refused_request_is_told() {
    let mut sale = Sale { scenario: wholesale(), case: None, inputs: 0, pages: Default::default() };
    sale.open("2026-12-30T07:00:00Z", "anna manager", r#"{"intake": true, "responsible": "anna"}"#);
    sale.step("2026-12-30T07:01:00Z", "anna manager", r#"{"close": {"stage": "lost"}}"#);
    sale.step("2026-12-30T07:01:00Z", "anna manager", r#"{"close": {"stage": "lost", "reason": "spam"}}"#);
    sale.step(
        "2026-12-30T07:01:00Z",
        "anna manager",
        r#"{"close": {"stage": "lost", "reason": "found_elsewhere"}}"#,
    );
    sale.step(
        "2027-01-03T07:02:00Z",
        "anna manager",
        r#"{"interaction": {"channel": "phone", "direction": "out", "result": "missed", "at": "2026-12-31T08:00:00Z"}}"#,
    );
    sale.light("2027-01-03T07:03:00Z");
    sale.step(
        "2027-01-03T07:04:00Z",
        "anna manager",
        r#"{"close": {"stage": "lost", "reason": "found_elsewhere", "comment": "at the market"}}"#,
    );
    sale.step("2027-01-03T07:05:00Z", "anna manager", r#"{"reopen": {}}"#);
    sale.step("2027-01-03T07:05:00Z", "boris head", r#"{"correct_reason": {"reason": "price"}}"#);
    sale.step("2027-01-03T07:06:00Z", "boris head", r#"{"reopen": {}}"#);
    sale.step("2027-01-03T07:07:00Z", "boris head", r#"{"hand_over": {"to": "olga", "team": "north"}}"#);
    let [en, ru] = sale.pages.clone();
    golden("refused.en.txt", &en);
    golden("refused.ru.txt", &ru);
}
