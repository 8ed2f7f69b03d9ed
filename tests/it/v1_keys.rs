//! Who may use `/v1`: keys with their scopes, as they and their people are at this moment; people with a token of their own; and
//! how much in a minute, a day, a month.

use std::time::{Duration, Instant};

use obrol_tests::program::{self, chat, error, hear, key, question, stream, streamed};
use obrol_tests::world::World;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

const MODEL: &str = "fake/fake-tok3";

async fn world() -> World {
    World::with(&["fake-tok3", "fake-tok5000-itl10"], &[]).await
}

#[tokio::test]
async fn a_key_opens_what_it_was_made_for() {
    let world = world().await;
    let ani = world.person("ani").await;
    let vectors = json!({"model": MODEL, "input": "a"});
    for scopes in [&["models"][..], &["chat"], &["embeddings"], &["usage", "api"], program::ALL] {
        let (_, text) = key(&ani, scopes).await;
        let program = ani.with_token(&text);
        let doors = [
            ("models", program.get("/v1/models").await),
            ("models", program.get(&format!("/v1/models/{MODEL}")).await),
            ("chat", chat(&program, question(MODEL, "a")).await),
            ("embeddings", program.post("/v1/embeddings", vectors.clone()).await),
        ];
        for (scope, answer) in doors {
            if scopes.contains(&scope) {
                assert!(!matches!(answer.status.as_u16(), 401 | 403), "{scopes:?} {scope}: {}", answer.text);
            } else {
                let told = error(&answer, 403);
                assert_eq!((&told["code"], &told["type"]), (&json!("keys.scope_missing"), &json!("permission_error")));
                assert!(told["message"].as_str().unwrap().contains(scope), "{told}");
            }
        }
    }
    // A person's own token is not narrowed.
    chat(&ani, question(MODEL, "a")).await.expect(200);
    ani.get("/v1/models").await.expect(200);
}

#[tokio::test]
async fn a_key_that_has_ended_opens_nothing_and_ends_what_it_had_opened() {
    let world = world().await;
    let ani = world.person("ani").await;
    let (id, text) = key(&ani, program::ALL).await;
    let program = ani.with_token(&text);
    let whole = tokio::spawn({
        let program = program.clone();
        async move { chat(&program, question("fake/fake-tok5000-itl10", "#b")).await }
    });
    let mut open = stream(&program, &streamed("fake/fake-tok5000-itl10", "#a")).await.ok().unwrap();
    open.next().await.unwrap();
    let revoked = Instant::now();
    assert!(ani.delete(&format!("/api/v1/me/api-keys/{id}")).await.status.is_success());
    assert_eq!(error(&chat(&program, question(MODEL, "a")).await, 401)["code"], "invalid_api_key");
    let heard = open.heard().await;
    assert!(revoked.elapsed() < Duration::from_secs(2), "an open stream falls silent: {:?}", revoked.elapsed());
    assert_eq!(heard.error.expect("it is said why")["code"], "integration.rights_lost");
    assert!(!heard.done);
    assert_eq!(error(&whole.await.unwrap(), 401)["code"], "integration.rights_lost");
    assert!(revoked.elapsed() < Duration::from_secs(3), "so does one that is waited for: {:?}", revoked.elapsed());

    let (id, text) = key(&ani, program::ALL).await;
    let program = ani.with_token(&text);
    chat(&program, question(MODEL, "a")).await.expect(200);
    let sql = world.store.sql().await;
    sql.execute_unprepared("update api_keys set expires_at = 1").await.unwrap();
    // What is changed behind the server's back is seen within a second.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let told = error(&chat(&program, question(MODEL, "a")).await, 401);
    assert!(told["message"].as_str().unwrap().contains("expired"), "{id}: {told}");
}

async fn limit(world: &World, body: Value) {
    let admin = world.server.admin().await;
    let answer = admin.send(admin.request(reqwest::Method::PUT, "/api/v1/admin/llm/limits").json(&body)).await;
    assert!(answer.status.is_success(), "{}", answer.text);
}

