//! Obrol as it is measured: a key that has limits, a key that has none, both with a ledger; and whether that ledger is right.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::turn::Target;
use super::upstream::Counts;
use crate::admin;
use crate::api::{Api, PASSWORD, id};
use crate::database::Kind;
use crate::operator::{LLM, limit};
use crate::server::{Server, Store};
use crate::wait::until;

const PATH: &str = "/v1/chat/completions";
/// High enough never to be met, as what is measured is the way through the limits, not a refusal.
const REQUESTS_PER_MINUTE: u32 = 1_000_000;
const TOKENS_PER_DAY: i64 = 1_000_000_000_000;
/// Calls are settled behind their answers.
const SETTLED: Duration = Duration::from_secs(30);

/// A key of `/v1`.
struct Key {
    id: String,
    text: String,
}

pub struct Obrol {
    server: Server,
    _store: Store,
    quota: Key,
    ledger: Key,
    /// Answers that were asked for here to see whether the limits hold.
    pub tried: u64,
}

/// How many answers each key got.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answers {
    pub quota: u64,
    pub ledger: u64,
}

impl Obrol {
    /// Over the upstream's account `obrol`, with SQLite in a temporary folder.
    pub async fn start(upstream: &str) -> Self {
        let store = Store::of(Kind::Sqlite).await;
        let mut server = Server::prepare(&store, "gateway");
        server.set("OBROL_PROVIDER_BENCH_KIND", "compatible");
        server.set("OBROL_PROVIDER_BENCH_BASE_URL", &format!("{upstream}/obrol/v1"));
        server.set("OBROL_PROVIDER_BENCH_API_KEY", "sk-of-the-bench");
        server.set("OBROL_PROVIDER_BENCH_MODELS", &super::MODELS.join(","));
        // Counted as ever, with room for one address that asks for everybody.
        server.set("OBROL_RATE_SIGNED_BURST", "1000000000");
        server.set("OBROL_RATE_SIGNED_PER_SECOND", "1000000");
        server.up().await;
        let operator = server.admin().await;
        let (quota, ledger) = (key(&server.person("ani").await).await, key(&server.person("budi").await).await);
        limit(&operator, limits(&quota.id)).await;
        let mut started = Self { server, _store: store, quota, ledger, tried: 0 };
        started.limits_hold().await;
        let server = &started.server;
        let line = || async { server.log().contains(PATH).then_some(()) };
        until("a request stands in the log", Duration::from_secs(5), line).await;
        started
    }

    /// What was saved a moment ago is heard of, not read for each request.
    async fn limits_hold(&mut self) {
        let program = self.server.api().with_token(&self.quota.text);
        let start = Instant::now();
        loop {
            let body = json!({"model": "bench/bench-tok20", "messages": [{"role": "user", "content": "hello"}]});
            let answer = program.post(PATH, body).await;
            assert!(answer.status.is_success(), "{} {}\n{}", answer.status, answer.text, self.server.log_tail());
            self.tried += 1;
            if answer.header("ratelimit-policy").is_some_and(|policy| policy.starts_with("\"requests\"")) {
                return;
            }
            assert!(start.elapsed() < SETTLED, "the limit of requests does not hold within {SETTLED:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Its two columns.
    pub fn targets(&self) -> [Target; 2] {
        let target = |name: &str, key: &Key| Target {
            name: name.to_owned(),
            address: self.server.address(),
            path: PATH.to_owned(),
            key: key.text.clone(),
            model: "bench/{}".to_owned(),
            pid: Some(self.pid()),
        };
        [target("Obrol, limits and ledger", &self.quota), target("Obrol, ledger alone", &self.ledger)]
    }

    /// Ended in order and started again: its memory is as new.
    pub async fn renew(&mut self) {
        self.server.signal("TERM");
        let status = self.server.exit(Duration::from_secs(60)).await;
        assert!(status.is_some_and(|status| status.success()), "{status:?}\n{}", self.server.log_tail());
        self.server.up().await;
        self.limits_hold().await;
    }

    /// Compares the ledger with what the upstream said and with what the load heard, once all is settled.
    ///
    /// # Errors
    /// The figures that differ.
    pub async fn compare(&self, said: Counts, heard: Answers) -> Result<String, String> {
        let operator = self.server.api().log_in(admin::EMAIL).await;
        let start = Instant::now();
        loop {
            let told = operator.get(&format!("{LLM}/usage?by=api_key&limit=200")).await.expect(200);
            let heard = Answers { quota: heard.quota + self.tried, ..heard };
            let verdict = judge(&told, [&self.quota.id, &self.ledger.id], said, heard);
            if verdict.is_ok() || start.elapsed() > SETTLED {
                return verdict;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

/// What an operator is told of use by key, beside what the upstream said and what the load heard.
fn judge(told: &Value, keys: [&str; 2], said: Counts, heard: Answers) -> Result<String, String> {
    let total = &told["total"];
    let of = |key: &str| told["items"].as_array()?.iter().find(|item| item["key"] == key)?["calls"].as_u64();
    let found = json!({
        "calls": total["calls"], "input": total["input_tokens"], "output": total["output_tokens"],
        "failed": total["failed"], "estimated": total["estimated_calls"],
        "of the first key": of(keys[0]), "of the second": of(keys[1]),
    });
    let wanted = json!({
        "calls": said.answers + said.broken, "input": said.input_tokens, "output": said.output_tokens,
        "failed": said.broken, "estimated": 0, "of the first key": heard.quota, "of the second": heard.ledger,
    });
    if found == wanted {
        Ok(format!("equal: {} calls, {} tokens in, {} out", said.answers, said.input_tokens, said.output_tokens))
    } else {
        Err(format!("ledger {found}, upstream and load {wanted}"))
    }
}

fn limits(key: &str) -> Value {
    json!({"scope": "api_key", "subject": key, "requests_per_minute": REQUESTS_PER_MINUTE, "tokens_per_day": TOKENS_PER_DAY})
}

async fn key(person: &Api) -> Key {
    let body = json!({"name": "bench", "scopes": ["chat", "models"], "password": PASSWORD});
    let made = person.send(person.request(Method::POST, "/api/v1/me/api-keys").json(&body)).await.expect(201);
    let text = made["text"].as_str().unwrap_or_else(|| panic!("a key without its text: {made}")).to_owned();
    Key { id: id(&made["key"]), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_or_token_too_many_is_seen() {
        let counts = |calls: u64, tokens: u64| {
            let total = json!({"calls": calls, "failed": 0, "input_tokens": 17 * calls, "output_tokens": tokens, "estimated_calls": 0});
            json!({"items": [{"key": "a", "calls": calls - 1}, {"key": "b", "calls": 1}], "total": total})
        };
        let said = Counts { answers: 3, input_tokens: 51, output_tokens: 60, broken: 0 };
        let verdict = |told: &Value, quota| judge(told, ["a", "b"], said, Answers { quota, ledger: 1 });
        assert!(verdict(&counts(3, 60), 2).is_ok());
        assert!(verdict(&counts(4, 60), 2).is_err(), "a call");
        assert!(verdict(&counts(3, 61), 2).is_err(), "a token");
        assert!(verdict(&counts(3, 60), 3).is_err(), "an answer that nobody paid for");
        assert!(verdict(&json!({}), 2).is_err(), "nothing at all");
    }
}
