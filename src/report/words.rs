//! The headings of reports, in English and Russian.

use crate::scenario::def::Resolver;
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;

/// The headings in one language.
pub(crate) struct Words {
    pub stage: &'static str,
    pub entered: &'static str,
    pub visits: &'static str,
    pub reached: &'static str,
    pub share: &'static str,
    pub lost: &'static str,
    pub open: &'static str,
    pub median: &'static str,
    pub working: &'static str,
    pub refusals: &'static str,
    pub cases: &'static str,
    pub of_lost: &'static str,
    pub resolved_by: &'static str,
    pub no_reason: &'static str,
    pub won: &'static str,
    pub void: &'static str,
    pub transferred: &'static str,
    pub reopened: &'static str,
    pub balance: &'static str,
    pub unbalanced: &'static str,
    pub without_void: &'static str,
    pub was: &'static str,
    employee: &'static str,
    company: &'static str,
    nobody: &'static str,
    point: char,
    group: char,
    units: [&'static str; 4],
}

const EN: Words = Words {
    stage: "Stage",
    entered: "Entered",
    visits: "Visits",
    reached: "Reached",
    share: "Of first",
    lost: "Lost",
    open: "Open",
    median: "Median time",
    working: "Working time",
    refusals: "Refusals",
    cases: "Cases",
    of_lost: "Of all lost",
    resolved_by: "Who can resolve it",
    no_reason: "no reason given",
    won: "won",
    void: "void",
    transferred: "passed to another scenario",
    reopened: "reopened at some time",
    balance: "Balance",
    unbalanced: "does not balance",
    without_void: "\"Of first\" leaves void cases out.",
    was: "former stage",
    employee: "the employee",
    company: "the company",
    nobody: "nobody",
    point: '.',
    group: ',',
    units: ["s", "min", "h", "d"],
};

const RU: Words = Words {
    stage: "Этап",
    entered: "Вошло",
    visits: "Заходов",
    reached: "Дошло",
    share: "От первого",
    lost: "Отказов",
    open: "В работе",
    median: "Медиана",
    working: "Рабочее время",
    refusals: "Отказы",
    cases: "Обращений",
    of_lost: "От всех отказов",
    resolved_by: "Кто может устранить",
    no_reason: "причина не указана",
    won: "продано",
    void: "не обращения",
    transferred: "перешло на другой сценарий",
    reopened: "открыто повторно",
    balance: "Баланс",
    unbalanced: "не сходится",
    without_void: "«От первого» — без тех, что не обращения.",
    was: "прежний этап",
    employee: "сотрудник",
    company: "компания",
    nobody: "никто",
    point: ',',
    group: '\u{a0}',
    units: ["с", "мин", "ч", "дн"],
};

impl Words {
    /// The headings in a language; in English where there are none.
    pub fn of(language: &str) -> &'static Self {
        if language.split(['-', '_']).next() == Some("ru") { &RU } else { &EN }
    }

    pub const fn resolver(&self, who: Resolver) -> &'static str {
        match who {
            Resolver::Employee => self.employee,
            Resolver::Company => self.company,
            Resolver::Nobody => self.nobody,
        }
    }

    /// A number with so many decimal places, its thousands apart.
    pub fn number(&self, number: Decimal, places: u32) -> String {
        let text =
            format!("{:.*}", places as usize, number.round_dp_with_strategy(places, MidpointAwayFromZero));
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let mut out = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % 3 == 0 && !out.ends_with('-') {
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

    pub fn count(&self, count: impl Into<Decimal>) -> String {
        self.number(count.into(), 0)
    }

    /// A share in per cent, with one decimal place; nothing where there is no base.
    pub fn share(&self, part: u64, whole: u64) -> String {
        if whole == 0 {
            return String::new();
        }
        format!("{} %", self.number(Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole), 1))
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
}
