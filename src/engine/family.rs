//! A case among those that it opened and that opened it: what they have of it, and what becomes of it when the case
//! that started it needs it no more (P2, P5).

use super::door::field_value;
use super::work::{Done, Work};
use crate::case::{CloseInput, LinkKind, Missing, Opening, Origin};
use crate::scenario::def::{FieldType, Kind, StageOutcome};
use crate::scenario::model::Stage;
use crate::{Moment, Value};

impl Work<'_> {
    /// What a case that this one opens has of it.
    pub fn origin(&self, due: Option<Moment>) -> Box<Origin> {
        let case = &self.case;
        Box::new(Origin {
            title: case.title.clone(),
            channel: case.channel.clone(),
            responsible: case.responsible.clone(),
            team: case.team.clone(),
            parties: case.parties.clone(),
            due,
            depth: case.depth.saturating_add(1),
            take: Vec::new(),
        })
    }

    /// The fields that the other case gave, as a rule sets them: no right to edit is asked. What does not fit is told,
    /// since it is a mistake in one of the two scenarios.
    pub fn fields_given(&mut self, opening: &Opening, origin: &Origin, missing: &mut Vec<Missing>) {
        let s = self.s;
        for (name, value) in &opening.fields {
            let Some(def) = s.field(name) else {
                missing.push(Missing::new("V-IN-field").arg("field", name.as_str()));
                continue;
            };
            match value.as_ref().map(|value| field_value(s, name, def, value)).transpose() {
                Ok(value) => self.set(name, value.flatten(), None),
                Err(unfit) => missing.push(unfit),
            }
        }
        if let (Some(field), Some(due)) = (&s.def.deadline, origin.due)
            && !self.case.fields.contains_key(field)
        {
            let value = match s.def.fields.get(field).map(|def| def.kind) {
                Some(FieldType::Moment) => Some(Value::Moment(due)),
                // Due at the first instant of a day is due by the end of the day before it (A1).
                Some(FieldType::Date) => Some(Value::Date(self.calendar.local_date(due.plus_millis(-1)))),
                _ => None,
            };
            self.set(field, value, None);
        }
    }

    /// The case that started this one needs it no more: it closes on the outcome that the scenario names for that, as
    /// the scenario (G3), whatever is drawn. Who started it knows already, and is not told.
    pub fn cancel_by_parent(&mut self, parent: &str, why: Option<&str>) -> Done {
        self.report()?;
        // Nothing else is closed by this door, past its rights, its moves and its reasons.
        if self.case.links.get(parent) != Some(&LinkKind::ChildOf) || self.s.def.kind != Kind::Process {
            return Err(Missing::new("V-P5-no-parent").arg("case", parent).into());
        }
        if !self.case.is_open() {
            return Ok(());
        }
        let Some(stage) = self.s.cancelled_stage() else {
            return Err(Missing::new("V-P5-no-outcome").into());
        };
        let comment = why.map(str::to_owned);
        let input = CloseInput { stage: stage.id.clone(), comment, ..CloseInput::default() };
        self.as_scenario = true;
        self.close_untold(stage, &input, String::new());
        self.as_scenario = false;
        Ok(())
    }
}

impl crate::Scenario {
    /// Where a case closes that is cancelled from above: as the scenario says, else on its first outcome that is void
    /// or no good result.
    pub(crate) fn cancelled_stage(&self) -> Option<&Stage> {
        let named = self.def.cancelled.as_deref().and_then(|id| self.stage_named(id));
        let bad =
            |stage: &&Stage| matches!(stage.outcome, Some(StageOutcome::Void | StageOutcome::BadResult));
        named.or_else(|| self.stages.iter().find(bad))
    }
}
