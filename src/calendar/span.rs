//! Spans of time as people write them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A length of time as people write it: `4 working hours`, `2 working days`, `3 days`, `end of today`.
///
/// As text (`FromStr`, `Display`, serde) it is lower case with single spaces; singular and plural are both
/// read, and the right one is written. Hours may have a decimal part that comes to whole minutes (`1.5
/// hours`, written back as `90 minutes`). Working hours and working days are different things: hours run
/// through the intervals, days count dates. What each means is said at
/// [`Calendar::due`](crate::Calendar::due). Rule A2.
///
/// At most 10,000 days of any kind, 1,428 weeks, 240,000 hours or 14,400,000 minutes (rule C4).
///
/// ```
/// use voronka::Span;
/// assert_eq!("2 working days".parse(), Ok(Span::WorkingDays { days: 2, by_close: false }));
/// assert_eq!("1.5 working hours".parse::<Span>()?.to_string(), "90 working minutes");
/// assert!("2 fortnights".parse::<Span>().is_err());
/// # Ok::<(), voronka::SpanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Span {
    /// So many minutes of working time.
    WorkingMinutes(u32),
    /// So many hours of working time.
    WorkingHours(u32),
    /// So many working dates.
    WorkingDays {
        /// How many working dates after the start's own.
        days: u32,
        /// Whether it ends with the last date's working time instead of with the date.
        by_close: bool,
    },
    /// So many minutes of elapsed time.
    Minutes(u32),
    /// So many hours of elapsed time.
    Hours(u32),
    /// The same local time so many dates on.
    Days(u32),
    /// The same local time so many times seven dates on.
    Weeks(u32),
    /// The end of the start's own date.
    EndOfToday,
    /// The close of business that comes next.
    EndOfWorkingDay,
}

/// A text that is no span of time.
///
/// The message says what is wrong, [`SpanError::help`] what can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a length of time: {message}")]
pub struct SpanError {
    message: String,
    help: &'static str,
}

const FORMS: &str = "write \"4 working hours\", \"90 working minutes\", \"2 working days\", \"2 working days by \
close\", \"3 days\", \"2 weeks\", \"36 hours\", \"30 minutes\", \"end of today\" or \"end of the working day\"";
const NO_HALF: &str = "only hours may have a decimal part that comes to whole minutes, as in \"1.5 hours\"; instead \
of half a day write hours";

const END_OF_TODAY: &str = "end of today";
const END_OF_WORKING_DAY: &str = "end of the working day";
/// The most days, and of the other units as much as fits into them.
const MAX_DAYS: u32 = 10_000;
const MAX_WEEKS: u32 = MAX_DAYS / 7;
const MAX_HOURS: u32 = MAX_DAYS * 24;
const MAX_MINUTES: u32 = MAX_HOURS * 60;

impl SpanError {
    /// A stable code for support and translations.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "V-A2-span"
    }

    /// What can be written instead.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        self.help
    }

    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: FORMS }
    }
}

impl Span {
    /// Whether this runs by the working calendar, so that holidays move it.
    #[must_use]
    pub const fn is_working(&self) -> bool {
        matches!(
            self,
            Self::WorkingMinutes(_)
                | Self::WorkingHours(_)
                | Self::WorkingDays { .. }
                | Self::EndOfWorkingDay
        )
    }

