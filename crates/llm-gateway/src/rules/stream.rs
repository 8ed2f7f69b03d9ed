//! Rules over a text that comes in pieces: a match across pieces is found, and of what might still become a blocked word
//! nothing is let through before it is clear.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::automaton::{Node, ROOT};
use super::fold::{Folded, Folder};
use super::{Matcher, Pattern, RuleAction, RuleHit, in_word};

/// What may be shown now, and what matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screened {
    pub text: String,
    pub hits: Vec<RuleHit>,
    /// A blocking rule matched: nothing more is let through, and what matched was not.
    pub blocked: bool,
}

pub struct Screen {
    matcher: Arc<Matcher>,
    folder: Folder,
    at: Node,
    /// The last folded characters, as many as a pattern may need to find its start, and the one before.
    recent: VecDeque<Folded>,
    keep: usize,
    /// Matches that end with the last character and need to see the next one: pattern, raw start.
    open: Vec<(u32, usize)>,
    hit: HashSet<u32>,
    /// Raw text that was not let through yet, and where it begins.
    held: String,
    held_from: usize,
    /// Nothing is shown, so nothing is held.
    silent: bool,
    /// Room for what a slice folds to, used again.
    folded: Vec<Folded>,
    blocked: bool,
}

/// So much is folded at one time: a folded character takes many times the memory of a raw one.
const SLICE: usize = 4096;

impl Screen {
    pub(super) fn new(matcher: Arc<Matcher>) -> Self {
        Self::of(matcher, false)
    }

    /// One that only tells what matched; its texts are always empty.
    pub(super) fn silent(matcher: Arc<Matcher>) -> Self {
        Self::of(matcher, true)
    }

    fn of(matcher: Arc<Matcher>, silent: bool) -> Self {
        let keep = matcher.longest + 1;
        Self {
            matcher,
            folder: Folder::default(),
            at: ROOT,
            recent: VecDeque::new(),
            keep,
            open: Vec::new(),
            hit: HashSet::new(),
            held: String::new(),
            held_from: 0,
            silent,
            folded: Vec::new(),
            blocked: false,
        }
    }

    pub fn push(&mut self, piece: &str) -> Screened {
        if self.blocked {
            return Screened { blocked: true, ..Screened::default() };
        }
        if self.matcher.patterns.is_empty() {
            let text = if self.silent { String::new() } else { piece.to_owned() };
            return Screened { text, ..Screened::default() };
        }
        let (mut out, mut folded, mut rest) = (Screened::default(), std::mem::take(&mut self.folded), piece);
        while !rest.is_empty() && !self.blocked {
            let (slice, after) = rest.split_at(rest.floor_char_boundary(SLICE));
            rest = after;
            if !self.silent {
                self.held.push_str(slice);
            }
            self.folder.push(slice, &mut folded);
            let clean = folded.drain(..).try_for_each(|one| self.step(one, &mut out));
            let until = clean.map_or_else(|blocked_from| blocked_from, |()| self.certain());
            self.release(until, &mut out);
        }
        folded.clear();
        self.folded = folded;
        out
    }

    #[cfg(test)]
    pub(super) fn most_folded(&self) -> usize {
        self.folded.capacity()
    }

    /// What comes now is another text: no match reaches into it. Rules that were met stay met.
    pub(super) fn anew(&mut self) {
        (self.folder, self.at) = (Folder::default(), ROOT);
        self.recent.clear();
        self.open.clear();
        self.held.clear();
        self.held_from = 0;
    }

    /// Nothing more comes.
    pub fn finish(&mut self) -> Screened {
        if self.blocked {
            return Screened { blocked: true, ..Screened::default() };
        }
        let mut folded = Vec::new();
        self.folder.finish(&mut folded);
        let mut out = Screened::default();
        let clean = folded.into_iter().try_for_each(|one| self.step(one, &mut out));
        let clean = clean.and_then(|()| self.close(None, &mut out));
        let until = clean.map_or_else(|blocked_from| blocked_from, |()| usize::MAX);
        self.release(until, &mut out);
        out
    }

