//! Intake rules (I2, I3, I5).

use super::at::At;
use super::checking::{Checking, shown};
use super::values::pattern_flaw;
use crate::condition::{Options, Program, Type};
use crate::scenario::def::{ByContact, IntakeDef, ReopenDef, ResponsibleDef};
use crate::scenario::intake::{InquiryNames, given_type, is_form_type};

/// The most of each sort of rule, and the most persons of one.
const MAX_RULES: usize = 100;
const MAX_PERSONS: usize = 1_000;

impl<'a> Checking<'a> {
    pub fn check_intake(&mut self) {
        let def = self.def;
        let Some(intake) = &def.intake else { return };
        let at = At::root().key("intake");
        let names = InquiryNames::of(intake);
        self.check_form(&at.key("form"), intake);
        self.inquiry(&names, &at.key("when"), intake.when.as_ref(), Some(Type::Bool));
        self.inquiry(&names, &at.key("title"), intake.title.as_ref(), Some(Type::Text));
        self.inquiry(&names, &at.key("team"), intake.team.as_ref(), Some(Type::Text));
        if let Some(region) = &intake.region
            && !(region.len() == 2 && region.bytes().all(|it| it.is_ascii_uppercase()))
        {
            let help = "write the two capital letters of ISO 3166, such as `RU`";
            let message = format!("`{}` is no region", shown(region));
            self.error_with("region-wrong", &at.key("region"), message, help);
        }
        for (what, count) in [
            ("ignore", intake.ignore.len()),
            ("documents", intake.documents.len()),
            ("responsible", intake.responsible.len()),
            ("give", intake.give.len()),
            ("form", intake.form.len()),
            ("answers", intake.answers.len()),
        ] {
            if count > MAX_RULES {
                let message = format!("{count} rules, {MAX_RULES} are allowed");
                self.error("too-many", &at.key(what), message);
            }
        }
        let ignore = at.key("ignore");
        for (index, rule) in intake.ignore.iter().enumerate().take(MAX_RULES) {
            let at = ignore.index(index);
            self.id(&at.key("id"), &rule.id);
            self.inquiry(&names, &at.key("when"), Some(&rule.when), Some(Type::Bool));
        }
        let ids = intake.ignore.iter().enumerate();
        self.once(
            "intake rule",
            ids.map(|(index, rule)| (ignore.index(index).key("id"), rule.id.clone())).collect::<Vec<_>>(),
        );
        let documents = at.key("documents");
        for (index, it) in intake.documents.iter().enumerate().take(MAX_RULES) {
            self.check_document_pattern(&documents.index(index).key("pattern"), &it.pattern);
        }
        self.check_by_contact(&at.key("by_contact"), intake);
        if let Some(reopen) = &intake.reopen {
            self.check_reopen_rule(&at.key("reopen"), reopen);
        }
        for (channel, kinds) in intake.answers.iter() {
            let at = at.key("answers").key(channel);
            for (index, kind) in kinds.iter().enumerate() {
                self.kind(&at.index(index), kind);
            }
        }
        for (field, expression) in intake.give.iter() {
            let at = at.key("give").key(field);
            if self.field(&at, field).is_some() {
                let expect = given_type(def, field);
                self.inquiry(&names, &at, Some(expression), expect);
            }
        }
        if let Some(role) = &intake.party
            && def.parties.get(role).is_none()
        {
            let known: Vec<&str> = def.parties.names().collect();
            self.unknown("unknown-party", &at.key("party"), "party", role, known);
        }
        self.check_responsible(&at.key("responsible"), &names, &intake.responsible);
    }

    /// A condition or an expression over an inquiry.
    fn inquiry(&mut self, names: &InquiryNames, at: &At, text: Option<&String>, expect: Option<Type>) {
        let Some(text) = text.filter(|_| !self.is_full()) else { return };
        if let Err(errors) =
            Program::compile(text, &names.declarations, &Options { may_use_now: true, expect })
        {
            for error in errors {
                self.condition_error(at, text, &error);
            }
        }
    }

