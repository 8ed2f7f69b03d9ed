//! Following an answer's text: where a reader stands, and what a piece of news means for it.
//!
//! A position counts code points, so the number that names an event also says where its text belongs: a doubled piece is
//! recognised, a missing one is a gap, and a reader can go on from any position without an event log.

use std::fmt;
use std::str::FromStr;

/// How much of which attempt a reader has: `attempt.at`, `at` in Unicode code points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub attempt: u32,
    pub at: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.attempt, self.at)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (attempt, at) = text.split_once('.').ok_or(())?;
        Ok(Self { attempt: attempt.parse().map_err(|_| ())?, at: at.parse().map_err(|_| ())? })
    }
}

/// What a piece of text at `start` means for a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading<'a> {
    /// New text to append (what the reader had already is cut off its front).
    Append(&'a str),
    /// Nothing new.
    Known,
    /// Something before it is missing, or the attempt is unknown: ask the database.
    Gap,
}

impl Position {
    /// What `text` of `attempt`, whose first code point is number `start`, brings to this reader. Does not move the reader.
    pub fn read<'a>(self, attempt: u32, start: u32, text: &'a str) -> Reading<'a> {
        if attempt < self.attempt {
            return Reading::Known; // A fenced worker still talking.
        }
        if attempt > self.attempt || start > self.at {
            return Reading::Gap;
        }
        match skip(text, self.at - start) {
            "" => Reading::Known,
            rest => Reading::Append(rest),
        }
    }

    pub fn advanced(self, text: &str) -> Self {
        Self { at: self.at + length(text), ..self }
    }
}

/// Length in code points.
pub fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// `text` without its first `count` code points.
pub fn skip(text: &str, count: u32) -> &str {
    if count == 0 {
        return text;
    }
    text.char_indices().nth(count as usize).map_or("", |(at, _)| &text[at..])
}

/// The first `count` code points of `text`.
pub fn take(text: &str, count: u32) -> &str {
    text.char_indices().nth(count as usize).map_or(text, |(at, _)| &text[..at])
}

/// Whether another call can take up this text without a seam that breaks it: not within a code block, where a model that
/// begins anew would write its fence again.
pub fn can_go_on(text: &str) -> bool {
    let mut open = None::<(char, usize)>;
    for line in text.lines() {
        let line = line.trim_start();
        let Some(mark) = line.chars().next().filter(|mark| matches!(mark, '`' | '~')) else { continue };
        let length = line.chars().take_while(|other| *other == mark).count();
        open = match open {
            None if length >= 3 => Some((mark, length)),
            Some((other, least))
                if other == mark && length >= least && line.chars().skip(length).all(char::is_whitespace) =>
            {
                None
            }
            None | Some(_) => open,
        };
    }
    open.is_none() && !text.trim().is_empty()
}
