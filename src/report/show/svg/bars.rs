//! Charts of bars: the funnel, causes by weight, time on stage.

use super::canvas::{
    BLUE, Canvas, FAINT, From, GRID, INK, Mark, ORANGE, PALE, RED, WIDTH, shortened, two_lines, width,
};
use super::{drawable, told};
use crate::report::show::chart::{Funnel, Measure, Pareto, TimeOnStage};
use crate::report::show::words::Words;
use plotters::style::RGBColor;

const SIZE: i32 = 14;
const THICK: i32 = 16;

/// A label with its number, and below it a bar of parts.
fn row(canvas: &mut Canvas, label: &str, number: &str, parts: &[(f64, f64, RGBColor)]) {
    // An amount of an odd currency must not take the room of what it is of.
    let number = &shortened(number, SIZE, WIDTH * 2 / 3);
    // Bold letters are wider.
    let room = WIDTH - width(number, SIZE) * 11 / 10 - 12;
    let mut y = canvas.bottom + 12;
    for (place, text) in two_lines(label, SIZE, room).iter().enumerate() {
        if place > 0 {
            y += 18;
        }
        canvas.text((0, y), From::Left, SIZE, INK, text);
    }
    canvas.strong((WIDTH, y), From::Right, SIZE, INK, number);
    bar(canvas, y + 11, WIDTH, parts);
}

/// A bar of parts, each drawn from the left on, over those before it.
fn bar(canvas: &mut Canvas, top: i32, wide: i32, parts: &[(f64, f64, RGBColor)]) {
    canvas.bar((0, top), (wide, top + THICK), GRID);
    for (from, to, color) in parts {
        let (from, to) = (place(*from, wide), place(*to, wide));
        // What is there is seen, be it ever so little.
        let to = if to == from { to + 2 } else { to };
        canvas.bar((from.min(wide - 2), top), (to.min(wide), top + THICK), *color);
    }
    canvas.bottom = top + THICK + 10;
}

/// Where on the bar a part of the whole, 0 to 1, lies.
fn place(part: f64, wide: i32) -> i32 {
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "at most the width")]
    {
        (part * f64::from(wide)).round() as i32
    }
}

pub(super) fn nothing(canvas: &mut Canvas, words: &Words) {
    canvas.text((0, canvas.bottom + 20), From::Left, SIZE, FAINT, words.chart.nothing);
    canvas.bottom += 40;
}

fn greatest(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.map(drawable).fold(0.0, f64::max)
}

pub(super) fn funnel(it: &Funnel, canvas: &mut Canvas, words: &Words) {
    let most = greatest(it.steps.iter().map(|step| step.reached));
    if most <= 0.0 {
        return nothing(canvas, words);
    }
    let (reached, lost) = (words.chart.reached.to_owned(), words.chart.lost.to_owned());
    canvas.legend(&[(BLUE, None, reached), (RED, None, lost)]);
    let first = it.steps.first().map_or(0.0, |step| drawable(step.reached));
    for step in &it.steps {
        let reached = drawable(step.reached);
        let lost = drawable(step.lost).min(reached);
        let mut number = told(reached, &it.measure, false, words);
        if first > 0.0 {
            number = format!("{number} · {}", words.locale.share(reached / first));
        }
        let mut parts = Vec::new();
        if reached > 0.0 {
            parts.push((0.0, reached / most, BLUE));
        }
        if lost > 0.0 {
            parts.push(((reached - lost) / most, reached / most, RED));
        }
        row(canvas, &step.label, &number, &parts);
    }
}

pub(super) fn pareto(it: &Pareto, canvas: &mut Canvas, words: &Words) {
    let sum: f64 = it.bars.iter().map(|bar| drawable(bar.value)).sum();
    let total = drawable(it.total).max(sum);
    if total <= 0.0 || !total.is_finite() {
        return nothing(canvas, words);
    }
    let (alone, together) = (words.chart.value.to_owned(), words.chart.together.to_owned());
    canvas.legend(&[(BLUE, None, alone), (ORANGE, Some(Mark::Circle), together)]);
    let shares = it.bars.iter().map(|bar| drawable(bar.value));
    let numbers: Vec<String> = shares
        .map(|value| {
            let number = told(value, &it.measure, false, words);
            shortened(&format!("{number} · {}", words.locale.share(value / total)), SIZE, WIDTH / 2)
        })
        .collect();
    // The numbers stand beside the bars here, since the line crosses what stands above them.
    let widest = numbers.iter().map(|it| width(it, SIZE) * 11 / 10).max().unwrap_or(0);
    let wide = WIDTH - widest - 10;
    let mut before = 0.0;
    let mut line = Vec::with_capacity(it.bars.len());
    for (cause, number) in it.bars.iter().zip(&numbers) {
        let value = drawable(cause.value);
        before += value;
        let mut y = canvas.bottom - 6;
        for text in two_lines(&cause.label, SIZE, WIDTH) {
            y += 18;
            canvas.text((0, y), From::Left, SIZE, INK, &text);
        }
        let middle = y + 11 + THICK / 2;
        canvas.strong((WIDTH, middle), From::Right, SIZE, INK, number);
        let parts: &[_] = if value > 0.0 { &[(0.0, value / total, BLUE)] } else { &[] };
        bar(canvas, y + 11, wide, parts);
        line.push((place(before / total, wide).min(wide - 4).max(4), middle));
    }
    let marks = line.clone();
    canvas.under_texts(line, ORANGE);
    for at in marks {
        canvas.mark(at, Mark::Circle, ORANGE);
    }
}

pub(super) fn time_on_stage(it: &TimeOnStage, canvas: &mut Canvas, words: &Words) {
    let all = it.stages.iter().flat_map(|stage| [stage.median, stage.p90]).flatten();
    let most = greatest(all);
    if it.stages.is_empty() || it.stages.iter().all(|stage| stage.median.is_none() && stage.p90.is_none()) {
        return nothing(canvas, words);
    }
    let (median, p90) = (words.chart.median.to_owned(), words.chart.p90.to_owned());
    canvas.legend(&[(BLUE, None, median), (PALE, None, p90)]);
    for stage in &it.stages {
        let time = |millis: Option<f64>| {
            millis.map_or("—".to_owned(), |it2| told(drawable(it2), &Measure::Millis, it.working, words))
        };
        let number = format!("{} · {}", time(stage.median), time(stage.p90));
        let parts: Vec<_> = [(stage.p90, PALE), (stage.median, BLUE)]
            .into_iter()
            .filter_map(|(millis, color)| {
                let millis = drawable(millis?);
                Some((0.0, if most > 0.0 { millis / most } else { 0.0 }, color))
            })
            .collect();
        row(canvas, &stage.label, &number, &parts);
    }
}
