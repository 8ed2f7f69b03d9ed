//! Turns, fairness and the adaptive limit.
#![allow(clippy::unwrap_used, reason = "tests")]
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

fn limiter(most: u32, waiting: usize) -> Arc<Limiter> {
    Limiter::new(LimitSettings { start: most, most, ..LimitSettings::default() }, waiting)
}

fn later(milliseconds: u64) -> Instant {
    Instant::now() + MS(milliseconds)
}

#[tokio::test(start_paused = true)]
async fn never_more_than_the_limit_and_everybody_gets_a_turn() {
    let limiter = limiter(3, 1000);
    let (running, peak) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let asks = (0..200).map(|n| {
        let (limiter, running, peak) = (limiter.clone(), running.clone(), peak.clone());
        async move {
            let permit = limiter.acquire(&format!("asker {}", n % 7), later(60_000)).await.unwrap();
            peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(MS(10)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            drop(permit);
        }
    });
    futures_util::future::join_all(asks).await;
    assert_eq!(peak.load(Ordering::SeqCst), 3);
    assert_eq!(limiter.load(), Load { running: 0, limit: 3, waiting: 0 });
}

#[tokio::test(start_paused = true)]
async fn nobody_holds_every_place() {
    let limiter = limiter(8, 1000);
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(limiter.acquire("greedy", later(1)).await.unwrap());
    }
    assert_eq!(limiter.acquire("greedy", later(1)).await.err(), Some(Refusal::Late), "two are for others");
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire("greedy", later(60_000)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    let modest = limiter.acquire("modest", later(1)).await.unwrap();
    let server = limiter.acquire("", later(1)).await.unwrap();
    assert_eq!(limiter.load(), Load { running: 8, limit: 8, waiting: 1 });
    drop((modest, server));
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "not by the places of others");
    held.pop();
    waiting.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_with_a_hundred_questions_does_not_starve_one_with_one() {
    let limiter = limiter(1, 1000);
    let held = limiter.acquire("greedy", later(1)).await.unwrap();
    let greedy: Vec<_> = (0..100)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move {
                let _permit = limiter.acquire("greedy", later(60_000)).await.unwrap();
                tokio::time::sleep(MS(100)).await;
            })
        })
        .collect();
    tokio::task::yield_now().await;
    let (begun, mut modest) = (Instant::now(), Box::pin(limiter.acquire("modest", later(60_000))));
    assert!(futures_util::poll!(&mut modest).is_pending());
    drop(held);
    let modest = modest.await;
    assert!(begun.elapsed() <= MS(100), "after the greedy one's next, not after all of them: {:?}", begun.elapsed());
    drop(modest);
    for one in greedy {
        one.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_frees_the_place() {
    let limiter = limiter(1, 2);
    let held = limiter.acquire("a", later(1)).await.unwrap();
    assert_eq!(limiter.acquire("b", later(50)).await.err(), Some(Refusal::Late));
    assert_eq!(limiter.load().waiting, 0);
    for _ in 0..10 {
        let leaving = tokio::time::timeout(MS(5), limiter.acquire("b", later(60_000))).await;
        assert!(leaving.is_err());
    }
    assert_eq!(limiter.load(), Load { running: 1, limit: 1, waiting: 0 });
    // Served in the same moment in which it leaves: the place is not lost.
    let mut waiter = Box::pin(limiter.acquire("b", later(60_000)));
    assert!(futures_util::poll!(&mut waiter).is_pending());
    drop(held);
    drop(waiter);
    assert_eq!(limiter.load(), Load { running: 0, limit: 1, waiting: 0 });
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_says_so_at_once_and_prefers_the_modest() {
    let limiter = limiter(1, 2);
    let _held = limiter.acquire("a", later(1)).await.unwrap();
    let mut first = Box::pin(limiter.acquire("greedy", later(60_000)));
    let mut second = Box::pin(limiter.acquire("greedy", later(60_000)));
    assert!(futures_util::poll!(&mut first).is_pending() && futures_util::poll!(&mut second).is_pending());
    assert_eq!(limiter.acquire("greedy", later(60_000)).await.err(), Some(Refusal::Full));
    let mut modest = Box::pin(limiter.acquire("modest", later(60_000)));
    assert!(futures_util::poll!(&mut modest).is_pending());
    assert_eq!(second.await.err(), Some(Refusal::Full));
    assert_eq!(limiter.load().waiting, 2);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_grows_serves_those_who_wait() {
    let limiter = Limiter::new(LimitSettings { start: 1, least: 1, ..LimitSettings::default() }, 10);
    let _held = limiter.acquire("a", later(1)).await.unwrap();
    let mut waiter = Box::pin(limiter.acquire("b", later(60_000)));
    assert!(futures_util::poll!(&mut waiter).is_pending());
    limiter.answered(MS(100));
    let _second = waiter.await.unwrap();
    assert_eq!(limiter.load(), Load { running: 2, limit: 3, waiting: 0 });
    limiter.pushed_back(Instant::now());
    assert_eq!(limiter.load().limit, 2, "what runs runs on");
    assert_eq!(limiter.acquire("c", later(10)).await.err(), Some(Refusal::Late));
}
