//! What is sent in each dialect: addresses, keys, headers, and every field that a caller can set.

use bytes::Bytes;
use llm_client::{
    AnswerFormat, ChatMessage, ChatPart, ChatRequest, ChatRole, Continuation, Effort, ImageSource, ProviderKind,
    ProviderOptions, Secret, ToolChoice, ToolSpec,
};
use serde_json::{Value, json};

use crate::fakes::{Dialect, Fake, Plan, Saying};
use crate::{KEY, ask, kind, provider, provider_with, question};

fn full() -> ChatRequest {
    let image = ImageSource::Inline { media_type: "image/png".into(), data: Bytes::from_static(b"\x89PNG") };
    let seen = vec![ChatPart::Text("What is it?".into()), ChatPart::Image(image)];
    ChatRequest {
        model: "m/x".to_owned(),
        messages: vec![ChatMessage::text(ChatRole::System, "Be brief."), ChatMessage::of(ChatRole::User, seen)],
        max_output_tokens: Some(8000),
        temperature: Some(0.7),
        top_p: Some(0.95),
        seed: Some(1),
        stop: vec!["END".into()],
        language: Some("id".into()),
        tools: vec![ToolSpec {
            name: "f".into(),
            description: "d".into(),
            parameters: json!({"type": "object"}),
            ..ToolSpec::default()
        }],
        tool_choice: ToolChoice::Named("f".into()),
        parallel_tools: None,
        format: AnswerFormat::Schema { name: "r".into(), schema: json!({"type": "object"}), strict: true },
        reasoning: Some(Effort::Low),
        user: Some("u1".into()),
        context_window: Some(8192),
        whole: false,
    }
}

async fn sent(dialect: Dialect, request: ChatRequest, options: ProviderOptions) -> crate::fakes::Asked {
    let fake = Fake::one(dialect, Plan::say(Saying::text(&["A"]))).await;
    let heard = ask(&*provider_with(&fake, options), request, crate::PATIENT).await;
    assert_eq!(heard.text, "A", "{dialect:?} {heard:?}");
    fake.asked().remove(0)
}

fn openai_body(change: Value) -> Value {
    let mut body = json!({
        "model": "m/x", "stream": true,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}]},
        ],
        "temperature": 0.7, "top_p": 0.95, "seed": 1, "stop": ["END"],
        "response_format": {"type": "json_schema", "json_schema": {"name": "r", "strict": true, "schema": {"type": "object"}}},
        "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn expected(dialect: Dialect) -> (&'static str, Value) {
    let usage = json!({"include_usage": true});
    match dialect {
        Dialect::OpenAi => (
            "/v1/chat/completions",
            openai_body(
                json!({"stream_options": usage, "max_completion_tokens": 8000, "reasoning_effort": "low", "safety_identifier": "u1"}),
            ),
        ),
        Dialect::Compatible => (
            "/v1/chat/completions",
            openai_body(json!({"stream_options": usage, "max_tokens": 8000, "reasoning_effort": "low"})),
        ),
        Dialect::OpenRouter => (
            "/api/v1/chat/completions",
            openai_body(json!({"max_tokens": 8000, "reasoning": {"effort": "low"}, "user": "u1",
                "plugins": [{"id": "context-compression", "enabled": false}]})),
        ),
        Dialect::Groq => (
            "/openai/v1/chat/completions",
            openai_body(json!({"max_completion_tokens": 8000, "reasoning_effort": "low"})),
        ),
        Dialect::Vercel => (
            "/v1/chat/completions",
            openai_body(
                json!({"stream_options": usage, "max_tokens": 8000, "reasoning": {"enabled": true, "effort": "low"},
                "providerOptions": {"gateway": {"user": "u1"}}}),
            ),
        ),
        Dialect::Anthropic => (
            "/v1/messages",
            json!({
                "model": "m/x", "max_tokens": 8000, "stream": true,
                "system": [{"type": "text", "text": "Be brief."}],
                "messages": [{"role": "user", "content": [{"type": "text", "text": "What is it?"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}}]}],
                "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object"}}],
                "tool_choice": {"type": "tool", "name": "f"},
                "thinking": {"type": "enabled", "budget_tokens": 1024}, "stop_sequences": ["END"],
                "metadata": {"user_id": "u1"},
                "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
            }),
        ),
        Dialect::Gemini => (
            "/v1beta/models/m%2Fx:streamGenerateContent?alt=sse",
            json!({
                "systemInstruction": {"parts": [{"text": "Be brief."}]},
                "contents": [{"role": "user", "parts": [{"text": "What is it?"}, {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}]}],
                "tools": [{"functionDeclarations": [{"name": "f", "description": "d", "parameters": {"type": "object"}}]}],
                "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
                "generationConfig": {"maxOutputTokens": 8000, "temperature": 0.7, "topP": 0.95, "seed": 1, "stopSequences": ["END"],
                    "responseMimeType": "application/json", "responseSchema": {"type": "object"},
                    "thinkingConfig": {"includeThoughts": true, "thinkingLevel": "LOW"}},
            }),
        ),
        Dialect::Ollama => (
            "/api/chat",
            json!({
                "model": "m/x", "stream": true, "truncate": false, "think": "low",
                "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is it?", "images": ["iVBORw=="]}],
                "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}],
                "format": {"type": "object"},
                "options": {"temperature": 0.7, "top_p": 0.95, "seed": 1, "stop": ["END"], "num_ctx": 8192, "num_predict": 8000},
            }),
        ),
    }
}

