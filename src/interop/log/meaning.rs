//! What an event means to a case by the simple form: which inputs it is.

use super::{Activity, LogEvent, LogTrace, Mapping};
use crate::case::{Case, CloseInput, Fields, Input, MoveInput, Opening};
use crate::scenario::Scenario;
use crate::scenario::def::StageOutcome;
use crate::{Value, interop::log::numbers};

/// What is done for one event, in order.
#[derive(Debug, Default)]
pub(super) struct Meant {
    pub inputs: Vec<Input>,
    /// Words for a reason that the mapping does not know.
    pub unknown_reason: Option<String>,
}

impl Mapping {
    /// The inputs of an activity of the simple form; none of them where it changes nothing.
    pub(super) fn meant(
        &self,
        scenario: &Scenario,
        trace: &LogTrace,
        event: &LogEvent,
        case: Option<&Case>,
    ) -> Option<Meant> {
        let reader = Reader { mapping: self, scenario, trace, event };
        Some(match self.activities.get(&event.activity)? {
            Activity::Ignore => Meant::default(),
            Activity::Stage(stage) => reader.stage(stage, case),
            Activity::Outcome { outcome, stage, reason } => {
                let stage = stage.clone().unwrap_or_else(|| outcome_stage(scenario, *outcome));
                reader.outcome(&stage, *outcome, reason.as_deref(), case)
            }
        })
    }
}

/// The scenario's first stage of an outcome; a name that is refused as such where it has none.
fn outcome_stage(scenario: &Scenario, outcome: StageOutcome) -> String {
    let stages = &scenario.definition().stages;
    let found = stages.iter().find(|stage| stage.outcome == Some(outcome));
    found.map_or_else(|| outcome_id(outcome).to_owned(), |stage| stage.id.clone())
}

/// What an outcome's stage is called where nothing else is said.
pub(super) const fn outcome_id(outcome: StageOutcome) -> &'static str {
    match outcome {
        StageOutcome::Won => "won",
        StageOutcome::Lost => "lost",
        StageOutcome::Void => "void",
        StageOutcome::Result => "result",
        StageOutcome::BadResult => "bad_result",
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    mapping: &'a Mapping,
    scenario: &'a Scenario,
    trace: &'a LogTrace,
    event: &'a LogEvent,
}

