//! The rules of all scenarios, where they look, and what they want to know (I2, I5).

use super::candidate::{Candidate, Match, Owner};
use super::decide::Judge;
use super::decision::{Counter, Decision, Reason, Verdict};
use super::inquiry::{Inquiry, MAX_ID};
use super::keys::{KeyType, normal};
use super::reading::Reading;
use super::responsible::turn_counter;
use crate::Moment;
use crate::case::{Absence, interaction_key};
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many ids of a thread are looked for: the first, which began it, and the last ones.
const MOST_THREAD: usize = 30;
/// How many document numbers of an inquiry are looked for.
const MOST_NUMBERS: usize = 30;
/// How many contact keys of an inquiry are looked for.
pub(crate) const MOST_CONTACTS: usize = 20;
/// Over how many counters the contacts are spread that keep two inquiries of one contact apart.
const GUARDS: u32 = 4_096;
/// How many of an inquiry's contacts are guarded so.
const MOST_GUARDS: usize = 3;

/// The intake rules of all scenarios, compiled: which inquiries become what (I2, I5).
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// By priority, the highest first, then by id.
    pub(super) scenarios: Vec<Arc<Scenario>>,
}

/// What a decision is told of the world; like a step's context, so that the same arguments give the same decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeContext {
    /// The moment of deciding.
    pub now: Moment,
    /// Who is away (A10).
    pub absences: Vec<Absence>,
    /// The counters that [`Intake::wants`] names, as they were read before the candidates were.
    pub counters: BTreeMap<String, i64>,
    /// How many open cases each of the persons has that [`Intake::wants`] names.
    pub loads: BTreeMap<String, u64>,
    /// Whose the contact keys are.
    pub owners: Vec<Owner>,
}

impl IntakeContext {
    /// A moment with nobody away, and nothing read.
    #[must_use]
    pub const fn new(now: Moment) -> Self {
        Self {
            now,
            absences: Vec::new(),
            counters: BTreeMap::new(),
            loads: BTreeMap::new(),
            owners: Vec::new(),
        }
    }
}

/// Where a store looks for candidates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lookup {
    /// What finding a case by it means.
    pub by: Match,
    /// What sort of key it is.
    pub kind: LookupKind,
    /// The key.
    pub key: String,
}

/// What sort of key a case is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookupKind {
    /// An id that the case has elsewhere, or that of an interaction.
    External,
    /// A document of the host: `invoice/17`.
    Document,
    /// A contact key.
    Contact,
    /// The host's reference of a party.
    Party,
}

/// What is to be read before deciding, beside candidates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wants {
    /// These counters; they are read first, so that what happens after is noticed by the commit.
    pub counters: Vec<String>,
    /// The number of open cases of these persons.
    pub loads: Vec<String>,
}

impl Intake {
    /// The rules of those scenarios that have some; of one scenario the latest version counts.
    pub fn new(scenarios: impl IntoIterator<Item = Arc<Scenario>>) -> Self {
        let mut latest: BTreeMap<String, Arc<Scenario>> = BTreeMap::new();
        for it in scenarios {
            let known = latest.get(&it.reference().id);
            if known.is_none_or(|known| known.reference().version <= it.reference().version) {
                latest.insert(it.reference().id.clone(), it);
            }
        }
        let mut scenarios: Vec<_> = latest.into_values().filter(|it| it.intake.is_some()).collect();
        let priority = |it: &Arc<Scenario>| it.intake.as_ref().map_or(0, |it| it.def.priority);
        scenarios.sort_by_key(|it| std::cmp::Reverse(priority(it)));
        Self { scenarios }
    }

