//! Secrets of providers: entered once, replaced, switched off, and never seen again.

use obrol_tests::api::{Api, id};
use obrol_tests::fakes::{Dialect, Fake, Fault, Plan, Saying};
use serde_json::{Value, json};

use super::{PROVIDERS, SECRET, bears, draft, house, keeper, list_of, refusal};

const OTHER: &str = "sk-other-secret-51d2e8";

/// Accepts both secrets.
async fn generous() -> Fake {
    Fake::start(Dialect::Compatible, |asked| {
        if !bears(asked, SECRET) && !bears(asked, OTHER) {
            return refusal(401);
        }
        Plan::fail(Saying::default(), Fault::json(200, &list_of(Dialect::Compatible, &["m"])))
    })
    .await
}

async fn credentials(admin: &Api, path: &str) -> Vec<Value> {
    admin.get(path).await.expect(200)["credentials"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_credential_is_added_replaced_switched_and_removed() {
    let (_server, _store, admin) = house().await;
    let fake = generous().await;
    let made = admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let path = format!("{PROVIDERS}/{}", id(&made["provider"]));
    let own = format!("{path}/credentials");
    let wrong = admin.post(&own, json!({"label": "bad", "secret": "sk-wrong"})).await;
    assert_eq!(wrong.body["upstream"]["credential"], "bad", "{}", wrong.text);
    assert_eq!(wrong.problem(422), "llm.probe_failed");
    assert_eq!(credentials(&admin, &path).await.len(), 1, "nothing was saved");
    let body = json!({"label": "second", "secret": OTHER, "weight": 3});
    let added = admin.post_once(&own, "add-1", body.clone()).await.expect(201);
    assert_eq!(admin.post_once(&own, "add-1", body.clone()).await.expect(201), added, "a repeat adds nothing");
    let second = &added["credential"];
    assert_eq!(
        (&second["label"], &second["weight"], &second["condition"]),
        (&json!("second"), &json!(3), &json!("ready"))
    );
    assert_eq!(added["probe"]["models"], 1);
    let labels: Vec<_> = credentials(&admin, &path).await.iter().map(|one| one["label"].clone()).collect();
    assert_eq!(labels, [json!("first"), json!("second")]);

    let one = format!("{own}/{}", id(second));
    let asked = fake.asked().len();
    let renamed = admin.patch(&one, None, json!({"label": "two", "weight": 5})).await.expect(200);
    assert_eq!((&renamed["credential"]["label"], &renamed["probe"]), (&json!("two"), &Value::Null));
    assert_eq!(fake.asked().len(), asked, "a label needs no trying out");
    let off = admin.patch(&one, None, json!({"enabled": false})).await.expect(200);
    assert_eq!(
        (&off["credential"]["state"], &off["credential"]["condition"]),
        (&json!("disabled"), &json!("disabled"))
    );
    let refused = admin.patch(&one, None, json!({"secret": "sk-wrong"})).await;
    assert_eq!(refused.problem(422), "llm.probe_failed");
    let on = admin.patch(&one, None, json!({"secret": SECRET})).await.expect(200);
    assert_eq!((&on["credential"]["state"], &on["probe"]["models"]), (&json!("active"), &json!(1)));
    for bad in [json!({"secret": null}), json!({"secret": ""}), json!({"weight": 1001}), json!({"key": "x"})] {
        assert_eq!(admin.patch(&one, None, bad.clone()).await.problem(422), "request.invalid", "{bad}");
    }
    // Of another provider it is none.
    let other = admin.post(PROVIDERS, draft("other", &fake)).await.expect(201);
    let elsewhere = format!("{PROVIDERS}/{}/credentials", id(&other["provider"]));
    assert_eq!(admin.post_once(&elsewhere, "add-1", body).await.problem(422), "request.idempotency_reused");
    let foreign = format!("{PROVIDERS}/{}/credentials/{}", id(&other["provider"]), id(second));
    assert_eq!(admin.patch(&foreign, None, json!({"label": "x"})).await.problem(404), "llm.credential_not_found");
    assert_eq!(admin.delete(&foreign).await.problem(404), "llm.credential_not_found");
    assert_eq!(admin.delete(&one).await.status, 204);
    assert_eq!(admin.delete(&one).await.problem(404), "llm.credential_not_found");
    assert_eq!(credentials(&admin, &path).await.len(), 1);
}

/// Whatever is asked and whatever fails: no answer, no line of the log and no row has the secret.
#[tokio::test]
async fn no_secret_is_ever_seen_again() {
    let (server, store, admin) = house().await;
    let fake = keeper(Dialect::OpenAi, SECRET).await;
    // One that says the secret back in its refusals, as some do.
    let parrot = Fake::start(Dialect::OpenAi, |asked| {
        let said = asked.header("authorization").unwrap_or_default();
        let body =
            json!({"error": {"message": format!("Incorrect API key provided: {said}"), "code": "invalid_api_key"}});
        Plan::fail(Saying::default(), Fault::json(401, &body))
    })
    .await;
    let mut heard = String::new();
    let mut hear = |answer: obrol_tests::api::Answer| {
        heard.push_str(&answer.text);
        heard.push_str(&format!("{:?}\n", answer.headers));
        answer
    };
    let mut first = draft("own", &fake);
    first["headers"] = json!({"X-Title": "header-value-4b1c"});
    let made = hear(admin.post_once(PROVIDERS, "once", first.clone()).await).expect(201);
    hear(admin.post_once(PROVIDERS, "once", first).await);
    let path = format!("{PROVIDERS}/{}", id(&made["provider"]));
    hear(admin.post(PROVIDERS, draft("parrot", &parrot)).await);
    let own = format!("{path}/credentials");
    let added = hear(admin.post(&own, json!({"label": "b", "secret": SECRET})).await).expect(201);
    hear(admin.patch(&format!("{own}/{}", id(&added["credential"])), None, json!({"secret": SECRET})).await);
    hear(admin.post(&own, json!({"label": "b", "secret": SECRET, "weight": SECRET})).await);
    hear(admin.post(&own, json!({"label": SECRET, "secret": [SECRET]})).await);
    hear(admin.post(&format!("{path}/probe"), Value::Null).await);
    hear(admin.patch(&path, Some("\"v1\""), json!({"name": "renamed"})).await);
    hear(admin.get(PROVIDERS).await);
    hear(admin.get(&path).await);
    hear(admin.get("/api/v1/admin/llm/models").await);
    assert!(fake.asked().iter().all(|asked| bears(asked, SECRET)), "it was used all the same");
    assert!(fake.asked().iter().all(|asked| asked.header("x-title") == Some("header-value-4b1c")));
    assert!(!heard.contains(SECRET), "{heard}");
    assert!(!heard.contains("header-value-4b1c"), "{heard}");
    assert!(!server.log().contains(SECRET), "{}", server.log());
    for (table, columns, there) in [
        ("llm_credentials", ["label", "sealed"], "first"),
        ("llm_providers", ["name", "headers"], "renamed"),
        ("idempotency_keys", ["headers", "response"], "first"),
    ] {
        let rows = store.texts(table, &columns).await;
        assert!(!rows.contains(SECRET) && !rows.contains("header-value-4b1c"), "{table}: {rows}");
        assert!(rows.contains(there), "{table} was read: {rows}");
    }
}
