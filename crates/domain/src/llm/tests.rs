//! The rules of money, limits and what operators write, one by one.

use proptest::prelude::*;
use uuid::Uuid;

use super::limits::of_subject;
use super::period::{Period, date, day_number};
use super::price::in_force;
use super::provider::{check_base_url, check_headers, check_model, check_models};
use super::*;
use crate::ids::{ApiKeyId, LimitId, UserId};
use crate::{Kind, Timestamp};

/// 0.15 and 0.60 US dollars for a million tokens.
const SMALL: Price = Price { cached_input: 75_000, cache_write: 187_500, ..Price::of(150_000, 600_000) };

fn tokens(input: u64, cached: u64, cache_write: u64, output: u64) -> Tokens {
    Tokens { input, cached, cache_write, output, reasoning: 0 }
}

#[test]
fn a_cost_is_rounded_up_once() {
    assert_eq!(SMALL.cost(&tokens(1_000_000, 0, 0, 0)), 150_000);
    assert_eq!(SMALL.cost(&tokens(1_000_000, 1_000_000, 0, 0)), 75_000);
    // 100 plain, 50 cached, 50 written, 10 out: 15.0 + 3.75 + 9.375 + 6.0 micro-USD.
    assert_eq!(SMALL.cost(&tokens(200, 50, 50, 10)), 35);
    assert_eq!(SMALL.cost(&tokens(1, 0, 0, 0)), 1, "a fraction is paid for");
    assert_eq!(Price::default().cost(&tokens(u64::MAX, 0, 0, u64::MAX)), 0);
    assert_eq!(Price { per_request: 5_000_000, ..Price::default() }.cost(&Tokens::default()), 5);
    assert_eq!(Price::of(i64::MAX, i64::MAX).cost(&tokens(u64::MAX, 0, 0, u64::MAX)), i64::MAX);
    assert_eq!(SMALL.cost(&tokens(10, 8, 5, 0)), 1, "more in parts than in all");
    assert_eq!(SMALL.at_most(1_000_000, 0), 187_500, "all of it might be written to a cache");
}

#[test]
fn odd_prices_are_refused() {
    assert!(SMALL.check().is_ok() && Price::default().check().is_ok());
    let faults = Price { input: -1, output: Price::DEAREST + 1, ..SMALL }.check().unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/input", "/output"]);
}

#[test]
fn an_operators_price_wins_until_withdrawn() {
    let dear = Price::of(1, 2);
    assert_eq!(in_force(Some(Some(dear)), Some(SMALL)), Some((PriceSource::Operator, dear)));
    assert_eq!(in_force(Some(None), Some(SMALL)), Some((PriceSource::Provider, SMALL)));
    assert_eq!(in_force(None, Some(SMALL)), Some((PriceSource::Provider, SMALL)));
    assert_eq!(in_force(Some(None), None), None);
}

#[test]
fn periods_begin_and_end_in_utc() {
    let at = |text: &str| Timestamp(text.parse::<i64>().unwrap());
    // 2024-02-29T23:59:59.999Z, checked with date(1).
    let leap = at("1709251199999");
    assert_eq!(
        (Period::day(leap).to_string(), Period::month(leap).to_string()),
        ("d2024-02-29".into(), "m2024-02".into())
    );
    assert_eq!(Period::day(leap).end(), Timestamp(leap.millis() + 1));
    assert_eq!(Period::month(leap).end(), Timestamp(leap.millis() + 1));
    assert_eq!(Period::month(Timestamp(0)).to_string(), "m1970-01");
    assert_eq!(Period::day(Timestamp(-1)).to_string(), "d1969-12-31");
    // 2026-12-31T00:00:00Z
    let last = Period::month(at("1798675200000"));
    assert_eq!((last.to_string(), last.end()), ("m2026-12".into(), at("1798761600000")));
    assert_eq!(date(day_number(leap)), "2024-02-29");
}

fn limit(scope: Scope, subject: Option<Uuid>, tokens: Option<i64>, cost: Option<i64>) -> Limit {
    let limits = Limits { requests_per_minute: None, tokens_per_day: tokens, cost_per_month: cost };
    Limit { id: LimitId::from_uuid(Uuid::from_u128(9)), scope, subject, limits, updated_at: Timestamp(0) }
}

