//! Server-sent events (and JSON lines) from bytes, written for what providers really send.
//!
//! A parser of our own because the contract asks for more than the ready-made ones give: a comment is reported (it counts
//! as life), a line has a cap, bytes may be cut anywhere, what was complete when the stream ended is still handed out, and
//! an error that a server wrote without any `data:` is not lost.

use std::collections::VecDeque;

use crate::lines::Lines;
pub use crate::lines::TooLong;

/// One thing that the stream said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `event` is empty if none was named; several `data:` lines are joined with `\n`.
    Event { event: String, data: String },
    /// A line that starts with `:`, or an event without data.
    Comment,
    /// Lines that are no field of an event, up to the next empty line: Gemini writes errors like that.
    Stray(String),
}

/// How a stream is cut into items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Events,
    /// Every line that is not empty is the data of one event.
    Lines,
}

/// Feed it chunks, take items. Lines end with `\n`, `\r\n` or `\r`; text is decoded a whole line at a time.
pub struct Parser {
    framing: Framing,
    lines: Lines,
    event: String,
    data: Option<String>,
    stray: String,
    items: VecDeque<Item>,
}

impl Parser {
    pub fn new(framing: Framing, cap: usize) -> Self {
        Self {
            framing,
            lines: Lines::new(cap),
            event: String::new(),
            data: None,
            stray: String::new(),
            items: VecDeque::new(),
        }
    }

    /// After `TooLong`, what was complete before it can still be taken; nothing more should be pushed.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), TooLong> {
        while let Some(line) = self.lines.next(&mut bytes) {
            self.line(&line?)?;
        }
        Ok(())
    }

    /// The stream is over: a last line without an ending and a last event without its empty line count too.
    pub fn finish(&mut self) -> Result<(), TooLong> {
        if let Some(line) = self.lines.rest() {
            self.line(&line)?;
        }
        self.dispatch();
        Ok(())
    }

    pub fn take(&mut self) -> Option<Item> {
        self.items.pop_front()
    }

    fn line(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        let line = String::from_utf8_lossy(bytes);
        if self.framing == Framing::Lines {
            if !line.trim().is_empty() {
                self.items.push_back(Item::Event { event: String::new(), data: line.into_owned() });
            }
            return Ok(());
        }
        if line.is_empty() {
            self.dispatch();
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        let cap = self.lines.cap();
        match field {
            "" => self.items.push_back(Item::Comment),
            "event" => value.clone_into(&mut self.event),
            "data" => match &mut self.data {
                None => self.data = Some(value.to_owned()),
                Some(data) => join(data, value, cap)?,
            },
            "id" | "retry" => {}
            _ if self.stray.is_empty() => self.stray = line.into_owned(),
            _ => join(&mut self.stray, &line, cap)?,
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
        if !self.stray.is_empty() {
            self.items.push_back(Item::Stray(std::mem::take(&mut self.stray)));
        }
    }
}

fn join(text: &mut String, more: &str, cap: usize) -> Result<(), TooLong> {
    if text.len().saturating_add(more.len()) >= cap {
        return Err(TooLong);
    }
    text.push('\n');
    text.push_str(more);
    Ok(())
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
