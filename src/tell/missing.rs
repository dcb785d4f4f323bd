//! What is missing, told in a sentence: by its code, in the scenario's own words where it has some.

use super::catalog::Arg;
use super::speaker::Speaker;
use super::values::Measure;
use crate::Value;
use crate::case::{Missing, Rejection};
use crate::condition::{Cause, Truth};
use crate::scenario::def::FieldType;

/// One thing that is missing, in a sentence, in a language; without a scenario, so by names as they are.
#[must_use]
pub fn missing(missing: &Missing, language: &str) -> String {
    Speaker::bare(language).missing(missing)
}

impl Speaker<'_> {
    /// One thing that is missing, in a sentence.
    ///
    /// The scenario's own words come first, one for each finding; else the text of the code, or of what the
    /// code says is missing whichever rule asks it (`missing.field` for `V-M3-field`).
    #[must_use]
    pub fn missing(&self, it: &Missing) -> String {
        self.missing_lines(it).join("; ")
    }

    /// The same, with a line for each finding.
    fn missing_lines(&self, it: &Missing) -> Vec<String> {
        let what = it.code.splitn(3, '-').nth(2).unwrap_or_default();
        // A rule's condition that is unknown is told alike, whatever else the rule calls unknown.
        if it.args.contains_key("unknown") {
            return vec![self.part("missing.unknown", "unknown", self.unknown(it))];
        }
        // An activity has its title there, and a debt is told as what it is.
        if !it.say.is_empty() && !matches!(what, "activity" | "debt" | "hidden") {
            let own = self.condition_lines(it);
            if own.iter().any(|line| !line.is_empty()) {
                return own;
            }
        }
        if what == "condition" && !it.findings.is_empty() && self.find(&it.code, &[]).is_none() {
            let lines = self.condition_lines(it).into_iter();
            return lines.map(|line| self.part("missing.condition", "text", line)).collect();
        }
        let args = self.args(it, what);
        let mut codes = Vec::new();
        for base in [it.code.clone(), format!("missing.{what}")] {
            if let Some(state) = it.args.get("state").and_then(Value::as_text) {
                codes.push(format!("{base}.{state}"));
            }
            if let Some(form) = self.form(it) {
                codes.push(format!("{base}.{form}"));
            }
            codes.push(base);
        }
        let told = codes.iter().find_map(|code| self.find(code, &args));
        vec![told.unwrap_or_else(|| self.say(&it.code, &args))]
    }

    /// A refusal: everything that is missing, each once, and by which triggers it went in circles (T5).
    #[must_use]
    pub fn rejection(&self, rejection: &Rejection) -> Vec<String> {
        let mut told = self.all_missing(rejection.missing());
        if !rejection.chain().is_empty() {
            told.push(self.part("refused.chain", "chain", self.chain(rejection.chain())));
        }
        told
    }

    /// A refusal in one text.
    #[must_use]
    pub fn refusal(&self, rejection: &Rejection) -> String {
        self.rejection(rejection).join("; ")
    }

    /// Everything that is missing, each once.
    pub(super) fn all_missing(&self, missing: &[Missing]) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for line in missing.iter().flat_map(|it| self.missing_lines(it)) {
            if !told.contains(&line) {
                told.push(line);
            }
        }
        told
    }

    /// Triggers in the order in which they fired; of a long chain the beginning.
    pub(super) fn chain(&self, chain: &[String]) -> String {
        const SHOWN: usize = 8;
        let mut told: Vec<String> = chain.iter().take(SHOWN).map(|rule| self.trigger(rule)).collect();
        if let Some(more) = chain.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            told.push(self.part("draw.more", "n", more as u64));
        }
        told.join(" → ")
    }

    /// A line for each finding, each once: in the scenario's words, else in values; what is unknown always so.
    fn condition_lines(&self, it: &Missing) -> Vec<String> {
        let template = self.text(&it.say);
        if it.findings.is_empty() {
            return vec![self.filled_from_args(it, &template)];
        }
        let mut told: Vec<String> = Vec::new();
        for finding in &it.findings {
            let line = if template.is_empty() || finding.truth == Truth::Unknown {
                self.finding(finding)
            } else {
                finding.render_with(&template, |value| self.shown(finding, value))
            };
            if !told.contains(&line) {
                told.push(line);
            }
        }
        told
    }

    /// The words of a requirement over a field: `{left}` is its value, `{right}` what is asked.
    fn filled_from_args(&self, it: &Missing, template: &str) -> String {
        let field = it.args.get("field").and_then(Value::as_text).unwrap_or_default();
        let of = |name: &str| it.args.get(name).map(|value| self.value_of(field, value)).unwrap_or_default();
        let right = ["min", "max", "among", "pattern"].into_iter().find(|name| it.args.contains_key(*name));
        let mut told = template.replace("{{", "\u{1}").replace("}}", "\u{2}");
        for (name, value) in [("{left}", of("value")), ("{right}", right.map(of).unwrap_or_default())] {
            told = told.replace(name, &value);
        }
        told.replace('\u{1}', "{").replace('\u{2}', "}")
    }

    /// A condition without words of its own: in values, or as it is written.
    fn condition_text(&self, it: &Missing) -> Option<String> {
        if !it.findings.is_empty() {
            return Some(self.condition_lines(it).join("; "));
        }
        let condition = it.args.get("condition").and_then(Value::as_text)?;
        Some(self.part("missing.condition.bare", "condition", self.teller().condition(condition)))
    }

    /// What is unknown: by titles where the findings name it.
    fn unknown(&self, it: &Missing) -> String {
        let causes: Vec<Cause> = it.findings.iter().flat_map(|finding| finding.causes.clone()).collect();
        if !causes.is_empty() {
            return self.causes(&causes);
        }
        let names = it.args.get("unknown").and_then(Value::as_text).unwrap_or_default();
        self.clean(names)
    }

    /// Which form of a text fits: a length where a list or text is measured, bare without its main argument.
    fn form(&self, it: &Missing) -> Option<&'static str> {
        let value = it.args.get("value");
        let bound = it.args.get("min").or_else(|| it.args.get("max"));
        match (value, bound) {
            (Some(Value::List(_)), Some(_)) => return Some("list"),
            (Some(Value::Text(_)), Some(Value::Decimal(_))) if self.is_text(it) => return Some("text"),
            _ => {}
        }
        let main = match it.code.as_str() {
            "V-M1-stage" | "V-M10-visits" => "stage",
            "V-T5-endless" => "limit",
            "V-IN-type" => "value",
            "V-IN-key" => "keys",
            _ => return None,
        };
        let is_there = it.args.get(main).is_some_and(|value| !value.is_empty());
        (!is_there).then_some("bare")
    }

    /// Whether the field is a text, or the scenario that would say so is not at hand.
    fn is_text(&self, it: &Missing) -> bool {
        let field = it.args.get("field").and_then(Value::as_text);
        let known = field.and_then(|name| self.definition.fields.get(name));
        known.is_none_or(|field| field.kind == FieldType::Text)
    }

    /// The arguments as people read them: titles for names, values by their field.
    fn args(&self, it: &Missing, what: &str) -> Vec<(&'static str, Arg)> {
        let mut args: Vec<(&'static str, Arg)> = Vec::new();
        let field = it.args.get("field").and_then(Value::as_text).unwrap_or_default();
        for name in ARGS {
            let Some(value) = it.args.get(*name) else { continue };
            let text = value.as_text().unwrap_or_default();
            let teller = self.teller();
            let told: Arg = match *name {
                "field" => self.field(text).into(),
                "fact" => teller.fact(text).into(),
                "stage" | "from" | "to" if !text.is_empty() => teller.stage(text).into(),
                "reason" => teller.reason(text).into(),
                "role" => teller.party(text).into(),
                "process" => self.process(text).into(),
                "command" => self.command(text).into(),
                "activity" if what == "activity" && it.code == "V-M3-activity" => {
                    let kind = it.args.get("kind").and_then(Value::as_text).unwrap_or_default();
                    self.kind_and_title(kind, &it.say).into()
                }
                "activity" => self.activity(text).into(),
                "kind" => teller.kind(text).into(),
                "outcome" => self.quoted(text).into(),
                "item" | "group" => self.item(text).into(),
                "trigger" => self.trigger(text).into(),
                "timer" => self.timer(text).into(),
                "debt" | "part" => self.quoted(text).into(),
                "why" => teller.known("why", text).into(),
                "type" => teller.known("type", text).into(),
                "pattern" => format!("`{}`", self.clean(text)).into(),
                "condition" => teller.condition(text).into(),
                "due" => text.parse::<crate::Span>().map_or_else(|_| self.quoted(text).into(), Arg::from),
                "value" | "min" | "max" | "among" => self.bound(field, value).into(),
                _ => self.value(value, Measure::default()).into(),
            };
            args.push((name, told));
        }
        let count = match it.args.get("value") {
            Some(Value::List(items)) => Some(items.len()),
            Some(Value::Text(text)) => Some(text.chars().count()),
            _ => None,
        };
        args.extend(count.map(|n| ("n", Arg::from(n as u64))));
        let text = if what == "debt" { Some(self.owed(it)) } else { self.condition_text(it) };
        args.extend(text.map(|text| ("text", text.into())));
        args
    }

    /// A value or bound of a field; a bound on a length is a bare number.
    fn bound(&self, field: &str, value: &Value) -> String {
        let kind = self.definition.fields.get(field).map(|field| field.kind);
        match (kind, value) {
            // A bound stands in the file as a text.
            (Some(FieldType::Date), Value::Text(text)) => text
                .parse()
                .map_or_else(|_| self.quoted(text), |date| self.value_of(field, &Value::Date(date))),
            (Some(FieldType::Moment), Value::Text(text)) => {
                text.parse().map_or_else(|_| self.quoted(text), |moment| self.exact(moment))
            }
            (_, Value::Text(text)) => self.quoted(&self.shortened(text)),
            (_, value) => self.value_of(field, value),
        }
    }

    /// What a debt asks: in the scenario's words, or as the scenario asks it.
    ///
    /// Only from what is missing itself: the case's debt may hold values that are not for everybody (G2).
    fn owed(&self, it: &Missing) -> String {
        let rule = it.args.get("requirement").and_then(Value::as_text).unwrap_or_default();
        if !it.findings.is_empty() {
            return self.condition_lines(it).join("; ");
        }
        let own = self.text(&it.say);
        match self.requirement(rule) {
            Some(asked) if own.is_empty() || own.contains('{') => asked,
            Some(_) => own,
            // The title of an activity, and what else has its own name.
            None if own.is_empty() || rule.contains("/plan/") => self.item(rule),
            None => self.quoted(&own),
        }
    }
}

/// The arguments that the engine gives.
const ARGS: &[&str] = &[
    "activity",
    "among",
    "at",
    "case",
    "command",
    "condition",
    "debt",
    "due",
    "fact",
    "field",
    "format",
    "from",
    "group",
    "interaction",
    "item",
    "keys",
    "kind",
    "last",
    "limit",
    "line",
    "max",
    "min",
    "now",
    "outcome",
    "part",
    "pattern",
    "process",
    "reason",
    "requirement",
    "role",
    "scenario",
    "stage",
    "state",
    "timer",
    "to",
    "trigger",
    "type",
    "value",
    "why",
];
