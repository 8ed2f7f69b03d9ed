//! A database that goes away: 503 with a hint, never a false yes, and everything goes on when it is back.

use std::time::Duration;

use obrol_tests::api::id;
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::follow;
use obrol_tests::proxy::Proxy;
use obrol_tests::server::{Server, Store};
use reqwest::Method;
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(60);

/// With a server in between, as PostgreSQL and MariaDB have; SQLite has its own test below.
async fn behind_proxy() -> Option<(Store, FakeLlm, Proxy, Server)> {
    let store = Store::fresh().await;
    let address = store.database.address()?;
    let proxy = Proxy::start(vec![address.clone()]).await;
    let fake = FakeLlm::start(&["fake-tok100-itl10"]).await;
    let mut server = Server::prepare(&store, "node");
    server.provider("FAKE", &fake);
    server.set("DATABASE_URL", &store.database.url()?.replace(&address, &proxy.address().to_string()));
    server.up().await;
    Some((store, fake, proxy, server))
}

#[tokio::test]
async fn a_database_that_is_cut_off_comes_back() {
    let Some((_store, fake, proxy, server)) = behind_proxy().await else {
        return sqlite_has_one_process().await;
    };
    let ani = server.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok100-itl10").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(150)).await;
        proxy.cut();
    }
    assert_eq!(follow(&ani, &run, PATIENCE).await.text(), Spec::of("fake-tok100").text("a"));
    proxy.refuse(true);
    proxy.cut();
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let body = json!({"client_message_id": "away", "content": [{"type": "text", "text": "#b hello"}]});
    let refused = ani.post(&path, body.clone()).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(ani.get("/healthz").await.status, 200, "the process lives");
    assert_eq!(ani.get("/readyz").await.status, 503);
    proxy.refuse(false);
    let accepted = ani.patiently(Method::POST, &path, Some(&body), PATIENCE).await.expect(202);
    let seen = follow(&ani, &id(&accepted["run"]), PATIENCE).await;
    assert_eq!(seen.text(), Spec::of("fake-tok100").text("b"));
    assert_eq!(ani.messages(&conversation).await.len(), 4);
    drop((server, fake));
}

/// A second process on the same file is refused, and says who has it.
async fn sqlite_has_one_process() {
    let store = Store::of(Kind::Sqlite).await;
    let server = Server::start(&store, None).await;
    let mut second = Server::prepare(&store, "second");
    second.spawn();
    let status = second.exit(Duration::from_secs(10)).await.expect("the second one ends");
    assert!(!status.success());
    assert!(second.log().contains(&server.pid().to_string()), "it names the holder: {}", second.log());
    assert_eq!(server.api().get("/readyz").await.status, 200, "the first one is unharmed");
}
