//! Values of fields as tables write them: numbers with a decimal comma, dates with the day first, yes and no.

use super::{DecimalMark, Mapping};
use crate::Value;
use crate::case::Fields;
use crate::scenario::Scenario;
use crate::scenario::def::FieldType;
use rust_decimal::Decimal;

impl Mapping {
    /// Puts texts into the form of their fields' types.
    pub(super) fn typed(&self, scenario: &Scenario, fields: &mut Fields) {
        for (name, held) in fields.iter_mut() {
            let Some(kind) = scenario.definition().fields.get(name).map(|it| it.kind) else { continue };
            if let Some(Value::Text(text)) = held {
                *held = Some(value(self, kind, text));
            }
        }
    }
}

/// A text as a value of a type; the text itself where it is none, a number's in quotes.
pub(super) fn value(mapping: &Mapping, kind: FieldType, text: &str) -> Value {
    let plain = || Value::from(text.trim());
    match kind {
        FieldType::Number | FieldType::Decimal | FieldType::Money => {
            // As it stands the scenario could read it by another rule, so it is quoted, and refused with its text.
            let quoted =
                || if text.trim().is_empty() { plain() } else { format!("`{}`", text.trim()).into() };
            decimal(text, mapping.decimal).map_or_else(quoted, Value::Decimal)
        }
        FieldType::Date => mapping.time_format.date(text).map_or_else(plain, Value::Date),
        FieldType::Moment => {
            mapping.clock().ok().and_then(|clock| clock.moment(text)).map_or_else(plain, Value::Moment)
        }
        FieldType::Bool => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "1" | "да" | "истина" => Value::Bool(true),
            "false" | "no" | "0" | "нет" | "ложь" => Value::Bool(false),
            _ => plain(),
        },
        FieldType::Text | FieldType::Choice | FieldType::Reference | FieldType::File | FieldType::List => {
            plain()
        }
    }
}

/// A number as people and spreadsheets write it: `1 234,50`, `1,234.50`, `-3`, `1 500 ₽`.
fn decimal(text: &str, mark: DecimalMark) -> Option<Decimal> {
    let (point, group) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let text = text.trim().trim_end_matches(is_unit).trim_start_matches(is_unit);
    let mut plain = String::with_capacity(text.len());
    // The digits since the last group began, and whether any began.
    let (mut digits, mut grouped) = (0_usize, false);
    let mut decimals = false;
    for letter in text.chars() {
        match letter {
            '0'..='9' => {
                plain.push(letter);
                digits += 1;
            }
            // A space after a sign parts nothing.
            _ if letter.is_whitespace() && digits == 0 && !grouped && !decimals => {}
            // What parts groups must part them into threes, or it is the other mark.
            _ if (letter == group || letter == '\'' || letter.is_whitespace()) && !decimals => {
                if digits == 0 || digits > 3 || (grouped && digits != 3) {
                    return None;
                }
                (digits, grouped) = (0, true);
            }
            _ if letter == point && !decimals => {
                if grouped && digits != 3 {
                    return None;
                }
                decimals = true;
                plain.push('.');
            }
            '-' | '+' | '\u{2212}' if plain.is_empty() => plain.push(if letter == '+' { '+' } else { '-' }),
            _ => return None,
        }
    }
    if grouped && !decimals && digits != 3 {
        return None;
    }
    plain.parse().ok()
}

/// What stands beside a number without being of it: a sign of a currency, a percent.
fn is_unit(letter: char) -> bool {
    letter.is_whitespace() || "₽$€£¥₸₴%".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_spreadsheets_write_them() {
        for (text, point, comma) in [
            ("1234.5", Some("1234.5"), None),
            ("1 234,50", None, Some("1234.50")),
            ("1\u{a0}234\u{202f}567,89 ₽", None, Some("1234567.89")),
            ("1,234", Some("1234"), Some("1.234")),
            ("1.234", Some("1.234"), Some("1234")),
            ("1,234,567.5", Some("1234567.5"), None),
            ("-3", Some("-3"), Some("-3")),
            ("\u{2212}3,5", None, Some("-3.5")),
            ("12,34", None, Some("12.34")),
            ("1,23,456", None, None),
            ("", None, None),
            ("dear", None, None),
            ("1e5", None, None),
            ("12 50", None, None),
            ("1234 567", None, None),
            ("1  234", None, None),
            ("1.5", Some("1.5"), None),
            ("1,5 0", None, None),
            ("1'234 567", Some("1234567"), Some("1234567")),
            ("- 3", Some("-3"), Some("-3")),
        ] {
            let read = |mark| decimal(text, mark).map(|it| it.to_string());
            assert_eq!(read(DecimalMark::Point).as_deref(), point, "{text}");
            assert_eq!(read(DecimalMark::Comma).as_deref(), comma, "{text}");
        }
    }
}
