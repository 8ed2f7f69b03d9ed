//! The life of a provider.

use obrol_tests::api::id;
use obrol_tests::fakes::Dialect;
use serde_json::{Value, json};

use super::{PROVIDERS, SECRET, draft, etag, house, keeper};

#[tokio::test]
async fn every_kind_is_tried_out_before_it_is_saved() {
    let (server, _store, admin) = house().await;
    for dialect in Dialect::ALL {
        let fake = keeper(dialect, SECRET).await;
        let name = dialect.name();
        let wrong = json!([{"label": "first", "secret": "sk-of-somebody-else"}]);
        if dialect != Dialect::Ollama {
            let mut bad = draft(name, &fake);
            bad["credentials"] = wrong;
            let refused = admin.post(PROVIDERS, bad).await;
            let body = refused.body.clone();
            assert_eq!(refused.problem(422), "llm.probe_failed", "{name}");
            assert_eq!(body["upstream"], json!({"class": "auth", "status": 401, "credential": "first"}), "{name}");
        }
        let none = admin.get(PROVIDERS).await.expect(200);
        assert!(!names(&none).contains(&name.to_owned()), "{name}: nothing was saved");
        let made = admin.post(PROVIDERS, draft(name, &fake)).await;
        assert_eq!(made.header("etag"), Some("\"v1\""), "{name}: {}", made.text);
        let location = made.header("location").unwrap().to_owned();
        let made = made.expect(201);
        assert_eq!(made["probe"]["models"], 2, "{name}: {made}");
        assert_eq!(location, format!("{PROVIDERS}/{}", id(&made["provider"])));
        assert_eq!(made["provider"]["kind"], name);
        assert_eq!(admin.get(&location).await.expect(200)["name"], name);
        let again = admin.post(&format!("{location}/probe"), Value::Null).await.expect(200);
        assert_eq!(again["models"], 2, "{name}");
    }
    let all = admin.get(PROVIDERS).await.expect(200);
    let mut wanted: Vec<String> = Dialect::ALL.iter().map(|dialect| dialect.name().to_owned()).collect();
    wanted.sort();
    assert_eq!(names(&all)[..wanted.len()], wanted, "the database's first, by name");
    let guide = all["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&guide["origin"], &guide["kind"], &guide["version"]),
        (&json!("built_in"), &json!("guide"), &Value::Null)
    );
    drop(server);
}

