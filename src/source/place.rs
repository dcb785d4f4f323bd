//! Where things stand: JSON pointers, lines and columns.

use super::defect::Defect;
use super::json::{Kind, Node};

/// Where a part of a file stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The JSON pointer (RFC 6901); empty for the whole file.
    pub pointer: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// `pointer` prolonged by one key or index, escaped.
pub(crate) fn join(pointer: &str, segment: &str) -> String {
    let mut out = String::with_capacity(pointer.len() + segment.len() + 1);
    out.push_str(pointer);
    push(&mut out, segment);
    out
}

fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for letter in segment.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// A file that was read: its text, its parts and where they stand.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    root: Node,
    lines: Lines,
}

impl Tree {
    pub(crate) fn new(text: &str, root: Node) -> Self {
        Self { root, lines: Lines::new(text) }
    }

    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    /// Where the value under `pointer` begins.
    ///
    /// When it is not in the file (a default, a missing key), the nearest part around it that is; the pointer
    /// stays the one asked for.
    pub(crate) fn place(&self, pointer: &str) -> Place {
        let (node, _) = self.nearest(pointer);
        self.place_at(pointer, node.span.start)
    }

    /// Where the key of the member under `pointer` begins; the same as [`Tree::place`] for all else.
    pub(crate) fn key_place(&self, pointer: &str) -> Place {
        let (node, key) = self.nearest(pointer);
        self.place_at(pointer, key.unwrap_or(node.span.start))
    }

    /// The part under `pointer`, if the file has it.
    pub(crate) fn find(&self, pointer: &str) -> Option<&Node> {
        let mut node = &self.root;
        for segment in segments(pointer) {
            node = child(node, &segment)?.0;
        }
        Some(node)
    }

    /// The defect with its line and column; one that has them keeps them.
    pub(crate) fn resolve(&self, defect: Defect) -> Defect {
        if defect.place().is_some() {
            return defect;
        }
        let place = self.place(defect.pointer());
        defect.at(place.line, place.column)
    }

    /// The pointer of the smallest part that covers the byte `offset`; a key belongs to its value.
    pub(crate) fn pointer_at(&self, offset: usize) -> String {
        let mut pointer = String::new();
        let mut node = &self.root;
        loop {
            node = match &node.kind {
                Kind::Array(items) => {
                    let at = items.partition_point(|item| item.span.end <= offset);
                    match items.get(at).filter(|item| item.span.start <= offset) {
                        Some(item) => {
                            push(&mut pointer, &at.to_string());
                            item
                        }
                        None => return pointer,
                    }
                }
                Kind::Object(entries) => {
                    let at = entries.partition_point(|(_, value)| value.span.end <= offset);
                    match entries.get(at).filter(|(key, _)| key.span.start <= offset) {
                        Some((key, value)) => {
                            push(&mut pointer, &key.text);
                            value
                        }
                        None => return pointer,
                    }
                }
                _ => return pointer,
            }
        }
    }

    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        self.lines.position(offset)
    }

    fn place_at(&self, pointer: &str, offset: usize) -> Place {
        let (line, column) = self.position(offset);
        Place { pointer: pointer.to_owned(), line, column }
    }

    /// The deepest existing part on the way to `pointer`, with the start of its key when it is the whole way.
    fn nearest(&self, pointer: &str) -> (&Node, Option<usize>) {
        let mut node = &self.root;
        let mut key = None;
        for segment in segments(pointer) {
            match child(node, &segment) {
                Some((inner, at)) => (node, key) = (inner, at),
                None => return (node, None),
            }
        }
        (node, key)
    }
}

fn segments(pointer: &str) -> impl Iterator<Item = String> {
    // What stands before the first slash is no segment.
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}

fn child<'a>(node: &'a Node, segment: &str) -> Option<(&'a Node, Option<usize>)> {
    match &node.kind {
        Kind::Array(items) => {
            let index: usize = segment.parse().ok()?;
            // `+1` and `01` parse, but are no indexes.
            (index.to_string() == segment).then(|| items.get(index).map(|item| (item, None)))?
        }
        Kind::Object(entries) => entries
            .iter()
            .find(|(key, _)| key.text == segment)
            .map(|(key, value)| (value, Some(key.span.start))),
        _ => None,
    }
}

/// Turns byte offsets into lines and columns without walking the text each time.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    text: String,
    /// The byte at which each line begins.
    starts: Vec<usize>,
    /// How many characters stand before each `STEP`-th byte; a whole file may be one line.
    marks: Vec<usize>,
}

const STEP: usize = 256;

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        // An invisible mark must not shift the columns of the first line.
        let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut starts = vec![first];
        let mut marks = Vec::with_capacity(text.len() / STEP + 1);
        let mut characters = 0;
        for (at, byte) in text.bytes().enumerate() {
            if at % STEP == 0 {
                marks.push(characters);
            }
            characters += usize::from(begins_character(byte));
            if byte == b'\n' {
                starts.push(at + 1);
            }
        }
        Self { text: text.to_owned(), starts, marks }
    }

    /// Line and column, both from 1; an offset behind the end is the end.
    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = self.characters(offset).saturating_sub(self.characters(start)) + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    fn characters(&self, offset: usize) -> usize {
        let mark = offset / STEP;
        let (from, before) = match self.marks.get(mark) {
            Some(before) => (mark * STEP, *before),
            None => match self.marks.len().checked_sub(1) {
                Some(last) => (last * STEP, self.marks.last().copied().unwrap_or(0)),
                None => (0, 0),
            },
        };
        let between = self.text.as_bytes().get(from..offset).unwrap_or_default();
        before + between.iter().filter(|byte| begins_character(**byte)).count()
    }
}

/// Whether a UTF-8 byte is the first of its character.
fn begins_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}
