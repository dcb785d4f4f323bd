//! A strict JSON parser (RFC 8259) that remembers where everything stands.

use super::defect::short;
use std::collections::BTreeSet;

/// The largest text that is read, in bytes.
pub(crate) const MAX_TEXT: usize = 1 << 20;
/// The longest string, in bytes of its content.
pub(crate) const MAX_STRING: usize = 1 << 16;
/// The most elements of one list, and members of one object.
pub(crate) const MAX_ITEMS: usize = 10_000;
/// How deep lists and objects may stand in one another; bounds the stack of everyone who walks the tree.
pub(crate) const MAX_DEPTH: usize = 64;

/// The flaws that are kept of one text.
pub(crate) const MAX_FLAWS: usize = 1_000;

/// A range of bytes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A value and where it stands. No two nodes or keys of a tree begin at the same byte.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// As written: `0.10` keeps its zero.
    Number(String),
    String(String),
    Array(Vec<Node>),
    /// In the order of the file; each key once.
    Object(Vec<(Key, Node)>),
}

/// The key of a member and where it stands, quotes included.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A defect of the text itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flaw {
    pub(crate) code: &'static str,
    pub(crate) offset: usize,
    /// The way to the value in which it stands: keys, and indexes as text.
    pub(crate) path: Vec<String>,
    pub(crate) message: String,
    pub(crate) help: Option<&'static str>,
}

/// The tree, and the flaws in spite of which it could be built.
///
/// # Errors
/// When the text is too large, too deep or no JSON: all flaws up to there, the one that ended it last.
pub(crate) fn parse(text: &str) -> Result<(Node, Vec<Flaw>), Vec<Flaw>> {
    if text.len() > MAX_TEXT {
        return Err(vec![Flaw {
            code: "json-too-large",
            offset: 0,
            path: Vec::new(),
            message: format!("the text has {} bytes, {MAX_TEXT} are allowed", text.len()),
            help: None,
        }]);
    }
    let mut parser = Parser { text, at: 0, depth: 0, path: Vec::new(), flaws: Vec::new() };
    match parser.document() {
        Ok(root) => Ok((root, parser.flaws)),
        Err(Stop) => Err(parser.flaws),
    }
}

/// Parsing ended; why is the last of the flaws.
struct Stop;

type Parsed<T> = Result<T, Stop>;

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    path: Vec<String>,
    flaws: Vec<Flaw>,
}

impl<'t> Parser<'t> {
    fn document(&mut self) -> Parsed<Node> {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        self.space();
        if self.peek().is_none() {
            return self.stop("the text is empty", None);
        }
        let root = self.value()?;
        self.space();
        match self.peek() {
            None => Ok(root),
            Some(b'}' | b']') => self.stop("this closes nothing", Some("remove it, or open it earlier")),
            Some(b',') => self.stop("a file is one value, but here comes a comma", None),
            Some(_) => self.unexpected("the end of the text"),
        }
    }