fn names(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_provider_is_made_changed_and_removed() {
    let (_server, _store, admin) = house().await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    let mut first = draft("own", &fake);
    first["headers"] = json!({"X-Title": "Obrol", "X-Team": "blue"});
    first["max_concurrency"] = json!(7);
    let made = admin.post(PROVIDERS, first.clone()).await.expect(201);
    let provider = &made["provider"];
    assert_eq!(provider["headers"], json!(["X-Team", "X-Title"]));
    assert_eq!((&provider["max_concurrency"], &provider["enabled"]), (&json!(7), &json!(true)));
    assert_eq!(provider["credentials"][0]["label"], "first");
    assert_eq!(provider["credentials"][0]["state"], "active");
    assert_eq!(provider["origin"], "database");
    let path = format!("{PROVIDERS}/{}", id(provider));
    assert_eq!(admin.post(PROVIDERS, first.clone()).await.problem(409), "llm.name_taken");

    // Without having seen it nobody changes it, nor with what is not so any more.
    assert_eq!(admin.patch(&path, None, json!({"name": "other"})).await.problem(428), "request.precondition_required");
    assert_eq!(admin.delete(&path).await.problem(428), "request.precondition_required");
    let seen = etag(&admin, &path).await;
    let asked = fake.asked().len();
    let change = json!({"headers": {"X-Team": null, "x-title": "Obrol 2", "X-New": "n"}, "max_concurrency": null});
    let changed = admin.patch(&path, Some(&seen), change).await.expect(200);
    let mut headers: Vec<_> =
        changed["provider"]["headers"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    headers.sort_unstable();
    assert_eq!(headers, ["X-New", "x-title"]);
    assert_eq!(changed["provider"]["max_concurrency"], Value::Null);
    assert_eq!((&changed["provider"]["version"], &changed["probe"]["models"]), (&json!(2), &json!(2)));
    let probe = fake.asked().into_iter().nth(asked).expect("it was asked before it was saved");
    assert_eq!(
        (probe.header("x-title"), probe.header("x-team"), probe.header("x-new")),
        (Some("Obrol 2"), None, Some("n"))
    );
    assert_eq!(admin.patch(&path, Some(&seen), json!({"name": "x"})).await.problem(412), "request.stale");
    assert_eq!(admin.delete_seen(&path, &seen).await.problem(412), "request.stale");

    // Two who have seen the same: one wins.
    let seen = etag(&admin, &path).await;
    let rename = |name: &str| admin.patch(&path, Some(&seen), json!({"name": name})).status_of();
    let (one, other) = tokio::join!(rename("left"), rename("right"));
    let mut answers = [one, other];
    answers.sort_unstable();
    assert_eq!(answers, [200, 412]);

    // Where the secrets lead is not changed under them.
    let elsewhere = keeper(Dialect::Compatible, SECRET).await;
    let seen = etag(&admin, &path).await;
    let away = json!({"base_url": elsewhere.base_url()});
    assert_eq!(admin.patch(&path, Some(&seen), away).await.problem(409), "llm.secrets_stay");
    assert!(elsewhere.asked().is_empty(), "nothing was sent there");

    // Switched off it needs not work.
    fake.close().await;
    let failed = admin.patch(&path, Some(&seen), json!({"max_concurrency": 3})).await;
    assert_eq!(failed.body["upstream"]["class"], "unavailable", "{}", failed.text);
    assert_eq!(failed.problem(422), "llm.probe_failed");
    let off = admin.patch(&path, Some(&seen), json!({"enabled": false})).await.expect(200);
    assert_eq!((&off["provider"]["enabled"], &off["probe"]), (&json!(false), &Value::Null));
    let seen = etag(&admin, &path).await;
    assert_eq!(admin.delete_seen(&path, &seen).await.status, 204);
    assert_eq!(admin.get(&path).await.problem(404), "llm.provider_not_found");
    assert_eq!(admin.delete_seen(&path, &seen).await.problem(404), "llm.provider_not_found");
}

#[tokio::test]
async fn a_repeat_with_the_same_key_makes_one_provider() {
    let (_server, _store, admin) = house().await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    let first = admin.post_once(PROVIDERS, "make-1", draft("own", &fake)).await;
    let again = admin.post_once(PROVIDERS, "make-1", draft("own", &fake)).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.expect(201), first.expect(201));
    let other = admin.post_once(PROVIDERS, "make-1", draft("other", &fake)).await;
    assert_eq!(other.problem(422), "request.idempotency_reused");
}

#[tokio::test]
async fn a_list_that_anybody_may_read_says_nothing_of_a_key() {
    use obrol_tests::fakes::{Fake, Fault, Plan, Saying};
    let (_server, _store, admin) = house().await;
    for dialect in [Dialect::OpenRouter, Dialect::Vercel] {
        let fake = Fake::start(dialect, move |asked| {
            let open = asked.path.ends_with("/models");
            if open || super::bears(asked, SECRET) {
                return Plan::fail(Saying::default(), Fault::json(200, &super::list_of(dialect, &["m"])));
            }
            super::refusal(401)
        })
        .await;
        let mut bad = draft(dialect.name(), &fake);
        bad["credentials"][0]["secret"] = json!("sk-wrong");
        let refused = admin.post(PROVIDERS, bad).await;
        assert_eq!(refused.body["upstream"]["class"], "auth", "{}", refused.text);
        admin.post(PROVIDERS, draft(dialect.name(), &fake)).await.expect(201);
    }
}

#[tokio::test]
async fn a_provider_without_a_list_is_asked_the_smallest_question() {
    use obrol_tests::fakes::{Fake, Plan, Saying};
    let (_server, _store, admin) = house().await;
    let fake = Fake::start(Dialect::Compatible, |asked| match asked.method.as_str() {
        _ if !super::bears(asked, SECRET) => super::refusal(401),
        "GET" => super::refusal(404),
        _ if asked.body["model"] == "known" => Plan::say(Saying::tokens("a", 2)),
        _ => super::refusal(404),
    })
    .await;
    let refused = admin.post(PROVIDERS, draft("own", &fake)).await;
    assert_eq!(refused.body["upstream"]["status"], 404, "no list, no names: {}", refused.text);
    let named = |model: &str| {
        let mut named = draft("own", &fake);
        named["models"] = json!([model]);
        named
    };
    assert_eq!(admin.post(PROVIDERS, named("unknown")).await.problem(422), "llm.probe_failed");
    let made = admin.post(PROVIDERS, named("known")).await.expect(201);
    assert_eq!(made["probe"]["models"], 1);
    let hello = fake.asked().into_iter().last().unwrap();
    assert_eq!(hello.body["max_tokens"], 1, "{}", hello.body);
}

trait Status {
    fn status_of(self) -> impl Future<Output = u16>;
}

impl<F: Future<Output = obrol_tests::api::Answer>> Status for F {
    async fn status_of(self) -> u16 {
        self.await.status.as_u16()
    }
}
