//! Faults of JSON bodies: their place, their code, and that nothing of the value comes back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::Locale;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only its shape matters")]
struct Post {
    title: String,
    #[serde(default)]
    parts: Vec<Part>,
    #[serde(default)]
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only its shape matters")]
struct Part {
    size: u8,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Chat,
}

fn fault_of(body: &str) -> (u16, String, String) {
    let problem = parse::<Post>(body.as_bytes()).unwrap_err();
    let document = problem.body(Locale::En, "test");
    let text = serde_json::to_string(&document).unwrap();
    assert!(!text.contains("s3cret"), "{text}");
    let (pointer, code) =
        document.errors.first().map(|fault| (fault.pointer.clone(), fault.code.clone())).unwrap_or_default();
    (document.status, pointer, code)
}

#[test]
fn faults_name_place_and_code() {
    let data = |body: &str, pointer: &str, code: &str| {
        assert_eq!(fault_of(body), (422, pointer.to_owned(), code.to_owned()), "{body}");
    };
    data(r#"{}"#, "/title", "missing");
    data(r#"{"title":"a","role":"s3cret"}"#, "/role", "unknown");
    data(r#"{"title":"a","a/b~":1}"#, "/a~1b~0", "unknown");
    data(r#"{"title":{"x":"s3cret"}}"#, "/title", "wrong_type");
    data(r#"{"title":null}"#, "/title", "not_null");
    data(r#"{"title":"a","title":"b"}"#, "/title", "duplicate");
    data(r#"{"title":"a","parts":[{"size":1},{"size":"s3cret"}]}"#, "/parts/1/size", "wrong_type");
    data(r#"{"title":"a","parts":[{"size":300}]}"#, "/parts/0/size", "wrong_value");
    data(r#"{"title":"a","parts":[null]}"#, "/parts/0", "not_null");
    data(r#"{"title":"a","parts":[{"size":1,"role":1}]}"#, "/parts/0/role", "unknown");
    data(r#"{"title":"a","kind":"s3cret"}"#, "/kind", "wrong_value");
    data(r#"[]"#, "", "wrong_type");
    data(r#""s3cret""#, "", "wrong_type");
}

#[test]
fn what_is_not_json_is_a_400() {
    for body in ["", "{", "s3cret", r#"{"title":"a"} x"#, "{\"title\":\"\u{1}\"}", r#"{"title":"\ud800"}"#] {
        assert_eq!(fault_of(body).0, 400, "{body}");
    }
    assert_eq!(parse::<Post>(b"{\"title\":\"\xff\"}").unwrap_err().status().as_u16(), 400);
}

#[test]
fn depth_is_bounded_and_brackets_in_texts_do_not_count() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(parse::<serde_json::Value>(deep.as_bytes()).unwrap_err().code(), "request.too_deep");
    let text = format!(r#"{{"title":"{}\"["}}"#, "[".repeat(1000));
    assert!(parse::<Post>(text.as_bytes()).is_ok());
}

#[test]
fn values_are_counted_without_building_them() {
    assert_eq!(shape(br#"{"a":[0,0,0],"b":{"c":"x,:[{"}}"#).values, 9);
    let many = format!("[{}0]", "0,".repeat(1000));
    assert_eq!(shape(many.as_bytes()).values, 1001);
}
