//! The printers' own words.

use super::locale::Locale;

/// Their words in one language.
#[derive(Debug)]
pub(crate) struct Words {
    pub locale: &'static Locale,
    /// What the mark of few cases means.
    pub few: &'static str,
    /// The ends of an interval, where they stand in columns of their own.
    #[cfg(feature = "xlsx")]
    pub interval: [&'static str; 2],
    #[cfg(feature = "pages")]
    pub chart: ChartWords,
}

/// The words of charts and pages.
#[cfg(feature = "pages")]
#[derive(Debug)]
pub(crate) struct ChartWords {
    pub nothing: &'static str,
    pub reached: &'static str,
    pub lost: &'static str,
    pub median: &'static str,
    pub p90: &'static str,
    pub value: &'static str,
    pub together: &'static str,
    pub contents: &'static str,
    pub cases: &'static str,
}

pub(crate) fn words(language: &str) -> &'static Words {
    static BOTH: std::sync::LazyLock<[Words; 2]> = std::sync::LazyLock::new(|| {
        [
            Words {
                locale: Locale::of("en"),
                few: "* few cases: the number can be far off by chance",
                #[cfg(feature = "xlsx")]
                interval: ["from", "to"],
                #[cfg(feature = "pages")]
                chart: ChartWords {
                    nothing: "nothing to show",
                    reached: "reached",
                    lost: "of these, lost here",
                    median: "median",
                    p90: "90th percentile",
                    value: "by itself",
                    together: "together with those above",
                    contents: "Contents",
                    cases: "the query that lists these cases",
                },
            },
            Words {
                locale: Locale::of("ru"),
                few: "* мало обращений: число может быть случайным",
                #[cfg(feature = "xlsx")]
                interval: ["от", "до"],
                #[cfg(feature = "pages")]
                chart: ChartWords {
                    nothing: "нечего показать",
                    reached: "дошли",
                    lost: "из них потеряны здесь",
                    median: "медиана",
                    p90: "90-й процентиль",
                    value: "сама по себе",
                    together: "вместе с теми, что выше",
                    contents: "Содержание",
                    cases: "запрос, по которому видны эти обращения",
                },
            },
        ]
    });
    let [en, ru] = &*BOTH;
    if language.split(['-', '_']).next() == Some("ru") { ru } else { en }
}
