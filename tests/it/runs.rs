//! A question becomes an answer: streaming, stopping, failing, resuming, answering twice.

mod ending;
mod queue;

use std::time::{Duration, Instant};

use obrol_tests::api::{id, text_of};
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::{follow, follow_until};
use obrol_tests::sse;
use obrol_tests::world::World;
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn an_answer_streams_and_is_stored() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok100-itl5").await;
    let accepted = ani.ask(&conversation, "#a hello").await;
    assert_eq!(accepted["message"]["status"], "complete");
    assert_eq!(accepted["message"]["author"]["type"], "user");
    assert_eq!(accepted["answer"]["author"]["type"], "assistant");
    assert_eq!(accepted["answer"]["parent_id"], accepted["message"]["id"]);
    let run = id(&accepted["run"]);
    let seen = follow(&ani, &run, SOON).await;
    let whole = Spec::of("fake-tok100").text("a");
    assert_eq!(seen.text(), whole);
    assert_eq!(seen.final_text().as_deref(), Some(whole.as_str()));
    assert_eq!((seen.rewinds, seen.faults.len()), (0, 0));
    let stored = ani.messages(&conversation).await;
    assert_eq!(stored.len(), 2);
    assert_eq!(text_of(&stored[0]), whole, "newest first");
    assert_eq!(stored[0]["status"], "complete");
    let run = ani.run(&run).await;
    assert_eq!((run["status"].as_str(), run["attempt"].as_u64()), (Some("succeeded"), Some(1)));
    assert_eq!(run["usage"]["output_tokens"], 100);
    assert_eq!(run["usage"]["estimated"], false);
}

#[tokio::test]
async fn one_call_can_ask_and_listen() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let body = json!({"content": [{"type": "text", "text": "#a hello"}]});
    let request = ani.request(reqwest::Method::POST, &format!("/api/v1/conversations/{conversation}/messages"));
    let answer = request.header("accept", "text/event-stream").json(&body).send().await.unwrap();
    assert!(answer.status().is_success());
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    assert!(answer.headers()["cache-control"].to_str().unwrap().starts_with("no-store"));
    assert_eq!(answer.headers()["x-accel-buffering"], "no");
    let mut stream = sse::Stream::new(answer);
    let mut reading = obrol_tests::follow::Reading::default();
    while reading.end.is_none() {
        let event = stream.soon(SOON).await.expect("the stream ends with the run");
        reading.apply(&event);
    }
    assert_eq!(reading.text(), Spec::of("fake-tok20").text("a"));
    assert!(stream.soon(SOON).await.is_none(), "nothing after the end");
}

#[tokio::test]
async fn stopping_is_quick_and_keeps_the_text() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok500-itl10").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    follow_until(&ani, &run, SOON, |reading| reading.text().len() > 50).await;
    let start = Instant::now();
    let answer = ani.post(&format!("/api/v1/runs/{run}/cancel"), json!({})).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    let ended = ani.ended(&run, SOON).await;
    let took = start.elapsed();
    assert_eq!(ended["status"], "cancelled");
    assert!(took < Duration::from_secs(1), "stopping took {took:?}");
    let stored = ani.messages(&conversation).await;
    assert_eq!(stored[0]["status"], "cancelled");
    let text = text_of(&stored[0]);
    let whole = Spec::of("fake-tok500").text("a");
    assert!(text.len() > 50 && whole.starts_with(&text), "{text}");
    assert_eq!(follow(&ani, &run, SOON).await.text(), text, "who comes later sees the same");
    // The upstream is left at once: what nobody reads is not paid for.
    let left = || async { (world.fake.ledger().entries[0].tokens < 500).then_some(()) };
    obrol_tests::wait::until("the upstream is left", Duration::from_secs(2), left).await;
}

