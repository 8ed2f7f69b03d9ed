//! Text, thoughts, signs of life, and leaving: checklist 1, 5 and 9.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use llm_client::{ChatEvent, ChatRequest, FinishReason, Provider, Usage};
use serde_json::json;

use crate::fake::{Fake, Reply, Step, story};
use crate::{delta, end, finish, hear, provider, question, sse, text};

// 1. Text, split everywhere.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_split_at_every_byte_is_the_same_text() {
    let transcript = [
        "\u{feff}: OPENROUTER PROCESSING\n\n",
        "data: {\"id\":\"\",\"model\":\"\",\"choices\":[],\"prompt_filter_results\":[{}]}\n\n",
        "data:{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"Qu\"}\n\n",
        "data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"Ha\"}}]}\n\n",
        "event: message\nid: 7\ndata: {\"choices\":[{\"delta\":{\"content\":\"lo 🌼 日本\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":16,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n",
    ]
    .concat();
    for ending in ["\n", "\r\n"] {
        let bytes = transcript.replace('\n', ending).into_bytes();
        let whole = bytes.clone();
        let fake = Fake::by(move |_, asked| {
            let at: usize = asked.body["model"].as_str().unwrap().parse().unwrap();
            let (head, tail) = whole.split_at(at);
            let head = Reply::stream().then(Step::Send(head.to_vec()));
            head.then(Step::Pause(Duration::from_millis(4))).then(Step::Send(tail.to_vec()))
        })
        .await;
        let provider = provider(&fake);
        let asked = futures_util::stream::iter(0..=bytes.len()).map(|at| {
            let request = ChatRequest { model: at.to_string(), ..question() };
            let chat = provider.chat(request, None);
            async move { (at, chat.await.unwrap().try_collect::<Vec<_>>().await) }
        });
        let mut asked = asked.buffer_unordered(32);
        while let Some((at, events)) = asked.next().await {
            let events = events.unwrap_or_else(|error| panic!("split at {at}: {error:?}"));
            assert_eq!(text(&events), "Halo 🌼 日本", "split at {at}");
            let usage = Usage { input_total: 16, output_total: 3, ..Usage::default() };
            assert_eq!(finish(&events), (FinishReason::Stop, Some(usage)), "split at {at}");
        }
    }
}

#[tokio::test]
async fn carriage_returns_alone_end_lines_too() {
    let (events, error) = hear(&story(&["a", "b"]).replace('\n', "\r")).await;
    assert_eq!((text(&events).as_str(), error), ("ab", None));
}

#[tokio::test]
async fn text_may_come_as_parts_and_beside_a_repeated_message() {
    let parts = delta(json!({"content": [{"type": "text", "text": "A"}, {"type": "odd"}, {"text": "B"}]}));
    let both = json!({"choices": [{"delta": {"content": "C"}, "message": {"content": "ABC"}}]});
    let (events, _) =
        hear(&sse(&[parts, both, json!({"choices": [{"message": {"content": "ABC"}, "finish_reason": "stop"}]})]))
            .await;
    assert_eq!(text(&events), "ABC");
}

#[tokio::test]
async fn thoughts_come_under_two_names_and_only_once() {
    let chunks = [
        delta(json!({"reasoning": "Hm"})),
        delta(json!({"reasoning_content": "m", "reasoning": "m"})),
        delta(json!({"content": "Ja"})),
        end(json!("stop")),
    ];
    let (events, _) = hear(&sse(&chunks)).await;
    // What came in one piece goes on as one.
    assert_eq!(events[..2], [ChatEvent::Reasoning("Hmm".into()), ChatEvent::Text("Ja".into())]);
}

// 5. Comments are life.

#[tokio::test]
async fn comments_and_empty_chunks_are_life() {
    let body = format!(": OPENROUTER PROCESSING\n\n: still\n\ndata: keepalive\n\nevent: ping\n\n{}", story(&["Ja"]));
    let fake = Fake::one(Reply::events(&body)).await;
    let events: Vec<_> = provider(&fake).chat(question(), None).await.unwrap().try_collect().await.unwrap();
    let before = events.iter().take_while(|event| **event == ChatEvent::Alive).count();
    assert_eq!(before, 5, "two comments, words that are no JSON, an event without data, an empty delta");
    assert_eq!(text(&events), "Ja");
}

// 9. Leaving.

#[tokio::test]
async fn leaving_drops_the_upstream_connection() {
    let fake =
        Fake::one(Reply::events("data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\n").then(Step::Hang)).await;
    let mut stream = provider(&fake).chat(question(), None).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), ChatEvent::Text("A".to_owned()));
    drop(stream);
    assert!(fake.wait_left().await.unwrap() < Duration::from_millis(500));

    let silent = Fake::one(Reply::hang()).await;
    let provider = provider(&silent);
    tokio::select! {
        _ = provider.chat(question(), None) => panic!("it says nothing"),
        () = silent.wait_asked() => {}
    }
    assert!(silent.wait_left().await.unwrap() < Duration::from_millis(500));
}

#[tokio::test]
async fn a_finished_answer_gives_its_connection_back() {
    let body = story(&["A"]);
    let reply = Reply::full(200, &[("content-type", "text/event-stream")], &body);
    let fake = Fake::one(reply).await;
    let provider = provider(&fake);
    for _ in 0..5 {
        let mut stream = provider.chat(question(), None).await.unwrap();
        while let Some(event) = stream.next().await {
            if matches!(event.unwrap(), ChatEvent::Finished { .. }) {
                break;
            }
        }
        drop(stream);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((fake.count(), fake.left()), (5, 0));
}
