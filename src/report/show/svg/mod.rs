//! Charts as SVG, drawn with `plotters`.
//!
//! Labels stand above their bars, not beside them: they may be long, and a phone is narrow. So a drawing is as wide as a
//! phone can show at its own size, and as high as it has rows.

mod bars;
mod canvas;
mod lines;

use super::words::{Words, words};
use super::{Chart, Drawing, Measure};
use crate::html::{CHARTS, Markup, escape};
use canvas::Canvas;
use std::fmt::Write as _;

impl Chart {
    /// The chart as an SVG file, by day and by night; its title is what a reader who cannot see hears.
    #[must_use]
    pub fn svg(&self, language: &str) -> String {
        self.drawn(words(language), true)
    }

    /// The chart as it stands in a page, which has its title and style.
    pub(super) fn inline(&self, words: &Words) -> Markup {
        Markup::of_drawing(self.drawn(words, false))
    }

    fn drawn(&self, words: &Words, alone: bool) -> String {
        let mut canvas = Canvas::default();
        match &self.drawing {
            Drawing::Funnel(it) => bars::funnel(it, &mut canvas, words),
            Drawing::Pareto(it) => bars::pareto(it, &mut canvas, words),
            Drawing::TimeOnStage(it) => bars::time_on_stage(it, &mut canvas, words),
            Drawing::Lines(it) => lines::lines(it, &mut canvas, words),
        }
        let (drawn, width, height) = canvas.drawn();
        let mut out = String::new();
        let _ = write!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\"><title>"
        );
        escape(&self.title, &mut out);
        out.push_str("</title>\n");
        if alone {
            let _ = write!(
                out,
                "<style>{CHARTS}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n"
            );
        }
        out.push_str(&drawn);
        out.push_str("</svg>\n");
        out
    }
}

/// A number of a chart, told in full.
fn told(number: f64, measure: &Measure, working: bool, words: &Words) -> String {
    let locale = words.locale;
    match measure {
        Measure::Share => locale.share(number),
        Measure::Millis => locale.time(super::locale::decimal(number), working),
        Measure::Count if number.abs() < 1e9 => locale.number(super::locale::decimal(number), 0),
        Measure::Money(currency) if number.abs() < 1e9 => {
            locale.money(super::locale::decimal(number), currency, 0)
        }
        Measure::Count => locale.short(number),
        Measure::Money(currency) => format!("{} {currency}", locale.short(number)),
    }
}

/// A number that can be drawn: not negative, not without end.
fn drawable(number: f64) -> f64 {
    if number.is_finite() { number.max(0.0) } else { 0.0 }
}
