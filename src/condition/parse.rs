//! Tokens to a tree: a Pratt parser that stays within the bounds of C4.

use super::error::{ConditionError, place_name};
use super::lex::{Tok, Token, tokens};
use super::{MAX_DEPTH, MAX_LENGTH, MAX_NODES};
use rust_decimal::Decimal;

/// One node of the tree, with its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
    depth: u32,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(String),
    List(Vec<Expr>),
    Name(String),
    Select(Box<Expr>, String),
    Index(Box<Expr>, Vec<Expr>),
    Call(Box<Call>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Binary(Binary, Box<(Expr, Expr)>),
    If(Box<[Expr; 3]>),
}

#[derive(Debug, Clone)]
pub(super) struct Call {
    pub target: Option<Expr>,
    pub name: String,
    pub name_at: u32,
    pub args: Vec<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

type Result<T> = std::result::Result<T, ConditionError>;

// How tightly operators bind; what binds tighter has the greater number.
const TERNARY: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const RELATION: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const UNARY: u8 = 7;

pub(super) fn parse(text: &str) -> Result<Expr> {
    // Bytes first: counting the characters of an endless text would be work too.
    if text.len() > MAX_LENGTH * 4 || text.chars().count() > MAX_LENGTH {
        return Err(ConditionError::new(
            "too-long",
            0,
            format!("a condition may have at most {MAX_LENGTH} characters"),
        ));
    }
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0, depth: 0, nodes: 0 };
    if *parser.peek() == Tok::End {
        return Err(ConditionError::new("syntax", 0, "the condition is empty"));
    }
    let expr = parser.expr(0)?;
    match parser.peek() {
        Tok::End => Ok(expr),
        Tok::Sign(sign @ (")" | "]")) => {
            let message = format!("`{sign}` closes nothing");
            Err(parser.error(message))
        }
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: u32,
    nodes: u32,
}

impl Parser<'_> {
    fn peek(&self) -> &Tok {
        self.tokens.get(self.next).map_or(&Tok::End, |token| &token.tok)
    }

    fn here(&self) -> u32 {
        self.tokens.get(self.next).map_or(0, |token| token.start)
    }

    /// Where the token before this one ends.
    fn behind(&self) -> u32 {
        let before = self.next.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.map_or(0, |token| token.end)
    }

    fn advance(&mut self) {
        // The end stays the last token, however often it is passed.
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
    }

    fn at(&self, sign: &str) -> bool {
        matches!(self.peek(), Tok::Sign(found) if *found == sign)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.at(sign);
        if found {
            self.advance();
        }
        found
    }

    fn error(&self, message: impl Into<String>) -> ConditionError {
        ConditionError::new("syntax", self.here(), message)
    }

    fn unexpected(&self, expected: &str) -> ConditionError {
        let found = match self.peek() {
            Tok::End => "the end".to_owned(),
            Tok::Sign(sign) => format!("`{sign}`"),
            Tok::Name(name) | Tok::Quoted(name) => format!("`{name}`"),
            Tok::Number(number) => format!("the number {number}"),
            Tok::Text(_) => "a text".to_owned(),
        };
        let error = self.error(format!("expected {expected}, found {found}"));
        match self.peek() {
            Tok::Name(word) if word == "and" => error.with_help("write `&&`"),
            Tok::Name(word) if word == "or" => error.with_help("write `||`"),
            Tok::Name(word) if word == "not" => error.with_help("write `!`"),
            _ => error,
        }
    }

    /// A node around its parts, counted and measured.
    fn node(&mut self, kind: Kind, start: u32, inner: u32) -> Result<Expr> {
        self.nodes += 1;
        let depth = inner + 1;
        if self.nodes > MAX_NODES {
            let message =
                format!("a condition may have at most {MAX_NODES} names, literals and operators together");
            return Err(ConditionError::new("too-many-nodes", start, message));
        }
        if depth > MAX_DEPTH {
            return Err(too_deep(start));
        }
        Ok(Expr { kind, start, end: self.behind(), depth })
    }