impl Reader<'_> {
    fn stage(self, stage: &str, case: Option<&Case>) -> Meant {
        let Some(case) = case else {
            return Meant { inputs: vec![self.opening(Some(stage.to_owned()))], unknown_reason: None };
        };
        let fields = self.changed(case);
        let mut inputs = Vec::new();
        if !case.is_open() {
            inputs.push(Input::Reopen { stage: Some(stage.to_owned()), fields, r#override: None });
        } else if case.visit.stage != stage {
            inputs.push(Input::Move(MoveInput { to: stage.to_owned(), fields, r#override: None }));
        } else if !fields.is_empty() {
            inputs.push(Input::Set { fields });
        }
        inputs.extend(self.handing_over(case));
        Meant { inputs, unknown_reason: None }
    }

    fn outcome(self, stage: &str, outcome: StageOutcome, reason: Option<&str>, case: Option<&Case>) -> Meant {
        let (reason, comment, unknown_reason) = match outcome {
            StageOutcome::Lost | StageOutcome::Void => self.reason(reason),
            _ => (None, self.text(self.mapping.columns.comment.as_deref()), None),
        };
        let mut inputs = Vec::new();
        let mut fields = Fields::new();
        match case {
            None => inputs.push(self.opening(None)),
            Some(case) => {
                fields = self.changed(case);
                if let Some(closing) = case.closing.as_ref().filter(|_| !case.is_open()) {
                    if closing.stage == stage {
                        let had = closing.reason.as_ref().map(|it| it.id.as_str());
                        // An empty cell says nothing against a reason that is known.
                        let states = self.states_reason() || had.is_none();
                        if let Some(reason) = reason.filter(|it| states && Some(it.as_str()) != had) {
                            inputs.push(Input::CorrectReason { reason, comment });
                        }
                        if !fields.is_empty() {
                            inputs.push(Input::Set { fields });
                        }
                        inputs.extend(self.handing_over(case));
                        return Meant { inputs, unknown_reason };
                    }
                    inputs.push(Input::Reopen { stage: None, fields: Fields::new(), r#override: None });
                }
                inputs.extend(self.handing_over(case));
            }
        }
        let stage = stage.to_owned();
        inputs.push(Input::Close(CloseInput { stage, reason, comment, fields, r#override: None }));
        Meant { inputs, unknown_reason }
    }

    /// The reason, the comment, and the log's own words for a reason where nothing is said of them.
    fn reason(self, usual: Option<&str>) -> (Option<String>, Option<String>, Option<String>) {
        let columns = &self.mapping.columns;
        let comment = self.text(columns.comment.as_deref());
        let usual = usual.map(str::to_owned);
        let Some(words) = self.text(columns.reason.as_deref()) else { return (usual, comment, None) };
        if let Some(known) = self.mapping.reasons.get(&words) {
            return (Some(known.clone()), comment, None);
        }
        if self.scenario.definition().reasons.get(&words).is_some() {
            return (Some(words), comment, None);
        }
        // The words are not lost with the reason that they could not be.
        (usual, comment.or_else(|| Some(words.clone())), Some(words))
    }

    /// Whether the event itself says why: in the column of reasons, or by its name where there is no such column.
    fn states_reason(self) -> bool {
        let column = self.mapping.columns.reason.as_deref();
        let Some(words) = self.text(column) else { return column.is_none() };
        self.mapping.reasons.get(&words).is_some() || self.scenario.definition().reasons.get(&words).is_some()
    }

    fn opening(self, stage: Option<String>) -> Input {
        let columns = &self.mapping.columns;
        let mut fields = Fields::new();
        for (field, from) in self.mapping.fields.iter() {
            let of_events = || self.trace.events.iter().any(|it| it.attributes.contains_key(&from.column));
            let own = self.event.attributes.get(&from.column);
            // What the log only says later was not known at the beginning.
            let value = own.or_else(|| self.trace.attributes.get(&from.column).filter(|_| !of_events()));
            if let Some(value) = value {
                fields.insert(field.to_owned(), Some(self.value(field, value)));
            }
        }
        Input::Open(Box::new(Opening {
            stage,
            title: self.first(columns.title.as_deref()),
            channel: self.first(columns.channel.as_deref()),
            responsible: self.first(columns.responsible.as_deref()),
            team: self.first(columns.team.as_deref()),
            fields,
            ..Opening::default()
        }))
    }

    /// The fields that this event has otherwise than the case.
    fn changed(self, case: &Case) -> Fields {
        let mut fields = Fields::new();
        for (field, from) in self.mapping.fields.iter() {
            let Some(value) = self.event.attributes.get(&from.column) else { continue };
            let value = self.value(field, value);
            if case.fields.get(field) != Some(&value) {
                fields.insert(field.to_owned(), Some(value));
            }
        }
        fields
    }

    /// That the case is somebody else's now.
    fn handing_over(self, case: &Case) -> Option<Input> {
        let columns = &self.mapping.columns;
        let to = self.text(columns.responsible.as_deref()).filter(|it| case.responsible.as_ref() != Some(it));
        let team = self.text(columns.team.as_deref()).filter(|it| case.team.as_ref() != Some(it));
        if to.is_none() && team.is_none() {
            return None;
        }
        let to = to.or_else(|| case.responsible.clone());
        Some(Input::HandOver { to, team, keep_activities: false })
    }

    /// A value in the form of its field's type, where its text can be one; what cannot, the scenario refuses in words.
    fn value(self, field: &str, value: &Value) -> Value {
        let kind = self.scenario.definition().fields.get(field).map(|it| it.kind);
        match (value, kind) {
            (Value::Text(text), Some(kind)) => numbers::value(self.mapping, kind, text),
            _ => value.clone(),
        }
    }

    /// What this event says in a column.
    fn text(self, column: Option<&str>) -> Option<String> {
        self.event.attributes.get(column?).filter(|it| !it.is_empty()).map(ToString::to_string)
    }

    /// What this event says in a column, or the trace, or the first event that says it.
    fn first(self, column: Option<&str>) -> Option<String> {
        let name = column?;
        let later = || self.trace.events.iter().find_map(|it| it.attributes.get(name));
        let found = self.trace.attributes.get(name).or_else(later);
        self.text(column).or_else(|| found.filter(|it| !it.is_empty()).map(ToString::to_string))
    }
}