    fn check_form(&mut self, at: &At, intake: &IntakeDef) {
        let names: Vec<(At, String)> =
            intake.form.names().map(|name| (at.key(name), name.to_owned())).collect();
        for (at, name) in &names {
            self.name(at, name);
        }
        self.once("part of the form", names);
        for (name, kind) in intake.form.iter() {
            if !is_form_type(*kind) {
                let help = "give it the type of its elements: a form brings single values";
                self.error_with("form-type-wrong", &at.key(name), "a form brings no lists", help);
            }
        }
    }

    fn check_document_pattern(&mut self, at: &At, pattern: &str) {
        if let Some((code, message)) = pattern_flaw(pattern) {
            self.error_with(code, at, message, "see the syntax of the crate `regex`");
            return;
        }
        let groups =
            regex_lite::Regex::new(pattern).map_or(0, |regex| regex.captures_len().saturating_sub(1));
        if groups != 1 {
            let help = "put the number in round brackets, and any others as `(?:…)`: `invoice №?(\\d+)`";
            let message = format!("the pattern has {groups} groups, and one must catch the number");
            self.error_with("pattern-groups", at, message, help);
        }
    }

    fn check_by_contact(&mut self, at: &At, intake: &IntakeDef) {
        let mut new = false;
        for (index, way) in intake.by_contact.iter().enumerate() {
            if new {
                let help = "`new` settles it: leave out what stands after it";
                self.lint("by-contact-not-reached", &at.index(index), "it is never tried", help);
                break;
            }
            new = *way == ByContact::New;
        }
    }

    fn check_reopen_rule(&mut self, at: &At, reopen: &ReopenDef) {
        if let Some(stage) = &reopen.stage {
            let at = at.key("stage");
            if let Some((_, target)) = self.stage(&at, stage)
                && target.outcome.is_some()
            {
                let message =
                    format!("`{}` is an outcome, and a case is reopened at an ordinary stage", shown(stage));
                self.error_with("reopen-to-outcome", &at, message, "name an ordinary stage");
            }
        }
        let def = self.def;
        for (index, outcome) in reopen.outcomes.iter().enumerate() {
            if !def.stages.iter().any(|stage| stage.outcome.as_ref() == Some(outcome)) {
                let help = "leave it out, or add a stage with that outcome";
                let message = "no stage has this outcome".to_owned();
                self.error_with("outcome-without-stage", &at.key("outcomes").index(index), message, help);
            }
        }
    }

    fn check_responsible(&mut self, at: &At, names: &InquiryNames, rules: &'a [ResponsibleDef]) {
        let mut turns = Vec::new();
        for (index, rule) in rules.iter().enumerate().take(MAX_RULES) {
            let at = at.index(index);
            if let Some(id) = &rule.id {
                self.id(&at.key("id"), id);
            }
            if rule.ways() != 1 {
                let help = "name one of `person`, `by`, `employee`, `in_turn`, `least_load`";
                let message = format!("{} ways of finding who is responsible, one is needed", rule.ways());
                self.error_with("responsible-wrong", &at, message, help);
            }
            self.inquiry(names, &at.key("when"), rule.when.as_ref(), Some(Type::Bool));
            self.inquiry(names, &at.key("by"), rule.by.as_ref(), Some(Type::Text));
            for (key, persons) in [("in_turn", &rule.in_turn), ("least_load", &rule.least_load)] {
                if persons.len() > MAX_PERSONS {
                    let message = format!("{} persons, {MAX_PERSONS} are allowed", persons.len());
                    self.error("too-many", &at.key(key), message);
                }
                let ids = persons.iter().enumerate().take(MAX_PERSONS);
                self.once(
                    "person",
                    ids.map(|(index, it)| (at.key(key).index(index), it.clone())).collect::<Vec<_>>(),
                );
            }
            if !rule.in_turn.is_empty() {
                turns.push((at.key("in_turn"), rule.turn().to_owned()));
            }
        }
        self.once("rule in turn", turns);
    }
}