    /// The region by whose rules national numbers are read: of the first scenario that names one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.scenarios.iter().find_map(|it| it.intake.as_ref()?.def.region.as_deref())
    }

    /// The inquiry with its contact keys in the form by which cases are found; everything is asked of this one.
    #[must_use]
    pub fn normal(&self, mut inquiry: Inquiry) -> Inquiry {
        let region = self.region();
        let mut seen = BTreeSet::new();
        inquiry.contacts = std::mem::take(&mut inquiry.contacts)
            .iter()
            // A caller who hides the number is nobody whom the next one could be.
            .filter(|it| it.kind != KeyType::Phone || it.key.bytes().any(|byte| byte.is_ascii_digit()))
            .map(|it| normal(it, region))
            .filter(|it| !it.key.is_empty() && seen.insert(it.key.clone()))
            .collect();
        inquiry
    }

    /// Where candidates are to be looked for.
    #[must_use]
    pub fn lookups(&self, inquiry: &Inquiry, owners: &[Owner]) -> Vec<Lookup> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut look = |by, kind, key: String| {
            let lookup = Lookup { by, kind, key };
            if !lookup.key.is_empty() && seen.insert(lookup.clone()) {
                found.push(lookup);
            }
        };
        look(Match::Same, LookupKind::External, inquiry.own_key());
        let begin = inquiry.thread.first();
        let last = inquiry.thread.iter().skip(1).rev().take(MOST_THREAD);
        for id in begin.into_iter().chain(last) {
            look(Match::Thread, LookupKind::External, interaction_key(&inquiry.channel, id));
        }
        for number in inquiry.documents.iter().take(MOST_NUMBERS) {
            look(Match::Document, LookupKind::External, number.clone());
            if number.contains('/') {
                look(Match::Document, LookupKind::Document, number.clone());
            }
        }
        for (kind, number) in self.numbers(inquiry) {
            match kind {
                Some(kind) => {
                    look(Match::Document, LookupKind::Document, format!("{kind}/{number}"));
                }
                None => look(Match::Document, LookupKind::External, number),
            }
        }
        for contact in inquiry.contacts.iter().take(MOST_CONTACTS) {
            look(Match::Contact, LookupKind::Contact, contact.key.clone());
        }
        for owner in owners.iter().take(MOST_CONTACTS) {
            look(Match::Party, LookupKind::Party, owner.reference.clone());
        }
        found
    }

    /// Numbers of documents in subject and text, as the scenarios find them.
    fn numbers(&self, inquiry: &Inquiry) -> Vec<(Option<String>, String)> {
        let mut found = Vec::new();
        let rules = self.scenarios.iter().filter_map(|it| it.intake.as_ref());
        for it in rules.flat_map(|it| &it.documents) {
            // Line by line: a number stands on one, and most lines of most letters have none.
            let lines = inquiry.subject.iter().chain(&inquiry.text).flat_map(|text| text.lines());
            for line in lines.filter(|line| it.may_match(line)) {
                for caught in it.pattern.captures_iter(line) {
                    if found.len() >= MOST_NUMBERS {
                        return found;
                    }
                    if let Some(number) = caught.get(1).map(|it| it.as_str().trim())
                        && !number.is_empty()
                        && number.len() <= MAX_ID
                        && !number.contains('\0')
                    {
                        found.push((it.kind.clone(), number.to_owned()));
                    }
                }
            }
        }
        found
    }

    /// What is to be read beside candidates.
    #[must_use]
    pub fn wants(&self, inquiry: &Inquiry, owners: &[Owner], now: Moment) -> Wants {
        let taker = self.takers(inquiry, owners, now).next();
        taker.map_or_else(Wants::default, |it| wants_by(Some(&it), inquiry, owners))
    }

    /// What is to be read beside candidates where a person says that it is a new case by this scenario.
    #[must_use]
    pub fn wants_of(&self, scenario: &Scenario, inquiry: &Inquiry, owners: &[Owner], now: Moment) -> Wants {
        wants_by(Reading::new(scenario, inquiry, owners, now).as_ref(), inquiry, owners)
    }

    /// The scenarios that take it, the one with the highest priority first (I5).
    pub(super) fn takers<'a>(
        &'a self,
        inquiry: &'a Inquiry,
        owners: &'a [Owner],
        now: Moment,
    ) -> impl Iterator<Item = Reading<'a>> {
        let readings = self.scenarios.iter().filter_map(move |it| Reading::new(it, inquiry, owners, now));
        readings.filter(|it| it.holds(it.rules.when.as_ref()))
    }

    /// Decides what an inquiry becomes (I2): of [`normal`](Self::normal) form, with the candidates that its
    /// [`lookups`](Self::lookups) found, and with what it [`wants`](Self::wants).
    ///
    /// The order: what is known already; what its thread says; what a document's number says; then by contact.
    /// Pure: the same arguments give the same decision.
    #[must_use]
    pub fn decide(&self, inquiry: &Inquiry, candidates: &[Candidate], ctx: &IntakeContext) -> Decision {
        let mut judge = Judge { intake: self, inquiry, candidates, ctx, why: Vec::new() };
        let verdict = judge.verdict();
        Decision { verdict, reason: Reason(judge.why) }
    }

    /// What an inquiry becomes of which a person says that it belongs to this case.
    #[must_use]
    pub fn log(&self, inquiry: &Inquiry, case: &Candidate, ctx: &IntakeContext) -> Decision {
        let mut judge = Judge { intake: self, inquiry, candidates: &[], ctx, why: Vec::new() };
        let verdict = if case.erased { judge.erased(case) } else { judge.log(case) };
        Decision { verdict, reason: Reason(judge.why) }
    }

    /// What an inquiry becomes of which a person says that it is a new case by this scenario, which needs no rules;
    /// with what it [`wants_of`](Self::wants_of) that scenario.
    #[must_use]
    pub fn open(&self, inquiry: &Inquiry, scenario: &Scenario, ctx: &IntakeContext) -> Decision {
        let mut judge = Judge { intake: self, inquiry, candidates: &[], ctx, why: Vec::new() };
        let mut verdict = judge.open_by(scenario);
        // Without rules too, who takes in another inquiry of this contact at once is to find this case.
        if let Verdict::Open { counters, .. } = &mut verdict
            && counters.is_empty()
        {
            let guards = ctx.counters.iter().filter(|(name, _)| is_guard(name));
            counters.extend(guards.map(|(name, from)| Counter {
                name: name.clone(),
                from: *from,
                to: from.wrapping_add(1),
            }));
        }
        Decision { verdict, reason: Reason(judge.why) }
    }
}

