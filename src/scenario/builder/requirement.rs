//! Building requirements.

use crate::Value;
use crate::calendar::Span;
use crate::scenario::def::{Need, RequirementDef, Text};

impl RequirementDef {
    /// Gives it an id of its own.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Makes it count only while a condition holds.
    pub fn when(mut self, condition: impl Into<String>) -> Self {
        self.when = Some(condition.into());
        self
    }

    /// Makes it bind as long as the case stands on the stage (M13).
    pub fn keep(mut self) -> Self {
        self.keep = true;
        self
    }

    /// Sets its own text for people.
    pub fn or_say(mut self, text: impl Into<Text>) -> Self {
        self.or_say = text.into();
        self
    }

    /// Sets by when a debt that passes over it must be met (M11).
    pub fn deadline(mut self, deadline: Span) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the smallest value; it goes with a field, and changes nothing of another requirement.
    pub fn min(mut self, value: impl Into<Value>) -> Self {
        if let Need::Field { min, .. } = &mut self.need {
            *min = Some(value.into());
        }
        self
    }

    /// Sets the largest value; it goes with a field, and changes nothing of another requirement.
    pub fn max(mut self, value: impl Into<Value>) -> Self {
        if let Need::Field { max, .. } = &mut self.need {
            *max = Some(value.into());
        }
        self
    }

    /// Sets a pattern; it goes with a field, and changes nothing of another requirement.
    pub fn pattern(mut self, expression: impl Into<String>) -> Self {
        if let Need::Field { pattern, .. } = &mut self.need {
            *pattern = Some(expression.into());
        }
        self
    }

    /// Sets the values that will do; it goes with a field, and changes nothing of another requirement.
    pub fn among<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        if let Need::Field { among, .. } = &mut self.need {
            *among = values.into_iter().map(Into::into).collect();
        }
        self
    }
}
