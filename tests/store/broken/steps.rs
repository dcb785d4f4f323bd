//! What the broken stores do wrong of what a step needs.

use super::{Broken, Flaw, clock};
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;
use voronka::Moment;
use voronka::store::{
    Commit, Committed, EntryText, Keep, Kept, LeaseKind, LeaseRequest, Leases, Loading, Look, Message,
    Posted, Settle, Store, StoreError, Wanted,
};

/// Changes every text that a commit keeps.
fn each_text(commit: &mut Commit, change: impl Fn(&mut String)) {
    change(&mut commit.case.text);
    change(&mut commit.entry.text);
    change(&mut commit.entry.input_id);
    let case = &mut commit.case;
    let columns = [&mut case.title, &mut case.channel, &mut case.responsible, &mut case.team];
    columns.into_iter().flatten().for_each(&change);
    change(&mut commit.case.author);
    change(&mut commit.entry.actor);
    commit.effects.iter_mut().for_each(|it| change(&mut it.text));
    commit.keys.iter_mut().for_each(|it| change(&mut it.key));
}

fn first_thousand(text: &mut String) {
    *text = text.chars().take(1_000).collect();
}

impl Broken {
    fn unique(&self) -> u64 {
        self.count.fetch_add(1, Ordering::SeqCst)
    }

    fn revision(&self, case: &str) -> u64 {
        let loading = Store::load(&self.inner, &[Wanted::case(case)]).unwrap();
        loading.found[0].case.as_ref().map_or(0, |it| it.revision)
    }

    fn knows(&self, input: &str) -> bool {
        let wanted = Wanted { case: String::new(), input_id: Some(input.to_owned()) };
        Store::load(&self.inner, &[wanted]).unwrap().found[0].answer.is_some()
    }

    /// The commit as this store takes it.
    fn spoilt(&self, mut commit: Commit) -> Commit {
        match self.flaw {
            Flaw::ForgetsInputs => commit.entry.input_id = format!("{}", self.unique()),
            Flaw::IgnoresRevisions => {
                commit.before = self.revision(&commit.case.id);
            }
            Flaw::IgnoresCounters => commit.counters.clear(),
            Flaw::LosesTimers => commit.timers.put.clear(),
            Flaw::LosesTheLastEffect => drop(commit.effects.pop()),
            Flaw::LosesSettlements => commit.settles.clear(),
            Flaw::KeepsLostKeys => commit.lost_keys.clear(),
            Flaw::KeepsCancelledTimers => commit.timers.gone.clear(),
            Flaw::ShortensTexts => each_text(&mut commit, first_thousand),
            Flaw::MangleOutsideThePlane => each_text(&mut commit, |text| {
                *text = text.chars().map(|it| if u32::from(it) > 0xffff { '?' } else { it }).collect();
            }),
            Flaw::TakesNullCharacters => each_text(&mut commit, |text| *text = text.replace('\0', "")),
            Flaw::FoldsKeys => commit.keys.iter_mut().for_each(|it| it.key = it.key.to_lowercase()),
            Flaw::ErasesNothing => commit.erasure = None,
            Flaw::ErasesEntriesOnly => {
                if let Some(erasure) = &mut commit.erasure {
                    erasure.effects.clear();
                }
            }
            Flaw::IgnoresSwitches => commit.timers.put.iter_mut().for_each(|it| {
                if it.enabled {
                    it.trigger = None;
                }
            }),
            Flaw::IgnoresEnabled => commit.timers.put.iter_mut().for_each(|it| it.enabled = true),
            Flaw::ReversesEffects => commit.effects.iter_mut().for_each(|it| it.nth = 1_000 - it.nth),
            Flaw::EachEffectAlone => commit.effects.iter_mut().for_each(|it| it.lane = it.id.clone()),
            Flaw::OneLaneForAll => commit.effects.iter_mut().for_each(|it| it.lane = "all".to_owned()),
            Flaw::FindsNoDocuments => {
                commit.keys.retain(|it| it.kind != voronka::store::KeyKind::Document);
            }
            _ => {}
        }
        commit
    }

