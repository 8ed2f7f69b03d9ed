//! Accounts at the edge: cookies and where they may come from, what a body may say, tokens that others made up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use obrol_tests::api::{Answer, Api, PASSWORD};
use obrol_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};

const REFRESH: &str = "/api/v1/auth/refresh";

/// Name, value and attributes of the one cookie that an answer sets.
fn cookie(answer: &Answer) -> (String, String, Vec<String>) {
    let mut parts = answer.header("set-cookie").expect("a cookie").split("; ").map(str::to_owned);
    let (name, value) = parts.next().unwrap().split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap();
    let mut attributes: Vec<String> = parts.filter(|part| !part.starts_with("Max-Age")).collect();
    attributes.sort();
    (name, value, attributes)
}

async fn register(api: &Api, email: &str) -> Answer {
    let answer = api.post("/api/v1/auth/register", json!({"email": email, "password": PASSWORD})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer
}

#[tokio::test]
async fn the_cookie_is_for_our_own_pages_alone() {
    let world = World::start().await;
    let api = world.server.api();
    let joined = register(&api, "ani@example.test").await;
    assert!(joined.body.get("refresh_token").is_none(), "a cookie's token is not in the body: {}", joined.text);
    assert_eq!(joined.header("cache-control"), Some("no-store"));
    let (name, value, attributes) = cookie(&joined);
    assert_eq!(
        (name.as_str(), attributes),
        ("obrol_refresh", ["HttpOnly", "Path=/", "SameSite=Lax"].map(str::to_owned).into())
    );
    let with = |origin: Option<&str>, body: Option<Value>| {
        let mut request = api.request(Method::POST, REFRESH).header("cookie", format!("{name}={value}"));
        if let Some(origin) = origin {
            request = request.header("origin", origin.to_owned());
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        api.send(request)
    };
    for foreign in [None, Some("https://evil.example"), Some("null"), Some("http://127.0.0.1:1")] {
        assert_eq!(with(foreign, None).await.problem(403), "request.origin_refused", "{foreign:?}");
    }
    let own = Some(world.server.url.as_str());
    let leak = with(own, Some(json!({"token_delivery": "body"}))).await;
    assert_eq!(leak.problem(422), "request.invalid", "a cookie's token never leaves the cookie");
    let renewed = with(own, None).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    assert!(renewed.body.get("refresh_token").is_none());
    let (_, next, _) = cookie(&renewed);
    assert_ne!(next, value);

    let leave = api.request(Method::POST, "/api/v1/auth/logout").header("cookie", format!("{name}={next}"));
    let left = api.send(leave.header("origin", world.server.url.clone())).await;
    assert_eq!(left.status, 204, "{}", left.text);
    assert_eq!(cookie(&left).1, "", "the cookie is taken away");
    let late = with(own, None).await;
    assert_eq!(cookie(&late).1, "");
    assert_eq!(late.problem(401), "auth.session_ended");
}

#[tokio::test]
async fn behind_https_the_cookie_has_the_host_prefix() {
    let world = World::with(&[], &[("OBROL_PUBLIC_URL", "https://chat.example.test")]).await;
    let (name, _, attributes) = cookie(&register(&world.server.api(), "ani@example.test").await);
    assert_eq!(name, "__Host-obrol_refresh");
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
}

#[tokio::test]
async fn who_asks_is_decided_before_the_body_is_read() {
    let world = World::start().await;
    let api = world.server.api();
    for body in ["{", "[[[[", "null"] {
        let request = api.request(Method::PATCH, "/api/v1/me").header("content-type", "application/json").body(body);
        assert_eq!(api.send(request).await.problem(401), "auth.required", "{body}");
    }
    let ani = world.person("ani").await;
    for field in ["role", "status", "id", "email", "rights_epoch"] {
        let answer = ani.patch("/api/v1/me", None, json!({"display_name": "Ani", field: "admin"})).await;
        assert_eq!(
            answer.body["errors"][0],
            json!({"pointer": format!("/{field}"), "code": "unknown", "message": answer.body["errors"][0]["message"]})
        );
        assert_eq!(answer.status, 422);
    }
    let body = json!({"email": "budi@example.test", "password": PASSWORD, "role": "admin"});
    assert_eq!(api.post("/api/v1/auth/register", body).await.status, 422);
}

#[tokio::test]
async fn absent_and_null_are_told_apart() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let changed = ani.patch("/api/v1/me", None, json!({"locale": "ja"})).await.expect(200);
    assert_eq!(changed["locale"], "ja");
    let renamed = ani.patch("/api/v1/me", None, json!({"display_name": "  Ani   W. "})).await.expect(200);
    assert_eq!((&renamed["display_name"], &renamed["locale"]), (&json!("Ani W."), &json!("ja")));
    assert_eq!(ani.patch("/api/v1/me", None, json!({"locale": null})).await.expect(200)["locale"], Value::Null);
    assert_eq!(ani.patch("/api/v1/me", None, json!({"locale": "fr"})).await.status, 422);
}

#[tokio::test]
async fn devices_are_listed_page_by_page() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    for _ in 0..4 {
        world.server.api().log_in("ani@example.test").await;
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/auth/sessions?limit=2".to_owned();
    loop {
        let page = ani.get(&path).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/auth/sessions?limit=2&cursor={next}");
    }
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (5, 5));
    assert_eq!(ani.get("/api/v1/auth/sessions?cursor=nonsense").await.problem(400), "request.malformed_cursor");
    assert_eq!(ani.get("/api/v1/auth/sessions?limit=201").await.status, 422);
}

