//! The headings of reports, in English and Russian.

use super::show::Locale;
use crate::scenario::def::Resolver;
use rust_decimal::Decimal;

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
    language: &'static str,
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
    language: "en",
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
    language: "ru",
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

    fn locale(&self) -> &'static Locale {
        Locale::of(self.language)
    }

    /// A number with so many decimal places, its thousands apart.
    pub fn number(&self, number: Decimal, places: u32) -> String {
        self.locale().number(number, places)
    }

    pub fn count(&self, count: impl Into<Decimal>) -> String {
        self.number(count.into(), 0)
    }
}
