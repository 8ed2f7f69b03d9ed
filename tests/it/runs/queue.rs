//! The queue is bounded, also when a hundred come at the same moment.

use obrol_tests::api::{Answer, Api};
use obrol_tests::database::Kind;
use obrol_tests::world::World;
use reqwest::Method;
use serde_json::json;

const SLOW: &str = "fake-tok500-itl50";
const MINE: usize = 5;
const ALL: usize = 8;
/// Where several connections write at once, those that count at the same moment do not see each other's questions.
const CONNECTIONS: usize = 4;

/// A hundred questions at once, spread over these conversations.
async fn hundred(api: &Api, conversations: &[String]) -> Vec<Answer> {
    let post = |number: usize| {
        let path = format!("/api/v1/conversations/{}/messages", conversations[number % conversations.len()]);
        let body = json!({"content": [{"type": "text", "text": format!("#q{number} hello")}]});
        async move { api.send(api.request(Method::POST, &path).json(&body)).await }
    };
    futures_util::future::join_all((0..100).map(post)).await
}

/// How many were accepted; every other one was refused with `status`, a code and a hint.
fn accepted(answers: &[Answer], refusals: &[(u16, &str)]) -> usize {
    for refused in answers.iter().filter(|answer| answer.status != 202) {
        // A database that a hundred ask at once may say so on a slow machine; that is no yes either.
        let busy = refused.status == 503 && refused.body["code"] == "db.unavailable";
        let said = (refused.status.as_u16(), refused.body["code"].as_str().unwrap_or_default());
        assert!(busy || refusals.contains(&said), "{}", refused.text);
        assert!(refused.header("retry-after").is_some_and(|text| text.parse::<u64>().is_ok_and(|s| s > 0)));
    }
    answers.iter().filter(|answer| answer.status == 202).count()
}

async fn waiting(world: &World) -> usize {
    let metrics = Api::anonymous(&world.server.metrics_url).get("/metrics").await.text;
    let of = metrics.lines().filter(|line| line.starts_with("obrol_runs{") && line.contains("queued"));
    of.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>() as usize
}

/// `spread`: over how many conversations.
async fn a_hundred_at_once(spread: usize) {
    let (mine, all, connections) = (MINE.to_string(), ALL.to_string(), CONNECTIONS.to_string());
    let env = [
        ("OBROL_DATABASE_MAX_CONNECTIONS", connections.as_str()),
        ("OBROL_RUN_CONCURRENCY", "1"),
        ("OBROL_RUN_QUEUED_PER_USER", mine.as_str()),
        ("OBROL_RUN_QUEUE_DEPTH", all.as_str()),
    ];
    let world = World::with(&[SLOW], &env).await;
    let (ani, budi) = (world.person("ani").await, world.person("budi").await);
    // The one place is taken, so that whoever comes has to wait.
    let busy = ani.conversation(&format!("fake/{SLOW}")).await;
    ani.ask(&busy, "#first hello").await;
    let conversations = async |person: &Api| {
        let mut all = Vec::new();
        for _ in 0..spread {
            all.push(person.conversation(&format!("fake/{SLOW}")).await);
        }
        all
    };
    let (of_ani, of_budi) = (conversations(&ani).await, conversations(&budi).await);
    // Those of one conversation wait for each other, and on SQLite all do.
    let apart = spread == 1 || world.store.database.kind() == Kind::Sqlite;
    let slack = if apart { 0 } else { CONNECTIONS };
    let (too_many, full) = ((429, "run.too_many_waiting"), (503, "run.queue_full"));
    let refusals = if apart { vec![too_many] } else { vec![too_many, full] };
    let of_ani = accepted(&hundred(&ani, &of_ani).await, &refusals);
    assert!((MINE..=MINE + slack).contains(&of_ani), "her own cap: {of_ani}");
    assert_eq!(waiting(&world).await, of_ani);
    let of_budi = accepted(&hundred(&budi, &of_budi).await, &[full]);
    let waiting = waiting(&world).await;
    assert_eq!(waiting, of_ani + of_budi);
    assert!((ALL..=ALL.max(of_ani) + slack).contains(&waiting), "the cap of all: {waiting}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_at_once_in_one_conversation_do_not_pass_the_caps() {
    a_hundred_at_once(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_at_once_in_many_conversations_do_not_pass_the_caps() {
    a_hundred_at_once(20).await;
}
