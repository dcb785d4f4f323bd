//! What charts are drawn on.

use crate::report::show::clean::clean;
use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle};

/// As wide as a phone shows at its own size; wider windows show it larger.
pub(super) const WIDTH: i32 = 440;

/// Texts.
pub(super) const INK: RGBColor = RGBColor(0x1F, 0x29, 0x33);
/// Texts that explain.
pub(super) const FAINT: RGBColor = RGBColor(0x58, 0x64, 0x74);
/// Lines to measure by.
pub(super) const GRID: RGBColor = RGBColor(0xD9, 0xDE, 0xE5);
/// What it is about.
pub(super) const BLUE: RGBColor = RGBColor(0x2F, 0x6D, 0xB5);
/// The same, further out.
pub(super) const PALE: RGBColor = RGBColor(0xA9, 0xC7, 0xEA);
/// What was lost.
pub(super) const RED: RGBColor = RGBColor(0xC2, 0x45, 0x3B);
/// What adds up.
pub(super) const ORANGE: RGBColor = RGBColor(0xB8, 0x6E, 0x00);
const GREEN: RGBColor = RGBColor(0x2F, 0x85, 0x5A);
const PURPLE: RGBColor = RGBColor(0x7B, 0x4F, 0xB5);
const TEAL: RGBColor = RGBColor(0x1B, 0x8A, 0x94);
/// Lines beside one another.
pub(super) const LINES: [RGBColor; 6] = [BLUE, ORANGE, GREEN, PURPLE, RED, TEAL];

/// From where a text is placed.
#[derive(Debug, Clone, Copy)]
pub(super) enum From {
    Left,
    Middle,
    Right,
}

/// The marks of lines, which tell them apart also without colours.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    Circle,
    Square,
    Triangle,
}

/// Something to be drawn.
#[derive(Debug)]
enum Item {
    Box { from: (i32, i32), to: (i32, i32), color: RGBColor },
    Path { points: Vec<(i32, i32)>, color: RGBColor, width: u32 },
    Mark { at: (i32, i32), mark: Mark, color: RGBColor },
    Text { at: (i32, i32), from: From, size: i32, color: RGBColor, strong: bool, text: String },
}

/// What is to be drawn, in order; its height grows with what is put on it.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    items: Vec<Item>,
    /// How far down it goes.
    pub bottom: i32,
}

impl Canvas {
    pub fn bar(&mut self, from: (i32, i32), to: (i32, i32), color: RGBColor) {
        self.items.push(Item::Box { from, to, color });
    }

    pub fn path(&mut self, points: Vec<(i32, i32)>, color: RGBColor, width: u32) {
        self.items.push(Item::Path { points, color, width });
    }

