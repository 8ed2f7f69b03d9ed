//! `/v1/chat/completions` in one piece, and `/v1/models`: what is asked reaches the provider in its own dialect, and what comes
//! back has OpenAI's shape.

use obrol_tests::api::Api;
use obrol_tests::fakes::{Break, Call, Counts, Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::program::{self, chat, error, question};
use obrol_tests::server::{Server, Store};
use obrol_tests::world::World;
use serde_json::{Value, json};

const PIXEL: &str = "data:image/png;base64,iVBORw0KGgo=";

/// A server over these fakes, each with the model `m`, and a program of some person.
pub async fn over(store: &Store, fakes: &[(&str, &Fake)], routes: &[(&str, &str)]) -> (Server, Api) {
    let mut server = Server::prepare(store, "node");
    for (name, fake) in fakes {
        let variable = |ending: &str| format!("OBROL_PROVIDER_{}_{ending}", name.to_uppercase());
        server.set(&variable("KIND"), fake.dialect.name());
        server.set(&variable("BASE_URL"), &fake.base_url());
        server.set(&variable("MODELS"), "m");
        server.set(&variable("API_KEY"), "sk-of-the-tests");
    }
    for (name, models) in routes {
        server.set(&format!("OBROL_ROUTE_{name}"), models);
    }
    server.up().await;
    let person = server.person("ani").await;
    let program = program::of(&person).await;
    (server, program)
}

fn saying() -> Saying {
    let counts = Counts { input: 9, cached: 4, written: 2, output: 6, reasoning: 3, cost_micros: 0 };
    let call = |id: &str, arguments: &[&str]| Call {
        id: id.to_owned(),
        name: "get_stock".to_owned(),
        arguments: arguments.iter().map(|piece| (*piece).to_owned()).collect(),
    };
    Saying {
        reasoning: vec!["let me ".into(), "look".into()],
        calls: vec![call("call_a", &["{\"sku\":", "\"A1\"}"]), call("call_b", &["{}"])],
        counts,
        ..Saying::text(&["Halo ", "🌼 日本\n\"q\""])
    }
}

/// All that a request can say.
pub fn rich(model: &str) -> Value {
    json!({
        "model": model,
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_stock", "arguments": "{\"sku\":\"A1\"}"}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "{\"qty\":3}"},
            {"role": "user", "content": "#a and now?"},
        ],
        "tools": [{"type": "function", "function": {"name": "get_stock", "description": "d", "strict": true, "parameters": {"type": "object"}}}],
        "tool_choice": "required", "parallel_tool_calls": false,
        "response_format": {"type": "json_schema", "json_schema": {"name": "r", "strict": true, "schema": {"type": "object"}}},
        "temperature": 0.7, "top_p": 0.5, "seed": 11, "stop": ["END"], "max_completion_tokens": 256,
        "reasoning_effort": "xhigh", "n": 1, "user": "user-17", "logit_bias": {}, "metadata": {"any": "thing"}, "not_known": [1],
    })
}

#[tokio::test]
async fn a_whole_answer_has_everything_that_the_provider_said() {
    let store = Store::fresh().await;
    let mut fakes = Vec::new();
    for dialect in [Dialect::Compatible, Dialect::OpenRouter, Dialect::Anthropic, Dialect::Gemini] {
        fakes.push(Fake::one(dialect, Plan::say(saying())).await);
    }
    let named: Vec<_> = fakes.iter().map(|fake| (fake.dialect.name(), fake)).collect();
    let (_server, program) = over(&store, &named, &[]).await;
    for fake in &fakes {
        let model = format!("{}/m", fake.dialect.name());
        let answer = chat(&program, question(&model, "#a hello")).await;
        assert_eq!(answer.header("x-obrol-model"), Some(model.as_str()));
        assert!(answer.header("x-request-id").is_some());
        let body = answer.expect(200);
        assert_eq!((&body["object"], &body["model"]), (&json!("chat.completion"), &json!(model)), "{body}");
        assert!(
            body["id"].as_str().unwrap().starts_with("chatcmpl-") && body["created"].as_i64().unwrap() > 1_700_000_000
        );
        assert!(body.get("system_fingerprint").is_none());
        let choice = &body["choices"][0];
        assert_eq!((&choice["index"], &choice["finish_reason"]), (&json!(0), &json!("tool_calls")), "{model}");
        let message = &choice["message"];
        assert_eq!(message["content"], "Halo 🌼 日本\n\"q\"", "{model}");
        assert_eq!(message["reasoning_content"], "let me look", "{model}");
        assert_eq!(message["role"], "assistant");
        let calls = message["tool_calls"].as_array().unwrap();
        assert_eq!(calls.len(), 2, "{model}: {message}");
        assert_eq!((&calls[0]["type"], &calls[0]["function"]["name"]), (&json!("function"), &json!("get_stock")));
        let arguments: Value = serde_json::from_str(calls[0]["function"]["arguments"].as_str().unwrap()).unwrap();
        assert_eq!(arguments, json!({"sku": "A1"}), "{model}");
        assert_eq!(calls[1]["function"]["arguments"], "{}");
        let usage = &body["usage"];
        assert_eq!((&usage["prompt_tokens"], &usage["completion_tokens"]), (&json!(9), &json!(6)), "{model}: {usage}");
        assert_eq!((&usage["total_tokens"], &usage["prompt_tokens_details"]["cached_tokens"]), (&json!(15), &json!(4)));
        assert_eq!(fake.asked().len(), 1);
    }
}

