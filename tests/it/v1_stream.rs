//! `/v1/chat/completions` as a stream: chunks as OpenAI sends them, in order and complete, also when the upstream misbehaves and
//! when many read at once.

use obrol_tests::fake_llm::ledger::Outcome;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::fakes::{Break, Call, Counts, Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::program::{self, hear, stream, streamed};
use obrol_tests::server::Store;
use obrol_tests::world::World;
use serde_json::{Value, json};

use crate::v1_chat::over;

#[tokio::test]
async fn a_stream_says_the_same_as_a_whole_answer() {
    let store = Store::fresh().await;
    let call = |id: &str, text: &str| Call { id: id.into(), name: "f".into(), arguments: vec![text.into()] };
    let saying = Saying {
        reasoning: vec!["hm ".into(), "so".into()],
        calls: vec![call("call_a", "{\"a\":1}"), call("call_b", "{}")],
        counts: Counts { input: 9, cached: 4, output: 6, reasoning: 3, ..Counts::default() },
        ..Saying::text(&["Ha", "lo ", "🌼\n", "\"日本\""])
    };
    let mut fakes = Vec::new();
    for dialect in Dialect::ALL {
        fakes.push(Fake::one(dialect, Plan::say(saying.clone())).await);
    }
    let named: Vec<_> = fakes.iter().map(|fake| (fake.dialect.name(), fake)).collect();
    let (_server, program) = over(&store, &named, &[]).await;
    for fake in &fakes {
        let model = format!("{}/m", fake.dialect.name());
        let opened = stream(&program, &streamed(&model, "#a hello")).await.ok().unwrap();
        assert_eq!(opened.headers["content-type"], "text/event-stream; charset=utf-8");
        assert_eq!(opened.headers["x-obrol-model"], model.as_str());
        assert_eq!(opened.headers["x-accel-buffering"], "no");
        let heard = opened.heard().await;
        assert_eq!(heard.text, saying.text.concat(), "{model}");
        assert_eq!(heard.reasoning, "hm so", "{model}");
        assert_eq!((heard.finish.as_deref(), heard.done), (Some("tool_calls"), true), "{model}");
        let calls: Vec<_> =
            heard.calls.iter().map(|call| (call["index"].clone(), call["function"]["name"].clone())).collect();
        assert_eq!(calls, [(json!(0), json!("f")), (json!(1), json!("f"))], "{model}");
        let usage = heard.usage.unwrap();
        assert_eq!((&usage["prompt_tokens"], &usage["completion_tokens"]), (&json!(9), &json!(6)), "{model}");
        let (first, last) = (&heard.chunks[0], heard.chunks.last().unwrap());
        assert_eq!(first["choices"][0]["delta"], json!({"role": "assistant", "content": ""}));
        assert_eq!(last["choices"], json!([]));
        for chunk in &heard.chunks {
            assert_eq!((&chunk["id"], &chunk["model"]), (&first["id"], &json!(model)), "one answer, one id");
            assert!(chunk.get("system_fingerprint").is_none() && chunk.get("usage").is_some());
        }
        // Without the wish no chunk speaks of usage.
        let mut plain = streamed(&model, "#a hello");
        plain.as_object_mut().unwrap().remove("stream_options");
        let heard = hear(&program, &plain).await;
        assert!(heard.done && heard.chunks.iter().all(|chunk| chunk.get("usage").is_none()), "{model}");
    }
}

/// Before the first word everything that can be healed is healed; after it the failure is said in the stream, which then ends.
#[tokio::test]
async fn an_upstream_that_misbehaves_is_healed_or_said() {
    let healed = [
        "fake-tok20-err500-first1",
        "fake-tok20-err503-first2",
        "fake-tok20-err429-ra0-first1",
        "fake-tok20-empty-first1",
        "fake-tok20-errin0-first1",
        "fake-tok20-cut0-first1",
        "fake-tok20-garbage7",
        "fake-tok20-drip1",
        "fake-tok20-drip3-uni",
        "fake-tok20-nodone",
    ];
    let cut = ["fake-tok20-cut7", "fake-tok20-errin7", "fake-tok20-cut7-uni"];
    let world = World::with(&[&healed[..], &cut[..]].concat(), &[]).await;
    let program = program::of(&world.person("ani").await).await;
    let bodies: Vec<_> = healed.iter().map(|model| streamed(&format!("fake/{model}"), "#a hello")).collect();
    let all = futures_util::future::join_all(bodies.iter().map(|body| hear(&program, body))).await;
    for (model, heard) in healed.iter().zip(all) {
        assert_eq!(heard.text, Spec::of(model).text("a"), "{model}");
        assert!(heard.done && heard.error.is_none(), "{model}: {heard:?}");
    }
    for model in cut {
        let heard = hear(&program, &streamed(&format!("fake/{model}"), "#a hello")).await;
        let spec = Spec::of(model);
        let said: String = (0..7).map(|at| spec.token("a", at)).collect();
        assert_eq!(heard.text, said, "{model}: what was said is given");
        let error = heard.error.unwrap_or_else(|| panic!("{model}: no error"));
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("service_unavailable_error"), &json!("provider_unavailable"))
        );
        assert!(!error.to_string().contains("broke in the middle"), "not the provider's words: {error}");
        assert!(!heard.done && heard.finish.is_none(), "{model}: an error is no end");
    }
}

