//! The words of an impact, in English and Russian.

use super::line::{Line, Section, Shift, Turn};
use crate::case::RuleFate;
use crate::scenario::def::Color;
use crate::scenario::edit::{AdoptionDefect, RuleChange};

/// The words in one language; `{}` stands for what a line is about, in the order of its parts.
pub(super) struct Words {
    /// How many: looked at, untouched, closed.
    pub head: &'static str,
    pub counts: &'static str,
    pub nothing: &'static str,
    pub defects: &'static str,
    pub version: &'static str,
    pub limit: &'static str,
    pub overdue: &'static str,
    pub by_hand: &'static str,
    pub enter: &'static str,
    pub leave: &'static str,
    pub group: char,
    sections: [&'static str; 12],
    other_version: &'static str,
    stranded: &'static str,
    stranded_on: &'static str,
    refused: &'static str,
    moved: &'static str,
    onward: &'static str,
    lacks_field: &'static str,
    field_unfit: &'static str,
    field_gone: &'static str,
    unmet: &'static str,
    move_condition: &'static str,
    hidden: &'static str,
    debt_arises: &'static str,
    debt_ends: &'static str,
    held_by_activity: &'static str,
    held_by_process: &'static str,
    held_up: &'static str,
    no_outcome: &'static str,
    no_good_outcome: &'static str,
    activity_planned: &'static str,
    activity_ends: &'static str,
    activity_shifted: [&'static str; 2],
    process_starts: &'static str,
    process_cancelled: &'static str,
    process_shifted: [&'static str; 2],
    timer_gained: &'static str,
    timer_lost: &'static str,
    timer_shifted: [&'static str; 2],
    trigger_gained: &'static str,
    trigger_lost: &'static str,
    trigger_fires: &'static str,
    wish_arises: &'static str,
    wish_lapses: &'static str,
    rule: &'static str,
    changes: [&'static str; 3],
    fates: [&'static str; 3],
    color: &'static str,
    colors: [&'static str; 4],
    turns_red: [&'static str; 4],
    defect_unmapped: &'static str,
    defect_unknown_from: &'static str,
    defect_unknown_to: &'static str,
    defect_outcome: &'static str,
    defect_rule: &'static str,
    defect_too_many: &'static str,
}

const EN: Words = Words {
    head: "What would happen: {} → {}, {}",
    counts: "Open cases: {}; nothing happens to: {}; closed and left out: {}",
    nothing: "Nothing happens to any of them.",
    defects: "The adoption does not fit the two versions",
    version: "version {} of {} ({})",
    limit: "the stage's time limit",
    overdue: "something is overdue",
    by_hand: "planned by hand",
    enter: "to enter {}",
    leave: "to leave {}",
    group: ',',
    sections: [
        "Not looked at, of other versions",
        "Cannot adopt",
        "On another stage",
        "Fields",
        "Other requirements",
        "Held up by mandatory work",
        "The way to an outcome",
        "Activities and processes",
        "Timers",
        "Triggers",
        "Under rules that changed",
        "Lights",
    ],
    other_version: "{}",
    stranded: "stage {} is gone or an outcome, and is mapped to no other",
    stranded_on: "stage {} is mapped to {}, on which they cannot stand",
    refused: "refused: {}",
    moved: "moved by the mapping: {} → {}",
    onward: "moved on by triggers at once: {} → {}",
    lacks_field: "lack {}, newly required {}",
    field_unfit: "{} is newly not accepted: {}",
    field_gone: "{} has a value and is no field any more",
    unmet: "newly not met: {}",
    move_condition: "the move to {} has a condition that does not hold",
    hidden: "something that you may not see ({})",
    debt_arises: "a debt arises: {}",
    debt_ends: "a debt ends: {}",
    held_by_activity: "to be done first: {}",
    held_by_process: "to end well first: {}",
    held_up: "could go forward, and cannot any more: {}",
    no_outcome: "could move or close, and cannot at all any more: {}",
    no_good_outcome: "no way leads to a good outcome any more: {}",
    activity_planned: "planned: {}",
    activity_ends: "ends: {}",
    activity_shifted: ["due earlier: {}", "due later: {}"],
    process_starts: "started: {}",
    process_cancelled: "cancelled: {}",
    process_shifted: ["due earlier: {}", "due later: {}"],
    timer_gained: "gained: {}",
    timer_lost: "lost: {}",
    timer_shifted: ["earlier: {}", "later: {}"],
    trigger_gained: "gained: {}",
    trigger_lost: "lost: {}",
    trigger_fires: "fires at once: {}",
    wish_arises: "its move is held up: {}",
    wish_lapses: "its move that was held up lapses: {}",
    rule: "{}: {}, {}",
    changes: ["added", "changed", "removed"],
    fates: ["goes on as it began", "begins anew", "recomputed from the entry"],
    color: "{} → {}",
    colors: ["green", "yellow", "red", "none"],
    turns_red: [
        "turns red earlier",
        "turns red later",
        "turns red at some time, and did not before",
        "turns red no more",
    ],
    defect_unmapped: "stage {} is gone; say onto which stage its cases go",
    defect_unknown_from: "the earlier version has no stage {}",
    defect_unknown_to: "stage {} is mapped to {}, which the later version does not have",
    defect_outcome: "stage {} cannot be mapped to {}: an ordinary stage goes with an ordinary one, an outcome with one of the same meaning",
    defect_too_many: "{} rules change for cases under way, more than an adoption may name; publish the change in parts",
    defect_rule: "rule {} did not change between the two versions, or is in neither",
};

const RU: Words = Words {
    head: "Что будет: {} → {}, {}",
    counts: "Открытых интересов: {}; ничего не изменится: {}; закрытых, не рассмотрено: {}",
    nothing: "Ни с одним ничего не произойдёт.",
    defects: "Переход не подходит к этим двум версиям",
    version: "версия {} сценария {} ({})",
    limit: "срок этапа",
    overdue: "просрочено",
    by_hand: "поставлено вручную",
    enter: "для входа на этап {}",
    leave: "для выхода с этапа {}",
    group: '\u{a0}',
    sections: [
        "Не рассмотрены: других версий",
        "Не смогут перейти",
        "Окажутся на другом этапе",
        "Поля",
        "Другие требования",
        "Удержаны обязательной работой",
        "Путь к завершению",
        "Задачи и процессы",
        "Таймеры",
        "Триггеры",
        "Под изменёнными правилами",
        "Светофор",
    ],
    other_version: "{}",
    stranded: "этапа {} больше нет, или он стал завершением, а другой не назначен",
    stranded_on: "этап {} заменяется на {}, где они стоять не могут",
    refused: "отказ: {}",
    moved: "переведены соответствием этапов: {} → {}",
    onward: "сразу переведены триггерами: {} → {}",
    lacks_field: "не заполнено {}, теперь обязательно {}",
    field_unfit: "значение {} больше не подходит: {}",
    field_gone: "поле {} заполнено, но его больше нет",
    unmet: "теперь не выполнено: {}",
    move_condition: "не выполнено условие перехода на этап {}",
    hidden: "что-то, чего вам не видно ({})",
    debt_arises: "возникает долг: {}",
    debt_ends: "прекращается долг: {}",
    held_by_activity: "сначала сделать: {}",
    held_by_process: "сначала успешно завершить: {}",
    held_up: "могли идти вперёд, а теперь нет: {}",
    no_outcome: "могли перейти или закрыться, а теперь никак: {}",
    no_good_outcome: "больше нет пути к успешному завершению: {}",
    activity_planned: "ставится: {}",
    activity_ends: "прекращается: {}",
    activity_shifted: ["срок раньше: {}", "срок позже: {}"],
    process_starts: "запускается: {}",
    process_cancelled: "отменяется: {}",
    process_shifted: ["срок раньше: {}", "срок позже: {}"],
    timer_gained: "появляется: {}",
    timer_lost: "пропадает: {}",
    timer_shifted: ["раньше: {}", "позже: {}"],
    trigger_gained: "появляется: {}",
    trigger_lost: "пропадает: {}",
    trigger_fires: "срабатывает сразу: {}",
    wish_arises: "его переход задержан: {}",
    wish_lapses: "его задержанный переход отпадает: {}",
    rule: "{}: {}, {}",
    changes: ["добавлено", "изменено", "удалено"],
    fates: ["остаётся как было", "начинается заново", "пересчитывается от входа на этап"],
    color: "{} → {}",
    colors: ["зелёный", "жёлтый", "красный", "нет"],
    turns_red: [
        "станут красными раньше",
        "станут красными позже",
        "когда-нибудь станут красными, а раньше не стали бы",
        "больше не станут красными",
    ],
    defect_unmapped: "этапа {} больше нет; назовите этап, на который перейдут его интересы",
    defect_unknown_from: "в прежней версии нет этапа {}",
    defect_unknown_to: "этап {} заменяется на {}, которого в новой версии нет",
    defect_outcome: "этап {} нельзя заменить на {}: обычному соответствует обычный, завершению — завершение того же смысла",
    defect_too_many: "для текущих интересов меняется правил: {}, больше, чем можно назвать за один переход; опубликуйте правки по частям",
    defect_rule: "правило {} между версиями не менялось, или его нет ни в одной",
};

impl Words {
    /// The words in a language; in English where there are none.
    pub fn of(language: &str) -> &'static Self {
        if language.split(['-', '_']).next() == Some("ru") { &RU } else { &EN }
    }

    pub const fn section(&self, section: Section) -> &'static str {
        let [other, adopt, moved, fields, asked, held, outcomes, work, timers, triggers, rules, lights] =
            self.sections;
        match section {
            Section::NotLookedAt => other,
            Section::CannotAdopt => adopt,
            Section::Moved => moved,
            Section::Fields => fields,
            Section::Requirements => asked,
            Section::Held => held,
            Section::Outcomes => outcomes,
            Section::Work => work,
            Section::Timers => timers,
            Section::Triggers => triggers,
            Section::Rules => rules,
            Section::Lights => lights,
        }
    }

    /// The template of a line.
    pub fn line(&self, line: &Line) -> &'static str {
        let shifted = |[earlier, later]: [&'static str; 2], shift: Shift| match shift {
            Shift::Earlier => earlier,
            Shift::Later => later,
        };
        match line {
            Line::OtherVersion { .. } => self.other_version,
            Line::Stranded { stage, to } if stage == to => self.stranded,
            Line::Stranded { .. } => self.stranded_on,
            Line::Refused { .. } => self.refused,
            Line::Moved { .. } => self.moved,
            Line::Onward { .. } => self.onward,
            Line::LacksField { .. } => self.lacks_field,
            Line::FieldUnfit { .. } => self.field_unfit,
            Line::FieldGone { .. } => self.field_gone,
            Line::Unmet { .. } => self.unmet,
            Line::MoveCondition { .. } => self.move_condition,
            Line::Hidden { .. } => self.hidden,
            Line::DebtArises { .. } => self.debt_arises,
            Line::DebtEnds { .. } => self.debt_ends,
            Line::HeldByActivity { .. } => self.held_by_activity,
            Line::HeldByProcess { .. } => self.held_by_process,
            Line::HeldUp { .. } => self.held_up,
            Line::NoOutcome { .. } => self.no_outcome,
            Line::NoGoodOutcome { .. } => self.no_good_outcome,
            Line::ActivityPlanned { .. } => self.activity_planned,
            Line::ActivityEnds { .. } => self.activity_ends,
            Line::ActivityShifted { shift, .. } => shifted(self.activity_shifted, *shift),
            Line::ProcessStarts { .. } => self.process_starts,
            Line::ProcessCancelled { .. } => self.process_cancelled,
            Line::ProcessShifted { shift, .. } => shifted(self.process_shifted, *shift),
            Line::TimerGained { .. } => self.timer_gained,
            Line::TimerLost { .. } => self.timer_lost,
            Line::TimerShifted { shift, .. } => shifted(self.timer_shifted, *shift),
            Line::TriggerGained { .. } => self.trigger_gained,
            Line::TriggerLost { .. } => self.trigger_lost,
            Line::TriggerFires { .. } => self.trigger_fires,
            Line::WishArises { .. } => self.wish_arises,
            Line::WishLapses { .. } => self.wish_lapses,
            Line::Rule { .. } => self.rule,
            Line::Color { .. } => self.color,
            Line::TurnsRed { turn } => {
                let [earlier, later, newly, no_more] = self.turns_red;
                match turn {
                    Turn::Earlier => earlier,
                    Turn::Later => later,
                    Turn::Newly => newly,
                    Turn::NoMore => no_more,
                }
            }
        }
    }

    pub const fn change(&self, change: RuleChange) -> &'static str {
        let [added, changed, removed] = self.changes;
        match change {
            RuleChange::Added => added,
            RuleChange::Changed => changed,
            RuleChange::Removed => removed,
        }
    }

    pub const fn fate(&self, fate: RuleFate) -> &'static str {
        let [keep, restart, recompute] = self.fates;
        match fate {
            RuleFate::Keep => keep,
            RuleFate::Restart => restart,
            RuleFate::Recompute => recompute,
        }
    }

    pub const fn color(&self, color: Option<Color>) -> &'static str {
        let [green, yellow, red, none] = self.colors;
        match color {
            Some(Color::Green) => green,
            Some(Color::Yellow) => yellow,
            Some(Color::Red) => red,
            None => none,
        }
    }

    pub const fn defect(&self, defect: &AdoptionDefect) -> &'static str {
        match defect {
            AdoptionDefect::Unmapped { .. } => self.defect_unmapped,
            AdoptionDefect::UnknownFrom { .. } => self.defect_unknown_from,
            AdoptionDefect::UnknownTo { .. } => self.defect_unknown_to,
            AdoptionDefect::Outcome { .. } => self.defect_outcome,
            AdoptionDefect::Rule { .. } => self.defect_rule,
            AdoptionDefect::TooMany { .. } => self.defect_too_many,
        }
    }

    /// A count, its thousands apart.
    pub fn count(&self, count: u64) -> String {
        let digits = count.to_string();
        let mut out = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                out.push(self.group);
            }
            out.push(digit);
        }
        out
    }
}

/// A template with its parts filled in, in order.
pub(super) fn fill(template: &str, parts: &[String]) -> String {
    let mut out = String::new();
    let mut parts = parts.iter();
    for (place, piece) in template.split("{}").enumerate() {
        if place > 0 {
            out.push_str(parts.next().map_or("", String::as_str));
        }
        out.push_str(piece);
    }
    out
}
