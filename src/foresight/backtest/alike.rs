//! Whether two events are the same but for what a version of a scenario stamps on them.

use crate::case::{Activity, Closing, Event, Opened, Reason, ScenarioRef, Visit, VisitEnd};
use crate::scenario::def::Text;

/// Whether the events of an entry are the same.
///
/// Texts for people, a stage's place in the order, and which version it was are no difference: the case goes the same way
/// with them. Ids count, since what follows names them.
pub(super) fn all(recorded: &[Event], draft: &[Event]) -> bool {
    recorded.len() == draft.len() && recorded.iter().zip(draft).all(|(one, other)| both(one, other))
}

/// The place of the first event that differs.
pub(super) fn first_difference<'e>(recorded: &'e [Event], draft: &'e [Event]) -> Option<&'e Event> {
    let place = recorded.iter().zip(draft).take_while(|(one, other)| both(one, other)).count();
    recorded.get(place).or_else(|| draft.get(place))
}

fn both(one: &Event, other: &Event) -> bool {
    if one == other {
        return true;
    }
    match (one, other) {
        (Event::Opened(one), Event::Opened(other)) => opened(one) == opened(other),
        (Event::Entered(one), Event::Entered(other)) => visit(one) == visit(other),
        (Event::Left(one), Event::Left(other)) | (Event::Imported(one), Event::Imported(other)) => {
            visit_end(one) == visit_end(other)
        }
        (Event::Planned(one), Event::Planned(other)) => activity(one) == activity(other),
        (Event::Closed(one), Event::Closed(other)) => closing(one) == closing(other),
        (
            Event::Corrected { reason: one, comment },
            Event::Corrected { reason: other, comment: other_comment },
        ) => comment == other_comment && reason(one) == reason(other),
        _ => false,
    }
}

fn opened(it: &Opened) -> Opened {
    let scenario = ScenarioRef { version: 0, hash: String::new(), ..it.scenario.clone() };
    Opened { scenario, template: None, ..it.clone() }
}

fn visit(it: &Visit) -> Visit {
    Visit { label: Text::default(), order: 0, ..it.clone() }
}

fn visit_end(it: &VisitEnd) -> VisitEnd {
    VisitEnd { label: Text::default(), order: 0, ..it.clone() }
}

fn activity(it: &Activity) -> Activity {
    let mut plain = Activity { script: Text::default(), ..it.clone() };
    // What a person planned has its title from them.
    if it.rule.is_some() {
        plain.title = Text::default();
    }
    plain
}

fn closing(it: &Closing) -> Closing {
    Closing { reason: it.reason.as_ref().map(reason), ..it.clone() }
}

fn reason(it: &Reason) -> Reason {
    Reason { title: Text::default(), ..it.clone() }
}