#[tokio::test]
async fn what_the_provider_says_never_reaches_the_program_in_an_error() {
    let store = Store::fresh().await;
    let secret = "org_4711 sk-live-secret said by ani";
    let body = json!({"error": {"message": secret, "type": secret, "code": secret, "param": secret}});
    let before = Fake::one(Dialect::Compatible, Plan::fail(Saying::default(), Fault::json(400, &body))).await;
    let frame = Dialect::Compatible.error_frame(&body);
    let within = Fault::Within { tokens: 2, what: Break::Say(frame) };
    let after = Fake::one(Dialect::Compatible, Plan::fail(Saying::tokens("a", 5), within)).await;
    let (server, program) = over(&store, &[("one", &before), ("two", &after)], &[]).await;
    let refused = stream(&program, &streamed("one/m", "#a")).await.err().unwrap();
    let told = program::error(&refused, 400);
    assert_eq!(told["type"], "invalid_request_error");
    let heard = hear(&program, &streamed("two/m", "#a")).await;
    assert_eq!(heard.text, "a.0 a.1 ");
    let said = heard.error.unwrap();
    for text in [refused.text.clone(), said.to_string(), server.log()] {
        assert!(!text.contains("sk-live-secret") && !text.contains("org_4711"), "{text}");
    }
}

/// 200 at once: nothing is lost, doubled or mixed up, and what we say was used is what the provider says it gave.
#[tokio::test]
async fn many_streams_at_once_are_all_complete() {
    let model = "fake-tok60-itl2-uni";
    let world = World::with(&[model], &[]).await;
    let program = program::of(&world.person("ani").await).await;
    let asked = (0..200).map(|at| {
        let program = program.clone();
        async move { (at, hear(&program, &streamed(&format!("fake/{model}"), &format!("#q{at} hello"))).await) }
    });
    let mut tokens = 0;
    for (at, heard) in futures_util::future::join_all(asked).await {
        assert_eq!(heard.text, Spec::of(model).text(&format!("q{at}")), "q{at}");
        assert!(heard.done, "q{at}");
        tokens += heard.usage.unwrap()["completion_tokens"].as_u64().unwrap();
    }
    let ledger = world.fake.ledger();
    assert_eq!(tokens, ledger.entries.iter().map(|entry| u64::from(entry.tokens)).sum::<u64>());
    assert_eq!((ledger.count(&Outcome::Whole), ledger.entries.len()), (200, 200));
}

/// A reader that takes its time holds a bounded piece of the answer here: the rest waits at the provider.
#[tokio::test]
async fn a_slow_reader_slows_the_provider_and_nobody_else() {
    let store = Store::fresh().await;
    let piece = "x".repeat(64 << 10);
    let pieces: Vec<_> = (0..768).map(|_| piece.as_str()).collect();
    let fake = Fake::one(Dialect::Compatible, Plan::say(Saying::text(&pieces))).await;
    let (server, program) = over(&store, &[("one", &fake)], &[]).await;
    let before = obrol_tests::bench::memory::resident(server.pid());
    let mut slow = stream(&program, &streamed("one/m", "#a")).await.ok().unwrap();
    slow.next().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let sent = fake.ledger().tokens();
    let grown = obrol_tests::bench::memory::resident(server.pid()).saturating_sub(before) >> 20;
    assert!(sent == 0, "the provider is still busy with its 48 MiB");
    assert!(grown < 24, "{grown} MiB for an answer that nobody reads");
    let quick = hear(
        &program,
        &json!({"model": "guide/guide", "stream": true, "messages": [{"role": "user", "content": "hello"}]}),
    )
    .await;
    assert!(quick.done && !quick.text.is_empty());
    let mut bytes = 0;
    while let Some(data) = slow.next().await {
        let chunk: Value = serde_json::from_str(&data).unwrap_or_default();
        bytes += chunk["choices"][0]["delta"]["content"].as_str().map_or(0, str::len);
    }
    assert_eq!(bytes, 48 << 20, "all of it, in the end");
}
