//! API keys over HTTP: shown once, good for what they were made for, gone when they end.

use std::time::{Duration, Instant};

use obrol_tests::api::{Api, PASSWORD, id};
use obrol_tests::world::World;
use serde_json::{Value, json};

const KEYS: &str = "/api/v1/me/api-keys";
const SOON: Duration = Duration::from_secs(10);

async fn make(ani: &Api, scopes: &[&str]) -> (String, Api) {
    let made = ani.post(KEYS, json!({"name": "skrip", "scopes": scopes, "password": PASSWORD})).await.expect(201);
    let program = ani.with_token(made["text"].as_str().unwrap());
    (id(&made["key"]), program)
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_what_it_was_made_for() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let made =
        ani.post(KEYS, json!({"name": " Skrip ", "scopes": ["api", "usage"], "password": PASSWORD})).await.expect(201);
    let text = made["text"].as_str().unwrap().to_owned();
    let prefix = made["key"]["prefix"].as_str().unwrap();
    assert!(text.starts_with(&format!("obr_{prefix}_")), "{text}");
    assert_eq!((&made["key"]["name"], &made["key"]["scopes"]), (&json!("Skrip"), &json!(["usage", "api"])));
    let listed = ani.get(KEYS).await;
    assert!(!listed.text.contains(&text));
    assert_eq!(listed.expect(200)["items"].as_array().unwrap().len(), 1);
    // It does in /api/v1 what its owner does.
    let program = ani.with_token(&text);
    let conversation = program.conversation("fake/fake-tok20").await;
    let run = id(&program.ask(&conversation, "#a hello").await["run"]);
    assert_eq!(program.ended(&run, Duration::from_secs(20)).await["status"], "succeeded");
    assert_eq!(ani.messages(&conversation).await.len(), 2, "it is the owner's conversation");
    program.get("/api/v1/me/limits").await.expect(200);
    // Account, sessions and keys are the person's own.
    for path in ["/api/v1/me", "/api/v1/auth/sessions", KEYS] {
        assert_eq!(program.get(path).await.problem(403), "keys.person_only", "{path}");
    }
    for path in ["/api/v1/auth/logout", "/api/v1/auth/logout-all"] {
        assert_eq!(program.post(path, json!({})).await.problem(403), "keys.person_only", "{path}");
    }
    let another = json!({"name": "x", "scopes": ["api"], "password": PASSWORD});
    assert_eq!(program.post(KEYS, another.clone()).await.problem(403), "keys.person_only");
    assert_eq!(program.post_once(KEYS, "k", another).await.problem(403), "keys.person_only");
    assert_eq!(program.patch("/api/v1/me", None, json!({"display_name": "x"})).await.problem(403), "keys.person_only");
    assert_eq!(program.delete(&format!("{KEYS}/{}", id(&made["key"]))).await.problem(403), "keys.person_only");
    ani.get("/api/v1/me").await.expect(200);
    assert!(!world.server.log().contains(&text), "the key is in the log");
}

#[tokio::test]
async fn scopes_and_present_rights_both_count() {
    let world = World::start().await;
    let (admin, ani) = (world.server.admin().await, world.person("ani").await);
    let providers = "/api/v1/admin/llm/providers";
    let (_, chat) = make(&ani, &["chat", "models"]).await;
    for path in ["/api/v1/conversations", "/api/v1/me/usage", "/api/v1/me/limits"] {
        assert_eq!(chat.get(path).await.problem(403), "keys.scope_missing", "{path}");
    }
    assert_eq!(chat.get("/api/v1/me").await.problem(403), "keys.person_only");
    let (_, usage) = make(&ani, &["usage"]).await;
    usage.get("/api/v1/me/usage").await.expect(200);
    assert_eq!(usage.get("/api/v1/conversations").await.problem(403), "keys.scope_missing");
    // A scope is no right, and a right is no scope.
    let (_, hopeful) = make(&ani, &["admin", "api"]).await;
    assert_eq!(hopeful.get(providers).await.problem(403), "auth.admin_required");
    let (_, weak) = make(&admin, &["api", "usage"]).await;
    assert_eq!(weak.get(providers).await.problem(403), "keys.scope_missing");
    // Not the answer of a repeat, either, and it keeps nobody's key of a repeat busy.
    let body = json!({"title": "mine"});
    let mine = ani.post_once("/api/v1/conversations", "c", body.clone()).await.expect(201);
    assert_eq!(chat.post_once("/api/v1/conversations", "c", body.clone()).await.problem(403), "keys.scope_missing");
    assert_eq!(chat.post_once("/api/v1/conversations", "d", body.clone()).await.problem(403), "keys.scope_missing");
    assert_eq!(ani.post_once("/api/v1/conversations", "c", body).await.expect(201), mine);
    let (_, strong) = make(&admin, &["admin"]).await;
    strong.get(providers).await.expect(200);
    let rule = json!({"pattern": "word", "action": "flag", "direction": "in"});
    let made = strong.post_once("/api/v1/admin/llm/rules", "r", rule.clone()).await.expect(201);
    assert_eq!(strong.post_once("/api/v1/admin/llm/rules", "r", rule).await.expect(201), made);
    assert_eq!(strong.get("/api/v1/conversations").await.problem(403), "keys.scope_missing");
}

