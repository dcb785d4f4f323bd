//! `examples/wholesale.json`, written with the builder.

use chrono::NaiveTime;
use voronka::scenario::def::*;
use voronka::{CalendarSource, Definition, Span, Value};

fn text(en: &str, ru: &str) -> Text {
    [("en", en), ("ru", ru)].into()
}

const SELLERS: [&str; 2] = ["manager", "head"];
const MONEY: [&str; 3] = ["manager", "head", "accountant"];

fn intake() -> IntakeDef {
    IntakeDef::new()
        .when("inquiry.channel in ['email', 'phone', 'web']")
        .region("RU")
        .form("line_of_goods", FieldType::Text)
        .ignore(
            "own",
            text("Our own addresses", "Наши собственные адреса"),
            "inquiry.direction == 'in' && inquiry.contact.endsWith('@wholesale.example')",
        )
        .number(r"(?i)(?:order|заказ[а-я]*)\s*(?:no\.?|№|#)?\s*(\d{3,})")
        .document("invoice", r"(?i)(?:invoice|сч[её]т[а-я]*)\s*(?:no\.?|№|#)?\s*(\d+)")
        .by_contact([ByContact::Responsible])
        .reopens(ReopenDef::within(Span::working_days(5)).at("request").closed_as([StageOutcome::Lost]))
        .answers("phone", ["call"])
        .answers("email", ["email"])
        .give("line_of_goods", "inquiry.form.line_of_goods")
        .party("contact")
        .responsible(ResponsibleDef::employee())
        .responsible(ResponsibleDef::in_turn(["anna", "boris"]).with_id("sales"))
}

pub fn wholesale() -> Definition {
    let funnel = Definition::new("wholesale")
        .schema("../docs/scenario.schema.json")
        .title(text("Wholesale sale", "Оптовая продажа"))
        .about(text(
            "Takes every wholesale request from the first call to the shipment, so that none is forgotten, \
             nothing is promised that is not in stock, and nothing leaves the warehouse unpaid.",
            "Ведёт каждое оптовое обращение от первого звонка до отгрузки: ни одно не забыто, не обещано то, \
             чего нет на складе, ничего не отгружено без оплаты.",
        ))
        .value("amount")
        .expected("delivery_date")
        .product("line_of_goods")
        .calendar(calendar());
    stages(reasons(kinds(facts(fields(funnel)))))
        .trigger(
            TriggerDef::on(
                "delivery-soon",
                EventDef::Moment(
                    FieldMoment::at_field("delivery_date")
                        .before(Span::working_days(1))
                        .at(NaiveTime::from_hms_opt(10, 0, 0).unwrap()),
                ),
            )
            .title(text("Delivery is near", "Скоро доставка"))
            .only_if("fields.delivery")
            .then(ActionDef::notify_role(
                "storekeeper",
                text("Prepare the order for loading", "Подготовить заказ к погрузке"),
            )),
        )
        .trigger(
            TriggerDef::on("claim", EventDef::field("complaint"))
                .title(text("A complaint becomes a claim", "Жалоба становится претензией"))
                .only_if("has(fields.complaint)")
                .then(ActionDef::OpenCase(OpenCaseDef {
                    scenario: "claim".into(),
                    link: "claim_on".into(),
                    give: [("description", "fields.complaint".to_owned())].into_iter().collect(),
                }))
                .always(),
        )
        .trigger(
            TriggerDef::on("escalate", EventDef::Overdue(ActivityFilter::any()))
                .title(text("Overdue: tell the head", "Просрочено: сообщить руководителю"))
                .then(ActionDef::notify_role("head", text("An activity is overdue", "Просрочена задача")))
                .off(),
        )
        .trigger(
            TriggerDef::on(
                "missed-call",
                EventDef::Interaction(
                    InteractionFilter::any().channel("phone").direction("in").result("missed"),
                ),
            )
            .title(text("A missed call: call back", "Пропущенный звонок: перезвонить"))
            .then(ActionDef::plan(
                PlanDef::call(text("Call back", "Перезвонить")).due(Span::working_hours(1)),
            )),
        )
        .intake(intake())
        .rights(
            Rights::new()
                .may_open(SELLERS)
                .may_move(SELLERS)
                .may_close(SELLERS)
                .may_reopen("head")
                .may_override("head")
                .may_erase("head")
                .may_hand_over("head")
                .may_change_activities(Who::from("head").or_when("case.responsible == actor.id"))
                .may_see_contacts(SELLERS)
                .may_correct("head")
                .may_switch("head")
                .may_edit("head"),
        )
}

