//! The catalogue: texts for people by code, with named arguments, in any number of languages.

use super::{en, en_case, en_events, en_intake, ru, ru_case, ru_events, ru_intake};
use crate::Value;
use crate::calendar::Span;
use crate::scenario::def::Text;
use chrono::Datelike;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The number of the plural form that a number takes in a language, from 0.
pub type Plural = fn(u64) -> usize;

/// An argument of a text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Arg {
    /// A text that stands as it is.
    Text(String),
    /// A text of a scenario, which may be in several languages.
    Titled(Text),
    /// A number that can choose a plural form.
    Number(u64),
    /// A length of time, told in the language.
    Span(Span),
    /// A value of a field or fact.
    Value(Value),
    /// Several, parted by commas.
    List(Vec<Arg>),
}

/// Texts by language and code.
///
/// A text is a template: `{name}` stands for an argument, `{n:hour|hours}` for the plural form that the
/// number `n` takes, `{due:after}` for a span in a form of its own (`span.hours.after`), `{{` and `}}` for
/// braces. A placeholder that names no argument stays as it stands. A language that is not there is looked
/// up without its region (`ru-RU` as `ru`), then English is taken; a code that is nowhere is told by itself
/// with its arguments, so that nothing is ever lost.
///
/// ```
/// use voronka::tell::{Arg, Catalog};
/// fn german(n: u64) -> usize {
///     usize::from(n != 1)
/// }
/// let catalog = Catalog::default().with_language("de", german, [("span.days", "{n} {n:Tag|Tage}")]);
/// let days = |n| Arg::from(voronka::Span::Days(n)).told(&catalog, "de");
/// assert_eq!((days(1), days(3)), ("1 Tag".to_owned(), "3 Tage".to_owned()));
/// ```
#[derive(Debug, Clone)]
pub struct Catalog {
    languages: BTreeMap<String, Language>,
}

/// The built-in texts: of scenarios, and of cases.
const EN: &[&[(&str, &str)]] = &[en::TEXTS, en_case::TEXTS, en_events::TEXTS, en_intake::TEXTS];
const RU: &[&[(&str, &str)]] = &[ru::TEXTS, ru_case::TEXTS, ru_events::TEXTS, ru_intake::TEXTS];

#[derive(Debug, Clone)]
struct Language {
    plural: Plural,
    texts: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
}

impl Default for Catalog {
    /// English and Russian.
    fn default() -> Self {
        let built_in = |plural, texts: &[&[(&'static str, &'static str)]]| {
            let texts = texts.iter().copied().flatten();
            let texts = texts.map(|(code, text)| (Cow::Borrowed(*code), Cow::Borrowed(*text))).collect();
            Language { plural, texts }
        };
        let languages = BTreeMap::from([
            ("en".to_owned(), built_in(english, EN)),
            ("ru".to_owned(), built_in(russian, RU)),
        ]);
        Self { languages }
    }
}

/// One thing; several.
fn english(n: u64) -> usize {
    usize::from(n != 1)
}

/// 1, 21, 31 …; 2 to 4, 22 to 24 …; all others.
fn russian(n: u64) -> usize {
    match (n % 10, n % 100) {
        (1, hundred) if hundred != 11 => 0,
        (2..=4, hundred) if !(12..=14).contains(&hundred) => 1,
        _ => 2,
    }
}

impl Catalog {
    /// Adds a language, or texts to one that there is; later texts replace earlier ones.
    #[must_use]
    pub fn with_language<C: Into<String>, T: Into<String>>(
        mut self,
        language: &str,
        plural: Plural,
        texts: impl IntoIterator<Item = (C, T)>,
    ) -> Self {
        let texts = texts.into_iter().map(|(code, text)| (code.into().into(), text.into().into()));
        let known = self.languages.entry(language.to_owned());
        let entry = known.or_insert_with(|| Language { plural, texts: BTreeMap::new() });
        entry.plural = plural;
        entry.texts.extend(texts);
        self
    }

    /// Adds texts to a language that there is, and keeps its plural forms: the titles of a scenario's roles
    /// (`role.head`), say. A language that is not there begins with English plural forms.
    #[must_use]
    pub fn with_texts<C: Into<String>, T: Into<String>>(
        self,
        language: &str,
        texts: impl IntoIterator<Item = (C, T)>,
    ) -> Self {
        let plural = self.languages.get(language).map_or(english as Plural, |known| known.plural);
        self.with_language(language, plural, texts)
    }

    /// The codes that are told in a language, in ascending order.
    pub fn codes(&self, language: &str) -> impl Iterator<Item = &str> {
        self.languages.get(language).into_iter().flat_map(|known| known.texts.keys().map(AsRef::as_ref))
    }

    /// The template behind a code, in exactly this language.
    #[must_use]
    pub fn template(&self, language: &str, code: &str) -> Option<&str> {
        Some(self.languages.get(language)?.texts.get(code)?)
    }

