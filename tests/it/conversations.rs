//! Conversations over HTTP: made, listed, renamed, archived, deleted, branched, and nobody else's.

mod accepting;
mod titles;

use std::time::Duration;

use obrol_tests::api::{id, text_of};
use obrol_tests::follow::follow;
use obrol_tests::wait::until;
use obrol_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_conversation_lives_and_ends() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let made = ani.post("/api/v1/conversations", json!({"title": "Nasi goreng"})).await.expect(201);
    assert_eq!((made["kind"].as_str(), made["title"].as_str()), (Some("chat"), Some("Nasi goreng")));
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'));
    let path = format!("/api/v1/conversations/{}", id(&made));
    let found = ani.get(&path).await;
    let etag = found.header("etag").expect("an ETag").to_owned();
    assert_eq!(ani.patch(&path, None, json!({"title": "x"})).await.status, 428, "two devices may edit it");
    let renamed = ani.patch(&path, Some(&etag), json!({"title": "Soto ayam"})).await;
    let newer = renamed.header("etag").expect("the new ETag").to_owned();
    assert_eq!(renamed.expect(200)["title"], "Soto ayam");
    assert_eq!(ani.patch(&path, Some(&etag), json!({"title": "Stale"})).await.status, 412);
    ani.patch(&path, Some(&newer), json!({"archived": true})).await.expect(200);
    let list = |query: &'static str| {
        let ani = ani.clone();
        async move { ani.get(&format!("/api/v1/conversations{query}")).await.expect(200)["items"].as_array().unwrap().len() }
    };
    assert_eq!((list("").await, list("?archived=true").await), (0, 1));
    assert_eq!(ani.delete(&path).await.status, 204);
    assert_eq!(ani.get(&path).await.status, 404);
    assert_eq!(list("?archived=true").await, 0);
}

#[tokio::test]
async fn pages_of_the_list_hold_each_conversation_once() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    for number in 0..25 {
        ani.post("/api/v1/conversations", json!({"title": format!("c{number}")})).await.expect(201);
    }
    let mut titles = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ani.get(&format!("/api/v1/conversations?limit=7{cursor}")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 7);
        titles.extend(items.iter().map(|item| item["title"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<String> = (0..25).rev().map(|number| format!("c{number}")).collect();
    assert_eq!(titles, expected, "newest first, each once");
    assert_eq!(ani.get("/api/v1/conversations?cursor=zzz").await.problem(400), "request.malformed_cursor");
    let found = ani.get("/api/v1/conversations?q=c17").await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_accepted_message_is_there_once_however_often_it_is_sent() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let body = json!({"client_message_id": "c-1", "content": [{"type": "text", "text": "#a hello"}]});
    let mut senders = Vec::new();
    for _ in 0..8 {
        let (ani, path, body) = (ani.clone(), path.clone(), body.clone());
        senders.push(tokio::spawn(async move { ani.post(&path, body).await }));
    }
    let mut first: Option<Value> = None;
    for sender in senders {
        let answer = sender.await.unwrap();
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        let ids = json!([answer.body["message"]["id"], answer.body["answer"]["id"], answer.body["run"]["id"]]);
        assert_eq!(*first.get_or_insert(ids.clone()), ids);
    }
    let run = first.unwrap()[2].as_str().unwrap().to_owned();
    follow(&ani, &run, SOON).await;
    assert_eq!(ani.messages(&conversation).await.len(), 2);
    assert_eq!(world.fake.ledger().of_tag("a").count(), 1, "the upstream was asked once");
}

#[tokio::test]
async fn an_edited_question_is_a_branch() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let first = ani.ask(&conversation, "#a one").await;
    follow(&ani, &id(&first["run"]), SOON).await;
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let edited = json!({"content": [{"type": "text", "text": "#b two"}], "parent_id": null});
    let second = ani.post(&path, edited).await.expect(202);
    assert_eq!(second["message"]["parent_id"], Value::Null);
    follow(&ani, &id(&second["run"]), SOON).await;
    let all = ani.messages(&conversation).await;
    assert_eq!(all.len(), 4, "both branches are listed");
    let head = ani.get(&format!("/api/v1/conversations/{conversation}")).await.expect(200);
    assert_eq!(head["head_message_id"], second["answer"]["id"]);
    let ledger = world.fake.ledger();
    let sent = &ledger.of_tag("b").next().unwrap().messages;
    assert!(sent.iter().all(|(_, text)| !text.contains("#a")), "a branch does not see its sibling: {sent:?}");
}

#[tokio::test]
async fn a_title_comes_after_the_first_answer() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let run = id(&ani.ask(&conversation, "How do I cook rice in coconut milk?").await["run"]);
    follow(&ani, &run, SOON).await;
    let path = format!("/api/v1/conversations/{conversation}");
    let titled = || async { ani.get(&path).await.body["title"].as_str().map(str::to_owned) };
    let title = until("a title", SOON, titled).await;
    assert!(!title.trim().is_empty() && title.chars().count() <= 120, "{title}");
}

