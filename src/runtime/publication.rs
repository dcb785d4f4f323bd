//! What a host asks when it publishes a draft, and what it gets (V2, V3, V5).

use crate::case::{Adoption, ScenarioRef};
use crate::scenario::edit::{Clash, Draft, Edit};
use crate::source::Defect;
use crate::testing::Report;

/// A draft to be published, and what becomes of cases under way.
///
/// # Examples
/// ```
/// use voronka::runtime::{Clock, Publication, Runtime, Setup};
/// use voronka::scenario::edit::{Draft, Edit, Op, StageEdit};
/// use voronka::{Actor, Definition, Moment, Scenario, scenario::def::{PlanDef, StageDef}, store::MemoryStore};
/// # struct Monday;
/// # impl Clock for Monday {
/// #     fn now(&self) -> Moment { "2026-03-02T10:00:00Z".parse().unwrap_or(Moment::MIN) }
/// #     fn sleep(&self, _: std::time::Duration) {}
/// # }
/// let olga = Actor::new("olga", "head");
/// let runtime = Runtime::new(MemoryStore::new(), Monday, Setup::new("host"));
/// let base = Scenario::new(Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::won("won")))
///     .map_err(|defects| format!("{defects:?}"))?;
/// runtime.publish(base.clone(), &olga, "the first")?;
///
/// let mut draft = Draft::of(&base);
/// let call = PlanDef::new("call", "Call back").mandatory();
/// let add = Op::Add { id: call.id(), after: None, to: call };
/// draft.edit(&base, Edit::InStage { stage: "talk".into(), edit: StageEdit::Plan(add) })?;
/// let published = runtime.publish_draft(&Publication::pinned(draft, "a call is due"), &olga)?;
/// assert_eq!((published.scenario.version, published.others.len()), (2, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// The draft.
    pub draft: Draft,
    /// What its author says of it.
    pub comment: String,
    /// The scenario's own examples (`docs/TESTING.md`), the text of their file: one that fails refuses.
    pub examples: Option<String>,
    /// Publishes although examples fail, with this reason, which stands in the version's comment.
    pub despite: Option<String>,
    /// What becomes of cases under way on the latest version.
    pub running: Running,
}

/// What becomes of cases under way (V3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Running {
    /// They stay on their version.
    Pin,
    /// They adopt the new one, so; a changed rule that it does not name is kept (V4). Publishing keeps it as the
    /// mapping between the two versions; the cases themselves are passed over afterwards (`adopt_all`).
    Adopt(Adoption),
}

impl Publication {
    /// Cases under way stay on their version.
    pub fn pinned(draft: Draft, comment: impl Into<String>) -> Self {
        Self { draft, comment: comment.into(), examples: None, despite: None, running: Running::Pin }
    }

    /// Cases under way adopt the new version.
    pub fn adopted(draft: Draft, comment: impl Into<String>, adoption: Adoption) -> Self {
        Self { running: Running::Adopt(adoption), ..Self::pinned(draft, comment) }
    }

    /// With the scenario's own examples, the text of their file.
    #[must_use]
    pub fn examples(mut self, tests: impl Into<String>) -> Self {
        self.examples = Some(tests.into());
        self
    }

    /// Although examples fail, with this reason.
    #[must_use]
    pub fn despite(mut self, reason: impl Into<String>) -> Self {
        self.despite = Some(reason.into());
        self
    }
}

/// A published draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The new version.
    pub scenario: ScenarioRef,
    /// The version that was the latest until now.
    pub before: ScenarioRef,
    /// What others published since the draft was begun; the draft was applied on top of it (V5).
    pub others: Vec<Edit>,
    /// How the examples went, where there were some.
    pub examples: Option<Report>,
    /// How cases on the version before pass to this one, with every changed rule named; none where they stay.
    pub adoption: Option<Adoption>,
    /// What is no defect but worth a look.
    pub lints: Vec<Defect>,
}

/// Others published since the draft was begun, and it touches what they changed (V5). Nothing was published, and
/// nothing is lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The latest version.
    pub latest: ScenarioRef,
    /// What others changed since the draft was begun.
    pub others: Vec<Edit>,
    /// A draft on the latest version with those edits that touch nothing in common.
    pub draft: Draft,
    /// The other edits, each beside what others did there.
    pub clashes: Vec<Clash>,
}
