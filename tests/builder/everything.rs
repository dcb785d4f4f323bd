//! One definition that uses every construct of the format.

use chrono::{NaiveDate, NaiveTime};
use voronka::scenario::def::*;
use voronka::{CalendarSource, Definition, Span, Value};

pub fn everything() -> Definition {
    let past = || [PastRole::Author, PastRole::Responsible, PastRole::MovedTo("b".into())];
    let noon = NaiveTime::from_hms_opt(12, 30, 45).unwrap();
    Definition::process("all")
        .schema("scenario.schema.json")
        .version(7)
        .template("approval", 2)
        .title("All")
        .about([("en", "What for"), ("ru", "Зачем")])
        .value("money")
        .expected("date")
        .deadline("moment")
        .product("choice")
        .region("text")
        .calendar(
            CalendarSource::new("Europe/Berlin")
                .week("mon-thu", ["09:00-17:00"])
                .week("fri", ["09:00-13:00"])
                .day("2026-12-24", ["09:00-12:00"])
                .holidays(["2026-12-25"])
                .known_until("2026-12-31"),
        )
        .calendar_when("night", "fields.bool", CalendarSource::default())
        .field("text", FieldDef::text().title("Text").personal().find().min(2).max(9).pattern("[a-z]+"))
        .field("number", FieldDef::number().min(-1).max(rust_decimal::Decimal::new(15, 1)))
        .field("decimal", FieldDef::decimal().see("head").edit(Who::when("case.responsible == actor.id")))
        .field("money", FieldDef::money("EUR"))
        .field("date", FieldDef::date().min(NaiveDate::from_ymd_opt(2026, 2, 23).unwrap()))
        .field("moment", FieldDef::moment())
        .field("bool", FieldDef::bool())
        .field("choice", FieldDef::choice(["x", "y"]).value_title("x", "The x"))
        .field("reference", FieldDef::reference())
        .field("file", FieldDef::file())
        .field("tags", FieldDef::list(FieldType::Text))
        .field("lines", FieldDef::records([("item", FieldType::Text), ("count", FieldType::Number)]))
        .fact(
            "stock",
            FactDef::of(FieldType::Decimal)
                .title("Stock")
                .by(["item", "warehouse"])
                .group("stock")
                .fresh(Span::hours(1))
                .unit("pcs")
                .see(["head", "manager"]),
        )
        .fact("bare", FactDef::of(FieldType::Bool))
        .fact_group("stock", "Stock")
        .gathers(
            "payment",
            DocumentDef::new("Payment")
                .sum("amount", SumDef::new("Amount").unit("EUR"))
                .sum("bare", SumDef::default())
                .in_force(["posted", "checked"])
                .out_of_force(["unposted"])
                .see("head"),
        )
        .gathers("invoice", DocumentDef::default())
        .party("client", PartyDef::new("Client"))
        .party("contact", PartyDef::new("Contact").personal())
        .kind(
            "check",
            KindDef::new("Check")
                .interaction()
                .outcome("yes", OutcomeDef::good("Yes").ask("text").ask("file"))
                .outcome(
                    "no",
                    OutcomeDef::bad("No").next(
                        NextDef::again(FieldMoment::at_field("date").before(Span::days(1)))
                            .at_most(3)
                            .then(ActionDef::notify("enough"))
                            .then(ActionDef::close_for("bad", "why")),
                    ),
                )
                .outcome(
                    "other",
                    OutcomeDef::default().next(NextDef::plan(PlanDef::email("Write").due(Span::minutes(5)))),
                ),
        )
        .reason(
            "why",
            ReasonDef::new("Why").resolved_by(Resolver::Employee).comment_required().stages(["a", "b"]),
        )
        .reason("spam", ReasonDef::new("Spam").void())
        .reason("bare", ReasonDef::default())
        .stage(first(past(), noon))
        .stage(
            StageDef::new("b")
                .enter_need("text")
                .close_kinds(CloseWhat::Overdue, ["task", "call"])
                .pause_when("fields.bool")
                .plan(PlanDef::new("check", Text::default())),
        )
        .stage(StageDef::new("c").close_overdue())
        .stage(StageDef::new("d").close_all())
        .stage(StageDef::result("good"))
        .stage(StageDef::bad_result("bad"))
        .stage(StageDef::won("won"))
        .stage(StageDef::lost("lost"))
        .stage(StageDef::void("void"))
        .draw(MoveDef::new("a", "b"))
        .draw(
            MoveDef::between(["a", "b"], ["c", "d"])
                .title("Jump")
                .only_if("fields.bool")
                .or_say("not yet")
                .who(Who::from(["head", "manager"]).or_when("case.responsible == actor.id"))
                .not_by(PastRole::Did("item".into())),
        )
        .draw(MoveDef::between(["*"], ["good", "bad"]).not_by(PastRole::Author).not_by(PastRole::Responsible))
        .jumps_meet_skipped()
        .trigger(
            TriggerDef::on("back", EventDef::Closed)
                .then(ActionDef::reopen("a"))
                .then(ActionDef::set("bool", "true")),
        )
        .intake(
            IntakeDef::new()
                .when("inquiry.channel == 'email'")
                .priority(3)
                .region("RU")
                .form("colour", FieldType::Text)
                .ignore("own", [("en", "Ours")], "inquiry.contact == 'a@b.example'")
                .takes_automatic()
                .number("no (\\d+)")
                .document("invoice", "invoice (\\d+)")
                .by_contact([ByContact::Responsible, ByContact::Latest, ByContact::New])
                .reopens(ReopenDef::within(Span::Days(7)).at("a").closed_as([StageOutcome::Result]))
                .answers("phone", ["call"])
                .give("text", "inquiry.form.colour")
                .titled("inquiry.subject")
                .party("payer")
                .responsible(ResponsibleDef::person("anna").when("inquiry.line == '1'"))
                .responsible(ResponsibleDef::by("inquiry.line"))
                .responsible(ResponsibleDef::employee())
                .responsible(ResponsibleDef::in_turn(["anna"]).with_id("turns"))
                .responsible(ResponsibleDef::least_load(["anna"]))
                .team("inquiry.channel"),
        )
        .rights(
            Rights::new()
                .may_open("a")
                .may_move("b")
                .may_close("c")
                .may_reopen("d")
                .may_override("e")
                .may_hand_over("f")
                .may_change_activities("g")
                .may_see_contacts("h")
                .may_correct("i")
                .may_report("j")
                .may_import("k")
                .may_erase("n")
                .may_see_all("o")
                .may_see_team("p")
                .may_see_own("q")
                .may_switch("l")
                .may_edit("m"),
        )
        .nothing_planned(Color::Red)
        .cascade_at_most(10)
        .texts_at_most(1_000)
        .lists_at_most(100)
}

