//! `/v1/embeddings`: texts as vectors, with the same keys, retries, fallback and errors as conversations.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use obrol_tests::fakes::{Dialect, Fake, Fault, Plan};
use obrol_tests::program::error;
use obrol_tests::server::Store;
use serde_json::{Value, json};

use crate::v1_chat::over;

/// Vectors whose first number says which text they are of.
fn vectors(body: &Value) -> Value {
    let texts = body["input"].as_array().map_or(1, Vec::len);
    let length = body["dimensions"].as_u64().unwrap_or(3);
    // In an order that nobody should trust.
    let data = (0..texts).rev().map(|index| {
        let vector: Vec<f64> = (0..length).map(|at| if at == 0 { index as f64 } else { 0.25 }).collect();
        json!({"object": "embedding", "index": index, "embedding": vector})
    });
    let data: Vec<_> = data.collect();
    json!({"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 2 * texts, "total_tokens": 2 * texts}})
}

/// A fake that fails its first `failing` calls with this status.
async fn fake(failing: usize, status: u16) -> Fake {
    Fake::start(Dialect::Compatible, move |asked| {
        let fault = if asked.number < failing {
            Fault::json(status, &json!({"error": {"message": "sk-secret", "code": "made_to_fail"}}))
        } else {
            Fault::json(200, &vectors(&asked.body))
        };
        Plan { fault: Some(fault), ..Plan::default() }
    })
    .await
}

#[tokio::test]
async fn texts_become_vectors_in_their_order() {
    let store = Store::fresh().await;
    let fake = fake(0, 0).await;
    let (_server, program) = over(&store, &[("one", &fake)], &[]).await;
    let ask = |input: Value| program.post("/v1/embeddings", json!({"model": "one/m", "input": input, "user": "u"}));
    let one = ask(json!("hello")).await;
    assert_eq!(one.header("x-obrol-model"), Some("one/m"));
    let one = one.expect(200);
    assert_eq!((&one["object"], &one["model"]), (&json!("list"), &json!("one/m")));
    assert_eq!(one["data"], json!([{"object": "embedding", "index": 0, "embedding": [0.0, 0.25, 0.25]}]));
    assert_eq!(one["usage"], json!({"prompt_tokens": 2, "total_tokens": 2}));
    let three = ask(json!(["a", "日本", "c"])).await.expect(200);
    let firsts: Vec<_> =
        three["data"].as_array().unwrap().iter().map(|one| one["embedding"][0].as_f64().unwrap()).collect();
    assert_eq!(firsts, [0.0, 1.0, 2.0]);
    let asked = fake.asked().pop().unwrap();
    assert_eq!((asked.path.as_str(), &asked.body["input"]), ("/v1/embeddings", &json!(["a", "日本", "c"])));

    let body = json!({"model": "one/m", "input": ["a", "b"], "dimensions": 5, "encoding_format": "base64"});
    let coded = program.post("/v1/embeddings", body).await.expect(200);
    let bytes = STANDARD.decode(coded["data"][1]["embedding"].as_str().unwrap()).unwrap();
    let floats: Vec<f32> = bytes.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
    assert_eq!(floats, [1.0, 0.25, 0.25, 0.25, 0.25]);
    assert_eq!(fake.asked().pop().unwrap().body["dimensions"], 5);
}

#[tokio::test]
async fn what_is_no_text_is_refused() {
    let store = Store::fresh().await;
    let fake = fake(0, 0).await;
    let (_server, program) = over(&store, &[("one", &fake)], &[]).await;
    for (change, param) in [
        (json!({"input": [1, 2, 3]}), "input"),
        (json!({"input": [[1, 2], [3]]}), "input"),
        (json!({"input": []}), "input"),
        (json!({"input": ""}), "input[0]"),
        (json!({"input": ["a", ""]}), "input[1]"),
        (json!({"input": {"text": "a"}}), "input"),
        (json!({"input": vec!["a"; 2049]}), "input"),
        (json!({"dimensions": 0}), "dimensions"),
        (json!({"encoding_format": "hex"}), "encoding_format"),
        (json!({"input": null}), "input"),
    ] {
        let mut body = json!({"model": "one/m", "input": "a"});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let told = error(&program.post("/v1/embeddings", body).await, 400);
        assert_eq!(told["param"], param, "{told}");
    }
    assert_eq!(fake.asked().len(), 0, "nobody was asked");
    let told = error(&program.post("/v1/embeddings", json!({"model": "guide/guide", "input": "a"})).await, 400);
    assert_eq!(told["code"], "unsupported");
    let told = error(&program.post("/v1/embeddings", json!({"model": "nobody/m", "input": "a"})).await, 404);
    assert_eq!(told["code"], "model_not_found");
}

#[tokio::test]
async fn failures_are_retried_and_routed_around() {
    let store = Store::fresh().await;
    let (shaky, dead, good) = (fake(2, 503).await, fake(usize::MAX, 500).await, fake(0, 0).await);
    let locked = fake(usize::MAX, 401).await;
    let named = [("shaky", &shaky), ("dead", &dead), ("good", &good), ("locked", &locked)];
    let (server, program) = over(&store, &named, &[("SAFE", "dead/m,locked/m,good/m")]).await;
    let ask = |model: &str| program.post("/v1/embeddings", json!({"model": model, "input": "a"}));
    ask("shaky/m").await.expect(200);
    assert_eq!(shaky.asked().len(), 3, "asked again until it answered");
    let routed = ask("route/safe").await;
    assert_eq!(routed.header("x-obrol-model"), Some("good/m"), "{}", routed.text);
    assert_eq!(error(&ask("dead/m").await, 503)["code"], "provider_unavailable");
    assert_eq!(error(&ask("locked/m").await, 502)["code"], "provider_auth");
    assert!(!server.log().contains("sk-secret"));
}
