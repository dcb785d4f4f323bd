//! Many inputs through the loop: load, judge, commit; what others were in the way of is judged anew (M10, S1–S3).

use super::clock::{Time, back_off};
use super::error::StepError;
use super::facts::AnyFacts;
use super::judge::{Desk, Next};
use super::request::{Asked, Done, Progress};
use super::shared::Shared;
use super::trace;
use crate::store::{AnyStore, Commit, Committed, StoreError, Wanted};
use std::collections::{BTreeMap, VecDeque};

/// A store with what is around it, for the time of a call.
pub(crate) struct Host<'a, S, F> {
    pub store: &'a S,
    pub facts: &'a F,
    pub time: &'a Time,
    pub shared: &'a Shared,
    /// Whether the store commits by itself; in a borrowed transaction nothing is tried again (S7).
    pub owned: bool,
}

/// What one look at an input gave.
enum Turn {
    Answer(Result<Done, StepError>),
    /// Others were in the way, or the store was.
    Again(Cause),
    /// The store failed on several at once; each is to be tried by itself, so that one stops no other.
    Alone,
}

enum Cause {
    Conflict,
    /// Its id became known meanwhile; loading gives its answer.
    Repeated,
    Store(StoreError),
}

/// An input on its way.
struct Job {
    asked: Asked,
    /// How many times it was judged in vain.
    tries: u32,
    repeated: bool,
    alone: bool,
    answer: Option<Result<Done, StepError>>,
}

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// Steps one input.
    pub async fn one(&self, asked: Asked) -> Result<Done, StepError> {
        let case = asked.request.case.clone();
        let answers = self.run(vec![asked], false, |_| ()).await;
        answers.into_iter().next().unwrap_or_else(|| {
            Err(StepError::store(case, StoreError::failed("an input was left without an answer")))
        })
    }

    /// Steps many inputs, those of one case in their order, and answers in the order in which they came (M10).
    ///
    /// With `chained`, the later inputs of a case wait where an earlier one could not be stepped now.
    pub async fn run(
        &self,
        asked: Vec<Asked>,
        chained: bool,
        mut progress: impl FnMut(Progress),
    ) -> Vec<Result<Done, StepError>> {
        let of = asked.len();
        let mut queues: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
        let mut ready: VecDeque<String> = VecDeque::new();
        for (i, asked) in asked.iter().enumerate() {
            let queue = queues.entry(asked.request.case.clone()).or_default();
            if queue.is_empty() {
                ready.push_back(asked.request.case.clone());
            }
            queue.push_back(i);
        }
        let new = |asked| Job { asked, tries: 0, repeated: false, alone: false, answer: None };
        let mut jobs: Vec<Job> = asked.into_iter().map(new).collect();
        let (mut answered, mut failed) = (0, 0);
        let mut again: VecDeque<String> = VecDeque::new();
        loop {
            if ready.is_empty() {
                if again.is_empty() {
                    break;
                }
                let tries = again.iter().filter_map(|case| jobs.get(*queues.get(case)?.front()?));
                let tries = tries.map(|job| job.tries).max().unwrap_or(1);
                let (first, longest) = self.shared.setup.conflict_wait;
                self.time.sleep(back_off(first, longest, tries, &*self.shared.setup.chance)).await;
                std::mem::swap(&mut ready, &mut again);
            }
            let batch = self.take(&mut ready, &queues, &jobs);
            let turns = self.round(&jobs, &batch).await;
            for (i, turn) in batch.into_iter().zip(turns) {
                let Some(job) = jobs.get_mut(i) else { continue };
                let case = job.asked.request.case.clone();
                let answer = match turn {
                    Turn::Answer(answer) => Some(answer),
                    Turn::Alone => {
                        job.alone = true;
                        None
                    }
                    Turn::Again(cause) => self.give_up(job, cause),
                };
                let Some(answer) = answer else {
                    again.push_back(case);
                    continue;
                };
                let trouble = answer.as_ref().is_err_and(StepError::is_transient);
                let mut done = vec![i];
                job.answer = Some(answer);
                if let Some(queue) = queues.get_mut(&case) {
                    queue.pop_front();
                    if chained && trouble {
                        done.extend(queue.drain(..));
                    }
                    if !queue.is_empty() {
                        ready.push_back(case.clone());
                    }
                }
                for i in done {
                    let Some(job) = jobs.get_mut(i) else { continue };
                    let answer =
                        job.answer.get_or_insert_with(|| Err(StepError::Behind { case: case.clone() }));
                    trace::answered(answer);
                    answered += 1;
                    failed += usize::from(answer.is_err());
                }
                progress(Progress { answered, failed, of });
            }
        }
        if self.owned {
            self.shared.write_counts(self.store, self.shared.setup.refusals).await;
        }
        let lost = || Err(StepError::from(StoreError::failed("an input was left without an answer")));
        jobs.into_iter().map(|job| job.answer.unwrap_or_else(lost)).collect()
    }

    /// The first waiting inputs of as many cases as fit into a batch.
    fn take(
        &self,
        ready: &mut VecDeque<String>,
        queues: &BTreeMap<String, VecDeque<usize>>,
        jobs: &[Job],
    ) -> Vec<usize> {
        let mut batch = Vec::new();
        while let Some(case) = ready.front() {
            let front = queues.get(case).and_then(|queue| queue.front()).copied();
            let alone = front.and_then(|i| jobs.get(i)).is_some_and(|job| job.alone);
            if batch.len() >= self.shared.setup.batch as usize || (alone && !batch.is_empty()) {
                break;
            }
            ready.pop_front();
            batch.extend(front);
            if alone {
                break;
            }
        }
        batch
    }

    /// The answer of an input that was judged in vain as often as may be.
    fn give_up(&self, job: &mut Job, cause: Cause) -> Option<Result<Done, StepError>> {
        let case = || job.asked.request.case.clone();
        trace::again(matches!(cause, Cause::Store(_)));
        // Its answer is there now, unless the transaction cannot see it.
        if matches!(cause, Cause::Repeated) && !job.repeated {
            job.repeated = true;
            return None;
        }
        job.tries += 1;
        let last = !self.owned || job.tries > self.shared.setup.retries;
        last.then(|| match cause {
            Cause::Store(error) => Err(StepError::store(case(), error)),
            Cause::Conflict | Cause::Repeated => {
                Err(StepError::Contended { case: case(), attempts: job.tries })
            }
        })
    }

    /// Loads, judges and commits one input each of several cases.
    async fn round(&self, jobs: &[Job], batch: &[usize]) -> Vec<Turn> {
        let asked: Vec<&Asked> = batch.iter().filter_map(|i| jobs.get(*i)).map(|job| &job.asked).collect();
        let wanted = |it: &&Asked| Wanted {
            case: it.request.case.clone(),
            input_id: Some(it.request.input_id.clone()),
        };
        let wanted: Vec<Wanted> = asked.iter().map(wanted).collect();
        let loading = match self.store.load(&wanted).await {
            Ok(loading) if loading.found.len() == wanted.len() => loading,
            Ok(_) => return self.all(&asked, &StoreError::failed("it did not load what was asked")),
            Err(error) => return self.all(&asked, &error),
        };
        let mut turns: Vec<Option<Turn>> = asked.iter().map(|_| None).collect();
        let mut desk = Desk::new(self, loading.clock);
        let mut waiting = Vec::new();
        for ((i, asked), loaded) in asked.iter().enumerate().zip(loading.found) {
            match desk.admit(asked, loaded).await {
                Ok(seat) => waiting.push((i, seat)),
                Err(answer) => put(&mut turns, i, Turn::Answer(*answer)),
            }
        }
        // Each turn of this loop writes at most one commit of a case: what stands on it comes when it is there.
        while !waiting.is_empty() {
            let mut commits: Vec<Commit> = Vec::new();
            let mut seats = Vec::new();
            for (i, seat) in waiting.drain(..) {
                match desk.next(seat).await {
                    Next::Answer(answer) => put(&mut turns, i, Turn::Answer(*answer)),
                    Next::Commit(commit, made) => {
                        commits.push(*commit);
                        seats.push((i, made));
                    }
                }
            }
            if commits.is_empty() {
                break;
            }
            let answers = match self.store.commit(&commits).await {
                Ok(answers) if answers.len() == commits.len() => answers,
                Ok(_) => {
                    let error = StoreError::failed("it did not answer each commit");
                    seats.iter().for_each(|(i, _)| put(&mut turns, *i, self.failed(&asked, *i, &error, 1)));
                    break;
                }
                Err(error) => {
                    let many = seats.len();
                    seats
                        .iter()
                        .for_each(|(i, _)| put(&mut turns, *i, self.failed(&asked, *i, &error, many)));
                    break;
                }
            };
            for ((i, made), answer) in seats.into_iter().zip(answers) {
                match (answer, made.facts) {
                    (Committed::Done, false) => put(&mut turns, i, Turn::Answer(Ok(made.done()))),
                    (Committed::Done, true) => match made.learnt() {
                        Ok(seat) => waiting.push((i, seat)),
                        Err(answer) => put(&mut turns, i, Turn::Answer(*answer)),
                    },
                    (Committed::Conflict { revision }, _) => {
                        put(&mut turns, i, self.conflict(made.seat.asked, revision));
                    }
                    (Committed::Repeated(_), false) => put(&mut turns, i, Turn::Again(Cause::Repeated)),
                    (Committed::Repeated(_), true) | (Committed::Counter { .. }, _) => {
                        put(&mut turns, i, Turn::Again(Cause::Conflict));
                    }
                }
            }
        }
        let lost = || Turn::Answer(Err(StoreError::failed("an input was left without an answer").into()));
        turns.into_iter().map(|turn| turn.unwrap_or_else(lost)).collect()
    }

    /// In a borrowed transaction a stale input cannot be looked at again, and goes back at once (S2).
    fn conflict(&self, asked: &Asked, revision: u64) -> Turn {
        match asked.request.seen_revision {
            Some(seen) if !self.owned => {
                let case = asked.request.case.clone();
                Turn::Answer(Err(StepError::Stale { case, seen, revision }))
            }
            _ => Turn::Again(Cause::Conflict),
        }
    }

    fn all(&self, asked: &[&Asked], error: &StoreError) -> Vec<Turn> {
        (0..asked.len()).map(|i| self.failed(asked, i, error, asked.len())).collect()
    }

    fn failed(&self, asked: &[&Asked], i: usize, error: &StoreError, many: usize) -> Turn {
        if error.is_transient() {
            return Turn::Again(Cause::Store(error.clone()));
        }
        if many > 1 && self.owned {
            return Turn::Alone;
        }
        let case = asked.get(i).map(|asked| asked.request.case.clone()).unwrap_or_default();
        Turn::Answer(Err(StepError::store(case, error.clone())))
    }
}

fn put(turns: &mut [Option<Turn>], i: usize, turn: Turn) {
    if let Some(place) = turns.get_mut(i) {
        *place = Some(turn);
    }
}
