//! Definitions made at random, through the builder.

use chrono::NaiveTime;
use proptest::collection::vec;
use proptest::prelude::*;
use voronka::scenario::def::*;
use voronka::{Definition, Span, Value};

fn word() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z_]{1,8}", 1 => "\\PC{0,12}"]
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        1 => Just(Text::default()),
        2 => word().prop_map(Text::from),
        1 => vec((word(), word()), 0..3).prop_map(Text::per_language),
    ]
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        (0..10_000u32).prop_map(Span::working_minutes),
        (0..1_000u32).prop_map(Span::working_hours),
        (0..1_000u32).prop_map(Span::working_days),
        (0..1_000u32).prop_map(Span::working_days_by_close),
        (0..10_000u32).prop_map(Span::minutes),
        (0..1_000u32).prop_map(Span::hours),
        (0..1_000u32).prop_map(Span::days),
        (0..1_000u32).prop_map(Span::weeks),
        Just(Span::EndOfToday),
        Just(Span::EndOfWorkingDay),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        word().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ]
}

fn who() -> impl Strategy<Value = Who> {
    (vec(word(), 0..3), proptest::option::of(word())).prop_map(|(roles, when)| {
        let who = Who::roles(roles);
        if let Some(when) = when { who.or_when(when) } else { who }
    })
}

fn past() -> impl Strategy<Value = PastRole> {
    prop_oneof![
        Just(PastRole::Author),
        Just(PastRole::Responsible),
        word().prop_map(PastRole::MovedTo),
        word().prop_map(PastRole::Did),
        word().prop_map(PastRole::Field),
    ]
}

fn due() -> impl Strategy<Value = DueDef> {
    let moment = (word(), span(), span(), 0..24u32, 0..60u32, 0..3u8).prop_map(|(field, a, b, h, m, how)| {
        let moment = FieldMoment::at_field(field);
        match how {
            0 => moment.before(a),
            1 => moment.after(b),
            _ => moment.at(NaiveTime::from_hms_opt(h, m, 59).unwrap()),
        }
    });
    prop_oneof![span().prop_map(DueDef::from), moment.prop_map(DueDef::from)]
}

fn plan() -> impl Strategy<Value = PlanDef> {
    let kind = prop_oneof![
        Just("task".to_owned()),
        Just("call".to_owned()),
        Just("email".to_owned()),
        Just("meeting".to_owned()),
        Just("message".to_owned()),
        word()
    ];
    let group = (word(), any::<bool>(), 0..9u32, vec(past(), 0..3)).prop_map(|(each, turn, n, past)| {
        let mut group = GroupDef::new(each);
        if turn {
            group = group.in_turn();
        }
        group = match n {
            0 => group,
            1 => group.needed(Needed::Any),
            2 => group.needed(Needed::Count("fields.n".into())),
            n => group.needed(Needed::AtLeast(n)),
        };
        past.into_iter().fold(group, GroupDef::not_by)
    });
    (kind, text(), proptest::option::of(due()), any::<[bool; 3]>(), word(), group, vec(past(), 0..3), 0..5u8)
        .prop_map(|(kind, title, due, [mandatory, once, named], word, group, past, to)| {
            let mut plan = PlanDef::new(kind, title.clone()).script(title);
            if let Some(due) = due {
                plan = plan.due(due);
            }
            if mandatory {
                plan = plan.mandatory();
            }
            if once {
                plan = plan.once().when(word.clone());
            }
            if named {
                plan = plan.with_id(word.clone());
            }
            plan = past.into_iter().fold(plan, PlanDef::not_by);
            match to {
                0 => plan.role(word),
                1 => plan.assignee(word),
                2 => plan.group(group),
                3 => plan.group(group).role(word),
                _ => plan,
            }
        })
}

fn requirement() -> impl Strategy<Value = RequirementDef> {
    (word(), 0..3u8, vec(value(), 0..4), text(), proptest::option::of(span()), any::<[bool; 4]>()).prop_map(
        |(word, what, values, say, deadline, [id, when, keep, limits])| {
            let mut it = match what {
                0 => RequirementDef::field(word.clone()),
                1 => RequirementDef::that(word.clone()),
                _ => RequirementDef::party(word.clone()),
            };
            if limits {
                it = it.pattern(word.clone()).among(values.clone());
                if let [low, high, ..] = values.as_slice() {
                    it = it.min(low.clone()).max(high.clone());
                }
            }
            if id {
                it = it.with_id(word.clone());
            }
            if when {
                it = it.when(word).or_say(say);
            }
            if keep {
                it = it.keep();
            }
            if let Some(deadline) = deadline { it.deadline(deadline) } else { it }
        },
    )
}

