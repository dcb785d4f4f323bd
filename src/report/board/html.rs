//! A board as one page in HTML.

use super::words::{PageWords, words};
use super::{BoardCard, BoardColumn, BoardPage, Lane};
use crate::html::Html;
use crate::report::show::Locale;
use crate::scenario::def::Color;
use rust_decimal::Decimal;

struct Writer {
    page: Html,
    words: &'static PageWords,
    locale: &'static Locale,
}

impl BoardPage {
    /// The board as one self-contained page: no links to outside, no scripts. On a phone the stages stand below one
    /// another, without those on which nothing stands.
    #[must_use]
    pub fn html(&self) -> String {
        let page = Html::page(&self.title, &self.language);
        let mut it = Writer { page, words: &words(&self.language).page, locale: Locale::of(&self.language) };
        it.page.open("header", &[]);
        it.page.element("h1", &[], &self.title);
        for line in &self.subtitle {
            it.page.element("p", &[("class", "faint")], line);
        }
        it.page.close();
        it.page.open("main", &[]);
        if self
            .lanes
            .iter()
            .all(|lane| lane.columns.iter().all(|column| column.cases == 0 && column.cards.is_empty()))
        {
            it.page.element("p", &[], it.words.nothing);
        }
        for lane in &self.lanes {
            // One scenario is named by the page.
            it.lane(lane, self.lanes.len() > 1);
        }
        it.page.end()
    }
}

impl Writer {
    fn lane(&mut self, lane: &Lane, named: bool) {
        self.page.open("section", &[("aria-label", &lane.title)]);
        if named {
            self.page.element("h2", &[], &lane.title);
        }
        self.page.open(
            "div",
            &[("class", "lane"), ("role", "region"), ("tabindex", "0"), ("aria-label", &lane.title)],
        );
        self.page.open("div", &[("class", "board")]);
        for column in &lane.columns {
            self.column(column);
        }
        self.page.close();
        self.page.close();
        self.page.close();
    }

    fn column(&mut self, column: &BoardColumn) {
        let look = if column.cases == 0 && column.cards.is_empty() { "column none" } else { "column" };
        self.page.open("section", &[("class", look), ("aria-label", &column.title)]);
        self.page.element("h3", &[], &column.title);
        self.page.open("ul", &[("class", "sums")]);
        let counted = [
            (self.words.cases, column.cases),
            (self.words.red, column.red),
            (self.words.yellow, column.yellow),
        ];
        let counted = counted.iter().enumerate().filter(|(place, (_, count))| *place == 0 || *count > 0);
        let counts: Vec<String> =
            counted.map(|(_, (word, count))| format!("{word}: {}", self.locale.count(*count))).collect();
        self.page.element("li", &[], &counts.join(" · "));
        for (currency, sum) in &column.sums {
            self.page.element("li", &[], &self.amount(*sum, currency));
        }
        self.page.close();
        self.page.open("ul", &[("class", "cards")]);
        for card in &column.cards {
            self.card(card);
        }
        if column.more() > 0 {
            let [before, after] = self.words.more;
            let more = format!("{before}{}{after}", self.locale.count(column.more()));
            self.page.element("li", &[("class", "faint")], &more);
        }
        self.page.close();
        self.page.close();
    }

    fn card(&mut self, card: &BoardCard) {
        let color = card.light.map_or("", |light| match light {
            Color::Red => "red",
            Color::Yellow => "yellow",
            Color::Green => "green",
        });
        self.page.open("li", &[("class", &format!("card {color}"))]);
        let title = card.title.as_deref().filter(|it| !it.trim().is_empty());
        self.page.element("p", &[("class", "name")], title.unwrap_or(&card.id));
        if let Some(light) = card.light {
            self.page.open("p", &[]);
            self.page.element("span", &[("class", &format!("light {color}"))], self.words.light(light));
            if let Some(cause) = &card.cause {
                self.page.text(" ");
                self.page.text(cause);
            }
            self.page.close();
        }
        if let Some(next) = &card.next {
            self.page.element("p", &[], &format!("{}: {next}", self.words.next));
        }
        let value = card.value.as_ref().map(|(amount, currency)| self.amount(*amount, currency));
        let id = title.map(|_| card.id.clone());
        let parts: Vec<String> = [value, card.responsible.clone(), id].into_iter().flatten().collect();
        if !parts.is_empty() {
            self.page.element("p", &[("class", "faint")], &parts.join(" · "));
        }
        self.page.close();
    }

    fn amount(&self, amount: Decimal, currency: &str) -> String {
        self.locale.money(amount, currency, if amount.is_integer() { 0 } else { 2 })
    }
}
