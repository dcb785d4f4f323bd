//! The templates that ship with the crate: scenarios to use as they are, or to copy and change (P3).

use std::fmt;

/// A scenario that ships with the crate, as its file says it, with tests beside it.
///
/// A copy keeps the `template` that its head names, so that every case of it tells from which template, in which of the
/// template's own versions, its scenario was made. [`docs/PROCESSES.md`] tells what each does.
///
/// [`docs/PROCESSES.md`]: https://docs.rs/crate/voronka/latest/source/docs/PROCESSES.md
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Its id, which is that of its scenario too.
    pub id: &'static str,
    /// Its own version, from 1; it grows when what it does changes.
    pub version: u32,
    /// Its title in English.
    pub title_en: &'static str,
    /// Its title in Russian.
    pub title_ru: &'static str,
    /// The scenario, as [`Scenario::from_json`](crate::Scenario::from_json) reads it.
    pub json: &'static str,
    /// Tests of it, as `voronka test` and [`testing::run`](crate::testing::run) read them.
    pub tests: &'static str,
}

impl Template {
    /// Its title in a language: Russian where that is asked for, else English.
    #[must_use]
    pub fn title(&self, language: &str) -> &'static str {
        match language.split(['-', '_']).next() {
            Some("ru") => self.title_ru,
            _ => self.title_en,
        }
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the texts, which are long.
        f.debug_struct("Template")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

macro_rules! template {
    ($id:literal, $version:literal, $en:literal, $ru:literal) => {
        Template {
            id: $id,
            version: $version,
            title_en: $en,
            title_ru: $ru,
            json: include_str!(concat!("templates/", $id, ".json")),
            tests: include_str!(concat!("templates/", $id, ".tests.json")),
        }
    };
}

static TEMPLATES: [Template; 5] = [
    template!("approval", 1, "Approval", "Согласование"),
    template!("claim", 1, "Claim handling", "Разбор претензии"),
    template!("assignment", 1, "Assignment", "Поручение"),
    template!("sale", 1, "Sale", "Продажа"),
    template!("quick_sale", 1, "Quick sale", "Быстрая продажа"),
];

/// All templates: approval, claim handling, assignment, sale, quick sale (P3).
///
/// # Examples
/// ```
/// let ids: Vec<&str> = voronka::process::templates().iter().map(|it| it.id).collect();
/// assert_eq!(ids, ["approval", "claim", "assignment", "sale", "quick_sale"]);
/// ```
#[must_use]
pub fn templates() -> &'static [Template] {
    &TEMPLATES
}

/// The template of this id; none if there is no such one.
///
/// # Examples
/// Used as it is:
/// ```
/// use voronka::{Scenario, process};
/// let approval = process::template("approval").ok_or("no such template")?;
/// let scenario = Scenario::from_json(approval.json).map_err(|defects| format!("{defects:?}"))?;
/// assert_eq!(scenario.definition().title.get("ru"), approval.title_ru);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Copied and changed:
/// ```
/// use voronka::{Definition, Scenario, process};
/// let approval = process::template("approval").ok_or("no such template")?;
/// let mut mine: Definition = serde_json::from_str(approval.json)?;
/// mine.id = "discount_approval".into();
/// mine.title = "Approval of a discount".into();
/// let scenario = Scenario::new(mine).map_err(|defects| format!("{defects:?}"))?;
/// assert_eq!(scenario.definition().template.as_ref().map(|it| it.id.as_str()), Some("approval"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn template(id: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.id == id)
}