    /// A line that goes below what is written, also what was written before.
    pub fn under_texts(&mut self, points: Vec<(i32, i32)>, color: RGBColor) {
        if points.len() > 1 {
            let (texts, mut items): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.items).into_iter().partition(|it| matches!(it, Item::Text { .. }));
            items.push(Item::Path { points, color, width: 2 });
            items.extend(texts);
            self.items = items;
        }
    }

    pub fn mark(&mut self, at: (i32, i32), mark: Mark, color: RGBColor) {
        self.items.push(Item::Mark { at, mark, color });
    }

    /// A text whose letters stand around the height.
    pub fn text(&mut self, at: (i32, i32), from: From, size: i32, color: RGBColor, text: &str) {
        let text = clean(text).into_owned();
        self.items.push(Item::Text { at, from, size, color, strong: false, text });
    }

    pub fn strong(&mut self, at: (i32, i32), from: From, size: i32, color: RGBColor, text: &str) {
        let text = clean(text).into_owned();
        self.items.push(Item::Text { at, from, size, color, strong: true, text });
    }

    /// What the colours mean, from the left, in as many lines as it takes.
    pub fn legend(&mut self, meanings: &[(RGBColor, Option<Mark>, String)]) {
        let mut x = 0;
        self.bottom += 12;
        for (color, mark, meaning) in meanings {
            let meaning = shortened(meaning, 12, WIDTH - 20);
            let width = 18 + width(&meaning, 12) + 16;
            if x > 0 && x + width > WIDTH {
                x = 0;
                self.bottom += 18;
            }
            let y = self.bottom;
            match mark {
                None => self.bar((x, y - 6), (x + 12, y + 6), *color),
                Some(mark) => {
                    self.path(vec![(x, y), (x + 14, y)], *color, 2);
                    self.mark((x + 7, y), *mark, *color);
                }
            }
            self.text((x + 18, y), From::Left, 12, FAINT, &meaning);
            x += width;
        }
        self.bottom += 14;
    }

    /// The elements, the width and the height.
    pub fn drawn(&self) -> (String, i32, i32) {
        let height = self.bottom.max(1);
        let mut out = String::new();
        let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
        {
            let area = SVGBackend::with_string(&mut out, size).into_drawing_area();
            for item in &self.items {
                // A text takes whatever is written to it.
                let _ = match item {
                    Item::Box { from, to, color } => area.draw(&Rectangle::new([*from, *to], color.filled())),
                    Item::Path { points, color, width } => {
                        area.draw(&PathElement::new(points.clone(), line(*color, *width)))
                    }
                    Item::Mark { at: (x, y), mark, color } => match mark {
                        Mark::Circle => area.draw(&Circle::new((*x, *y), 4, color.filled())),
                        Mark::Square => {
                            area.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], color.filled()))
                        }
                        Mark::Triangle => {
                            let corners = vec![(x - 5, y + 4), (x + 5, y + 4), (*x, y - 5)];
                            area.draw(&Polygon::new(corners, color.filled()))
                        }
                    },
                    Item::Text { at, from, size, color, strong, text } => {
                        let side = match from {
                            From::Left => HPos::Left,
                            From::Middle => HPos::Center,
                            From::Right => HPos::Right,
                        };
                        // The library takes sizes for points of another sort, and makes them smaller by this.
                        let font = ("sans-serif", f64::from(*size) * 1.24).into_font();
                        let font = if *strong { font.style(FontStyle::Bold) } else { font };
                        let style = font.color(color).pos(Pos::new(side, VPos::Center));
                        area.draw_text(text, &style, *at)
                    }
                };
            }
            let _ = area.present();
        }
        // The frame is written by whoever knows what the drawing is called.
        let inner = out.find('>').and_then(|at| out.get(at + 1..)).unwrap_or_default();
        let inner = inner.trim().strip_suffix("</svg>").unwrap_or(inner);
        (inner.trim_start().to_owned(), WIDTH, height)
    }
}

fn line(color: RGBColor, width: u32) -> ShapeStyle {
    color.stroke_width(width)
}

/// How wide a text is at a size, roughly and rather too wide: which fonts a reader has is not known here.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let thousandths: i64 = text.chars().map(|c| i64::from(wide(c))).sum();
    i32::try_from((thousandths * i64::from(size) + 999) / 1000).unwrap_or(i32::MAX).min(i32::MAX / 16)
}

/// How wide a letter is, in thousandths of the font's size: as in a wide font of those that readers have (DejaVu Sans).
const fn wide(c: char) -> i32 {
    match c {
        ' ' | '\u{a0}' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'i' | 'l' | 'j' | 'I' | '(' | ')'
        | '·' => 400,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '—' | '&' => 1_000,
        'ж' | 'м' | 'ш' | 'щ' | 'ю' | 'ф' | 'ы' | 'Ж' | 'М' | 'Ф' | 'Ш' | 'Щ' | 'Ю' | 'Ы' | 'Д' => {
            1_000
        }
        'A'..='Z' | 'А'..='Я' | '=' | '+' | '<' | '>' | '#' | '*' => 840,
        '0'..='9' | 'a'..='z' | 'а'..='я' | 'ё' | '-' | '–' => 650,
        '\u{0}'..='\u{2fff}' => 700,
        _ => 1_050,
    }
}

/// A text that fits, with what is left out marked.
pub(super) fn shortened(text: &str, size: i32, room: i32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = room - width("…", size);
    for c in text.chars() {
        left -= (wide(c) * size + 999) / 1000;
        if left < 0 {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}

/// A label in at most two lines that fit; what is left out is marked, and stands in the table.
pub(super) fn two_lines(text: &str, size: i32, room: i32) -> Vec<String> {
    let text = clean(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut first = String::new();
    let mut taken = 0;
    for word in &words {
        let more = if first.is_empty() { (*word).to_owned() } else { format!("{first} {word}") };
        if width(&more, size) > room {
            break;
        }
        first = more;
        taken += 1;
    }
    let rest = words.get(taken..).unwrap_or_default().join(" ");
    if rest.is_empty() {
        return vec![first];
    }
    let second = shortened(&rest, size, room);
    if first.is_empty() { vec![second] } else { vec![first, second] }
}