/// What an opening reads: a guard of each contact, and of the scenario's rules, if it has some, turns and loads.
fn wants_by(taker: Option<&Reading<'_>>, inquiry: &Inquiry, owners: &[Owner]) -> Wants {
    let mut wants = Wants::default();
    let contacts = inquiry.contacts.iter().take(MOST_GUARDS).map(|it| guard(&it.key));
    let owned = owners.iter().take(MOST_GUARDS).map(|it| guard(&it.reference));
    let guards: BTreeSet<String> = contacts.chain(owned).collect();
    wants.counters.extend(guards);
    let Some(taker) = taker else { return wants };
    let id = &taker.scenario.reference().id;
    for rule in taker.rules.responsible.iter().filter(|rule| taker.holds(rule.when.as_ref())) {
        if !rule.def.in_turn.is_empty() {
            wants.counters.push(turn_counter(id, rule.def.turn()));
        }
        wants.loads.extend(rule.def.least_load.iter().cloned());
    }
    wants
}

/// The counter that keeps two inquiries of one contact from opening two cases at once; many contacts share one,
/// so that it tells nothing of whose it is (S12).
fn guard(key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    let number = digest.iter().take(4).fold(0_u32, |all, byte| (all << 8) | u32::from(*byte));
    format!("{GUARD}{}", number % GUARDS)
}

const GUARD: &str = "intake/guard/";

/// Whether a counter is such a guard.
pub(super) fn is_guard(counter: &str) -> bool {
    counter.starts_with(GUARD)
}