    fn commit_one(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let commit = self.spoilt(commit.clone());
        let inner = |commit: Commit| Ok(Store::commit(&self.inner, &[commit])?.remove(0));
        match self.flaw {
            Flaw::RevisionBeforeInput => {
                let revision = self.revision(&commit.case.id);
                if revision != commit.before {
                    return Ok(Committed::Conflict { revision });
                }
            }
            Flaw::CounterBeforeRevision => {
                for change in &commit.counters {
                    let names = [change.name.clone()];
                    let value = voronka::store::Query::counters(&self.inner, &names)?[0];
                    if value != change.from {
                        return Ok(Committed::Counter { name: change.name.clone(), value });
                    }
                }
            }
            Flaw::ChecksThenWrites => {
                let revision = self.revision(&commit.case.id);
                if revision == commit.before {
                    sleep(Duration::from_millis(20));
                    let before = self.revision(&commit.case.id);
                    return inner(Commit { before, ..commit });
                }
            }
            Flaw::ChecksInputsThenWrites if !self.knows(&commit.entry.input_id) => {
                sleep(Duration::from_millis(20));
                let mut commit = commit;
                if self.knows(&commit.entry.input_id) {
                    commit.entry.input_id = format!("{}", self.unique());
                }
                return inner(commit);
            }
            _ => {}
        }
        let answer = inner(commit.clone())?;
        if self.flaw == Flaw::TearsWhatConflicts && matches!(answer, Committed::Conflict { .. }) {
            // The effects are written all the same, as of a case of their own.
            let mut torn = commit;
            torn.case.id = "torn".to_owned();
            (torn.before, torn.entry.case) = (0, "torn".to_owned());
            torn.entry.input_id = "torn".to_owned();
            inner(torn)?;
        }
        Ok(answer)
    }

    /// Who held it last, for one who believes anybody.
    fn holder(&self, id: &str) -> String {
        self.holders.lock().unwrap().get(id).cloned().unwrap_or_default()
    }

    fn spoilt_settle(&self, settle: &Settle) -> Option<Settle> {
        let mut settle = settle.clone();
        match (self.flaw, &mut settle) {
            (Flaw::FreesWhatStops, Settle::EffectGivenUp { frees, .. }) => *frees = true,
            (Flaw::StopsWhatFrees, Settle::EffectGivenUp { frees, .. }) => *frees = false,
            (
                Flaw::BelievesAnyHost,
                Settle::EffectLater { id, by, .. }
                | Settle::EffectGivenUp { id, by, .. }
                | Settle::TimerLater { id, by, .. }
                | Settle::InboxLater { id, by, .. }
                | Settle::InboxRefused { id, by, .. },
            ) => *by = self.holder(id),
            // Whoever has it now is not asked for, so that it is done only where somebody has it.
            (Flaw::DoneOnlyByItsHost, Settle::EffectDone { id }) if self.holder(id).is_empty() => {
                return None;
            }
            (
                Flaw::PutsNothingOff,
                Settle::EffectLater { at, .. }
                | Settle::TimerLater { at, .. }
                | Settle::InboxLater { at, .. },
            ) => *at = Moment::MIN,
            (Flaw::DropsRefusedRows, Settle::InboxRefused { id, .. }) => {
                return Some(Settle::InboxDone { id: id.clone() });
            }
            (Flaw::ForgetsDoneRows, Settle::InboxDone { id }) => self.done.lock().unwrap().push(id.clone()),
            _ => {}
        }
        Some(settle)
    }
}

impl Store for Broken {
    fn load(&self, wanted: &[Wanted]) -> Result<Loading, StoreError> {
        let mut loading = Store::load(&self.inner, wanted)?;
        for loaded in &mut loading.found {
            match (self.flaw, &mut loaded.case) {
                (Flaw::LoadsNoSwitches, _) => loaded.switches.clear(),
                (Flaw::MixesRevisions, Some(case)) => {
                    let mut first = self.first.lock().unwrap();
                    let text = first.entry(case.id.clone()).or_insert_with(|| case.text.clone());
                    case.text.clone_from(text);
                }
                (Flaw::LosesAnswersOfOtherCases, case) => {
                    let own = case.as_ref().map(|it| it.id.clone());
                    loaded.answer = loaded.answer.take().filter(|it| Some(&it.case) == own.as_ref());
                }
                _ => {}
            }
        }
        if self.flaw == Flaw::IgnoresItsClock {
            loading.clock = Some(clock());
        }
        Ok(loading)
    }

    fn journal(&self, case: &str, from: u64, limit: u32) -> Result<Vec<EntryText>, StoreError> {
        match self.flaw {
            Flaw::IgnoresFrom => Store::journal(&self.inner, case, 1, limit),
            Flaw::HidesHoles => {
                // One at a time, until there is no next.
                let entry = |number| Store::journal(&self.inner, case, number, 1).ok()?.into_iter().next();
                let numbers = from..from.saturating_add(u64::from(limit));
                Ok(numbers.map_while(entry).collect())
            }
            _ => Store::journal(&self.inner, case, from, limit),
        }
    }

    fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        if self.flaw != Flaw::TakesNullCharacters {
            commits.iter().try_for_each(Commit::check)?;
        }
        let mut answers = Vec::new();
        if self.flaw == Flaw::WritesAllOrNothingOfACall {
            let tx = self.inner.transaction()?;
            let answers = Store::commit(&tx, commits)?;
            if answers.iter().all(|it| *it == Committed::Done) {
                tx.commit_all()?;
            }
            return Ok(answers);
        }
        for commit in commits {
            let answer = self.commit_one(commit)?;
            let done = answer == Committed::Done;
            answers.push(answer);
            if self.flaw == Flaw::StopsAtAConflict && !done {
                break;
            }
        }
        Ok(answers)
    }

    fn lease(&self, request: &LeaseRequest) -> Result<Leases, StoreError> {
        let mut request = request.clone();
        match self.flaw {
            Flaw::HandsOutEarly => request.now = request.now.plus_millis(1),
            Flaw::IgnoresLeases => request.until = request.now,
            Flaw::LeasesForEver => request.until = Moment::MAX,
            Flaw::IgnoresLimits => request.limit = 1_000,
            Flaw::LeasesTwiceInARace => {
                // Looks first, and takes later what it saw.
                let seen = Store::lease(&*self.inner_copy()?, &request)?;
                sleep(Duration::from_millis(20));
                Store::lease(&self.inner, &request)?;
                return Ok(seen);
            }
            _ => {}
        }
        let mut leases = Store::lease(&self.inner, &request)?;
        if self.flaw == Flaw::CountsNoAttempts {
            leases.effects.iter_mut().for_each(|it| it.attempt = 1);
            leases.inbox.iter_mut().for_each(|it| it.attempt = 1);
        }
        let ids = match request.kind {
            LeaseKind::Timers => leases.timers.iter().map(|it| it.id.clone()).collect::<Vec<_>>(),
            LeaseKind::Effects => leases.effects.iter().map(|it| it.id.clone()).collect(),
            LeaseKind::Inbox => leases.inbox.iter().map(|it| it.id.clone()).collect(),
        };
        self.holders.lock().unwrap().extend(ids.into_iter().map(|id| (id, request.by.clone())));
        Ok(leases)
    }

    fn settle(&self, settlements: &[Settle]) -> Result<Vec<bool>, StoreError> {
        let mut answers = Vec::new();
        for settle in settlements {
            let held = match self.spoilt_settle(settle) {
                Some(settle) => Store::settle(&self.inner, &[settle])?[0],
                None => false,
            };
            answers.push(held || self.flaw == Flaw::AgreesToAll);
        }
        Ok(answers)
    }

    fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
        let mut messages = messages.to_vec();
        let done = self.done.lock().unwrap().clone();
        for message in &mut messages {
            match self.flaw {
                Flaw::ForgetsDoneRows if done.contains(&message.id) => message.id.push('\''),
                Flaw::RefusesOddRows if !message.text.starts_with('{') => {
                    return Err(StoreError::Unfit { what: "a row".to_owned(), why: "odd".to_owned() });
                }
                Flaw::FoldsKeys => message.object = message.object.to_lowercase(),
                Flaw::KnowsIdsOnly => (message.object, message.text) = ("one".to_owned(), "{}".to_owned()),
                _ => {}
            }
        }
        if self.flaw == Flaw::ReversesPosts {
            messages.reverse();
        }
        Store::post(&self.inner, &messages)
    }

    fn keep(&self, keep: &Keep) -> Result<Kept, StoreError> {
        match (self.flaw, keep) {
            (Flaw::ChangesVersions, Keep::Version(version)) => {
                let key = (version.scenario.id.clone(), version.scenario.version);
                self.versions.lock().unwrap().insert(key, version.clone());
                Store::keep(&self.inner, keep)
            }
            (Flaw::IgnoresDraftRevisions, Keep::Draft(draft)) => {
                Store::keep(&self.inner, &Keep::DropDraft { id: draft.id.clone() })?;
                for revision in 1..=draft.revision {
                    let mut draft = draft.clone();
                    draft.revision = revision;
                    Store::keep(&self.inner, &Keep::Draft(draft))?;
                }
                Ok(Kept::Done)
            }
            (Flaw::LosesARefusal, Keep::Refusals(refusals)) => {
                let kept = refusals.iter().skip(usize::from(refusals.len() > 1)).cloned().collect();
                Store::keep(&self.inner, &Keep::Refusals(kept))
            }
            _ => Store::keep(&self.inner, keep),
        }
    }

    fn kept(&self, look: &Look) -> Result<Vec<Keep>, StoreError> {
        let mut look = look.clone();
        if let (Flaw::IgnoresHashes, Look::Version { hash, .. }) = (self.flaw, &mut look) {
            hash.clear();
        }
        let mut kept = Store::kept(&self.inner, &look)?;
        for keep in &mut kept {
            if let Keep::Version(version) = keep {
                let key = (version.scenario.id.clone(), version.scenario.version);
                if let Some(changed) = self.versions.lock().unwrap().get(&key) {
                    *version = changed.clone();
                }
            }
        }
        Ok(kept)
    }
}

impl Broken {
    /// What is there now, apart from the store.
    fn inner_copy(&self) -> Result<Box<voronka::store::MemoryTransaction>, StoreError> {
        self.inner.transaction().map(Box::new)
    }
}
