//! Something over time, as lines.

use super::canvas::{Canvas, FAINT, From, GRID, LINES, Mark, WIDTH, shortened, width};
use crate::report::show::chart::{Lines, Measure};
use crate::report::show::words::Words;

const HIGH: i32 = 200;
const SMALL: i32 = 12;
const MARKS: [Mark; 3] = [Mark::Circle, Mark::Square, Mark::Triangle];
/// Beyond so many, marks would hide the line.
const MARKED: usize = 36;

pub(super) fn lines(it: &Lines, canvas: &mut Canvas, words: &Words) {
    let values = || it.lines.iter().flat_map(|line| line.values.iter().take(it.labels.len())).flatten();
    let finite = || values().copied().filter(|value| value.is_finite());
    if finite().next().is_none() {
        return super::bars::nothing(canvas, words);
    }
    let low = finite().fold(0.0_f64, f64::min);
    let ticks = ticks(low, finite().fold(low, f64::max));
    let (bottom, top) = (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));

    let looks: Vec<_> = LINES.iter().cycle().zip(MARKS.iter().cycle()).take(it.lines.len()).collect();
    let legend: Vec<_> = it
        .lines
        .iter()
        .zip(&looks)
        .map(|(line, (color, mark))| (**color, Some(**mark), line.label.clone()))
        .collect();
    if legend.len() > 1 || it.lines.iter().any(|line| !line.label.is_empty()) {
        canvas.legend(&legend);
    }

    let names: Vec<String> = ticks.iter().map(|tick| short(*tick, &it.measure, words)).collect();
    let left = names.iter().map(|name| width(name, SMALL)).max().unwrap_or(0).min(WIDTH / 3) + 8;
    let right = WIDTH - 10;
    let above = canvas.bottom + 10;
    #[expect(clippy::cast_possible_truncation, reason = "within the drawing")]
    let y = |value: f64| above + HIGH - ((value - bottom) / (top - bottom) * f64::from(HIGH)).round() as i32;
    for (tick, name) in ticks.iter().zip(&names) {
        canvas.path(vec![(left, y(*tick)), (right, y(*tick))], GRID, 1);
        canvas.text((left - 6, y(*tick)), From::Right, SMALL, FAINT, &shortened(name, SMALL, left - 6));
    }

    let last = i32::try_from(it.labels.len().saturating_sub(1)).unwrap_or(i32::MAX).max(1);
    let x = |at: usize| {
        let at = i64::from(right - left) * i64::try_from(at).unwrap_or(0) / i64::from(last);
        left + i32::try_from(at).unwrap_or(0)
    };
    for (line, (color, mark)) in it.lines.iter().zip(&looks) {
        let mut run = Vec::new();
        let points = line.values.iter().take(it.labels.len()).enumerate();
        let points: Vec<_> = points.map(|(at, value)| (x(at), value.filter(|it| it.is_finite()))).collect();
        let marked = points.len() <= MARKED;
        for (at, (across, value)) in points.iter().enumerate() {
            let Some(value) = value else {
                end(canvas, &mut run, **color);
                continue;
            };
            run.push((*across, y(*value)));
            // One that stands alone has no line.
            let is =
                |place: Option<usize>| place.and_then(|it| points.get(it)).is_some_and(|it| it.1.is_some());
            if marked || !(is(at.checked_sub(1)) || is(at.checked_add(1))) {
                canvas.mark((*across, y(*value)), **mark, **color);
            }
        }
        end(canvas, &mut run, **color);
    }

    labels(it, canvas, above + HIGH + 16, (left, right), x);
    canvas.bottom = above + HIGH + 30;
}

/// As many labels as there is room for, the last one among them.
fn labels(it: &Lines, canvas: &mut Canvas, y: i32, (left, right): (i32, i32), x: impl Fn(usize) -> i32) {
    let widest = it.labels.iter().map(|label| width(label, SMALL)).max().unwrap_or(0).clamp(1, 150) + 10;
    let fit = usize::try_from(((right - left) / widest).max(1)).unwrap_or(1);
    let step = it.labels.len().div_ceil(fit).max(1);
    let mut free = WIDTH + 1;
    for (at, label) in it.labels.iter().enumerate().rev().step_by(step) {
        let label = shortened(label, SMALL, 150);
        let half = width(&label, SMALL) / 2 + 1;
        // The first and the last would hang over.
        let middle = x(at).min(WIDTH - half).max(half);
        if middle + half < free {
            canvas.text((middle, y), From::Middle, SMALL, FAINT, &label);
            free = middle - half;
        }
    }
}

fn end(canvas: &mut Canvas, run: &mut Vec<(i32, i32)>, color: plotters::style::RGBColor) {
    if run.len() > 1 {
        canvas.path(std::mem::take(run), color, 2);
    }
    run.clear();
}

fn short(number: f64, measure: &Measure, words: &Words) -> String {
    match measure {
        Measure::Share => format!("{} %", words.locale.short(number * 100.0)),
        Measure::Money(currency) => format!("{} {currency}", words.locale.short(number)),
        Measure::Millis => super::told(number, measure, false, words),
        Measure::Count => words.locale.short(number),
    }
}

/// Four to six round numbers, the first no greater than the least value and the last no smaller than the greatest.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let span = if high > low { high - low } else { 1.0 };
    let rough = span / 4.0;
    let size = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].iter().map(|it| it * size).find(|it| *it >= rough * 0.999).unwrap_or(size);
    if !step.is_normal() {
        return vec![low, low + 1.0];
    }
    let first = (low / step).floor();
    let mut ticks = Vec::new();
    for place in 0..12 {
        let tick = (first + f64::from(place)) * step;
        ticks.push(tick);
        if tick >= high && ticks.len() > 1 {
            break;
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        assert_eq!(ticks(0.0, 10.0), [0.0, 2.5, 5.0, 7.5, 10.0]);
        assert_eq!(ticks(0.0, 0.0), [0.0, 0.25]);
        for high in [1e-9, 0.3, 7.0, 99.0, 1e6 + 1.0, 1e15, 1e300] {
            for low in [0.0, -high / 3.0] {
                let ticks = ticks(low, high);
                assert!(ticks[0] <= low && *ticks.last().unwrap() >= high, "{low} {high} {ticks:?}");
                assert!((2..=8).contains(&ticks.len()), "{low} {high} {ticks:?}");
            }
        }
    }
}
