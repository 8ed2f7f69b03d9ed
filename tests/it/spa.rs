//! The pages are in the binary, with headers that keep them honest.

use obrol_tests::world::World;

#[tokio::test]
async fn pages_assets_and_their_headers() {
    let world = World::with(&[], &[]).await;
    let api = world.server.api();
    let page = api.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<div id=\"root\"") || page.text.contains("<!doctype html"), "{}", page.text);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(
        page.header("cache-control").unwrap().contains("no-cache") || page.header("cache-control") == Some("no-store")
    );
    let csp = page.header("content-security-policy").expect("a CSP").to_owned();
    assert!(csp.contains("frame-ancestors 'none'") && csp.contains("default-src"), "{csp}");
    assert!(!csp.contains("unsafe"), "{csp}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert!(page.header("referrer-policy").is_some());
    // A deep link is the same page; a missing asset and an unknown API route are not.
    assert_eq!(api.get("/chat/0190c0de-0000-7000-8000-000000000000").await.text, page.text);
    assert_eq!(api.get("/assets/missing-abcdef12.js").await.status, 404);
    let unknown = api.get("/api/v1/nowhere").await;
    assert!(unknown.header("content-security-policy").is_some(), "errors carry the headers too");
    assert_eq!(unknown.problem(404), "request.not_found");
    // A browser takes the headers of a 304 over for the page that it has: a stricter policy there breaks every reload.
    let tag = page.header("etag").expect("an ETag").to_owned();
    let known = api.send(api.request(reqwest::Method::GET, "/").header("if-none-match", tag)).await;
    assert_eq!(known.status, 304);
    assert_eq!(known.header("content-security-policy"), Some(csp.as_str()));
    let script = page.text.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(".js"));
    let script = script.expect("the page names its script").to_owned();
    let asset = api.get(&script).await;
    assert_eq!(asset.status, 200);
    assert!(asset.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(
        asset.header("content-security-policy"),
        Some(csp.as_str()),
        "workers live by the policy of their script"
    );
    let packed = api.request(reqwest::Method::GET, &script).header("accept-encoding", "br").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "br");
    let etag = asset.header("etag").expect("an ETag").to_owned();
    let again = api.send(api.request(reqwest::Method::GET, &script).header("if-none-match", etag)).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn only_documented_methods_are_answered() {
    let world = World::with(&[], &[]).await;
    let api = world.server.api();
    let trace = reqwest::Method::from_bytes(b"TRACE").unwrap();
    assert!(api.send(api.request(trace, "/")).await.status.is_client_error());
    assert!(api.send(api.request(reqwest::Method::PUT, "/api/v1/me")).await.status.is_client_error());
    assert!(!api.get("/metrics").await.header("content-type").unwrap_or_default().starts_with("text/plain"));
    let metrics = obrol_tests::api::Api::anonymous(&world.server.metrics_url).get("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.text.contains("# TYPE"), "{}", metrics.text);
}
