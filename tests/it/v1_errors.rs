//! Whatever goes wrong under `/v1` is told in OpenAI's shape, with our request id: by the door, by the edge, by the provider.

use obrol_tests::fakes::{Break, Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::program::{self, chat, error, question, stream, streamed};
use obrol_tests::server::Store;
use obrol_tests::world::World;
use reqwest::Method;
use serde_json::json;

use crate::v1_chat::over;

const CHAT: &str = "/v1/chat/completions";

#[tokio::test]
async fn the_door_and_the_edge_speak_like_openai() {
    let world = World::with(&["fake-tok3"], &[]).await;
    let program = program::of(&world.person("ani").await).await;
    let anonymous = world.server.api();
    let typed = |api: &obrol_tests::api::Api, kind: &str, body: String| {
        api.request(Method::POST, CHAT).header("content-type", kind.to_owned()).body(body)
    };
    // Nobody's body is read, however it looks.
    for body in ["{not json", "", "[]"] {
        let answer = anonymous.send(typed(&anonymous, "application/json", body.to_owned())).await;
        let told = error(&answer, 401);
        assert_eq!((&told["type"], &told["code"]), (&json!("authentication_error"), &json!("invalid_api_key")));
        assert!(answer.header("www-authenticate").is_some());
    }
    for made_up in ["obr_aaaaaaaa_bbbb", "sk-openai", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."] {
        let answer = chat(&anonymous.with_token(made_up), question("fake/fake-tok3", "a")).await;
        assert_eq!(error(&answer, 401)["code"], "invalid_api_key", "{made_up}");
    }
    for (kind, body, status, code) in [
        ("application/json", "{not json", 400, "request.malformed"),
        ("application/json", "[]", 400, "request.invalid"),
        ("text/plain", "{}", 415, "request.media_type"),
    ] {
        let told = error(&program.send(typed(&program, kind, body.to_owned())).await, status);
        assert_eq!(told["code"], code, "{kind} {body}");
    }
    let deep = format!("{{\"model\":\"m\",\"messages\":{}{}}}", "[".repeat(100), "]".repeat(100));
    assert_eq!(error(&program.send(typed(&program, "application/json", deep)).await, 400)["code"], "request.too_deep");
    let huge = format!("{{\"model\":\"{}\"", "x".repeat(25 << 20));
    // A server that hangs up on a body it will not read is right too.
    if let Ok(answer) = program.try_send(typed(&program, "application/json", huge)).await {
        assert_eq!(error(&answer, 413)["code"], "request.too_large");
    }
    for path in ["/v1", "/v1/", "/v1/completions", "/v1/chat", "/v1/images/generations"] {
        for method in [Method::GET, Method::POST] {
            let answer = program.send(program.request(method, path).json(&json!({}))).await;
            assert_eq!(error(&answer, 404)["code"], "request.not_found", "{path}");
        }
    }
    for (method, path) in
        [(Method::GET, CHAT), (Method::DELETE, "/v1/models"), (Method::PUT, "/v1/models/fake/fake-tok3")]
    {
        let answer = program.send(program.request(method, path)).await;
        assert!(answer.header("allow").is_some_and(|allowed| allowed == "POST" || allowed == "GET"), "{path}");
        assert_eq!(error(&answer, 405)["code"], "request.method_not_allowed", "{path}");
    }
    // Ours comes back, so that both logs have it.
    let request = program.request(Method::POST, CHAT).header("x-request-id", "my-own-id-17").json(&json!({}));
    let answer = program.send(request).await;
    assert!(error(&answer, 400)["message"].as_str().unwrap().ends_with("(request id: my-own-id-17)"));
}

#[tokio::test]
async fn every_failure_of_a_provider_has_its_status_and_code() {
    let store = Store::fresh().await;
    let said =
        |status: u16, code: &str| Fault::json(status, &json!({"error": {"message": "m", "type": code, "code": code}}));
    let cases = [
        ("key", said(401, "invalid_api_key"), 502, "provider_auth", Some("false")),
        ("money", said(429, "insufficient_quota"), 503, "provider_quota", Some("false")),
        ("filter", said(400, "content_filter"), 400, "content_filter", None),
        ("long", said(400, "context_length_exceeded"), 400, "context_length_exceeded", None),
        ("wrong", said(400, "unsupported_parameter"), 400, "unsupported_parameter", None),
        ("odd", said(418, "teapot"), 502, "provider_error", None),
        ("down", said(500, "server_error"), 503, "provider_unavailable", None),
        ("html", Fault::body(502, "text/html", "<h1>sk-secret</h1>"), 503, "provider_unavailable", None),
        ("gone", Fault::Early(Break::Reset), 503, "provider_unavailable", None),
    ];
    let mut fakes = Vec::new();
    for (_, fault, ..) in &cases {
        fakes.push(Fake::one(Dialect::Compatible, Plan::fail(Saying::default(), fault.clone())).await);
    }
    let named: Vec<_> = cases.iter().zip(&fakes).map(|(case, fake)| (case.0, fake)).collect();
    let (_server, program) = over(&store, &named, &[]).await;
    for (name, _, status, code, retry) in cases {
        let model = format!("{name}/m");
        let whole = chat(&program, question(&model, "a")).await;
        let streamed = stream(&program, &streamed(&model, "a")).await.err().expect("no stream without a first word");
        for answer in [&whole, &*streamed] {
            let told = error(answer, status);
            assert_eq!(told["code"], code, "{name}: {told}");
            assert_eq!(answer.header("x-should-retry"), retry, "{name}");
            assert!(!answer.text.contains("secret"), "{name}");
        }
    }
}

#[tokio::test]
async fn a_busy_provider_says_when_to_come_back() {
    let store = Store::fresh().await;
    let fault = Fault::Refused {
        status: 429,
        media_type: "application/json".to_owned(),
        headers: vec![("retry-after".to_owned(), "600".to_owned())],
        body: json!({"error": {"message": "m", "code": "rate_limit_exceeded"}}).to_string().into_bytes(),
    };
    let busy = Fake::one(Dialect::Compatible, Plan::fail(Saying::default(), fault)).await;
    let (_server, program) = over(&store, &[("busy", &busy)], &[]).await;
    let answer = chat(&program, question("busy/m", "a")).await;
    let told = error(&answer, 429);
    assert_eq!((&told["code"], &told["type"]), (&json!("provider_rate_limited"), &json!("rate_limit_error")));
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((500..=600).contains(&seconds), "{seconds}");
}
