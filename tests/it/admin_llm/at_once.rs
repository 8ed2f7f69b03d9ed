//! What is configured holds from the next question on, without a restart.

use std::time::Duration;

use obrol_tests::api::{Api, PASSWORD, id, text_of};
use obrol_tests::fakes::{Dialect, Fake, Fault, Plan, Saying};
use serde_json::{Value, json};

use super::{PROVIDERS, SECRET, bears, draft, etag, house, keeper, list_of, refusal};

const SOON: Duration = Duration::from_secs(20);

async fn ask(person: &Api, model: &str) -> (Value, String) {
    let conversation = person.conversation(model).await;
    let run = id(&person.ask(&conversation, "#a hello").await["run"]);
    let run = person.ended(&run, SOON).await;
    let answer = person.messages(&conversation).await.remove(0);
    (run, text_of(&answer))
}

async fn offered(person: &Api) -> Vec<String> {
    let list = person.get("/api/v1/models").await.expect(200);
    list["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_provider_can_be_asked_as_soon_as_it_is_saved_and_no_longer_than_it_is_there() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let fake = keeper(Dialect::OpenAi, SECRET).await;
    let made = admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let path = format!("{PROVIDERS}/{}", id(&made["provider"]));
    assert!(offered(&ani).await.contains(&"own/m".to_owned()));
    let (run, text) = ask(&ani, "own/m").await;
    assert_eq!((&run["status"], text.split_whitespace().count()), (&json!("succeeded"), 20), "{run}");
    let seen = admin.get(&path).await.expect(200);
    assert_eq!(
        (&seen["health"]["models"][0]["model"], &seen["health"]["models"][0]["calls"]),
        (&json!("m"), &json!(1))
    );

    // Another name, then switched off, then gone.
    let version = etag(&admin, &path).await;
    admin.patch(&path, Some(&version), json!({"name": "renamed"})).await.expect(200);
    assert_eq!(ask(&ani, "renamed/m").await.0["status"], "succeeded");
    assert!(!offered(&ani).await.contains(&"own/m".to_owned()));
    let version = etag(&admin, &path).await;
    admin.patch(&path, Some(&version), json!({"enabled": false})).await.expect(200);
    assert!(!offered(&ani).await.iter().any(|model| model.starts_with("renamed/")));
    let version = etag(&admin, &path).await;
    admin.patch(&path, Some(&version), json!({"enabled": true})).await.expect(200);
    assert!(offered(&ani).await.contains(&"renamed/m".to_owned()));
    let version = etag(&admin, &path).await;
    assert_eq!(admin.delete_seen(&path, &version).await.status, 204);
    assert!(!offered(&ani).await.iter().any(|model| model.starts_with("renamed/")));
}

#[tokio::test]
async fn a_new_secret_is_used_from_the_next_question_on() {
    const NEW: &str = "sk-new-secret-9e11";
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let fake = Fake::start(Dialect::Compatible, |asked| match asked.method.as_str() {
        _ if !bears(asked, SECRET) && !bears(asked, NEW) => refusal(401),
        "GET" => Plan::fail(Saying::default(), Fault::json(200, &list_of(Dialect::Compatible, &["m"]))),
        _ => Plan::say(Saying::tokens("a", 3)),
    })
    .await;
    let made = admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let credential =
        format!("{PROVIDERS}/{}/credentials/{}", id(&made["provider"]), id(&made["provider"]["credentials"][0]));
    assert_eq!(ask(&ani, "own/m").await.0["status"], "succeeded");
    admin.patch(&credential, None, json!({"secret": NEW})).await.expect(200);
    let asked = fake.asked().len();
    assert_eq!(ask(&ani, "own/m").await.0["status"], "succeeded");
    let since: Vec<_> = fake.asked().into_iter().skip(asked).collect();
    assert!(!since.is_empty() && since.iter().all(|asked| bears(asked, NEW)), "{since:?}");
}

#[tokio::test]
async fn routes_and_words_about_models_hold_at_once() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let route = json!({"name": "fast", "steps": [{"model": "own/m"}, {"model": "own/n"}]});
    let made = admin.post("/api/v1/admin/llm/routes", route).await.expect(201);
    assert!(offered(&ani).await.contains(&"route/fast".to_owned()));
    assert_eq!(ask(&ani, "route/fast").await.0["status"], "succeeded");
    let path = format!("/api/v1/admin/llm/routes/{}", id(&made));
    admin.patch(&path, Some("\"v1\""), json!({"enabled": false})).await.expect(200);
    assert!(!offered(&ani).await.contains(&"route/fast".to_owned()));
    admin.put("/api/v1/admin/llm/models", json!({"model": "own/n", "enabled": false})).await.expect(200);
    assert!(!offered(&ani).await.contains(&"own/n".to_owned()));
    admin.put("/api/v1/admin/llm/models", json!({"model": "own/n", "enabled": true, "name": "Nana"})).await.expect(200);
    let list = ani.get("/api/v1/models").await.expect(200);
    let nana = list["items"].as_array().unwrap().iter().find(|one| one["id"] == "own/n").unwrap();
    assert_eq!(nana["name"], "Nana");
}

