//! Mailboxes: Maildir and mbox, letter by letter.

use super::{Found, MailReader, ReadError, file_error};
use std::collections::BTreeSet;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

/// The longest line by which an mbox is read; a longer one is read in pieces.
const MAX_LINE: u64 = 64 * 1024;

/// The files of the letters of a Maildir, new ones and seen ones, in the order of their names, which begin with the
/// moment of delivery. What is under way (`tmp`) is left out.
///
/// # Errors
/// When a folder cannot be read; one that is not there is empty.
pub fn maildir(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut files = BTreeSet::new();
    for part in ["new", "cur"] {
        let folder = folder.join(part);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(file_error(&folder, &error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| file_error(&folder, &error))?.path();
            let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
            if !name.starts_with('.') && path.is_file() {
                files.insert((name, path));
            }
        }
    }
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

/// The letters of an mbox (`From ` lines between them, `>From ` within them), one by one, however large it is.
///
/// The reference of a letter is the mbox's own with the byte at which it begins: `archive.mbox@20480`. An error of reading
/// ends it.
#[derive(Debug)]
pub struct Mbox<'r, R> {
    reader: &'r MailReader,
    input: R,
    reference: String,
    limit: usize,
    at: u64,
    /// The letter under way, and where it began.
    letter: Option<(u64, Vec<u8>)>,
    /// Whether the line before was empty, as before each `From ` line.
    empty: bool,
    ended: bool,
}

impl<'r, R: BufRead> Mbox<'r, R> {
    /// The letters of an mbox, with where the host keeps it.
    pub fn new(reader: &'r MailReader, input: R, reference: impl Into<String>) -> Self {
        let reference = reference.into();
        let limit = reader.limit();
        Self { reader, input, reference, limit, at: 0, letter: None, empty: true, ended: false }
    }

    fn finish(&mut self, letter: (u64, Vec<u8>)) -> Result<Found, ReadError> {
        let reference = format!("{}@{}", self.reference, letter.0);
        self.reader.read(&letter.1, &reference, None)
    }
}

impl<R: BufRead> Iterator for Mbox<'_, R> {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut piece = Vec::new();
        let mut begins = true;
        while !self.ended {
            piece.clear();
            match (&mut self.input).take(MAX_LINE).read_until(b'\n', &mut piece) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    return Some(Err(file_error(Path::new(&self.reference), &error)));
                }
            }
            let at = self.at;
            self.at = at.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            let whole = begins;
            begins = piece.ends_with(b"\n");
            if whole && self.empty && piece.starts_with(b"From ") {
                self.empty = false;
                let done = self.letter.replace((self.at, Vec::new()));
                if let Some(letter) = done {
                    return Some(self.finish(letter));
                }
                continue;
            }
            self.empty = whole && matches!(piece.as_slice(), b"\n" | b"\r\n");
            let Some((_, bytes)) = &mut self.letter else { continue };
            // One byte beyond the limit says that it was cut; no more is kept.
            if bytes.len() <= self.limit {
                let quoted = whole && {
                    let rest = piece.iter().skip_while(|it| **it == b'>').take(5);
                    piece.starts_with(b">") && rest.eq(b"From ")
                };
                bytes.extend_from_slice(piece.get(usize::from(quoted)..).unwrap_or_default());
            }
        }
        self.ended = true;
        let letter = self.letter.take()?;
        Some(self.finish(letter))
    }
}