    /// The bound that a span made by hand goes beyond, in words.
    pub(super) fn beyond_bound(&self) -> Option<&'static str> {
        let (number, bound, words) = match *self {
            Self::WorkingMinutes(n) | Self::Minutes(n) => (n, MAX_MINUTES, "14400000 minutes"),
            Self::WorkingHours(n) | Self::Hours(n) => (n, MAX_HOURS, "240000 hours"),
            Self::WorkingDays { days: n, .. } | Self::Days(n) => (n, MAX_DAYS, "10000 days"),
            Self::Weeks(n) => (n, MAX_WEEKS, "1428 weeks"),
            Self::EndOfToday | Self::EndOfWorkingDay => (0, 0, ""),
        };
        (number > bound).then_some(words)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, unit, tail) = match *self {
            Self::WorkingMinutes(n) => (n, "working minute", ""),
            Self::WorkingHours(n) => (n, "working hour", ""),
            Self::WorkingDays { days, by_close } => {
                (days, "working day", if by_close { " by close" } else { "" })
            }
            Self::Minutes(n) => (n, "minute", ""),
            Self::Hours(n) => (n, "hour", ""),
            Self::Days(n) => (n, "day", ""),
            Self::Weeks(n) => (n, "week", ""),
            Self::EndOfToday => return f.write_str(END_OF_TODAY),
            Self::EndOfWorkingDay => return f.write_str(END_OF_WORKING_DAY),
        };
        write!(f, "{n} {unit}{}{tail}", if n == 1 { "" } else { "s" })
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        match text {
            END_OF_TODAY => return Ok(Self::EndOfToday),
            END_OF_WORKING_DAY => return Ok(Self::EndOfWorkingDay),
            _ => {}
        }
        let shown = || text.chars().take(40).collect::<String>();
        let (number, unit) =
            text.split_once(' ').ok_or_else(|| SpanError::new(format!("\"{}\"", shown())))?;
        let number = Number::parse(number)
            .ok_or_else(|| SpanError::new(format!("\"{}\" does not begin with a number", shown())))?;
        let span = match unit {
            "working minute" | "working minutes" => Self::WorkingMinutes(number.whole("minutes")?),
            "working hour" | "working hours" => match number.as_hours()? {
                InHours::Hours(n) => Self::WorkingHours(n),
                InHours::Minutes(n) => Self::WorkingMinutes(n),
            },
            "working day" | "working days" => {
                Self::WorkingDays { days: number.whole("working days")?, by_close: false }
            }
            "working day by close" | "working days by close" => {
                Self::WorkingDays { days: number.whole("working days")?, by_close: true }
            }
            "minute" | "minutes" => Self::Minutes(number.whole("minutes")?),
            "hour" | "hours" => match number.as_hours()? {
                InHours::Hours(n) => Self::Hours(n),
                InHours::Minutes(n) => Self::Minutes(n),
            },
            "day" | "days" => Self::Days(number.whole("days")?),
            "week" | "weeks" => Self::Weeks(number.whole("weeks")?),
            _ => return Err(SpanError::new(format!("unknown unit in \"{}\"", shown()))),
        };
        match span.beyond_bound() {
            None => Ok(span),
            Some(bound) => Err(SpanError::new(format!("\"{}\" is more than {bound}", shown()))),
        }
    }
}

/// A number as written: a whole part, and hundredths where there was a decimal point.
struct Number {
    whole: u32,
    hundredths: Option<u32>,
}

enum InHours {
    Hours(u32),
    Minutes(u32),
}

impl Number {
    fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| {
            let fine = (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            fine.then(|| text.parse().ok()).flatten()
        };
        let Some((whole, decimals)) = text.split_once('.') else {
            return Some(Self { whole: digits(text)?, hundredths: None });
        };
        let hundredths: u32 = match decimals.len() {
            1 => digits(decimals)? * 10,
            2 => digits(decimals)?,
            _ => return None,
        };
        Some(Self { whole: digits(whole)?, hundredths: Some(hundredths) })
    }

    fn whole(&self, unit: &str) -> Result<u32, SpanError> {
        match self.hundredths {
            None => Ok(self.whole),
            Some(_) => {
                Err(SpanError { message: format!("{unit} cannot have a decimal part"), help: NO_HALF })
            }
        }
    }