fn calendar() -> CalendarSource {
    let short = ["09:00-13:00", "14:00-17:00"];
    CalendarSource::new("Europe/Moscow")
        .week("mon-fri", ["09:00-13:00", "14:00-18:00"])
        .holidays([
            "2026-01-01",
            "2026-01-02",
            "2026-01-05",
            "2026-01-06",
            "2026-01-07",
            "2026-01-08",
            "2026-01-09",
        ])
        .holidays(["2026-02-23", "2026-03-09", "2026-05-01", "2026-05-11", "2026-06-12"])
        .holidays(["2026-11-04", "2026-12-31"])
        .day("2026-04-30", short)
        .day("2026-05-08", short)
        .day("2026-06-11", short)
        .day("2026-11-03", short)
        .known_until("2026-12-31")
}

fn fields(funnel: Definition) -> Definition {
    funnel
        .field(
            "client_type",
            FieldDef::choice(["shop", "builder", "factory"]).title(text("Type of client", "Тип клиента")),
        )
        .field(
            "line_of_goods",
            FieldDef::choice(["tiles", "paint", "tools"])
                .title(text("Line of goods", "Товарное направление")),
        )
        .field(
            "amount",
            FieldDef::money("RUB").title(text("Amount", "Сумма")).min(0).see(MONEY).edit(SELLERS),
        )
        .field(
            "discount",
            FieldDef::decimal()
                .title(text("Discount, %", "Скидка, %"))
                .min(0)
                .max(30)
                .see(MONEY)
                .edit(SELLERS),
        )
        .field(
            "terms",
            FieldDef::choice(["prepayment", "deferral"]).title(text("Terms of payment", "Условия оплаты")),
        )
        .field(
            "lines",
            FieldDef::records([
                ("item", FieldType::Text),
                ("characteristic", FieldType::Text),
                ("quantity", FieldType::Decimal),
            ])
            .title(text("Lines of the order", "Строки заказа")),
        )
        .field("delivery", FieldDef::bool().title(text("Delivery", "Доставка")))
        .field("address", FieldDef::text().title(text("Delivery address", "Адрес доставки")).personal())
        .field("delivery_date", FieldDef::date().title(text("Date of delivery", "Дата доставки")))
        .field("special_order", FieldDef::bool().title(text("Special order", "Заказ по особым размерам")))
        .field("calculation_ready", FieldDef::bool().title(text("Calculation is ready", "Расчёт готов")))
        .field("needs_specialist", FieldDef::bool().title(text("A specialist is needed", "Нужен специалист")))
        .field("waiting_for_client", FieldDef::bool().title(text("We wait for the client", "Ждём клиента")))
        .field("complaint", FieldDef::text().title(text("Complaint", "Жалоба клиента")))
}

fn facts(funnel: Definition) -> Definition {
    funnel
        .fact(
            "paid_percent",
            FactDef::of(FieldType::Decimal)
                .title(text("Paid by contract, %", "Оплачено по договору, %"))
                .group("payments")
                .unit("%")
                .see(MONEY),
        )
        .fact(
            "reserved",
            FactDef::of(FieldType::Bool).title(text("Reserved", "Товар в резерве")).group("reserves"),
        )
        .fact(
            "stock",
            FactDef::of(FieldType::Decimal)
                .title(text("Free stock", "Свободный остаток"))
                .by(["item", "characteristic", "warehouse"])
                .group("stock")
                .fresh(Span::minutes(5)),
        )
        .fact("shipped", FactDef::of(FieldType::Bool).title(text("Shipped", "Отгружено")).group("shipment"))
        .fact(
            "shipped_percent",
            FactDef::of(FieldType::Decimal)
                .title(text("Shipped, %", "Отгружено, %"))
                .group("shipment")
                .unit("%"),
        )
        .fact(
            "delivered",
            FactDef::of(FieldType::Bool).title(text("Delivered", "Доставлено")).group("delivery"),
        )
        .fact_group("payments", text("Payments", "Оплаты"))
        .fact_group("reserves", text("Reserves", "Резервы"))
        .fact_group("stock", text("Stock", "Остатки"))
        .fact_group("shipment", text("Shipment", "Отгрузка"))
        .fact_group("delivery", text("Delivery", "Доставка"))
        .party("client", PartyDef::new(text("Client", "Клиент")))
        .party("contact", PartyDef::new(text("Contact person", "Контактное лицо")).personal())
        .party("consignee", PartyDef::new(text("Consignee", "Грузополучатель")))
}

