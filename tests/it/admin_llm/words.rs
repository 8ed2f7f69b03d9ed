//! The operator's words: models, prices, routes, limits, content rules.

use obrol_tests::api::{Api, id};
use obrol_tests::world::World;
use serde_json::{Value, json};

use super::etag;

const MODELS: &str = "/api/v1/admin/llm/models";
const PRICES: &str = "/api/v1/admin/llm/prices";
const ROUTES: &str = "/api/v1/admin/llm/routes";
const LIMITS: &str = "/api/v1/admin/llm/limits";
const RULES: &str = "/api/v1/admin/llm/rules";

async fn world() -> (World, Api) {
    let world = World::start().await;
    let admin = world.server.admin().await;
    (world, admin)
}

async fn model(admin: &Api, id: &str) -> Value {
    let all = admin.get(MODELS).await.expect(200);
    let found = all["items"].as_array().unwrap().iter().find(|one| one["id"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {all}")).clone()
}

#[tokio::test]
async fn what_is_said_of_a_model_goes_over_its_providers_words() {
    let (_world, admin) = world().await;
    let own = "fake/fake-tok20";
    let before = model(&admin, own).await;
    assert_eq!(
        (&before["override"], &before["enabled"], &before["kind"]),
        (&Value::Null, &json!(true), &json!("model"))
    );
    let word = json!({"model": "fake/FAKE-tok20", "name": "Twenty", "context_window": 4096, "enabled": true,
        "capabilities": {"tools": true, "vision": false}});
    let said = admin.put(MODELS, word).await.expect(200);
    assert_eq!(
        (&said["name"], &said["context_window"], &said["max_output"]),
        (&json!("Twenty"), &json!(4096), &Value::Null)
    );
    assert_eq!(model(&admin, own).await["override"], said);
    // A word without a name keeps the name; without capabilities it takes them back.
    let said = admin.put(MODELS, json!({"model": own, "enabled": false})).await.expect(200);
    assert_eq!((&said["name"], &said["capabilities"]["tools"]), (&json!("Twenty"), &Value::Null));
    assert_eq!(model(&admin, own).await["enabled"], false, "still listed for whoever may switch it on again");
    for (bad, pointer) in [
        (json!({"model": "no-slash", "enabled": true}), "/model"),
        (json!({"model": own, "enabled": true, "context_window": 0}), "/context_window"),
        (json!({"model": own, "enabled": true, "name": " "}), "/name"),
        (json!({"model": own}), "/enabled"),
        (json!({"model": own, "enabled": true, "capabilities": {"smell": true}}), "/capabilities/smell"),
    ] {
        let answer = admin.put(MODELS, bad.clone()).await;
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{bad}: {}", answer.text);
    }
    let reset = format!("{MODELS}?model={own}");
    assert_eq!(admin.delete(&reset).await.status, 204);
    assert_eq!(admin.delete(&reset).await.problem(404), "llm.model_not_found");
    assert_eq!(model(&admin, own).await, before);
}

#[tokio::test]
async fn prices_have_a_history() {
    let (_world, admin) = world().await;
    let own = "fake/fake-tok20";
    let history = format!("{PRICES}?model={own}");
    assert_eq!(admin.get(&history).await.expect(200), json!({"items": [], "next_cursor": null}));
    for input in [100_000, 150_000] {
        let said = admin.put(PRICES, json!({"model": own, "input": input, "output": 600_000})).await.expect(200);
        let wanted =
            json!({"input": input, "cached_input": input, "cache_write": input, "output": 600_000, "per_request": 0});
        assert_eq!((&said["price"], &said["source"]), (&wanted, &json!("operator")));
    }
    let price = model(&admin, own).await["price"].clone();
    assert_eq!((&price["input"], &price["source"]), (&json!(150_000), &json!("operator")));
    let later = json!({"model": own, "input": 1, "output": 2, "cached_input": 0, "valid_from": "2999-01-01T00:00:00Z"});
    admin.put(PRICES, later.clone()).await.expect(200);
    assert_eq!(admin.put(PRICES, later).await.problem(409), "llm.price_taken");
    assert_eq!(model(&admin, own).await["price"], price, "what is yet to come does not hold yet");
    // Page by page, newest first.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("{history}&limit=1{cursor}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|one| one["price"]["input"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, [json!(1), json!(150_000), json!(100_000)]);
    for (bad, pointer, code) in [
        (json!({"model": own, "input": -1, "output": 0}), "/input", "out_of_range"),
        (json!({"model": own, "input": 0, "output": 1_000_000_001}), "/output", "out_of_range"),
        (json!({"model": own, "input": 0.5, "output": 0}), "/input", "wrong_type"),
        (
            json!({"model": own, "input": 0, "output": 0, "valid_from": "2020-01-01T00:00:00Z"}),
            "/valid_from",
            "llm.price_in_past",
        ),
        (json!({"model": "x", "input": 0, "output": 0}), "/model", "llm.model_invalid"),
    ] {
        let answer = admin.put(PRICES, bad.clone()).await;
        let fault = &answer.body["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!(pointer), &json!(code)), "{bad}: {}", answer.text);
    }
    assert_eq!(admin.delete(&history).await.status, 204);
    assert_eq!(admin.delete(&history).await.problem(404), "llm.price_not_found");
    assert_eq!(model(&admin, own).await["price"], Value::Null, "nobody says what it costs");
    let newest = admin.get(&format!("{history}&limit=2")).await.expect(200)["items"][1].clone();
    assert_eq!(newest["price"], Value::Null, "the withdrawal is history, too");
    assert_eq!(admin.get(&format!("{history}&cursor=nonsense")).await.problem(400), "request.malformed_cursor");
    assert_eq!(admin.get(&format!("{history}&limit=201")).await.problem(422), "request.invalid");
}

#[tokio::test]
async fn routes_are_made_changed_and_removed() {
    let (_world, admin) = world().await;
    let step = |model: &str| json!({"model": model});
    let draft = json!({"name": "fast", "steps": [step("fake/fake-tok20"), {"model": "fake/fake-tok500-itl10", "may_continue": true}]});
    let made = admin.post_once(ROUTES, "route-1", draft.clone()).await;
    let path = made.header("location").unwrap().to_owned();
    let made = made.expect(201);
    assert_eq!(admin.post_once(ROUTES, "route-1", draft.clone()).await.expect(201), made);
    assert_eq!((&made["enabled"], &made["steps"][1]["may_continue"]), (&json!(true), &json!(true)));
    assert_eq!(admin.get(ROUTES).await.expect(200)["items"], json!([made]));
    assert_eq!(admin.post(ROUTES, draft).await.problem(409), "llm.name_taken");
    for (bad, pointer, code) in [
        (json!({"name": "x", "steps": []}), "/steps", "empty"),
        (json!({"name": "X", "steps": [step("fake/fake-tok20")]}), "/name", "llm.name_invalid"),
        (json!({"name": "x", "steps": [step("route/fast")]}), "/steps/0/model", "llm.route_in_route"),
        (
            json!({"name": "x", "steps": [step("fake/fake-tok20"), step("fake/FAKE-tok20")]}),
            "/steps/1/model",
            "duplicate",
        ),
        (
            json!({"name": "x", "steps": [step("fake/fake-tok20"), step("nobody/nothing")]}),
            "/steps/1/model",
            "llm.model_unknown",
        ),
        (json!({"name": "x", "steps": [{"model": "a/b", "weight": 1}]}), "/steps/0/weight", "unknown"),
    ] {
        let answer = admin.post(ROUTES, bad.clone()).await;
        let fault = &answer.body["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!(pointer), &json!(code)), "{bad}: {}", answer.text);
    }
    let seen = etag(&admin, &path).await;
    assert_eq!(admin.patch(&path, None, json!({"enabled": false})).await.problem(428), "request.precondition_required");
    let changed = admin.patch(&path, Some(&seen), json!({"enabled": false})).await.expect(200);
    assert_eq!(
        (&changed["enabled"], &changed["steps"], &changed["version"]),
        (&json!(false), &made["steps"], &json!(2))
    );
    assert_eq!(admin.patch(&path, Some(&seen), json!({"name": "slow"})).await.problem(412), "request.stale");
    assert_eq!(admin.delete(&path).await.problem(428), "request.precondition_required");
    assert_eq!(admin.delete_seen(&path, "\"v2\"").await.status, 204);
    assert_eq!(admin.get(&path).await.problem(404), "llm.route_not_found");
}

#[tokio::test]
async fn limits_are_set_for_all_or_for_one() {
    let (world, admin) = world().await;
    let ani = world.person("ani").await;
    let user = id(&ani.user);
    let all = admin.put(LIMITS, json!({"scope": "user", "tokens_per_day": 1000})).await.expect(200);
    assert_eq!((&all["subject"], &all["cost_per_month_micros"]), (&Value::Null, &Value::Null));
    let own = json!({"scope": "user", "subject": user, "requests_per_minute": 3, "cost_per_month_micros": 5_000_000});
    let own = admin.put(LIMITS, own).await.expect(200);
    assert_eq!(own["subject_name"], "ani");
    // Said again it is the same one, with other numbers.
    let again =
        admin.put(LIMITS, json!({"scope": "user", "subject": user, "requests_per_minute": 4})).await.expect(200);
    assert_eq!(
        (&again["id"], &again["requests_per_minute"], &again["cost_per_month_micros"]),
        (&own["id"], &json!(4), &Value::Null)
    );
    assert_eq!(admin.get(LIMITS).await.expect(200)["items"].as_array().unwrap().len(), 2);
    let standing = ani.get("/api/v1/me/limits").await.expect(200);
    let wanted = json!({"requests_per_minute": 4, "tokens_per_day": 1000, "cost_per_month_micros": null});
    assert_eq!(standing["limits"], wanted);
    assert_eq!((&standing["today"]["tokens"], &standing["month"]["requests"]), (&json!(0), &json!(0)));
    assert!(standing["today"]["ends_at"].as_str().unwrap().ends_with("T00:00:00.000Z"));
    assert_eq!(admin.get(&format!("{LIMITS}/standing?scope=user&subject={user}")).await.expect(200), standing);
    assert_eq!(
        admin.get(&format!("{LIMITS}/standing?scope=everyone")).await.expect(200)["limits"]["tokens_per_day"],
        Value::Null
    );
    let nobody = "00000000-0000-7000-8000-000000000001";
    for (bad, pointer, code) in [
        (json!({"scope": "user"}), "", "llm.limit_empty"),
        (json!({"scope": "everyone", "subject": user, "tokens_per_day": 1}), "/subject", "invalid"),
        (json!({"scope": "user", "subject": nobody, "tokens_per_day": 1}), "/subject", "llm.subject_unknown"),
        (json!({"scope": "user", "subject": "x", "tokens_per_day": 1}), "/subject", "wrong_value"),
        (json!({"scope": "user", "tokens_per_day": -1}), "/tokens_per_day", "out_of_range"),
        (json!({"scope": "planet", "tokens_per_day": 1}), "/scope", "wrong_value"),
    ] {
        let answer = admin.put(LIMITS, bad.clone()).await;
        let fault = &answer.body["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!(pointer), &json!(code)), "{bad}: {}", answer.text);
    }
    assert_eq!(admin.get(&format!("{LIMITS}/standing?scope=user")).await.problem(422), "request.invalid");
    let path = format!("{LIMITS}/{}", id(&own));
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.delete(&path).await.problem(404), "llm.limit_not_found");
    assert_eq!(ani.get("/api/v1/me/limits").await.expect(200)["limits"]["requests_per_minute"], Value::Null);
}

#[tokio::test]
async fn content_rules_are_made_switched_and_removed() {
    let (_world, admin) = world().await;
    let draft = json!({"pattern": " Rahasia Besar ", "action": "block", "direction": "both"});
    let made = admin.post_once(RULES, "rule-1", draft.clone()).await.expect(201);
    assert_eq!(admin.post_once(RULES, "rule-1", draft).await.expect(201), made);
    assert_eq!((&made["pattern"], &made["enabled"]), (&json!("Rahasia Besar"), &json!(true)));
    let path = format!("{RULES}/{}", id(&made));
    let off = admin.patch(&path, None, json!({"enabled": false})).await.expect(200);
    assert_eq!((&off["id"], &off["enabled"]), (&made["id"], &json!(false)));
    assert_eq!(admin.get(RULES).await.expect(200)["items"], json!([off]));
    for (bad, pointer, code) in [
        (json!({"pattern": "...", "action": "block", "direction": "in"}), "/pattern", "empty"),
        (json!({"pattern": "x".repeat(201), "action": "block", "direction": "in"}), "/pattern", "too_long"),
        (json!({"pattern": "x", "action": "shout", "direction": "in"}), "/action", "wrong_value"),
        (json!({"pattern": "x", "action": "flag", "direction": "up"}), "/direction", "wrong_value"),
    ] {
        let answer = admin.post(RULES, bad.clone()).await;
        let fault = &answer.body["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!(pointer), &json!(code)), "{bad}: {}", answer.text);
    }
    assert_eq!(admin.get("/api/v1/admin/llm/rule-hits").await.expect(200), json!({"items": [], "next_cursor": null}));
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.delete(&path).await.problem(404), "llm.rule_not_found");
    assert_eq!(admin.patch(&path, None, json!({"enabled": true})).await.problem(404), "llm.rule_not_found");
}
