//! Many cases at once, on all cores: the parts merge to the same whole.

use super::{Backtest, Journal, Options, run_one};
use crate::scenario::Scenario;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// So many journals are handed to a thread at once.
const BATCH: usize = 64;

/// Runs journals again over a draft (C6), each case's once.
pub fn backtest<'j>(
    draft: &Scenario,
    options: &Options,
    journals: impl IntoIterator<Item = Journal<'j>>,
) -> Backtest {
    backtest_with(draft, options, journals, |_| ())
}

/// The same, saying after each batch how many cases are done.
///
/// Journals are taken from the iterator on the caller's thread, and no more of them than the threads can be given, so that
/// they may come from a store page by page.
pub fn backtest_with<'j>(
    draft: &Scenario,
    options: &Options,
    journals: impl IntoIterator<Item = Journal<'j>>,
    mut progress: impl FnMut(usize),
) -> Backtest {
    let mut journals = journals.into_iter();
    let threads = options.threads.or_else(|| std::thread::available_parallelism().ok().map(NonZero::get));
    let threads = threads.unwrap_or(1).clamp(1, 64);
    let mut next = || -> Vec<Journal<'j>> { journals.by_ref().take(BATCH).collect() };
    let mut first = next();
    if threads == 1 || first.len() < BATCH {
        let mut whole = Backtest::default();
        while !first.is_empty() {
            add(draft, options, &mut whole, first);
            progress(whole.cases);
            first = next();
        }
        return whole;
    }
    let done = AtomicUsize::new(0);
    let (send, receive) = sync_channel::<Vec<Journal<'j>>>(threads);
    let receive = Arc::new(Mutex::new(receive));
    let work = |receive: Arc<Mutex<Receiver<Vec<Journal<'j>>>>>| {
        let mut part = Backtest::default();
        while let Some(batch) = take(&receive) {
            let count = batch.len();
            add(draft, options, &mut part, batch);
            done.fetch_add(count, Ordering::Relaxed);
        }
        part
    };
    let work = &work;
    std::thread::scope(|scope| {
        let start = |_| {
            let receive = Arc::clone(&receive);
            scope.spawn(move || work(receive))
        };
        let workers: Vec<_> = (0..threads).map(start).collect();
        // Where every worker has ended, which only a panic makes them do, nobody takes anything any more.
        drop(receive);
        let mut batch = first;
        while !batch.is_empty() && send.send(batch).is_ok() {
            progress(done.load(Ordering::Relaxed));
            batch = next();
        }
        drop(send);
        let mut whole = Backtest::default();
        for worker in workers {
            match worker.join() {
                Ok(part) => whole.merge(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        progress(whole.cases);
        whole
    })
}

fn take<T>(receive: &Mutex<Receiver<T>>) -> Option<T> {
    receive.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn add(draft: &Scenario, options: &Options, into: &mut Backtest, batch: Vec<Journal<'_>>) {
    for journal in batch {
        into.add(run_one(draft, options, &journal));
    }
}
