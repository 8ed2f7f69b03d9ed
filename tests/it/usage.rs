//! Who used how much: sums, calls, CSV, and how one stands.

use std::time::{Duration, Instant};

use obrol_tests::api::{Api, PASSWORD, id};
use obrol_tests::fakes::Dialect;
use obrol_tests::server::{Server, Store};
use serde_json::{Value, json};

use crate::admin_llm::{PROVIDERS, SECRET, draft, house, keeper};

const USAGE: &str = "/api/v1/admin/llm/usage";
const PRICES: &str = "/api/v1/admin/llm/prices";

/// 7 tokens in at one dollar a million, 20 out at two: 47 micro-USD a call.
const COST: i64 = 47;

struct Place {
    _server: Server,
    _store: Store,
    _fake: obrol_tests::fakes::Fake,
    admin: Api,
    ani: Api,
    budi: Api,
    key: Value,
}

async fn ask(person: &Api, model: &str) -> Value {
    let conversation = person.conversation(model).await;
    let run = id(&person.ask(&conversation, "#a hello").await["run"]);
    person.ended(&run, Duration::from_secs(20)).await
}

/// Ani asked three times, Budi once himself and once by a program, and once more what fails.
async fn place() -> Place {
    let (server, store, admin) = house().await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    let mut own = draft("own", &fake);
    own["models"] = json!(["m", "=1+1"]);
    admin.post(PROVIDERS, own).await.expect(201);
    for model in ["own/m", "own/=1+1"] {
        admin.put(PRICES, json!({"model": model, "input": 1_000_000, "output": 2_000_000})).await.expect(200);
    }
    let (ani, budi) = (server.person("ani").await, server.person("budi").await);
    for model in ["own/m", "own/m", "own/=1+1"] {
        assert_eq!(ask(&ani, model).await["usage"]["cost_micros"], COST, "{model}");
    }
    ask(&budi, "own/m").await;
    let made = budi
        .post("/api/v1/me/api-keys", json!({"name": "skrip", "scopes": ["api", "usage"], "password": PASSWORD}))
        .await
        .expect(201);
    ask(&budi.with_token(made["text"].as_str().unwrap()), "own/m").await;
    settled(&admin, 5).await;
    let key = made["key"].clone();
    Place { _server: server, _store: store, _fake: fake, admin, ani, budi, key }
}

