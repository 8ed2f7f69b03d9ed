//! Tool calls, thoughts that have to go back, refusals: checklist 2.

use llm_client::{ChatMessage, ChatPart, ChatRole, ErrorClass, FinishReason, ToolCall};
use serde_json::{Value, json};

use crate::fakes::{Call, Dialect, Fake, Manner, Plan, Saying};
use crate::{ask, hear, provider, question, say};

fn call(id: &str, name: &str, arguments: &[&str]) -> Call {
    Call { id: id.into(), name: name.into(), arguments: arguments.iter().map(|piece| (*piece).to_owned()).collect() }
}

fn two() -> Saying {
    let calls = vec![call("a", "get_stock", &["{\"sku\":", "\"A1\"}"]), call("b", "now", &[])];
    Saying { text: vec!["Let me see.".into()], calls, ..Saying::text(&[]) }
}

#[tokio::test]
async fn parallel_calls_with_split_and_without_arguments() {
    for dialect in Dialect::ALL {
        for manner in [Manner::Frames, Manner::Json, Manner::Drip(11)] {
            let heard = hear(dialect, Plan { manner, ..Plan::say(two()) }).await;
            let expected = [("a", "get_stock", "{\"sku\":\"A1\"}"), ("b", "now", "{}")];
            assert_eq!(heard.calls(), expected, "{dialect:?} {manner:?}");
            assert_eq!((heard.text.as_str(), heard.reason()), ("Let me see.", &FinishReason::ToolCalls), "{dialect:?}");
        }
    }
}

#[tokio::test]
async fn a_call_without_an_id_gets_one() {
    for dialect in Dialect::ALL {
        // Anthropic always sends one.
        if dialect == Dialect::Anthropic {
            continue;
        }
        let calls = vec![call("", "f", &["{\"x\":1}"]), call("", "g", &["{}"])];
        let heard = say(dialect, Saying { calls, ..Saying::text(&[]) }).await;
        assert_eq!(heard.calls(), [("call_0", "f", "{\"x\":1}"), ("call_1", "g", "{}")], "{dialect:?}");
    }
}

#[tokio::test]
async fn a_turn_with_calls_is_a_tool_turn_whatever_it_is_called_unless_it_was_cut() {
    for dialect in Dialect::ALL {
        let (stop, length) = match dialect {
            Dialect::Anthropic => ("end_turn", "max_tokens"),
            Dialect::Gemini => ("STOP", "MAX_TOKENS"),
            _ => ("stop", "length"),
        };
        let heard = say(dialect, Saying { finish: Some(stop.into()), ..two() }).await;
        assert_eq!((heard.reason(), heard.calls.len()), (&FinishReason::ToolCalls, 2), "{dialect:?}");
        let heard = say(dialect, Saying { finish: Some(length.into()), ..two() }).await;
        assert_eq!((heard.reason(), heard.calls.len()), (&FinishReason::Length, 0), "{dialect:?}");
    }
}

/// Asks, calls a tool, sends its result back, and gives the second request.
async fn second_request(dialect: Dialect, saying: Saying, model: &str) -> Value {
    let fake = Fake::start(dialect, move |asked| {
        Plan::say(if asked.number == 0 { saying.clone() } else { Saying::text(&["ok"]) })
    })
    .await;
    let provider = provider(&fake);
    let first = ask(&*provider, question(), crate::PATIENT).await;
    let mut parts = vec![ChatPart::Text(first.text.clone())];
    parts.extend(first.calls.iter().cloned().map(ChatPart::ToolCall));
    let mut said = ChatMessage::of(ChatRole::Assistant, parts);
    said.kept = first.kept().cloned();
    let mut request = question();
    request.model = model.to_owned();
    request.messages.push(said);
    // Each result in a message of its own, the second one first.
    for ToolCall { id, .. } in first.calls.iter().rev() {
        let result = ChatPart::ToolResult { call_id: id.clone(), text: format!("{{\"of\":\"{id}\"}}") };
        request.messages.push(ChatMessage::of(ChatRole::Tool, vec![result]));
    }
    request.messages.push(ChatMessage::text(ChatRole::User, "Well?"));
    assert_eq!(ask(&*provider, request, crate::PATIENT).await.text, "ok", "{dialect:?}");
    fake.asked()[1].body.clone()
}

