//! Messages of a request: roles, texts, images, tool calls and their results.

use app::integration::{ChatMessage, ChatPart, ChatRole, ImageSource, ToolCall, may_be_fetched};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::{Error, FieldFault};
use serde::Deserialize;
use utoipa::ToSchema;

use super::request::fault;

const MOST_MESSAGES: usize = 4096;
/// Parts of all messages; the first of each is not counted.
const MOST_PARTS: usize = 1000;
/// What every provider with eyes can read; a drawing that may hold scripts is none of them.
const IMAGES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatCompletionMessage)]
pub struct MessageBody {
    /// `system`, `developer`, `user`, `assistant` or `tool`.
    pub role: String,
    #[serde(default)]
    pub content: Option<Content>,
    /// Of an assistant: what it called.
    #[serde(default)]
    pub tool_calls: Option<Vec<CallBody>>,
    /// Of a tool: which call this is the result of.
    #[serde(default)]
    pub tool_call_id: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ChatCompletionContent)]
pub enum Content {
    Text(String),
    Parts(Vec<PartBody>),
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatCompletionContentPart)]
pub struct PartBody {
    /// `text` or `image_url`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub refusal: Option<String>,
    #[serde(default)]
    pub image_url: Option<ImageBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatCompletionImage)]
pub struct ImageBody {
    /// `data:image/png;base64,…`, or an address that the provider fetches: Obrol does not.
    pub url: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatCompletionMessageToolCall)]
pub struct CallBody {
    pub id: String,
    pub function: CalledBody,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatCompletionMessageToolCallFunction)]
pub struct CalledBody {
    pub name: String,
    /// JSON, as the model wrote it.
    pub arguments: String,
}

pub(super) fn messages(bodies: Vec<MessageBody>) -> Result<Vec<ChatMessage>, Error> {
    if bodies.is_empty() {
        return Err(fault("/messages", "empty"));
    }
    if bodies.len() > MOST_MESSAGES {
        return Err(Error::invalid(vec![FieldFault::new("/messages", "too_many").arg("max", MOST_MESSAGES)]));
    }
    let parts = bodies.iter().map(|body| match &body.content {
        Some(Content::Parts(parts)) => parts.len().saturating_sub(1),
        Some(Content::Text(_)) | None => 0,
    });
    if parts.sum::<usize>() > MOST_PARTS {
        return Err(Error::invalid(vec![FieldFault::new("/messages", "too_many").arg("max", MOST_PARTS)]));
    }
    bodies.into_iter().enumerate().map(|(at, body)| message(&format!("/messages/{at}"), body)).collect()
}

fn message(place: &str, body: MessageBody) -> Result<ChatMessage, Error> {
    let role = match body.role.as_str() {
        "system" | "developer" => ChatRole::System,
        "user" => ChatRole::User,
        "assistant" => ChatRole::Assistant,
        "tool" => ChatRole::Tool,
        _ => return Err(fault(format!("{place}/role"), "wrong_value")),
    };
    let content = format!("{place}/content");
    let mut parts = match body.content {
        None => Vec::new(),
        Some(Content::Text(text)) => vec![ChatPart::Text(text)],
        Some(Content::Parts(parts)) => {
            let parts = parts.into_iter().enumerate();
            parts.map(|(at, body)| part(&format!("{content}/{at}"), body, role)).collect::<Result<_, _>>()?
        }
    };
    let calls = body.tool_calls.unwrap_or_default();
    match role {
        ChatRole::Tool => {
            let call_id = body.tool_call_id.ok_or_else(|| fault(format!("{place}/tool_call_id"), "missing"))?;
            let text = ChatMessage::of(role, parts).plain();
            return Ok(ChatMessage::of(role, vec![ChatPart::ToolResult { call_id, text }]));
        }
        ChatRole::Assistant => parts.extend(calls.into_iter().map(|call| {
            let CallBody { id, function: CalledBody { name, arguments } } = call;
            ChatPart::ToolCall(ToolCall { id, name, arguments })
        })),
        ChatRole::System | ChatRole::User => {}
    }
    if parts.is_empty() {
        return Err(fault(content, "missing"));
    }
    Ok(ChatMessage::of(role, parts))
}

fn part(place: &str, body: PartBody, role: ChatRole) -> Result<ChatPart, Error> {
    match (body.kind.as_str(), role) {
        ("text", _) => body.text.map(ChatPart::Text).ok_or_else(|| fault(format!("{place}/text"), "missing")),
        ("refusal", ChatRole::Assistant) => {
            body.refusal.map(ChatPart::Text).ok_or_else(|| fault(format!("{place}/refusal"), "missing"))
        }
        ("image_url", ChatRole::User) => {
            let image = body.image_url.ok_or_else(|| fault(format!("{place}/image_url"), "missing"))?;
            Ok(ChatPart::Image(image_source(&format!("{place}/image_url/url"), image.url)?))
        }
        _ => Err(fault(format!("{place}/type"), "integration.part")),
    }
}

/// RFC 2397 for what lies in the request; anything else must be an address of the web.
fn image_source(place: &str, url: String) -> Result<ImageSource, Error> {
    if let Some(inline) = url.strip_prefix("data:") {
        let (kind, data) = inline.split_once(";base64,").ok_or_else(|| fault(place, "integration.image"))?;
        let media_type = IMAGES.iter().find(|known| kind.eq_ignore_ascii_case(known));
        let media_type = media_type.or_else(|| kind.eq_ignore_ascii_case("image/jpg").then_some(&"image/jpeg"));
        let media_type = (*media_type.ok_or_else(|| fault(place, "integration.image"))?).to_owned();
        let data = STANDARD.decode(data).map_err(|_| fault(place, "integration.image"))?;
        if data.is_empty() {
            return Err(fault(place, "integration.image"));
        }
        return Ok(ImageSource::Inline { media_type, data: Bytes::from(data) });
    }
    if may_be_fetched(&url) { Ok(ImageSource::Url(url)) } else { Err(fault(place, "integration.image")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    fn user(content: serde_json::Value) -> MessageBody {
        serde_json::from_value(json!({"role": "user", "content": content})).unwrap()
    }

    #[test]
    fn parts_are_counted_over_all_messages() {
        let parts = |count: usize| user(json!(vec![json!({"type": "text", "text": "a"}); count]));
        let many = |count: usize| (0..10).map(|_| parts(count)).collect::<Vec<_>>();
        assert_eq!(messages(many(101)).unwrap().len(), 10);
        let error = messages(many(102)).unwrap_err();
        assert!(format!("{error:?}").contains("too_many"), "{error:?}");
    }

    #[test]
    fn an_image_is_inline_or_of_the_public_web() {
        let image = |url: &str| messages(vec![user(json!([{"type": "image_url", "image_url": {"url": url}}]))]).is_ok();
        assert!(image("data:image/png;base64,AAAA") && image("https://x.example/a.png"));
        for bad in
            ["http://169.254.169.254/latest/meta-data", "https://a:b@x.example/a.png", "data:image/svg+xml;base64,AAAA"]
        {
            assert!(!image(bad), "{bad}");
        }
    }
}
