//! A back-test as a text for people.

use super::result::{Backtest, Counts, End, Found, Side};
use super::words::Words;
use crate::case::Missing;
use crate::report::words::Words as Numbers;
use crate::scenario::Scenario;
use crate::tell::Speaker;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// So many examples stand in a line.
const SHOWN: usize = 3;

impl Backtest {
    /// What was found, in a text for people; names by the draft's titles. English and Russian.
    #[must_use]
    pub fn told(&self, draft: &Scenario, language: &str) -> String {
        let page = Page {
            words: Words::of(language),
            numbers: Numbers::of(language),
            speaker: Speaker::new(draft, language),
            draft,
            language,
            out: String::new(),
        };
        page.told(self)
    }
}

struct Page<'a> {
    words: &'static Words,
    numbers: &'static Numbers,
    speaker: Speaker<'a>,
    draft: &'a Scenario,
    language: &'a str,
    out: String,
}

impl Page<'_> {
    fn told(mut self, it: &Backtest) -> String {
        let words = self.words;
        let title = self.draft.definition().title.get(self.language.split(['-', '_']).next().unwrap_or("en"));
        let title = if title.is_empty() { &self.draft.reference().id } else { title };
        let count = |count: usize| self.numbers.count(count);
        let (cases, same, different) = (count(it.cases), count(it.same), count(it.different.cases));
        let _ = writeln!(self.out, "{}: {title}", words.title);
        let _ = write!(self.out, "{}: {cases}; {}: {same}; ", words.cases, words.same);
        let _ = writeln!(self.out, "{}: {different}", words.different);
        let barriers = it.barriers.iter().map(|(key, found)| (self.asked(&key.missing), found)).collect();
        self.section(words.held_up, Some(&it.held_up), barriers);
        let diverged = it.divergences.iter().map(|(key, found)| {
            let why = match (words.gone(&key.code), &key.missing) {
                (Some(gone), _) => gone.to_owned(),
                (None, Some(missing)) => self.asked(missing),
                (None, None) => key.code.clone(),
            };
            (format!("{}: {why}", words.input(&key.input)), found)
        });
        let diverged = diverged.collect();
        self.section(words.diverged, Some(&it.diverged), diverged);
        if it.held_up.cases + it.diverged.cases > 0 {
            let _ = writeln!(self.out, "  {}", words.not_guessed);
        }
        let passages = it.passages.iter().map(|(key, found)| {
            let side = match key.side {
                Side::Recorded => words.only_recorded,
                Side::Draft => words.only_draft,
            };
            let (from, to) = (self.stage(&key.passage.from), self.stage(&key.passage.to));
            (format!("{from} → {to}: {side}"), found)
        });
        let passages = passages.collect();
        self.section(words.moved, Some(&it.moved), passages);
        let ended = it
            .ended
            .iter()
            .map(|(key, found)| (format!("{} → {}", self.end(&key.recorded), self.end(&key.draft)), found));
        let ended = ended.collect();
        self.section(words.ended, None, ended);
        let earlier = it.closed_earlier.iter().map(|(key, found)| (self.end(key), found)).collect();
        self.section(words.closed_earlier, None, earlier);
        self.counts(words.triggers, &it.triggers, |page, rule| page.speaker.trigger_shown(rule));
        self.counts(words.wishes, &it.wishes, |page, rule| page.speaker.trigger_shown(rule));
        self.counts(words.effects, &it.effects, |page, kind| page.words.effect(kind));
        let first = it.first.iter().map(|(key, found)| (format!("`{}`", key.event), found)).collect();
        self.section(words.first, None, first);
        let unasked = it.unasked.iter().map(|(input, found)| (words.input(input).to_owned(), found));
        let unasked = unasked.collect();
        self.section(words.unasked, None, unasked);
        let renamed = it.renamed.iter().flat_map(|(from, to)| {
            let told = |to: &str| format!("{from} → {}", self.stage(to));
            to.iter().map(|(to, found)| (told(&to.why), found)).collect::<Vec<_>>()
        });
        let renamed = renamed.collect();
        self.section(words.renamed, None, renamed);
        let adopted = if it.adopted.cases > 0 { Some(&it.adopted) } else { None };
        self.section(words.adopted, adopted, Vec::new());
        let transferred = it.transferred.iter().map(|(to, found)| (to.why.clone(), found)).collect();
        self.section(words.transferred, None, transferred);
        let erased = if it.erased.cases > 0 { Some(&it.erased) } else { None };
        self.section(words.erased, erased, Vec::new());
        let failed = it.failed.iter().map(|(it, found)| (words.why(&it.why).to_owned(), found)).collect();
        self.section(words.failed, None, failed);
        self.out
    }

    /// A heading with its lines, the most frequent first; nothing where there is nothing.
    fn section(&mut self, heading: &str, all: Option<&Found>, mut lines: Vec<(String, &Found)>) {
        let all = all.filter(|all| all.cases > 0);
        if all.is_none() && lines.is_empty() {
            return;
        }
        // What is told alike stays in its order.
        lines.sort_by_key(|(_, found)| std::cmp::Reverse(found.cases));
        let count = all.map(|all| format!(": {}", self.numbers.count(all.cases))).unwrap_or_default();
        let shown = match all {
            Some(all) if lines.is_empty() => self.examples(all),
            _ => String::new(),
        };
        let _ = writeln!(self.out, "\n{heading}{count}{shown}");
        let counts: Vec<String> = lines.iter().map(|(_, found)| self.numbers.count(found.cases)).collect();
        let width = counts.iter().map(|it| it.chars().count()).max().unwrap_or_default();
        for ((line, found), count) in lines.iter().zip(&counts) {
            let room = " ".repeat(width - count.chars().count().min(width));
            let shown = self.examples(found);
            let _ = writeln!(self.out, "  {room}{count}  {line}{shown}");
        }
    }

    fn counts(
        &mut self,
        heading: &str,
        counts: &BTreeMap<String, Counts>,
        name: impl Fn(&Self, &str) -> String,
    ) {
        let changed = |it: &&Counts| it.more.cases + it.fewer.cases > 0;
        if !counts.values().any(|it| changed(&it)) {
            return;
        }
        let _ = writeln!(self.out, "\n{heading}");
        for (key, it) in counts.iter().filter(|(_, it)| changed(it)) {
            let number = |count: u64| self.numbers.count(usize::try_from(count).unwrap_or(usize::MAX));
            let words = self.words;
            let (recorded, draft) = (number(it.all.recorded), number(it.all.draft));
            let mut line =
                format!("  {}: {} {recorded}, {} {draft}", name(self, key), words.recorded, words.by_draft);
            for (found, how) in [(&it.more, words.more), (&it.fewer, words.fewer)] {
                if found.cases > 0 {
                    let _ = write!(line, "; {how}: {}", self.numbers.count(found.cases));
                    line.push_str(&self.examples(found));
                }
            }
            let _ = writeln!(self.out, "{line}");
        }
    }

    fn examples(&self, found: &Found) -> String {
        let some: Vec<String> = found
            .examples
            .iter()
            .filter(|it| !it.case.is_empty())
            .take(SHOWN)
            .map(|it| match it.entry {
                Some(entry) => format!("{} ({} {entry})", one_line(&it.case), self.words.entry),
                None => one_line(&it.case),
            })
            .collect();
        if some.is_empty() {
            String::new()
        } else {
            format!(" — {} {}", self.words.example, some.join(", "))
        }
    }

    fn stage(&self, id: &str) -> String {
        self.speaker.stage_title(id)
    }

    fn end(&self, end: &End) -> String {
        let stage = self.stage(&end.stage);
        match (end.outcome, &end.reason) {
            (None, _) => format!("{} {stage}", self.words.open),
            (Some(_), Some(reason)) => {
                let def = self.draft.definition().reasons.get(reason);
                let title = def.map(|it| it.title.get(self.language)).filter(|title| !title.is_empty());
                format!("{stage} ({})", title.unwrap_or(reason))
            }
            (Some(_), None) => stage,
        }
    }

    /// What the draft asks, in its own words or as it is written there.
    fn asked(&self, it: &Missing) -> String {
        let told = self.speaker.missing(it);
        if !told.contains('{') {
            return told;
        }
        let asked = it.requirement.as_deref().and_then(|rule| self.speaker.requirement(rule));
        asked.unwrap_or_else(|| it.code.clone())
    }
}

/// An id may hold anything; a row is one line.
fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}
