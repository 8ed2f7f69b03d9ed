//! Money where somebody came too late to watch: calls of the dead, of places that nobody takes again, and of before a cap.

use std::fs::File;
use std::time::Duration;

use obrol_tests::api::{Api, id};
use obrol_tests::fakes::{Dialect, Fake, Plan, Saying};
use obrol_tests::operator::{self, LLM};
use obrol_tests::program::{self, stream, streamed};
use obrol_tests::server::{Server, Store};
use obrol_tests::wait;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(40);

/// The first question is answered slowly, `count` tokens long; the others at once.
async fn slow(gap_ms: u64, count: u32) -> Fake {
    operator::speaker(Dialect::OpenAi, move |number, _| match number {
        0 => Plan { gap_ms, ..Plan::say(Saying::tokens("t", count)) },
        _ => Plan::say(Saying::tokens("t", 8)),
    })
    .await
}

/// Prices of 2 and 10 USD a million tokens: 2 and 10 millionths for one.
async fn near(server: &Server, fake: &Fake) -> Api {
    let admin = server.admin().await;
    operator::provider(&admin, "near", fake, &["m"], &["first"]).await;
    operator::price(&admin, "near/m", 2_000_000, 10_000_000).await;
    admin
}

fn number(call: &Value, field: &str) -> i64 {
    call[field].as_i64().unwrap_or_else(|| panic!("{field} of {call}"))
}

async fn standing(admin: &Api, scope: &str) -> Value {
    admin.get(&format!("{LLM}/limits/standing?{scope}")).await.expect(200)
}

/// No cap, so nothing was reserved for the answer; what had come of it is in the database all the same.
#[tokio::test]
async fn what_a_killed_server_had_said_is_counted() {
    let store = Store::fresh().await;
    let fake = slow(20, 4000).await;
    let mut server = Server::start(&store, None).await;
    let admin = near(&server, &fake).await;
    let ani = server.person("ani").await;
    let conversation = ani.conversation("near/m").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let stored = async || store.texts("run_chunks", &["text"]).await.replace('\n', "");
    wait::until("much of it is stored", SOON, || async { (stored().await.len() > 200).then_some(()) }).await;
    server.kill();
    let said = stored().await;
    server.restart().await;
    let (ani, admin) = (ani.at(&server.url), admin.at(&server.url));
    assert_eq!(ani.ended(&run, SOON).await["status"], "succeeded");
    let calls = operator::settled(&admin).await;
    let orphan = calls.iter().find(|call| call["outcome"] == "orphaned").unwrap_or_else(|| panic!("{calls:?}"));
    // A quarter token a letter; a piece more may have been stored when it was killed, none less.
    let (least, output) = ((said.chars().count() as i64 + 3) / 4, number(orphan, "output_tokens"));
    assert!((least..least + 20).contains(&output), "{output} for {least}: {orphan}");
    let (input, cost) = (number(orphan, "input_tokens"), number(orphan, "cost_micros"));
    assert_eq!((cost, &orphan["estimated"]), (2 * input + 10 * output, &json!(true)), "{orphan}");
    // The second attempt goes on from there, and pays for what it says itself.
    let second = calls.iter().find(|call| call["outcome"] == "succeeded").unwrap();
    assert_eq!((calls.len(), number(second, "output_tokens")), (2, 8), "{calls:?}");
    let spent: i64 = calls.iter().map(|call| number(call, "input_tokens") + number(call, "output_tokens")).sum();
    assert_eq!(standing(&admin, "scope=everyone").await["today"]["tokens"], spent);
}

/// A process dies that was second on its data directory, and only one is started again: the first place is free, so nobody is
/// ever the second node again.
#[tokio::test]
async fn the_journal_of_a_place_that_nobody_takes_again_is_counted_once() {
    let store = Store::fresh().await;
    let fake = slow(20, 4000).await;
    let data = store.folder().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let elsewhere = File::create(data.join("node-0.lock")).unwrap();
    elsewhere.lock().unwrap();
    let mut server = Server::start(&store, None).await;
    let admin = near(&server, &fake).await;
    let program = program::of(&server.person("ani").await).await;
    let mut open = stream(&program, &streamed("near/m", "#a hello")).await.ok().unwrap();
    for _ in 0..5 {
        open.next().await.unwrap();
    }
    server.kill();
    drop(elsewhere);
    assert_eq!(lines(&data), 1, "it was noted");
    server.restart().await;
    let admin = admin.at(&server.url);
    let calls = wait::until("it is counted", SOON, || async {
        let calls = operator::settled(&admin).await;
        (!calls.is_empty()).then_some(calls)
    })
    .await;
    assert_eq!((calls.len(), &calls[0]["outcome"]), (1, &json!("orphaned")), "{calls:?}");
    assert!(number(&calls[0], "input_tokens") > 0, "{calls:?}");
    wait::until("the journal is empty", SOON, || async { (lines(&data) == 0).then_some(()) }).await;
    let before = standing(&admin, "scope=everyone").await;
    server.restart().await;
    let admin = admin.at(&server.url);
    assert_eq!(operator::settled(&admin).await, calls, "once");
    assert_eq!(standing(&admin, "scope=everyone").await["today"], before["today"]);
}