#[tokio::test]
async fn tokens_that_others_made_up_are_refused() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let keys = ani.get("/.well-known/jwks.json").await.expect(200);
    let [header, claims, signature] = <[&str; 3]>::try_from(ani.token().split('.').collect::<Vec<_>>()).unwrap();
    let read: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(read["kid"], keys["keys"][0]["kid"]);
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()));
    let with = |name: &str, value: Value| {
        let mut changed = read.clone();
        changed[name] = value;
        format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(changed.to_string()))
    };
    let mut other: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    other["exp"] = json!(9_999_999_999_u64);
    let swapped = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(other.to_string()));
    let forged = [
        with("alg", json!("none")),
        with("alg", json!("HS256")),
        with("kid", json!("0")),
        with("typ", json!("JWT")),
        with("jwk", keys["keys"][0].clone()),
        with("jku", json!("https://evil.example")),
        swapped,
        format!("{header}.{claims}."),
    ];
    for token in forged {
        let answer = ani.with_token(&token).get("/api/v1/me").await;
        assert!(answer.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")));
        assert_eq!(answer.problem(401), "auth.token_invalid", "{token}");
    }
    let basic = ani.request(Method::GET, "/api/v1/me").header("authorization", "Basic YTpi");
    assert_eq!(ani.send(basic).await.status, 401, "two proofs are none");
    assert_eq!(ani.get(&format!("/api/v1/me?access_token={}", ani.token())).await.status, 200);
    let in_address = format!("/api/v1/me?access_token={}", ani.token());
    assert_eq!(world.server.api().get(&in_address).await.problem(401), "auth.required");
}

fn openssl(words: &[&str]) -> Vec<u8> {
    let made = std::process::Command::new("openssl").args(words).output().expect("openssl is installed");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

/// S12: the operator changes the RSA key; what the former one signed is good while its public part is named, and not after.
#[tokio::test]
async fn an_operators_key_is_changed_with_an_overlap() {
    let store = obrol_tests::server::Store::fresh().await;
    let file = |name: &str| store.folder().join(name);
    let path = |name: &str| file(name).display().to_string();
    for name in ["first.pem", "second.pem"] {
        std::fs::write(file(name), openssl(&["genrsa", "2048"])).unwrap();
    }
    std::fs::write(file("first.pub"), openssl(&["rsa", "-pubout", "-in", &path("first.pem")])).unwrap();
    let mut server = obrol_tests::server::Server::prepare(&store, "node");
    let kid = |token: &str| {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        serde_json::from_slice::<Value>(&header).unwrap()
    };
    let kids =
        |keys: Value| -> Vec<Value> { keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect() };

    server.up().await;
    let derived = server.person("ani").await;
    server.set("OBROL_JWT_RSA_KEY_FILE", &path("first.pem"));
    server.restart().await;
    assert_eq!(derived.get("/api/v1/me").await.status, 200, "what the derived key signed lives on");
    let first = server.api().log_in("ani@example.test").await;
    assert_eq!(kid(first.token())["alg"], "RS256");

    server.set("OBROL_JWT_RSA_KEY_FILE", &path("second.pem"));
    server.set("OBROL_JWT_RSA_KEY_FILE_PREVIOUS", &path("first.pub"));
    server.restart().await;
    assert_eq!(first.get("/api/v1/me").await.status, 200, "the former key's tokens live to their end");
    let second = server.api().log_in("ani@example.test").await;
    assert_ne!(kid(second.token())["kid"], kid(first.token())["kid"]);
    let published = kids(second.get("/.well-known/jwks.json").await.expect(200));
    assert_eq!(published[0], kid(second.token())["kid"], "the one that signs comes first");
    assert!(published.contains(&kid(first.token())["kid"]));

    server.unset("OBROL_JWT_RSA_KEY_FILE_PREVIOUS");
    server.restart().await;
    assert_eq!(first.get("/api/v1/me").await.problem(401), "auth.token_invalid");
    assert_eq!(second.get("/api/v1/me").await.status, 200);
    let published = kids(second.get("/.well-known/jwks.json").await.expect(200));
    assert!(!published.contains(&kid(first.token())["kid"]));
}
