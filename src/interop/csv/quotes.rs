//! Whether a quote is open: the same rules as the reader of rows has, on the bytes that it is given.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

#[derive(Clone, Copy)]
enum Within {
    /// At the beginning of a cell, where alone a quote opens.
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted cell: a second one is a letter, else the cell is closed.
    Closing,
}

/// A reader that notes at its end the line of a quote that is open still.
pub(super) struct Watched<R> {
    inner: R,
    delimiter: u8,
    within: Within,
    line: u64,
    opened: u64,
    open: Rc<Cell<Option<u64>>>,
}

impl<R> Watched<R> {
    pub fn new(inner: R, delimiter: u8, open: Rc<Cell<Option<u64>>>) -> Self {
        Self { inner, delimiter, within: Within::Start, line: 1, opened: 1, open }
    }

    fn pass(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
        }
        let parts = byte == self.delimiter || byte == b'\n' || byte == b'\r';
        self.within = match (self.within, byte) {
            (Within::Start, b'"') => {
                self.opened = self.line;
                Within::Quoted
            }
            (Within::Quoted, b'"') => Within::Closing,
            (Within::Closing, b'"') | (Within::Quoted, _) => Within::Quoted,
            _ if parts => Within::Start,
            _ => Within::Plain,
        };
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        for byte in into.get(..read).unwrap_or_default() {
            self.pass(*byte);
        }
        if read == 0 && matches!(self.within, Within::Quoted) {
            self.open.set(Some(self.opened));
        }
        Ok(read)
    }
}