fn thoughtful() -> Saying {
    Saying { reasoning: vec!["Look ".into(), "up.".into()], signature: Some("c2ln".into()), ..two() }
}

#[tokio::test]
async fn anthropic_gets_its_thoughts_back_unmodified_and_all_results_in_one_message() {
    let body = second_request(Dialect::Anthropic, thoughtful(), "model").await;
    let expected = json!([
        {"role": "user", "content": [{"type": "text", "text": "#a1 Halo?"}]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "Look up.", "signature": "c2ln"},
            {"type": "text", "text": "Let me see."},
            {"type": "tool_use", "id": "a", "name": "get_stock", "input": {"sku": "A1"}},
            {"type": "tool_use", "id": "b", "name": "now", "input": {}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "b", "content": "{\"of\":\"b\"}"},
            {"type": "tool_result", "tool_use_id": "a", "content": "{\"of\":\"a\"}"},
            {"type": "text", "text": "Well?"},
        ]},
    ]);
    assert_eq!(body["messages"], expected);
    // Another model has no use for the signature.
    let body = second_request(Dialect::Anthropic, thoughtful(), "other").await;
    assert_eq!(body["messages"][1]["content"][0], json!({"type": "text", "text": "Let me see."}));
}

#[tokio::test]
async fn gemini_gets_its_signatures_back_and_its_results_in_the_order_of_the_calls() {
    let body = second_request(Dialect::Gemini, thoughtful(), "model").await;
    let result = |name: &str, id: &str| json!({"functionResponse": {"name": name, "id": id, "response": {"of": id}}});
    let expected = json!([
        {"role": "user", "parts": [{"text": "#a1 Halo?"}]},
        {"role": "model", "parts": [
            {"text": "Look up.", "thought": true},
            {"text": "Let me see."},
            {"functionCall": {"name": "get_stock", "id": "a", "args": {"sku": "A1"}}, "thoughtSignature": "c2ln"},
            {"functionCall": {"name": "now", "id": "b"}},
        ]},
        {"role": "user", "parts": [result("get_stock", "a"), result("now", "b"), {"text": "Well?"}]},
    ]);
    assert_eq!(body["contents"], expected);

    // Without ids on the wire none goes back.
    let calls = vec![call("", "f", &[]), call("", "f", &["{\"x\":1}"])];
    let body = second_request(Dialect::Gemini, Saying { calls, ..Saying::text(&[]) }, "model").await;
    assert_eq!(body["contents"][1]["parts"][0], json!({"functionCall": {"name": "f"}}));
    assert_eq!(body["contents"][2]["parts"][0]["functionResponse"]["id"], Value::Null);

    // History of another model: the first call is marked as unsigned, and only for those that want signatures.
    let body = second_request(Dialect::Gemini, thoughtful(), "gemini-3-x").await;
    let parts = &body["contents"][1]["parts"];
    assert_eq!(parts[1]["thoughtSignature"], "skip_thought_signature_validator");
    assert_eq!(
        (parts[1]["functionCall"]["args"]["sku"].as_str(), &parts[2]["thoughtSignature"]),
        (Some("A1"), &Value::Null)
    );
    let body = second_request(Dialect::Gemini, thoughtful(), "gemini-2.5-x").await;
    assert_eq!(body["contents"][1]["parts"][1]["thoughtSignature"], Value::Null);
}

