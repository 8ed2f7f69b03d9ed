//! Redis is a helper: without it nodes are slower to wake, and nothing is lost.

use std::time::Duration;

use obrol_tests::api::id;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::follow;
use obrol_tests::redis::Redis;
use obrol_tests::server::{Server, Store};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_redis_that_dies_and_returns_costs_nothing() {
    let store = Store::fresh().await;
    let fake = FakeLlm::start(&["fake-tok100-itl10"]).await;
    let mut redis = Redis::start();
    let mut server = Server::prepare(&store, "node");
    server.provider("FAKE", &fake);
    server.set("REDIS_URL", &redis.url());
    server.up().await;
    let ani = server.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok100-itl10").await;
    let whole = |tag: &str| Spec::of("fake-tok100").text(tag);
    let first = id(&ani.ask(&conversation, "#a hello").await["run"]);
    redis.kill();
    assert_eq!(follow(&ani, &first, SOON).await.text(), whole("a"), "an answer under way goes on");
    assert_eq!(ani.get("/readyz").await.status, 200, "degraded, not dead");
    let second = id(&ani.ask(&conversation, "#b hello").await["run"]);
    assert_eq!(follow(&ani, &second, SOON).await.text(), whole("b"), "and new ones are worked");
    redis.restart();
    let third = id(&ani.ask(&conversation, "#c hello").await["run"]);
    assert_eq!(follow(&ani, &third, SOON).await.text(), whole("c"));
}

#[tokio::test]
async fn a_redis_that_was_never_there_does_not_stop_the_start() {
    let store = Store::fresh().await;
    let fake = FakeLlm::start(&["fake-tok20"]).await;
    let mut server = Server::prepare(&store, "node");
    server.provider("FAKE", &fake);
    server.set("REDIS_URL", &format!("redis://127.0.0.1:{}", obrol_tests::ports::free()));
    server.up().await;
    let ani = server.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    assert_eq!(follow(&ani, &run, SOON).await.text(), Spec::of("fake-tok20").text("a"));
}
