//! Where a log does not go by its scenario: which event, and why it was refused.

use crate::Moment;
use crate::case::Rejection;
use crate::scenario::Scenario;
use crate::tell::Speaker;
use serde::Serialize;

/// An event of a log that the scenario refuses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deviation {
    /// The case.
    pub case: String,
    /// The number of the event in its trace, from 1, in the order of the log.
    pub event: usize,
    /// The activity.
    pub activity: String,
    /// When it happened.
    pub at: Moment,
    /// Why it does not fit.
    pub why: Why,
    /// What became of it in the journal.
    pub followed: Followed,
}

/// Why an event does not fit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// The scenario refuses its input.
    Refused(Rejection),
    /// It stands before any event that opens the case.
    OpensNothing,
    /// It opens the case again.
    OpensAgain,
    /// The mapping has no input for it.
    Unmapped {
        /// On a closed case.
        closed: bool,
    },
}

/// What became of an event that the scenario refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Followed {
    /// It was stepped all the same, by an override (M11): what was asked became a debt, a move that is not drawn was
    /// made.
    PassedOver,
    /// The same, without the values or the reason that the scenario does not take.
    InPart,
    /// It is not in the journal.
    LeftOut,
}

/// A trace of which no journal was made, or only the beginning of one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refused {
    /// The case.
    pub case: String,
    /// The event on which it failed; none where the trace has no event that could have opened it.
    pub deviation: Option<Deviation>,
}

impl Why {
    /// The stable code of the first thing that is wrong.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(rejection) => rejection.code(),
            Self::OpensNothing => "opens-nothing",
            Self::OpensAgain => "opens-again",
            Self::Unmapped { closed: false } => "unmapped",
            Self::Unmapped { closed: true } => "unmapped-closed",
        }
    }
}

impl Deviation {
    /// Why it does not fit, in words: of the scenario's refusal with its titles. English and Russian.
    #[must_use]
    pub fn why_told(&self, scenario: &Scenario, language: &str) -> String {
        let words = Words::of(language);
        match &self.why {
            Why::Refused(rejection) => Speaker::new(scenario, language).refusal(rejection),
            Why::OpensNothing => words.opens_nothing.to_owned(),
            Why::OpensAgain => words.opens_again.to_owned(),
            Why::Unmapped { closed: false } => words.unmapped.to_owned(),
            Why::Unmapped { closed: true } => words.unmapped_closed.to_owned(),
        }
    }

    /// The case, the event, why it does not fit, and what became of it, in words.
    #[must_use]
    pub fn told(&self, scenario: &Scenario, language: &str) -> String {
        let words = Words::of(language);
        let followed = self.followed.told(language);
        let why = self.why_told(scenario, language);
        format!(
            "{}, {} {} ({}): {why} — {followed}",
            clean(&self.case),
            words.event,
            self.event,
            clean(&self.activity)
        )
    }
}

impl Followed {
    /// In words.
    #[must_use]
    pub fn told(self, language: &str) -> &'static str {
        let words = Words::of(language);
        match self {
            Self::PassedOver => words.passed_over,
            Self::InPart => words.in_part,
            Self::LeftOut => words.left_out,
        }
    }
}

impl Refused {
    /// The case and why there is no journal of it, in words.
    #[must_use]
    pub fn told(&self, scenario: &Scenario, language: &str) -> String {
        let words = Words::of(language);
        let case = clean(&self.case);
        let Some(it) = &self.deviation else { return format!("{case}: {}", words.nothing) };
        let (activity, why) = (clean(&it.activity), it.why_told(scenario, language));
        match (&it.why, language) {
            (Why::Refused(_), _) => format!("{case}, {} {} ({activity}): {why}", words.event, it.event),
            (Why::OpensNothing, "en") => format!("{case}: `{activity}` opens no case"),
            (Why::OpensAgain, "en") => format!("trace {case}: `{activity}` opens the case again"),
            (Why::Unmapped { closed }, "en") => {
                let on = if *closed { "on a closed case" } else { "on an open case" };
                format!("trace {case}: the mapping has no input for `{activity}` {on}")
            }
            _ => format!("{case}, {} {} ({activity}): {why}", words.event, it.event),
        }
    }
}

/// A text of the log in one line, without what would move a terminal's cursor.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).take(200).collect()
}

/// The words in one language.
pub(super) struct Words {
    event: &'static str,
    opens_nothing: &'static str,
    opens_again: &'static str,
    unmapped: &'static str,
    unmapped_closed: &'static str,
    passed_over: &'static str,
    in_part: &'static str,
    left_out: &'static str,
    nothing: &'static str,
    pub traces: &'static str,
    pub journals: &'static str,
    pub entries: &'static str,
    pub fits: &'static str,
    pub deviations: &'static str,
    pub refused: &'static str,
    pub unknown: &'static str,
    pub unknown_reasons: &'static str,
    pub example: &'static str,
    pub more: &'static str,
}

static EN: Words = Words {
    event: "event",
    opens_nothing: "it opens no case, and none is open yet",
    opens_again: "it opens the case again",
    unmapped: "the mapping has no input for it on an open case",
    unmapped_closed: "the mapping has no input for it on a closed case",
    passed_over: "passed over",
    in_part: "passed over, without what does not fit",
    left_out: "left out",
    nothing: "no event opens it",
    traces: "traces",
    journals: "journals",
    entries: "entries",
    fits: "All events fit the scenario.",
    deviations: "Events that the scenario refuses",
    refused: "Traces left out",
    unknown: "Activities of which the mapping says nothing",
    unknown_reasons: "Reasons of which the mapping says nothing",
    example: "for example",
    more: "more",
};

static RU: Words = Words {
    event: "событие",
    opens_nothing: "оно не открывает интерес, а открытого ещё нет",
    opens_again: "оно открывает интерес ещё раз",
    unmapped: "в разметке нет действия для него по открытому интересу",
    unmapped_closed: "в разметке нет действия для него по закрытому интересу",
    passed_over: "проведено в обход",
    in_part: "проведено в обход, без того, что не подходит",
    left_out: "пропущено",
    nothing: "ни одно событие его не открывает",
    traces: "следов",
    journals: "журналов",
    entries: "записей",
    fits: "Все события подходят сценарию.",
    deviations: "События, которым сценарий отказывает",
    refused: "Следы, которые не вошли",
    unknown: "Действия, о которых в разметке ничего не сказано",
    unknown_reasons: "Причины, о которых в разметке ничего не сказано",
    example: "например",
    more: "ещё",
};

impl Words {
    pub fn of(language: &str) -> &'static Self {
        match language.split(['-', '_']).next() {
            Some("ru") => &RU,
            _ => &EN,
        }
    }
}
