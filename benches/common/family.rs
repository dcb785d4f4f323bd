//! A case that starts a process and hears of its end, and the same steps of cases that know nothing of each other.

use super::{context, moment};
use serde_json::json;
use voronka::case::{CloseInput, FinishedInput, Input, MoveInput};
use voronka::process::words;
use voronka::{Actor, Case, Context, Opening, Outcome, Scenario};

pub struct Family {
    waits: Scenario,
    plain: Scenario,
    process: Scenario,
    waiting: Case,
    alone: Case,
    ctx: Context,
}

impl Family {
    pub fn new() -> Self {
        let sale = |run: serde_json::Value| {
            let text = json!({
                "id": "sale",
                "fields": { "amount": { "type": "decimal" }, "discount": { "type": "decimal" }, "remark": { "type": "text" } },
                "parties": { "client": {} },
                "stages": [
                    { "id": "request", "plan": [{ "call": "Clarify", "due": "4 working hours" }] },
                    { "id": "offer", "enter": { "need": ["amount", { "that": "fields.amount > 1000" }], "close": "all" },
                      "plan": [{ "task": "Send the offer", "due": "1 working day" }], "run": run, "limit": "3 days" },
                    { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
                ]
            });
            Scenario::from_json(&text.to_string()).unwrap_or_else(|defects| panic!("{defects:#?}"))
        };
        let hook = json!([{ "process": "approval", "await": true, "limit": "1 working day", "take": { "remark": "remark" },
                            "give": { "discount": "fields.discount", "approvers": "['boris', 'olga']" } }]);
        let process = Scenario::from_json(
            &json!({
                "id": "approval", "kind": "process",
                "fields": { "discount": { "type": "decimal" }, "remark": { "type": "text" },
                            "approvers": { "type": "list", "of": "text" } },
                "kinds": { "approve": { "outcomes": { "yes": {}, "no": { "bad": true } } } },
                "stages": [
                    { "id": "ask", "plan": [{ "kind": "approve", "title": "Approve", "due": "4 working hours",
                                              "group": { "each": "fields.approvers", "needed": "any" } }] },
                    { "id": "approved", "outcome": "result" }, { "id": "refused", "outcome": "bad_result" }
                ]
            })
            .to_string(),
        )
        .unwrap_or_else(|defects| panic!("{defects:#?}"));
        let (waits, plain) = (sale(hook), sale(json!([])));
        let ctx = Context::new(moment("2026-03-02T08:00:00Z"), Actor::new("anna", "manager"), "bench-1");
        let opening: Opening = serde_json::from_value(json!({
            "title": "Order of shop 17", "responsible": "anna", "channel": "phone", "team": "north",
            "fields": { "amount": 2000, "discount": 20 }, "parties": { "client": { "reference": "shop-17" } }
        }))
        .unwrap();
        let open = |scenario: &Scenario| scenario.open("d", opening.clone(), &ctx).unwrap().into_parts().0;
        let (waiting, alone) = (open(&waits), open(&plain));
        Self { waits, plain, process, waiting, alone, ctx: context() }
    }

    fn offer() -> Input {
        Input::Move(MoveInput { to: "offer".to_owned(), ..MoveInput::default() })
    }

    fn approved() -> Input {
        let fields = [("remark".to_owned(), Some("fine".into()))].into();
        Input::Close(CloseInput { stage: "approved".to_owned(), fields, ..CloseInput::default() })
    }

    fn told(outcome: &Outcome) -> voronka::process::Word {
        let case = &outcome.case().id;
        let said = outcome.effects().find_map(|effect| words(case, effect));
        said.and_then(|mut words| words.pop()).expect("something is said")
    }

    /// The start and the end of a process: what each case says is carried to the other.
    pub fn together(&self) -> (Case, Case) {
        let offered = self.waits.step(&self.waiting, Self::offer(), &self.ctx).unwrap();
        let said = Self::told(&offered);
        let Input::Open(opening) = said.input else { panic!("no opening") };
        let child = self.process.open(said.case, *opening, &self.ctx).unwrap();
        let ended = self.process.step(child.case(), Self::approved(), &self.ctx).unwrap();
        let said = Self::told(&ended);
        let heard = self.waits.step(offered.case(), said.input, &self.ctx).unwrap();
        (heard.into_parts().0, ended.into_parts().0)
    }

    /// The same steps of cases that say nothing to each other: an offer without a process, a process opened and ended by
    /// itself, and a report on the first.
    pub fn apart(&self) -> (Case, Case) {
        let offered = self.plain.step(&self.alone, Self::offer(), &self.ctx).unwrap();
        let opening = Opening {
            title: Some("Order of shop 17".to_owned()),
            responsible: Some("anna".to_owned()),
            channel: Some("phone".to_owned()),
            team: Some("north".to_owned()),
            fields: [
                ("discount".to_owned(), Some(20.into())),
                ("approvers".to_owned(), Some(voronka::Value::List(vec!["boris".into(), "olga".into()]))),
            ]
            .into(),
            ..Opening::default()
        };
        let child = self.process.open("d/2/2", opening, &self.ctx).unwrap();
        let ended = self.process.step(child.case(), Self::approved(), &self.ctx).unwrap();
        let fields = ended.case().fields.clone();
        let finish =
            FinishedInput { process: "d/2/2".to_owned(), result: "approved".to_owned(), good: true, fields };
        let heard = self.plain.step(offered.case(), Input::Finished(finish), &self.ctx).unwrap();
        (heard.into_parts().0, ended.into_parts().0)
    }
}
