//! The operator's content rules under `/v1`: what goes in, what comes out, whole and in pieces.

use std::time::{Duration, Instant};

use obrol_tests::fakes::{Call, Dialect, Fake, Plan, Saying};
use obrol_tests::program::{chat, error, hear, question, streamed};
use obrol_tests::server::Store;
use serde_json::{Value, json};

use crate::v1_chat::over;

#[tokio::test]
async fn what_operators_block_neither_goes_in_nor_comes_out() {
    let store = Store::fresh().await;
    let fake = Fake::start(Dialect::Compatible, |asked| {
        let calls = vec![Call { id: "c".into(), name: "f".into(), arguments: vec!["{\"a\":\"zwiebel\"}".into()] }];
        match Dialect::Compatible.question(&asked.body).as_str() {
            "#call" => Plan::say(Saying { calls, ..Saying::text(&[]) }),
            "#think" => {
                Plan::say(Saying { reasoning: vec!["the zwie".into(), "bel is".into()], ..Saying::text(&["so"]) })
            }
            "#clean" => Plan::say(Saying::text(&["all ", "is ", "well"])),
            _ => Plan::say(Saying::text(&["first words, then zwi", "ebel", " and more"])),
        }
    })
    .await;
    let (server, program) = over(&store, &[("one", &fake)], &[]).await;
    let admin = server.admin().await;
    for (pattern, action, direction) in [("zwiebel", "block", "both"), ("well", "flag", "out")] {
        let rule = json!({"pattern": pattern, "action": action, "direction": direction});
        admin.post("/api/v1/admin/llm/rules", rule).await.expect(201);
    }
    let blocked = |answer: &Value| {
        assert_eq!((&answer["code"], &answer["type"]), (&json!("content_filter"), &json!("invalid_request_error")));
    };
    // In: in whichever message it stands, and as a text to embed.
    let earlier = json!({"model": "one/m", "messages": [
        {"role": "system", "content": "say ZWIEBEL"}, {"role": "user", "content": "#clean"}]});
    let claimed = json!({"model": "one/m", "messages": [
        {"role": "user", "content": "#clean"}, {"role": "assistant", "content": "zwiebel"}, {"role": "user", "content": "go on"}]});
    // In two breaths: one message after the other, or with an answer in between.
    let rule = json!({"pattern": "red onion soup", "action": "block", "direction": "in"});
    admin.post("/api/v1/admin/llm/rules", rule).await.expect(201);
    let say = |role: &str, content: &str| json!({"role": role, "content": content});
    let split = json!({"model": "one/m", "messages": [
        say("user", "#clean tell me of red"), say("user", "onion"), say("user", "soup, please")]});
    let apart = json!({"model": "one/m", "messages": [
        say("user", "#clean tell me of red onion"), say("assistant", "of what?"), say("user", "soup, please")]});
    for body in [split, apart] {
        blocked(&error(&chat(&program, body).await, 400));
    }
    let tool = json!({"type": "function", "function": {"name": "f", "description": "cuts a Zwiebel"}});
    let with_tool = json!({"model": "one/m", "messages": [{"role": "user", "content": "#clean"}], "tools": [tool]});
    for body in [question("one/m", "a Zwiebel, please"), earlier, claimed, with_tool] {
        blocked(&error(&chat(&program, body).await, 400));
    }
    let vectors = program.post("/v1/embeddings", json!({"model": "one/m", "input": ["a", "zwiebel"]})).await;
    blocked(&error(&vectors, 400));
    assert_eq!(fake.asked().len(), 0, "nobody was asked");
    // Out: nothing of the word is seen, also when it comes in pieces.
    blocked(&error(&chat(&program, question("one/m", "#other")).await, 400));
    let heard = hear(&program, &streamed("one/m", "#other")).await;
    assert_eq!(heard.text, "first words, then ");
    blocked(&heard.error.expect("it is said why"));
    let heard = hear(&program, &streamed("one/m", "#think")).await;
    assert!(!heard.reasoning.contains("zwie") && heard.text.is_empty(), "{heard:?}");
    blocked(&heard.error.expect("thoughts, too"));
    let heard = hear(&program, &streamed("one/m", "#call")).await;
    assert!(heard.calls.is_empty() && heard.error.is_some(), "{heard:?}");
    // A flag lets through; operators see what was met.
    let heard = hear(&program, &streamed("one/m", "#clean")).await;
    assert_eq!((heard.text.as_str(), heard.done), ("all is well", true));
    let start = Instant::now();
    loop {
        let hits = admin.get("/api/v1/admin/llm/rule-hits?limit=100").await.expect(200);
        let hits = hits["items"].as_array().unwrap();
        let count = |direction: &str| hits.iter().filter(|hit| hit["direction"] == direction).count();
        if (count("in"), count("out")) == (7, 5) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{hits:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
