//! Display names: one visible line, nothing that hides or turns the text around.

use unicode_normalization::UnicodeNormalization;

use crate::FieldFault;

/// A checked display name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// In Unicode code points.
    pub const LONGEST: usize = 100;

    /// Trims, joins runs of white space, normalises to NFC; the fault points at `/display_name`.
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        let pointer = "/display_name";
        if text.len() > 16 * Self::LONGEST {
            return Err(FieldFault::new(pointer, "too_long").arg("max", Self::LONGEST));
        }
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let name: String = joined.nfc().collect();
        if !name.chars().any(|c| !is_joiner(c)) {
            return Err(FieldFault::new(pointer, "empty"));
        }
        if name.chars().count() > Self::LONGEST {
            return Err(FieldFault::new(pointer, "too_long").arg("max", Self::LONGEST));
        }
        if name.chars().any(|c| is_deceptive(c) && !is_joiner(c)) {
            return Err(FieldFault::new(pointer, "name_invalid"));
        }
        Ok(Self(name))
    }

    /// For an account made without a name: what stands before the `@`.
    pub fn from_email(email: &super::Email) -> Self {
        Self(email.local_part().to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, and format characters that turn text around or cannot be seen (Trojan Source, spoofed names).
pub(super) fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{ffa0}')
}

/// Joiners belong to the spelling of several languages and of emoji; alone they are no name.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}