fn action() -> impl Strategy<Value = ActionDef> {
    prop_oneof![
        (word(), word()).prop_map(|(a, b)| ActionDef::set(a, b)),
        plan().prop_map(ActionDef::plan),
        (word(), text()).prop_map(|(a, b)| ActionDef::notify_role(a, b)),
        (word(), word(), word()).prop_map(|(a, b, c)| EffectDef::new(a).with(b, c).into()),
        (word(), word(), word()).prop_map(|(a, b, c)| OpenCaseDef::new(a).link(b.clone()).give(c, b).into()),
        word().prop_map(ActionDef::move_to),
        (word(), word()).prop_map(|(a, b)| ActionDef::close_for(a, b)),
        word().prop_map(ActionDef::close),
    ]
}

fn event() -> impl Strategy<Value = EventDef> {
    prop_oneof![
        word().prop_map(EventDef::becomes),
        Just(EventDef::Entered),
        Just(EventDef::Left),
        span().prop_map(EventDef::After),
        word().prop_map(EventDef::EnteredStage),
        (word(), word()).prop_map(|(a, b)| EventDef::Done(ActivityFilter::any().kind(a).outcome(b))),
        word().prop_map(|a| EventDef::Document(DocumentFilter::any().event(a))),
        word().prop_map(EventDef::GivenUp),
    ]
}

fn trigger() -> impl Strategy<Value = TriggerDef> {
    (word(), text(), event(), vec(action(), 0..3), any::<[bool; 2]>(), 0..3u8).prop_map(
        |(word, title, event, actions, [off, only], repeat)| {
            let mut trigger = TriggerDef::on(word.clone(), event).title(title);
            trigger = actions.into_iter().fold(trigger, TriggerDef::then);
            if off {
                trigger = trigger.off();
            }
            if only {
                trigger = trigger.only_if(word);
            }
            match repeat {
                0 => trigger.always(),
                1 => trigger.daily(),
                _ => trigger,
            }
        },
    )
}

fn stage() -> impl Strategy<Value = StageDef> {
    (
        word(),
        text(),
        vec(requirement(), 0..3),
        vec(plan(), 0..3),
        vec(trigger(), 0..3),
        proptest::option::of(span()),
        0..9u8,
        who(),
    )
        .prop_map(|(id, title, needs, plans, triggers, limit, what, who)| {
            let mut stage = StageDef::new(id.clone()).title(title.clone());
            for need in needs {
                stage = stage.enter_need(need.clone()).leave_need(need);
            }
            stage = plans.into_iter().fold(stage, StageDef::plan);
            stage = triggers.into_iter().fold(stage, StageDef::trigger);
            if let Some(limit) = limit {
                stage = stage.limit(limit).run(ProcessDef::new(id.clone()).limit(limit).give(id.clone(), ""));
            }
            match what {
                0 => stage.outcome(StageOutcome::Won),
                1 => stage.outcome(StageOutcome::BadResult),
                2 => stage.close_all(),
                3 => stage.close_kinds(CloseWhat::Nothing, [id]),
                4 => stage.pause(id, title),
                5 => stage.command(CommandDef::new(id).who(who)),
                6 => stage.probability(7).nothing_planned(Color::Yellow),
                _ => stage,
            }
        })
}

fn field() -> impl Strategy<Value = FieldDef> {
    (0..5u8, vec(word(), 0..3), value(), text(), who()).prop_map(|(what, words, value, title, who)| {
        let field = match what {
            0 => FieldDef::choice(words),
            1 => FieldDef::records(words.into_iter().map(|word| (word, FieldType::Money))),
            2 => FieldDef::list(FieldType::Date),
            3 => FieldDef::text().personal().pattern("x"),
            _ => FieldDef::number().min(value),
        };
        field.title(title).see(who)
    })
}

/// A definition of no meaning at all, but of every shape.
pub fn definition() -> impl Strategy<Value = Definition> {
    (
        word(),
        text(),
        vec((word(), field()), 0..4),
        vec(stage(), 0..4),
        proptest::option::of(vec((vec(word(), 0..3), vec(word(), 0..3), who()), 1..3)),
        vec(trigger(), 0..2),
        who(),
    )
        .prop_map(|(id, title, fields, stages, moves, triggers, who)| {
            let mut it = Definition::new(id).title(title.clone()).about(title);
            it = fields.into_iter().fold(it, |it, (name, field)| it.field(name, field));
            it = stages.into_iter().fold(it, Definition::stage);
            for (from, to, who) in moves.into_iter().flatten() {
                it = it.draw(MoveDef::between(from, to).who(who));
            }
            triggers.into_iter().fold(it, Definition::trigger).rights(Rights::new().may_open(who))
        })
}
