//! E-mail addresses: as written for people, and as a key under which two spellings of one mailbox meet.

use unicode_normalization::UnicodeNormalization;

use crate::line::is_deceptive;
use crate::FieldFault;

/// RFC 5321, 4.5.3.1: a path holds at most 256 octets with its brackets; we count characters, for Unicode addresses.
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

/// A checked address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    written: String,
    key: String,
}

impl Email {
    /// Checks and normalises; the fault points at `/email` and never repeats the value.
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        let invalid = || FieldFault::new("/email", "email_invalid");
        if text.len() > 4 * LONGEST {
            return Err(FieldFault::new("/email", "too_long").arg("max", LONGEST));
        }
        let written: String = text.trim().nfc().collect();
        if written.is_empty() {
            return Err(FieldFault::new("/email", "required"));
        }
        if written.chars().count() > LONGEST {
            return Err(FieldFault::new("/email", "too_long").arg("max", LONGEST));
        }
        let (local, host) = written.rsplit_once('@').ok_or_else(invalid)?;
        if !is_local_part(local) {
            return Err(invalid());
        }
        // Refuses spaces, forbidden characters, empty and over-long labels, and gives the ASCII form (UTS 46).
        let host = idna::domain_to_ascii_strict(host).map_err(|_| invalid())?;
        if host.is_empty() || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(invalid());
        }
        // NFKC and lower case, twice composed because lower-casing can undo a composition.
        let local: String = local.nfkc().collect::<String>().to_lowercase().nfkc().collect();
        let key = format!("{local}@{host}");
        if !is_local_part(&local) || key.chars().count() > LONGEST {
            return Err(invalid());
        }
        Ok(Self { written, key })
    }

    /// As the person wrote it, trimmed and in NFC.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// Unique for a mailbox: compare and look up by this alone.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The part before the `@`, a first idea of a display name.
    pub fn local_part(&self) -> &str {
        self.written.rsplit_once('@').map_or(self.written.as_str(), |(local, _)| local)
    }
}

/// A dot-atom of RFC 5322 with the Unicode of RFC 6531; quoted strings are not worth their traps.
fn is_local_part(local: &str) -> bool {
    let length = local.chars().count();
    (1..=LONGEST_LOCAL).contains(&length)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| !c.is_whitespace() && !is_deceptive(c) && !r#""(),:;<>[]\@"#.contains(c))
}