fn kinds(funnel: Definition) -> Definition {
    let no_answer = NextDef::again(Span::working_hours(2)).at_most(3).then(ActionDef::notify_role(
        "head",
        text("The client cannot be reached by telephone", "Клиент не отвечает на звонки"),
    ));
    funnel
        .kind(
            "call",
            KindDef::new(text("Call", "Звонок"))
                .interaction()
                .outcome("reached", OutcomeDef::good(text("Reached", "Дозвонились")))
                .outcome("no_answer", OutcomeDef::bad(text("No answer", "Не ответили")).next(no_answer)),
        )
        .kind(
            "visit",
            KindDef::new(text("Visit of a specialist", "Выезд специалиста"))
                .interaction()
                .outcome("measured", OutcomeDef::good(text("Measured", "Замер сделан")))
                .outcome("called_off", OutcomeDef::bad(text("Called off", "Выезд отменён"))),
        )
}

fn reasons(funnel: Definition) -> Definition {
    let company = |en, ru| ReasonDef::new(text(en, ru)).resolved_by(Resolver::Company);
    funnel
        .reason(
            "special_order_slow",
            company(
                "Special order: the calculation took over a day",
                "Особые размеры: расчёт занял больше дня",
            )
            .stages(["request"]),
        )
        .reason("no_specialist", company("No specialist to send", "Некого было отправить на замер"))
        .reason(
            "no_delivery",
            company("We do not deliver there", "Не доставляем туда, куда нужно").comment_required(),
        )
        .reason("no_service", company("No service after the sale", "Нет сервиса после продажи"))
        .reason("no_builders", company("No builders of ours to do the work", "Нет своей бригады строителей"))
        .reason("no_deferral", company("No deferral of payment", "Не дали отсрочку платежа"))
        .reason("price", ReasonDef::new(text("Price", "Не устроила цена")))
        .reason(
            "found_elsewhere",
            ReasonDef::new(text("Found elsewhere", "Купили в другом месте")).comment_required(),
        )
        .reason(
            "employee_late",
            ReasonDef::new(text("We answered too late", "Сотрудник ответил слишком поздно"))
                .resolved_by(Resolver::Employee),
        )
        .reason("spam", ReasonDef::new(text("Spam", "Спам")).void())
        .reason(
            "duplicate",
            ReasonDef::new(text("Duplicate of another request", "Повтор другого обращения")).void(),
        )
}

fn stages(funnel: Definition) -> Definition {
    funnel
        .stage(request())
        .stage(invoice())
        .stage(prepayment())
        .stage(shipment())
        .stage(StageDef::won("won").title(text("Sold", "Продано")))
        .stage(StageDef::lost("lost").title(text("Refused", "Отказ")))
        .stage(StageDef::void("void").title(text("Not a request", "Не обращение")))
}

fn request() -> StageDef {
    StageDef::new("request")
        .title(text("Incoming request", "Входящее обращение"))
        .instruction(text(
            "Find out what is needed, how much of it, where to and by when.",
            "Выяснить, что нужно, сколько, куда и к какому сроку.",
        ))
        .leave_need("client_type")
        .leave_need("amount")
        .leave_need(RequirementDef::field("lines").min(Value::from(1)))
        .leave_need(RequirementDef::field("address").when("fields.delivery"))
        .leave_need(RequirementDef::party("client"))
        .leave_need(
            RequirementDef::that("fields.calculation_ready")
                .with_id("calculation")
                .when("fields.special_order")
                .or_say(text(
                    "the special order must be calculated first",
                    "сначала нужен расчёт по особым размерам",
                )),
        )
        .plan(
            PlanDef::call(text("Clarify what is needed", "Уточнить потребность"))
                .with_id("clarify")
                .due(Span::working_hours(4))
                .mandatory()
                .script(text(
                    "Ask for items, quantities, the date, delivery and the terms of payment.",
                    "Спросить: товары, количество, дату, доставку, условия оплаты.",
                )),
        )
        .plan(
            PlanDef::new("visit", text("Measure on site", "Сделать замер на объекте"))
                .with_id("measure")
                .due(Span::working_days(2))
                .when("fields.needs_specialist"),
        )
        .trigger(
            TriggerDef::on("special-order", EventDef::becomes("fields.special_order"))
                .title(text("Special order: calculate", "Особые размеры: рассчитать"))
                .then(ActionDef::plan(
                    PlanDef::task(text("Calculate the special order", "Рассчитать заказ по особым размерам"))
                        .with_id("calculate")
                        .due(Span::working_days(1))
                        .mandatory(),
                )),
        )
        .limit(Span::working_days(2))
        .pause("fields.waiting_for_client", text("the client's answer", "ответ клиента"))
        .probability(20)
}

