//! Several nodes on one database and one Redis, behind a proxy that sends every connection elsewhere: either may die.

mod leases;

use std::time::{Duration, Instant};

use obrol_tests::api::{Api, id, text_of};
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::{follow, follow_until};
use obrol_tests::proxy::Proxy;
use obrol_tests::redis::Redis;
use obrol_tests::server::{Server, Store};
use obrol_tests::watch::Watcher;
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(60);
const MODEL: &str = "fake-tok500-itl10";

/// Two nodes; on SQLite, which one process alone may have, the same tests run with one node that is both.
struct Nodes {
    nodes: Vec<Server>,
    proxy: Proxy,
    fake: FakeLlm,
    _redis: Redis,
    _store: Store,
}

impl Nodes {
    async fn start(env: &[(&str, &str)]) -> Self {
        let store = Store::fresh().await;
        let fake = FakeLlm::start(&[MODEL, "fake-tok20"]).await;
        let redis = Redis::start();
        let count = if store.database.kind() == Kind::Sqlite { 1 } else { 2 };
        let proxy = Proxy::start(Vec::new()).await;
        let mut nodes = Vec::new();
        for number in 0..count {
            let mut node = Server::prepare(&store, &format!("node{number}"));
            node.provider("FAKE", &fake);
            node.set("REDIS_URL", &redis.url());
            node.set("OBROL_PUBLIC_URL", &proxy.url());
            node.set("OBROL_DATA_DIR", &store.folder().join(format!("data{number}")).display().to_string());
            for (key, value) in env {
                node.set(key, value);
            }
            node.up().await;
            nodes.push(node);
        }
        proxy.backends(nodes.iter().map(Server::address).collect());
        Self { nodes, proxy, fake, _redis: redis, _store: store }
    }

    fn api(&self) -> Api {
        Api::anonymous(&self.proxy.url())
    }

    fn node(&self, number: usize) -> &Server {
        &self.nodes[number % self.nodes.len()]
    }
}

/// Each person's token works on every node, and what one node hears the other tells.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_one_node_hears_a_run_of_the_other() {
    let nodes = Nodes::start(&[]).await;
    let ani = nodes.api().register("ani@example.test").await;
    let (one, two) = (ani.at(&nodes.node(0).url), ani.at(&nodes.node(1).url));
    let watchers = [Watcher::ready(&one).await, Watcher::ready(&two).await];
    let conversation = one.conversation("fake/fake-tok20").await;
    for tag in ["a", "b", "c", "d", "e", "f"] {
        let asker = if tag < "d" { &one } else { &two };
        let run = id(&asker.ask(&conversation, &format!("#{tag} hello")).await["run"]);
        for watcher in &watchers {
            let seen = watcher.ended(&run, PATIENCE).await;
            assert_eq!((seen.text(), seen.faults), (Spec::of("fake-tok20").text(tag), vec![]), "{tag}");
        }
    }
}

/// The node that works a run dies at about token 50 of 500; the readers are on both nodes, and on the proxy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_node_may_die_in_an_answer() {
    for victim in 0..2 {
        let mut nodes = Nodes::start(&[]).await;
        let ani = nodes.api().register("ani@example.test").await;
        let conversation = ani.conversation(&format!("fake/{MODEL}")).await;
        let accepted = ani.ask(&conversation, "#a hello").await;
        let run = id(&accepted["run"]);
        let watcher = Watcher::open(&ani);
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let (ani, run) = (ani.clone(), run.clone());
                tokio::spawn(async move { follow(&ani, &run, PATIENCE).await })
            })
            .collect();
        follow_until(&ani, &run, PATIENCE, |reading| reading.text().split(' ').count() > 50).await;
        let count = nodes.nodes.len();
        nodes.nodes[victim % count].kill();
        let died = Instant::now();
        if count == 1 {
            nodes.nodes[0].up().await;
        }
        let whole = Spec::of(MODEL).text("a");
        for reader in readers {
            let seen = reader.await.unwrap();
            assert!(seen.text() == whole && seen.faults.is_empty(), "victim {victim}: {seen:?}");
        }
        let seen = watcher.ended(&run, PATIENCE).await;
        assert_eq!((seen.text(), seen.faults), (whole.clone(), vec![]));
        // 5 s of tokens, and at most 30 s until the lease is over and somebody else goes on.
        assert!(died.elapsed() < Duration::from_secs(40), "{:?}", died.elapsed());
        assert_eq!(text_of(&ani.messages(&conversation).await[0]), whole);
    }
}

