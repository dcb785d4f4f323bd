//! Charts of every size: nothing, one row, sixty stages, numbers without end.

use super::sample;
use voronka::report::show::{
    Bar, Chart, Document, Drawing, Funnel, FunnelStep, Line, Lines, Measure, Pareto, Section, StageTime,
    TimeOnStage,
};

const LONG: &str = "Согласование индивидуальных условий поставки с производственным отделом завода и перевозчиком, \
                    включая сверхнормативногабаритнодлинномерные грузы";

fn charts() -> Vec<Chart> {
    let chart = |name: &str, drawing| Chart::new(name, format!("{name}: {LONG}"), drawing);
    let step = |label: &str, reached: f64, lost: f64| FunnelStep { label: label.into(), reached, lost };
    let steps = |measure, steps| Drawing::Funnel(Funnel { measure, steps });
    let bar = |label: &str, value: f64| Bar { label: label.into(), value };
    let pareto = |measure, bars, total| Drawing::Pareto(Pareto { measure, bars, total });
    let stage = |label: &str, median, p90| StageTime { label: label.into(), median, p90 };
    let times = |stages| Drawing::TimeOnStage(TimeOnStage { working: true, stages });
    let line = |label: &str, values| Line { label: label.into(), values };
    let lines = |measure, labels: Vec<String>, lines| Drawing::Lines(Lines { measure, labels, lines });
    let days = |count: u32| (1..=count).map(|it| format!("{it:02}.03.2026")).collect::<Vec<_>>();
    let roubles = || Measure::Money("RUB".into());
    vec![
        chart("no funnel", steps(Measure::Count, vec![])),
        chart("funnel of zeros", steps(Measure::Count, vec![step("a", 0.0, 0.0)])),
        chart("one stage", steps(Measure::Count, vec![step(LONG, 1.0, 1.0)])),
        chart(
            "sixty stages",
            steps(Measure::Count, (0..60).map(|it| step(LONG, f64::from(60 - it), 1.0)).collect()),
        ),
        chart("huge funnel", steps(roubles(), vec![step(LONG, 9e15, 1e12), step("", 1e300, f64::MAX)])),
        chart(
            "no numbers",
            steps(roubles(), vec![step(LONG, f64::NAN, f64::INFINITY), step("b", 5.0, -1.0)]),
        ),
        chart("first stage empty", steps(Measure::Count, vec![step("a", 0.0, 0.0), step("b", 5.0, 1.0)])),
        chart("no causes", pareto(Measure::Count, vec![], 0.0)),
        chart("one cause", pareto(Measure::Count, vec![bar(LONG, 7.0)], 7.0)),
        chart("total too small", pareto(roubles(), vec![bar(LONG, 7e14), bar("b", 1.0), bar("c", 0.0)], 1.0)),
        chart("total without end", pareto(Measure::Count, vec![bar("a", f64::MAX), bar("b", f64::MAX)], 1.0)),
        chart(
            "a book for a label",
            pareto(
                Measure::Count,
                vec![bar(&"слово ".repeat(300_000), 1.0), bar(&"ы".repeat(900_000), 1.0)],
                2.0,
            ),
        ),
        chart("no times", times(vec![])),
        chart("times of nobody", times(vec![stage("a", None, None)])),
        chart("no time at all", times(vec![stage(LONG, Some(0.0), Some(0.0))])),
        chart("ages", times(vec![stage(LONG, Some(1.0), Some(1e14)), stage("b", Some(f64::NAN), None)])),
        chart("no lines", lines(Measure::Count, vec![], vec![])),
        chart("a line without values", lines(Measure::Count, days(3), vec![line("a", vec![None, None])])),
        chart("one point", lines(Measure::Millis, days(1), vec![line(LONG, vec![Some(3.6e6)])])),
        chart("too many values", lines(Measure::Share, days(2), vec![line("a", vec![Some(0.1); 9])])),
        chart("all the same", lines(Measure::Count, days(5), vec![line("a", vec![Some(4.0); 5])])),
        chart(
            "huge lines",
            lines(
                roubles(),
                days(31),
                vec![
                    line(LONG, (0..31).map(|it| Some(f64::from(it) * 1e12)).collect()),
                    line("b", (0..31).map(|it| (it % 3 > 0).then_some(-1e13)).collect()),
                ],
            ),
        ),
        chart(
            "many lines",
            lines(
                Measure::Count,
                days(366),
                (0..9_i32)
                    .map(|it| {
                        line(
                            &format!("{it} {LONG}"),
                            (0..366).map(|day| Some(f64::from(it * 10 + day % 7))).collect(),
                        )
                    })
                    .collect(),
            ),
        ),
        chart(
            "long labels",
            lines(Measure::Count, vec![LONG.into(), LONG.into()], vec![line("", vec![Some(1.0), None])]),
        ),
    ]
}

/// All of them in one document.
pub fn every_size() -> Document {
    let mut document = Document::new("Графики", "ru");
    let all = charts().into_iter().fold(Section::new("charts", "Графики"), Section::part);
    document.sections.push(all);
    document
}

