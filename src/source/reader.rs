//! Reading a `Deserialize` type from a tree, going on after each defect.
//!
//! serde ends at the first error. Here every value that stands in a list, in a map or under a key of a struct
//! is *attempted* (`Session::attempt`): when it fails, the smallest part that is at fault is recorded and from
//! then on treated as absent, and the value is read again, until it succeeds or is itself at fault. A list or
//! map then goes on without it; a struct fails in turn, is read again without that key, and takes the default,
//! or is absent too. A defect therefore costs one more reading of the object around it, not of the file.

use super::access::Handle;
use super::defect::{Defect, short};
use super::error::{Fault, ReadError};
use super::json::{Flaw, Kind, MAX_FLAWS, MAX_TEXT, Node, parse};
use super::place::{Lines, Tree, join};
use super::suggest::suggest;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// No more defects than these are reported.
pub(crate) const MAX_DEFECTS: usize = MAX_FLAWS;
/// How many values are read at most, repetitions included; a file within the bounds has half a million.
const MAX_WORK: usize = 2_000_000;

/// A file that could be parsed.
#[derive(Debug)]
pub(crate) struct Read<T> {
    /// What could be read; with defects some parts are absent, and `None` when the root itself failed.
    pub(crate) value: Option<T>,
    /// For the places of later checks.
    pub(crate) tree: Tree,
    /// All defects of form, in the order of the file.
    pub(crate) defects: Vec<Defect>,
}

/// Reads a `T` from JSON text.
///
/// # Errors
/// When the text is no JSON or beyond the bounds of [`parse`]. Defects of its content are no error here: they
/// are in [`Read::defects`], so that the checks that follow can add theirs.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<Read<T>, Vec<Defect>> {
    match parse(text) {
        Ok((root, flaws)) => {
            let tree = Tree::new(text, root);
            let mut defects: Vec<_> =
                flaws.into_iter().map(|flaw| flaw_defect(flaw, |at| tree.position(at))).collect();
            let (value, more) = read_tree(&tree);
            defects.extend(more);
            Ok(Read { value, tree, defects: limited(defects) })
        }
        Err(flaws) => {
            // A text beyond the bound is not walked, be it for its lines only.
            let lines = Lines::new(if text.len() > MAX_TEXT { "" } else { text });
            let place = |at| lines.position(at);
            Err(limited(flaws.into_iter().map(|flaw| flaw_defect(flaw, place)).collect()))
        }
    }
}

/// Reads a `T` from a tree, with the defects of its content.
pub(crate) fn read_tree<'de, T: Deserialize<'de>>(tree: &'de Tree) -> (Option<T>, Vec<Defect>) {
    let session = Session { tree, state: RefCell::default() };
    let value = session.attempt(tree.root()).ok();
    (value, limited(session.state.into_inner().defects))
}

fn flaw_defect(flaw: Flaw, position: impl Fn(usize) -> (u32, u32)) -> Defect {
    let pointer = flaw.path.iter().fold(String::new(), |pointer, segment| join(&pointer, segment));
    let (line, column) = position(flaw.offset);
    let defect = Defect::error(flaw.code, pointer, flaw.message).at(line, column);
    match flaw.help {
        Some(help) => defect.with_help(help),
        None => defect,
    }
}

/// In the order of the file and within the bound; that there are more is said last.
fn limited(mut defects: Vec<Defect>) -> Vec<Defect> {
    let told = defects.len();
    defects.retain(|defect| defect.code() != TOO_MANY);
    let stopped = defects.len() < told || defects.len() > MAX_DEFECTS;
    defects.sort();
    defects.dedup();
    defects.truncate(MAX_DEFECTS);
    if stopped {
        let (line, column) = defects.last().and_then(Defect::place).map_or((1, 1), |at| (at.line, at.column));
        defects.push(too_many().at(line, column));
    }
    defects
}

const TOO_MANY: &str = "too-many-defects";

fn too_many() -> Defect {
    Defect::error(TOO_MANY, "", "there are more defects than are told here")
}

