//! A program that leaves: the call at the provider ends with it within a tenth of a second, whatever it was waiting for, what was
//! used is charged, and nothing runs on.

use std::time::{Duration, Instant};

use obrol_tests::api::Api;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::fake_llm::ledger::Outcome;
use obrol_tests::program::{self, question, stream, streamed};
use obrol_tests::raw;
use obrol_tests::world::World;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_millis(100);

/// Waits for this many entries with this outcome; how long that took.
async fn until(fake: &FakeLlm, outcome: &Outcome, count: usize) -> Duration {
    let start = Instant::now();
    while fake.ledger().count(outcome) < count {
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", fake.ledger().stats());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    start.elapsed()
}

/// What the person has used, once nothing is open any more.
async fn settled(person: &Api, calls: u64) -> Value {
    let start = Instant::now();
    loop {
        let used = person.get("/api/v1/me/usage?by=day").await.expect(200)["total"].clone();
        if used["calls"] == json!(calls) {
            return used;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{used}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn in_the_middle_of_a_stream() {
    let world = World::with(&["fake-tok5000-itl5"], &[]).await;
    let ani = world.person("ani").await;
    let program = program::of(&ani).await;
    let mut open = stream(&program, &streamed("fake/fake-tok5000-itl5", "#a hello")).await.ok().unwrap();
    for _ in 0..10 {
        open.next().await.unwrap();
    }
    drop(open);
    let took = until(&world.fake, &Outcome::Aborted, 1).await;
    assert!(took < SOON, "{took:?}");
    let used = settled(&ani, 1).await;
    let (tokens, given) = (used["output_tokens"].as_u64().unwrap(), u64::from(world.fake.ledger().entries[0].tokens));
    // Nobody says how much a cut answer was: counted here, by its text, and marked.
    assert!(tokens >= 5 && tokens <= given * 4, "{used} for {given} tokens");
    assert_eq!(used["estimated_calls"], 1, "{used}");
}

/// Before the first word, of a whole answer and of a stream, in order and without a word of farewell.
#[tokio::test]
async fn before_the_first_word() {
    let world = World::with(&["fake-hang"], &[]).await;
    let program = program::of(&world.person("ani").await).await;
    let bodies = [question("fake/fake-hang", "#a"), streamed("fake/fake-hang", "#a")];
    let mut left = 0;
    for body in bodies {
        for hard in [false, true] {
            let socket = raw::post(&program, "/v1/chat/completions", &body).await;
            until(&world.fake, &Outcome::Open, 1).await;
            if hard {
                raw::reset(socket)
            } else {
                drop(socket)
            }
            left += 1;
            let took = until(&world.fake, &Outcome::Aborted, left).await;
            assert!(took < SOON, "hard {hard}: {took:?}");
        }
    }
    assert_eq!(world.fake.ledger().entries.len(), left, "nobody asked again for those who had left");
}

/// A whole answer is under way when whoever wanted it goes.
#[tokio::test]
async fn in_the_middle_of_a_whole_answer() {
    let world = World::with(&["fake-tok5000-itl5", "fake-hang"], &[]).await;
    let ani = world.person("ani").await;
    let program = program::of(&ani).await;
    let socket = raw::post(&program, "/v1/chat/completions", &question("fake/fake-tok5000-itl5", "#a hello")).await;
    until(&world.fake, &Outcome::Open, 1).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(socket);
    let took = until(&world.fake, &Outcome::Aborted, 1).await;
    assert!(took < SOON, "{took:?}");
    let used = settled(&ani, 1).await;
    assert!(used["output_tokens"].as_u64().unwrap() > 0, "what was used is charged: {used}");
    // A short one comes in one piece: nobody knows how much of it was there, so all that it could be is charged.
    let mut short = question("fake/fake-hang", "#b hello");
    short["max_tokens"] = json!(300);
    let socket = raw::post(&program, "/v1/chat/completions", &short).await;
    until(&world.fake, &Outcome::Open, 1).await;
    drop(socket);
    until(&world.fake, &Outcome::Aborted, 2).await;
    let both = settled(&ani, 2).await;
    let of = |used: &Value| used["output_tokens"].as_u64().unwrap();
    assert_eq!((of(&both) - of(&used), &both["estimated_calls"]), (300, &json!(2)), "{both}");
}

/// Those who wait for a place at the provider and go are never asked for.
#[tokio::test]
async fn while_still_queued() {
    let world = World::with(&["fake-tok1-ttft1500"], &[]).await;
    let ani = world.person("ani").await;
    let program = program::of(&ani).await;
    let body = |tag: &str| streamed("fake/fake-tok1-ttft1500", tag);
    // Of those that a provider is given at first, as many as one asker may hold.
    const PLACES: usize = 48;
    let running: Vec<_> = (0..PLACES)
        .map(|_| {
            let (program, body) = (program.clone(), body("#runs"));
            tokio::spawn(async move { program::hear(&program, &body).await })
        })
        .collect();
    until(&world.fake, &Outcome::Open, PLACES).await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(raw::post(&program, "/v1/chat/completions", &body("#waits")).await);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(waiting);
    for one in running {
        assert!(one.await.unwrap().done);
    }
    // Whoever came after them is not kept waiting by those who left.
    assert!(program::hear(&program, &body("#after")).await.done);
    {
        let ledger = world.fake.ledger();
        assert_eq!(ledger.of_tag("waits").count(), 0, "{:?}", ledger.stats());
        assert_eq!((ledger.entries.len(), ledger.count(&Outcome::Whole)), (PLACES + 1, PLACES + 1));
    }
    assert_eq!(settled(&ani, PLACES as u64 + 1).await["estimated_calls"], 0);
}
