//! What administrators must hear of, and the settings beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use obrol_tests::api::{Api, id};
use obrol_tests::fakes::{Dialect, Fake, Fault, Plan, Saying};
use serde_json::{Value, json};

use super::{PROVIDERS, draft, house, list_of, refusal};

const ALERTS: &str = "/api/v1/admin/llm/alerts";
const SETTINGS: &str = "/api/v1/admin/llm/settings";

async fn until(admin: &Api, what: &str, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let since = Instant::now();
    loop {
        let seen = admin.get(path).await.expect(200);
        if is_so(&seen) {
            return seen;
        }
        assert!(since.elapsed() < Duration::from_secs(10), "{what}: {seen}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A key that is refused while it is used is switched off for all, told of, and on again when it is replaced.
#[tokio::test]
async fn a_refused_credential_is_told_and_switched_on_again_by_another_secret() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let refuses = Arc::new(AtomicBool::new(false));
    let switch = refuses.clone();
    let fake = Fake::start(Dialect::Compatible, move |asked| match asked.method.as_str() {
        _ if switch.load(Ordering::SeqCst) => refusal(401),
        "GET" => Plan::fail(Saying::default(), Fault::json(200, &list_of(Dialect::Compatible, &["m"]))),
        _ => Plan::say(Saying::tokens("a", 3)),
    })
    .await;
    let made = admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let path = format!("{PROVIDERS}/{}", id(&made["provider"]));
    let credential = id(&made["provider"]["credentials"][0]);
    assert_eq!(admin.get(ALERTS).await.expect(200)["items"], json!([]));
    refuses.store(true, Ordering::SeqCst);
    let conversation = ani.conversation("own/m").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    assert_eq!(ani.ended(&run, Duration::from_secs(20)).await["status"], "failed");
    let open = format!("{ALERTS}?open=true");
    let told = until(&admin, "an alert", &open, |seen| seen["items"] != json!([])).await["items"][0].clone();
    assert_eq!(
        (&told["kind"], &told["level"], &told["provider"]),
        (&json!("credential_disabled"), &json!("critical"), &json!("own"))
    );
    assert_eq!((&told["details"], &told["subject"]), (&json!({"class": "auth"}), &json!(credential)));
    let seen = until(&admin, "switched off", &path, |seen| seen["credentials"][0]["state"] == "disabled").await;
    assert_eq!(seen["credentials"][0]["disabled_reason"], "auth");
    assert_eq!(seen["credentials"][0]["condition"], "disabled");

    let resolve = format!("{ALERTS}/{}/resolve", id(&told));
    assert_eq!(admin.post(&resolve, Value::Null).await.status, 204);
    assert_eq!(admin.post(&resolve, Value::Null).await.status, 204, "it was resolved before");
    assert_eq!(admin.get(&open).await.expect(200)["items"], json!([]));
    assert!(admin.get(ALERTS).await.expect(200)["items"][0]["resolved_at"].is_string());

    refuses.store(false, Ordering::SeqCst);
    let own = format!("{path}/credentials/{credential}");
    let on = admin.patch(&own, None, json!({"secret": "sk-another"})).await.expect(200);
    assert_eq!((&on["credential"]["state"], &on["credential"]["disabled_reason"]), (&json!("active"), &Value::Null));
    let conversation = ani.conversation("own/m").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    assert_eq!(ani.ended(&run, Duration::from_secs(20)).await["status"], "succeeded");
}

#[tokio::test]
async fn settings_are_read_and_set_as_a_whole() {
    let (_server, _store, admin) = house().await;
    let first = admin.get(SETTINGS).await.expect(200);
    assert_eq!((&first["daily_spend_alert_micros"], &first["cache_answers"]), (&Value::Null, &json!(false)));
    let with = |field: &str, value: Value| {
        let mut settings = first.clone();
        settings[field] = value;
        settings
    };
    for (bad, pointer) in [
        (with("daily_spend_alert_micros", json!(-1)), "/daily_spend_alert_micros"),
        (with("credit_critical_micros", json!(9_000_000)), "/credit_critical_micros"),
        (with("cache_answers", json!("yes")), "/cache_answers"),
        (with("colour", json!("blue")), "/colour"),
        (json!({}), "/credit_warning_micros"),
    ] {
        let answer = admin.put(SETTINGS, bad.clone()).await;
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{bad}: {}", answer.text);
    }
    assert_eq!(admin.get(SETTINGS).await.expect(200), first);
    let new = with("daily_spend_alert_micros", json!(2_500_000));
    assert_eq!(admin.put(SETTINGS, new.clone()).await.expect(200), new);
    assert_eq!(admin.get(SETTINGS).await.expect(200), new);
    let nobody = format!("{ALERTS}/00000000-0000-7000-8000-000000000001/resolve");
    assert_eq!(admin.post(&nobody, Value::Null).await.problem(404), "llm.alert_not_found");
}

/// What an operator has mended by another secret is no open matter any more: when it happens again it is told again.
#[tokio::test]
async fn another_secret_closes_the_alert_and_makes_room_for_the_next() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let refuses = Arc::new(AtomicBool::new(false));
    let switch = refuses.clone();
    let fake = Fake::start(Dialect::Compatible, move |asked| match asked.method.as_str() {
        _ if switch.load(Ordering::SeqCst) => refusal(401),
        "GET" => Plan::fail(Saying::default(), Fault::json(200, &list_of(Dialect::Compatible, &["m"]))),
        _ => Plan::say(Saying::tokens("a", 3)),
    })
    .await;
    let made = admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let own = format!("{PROVIDERS}/{}/credentials/{}", id(&made["provider"]), id(&made["provider"]["credentials"][0]));
    let open = format!("{ALERTS}?open=true");
    let mut told = Vec::new();
    for secret in ["sk-second", "sk-third"] {
        refuses.store(true, Ordering::SeqCst);
        let conversation = ani.conversation("own/m").await;
        let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
        assert_eq!(ani.ended(&run, Duration::from_secs(20)).await["status"], "failed");
        let seen = until(&admin, "an alert", &open, |seen| seen["items"] != json!([])).await;
        told.push(id(&seen["items"][0]));
        refuses.store(false, Ordering::SeqCst);
        admin.patch(&own, None, json!({"secret": secret})).await.expect(200);
        assert_eq!(admin.get(&open).await.expect(200)["items"], json!([]), "nobody had to close it");
    }
    assert_ne!(told[0], told[1]);
    assert_eq!(admin.get(ALERTS).await.expect(200)["items"].as_array().unwrap().len(), 2);
}