#[tokio::test]
async fn results_of_one_message_are_in_the_order_of_the_calls() {
    let fake = Fake::one(Dialect::Gemini, Plan::say(Saying::text(&["ok"]))).await;
    let made = |id: &str, name: &str| {
        ChatPart::ToolCall(ToolCall { id: id.into(), name: name.into(), arguments: "{}".into() })
    };
    let result = |id: &str, text: &str| ChatPart::ToolResult { call_id: id.into(), text: text.into() };
    let mut request = question();
    request.messages.push(ChatMessage::of(ChatRole::Assistant, vec![made("x", "f"), made("y", "f")]));
    request.messages.push(ChatMessage::of(ChatRole::Tool, vec![result("y", "plain words"), result("x", "{\"n\":1}")]));
    ask(&*provider(&fake), request, crate::PATIENT).await;
    let parts = fake.asked()[0].body["contents"][2]["parts"].clone();
    assert_eq!(parts[0]["functionResponse"]["response"], json!({"n": 1}));
    assert_eq!(parts[1]["functionResponse"]["response"], json!({"result": "plain words"}), "a result is an object");
}

#[tokio::test]
async fn openrouter_gets_its_reasoning_details_back() {
    let body = second_request(Dialect::OpenRouter, thoughtful(), "model").await;
    let details =
        json!([{"type": "reasoning.text", "text": "Look up.", "signature": "c2ln", "format": "f-v1", "index": 0}]);
    assert_eq!(body["messages"][1]["reasoning_details"], details);
    let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool", "user"]);
    let body = second_request(Dialect::OpenRouter, thoughtful(), "other").await;
    assert_eq!(body["messages"][1]["reasoning_details"], Value::Null);
}

#[tokio::test]
async fn ollama_gets_its_results_by_the_tools_name() {
    let body = second_request(Dialect::Ollama, two(), "model").await;
    let expected = json!([
        {"role": "user", "content": "#a1 Halo?"},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [
            {"id": "a", "function": {"name": "get_stock", "arguments": {"sku": "A1"}}},
            {"id": "b", "function": {"name": "now", "arguments": {}}},
        ]},
        {"role": "tool", "tool_name": "now", "tool_call_id": "b", "content": "{\"of\":\"b\"}"},
        {"role": "tool", "tool_name": "get_stock", "tool_call_id": "a", "content": "{\"of\":\"a\"}"},
        {"role": "user", "content": "Well?"},
    ]);
    assert_eq!(body["messages"], expected);
}

#[tokio::test]
async fn plain_answers_keep_nothing() {
    for dialect in Dialect::ALL {
        assert_eq!(say(dialect, Saying::text(&["A"])).await.kept(), None, "{dialect:?}");
    }
}

#[tokio::test]
async fn endings_that_are_failures_keep_their_text_and_their_usage() {
    use ErrorClass::{ContextLength, Moderation, Unknown};
    let compatible: &[_] = &[("content_filter", Moderation)];
    let gemini: &[_] = &[
        ("SAFETY", Moderation),
        ("RECITATION", Moderation),
        ("BLOCKLIST", Moderation),
        ("PROHIBITED_CONTENT", Moderation),
        ("SPII", Moderation),
        ("IMAGE_SAFETY", Moderation),
        ("MALFORMED_FUNCTION_CALL", Unknown),
        ("UNEXPECTED_TOOL_CALL", Unknown),
        ("TOO_MANY_TOOL_CALLS", Unknown),
    ];
    let anthropic: &[_] = &[("refusal", Moderation), ("model_context_window_exceeded", ContextLength)];
    for dialect in Dialect::ALL {
        let words = match dialect {
            Dialect::Gemini => gemini,
            Dialect::Anthropic => anthropic,
            Dialect::Ollama => &[],
            _ => compatible,
        };
        for (word, class) in words {
            let heard = say(dialect, Saying { finish: Some((*word).to_owned()), ..Saying::text(&["So"]) }).await;
            assert_eq!((heard.text.as_str(), heard.class()), ("So", Some(*class)), "{dialect:?} {word}");
            let usage = heard.error.unwrap().usage;
            assert_eq!(usage.map(|usage| usage.input_total), Some(7), "{dialect:?} {word}");
        }
    }
}
