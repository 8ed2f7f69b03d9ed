//! The process dies at every named point once, and the chat that it was in ends well after the restart.

use std::time::Duration;

use obrol_tests::api::{Api, id, text_of};
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::{follow, follow_until};
use obrol_tests::server::{Server, Store};
use reqwest::Method;
use serde_json::json;

const MODEL: &str = "fake-tok40-itl5";
const SLOW: &str = "fake-tok100-itl10";
const PATIENCE: Duration = Duration::from_secs(60);

/// Points of the SQLite writer, which other databases do not have.
fn passed_on(name: &str, kind: Kind) -> bool {
    kind == Kind::Sqlite || !name.starts_with("persistence.")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_at_each_point_loses_nothing() {
    let mut untried = Vec::new();
    for name in failpoint::ALL {
        if !passed_on(name, Kind::asked()) {
            continue;
        }
        eprintln!("failpoint {name}");
        if !die_at(name).await {
            untried.push(*name);
        }
    }
    assert_eq!(untried, Vec::<&str>::new(), "points that no chat passes");
}

/// Whether the server died there.
async fn die_at(name: &str) -> bool {
    let store = Store::fresh().await;
    let fake = FakeLlm::start(&[MODEL, SLOW]).await;
    let mut server = Server::prepare(&store, "node");
    server.provider("FAKE", &fake);
    // Titles by a model are jobs: the queue of jobs has points too.
    server.set("OBROL_TITLE_MODEL", &format!("fake/{MODEL}"));
    server.up().await;
    let ani = server.person("ani").await;
    let conversation = ani.conversation(&format!("fake/{MODEL}")).await;
    // A run that was under way when the process was killed: the next start rescues it, which has points of its own.
    let orphaned = ani.conversation(&format!("fake/{SLOW}")).await;
    let orphan = id(&ani.ask(&orphaned, "#o hello").await["run"]);
    follow_until(&ani, &orphan, PATIENCE, |reading| !reading.text().is_empty()).await;
    server.kill();
    // Armed only now: starting afresh and joining pass some of the points too.
    server.set("OBROL_FAILPOINT", &format!("{name}:abort"));
    server.spawn();
    let body = json!({"client_message_id": "once", "content": [{"type": "text", "text": "#a hello"}]});
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let (asking, asked_path, asked_body) = (ani.clone(), path.clone(), body.clone());
    let asker = tokio::spawn(async move {
        let accepted = asking.patiently(Method::POST, &asked_path, Some(&asked_body), PATIENCE).await.expect(202);
        let run = id(&accepted["run"]);
        (accepted, follow(&asking, &run, PATIENCE).await)
    });
    // Stopped runs pass points that a good one does not: some are made, in other conversations.
    let others = tokio::spawn(stopped_runs(ani.clone()));
    let died = server.exit(Duration::from_secs(12)).await;
    others.abort();
    server.kill();
    server.unset("OBROL_FAILPOINT");
    server.up().await;
    let (accepted, seen) = obrol_tests::wait::within(name, PATIENCE, asker).await.unwrap();
    for (run, tag, model, text) in [
        (id(&accepted["run"]), "a", MODEL, seen.text()),
        (orphan.clone(), "o", SLOW, follow(&ani, &orphan, PATIENCE).await.text()),
    ] {
        let ended = ani.ended(&run, PATIENCE).await;
        assert_eq!(ended["status"], "succeeded", "{name}: {ended}");
        assert_eq!(text, Spec::of(model).text(tag), "{name}");
    }
    assert_eq!(seen.faults, Vec::<String>::new(), "{name}");
    for (conversation, tag, model) in [(&conversation, "a", MODEL), (&orphaned, "o", SLOW)] {
        let stored = ani.messages(conversation).await;
        assert_eq!(stored.len(), 2, "{name}: one question, one answer");
        assert_eq!(text_of(&stored[0]), Spec::of(model).text(tag), "{name}");
    }
    let again = ani.post(&path, body).await;
    assert_eq!(again.body["message"]["id"], accepted["message"]["id"], "{name}");
    died.is_some_and(|status| !status.success())
}

/// A running and a queued run that are both stopped, over and over until the test has what it wants.
async fn stopped_runs(api: Api) {
    loop {
        let _ = stop_two(&api).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn stop_two(api: &Api) -> reqwest::Result<()> {
    let made = api.try_send(api.request(Method::POST, "/api/v1/conversations").json(&json!({}))).await?;
    let conversation = made.body["id"].as_str().unwrap_or_default().to_owned();
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let body = json!({"content": [{"type": "text", "text": "#x hello"}], "model": format!("fake/{SLOW}")});
    let mut runs = Vec::new();
    for _ in 0..2 {
        let asked = api.try_send(api.request(Method::POST, &path).json(&body)).await?;
        runs.push(asked.body["run"]["id"].as_str().unwrap_or_default().to_owned());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for run in runs.iter().rev() {
        api.try_send(api.request(Method::POST, &format!("/api/v1/runs/{run}/cancel")).json(&json!({}))).await?;
    }
    Ok(())
}
