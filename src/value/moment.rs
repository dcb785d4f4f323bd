//! Moments: UTC in whole milliseconds.

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// An instant in UTC, in whole milliseconds, between the years 1 and 9999 (rule C5).
///
/// In JSON it is `"2026-02-23T10:00:00.000Z"`. Finer parts are cut at the door.
///
/// ```
/// use voronka::Moment;
/// let moment: Moment = "2026-02-23T13:00:00.000999+03:00".parse()?;
/// assert_eq!(moment.to_string(), "2026-02-23T10:00:00.000Z");
/// # Ok::<(), voronka::MomentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// A text or number that is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a moment between the years 1 and 9999: {0}")]
pub struct MomentError(String);

const MIN: i64 = -62_135_596_800_000;
const MAX: i64 = 253_402_300_799_999;

impl Moment {
    /// The first moment that there is.
    pub const MIN: Self = Self(MIN);
    /// The last moment that there is.
    pub const MAX: Self = Self(MAX);

    /// The moment so many milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// When it lies outside the years 1 to 9999.
    pub fn from_millis(millis: i64) -> Result<Self, MomentError> {
        if (MIN..=MAX).contains(&millis) {
            Ok(Self(millis))
        } else {
            Err(MomentError(format!("{millis} ms")))
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// A local time of a zone as a moment: in a gap the first instant after it, of two the earlier one (A2). None beyond
    /// the years 1 to 9999.
    ///
    /// ```
    /// // On this night there was no half past two in Berlin.
    /// let time = "2026-03-29T02:30:00".parse()?;
    /// let moment = voronka::Moment::of_local(time, chrono_tz::Europe::Berlin);
    /// assert_eq!(moment.map(|it| it.to_string()), Some("2026-03-29T01:00:00.000Z".to_owned()));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn of_local(time: NaiveDateTime, zone: Tz) -> Option<Self> {
        let mut time = time;
        // No zone leaves out more than a day.
        for _ in 0..=24 * 60 {
            match zone.from_local_datetime(&time) {
                LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
                    return Self::try_from(at.to_utc()).ok();
                }
                LocalResult::None => time = time.checked_add_signed(TimeDelta::minutes(1))?,
            }
        }
        None
    }

    /// This moment as `chrono` has it.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// So many milliseconds later (or earlier), kept within the bounds.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        let sum = self.0.saturating_add(millis);
        Self(if sum < MIN {
            MIN
        } else if sum > MAX {
            MAX
        } else {
            sum
        })
    }

    /// Milliseconds from `earlier` to this moment; negative when it is the later one.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl TryFrom<DateTime<Utc>> for Moment {
    type Error = MomentError;

    fn try_from(time: DateTime<Utc>) -> Result<Self, MomentError> {
        Self::from_millis(time.timestamp_millis())
    }
}

/// The length of a moment as it is written: `2026-02-23T10:00:00.000Z`.
const WRITTEN: usize = 24;

/// A moment in just the form in which moments are written: stored cases and entries are full of them, and the general
/// reader takes several times as long.
fn written(text: &str) -> Option<Moment> {
    let bytes: &[u8; WRITTEN] = text.as_bytes().try_into().ok()?;
    let form = b"0000-00-00T00:00:00.000Z";
    let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    if !bytes.iter().zip(form).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes.iter().take(to).skip(from).fold(0_u32, |sum, byte| sum * 10 + u32::from(byte - b'0'))
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)).ok()?, number(5, 7), number(8, 10))?;
    // Leap seconds and the like are the general reader's.
    let time = date.and_hms_opt(number(11, 13), number(14, 16), number(17, 19))?;
    Moment::from_millis(time.and_utc().timestamp_millis() + i64::from(number(20, 23))).ok()
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if let Some(moment) = written(text) {
            return Ok(moment);
        }
        let shown = || text.chars().take(40).collect::<String>();
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| MomentError(shown()))?;
        Self::from_millis(time.timestamp_millis()).map_err(|_| MomentError(shown()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = self.to_utc();
        let (date, time) = (utc.date_naive(), utc.time());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |to: usize, digits: usize, mut number: u32| {
            for byte in text.iter_mut().take(to).rev().take(digits) {
                // One digit.
                *byte = b'0' + u8::try_from(number % 10).unwrap_or(0);
                number /= 10;
            }
        };
        put(4, 4, u32::try_from(date.year()).unwrap_or(0));
        put(7, 2, date.month());
        put(10, 2, date.day());
        put(13, 2, time.hour());
        put(16, 2, time.minute());
        put(19, 2, time.second());
        put(23, 3, u32::try_from(self.0.rem_euclid(1_000)).unwrap_or(0));
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;
        impl de::Visitor<'_> for Reading {
            type Value = Moment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a moment, such as \"2026-02-23T10:00:00.000Z\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Reading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_and_read_as_the_library_does() {
        let mut millis = MIN;
        let mut seen = 0;
        while millis <= MAX {
            let moment = Moment::from_millis(millis).unwrap();
            let text = moment.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            assert_eq!(moment.to_string(), text);
            assert_eq!((written(&text), text.parse()), (Some(moment), Ok(moment)));
            // A step that meets all times of day, all months, and every remainder.
            millis += 86_400_000 * 17 + 3_723_007;
            seen += 1;
        }
        assert!(seen > 200_000, "{seen}");
        for odd in [
            "2026-02-30T10:00:00.000Z",
            "2026-02-23T24:00:00.000Z",
            "2026-02-23T10:00:60.000Z",
            "2026-02-23t10:00:00.000Z",
        ] {
            assert_eq!(written(odd), None, "{odd}");
        }
    }

    #[test]
    fn c5_moments_are_whole_milliseconds_within_bounds() {
        let moment: Moment = "2026-02-23T10:00:00.123456Z".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-02-23T10:00:00.123Z");
        for bad in ["+262144-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "yesterday", ""] {
            assert!(bad.parse::<Moment>().is_err(), "{bad}");
        }
        assert!(Moment::from_millis(i64::MAX).is_err());
        assert_eq!(Moment::MAX.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Moment::MAX.plus_millis(1), Moment::MAX);
    }
}