/// Of all journals.
fn lines(data: &std::path::Path) -> usize {
    let nodes = std::fs::read_dir(data.join("calls")).unwrap().map(|node| node.unwrap().path());
    let files = nodes.flat_map(|node| std::fs::read_dir(node).unwrap().map(|file| file.unwrap().path()));
    files.map(|file| std::fs::read_to_string(file).unwrap().lines().filter(|line| !line.is_empty()).count()).sum()
}

/// Nobody reserved for them, and nothing stops them: but they count when they end, and who comes after them hears of it.
#[tokio::test]
async fn calls_that_run_when_a_cap_is_set_are_in_it() {
    let store = Store::fresh().await;
    // Both slow: a person's answer and a program's.
    let fake =
        operator::speaker(Dialect::OpenAi, |_, _| Plan { gap_ms: 15, ..Plan::say(Saying::tokens("t", 200)) }).await;
    let server = Server::start(&store, None).await;
    let admin = near(&server, &fake).await;
    let ani = server.person("ani").await;
    let program = program::of(&ani).await;
    let conversation = ani.conversation("near/m").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let mut open = stream(&program, &streamed("near/m", "#b hello")).await.ok().unwrap();
    open.next().await.unwrap();
    wait::until("both speak", SOON, || async { (fake.ledger().entries.len() == 2).then_some(()) }).await;
    let user = id(&ani.user);
    for scope in [json!({"scope": "user", "subject": user}), json!({"scope": "everyone"})] {
        let mut limit = scope;
        limit["tokens_per_day"] = json!(400);
        operator::limit(&admin, limit).await;
    }
    let standing_of = [format!("scope=user&subject={user}"), "scope=everyone".to_owned()];
    for scope in &standing_of {
        let now = standing(&admin, scope).await;
        assert!(number(&now["today"], "tokens") < 400, "they still run: {now}");
    }
    while open.next().await.is_some() {}
    assert_eq!(ani.ended(&run, SOON).await["status"], "succeeded");
    let calls = operator::settled(&admin).await;
    let spent: i64 = calls.iter().map(|call| number(call, "input_tokens") + number(call, "output_tokens")).sum();
    assert_eq!((calls.len(), spent), (2, 2 * 207), "{calls:?}");
    for scope in &standing_of {
        let now = standing(&admin, scope).await;
        assert_eq!((&now["today"]["tokens"], &now["limits"]["tokens_per_day"]), (&json!(414), &json!(400)), "{now}");
    }
    let refused = program.post("/v1/chat/completions", streamed("near/m", "#c hello")).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
}

/// Thoughts that nobody hears are billed all the same: whoever leaves before the count comes has used what was kept for it.
#[tokio::test]
async fn leaving_a_model_that_thinks_costs_what_was_reserved() {
    let store = Store::fresh().await;
    let fake =
        operator::speaker(Dialect::OpenAi, |_, _| Plan { gap_ms: 20, ..Plan::say(Saying::tokens("t", 2000)) }).await;
    let server = Server::start(&store, None).await;
    let admin = near(&server, &fake).await;
    let ani = server.person("ani").await;
    let program = program::of(&ani).await;
    operator::limit(&admin, json!({"scope": "everyone", "tokens_per_day": 1_000_000})).await;
    let mut spent = Vec::new();
    for thinks in [false, true] {
        let said = json!({"model": "near/m", "enabled": true, "capabilities": {"reasoning": thinks}});
        operator::put(&admin, "models", said).await.expect(200);
        let mut question = streamed("near/m", "#a hello");
        question["max_tokens"] = json!(3_000);
        let mut open = stream(&program, &question).await.ok().unwrap();
        for _ in 0..5 {
            open.next().await.unwrap();
        }
        drop(open);
        let wanted = spent.len() + 1;
        let calls = wait::until("it is counted", SOON, || async {
            let calls = operator::settled(&admin).await;
            (calls.len() == wanted).then_some(calls)
        })
        .await;
        assert_eq!((&calls[0]["outcome"], &calls[0]["estimated"]), (&json!("cancelled"), &json!(true)), "{calls:?}");
        spent.push(number(&calls[0], "output_tokens"));
    }
    assert!(spent[0] < 500, "what was heard: {spent:?}");
    assert_eq!(spent[1], 3_000, "what was kept: {spent:?}");
}
