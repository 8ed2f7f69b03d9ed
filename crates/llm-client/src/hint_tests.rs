//! Every documented format of a retry hint, and the order in which they count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use serde_json::json;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

#[test]
fn every_format_is_read() {
    let cases = [
        ("6m0s", 360.0),
        ("2m59.56s", 179.56),
        ("7.66s", 7.66),
        ("940ms", 0.94),
        ("1h2m3s", 3723.0),
        ("9m38s", 578.0),
        ("34.4s", 34.4),
        ("20", 20.0),
        ("0.5", 0.5),
        (" 3 ", 3.0),
        ("1790000010", 10.0),
        ("1790000010000", 10.0),
        ("1789999000", 0.0),
        ("2026-09-21T14:13:30Z", 10.0),
        ("2026-09-21T21:13:30.500+07:00", 10.5),
        ("Mon, 21 Sep 2026 14:13:30 GMT", 10.0),
        ("Mon, 21 Sep 2020 14:13:30 GMT", 0.0),
    ];
    for (text, expected) in cases {
        let found = duration(text, now()).unwrap_or_else(|| panic!("{text}"));
        assert!((found.as_secs_f64() - expected).abs() < 0.001, "{text}: {found:?}");
    }
}

#[test]
fn nonsense_is_no_hint() {
    for text in [
        "",
        "-1",
        "soon",
        "NaN",
        "inf",
        "1e999",
        "5 parsecs",
        "m",
        "1.2.3",
        "999999999999999999999999999999999",
        "12x",
        "ー",
    ] {
        let found = duration(text, now());
        assert!(found.is_none() || found > Some(Duration::from_secs(1 << 40)), "{text}: {found:?}");
    }
}

#[test]
fn the_order_of_hints() {
    let body = json!({"availability": {"retry_after": 7}, "metadata": {"retry_after_seconds": 8}});
    let all = [("retry-after-ms", "1500"), ("retry-after", "4"), ("x-ratelimit-reset-requests", "9s")];
    let hint = |skip: usize, body: &Value| retry_after(&all.into_iter().skip(skip).collect(), body, true, now());
    assert_eq!(hint(0, &body), Some(Duration::from_millis(1500)));
    assert_eq!(hint(1, &body), Some(Duration::from_secs(4)));
    assert_eq!(hint(2, &body), Some(Duration::from_secs(7)));
    assert_eq!(hint(2, &json!({"metadata": {"retry_after_seconds": "8"}})), Some(Duration::from_secs(8)));
    assert_eq!(hint(2, &Value::Null), Some(Duration::from_secs(9)));
    assert_eq!(hint(3, &Value::Null), None);
}

#[test]
fn hints_in_bodies_as_each_provider_writes_them() {
    let hint = |body: Value| retry_after(&Headers::default(), &body, true, now()).map(|hint| hint.as_millis());
    let cases = [
        (json!({"availability": {"retry_after": 40}}), Some(40_000)),
        (json!({"details": [{"@type": "x"}, {"retryDelay": "34.4s"}]}), Some(34_400)),
        (json!({"metadata": {"headers": {"X-RateLimit-Reset": "1790000010000"}}}), Some(10_000)),
        (
            json!({"message": "Rate limit reached: Limit 6000, Used 5034. Please try again in 9m38.016s. Visit"}),
            Some(578_016),
        ),
        (json!({"message": "Quota exceeded. Please retry in 20.04466179s."}), Some(20_044)),
        (json!({"message": "Please try again in 5 minutes"}), None),
        (json!({"message": "Please try again in "}), None),
        (json!({"message": "try again in days"}), None),
        (json!({"metadata": {"retry_after_seconds": 1e12}}), Some(86_400_000)),
        (json!({"metadata": {"retry_after_seconds": -4}, "details": "none"}), None),
    ];
    for (body, expected) in cases {
        assert_eq!(hint(body.clone()), expected, "{body}");
    }
}

#[test]
fn reset_headers_are_no_hint_for_an_answer_that_was_not_limited() {
    let headers: Headers = [("x-ratelimit-reset-tokens", "6m0s")].into_iter().collect();
    assert_eq!(retry_after(&headers, &Value::Null, false, now()), None);
}

#[test]
fn the_exhausted_limit_decides_about_the_reset() {
    let headers: Headers = [
        ("x-ratelimit-remaining-requests", "12"),
        ("x-ratelimit-reset-requests", "12ms"),
        ("x-ratelimit-remaining-tokens", "0"),
        ("x-ratelimit-reset-tokens", "6m0s"),
    ]
    .into_iter()
    .collect();
    assert_eq!(retry_after(&headers, &Value::Null, true, now()), Some(Duration::from_secs(360)));
    let azure: Headers =
        [("x-ratelimit-remaining-requests", "-1"), ("x-ratelimit-reset-requests", "30")].into_iter().collect();
    assert_eq!(retry_after(&azure, &Value::Null, true, now()), Some(Duration::from_secs(30)));
}

#[test]
fn the_servers_own_date_stands_for_now() {
    let headers: Headers =
        [("date", "Mon, 21 Sep 2020 14:13:20 GMT"), ("retry-after", "Mon, 21 Sep 2020 14:13:50 GMT")]
            .into_iter()
            .collect();
    assert_eq!(retry_after(&headers, &Value::Null, true, now()), Some(Duration::from_secs(30)));
}

#[test]
fn should_retry_is_a_word_of_two() {
    let says = |value: &str| should_retry(&[("x-should-retry", value)].into_iter().collect());
    assert_eq!((says("true"), says("false"), says("maybe")), (Some(true), Some(false), None));
}