#[test]
fn ones_own_limit_goes_before_that_of_all_and_the_strictest_scope_wins() {
    let (ada, bob, key) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let limits = [
        limit(Scope::Everyone, None, Some(1000), None),
        limit(Scope::User, None, Some(100), Some(5)),
        limit(Scope::User, Some(ada), Some(500), None),
        limit(Scope::ApiKey, Some(key), Some(50), None),
    ];
    let (ada, bob) = (Subject::User(UserId::from_uuid(ada)), Subject::User(UserId::from_uuid(bob)));
    let book = LimitBook::new(&limits);
    assert!([ada, bob, Subject::Everyone].into_iter().all(|one| book.of(one) == of_subject(&limits, one)));
    assert_eq!(of_subject(&limits, ada).tokens_per_day, Some(500), "more than the others");
    assert_eq!(of_subject(&limits, ada).cost_per_month, Some(5), "what is not said is as for all");
    assert_eq!(of_subject(&limits, bob).tokens_per_day, Some(100));
    let asker =
        Asker { api_key: Some(ApiKeyId::from_uuid(key)), ..Asker::person(UserId::from_uuid(Uuid::from_u128(1))) };
    let strictest = asker.subjects().map(|subject| of_subject(&limits, subject)).reduce(Limits::strictest).unwrap();
    assert_eq!((strictest.tokens_per_day, strictest.cost_per_month), (Some(50), Some(5)));
    let day = Period::day(Timestamp(0));
    let spent = |tokens| Budget { spent: Amount::new(tokens, 0), ..Budget::default() };
    let budgets = [(Subject::Everyone, day, spent(0)), (ada, day, spent(450))];
    assert_eq!(Exceeded::first(&budgets, &limits, Amount::new(50, 0)), None, "up to the last token");
    let over = Exceeded::first(&budgets, &limits, Amount::new(51, 0)).unwrap();
    assert_eq!((over.subject, over.measure, over.limit, over.until), (ada, Measure::TokensPerDay, 500, day.end()));
    let heard = over.error(Timestamp(1000));
    assert_eq!((heard.kind(), heard.code()), (Kind::TooMany, "llm.tokens_spent"));
    assert_eq!(heard.retry_after_hint().unwrap().as_secs(), 24 * 3600 - 1);
}

#[test]
fn limits_that_say_nothing_or_nonsense_are_refused() {
    let some = Limits { tokens_per_day: Some(0), ..Limits::default() };
    assert!(Limit::check(Scope::Everyone, None, &some).is_ok(), "nothing at all is a limit");
    for (scope, subject, limits, fault) in [
        (Scope::Everyone, None, Limits::default(), "llm.limit_empty"),
        (Scope::Everyone, Some(Uuid::from_u128(1)), some, "invalid"),
        (Scope::User, Some(Uuid::nil()), some, "invalid"),
        (Scope::User, None, Limits { cost_per_month: Some(-1), ..Limits::default() }, "out_of_range"),
        (Scope::User, None, Limits { requests_per_minute: Some(u32::MAX), ..Limits::default() }, "out_of_range"),
    ] {
        assert_eq!(
            Limit::check(scope, subject, &limits).unwrap_err()[0].code,
            fault,
            "{scope:?} {subject:?} {limits:?}"
        );
    }
}

#[test]
fn names_of_providers_and_models() {
    for good in ["openai", "my-vllm_2", "0x"] {
        assert!(ProviderName::parse(good).is_ok(), "{good}");
    }
    let long = "a".repeat(41);
    for bad in ["", "OpenAI", "-a", "a/b", "a b", "route", "guide", "ａ", &long] {
        assert!(ProviderName::parse(bad).is_err(), "{bad}");
    }
    for good in ["openai/gpt-5", "hf/org/model:free", "a/b"] {
        assert!(check_model(good, "/m").is_ok(), "{good}");
    }
    for bad in ["gpt-5", "/x", "a/", "A/b", "a/b c", "a/予", &format!("a/{}", "b".repeat(200))] {
        assert!(check_model(bad, "/m").is_err(), "{bad}");
    }
    let name = ProviderName::parse("p").unwrap();
    let faults = check_models(&name, &["a".into(), "A".into(), " ".into()]).unwrap_err();
    assert_eq!(
        faults.iter().map(|f| (f.pointer.as_str(), f.code)).collect::<Vec<_>>(),
        [("/models/1", "duplicate"), ("/models/2", "llm.model_invalid")]
    );
}

#[test]
fn addresses_and_headers_of_providers() {
    for (url, private) in [("https://api.openai.com/v1", false), ("http://127.0.0.1:11434", true)] {
        assert!(check_base_url(url, private).is_ok(), "{url}");
    }
    for bad in [
        "",
        "ftp://x",
        "https://",
        "https:///x",
        "https://u:p@host",
        "https://h/?k=1",
        "https://h/#f",
        "https://h /",
        "https://h\\@evil",
        "http://api.example.com",
        "https://h\r\nx: y",
        "javascript:alert(1)",
    ] {
        assert!(check_base_url(bad, false).is_err(), "{bad}");
    }
    let pair = |name: &str, value: &str| [(name.to_owned(), value.to_owned())];
    assert!(check_headers(&pair("HTTP-Referer", "https://obrol.example")).is_ok());
    for (name, value, code) in [
        ("Authorization", "Bearer x", "llm.header_secret"),
        ("X-API-Key", "x", "llm.header_secret"),
        ("Host", "evil", "llm.header_ours"),
        ("a b", "x", "llm.header_invalid"),
        ("", "x", "llm.header_invalid"),
        ("x", "a\r\nb: c", "llm.header_invalid"),
    ] {
        assert_eq!(check_headers(&pair(name, value)).unwrap_err()[0].code, code, "{name}");
    }
}

