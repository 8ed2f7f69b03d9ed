//! Server-sent events from bytes, written for what providers really send.
//!
//! A parser of our own because the contract asks for more than the ready-made ones give: a comment is reported (it counts
//! as life), a line has a cap, bytes may be cut anywhere, and what was complete when the stream ended is still handed out.

use std::collections::VecDeque;

/// One thing that the stream said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `event` is empty if none was named; several `data:` lines are joined with `\n`.
    Event { event: String, data: String },
    /// A line that starts with `:`, or an event without data.
    Comment,
}

/// A line, or the data of one event, was longer than the cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Feed it chunks, take items. Lines end with `\n`, `\r\n` or `\r`; text is decoded a whole line at a time.
pub struct Parser {
    cap: usize,
    line: Vec<u8>,
    event: String,
    data: Option<String>,
    items: VecDeque<Item>,
    // The last line ended with `\r`: a `\n` that follows belongs to it, even in the next chunk.
    swallow_newline: bool,
    at_start: bool,
}

impl Parser {
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            line: Vec::new(),
            event: String::new(),
            data: None,
            items: VecDeque::new(),
            swallow_newline: false,
            at_start: true,
        }
    }

    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), TooLong> {
        while let Some(&first) = bytes.first() {
            if std::mem::take(&mut self.swallow_newline) && first == b'\n' {
                bytes = bytes.get(1..).unwrap_or_default();
                continue;
            }
            let end = bytes.iter().position(|&byte| byte == b'\n' || byte == b'\r');
            let (head, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            if self.line.len().saturating_add(head.len()) > self.cap {
                return Err(TooLong);
            }
            self.line.extend_from_slice(head);
            let Some((&ending, rest)) = rest.split_first() else { return Ok(()) };
            self.swallow_newline = ending == b'\r';
            self.end_line()?;
            bytes = rest;
        }
        Ok(())
    }

    /// The stream is over: a last line without an ending and a last event without its empty line count too.
    pub fn finish(&mut self) -> Result<(), TooLong> {
        if !self.line.is_empty() {
            self.end_line()?;
        }
        self.dispatch();
        Ok(())
    }

    pub fn take(&mut self) -> Option<Item> {
        self.items.pop_front()
    }

    fn end_line(&mut self) -> Result<(), TooLong> {
        let bytes = std::mem::take(&mut self.line);
        let mut bytes = bytes.as_slice();
        if std::mem::take(&mut self.at_start) {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        let line = String::from_utf8_lossy(bytes);
        if line.is_empty() {
            self.dispatch();
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => self.items.push_back(Item::Comment),
            "event" => value.clone_into(&mut self.event),
            "data" => match &mut self.data {
                None => self.data = Some(value.to_owned()),
                Some(data) if data.len().saturating_add(value.len()) >= self.cap => return Err(TooLong),
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
            },
            _ => {} // id, retry, and fields that nobody has thought of yet
        }
        Ok(())
    }

    fn dispatch(&mut self) {
        let event = std::mem::take(&mut self.event);
        match self.data.take() {
            Some(data) => self.items.push_back(Item::Event { event, data }),
            None if event.is_empty() => {}
            None => self.items.push_back(Item::Comment),
        }
    }
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