/// One reading of one tree: what has failed so far.
pub(super) struct Session<'de> {
    tree: &'de Tree,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// The beginnings of the values and keys that are treated as absent. Apart, since a value that is absent
    /// excuses more than a key that should not be there.
    values: BTreeSet<usize>,
    keys: BTreeSet<usize>,
    /// Objects and the keys that they lack.
    missing: BTreeSet<(usize, &'static str)>,
    defects: Vec<Defect>,
    work: usize,
    stopped: bool,
}

impl<'de> Session<'de> {
    /// Reads `node`, again and again while parts of it turn out to be at fault.
    ///
    /// # Errors
    /// When `node` itself is at fault. That is recorded: the caller leaves it out, or fails in turn.
    pub(super) fn attempt<T: Deserialize<'de>>(&self, node: &'de Node) -> Result<T, ReadError> {
        loop {
            let before = self.skipped();
            let error = match T::deserialize(Handle::new(self, node)) {
                // With a stand-in for a missing key it is no true value.
                Ok(_) if !self.missing(node).is_empty() => ReadError::new(Fault::Consequence),
                Ok(value) => return Ok(value),
                Err(error) if error.is_stop() => return Err(error),
                Err(error) => error,
            }
            .or_at(node.span.start);
            if self.skipped() == before {
                self.record(&error)?;
            }
            if self.skipped() == before {
                // What failed was skipped already: without this, reading would not come to an end.
                self.state.borrow_mut().values.insert(node.span.start);
            }
            if self.skips_value(node) {
                return Err(ReadError::new(Fault::Consequence).or_at(node.span.start));
            }
        }
    }

    /// Counts one more value.
    ///
    /// # Errors
    /// When there were too many, or too many defects.
    pub(super) fn enter(&self) -> Result<(), ReadError> {
        let mut state = self.state.borrow_mut();
        state.work += 1;
        if state.work > MAX_WORK && !state.stopped {
            state.stopped = true;
            state.defects.push(too_many());
        }
        if state.stopped { Err(ReadError::new(Fault::Stop)) } else { Ok(()) }
    }

    pub(super) fn skips_value(&self, node: &Node) -> bool {
        self.state.borrow().values.contains(&node.span.start)
    }

    pub(super) fn skips_key(&self, offset: usize) -> bool {
        self.state.borrow().keys.contains(&offset)
    }

    fn skipped(&self) -> usize {
        let state = self.state.borrow();
        state.values.len() + state.keys.len() + state.missing.len()
    }

    /// The keys that `object` is known to lack.
    pub(super) fn missing(&self, object: &Node) -> Vec<&'static str> {
        let start = object.span.start;
        self.state.borrow().missing.range((start, "")..(start + 1, "")).map(|(_, name)| *name).collect()
    }

    /// Takes down the defect and treats what is at fault as absent.
    ///
    /// # Errors
    /// When there are too many defects.
    pub(super) fn record(&self, error: &ReadError) -> Result<(), ReadError> {
        let mut at = error.at.unwrap_or(0);
        let node = self.node_at(at);
        if let (Some(node), Fault::UnknownKey { name, .. } | Fault::UnknownVariant { name, .. }) =
            (node, &*error.fault)
            && let Some(key) = self.key_of(node, name)
        {
            // A visitor that reads keys as texts complains when it has left the key already.
            at = key;
        }
        let consequence = node.is_some_and(|node| self.is_consequence(node, &error.fault));
        let on_key = at != error.at.unwrap_or(0) || node.is_none();
        let mut state = self.state.borrow_mut();
        match &*error.fault {
            _ if on_key => {
                state.keys.insert(at);
            }
            // The object is read once more, to see what else it lacks.
            Fault::Missing(name) if state.missing.insert((at, name)) => {}
            _ => {
                state.values.insert(at);
            }
        }
        if !consequence {
            if state.defects.len() >= MAX_DEFECTS {
                state.stopped = true;
                state.defects.push(too_many());
                return Err(ReadError::new(Fault::Stop));
            }
            state.defects.push(self.defect(error, at, on_key));
        }
        Ok(())
    }

    fn defect(&self, error: &ReadError, at: usize, on_key: bool) -> Defect {
        let (code, expected) = match &*error.fault {
            Fault::UnknownKey { expected, .. } => ("unknown-key", Some(*expected)),
            Fault::UnknownVariant { expected, .. } if on_key => ("unknown-key", Some(*expected)),
            Fault::UnknownVariant { expected, .. } => ("bad-value", Some(*expected)),
            Fault::Surplus(_) => ("unknown-key", None),
            Fault::Missing(_) => ("missing-key", None),
            Fault::Type(_) => ("wrong-type", None),
            Fault::Value(_) | Fault::Custom(_) | Fault::Consequence | Fault::Stop => ("bad-value", None),
        };
        let mut message = match &*error.fault {
            Fault::UnknownVariant { name, .. } if on_key => format!("unknown field `{}`", short(name)),
            _ => error.to_string(),
        };
        let mut help = None;
        if let (Some(expected), Fault::UnknownKey { name, .. } | Fault::UnknownVariant { name, .. }) =
            (expected, &*error.fault)
        {
            match suggest(name, expected.iter().copied()) {
                Some(near) => message.push_str(&format!(", did you mean `{near}`?")),
                None if expected.is_empty() => help = Some("nothing may stand here".to_owned()),
                None => {
                    let names: Vec<_> = expected.iter().map(|name| format!("`{name}`")).collect();
                    help = Some(format!("known are {}", names.join(", ")));
                }
            }
        }
        let (line, column) = self.tree.position(at);
        let defect = Defect::error(code, self.tree.pointer_at(at), message).at(line, column);
        match help {
            Some(help) => defect.with_help(help),
            None => defect,
        }
    }

    /// Whether the fault at `node` would be none if its parts had no defects.
    fn is_consequence(&self, node: &Node, fault: &Fault) -> bool {
        let state = self.state.borrow();
        match fault {
            Fault::Consequence => true,
            // The key is there but its value failed, or it is there under a mistyped name.
            Fault::Missing(name) => entries(node).any(|(key, value)| {
                let same = key.text == *name;
                same && (state.values.contains(&value.span.start) || state.keys.contains(&key.span.start))
                    || state.keys.contains(&key.span.start) && suggest(&key.text, [*name]).is_some()
            }),
            // What a visitor says of the whole cannot be judged when a part is absent. (A whole of the wrong type
            // is not looked into, so that no part of it is.)
            Fault::Type(_) | Fault::Value(_) | Fault::Custom(_) => {
                state
                    .values
                    .range(node.span.start + 1..node.span.end.max(node.span.start + 1))
                    .next()
                    .is_some()
                    || entries(node).any(|(key, _)| state.keys.contains(&key.span.start))
            }
            _ => false,
        }
    }

    /// The beginning of the key `name` of `node`, unless it is skipped already.
    fn key_of(&self, node: &Node, name: &str) -> Option<usize> {
        entries(node)
            .find(|(key, _)| key.text == name)
            .map(|(key, _)| key.span.start)
            .filter(|at| !self.skips_key(*at))
    }

    /// The value that begins at this byte; `None` for a key.
    fn node_at(&self, offset: usize) -> Option<&'de Node> {
        let mut node = self.tree.root();
        while node.span.start != offset {
            node = match &node.kind {
                Kind::Array(items) => items.get(items.partition_point(|item| item.span.end <= offset))?,
                Kind::Object(entries) => {
                    &entries.get(entries.partition_point(|(_, value)| value.span.end <= offset))?.1
                }
                _ => return None,
            };
            if node.span.start > offset {
                return None;
            }
        }
        Some(node)
    }
}

fn entries(node: &Node) -> impl Iterator<Item = &(super::json::Key, Node)> {
    match &node.kind {
        Kind::Object(entries) => entries.iter(),
        _ => [].iter(),
    }
}

/// The name of an enum's variant in a message.
pub(super) fn needs_value(name: &str) -> ReadError {
    let name = short(name);
    ReadError::new(Fault::Type(format!("`{name}` needs a value: {{\"{name}\": …}}")))
}