#[tokio::test]
async fn requests_a_minute_are_counted_before_anything_else() {
    let world = world().await;
    let ani = world.person("ani").await;
    let program = program::of(&ani).await;
    limit(&world, json!({"scope": "api_key", "subject": null, "requests_per_minute": 3})).await;
    let first = chat(&program, question(MODEL, "a")).await;
    assert_eq!(first.header("ratelimit-policy"), Some("\"requests\";q=3;w=60"), "{}", first.text);
    assert!(first.header("ratelimit").is_some_and(|left| left.starts_with("\"requests\";r=2;t=")));
    // Also those that are wrong in themselves.
    error(&chat(&program, json!({})).await, 400);
    program.post("/v1/embeddings", json!({"model": MODEL, "input": [1]})).await;
    let refused = chat(&program, question(MODEL, "a")).await;
    let told = error(&refused, 429);
    assert_eq!((&told["code"], &told["type"]), (&json!("rate_limit_exceeded"), &json!("rate_limit_error")));
    assert!(refused.header("retry-after").is_some_and(|after| (1..=60).contains(&after.parse::<u64>().unwrap())));
    assert_eq!(world.fake.ledger().entries.len(), 1, "nobody was asked");
    // Lists cost nothing, and another key has its own minute.
    program.get("/v1/models").await.expect(200);
    chat(&program::of(&ani).await, question(MODEL, "a")).await.expect(200);
}

#[tokio::test]
async fn a_budget_that_is_used_up_is_a_quota() {
    let world = world().await;
    let program = program::of(&world.person("ani").await).await;
    limit(&world, json!({"scope": "user", "subject": null, "tokens_per_day": 200})).await;
    let ask = |limit: u32| {
        let mut body = question(MODEL, "#a hello");
        body["max_tokens"] = json!(limit);
        body
    };
    chat(&program, ask(20)).await.expect(200);
    for body in [ask(500), {
        let mut body = ask(500);
        body["stream"] = json!(true);
        body
    }] {
        let answer = chat(&program, body).await;
        let told = error(&answer, 429);
        assert_eq!(
            (&told["code"], &told["type"]),
            (&json!("insufficient_quota"), &json!("insufficient_quota")),
            "{told}"
        );
        assert_eq!(answer.header("x-should-retry"), Some("false"));
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(world.fake.ledger().entries.len(), 1, "nobody was asked");
}

/// What we say was used, what the provider says it gave, and what the ledger has, are the same.
#[tokio::test]
async fn the_ledger_has_what_was_said() {
    let world = World::with(&["fake-tok20", "fake-tok20-err500-first1"], &[]).await;
    let ani = world.person("ani").await;
    let program = program::of(&ani).await;
    let (mut input, mut output) = (0, 0);
    for (at, model) in ["fake-tok20", "fake-tok20-err500-first1", "fake-tok20"].into_iter().enumerate() {
        let model = format!("fake/{model}");
        let usage = if at % 2 == 0 {
            hear(&program, &streamed(&model, "#a hello there")).await.usage.unwrap()
        } else {
            chat(&program, question(&model, "#a hello there")).await.expect(200)["usage"].clone()
        };
        input += usage["prompt_tokens"].as_u64().unwrap();
        output += usage["completion_tokens"].as_u64().unwrap();
    }
    let given: u64 = world.fake.ledger().entries.iter().map(|entry| u64::from(entry.tokens)).sum();
    assert_eq!((input, output), (9, given), "three words each");
    let start = Instant::now();
    loop {
        // Settled soon, in a transaction of its own.
        let used = ani.get("/api/v1/me/usage?by=model").await.expect(200)["total"].clone();
        if used["calls"] == json!(4) && used["output_tokens"] == json!(output) {
            assert_eq!((&used["input_tokens"], &used["failed"]), (&json!(input), &json!(1)), "{used}");
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{used}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
