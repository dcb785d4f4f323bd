//! Texts as they may be shown: one line, without signs that a reader's program would obey.

use std::borrow::Cow;

/// The text without control signs, without marks that turn the direction of what follows, and without what no XML may
/// hold: each of them a space, or the sign for something that cannot be shown.
///
/// A terminal obeys escape codes, and a mark of direction can make a row of a table read as another.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let shown = |c: char| match c {
        _ if c.is_control() || turns_text(c) => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ => c,
    };
    if text.chars().all(|c| shown(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(shown).collect())
}

/// Marks that turn the direction of the text after them, or that end a line.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_would_obey_is_taken_out() {
        assert_eq!(clean("Плитка «Синяя»"), "Плитка «Синяя»");
        assert_eq!(clean("a\u{1b}[31mb\r\nc\u{202e}d\u{0}\u{ffff}"), "a [31mb  c d \u{fffd}");
        assert!(matches!(clean("as it is"), Cow::Borrowed(_)));
    }
}
