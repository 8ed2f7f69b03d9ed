//! A question is accepted to its end, once, whoever hangs up or repeats it.

use std::collections::HashSet;
use std::time::Duration;

use obrol_tests::api::{id, text_of};
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::raw;
use obrol_tests::watch::Watcher;
use obrol_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

/// The commit takes a while; in the middle of it the client's connection breaks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_while_being_accepted_is_answered_all_the_same() {
    let mut world = World::with(&["fake-tok20"], &[]).await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    world.server.kill();
    world.server.set("OBROL_FAILPOINT", "persistence.after_commit:sleep=800");
    world.server.up().await;
    let other_tab = Watcher::ready(&ani).await;
    let body = json!({"client_message_id": "once", "content": [{"type": "text", "text": "#a hello"}]});
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let connection = raw::post(&ani, &path, &body).await;
    // Committed, not yet told: the messages are there, and whoever commits sleeps.
    let stored = || async { (ani.messages(&conversation).await.len() == 2).then_some(()) };
    obrol_tests::wait::until("the question is committed", SOON, stored).await;
    raw::reset(connection);
    let run = ani.messages(&conversation).await[0]["run_id"].as_str().expect("the answer has a run").to_owned();
    assert_eq!(ani.ended(&run, SOON).await["status"], "succeeded");
    let heard = other_tab.ended(&run, SOON).await;
    assert_eq!((heard.text(), heard.faults), (Spec::of("fake-tok20").text("a"), vec![]));
    other_tab.with(|state| {
        let told = state.heard.iter().filter(|name| *name == "message.created").count();
        assert_eq!(told, 2, "question and answer in {:?}", state.heard);
    });
    let again = ani.post(&path, body).await.expect(202);
    assert_eq!(again["run"]["id"], run.as_str());
    assert_eq!(text_of(&ani.messages(&conversation).await[0]), Spec::of("fake-tok20").text("a"));
}

/// A phone that sends the same message thirty times in one moment, while the commit that all of them share is under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_message_thirty_times_at_once_is_one_message() {
    let mut world = World::with(&["fake-tok20"], &[]).await;
    let ani = world.person("ani").await;
    world.server.kill();
    world.server.set("OBROL_FAILPOINT", "persistence.before_commit:sleep=100");
    world.server.up().await;
    for round in 0..5 {
        let conversation = ani.conversation("fake/fake-tok20").await;
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let text = format!("#r{round} hello");
        let body = json!({"client_message_id": "same", "content": [{"type": "text", "text": text}]});
        let posts = (0..30).map(|_| ani.send(ani.request(Method::POST, &path).json(&body)));
        let answers = futures_util::future::join_all(posts).await;
        let mut ids = HashSet::new();
        for answer in answers {
            assert!(matches!(answer.status.as_u16(), 200 | 202), "round {round}: {} {}", answer.status, answer.text);
            let of = |what: &str| id(answer.body.get(what).unwrap_or(&Value::Null));
            ids.insert((of("message"), of("answer"), of("run")));
        }
        assert_eq!(ids.len(), 1, "round {round}: {ids:?}");
        assert_eq!(ani.messages(&conversation).await.len(), 2, "round {round}");
    }
}
