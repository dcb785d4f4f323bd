//! The intake rules of a scenario, compiled (I2, I3, I5), and the names that they read.

use super::compile::Compiler;
use super::def::{Definition, FieldType, IntakeDef, ResponsibleDef};
use super::names::{field_type, plain_type};
use crate::condition::{Declarations, Options, Program, Type};
use crate::source::Defect;
use regex_lite::Regex;

/// What stands behind a name of an intake rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InquiryName {
    Channel,
    Direction,
    Id,
    Result,
    Line,
    Employee,
    Subject,
    Text,
    /// The first contact key.
    Contact,
    /// All of them.
    Contacts,
    /// The name that came with the first one.
    Name,
    /// The host's reference of whose contact key it is.
    Party,
    At,
    /// In seconds.
    Duration,
    Attachments,
    Documents,
    /// Whether it answers something.
    Answers,
    /// A part of the form, by its place in the declaration.
    Form(usize),
}

/// The names that intake rules read: `inquiry.…`, and what stands behind each, by slot.
#[derive(Debug, Clone)]
pub(crate) struct InquiryNames {
    pub declarations: Declarations,
    pub meanings: Vec<InquiryName>,
}

impl InquiryNames {
    pub fn of(def: &IntakeDef) -> Self {
        let texts = || Type::List(Box::new(Type::Text));
        let mut names = Self { declarations: Declarations::new(), meanings: Vec::new() };
        for (name, ty, meaning) in [
            ("channel", Type::Text, InquiryName::Channel),
            ("direction", Type::Text, InquiryName::Direction),
            ("id", Type::Text, InquiryName::Id),
            ("result", Type::Text, InquiryName::Result),
            ("line", Type::Text, InquiryName::Line),
            ("employee", Type::Text, InquiryName::Employee),
            ("subject", Type::Text, InquiryName::Subject),
            ("text", Type::Text, InquiryName::Text),
            ("contact", Type::Text, InquiryName::Contact),
            ("contacts", texts(), InquiryName::Contacts),
            ("name", Type::Text, InquiryName::Name),
            ("party", Type::Text, InquiryName::Party),
            ("at", Type::Moment, InquiryName::At),
            ("duration", Type::Decimal, InquiryName::Duration),
            ("attachments", Type::Decimal, InquiryName::Attachments),
            ("documents", texts(), InquiryName::Documents),
            ("answers", Type::Bool, InquiryName::Answers),
        ] {
            names.add(name, ty, meaning);
        }
        for (position, (name, kind)) in def.form.iter().enumerate() {
            names.add(&format!("form.{name}"), plain_type(*kind), InquiryName::Form(position));
        }
        names
    }

    fn add(&mut self, name: &str, ty: Type, meaning: InquiryName) {
        self.declarations.declare(&format!("inquiry.{name}"), ty);
        self.meanings.push(meaning);
    }
}

/// The type that an expression for a field must have; a list cannot be given.
pub(crate) fn given_type(def: &Definition, field: &str) -> Option<Type> {
    field_type(def, field)
}

/// The types that a form's parts can have.
pub(crate) const fn is_form_type(kind: FieldType) -> bool {
    !matches!(kind, FieldType::List)
}

/// The intake rules of a scenario, as they are run.
/// What finds the number of a document in a line.
#[derive(Debug, Clone)]
pub(crate) struct NumberPattern {
    pub pattern: Regex,
    /// The kind of the document; none for an id that the case has elsewhere.
    pub kind: Option<String>,
    /// Whether no line without a digit can match, so that such need not be searched.
    needs_digit: bool,
}

impl NumberPattern {
    /// Whether a line is worth searching.
    pub fn may_match(&self, line: &str) -> bool {
        !self.needs_digit || line.bytes().any(|byte| byte.is_ascii_digit())
    }
}

