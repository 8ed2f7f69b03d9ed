//! The gateway over real connections to fakes that misbehave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../../llm-client/tests/fake/mod.rs"]
mod fake;

use std::time::{Duration, Instant};

use coordination::Coordination;
use fake::{Fake, Reply, Step, story};
use futures_util::StreamExt;
use llm_gateway::{
    Answer, Ask, AskError, ChatEvent, ChatMessage, ChatRole, Continuation, ErrorClass, Gateway, GatewaySettings,
    Limits, ProviderError, ProviderKind, ProviderSettings, RetrySettings, Secret, Timeouts,
};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// Short pauses, patient limits (a busy machine is no misbehaving provider), no Ollama unless the test brings one.
fn settings(providers: Vec<ProviderSettings>) -> GatewaySettings {
    GatewaySettings {
        providers,
        timeouts: Timeouts { first_token: MS(5000), stall: MS(5000), whole_run: MS(20_000), ..Timeouts::default() },
        retry: RetrySettings {
            base: MS(10),
            cap: MS(40),
            longest_hint: MS(500),
            bench: MS(60_000),
            ..RetrySettings::default()
        },
        ollama_probe: false,
        ..GatewaySettings::default()
    }
}

/// For the tests of silence.
fn impatient(fake: &Fake) -> Gateway {
    let limits = Timeouts { first_token: MS(400), stall: MS(400), ..Timeouts::default() };
    let settings = GatewaySettings { timeouts: limits, ..settings(vec![provider("one", fake, &[])]) };
    Gateway::new(settings, Coordination::memory(), even())
}

/// Half of what chance may take off, each time.
fn even() -> llm_gateway::Chance {
    std::sync::Arc::new(|| 0.5)
}

fn provider(name: &str, fake: &Fake, keys: &[&str]) -> ProviderSettings {
    let keys = keys.iter().map(|key| Secret::from((*key).to_owned()));
    ProviderSettings {
        models: vec!["Model-A".to_owned()],
        ..ProviderSettings::new(name, ProviderKind::OpenAi, &fake.url()).with_keys(keys)
    }
}

fn gateway(fake: &Fake, keys: &[&str]) -> Gateway {
    Gateway::new(settings(vec![provider("one", fake, keys)]), Coordination::memory(), even())
}

fn question() -> Ask {
    Ask {
        model: "one/model-a".to_owned(),
        messages: vec![ChatMessage::text(ChatRole::User, "Halo?")],
        ..Ask::default()
    }
}

async fn text(answer: Answer) -> (String, Option<ProviderError>) {
    let mut stream = answer.stream;
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(ChatEvent::Text(piece)) => text.push_str(&piece),
            Ok(ChatEvent::Alive) => panic!("signs of life stay inside"),
            Ok(ChatEvent::Reasoning(_) | ChatEvent::ToolCall(_) | ChatEvent::Finished { .. }) => {}
            Err(error) => return (text, Some(error)),
        }
    }
    (text, None)
}

fn good() -> Reply {
    Reply::events(&story(&["Ha", "lo"]))
}

fn classes(error: &AskError) -> Vec<Option<ErrorClass>> {
    error.tries.iter().map(|one| one.class).collect()
}

#[tokio::test]
async fn an_answer_comes_with_its_record() {
    let fake = Fake::one(good()).await;
    let answer = gateway(&fake, &["geheim-1"]).ask(question()).await.unwrap();
    assert_eq!(
        (answer.provider.as_str(), answer.model.as_str(), answer.credential.as_deref()),
        ("one", "Model-A", Some("key-1"))
    );
    assert_eq!((answer.tries.len(), answer.tries[0].class, answer.continuation), (1, None, Continuation::None));
    assert!(!format!("{answer:?}").contains("geheim"));
    assert_eq!(text(answer).await, ("Halo".to_owned(), None));
    assert_eq!(
        (fake.asked()[0].authorization.as_deref(), &fake.asked()[0].body["model"]),
        (Some("Bearer geheim-1"), &serde_json::json!("Model-A"))
    );
}