fn first(past: [PastRole; 3], noon: NaiveTime) -> StageDef {
    let [author, responsible, moved] = past;
    let mut stage = StageDef::new("a")
        .title([("en", "A"), ("ru", "А")])
        .instruction("Do it")
        .leave_need("text")
        .leave_need(
            RequirementDef::field("number")
                .with_id("n")
                .min(1)
                .max(5)
                .among([Value::from(1), "x".into(), true.into()])
                .pattern("x*")
                .when("fields.bool")
                .keep()
                .or_say("no")
                .deadline(Span::weeks(1)),
        )
        .leave_need(RequirementDef::party("client"))
        .leave_need(RequirementDef::that("fields.bool").min(1).max(1).pattern("-").among([1]))
        .plan(PlanDef::task("T").with_id("t").due(Span::working_minutes(30)).mandatory().once().script("S"))
        .plan(PlanDef::call("C").assignee("case.responsible").when("fields.bool").not_by(author.clone()))
        .plan(PlanDef::email("E").role("head").due(FieldMoment::at_field("date").after(Span::days(2))))
        .plan(PlanDef::meeting("M").due(Span::EndOfWorkingDay))
        .plan(PlanDef::message("W").role("head").group(
            GroupDef::new("fields.tags").in_turn().needed(Needed::AtLeast(2)).not_by(author).not_by(moved),
        ))
        .plan(PlanDef::task("any").group(GroupDef::new("fields.tags").needed(Needed::Any)))
        .plan(
            PlanDef::task("many").with_id("many").group(
                GroupDef::new("fields.tags")
                    .needed(Needed::Count("fields.number".into()))
                    .not_by(PastRole::Field("text".into())),
            ),
        )
        .plan(PlanDef::new("check", "K").not_by(responsible))
        .run(
            ProcessDef::new("approval")
                .with_id("hook")
                .title([("en", "Approval of terms"), ("ru", "Согласование условий")])
                .by_host()
                .when("fields.bool")
                .by_hand()
                .awaited()
                .give("amount", "fields.money")
                .take("text", "comment")
                .good(["yes", "maybe"])
                .limit(Span::days(3))
                .void_on(["money"])
                .on_bad_close("no", Some("price"))
                .on_leave(Fate::Keep)
                .on_close(Fate::Cancel),
        )
        .run(ProcessDef::new("bare"))
        .command(CommandDef::new("go").title("Go").who("head").when("fields.bool").ask(["text"]))
        .command(CommandDef::new("bare"))
        .limit(Span::working_days(2))
        .pause("fields.bool", "the client")
        .probability(30)
        .nothing_planned(Color::Green);
    for (number, event) in events(noon).into_iter().enumerate() {
        stage = stage.trigger(TriggerDef::on(format!("on{number}"), event).then(ActionDef::notify("now")));
    }
    for (number, action) in actions().into_iter().enumerate() {
        stage = stage.trigger(
            TriggerDef::on(format!("do{number}"), EventDef::Entered)
                .title("T")
                .only_if("fields.bool")
                .then(action)
                .off()
                .daily(),
        );
    }
    stage.trigger(TriggerDef::on("nothing", EventDef::Opened).always())
}