    /// The language that is meant by a name: itself, or itself without the region, or English.
    #[must_use]
    pub fn meant<'a>(&self, language: &'a str) -> &'a str {
        let short = language.split(['-', '_']).next().unwrap_or(language);
        [language, short].into_iter().find(|name| self.languages.contains_key(*name)).unwrap_or("en")
    }

    /// The text of a code with its arguments.
    #[must_use]
    pub fn say(&self, language: &str, code: &str, args: &[(&str, Arg)]) -> String {
        self.find(language, code, args).unwrap_or_else(|| {
            let args: Vec<String> =
                args.iter().map(|(name, arg)| format!("{name}: {}", arg.told(self, language))).collect();
            if args.is_empty() { code.to_owned() } else { format!("{code} ({})", args.join(", ")) }
        })
    }

    /// The text of a code, or nothing where no language has it.
    #[must_use]
    pub fn find(&self, language: &str, code: &str, args: &[(&str, Arg)]) -> Option<String> {
        [self.meant(language), "en"].into_iter().find_map(|name| {
            let known = self.languages.get(name)?;
            let template = known.texts.get(code)?;
            Some(self.fill(name, known.plural, template, args))
        })
    }

    fn fill(&self, language: &str, plural: Plural, template: &str, args: &[(&str, Arg)]) -> String {
        let mut out = String::new();
        for piece in pieces(template) {
            let told = match piece {
                Piece::Plain(text) => Cow::Borrowed(text),
                Piece::Named { name, form, whole } => {
                    args.iter().find(|(known, _)| *known == name).map_or(Cow::Borrowed(whole), |(_, arg)| {
                        Cow::Owned(arg.told_as(self, language, plural, form))
                    })
                }
            };
            out.push_str(&told);
        }
        out
    }
}

/// One part of a template.
enum Piece<'a> {
    Plain(&'a str),
    Named { name: &'a str, form: &'a str, whole: &'a str },
}

fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        found.push(Piece::Plain(before));
        if let Some(after) = tail.strip_prefix("{{") {
            found.push(Piece::Plain("{"));
            rest = after;
        } else if let Some(after) = tail.strip_prefix("}}") {
            found.push(Piece::Plain("}"));
            rest = after;
        } else if let Some((inner, after)) = tail.strip_prefix('{').and_then(|tail| tail.split_once('}')) {
            let (name, form) = inner.split_once(':').unwrap_or((inner, ""));
            let whole = tail.get(..inner.len() + 2).unwrap_or(inner);
            found.push(Piece::Named { name, form, whole });
            rest = after;
        } else {
            found.push(Piece::Plain(tail));
            rest = "";
        }
    }
    found.push(Piece::Plain(rest));
    found
}

/// The names of a template's arguments, each once, in ascending order; for tests of translations.
#[must_use]
pub fn placeholders(template: &str) -> Vec<&str> {
    let mut names: Vec<&str> = pieces(template)
        .into_iter()
        .filter_map(|piece| if let Piece::Named { name, .. } = piece { Some(name) } else { None })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl Arg {
    /// This argument told by itself.
    #[must_use]
    pub fn told(&self, catalog: &Catalog, language: &str) -> String {
        self.told_as(catalog, language, english, "")
    }

    fn told_as(&self, catalog: &Catalog, language: &str, plural: Plural, form: &str) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Titled(text) => text.get(language).to_owned(),
            Self::Number(number) if form.is_empty() => number.to_string(),
            Self::Number(number) => {
                let wanted = form.split('|').nth(plural(*number));
                wanted.or(form.split('|').next_back()).unwrap_or_default().to_owned()
            }
            Self::Span(span) => tell_span(catalog, language, *span, form),
            Self::Value(value) => tell_value(catalog, language, value),
            Self::List(args) => {
                let told: Vec<String> = args.iter().map(|arg| arg.told(catalog, language)).collect();
                told.join(", ")
            }
        }
    }
}

fn tell_span(catalog: &Catalog, language: &str, span: Span, form: &str) -> String {
    let (unit, number) = match span {
        Span::WorkingMinutes(n) => ("working_minutes", n),
        Span::WorkingHours(n) => ("working_hours", n),
        Span::WorkingDays { days, by_close: false } => ("working_days", days),
        Span::WorkingDays { days, by_close: true } => ("working_days_by_close", days),
        Span::Minutes(n) => ("minutes", n),
        Span::Hours(n) => ("hours", n),
        Span::Days(n) => ("days", n),
        Span::Weeks(n) => ("weeks", n),
        Span::EndOfToday => ("end_of_today", 0),
        Span::EndOfWorkingDay => ("end_of_working_day", 0),
    };
    let args = [("n", Arg::Number(number.into()))];
    let dot = if form.is_empty() { "" } else { "." };
    let with_form = catalog.find(language, &format!("span.{unit}{dot}{form}"), &args);
    with_form.unwrap_or_else(|| catalog.say(language, &format!("span.{unit}"), &args))
}

