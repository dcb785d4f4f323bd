//! The bytes of a table as UTF-8, whatever they were.

use super::CsvError;
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, WINDOWS_1251};
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

const CHUNK: usize = 64 << 10;

/// A reader that gives UTF-8.
///
/// Where no encoding is named, a byte-order mark names it; else it is UTF-8 if the beginning is, else windows-1251. A
/// table that begins with nothing but ASCII and goes on with bytes that are no UTF-8 is windows-1251 from there on.
pub(super) struct Decoded<R> {
    inner: R,
    how: How,
    /// Bytes that were read and not yet decoded.
    raw: Vec<u8>,
    out: Vec<u8>,
    given: usize,
    ended: bool,
    /// How many bytes were decoded.
    passed: u64,
    taken: Rc<Cell<&'static str>>,
}

enum How {
    Utf8 { only_ascii: bool, may_change: bool },
    Table(Box<Decoder>),
}

impl<R: Read> Decoded<R> {
    /// The reader, and the name of the encoding that it takes, which is certain at the end.
    pub fn new(mut inner: R, named: Option<&str>) -> Result<(Self, Rc<Cell<&'static str>>), CsvError> {
        let mut raw = Vec::new();
        (&mut inner).take(CHUNK as u64).read_to_end(&mut raw)?;
        let ended = raw.len() < CHUNK;
        let marked = Encoding::for_bom(&raw);
        let encoding = match (named, marked) {
            // Of UTF-16 the mark says which of the two it is.
            (Some(label), Some((encoding, _)))
                if encoding == UTF_16BE && label.trim().eq_ignore_ascii_case("utf-16") =>
            {
                encoding
            }
            (Some(label), _) => Encoding::for_label(label.trim().as_bytes())
                .ok_or_else(|| CsvError::Encoding(label.to_owned()))?,
            (None, Some((encoding, _))) => encoding,
            (None, None) => {
                let wrong = std::str::from_utf8(&raw).err();
                // What is cut off by the end of the chunk is no fault; one after letters of UTF-8 is told as such.
                let letters = |upto: usize| raw.get(..upto).is_some_and(|it| !it.is_ascii());
                let is_utf8 = wrong.is_none_or(|error| {
                    error.error_len().is_none() && !ended || letters(error.valid_up_to())
                });
                if is_utf8 { UTF_8 } else { WINDOWS_1251 }
            }
        };
        if let Some((of_mark, length)) = marked
            && of_mark == encoding
        {
            raw.drain(..length);
        }
        let how = if encoding == UTF_8 {
            How::Utf8 { only_ascii: true, may_change: named.is_none() && marked.is_none() }
        } else {
            How::Table(Box::new(encoding.new_decoder_without_bom_handling()))
        };
        let taken = Rc::new(Cell::new(encoding.name()));
        let it =
            Self { inner, how, raw, out: Vec::new(), given: 0, ended, passed: 0, taken: Rc::clone(&taken) };
        Ok((it, taken))
    }