/// A node that sleeps past its lease finds itself fenced: its late words change nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_slept_is_fenced() {
    let nodes = Nodes::start(&[("OBROL_RUN_LEASE", "3s")]).await;
    let ani = nodes.api().register("ani@example.test").await;
    let conversation = ani.conversation(&format!("fake/{MODEL}")).await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    follow_until(&ani, &run, PATIENCE, |reading| reading.text().len() > 100).await;
    // Whoever works it, the other node finishes: one after the other sleeps for longer than a lease.
    for node in &nodes.nodes {
        node.signal("STOP");
        tokio::time::sleep(Duration::from_secs(6)).await;
        node.signal("CONT");
    }
    let awake = ani.at(&nodes.node(1).url);
    let seen = follow(&awake, &run, PATIENCE).await;
    let whole = Spec::of(MODEL).text("a");
    assert_eq!((seen.text(), seen.faults), (whole.clone(), vec![]));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(text_of(&ani.messages(&conversation).await[0]), whole, "nothing was written after the end");
    assert_eq!(ani.run(&run).await["status"], "succeeded");
    assert_eq!(nodes.fake.ledger().of_tag("a").filter(|entry| entry.tokens == 500).count().min(1), 1);
}

/// SIGTERM: no new work, what runs is finished or handed over, readers come back elsewhere; exit 0.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_asked_to_end_drains() {
    let mut nodes = Nodes::start(&[]).await;
    let ani = nodes.api().register("ani@example.test").await;
    let conversation = ani.conversation(&format!("fake/{MODEL}")).await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let reader = {
        let (ani, run) = (ani.clone(), run.clone());
        tokio::spawn(async move { follow(&ani, &run, PATIENCE).await })
    };
    follow_until(&ani, &run, PATIENCE, |reading| reading.text().len() > 100).await;
    let count = nodes.nodes.len();
    for number in 0..count {
        nodes.nodes[number].signal("TERM");
        let status = nodes.nodes[number].exit(Duration::from_secs(35)).await.expect("it ends within its grace");
        assert_eq!(status.code(), Some(0), "{}", nodes.nodes[number].log_tail());
        nodes.nodes[number].up().await;
    }
    let seen = reader.await.unwrap();
    assert_eq!((seen.text(), seen.faults), (Spec::of(MODEL).text("a"), vec![]));
}

/// Stopping on another node than the one that works, and losing rights, act within a second everywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_and_signing_out_reach_the_other_node() {
    let nodes = Nodes::start(&[]).await;
    let ani = nodes.api().register("ani@example.test").await;
    let (one, two) = (ani.at(&nodes.node(0).url), ani.at(&nodes.node(1).url));
    for side in [&one, &two] {
        let conversation = side.conversation(&format!("fake/{MODEL}")).await;
        let run = id(&side.ask(&conversation, "#a hello").await["run"]);
        follow_until(side, &run, PATIENCE, |reading| reading.text().len() > 50).await;
        let start = Instant::now();
        let cancel = side.post(&format!("/api/v1/runs/{run}/cancel"), json!({})).await;
        assert!(cancel.status.is_success(), "{}", cancel.text);
        assert_eq!(one.ended(&run, PATIENCE).await["status"], "cancelled");
        assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
    }
    let mut stream = two.events("/api/v1/events", None).await.unwrap();
    assert_eq!(one.post("/api/v1/auth/logout-all", json!({})).await.status, 204);
    let end = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_millis(1500), end).await.expect("silence within a second on the other node");
    assert_eq!(two.get("/api/v1/me").await.status, 401);
}
