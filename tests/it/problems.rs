//! Errors as clients see them, in three languages, as snapshots: a changed word is a decision.

use obrol_tests::api::Api;
use obrol_tests::world::World;
use serde_json::{Value, json};

async fn problem(api: &Api, language: &str, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
    let mut request = api.request(method, path).header("accept-language", language);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = api.send(request).await;
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.text);
    let id = answer.header("x-request-id").expect("a request id").to_owned();
    let mut body = answer.body;
    assert_eq!(body["request_id"], id.as_str(), "the id of the header");
    body["request_id"] = json!("[id]");
    body["instance"] = json!("[instance]");
    body
}

#[tokio::test]
async fn problems_read_well() {
    let world = World::with(&[], &[]).await;
    let (anyone, ani) = (world.server.api(), world.person("ani").await);
    let missing = "/api/v1/conversations/0190c0de-0000-7000-8000-000000000000";
    let weak = json!({"email": "nobody", "password": "short"});
    let mut all = Vec::new();
    for language in ["en", "id", "ja", "fr"] {
        all.push(problem(&anyone, language, reqwest::Method::GET, "/api/v1/me", None).await);
        all.push(problem(&ani, language, reqwest::Method::GET, missing, None).await);
        all.push(problem(&ani, language, reqwest::Method::GET, "/api/v1/conversations/not-an-id", None).await);
        all.push(
            problem(&ani, language, reqwest::Method::POST, "/api/v1/conversations", Some(json!({"owner_id": 1}))).await,
        );
        all.push(problem(&anyone, language, reqwest::Method::POST, "/api/v1/auth/register", Some(weak.clone())).await);
        all.push(problem(&ani, language, reqwest::Method::GET, "/api/v1/conversations?cursor=zzz", None).await);
        all.push(problem(&ani, language, reqwest::Method::PUT, "/api/v1/me", None).await);
    }
    insta::assert_json_snapshot!(all);
}
