//! Random `kill -9` under concurrent chats against an upstream that misbehaves: nothing lost, doubled or stuck, and every
//! watcher's text is the stored text. `make soak` runs the same with more kills.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use obrol_tests::api::{Api, id, text_of};
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::{Reading, follow};
use obrol_tests::redis::Redis;
use obrol_tests::seed::{Chance, seed};
use obrol_tests::server::{Server, Store};
use obrol_tests::watch::Watcher;
use serde_json::{Value, json};

const PEOPLE: u64 = 5;
const MODELS: &[&str] = &["fake-tok30-itl4", "fake-tok60-itl2-uni", "fake-tok10"];
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest that a kill waits for an answer to end.
const PROGRESS: Duration = Duration::from_secs(3);

/// One question that was accepted, and what its two readers saw.
struct Asked {
    tag: String,
    model: String,
    client_id: String,
    message: String,
    answer: String,
    run: String,
    seen: Reading,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random() {
    let cycles: u64 = std::env::var("OBROL_CRASH_CYCLES").map_or(50, |text| text.parse().expect("a number of kills"));
    let seed = seed();
    let store = Store::fresh().await;
    let fake = FakeLlm::start(MODELS).await;
    fake.misbehave(seed, 25);
    // On a shared database the server and the worker are processes of their own, and die apart.
    let redis = (store.database.kind() != Kind::Sqlite).then(Redis::start);
    let mut nodes = vec![Server::prepare(&store, "server")];
    if redis.is_some() {
        nodes[0].words(&["serve", "--no-workers"]);
        let mut worker = Server::prepare(&store, "worker");
        worker.words(&["work"]);
        nodes.push(worker);
    }
    for node in &mut nodes {
        node.provider("FAKE", &fake);
        node.set("OBROL_TITLE_MODEL", "fake/fake-tok10");
        if let Some(redis) = &redis {
            node.set("REDIS_URL", &redis.url());
        }
        node.up().await;
    }
    let (over, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut chats = Vec::new();
    for person in 0..PEOPLE {
        let api = nodes[0].person(&format!("person{person}")).await;
        chats.push(tokio::spawn(chat(api, Chance::part(seed, person), person, over.clone(), ended.clone())));
    }
    let mut chance = Chance::part(seed, 1_000);
    let mut before = 0;
    for kill in 0..cycles {
        // A slow machine must get something done between two kills, or every run dies three times and proves nothing.
        let since = Instant::now();
        while ended.load(Ordering::Relaxed) == before && since.elapsed() < PROGRESS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        before = ended.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(chance.between(20, 900))).await;
        let which = chance.between(0, nodes.len() as u64) as usize;
        let node = &mut nodes[which];
        assert!(node.alive(), "it ended by itself before kill {kill}\n{}", node.log_tail());
        node.restart().await;
    }
    over.store(true, Ordering::Relaxed);
    let mut all = Vec::new();
    for chat in chats {
        let (api, conversation, asked, watcher) = chat.await.expect("a chat ends");
        settle(&api, &conversation, &asked, &watcher).await;
        all.extend(asked);
    }
    summary(&fake, &all, cycles);
}

/// One person asks one question after the other, following each answer to its end.
async fn chat(
    api: Api,
    mut chance: Chance,
    person: u64,
    over: Arc<AtomicBool>,
    ended: Arc<AtomicU64>,
) -> (Api, String, Vec<Asked>, Watcher) {
    let body = json!({});
    let made = api.patiently(reqwest::Method::POST, "/api/v1/conversations", Some(&body), PATIENCE).await.expect(201);
    let conversation = id(&made);
    let watcher = Watcher::open(&api);
    let mut asked = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let tag = format!("p{person}q{}", asked.len());
        let model = MODELS[chance.between(0, MODELS.len() as u64) as usize].to_owned();
        let client_id = format!("client-{tag}");
        let body = json!({
            "client_message_id": client_id,
            "content": [{"type": "text", "text": format!("#{tag} tell me")}],
            "model": format!("fake/{model}"),
        });
        let path = format!("/api/v1/conversations/{conversation}/messages");
        // The same id until it is acknowledged: the first acceptance counts, however often the answer was lost.
        let accepted = api.patiently(reqwest::Method::POST, &path, Some(&body), PATIENCE).await;
        let accepted = accepted.expect(202);
        let run = id(&accepted["run"]);
        let seen = follow(&api, &run, PATIENCE).await;
        let (message, answer) = (id(&accepted["message"]), id(&accepted["answer"]));
        ended.fetch_add(1, Ordering::Relaxed);
        asked.push(Asked { tag, model, client_id, message, answer, run, seen });
    }
    (api, conversation, asked, watcher)
}

