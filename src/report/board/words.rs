//! The board's own words.

use crate::scenario::def::Color;

/// They are in one language.
#[derive(Debug)]
pub(super) struct Words {
    pub activity: &'static str,
    #[cfg_attr(not(feature = "pages"), expect(dead_code, reason = "a page alone has them"))]
    pub page: PageWords,
}

#[derive(Debug)]
#[cfg_attr(not(feature = "pages"), expect(dead_code, reason = "a page alone has them"))]
pub(super) struct PageWords {
    pub cases: &'static str,
    pub red: &'static str,
    pub yellow: &'static str,
    pub next: &'static str,
    /// Before and after how many more there are.
    pub more: [&'static str; 2],
    pub nothing: &'static str,
    pub lights: [&'static str; 3],
}

static EN: Words = Words {
    activity: "an activity",
    page: PageWords {
        cases: "cases",
        red: "red",
        yellow: "yellow",
        next: "Next",
        more: ["and ", " more"],
        nothing: "There are no open cases to see.",
        lights: ["▲ red", "◆ yellow", "● green"],
    },
};

static RU: Words = Words {
    activity: "дело",
    page: PageWords {
        cases: "обращений",
        red: "красных",
        yellow: "жёлтых",
        next: "Дальше",
        more: ["и ещё ", ""],
        nothing: "Открытых обращений не видно.",
        lights: ["▲ красный", "◆ жёлтый", "● зелёный"],
    },
};

pub(super) fn words(language: &str) -> &'static Words {
    if language.split(['-', '_']).next() == Some("ru") { &RU } else { &EN }
}

impl PageWords {
    /// A light by its shape and its word, for whoever does not tell its colours apart.
    #[cfg_attr(not(feature = "pages"), expect(dead_code, reason = "a page alone has them"))]
    pub const fn light(&self, color: Color) -> &'static str {
        let [red, yellow, green] = self.lights;
        match color {
            Color::Red => red,
            Color::Yellow => yellow,
            Color::Green => green,
        }
    }
}