#[tokio::test]
async fn a_request_with_everything() {
    for dialect in Dialect::ALL {
        let asked = sent(dialect, full(), ProviderOptions::default()).await;
        let (path, body) = expected(dialect);
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", path), "{dialect:?}");
        assert_eq!(asked.body, body, "{dialect:?}");
        let key = match dialect {
            Dialect::Anthropic => asked.header("x-api-key").map(str::to_owned),
            Dialect::Gemini => asked.header("x-goog-api-key").map(str::to_owned),
            _ => asked.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned),
        };
        assert_eq!(key.as_deref(), Some(KEY), "{dialect:?}");
        let version = (dialect == Dialect::Anthropic).then_some("2023-06-01");
        assert_eq!(asked.header("anthropic-version"), version, "{dialect:?}");
        assert!(!asked.path.contains(KEY));
    }
}

#[tokio::test]
async fn a_request_with_nothing_says_nothing_that_was_not_asked() {
    for dialect in Dialect::ALL {
        let asked = sent(dialect, question(), ProviderOptions::default()).await;
        let said: Vec<_> = asked.body.as_object().unwrap().keys().map(String::as_str).collect();
        let expected: &[&str] = match dialect {
            Dialect::OpenAi | Dialect::Compatible | Dialect::Vercel => {
                &["messages", "model", "stream", "stream_options"]
            }
            Dialect::Groq => &["messages", "model", "stream"],
            // Without a limit OpenRouter reserves the credit of the model's whole maximum; Anthropic wants one.
            Dialect::OpenRouter => &["max_tokens", "messages", "model", "plugins", "stream"],
            Dialect::Anthropic => &["max_tokens", "messages", "model", "stream"],
            Dialect::Gemini => &["contents"],
            Dialect::Ollama => &["messages", "model", "stream", "truncate"],
        };
        assert_eq!(said, expected, "{dialect:?}");
    }
}

#[tokio::test]
async fn without_a_key_none_is_sent() {
    for dialect in Dialect::ALL {
        let fake = Fake::one(dialect, Plan::say(Saying::text(&["A"]))).await;
        drop(provider(&fake).chat(question(), None).await.unwrap());
        let asked = fake.asked().remove(0);
        for name in ["authorization", "x-api-key", "x-goog-api-key"] {
            assert_eq!(asked.header(name), None, "{dialect:?}");
        }
    }
}