/// Whether a text is well-formed XML: each element that is opened is closed, and no sign stands where it may not.
pub fn well_formed(text: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        if let Some(bad) = rest[..at].find('>') {
            return Err(format!("a bare > at {}", &rest[bad..at]));
        }
        let end = rest[at..].find('>').ok_or("a tag without end")? + at;
        let tag = &rest[at + 1..end];
        if tag.contains('<') {
            return Err(format!("a tag in a tag: {tag}"));
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("{name} is closed and was not open"));
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap_or_default());
        }
        rest = &rest[end + 1..];
    }
    for entity in text.split('&').skip(1) {
        let name = entity.split(';').next().unwrap_or_default();
        if !["amp", "lt", "gt", "quot", "apos", "#39"].contains(&name) {
            return Err(format!("&{name} is no entity"));
        }
    }
    let bad = |c: char| {
        c.is_control() && c != '\n' || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202e}' | '\u{2066}')
    };
    if let Some(c) = text.chars().find(|c| bad(*c)) {
        return Err(format!("the sign {c:?}"));
    }
    if open.is_empty() { Ok(()) } else { Err(format!("still open: {open:?}")) }
}

#[test]
fn every_chart_of_every_size_is_a_drawing() {
    for chart in charts() {
        for language in ["en", "ru"] {
            let svg = chart.svg(language);
            let named = chart.title.split(':').next().unwrap();
            // The style has signs of its own, which may stand there.
            let (before, after) = svg.split_once("<style>").unwrap();
            let drawing = format!("{before}{}", after.split_once("</style>").unwrap().1);
            well_formed(&drawing).unwrap_or_else(|why| panic!("{named}: {why}"));
            assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 440 "), "{svg}");
            assert!(
                !svg.contains("NaN") && !svg.contains("inf") && !svg.contains("=\"-0 "),
                "{named}: {svg}"
            );
            assert_eq!(svg, chart.svg(language), "{named}");
        }
    }
}

#[test]
fn a_chart_of_nothing_says_so() {
    for (at, chart) in charts().iter().enumerate() {
        let named = chart.title.split(':').next().unwrap();
        let empty = [
            "no funnel",
            "funnel of zeros",
            "no causes",
            "no times",
            "times of nobody",
            "no lines",
            "a line without values",
            "total without end",
        ];
        assert_eq!(chart.svg("en").contains("nothing to show"), empty.contains(&named), "{at} {named}");
    }
}

/// The boxes of a colour: from, to, both from the left.
fn boxes(svg: &str, color: &str) -> Vec<(i32, i32)> {
    let tags = svg.split("<rect ").skip(1).filter(|tag| tag.contains(&format!("fill=\"{color}\"")));
    let number = |tag: &str, name: &str| -> i32 {
        tag.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    // The legend's own come first.
    tags.skip(1).map(|tag| (number(tag, "x"), number(tag, "x") + number(tag, "width"))).collect()
}

#[test]
fn bars_are_as_long_as_their_numbers() {
    let step = |reached, lost| FunnelStep { label: "a".into(), reached, lost };
    let funnel =
        Funnel { measure: Measure::Count, steps: vec![step(100.0, 25.0), step(50.0, 0.0), step(10.0, 10.0)] };
    let svg = Chart::new("f", "F", Drawing::Funnel(funnel)).svg("en");
    assert_eq!(boxes(&svg, "#2F6DB5"), [(0, 440), (0, 220), (0, 44)]);
    assert_eq!(boxes(&svg, "#C2453B"), [(330, 440), (0, 44)]);
    for told in ["100 · 100.0 %", "50 · 50.0 %", "10 · 10.0 %"] {
        assert!(svg.contains(told), "{told}");
    }
    let bar = |value| Bar { label: "a".into(), value };
    let pareto = Pareto { measure: Measure::Count, bars: vec![bar(50.0), bar(30.0)], total: 100.0 };
    let svg = Chart::new("p", "P", Drawing::Pareto(pareto)).svg("en");
    let bars = boxes(&svg, "#2F6DB5");
    let whole = boxes(&format!("<rect fill=\"#D9DEE5\">{svg}"), "#D9DEE5")[0].1;
    let near = |part: i32, of_ten: i32| (part * 10 - whole * of_ten).abs() <= 5;
    assert!(bars.len() == 2 && near(bars[0].1, 5) && near(bars[1].1, 3), "{bars:?} of {whole}");
    let dots: Vec<i32> =
        svg.split("<circle cx=\"").skip(2).map(|it| it.split('"').next().unwrap().parse().unwrap()).collect();
    assert!(
        dots.len() == 2 && near(dots[0], 5) && near(dots[1], 8),
        "half of all, then eight tenths: {dots:?}"
    );
}

#[test]
fn no_label_becomes_markup() {
    for section in sample::hostile().sections {
        for part in section.parts {
            if let voronka::report::show::Part::Chart(chart) = part {
                let svg = chart.svg("en");
                let (before, after) = svg.split_once("<style>").unwrap();
                well_formed(&format!("{before}{}", after.split_once("</style>").unwrap().1)).unwrap();
                assert!(!svg.contains("<script") && !svg.contains("<img"), "{svg}");
            }
        }
    }
}
