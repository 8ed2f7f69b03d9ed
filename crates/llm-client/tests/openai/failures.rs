//! Everything that can fail, and what it may tell: checklist 4, 6, 8 and 10.

use std::time::Duration;

use llm_client::{ErrorClass, FinishReason};
use serde_json::{Value, json};

use crate::fake::{Fake, Reply, Step, story};
use crate::turns::call;
use crate::{KEY, ask, calls, delta, end, fails, finish, hear, sse, text};

// 4. Errors: before the stream, as its first event, after tokens, cut, and in no form at all.

#[tokio::test]
async fn every_row_of_the_error_tables() {
    use ErrorClass::*;
    let error = |kind: &str, code: Value, message: &str| json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
    let cases = [
        (400, error("invalid_request_error", json!("unsupported_parameter"), "no"), InvalidRequest),
        (400, error("invalid_request_error", json!("context_length_exceeded"), "too long"), ContextLength),
        (
            400,
            error("invalid_request_error", Value::Null, "This model's maximum context length is 8 tokens"),
            ContextLength,
        ),
        (
            400,
            error("exceed_context_size_error", json!(400), "the request exceeds the available context size"),
            ContextLength,
        ),
        (400, error("invalid_request_error", json!("content_filter"), "blocked"), Moderation),
        (400, error("invalid_request_error", json!("content_policy_violation"), "blocked"), Moderation),
        (400, error("invalid_request_error", json!("tool_use_failed"), "model erred"), Unknown),
        (401, error("invalid_request_error", json!("invalid_api_key"), "bad key"), Auth),
        (403, error("request_forbidden", Value::Null, "country not supported"), Auth),
        (402, error("x", Value::Null, "pay"), Payment),
        (404, error("invalid_request_error", json!("model_not_found"), "no model"), InvalidRequest),
        (408, json!({}), Timeout),
        (409, error("x", Value::Null, "lock timeout"), Unavailable),
        (413, error("tokens", json!("rate_limit_exceeded"), "Request too large for TPM"), ContextLength),
        (422, json!({"detail": [{"msg": "odd"}]}), InvalidRequest),
        (429, error("requests", json!("rate_limit_exceeded"), "slow"), RateLimited),
        (429, error("rate_limit_error", json!("slow_down"), "slow"), RateLimited),
        (429, error("insufficient_quota", json!("insufficient_quota"), "no money"), Payment),
        (429, error("insufficient_quota", Value::Null, "no money"), Payment),
        (429, error("x", json!("credit_balance_exhausted"), "no money"), Payment),
        (429, error("x", json!("organization_spend_limit_exceeded"), "no money"), Payment),
        (429, error("x", json!("project_spend_limit_exceeded"), "no money"), Payment),
        (429, error("x", json!("organization_usage_limit_exceeded"), "no money"), Payment),
        (498, json!({"error": {"code": "capacity_exceeded"}}), Unavailable),
        (500, error("server_error", Value::Null, "oops"), Unavailable),
        (503, error("service_unavailable_error", json!("server_is_overloaded"), "busy"), Unavailable),
        (504, json!("late"), Timeout),
        (524, Value::Null, Timeout),
        (529, json!({"error": "overloaded"}), Unavailable),
        (418, json!({"error": {"code": 7}}), Unknown),
        (302, json!({}), Unknown),
    ];
    for (status, body, class) in cases {
        let found = fails(Reply::json(status, &body.to_string())).await;
        assert_eq!((found.class, found.status), (class, Some(status)), "{status} {body}");
    }
}

#[tokio::test]
async fn answers_that_are_no_json() {
    for (kind, body) in [
        ("text/html", "<html><body>Bad gateway</body></html>"),
        ("text/plain", "upstream geheim-1234 died"),
        ("application/json", "{\"err"),
        ("", ""),
    ] {
        let found = fails(Reply::full(502, &[("content-type", kind)], body)).await;
        assert_eq!((found.class, found.status), (ErrorClass::Unavailable, Some(502)));
        assert!(!found.detail.contains("gateway") && !found.detail.contains("geheim"), "{}", found.detail);
    }
    let page = fails(Reply::full(200, &[("content-type", "text/html; charset=utf-8")], "<html>hello</html>")).await;
    assert_eq!((page.class, page.code.as_deref()), (ErrorClass::Unknown, Some("not_a_stream")));
    let empty = fails(Reply::full(200, &[("content-type", "text/event-stream")], "")).await;
    assert_eq!((empty.class, empty.code.as_deref()), (ErrorClass::Unavailable, Some("truncated")));
    let nothing = fails(Reply::full(200, &[("content-type", "application/json")], "")).await;
    assert_eq!(nothing.class, ErrorClass::Unknown);
    assert_eq!(fails(Reply::raw("SSH-2.0-OpenSSH_9\r\n")).await.class, ErrorClass::Unavailable);
    assert_eq!(fails(Reply(vec![Step::Reset])).await.class, ErrorClass::Unavailable);
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let mut fake = Fake::one(Reply::default()).await;
    fake.address = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (_, error) = ask(&fake).await;
    assert_eq!(error.unwrap().class, ErrorClass::Unavailable);
}