fn events(noon: NaiveTime) -> Vec<EventDef> {
    let activity = || ActivityFilter::any().kind("task").item("t").outcome("done");
    let process = || ProcessFilter::any().process("hook").result("yes").good(true);
    vec![
        EventDef::becomes("fields.bool"),
        EventDef::Entered,
        EventDef::EnteredStage("b".into()),
        EventDef::Left,
        EventDef::After(Span::working_days_by_close(1)),
        EventDef::Moment(FieldMoment::at_field("date").at(noon)),
        EventDef::field("text"),
        EventDef::fact("stock"),
        EventDef::Planned(activity()),
        EventDef::Done(activity()),
        EventDef::Overdue(ActivityFilter::any()),
        EventDef::Interaction(InteractionFilter::any().channel("mail").direction("in").result("bounced")),
        EventDef::Started(ProcessFilter::any()),
        EventDef::Finished(process()),
        EventDef::ProcessOverdue(process()),
        EventDef::Answered(CommandFilter::any().command("go").answer("done")),
        EventDef::Document(DocumentFilter::any().document("invoice").event("posted")),
        EventDef::message("hello"),
        EventDef::Opened,
        EventDef::Reopened,
        EventDef::Closed,
        EventDef::HandedOver,
        EventDef::GivenUp("mail".into()),
    ]
}

fn actions() -> Vec<ActionDef> {
    vec![
        ActionDef::set("text", "'x'"),
        ActionDef::plan(PlanDef::task("again")),
        ActionDef::CloseActivities(ActivityFilter::any().kind("task")),
        ActionDef::start("hook"),
        ActionDef::cancel("hook"),
        OpenCaseDef::new("claim").link("claim_on").give("text", "fields.text").into(),
        OpenCaseDef::new("next").into(),
        ActionDef::notify("you"),
        ActionDef::notify_role("head", "head"),
        ActionDef::notify_person("fields.text", "person"),
        EffectDef::new("mail").lane("post").with("to", "fields.text").into(),
        EffectDef::new("bell").into(),
        ActionDef::reopen("a"),
        ActionDef::move_to("b"),
        ActionDef::close("good"),
        ActionDef::close_for("lost", "why"),
    ]
}
