//! What an operator does over the admin routes, for tests that are about something else.

use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Answer, Api, id};
use crate::fakes::{Asked, Dialect, Fake, Fault, Plan, Saying};

pub const LLM: &str = "/api/v1/admin/llm";

/// A fake that lists its model `m` and says to the chat of each number (from 0) what the test decides.
pub async fn speaker(dialect: Dialect, brain: impl Fn(usize, &Asked) -> Plan + Send + Sync + 'static) -> Fake {
    let chats = AtomicUsize::new(0);
    Fake::start(dialect, move |asked| match dialect.asked_model(&asked.path, &asked.body) {
        Some(_) => brain(chats.fetch_add(1, Ordering::SeqCst), asked),
        None => Plan::fail(Saying::default(), Fault::json(200, &list(dialect))),
    })
    .await
}

/// A list of models as this dialect writes it.
fn list(dialect: Dialect) -> Value {
    match dialect {
        Dialect::Anthropic => json!({
            "data": [{ "type": "model", "id": "m", "display_name": "M", "created_at": "2026-01-01T00:00:00Z" }],
            "has_more": false, "first_id": "m", "last_id": "m",
        }),
        Dialect::Gemini => json!({ "models": [{
            "name": "models/m", "displayName": "M", "inputTokenLimit": 100_000, "outputTokenLimit": 8_000,
            "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
        }] }),
        Dialect::Ollama => json!({ "models": [{ "name": "m", "model": "m" }] }),
        Dialect::OpenAi | Dialect::OpenRouter | Dialect::Groq | Dialect::Vercel | Dialect::Compatible => {
            json!({ "object": "list", "data": [{ "id": "m", "object": "model", "created": 1, "owned_by": "fake" }] })
        }
    }
}

/// A provider on this machine, with these models and one key for each label.
pub async fn provider(admin: &Api, name: &str, fake: &Fake, models: &[&str], keys: &[&str]) -> Value {
    let credentials: Vec<Value> =
        keys.iter().map(|key| json!({ "label": key, "secret": format!("sk-{key}") })).collect();
    let body = json!({
        "name": name, "kind": fake.dialect.name(), "base_url": fake.base_url(), "private_network": true,
        "models": models, "credentials": credentials,
    });
    admin.post(&format!("{LLM}/providers"), body).await.expect(201)["provider"].clone()
}

/// A price in micro-USD a million tokens.
pub async fn price(admin: &Api, model: &str, input: i64, output: i64) {
    put(admin, "prices", json!({ "model": model, "input": input, "output": output })).await.expect(200);
}

pub async fn route(admin: &Api, name: &str, steps: &[(&str, bool)]) {
    let steps: Vec<Value> =
        steps.iter().map(|(model, may_continue)| json!({ "model": model, "may_continue": may_continue })).collect();
    let body = json!({ "name": name, "steps": steps, "enabled": true });
    admin.post(&format!("{LLM}/routes"), body).await.expect(201);
}

pub async fn limit(admin: &Api, body: Value) -> String {
    id(&put(admin, "limits", body).await.expect(200))
}

pub async fn rule(admin: &Api, pattern: &str, action: &str, direction: &str) -> String {
    let body = json!({ "pattern": pattern, "action": action, "direction": direction });
    id(&admin.post(&format!("{LLM}/rules"), body).await.expect(201))
}

pub async fn put(admin: &Api, what: &str, body: Value) -> Answer {
    admin.send(admin.request(Method::PUT, &format!("{LLM}/{what}")).json(&body)).await
}

/// Every call of the ledger, newest first.
pub async fn calls(admin: &Api) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("{LLM}/usage/calls?from=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z&limit=100{cursor}");
        let page = admin.get(&path).await.expect(200);
        all.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

/// The ledger once every call of it has its account. Accounts gather for a moment before they are written, so it is settled
/// when nothing more has come for longer than that.
pub async fn settled(admin: &Api) -> Vec<Value> {
    let quiet = std::time::Duration::from_millis(250);
    crate::wait::until("every call has its account", std::time::Duration::from_secs(20), || async {
        let before = calls(admin).await;
        tokio::time::sleep(quiet).await;
        let all = calls(admin).await;
        (before.len() == all.len() && all.iter().all(|call| call["state"] != "reserved")).then_some(all)
    })
    .await
}

pub async fn alerts(admin: &Api) -> Vec<Value> {
    let page = admin.get(&format!("{LLM}/alerts?limit=100")).await.expect(200);
    page["items"].as_array().cloned().unwrap_or_default()
}
