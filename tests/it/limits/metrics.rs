//! What anybody may send must not make the measurements grow.

use std::collections::BTreeSet;

use obrol_tests::api::Api;
use obrol_tests::fakes::{Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::program::{self, chat, question};
use obrol_tests::server::{Server, Store};
use obrol_tests::world::World;
use obrol_tests::{operator, raw};
use serde_json::json;

#[tokio::test]
async fn invented_methods_share_one_label() {
    let world = World::with(&[], &[]).await;
    let api = world.server.api();
    for number in 0..100 {
        let mut connection = raw::connect(&api).await;
        let line = raw::status_line(&mut connection, &format!("INVENTED{number}"), "/api/v1/me").await;
        assert!(line.contains(" 4"), "INVENTED{number}: {line}");
    }
    let metrics = Api::anonymous(&world.server.metrics_url).get("/metrics").await;
    let labels: BTreeSet<&str> =
        metrics.text.split("method=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(labels.contains("other"), "{labels:?}");
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
    assert!(labels.iter().all(|label| known.contains(label)), "{labels:?}");
    let of_ours = metrics.text.lines().filter(|line| line.starts_with("obrol_http_requests_total")).count();
    assert!(of_ours < 20, "{of_ours} lines for requests");
}

/// Embeddings trust any name at a provider, for lists rarely have them: what people type is no label.
#[tokio::test]
async fn invented_models_share_one_label() {
    let store = Store::fresh().await;
    let fake = Fake::start(Dialect::OpenAi, |asked| match asked.method.as_str() {
        "GET" => Plan::fail(Saying::default(), Fault::json(200, &json!({"data": [{"id": "listed"}]}))),
        _ if asked.path.ends_with("/embeddings") => {
            Plan::fail(Saying::default(), Fault::json(404, &json!({"error": {"message": "no such model"}})))
        }
        _ => Plan::say(Saying::tokens("t", 3)),
    })
    .await;
    let server = Server::start(&store, None).await;
    let admin = server.admin().await;
    operator::provider(&admin, "near", &fake, &[], &["first"]).await;
    let program = program::of(&server.person("ani").await).await;
    assert_eq!(chat(&program, question("near/listed", "#a hello")).await.status, 200);
    for number in 0..30 {
        let answer =
            program.post("/v1/embeddings", json!({"model": format!("near/invented-{number}"), "input": "x"})).await;
        assert_eq!(answer.status.as_u16() / 100, 4, "{}", answer.text);
    }
    let asked = fake.asked().iter().filter(|asked| asked.path.ends_with("/embeddings")).count();
    assert!(asked >= 30, "the provider was asked for them: {asked}");
    let metrics = Api::anonymous(&server.metrics_url).get("/metrics").await;
    let ours = metrics.text.lines().filter(|line| line.starts_with("obrol_llm_"));
    let labels: BTreeSet<&str> =
        ours.filter_map(|line| line.split("model=\"").nth(1)).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(labels, BTreeSet::from(["listed", "other"]));
}
