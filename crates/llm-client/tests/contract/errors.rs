//! The documented errors, for real, and what an error may tell: checklist 4, 6, 7 and 10.

use llm_client::ErrorClass::{self, *};
use serde_json::{Value, json};

use crate::documented::{Case, cases};
use crate::fakes::{Break, Dialect, Fault, Plan, Saying};
use crate::{Heard, KEY, hear};

fn refused(case: &Case) -> Fault {
    let headers = case.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (media_type, body) = match &case.body {
        Value::Null => ("text/html".to_owned(), b"<html>nothing here</html>".to_vec()),
        body => ("application/json".to_owned(), body.to_string().into_bytes()),
    };
    Fault::Refused { status: case.status, media_type, headers, body }
}

pub async fn meet(dialect: Dialect, case: &Case) -> Heard {
    hear(dialect, Plan::fail(Saying::default(), refused(case))).await
}

#[tokio::test]
async fn every_documented_error_before_the_stream() {
    for dialect in Dialect::ALL {
        for case in cases(dialect) {
            let heard = meet(dialect, &case).await;
            let error = heard.error.unwrap_or_else(|| panic!("{dialect:?} {} {}", case.status, case.said));
            let hint = error.retry_after.map(|hint| (hint.as_secs_f64() * 1e6).round() / 1e6);
            let expected = case.hint.map(|hint| (hint * 1e6).round() / 1e6);
            let found = (error.class, error.may_repeat(), hint, error.status);
            let wanted = (case.class, case.repeat, expected, Some(case.status));
            assert_eq!(found, wanted, "{dialect:?} {} {}: {error:?}", case.status, case.said);
            assert!(heard.text.is_empty());
        }
    }
}

/// Error bodies inside a 200 stream, in the dialect's own framing.
fn inside(dialect: Dialect) -> Vec<(Value, ErrorClass)> {
    let openai = |kind: &str, code: Value| json!({"error": {"message": "m", "type": kind, "code": code}});
    match dialect {
        Dialect::OpenAi | Dialect::Compatible | Dialect::Vercel => vec![
            (openai("server_error", Value::Null), Unavailable),
            (openai("rate_limit_error", Value::Null), RateLimited),
            (openai("insufficient_quota", Value::Null), Payment),
            (openai("x", json!(429)), RateLimited),
            (openai("x", json!("502")), Unavailable),
            (openai("x", json!("context_length_exceeded")), ContextLength),
            (json!({"error": "something broke"}), Unknown),
        ],
        Dialect::OpenRouter => vec![
            (
                json!({"error": {"code": 502, "message": "m", "metadata": {"error_type": "provider_unavailable"}}, "choices": [{"delta": {"content": ""}, "finish_reason": "error"}]}),
                Unavailable,
            ),
            (
                json!({"choices": [{"finish_reason": "error", "error": {"code": 429, "message": "m"}, "delta": {"content": ""}}]}),
                RateLimited,
            ),
            (json!({"choices": [{"finish_reason": "error", "delta": {"content": ""}}]}), Unavailable),
            (json!({"error": {"code": "server_error", "message": "m"}, "choices": []}), Unavailable),
            (json!({"error": {"message": "m", "http_status": 402}, "user_id": "org_1"}), Payment),
        ],
        Dialect::Groq => vec![
            (
                json!({"error": {"message": "m", "type": "invalid_request_error", "code": "tool_use_failed", "failed_generation": "x", "status_code": 400}}),
                Unknown,
            ),
            (json!({"error": {"message": "m", "type": "x", "status_code": 503}}), Unavailable),
        ],
        Dialect::Gemini => vec![
            (json!({"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}), Unavailable),
            (json!([{"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED"}}]), RateLimited),
            (json!({"error": {"message": "m", "status": "DEADLINE_EXCEEDED"}}), Timeout),
        ],
        Dialect::Anthropic => vec![
            (
                json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded", "details": null}}),
                Unavailable,
            ),
            (json!({"type": "error", "error": {"type": "rate_limit_error", "message": "m"}}), RateLimited),
            (json!({"type": "error", "error": {"type": "timeout_error", "message": "m"}}), Timeout),
            (json!({"type": "error", "error": {"type": "authentication_error", "message": "m"}}), Auth),
        ],
        Dialect::Ollama => vec![
            (json!({"error": "an error was encountered while running the model"}), Unavailable),
            (json!({"error": "the input length exceeds the context length"}), ContextLength),
            (json!({"error": "what nobody knows"}), Unknown),
        ],
    }
}

#[tokio::test]
async fn errors_inside_the_stream_first_and_after_tokens() {
    for dialect in Dialect::ALL {
        for (body, class) in inside(dialect) {
            for (tokens, text) in [(0, ""), (2, "a.0 a.1 ")] {
                let what = Break::Say(dialect.error_frame(&body));
                let plan = Plan::fail(Saying::tokens("a", 4), Fault::Within { tokens, what });
                let heard = hear(dialect, plan).await;
                assert_eq!((heard.text.as_str(), heard.class()), (text, Some(class)), "{dialect:?} {body}");
            }
        }
    }
}

#[tokio::test]
async fn too_long_no_money_and_not_allowed_in_everybodys_words() {
    use crate::fakes::trouble::{blocked, no_money, too_long};
    for dialect in Dialect::ALL {
        let moderation = if dialect == Dialect::Ollama { InvalidRequest } else { Moderation };
        let cases = [(too_long(dialect), ContextLength), (no_money(dialect), Payment), (blocked(dialect), moderation)];
        for ((status, body), class) in cases {
            let heard = hear(dialect, Plan::fail(Saying::default(), Fault::json(status, &body))).await;
            assert_eq!(heard.class(), Some(class), "{dialect:?} {body}");
        }
    }
}

#[tokio::test]
async fn groqs_other_ways_to_break_off() {
    for said in [
        "data: {\"error\":{\"message\":\"m\",\"type\":\"x\",\"code\":\"tool_use_failed\"}}\n\n",
        "data: {\"choices\":[{\"delta\":{}}],\"x_groq\":{\"id\":\"r\",\"error\":\"stopped early\"}}\n\n",
        "event: error\ndata: plain words\n\n",
    ] {
        let what = Break::Say(said.as_bytes().to_vec());
        let heard = hear(Dialect::Groq, Plan::fail(Saying::tokens("a", 4), Fault::Within { tokens: 1, what })).await;
        assert_eq!((heard.text.as_str(), heard.class()), ("a.0 ", Some(Unknown)), "{said}");
    }
}

#[tokio::test]
async fn gemini_blocks_a_prompt_with_a_success() {
    let body = json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 9}});
    let streamed = Break::Say(format!("data: {body}\r\n\r\n").into_bytes());
    let plans = [Fault::Within { tokens: 0, what: streamed }, Fault::json(200, &body)];
    for fault in plans {
        let error = hear(Dialect::Gemini, Plan::fail(Saying::default(), fault)).await.error.unwrap();
        assert_eq!((error.class, error.usage.unwrap().input_total), (Moderation, 9));
    }
}

