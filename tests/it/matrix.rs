//! Every operation of `openapi/openapi.json` times every kind of caller: a row for each, or the test fails.

use std::collections::{BTreeMap, BTreeSet};

use obrol_tests::api::{Api, PASSWORD, id};
use obrol_tests::repository;
use obrol_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};

/// What a caller may get. `Body` is a refusal of the (empty) body: the caller was let in.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Door {
    /// 2xx, or a 4xx about the request itself (never 401, 403, 404).
    In,
    Unauthenticated,
    /// 403: what is for administrators, or for nobody who comes like this.
    Forbidden,
    NotFound,
}
use Door::{Forbidden, In, NotFound, Unauthenticated};

/// anonymous, expired or made-up token, owner, stranger, administrator (who owns nothing here).
type Row = [Door; 5];
const PUBLIC: Row = [In, In, In, In, In];
const SIGNED_IN: Row = [Unauthenticated, Unauthenticated, In, In, In];
const OPERATORS: Row = [Unauthenticated, Unauthenticated, Forbidden, Forbidden, In];
/// The id is none of an operator's things: whoever administers hears that, and nobody else.
const ONE_OF_OPERATORS: Row = [Unauthenticated, Unauthenticated, Forbidden, Forbidden, NotFound];
const OWNED: Row = [Unauthenticated, Unauthenticated, In, NotFound, NotFound];