#[tokio::test]
async fn trouble_before_the_first_word_is_tried_again() {
    let cut = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    let first = "data: {\"error\":{\"type\":\"server_error\"}}\n\n";
    for trouble in [
        Reply::json(503, r#"{"error":{"message":"busy"}}"#),
        Reply::events(first),
        Reply::events(cut),
        Reply(vec![Step::Reset]),
        Reply::full(502, &[("content-type", "text/html")], "<html>"),
    ] {
        let fake = Fake::start(vec![trouble.clone(), trouble.clone(), good()]).await;
        let answer = gateway(&fake, &[]).ask(question()).await.unwrap();
        let classes: Vec<_> = answer.tries.iter().map(|one| one.class).collect();
        assert_eq!(classes, [Some(ErrorClass::Unavailable), Some(ErrorClass::Unavailable), None], "{trouble:?}");
        assert_eq!(text(answer).await.0, "Halo");
    }
    let gone = Fake::one(Reply::json(503, "{}")).await;
    let error = gateway(&gone, &[]).ask(question()).await.unwrap_err();
    assert_eq!((classes(&error).len(), gone.count()), (4, 4));
}

#[tokio::test]
async fn trouble_after_the_first_word_is_not() {
    let broken =
        "data: {\"choices\":[{\"delta\":{\"content\":\"Par\"}}]}\n\ndata: {\"error\":{\"type\":\"server_error\"}}\n\n";
    let fake = Fake::start(vec![Reply::events(broken), good()]).await;
    let (heard, error) = text(gateway(&fake, &[]).ask(question()).await.unwrap()).await;
    assert_eq!((heard.as_str(), error.unwrap().class, fake.count()), ("Par", ErrorClass::Unavailable, 1));
}

#[tokio::test]
async fn what_cannot_get_better_is_not_tried_again() {
    for (status, code, class) in [
        (400, "unsupported_parameter", ErrorClass::InvalidRequest),
        (400, "context_length_exceeded", ErrorClass::ContextLength),
        (400, "content_filter", ErrorClass::Moderation),
        (401, "invalid_api_key", ErrorClass::Auth),
        (429, "credit_balance_exhausted", ErrorClass::Payment),
    ] {
        let fake = Fake::one(Reply::json(
            status,
            &format!(r#"{{"error":{{"code":"{code}","message":"key geheim-1 of org_123456"}}}}"#),
        ))
        .await;
        let error = gateway(&fake, &["geheim-1"]).ask(question()).await.unwrap_err();
        assert_eq!((error.error.class, fake.count(), error.tries.len()), (class, 1, 1), "{code}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("geheim") && !shown.contains("org_123456"), "{shown}");
    }
}

#[tokio::test]
async fn keys_rotate_when_one_is_limited_refused_or_empty() {
    for (status, code, class) in [
        (429, "rate_limit_exceeded", ErrorClass::RateLimited),
        (401, "invalid_api_key", ErrorClass::Auth),
        (429, "insufficient_quota", ErrorClass::Payment),
    ] {
        let body = format!(r#"{{"error":{{"code":"{code}"}}}}"#);
        let fake = Fake::by(move |_, asked| {
            if asked.authorization.as_deref() == Some("Bearer bad") { Reply::json(status, &body) } else { good() }
        })
        .await;
        let gateway = gateway(&fake, &["bad", "good"]);
        let answer = gateway.ask(question()).await.unwrap();
        assert_eq!(
            (answer.credential.as_deref(), answer.tries.len(), answer.tries[0].class),
            (Some("key-2"), 2, Some(class))
        );
        // The next questions know it.
        for _ in 0..3 {
            let answer = gateway.ask(question()).await.unwrap();
            assert_eq!((answer.credential.as_deref(), answer.tries.len()), (Some("key-2"), 1));
        }
    }
}

#[tokio::test]
async fn hints_are_waited_for_up_to_a_limit() {
    let limited = |hint: &str| Reply::full(429, &[("retry-after-ms", hint)], "{}");
    let fake = Fake::start(vec![limited("120"), good()]).await;
    let begun = Instant::now();
    let answer = gateway(&fake, &["k"]).ask(question()).await.unwrap();
    assert!(begun.elapsed() >= MS(120) && answer.tries[0].retry_after == Some(MS(120)));

    let fake = Fake::start(vec![limited("60000"), good()]).await;
    let gateway = gateway(&fake, &["k"]);
    let begun = Instant::now();
    let error = gateway.ask(question()).await.unwrap_err();
    assert_eq!(
        (error.error.class, error.error.retry_after, fake.count()),
        (ErrorClass::RateLimited, Some(MS(60_000)), 1)
    );
    // While the key rests the provider is spared, and the asker is told when to come back.
    let error = gateway.ask(question()).await.unwrap_err();
    assert_eq!((error.error.class, error.tries.len(), fake.count()), (ErrorClass::RateLimited, 0, 1));
    assert!(error.error.retry_after.is_some_and(|hint| hint > MS(500)) && begun.elapsed() < MS(10_000));
}

#[tokio::test]
async fn silence_ends_in_a_timeout_and_comments_are_life() {
    let silent = Fake::one(Reply::hang()).await;
    let error = impatient(&silent).ask(question()).await.unwrap_err();
    assert_eq!((error.error.class, error.error.code.as_deref()), (ErrorClass::Timeout, Some("first_token")));
    assert_eq!(error.tries.len(), 2, "once more, not for ever");

    // Comments only, for three times the limit, then an answer.
    let sign = || Step::Send(b": PROCESSING\n\n".to_vec());
    let patient = (0..12).fold(Reply::stream(), |reply, _| reply.then(sign()).then(Step::Pause(MS(100))));
    let fake = Fake::one(patient.then(Step::Send(story(&["Ja"]).into_bytes()))).await;
    let answer = impatient(&fake).ask(question()).await.unwrap();
    assert_eq!((answer.tries.len(), text(answer).await.0.as_str()), (1, "Ja"));

    let word = b"data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\n".to_vec();
    let thought = b"data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\"}}]}\n\n".to_vec();
    let signs = [b": x\n\n".to_vec(), thought];
    let stalls = signs.into_iter().fold(Reply::stream().then(Step::Send(word)), |reply, sign| {
        (0..6).fold(reply, |reply, _| reply.then(Step::Send(sign.clone())).then(Step::Pause(MS(80))))
    });
    let fake = Fake::one(stalls.then(Step::Hang)).await;
    let begun = Instant::now();
    let (heard, error) = text(impatient(&fake).ask(question()).await.unwrap()).await;
    let error = error.unwrap();
    assert_eq!((heard.as_str(), error.class, error.code.as_deref()), ("A", ErrorClass::Timeout, Some("stalled")));
    assert!(begun.elapsed() >= MS(900), "twelve signs of life, then the limit");
    assert!(fake.wait_left().await.is_some());
}

#[tokio::test]
async fn a_slow_reader_is_not_a_silent_provider() {
    let word = b"data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\n".to_vec();
    let words = (0..2).fold(Reply::stream(), |reply, _| reply.then(Step::Send(word.clone())).then(Step::Pause(MS(50))));
    let fake = Fake::one(words.then(Step::Send(story(&["lo"]).into_bytes()))).await;
    let mut answer = impatient(&fake).ask(question()).await.unwrap();
    let mut heard = String::new();
    while let Some(event) = answer.stream.next().await {
        if let ChatEvent::Text(text) = event.unwrap() {
            heard.push_str(&text);
        }
        tokio::time::sleep(MS(500)).await;
    }
    assert_eq!(heard, "AAlo");
}

#[tokio::test]
async fn the_deadline_holds_whatever_comes() {
    let endless = Step::Repeat(b"data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\n".to_vec(), MS(20));
    let fake = Fake::one(Reply::stream().then(endless)).await;
    let deadline = Some(tokio::time::Instant::now() + MS(1500));
    let (heard, error) = text(gateway(&fake, &[]).ask(Ask { deadline, ..question() }).await.unwrap()).await;
    assert_eq!((heard.len() > 5, error.unwrap().code.as_deref()), (true, Some("deadline")));
    assert!(fake.wait_left().await.is_some());

    let busy = Fake::one(Reply::json(503, "{}")).await;
    let deadline = Some(tokio::time::Instant::now() + MS(5));
    let error = gateway(&busy, &[]).ask(Ask { deadline, ..question() }).await.unwrap_err();
    assert!(error.tries.len() <= 1, "no pause goes beyond the deadline");
}

#[tokio::test]
async fn leaving_ends_the_call_in_any_phase() {
    let before = Fake::one(Reply::hang()).await;
    let asked = gateway(&before, &[]);
    tokio::select! {
        _ = asked.ask(question()) => panic!("it says nothing"),
        () = before.wait_asked() => {}
    }
    assert!(before.wait_left().await.unwrap() < MS(500));

    let during =
        Fake::one(Reply::events("data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\n").then(Step::Hang)).await;
    drop(gateway(&during, &[]).ask(question()).await.unwrap());
    assert!(during.wait_left().await.unwrap() < MS(500));
}

#[tokio::test]
async fn thoughts_do_not_end_the_time_for_retries() {
    let thinks =
        "data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\"}}]}\n\ndata: {\"error\":{\"type\":\"server_error\"}}\n\n";
    let fake = Fake::start(vec![Reply::events(thinks), good()]).await;
    let answer = gateway(&fake, &[]).ask(question()).await.unwrap();
    assert_eq!((answer.tries.len(), text(answer).await), (2, ("Halo".to_owned(), None)));
}

#[tokio::test]
async fn models_are_listed_once_and_a_dead_provider_does_not_hang_the_list() {
    let alive =
        Fake::one(Reply::json(200, r#"{"data":[{"id":"Big/Model","context_length":8192},{"id":"small"}]}"#)).await;
    let dead = Fake::one(Reply::hang()).await;
    let unnamed = |name: &str, fake: &Fake| ProviderSettings { models: Vec::new(), ..provider(name, fake, &[]) };
    let gateway =
        Gateway::new(settings(vec![unnamed("dead", &dead), unnamed("ALIVE", &alive)]), Coordination::memory(), even());
    let begun = Instant::now();
    let lists = futures_util::future::join_all((0..20).map(|_| gateway.models())).await;
    assert!(begun.elapsed() < MS(5000), "one moment, not the limit of ten seconds");
    for list in &lists {
        let ids: Vec<_> = list.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["alive/big/model", "alive/small", "guide/guide"]);
    }
    assert_eq!((alive.count(), dead.count()), (1, 1), "one request for all");

    let entry = gateway.resolve("Alive/BIG/model").await.unwrap();
    assert_eq!((entry.model.as_str(), entry.context_window, entry.guide), ("Big/Model", Some(8192), false));
    assert!(gateway.resolve("alive/other").await.is_none());
    assert!(gateway.resolve("dead/anything").await.is_some(), "the operator's provider may know it");
    for nobody in ["", "/", "alive/", "nobody/x", "small", "guide/other"] {
        assert!(gateway.resolve(nobody).await.is_none(), "{nobody}");
    }
    assert_eq!(gateway.default_model().await, "alive/big/model");
    let error = gateway.ask(Ask { model: "nobody/x".to_owned(), ..question() }).await.unwrap_err();
    assert_eq!((error.error.class, error.error.code.as_deref()), (ErrorClass::InvalidRequest, Some("model_not_found")));
}

#[tokio::test]
async fn a_provider_that_has_no_list_is_left_alone_for_a_while() {
    let broken = Fake::one(Reply::json(500, "{}")).await;
    let unnamed = ProviderSettings { models: Vec::new(), ..provider("one", &broken, &[]) };
    let gateway = Gateway::new(settings(vec![unnamed]), Coordination::memory(), even());
    for _ in 0..5 {
        assert_eq!(gateway.models().await.len(), 1, "the guide alone");
    }
    assert_eq!(broken.count(), 1);
}

#[tokio::test]
async fn an_ollama_is_offered_only_while_it_answers() {
    let list = r#"{"models":[{"model":"qwen3:4b","details":{"context_length":40960},"capabilities":["completion","tools","thinking"]},
        {"model":"nomic-embed-text","capabilities":["embedding"]}]}"#;
    let fake = Fake::one(Reply::json(200, list)).await;
    let with = |url: String| {
        let settings = GatewaySettings { ollama_probe: true, ollama_url: url, ..settings(Vec::new()) };
        Gateway::new(settings, Coordination::memory(), even())
    };
    let found = with(format!("http://{}/", fake.address));
    let ids: Vec<_> = found.models().await.into_iter().map(|entry| entry.id).collect();
    assert_eq!(
        (ids, fake.asked()[0].path.as_str()),
        (vec!["ollama/qwen3:4b".to_owned(), "guide/guide".to_owned()], "/api/tags")
    );
    assert_eq!(found.default_model().await, "guide/guide");
    let entry = found.resolve("Ollama/qwen3:4b").await.unwrap();
    assert_eq!((entry.context_window, entry.tools, entry.reasoning, entry.vision), (Some(40_960), true, true, false));
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let lonely = with(format!("http://{nobody}"));
    assert_eq!(lonely.models().await.len(), 1);
    assert!(lonely.resolve("ollama/qwen3:4b").await.is_none());
}

#[tokio::test]
async fn the_guide_answers_without_anything() {
    let gateway = Gateway::new(settings(Vec::new()), Coordination::memory(), even());
    let model = gateway.default_model().await;
    assert_eq!(model, "guide/guide");
    assert!(gateway.resolve(&model).await.unwrap().guide);
    let ask =
        Ask { model, messages: vec![ChatMessage::text(ChatRole::User, "How do I connect Ollama?")], ..Ask::default() };
    let answer = gateway.ask(ask).await.unwrap();
    assert_eq!(
        (answer.provider.as_str(), answer.credential.as_deref(), answer.continuation),
        ("guide", None, Continuation::Replay)
    );
    assert!(text(answer).await.0.contains("11434"));
    let nothing =
        Gateway::new(GatewaySettings { guide: false, ..settings(Vec::new()) }, Coordination::memory(), even());
    assert_eq!((nothing.models().await.len(), nothing.default_model().await.as_str()), (0, ""));
}

#[tokio::test]
async fn messages_are_counted_for_each_user() {
    let limited = GatewaySettings { limits: Limits { messages_per_minute: 2 }, ..settings(Vec::new()) };
    let gateway = Gateway::new(limited, Coordination::memory(), even());
    assert_eq!(gateway.take_message("ani").await.unwrap().remaining, 1);
    assert!(gateway.take_message("ani").await.is_ok());
    assert!(gateway.take_message("ani").await.unwrap_err().reset_after > Duration::ZERO);
    assert!(gateway.take_message("budi").await.is_ok());
    let free = Gateway::new(
        GatewaySettings { limits: Limits { messages_per_minute: 0 }, ..settings(Vec::new()) },
        Coordination::memory(),
        even(),
    );
    for _ in 0..100 {
        assert!(free.take_message("ani").await.is_ok());
    }
}
