//! An operator's words that block or flag a text, found in whole texts and in streams, through disguises.
//!
//! A pattern matches as a whole word where its script has words (`ass` is not in `class`), anywhere where it has none.
//! Time is linear in the text, whatever the patterns are.

mod automaton;
mod fold;
mod look;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use automaton::Automaton;
pub use look::Look;
pub use stream::{Screen, Screened};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAction {
    Block,
    Flag,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleDirection {
    /// What people write.
    In,
    /// What models answer.
    Out,
    Both,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    pub pattern: String,
    pub action: RuleAction,
    pub direction: RuleDirection,
}

/// A rule that matched. The text stays where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleHit {
    pub id: String,
    pub action: RuleAction,
}

/// A pattern longer than this is cut: nobody writes such a word.
const LONGEST: usize = 512;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rules {
    input: Arc<Matcher>,
    output: Arc<Matcher>,
}

#[derive(Debug)]
struct Matcher {
    automaton: Automaton,
    patterns: Vec<Pattern>,
    /// Characters of the longest one.
    longest: usize,
}

#[derive(Debug)]
struct Pattern {
    id: String,
    action: RuleAction,
    folded: String,
    /// A word must begin, or end, at this end of it.
    border_before: bool,
    border_after: bool,
}

impl Rules {
    pub fn new(rules: &[Rule]) -> Self {
        let of = |other: RuleDirection| {
            let wanted = rules.iter().filter(|rule| rule.direction != other);
            Arc::new(Matcher::new(wanted))
        };
        Self { input: of(RuleDirection::Out), output: of(RuleDirection::In) }
    }

    /// Every rule that matches a whole text that people wrote; each once, in the order of their ends.
    pub fn check_input(&self, text: &str) -> Vec<RuleHit> {
        self.look().text(text).hits()
    }

    /// For texts that people wrote, one after the other or in pieces.
    pub fn look(&self) -> Look {
        Look::new(self.input.clone())
    }

    /// Whether there is anything to look for in what people write.
    pub fn look_at_questions(&self) -> bool {
        !self.input.patterns.is_empty()
    }

    /// Every rule that matches a whole answer.
    pub fn check_output(&self, text: &str) -> Vec<RuleHit> {
        self.look_answer().text(text).hits()
    }

    /// As [`Self::look`], for what models wrote.
    pub fn look_answer(&self) -> Look {
        Look::new(self.output.clone())
    }

    /// Whether there is anything to look for in answers.
    pub fn look_at_answers(&self) -> bool {
        !self.output.patterns.is_empty()
    }

    /// For an answer that comes in pieces.
    pub fn screen(&self) -> Screen {
        Screen::new(self.output.clone())
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Matcher {
    fn new<'a>(rules: impl Iterator<Item = &'a Rule>) -> Self {
        let patterns: Vec<_> = rules.map(Pattern::new).collect();
        let texts = patterns.iter().map(|one| (one.folded.as_str(), one.action == RuleAction::Block));
        let longest = patterns.iter().map(|one| one.folded.chars().count()).max().unwrap_or(0);
        Self { automaton: Automaton::new(texts), patterns, longest }
    }
}

impl Pattern {
    fn new(rule: &Rule) -> Self {
        let folded: String = fold::fold(rule.pattern.trim()).trim().chars().take(LONGEST).collect();
        let border = |edge: Option<char>| edge.is_some_and(in_word);
        let (before, after) = (border(folded.chars().next()), border(folded.chars().next_back()));
        Self { id: rule.id.clone(), action: rule.action, border_before: before, border_after: after, folded }
    }
}

/// A letter or digit of a script that puts borders between words. Chinese, Japanese, Thai, Lao, Khmer and Burmese do not.
fn in_word(character: char) -> bool {
    let without_borders = matches!(u32::from(character),
        0xe00..=0xeff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3005..=0x3007 | 0x3040..=0x30ff | 0x31f0..=0x31ff
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff);
    character == '_' || (character.is_alphanumeric() && !without_borders)
}
