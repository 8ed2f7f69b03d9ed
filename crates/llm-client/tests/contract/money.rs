//! Usage, prices and credits: checklist 3 and the table of usage.

use llm_client::{Credits, CreditsOf, ErrorClass, Prices, Usage};
use serde_json::{Value, json};

use crate::fakes::{Counts, Dialect, Fake, Fault, Plan, Saying};
use crate::{hear, provider, say, secret};

#[tokio::test]
async fn usage_is_normalised_as_the_table_says() {
    let counts = Counts { input: 100, cached: 60, written: 10, output: 40, reasoning: 25, cost_micros: 1234 };
    let saying = || Saying { counts, ..Saying::text(&["A"]) };
    for dialect in Dialect::ALL {
        for manner in [crate::fakes::Manner::Frames, crate::fakes::Manner::Json] {
            let usage = hear(dialect, Plan { manner, ..Plan::say(saying()) }).await.usage();
            let told =
                Usage { input_total: 100, input_cached: 60, output_total: 40, reasoning: 25, ..Usage::default() };
            let expected = match dialect {
                Dialect::OpenAi | Dialect::Groq | Dialect::Compatible | Dialect::Anthropic => {
                    Usage { input_cache_write: 10, ..told }
                }
                Dialect::OpenRouter | Dialect::Vercel => {
                    Usage { input_cache_write: 10, cost_micros: Some(1234), ..told }
                }
                Dialect::Gemini => told,
                Dialect::Ollama => {
                    Usage { input_total: 100, output_total: 40, cost_micros: Some(0), ..Usage::default() }
                }
            };
            assert_eq!(usage, expected, "{dialect:?} {manner:?}");
        }
    }
}

#[tokio::test]
async fn a_total_smaller_than_its_part_is_no_panic() {
    for dialect in [Dialect::OpenRouter, Dialect::OpenAi, Dialect::Groq] {
        let counts = Counts { output: 2567, reasoning: 2590, ..Counts::default() };
        let usage = say(dialect, Saying { counts, ..Saying::text(&["A"]) }).await.usage();
        assert_eq!((usage.output_total, usage.reasoning), (2567, 2590));
    }
}

/// One JSON document for every route.
async fn answering(dialect: Dialect, routes: &'static [(&'static str, &'static str)]) -> Fake {
    Fake::start(dialect, move |asked| {
        let found = routes.iter().find(|(path, _)| asked.path.ends_with(path));
        let (status, body) = found.map_or((404, "{}"), |(_, body)| (200, *body));
        Plan { fault: Some(Fault::body(status, "application/json", body)), ..Plan::default() }
    })
    .await
}

