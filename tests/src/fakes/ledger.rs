//! What a fake knows happened: the other side of our own accounting, one entry for each attempt.

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Under way.
    Open,
    Whole,
    /// It failed on purpose.
    Faulted,
    /// The client left before the end.
    Aborted,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub model: String,
    /// `#a17 how are you?` is tagged a17.
    pub tag: String,
    /// As it came in its header, with `Bearer ` if that was there.
    pub key: String,
    /// Tokens of the answer that were sent.
    pub tokens: u32,
    pub outcome: Outcome,
}

#[derive(Debug, Default)]
pub struct Ledger {
    pub entries: Vec<Entry>,
}

impl Ledger {
    pub fn of_tag<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.tag == tag)
    }

    pub fn count(&self, outcome: Outcome) -> usize {
        self.entries.iter().filter(|entry| entry.outcome == outcome).count()
    }

    pub fn tokens(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.tokens)).sum()
    }

    pub fn stats(&self) -> Value {
        json!({
            "requests": self.entries.len(),
            "tokens": self.tokens(),
            "whole": self.count(Outcome::Whole),
            "faulted": self.count(Outcome::Faulted),
            "aborted": self.count(Outcome::Aborted),
            "open": self.count(Outcome::Open),
        })
    }
}
