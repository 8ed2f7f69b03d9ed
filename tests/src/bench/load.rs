//! The load: one question straight to the upstream or through Obrol, and many of them at once.

use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::question;
use crate::api::Api;
use crate::fake_llm::FakeLlm;
use crate::sse;

fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().expect("a client"))
}

/// Asks the upstream itself, reads to the end; gives the time to the first content.
pub async fn direct_once(fake: &FakeLlm, model: &str) -> Duration {
    let body = json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "#a hello"}]});
    let start = Instant::now();
    let url = format!("{}/chat/completions", fake.base_url());
    let mut answer = client().post(url).json(&body).send().await.expect("the upstream answers");
    let mut first = None;
    while let Ok(Some(piece)) = answer.chunk().await {
        if first.is_none() && contains(&piece, b"a.0 ") {
            first = Some(start.elapsed());
        }
    }
    first.expect("a first token")
}

fn contains(piece: &[u8], wanted: &[u8]) -> bool {
    piece.windows(wanted.len()).any(|part| part == wanted)
}

/// Asks through Obrol with the run's stream as the answer; gives the time to the first text. Reads to the end.
pub async fn through_once(api: &Api, conversation: &str) -> Duration {
    let start = Instant::now();
    let mut first = None;
    let mut stream = ask(api, conversation).await;
    while let Some(event) = stream.next().await {
        let text = event.data["text"].as_str().is_some_and(|text| !text.is_empty());
        if first.is_none() && matches!(event.name.as_str(), "run.delta" | "run.snapshot") && text {
            first = Some(start.elapsed());
        }
        assert_ne!(event.name, "run.failed", "{:?}", event.data);
    }
    first.expect("a first token")
}

/// The same, for the time of the whole answer.
pub async fn whole_through(api: &Api, conversation: &str) -> Duration {
    let start = Instant::now();
    let mut stream = ask(api, conversation).await;
    while let Some(event) = stream.next().await {
        assert_ne!(event.name, "run.failed", "{:?}", event.data);
    }
    start.elapsed()
}

async fn ask(api: &Api, conversation: &str) -> sse::Stream {
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let request = api.request(Method::POST, &path).header("accept", "text/event-stream").json(&question());
    let answer = request.send().await.expect("Obrol answers");
    assert!(answer.status().is_success(), "{}", answer.status());
    sse::Stream::new(answer)
}

/// Whole answers each second by so many clients.
pub async fn whole_answers<F, Fut>(clients: usize, time: Duration, once: F) -> f64
where
    F: Fn() -> Fut + Copy,
    Fut: Future<Output = Duration>,
{
    let done = AtomicU64::new(0);
    let start = Instant::now();
    let one = || async {
        while start.elapsed() < time {
            once().await;
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    futures_util::future::join_all((0..clients).map(|_| one())).await;
    done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}

/// Messages accepted (202) each second from so many people at once, each in a conversation of their own.
pub async fn accept(people: &[Api], time: Duration) -> f64 {
    let mut conversations = Vec::new();
    for api in people {
        conversations.push((api.clone(), api.conversation("fake/fake-tok20").await));
    }
    let start = Instant::now();
    let tasks: Vec<_> = conversations
        .into_iter()
        .map(|(api, conversation)| {
            tokio::spawn(async move {
                let path = format!("/api/v1/conversations/{conversation}/messages");
                let mut done = 0_u64;
                while start.elapsed() < time {
                    api.post(&path, question()).await.expect(202);
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("a client ends");
    }
    done as f64 / start.elapsed().as_secs_f64()
}