#[tokio::test]
async fn a_limit_holds_at_once_and_is_told() {
    let (server, _store, admin) = house().await;
    let (ani, budi) = (server.person("ani").await, server.person("budi").await);
    let fake = keeper(Dialect::Compatible, SECRET).await;
    admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let limits = "/api/v1/admin/llm/limits";
    let limit = json!({"scope": "user", "subject": id(&ani.user), "tokens_per_day": 5});
    let limit = admin.put(limits, limit).await.expect(200);
    let (run, _) = ask(&ani, "own/m").await;
    assert_eq!(run["status"], "failed", "{run}");
    assert_eq!(run["error"]["status"], 429, "{run}");
    assert_eq!(ask(&budi, "own/m").await.0["status"], "succeeded", "it is hers alone");
    let standing = ani.get("/api/v1/me/limits").await.expect(200);
    assert_eq!((&standing["limits"]["tokens_per_day"], &standing["today"]["tokens"]), (&json!(5), &json!(0)));
    assert_eq!(admin.delete(&format!("{limits}/{}", id(&limit))).await.status, 204);
    assert_eq!(ask(&ani, "own/m").await.0["status"], "succeeded");
}

/// What a program asks in /api/v1 is on its key's account, too.
#[tokio::test]
async fn a_limit_of_a_key_holds_for_what_it_asks() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let made = ani
        .post("/api/v1/me/api-keys", json!({"name": "skrip", "scopes": ["api"], "password": PASSWORD}))
        .await
        .expect(201);
    let program = ani.with_token(made["text"].as_str().unwrap());
    let limit = json!({"scope": "api_key", "subject": made["key"]["id"], "tokens_per_day": 5});
    let limit = admin.put("/api/v1/admin/llm/limits", limit).await.expect(200);
    assert_eq!(limit["subject_name"], "skrip");
    let (run, _) = ask(&program, "own/m").await;
    assert_eq!((&run["status"], &run["error"]["status"]), (&json!("failed"), &json!(429)), "{run}");
    assert_eq!(ask(&ani, "own/m").await.0["status"], "succeeded", "its owner is another subject");
    // So do its requests a minute, before anything is written.
    let limit = json!({"scope": "api_key", "subject": made["key"]["id"], "requests_per_minute": 1});
    admin.put("/api/v1/admin/llm/limits", limit).await.expect(200);
    ask(&program, "own/m").await;
    let conversation = program.conversation("own/m").await;
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    let question = json!({"content": [{"type": "text", "text": "#a hello"}]});
    let refused = program.post(&messages, question.clone()).await;
    assert!(refused.header("retry-after").is_some(), "{}", refused.text);
    assert_eq!(refused.problem(429), "llm.requests_spent");
    assert_eq!(ani.post(&messages, question).await.status, 202);
}

#[tokio::test]
async fn prices_are_imported_from_what_providers_list() {
    let (_server, _store, admin) = house().await;
    let fake = Fake::start(Dialect::OpenRouter, |asked| {
        let body = match asked.path.contains("/models") {
            true => json!({"data": [{"id": "m", "name": "M", "pricing": {"prompt": "0.00000015", "completion": "0.0000006"}}]}),
            false => json!({"data": {"limit_remaining": 10, "usage": 1}}),
        };
        Plan::fail(Saying::default(), Fault::json(200, &body))
    })
    .await;
    admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let price = async || {
        let all = admin.get("/api/v1/admin/llm/models").await.expect(200);
        all["items"].as_array().unwrap().iter().find(|one| one["id"] == "own/m").unwrap()["price"].clone()
    };
    let listed = price().await;
    assert_eq!(
        (&listed["input"], &listed["output"], &listed["source"]),
        (&json!(150_000), &json!(600_000), &json!("provider"))
    );
    assert_eq!(listed["valid_from"], Value::Null);
    let import = "/api/v1/admin/llm/prices/import";
    assert_eq!(admin.post(import, json!({})).await.expect(200)["changed"], 1);
    assert!(price().await["valid_from"].is_string());
    // What is ours goes before it, also at the next import, which has nothing new.
    admin.put("/api/v1/admin/llm/prices", json!({"model": "own/m", "input": 1, "output": 2})).await.expect(200);
    assert_eq!(admin.post(import, json!({})).await.expect(200)["changed"], 0);
    assert_eq!((&price().await["input"], &price().await["source"]), (&json!(1), &json!("operator")));
    assert_eq!(admin.delete("/api/v1/admin/llm/prices?model=own/m").await.status, 204);
    assert_eq!((&price().await["input"], &price().await["source"]), (&json!(150_000), &json!("provider")));
}