    fn as_hours(&self) -> Result<InHours, SpanError> {
        let Some(hundredths) = self.hundredths else { return Ok(InHours::Hours(self.whole)) };
        if (hundredths * 60) % 100 != 0 {
            let message = format!("{}.{hundredths:02} hours are no whole minutes", self.whole);
            return Err(SpanError { message, help: NO_HALF });
        }
        Ok(InHours::Minutes(self.whole.saturating_mul(60).saturating_add(hundredths * 60 / 100)))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(|e: SpanError| de::Error::custom(format_args!("{e}; {}", e.help)))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A length of time: \"4 working hours\", \"2 working days\", \"2 working days by close\", \
        \"3 days\", \"36 hours\", \"end of today\", \"end of the working day\".",
            "pattern": "^(end of today|end of the working day|[0-9]{1,8} (working )?minutes?|\
        [0-9]{1,8}(\\.[0-9]{1,2})? (working )?hours?|[0-9]{1,8} working days?( by close)?|[0-9]{1,8} (days?|weeks?))$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a2_what_people_write_is_understood() {
        for (text, span, canonical) in [
            ("4 working hours", Span::WorkingHours(4), "4 working hours"),
            ("1 working hours", Span::WorkingHours(1), "1 working hour"),
            ("90 working minutes", Span::WorkingMinutes(90), "90 working minutes"),
            ("1 working day", Span::WorkingDays { days: 1, by_close: false }, "1 working day"),
            (
                "2 working days by close",
                Span::WorkingDays { days: 2, by_close: true },
                "2 working days by close",
            ),
            ("3 days", Span::Days(3), "3 days"),
            ("2 weeks", Span::Weeks(2), "2 weeks"),
            ("36 hours", Span::Hours(36), "36 hours"),
            ("030 minutes", Span::Minutes(30), "30 minutes"),
            ("1.5 working hours", Span::WorkingMinutes(90), "90 working minutes"),
            ("0.25 hours", Span::Minutes(15), "15 minutes"),
            ("end of today", Span::EndOfToday, "end of today"),
            ("end of the working day", Span::EndOfWorkingDay, "end of the working day"),
        ] {
            assert_eq!(text.parse(), Ok(span), "{text}");
            assert_eq!(span.to_string(), canonical);
        }
    }

    #[test]
    fn c4_what_is_no_span_says_so_and_names_the_bound() {
        let error = |text: &str| text.parse::<Span>().unwrap_err();
        for text in
            ["", "soon", "-1 days", "1e3 days", "3  days", "3 Days", "4 hours by close", "+3 days", ". hours"]
        {
            assert!(error(text).help().contains("4 working hours"), "{text}");
        }
        assert!(error("10001 days").to_string().contains("more than 10000 days"));
        assert!(error("99999999 working hours").to_string().contains("240000 hours"));
        assert!(error("99999999.5 working hours").to_string().contains("14400000 minutes"));
        assert!(error("99999999999 days").to_string().contains("does not begin with a number"));
        assert!(error("1.5 working days").help().contains("write hours"));
        assert!(error("1.01 hours").to_string().contains("no whole minutes"));
        let json = serde_json::from_str::<Span>("\"2 moons\"").unwrap_err().to_string();
        assert!(json.contains("unknown unit") && json.contains("write \"4 working hours\""), "{json}");
    }

    #[cfg(feature = "schema")]
    #[test]
    fn a2_the_schema_takes_what_the_reader_takes() {
        let schema = serde_json::to_value(schemars::schema_for!(Span)).unwrap();
        let pattern = regex_lite::Regex::new(schema["pattern"].as_str().unwrap()).unwrap();
        let texts = "4 working hours|1.5 hours|1 working day|2 working days by close|3 days|1 week|30 minutes|end of \
today|end of the working day|soon|3  days|1.5 days|4 hours by close|2 working weeks|1.5 minutes| 1 day";
        for text in texts.split('|') {
            assert_eq!(pattern.is_match(text), text.parse::<Span>().is_ok(), "{text}");
        }
    }
}