fn invoice() -> StageDef {
    StageDef::new("invoice")
        .title(text("Invoice", "Счёт"))
        .instruction(text(
            "Agree the price, reserve the goods, send the invoice.",
            "Согласовать цену, поставить товар в резерв, отправить счёт.",
        ))
        .close_overdue()
        .leave_need(
            RequirementDef::that(
                "fields.lines.all(l, facts.stock[l.item, l.characteristic, 'main'] >= l.quantity)",
            )
            .with_id("in_stock")
            .when("!fields.special_order")
            .or_say(text(
                "{item}, {characteristic}: {left} free, {right} asked",
                "{item}, {characteristic}: свободно {left}, нужно {right}",
            )),
        )
        .plan(
            PlanDef::task(text("Send the invoice", "Отправить счёт"))
                .with_id("send-invoice")
                .due(Span::working_days(1))
                .mandatory(),
        )
        .run(
            ProcessDef::new("approval")
                .when("fields.amount > 1000000 || fields.discount > 15")
                .awaited()
                .give("approvers", "['boris']")
                .good(["approved"])
                .limit(Span::working_days(1))
                .void_on(["amount", "discount"]),
        )
        .command(
            CommandDef::new("reserve")
                .title(text("Reserve the goods", "Поставить товар в резерв"))
                .who(SELLERS)
                .when("!facts.reserved")
                .ask(["lines"]),
        )
        .trigger(
            TriggerDef::on(
                "not-reserved",
                EventDef::Answered(CommandFilter::any().command("reserve").answer("refused")),
            )
            .title(text("The reserve was refused", "В резерве отказано"))
            .then(ActionDef::plan(
                PlanDef::task(text("Offer a replacement", "Предложить замену")).due(Span::working_hours(2)),
            ))
            .always(),
        )
        .limit(Span::working_days(3))
        .probability(50)
}

fn prepayment() -> StageDef {
    StageDef::new("prepayment")
        .title(text("100 % prepayment", "Предоплата 100 %"))
        .enter_need(
            RequirementDef::that("fields.terms == 'prepayment'")
                .with_id("by_prepayment")
                .or_say(text("we sell only by prepayment", "мы продаём только по предоплате")),
        )
        .trigger(
            TriggerDef::on("paid", EventDef::becomes("facts.paid_percent >= 100"))
                .title(text("Paid in full", "Оплачено полностью"))
                .then(ActionDef::move_to("shipment")),
        )
        .trigger(
            TriggerDef::on("remind", EventDef::After(Span::working_days(2)))
                .title(text("Remind of the payment", "Напомнить об оплате"))
                .only_if("facts.paid_percent < 100")
                .then(ActionDef::plan(
                    PlanDef::call(text("Ask about the payment", "Спросить об оплате")).due(Span::EndOfToday),
                ))
                .off(),
        )
        .limit(Span::working_days(5))
        .probability(80)
}

fn shipment() -> StageDef {
    StageDef::new("shipment")
        .title(text("Shipment", "Отгрузка"))
        .enter_need(
            RequirementDef::that("facts.paid_percent >= 100")
                .with_id("paid_in_full")
                .keep()
                .or_say(text("we ship only what is paid in full", "отгружаем только полностью оплаченное"))
                .deadline(Span::working_days(1)),
        )
        .close_all()
        .leave_need(
            RequirementDef::that("facts.shipped")
                .with_id("shipped")
                .or_say(text("the goods have not left yet", "товар ещё не отгружен")),
        )
        .leave_need(
            RequirementDef::that("facts.delivered")
                .with_id("delivered")
                .when("fields.delivery")
                .or_say(text("the goods have not arrived yet", "товар ещё не доставлен")),
        )
        .plan(
            PlanDef::task(text("Pick and pack the order", "Собрать и упаковать заказ"))
                .with_id("pick")
                .due(Span::working_days_by_close(1))
                .role("storekeeper"),
        )
        .command(
            CommandDef::new("order_delivery")
                .title(text("Order the delivery", "Заказать доставку"))
                .who(["manager", "storekeeper", "head"])
                .when("fields.delivery")
                .ask(["address", "delivery_date"]),
        )
        .trigger(
            TriggerDef::on("gone", EventDef::becomes("facts.shipped"))
                .title(text("The goods are gone", "Товар отгружен"))
                .then(ActionDef::close("won")),
        )
        .limit(Span::working_days(3))
        .probability(95)
}
