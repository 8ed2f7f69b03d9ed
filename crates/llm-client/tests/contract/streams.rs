//! Text however it is cut and dressed, signs of life, odd JSON, leaving: checklist 1, 5, 8 and 9.

use std::time::Duration;

use futures_util::StreamExt;
use llm_client::{ChatEvent, FinishReason, RateLimits, Window};

use crate::fakes::ledger::Outcome;
use crate::fakes::{Break, Dialect, Fake, Fault, Manner, Plan, Saying};
use crate::{KEY, ask, hear, provider, question, say};

fn story() -> Saying {
    Saying { reasoning: vec!["Hm ".into(), "🌼".into()], ..Saying::text(&["Ha", "lo 🌼", " 日本"]) }
}

// 1. Split everywhere.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_cut_anywhere_is_the_same_answer() {
    for dialect in Dialect::ALL {
        for crlf in [false, true] {
            // Every seventh byte here, every one without a network. A longer text than this only takes longer: every kind of frame is in it.
            let saying = Saying { reasoning: vec!["🌼".into()], ..Saying::text(&["日"]) };
            let frames = dialect.frames(&saying);
            // With `\r\n` there are as many bytes more as there are lines.
            let length: usize =
                frames.iter().map(|frame| frame.bytes.len()).sum::<usize>() * if crlf { 51 } else { 50 } / 50;
            let (at, plan) = ((1..length).step_by(7), Plan { crlf, ..Plan::say(saying) });
            let fake = Fake::start(dialect, move |asked| {
                let cut = dialect.question(&asked.body).parse().unwrap();
                Plan { manner: Manner::Cut(cut), ..plan.clone() }
            })
            .await;
            let provider = provider(&fake);
            let asked = futures_util::stream::iter(at).map(|at| {
                let mut request = question();
                request.messages = vec![llm_client::ChatMessage::text(llm_client::ChatRole::User, at.to_string())];
                let provider = provider.clone();
                async move { (at, ask(&*provider, request, crate::PATIENT).await) }
            });
            let mut asked = asked.buffer_unordered(32);
            while let Some((at, heard)) = asked.next().await {
                let found = (heard.text.as_str(), heard.reasoning.as_str(), heard.error.as_ref());
                assert_eq!(found, ("日", "🌼", None), "{dialect:?} cut at {at}");
                assert_eq!((heard.reason(), heard.usage().output_total), (&FinishReason::Stop, 1), "{dialect:?} {at}");
            }
        }
    }
}

#[tokio::test]
async fn dressed_as_it_may_be_it_is_the_same_answer() {
    for dialect in Dialect::ALL {
        let plain = Plan::say(story());
        let plans = [
            ("plain", plain.clone()),
            ("seven bytes at a time", Plan { manner: Manner::Drip(7), ..plain.clone() }),
            ("both line ends", Plan { crlf: true, ..plain.clone() }),
            ("signs of life", Plan { chatter: dialect.life().repeat(3), ..plain.clone() }),
            ("unknown events", Plan { chatter: dialect.unknown().to_owned(), ..plain.clone() }),
            ("garbage", Plan { chatter: dialect.garbage().to_owned(), ..plain.clone() }),
            ("no stream", Plan { manner: Manner::Json, ..plain }),
        ];
        for (what, plan) in plans {
            let heard = hear(dialect, plan).await;
            let found = (heard.text.as_str(), heard.reasoning.as_str(), heard.error.as_ref());
            assert_eq!(found, ("Halo 🌼 日本", "Hm 🌼", None), "{dialect:?}: {what}");
            assert_eq!(heard.reason(), &FinishReason::Stop, "{dialect:?}: {what}");
            assert_eq!((heard.usage().input_total, heard.usage().output_total), (7, 3), "{dialect:?}: {what}");
        }
    }
}