#[tokio::test]
async fn a_queued_run_can_be_stopped_too() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok500-itl10").await;
    let first = ani.ask(&conversation, "#a hello").await;
    let second = ani.ask(&conversation, "#b hello").await;
    let second = id(&second["run"]);
    // One conversation answers one question at a time.
    assert_eq!(ani.run(&second).await["status"], "queued");
    ani.post(&format!("/api/v1/runs/{second}/cancel"), json!({})).await;
    assert_eq!(ani.ended(&second, SOON).await["status"], "cancelled");
    let first = id(&first["run"]);
    assert_eq!(ani.run(&first).await["status"], "running");
    ani.post(&format!("/api/v1/runs/{first}/cancel"), json!({})).await;
    ani.ended(&first, SOON).await;
}

#[tokio::test]
async fn questions_of_one_conversation_are_answered_in_turn() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let mut runs = Vec::new();
    for tag in ["a", "b", "c"] {
        runs.push((tag, id(&ani.ask(&conversation, &format!("#{tag} hello")).await["run"])));
    }
    for (tag, run) in &runs {
        assert_eq!(follow(&ani, run, SOON).await.text(), Spec::of("fake-tok20").text(tag));
    }
    let started: Vec<String> = {
        let mut started = Vec::new();
        for (_, run) in &runs {
            started.push(ani.run(run).await["started_at"].as_str().unwrap().to_owned());
        }
        started
    };
    assert!(started.is_sorted(), "{started:?}");
    let ledger = world.fake.ledger();
    let seen: Vec<&str> = ledger.of_tag("c").next().unwrap().messages.iter().map(|(role, _)| role.as_str()).collect();
    assert!(seen.ends_with(&["user", "assistant", "user", "assistant", "user"]), "the history is sent along: {seen:?}");
}

#[tokio::test]
async fn who_joins_late_has_it_all() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok100-itl5").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let whole = Spec::of("fake-tok100").text("a");
    let mut readers = Vec::new();
    for late in [0, 50, 150, 300, 450, 900] {
        let (ani, run) = (ani.clone(), run.clone());
        readers.push(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(late)).await;
            follow(&ani, &run, SOON).await
        }));
    }
    for reader in readers {
        let seen = reader.await.unwrap();
        assert_eq!((seen.text(), seen.faults), (whole.clone(), vec![]));
    }
}

#[tokio::test]
async fn an_answer_can_be_had_again() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let first = ani.ask(&conversation, "#a hello").await;
    follow(&ani, &id(&first["run"]), SOON).await;
    let answer = id(&first["answer"]);
    let path = format!("/api/v1/conversations/{conversation}/messages/{answer}/regenerate");
    let second = ani.post(&path, json!({})).await.expect(202);
    assert_eq!(second["message"]["id"], first["message"]["id"]);
    assert_ne!(second["answer"]["id"], first["answer"]["id"]);
    assert_eq!(second["answer"]["parent_id"], first["message"]["id"]);
    let seen = follow(&ani, &id(&second["run"]), SOON).await;
    assert_eq!(seen.text(), Spec::of("fake-tok20").text("a"));
    assert_eq!(ani.messages(&conversation).await.len(), 3);
    let head = ani.get(&format!("/api/v1/conversations/{conversation}")).await.expect(200);
    assert_eq!(head["head_message_id"], second["answer"]["id"]);
}

#[tokio::test]
async fn the_guide_answers_without_any_provider() {
    let world = World::with(&[], &[]).await;
    let ani = world.person("ani").await;
    let models = ani.get("/api/v1/models").await.expect(200);
    let guide = models["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|model| model["id"].as_str().is_some_and(|id| id.starts_with("guide/")));
    let guide = guide.unwrap_or_else(|| panic!("no guide among {models}"))["id"].as_str().unwrap().to_owned();
    let conversation = ani.conversation(&guide).await;
    let run = id(&ani.ask(&conversation, "How do I connect a provider?").await["run"]);
    let seen = follow(&ani, &run, SOON).await;
    assert_eq!(seen.end.as_ref().unwrap().0, "succeeded");
    assert!(seen.text().to_lowercase().contains("provider"), "{}", seen.text());
}
