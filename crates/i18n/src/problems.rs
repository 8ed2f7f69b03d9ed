//! Texts of problems by their stable code: a message is the detail, its attribute `.title` the title.

use crate::{Args, id_of, look_up};

/// What is wrong, in a few words, the same for every occurrence; `None` for a code without a text.
pub fn problem_title(language: &str, code: &str) -> Option<String> {
    look_up(language, &format!("{}.title", id_of(code)), &[])
}

/// What happened here and what to do next; `None` for a code without a text.
pub fn problem_detail(language: &str, code: &str, args: Args<'_>) -> Option<String> {
    look_up(language, &id_of(code), args)
}

/// What is wrong with one field (`FieldFault::code`); a general sentence for a code without a text.
pub fn fault_message(language: &str, code: &str, args: Args<'_>) -> String {
    look_up(language, &format!("field-{}", id_of(code)), args)
        .or_else(|| look_up(language, "field-invalid", &[]))
        .unwrap_or_else(|| code.to_owned())
}

/// A title for a bare HTTP status, for problems without a text of their own.
pub fn status_title(language: &str, status: u16) -> String {
    look_up(language, &format!("status-{status}"), &[])
        .or_else(|| look_up(language, if status < 500 { "status-400" } else { "status-500" }, &[]))
        .unwrap_or_else(|| status.to_string())
}
