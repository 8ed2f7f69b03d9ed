//! What the fake knows happened: the other side of our own accounting.

use std::collections::HashMap;

use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub tag: String,
    pub key: String,
    /// The roles and texts that were sent, oldest first.
    pub messages: Vec<(String, String)>,
    pub tokens: u32,
    pub outcome: Outcome,
}

#[derive(Debug, Default)]
pub struct Ledger {
    pub entries: Vec<Entry>,
    counts: HashMap<String, u64>,
}

impl Ledger {
    /// Writes a request down; gives its place, and how many this model has had with it.
    pub fn open(&mut self, entry: Entry) -> (usize, u64) {
        let count = self.counts.entry(entry.model.clone()).or_default();
        *count += 1;
        let count = *count;
        self.entries.push(entry);
        (self.entries.len() - 1, count)
    }

    pub fn of_tag<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.tag == tag)
    }

    pub fn count(&self, outcome: &Outcome) -> usize {
        self.entries.iter().filter(|entry| entry.outcome == *outcome).count()
    }

    pub fn stats(&self) -> Value {
        json!({
            "requests": self.entries.len(),
            "tokens": self.entries.iter().map(|entry| u64::from(entry.tokens)).sum::<u64>(),
            "whole": self.count(&Outcome::Whole),
            "faulted": self.count(&Outcome::Faulted),
            "aborted": self.count(&Outcome::Aborted),
            "open": self.count(&Outcome::Open),
        })
    }
}