    fn expr(&mut self, least: u8) -> Result<Expr> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep(self.here()));
        }
        let mut left = self.unary()?;
        while let Some((bind, binary)) = self.operator()
            && bind >= least.max(TERNARY)
        {
            left = self.join(left, bind, binary)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// The operator that stands here: how tightly it binds, and which one it is where it joins two.
    fn operator(&self) -> Option<(u8, Option<Binary>)> {
        let sign = match self.peek() {
            Tok::Sign(sign) => *sign,
            Tok::Name(name) if name == "in" => "in",
            _ => return None,
        };
        Some(match sign {
            "?" => (TERNARY, None),
            "||" => (OR, None),
            "&&" => (AND, None),
            "==" => (RELATION, Some(Binary::Equal)),
            "!=" => (RELATION, Some(Binary::Unequal)),
            "<" => (RELATION, Some(Binary::Less)),
            "<=" => (RELATION, Some(Binary::AtMost)),
            ">" => (RELATION, Some(Binary::More)),
            ">=" => (RELATION, Some(Binary::AtLeast)),
            "in" => (RELATION, Some(Binary::In)),
            "+" => (SUM, Some(Binary::Add)),
            "-" => (SUM, Some(Binary::Subtract)),
            "*" => (PRODUCT, Some(Binary::Multiply)),
            "/" => (PRODUCT, Some(Binary::Divide)),
            "%" => (PRODUCT, Some(Binary::Remainder)),
            _ => return None,
        })
    }

    fn join(&mut self, left: Expr, bind: u8, binary: Option<Binary>) -> Result<Expr> {
        let start = left.start;
        if let Some(binary) = binary {
            self.advance();
            let right = self.expr(bind + 1)?;
            let inner = left.depth.max(right.depth);
            return self.node(Kind::Binary(binary, Box::new((left, right))), start, inner);
        }
        match bind {
            OR => self.chain(left, "||", OR, Kind::Or),
            AND => self.chain(left, "&&", AND, Kind::And),
            _ => self.ternary(left),
        }
    }

    /// `a && b && c` is one node, so that a long list of conditions is no deep tree.
    fn chain(&mut self, first: Expr, sign: &str, bind: u8, kind: fn(Vec<Expr>) -> Kind) -> Result<Expr> {
        let start = first.start;
        let mut inner = first.depth;
        let mut parts = vec![first];
        while self.eat(sign) {
            let part = self.expr(bind + 1)?;
            inner = inner.max(part.depth);
            parts.push(part);
        }
        self.node(kind(parts), start, inner)
    }

    fn ternary(&mut self, condition: Expr) -> Result<Expr> {
        let asked = self.here();
        self.advance();
        let yes = self.expr(OR)?;
        if !self.eat(":") {
            let place = place_name(self.text, asked as usize);
            return Err(self.unexpected(&format!("`:` for the `?` at {place}")));
        }
        let no = self.expr(TERNARY)?;
        let start = condition.start;
        let inner = condition.depth.max(yes.depth).max(no.depth);
        self.node(Kind::If(Box::new([condition, yes, no])), start, inner)
    }

    fn unary(&mut self) -> Result<Expr> {
        let start = self.here();
        if self.eat("!") {
            let inner = self.expr(UNARY)?;
            let depth = inner.depth;
            return self.node(Kind::Not(Box::new(inner)), start, depth);
        }
        if self.eat("-") {
            let inner = self.expr(UNARY)?;
            let depth = inner.depth;
            return self.node(Kind::Negate(Box::new(inner)), start, depth);
        }
        let first = self.primary()?;
        self.postfix(first)
    }

    fn postfix(&mut self, mut left: Expr) -> Result<Expr> {
        loop {
            let (start, depth, opened) = (left.start, left.depth, self.here());
            if self.eat(".") {
                let name_at = self.here();
                let (name, quoted) = match self.peek() {
                    Tok::Name(name) => (name.clone(), false),
                    Tok::Quoted(name) => (name.clone(), true),
                    _ => return Err(self.unexpected("a name after `.`")),
                };
                self.advance();
                let called = self.here();
                left = if !quoted && self.eat("(") {
                    let (args, inner) = self.list(")", "(", called)?;
                    let call = Call { target: Some(left), name, name_at, args };
                    self.node(Kind::Call(Box::new(call)), start, depth.max(inner))?
                } else {
                    self.node(Kind::Select(Box::new(left), name), start, depth)?
                };
            } else if self.eat("[") {
                let (keys, inner) = self.list("]", "[", opened)?;
                if keys.is_empty() {
                    return Err(ConditionError::new("syntax", opened, "expected a key between `[` and `]`"));
                }
                left = self.node(Kind::Index(Box::new(left), keys), start, depth.max(inner))?;
            } else {
                return Ok(left);
            }
        }
    }

    fn primary(&mut self) -> Result<Expr> {
        let start = self.here();
        let kind = match self.peek().clone() {
            Tok::Number(number) => Kind::Number(number),
            Tok::Text(text) => Kind::Text(text),
            Tok::Name(name) => match name.as_str() {
                "true" => Kind::Bool(true),
                "false" => Kind::Bool(false),
                "null" => Kind::Null,
                "in" => return Err(self.unexpected("a value")),
                _ => return self.name(name),
            },
            Tok::Sign("(") => {
                self.advance();
                let inner = self.expr(0)?;
                self.close(")", "(", start)?;
                return Ok(inner);
            }
            Tok::Sign("[") => {
                self.advance();
                let (items, inner) = self.list("]", "[", start)?;
                return self.node(Kind::List(items), start, inner);
            }
            Tok::Sign(_) | Tok::Quoted(_) | Tok::End => return Err(self.unexpected("a value")),
        };
        self.advance();
        self.node(kind, start, 0)
    }

    fn name(&mut self, name: String) -> Result<Expr> {
        let start = self.here();
        self.advance();
        let opened = self.here();
        if self.eat("(") {
            let (args, inner) = self.list(")", "(", opened)?;
            let call = Call { target: None, name, name_at: start, args };
            return self.node(Kind::Call(Box::new(call)), start, inner);
        }
        if name == "not" && !matches!(self.peek(), Tok::Sign(_) | Tok::End) {
            let error = ConditionError::new("syntax", start, "`not` is no operator");
            return Err(error.with_help("write `!`"));
        }
        self.node(Kind::Name(name), start, 0)
    }

    /// Expressions with commas up to the closing sign, and the depth of the deepest.
    fn list(&mut self, close: &'static str, open: &str, opened: u32) -> Result<(Vec<Expr>, u32)> {
        let mut items = Vec::new();
        let mut inner = 0;
        if self.eat(close) {
            return Ok((items, inner));
        }
        loop {
            let item = self.expr(0)?;
            inner = inner.max(item.depth);
            items.push(item);
            if !self.eat(",") {
                self.close(close, open, opened)?;
                return Ok((items, inner));
            }
        }
    }

    fn close(&mut self, close: &str, open: &str, opened: u32) -> Result<()> {
        if self.eat(close) {
            return Ok(());
        }
        let place = place_name(self.text, opened as usize);
        Err(self.unexpected(&format!("`{close}` to close `{open}` opened at {place}")))
    }
}

fn too_deep(at: u32) -> ConditionError {
    ConditionError::new("too-deep", at, format!("a condition may nest at most {MAX_DEPTH} deep"))
}
