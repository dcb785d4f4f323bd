//! How a language writes numbers, shares, amounts, times and dates.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;

/// How one language writes them.
#[derive(Debug)]
pub(crate) struct Locale {
    point: char,
    group: char,
    minus: &'static str,
    units: [&'static str; 4],
    /// Percentage points.
    points: &'static str,
    /// Thousands, millions, and so on.
    large: [&'static str; 4],
    day_first: bool,
}

static EN: Locale = Locale {
    point: '.',
    group: ',',
    minus: "-",
    units: ["s", "min", "h", "d"],
    points: "pp",
    large: ["K", "M", "B", "T"],
    day_first: false,
};

static RU: Locale = Locale {
    point: ',',
    group: '\u{a0}',
    minus: "-",
    units: ["с", "мин", "ч", "дн"],
    points: "п. п.",
    large: ["тыс.", "млн", "млрд", "трлн"],
    day_first: true,
};

impl Locale {
    /// That of a language; the English one where there is none.
    pub fn of(language: &str) -> &'static Self {
        if language.split(['-', '_']).next() == Some("ru") { &RU } else { &EN }
    }

    /// A number with so many decimal places, its thousands apart.
    pub fn number(&self, number: Decimal, places: u32) -> String {
        let rounded = number.round_dp_with_strategy(places, MidpointAwayFromZero);
        let text = format!("{:.*}", places as usize, rounded.abs());
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let mut out = String::new();
        if rounded.is_sign_negative() && !rounded.is_zero() {
            out.push_str(self.minus);
        }
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % 3 == 0 {
                out.push(self.group);
            }
            out.push(digit);
        }
        if !part.is_empty() {
            out.push(self.point);
            out.push_str(part);
        }
        out
    }

    pub fn count(&self, count: u64) -> String {
        self.number(count.into(), 0)
    }

    /// A share of 0 to 1 in per cent, with one decimal place.
    pub fn share(&self, share: f64) -> String {
        format!("{} %", self.hundredths(share))
    }

    /// The same without the sign.
    pub fn hundredths(&self, share: f64) -> String {
        self.number(decimal(share).checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX), 1)
    }

    /// A difference of shares, −1 to 1, in percentage points with its sign.
    pub fn points(&self, difference: f64) -> String {
        format!("{} {}", self.signed_hundredths(difference), self.points)
    }

    /// The same without the unit.
    pub fn signed_hundredths(&self, difference: f64) -> String {
        let told = self.hundredths(difference);
        let nothing = told.chars().all(|it| !it.is_ascii_digit() || it == '0');
        if difference > 0.0 && !nothing { format!("+{told}") } else { told }
    }

    pub fn money(&self, amount: Decimal, currency: &str, places: u32) -> String {
        let number = self.number(amount, places);
        if currency.is_empty() { number } else { format!("{number} {currency}") }
    }

    /// A number that need not be exact, short: `1.2 M`, `15 K`, `7`.
    #[cfg_attr(not(feature = "pages"), expect(dead_code, reason = "charts alone are short"))]
    pub fn short(&self, number: f64) -> String {
        let mut number = if number.is_finite() { number } else { 0.0 };
        let mut unit = None;
        for name in self.large {
            // What would be rounded up to a thousand is one of the next unit.
            if number.abs() < 999.95 || (unit.is_none() && number.abs() < 9_999.5) {
                break;
            }
            number /= 1_000.0;
            unit = Some(name);
        }
        if number.abs() >= 1e9 {
            return format!("{number:.1e} {}", unit.unwrap_or_default());
        }
        let places = u32::from(number.abs() < 100.0 && (number - number.round()).abs() >= 0.05);
        let told = self.number(decimal(number), places);
        unit.map_or(told.clone(), |unit| format!("{told} {unit}"))
    }

    /// A length of time as people say it, in its two largest units: `0.3 s`, `6 h 45 min`, `14 d 13 h`.
    ///
    /// Working time is told in hours, since a day of it is not 24 of them.
    pub fn time(&self, millis: Decimal, working: bool) -> String {
        let [s, min, h, d] = self.units;
        let seconds = millis / Decimal::ONE_THOUSAND;
        if seconds < Decimal::from(60) {
            return format!("{} {s}", self.number(seconds, 1));
        }
        let whole: i64 = seconds.trunc().try_into().unwrap_or(i64::MAX);
        let (large, small) = match whole {
            ..3_600 => ((whole / 60, min), (whole % 60, s)),
            _ if working || whole < 86_400 => ((whole / 3_600, h), (whole % 3_600 / 60, min)),
            _ => ((whole / 86_400, d), (whole % 86_400 / 3_600, h)),
        };
        let first = format!("{} {}", self.number(large.0.into(), 0), large.1);
        if small.0 == 0 { first } else { format!("{first} {} {}", small.0, small.1) }
    }

    /// A date in figures: `2026-03-02`, `02.03.2026`.
    pub fn date(&self, date: NaiveDate) -> String {
        if self.day_first {
            format!("{:02}.{:02}.{}", date.day(), date.month(), date.year())
        } else {
            date.to_string()
        }
    }

    /// A moment in figures, to the minute.
    pub fn moment(&self, at: NaiveDateTime) -> String {
        format!("{} {:02}:{:02}", self.date(at.date()), at.hour(), at.minute())
    }
}

/// A float as the decimal that people would write for it; 0 where it is no number.
pub(crate) fn decimal(number: f64) -> Decimal {
    Decimal::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let (en, ru) = (Locale::of("en-GB"), Locale::of("ru"));
        let number: Decimal = "-1234567.845".parse().unwrap();
        assert_eq!(en.number(number, 2), "-1,234,567.85");
        assert_eq!(ru.number(number, 2), "-1\u{a0}234\u{a0}567,85");
        assert_eq!(ru.number("-0.04".parse().unwrap(), 1), "0,0", "nothing has no sign");
        assert_eq!(en.number("-123".parse().unwrap(), 0), "-123");
        assert_eq!((en.share(0.1235), ru.share(1.0)), ("12.4 %".to_owned(), "100,0 %".to_owned()));
        assert_eq!((en.points(0.0312), ru.points(-0.5)), ("+3.1 pp".to_owned(), "-50,0 п. п.".to_owned()));
        assert_eq!(en.points(0.000_01), "0.0 pp");
        assert_eq!(en.share(f64::NAN), "0.0 %");
        assert!(en.share(7e28).ends_with(",335.0 %"), "no number is too large to be told");
        assert_eq!(ru.money("1250.5".parse().unwrap(), "RUB", 2), "1\u{a0}250,50 RUB");
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        assert_eq!((en.date(day), ru.date(day)), ("2026-03-02".to_owned(), "02.03.2026".to_owned()));
        assert_eq!(ru.moment(day.and_hms_opt(9, 5, 0).unwrap()), "02.03.2026 09:05");
    }

    #[cfg(feature = "pages")]
    #[test]
    fn a_short_number_is_short_whatever_it_is() {
        let told: Vec<String> =
            [0.0, 7.0, 7.25, 9_999.0, 10_000.0, 999_960.0, 1.25e6, 3e9, 4.5e14, 1e30, -2.5e6]
                .into_iter()
                .map(|it| Locale::of("en").short(it))
                .collect();
        assert_eq!(
            told,
            ["0", "7", "7.3", "9,999", "10 K", "1 M", "1.3 M", "3 B", "450 T", "1.0e18 T", "-2.5 M"]
        );
        assert_eq!(Locale::of("ru").short(f64::INFINITY), "0");
        assert_eq!(Locale::of("ru").short(2.5e6), "2,5 млн");
    }
}