    /// Decodes what was read.
    fn decode(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        if let How::Utf8 { only_ascii, may_change } = &mut self.how {
            let (valid, wrong) = match std::str::from_utf8(&self.raw) {
                Ok(text) => (text.len(), false),
                Err(error) => (error.valid_up_to(), error.error_len().is_some() || self.ended),
            };
            let left = self.raw.split_off(valid);
            std::mem::swap(&mut self.out, &mut self.raw);
            self.raw = left;
            self.passed += valid as u64;
            *only_ascii &= self.out.is_ascii();
            if !wrong {
                return Ok(());
            }
            if !(*may_change && *only_ascii) {
                let why = format!(
                    "byte {} is not of UTF-8, as which it begins; name its encoding",
                    self.passed + 1
                );
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
            self.taken.set(WINDOWS_1251.name());
            self.how = How::Table(Box::new(WINDOWS_1251.new_decoder_without_bom_handling()));
        }
        if let How::Table(decoder) = &mut self.how {
            let mut from = 0;
            loop {
                let begun = self.out.len();
                self.out.resize(begun + CHUNK, 0);
                let into = self.out.get_mut(begun..).unwrap_or_default();
                let rest = self.raw.get(from..).unwrap_or_default();
                let (result, read, written, _) = decoder.decode_to_utf8(rest, into, self.ended);
                self.out.truncate(begun + written);
                from += read;
                if result == CoderResult::InputEmpty {
                    break;
                }
            }
            self.raw.clear();
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() {
            if self.raw.is_empty() && self.ended {
                return Ok(0);
            }
            // The first chunk is there already.
            if self.passed > 0 || self.raw.len() < CHUNK || matches!(self.how, How::Table(_)) {
                let before = self.raw.len();
                if !self.ended {
                    (&mut self.inner).take(CHUNK as u64).read_to_end(&mut self.raw)?;
                    self.ended = self.raw.len() - before < CHUNK;
                }
            }
            self.decode()?;
        }
        let rest = self.out.get(self.given..).unwrap_or_default();
        let length = rest.len().min(into.len());
        if let (Some(from), Some(to)) = (rest.get(..length), into.get_mut(..length)) {
            to.copy_from_slice(from);
        }
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], named: Option<&str>) -> (io::Result<String>, &'static str) {
        let (mut reader, taken) = Decoded::new(bytes, named).unwrap();
        let mut text = String::new();
        let read = reader.read_to_string(&mut text).map(|_| text);
        (read, taken.get())
    }

    #[test]
    fn the_encoding_is_found_out_or_taken_as_named() {
        let cyrillic = WINDOWS_1251.encode("Заказ;Пётр").0;
        let (text, taken) = decoded(&cyrillic, None);
        assert_eq!((text.unwrap().as_str(), taken), ("Заказ;Пётр", "windows-1251"));
        assert_eq!(decoded("Заказ".as_bytes(), None).1, "UTF-8");
        let (text, taken) = decoded("\u{feff}Заказ".as_bytes(), None);
        assert_eq!((text.unwrap().as_str(), taken), ("Заказ", "UTF-8"));
        let utf16: Vec<u8> = "\u{feff}Заказ".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&utf16, None).0.unwrap(), "Заказ");
        assert_eq!(decoded(&[0xe4], Some("latin1")).0.unwrap(), "ä");
        assert!(decoded(&[b'a', 0xe4], Some("utf-8")).0.is_err());
        assert!(Decoded::new(&b"a"[..], Some("morse")).is_err());
        assert_eq!(decoded(b"", None).0.unwrap(), "");
        let big: Vec<u8> = "\u{feff}Заказ".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(&big, Some("utf-16")).0.unwrap(), "Заказ");
    }

    #[test]
    fn one_wrong_byte_after_letters_of_utf8_is_told_and_changes_no_encoding() {
        let mut mixed = "Заказ;Статус\n17;".as_bytes().to_vec();
        mixed.extend_from_slice(b"\xe4\n18;x\n");
        let (read, taken) = decoded(&mixed, None);
        assert!(read.unwrap_err().to_string().contains("byte 28 is not of UTF-8"));
        assert_eq!(taken, "UTF-8");
    }

    #[test]
    fn letters_at_the_bounds_of_chunks_are_whole_and_a_late_change_is_noticed() {
        for before in (CHUNK - 3)..=(CHUNK + 1) {
            let text = format!("{}Заказ{}ж", "a".repeat(before), "b".repeat(CHUNK));
            assert_eq!(decoded(text.as_bytes(), None).0.unwrap(), text, "{before}");
            let mut bytes = vec![b'a'; before];
            bytes.extend_from_slice(&WINDOWS_1251.encode("Заказ").0);
            let (read, taken) = decoded(&bytes, None);
            assert_eq!((read.unwrap(), taken), (format!("{}Заказ", "a".repeat(before)), "windows-1251"));
            let mut mixed = format!("ж{}", "a".repeat(before + CHUNK)).into_bytes();
            mixed.push(0xe4);
            let (read, _) = decoded(&mixed, None);
            assert!(read.unwrap_err().to_string().contains("is not of UTF-8"));
        }
    }
}