#[tokio::test]
async fn the_operators_headers_and_fields_go_along_but_never_replace_ours() {
    for dialect in Dialect::ALL {
        let extra = json!({"provider": {"sort": "price"}, "model": "stolen", "stream": false, "messages": [], "contents": [],
            "providerOptions": {"gateway": {"caching": "auto"}}});
        let options = ProviderOptions {
            headers: vec![
                ("HTTP-Referer".to_owned(), Secret::from("https://obrol.example".to_owned())),
                ("X-OpenRouter-Title".to_owned(), Secret::from("Obrol".to_owned())),
            ],
            extra: extra.as_object().unwrap().clone(),
            ..ProviderOptions::default()
        };
        let request = ChatRequest { user: Some("u1".into()), ..question() };
        let asked = sent(dialect, request, options).await;
        assert_eq!(asked.header("http-referer"), Some("https://obrol.example"), "{dialect:?}");
        assert_eq!(asked.header("x-openrouter-title"), Some("Obrol"), "{dialect:?}");
        assert_eq!(asked.body["provider"]["sort"], "price", "{dialect:?}");
        assert_ne!(asked.body["model"], "stolen", "{dialect:?}");
        if dialect == Dialect::Vercel {
            assert_eq!(asked.body["providerOptions"], json!({"gateway": {"user": "u1", "caching": "auto"}}));
        }
    }
}

#[tokio::test]
async fn choices_formats_and_efforts_of_each_dialect() {
    let tools = vec![ToolSpec {
        name: "f".into(),
        description: "d".into(),
        parameters: json!({"type": "object"}),
        ..ToolSpec::default()
    }];
    for (choice, openai, anthropic, gemini) in [
        (ToolChoice::Auto, Value::Null, Value::Null, Value::Null),
        (ToolChoice::Never, json!("none"), json!({"type": "none"}), json!("NONE")),
        (ToolChoice::Required, json!("required"), json!({"type": "any"}), json!("ANY")),
    ] {
        for dialect in Dialect::ALL {
            let request = ChatRequest { tools: tools.clone(), tool_choice: choice.clone(), ..question() };
            let body = sent(dialect, request, ProviderOptions::default()).await.body;
            match dialect {
                Dialect::Anthropic => assert_eq!(body["tool_choice"], anthropic),
                Dialect::Gemini => assert_eq!(body["toolConfig"]["functionCallingConfig"]["mode"], gemini),
                Dialect::Ollama => assert_eq!(body["tools"].is_array(), choice != ToolChoice::Never),
                _ => assert_eq!(body["tool_choice"], openai, "{dialect:?}"),
            }
        }
    }
    for dialect in Dialect::ALL {
        let strict = tools.iter().map(|tool| ToolSpec { strict: true, ..tool.clone() }).collect();
        let request = ChatRequest { tools: strict, parallel_tools: Some(false), ..question() };
        let body = sent(dialect, request, ProviderOptions::default()).await.body;
        match dialect {
            Dialect::Anthropic => {
                assert_eq!(body["tool_choice"], json!({"type": "auto", "disable_parallel_tool_use": true}));
            }
            Dialect::Gemini | Dialect::Ollama => assert!(!body.to_string().contains("parallel"), "{body}"),
            _ => assert_eq!(
                (&body["parallel_tool_calls"], &body["tools"][0]["function"]["strict"]),
                (&json!(false), &json!(true)),
                "{dialect:?}"
            ),
        }
    }
    let off = |model: &str| ChatRequest { reasoning: Some(Effort::Off), model: model.into(), ..question() };
    let body = |dialect, request| async move { sent(dialect, request, ProviderOptions::default()).await.body };
    assert_eq!(body(Dialect::Anthropic, off("m")).await["thinking"], json!({"type": "disabled"}));
    assert_eq!(body(Dialect::Ollama, off("m")).await["think"], json!(false));
    assert_eq!(body(Dialect::Vercel, off("m")).await["reasoning"], json!({"enabled": false}));
    let gemini = body(Dialect::Gemini, off("gemini-2.5-x")).await;
    assert_eq!(gemini["generationConfig"]["thinkingConfig"]["thinkingBudget"], 0);
    let qwen = body(Dialect::Groq, off("qwen/qwen3-32b")).await;
    assert_eq!((&qwen["reasoning_effort"], &qwen["reasoning_format"]), (&json!("none"), &json!("parsed")));
    let plain = body(Dialect::Groq, ChatRequest { model: "llama-test".into(), ..question() }).await;
    assert_eq!(plain["reasoning_format"], Value::Null, "other models refuse the field");
    // Too little room to think in.
    let short = ChatRequest { reasoning: Some(Effort::High), max_output_tokens: Some(500), ..question() };
    assert_eq!(body(Dialect::Anthropic, short).await["thinking"], Value::Null);

    let json_only = ChatRequest { format: AnswerFormat::Json, ..question() };
    assert_eq!(body(Dialect::OpenAi, json_only.clone()).await["response_format"], json!({"type": "json_object"}));
    assert_eq!(body(Dialect::Ollama, json_only.clone()).await["format"], "json");
    let gemini = body(Dialect::Gemini, json_only).await;
    assert_eq!(gemini["generationConfig"], json!({"responseMimeType": "application/json"}));

    let warm = ChatRequest { temperature: Some(0.7), ..question() };
    let sampling = ProviderOptions { sampling: true, ..ProviderOptions::default() };
    assert_eq!(sent(Dialect::Anthropic, warm, sampling).await.body["temperature"], 0.7);
}

