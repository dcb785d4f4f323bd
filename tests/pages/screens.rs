//! Pages in a browser, on a phone and on a desk.

use super::browser::browser;
use super::{boards, drawn, sample};

const PHONES: [u32; 2] = [360, 390];
const DESK: u32 = 1280;

#[test]
fn pages_fit_a_phone_and_a_desk_and_hold_nothing_but_texts() {
    let Some(browser) = browser() else { return };
    let pages = [
        ("report", sample::report().html()),
        ("hostile", sample::hostile().html()),
        ("charts", drawn::every_size().html()),
        ("board", boards::board(3).html()),
        ("boards", boards::hostile().html()),
    ];
    let asked: Vec<_> = pages
        .iter()
        .flat_map(|(name, page)| PHONES.into_iter().chain([DESK]).map(|width| (*name, page.as_str(), width)))
        .collect();
    let faults = browser.faults(&asked);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_look_into_pages_finds_what_is_wrong() {
    let Some(browser) = browser() else { return };
    let wide = "<!DOCTYPE html><html lang=en><title>a</title><body><div style='width:700px'>x</div>\
                <svg viewBox='0 0 100 40' width=100><text x=10 y=20>one</text><text x=12 y=22>two</text>\
                <text x=80 y=20>hangs out</text></svg><img alt=x onclick='x()' src='data:,'></body></html>";
    let faults = browser.faults(&[("bad", wide, 360)]).join("\n");
    for fault in ["sideways", "must not", "attribute onclick", "hangs out of its drawing", "over one another"]
    {
        assert!(faults.contains(fault), "{fault}: {faults}");
    }
}

#[test]
fn a_picture_of_a_page_is_not_blank() {
    let Some(browser) = browser() else { return };
    let page = sample::report().html();
    let phone = browser.picture(&page, (390, 3200), false, "report-phone");
    let desk = browser.picture(&page, (DESK, 2000), false, "report-desk");
    for (seen, size) in [(&phone, (500, 3200)), (&desk, (DESK, 2000))] {
        assert_eq!(seen.size, size);
        assert!(seen.colours > 50, "{} colours", seen.colours);
        assert!((0.04..0.7).contains(&seen.inked), "{} of it is not paper", seen.inked);
    }
    let night = browser.picture(&page, (390, 3200), true, "report-night");
    assert!(night.colours > 50 && (0.04..0.7).contains(&night.inked));
    // What is empty is found so.
    let blank = browser.picture("<!DOCTYPE html><title>a</title>", (390, 300), false, "blank");
    assert!(blank.colours == 1 && blank.inked == 0.0);
}

#[test]
fn a_picture_of_the_board_is_not_blank() {
    let Some(browser) = browser() else { return };
    let page = boards::board(3).html();
    for (name, size, dark) in [
        ("board-phone", (390, 1800), false),
        ("board-desk", (DESK, 800), false),
        ("board-night", (DESK, 800), true),
    ] {
        let seen = browser.picture(&page, size, dark, name);
        assert!(
            seen.colours > 50 && (0.04..0.8).contains(&seen.inked),
            "{name}: {} {}",
            seen.colours,
            seen.inked
        );
    }
}
