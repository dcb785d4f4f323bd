//! A log of the project's own making, for whoever has not got the real one: 900 applications of a winter. Nobody in it
//! exists, and its figures say nothing about any bank.

use voronka::interop::log::{Attributes, LogEvent, LogTrace};
use voronka::{Moment, Value};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Monday the 5th of January 2026, nine in the morning in Amsterdam.
const BEGIN: i64 = 1_767_600_000_000;

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    fn millis(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(u64::try_from(to - from).unwrap_or(1))).unwrap_or(0)
    }

    fn in_ten(&mut self, times: u64) -> bool {
        self.below(10) < times
    }
}

/// The applications: each comes some way through the funnel, and some are lost on it.
pub fn traces() -> Vec<LogTrace> {
    let mut dice = Dice(42);
    (0..900).map(|number| trace(&mut dice, number)).collect()
}

fn trace(dice: &mut Dice, number: i64) -> LogTrace {
    let mut at = BEGIN + number * 2 * HOUR;
    let amount = 1_000 + 500 * dice.below(60);
    let mut events = Vec::new();
    let mut event = |at: i64, activity: &str, who: &str| {
        events.push(LogEvent {
            activity: activity.to_owned(),
            at: Moment::from_millis(at).unwrap_or(Moment::MIN),
            resource: Some(who.to_owned()),
            attributes: Attributes::new(),
        });
    };
    event(at, "A_SUBMITTED", "web");
    at += dice.millis(100, 900);
    event(at, "A_PARTLYSUBMITTED", "web");
    at += dice.millis(20_000, 90_000);
    if dice.in_ten(3) {
        event(at, "A_DECLINED", "web");
    } else {
        event(at, "A_PREACCEPTED", "web");
        at += dice.millis(2 * HOUR, 2 * DAY);
        let adviser = ["adviser-1", "adviser-2", "adviser-3"].get(usize::try_from(number % 3).unwrap_or(0));
        let adviser = adviser.copied().unwrap_or("adviser-1");
        if dice.in_ten(1) {
            event(at, "A_CANCELLED", adviser);
        } else {
            event(at, "A_ACCEPTED", adviser);
            at += dice.millis(HOUR / 60, HOUR);
            event(at, "A_FINALIZED", adviser);
            // The offer is with the client now, and nobody asks how they like it.
            match dice.below(10) {
                0..=3 => {
                    at += dice.millis(12 * DAY, 34 * DAY);
                    event(at, "A_CANCELLED", adviser);
                }
                4..=7 => {
                    at += dice.millis(3 * DAY, 16 * DAY);
                    event(at, "A_APPROVED", adviser);
                    event(at, "A_REGISTERED", adviser);
                }
                8 => {
                    at += dice.millis(5 * DAY, 20 * DAY);
                    event(at, "A_DECLINED", adviser);
                }
                _ => {}
            }
        }
    }
    let attributes =
        Attributes::from([("AMOUNT_REQ".to_owned(), Value::from(i64::try_from(amount).unwrap_or(0)))]);
    LogTrace { name: format!("s{number:04}"), attributes, events }
}
