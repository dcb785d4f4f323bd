//! Values of fields as tables write them: numbers with a decimal comma, dates with the day first, yes and no.

use super::{DecimalMark, Mapping};
use crate::Value;
use crate::scenario::def::FieldType;
use rust_decimal::Decimal;

/// A text as a value of a type; the text itself where it is none.
pub(super) fn value(mapping: &Mapping, kind: FieldType, text: &str) -> Value {
    let plain = || Value::from(text.trim());
    match kind {
        FieldType::Number | FieldType::Decimal | FieldType::Money => {
            decimal(text, mapping.decimal).map_or_else(plain, Value::Decimal)
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
    let mut groups: Option<usize> = None;
    let mut decimals = false;
    for letter in text.chars() {
        match letter {
            '0'..='9' => {
                plain.push(letter);
                groups = groups.map(|digits| digits + 1);
            }
            // Spaces only part groups; what parts groups must part them into threes, or it is the other mark.
            _ if letter.is_whitespace() || letter == '\'' => {}
            _ if letter == group && !decimals => {
                if groups.is_some_and(|digits| digits != 3) || plain.is_empty() {
                    return None;
                }
                groups = Some(0);
            }
            _ if letter == point && !decimals => {
                if groups.is_some_and(|digits| digits != 3) {
                    return None;
                }
                groups = None;
                decimals = true;
                plain.push('.');
            }
            '-' | '+' | '\u{2212}' if plain.is_empty() => plain.push(if letter == '+' { '+' } else { '-' }),
            _ => return None,
        }
    }
    if groups.is_some_and(|digits| digits != 3) {
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
        ] {
            let read = |mark| decimal(text, mark).map(|it| it.to_string());
            assert_eq!(read(DecimalMark::Point).as_deref(), point, "{text}");
            assert_eq!(read(DecimalMark::Comma).as_deref(), comma, "{text}");
        }
    }
}