/// The ledger is written right after an answer, not before it.
async fn settled(admin: &Api, calls: i64) {
    let since = Instant::now();
    loop {
        let total = admin.get(USAGE).await.expect(200)["total"].clone();
        if total["calls"] == calls {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(10), "{total}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn sums(list: &Value) -> Vec<(String, i64, i64)> {
    let item = |one: &Value| {
        let count = |name: &str| one[name].as_i64().unwrap();
        (one["key"].as_str().unwrap().to_owned(), count("calls"), count("cost_micros"))
    };
    list["items"].as_array().unwrap().iter().map(item).collect()
}

#[tokio::test]
async fn calls_are_summed_up_by_whatever_one_asks() {
    let place = place().await;
    let Place { admin, ani, budi, key, .. } = &place;
    let (ani_id, budi_id, key_id) = (id(&ani.user), id(&budi.user), id(key));
    let by = async |by: &str| admin.get(&format!("{USAGE}?by={by}")).await.expect(200);
    let day = by("day").await;
    let today = day["items"][0]["key"].as_str().unwrap().to_owned();
    assert_eq!(sums(&day), [(today.clone(), 5, 5 * COST)]);
    let one = &day["items"][0];
    assert_eq!(
        (&one["input_tokens"], &one["output_tokens"], &one["estimated_calls"]),
        (&json!(35), &json!(100), &json!(0))
    );
    let total = json!({"calls": 5, "failed": 0, "input_tokens": 35, "cached_tokens": 0, "output_tokens": 100,
        "reasoning_tokens": 0, "cost_micros": 5 * COST, "estimated_calls": 0});
    assert_eq!(day["total"], total);
    let users = by("user").await;
    assert_eq!(sums(&users), [(ani_id.clone(), 3, 3 * COST), (budi_id.clone(), 2, 2 * COST)]);
    assert_eq!((&users["items"][0]["name"], &users["items"][1]["name"]), (&json!("ani"), &json!("budi")));
    assert_eq!(sums(&by("model").await), [("own/m".to_owned(), 4, 4 * COST), ("own/=1+1".to_owned(), 1, COST)]);
    assert_eq!(sums(&by("provider").await), [("own".to_owned(), 5, 5 * COST)]);
    let keys = by("api_key").await;
    assert_eq!(sums(&keys), [(String::new(), 4, 4 * COST), (key_id.clone(), 1, COST)]);
    assert_eq!((&keys["items"][0]["name"], &keys["items"][1]["name"]), (&Value::Null, &json!("skrip")));

    for (filter, calls) in [
        (format!("user={ani_id}"), 3),
        (format!("api_key={key_id}"), 1),
        ("model=own/M".to_owned(), 4),
        ("model=own/m&provider=own".to_owned(), 4),
        ("provider=own".to_owned(), 5),
        ("provider=other".to_owned(), 0),
        ("until=2020-01-01T00:00:00Z".to_owned(), 0),
        (format!("from={today}T00:00:00Z"), 5),
    ] {
        let found = admin.get(&format!("{USAGE}?{filter}")).await.expect(200);
        assert_eq!(found["total"]["calls"], calls, "{filter}: {found}");
        let lines = admin.get(&format!("{USAGE}/calls?{filter}")).await.expect(200);
        assert_eq!(lines["items"].as_array().unwrap().len(), calls, "{filter}");
    }
    // Page by page, in the same order.
    let first = admin.get(&format!("{USAGE}?by=user&limit=1")).await.expect(200);
    assert_eq!((sums(&first).len(), &first["total"]), (1, &total), "the total is of all pages");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = admin.get(&format!("{USAGE}?by=user&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((sums(&second), &second["next_cursor"]), (vec![(budi_id, 2, 2 * COST)], &Value::Null));
    let foreign = admin.get(&format!("{USAGE}?by=model&cursor={cursor}")).await;
    assert_eq!(foreign.problem(400), "request.malformed_cursor");
}

#[tokio::test]
async fn people_see_their_own_and_nothing_else() {
    let place = place().await;
    let Place { admin, ani, budi, key, .. } = &place;
    let mine = ani.get("/api/v1/me/usage?by=model").await.expect(200);
    assert_eq!(sums(&mine), [("own/m".to_owned(), 2, 2 * COST), ("own/=1+1".to_owned(), 1, COST)]);
    let foreign = ani.get(&format!("/api/v1/me/usage?user={}", id(&budi.user))).await;
    assert_eq!(foreign.body["errors"][0]["code"], "unknown", "{}", foreign.text);
    assert_eq!(ani.get("/api/v1/me/usage?by=user").await.problem(422), "request.invalid");
    let others_key = ani.get(&format!("/api/v1/me/usage?api_key={}", id(key))).await.expect(200);
    assert_eq!(others_key["total"]["calls"], 0);
    let keys = budi.get("/api/v1/me/usage?by=api_key").await.expect(200);
    assert_eq!(keys["items"][1]["name"], "skrip");
    let calls = ani.get("/api/v1/me/usage/calls?limit=2").await.expect(200);
    let newest = &calls["items"][0];
    assert_eq!(
        (&newest["provider"], &newest["model"], &newest["credential"]),
        (&json!("own"), &json!("=1+1"), &Value::Null)
    );
    assert_eq!(
        (&newest["kind"], &newest["outcome"], &newest["cost_micros"]),
        (&json!("chat"), &json!("succeeded"), &json!(COST))
    );
    let cursor = calls["next_cursor"].as_str().unwrap();
    let rest = ani.get(&format!("/api/v1/me/usage/calls?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    let seen = admin.get(&format!("{USAGE}/calls?api_key={}", id(key))).await.expect(200)["items"][0].clone();
    assert_eq!(
        (&seen["user_name"], &seen["api_key_name"], &seen["credential"]),
        (&json!("budi"), &json!("skrip"), &json!("first"))
    );
    assert!(seen["run_id"].is_string() && seen["request_id"].is_string(), "{seen}");
    // What was used counts against the limits, the program's against its owner's.
    let standing = budi.get("/api/v1/me/limits").await.expect(200);
    assert_eq!((&standing["today"]["tokens"], &standing["month"]["cost_micros"]), (&json!(54), &json!(2 * COST)));
    let all = admin.get("/api/v1/admin/llm/limits/standing?scope=everyone").await.expect(200);
    assert_eq!((&all["today"]["requests"], &all["today"]["tokens"]), (&json!(5), &json!(135)));
}

#[tokio::test]
async fn the_ledger_comes_as_csv_without_formulas() {
    let place = place().await;
    let Place { admin, ani, .. } = &place;
    let answer = admin.get(&format!("{USAGE}.csv")).await;
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment; filename="));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let lines: Vec<&str> = answer.text.split("\r\n").collect();
    assert_eq!((lines.len(), lines[6]), (7, ""), "{}", answer.text);
    let head: Vec<&str> = lines[0].split(',').map(|name| name.trim_matches('"')).collect();
    let column = |line: &str, name: &str| {
        let at = head.iter().position(|known| *known == name).unwrap_or_else(|| panic!("no {name} in {head:?}"));
        line.split(',').nth(at).unwrap().trim_matches('"').to_owned()
    };
    let costs: i64 = lines[1..6].iter().map(|line| column(line, "cost_micros_usd").parse::<i64>().unwrap()).sum();
    assert_eq!(costs, 5 * COST);
    let models: Vec<_> = lines[1..6].iter().map(|line| column(line, "model")).collect();
    assert_eq!(models, ["m", "m", "'=1+1", "m", "m"], "oldest first");
    let own = admin.get(&format!("{USAGE}.csv?user={}", id(&ani.user))).await;
    assert_eq!(own.text.lines().count(), 4);
    let none = admin.get(&format!("{USAGE}.csv?until=2020-01-01T00:00:00Z")).await;
    assert_eq!(none.text.lines().count(), 1, "the head alone");
}

#[tokio::test]
async fn what_fails_is_counted_and_costs_nothing() {
    let (server, _store, admin) = house().await;
    let fake = obrol_tests::fakes::Fake::start(Dialect::Compatible, |asked| match asked.method.as_str() {
        "GET" => obrol_tests::fakes::Plan::fail(
            Default::default(),
            obrol_tests::fakes::Fault::json(200, &crate::admin_llm::list_of(Dialect::Compatible, &["m"])),
        ),
        _ => crate::admin_llm::refusal(400),
    })
    .await;
    admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let ani = server.person("ani").await;
    assert_eq!(ask(&ani, "own/m").await["status"], "failed");
    settled(&admin, 1).await;
    let total = admin.get(USAGE).await.expect(200)["total"].clone();
    assert_eq!((&total["failed"], &total["cost_micros"], &total["output_tokens"]), (&json!(1), &json!(0), &json!(0)));
    let call = admin.get(&format!("{USAGE}/calls")).await.expect(200)["items"][0].clone();
    assert_eq!((&call["outcome"], &call["error_class"]), (&json!("failed"), &json!("invalid_request")));
}

#[tokio::test]
async fn odd_questions_are_refused() {
    let (_server, _store, admin) = house().await;
    for (query, pointer) in [
        ("from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "/until"),
        ("from=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", "/until"),
        ("from=yesterday", "/from"),
        ("by=mood", "/by"),
        ("user=me", "/user"),
        ("model=own", "/model"),
        ("model=own/m&provider=other", "/provider"),
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("kind=chat", "/kind"),
    ] {
        let answer = admin.get(&format!("{USAGE}?{query}")).await;
        assert_eq!(answer.status, 422, "{query}: {}", answer.text);
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{query}: {}", answer.text);
    }
    assert_eq!(admin.get(&format!("{USAGE}?cursor=AAAA")).await.problem(400), "request.malformed_cursor");
    assert_eq!(admin.get(&format!("{USAGE}.csv?by=day")).await.problem(422), "request.invalid");
}
