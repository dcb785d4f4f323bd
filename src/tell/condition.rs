//! Conditions in words: simple ones with the titles of what they read, others as they are written.

use super::words::Teller;

/// One token of a condition that is simple enough to be told.
#[derive(Debug, PartialEq)]
enum Token<'a> {
    Name(&'a str),
    Number(&'a str),
    Literal(&'a str),
    Sign(&'a str),
}

const SIGNS: [&str; 12] = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", ","];

/// The condition in words, or as it is written where it is not simple.
///
/// Simple is what compares fields and facts with literals and with each other, with `&&`, `||`, `!`,
/// parentheses and `has`. Precedence needs no care: "and" binds tighter than "or" to readers too.
pub fn in_words(teller: &Teller<'_>, condition: &str) -> String {
    tokens(condition)
        .and_then(|tokens| told(teller, &tokens))
        .unwrap_or_else(|| format!("`{}`", teller.clean(condition).replace('`', "'")))
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let (token, taken) = if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), sign.len())
        } else if first.is_ascii_digit() {
            let taken = length(|c| c.is_ascii_digit() || c == '.');
            (Token::Number(rest.get(..taken)?), taken)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let taken = length(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
            (Token::Name(rest.get(..taken)?), taken)
        } else if matches!(first, '\'' | '"') {
            let inner = rest.get(1..)?;
            let literal = inner.get(..inner.find(first)?)?;
            if literal.contains('\\') {
                return None;
            }
            (Token::Literal(literal), literal.len() + 2)
        } else {
            return None;
        };
        found.push(token);
        rest = rest.get(taken..)?.trim_start();
    }
    Some(found)
}

/// Whether a token ends or begins a whole comparison, so that what stands beside it stands alone.
fn is_border(token: Option<&Token<'_>>) -> bool {
    matches!(token, None | Some(Token::Sign("&&" | "||" | "!" | "(" | ")")))
}

fn told(teller: &Teller<'_>, tokens: &[Token<'_>]) -> Option<String> {
    let mut out = String::new();
    let mut at = 0;
    let mut denied = false;
    while let Some(token) = tokens.get(at) {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let mut taken = 1;
        let word = match token {
            Token::Sign("(") => {
                out.push('(');
                at += 1;
                continue;
            }
            Token::Sign(")") => {
                out.truncate(out.trim_end().len());
                ")".to_owned()
            }
            Token::Sign("!") if matches!(tokens.get(at + 1), Some(Token::Name(name)) if *name != "has") => {
                denied = true;
                at += 1;
                continue;
            }
            Token::Sign("!") => teller.say("condition.not", &[]),
            Token::Sign("&&") => teller.say("condition.and", &[]),
            Token::Sign("||") => teller.say("condition.or", &[]),
            Token::Sign("==") => "=".to_owned(),
            Token::Sign("!=") => "≠".to_owned(),
            Token::Sign("<=") => "≤".to_owned(),
            Token::Sign(">=") => "≥".to_owned(),
            Token::Sign(sign @ ("<" | ">")) => (*sign).to_owned(),
            Token::Sign(_) => return None,
            Token::Number(number) => teller.number(number),
            Token::Literal(text) => {
                let compared = match (at.checked_sub(2).and_then(|at| tokens.get(at)), before) {
                    (Some(Token::Name(path)), Some(Token::Sign("==" | "!="))) => path.strip_prefix("fields."),
                    _ => None,
                };
                let stage = matches!(
                    (at.checked_sub(2).and_then(|at| tokens.get(at)), before),
                    (Some(Token::Name("case.stage")), Some(Token::Sign("==" | "!=")))
                );
                let title = compared.and_then(|field| teller.choice(field, text));
                let title = title.map(|title| teller.titled(None, &title));
                let title = title.or_else(|| stage.then(|| teller.stage(text)));
                title.unwrap_or_else(|| teller.clean(text))
            }
            Token::Name("true") => teller.say("value.yes", &[]),
            Token::Name("false") => teller.say("value.no", &[]),
            Token::Name("has") => {
                let (Some(Token::Sign("(")), Some(Token::Name(path)), Some(Token::Sign(")"))) =
                    (tokens.get(at + 1), tokens.get(at + 2), tokens.get(at + 3))
                else {
                    return None;
                };
                taken = 4;
                teller.say("condition.filled", &[("name", teller.path(path)?.into())])
            }
            Token::Name(path) => {
                let alone = is_border(before) && is_border(tokens.get(at + 1));
                if let (true, Some(told)) = (alone, teller.statement(path, !denied)) {
                    denied = false;
                    out.push_str(&told);
                    out.push(' ');
                    at += 1;
                    continue;
                }
                let name = teller.path(path)?;
                match (alone, denied) {
                    (true, denied) => {
                        let value = teller.say(if denied { "value.no" } else { "value.yes" }, &[]);
                        teller.say("condition.is", &[("name", name.into()), ("value", value.into())])
                    }
                    (false, true) => return None,
                    (false, false) => name,
                }
            }
        };
        denied = false;
        out.push_str(&word);
        out.push(' ');
        at += taken;
    }
    Some(out.trim_end().to_owned()).filter(|told| !told.is_empty())
}
