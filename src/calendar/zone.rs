//! A time zone as a table of offsets.

use super::hours::DAY;
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// The offsets of a zone from 1970 on, as a table.
///
/// A table answers both ways (UTC to local and back) by one binary search, and lets working time be summed
/// per stretch of constant offset.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    tz: Tz,
    segments: Vec<Segment>,
}

/// A stretch of time over which the offset stays the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    /// Its first millisecond in UTC; of the first segment the beginning of all time.
    pub(super) start: i64,
    /// What is added to UTC to get local time, in milliseconds.
    pub(super) offset: i64,
    /// The local time at which it ends; of the last segment the end of all time.
    local_end: i64,
    /// The last local day that had begun before this segment.
    ///
    /// Where clocks go back across midnight (Newfoundland did at 00:01), the wall shows yesterday once more;
    /// a day that has begun stays begun, so that days follow each other without overlap.
    begun: i64,
}

/// No zone of the data in use changes after it; a test holds that against the data.
const LAST_CHANGE: i64 = 4_102_444_800_000;

impl Zone {
    pub(super) fn new(tz: Tz) -> Self {
        let mut segments: Vec<Segment> = Vec::new();
        let mut offset = offset_at(tz, 0);
        let mut start = i64::MIN;
        let mut begun = i64::MIN;
        let mut day = 0;
        while day < LAST_CHANGE {
            let next = day.saturating_add(DAY);
            let after = offset_at(tz, next);
            if after != offset {
                let change = first_with(tz, after, day, next);
                segments.push(Segment { start, offset, local_end: change + offset, begun });
                begun = (change + offset - 1).div_euclid(DAY);
                start = change;
                offset = after;
            }
            day = next;
        }
        segments.push(Segment { start, offset, local_end: i64::MAX, begun });
        Self { tz, segments }
    }

    pub(super) const fn tz(&self) -> Tz {
        self.tz
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The segment in force at a UTC millisecond, with its number.
    pub(super) fn segment(&self, utc: i64) -> (usize, Segment) {
        // Many zones change no more, so most moments lie in the last segment.
        if let Some(last) = self.segments.last().filter(|last| last.start <= utc) {
            return (self.segments.len() - 1, *last);
        }
        let number = self.segments.partition_point(|s| s.start <= utc).saturating_sub(1);
        (number, self.segments.get(number).copied().unwrap_or(Segment::UTC))
    }

    /// What the clock on the wall shows, in milliseconds since 1970-01-01T00:00 local.
    pub(super) fn wall(&self, utc: i64) -> i64 {
        utc.saturating_add(self.segment(utc).1.offset)
    }

    /// The local day that a UTC millisecond belongs to, in days since 1970-01-01.
    pub(super) fn day(&self, utc: i64) -> i64 {
        let segment = self.segment(utc).1;
        utc.saturating_add(segment.offset).div_euclid(DAY).max(segment.begun)
    }

    /// The UTC millisecond of a local time: of two the earlier, in a gap the first one after it.
    pub(super) fn utc(&self, local: i64) -> i64 {
        let segment = match self.segments.as_slice() {
            [.., before, last] if before.local_end <= local => *last,
            segments => {
                let number = segments.partition_point(|s| s.local_end <= local);
                segments.get(number).copied().unwrap_or(Segment::UTC)
            }
        };
        local.saturating_sub(segment.offset).max(segment.start)
    }

    /// The gaps: stretches of local time that no clock shows, from and (exclusive) to.
    pub(super) fn gaps(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.segments.iter().zip(self.segments.iter().skip(1)).filter_map(|(before, after)| {
            (after.offset > before.offset).then_some((before.local_end, after.start + after.offset))
        })
    }
}

impl Segment {
    const UTC: Self = Self { start: i64::MIN, offset: 0, local_end: i64::MAX, begun: i64::MIN };
}

fn offset_at(tz: Tz, utc: i64) -> i64 {
    let time = DateTime::from_timestamp_millis(utc).unwrap_or_default().naive_utc();
    i64::from(tz.offset_from_utc_datetime(&time).fix().local_minus_utc()) * 1000
}

/// The first millisecond with the offset `after`, which holds at `late` and not yet at `early`.
fn first_with(tz: Tz, after: i64, early: i64, late: i64) -> i64 {
    // Changes fall on whole seconds.
    let (mut early, mut late) = (early / 1000, late / 1000);
    while late - early > 1 {
        let middle = early.midpoint(late);
        if offset_at(tz, middle * 1000) == after {
            late = middle;
        } else {
            early = middle;
        }
    }
    late * 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::TZ_VARIANTS;

    #[test]
    fn the_table_says_what_the_data_says() {
        let hour = 3_600_000;
        for tz in TZ_VARIANTS.iter().step_by(7).chain(&[Tz::America__St_Johns, Tz::Pacific__Apia]) {
            let zone = Zone::new(*tz);
            let mut utc = 0;
            while utc < LAST_CHANGE / 2 {
                assert_eq!(zone.segment(utc).1.offset, offset_at(*tz, utc), "{tz} {utc}");
                utc += 5 * hour + 1_234;
            }
        }
    }

    #[test]
    fn no_zone_changes_after_the_last_change_that_is_looked_for() {
        for tz in TZ_VARIANTS {
            let last = offset_at(tz, LAST_CHANGE);
            for week in 0..2_000 {
                assert_eq!(offset_at(tz, LAST_CHANGE + week * 7 * DAY), last, "{tz}");
            }
        }
    }

    #[test]
    fn days_do_not_overlap_where_clocks_go_back_across_midnight() {
        // Newfoundland, 2005-10-30 00:01 local: back to 23:01 of the 29th.
        let zone = Zone::new(Tz::America__St_Johns);
        let change = 1_130_639_460_000;
        assert_eq!(
            offset_at(Tz::America__St_Johns, change) - offset_at(Tz::America__St_Johns, change - 1),
            -3_600_000
        );
        let day = zone.day(change - 1);
        assert_eq!(zone.wall(change).div_euclid(DAY), day - 1);
        assert_eq!(zone.day(change), day);
        assert_eq!(zone.utc(day * DAY), change - 60_000);
    }
}