#[tokio::test]
async fn an_error_inside_the_stream_first_or_after_tokens() {
    use ErrorClass::*;
    let cases = [
        (
            "data: {\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n",
            Unavailable,
        ),
        ("data: {\"error\":\"something broke\"}\n\n", Unknown),
        (
            "data: {\"error\":{\"code\":429,\"message\":\"slow\"},\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
            RateLimited,
        ),
        ("data: {\"error\":{\"code\":\"502\",\"message\":\"bad\"}}\n\n", Unavailable),
        ("data: {\"error\":{\"type\":\"insufficient_quota\"}}\n\n", Payment),
        ("data: {\"error\":{\"code\":\"context_length_exceeded\"}}\n\n", ContextLength),
        ("event: error\ndata: {\"error\":{\"type\":\"rate_limit_error\"}}\n\n", RateLimited),
        ("event: error\ndata: {\"message\":\"busy\",\"type\":\"overloaded_error\"}\n\n", Unavailable),
        ("event: error\ndata: plain words\n\n", Unknown),
        ("data: [{\"error\":{\"code\":503}}]\n\n", Unavailable),
    ];
    let beginning = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"Par\"}}]}\n\n";
    for (said, class) in cases {
        for (before, heard) in [("", ""), (": PROCESSING\n\n", ""), (beginning, "Par")] {
            let (events, error) = hear(&format!("{before}{said}data: [DONE]\n\n")).await;
            assert_eq!((text(&events).as_str(), error.map(|error| error.class)), (heard, Some(class)), "{said}");
        }
    }
}

#[tokio::test]
async fn what_python_calls_false_is_no_error() {
    for nothing in ["null", "false", "\"\"", "0", "{}", "[]"] {
        let (events, error) = hear(&format!("data: {{\"error\":{nothing},\"choices\":[{{\"delta\":{{\"content\":\"ok\"}},\"finish_reason\":\"stop\"}}]}}\n\n")).await;
        assert_eq!((text(&events).as_str(), error), ("ok", None), "{nothing}");
    }
}

#[tokio::test]
async fn a_cut_stream_keeps_its_text_and_is_unavailable() {
    let whole = story(&["Par", "tial"]);
    let (before_the_finish, _) = whole.split_once("data: {\"choices\":[{\"index\":0,\"delta\":{},").unwrap();
    let (events, error) = hear(before_the_finish).await;
    let error = error.unwrap();
    assert_eq!(
        (text(&events).as_str(), error.class, error.code.as_deref()),
        ("Partial", ErrorClass::Unavailable, Some("truncated"))
    );
    // The same inside a body with chunks: the connection ends before the last chunk.
    let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"Par\"}}]}\n\n";
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{piece}\r\n",
        piece.len()
    );
    let (events, error) = ask(&Fake::one(Reply::raw(chunked)).await).await;
    assert_eq!((text(&events).as_str(), error.unwrap().class), ("Par", ErrorClass::Unavailable));
    // In the middle of a line.
    let (events, error) = hear(&format!("{piece}data: {{\"choices\":[{{\"delta\":{{\"content\":\"lost")).await;
    assert_eq!((text(&events).as_str(), error.unwrap().class), ("Par", ErrorClass::Unavailable));
}

#[tokio::test]
async fn one_of_the_two_ends_is_enough() {
    let (events, error) =
        hear("data: {\"choices\":[{\"delta\":{\"content\":\"A\"},\"finish_reason\":\"length\"}]}\n\n").await;
    assert_eq!((finish(&events).0, error), (FinishReason::Length, None));
    let (events, error) = hear("data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\ndata: [DONE]").await;
    assert_eq!((finish(&events).0, error), (FinishReason::Stop, None));
    let (events, error) = hear(
        "data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\ndata:[DONE] and more\n\ndata: {\"error\":1}\n\n",
    )
    .await;
    assert_eq!((finish(&events).0, error), (FinishReason::Stop, None));
}