    /// One character further. `Err`: blocked, and the raw place where the blocked word begins.
    fn step(&mut self, folded: Folded, out: &mut Screened) -> Result<(), usize> {
        self.close(Some(folded.character), out)?;
        self.at = self.matcher.automaton.step(self.at, folded.character);
        self.recent.push_back(folded);
        if self.recent.len() > self.keep {
            self.recent.pop_front();
        }
        if self.matcher.automaton.matches(self.at).next().is_none() {
            return Ok(());
        }
        let matcher = self.matcher.clone();
        let mut first_block = None::<usize>;
        for (number, length) in matcher.automaton.matches(self.at) {
            let Some(pattern) = matcher.patterns.get(number as usize) else { continue };
            if self.hit.contains(&number) && pattern.action == RuleAction::Flag {
                continue;
            }
            let Some(start) = self.start(length, pattern.border_before) else { continue };
            if pattern.border_after {
                self.open.push((number, start));
            } else if self.found(number, pattern, out) {
                first_block = Some(first_block.map_or(start, |first| first.min(start)));
            }
        }
        first_block.map_or(Ok(()), Err)
    }

    /// The raw start of the last `length` characters, if a word may begin there.
    fn start(&self, length: u32, border: bool) -> Option<usize> {
        let first = self.recent.len().checked_sub(length as usize)?;
        let before = first.checked_sub(1).and_then(|at| self.recent.get(at));
        let begins = !border || before.is_none_or(|before| !in_word(before.character));
        begins.then(|| self.recent.get(first).map(|one| one.start)).flatten()
    }

    /// Decides the matches that waited for this character, or for the end.
    fn close(&mut self, next: Option<char>, out: &mut Screened) -> Result<(), usize> {
        if self.open.is_empty() {
            return Ok(());
        }
        let open = std::mem::take(&mut self.open);
        if next.is_some_and(in_word) {
            return Ok(());
        }
        let matcher = self.matcher.clone();
        let mut first_block = None::<usize>;
        for (number, start) in open {
            let Some(pattern) = matcher.patterns.get(number as usize) else { continue };
            if self.found(number, pattern, out) {
                first_block = Some(first_block.map_or(start, |first| first.min(start)));
            }
        }
        first_block.map_or(Ok(()), Err)
    }

    /// Notes a match; `true` if it blocks.
    fn found(&mut self, number: u32, pattern: &Pattern, out: &mut Screened) -> bool {
        if self.hit.insert(number) {
            out.hits.push(RuleHit { id: pattern.id.clone(), action: pattern.action });
        }
        let blocks = pattern.action == RuleAction::Block;
        self.blocked |= blocks;
        blocks
    }

    /// Up to where nothing can become part of a blocked word any more.
    fn certain(&self) -> usize {
        let blocks = |number: u32| {
            self.matcher.patterns.get(number as usize).is_some_and(|pattern| pattern.action == RuleAction::Block)
        };
        let open = self.open.iter().filter(|one| blocks(one.0)).map(|one| one.1).min();
        let pending = self.matcher.automaton.pending(self.at).find_map(|length| {
            // A beginning in the middle of a word is none, for patterns that begin with a letter.
            let first = self.recent.len().checked_sub(length as usize).and_then(|at| self.recent.get(at))?;
            self.start(length, in_word(first.character))
        });
        let any = |a: Option<usize>, b: Option<usize>| a.map_or(b, |a| Some(b.map_or(a, |b| a.min(b))));
        any(open, pending).unwrap_or(usize::MAX).min(self.unfolded())
    }

    /// The last cluster waits only if some blocked word could begin with what it will be; that is not known, so it waits
    /// whenever it is not plain.
    fn unfolded(&self) -> usize {
        self.folder.settled()
    }

    fn release(&mut self, until: usize, out: &mut Screened) {
        out.blocked = self.blocked;
        let mut count = until.saturating_sub(self.held_from).min(self.held.len());
        while !self.held.is_char_boundary(count) {
            count -= 1;
        }
        out.text.extend(self.held.drain(..count));
        self.held_from += count;
        if self.blocked {
            self.held.clear();
        }
    }
}
