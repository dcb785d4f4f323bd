//! `voronka work`: a host without a program of its own.

use crate::output::{Failed, complain};
use crate::place::{ADDRESS, Place};
use crate::{Verdict, said};
use clap::Args;
use serde::Serialize;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use voronka::case::Effect;
use voronka::runtime::{Delivery, EffectHandler, Handled, Runtime, Setup, Stop, SystemClock, Worked};
use voronka::store::StoreError;

/// Fire timers, step the inbox, and write effects to standard output, one as JSON a line.
///
/// An effect is done when its line is written and flushed: whoever reads the lines does what they say. It may come
/// twice, with the same id. On SIGTERM or Ctrl-C it finishes what is in hand and ends.
#[derive(Args)]
pub struct Work {
    #[arg(help = ADDRESS)]
    address: String,
    /// Do what is due now, and end.
    #[arg(long)]
    once: bool,
    /// This host's name, its own among all that work on the database; one is made where silent.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// A line of the output.
#[derive(Serialize)]
struct Line<'l> {
    case: &'l str,
    attempt: u32,
    effect: &'l Effect,
}

/// Writes effects; stops the work when nobody reads them any more.
struct Lines {
    stop: Stop,
    unread: Arc<AtomicBool>,
}

impl EffectHandler for Lines {
    fn handle(&self, delivery: &Delivery) -> Handled {
        let line = Line { case: &delivery.case, attempt: delivery.attempt, effect: &delivery.effect };
        let text = match serde_json::to_string(&line) {
            Ok(text) => text,
            Err(error) => return Handled::GiveUp(format!("cannot be written as JSON: {error}")),
        };
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{text}").and_then(|()| out.flush());
        match written {
            Ok(()) => Handled::Done,
            Err(error) => {
                self.stop.stop();
                if error.kind() == ErrorKind::BrokenPipe {
                    self.unread.store(true, Ordering::Release);
                }
                Handled::Retry(format!("the line could not be written: {error}"))
            }
        }
    }
}

impl Work {
    pub fn run(&self) -> Result<Verdict, Failed> {
        let place = Place::open(&self.address)?;
        let by = self.by.clone().unwrap_or_else(|| said::new_id("work-"));
        let stop = Stop::new();
        let unread = Arc::new(AtomicBool::new(false));
        let handler: Arc<dyn EffectHandler> =
            Arc::new(Lines { stop: stop.clone(), unread: Arc::clone(&unread) });
        // One after the other, so that lines are in the order of their effects.
        let runtime = Runtime::new(place.kept(), SystemClock, Setup::new(by).hands(1));
        listen(&stop)?;
        let worked = if self.once { once(&runtime, &handler, &stop) } else { runtime.work(&handler, &stop) };
        let worked = worked.map_err(|error| place.failed(&error))?;
        let Worked { timers, rows, effects } = worked;
        complain(&format!("{timers} timers fired, {rows} inbox rows stepped, {effects} effects written"));
        if unread.load(Ordering::Acquire) {
            return Err(Failed::BrokenPipe);
        }
        Ok(Verdict::Good)
    }
}

type Host<'p> = Runtime<&'p dyn crate::place::Kept>;

/// What is due, and what becomes due by that.
fn once(host: &Host<'_>, handler: &Arc<dyn EffectHandler>, stop: &Stop) -> Result<Worked, StoreError> {
    let mut worked = Worked::default();
    while !stop.is_stopped() {
        let fired = host.fire()?;
        for error in &fired.later {
            complain(&format!("a timer is put off: {error}"));
        }
        let received = host.receive()?;
        for (id, why) in received.refused.iter().chain(&received.later) {
            complain(&format!("inbox row {id}: {why}"));
        }
        let delivered = host.deliver(handler)?;
        for (id, why) in delivered.failed.iter().chain(&delivered.given_up) {
            complain(&format!("effect {id}: {why}"));
        }
        worked.timers += fired.fired;
        worked.rows += received.done;
        worked.effects += delivered.done;
        if fired.count() + received.count() + delivered.count() == 0 {
            break;
        }
    }
    Ok(worked)
}

/// Tells the work to stop when the process is asked to end.
fn listen(stop: &Stop) -> Result<(), Failed> {
    let failed = |error: io::Error| Failed::said(format!("signals cannot be listened to: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    #[cfg(unix)]
    let mut ends = {
        use tokio::signal::unix::{SignalKind, signal};
        let _within = runtime.enter();
        signal(SignalKind::terminate()).map_err(failed)?
    };
    let stop = stop.clone();
    let wait = move || {
        runtime.block_on(async {
            #[cfg(unix)]
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = ends.recv() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
        });
        stop.stop();
    };
    thread::Builder::new().name("voronka-signals".to_owned()).spawn(wait).map_err(failed)?;
    Ok(())
}