#[tokio::test]
async fn everything_that_is_asked_reaches_the_provider() {
    let store = Store::fresh().await;
    let openai = Fake::one(Dialect::Compatible, Plan::say(Saying::text(&["{}"]))).await;
    let anthropic = Fake::one(Dialect::Anthropic, Plan::say(Saying::text(&["{}"]))).await;
    let (_server, program) = over(&store, &[("one", &openai), ("two", &anthropic)], &[]).await;
    chat(&program, rich("one/m")).await.expect(200);
    let asked = openai.asked().remove(0).body;
    let wanted = rich("m");
    assert_eq!(asked["model"], "m");
    assert_eq!(asked["messages"][0], json!({"role": "system", "content": "Be brief."}));
    assert_eq!(asked["messages"][1]["content"][1]["image_url"]["url"], PIXEL);
    assert_eq!(asked["messages"][2]["tool_calls"], wanted["messages"][2]["tool_calls"]);
    assert_eq!(asked["messages"][3], wanted["messages"][3]);
    for same in
        ["tools", "tool_choice", "parallel_tool_calls", "response_format", "temperature", "top_p", "seed", "stop"]
    {
        assert_eq!(asked[same], wanted[same], "{same}");
    }
    assert_eq!((&asked["max_tokens"], &asked["reasoning_effort"]), (&json!(256), &json!("high")));
    assert!(asked.get("not_known").is_none() && asked.get("metadata").is_none());
    assert!(!asked.to_string().contains("user-17"), "the provider hears a digest, not a name");

    chat(&program, rich("two/m")).await.expect(200);
    let asked = anthropic.asked().remove(0).body;
    assert_eq!((&asked["system"][0]["text"], &asked["max_tokens"]), (&json!("Be brief."), &json!(256)));
    assert_eq!(asked["tool_choice"], json!({"type": "any", "disable_parallel_tool_use": true}));
    assert_eq!(asked["stop_sequences"], json!(["END"]));

    // An address of an image is the provider's to read: none that may stand in the operator's own network is sent there.
    let nobody = "https://nobody.invalid/cat.png";
    let image = json!([{"type": "text", "text": "#b"}, {"type": "image_url", "image_url": {"url": nobody}}]);
    let body = json!({"model": "one/m", "messages": [{"role": "user", "content": image}]});
    assert_eq!(error(&chat(&program, body).await, 400)["code"], "unsupported");
    assert_eq!(openai.asked().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_its_place() {
    let world = World::with(&["fake-tok3"], &[]).await;
    let program = program::of(&world.person("ani").await).await;
    let with = |change: Value| {
        let mut body = question("fake/fake-tok3", "hello");
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let many =
        with(json!({"tools": [{"type": "function", "function": {"name": "f", "parameters": vec![0; 200_001]}}]}));
    assert_eq!(error(&chat(&program, many).await, 413)["code"], "request.too_many_values");
    let long = "a".repeat(1 << 20);
    let content = |part: Value| json!({"messages": [{"role": "user", "content": [part]}]});
    for (change, param, code) in [
        (json!({"n": 2}), "n", "request.invalid"),
        (json!({"messages": []}), "messages", "request.invalid"),
        (json!({"messages": [{"role": "robot", "content": "a"}]}), "messages[0].role", "request.invalid"),
        (json!({"messages": [{"role": "user"}]}), "messages[0].content", "request.invalid"),
        (json!({"messages": [{"role": "tool", "content": "a"}]}), "messages[0].tool_call_id", "request.invalid"),
        (json!({"messages": "hello"}), "messages", "request.invalid"),
        (
            json!({"tools": [{"type": "function", "function": {"name": "f", "description": long}}]}),
            "tools",
            "request.invalid",
        ),
        (content(json!({"type": "input_audio"})), "messages[0].content[0].type", "request.invalid"),
        (content(json!({"type": "text"})), "messages[0].content[0].text", "request.invalid"),
        (
            content(json!({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}})),
            "messages[0].content[0].image_url.url",
            "request.invalid",
        ),
        (
            content(json!({"type": "image_url", "image_url": {"url": "data:image/svg+xml;base64,AAAA"}})),
            "messages[0].content[0].image_url.url",
            "request.invalid",
        ),
        (
            content(json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,?"}})),
            "messages[0].content[0].image_url.url",
            "request.invalid",
        ),
        (json!({"temperature": 2.5}), "temperature", "request.invalid"),
        (json!({"temperature": "hot"}), "temperature", "request.invalid"),
        (json!({"top_p": -0.1}), "top_p", "request.invalid"),
        (json!({"max_tokens": 0}), "max_tokens", "request.invalid"),
        (json!({"stop": ["", "a"]}), "stop", "request.invalid"),
        (json!({"reasoning_effort": "much"}), "reasoning_effort", "request.invalid"),
        (json!({"response_format": {"type": "xml"}}), "response_format.type", "request.invalid"),
        (json!({"response_format": {"type": "json_schema"}}), "response_format.json_schema", "request.invalid"),
        (json!({"tool_choice": "required"}), "tool_choice", "request.invalid"),
        (
            json!({"tools": [{"type": "function", "function": {"name": "not a name"}}]}),
            "tools[0].function.name",
            "request.invalid",
        ),
        (json!({"tools": [{"type": "custom"}]}), "tools[0].type", "request.invalid"),
    ] {
        let answer = chat(&program, with(change.clone())).await;
        let told = error(&answer, 400);
        assert_eq!((&told["param"], &told["code"]), (&json!(param), &json!(code)), "{change}: {told}");
        assert_eq!(told["type"], "invalid_request_error", "{change}");
    }
    let told = error(&chat(&program, json!({"messages": []})).await, 400);
    assert_eq!(told["param"], "model", "{told}");
    assert_eq!(world.fake.ledger().entries.len(), 0, "nobody was asked");
}

#[tokio::test]
async fn a_route_answers_for_a_provider_that_is_away_and_says_who_spoke() {
    let store = Store::fresh().await;
    let gone = Fake::one(Dialect::Compatible, Plan::fail(Saying::default(), Fault::Early(Break::Reset))).await;
    let good = Fake::one(Dialect::Anthropic, Plan::say(Saying::tokens("b", 5))).await;
    let (_server, program) = over(&store, &[("one", &gone), ("two", &good)], &[("SAFE", "one/m,two/m")]).await;
    let answer = chat(&program, question("route/safe", "#a hello")).await;
    assert_eq!(answer.header("x-obrol-model"), Some("two/m"));
    let body = answer.expect(200);
    assert_eq!(body["model"], "two/m");
    assert_eq!(body["choices"][0]["message"]["content"], Saying::tokens("b", 5).text.concat());
    let heard = program::hear(&program, &program::streamed("route/safe", "#a hello")).await;
    assert_eq!((heard.text, heard.chunks[0]["model"].clone()), (Saying::tokens("b", 5).text.concat(), json!("two/m")));
}

#[tokio::test]
async fn models_are_listed_and_found_by_ids_with_slashes() {
    let store = Store::fresh().await;
    let fake = Fake::one(Dialect::OpenRouter, Plan::say(Saying::text(&["A"]))).await;
    let mut server = Server::prepare(&store, "node");
    server.set("OBROL_PROVIDER_OR_KIND", "openrouter");
    server.set("OBROL_PROVIDER_OR_BASE_URL", &fake.base_url());
    server.set("OBROL_PROVIDER_OR_API_KEY", "sk-of-the-tests");
    server.set("OBROL_PROVIDER_OR_MODELS", "openai/gpt-x,m");
    server.set("OBROL_ROUTE_SAFE", "or/m");
    server.up().await;
    let program = program::of(&server.person("ani").await).await;
    let list = program.get("/v1/models").await.expect(200);
    assert_eq!(list["object"], "list");
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"or/openai/gpt-x") && ids.contains(&"or/m") && ids.contains(&"route/safe"), "{ids:?}");
    for (path, owner) in
        [("or/openai/gpt-x", "or"), ("or%2Fopenai%2Fgpt-x", "or"), ("OR/m", "or"), ("route/safe", "route")]
    {
        let one = program.get(&format!("/v1/models/{path}")).await.expect(200);
        assert_eq!((&one["object"], &one["owned_by"]), (&json!("model"), &json!(owner)), "{path}: {one}");
        assert!(ids.contains(&one["id"].as_str().unwrap()), "{one}");
    }
    for nobody in ["or/nothing", "x", "or%2F..%2F..%2Fetc", "route/none"] {
        let told = error(&program.get(&format!("/v1/models/{nobody}")).await, 404);
        assert_eq!(told["code"], "model_not_found", "{nobody}");
    }
    let told = error(&chat(&program, question("or/nothing", "a")).await, 404);
    assert_eq!((&told["code"], &told["type"]), (&json!("model_not_found"), &json!("not_found_error")));
}
