//! How many tokens a text may be, for answers whose provider did not say. An estimate is always marked as one.
//!
//! By characters: about four of a Latin script make a token, a Chinese, Japanese or Korean one is about a token of its own,
//! other scripts lie between. Against the o200k vocabulary this is within a third for prose; `tokenizer` counts where it can.

use llm_client::{ChatMessage, ChatPart};

/// What a message costs beside its text (role, borders).
pub(crate) const PER_MESSAGE: u64 = 4;
/// What an image costs at middling detail.
pub(crate) const PER_IMAGE: u64 = 800;

pub fn tokens(text: &str) -> u64 {
    // In quarters of a token, so that nothing is lost to rounding before the end.
    let quarters: u64 = text
        .chars()
        .map(|character| match u32::from(character) {
            0..0x250 => 1,
            0x2e80..=0xd7ff | 0xf900..=0xfaff | 0xff00..=0xffef | 0x2_0000..=0x3_ffff => 4,
            _ => 2,
        })
        .sum();
    quarters.div_ceil(4)
}

pub fn messages(messages: &[ChatMessage]) -> u64 {
    let part = |part: &ChatPart| match part {
        ChatPart::Text(text) => tokens(text),
        ChatPart::Image(_) => PER_IMAGE,
        ChatPart::ToolCall(call) => tokens(&call.name) + tokens(&call.arguments),
        ChatPart::ToolResult { text, .. } => tokens(text),
    };
    messages.iter().map(|message| PER_MESSAGE + message.parts.iter().map(part).sum::<u64>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use llm_client::ChatRole;

    #[test]
    fn scripts_weigh_differently() {
        assert_eq!(tokens(""), 0);
        assert_eq!(tokens("a"), 1);
        assert_eq!(tokens("The quick brown fox jumps over it"), 9);
        assert_eq!(tokens("日本語です"), 5);
        assert_eq!(tokens("привет мир"), 5);
    }

    #[test]
    fn a_message_costs_more_than_its_text() {
        assert_eq!(messages(&[ChatMessage::text(ChatRole::User, "Halo apa kabar?")]), 8);
    }
}