#[tokio::test]
async fn what_a_message_may_be() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let of = |text: String| json!({"content": [{"type": "text", "text": text}]});
    for bad in [of(String::new()), of(" \n ".into()), of("é".repeat(32_769)), json!({}), json!({"content": []})] {
        let answer = ani.post(&path, bad).await;
        assert_eq!(answer.status.as_u16() / 100, 4, "{}", answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    for unknown in ["role", "owner_id", "status", "author", "cost", "id"] {
        let mut body = of("hello".into());
        body[unknown] = json!("admin");
        assert!(ani.post(&path, body).await.status.is_client_error(), "{unknown} is not for callers to say");
    }
    assert_eq!(ani.messages(&conversation).await.len(), 0, "nothing of it was stored");
    let long = "é".repeat(32_000);
    let accepted = ani.post(&path, of(long.clone())).await.expect(202);
    assert_eq!(text_of(&accepted["message"]), long);
    let odd = "👩‍👩‍👧 日本語 \"quotes\" <script>alert(1)</script> \u{202e}\n\ttab";
    let accepted = ani.post(&path, of(odd.into())).await.expect(202);
    assert_eq!(text_of(&accepted["message"]), odd, "text comes back as it was");
}

#[tokio::test]
async fn a_stranger_finds_nothing() {
    let world = World::start().await;
    let (ani, budi) = (world.person("ani").await, world.person("budi").await);
    let conversation = ani.conversation("fake/fake-tok20").await;
    let accepted = ani.ask(&conversation, "#a secret").await;
    follow(&ani, &id(&accepted["run"]), SOON).await;
    budi.conversation("fake/fake-tok20").await;
    let theirs = format!("/api/v1/conversations/{conversation}");
    let nowhere = format!("/api/v1/conversations/{}", uuid::Uuid::now_v7());
    // What is there and what is not answer alike.
    let (foreign, missing) = (budi.get(&theirs).await, budi.get(&nowhere).await);
    assert_eq!((foreign.status.as_u16(), missing.status.as_u16()), (404, 404));
    assert_eq!(foreign.body["code"], missing.body["code"]);
    assert_eq!(foreign.body["detail"], missing.body["detail"]);
    let list = budi.get("/api/v1/conversations").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

/// S02: wherever a message is named, one of somebody else's, one of another conversation of one's own, a conversation's own id
/// and one that never was are the same nothing.
#[tokio::test]
async fn ids_of_others_are_the_same_nothing() {
    let world = World::start().await;
    let (ani, budi) = (world.person("ani").await, world.person("budi").await);
    let mut asked = Vec::new();
    for api in [&ani, &budi, &budi] {
        let conversation = api.conversation("fake/fake-tok20").await;
        let accepted = api.ask(&conversation, "#a secret").await;
        follow(api, &id(&accepted["run"]), SOON).await;
        asked.push((conversation, id(&accepted["message"]), id(&accepted["answer"])));
    }
    let [theirs, other, own] = asked.try_into().unwrap();
    let path = format!("/api/v1/conversations/{}", own.0);
    let etag = budi.get(&path).await.header("etag").expect("an ETag").to_owned();
    let named = [&theirs.1, &theirs.2, &other.1, &other.2, &other.0, &theirs.0];
    for place in ["parent_id", "head_message_id", "regenerate"] {
        let swap = async |message: &str| {
            let question = json!({"content": [{"type": "text", "text": "hello"}], "parent_id": message});
            let request = match place {
                "parent_id" => budi.request(Method::POST, &format!("{path}/messages")).json(&question),
                "head_message_id" => {
                    let request = budi.request(Method::PATCH, &path).header("if-match", etag.clone());
                    request.json(&json!({"head_message_id": message}))
                }
                _ => budi.request(Method::POST, &format!("{path}/messages/{message}/regenerate")),
            };
            let mut answer = budi.send(request.header("x-request-id", "the-same-for-all")).await;
            answer.headers.remove("date");
            (answer.status.as_u16(), answer.text, answer.headers)
        };
        let missing = swap(&uuid::Uuid::now_v7().to_string()).await;
        assert_eq!(missing.0, 404, "{place}: {}", missing.1);
        assert!(missing.1.contains("message.not_found"), "{place}: {}", missing.1);
        for one in named {
            assert_eq!(swap(one).await, missing, "{place}");
        }
    }
    assert_eq!(budi.messages(&own.0).await.len(), 2, "nothing was written");
    for field in ["head_message_id", "archived"] {
        let refused = budi.patch(&path, Some(&etag), json!({field: null})).await;
        assert_eq!(refused.body["errors"][0]["code"], "not_null", "{}", refused.text);
        assert_eq!(refused.body["errors"][0]["pointer"], format!("/{field}"));
        assert_eq!(refused.status, 422);
    }
    for odd in ["invoice\u{202e}fdp.exe", "zero\u{200b}width"] {
        let refused = budi.patch(&path, Some(&etag), json!({"title": odd})).await;
        assert_eq!(refused.body["errors"][0]["code"], "conversation.title_invalid", "{}", refused.text);
        assert_eq!(refused.status, 422);
    }
}

#[tokio::test]
async fn deleting_during_an_answer_ends_the_run() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok500-itl10").await;
    ani.ask(&conversation, "#a hello").await;
    let asked = || async { (world.fake.ledger().of_tag("a").count() > 0).then_some(()) };
    until("the upstream is asked", SOON, asked).await;
    assert_eq!(ani.delete(&format!("/api/v1/conversations/{conversation}")).await.status, 204);
    let left = || async {
        let ledger = world.fake.ledger();
        ledger.of_tag("a").all(|entry| entry.outcome == obrol_tests::fake_llm::ledger::Outcome::Aborted).then_some(())
    };
    until("the upstream is left", Duration::from_secs(3), left).await;
    assert_eq!(ani.get(&format!("/api/v1/conversations/{conversation}/messages")).await.status, 404, "not resurrected");
}
