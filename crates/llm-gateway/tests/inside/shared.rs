//! Equal questions share a call and an answer.

use std::sync::atomic::Ordering;

use futures_util::StreamExt;
use futures_util::future::join_all;
use llm_client::{ErrorClass, FinishReason};
use llm_gateway::{Ask, CacheSettings, Cached, ChatEvent, Gateway, GatewaySettings};
use tokio::time::{Instant, sleep};

use crate::fake::*;

const KEY: [u8; 32] = [7; 32];

async fn events(gateway: &Gateway) -> (Cached, Vec<ChatEvent>) {
    let answer = gateway.ask_cached(KEY, question("a/m")).await.unwrap();
    (answer.cached, answer.stream.map(Result::unwrap).collect().await)
}

fn cost(events: &[ChatEvent]) -> Option<i64> {
    match events.last() {
        Some(ChatEvent::Finished { usage: Some(usage), .. }) => usage.cost_micros,
        _ => panic!("no end: {events:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_equal_questions_are_one_call() {
    let a = Fake::always(Play::Slow(&["Ha", "lo"], MS(500)));
    let gateway = gateway(&[&a]);
    let all = join_all((0..100).map(|_| events(&gateway))).await;
    assert_eq!(a.count(), 1);
    let texts = |events: &[ChatEvent]| events.iter().filter(|one| matches!(one, ChatEvent::Text(_))).count();
    assert!(all.iter().all(|(_, events)| texts(events) == 2 && events.len() == 3));
    let first: Vec<_> = all.iter().filter(|(cached, _)| *cached == Cached::No).collect();
    assert_eq!((first.len(), cost(&first[0].1)), (1, None), "one of them pays");
    assert!(all.iter().filter(|(cached, _)| *cached == Cached::Shared).all(|(_, events)| cost(events) == Some(0)));
    // Later: in the same pieces, without a call.
    let (cached, again) = events(&gateway).await;
    assert_eq!((cached, cost(&again), texts(&again), a.count()), (Cached::Stored, Some(0), 2, 1));
    assert!(gateway.health().cache_bytes > 0);
    assert!(gateway.ask_cached([8; 32], question("a/m")).await.is_ok() && a.count() == 2);
}

#[tokio::test(start_paused = true)]
async fn no_single_askers_leaving_kills_the_call_but_everybodys_does() {
    let a = Fake::always(Play::Slow(&["a", "b", "c", "d"], MS(500)));
    let gateway = gateway(&[&a]);
    let first = gateway.ask_cached(KEY, question("a/m")).await.unwrap();
    let second = gateway.ask_cached(KEY, question("a/m")).await.unwrap();
    assert_eq!((first.cached, second.cached, second.tries.len()), (Cached::No, Cached::Shared, 0));
    drop(first);
    assert_eq!(text(second).await, ("abcd".to_owned(), None));
    let mut third = gateway.ask_cached([1; 32], question("a/m")).await.unwrap();
    assert!(third.stream.next().await.is_some());
    drop(third);
    sleep(MS(1)).await;
    assert_eq!((a.running.load(Ordering::SeqCst), gateway.health().providers[0].in_flight), (0, 0), "nothing runs on");
    // Left before the first word.
    let waiting = tokio::time::timeout(MS(100), gateway.ask_cached([2; 32], question("a/m"))).await;
    assert!(waiting.is_err());
    sleep(MS(1)).await;
    assert_eq!(a.running.load(Ordering::SeqCst), 0);
    let again = gateway.ask_cached([1; 32], question("a/m")).await.unwrap();
    assert_eq!(again.cached, Cached::No, "a call that was given up leaves nothing");
}

#[tokio::test(start_paused = true)]
async fn failures_and_halves_are_not_kept() {
    for (play, heard) in [
        (Play::Refuse(failed(ErrorClass::InvalidRequest)), ""),
        (Play::Cut(&["Par"], failed(ErrorClass::Unavailable)), "Par"),
        (Play::Long(&["Long"]), "Long"),
    ] {
        let a = Fake::always(play.clone());
        let gateway = gateway(&[&a]);
        for n in 1..=2 {
            let both = join_all((0..2).map(|_| gateway.ask_cached(KEY, question("a/m")))).await;
            for one in both {
                match one {
                    Ok(answer) => assert_eq!(text(answer).await.0, heard),
                    Err(error) => assert_eq!(error.error.class, ErrorClass::InvalidRequest),
                }
            }
            assert_eq!(a.count(), n, "one call for both, and the next is a new one");
        }
        assert_eq!(gateway.health().cache_bytes, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_bounded_in_bytes_and_time() {
    let a = Fake::always(OK);
    let cache = CacheSettings { bytes: 4000, lives: MS(10_000), longest: 2000 };
    let gateway = gateway_with(&[&a], |settings| GatewaySettings { cache, ..settings });
    for n in 0..50 {
        text(gateway.ask_cached([n; 32], question("a/m")).await.unwrap()).await;
    }
    assert!(gateway.health().cache_bytes <= 4000);
    let cached = |n: u8| {
        let gateway = gateway.clone();
        async move { gateway.ask_cached([n; 32], question("a/m")).await.unwrap().cached }
    };
    assert_eq!((cached(49).await, cached(0).await), (Cached::Stored, Cached::No));
    sleep(MS(10_001)).await;
    assert_eq!(cached(49).await, Cached::No);
}

#[tokio::test(start_paused = true)]
async fn each_asker_has_a_time_of_his_own() {
    let a = Fake::always(Play::Slow(&["a", "b"], MS(1000)));
    let gateway = gateway(&[&a]);
    let hurried = Ask { deadline: Some(Instant::now() + MS(1500)), ..question("a/m") };
    let hurried = gateway.ask_cached(KEY, hurried).await.unwrap();
    let patient = gateway.ask_cached(KEY, question("a/m")).await.unwrap();
    let ((heard, error), whole) = tokio::join!(text(hurried), text(patient));
    assert_eq!((heard.as_str(), error.unwrap().code.as_deref()), ("a", Some("deadline")));
    assert_eq!((whole.0.as_str(), a.count()), ("ab", 1));
    let _ = FinishReason::Stop;
}
