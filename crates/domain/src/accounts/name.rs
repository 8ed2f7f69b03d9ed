//! Display names: one visible line, nothing that hides or turns the text around.

use crate::{FieldFault, line};

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
        let name = line::one_line(text);
        if line::is_blank(&name) {
            return Err(FieldFault::new(pointer, "empty"));
        }
        if name.chars().count() > Self::LONGEST {
            return Err(FieldFault::new(pointer, "too_long").arg("max", Self::LONGEST));
        }
        if line::deceives(&name) {
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