#[tokio::test]
async fn an_answer_says_which_it_was_and_what_its_head_said_of_limits() {
    for dialect in Dialect::ALL {
        let named = |names: &[(&str, &str)]| {
            names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let headers = match dialect {
            Dialect::Anthropic => named(&[("request-id", "req_1"), ("anthropic-ratelimit-tokens-remaining", "9")]),
            _ => named(&[("x-request-id", "req_1"), ("x-ratelimit-remaining-tokens", "9")]),
        };
        let heard = hear(dialect, Plan { headers, ..Plan::say(story()) }).await;
        let (_, _, _, trace) = heard.finished.unwrap();
        assert_eq!(trace.model.as_deref(), Some("model"), "{dialect:?}");
        let id = if dialect == Dialect::Ollama { None } else { Some("id-1") };
        assert_eq!((trace.generation.as_deref(), trace.request_id.as_deref()), (id, Some("req_1")), "{dialect:?}");
        let tokens = Window { remaining: Some(9), ..Window::default() };
        assert_eq!(trace.limits, RateLimits { tokens, ..RateLimits::default() }, "{dialect:?}");
    }
}

// 5. Silence and life.

#[tokio::test]
async fn signs_of_life_are_heard_as_life_while_nothing_else_comes() {
    for dialect in Dialect::ALL {
        let life = Break::Flood(dialect.life().as_bytes().to_vec());
        let fake = Fake::one(dialect, Plan::fail(story(), Fault::Within { tokens: 0, what: life })).await;
        let mut stream = provider(&fake).chat(question(), None).await.unwrap();
        for _ in 0..200 {
            assert_eq!(stream.next().await.unwrap().unwrap(), ChatEvent::Alive, "{dialect:?}");
        }
        drop(stream);
        assert!(fake.settled().await, "{dialect:?}");
        assert_eq!(fake.ledger().count(Outcome::Aborted), 1, "{dialect:?}");
    }
}

// 8. Whatever comes, nothing panics and nothing of it is text.

#[tokio::test]
async fn null_huge_and_odd_json_is_ignored() {
    let wrap = |dialect: Dialect, payload: &str| match dialect {
        Dialect::Ollama => format!("{payload}\n"),
        _ => format!("data: {payload}\n\n"),
    };
    let huge = format!("{{\"x\":\"{}\"}}", "y".repeat(1 << 20));
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let mut odd = vec!["null", "true", "5", "-1e999", "\"s\"", "[]", "[null]", "{}", huge.as_str(), deep.as_str()];
    odd.extend([
        r#"{"choices":null,"usage":"much","error":null,"id":5,"model":[]}"#,
        r#"{"choices":[null,{"delta":5,"finish_reason":7,"error":{}}],"x_groq":"none","usage":{"prompt_tokens":-1}}"#,
        r#"{"choices":[{"delta":{"content":{"a":1},"tool_calls":[{"index":"x","id":4,"function":null}],"reasoning_details":[null,5]}}]}"#,
        r#"{"type":null,"index":"x","message":5,"delta":null,"usage":[]}"#,
        r#"{"type":"content_block_start","index":99999999999999999999,"content_block":null}"#,
        r#"{"type":"content_block_delta","index":1.5,"delta":{"type":"text_delta","text":"lost"}}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":null}}"#,
        r#"{"candidates":"none","usageMetadata":{"trafficType":"ON_DEMAND"},"promptFeedback":{}}"#,
        r#"{"candidates":[{"content":{"parts":[null,5,{"functionCall":{"name":5}},{"text":7}]},"finishReason":null}]}"#,
        r#"{"message":{"content":5,"thinking":[],"tool_calls":[{"function":{"name":""}}]},"done":"yes","error":""}"#,
    ]);
    for dialect in Dialect::ALL {
        let chatter: String = odd.iter().map(|payload| wrap(dialect, payload)).collect();
        let heard = hear(dialect, Plan { chatter, ..Plan::say(story()) }).await;
        let found = (heard.text.as_str(), heard.error.as_ref(), heard.calls.len());
        assert_eq!(found, ("Halo 🌼 日本", None, 0), "{dialect:?}");
        assert_eq!(heard.reason(), &FinishReason::Stop, "{dialect:?}");
    }
}

#[tokio::test]
async fn reasons_of_ending_are_ours() {
    let words = |dialect| match dialect {
        Dialect::Anthropic => ("max_tokens", "end_turn", "stop_sequence"),
        Dialect::Gemini => ("MAX_TOKENS", "STOP", "STOP"),
        _ => ("length", "stop", "stop"),
    };
    for dialect in Dialect::ALL {
        let (length, stop, sequence) = words(dialect);
        let ended = |word: &str| say(dialect, Saying { finish: Some(word.to_owned()), ..story() });
        assert_eq!(ended(length).await.reason(), &FinishReason::Length, "{dialect:?}");
        assert_eq!(ended(stop).await.reason(), &FinishReason::Stop, "{dialect:?}");
        assert_eq!(ended(sequence).await.reason(), &FinishReason::Stop, "{dialect:?}");
        assert_eq!(ended("because").await.reason(), &FinishReason::Other("because".to_owned()), "{dialect:?}");
    }
}

// 9. Leaving.

#[tokio::test]
async fn leaving_drops_the_upstream_connection_and_the_ledger_knows_what_was_sent() {
    for dialect in Dialect::ALL {
        let hang = Fault::Within { tokens: 2, what: Break::Hang };
        let fake = Fake::one(dialect, Plan::fail(Saying::tokens("a1", 5), hang)).await;
        let mut stream = provider(&fake).chat(question(), Some(KEY.to_owned().into())).await.unwrap();
        let mut text = String::new();
        while text != "a1.0 a1.1 " {
            if let ChatEvent::Text(piece) = stream.next().await.unwrap().unwrap() {
                text.push_str(&piece);
            }
        }
        assert_eq!(fake.ledger().count(Outcome::Open), 1);
        let begun = std::time::Instant::now();
        drop(stream);
        assert!(fake.settled().await, "{dialect:?}");
        assert!(begun.elapsed() < Duration::from_millis(500), "{dialect:?}");
        let entry = fake.ledger().entries[0].clone();
        let found = (entry.model.as_str(), entry.tag.as_str(), entry.tokens, entry.outcome);
        assert_eq!(found, ("model", "a1", 2, Outcome::Aborted), "{dialect:?}");
        assert!(entry.key.ends_with(KEY), "{dialect:?}");
    }
}

#[tokio::test]
async fn a_finished_answer_gives_its_connection_back() {
    for dialect in Dialect::ALL {
        let fake = Fake::one(dialect, Plan::say(story())).await;
        let provider = provider(&fake);
        for _ in 0..4 {
            assert_eq!(ask(&*provider, question(), crate::PATIENT).await.error, None);
            assert!(fake.settled().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(fake.ledger().count(Outcome::Whole), 4, "{dialect:?}");
        assert_eq!(fake.connections(), 1, "{dialect:?}");
    }
}

#[tokio::test]
async fn who_does_not_read_along_gets_the_same_answer_in_one_piece() {
    for dialect in Dialect::ALL {
        let streamed = say(dialect, Saying::text(&["Hel", "lo"])).await;
        // The last one streams whatever it is asked.
        for manner in [Manner::Frames, Manner::Drip(7)] {
            let fake = Fake::one(dialect, Plan { manner, ..Plan::say(Saying::text(&["Hel", "lo"])) }).await;
            let provider = provider(&fake);
            let request = llm_client::ChatRequest { whole: true, ..question() };
            let heard = ask(&*provider, request, crate::PATIENT).await;
            assert_eq!((heard.text.as_str(), heard.reason()), ("Hello", streamed.reason()), "{dialect:?} {manner:?}");
            let counted = |heard: &crate::Heard| heard.finished.as_ref().and_then(|end| end.1);
            assert_eq!(counted(&heard), counted(&streamed), "{dialect:?} {manner:?}");
            let asked = fake.asked().remove(0);
            if provider.answers_whole() {
                assert_eq!(asked.body["stream"], false, "{dialect:?}");
                assert!(asked.body.get("stream_options").is_none(), "{dialect:?}");
                assert_eq!(asked.header("accept"), Some("application/json"), "{dialect:?}");
            }
        }
    }
}
