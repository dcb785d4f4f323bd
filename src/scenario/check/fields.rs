//! Fields, facts, parties, and the fields that the scenario names for itself.

use super::at::At;
use super::checking::{Checking, shown};
use super::values::{Bound, bound, pattern_flaw};
use crate::calendar::Span;
use crate::scenario::def::{FactDef, FieldDef, FieldMoment, FieldType, RecordPart};
use std::collections::BTreeSet;

impl Checking<'_> {
    pub fn check_fields(&mut self) {
        let def = self.def;
        let at = At::root().key("fields");
        self.once_named("field", &at, def.fields.names());
        for (name, field) in def.fields.iter() {
            let at = at.key(name);
            self.name(&at, name);
            self.check_field(&at, field);
        }
    }

    /// A map keeps what stands twice in it when it is made by hand; files are refused when they are read.
    fn once_named<'n>(&mut self, what: &str, at: &At, names: impl Iterator<Item = &'n str>) {
        self.once(what, names.map(|name| (at.key(name), name.to_owned())).collect::<Vec<_>>());
    }

    fn check_field(&mut self, at: &At, field: &FieldDef) {
        match (field.kind, &field.currency) {
            (FieldType::Money, None) => {
                self.error_with(
                    "currency-missing",
                    at,
                    "money without a currency",
                    "add `\"currency\": \"EUR\"`",
                );
            }
            (FieldType::Money, Some(code)) => {
                if code.len() != 3 || !code.bytes().all(|letter| letter.is_ascii_uppercase()) {
                    let message = format!("`{}` is no currency", shown(code));
                    let help = "write its ISO 4217 code, such as `EUR`";
                    self.error_with("currency-invalid", &at.key("currency"), message, help);
                }
            }
            (_, Some(_)) => {
                let message = "only money has a currency";
                self.error_with("currency-not-here", &at.key("currency"), message, "make the type `money`");
            }
            (_, None) => {}
        }
        self.check_of(at, field);
        self.check_titles(&at.key("titles"), field);
        self.check_bounds(at, field.kind, field.min.as_ref(), field.max.as_ref());
        if let Some(pattern) = &field.pattern {
            self.check_pattern(&at.key("pattern"), field.kind, pattern);
        }
        if let Some(who) = &field.see {
            self.who(&at.key("see"), who);
        }
        if let Some(who) = &field.edit {
            self.who(&at.key("edit"), who);
        }
    }

    fn check_of(&mut self, field_at: &At, field: &FieldDef) {
        let at = field_at.key("of");
        let wrong = |this: &mut Self, message: &str, help: &str| {
            this.error_with("of-wrong", &at, message, help);
        };
        let list_help = "write a type, such as `\"text\"`, or the parts of a record: `{\"item\": \"text\"}`";
        match (field.kind, &field.of) {
            (FieldType::Choice, None) => {
                let help = "list them under `of`: `[\"prepayment\", \"deferral\"]`";
                self.error_with("of-missing", field_at, "a choice without values", help);
            }
            (FieldType::List, None) => {
                self.error_with("of-missing", field_at, "a list of what? `of` is missing", list_help);
            }
            (FieldType::Choice, Some(RecordPart::Values(values))) => {
                if values.is_empty() {
                    wrong(self, "a choice without values", "give at least one");
                }
                let mut seen = BTreeSet::new();
                for (index, value) in values.iter().enumerate() {
                    let value_at = at.index(index);
                    if value.is_empty() {
                        let help = "an empty text is the same as nothing chosen";
                        self.error_with("of-wrong", &value_at, "an empty value", help);
                    } else if !seen.insert(value) {
                        let message = format!("`{}` stands twice", shown(value));
                        self.error_with("of-wrong", &value_at, message, "leave one of them out");
                    }
                }
            }
            (FieldType::Choice, Some(_)) => {
                wrong(self, "a choice has a list of values", "write `[\"a\", \"b\"]`")
            }
            (FieldType::List, Some(RecordPart::Plain(plain))) => self.check_element(&at, *plain),
            (FieldType::List, Some(RecordPart::Parts(parts))) => {
                if parts.is_empty() {
                    wrong(self, "a record without parts", list_help);
                }
                self.once_named("part", &at, parts.names());
                for (name, kind) in parts.iter() {
                    let at = at.key(name);
                    self.name(&at, name);
                    self.check_element(&at, *kind);
                }
            }
            (FieldType::List, Some(RecordPart::Values(_))) => {
                wrong(self, "values under `of` are for a choice", list_help);
            }
            (_, Some(_)) => wrong(self, "`of` is for a choice or a list", "leave it out, or change the type"),
            (_, None) => {}
        }
    }

    /// The values of a choice have titles, and nothing else has.
    fn check_titles(&mut self, at: &At, field: &FieldDef) {
        let known: Vec<&str> = match &field.of {
            Some(RecordPart::Values(values)) => values.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        for value in field.titles.names() {
            if field.kind != FieldType::Choice {
                let help = "only the values of a choice have titles: leave it out";
                self.error_with("of-wrong", at, "titles of values on what is no choice", help);
                return;
            }
            if !known.contains(&value) {
                self.unknown("unknown-value", &at.key(value), "value", value, known.iter().copied());
            }
        }
    }

    fn check_element(&mut self, at: &At, kind: FieldType) {
        match kind {
            FieldType::List => {
                self.error_with("of-wrong", at, "a list in a list", "give the inner list a field of its own");
            }
            FieldType::Choice => {
                let help = "its values cannot be said here: write `text`";
                self.error_with("of-wrong", at, "a choice in a list", help);
            }
            _ => {}
        }
    }

    /// `min` and `max` of a field, or of a requirement on one.
    pub fn check_bounds(
        &mut self,
        at: &At,
        kind: FieldType,
        min: Option<&crate::Value>,
        max: Option<&crate::Value>,
    ) {
        let mut read = |key: &str, value: Option<&crate::Value>| -> Option<Bound> {
            let value = value?;
            match bound(kind, value) {
                Ok(bound) => Some(bound),
                Err(wanted) => {
                    let message = format!("`{key}` cannot be {}", shown(&value.to_string()));
                    self.error_with("min-max-wrong", &at.key(key), message, wanted);
                    None
                }
            }
        };
        let (low, high) = (read("min", min), read("max", max));
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            self.error("min-above-max", &at.key("min"), "`min` is greater than `max`: no value will do");
        }
    }

    pub fn check_pattern(&mut self, at: &At, kind: FieldType, pattern: &str) {
        if !matches!(kind, FieldType::Text | FieldType::Reference | FieldType::File) {
            let help = "only a text, a reference or a file has one";
            self.error_with("pattern-not-here", at, "a pattern for what is no text", help);
        } else if let Some((code, message)) = pattern_flaw(pattern) {
            self.error(code, at, message);
        }
    }

    pub fn check_facts(&mut self) {
        let def = self.def;
        let at = At::root().key("facts");
        self.once_named("fact", &at, def.facts.names());
        for (name, fact) in def.facts.iter() {
            let at = at.key(name);
            self.name(&at, name);
            self.check_fact(&at, fact);
        }
        for (name, _) in def.fact_groups.iter() {
            self.id(&At::root().key("fact_groups").key(name), name);
        }
    }

    fn check_fact(&mut self, at: &At, fact: &FactDef) {
        let def = self.def;
        if fact.kind == FieldType::List {
            let help = "make it keyed: `\"by\": [\"item\"]`, one value for each key";
            self.error_with("fact-list", &at.key("type"), "a fact cannot be a list", help);
        }
        let keys = at.key("by");
        for (index, key) in fact.by.iter().enumerate() {
            self.name(&keys.index(index), key);
        }
        self.once("key", fact.by.iter().enumerate().map(|(index, key)| (keys.index(index), key.clone())));
        if let Some(group) = &fact.group
            && !def.fact_groups.is_empty()
            && def.fact_groups.get(group).is_none()
        {
            self.unknown(
                "unknown-fact-group",
                &at.key("group"),
                "fact group",
                group,
                def.fact_groups.names(),
            );
        }
        if let Some(fresh) = &fact.fresh
            && (fresh.is_working() || *fresh == Span::EndOfToday)
        {
            let message = format!("an age is not told in working time: `{fresh}`");
            self.error_with("span-not-here", &at.key("fresh"), message, "write minutes, hours or days");
        }
        if let Some(who) = &fact.see {
            self.who(&at.key("see"), who);
        }
    }

    pub fn check_parties(&mut self) {
        let def = self.def;
        let at = At::root().key("parties");
        self.once_named("party", &at, def.parties.names());
        for role in def.parties.names() {
            self.name(&at.key(role), role);
        }
    }

    /// `value`, `expected`, `deadline`, `product` and `region`.
    pub fn check_named_fields(&mut self) {
        use FieldType::{Choice, Date, Decimal, List, Moment, Money, Number, Reference, Text};
        let def = self.def;
        for (key, name, fit, wanted) in [
            ("value", &def.value, &[Money, Decimal, Number][..], "a money, decimal or number field"),
            ("expected", &def.expected, &[Date, Moment], "a date or moment field"),
            ("deadline", &def.deadline, &[Date, Moment], "a date or moment field"),
            ("product", &def.product, &[Text, Choice, Reference, List], "a text, choice, reference or list"),
            ("region", &def.region, &[Text, Choice, Reference, List], "a text, choice, reference or list"),
        ] {
            let Some(name) = name else { continue };
            let at = At::root().key(key);
            if let Some(field) = self.field(&at, name)
                && !fit.contains(&field.kind)
            {
                self.error_with(
                    "field-type",
                    &at,
                    format!("`{name}` cannot be the `{key}`"),
                    format!("name {wanted}"),
                );
            }
        }
    }

    /// A moment that is taken from a field (T8).
    pub fn check_field_moment(&mut self, at: &At, moment: &FieldMoment) {
        let field_at = at.key("field");
        if let Some(field) = self.field(&field_at, &moment.field) {
            match field.kind {
                FieldType::Date => {}
                FieldType::Moment => {
                    if moment.at.is_some() {
                        let message = format!("`{}` is a moment and has its hour", moment.field);
                        self.error_with("hour-not-here", &at.key("at"), message, "`at` goes with a date");
                    }
                }
                _ => {
                    let message = format!("`{}` holds no date and no moment", moment.field);
                    self.error_with("field-type", &field_at, message, "name a date or moment field");
                }
            }
        }
        if moment.before.is_some() && moment.after.is_some() {
            self.error_with("before-and-after", at, "both `before` and `after`", "leave one of them out");
        }
        if let Some(span) = &moment.before {
            let back = match span {
                Span::Minutes(_) | Span::Hours(_) | Span::Days(_) | Span::Weeks(_) => true,
                Span::WorkingDays { by_close, .. } => !by_close,
                _ => false,
            };
            if !back {
                let message = format!("`{span}` cannot be counted backwards");
                let help = "write minutes, hours, days, weeks or working days";
                self.error_with("span-not-here", &at.key("before"), message, help);
            }
        }
        if let Some(span) = &moment.after {
            self.check_length(&at.key("after"), span);
        }
    }

    /// A span that must be a length of time, and not a time of the day.
    pub fn check_length(&mut self, at: &At, span: &Span) {
        if matches!(span, Span::EndOfToday | Span::EndOfWorkingDay) {
            let help = "write how long: `2 working days`, `3 days`, `4 working hours`";
            self.error_with("span-not-here", at, format!("`{span}` is no length of time"), help);
        }
    }

    /// A limit: a length of time that is not over at once.
    pub fn check_limit(&mut self, at: &At, span: &Span) {
        self.check_length(at, span);
        let none = match *span {
            Span::WorkingMinutes(n) | Span::WorkingHours(n) | Span::Minutes(n) => n == 0,
            Span::Hours(n) | Span::Days(n) | Span::Weeks(n) => n == 0,
            _ => false,
        };
        if none {
            self.error_with("span-zero", at, format!("`{span}` is over at once"), "give it some time");
        }
    }
}