/// Compares what was accepted, what is stored and what both readers saw.
async fn settle(api: &Api, conversation: &str, asked: &[Asked], watcher: &Watcher) {
    let stored = api.messages(conversation).await;
    assert_eq!(stored.len(), asked.len() * 2, "each question once, each answer once");
    for ask in asked {
        let run = api.ended(&ask.run, PATIENCE).await;
        let of = |wanted: &str| {
            let mut found = stored.iter().filter(|message| message["id"] == wanted);
            let first = found.next().unwrap_or_else(|| panic!("{} is lost: {wanted}", ask.tag)).clone();
            assert!(found.next().is_none(), "{wanted} is doubled");
            first
        };
        assert!(text_of(&of(&ask.message)).contains(&format!("#{} ", ask.tag)));
        let answer = of(&ask.answer);
        assert_eq!(answer["parent_id"], ask.message.as_str(), "an answer follows its question");
        let text = text_of(&answer);
        let whole = Spec::of(&ask.model).text(&ask.tag);
        match run["status"].as_str() {
            Some("succeeded") => assert_eq!(text, whole, "{}: all tokens once, in order", ask.tag),
            Some("failed") => {
                assert!(run["error"]["code"].is_string(), "a failure says why: {run}");
                assert!(
                    whole.starts_with(&text),
                    "{}: what is kept of a failed answer is its beginning: {text}",
                    ask.tag
                );
            }
            _ => panic!("{} ended as {run}", ask.tag),
        }
        let others = watcher.ended(&ask.run, PATIENCE).await;
        for (who, reading) in [("follower", &ask.seen), ("watcher", &others)] {
            assert!(reading.faults.is_empty(), "{who} of {}: {reading:?}", ask.tag);
            assert_eq!(reading.end.as_ref().map(|(status, _)| status.as_str()), run["status"].as_str(), "{who}");
            assert!(reading.text() == text, "{who} of {} has not the stored text {text:?}: {reading:?}", ask.tag);
        }
        // Repeating the question now gives the first one's message and makes nothing new.
        let again = json!({"client_message_id": ask.client_id, "content": [{"type": "text", "text": "again"}]});
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let again = api.post(&path, again).await;
        assert!(again.status.is_success(), "{} {}", again.status, again.text);
        assert_eq!(again.body["message"]["id"], ask.message.as_str());
    }
    assert_eq!(api.messages(conversation).await.len(), asked.len() * 2, "repeats made nothing new");
}

fn summary(fake: &FakeLlm, all: &[Asked], cycles: u64) {
    let ended = |wanted: &str| {
        let of = |ask: &&Asked| ask.seen.end.as_ref().is_some_and(|(status, _)| status == wanted);
        all.iter().filter(of).count()
    };
    let (succeeded, failed) = (ended("succeeded"), ended("failed"));
    let rewinds: u32 = all.iter().map(|ask| ask.seen.rewinds).sum();
    let stats: Value = fake.ledger().stats();
    eprintln!(
        "{cycles} kills, {} questions: {succeeded} succeeded, {failed} failed, {rewinds} rewinds; upstream {stats}",
        all.len()
    );
    assert!(all.len() as u64 >= cycles / 2, "too little was asked to mean anything");
    // Some die three times or meet only faults, and say so; most must get through.
    assert!(succeeded * 10 >= all.len() * 8, "only {succeeded} of {} got through", all.len());
    for ask in all {
        let tries = fake.ledger().of_tag(&ask.tag).count();
        assert!(tries > 0 || ask.seen.text().is_empty(), "{} has text that nobody wrote", ask.tag);
    }
}
