//! Erasure: every personal text of a case, for good, and an entry that says so (S12).

use super::judge::{InputNames, Judge};
use super::step::Outcome;
use crate::case::{Case, Context, Entry, Event, Input, Missing, Rejection, ReplayError, Withheld};
use crate::scenario::Scenario;
use crate::scenario::def::FieldType;
use std::collections::BTreeSet;

/// What erasing a case gives: its earlier entries anew, and the step that says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Erased {
    entries: Vec<Entry>,
    outcome: Outcome,
}

impl Erased {
    /// The earlier entries without what was erased; they take the place of those of the same number.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The new entry, and the case as it is now: the fold of all of them.
    #[must_use]
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

/// Why a case was not erased.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// The actor may not, or the context does not fit.
    #[error("{0}")]
    Refused(Rejection),
    /// The journal is no whole journal.
    #[error("{0}")]
    Journal(#[from] ReplayError),
}

impl Scenario {
    /// Erases every personal text of a case, given its whole journal (S12).
    ///
    /// Personal are: fields marked so and file names, contact keys, the references of parties marked so, titles,
    /// subjects, bodies, notes, comments, reasons in people's own words; and copies of these in what effects carry,
    /// in what was said to be missing, in titles of activities planned by hand. An erased field reads as empty. The
    /// entries keep all else, so that counts and reports stay right; only audits and back-tests leave the case out, since
    /// its inputs no longer give its events (C6).
    ///
    /// Fields are personal that this scenario marks, or one of `others`: the other versions that the journal's
    /// entries name.
    ///
    /// # Errors
    /// [`EraseError::Refused`] without the right `erase` (nobody has it where the scenario is silent), without a
    /// reason, or against C5 and V3; [`EraseError::Journal`] where the entries are no whole journal.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Context, Input, Opening, Scenario};
    /// let scenario = Scenario::from_json(r#"{"id": "small",
    ///     "fields": {"name": {"type": "text", "personal": true}}, "rights": {"erase": "head"},
    ///     "stages": [{"id": "talk"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("boris", "head"), "1");
    /// let name = [("name".to_owned(), Some("N. N.".into()))];
    /// let opened = scenario.open("c1", Opening { fields: name.into(), ..Opening::default() }, &ctx)?;
    /// let erased = scenario.erase(&[opened.entry().clone()], &[], "asked by letter", &ctx)?;
    /// assert!(erased.outcome().case().fields.is_empty() && erased.outcome().case().erased_at.is_some());
    /// assert!(!serde_json::to_string(erased.entries())?.contains("N. N."));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn erase(
        &self,
        journal: &[Entry],
        others: &[&Self],
        reason: &str,
        ctx: &Context,
    ) -> Result<Erased, EraseError> {
        let before = Case::replay(journal)?;
        let missing = self.misses_to_erase(&before, reason, ctx);
        if !missing.is_empty() {
            return Err(EraseError::Refused(Rejection::new(missing)));
        }
        let mut fields = BTreeSet::new();
        let mut parties = BTreeSet::new();
        for scenario in others.iter().copied().chain([self]) {
            let personal =
                scenario.def.fields.iter().filter(|(_, def)| def.personal || def.kind == FieldType::File);
            fields.extend(personal.map(|(name, _)| name.to_owned()));
            let personal = scenario.def.parties.iter().filter(|(_, def)| def.personal);
            parties.extend(personal.map(|(role, _)| role.to_owned()));
        }
        let names: Vec<String> =
            fields.iter().filter(|it| before.fields.contains_key(*it)).cloned().collect();
        let withheld =
            Withheld { fields, parties, contacts: true, texts: true, erasing: true, ..Withheld::default() };
        let entries = withheld.taken_out_of(journal);
        let mut case = Case::replay(&entries)?;
        case.begin(case.revision + 1, ctx.now);
        let event = Event::Erased { fields: names };
        case.apply(&event, ctx.now);
        case.finish(ctx.now);
        let input = Input::Erase { reason: reason.to_owned() };
        let outcome = self.outcome(Box::new(case), vec![event], input, ctx);
        Ok(Erased { entries, outcome })
    }

    fn misses_to_erase(&self, case: &Case, reason: &str, ctx: &Context) -> Vec<Missing> {
        let names = InputNames::default();
        let judge = Judge { scenario: self, case, now: ctx.now, actor: &ctx.actor, input: &names };
        let mut missing = Vec::new();
        if case.scenario != self.reference {
            let name = |it: &crate::case::ScenarioRef| format!("{} {} ({})", it.id, it.version, it.hash);
            let it = Missing::new("V-V3-version").arg("case", name(&case.scenario));
            missing.push(it.arg("scenario", name(&self.reference)));
        }
        if ctx.now < case.last_at {
            missing.push(Missing::new("V-C5-backwards").arg("now", ctx.now).arg("last", case.last_at));
        }
        if !self.rights.erase.as_ref().is_some_and(|limit| judge.fits(limit)) {
            missing.push(Missing::new("V-G1-erase"));
        }
        if reason.trim().is_empty() {
            missing.push(Missing::new("V-S12-reason"));
        }
        if reason.contains('\0') {
            missing.push(Missing::new("V-S11-nul").arg("field", "reason"));
        }
        missing
    }
}
