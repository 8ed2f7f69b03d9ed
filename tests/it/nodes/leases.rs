//! Who cannot renew a lease lets go in time, and who goes away tells the others.

use std::time::{Duration, Instant};

use obrol_tests::api::id;
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::ledger::Outcome;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::{follow, follow_until};
use obrol_tests::proxy::Proxy;
use obrol_tests::redis::Redis;
use obrol_tests::server::{Server, Store};

const PATIENCE: Duration = Duration::from_secs(60);
const MODEL: &str = "fake-tok500-itl30";

/// A node whose database falls silent stops asking the provider before another node asks it the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_its_database_lets_go_before_another_takes_over() {
    let store = Store::fresh().await;
    let Some(address) = store.database.address() else {
        return; // SQLite has one process: no lease, and nobody to take over.
    };
    let fake = FakeLlm::start(&[MODEL]).await;
    let redis = Redis::start();
    let way = Proxy::start(vec![address.clone()]).await;
    let mut nodes = Vec::new();
    for number in 0..2 {
        let mut node = Server::prepare(&store, &format!("node{number}"));
        node.provider("FAKE", &fake);
        node.set("REDIS_URL", &redis.url());
        node.set("OBROL_PUBLIC_URL", "http://chat.example.test");
        node.set("OBROL_RUN_LEASE", "6s");
        node.set("OBROL_DATA_DIR", &store.folder().join(format!("data{number}")).display().to_string());
        if number == 0 {
            node.set("DATABASE_URL", &store.database.url().unwrap().replace(&address, &way.address().to_string()));
        }
        node.up().await;
        nodes.push(node);
    }
    let ani = nodes[0].person("ani").await;
    let conversation = ani.conversation(&format!("fake/{MODEL}")).await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let other = ani.at(&nodes[1].url);
    follow_until(&ani, &run, PATIENCE, |reading| reading.text().len() > 100).await;
    way.silence(true);
    let outcomes = || fake.ledger().of_tag("a").map(|entry| entry.outcome.clone()).collect::<Vec<_>>();
    let taken_over = || async {
        let calls = outcomes();
        (calls.len() > 1).then_some(calls)
    };
    let calls = obrol_tests::wait::until("the other node takes over", PATIENCE, taken_over).await;
    assert_ne!(calls[0], Outcome::Open, "two nodes ask for one answer: {calls:?}");
    let seen = follow(&other, &run, PATIENCE).await;
    assert_eq!((seen.text(), seen.faults), (Spec::of(MODEL).text("a"), vec![]));
    assert_eq!(outcomes().len(), 2);
    way.silence(false);
}

/// What a node that is asked to end gives back is taken by another at once, not at its next look.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_node_gives_back_is_taken_at_once() {
    let store = Store::fresh().await;
    if store.database.kind() == Kind::Sqlite {
        return; // One process alone has the file.
    }
    let fake = FakeLlm::start(&[MODEL]).await;
    let redis = Redis::start();
    let prepared = |number: usize| {
        let mut node = Server::prepare(&store, &format!("node{number}"));
        node.provider("FAKE", &fake);
        node.set("REDIS_URL", &redis.url());
        node.set("OBROL_PUBLIC_URL", "http://chat.example.test");
        node.set("OBROL_SHUTDOWN_GRACE", "100ms");
        node.set("OBROL_DATA_DIR", &store.folder().join(format!("data{number}")).display().to_string());
        node
    };
    let (mut leaving, mut staying) = (prepared(0), prepared(1));
    leaving.up().await;
    staying.up().await;
    let ani = leaving.person("ani").await;
    let mut waits = Vec::new();
    for tag in ["a", "b", "c", "d"] {
        let conversation = ani.conversation(&format!("fake/{MODEL}")).await;
        let run = id(&ani.ask(&conversation, &format!("#{tag} hello")).await["run"]);
        follow_until(&ani, &run, PATIENCE, |reading| reading.text().len() > 50).await;
        leaving.signal("TERM");
        let calls = |wanted: fn(&[Outcome]) -> bool| {
            let seen: Vec<Outcome> = fake.ledger().of_tag(tag).map(|entry| entry.outcome.clone()).collect();
            wanted(&seen).then_some(())
        };
        let left = || async { calls(|seen| seen[0] != Outcome::Open) };
        obrol_tests::wait::until("the leaving node lets go", PATIENCE, left).await;
        let since = Instant::now();
        let taken = || async { calls(|seen| seen.len() == 2) };
        obrol_tests::wait::until("the other node goes on", PATIENCE, taken).await;
        waits.push(since.elapsed());
        let status = leaving.exit(PATIENCE).await.expect("it ends");
        assert_eq!(status.code(), Some(0), "{}", leaving.log_tail());
        leaving.kill();
        leaving.up().await;
        ani.at(&staying.url).post(&format!("/api/v1/runs/{run}/cancel"), serde_json::json!({})).await;
    }
    // A node that is not told looks after one to two seconds.
    assert!(waits.iter().all(|wait| *wait < Duration::from_millis(800)), "{waits:?}");
}
