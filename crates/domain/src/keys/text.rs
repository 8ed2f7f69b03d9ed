//! The text of a key: `obr_<prefix>_<secret>`. The prefix is shown for ever, the rest once.

use std::fmt;

use crate::Chance;

/// RFC 4648 base32 in lower case: nothing that a terminal breaks a word at, nothing that looks like something else.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const MARK: &str = "obr_";
/// 40 bits.
const PREFIX: usize = 8;
/// 260 bits.
const SECRET: usize = 52;

/// A key in the clear: for the moment between its making and its showing, and while a caller is looked up.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText(String);

impl KeyText {
    pub const LENGTH: usize = MARK.len() + PREFIX + 1 + SECRET;

    pub fn new(chance: &Chance) -> Self {
        let letters: String = chance.bytes::<{ PREFIX + SECRET }>().iter().map(|byte| letter(*byte)).collect();
        Self(format!("{MARK}{}_{}", &letters[..PREFIX], &letters[PREFIX..]))
    }

    /// `None` for what cannot be a key of ours: not a text to look up.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, secret) = text.strip_prefix(MARK)?.split_once('_')?;
        let ours = |text: &str| text.bytes().all(|byte| ALPHABET.contains(&byte));
        let fits = prefix.len() == PREFIX && secret.len() == SECRET && ours(prefix) && ours(secret);
        fits.then(|| Self(text.to_owned()))
    }

    /// Whether a bearer is meant as a key: such a one is never taken for a token.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(MARK)
    }

    /// What may be shown and searched for.
    pub fn prefix(&self) -> &str {
        &self.0[MARK.len()..MARK.len() + PREFIX]
    }

    /// The whole of it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyText({MARK}{}_…)", self.prefix())
    }
}

/// 256 is eight times 32: every letter is as likely.
fn letter(byte: u8) -> char {
    char::from(ALPHABET[usize::from(byte % 32)])
}