#[tokio::test]
async fn openrouter_tells_a_keys_cap_and_to_a_management_key_the_account() {
    let key = answering(
        Dialect::OpenRouter,
        &[("/key", r#"{"data":{"limit":100,"limit_remaining":74.5,"usage":25.5,"is_management_key":false}}"#)],
    )
    .await;
    let credits = provider(&key).credits(secret()).await.unwrap();
    let expected = Credits { remaining: Some(74_500_000), used: Some(25_500_000), of: CreditsOf::Key };
    assert_eq!(credits, Some(expected));

    let uncapped =
        answering(Dialect::OpenRouter, &[("/key", r#"{"data":{"limit":null,"limit_remaining":null,"usage":0.1}}"#)])
            .await;
    let credits = provider(&uncapped).credits(secret()).await.unwrap().unwrap();
    assert_eq!((credits.remaining, credits.used), (None, Some(100_000)), "no cap is no balance");

    let manager = answering(
        Dialect::OpenRouter,
        &[
            ("/key", r#"{"data":{"limit_remaining":null,"usage":0,"is_management_key":true}}"#),
            ("/credits", r#"{"data":{"total_credits":100.5,"total_usage":25.75}}"#),
        ],
    )
    .await;
    let expected = Credits { remaining: Some(74_750_000), used: Some(25_750_000), of: CreditsOf::Account };
    assert_eq!(provider(&manager).credits(secret()).await.unwrap(), Some(expected));
}

#[tokio::test]
async fn vercel_tells_the_balance_as_strings_or_numbers_and_others_nothing() {
    for body in [r#"{"balance":"95.50","total_used":"4.50"}"#, r#"{"balance":95.5,"total_used":4.5}"#] {
        let fake = Fake::one(
            Dialect::Vercel,
            Plan { fault: Some(Fault::body(200, "application/json", body)), ..Plan::default() },
        )
        .await;
        let expected = Credits { remaining: Some(95_500_000), used: Some(4_500_000), of: CreditsOf::Account };
        assert_eq!(provider(&fake).credits(secret()).await.unwrap(), Some(expected));
        assert_eq!(fake.asked()[0].path, "/v1/credits");
    }
    for dialect in Dialect::ALL {
        let fake = answering(dialect, &[]).await;
        let found = provider(&fake).credits(secret()).await;
        match dialect {
            Dialect::OpenRouter | Dialect::Vercel => {
                assert_eq!(found.unwrap_err().class, ErrorClass::InvalidRequest, "{dialect:?}");
            }
            _ => assert_eq!((found.unwrap(), fake.asked().len()), (None, 0), "{dialect:?}"),
        }
    }
}

#[tokio::test]
async fn prices_are_read_to_the_last_digit() {
    let openrouter = json!({"data": [
        {"id": "a/m", "name": "M", "context_length": 8192, "top_provider": {"max_completion_tokens": 4096},
         "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
         "pricing": {"prompt": "0.00003", "completion": "0.00006", "request": "0", "image": "0", "input_cache_read": "0.000003", "input_cache_write": "0.00000375"},
         "supported_parameters": ["tools", "reasoning"]},
        {"id": "a/router", "pricing": {"prompt": "-1", "completion": "-1"}},
    ]});
    let vercel = json!({"object": "list", "data": [
        {"id": "anthropic/claude-test", "name": "Claude", "type": "language", "context_window": 200_000, "max_tokens": 64_000,
         "tags": ["tool-use"], "pricing": {"input": "0.000003", "output": "0.000015", "input_cache_read": "0.0000003", "input_cache_write": "0.00000375"}},
        {"id": "openai/embed", "type": "embedding", "pricing": {"input": "0.00000002"}},
        {"id": "x/picture", "type": "image"},
    ]});
    let listed = |dialect, body: Value| async move {
        let fake = Fake::one(dialect, Plan { fault: Some(Fault::json(200, &body)), ..Plan::default() }).await;
        (provider(&fake).models(secret()).await.unwrap(), provider(&fake).embedders(secret()).await.unwrap())
    };
    let (models, _) = listed(Dialect::OpenRouter, openrouter).await;
    let prices = Prices {
        input: Some(30_000_000),
        output: Some(60_000_000),
        input_cached: Some(3_000_000),
        input_cache_write: Some(3_750_000),
        request: Some(0),
        image: Some(0),
    };
    assert_eq!(models[0].prices, Some(prices));
    assert_eq!((models[0].context_window, models[0].max_output), (Some(8192), Some(4096)));
    assert!(models[0].vision && models[0].tools && models[0].reasoning);
    assert_eq!((models[0].inputs.join(","), models[0].outputs.join(",")), ("text,image".into(), "text".into()));
    assert_eq!(models[1].prices, Some(Prices::default()), "it depends is not free of charge");

    let (models, embedders) = listed(Dialect::Vercel, vercel).await;
    let prices = models[0].prices.unwrap();
    assert_eq!((prices.input, prices.output, prices.input_cached), (Some(3_000_000), Some(15_000_000), Some(300_000)));
    assert!(models[0].tools && models[0].context_window == Some(200_000) && models[0].max_output == Some(64_000));
    let ids = |models: &[llm_client::ModelInfo]| models.iter().map(|model| model.id.clone()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&models), ids(&embedders)),
        (vec!["anthropic/claude-test".to_owned()], vec!["openai/embed".to_owned()])
    );
    assert_eq!(embedders[0].prices.unwrap().input, Some(20_000));
}