/// Whether whatever a pattern matches has a digit in it: its group stands in every match, and holds one always. What
/// is not plain to see counts as no.
fn needs_digit(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let at = |place: usize| bytes.get(place).copied().unwrap_or_default();
    let (mut depth, mut place, mut group) = (0_u32, 0, None);
    while place < bytes.len() {
        match at(place) {
            b'\\' => place += 1,
            b'[' => match pattern.get(place..).and_then(|rest| rest.find(']')) {
                Some(length) => place += length,
                None => return false,
            },
            b'|' if depth == 0 => return false,
            b'(' if depth == 0 && at(place + 1) != b'?' => {
                let Some(length) = pattern.get(place..).and_then(|rest| rest.find(')')) else { return false };
                group = pattern.get(place + 1..place + length);
                place += length;
                if matches!(at(place + 1), b'?' | b'*' | b'{') {
                    return false;
                }
            }
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        place += 1;
    }
    let Some(group) = group else { return false };
    let plain = !group.contains(['(', '|', '*', '?']) && !group.contains("{0") && !group.contains("[^");
    plain && (group.contains("\\d") || group.contains("[0-9]"))
}

#[derive(Debug, Clone)]
pub(crate) struct IntakeRules {
    pub def: IntakeDef,
    pub names: InquiryNames,
    pub when: Option<Program>,
    pub ignore: Vec<Program>,
    pub documents: Vec<NumberPattern>,
    pub give: Vec<(String, Program)>,
    pub title: Option<Program>,
    pub responsible: Vec<Responsible>,
    pub team: Option<Program>,
    /// Whether some rule reads the text: it is long, and is copied only where it is read.
    pub reads_text: bool,
}

/// A rule for who becomes responsible.
#[derive(Debug, Clone)]
pub(crate) struct Responsible {
    pub def: ResponsibleDef,
    pub when: Option<Program>,
    pub by: Option<Program>,
}

impl Compiler<'_> {
    /// The rules, of a definition that `check` found no defect in.
    pub(super) fn intake(&mut self) -> Option<IntakeRules> {
        let def = self.def.intake.as_ref()?;
        let names = InquiryNames::of(def);
        let mut reads_text = false;
        let mut program = |compiler: &mut Self, text: &str, expect: Option<Type>| {
            let options = Options { may_use_now: true, expect };
            match Program::compile(text, &names.declarations, &options) {
                Ok(program) => {
                    let meaning = |slot: &crate::condition::Slot| names.meanings.get(slot.0 as usize);
                    reads_text |=
                        program.slots().iter().any(|slot| meaning(slot) == Some(&InquiryName::Text));
                    Some(program)
                }
                Err(errors) => {
                    let first = errors.first().map_or("", |error| error.message());
                    compiler.defects.push(Defect::error(
                        "condition",
                        "/intake",
                        format!("`{text}`: {first}"),
                    ));
                    None
                }
            }
        };
        let mut condition = |compiler: &mut Self, text: Option<&String>| {
            text.and_then(|text| program(compiler, text, Some(Type::Bool)))
        };
        let when = condition(self, def.when.as_ref());
        let ignore = def.ignore.iter().filter_map(|rule| condition(self, Some(&rule.when))).collect();
        let conditions: Vec<_> =
            def.responsible.iter().map(|rule| condition(self, rule.when.as_ref())).collect();
        let responsible = def
            .responsible
            .iter()
            .zip(conditions)
            .map(|(rule, when)| Responsible {
                by: rule.by.as_ref().and_then(|text| program(self, text, Some(Type::Text))),
                when,
                def: rule.clone(),
            })
            .collect();
        let give = def
            .give
            .iter()
            .filter_map(|(field, text)| {
                let expect = given_type(self.def, field);
                Some((field.to_owned(), program(self, text, expect)?))
            })
            .collect();
        let title = def.title.as_ref().and_then(|text| program(self, text, Some(Type::Text)));
        let team = def.team.as_ref().and_then(|text| program(self, text, Some(Type::Text)));
        let documents = def
            .documents
            .iter()
            .filter_map(|it| match Regex::new(&it.pattern) {
                Ok(pattern) => {
                    let needs_digit = needs_digit(&it.pattern);
                    Some(NumberPattern { pattern, kind: it.document.clone(), needs_digit })
                }
                Err(error) => {
                    let message = format!("`{}`: {error}", it.pattern);
                    self.defects.push(Defect::error("pattern", "/intake/documents", message));
                    None
                }
            })
            .collect();
        Some(IntakeRules {
            when,
            ignore,
            documents,
            give,
            title,
            responsible,
            team,
            reads_text,
            names,
            def: def.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::needs_digit;

    #[test]
    fn i2_a_pattern_that_catches_digits_needs_one() {
        for yes in [
            r"order (\d+)",
            r"(?i)(?:order|заказ[а-я]*)\s*(?:no\.?|№|#)?\s*(\d{3,})",
            r"№([A-Z]\d+)",
            r"#([0-9]{2})",
            r"\(x\)(\d)",
        ] {
            assert!(needs_digit(yes), "{yes}");
        }
        for no in [
            r"order (\w+)",
            r"a(\d+)?",
            r"a(\d*)",
            r"(\d+)|none",
            r"(\d|x)",
            r"(?:a(\d+))?",
            r"a(\d{0,3})",
            "(",
            "[",
            r"([\d]?)",
        ] {
            assert!(!needs_digit(no), "{no}");
        }
    }
}