#[tokio::test]
async fn a_stream_request_answered_with_one_json_object() {
    let whole = r#"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"Hi.","refusal":null,"annotations":[]},"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":10}}"#;
    let (events, error) = ask(&Fake::one(Reply::json(200, whole)).await).await;
    assert_eq!((text(&events).as_str(), error), ("Hi.", None));
    assert_eq!(finish(&events).1.unwrap().input_total, 19);

    let turn = r#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#;
    let (events, _) = ask(&Fake::one(Reply::json(200, turn)).await).await;
    assert_eq!(calls(events), [call("a", "f", "{}")]);

    let error = fails(Reply::json(200, r#"{"error":{"message":"no","code":402}}"#)).await;
    assert_eq!(error.class, ErrorClass::Payment);
    assert_eq!(fails(Reply::json(200, r#"{"hello":"world"}"#)).await.class, ErrorClass::Unknown);
}

#[tokio::test]
async fn a_refusal_and_a_content_filter_are_moderation_with_their_usage() {
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}});
    for chunks in [
        [delta(json!({"content": null, "refusal": "I cannot"})), end(json!("stop")), usage.clone()],
        [delta(json!({"content": "So"})), end(json!("content_filter")), usage.clone()],
    ] {
        let (_, error) = hear(&sse(&chunks)).await;
        let error = error.unwrap();
        assert_eq!((error.class, error.usage.unwrap().input_total), (ErrorClass::Moderation, 5));
        assert!(!error.detail.contains("cannot"));
    }
}

#[tokio::test]
async fn a_line_without_end_is_not_kept_in_memory() {
    let endless = Step::Repeat(vec![b'x'; 256 << 10], Duration::from_millis(1));
    let fake = Fake::one(Reply::events("data: ").then(endless)).await;
    let (events, error) = ask(&fake).await;
    assert_eq!((events.len(), error.unwrap().code.as_deref()), (0, Some("line_too_long")));
    assert!(fake.wait_left().await.is_some());
}

// 6. Hints.

#[tokio::test]
async fn hints_come_from_headers_and_bodies() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, Option<f64>);
    let cases: [Case<'_>; 9] = [
        (&[("retry-after-ms", "1500"), ("retry-after", "9")], "{}", Some(1.5)),
        (&[("retry-after", "2.5")], "{}", Some(2.5)),
        (
            &[("date", "Mon, 21 Sep 2026 14:13:20 GMT"), ("retry-after", "Mon, 21 Sep 2026 14:13:50 GMT")],
            "{}",
            Some(30.0),
        ),
        (&[], r#"{"error":{"metadata":{"retry_after_seconds":7}}}"#, Some(7.0)),
        (&[], r#"{"error":{"availability":{"retry_after":"34.4s"}}}"#, Some(34.4)),
        (
            &[
                ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "6m0s"),
                ("x-ratelimit-reset-requests", "12ms"),
            ],
            "{}",
            Some(360.0),
        ),
        (&[("x-ratelimit-reset-requests", "2m59.56s")], "{}", Some(179.56)),
        (&[("retry-after", "soon")], "{}", None),
        (&[], "{}", None),
    ];
    for (headers, body, expected) in cases {
        let error = fails(Reply::full(429, headers, body)).await;
        assert_eq!(error.class, ErrorClass::RateLimited);
        let found = error.retry_after.map(|hint| (hint.as_secs_f64() * 1000.0).round() / 1000.0);
        assert_eq!(found, expected, "{headers:?} {body}");
    }
    assert_eq!(fails(Reply::full(503, &[("x-should-retry", "false")], "")).await.should_retry, Some(false));
}

// 8. Whatever comes, nothing panics.

#[tokio::test]
async fn unknown_and_odd_fields_are_ignored() {
    let odd = [
        json!({"choices": null}),
        json!({"choices": "none", "new": {"deep": [1, 2]}}),
        json!({"choices": [null, 5]}),
        json!({"choices": [{"delta": null, "finish_reason": 7, "logprobs": "x"}]}),
        delta(json!({"content": null, "tool_calls": null, "reasoning": 5, "audio": {}})),
        delta(json!({"content": {"odd": true}, "tool_calls": [{"index": "zero", "id": 4, "function": null}]})),
        delta(json!({"content": "ok", "role": null})),
        end(json!("because_i_can")),
    ];
    let (events, error) = hear(&format!(
        "retry: 1\nfoo\nid\n\nevent: new.thing\ndata: {{\"x\":1}}\n\ndata: 5\n\ndata: \"s\"\n\n{}",
        sse(&odd)
    ))
    .await;
    assert_eq!((text(&events).as_str(), error), ("ok", None));
    for code in [json!(7), json!("x"), Value::Null, json!({}), json!([1]), json!(true), json!(1.5), json!(u64::MAX)] {
        let body = json!({"error": {"code": code, "message": 5, "type": ["x"], "param": {}}}).to_string();
        assert_eq!(fails(Reply::json(400, &body)).await.class, ErrorClass::InvalidRequest);
    }
}

// 10. What an error may tell.

#[tokio::test]
async fn an_error_tells_operators_no_secret_and_users_nothing() {
    let body = json!({"error": {
        "message": format!("Incorrect key {KEY} for org_01hxyzabc, mail ani@toko.example, see https://x.example"),
        "type": "invalid_request_error", "code": "invalid_api_key",
        "failed_generation": "rahasia pengguna", "metadata": {"flagged_input": "rahasia pengguna", "user_id": "user_2abc9"},
    }});
    let error = fails(Reply::json(401, &body.to_string())).await;
    let all = format!("{error:?}");
    for secret in [KEY, "org_01hxyzabc", "ani@toko.example", "rahasia", "user_2abc9"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert_eq!(error.to_string(), "auth (401)");
    let long = fails(Reply::json(500, &json!({"error": {"message": "y ".repeat(100_000)}}).to_string())).await;
    assert!(long.detail.chars().count() <= 300);
}
