//! The rules for what a person may send.

use super::Part;
use crate::{Error, FieldFault, Result, line};

/// How much one message may hold.
#[derive(Clone, Copy, Debug)]
pub struct MessageLimits {
    /// Unicode code points over all text parts.
    pub characters: usize,
    pub parts: usize,
}

impl Default for MessageLimits {
    fn default() -> Self {
        Self { characters: 32_768, parts: 32 }
    }
}

const TITLE_CHARACTERS: usize = 200;
const AUTOMATIC_TITLE_CHARACTERS: usize = 60;
const CLIENT_ID_CHARACTERS: usize = 128;

/// Checks a message's content; gives it back as it will be stored (unchanged: a person's words are data).
pub fn compose(content: Vec<Part>, limits: MessageLimits) -> Result<Vec<Part>> {
    let mut faults = Vec::new();
    if content.is_empty() {
        faults.push(FieldFault::new("/content", "message.empty"));
    }
    if content.len() > limits.parts {
        faults.push(FieldFault::new("/content", "message.too_many_parts").arg("limit", limits.parts));
    }
    let mut characters = 0;
    let mut words = false;
    for (index, part) in content.iter().enumerate() {
        let Part::Text { text } = part;
        characters += text.chars().count();
        words |= text.chars().any(|c| !c.is_whitespace());
        if text.contains('\0') {
            // PostgreSQL cannot keep it in text, and nobody types it.
            faults.push(FieldFault::new(format!("/content/{index}/text"), "message.control_character"));
        }
    }
    if !content.is_empty() && !words {
        faults.push(FieldFault::new("/content", "message.empty"));
    }
    if characters > limits.characters {
        let fault = FieldFault::new("/content", "message.too_long");
        faults.push(fault.arg("limit", limits.characters).arg("length", characters));
    }
    if faults.is_empty() { Ok(content) } else { Err(Error::invalid(faults)) }
}

/// The sender's own id: 1 to 128 visible ASCII characters.
pub fn client_message_id(id: Option<String>) -> Result<Option<String>> {
    match id {
        Some(id) if id.is_empty() || id.len() > CLIENT_ID_CHARACTERS || !id.bytes().all(|b| b.is_ascii_graphic()) => {
            let fault = FieldFault::new("/client_message_id", "message.bad_client_id");
            Err(Error::invalid(vec![fault.arg("limit", CLIENT_ID_CHARACTERS)]))
        }
        id => Ok(id),
    }
}

/// A title that a person gives: one line, trimmed, 1 to 200 characters, nothing that hides or turns the text around.
pub fn rename(title: &str) -> Result<String> {
    let title = line::one_line(title);
    let code = match title.chars().count() {
        _ if line::is_blank(&title) => "conversation.title_empty",
        length if length > TITLE_CHARACTERS => "conversation.title_too_long",
        _ if line::deceives(&title) => "conversation.title_invalid",
        _ => return Ok(title),
    };
    Err(Error::invalid(vec![FieldFault::new("/title", code).arg("limit", TITLE_CHARACTERS)]))
}

/// A title from the first question: its first line, cut at a word where there is one to cut at.
pub fn title_from(question: &str) -> Option<String> {
    let line = question.lines().map(line::honest).find(|line| line.chars().any(char::is_alphanumeric))?;
    let line = line.trim_start_matches(['#', '>', '*', '-', ' ']).to_owned();
    if line.chars().count() <= AUTOMATIC_TITLE_CHARACTERS {
        return Some(line);
    }
    let cut: String = line.chars().take(AUTOMATIC_TITLE_CHARACTERS).collect();
    // Japanese has no spaces; a cut far from the end would waste the line.
    let word_end = cut.rfind(' ').filter(|at| *at > cut.len() / 2).unwrap_or(cut.len());
    Some(format!("{}…", cut[..word_end].trim_end()))
}
