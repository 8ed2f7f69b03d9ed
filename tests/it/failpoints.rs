//! The process dies at every named point once, and the chat that it was in ends well after the restart.

use std::time::Duration;

use obrol_tests::api::{id, text_of};
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::follow;
use obrol_tests::server::{Server, Store};
use reqwest::Method;
use serde_json::json;

const MODEL: &str = "fake-tok40-itl5";
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
    let fake = FakeLlm::start(&[MODEL]).await;
    let mut server = Server::prepare(&store, "node");
    server.provider("FAKE", &fake);
    server.up().await;
    let ani = server.person("ani").await;
    let conversation = ani.conversation(&format!("fake/{MODEL}")).await;
    // Armed only now: starting and joining pass some of the points too.
    server.signal("TERM");
    server.exit(PATIENCE).await.expect("it ends when asked");
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
    // A cancelled or failed run passes points that a good one does not: both are asked for, in other conversations.
    let extra = tokio::spawn(others(ani.clone()));
    let died = server.exit(Duration::from_secs(12)).await;
    server.kill();
    server.unset("OBROL_FAILPOINT");
    server.up().await;
    let (accepted, seen) = obrol_tests::wait::within(name, PATIENCE, asker).await.unwrap();
    extra.abort();
    let run = ani.ended(&id(&accepted["run"]), PATIENCE).await;
    assert_eq!(run["status"], "succeeded", "{name}: {run}");
    let whole = Spec::of(MODEL).text("a");
    assert_eq!((seen.text(), seen.faults), (whole.clone(), vec![]), "{name}");
    let stored = ani.messages(&conversation).await;
    assert_eq!(stored.len(), 2, "{name}: one question, one answer");
    assert_eq!(text_of(&stored[0]), whole, "{name}");
    let again = ani.post(&path, body).await;
    assert_eq!(again.body["message"]["id"], accepted["message"]["id"], "{name}");
    died.is_some_and(|status| !status.success())
}

/// A run that is stopped and one whose model does not exist, over and over until the test has what it wants.
async fn others(api: obrol_tests::api::Api) {
    loop {
        let Ok(made) = api.try_send(api.request(Method::POST, "/api/v1/conversations").json(&json!({}))).await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Some(conversation) = made.body["id"].as_str() else { continue };
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let body = json!({"content": [{"type": "text", "text": "#x hello"}], "model": format!("fake/{MODEL}")});
        if let Ok(asked) = api.try_send(api.request(Method::POST, &path).json(&body)).await {
            let run = asked.body["run"]["id"].as_str().unwrap_or_default().to_owned();
            tokio::time::sleep(Duration::from_millis(100)).await;
            let cancel = api.request(Method::POST, &format!("/api/v1/runs/{run}/cancel")).json(&json!({}));
            let _ = api.try_send(cancel).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