#[tokio::test]
async fn anthropics_second_beginning_is_never_joined_to_the_first() {
    let start = |id: &str| {
        format!(
            "event: message_start\ndata: {}\n\n",
            json!({"type": "message_start", "message": {"id": id, "model": "m", "usage": {}}})
        )
    };
    let at = |id: &str, tokens| {
        let fault = Fault::Within { tokens, what: Break::Insert(start(id).into_bytes()) };
        hear(Dialect::Anthropic, Plan::fail(Saying::tokens("a", 2), fault))
    };
    let duplicate = at("id-1", 1).await;
    assert_eq!((duplicate.text.as_str(), duplicate.error), ("a.0 a.1 ", None));
    let spliced = at("id-2", 1).await;
    assert_eq!((spliced.text.as_str(), spliced.class()), ("a.0 ", Some(Unavailable)));
}

#[tokio::test]
async fn an_error_inside_the_stream_knows_what_was_used() {
    for (dialect, expected) in [(Dialect::Anthropic, 1), (Dialect::Gemini, 2)] {
        let what = Break::Say(dialect.error_frame(&dialect.overloaded().1));
        let heard = hear(dialect, Plan::fail(Saying::tokens("a", 4), Fault::Within { tokens: 2, what })).await;
        assert_eq!(heard.error.unwrap().usage.unwrap().output_total, expected, "{dialect:?}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_json() {
    for dialect in Dialect::ALL {
        for (media_type, body) in [
            ("text/html", "<html><body>Bad gateway</body></html>"),
            ("text/plain", "upstream geheim-1234 died"),
            ("application/json", "{\"err"),
            ("application/json", ""),
        ] {
            let plan = Plan::fail(Saying::default(), Fault::body(502, media_type, body));
            let error = hear(dialect, plan).await.error.unwrap();
            assert_eq!((error.class, error.status), (Unavailable, Some(502)), "{dialect:?} {body}");
            assert!(!error.detail.contains("geheim") && !error.detail.contains("gateway"), "{}", error.detail);
        }
    }
}

#[tokio::test]
async fn odd_fields_of_an_error_never_panic() {
    let odd = [json!(7), json!("x"), Value::Null, json!({}), json!([1]), json!(true), json!(1.5), json!(u64::MAX)];
    for dialect in Dialect::ALL {
        for value in &odd {
            let body = json!({"error": {"code": value, "message": value, "type": value, "status": value, "details": value,
                "metadata": value, "availability": {"retryable": value}, "param": value}});
            let heard = hear(dialect, Plan::fail(Saying::default(), Fault::json(400, &body))).await;
            assert_eq!(heard.class(), Some(InvalidRequest), "{dialect:?} {body}");
        }
    }
}

// 10. What an error may tell.

#[tokio::test]
async fn an_error_tells_operators_no_secret_and_users_nothing() {
    for dialect in Dialect::ALL {
        let message = format!("Incorrect key {KEY} for org_01hxyzabc, mail ani@toko.example");
        let full = json!({"error": {"message": message, "type": "invalid_request_error", "status": "UNAUTHENTICATED",
            "failed_generation": "rahasia", "metadata": {"flagged_input": "rahasia", "user_id": "user_2abc9"}}});
        let body = if dialect == Dialect::Ollama { json!({ "error": message }) } else { full };
        let error = hear(dialect, Plan::fail(Saying::default(), Fault::json(401, &body))).await.error.unwrap();
        let all = format!("{error:?}");
        for secret in [KEY, "org_01hxyzabc", "ani@toko.example", "rahasia", "user_2abc9"] {
            assert!(!all.contains(secret), "{dialect:?}: {secret} in {all}");
        }
        assert_eq!((error.class, error.to_string().as_str()), (Auth, "auth (401)"), "{dialect:?}");
    }
}
