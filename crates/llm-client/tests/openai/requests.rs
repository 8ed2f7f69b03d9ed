//! What is sent, and the list of models.

use bytes::Bytes;
use llm_client::openai::TokenLimit;
use llm_client::{
    ChatMessage, ChatPart, ChatRequest, ChatRole, ErrorClass, ImageSource, Provider, Secret, ToolCall, ToolSpec,
};
use serde_json::{Value, json};

use crate::fake::{Fake, Reply, story};
use crate::{KEY, provider};

// What is sent.

#[tokio::test]
async fn the_request_says_what_was_asked() {
    let fake = Fake::one(Reply::events(&story(&["A"]))).await;
    let request = ChatRequest {
        model: "gpt-test".to_owned(),
        messages: vec![
            ChatMessage::text(ChatRole::System, "You are brief."),
            ChatMessage::of(
                ChatRole::User,
                vec![
                    ChatPart::Text("What is it?".to_owned()),
                    ChatPart::Image(ImageSource::Inline {
                        media_type: "image/png".to_owned(),
                        data: Bytes::from_static(b"\x89PNG"),
                    }),
                ],
            ),
            ChatMessage::of(
                ChatRole::Assistant,
                vec![ChatPart::ToolCall(ToolCall {
                    id: "call_1".into(),
                    name: "get_stock".into(),
                    arguments: "{\"sku\":\"A1\"}".into(),
                })],
            ),
            ChatMessage::of(
                ChatRole::Tool,
                vec![ChatPart::ToolResult { call_id: "call_1".into(), text: "{\"qty\":3}".into() }],
            ),
        ],
        max_output_tokens: Some(256),
        temperature: Some(0.7),
        language: Some("id".to_owned()),
        tools: vec![ToolSpec {
            name: "get_stock".into(),
            description: "d".into(),
            parameters: json!({"type": "object"}),
            ..ToolSpec::default()
        }],
        ..ChatRequest::default()
    };
    let secret = || Some(Secret::from(KEY.to_owned()));
    drop(provider(&fake).chat(request.clone(), secret()).await.unwrap());
    drop(provider(&fake).with_token_limit(TokenLimit::MaxCompletionTokens).chat(request, None).await.unwrap());
    let asked = fake.asked();
    assert_eq!(asked[0].path, "/v1/chat/completions");
    assert_eq!(
        (asked[0].authorization.as_deref(), asked[1].authorization.as_deref()),
        (Some("Bearer geheim-1234"), None)
    );
    let expected = json!({
        "model": "gpt-test",
        "messages": [
            {"role": "system", "content": "You are brief."},
            {"role": "user", "content": [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_stock", "arguments": "{\"sku\":\"A1\"}"}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "{\"qty\":3}"},
        ],
        "tools": [{"type": "function", "function": {"name": "get_stock", "description": "d", "parameters": {"type": "object"}}}],
        "max_tokens": 256, "temperature": 0.7, "stream": true, "stream_options": {"include_usage": true},
    });
    assert_eq!(asked[0].body, expected);
    assert_eq!((&asked[1].body["max_completion_tokens"], &asked[1].body["max_tokens"]), (&json!(256), &Value::Null));
}

// Models.

#[tokio::test]
async fn models_that_chat_are_listed_with_what_is_known() {
    let body = json!({"object": "list", "data": [
        {"id": "gpt-test", "object": "model", "created": 1, "owned_by": "openai"},
        {"id": "text-embedding-3-small"}, {"id": "whisper-1"}, {"id": 5}, null,
        {"id": "a/b", "name": "A: B", "context_length": 8192, "top_provider": {"max_completion_tokens": 512},
         "architecture": {"input_modalities": ["text", "image"]}, "supported_parameters": ["tools"]},
    ]});
    let fake = Fake::one(Reply::json(200, &body.to_string())).await;
    let models = provider(&fake).models(Some(Secret::from(KEY.to_owned()))).await.unwrap();
    assert_eq!(fake.asked()[0].path, "/v1/models");
    assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["gpt-test", "a/b"]);
    assert_eq!(
        (models[1].name.as_str(), models[1].context_window, models[1].max_output),
        ("A: B", Some(8192), Some(512))
    );
    assert!(models[1].vision && models[1].tools && !models[0].vision);
}

#[tokio::test]
async fn a_list_of_models_that_is_none_is_an_error() {
    for (reply, class) in [
        (Reply::json(401, r#"{"error":{"message":"no"}}"#), ErrorClass::Auth),
        (Reply::json(200, r#"{"error":{"message":"no","code":503}}"#), ErrorClass::Unavailable),
        (Reply::json(200, "[] trailing"), ErrorClass::Unknown),
        (Reply::full(200, &[("content-type", "text/html")], "<html>"), ErrorClass::Unknown),
    ] {
        let fake = Fake::one(reply).await;
        assert_eq!(provider(&fake).models(None).await.unwrap_err().class, class);
    }
}
