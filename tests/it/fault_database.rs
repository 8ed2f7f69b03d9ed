//! A database that goes away: 503 with a hint, never a false yes, and everything goes on when it is back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use obrol_tests::api::id;
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::fakes::{Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::follow::follow;
use obrol_tests::proxy::Proxy;
use obrol_tests::server::{Server, Store};
use obrol_tests::{operator, program, wait};
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

/// A key is refused while nobody can write that down: it is written when the database is back, without anybody asking again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_noticed_meanwhile_is_kept() {
    let Some((_store, _fake, proxy, server)) = behind_proxy().await else { return };
    let admin = server.admin().await;
    let refuses = Arc::new(AtomicBool::new(false));
    let switch = refuses.clone();
    let fake = Fake::start(Dialect::OpenAi, move |asked| {
        let refused = json!({"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}});
        match asked.method.as_str() {
            _ if switch.load(Ordering::SeqCst) => {
                Plan { first_ms: 1_000, ..Plan::fail(Saying::default(), Fault::json(401, &refused)) }
            }
            "GET" => Plan::fail(Saying::default(), Fault::json(200, &json!({"data": [{"id": "m"}]}))),
            _ => Plan::say(Saying::tokens("t", 3)),
        }
    })
    .await;
    operator::provider(&admin, "near", &fake, &["m"], &["first"]).await;
    let ani = program::of(&server.person("ani").await).await;
    let before = fake.asked().len();
    refuses.store(true, Ordering::SeqCst);
    let asking = tokio::spawn(async move { program::chat(&ani, program::question("near/m", "#a hello")).await });
    wait::until("the provider is asked", PATIENCE, || async { (fake.asked().len() > before).then_some(()) }).await;
    proxy.refuse(true);
    proxy.cut();
    assert!(!asking.await.unwrap().status.is_success());
    wait::until("it is noticed, and cannot be kept", PATIENCE, || async {
        server.log().contains("could not be kept yet").then_some(())
    })
    .await;
    proxy.refuse(false);
    let alerts = wait::until("it is kept", PATIENCE, || async {
        let answer = admin.patiently(Method::GET, "/api/v1/admin/llm/alerts?open=true", None, PATIENCE).await;
        let alerts = answer.expect(200)["items"].as_array().cloned().unwrap();
        (!alerts.is_empty()).then_some(alerts)
    })
    .await;
    assert_eq!((alerts.len(), &alerts[0]["kind"]), (1, &json!("credential_disabled")), "{alerts:?}");
    let providers = admin.get("/api/v1/admin/llm/providers").await.expect(200);
    let near = providers["items"].as_array().unwrap().iter().find(|one| one["name"] == "near").unwrap();
    assert_eq!(near["credentials"][0]["state"], "disabled", "{near}");
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
