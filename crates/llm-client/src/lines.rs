//! Lines from bytes that may be cut anywhere. A line ends with `\n`, `\r\n` or `\r` and has a cap.

use std::borrow::Cow;

/// A line, or the data of one event, was longer than the cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

pub struct Lines {
    cap: usize,
    line: Vec<u8>,
    // The last line ended with `\r`: a `\n` that follows belongs to it, even in the next chunk.
    swallow_newline: bool,
    at_start: bool,
}

impl Lines {
    pub fn new(cap: usize) -> Self {
        Self { cap, line: Vec::new(), swallow_newline: false, at_start: true }
    }

    pub fn cap(&self) -> usize {
        self.cap
    }

    /// Takes from `bytes` up to the end of one line; `None` once all of them are taken. Only a line that came in parts is
    /// copied.
    pub fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Result<Cow<'a, [u8]>, TooLong>> {
        if !bytes.is_empty() && std::mem::take(&mut self.swallow_newline) {
            *bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        if bytes.is_empty() {
            return None;
        }
        let end = memchr::memchr2(b'\n', b'\r', bytes);
        let (head, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        if self.line.len().saturating_add(head.len()) > self.cap {
            return Some(Err(TooLong));
        }
        let Some((&ending, rest)) = rest.split_first() else {
            self.line.extend_from_slice(head);
            *bytes = &[];
            return None;
        };
        self.swallow_newline = ending == b'\r';
        *bytes = rest;
        if self.line.is_empty() && !self.at_start {
            return Some(Ok(Cow::Borrowed(head)));
        }
        self.line.extend_from_slice(head);
        Some(Ok(Cow::Owned(self.take())))
    }

    /// The last line, if the bytes ended without an ending.
    pub fn rest(&mut self) -> Option<Vec<u8>> {
        if self.line.is_empty() { None } else { Some(self.take()) }
    }

    fn take(&mut self) -> Vec<u8> {
        let line = std::mem::take(&mut self.line);
        match line.strip_prefix(b"\xef\xbb\xbf") {
            Some(after) if std::mem::take(&mut self.at_start) => after.to_vec(),
            _ => {
                self.at_start = false;
                line
            }
        }
    }
}
