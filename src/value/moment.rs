//! Moments: UTC in whole milliseconds.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
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

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let shown = || text.chars().take(40).collect::<String>();
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| MomentError(shown()))?;
        Self::from_millis(time.timestamp_millis()).map_err(|_| MomentError(shown()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