#[tokio::test]
async fn a_repeat_makes_one_key_and_never_shows_it_again() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let body = json!({"name": "a", "scopes": ["api"], "password": PASSWORD});
    let first = ani.post_once(KEYS, "make-1", body.clone()).await.expect(201);
    let again = ani.post_once(KEYS, "make-1", body.clone()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let again = again.expect(201);
    assert_eq!((&again["key"], &again["text"]), (&first["key"], &Value::Null));
    let other = ani.post_once(KEYS, "make-2", body).await.expect(201);
    assert_ne!(other["key"]["id"], first["key"]["id"]);
    for (table, columns) in [("idempotency_keys", ["headers", "response"]), ("api_keys", ["name", "prefix"])] {
        let rows = world.store.texts(table, &columns).await;
        assert!(rows.contains(first["key"]["prefix"].as_str().unwrap()), "{table} was read: {rows}");
        assert!(!rows.contains(first["text"].as_str().unwrap()), "{table}: {rows}");
    }
}

#[tokio::test]
async fn wrong_wishes_are_named() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    for (bad, pointer, code) in [
        (json!({"name": "", "scopes": ["api"], "password": PASSWORD}), "/name", "empty"),
        (json!({"name": "a", "scopes": [], "password": PASSWORD}), "/scopes", "empty"),
        (json!({"name": "a", "scopes": ["api", "fly"], "password": PASSWORD}), "/scopes/1", "wrong_value"),
        (json!({"name": "a", "scopes": ["api", "api"], "password": PASSWORD}), "/scopes/1", "duplicate"),
        (
            json!({"name": "a", "scopes": ["api"], "expires_at": "2020-01-01T00:00:00Z", "password": PASSWORD}),
            "/expires_at",
            "keys.expires_in_past",
        ),
        (
            json!({"name": "a", "scopes": ["api"], "expires_at": "2999-01-01T00:00:00Z", "password": PASSWORD}),
            "/expires_at",
            "keys.expires_too_late",
        ),
        (json!({"name": "a", "scopes": ["api"], "expires_at": "tomorrow"}), "/expires_at", "wrong_value"),
        (json!({"name": "a", "scopes": ["api"], "user": "x"}), "/user", "unknown"),
        (json!({"scopes": ["api"], "password": PASSWORD}), "/name", "missing"),
        (json!({"name": "a", "scopes": ["api"]}), "/password", "missing"),
        (json!({"name": "a", "scopes": ["api"], "password": "not it"}), "/password", "auth.password_wrong"),
    ] {
        let answer = ani.post(KEYS, bad.clone()).await;
        let fault = &answer.body["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!(pointer), &json!(code)), "{bad}: {}", answer.text);
    }
    assert_eq!(ani.get(&format!("{KEYS}?cursor=x")).await.problem(400), "request.malformed_cursor");
    let made_up = format!("obr_{}_{}", "a".repeat(8), "b".repeat(52));
    for text in [made_up.as_str(), "obr_", "obr_x_y"] {
        let answer = ani.with_token(text).get("/api/v1/conversations").await;
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"obrol\""));
        assert_eq!(answer.problem(401), "keys.invalid", "{text}");
    }
}

#[tokio::test]
async fn a_page_has_as_many_as_were_asked_for() {
    let world = World::start().await;
    let (ani, budi) = (world.person("ani").await, world.person("budi").await);
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, make(&ani, &["chat"]).await.0);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ani.get(&format!("{KEYS}?limit=2{cursor}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(id));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, made);
    assert_eq!(budi.get(KEYS).await.expect(200)["items"], json!([]));
    assert_eq!(budi.delete(&format!("{KEYS}/{}", made[0])).await.problem(404), "keys.not_found");
}

#[tokio::test]
async fn its_end_silences_it_at_once_and_its_streams_within_a_second() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let (key, program) = make(&ani, &["api"]).await;
    let (_, bystander) = make(&ani, &["api"]).await;
    let mut stream = program.events("/api/v1/events", None).await.expect("a stream");
    let mut other = bystander.events("/api/v1/events", None).await.expect("a stream");
    let ready = stream.soon(Duration::from_secs(5)).await.expect("an event");
    assert_eq!(ready.name, "stream.ready");
    assert_eq!(other.soon(Duration::from_secs(5)).await.expect("an event").name, "stream.ready");
    assert_eq!(ani.delete(&format!("{KEYS}/{key}")).await.status, 204);
    let since = Instant::now();
    assert_eq!(program.get("/api/v1/conversations").await.problem(401), "keys.revoked");
    assert_eq!(program.events("/api/v1/events", None).await.err(), Some(401));
    assert_eq!(stream.soon(Duration::from_secs(5)).await.expect("an event").name, "auth.expired");
    assert!(since.elapsed() < Duration::from_millis(1500), "{:?}", since.elapsed());
    assert_eq!(ani.delete(&format!("{KEYS}/{key}")).await.status, 204, "it had ended before");
    let listed = ani.get(KEYS).await.expect(200);
    let ended = listed["items"].as_array().unwrap().iter().find(|one| one["id"] == json!(key)).unwrap();
    assert!(ended["revoked_at"].is_string());
    // Nobody else's stream is touched.
    bystander.conversation("fake/fake-tok20").await;
    assert_eq!(other.soon(Duration::from_secs(5)).await.expect("an event").name, "conversation.created");
}

