//! "Did you mean …?"

/// Longer words are not compared: nobody mistypes them by a letter or two and the cost is quadratic.
const LONGEST: usize = 64;

/// The candidate that `word` was probably meant to be; the first of equally near ones.
///
/// One slip per three letters is forgiven, at least one, and two from three letters on if the first is right; a
/// slip is a letter too many, too few, another, or two swapped. Case does not count, so `Due` finds `due`.
pub(crate) fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
        let longer = word.len().max(letters.len());
        let short = if longer > 2 && word.first() == letters.first() { 2 } else { 1 };
        let allowed = (longer / 3).max(short);
        if longer > LONGEST || word.is_empty() || word.len().abs_diff(letters.len()) > allowed {
            continue;
        }
        let slips = distance(&word, &letters);
        // A word of one or two letters of which none is right resembles everything.
        let alike = slips <= allowed && slips < longer;
        if alike && best.is_none_or(|(fewest, _)| slips < fewest) {
            best = Some((slips, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Damerau-Levenshtein distance in which no letter is swapped twice (optimal string alignment).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut left_letter: Option<char> = None;
    for (row, &a) in from.iter().enumerate() {
        let mut current = Vec::with_capacity(last.len());
        let mut left = row + 1;
        let mut upper_letter: Option<char> = None;
        current.push(left);
        for (column, (&b, pair)) in to.iter().zip(last.windows(2)).enumerate() {
            let (diagonal, above) = match *pair {
                [diagonal, above] => (diagonal, above),
                _ => (usize::MAX, usize::MAX),
            };
            let mut cost = (left + 1).min(above.saturating_add(1));
            cost = cost.min(diagonal.saturating_add(usize::from(a != b)));
            if left_letter == Some(b)
                && upper_letter == Some(a)
                && let Some(&two_back) = column.checked_sub(1).and_then(|at| before_last.get(at))
            {
                cost = cost.min(two_back + 1);
            }
            current.push(cost);
            left = cost;
            upper_letter = Some(b);
        }
        before_last = std::mem::replace(&mut last, current);
        left_letter = Some(a);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        let count =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(count("", ""), 0);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("abc", ""), 3);
        assert_eq!(count("due", "dew"), 2);
        assert_eq!(count("tilte", "title"), 1);
        assert_eq!(count("ab", "ba"), 1);
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("стадия", "сатдии"), 2);
    }

    #[test]
    fn the_nearest_word_is_offered_and_a_far_one_is_not() {
        let known = ["id", "title", "due", "plan", "limit"];
        assert_eq!(suggest("tilte", known), Some("title"));
        assert_eq!(suggest("Due", known), Some("due"));
        assert_eq!(suggest("dues", known), Some("due"));
        assert_eq!(suggest("dew", known), Some("due"));
        assert_eq!(suggest("planned", known), None);
        assert_eq!(suggest("xyz", known), None);
        assert_eq!(suggest("", known), None);
        assert_eq!(suggest("x", ["y"]), None);
        assert_eq!(suggest(&"a".repeat(100_000), known), None);
    }
}
