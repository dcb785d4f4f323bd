//! Findings in words: what a condition found, and what it asks.

use super::catalog::Arg;
use super::speaker::Speaker;
use super::values::Measure;
use crate::Value;
use crate::condition::{Cause, Evaluated, Finding, Operator, Side, Truth, keyed_name};

impl Speaker<'_> {
    /// What keeps a condition from holding: "Amount is 900 RUB, must be at least 1000 RUB".
    #[must_use]
    pub fn finding(&self, finding: &Finding) -> String {
        if finding.truth == Truth::Unknown {
            return self.part("missing.unknown", "unknown", self.causes(&finding.causes));
        }
        if let (Operator::Exists | Operator::All, Some(count)) = (finding.operator, finding.count) {
            let code = if finding.operator == Operator::All { "finding.each" } else { "finding.none" };
            let args = [
                ("n", Arg::from(count as u64)),
                ("name", self.side(&finding.left).into()),
                ("condition", self.teller().condition(&finding.text).into()),
            ];
            return self.with_elements(self.say(code, &args), finding);
        }
        let flipped = finding.left.literal
            && finding.right.as_ref().is_some_and(|right| !right.literal)
            && is_comparison(finding.operator);
        let (subject, object) = match &finding.right {
            Some(right) if flipped => (right, Some(&finding.left)),
            right => (&finding.left, right.as_ref()),
        };
        // What one side is counted in, the other is too.
        let measure = [Some(subject), object].into_iter().flatten().find_map(|side| self.side_measure(side));
        let measure = measure.unwrap_or_default();
        let demand = self.demand(finding, object, measure, flipped);
        let name = if subject.literal { self.shortened(&subject.text) } else { self.side(subject) };
        let args = [
            ("name", name.into()),
            ("value", self.evaluated(&subject.value, measure).into()),
            ("demand", demand.into()),
        ];
        let line = self.say(if subject.literal { "finding.literal" } else { "finding.line" }, &args);
        self.with_elements(line, finding)
    }

    fn demand(
        &self,
        finding: &Finding,
        object: Option<&Side>,
        measure: Measure<'_>,
        flipped: bool,
    ) -> String {
        use Operator as O;
        // Read from the right, and under `!`, comparisons turn round.
        let operator = match (finding.operator, flipped) {
            (O::Less, true) => O::More,
            (O::AtMost, true) => O::AtLeast,
            (O::More, true) => O::Less,
            (O::AtLeast, true) => O::AtMost,
            (operator, _) => operator,
        };
        let nothing = object.is_some_and(|it| it.literal && it.value == Evaluated::Empty);
        let code = match (operator, finding.negated) {
            (O::Equal, false) | (O::Unequal, true) if nothing => "demand.empty",
            (O::Unequal, false) | (O::Equal, true) if nothing => "demand.filled",
            (O::Equal, false) | (O::Unequal, true) => "demand.equal",
            (O::Unequal, false) | (O::Equal, true) => "demand.unequal",
            (O::Less, false) | (O::AtLeast, true) => "demand.less",
            (O::AtMost, false) | (O::More, true) => "demand.at_most",
            (O::More, false) | (O::AtMost, true) => "demand.more",
            (O::AtLeast, false) | (O::Less, true) => "demand.at_least",
            (O::In, false) => "demand.in",
            (O::In, true) => "demand.not_in",
            (O::StartsWith, false) => "demand.starts",
            (O::StartsWith, true) => "demand.not_starts",
            (O::EndsWith, false) => "demand.ends",
            (O::EndsWith, true) => "demand.not_ends",
            (O::Contains, false) => "demand.contains",
            (O::Contains, true) => "demand.not_contains",
            (O::Matches, false) => "demand.matches",
            (O::Matches, true) => "demand.not_matches",
            (O::Has, false) => "demand.filled",
            (O::Has, true) => "demand.empty",
            (_, negated) => {
                let right = self.say(if negated { "value.no" } else { "value.yes" }, &[]);
                return self.part("demand.equal", "right", right);
            }
        };
        let right = object.map_or(String::new(), |object| match &object.value {
            Evaluated::Empty => self.part("demand.nothing", "name", self.side(object)),
            value => self.evaluated(value, measure),
        });
        self.part(code, "right", right)
    }

    /// What a condition gave, as people write it.
    pub(super) fn evaluated(&self, value: &Evaluated, measure: Measure<'_>) -> String {
        match value {
            Evaluated::Value(value) => self.value(value, measure),
            Evaluated::Span(millis) => self.duration(*millis),
            Evaluated::Empty => self.say("value.empty", &[]),
            Evaluated::Unknown(_) => self.say("value.unknown", &[]),
        }
    }

    /// What of a finding's values are told in: by what their side reads.
    pub(super) fn shown(&self, finding: &Finding, value: &Evaluated) -> String {
        let sides = || [Some(&finding.left), finding.right.as_ref()].into_iter().flatten();
        let is_side = sides().any(|side| side.value == *value);
        let measure = if is_side { sides().find_map(|side| self.side_measure(side)) } else { None };
        match value {
            Evaluated::Empty => String::new(),
            Evaluated::Unknown(_) => "?".to_owned(),
            value => self.evaluated(value, measure.unwrap_or_default()),
        }
    }

    /// The name of one side: a title, or the text as it is written.
    fn side(&self, side: &Side) -> String {
        match side.reads.last() {
            Some(read) if side.name == keyed_name(&read.path, &read.key) => self.read(&read.path, &read.key),
            _ => self.teller().expression(&side.text),
        }
    }

    fn side_measure(&self, side: &Side) -> Option<Measure<'_>> {
        let read = side.reads.last().filter(|read| side.name == keyed_name(&read.path, &read.key))?;
        let (_, name) = read.path.split_once('.')?;
        Some(self.measure(name))
    }

    /// The title of what was read, with its key.
    pub(super) fn read(&self, path: &str, key: &[Value]) -> String {
        let (group, name) = path.split_once('.').unwrap_or(("", path));
        let teller = self.teller();
        let name = match group {
            "fields" => {
                let title = self.definition.fields.get(name).map(|field| teller.plain(&field.title, name));
                title.unwrap_or_else(|| self.clean(name))
            }
            "facts" => {
                let title = self.definition.facts.get(name).map(|fact| teller.plain(&fact.title, name));
                title.unwrap_or_else(|| self.clean(name))
            }
            "documents" => teller.document_path(name).unwrap_or_else(|| self.clean(name)),
            _ => self.find(&format!("path.{path}"), &[]).unwrap_or_else(|| self.clean(path)),
        };
        self.with_key(name, key)
    }

    /// A name with the key by which it is read.
    pub(super) fn with_key(&self, name: String, key: &[Value]) -> String {
        if key.is_empty() {
            return name;
        }
        let keys: Vec<String> = key.iter().map(|it| self.value(it, Measure::default())).collect();
        self.say("value.keyed", &[("name", name.into()), ("keys", keys.join(", ").into())])
    }

    /// What is unknown, each once.
    pub(super) fn causes(&self, causes: &[Cause]) -> String {
        let mut told: Vec<String> = Vec::new();
        for cause in causes {
            let written = |code: &str, text: &str| {
                self.part(code, "text", format!("`{}`", self.clean(text).replace('`', "'")))
            };
            let cause = match cause {
                Cause::Value { path, key, .. } => self.read(path, key),
                Cause::DivisionByZero { text } => written("cause.division_by_zero", text),
                Cause::Overflow { text } => written("cause.overflow", text),
                Cause::NotWholeDays { text } => written("cause.not_whole_days", text),
                Cause::WrongType { text } => written("cause.wrong_type", text),
                Cause::TooMuchWork => self.say("cause.too_much_work", &[]),
            };
            if !told.contains(&cause) {
                told.push(cause);
            }
        }
        told.join("; ")
    }

    fn with_elements(&self, line: String, finding: &Finding) -> String {
        // A keyed name says already which element it is.
        let mut reads = finding.left.reads.iter().chain(finding.right.iter().flat_map(|right| &right.reads));
        if finding.elements.is_empty() || reads.any(|read| !read.key.is_empty()) {
            return line;
        }
        let told = finding.elements.iter().map(|element| match &element.value {
            value @ Evaluated::Value(Value::Record(_)) => self.evaluated(value, Measure::default()),
            value => format!("{}: {}", self.clean(&element.name), self.evaluated(value, Measure::default())),
        });
        format!("{line} ({})", told.collect::<Vec<_>>().join(", "))
    }
}

const fn is_comparison(operator: Operator) -> bool {
    use Operator as O;
    matches!(operator, O::Equal | O::Unequal | O::Less | O::AtMost | O::More | O::AtLeast)
}