    fn value(&mut self) -> Parsed<Node> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?),
            _ => match self.word() {
                "null" => self.literal("null", Kind::Null),
                "true" => self.literal("true", Kind::Bool(true)),
                "false" => self.literal("false", Kind::Bool(false)),
                _ => return self.unexpected("a value"),
            },
        };
        Ok(Node { span: Span { start, end: self.at }, kind })
    }

    fn literal(&mut self, word: &str, kind: Kind) -> Kind {
        self.at += word.len();
        kind
    }

    fn nested(&mut self, read: fn(&mut Self) -> Parsed<Kind>) -> Parsed<Kind> {
        if self.depth >= MAX_DEPTH {
            self.flaw("json-too-deep", self.at, format!("nested more than {MAX_DEPTH} levels deep"), None);
            return Err(Stop);
        }
        self.depth += 1;
        let kind = read(self)?;
        self.depth -= 1;
        Ok(kind)
    }

    fn array(&mut self) -> Parsed<Kind> {
        let mut items = Vec::new();
        let open = self.at;
        self.at += 1;
        self.space();
        if self.eat(b']') {
            return Ok(Kind::Array(items));
        }
        let mut count = 0;
        loop {
            self.path.push(count.to_string());
            let item = self.value()?;
            self.path.pop();
            count += 1;
            self.keep(&mut items, item, count, open, "list", "elements");
            self.space();
            let comma = self.at;
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    return Ok(Kind::Array(items));
                }
                Some(b',') => self.at += 1,
                Some(b':') => {
                    return self.stop("a list has no keys", Some("an object stands in { }, a list in [ ]"));
                }
                _ => return self.no_comma(open, "list", "]"),
            }
            self.space();
            if self.peek() == Some(b']') {
                return self.trailing_comma(comma);
            }
        }
    }

    fn object(&mut self) -> Parsed<Kind> {
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        let mut count = 0;
        let open = self.at;
        self.at += 1;
        self.space();
        if self.eat(b'}') {
            return Ok(Kind::Object(entries));
        }
        loop {
            let (key, value) = self.member(open)?;
            count += 1;
            if seen.insert(key.text.clone()) {
                self.keep(&mut entries, (key, value), count, open, "object", "keys");
            } else {
                self.path.push(key.text.clone());
                self.flaw(
                    "json-duplicate-key",
                    key.span.start,
                    format!("`{}` stands twice in one object", short(&key.text)),
                    Some("remove one; the first is used"),
                );
                self.path.pop();
            }
            self.space();
            let comma = self.at;
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Kind::Object(entries));
                }
                Some(b',') => self.at += 1,
                _ => return self.no_comma(open, "object", "}"),
            }
            self.space();
            if self.peek() == Some(b'}') {
                return self.trailing_comma(comma);
            }
        }
    }

    fn member(&mut self, open: usize) -> Parsed<(Key, Node)> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {}
            None => return self.unclosed(open, "object", "}"),
            Some(_) => return self.unexpected("a key in double quotes"),
        }
        let text = self.string()?;
        let key = Key { text, span: Span { start, end: self.at } };
        self.path.push(key.text.clone());
        self.space();
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(b'=') => return self.stop("expected `:`, found `=`", None),
            Some(b',' | b'}') => {
                return self.stop(
                    format!("the key `{}` has no value", short(&key.text)),
                    Some("a list stands in [ ], an object in { }"),
                );
            }
            _ => return self.unexpected("`:` after the key"),
        }
        self.space();
        let value = self.value()?;
        self.path.pop();
        Ok((key, value))
    }

    /// What goes beyond the bound is reported once and dropped.
    fn keep<T>(&mut self, kept: &mut Vec<T>, item: T, count: usize, open: usize, what: &str, of: &str) {
        if count <= MAX_ITEMS {
            kept.push(item);
        } else if count == MAX_ITEMS + 1 {
            self.flaw("json-too-long", open, format!("the {what} has more than {MAX_ITEMS} {of}"), None);
        }
    }

    fn string(&mut self) -> Parsed<String> {
        let open = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => {
                    let at = self.at;
                    let letter = self.escape()?;
                    if letter == '\0' {
                        self.nul(at);
                    }
                    out.push(letter);
                }
                Some(0) => {
                    self.nul(self.at);
                    self.at += 1;
                    out.push('\0');
                }
                Some(b'\n' | b'\r') => {
                    self.flaw(
                        "json-syntax",
                        open,
                        "the text is not closed on its line",
                        Some("close it with \", or write a new line as \\n"),
                    );
                    return Err(Stop);
                }
                Some(byte) => {
                    return self.stop(
                        format!("the invisible character U+{byte:04X} within a text"),
                        Some("write a tab as \\t, others as \\u00XX"),
                    );
                }
                None => {
                    self.flaw("json-syntax", open, "the text is not closed", Some("close it with \""));
                    return Err(Stop);
                }
            }
        }
        if out.len() > MAX_STRING {
            self.flaw(
                "json-too-long",
                open,
                format!("the text has {} bytes, {MAX_STRING} are allowed", out.len()),
                None,
            );
        }
        Ok(out)
    }

    fn nul(&mut self, at: usize) {
        self.flaw("json-nul", at, "a text may not contain the character U+0000", Some("remove it"));
    }

    fn escape(&mut self) -> Parsed<char> {
        let start = self.at;
        self.at += 1;
        let letter = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode(start);
            }
            _ => {
                self.at = start;
                return self.stop("`\\` begins no known escape", Some("write a backslash as \\\\"));
            }
        };
        self.at += 1;
        Ok(letter)
    }

    /// What follows `\u`; two of them for characters beyond U+FFFF.
    fn unicode(&mut self, start: usize) -> Parsed<char> {
        let mut code = self.hex();
        if let Some(high @ 0xD800..=0xDBFF) = code
            && self.rest().starts_with("\\u")
        {
            self.at += 2;
            code = self
                .hex()
                .filter(|low| (0xDC00..=0xDFFF).contains(low))
                .map(|low| 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00));
        }
        match code.and_then(char::from_u32) {
            Some(letter) => Ok(letter),
            None => {
                self.at = start;
                self.stop("`\\u` is not followed by a character", Some("write four hexadecimal digits"))
            }
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        // `from_str_radix` would take a sign.
        let code =
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        code.flatten()
    }

    fn number(&mut self) -> Parsed<String> {
        let start = self.at;
        self.eat(b'-');
        if self.eat(b'0') {
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.stop("a number may not begin with 0", Some("put it in quotes if it is a text"));
            }
        } else {
            self.digits("a digit")?;
        }
        if self.eat(b'.') {
            self.digits("a digit after the decimal point")?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits("a digit in the exponent")?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default().to_owned())
    }

    fn digits(&mut self, wanted: &str) -> Parsed<()> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        if count == 0 { self.unexpected(wanted) } else { Ok(()) }
    }

    fn trailing_comma<T>(&mut self, comma: usize) -> Parsed<T> {
        self.at = comma;
        self.stop("after this comma nothing follows", Some("remove the comma"))
    }

    fn no_comma<T>(&mut self, open: usize, what: &str, close: &str) -> Parsed<T> {
        match self.peek() {
            None => self.unclosed(open, what, close),
            Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
                self.stop("a comma is missing before this", None)
            }
            Some(_) => self.unexpected(&format!("`,` or `{close}`")),
        }
    }

    fn unclosed<T>(&mut self, open: usize, what: &str, close: &str) -> Parsed<T> {
        self.flaw("json-syntax", open, format!("the {what} is not closed, `{close}` is missing"), None);
        Err(Stop)
    }

    /// The one place that guesses what the author meant.
    fn unexpected<T>(&mut self, wanted: &str) -> Parsed<T> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return self.stop(format!("expected {wanted}, found the end of the text"), None);
        };
        if first == '#' || rest.starts_with("//") || rest.starts_with("/*") {
            return self.stop("JSON has no comments", Some("remove it"));
        }
        let quotes = matches!(first, '\'' | '`' | '\u{2018}'..='\u{201f}' | '«' | '»');
        let word = self.word();
        let found = if word.is_empty() { first.to_string() } else { short(word) };
        let help = match (word, first) {
            _ if quotes => Some("texts and keys stand in straight double quotes: \""),
            ("True" | "TRUE" | "False" | "FALSE", _) => Some("write true or false in lower case"),
            ("None" | "nil" | "undefined" | "NULL" | "Null", _) => Some("write null"),
            ("NaN" | "Infinity", _) => Some("JSON has no such number"),
            (_, '.' | '+') => Some("a number begins with a digit or -"),
            ("", _) => None,
            _ => Some("texts and keys stand in double quotes"),
        };
        self.stop(format!("expected {wanted}, found `{found}`"), help)
    }

    fn stop<T>(&mut self, message: impl Into<String>, help: Option<&'static str>) -> Parsed<T> {
        self.flaw("json-syntax", self.at, message, help);
        Err(Stop)
    }

    fn flaw(
        &mut self,
        code: &'static str,
        offset: usize,
        message: impl Into<String>,
        help: Option<&'static str>,
    ) {
        // A file of nothing but duplicates is told no further than anyone reads; why it ended always is.
        if self.flaws.len() > MAX_FLAWS && !matches!(code, "json-syntax" | "json-too-deep") {
            return;
        }
        self.flaws.push(Flaw { code, offset, path: self.path.clone(), message: message.into(), help });
    }

    fn word(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn space(&mut self) {
        let spaces = self.rest().bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += spaces;
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let eaten = self.peek() == Some(byte);
        self.at += usize::from(eaten);
        eaten
    }
}
