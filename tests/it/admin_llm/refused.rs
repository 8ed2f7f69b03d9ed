//! What is refused: wrong values, addresses that lead where they may not, whoever administers nothing.

use obrol_tests::fakes::Dialect;
use serde_json::{Value, json};

use super::{PROVIDERS, SECRET, draft, house, keeper};

#[tokio::test]
async fn without_leave_no_address_of_a_private_network_is_asked() {
    let (_server, _store, admin) = house().await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    let port = fake.base_url().rsplit(':').next().unwrap().trim_end_matches("/v1").to_owned();
    let mut provider = draft("own", &fake);
    provider["private_network"] = json!(false);
    // In the clear nothing goes out at all.
    let insecure = admin.post(PROVIDERS, provider.clone()).await;
    assert_eq!(insecure.body["errors"][0]["code"], "llm.url_insecure", "{}", insecure.text);
    let hosts = [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "0.0.0.0",
        "[::]",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[fd00::1]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
    ];
    for host in hosts {
        provider["base_url"] = json!(format!("https://{host}:{port}/v1"));
        let refused = admin.post(PROVIDERS, provider.clone()).await;
        assert_eq!(refused.problem(422), "llm.address_refused", "{host}");
    }
    assert_eq!(fake.connections(), 0, "nobody was connected to");
    assert_eq!(admin.get(PROVIDERS).await.expect(200)["items"].as_array().unwrap().len(), 1, "only the guide");
    // With leave it is asked, and without it the same provider can not be changed any more.
    let made = admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let path = format!("{PROVIDERS}/{}", made["provider"]["id"].as_str().unwrap());
    let closed = admin.patch(&path, Some("\"v1\""), json!({"private_network": false})).await;
    assert_eq!(closed.body["errors"][0]["code"], "llm.url_insecure", "{}", closed.text);
}

#[tokio::test]
async fn wrong_values_are_named_and_nothing_is_asked_or_saved() {
    let (_server, _store, admin) = house().await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    let good = draft("own", &fake);
    let with = |field: &str, value: Value| {
        let mut draft = good.clone();
        draft[field] = value;
        draft
    };
    let cases = [
        (with("name", json!("Own")), "/name", "llm.name_invalid"),
        (with("name", json!("route")), "/name", "llm.name_reserved"),
        (with("name", json!("x".repeat(41))), "/name", "too_long"),
        (with("kind", json!("telepathy")), "/kind", "wrong_value"),
        (with("base_url", json!("ftp://x")), "/base_url", "llm.url_invalid"),
        (with("base_url", json!("https://u:p@x/v1")), "/base_url", "llm.url_invalid"),
        (with("base_url", Value::Null), "/base_url", "missing"),
        (with("headers", json!({"Authorization": "Bearer x"})), "/headers/Authorization", "llm.header_secret"),
        (with("headers", json!({"Host": "x"})), "/headers/Host", "llm.header_ours"),
        (with("headers", json!({"X-A": "a\r\nX-B: b"})), "/headers/X-A", "llm.header_invalid"),
        (with("models", json!(["a b"])), "/models/0", "llm.model_invalid"),
        (with("max_concurrency", json!(0)), "/max_concurrency", "out_of_range"),
        (with("credentials", json!([{"label": "", "secret": "x"}])), "/label", "empty"),
        (with("credentials", json!([{"label": "a", "secret": "a b"}])), "/secret", "llm.secret_invalid"),
        (with("credentials", json!([{"label": "a", "secret": "x", "weight": 0}])), "/weight", "out_of_range"),
        (with("secret", json!("x")), "/secret", "unknown"),
    ];
    for (draft, pointer, code) in cases {
        let answer = admin.post(PROVIDERS, draft).await;
        assert_eq!(answer.status, 422, "{pointer} {code}: {}", answer.text);
        let faults = answer.body["errors"].as_array().unwrap();
        let found = faults.iter().any(|fault| fault["pointer"] == pointer && fault["code"] == code);
        assert!(found, "{pointer} {code}: {}", answer.text);
        assert!(faults.iter().all(|fault| !fault["message"].as_str().unwrap().is_empty()));
    }
    assert!(fake.asked().is_empty());
}

/// Nobody but administrators hears anything, whatever they send; not even whether it could be read.
#[tokio::test]
async fn a_plain_person_gets_nothing() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    let made = admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let own = format!("{PROVIDERS}/{}", made["provider"]["id"].as_str().unwrap());
    for path in [
        PROVIDERS,
        &own,
        "/api/v1/admin/llm/models",
        "/api/v1/admin/llm/prices?model=a/b",
        "/api/v1/admin/llm/routes",
        "/api/v1/admin/llm/limits",
        "/api/v1/admin/llm/limits/standing?scope=everyone",
        "/api/v1/admin/llm/rules",
        "/api/v1/admin/llm/rule-hits",
        "/api/v1/admin/llm/usage?nonsense=1",
        "/api/v1/admin/llm/usage/calls",
        "/api/v1/admin/llm/usage.csv",
    ] {
        assert_eq!(ani.get(path).await.problem(403), "auth.admin_required", "{path}");
        assert_eq!(server.api().get(path).await.problem(401), "auth.required", "{path}");
    }
    let garbage = ani.request(reqwest::Method::POST, PROVIDERS).header("content-type", "application/json").body("{");
    assert_eq!(ani.send(garbage).await.problem(403), "auth.admin_required");
    assert_eq!(ani.patch(&own, None, json!({"enabled": false})).await.problem(403), "auth.admin_required");
    let asked = fake.asked().len();
    assert_eq!(ani.post(&format!("{own}/probe"), Value::Null).await.problem(403), "auth.admin_required");
    assert_eq!(fake.asked().len(), asked);
}
