//! Writing pages in HTML: one file without anything outside of it, and without scripts.
//!
//! Whatever comes from a case is text, and the only ways to put text into a page are [`Html::text`] and the value of an
//! attribute; both escape it. Names of elements and attributes are fixed in the source, so that no text can become one.

mod style;

pub(crate) use style::CHARTS;

use std::fmt::Write as _;

/// What a browser may do with a page: show it, with its own style, and nothing else. Should a text become markup after all,
/// it could load and run nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// Writes an element after another; each that is opened is closed by its own name.
#[derive(Debug, Default)]
pub(crate) struct Html {
    out: String,
    open: Vec<&'static str>,
}

/// Markup that was made here, and holds texts only escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    /// Markup from the text of [`crate::report::show::Chart`]'s own drawing.
    pub const fn of_drawing(svg: String) -> Self {
        Self(svg)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Html {
    /// A page up to its body.
    pub fn page(title: &str, language: &str) -> Self {
        let mut page = Self { out: "<!DOCTYPE html>\n".to_owned(), open: Vec::new() };
        page.open("html", &[("lang", language)]);
        page.open("head", &[]);
        page.void("meta", &[("charset", "utf-8")]);
        page.void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
        page.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
        page.void("meta", &[("name", "color-scheme"), ("content", "light dark")]);
        page.void("meta", &[("name", "referrer"), ("content", "no-referrer")]);
        page.element("title", &[], title);
        page.open("style", &[]);
        page.out.push_str(style::PAGE);
        page.out.push_str(CHARTS);
        page.close();
        page.close();
        page.open("body", &[]);
        page
    }

    /// Opens an element.
    pub fn open(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) {
        self.void(name, attributes);
        self.open.push(name);
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            let _ = write!(self.out, "</{name}>");
            if !matches!(name, "span" | "td" | "th" | "b" | "small" | "a") {
                self.out.push('\n');
            }
        }
    }

    /// An element that has no end.
    pub fn void(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) {
        let _ = write!(self.out, "<{name}");
        for (attribute, value) in attributes {
            let _ = write!(self.out, " {attribute}=\"");
            escape(value, &mut self.out);
            self.out.push('"');
        }
        self.out.push('>');
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        escape(text, &mut self.out);
    }

    /// An element with nothing but a text in it.
    pub fn element(&mut self, name: &'static str, attributes: &[(&'static str, &str)], text: &str) {
        self.open(name, attributes);
        self.text(text);
        self.close();
    }

    /// Markup that was made here.
    pub fn markup(&mut self, markup: &Markup) {
        self.out.push_str(markup.as_str());
    }

    /// The page, with all that is open closed.
    pub fn end(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }
}

/// A text as it may stand in an element or between the quotation marks of an attribute.
///
/// Marks that turn the direction of what follows are taken out with control signs, so that a text can change nothing
/// beside it; what else it holds is shown as it is.
pub(crate) fn escape(text: &str, out: &mut String) {
    for c in crate::report::show::clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let hostile = "<script>alert(1)</script>\"onload='x' ]]> <!-- &amp; \u{202e}\u{0}";
        let mut page = Html::default();
        page.element("p", &[("title", hostile)], hostile);
        let told =
            "&lt;script&gt;alert(1)&lt;/script&gt;&quot;onload=&#39;x&#39; ]]&gt; &lt;!-- &amp;amp;   ";
        assert_eq!(page.end(), format!("<p title=\"{told}\">{told}</p>\n"));
    }

    #[test]
    fn what_is_opened_is_closed() {
        let mut page = Html::page("A", "en");
        page.open("main", &[]);
        page.open("p", &[]);
        let text = page.end();
        assert!(text.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{text}");
        assert!(text.ends_with("</p>\n</main>\n</body>\n</html>\n"), "{text}");
    }
}
