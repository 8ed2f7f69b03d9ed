//! What is too much is refused early, in words that a client can act on.

mod metrics;

use std::time::Duration;

use obrol_tests::api::Api;
use obrol_tests::world::World;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn messages_a_minute() {
    let world = World::with(&["fake-tok20"], &[("OBROL_MESSAGES_PER_MINUTE", "3")]).await;
    let (ani, budi) = (world.person("ani").await, world.person("budi").await);
    let conversation = ani.conversation("fake/fake-tok20").await;
    for _ in 0..3 {
        ani.ask(&conversation, "#a hello").await;
    }
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let refused = ani.post(&path, json!({"content": [{"type": "text", "text": "one more"}]})).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
    assert!(refused.header("retry-after").is_some_and(|text| text.parse::<u64>().is_ok()));
    assert!(refused.header("ratelimit").is_some() && refused.header("ratelimit-policy").is_some());
    assert_eq!(ani.messages(&conversation).await.len(), 6, "nothing of the refused one was stored");
    let other = budi.conversation("fake/fake-tok20").await;
    budi.ask(&other, "#b each has their own").await;
}

#[tokio::test]
async fn bodies() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let huge = "x".repeat(8 * 1024 * 1024);
    let answer =
        ani.try_send(ani.request(Method::POST, &path).body(huge).header("content-type", "application/json")).await;
    // A server that hangs up on a body it will not read is right too.
    if let Ok(answer) = answer {
        assert_eq!(answer.status, 413, "{}", answer.text);
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let request = ani.request(Method::POST, &path).body(deep).header("content-type", "application/json");
    assert_eq!(ani.send(request).await.status.as_u16() / 100, 4);
    for (kind, body) in [("text/plain", "{}"), ("application/json", "{not json"), ("application/json", "")] {
        let answer = ani.send(ani.request(Method::POST, &path).header("content-type", kind).body(body)).await;
        assert_eq!(answer.status.as_u16() / 100, 4, "{kind} {body}: {}", answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    assert_eq!(ani.get("/readyz").await.status, 200, "and the process lives");
}

/// Who is not signed in is told so before the body is looked at.
#[tokio::test]
async fn the_door_comes_before_the_body() {
    let world = World::start().await;
    let api = world.server.api();
    for body in ["{not json", "", "[]"] {
        let request = api.request(Method::POST, "/api/v1/conversations").header("content-type", "application/json");
        assert_eq!(api.send(request.body(body)).await.status, 401);
    }
}

/// Readers that never read cost a bounded queue each, and nobody else anything.
#[tokio::test]
async fn readers_that_do_not_read_slow_nobody() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let mut zombies = Vec::new();
    for _ in 0..30 {
        // Opened and never polled again.
        zombies.push(ani.request(Method::GET, "/api/v1/events").send().await.unwrap());
    }
    let conversation = ani.conversation("fake/fake-tok500-itl10").await;
    let run = obrol_tests::api::id(&ani.ask(&conversation, "#a hello").await["run"]);
    let seen = obrol_tests::follow::follow(&ani, &run, Duration::from_secs(30)).await;
    assert_eq!(seen.text(), obrol_tests::fake_llm::spec::Spec::of("fake-tok500").text("a"));
    drop(zombies);
}

/// Guesses at accounts that are not there, each with what `forwarded` says; whether the source was slowed down within forty.
async fn slowed_down(api: &Api, forwarded: impl Fn(usize) -> String) -> bool {
    for number in 0..40 {
        let body = json!({"email": format!("{}@example.test", uuid::Uuid::now_v7()), "password": "a wrong password"});
        let request = api.request(Method::POST, "/api/v1/auth/login").header("x-forwarded-for", forwarded(number));
        match api.send(request.json(&body)).await.status.as_u16() {
            401 => {}
            429 => return true,
            other => panic!("{other}"),
        }
    }
    false
}

/// S49: without a proxy nobody is believed; with one, its entry alone, and of IPv6 the /64.
#[tokio::test]
async fn a_forged_source_changes_nothing() {
    let world = World::with(&[], &[]).await;
    let api = world.server.api();
    assert!(slowed_down(&api, |n| format!("203.0.113.{n}")).await, "a header is no address");
    let ani = world.person("ani").await;
    let devices = ani.get("/api/v1/auth/sessions").await.expect(200);
    assert_eq!(devices["items"][0]["source_ip"], "127.0.0.1");

    let world = World::with(&[], &[("OBROL_TRUSTED_PROXIES", "1")]).await;
    let api = world.server.api();
    assert!(!slowed_down(&api, |n| format!("203.0.113.{n}")).await, "forty customers of one proxy");
    assert!(slowed_down(&api, |n| format!("198.51.100.{n}, 192.0.2.7")).await, "what comes before is the caller's own");
    assert!(slowed_down(&api, |n| format!("2001:db8:7:7::{n:x}")).await, "one customer has a whole /64");
    assert!(!slowed_down(&api, |n| format!("2001:db8:8:{n:x}::1")).await, "another /64 is another customer");
    let request = api.request(Method::POST, "/api/v1/auth/register").header("x-forwarded-for", "10.9.9.9, 192.0.2.9");
    let body = json!({"email": "budi@example.test", "password": obrol_tests::api::PASSWORD});
    let joined = api.send(request.json(&body)).await.expect(201);
    let budi = api.with_token(joined["access_token"].as_str().unwrap());
    let devices = budi.get("/api/v1/auth/sessions").await.expect(200);
    assert_eq!(devices["items"][0]["source_ip"], "192.0.2.9");
}

/// A token that somebody made up is no token: its bearer has the limit of those who have none.
#[tokio::test]
async fn a_made_up_token_widens_no_limit() {
    let few = [("OBROL_RATE_ANONYMOUS_BURST", "20"), ("OBROL_RATE_ANONYMOUS_PER_SECOND", "1")];
    let world = World::with(&[], &few).await;
    let ani = world.person("ani").await;
    let [header, claims, signature] = <[&str; 3]>::try_from(ani.token().split('.').collect::<Vec<_>>()).unwrap();
    let unsigned = format!("{header}.{claims}.{}", signature.chars().rev().collect::<String>());
    for token in ["x", "a.b.c", &unsigned] {
        let pretender = world.server.api().with_token(token);
        let mut refused = 0;
        for _ in 0..60 {
            refused += u32::from(pretender.get("/api/v1/me").await.status == 429);
        }
        assert!(refused > 0, "{token} has the wide limit");
    }
    for _ in 0..60 {
        assert_eq!(ani.get("/api/v1/me").await.status, 200, "whoever is signed in is not limited with them");
    }
}
