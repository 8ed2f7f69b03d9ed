//! What a password must be (NIST SP 800-63B-4): long, not on the list of common ones, and nothing else.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::{Email, blocklist};
use crate::FieldFault;

/// A password in NFKC, so that two keyboards that spell one text differently both open the door. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Code points that a new password needs: it is the only factor.
    pub const SHORTEST: usize = 15;
    /// Bytes that we read at most; more is refused, never cut.
    pub const MOST_BYTES: usize = 1024;

    /// For a new account or a changed password; the fault points at `/password` and never repeats the value.
    pub fn chosen(text: &str, email: &Email, display_name: &str) -> Result<Self, FieldFault> {
        let pointer = "/password";
        if text.len() > Self::MOST_BYTES {
            return Err(FieldFault::new(pointer, "password_too_long").arg("max", Self::MOST_BYTES));
        }
        let normal: String = text.nfkc().collect();
        if normal.chars().count() < Self::SHORTEST {
            return Err(FieldFault::new(pointer, "too_short").arg("min", Self::SHORTEST));
        }
        if blocklist::is_common(&normal, &own_words(email, display_name)) {
            return Err(FieldFault::new(pointer, "password_common"));
        }
        Ok(Self(normal))
    }

    /// For signing in: anything that could have been chosen once; `None` for what is longer than any password.
    pub fn tried(text: &str) -> Option<Self> {
        (text.len() <= Self::MOST_BYTES).then(|| Self(text.nfkc().collect()))
    }

    /// For the hash function only.
    pub fn reveal(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The product's words and the person's own: as good as common ones for whoever attacks this account.
fn own_words(email: &Email, display_name: &str) -> Vec<String> {
    let host = email.key().rsplit_once('@').map_or("", |(_, host)| host);
    [
        "obrol",
        "obrolan",
        "openai",
        "chatgpt",
        "chatbot",
        "assistant",
        email.key(),
        email.local_part(),
        display_name,
        host,
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(display_name.split_whitespace().map(str::to_owned))
    .chain(host.split('.').chain(email.local_part().split(['.', '-', '_', '+'])).map(str::to_owned))
    .map(|word| word.nfkc().collect::<String>().to_lowercase())
    .filter(|word| word.chars().count() >= 4)
    .collect()
}