/// The one list that a new route must be added to.
const ROWS: &[(&str, &str, Row)] = &[
    ("GET", "/healthz", PUBLIC),
    ("GET", "/readyz", PUBLIC),
    ("GET", "/.well-known/jwks.json", PUBLIC),
    ("GET", "/api/v1/setup", PUBLIC),
    ("POST", "/api/v1/auth/register", PUBLIC),
    ("POST", "/api/v1/auth/login", PUBLIC),
    // Without a refresh token nobody is let in, signed in or not.
    ("POST", "/api/v1/auth/refresh", [Unauthenticated; 5]),
    ("POST", "/api/v1/auth/logout", SIGNED_IN),
    ("POST", "/api/v1/auth/logout-all", SIGNED_IN),
    ("GET", "/api/v1/auth/sessions", SIGNED_IN),
    ("DELETE", "/api/v1/auth/sessions/{id}", OWNED),
    ("GET", "/api/v1/me", SIGNED_IN),
    ("PATCH", "/api/v1/me", SIGNED_IN),
    ("GET", "/api/v1/models", SIGNED_IN),
    ("GET", "/api/v1/events", SIGNED_IN),
    ("GET", "/api/v1/conversations", SIGNED_IN),
    ("POST", "/api/v1/conversations", SIGNED_IN),
    ("GET", "/api/v1/conversations/{id}", OWNED),
    ("PATCH", "/api/v1/conversations/{id}", OWNED),
    ("DELETE", "/api/v1/conversations/{id}", OWNED),
    ("GET", "/api/v1/conversations/{id}/messages", OWNED),
    ("POST", "/api/v1/conversations/{id}/messages", OWNED),
    ("POST", "/api/v1/conversations/{id}/messages/{answer_id}/regenerate", OWNED),
    ("GET", "/api/v1/runs/{id}", OWNED),
    ("GET", "/api/v1/runs/{id}/events", OWNED),
    ("POST", "/api/v1/runs/{id}/cancel", OWNED),
    // OpenAI's errors stand in place of problem documents there, the statuses are the same.
    ("GET", "/api/v1/me/api-keys", SIGNED_IN),
    ("POST", "/api/v1/me/api-keys", SIGNED_IN),
    ("DELETE", "/api/v1/me/api-keys/{id}", OWNED),
    ("GET", "/api/v1/me/usage", SIGNED_IN),
    ("GET", "/api/v1/me/usage/calls", SIGNED_IN),
    ("GET", "/api/v1/me/limits", SIGNED_IN),
    ("GET", "/api/v1/admin/llm/providers", OPERATORS),
    ("POST", "/api/v1/admin/llm/providers", OPERATORS),
    ("GET", "/api/v1/admin/llm/providers/{id}", ONE_OF_OPERATORS),
    ("PATCH", "/api/v1/admin/llm/providers/{id}", ONE_OF_OPERATORS),
    ("DELETE", "/api/v1/admin/llm/providers/{id}", ONE_OF_OPERATORS),
    ("POST", "/api/v1/admin/llm/providers/{id}/probe", ONE_OF_OPERATORS),
    ("POST", "/api/v1/admin/llm/providers/{id}/credentials", ONE_OF_OPERATORS),
    ("PATCH", "/api/v1/admin/llm/providers/{id}/credentials/{credential_id}", ONE_OF_OPERATORS),
    ("DELETE", "/api/v1/admin/llm/providers/{id}/credentials/{credential_id}", ONE_OF_OPERATORS),
    ("GET", "/api/v1/admin/llm/models", OPERATORS),
    ("PUT", "/api/v1/admin/llm/models", OPERATORS),
    ("DELETE", "/api/v1/admin/llm/models", OPERATORS),
    ("GET", "/api/v1/admin/llm/prices", OPERATORS),
    ("PUT", "/api/v1/admin/llm/prices", OPERATORS),
    ("DELETE", "/api/v1/admin/llm/prices", OPERATORS),
    ("POST", "/api/v1/admin/llm/prices/import", OPERATORS),
    ("GET", "/api/v1/admin/llm/routes", OPERATORS),
    ("POST", "/api/v1/admin/llm/routes", OPERATORS),
    ("GET", "/api/v1/admin/llm/routes/{id}", ONE_OF_OPERATORS),
    ("PATCH", "/api/v1/admin/llm/routes/{id}", ONE_OF_OPERATORS),
    ("DELETE", "/api/v1/admin/llm/routes/{id}", ONE_OF_OPERATORS),
    ("GET", "/api/v1/admin/llm/limits", OPERATORS),
    ("PUT", "/api/v1/admin/llm/limits", OPERATORS),
    ("GET", "/api/v1/admin/llm/limits/standing", OPERATORS),
    ("DELETE", "/api/v1/admin/llm/limits/{id}", ONE_OF_OPERATORS),
    ("GET", "/api/v1/admin/llm/rules", OPERATORS),
    ("POST", "/api/v1/admin/llm/rules", OPERATORS),
    ("PATCH", "/api/v1/admin/llm/rules/{id}", ONE_OF_OPERATORS),
    ("DELETE", "/api/v1/admin/llm/rules/{id}", ONE_OF_OPERATORS),
    ("GET", "/api/v1/admin/llm/rule-hits", OPERATORS),
    ("POST", "/api/v1/admin/llm/rule-hits/{id}/reveal", ONE_OF_OPERATORS),
    ("GET", "/api/v1/admin/llm/alerts", OPERATORS),
    ("POST", "/api/v1/admin/llm/alerts/{id}/resolve", ONE_OF_OPERATORS),
    ("GET", "/api/v1/admin/llm/settings", OPERATORS),
    ("PUT", "/api/v1/admin/llm/settings", OPERATORS),
    ("GET", "/api/v1/admin/llm/usage", OPERATORS),
    ("GET", "/api/v1/admin/llm/usage/calls", OPERATORS),
    ("GET", "/api/v1/admin/llm/usage.csv", OPERATORS),
    ("GET", "/v1/models", SIGNED_IN),
    ("GET", "/v1/models/{id}", SIGNED_IN),
    ("POST", "/v1/chat/completions", SIGNED_IN),
    ("POST", "/v1/embeddings", SIGNED_IN),
];

/// `{anything}` reads as `{}`: a parameter's name is not the point.
fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