#[tokio::test]
async fn it_ends_by_itself_and_takes_its_streams_along() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let end = chrono::Utc::now() + chrono::Duration::milliseconds(3000);
    let body = json!({"name": "short", "scopes": ["api"], "expires_at": end.to_rfc3339(), "password": PASSWORD});
    let made = ani.post(KEYS, body).await.expect(201);
    let program = ani.with_token(made["text"].as_str().unwrap());
    let mut stream = program.events("/api/v1/events", None).await.expect("a stream");
    assert_eq!(stream.soon(Duration::from_secs(5)).await.expect("an event").name, "stream.ready");
    assert_eq!(stream.soon(Duration::from_secs(10)).await.expect("an event").name, "auth.expired");
    assert_eq!(program.get("/api/v1/conversations").await.problem(401), "keys.expired");
}

#[tokio::test]
async fn its_last_use_is_seen() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let (_, program) = make(&ani, &["api"]).await;
    assert_eq!(ani.get(KEYS).await.expect(200)["items"][0]["last_used_at"], Value::Null);
    program.get("/api/v1/conversations").await.expect(200);
    let since = Instant::now();
    loop {
        let used = ani.get(KEYS).await.expect(200)["items"][0]["last_used_at"].clone();
        if used.is_string() {
            break;
        }
        assert!(since.elapsed() < Duration::from_secs(10), "never noted");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn fifty_are_enough_for_anybody() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let mut last = String::new();
    for _ in 0..50 {
        last = make(&ani, &["chat"]).await.0;
    }
    let more = json!({"name": "x", "scopes": ["chat"], "password": PASSWORD});
    assert_eq!(ani.post(KEYS, more.clone()).await.problem(409), "keys.too_many");
    assert_eq!(ani.delete(&format!("{KEYS}/{last}")).await.status, 204);
    ani.post(KEYS, more).await.expect(201);
}

#[tokio::test]
async fn every_device_hears_of_a_key() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let mut elsewhere = ani.events("/api/v1/events", None).await.unwrap();
    assert_eq!(elsewhere.soon(SOON).await.unwrap().name, "stream.ready");
    let (made, _) = make(&ani, &["chat"]).await;
    let heard = elsewhere.soon(SOON).await.unwrap();
    assert_eq!((heard.name.as_str(), heard.data), ("keys.changed", json!({"change": "created", "name": "skrip"})));
    assert_eq!(ani.delete(&format!("{KEYS}/{made}")).await.status, 204);
    let heard = elsewhere.soon(SOON).await.unwrap();
    assert_eq!((heard.name.as_str(), heard.data), ("keys.changed", json!({"change": "revoked", "name": "skrip"})));
}

#[tokio::test]
async fn signing_out_everywhere_ends_keys_where_that_is_wanted() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let (_, program) = make(&ani, &["api"]).await;
    assert_eq!(ani.post("/api/v1/auth/logout-all", json!({"keys": true})).await.status, 422);
    assert_eq!(ani.post("/api/v1/auth/logout-all", json!({"api_keys": true})).await.status, 204);
    assert_eq!(program.get("/api/v1/conversations").await.problem(401), "keys.revoked");
    assert_eq!(ani.get(KEYS).await.problem(401), "auth.session_ended");
}

/// Whoever repeats with another password repeats; and nothing that is kept lets the password be guessed.
#[tokio::test]
async fn a_password_leaves_nothing_behind() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let body = |password: &str| json!({"name": "a", "scopes": ["api"], "password": password});
    let first = ani.post_once(KEYS, "make-1", body(PASSWORD)).await.expect(201);
    let again = ani.post_once(KEYS, "make-1", body("another")).await.expect(201);
    assert_eq!((&again["key"], &again["text"]), (&first["key"], &Value::Null));
}
