//! Text to tokens.

use super::error::ConditionError;
use rust_decimal::Decimal;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tok {
    Name(String),
    /// A name in backticks, for parts that are no plain names.
    Quoted(String),
    Number(Decimal),
    Text(String),
    Sign(&'static str),
    End,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub tok: Tok,
    pub start: u32,
    pub end: u32,
}

/// The longer signs stand before those that they begin with.
const SIGNS: [&str; 22] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", "(", ")", "[", "]",
    ",", ".",
];

type Result<T> = std::result::Result<T, ConditionError>;

pub(super) fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank();
        let start = lexer.offset();
        let tok = lexer.token()?;
        let done = tok == Tok::End;
        tokens.push(Token { tok, start, end: lexer.offset() });
        if done {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn offset(&self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or("")
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.rest().starts_with("//") {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn token(&mut self) -> Result<Tok> {
        let Some(first) = self.peek() else { return Ok(Tok::End) };
        let second = self.rest().chars().nth(1);
        match first {
            'r' | 'R' if matches!(second, Some('\'' | '"')) => {
                self.at += 1;
                self.text_literal(true)
            }
            '\'' | '"' => self.text_literal(false),
            '`' => self.quoted_name(),
            '0'..='9' => self.number(),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => self.number(),
            c if c == '_' || c.is_ascii_alphabetic() => {
                Ok(Tok::Name(self.take_while(|c| c == '_' || c.is_ascii_alphanumeric()).to_owned()))
            }
            _ => self.sign(first),
        }
    }

    fn sign(&mut self, first: char) -> Result<Tok> {
        if let Some(sign) = SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) {
            if *sign == "<" && self.rest().starts_with("<>") {
                return Err(self.error(self.at, "`<>` is no operator").with_help("write `!=`"));
            }
            self.at += sign.len();
            return Ok(Tok::Sign(sign));
        }
        let error = self.error(self.at, format!("unexpected character `{first}`"));
        Err(match first {
            '=' => error.with_help("write `==`"),
            '&' => error.with_help("write `&&`"),
            '|' => error.with_help("write `||`"),
            '{' | '}' => error.with_help("maps are no part of conditions"),
            c if c.is_alphabetic() => {
                error.with_help("names are written in Latin letters, others after a dot in backticks")
            }
            _ => error,
        })
    }

    fn number(&mut self) -> Result<Tok> {
        let start = self.at;
        self.take_while(|c| c.is_ascii_digit());
        let mut fraction = self.rest().chars();
        if fraction.next() == Some('.') && fraction.next().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        if self.peek().is_some_and(|c| matches!(c, 'e' | 'E')) {
            self.at += 1;
            if self.peek().is_some_and(|c| matches!(c, '+' | '-')) {
                self.at += 1;
            }
            self.take_while(|c| c.is_ascii_digit());
        }
        if self.peek().is_some_and(|c| c == '_' || c.is_alphanumeric()) {
            self.take_while(|c| c == '_' || c.is_alphanumeric());
            let written = self.text.get(start..self.at).unwrap_or("");
            let error = self.error(start, format!("`{written}` is no number"));
            return Err(error.with_help("all numbers are decimals such as `10` and `0.5`"));
        }
        let written = self.text.get(start..self.at).unwrap_or("");
        exact(written).map(Tok::Number).ok_or_else(|| {
            ConditionError::new("literal", offset(start), format!("no exact decimal can hold `{written}`"))
                .with_help("at most 28 digits")
        })
    }

    fn quoted_name(&mut self) -> Result<Tok> {
        let start = self.at;
        self.at += 1;
        let name = self.take_while(|c| c != '`' && c != '\n').to_owned();
        if self.peek() != Some('`') {
            return Err(self.error(start, "this name in backticks does not end"));
        }
        self.at += 1;
        Ok(Tok::Quoted(name))
    }

    fn text_literal(&mut self, raw: bool) -> Result<Tok> {
        let start = self.at;
        let quote = self.peek().unwrap_or('\'');
        if self.rest().starts_with("'''") || self.rest().starts_with("\"\"\"") {
            return Err(self.error(start, "texts in triple quotes are no part of conditions"));
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let at = self.at;
            let c = match self.peek() {
                Some(c) if c != '\n' && c != '\r' => c,
                _ => {
                    return Err(self.error(start, format!("this text does not end, expected {quote}")));
                }
            };
            self.at += c.len_utf8();
            let next = match c {
                c if c == quote => return Ok(Tok::Text(out)),
                '\\' if !raw => self.escape(at)?,
                c => c,
            };
            if next == '\0' {
                return Err(self.error(at, "a text may not hold U+0000"));
            }
            out.push(next);
        }
    }

    fn escape(&mut self, start: usize) -> Result<char> {
        let kind = self.peek().unwrap_or(' ');
        self.at += kind.len_utf8();
        let plain = match kind {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '\\' | '\'' | '"' | '`' | '?' => kind,
            'x' | 'X' => return self.code(start, 2, 16),
            'u' => return self.code(start, 4, 16),
            'U' => return self.code(start, 8, 16),
            '0'..='3' => {
                self.at -= 1;
                return self.code(start, 3, 8);
            }
            _ => {
                return Err(self
                    .error(start, format!("`\\{kind}` is no escape"))
                    .with_help("write `\\\\` for a backslash, or a raw text r'…'"));
            }
        };
        Ok(plain)
    }

    fn code(&mut self, start: usize, digits: usize, radix: u32) -> Result<char> {
        let written = self.rest().get(..digits);
        let code = written
            .filter(|written| written.chars().all(|c| c.is_digit(radix)))
            .and_then(|written| u32::from_str_radix(written, radix).ok())
            .and_then(char::from_u32);
        self.at += digits;
        code.ok_or_else(|| self.error(start, "this escape names no character"))
    }

    fn error(&self, at: usize, message: impl Into<String>) -> ConditionError {
        ConditionError::new("syntax", offset(at), message)
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The number as written, without any rounding.
fn exact(written: &str) -> Option<Decimal> {
    let written = written.to_ascii_lowercase();
    let (digits, power) = match written.split_once('e') {
        Some((digits, power)) => (digits, power.parse::<i32>().ok()?),
        None => (written.as_str(), 0),
    };
    let padded = if digits.starts_with('.') { format!("0{digits}") } else { digits.to_owned() };
    let mut number = Decimal::from_str_exact(&padded).ok()?;
    if !(-28..=28).contains(&power) {
        return number.is_zero().then_some(number);
    }
    let places = i64::from(number.scale()) - i64::from(power);
    if (0..=28).contains(&places) {
        number.set_scale(u32::try_from(places).ok()?).ok()?;
        return Some(number);
    }
    if places > 28 {
        return number.is_zero().then_some(number);
    }
    number.set_scale(0).ok()?;
    (places..0).try_fold(number, |number, _| number.checked_mul(Decimal::TEN))
}
