//! Which questions are equal: answered from memory, if operators allow it, and only for the one who asked.

use domain::ids::UserId;
use llm_gateway::{Ask, CacheKey, ChatPart};
use ring::hmac;

use crate::App;

/// A keyed digest of everything that an answer depends on; `None` when this one is not kept.
pub(crate) fn key(app: &App, user: UserId, ask: &Ask) -> Option<CacheKey> {
    let kept = app.llm.settings().cache_answers && ask.continue_from.is_none() && ask.tools.is_empty();
    if !kept {
        return None;
    }
    let mut digest = hmac::Context::with_key(app.llm.digest_key());
    // Lengths before texts: no two questions have the same bytes.
    let mut part = |text: &str| {
        digest.update(&(text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    };
    part(&user.to_string());
    part(&ask.model.to_lowercase());
    part(ask.language.as_deref().unwrap_or_default());
    for message in &ask.messages {
        part(&format!("{:?}", message.role));
        for one in &message.parts {
            match one {
                ChatPart::Text(text) => part(text.trim()),
                // Pictures, and what tools said, make a question of its own.
                ChatPart::Image(_) | ChatPart::ToolCall(_) | ChatPart::ToolResult { .. } => {
                    return None;
                }
            }
        }
    }
    digest.sign().as_ref().try_into().ok()
}