#[test]
fn routes_have_models_each_once() {
    let step = |model: &str| RouteStep { model: model.to_owned(), may_continue: false };
    let route = Route::new("fast", vec![step("a/b"), step("c/d")]).unwrap();
    assert_eq!((route.name(), route.steps().len()), ("fast", 2));
    let codes = |name: &str, steps| {
        Route::new(name, steps).unwrap_err().into_iter().map(|fault| fault.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("Fast", vec![]), ["llm.name_invalid", "empty"]);
    assert_eq!(codes("fast", vec![step("a/b"), step("a/B")]), ["duplicate"]);
    assert_eq!(codes("fast", vec![step("route/other"), step("x")]), ["llm.route_in_route", "llm.model_invalid"]);
    assert_eq!(codes("fast", (0..17).map(|n| step(&format!("a/{n}"))).collect()), ["too_many"]);
}

#[test]
fn patterns_are_short_visible_words() {
    assert_eq!(Pattern::parse(" Rahasia 秘密 ").unwrap().as_str(), "Rahasia 秘密");
    for bad in ["", "  ", "\u{200b}\u{200b}", "...", "a\nb", &"a".repeat(201)] {
        assert!(Pattern::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn capabilities_travel_as_words() {
    let can = Capabilities { tools: Some(true), vision: Some(false), ..Capabilities::default() };
    assert_eq!(can.to_words(), "tools -vision");
    assert_eq!(Capabilities::from_words("tools -vision smell"), can);
    assert_eq!(Capabilities::from_words(""), Capabilities::default());
}

#[test]
fn no_field_of_a_csv_is_a_formula() {
    assert_eq!(csv::line(&["a", "b \"c\"", "1"]), "\"a\",\"b \"\"c\"\"\",\"1\"\r\n");
    for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "|x", "%x", "＝1"] {
        let line = csv::line(&[bad]);
        assert!(line.starts_with("\"'"), "{line}");
    }
    assert_eq!(csv::line(&["a\r\n\"=1"]), "\"a  \"\"=1\"\r\n", "one row stays one row");
}

proptest! {
    /// Never less than the exact sum, never a micro more.
    #[test]
    fn a_cost_is_the_exact_sum_rounded_up(
        input in 0u64..10_000_000, cached in 0u64..10_000_000, written in 0u64..10_000_000, output in 0u64..10_000_000,
        prices in prop::array::uniform5(0i64..=Price::DEAREST),
    ) {
        let price = Price { input: prices[0], cached_input: prices[1], cache_write: prices[2], output: prices[3], per_request: prices[4] };
        let cached = cached.min(input);
        let written = written.min(input - cached);
        let exact = i128::from(input - cached - written) * i128::from(prices[0])
            + i128::from(cached) * i128::from(prices[1])
            + i128::from(written) * i128::from(prices[2])
            + i128::from(output) * i128::from(prices[3])
            + i128::from(prices[4]);
        let cost = i128::from(price.cost(&tokens(input, cached, written, output)));
        prop_assert!(cost * 1_000_000 >= exact && (cost - 1) * 1_000_000 < exact);
        prop_assert!(cost <= i128::from(price.at_most(input, output)), "what was reserved is enough");
    }

    #[test]
    fn every_day_lies_in_its_period(day in -1_000_000i64..1_000_000, within in 0i64..86_400_000) {
        let at = Timestamp(day * 86_400_000 + within);
        for period in [Period::day(at), Period::month(at)] {
            prop_assert!(period.start() <= at && at < period.end());
            prop_assert_eq!(Period::day(period.end()).start(), period.end());
        }
        prop_assert_eq!(Period::day(at).start(), Timestamp(day * 86_400_000));
        // A period of years that text sorts like time.
        if day >= 0 {
            prop_assert!(Period::day(at).to_string() < Period::day(Period::day(at).end()).to_string());
        }
    }

    #[test]
    fn a_csv_line_reads_back(fields in prop::collection::vec("\\PC{0,20}|[=+@\",\\-]{1,3}", 1..5)) {
        let line = csv::line(&fields);
        let read = read_line(line.strip_suffix("\r\n").unwrap());
        prop_assert_eq!(read.len(), fields.len());
        for (read, field) in read.iter().zip(&fields) {
            prop_assert_eq!(read.strip_prefix('\'').unwrap_or(read), field.strip_prefix('\'').unwrap_or(field));
            prop_assert!(!read.starts_with(['=', '+', '-', '@']));
        }
    }
}

/// The fields of one line, as RFC 4180 has them.
fn read_line(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            letter => field.push(letter),
        }
    }
    fields.push(field);
    fields
}
