//! A text that a regular expression matches: the first that comes to mind, to be held against it afterwards.

/// How long a sample may get, and how often something is repeated at most (C4).
const MAX: usize = 500;

/// A short text that the expression probably matches; none where it is written in a way that is not known here.
pub(super) fn sample(pattern: &str) -> Option<String> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut reader = Reader { letters: &letters, at: 0 };
    let text = reader.alternatives(0)?;
    (reader.at == letters.len() && text.len() <= MAX).then_some(text)
}

struct Reader<'a> {
    letters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn eat(&mut self, letter: char) -> bool {
        let found = self.peek() == Some(letter);
        self.at += usize::from(found);
        found
    }

    /// Of several alternatives the first; the others are read past.
    fn alternatives(&mut self, depth: u32) -> Option<String> {
        if depth > 50 {
            return None;
        }
        let first = self.sequence(depth)?;
        while self.eat('|') {
            self.sequence(depth)?;
        }
        Some(first)
    }

    fn sequence(&mut self, depth: u32) -> Option<String> {
        let mut text = String::new();
        while let Some(letter) = self.peek().filter(|letter| !matches!(letter, '|' | ')')) {
            self.at += 1;
            let one = match letter {
                '^' | '$' => continue,
                '(' => self.group(depth)?,
                '[' => self.class()?.to_string(),
                '.' => "a".to_owned(),
                '\\' => self.escaped()?.map(String::from).unwrap_or_default(),
                other => other.to_string(),
            };
            let times = self.times()?;
            if text.len() + one.len() * times > MAX {
                return None;
            }
            text.push_str(&one.repeat(times));
        }
        Some(text)
    }

    fn group(&mut self, depth: u32) -> Option<String> {
        if self.eat('?') {
            // `(?:…)`, `(?i:…)`, `(?P<name>…)`; flags alone, as `(?i)`, hold nothing.
            loop {
                match self.next()? {
                    ':' | '>' => break,
                    ')' => return Some(String::new()),
                    '=' | '!' => return None,
                    _ => {}
                }
            }
        }
        let inner = self.alternatives(depth + 1)?;
        self.eat(')').then_some(inner)
    }

    fn times(&mut self) -> Option<usize> {
        let times = match self.peek() {
            Some('?' | '*') => {
                self.at += 1;
                0
            }
            Some('+') => {
                self.at += 1;
                1
            }
            Some('{') => {
                self.at += 1;
                let mut least = String::new();
                while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
                    least.push(digit);
                    self.at += 1;
                }
                while self.next()? != '}' {}
                least.parse().ok().filter(|times| *times <= MAX)?
            }
            _ => return Some(1),
        };
        self.eat('?');
        Some(times)
    }

    /// The letter of an escape; none inside for what has no width (`\b`).
    fn escaped(&mut self) -> Option<Option<char>> {
        Some(match self.next()? {
            'd' => Some('1'),
            'w' => Some('a'),
            's' => Some(' '),
            'D' | 'S' => Some('a'),
            'W' => Some('-'),
            'n' => Some('\n'),
            't' => Some('\t'),
            'b' | 'A' | 'z' => None,
            letter if letter.is_ascii_alphanumeric() => return None,
            other => Some(other),
        })
    }

    fn class(&mut self) -> Option<char> {
        let not = self.eat('^');
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut first = true;
        loop {
            let letter = match self.next()? {
                ']' if !first => break,
                '[' => return None,
                '\\' => self.escaped()??,
                other => other,
            };
            first = false;
            let to = if self.peek() == Some('-') && self.letters.get(self.at + 1) != Some(&']') {
                self.at += 1;
                match self.next()? {
                    '\\' => self.escaped()??,
                    other => other,
                }
            } else {
                letter
            };
            ranges.push((letter, to));
        }
        if !not {
            return ranges.first().map(|(from, _)| *from);
        }
        let outside = |letter: &char| !ranges.iter().any(|(from, to)| (from..=to).contains(&letter));
        ['a', '1', '-', 'Z', ' ', 'я'].into_iter().find(outside)
    }
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn a_sample_is_matched_by_its_expression() {
        for pattern in [
            "\\+[0-9]{11}",
            "[A-Z]{2}-\\d{3,}",
            "(?:order|заказ) ?№\\d+",
            "(?i)abc?",
            "^a|b$",
            "[^a-z]+",
            "\\d{4}-\\d{2}",
            "(a(b|c)){2}",
            "[\\d.]+@x\\.ru",
        ] {
            let text = sample(pattern).unwrap();
            let whole = regex_lite::Regex::new(&format!("^(?:{pattern})$")).unwrap();
            assert!(whole.is_match(&text), "{pattern}: {text}");
        }
    }

    #[test]
    fn what_is_not_known_gives_none() {
        for pattern in ["(", "a{9999}", "(a{400}){400}", "[", "a{2"] {
            assert_eq!(sample(pattern), None, "{pattern}");
        }
    }
}
