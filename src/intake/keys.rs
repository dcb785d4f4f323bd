//! Contact keys: telephone numbers and addresses in the one form by which cases are found (I2).

use serde::{Deserialize, Serialize};

/// What sort of contact key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyType {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// Anything else: a chat's user, and what could not be read as what it was said to be.
    #[default]
    Other,
}

/// A contact key of a person or company: `+74950000001`, `info@client.example`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactKey {
    /// What sort it is.
    #[serde(default)]
    pub kind: KeyType,
    /// The key; normal after [`normal`].
    pub key: String,
    /// The name that came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl ContactKey {
    /// A telephone number as it was written.
    pub fn phone(number: impl Into<String>) -> Self {
        Self { kind: KeyType::Phone, key: number.into(), name: None }
    }

    /// An address as it was written.
    pub fn email(address: impl Into<String>) -> Self {
        Self { kind: KeyType::Email, key: address.into(), name: None }
    }

    /// Another key.
    pub fn other(key: impl Into<String>) -> Self {
        Self { kind: KeyType::Other, key: key.into(), name: None }
    }

    /// With the name that came with it.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// The key in the one form by which cases are found: an address in small letters, a number with its country
/// (E.164). One that cannot be read stays as it was written, under [`KeyType::Other`]; nothing is lost.
///
/// National numbers are read by the rules of `region` (`RU`). With the feature `phone` all regions are known;
/// without it, numbers with a country, and national ones of `RU` and `KZ` only.
///
/// ```
/// use voronka::intake::{ContactKey, KeyType, normal};
/// let phone = normal(&ContactKey::phone("8 (495) 000-00-01"), Some("RU"));
/// assert_eq!((phone.kind, phone.key.as_str()), (KeyType::Phone, "+74950000001"));
/// let address = normal(&ContactKey::email("<Info@Client.Example>"), None);
/// assert_eq!(address.key, "info@client.example");
/// let unread = normal(&ContactKey::phone("anonymous"), Some("RU"));
/// assert_eq!((unread.kind, unread.key.as_str()), (KeyType::Other, "anonymous"));
/// ```
#[must_use]
pub fn normal(key: &ContactKey, region: Option<&str>) -> ContactKey {
    let read = match key.kind {
        KeyType::Phone => phone(&key.key, region),
        KeyType::Email => email(&key.key),
        KeyType::Other => None,
    };
    match read {
        Some(read) => ContactKey { kind: key.kind, key: read, name: key.name.clone() },
        None => ContactKey { kind: KeyType::Other, key: key.key.trim().to_owned(), name: key.name.clone() },
    }
}

/// An address in small letters, without brackets; none for what is no address.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')).unwrap_or(text);
    let text = text.strip_prefix("mailto:").unwrap_or(text).trim();
    let (local, domain) = text.rsplit_once('@')?;
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let wrong = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';');
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    let fits = !local.is_empty()
        && !domain.is_empty()
        && text.len() <= 320
        && !domain.contains(wrong)
        && !domain.starts_with('.')
        && !domain.contains("..")
        && (quoted || !local.contains(|c: char| wrong(c) || c == '@'));
    // Which letters an address has matters to no server that is in use; domains never had small and large ones.
    fits.then(|| format!("{local}@{domain}").to_lowercase())
}

/// A telephone number with its country (E.164); none for what is no number.
#[cfg(feature = "phone")]
#[must_use]
pub fn phone(text: &str, region: Option<&str>) -> Option<String> {
    use phonenumber::{Mode, country};
    // The parser's time grows with the text, and no number is longer.
    if text.len() > 100 {
        return None;
    }
    let region: Option<country::Id> = region.and_then(|it| it.parse().ok());
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let international = text.strip_prefix("00").map(|rest| format!("+{rest}"));
    let parsed = phonenumber::parse(region, text).ok().filter(phonenumber::is_valid);
    let parsed =
        parsed.or_else(|| phonenumber::parse(None, international?).ok().filter(phonenumber::is_valid));
    match parsed {
        Some(number) => {
            let number = number.format().mode(Mode::E164).to_string();
            // An extension is behind a client's own exchange: one caller, many extensions.
            Some(number.split(';').next().unwrap_or_default().to_owned())
        }
        // Numbers reserved for examples and fresh ranges are in no table; with its country it is one all the same.
        None => plain(text, None),
    }
}

/// A telephone number with its country (E.164), without tables: numbers that name their country, and national
/// ones of `RU` and `KZ`; none for what is no number.
#[cfg(not(feature = "phone"))]
#[must_use]
pub fn phone(text: &str, region: Option<&str>) -> Option<String> {
    let text = text.trim();
    plain(text.strip_prefix("tel:").unwrap_or(text), region)
}

fn plain(text: &str, region: Option<&str>) -> Option<String> {
    let mut digits = String::new();
    let mut plus = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '+' if at == 0 => plus = true,
            '0'..='9' => digits.push(letter),
            ' ' | '\u{a0}' | '-' | '\u{2011}' | '\u{2013}' | '(' | ')' | '.' | '/' => {}
            _ => return None,
        }
    }
    if let Some(rest) = digits.strip_prefix("00").filter(|_| !plus) {
        (plus, digits) = (true, rest.to_owned());
    }
    let russian = matches!(region, Some("RU" | "KZ"));
    let number = match (plus, digits.len()) {
        (true, 8..=15) if !digits.starts_with('0') => digits,
        (false, 11) if russian && digits.starts_with(['7', '8']) => {
            format!("7{}", digits.get(1..).unwrap_or_default())
        }
        (false, 10) if russian => format!("7{digits}"),
        _ => return None,
    };
    Some(format!("+{number}"))
}
