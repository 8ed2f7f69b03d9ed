//! Content rules: what an operator does not want to go in or come out. How a text is searched is the gateway's.

use crate::FieldFault;

/// What happens where a rule meets a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The text does not pass.
    Block,
    /// It passes, and the operators see that it did.
    Flag,
}

impl Action {
    pub const ALL: [Self; 2] = [Self::Block, Self::Flag];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Flag => "flag",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

/// Which texts are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    In,
    Out,
    Both,
}

impl Direction {
    pub const ALL: [Self; 3] = [Self::In, Self::Out, Self::Both];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Both => "both",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.as_str() == word)
    }
}

/// How many rules there may be: every text is searched for all of them.
pub const MOST_RULES: u64 = 5000;

/// A checked pattern: words to look for, not a regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// In code points; what streams out is held back by at most as much.
    pub const LONGEST: usize = 200;

    /// Trims; the fault points at `/pattern`.
    ///
    /// # Errors
    /// Empty (also when it is nothing but what cannot be seen: it would meet every text), too long, control characters.
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        let text = text.trim();
        if text.chars().count() > Self::LONGEST {
            return Err(FieldFault::new("/pattern", "too_long").arg("max", Self::LONGEST));
        }
        if text.chars().any(char::is_control) {
            return Err(FieldFault::new("/pattern", "llm.pattern_control"));
        }
        if !text.chars().any(char::is_alphanumeric) {
            return Err(FieldFault::new("/pattern", "empty"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