/// Digits with the language's decimal point, and in groups of three where there are more than four.
pub(super) fn tell_number(catalog: &Catalog, language: &str, digits: &str) -> String {
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(w, d)| (w, Some(d)));
    let count = whole.chars().filter(char::is_ascii_digit).count();
    let mut out = String::new();
    let mut left = count;
    for c in whole.chars() {
        if c.is_ascii_digit() {
            if count > 4 && left < count && left % 3 == 0 {
                out.push_str(&catalog.say(language, "value.group", &[]));
            }
            left -= 1;
        }
        out.push(c);
    }
    if let Some(decimals) = decimals {
        out.push_str(&catalog.say(language, "value.point", &[]));
        out.push_str(decimals);
    }
    out
}

fn tell_value(catalog: &Catalog, language: &str, value: &Value) -> String {
    match value {
        Value::Bool(true) => catalog.say(language, "value.yes", &[]),
        Value::Bool(false) => catalog.say(language, "value.no", &[]),
        Value::Decimal(decimal) => tell_number(catalog, language, &decimal.to_string()),
        Value::Date(date) => {
            let two = |n: u32| Arg::Text(format!("{n:02}"));
            let year = Arg::Text(format!("{:04}", date.year()));
            let args = [("year", year), ("month", two(date.month())), ("day", two(date.day()))];
            catalog.say(language, "value.date", &args)
        }
        Value::List(items) => {
            let told: Vec<String> = items.iter().map(|item| tell_value(catalog, language, item)).collect();
            told.join(", ")
        }
        other => other.to_string(),
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&Text> for Arg {
    fn from(text: &Text) -> Self {
        Self::Titled(text.clone())
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Span> for Arg {
    fn from(span: Span) -> Self {
        Self::Span(span)
    }
}

impl From<&Value> for Arg {
    fn from(value: &Value) -> Self {
        Self::Value(value.clone())
    }
}

impl From<Vec<Arg>> for Arg {
    fn from(args: Vec<Arg>) -> Self {
        Self::List(args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_codes_with_the_same_placeholders() {
        let catalog = Catalog::default();
        let (en, ru): (Vec<&str>, Vec<&str>) = (catalog.codes("en").collect(), catalog.codes("ru").collect());
        assert_eq!(en, ru);
        for (texts, tables) in [(&en, EN), (&ru, RU)] {
            assert_eq!(texts.len(), tables.iter().map(|it| it.len()).sum::<usize>(), "a code stands twice");
        }
        for code in en {
            let of = |language| placeholders(catalog.template(language, code).unwrap());
            assert_eq!(of("en"), of("ru"), "{code}");
        }
    }

    #[test]
    fn russian_plural_forms_follow_the_number() {
        let catalog = Catalog::default();
        for (n, expected) in [
            (1, "1 рабочий час"),
            (2, "2 рабочих часа"),
            (5, "5 рабочих часов"),
            (11, "11 рабочих часов"),
            (14, "14 рабочих часов"),
            (21, "21 рабочий час"),
            (104, "104 рабочих часа"),
        ] {
            assert_eq!(Arg::from(Span::WorkingHours(n)).told(&catalog, "ru"), expected);
        }
        assert_eq!(Arg::from(Span::EndOfToday).told(&catalog, "ru-RU"), "до конца сегодняшнего дня");
        assert_eq!(Arg::from(Span::Days(2)).told(&catalog, "ka"), "2 days");
    }

    #[test]
    fn values_are_told_as_the_language_writes_them() {
        let catalog = Catalog::default();
        let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
        let told = |value, language| Arg::Value(value).told(&catalog, language);
        assert_eq!(told(decimal("-1234567.50"), "en"), "-1,234,567.50");
        assert_eq!(told(decimal("1234567.5"), "ru"), "1\u{a0}234\u{a0}567,5");
        assert_eq!(told(decimal("1000"), "en"), "1000");
        assert_eq!(told(Value::Date("2026-02-03".parse().unwrap()), "ru"), "03.02.2026");
        assert_eq!(told(true.into(), "ru"), "да");
    }

    #[test]
    fn what_is_missing_is_still_told() {
        let catalog = Catalog::default().with_texts("ru", [("x", "{a} {{b}} {c} {n:один|много} {")]);
        assert_eq!(catalog.say("ru", "x", &[("a", "1".into()), ("n", 7u32.into())]), "1 {b} {c} много {");
        assert_eq!(catalog.say("ru", "V-X", &[("field", "сумма".into())]), "V-X (field: сумма)");
        assert_eq!(catalog.say("en", "V-X", &[]), "V-X");
    }
}