fn operations(spec: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, item) in spec["paths"].as_object().expect("paths") {
        for method in ["get", "put", "post", "delete", "patch", "head", "options", "trace"] {
            if item.get(method).is_some() {
                found.insert((method.to_uppercase(), shape(path)));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_route_times_every_caller() {
    let committed = std::fs::read_to_string(repository().join("openapi/openapi.json"));
    let committed: Value =
        serde_json::from_str(&committed.expect("openapi/openapi.json (make openapi)")).expect("JSON");
    let rows: BTreeMap<(String, String), (String, Row)> = ROWS
        .iter()
        .map(|(method, path, row)| (((*method).to_owned(), shape(path)), ((*path).to_owned(), *row)))
        .collect();
    let declared: BTreeSet<_> = rows.keys().cloned().collect();
    let served = operations(&committed);
    assert_eq!(
        served.difference(&declared).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "routes without a row"
    );
    assert_eq!(
        declared.difference(&served).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "rows without a route"
    );

    let world = World::start().await;
    let live = world.server.api().get("/api/openapi.json").await.expect(200);
    assert_eq!(operations(&live), served, "the committed file is the served one");
    for ((method, _), (path, row)) in rows {
        cell(&world, &method, &path, row).await;
    }
}

/// A body that is right where being right decides who is let in: what is wrong in itself is refused before the owner is asked
/// for, for strangers and owners alike.
fn body(method: &str, path: &str) -> Value {
    match (method, path) {
        ("POST", "/api/v1/conversations/{id}/messages") => json!({"content": [{"type": "text", "text": "hello"}]}),
        ("PATCH", "/api/v1/conversations/{id}") => json!({"title": "Mine now"}),
        ("PATCH", "/api/v1/admin/llm/rules/{id}") => json!({"enabled": false}),
        ("POST", "/api/v1/admin/llm/providers/{id}/credentials") => json!({"label": "a", "secret": "b"}),
        _ => json!({}),
    }
}

async fn cell(world: &World, method: &str, path_of: &str, row: Row) {
    // A world of its own for each route: logging out or deleting must not help the next one.
    let unique = uuid::Uuid::now_v7().simple().to_string();
    let owner = world.person(&format!("owner{unique}")).await;
    let stranger = world.person(&format!("stranger{unique}")).await;
    let admin = admin(world).await;
    let path = filled(&owner, path_of).await;
    let anonymous = world.server.api();
    let made_up = anonymous.with_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.");
    let callers = [
        ("anonymous", &anonymous),
        ("made-up token", &made_up),
        ("stranger", &stranger),
        ("admin", &admin),
        ("owner", &owner),
    ];
    let wanted = [row[0], row[1], row[3], row[4], row[2]];
    for ((who, api), door) in callers.into_iter().zip(wanted) {
        let mut request = api.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
        if matches!(method, "POST" | "PATCH" | "PUT") {
            request = request.json(&body(method, path_of));
        }
        if method == "PATCH" {
            request = request.header("if-match", "\"0\"");
        }
        let answer = request.send().await.unwrap_or_else(|why| panic!("{method} {path}: {why:?}"));
        let status = answer.status().as_u16();
        let ok = match door {
            In => status < 500 && !matches!(status, 401 | 403 | 404),
            Unauthenticated => status == 401,
            Forbidden => status == 403,
            NotFound => status == 404,
        };
        // Nobody is signed in by an empty login.
        let login_refused = path.ends_with("/auth/login") && status == 401;
        assert!(ok || login_refused, "{method} {path} as {who}: {status}, wanted {door:?}");
    }
}

async fn admin(world: &World) -> Api {
    let email = obrol_tests::admin::EMAIL;
    if world.server.api().get("/api/v1/setup").await.body["needs_admin"] == true {
        return world.server.admin().await;
    }
    world.server.api().log_in(email).await
}

/// The path with ids of things that the owner has.
async fn filled(owner: &Api, path: &str) -> String {
    if !path.contains('{') {
        return path.to_owned();
    }
    if path.starts_with("/v1/models/") {
        return path.replace("{id}", "fake/fake-tok20");
    }
    if path.contains("/admin/") {
        return path
            .replace("{id}", &uuid::Uuid::now_v7().to_string())
            .replace("{credential_id}", &uuid::Uuid::now_v7().to_string());
    }
    if path.contains("/api-keys/") {
        let made = owner
            .post("/api/v1/me/api-keys", json!({"name": "mine", "scopes": ["chat"], "password": PASSWORD}))
            .await
            .expect(201);
        return path.replace("{id}", made["key"]["id"].as_str().unwrap());
    }
    if path.contains("/sessions/") {
        let devices = owner.get("/api/v1/auth/sessions").await.expect(200);
        // Another device of the owner's, so that the owner is still there to be asked.
        let email = owner.user["email"].as_str().unwrap();
        let _other = owner.log_in(email).await;
        let all = owner.get("/api/v1/auth/sessions").await.expect(200);
        let other = all["items"].as_array().unwrap().iter().find(|device| device["current"] == false);
        let device = other.unwrap_or(&devices["items"][0]);
        return path.replace("{id}", device["id"].as_str().unwrap());
    }
    let conversation = owner.conversation("fake/fake-tok20").await;
    let accepted = owner.ask(&conversation, "#a hello").await;
    let run = id(&accepted["run"]);
    owner.ended(&run, std::time::Duration::from_secs(20)).await;
    let path = path.replace("{answer_id}", &id(&accepted["answer"]));
    if path.contains("/runs/") { path.replace("{id}", &run) } else { path.replace("{id}", &conversation) }
}

/// S51: what the code declares is what the specification describes, but for the pages that are listed here.
#[test]
fn no_route_is_hidden() {
    const PAGES: [&str; 7] = [
        "/api/openapi.json",
        "/api/docs",
        "/docs/style.css",
        "/docs",
        "/docs/manual",
        "/docs/manual/{language}",
        "/docs/manual/{language}/{page}",
    ];
    fn read(folder: &std::path::Path, code: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, code);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                code.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut code = String::new();
    read(&repository().join("crates/api/src"), &mut code);
    let committed = std::fs::read_to_string(repository().join("openapi/openapi.json"));
    let described = operations(&serde_json::from_str(&committed.unwrap()).unwrap());
    let mut declared = BTreeSet::new();
    let mut pages = BTreeSet::new();
    for line in code.lines().map(str::trim_start) {
        assert!(!line.starts_with("#[route("), "a route of several methods is not understood here: {line}");
        for method in ["get", "put", "post", "delete", "patch", "head", "options", "trace"] {
            if let Some(rest) = line.strip_prefix(&format!("#[{method}(\"")) {
                let path = rest.split('"').next().unwrap();
                let outside = ["/healthz", "/readyz", "/.well", "/v1/"];
                let whole = if outside.iter().any(|prefix| path.starts_with(prefix)) {
                    path.to_owned()
                } else {
                    format!("/api/v1{path}")
                };
                declared.insert((method.to_uppercase(), shape(&whole)));
            }
        }
        if let Some(rest) = line.split(".route(\"").nth(1) {
            pages.insert(rest.split('"').next().unwrap().to_owned());
        }
        assert!(!line.contains("web::resource(") && !line.contains("web::scope("), "not understood here: {line}");
    }
    assert_eq!(declared, described);
    assert_eq!(pages, PAGES.map(str::to_owned).into());
}

/// Nothing else answers: neither what other servers have, nor what lies in the binary beside the pages.
#[tokio::test]
async fn nothing_else_answers() {
    let world = World::with(&[], &[]).await;
    let ani = world.person("ani").await;
    for path in [
        "/api/v1/admin",
        "/api/v1/users",
        "/api/v1/debug",
        "/api/v2/me",
        "/api/metrics",
        "/metrics",
        "/v1",
        "/v1/completions",
        "/v1/files",
        "/v1/models/",
        "/webhooks/telegram",
        "/.well-known/openid-configuration",
        "/.env",
        "/.git/config",
        "/obrol.db",
        "/secret.key",
        "/index.html.br",
        "/index.html.gz",
    ] {
        for api in [&world.server.api(), &ani] {
            let answer = api.get(path).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        }
    }
    let trace = Method::from_bytes(b"TRACE").unwrap();
    for path in ["/", "/api/v1/me", "/healthz", "/api/v1/auth/login"] {
        assert_eq!(ani.send(ani.request(trace.clone(), path)).await.status, 405, "{path}");
    }
}