#[tokio::test]
async fn pictures_by_address_go_where_they_are_taken() {
    let image = ChatPart::Image(ImageSource::Url("https://x.example/a.png".into()));
    for dialect in Dialect::ALL {
        let mut request = question();
        request.messages = vec![ChatMessage::of(ChatRole::User, vec![image.clone()])];
        let body = sent(dialect, request, ProviderOptions::default()).await.body;
        let url = "https://x.example/a.png";
        match dialect {
            Dialect::Anthropic => {
                let expected = json!({"type": "image", "source": {"type": "url", "url": url}});
                assert_eq!(body["messages"][0]["content"][0], expected);
            }
            // Not taken: the model is told of it in words.
            Dialect::Gemini => assert_eq!(body["contents"][0]["parts"], json!([{"text": format!("[image: {url}]")}])),
            Dialect::Ollama => assert_eq!(body["messages"][0]["content"], format!("[image: {url}]")),
            _ => assert_eq!(body["messages"][0]["content"][0]["image_url"]["url"], url, "{dialect:?}"),
        }
    }
}

#[test]
fn kinds_have_names_addresses_and_need_keys_where_they_are_sold() {
    for dialect in Dialect::ALL {
        let kind = kind(dialect);
        assert_eq!((kind.as_str(), kind.as_str().to_uppercase().parse()), (dialect.name(), Ok(kind)));
        let base = kind.default_base_url();
        assert_eq!(base.is_none(), kind == ProviderKind::Compatible);
        assert!(base.is_none_or(|base| base.ends_with(dialect.base())), "{kind:?}");
        assert_eq!(kind.needs_key(), !matches!(kind, ProviderKind::Compatible | ProviderKind::Ollama));
    }
    assert!("gpt".parse::<ProviderKind>().is_err());
}

#[tokio::test]
async fn what_can_be_continued_is_the_operators_word() {
    for dialect in Dialect::ALL {
        let fake = Fake::one(dialect, Plan::default()).await;
        assert_eq!(provider(&fake).continuation(), Continuation::None);
        let options = ProviderOptions { continuation: Continuation::Prefill, ..ProviderOptions::default() };
        assert_eq!(provider_with(&fake, options).continuation(), Continuation::Prefill);
    }
}
