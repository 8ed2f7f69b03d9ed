//! What administrators configure over HTTP: providers and their secrets, models, prices, routes, limits, content rules.

mod alerts;
mod at_once;
mod hits;
mod providers;
mod refused;
mod secrets;
mod words;

use obrol_tests::api::Api;
use obrol_tests::fakes::{Asked, Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::server::{Server, Store};
use serde_json::{Value, json};

pub const PROVIDERS: &str = "/api/v1/admin/llm/providers";

/// The secret that the fakes of these tests accept; nothing like it may ever come out.
pub const SECRET: &str = "sk-very-secret-7f3a9c";

/// A server without providers, and who administers it.
pub async fn house() -> (Server, Store, Api) {
    let store = Store::fresh().await;
    let mut server = Server::prepare(&store, "node");
    server.set("OBROL_OLLAMA_PROBE", "no");
    server.up().await;
    let admin = server.admin().await;
    (server, store, admin)
}

/// Whether a request bears this secret, where its dialect has it.
pub fn bears(asked: &Asked, secret: &str) -> bool {
    let names = ["authorization", "x-api-key", "x-goog-api-key"];
    names.iter().filter_map(|name| asked.header(name)).any(|value| value.trim_start_matches("Bearer ") == secret)
}

/// The models of a list, as this dialect writes it.
pub fn list_of(dialect: Dialect, models: &[&str]) -> Value {
    let each = |make: fn(&str) -> Value| models.iter().map(|model| make(model)).collect::<Vec<_>>();
    match dialect {
        Dialect::Gemini => json!({"models": each(|model| json!({
            "name": format!("models/{model}"), "displayName": model, "supportedGenerationMethods": ["generateContent"]}))}),
        Dialect::Ollama => json!({"models": each(|model| json!({"name": model, "model": model}))}),
        Dialect::Anthropic => {
            json!({"data": each(|model| json!({"type": "model", "id": model, "display_name": model}))})
        }
        Dialect::OpenAi | Dialect::OpenRouter | Dialect::Groq | Dialect::Vercel | Dialect::Compatible => {
            json!({"object": "list", "data": each(|model| json!({"id": model, "name": model, "object": "model"}))})
        }
    }
}

pub fn refusal(status: u16) -> Plan {
    let body = json!({"error": {"message": "refused", "type": "error", "code": "refused"}});
    Plan::fail(Saying::default(), Fault::json(status, &body))
}

/// Lists two models and answers, to whoever bears the secret (Ollama: to anybody).
pub async fn keeper(dialect: Dialect, secret: &'static str) -> Fake {
    Fake::start(dialect, move |asked| {
        if dialect != Dialect::Ollama && !bears(asked, secret) {
            return refusal(401);
        }
        match asked.method.as_str() {
            "GET" => Plan::fail(Saying::default(), Fault::json(200, &list_of(dialect, &["m", "n"]))),
            _ if asked.path.ends_with("/show") => {
                Plan::fail(Saying::default(), Fault::json(200, &json!({"capabilities": ["completion"]})))
            }
            _ => Plan::say(Saying { model: "m".to_owned(), ..Saying::tokens("a", 20) }),
        }
    })
    .await
}

/// A provider at a fake, as its maker writes it.
pub fn draft(name: &str, fake: &Fake) -> Value {
    json!({
        "name": name, "kind": fake.dialect.name(), "base_url": fake.base_url(), "private_network": true,
        "credentials": [{"label": "first", "secret": SECRET}],
    })
}

/// The ETag of what is there.
pub async fn etag(api: &Api, path: &str) -> String {
    let answer = api.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.header("etag").expect("an ETag").to_owned()
}
