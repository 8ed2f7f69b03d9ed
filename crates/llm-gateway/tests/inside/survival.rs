//! Breaker, limit and queue in the way of questions.

use std::sync::atomic::Ordering;

use futures_util::StreamExt;
use futures_util::future::join_all;
use llm_client::ErrorClass;
use llm_gateway::{Ask, BreakerState, ConcurrencySettings, ErrorClass as Class, GatewaySettings, LimitSettings, Spoke};
use tokio::time::{Instant, sleep, timeout};

use crate::fake::*;

#[tokio::test(start_paused = true)]
async fn a_dead_provider_is_left_alone_and_found_again() {
    let (a, b) = (Fake::always(Play::Refuse(failed(ErrorClass::Unavailable))), Fake::always(OK));
    let gateway = gateway(&[&a, &b]);
    for _ in 0..20 {
        gateway.ask(question("route/all")).await.unwrap();
    }
    assert_eq!(a.count(), 20, "until the breaker opened");
    let answer = gateway.ask(question("route/all")).await.unwrap();
    assert!(matches!(&answer.why, Spoke::Fallback { after } if after.is_empty()), "{:?}", answer.why);
    let alone = gateway.ask(question("a/m")).await.unwrap_err();
    assert_eq!((alone.error.code.as_deref(), alone.tries.len()), (Some("breaker_open"), 0));
    assert!(alone.error.retry_after.is_some_and(|left| left > MS(0)), "the asker hears when to come back");
    a.plays(|_| OK);
    sleep(MS(5000)).await;
    assert_eq!(gateway.health().providers[0].models[0].breaker, BreakerState::HalfOpen);
    for _ in 0..2 {
        assert_eq!(gateway.ask(question("route/all")).await.unwrap().id, "a/m");
    }
    assert_eq!(gateway.health().providers[0].models[0].breaker, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_cut_open_the_breaker_too() {
    let a = Fake::always(Play::Cut(&["x"], failed(ErrorClass::Unavailable)));
    let gateway = gateway(&[&a]);
    for _ in 0..20 {
        match gateway.ask(question("a/m")).await {
            Ok(answer) => drop(text(answer).await),
            Err(_) => break,
        }
    }
    let health = gateway.health().providers.remove(0);
    assert_eq!(health.models[0].breaker, BreakerState::Open);
    assert_eq!(a.count(), 10, "each counts when it begins and when it ends");
}

#[tokio::test(start_paused = true)]
async fn askers_who_leave_and_faults_of_the_request_do_not() {
    let a = Fake::always(Play::Hang);
    let gateway = gateway(&[&a]);
    for _ in 0..30 {
        assert!(timeout(MS(100), gateway.ask(question("a/m"))).await.is_err());
    }
    for class in [ErrorClass::Moderation, ErrorClass::InvalidRequest, ErrorClass::ContextLength] {
        a.plays(move |_| Play::Refuse(failed(class)));
        for _ in 0..15 {
            assert_eq!(gateway.ask(question("a/m")).await.unwrap_err().tries.len(), 1);
        }
    }
    // Nor the end of the asker's own time.
    a.plays(|_| Play::Hang);
    for _ in 0..15 {
        let deadline = Some(Instant::now() + MS(200));
        let error = gateway.ask(Ask { deadline, ..question("a/m") }).await.unwrap_err();
        assert_eq!(error.error.code.as_deref(), Some("deadline"));
    }
    let health = gateway.health().providers.remove(0);
    assert_eq!((health.models[0].breaker, health.models[0].calls, health.in_flight), (BreakerState::Closed, 0, 0));
}

fn limited(most: u32, waiting: usize) -> impl FnOnce(GatewaySettings) -> GatewaySettings {
    move |mut settings| {
        settings.providers[0].max_concurrency = Some(most);
        let concurrency = ConcurrencySettings { most_waiting: waiting, ..ConcurrencySettings::default() };
        GatewaySettings { concurrency, ..settings }
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_is_held_until_the_stream_ends_or_is_dropped() {
    let a = Fake::always(Play::Slow(&["x", "y"], MS(1000)));
    let gateway = gateway_with(&[&a], limited(2, 10));
    let load = || {
        let health = gateway.health().providers.remove(0);
        (health.in_flight, health.limit, health.waiting)
    };
    let mut first = gateway.ask(question("a/m")).await.unwrap();
    let second = gateway.ask(question("a/m")).await.unwrap();
    assert_eq!(load(), (2, 2, 0));
    let third = tokio::spawn({
        let gateway = gateway.clone();
        async move { gateway.ask(question("a/m")).await.map(|answer| answer.id.clone()) }
    });
    sleep(MS(100)).await;
    assert_eq!(load(), (2, 2, 1));
    drop(second);
    sleep(MS(100)).await;
    assert_eq!(load(), (2, 2, 0));
    while first.stream.next().await.is_some() {}
    assert!(third.await.unwrap().is_ok());
    assert_eq!(load(), (0, 2, 0), "the end frees the place, though the answer is still held");
    drop(first);
    assert_eq!((load(), a.peak.load(Ordering::SeqCst)), ((0, 2, 0), 2));
}

#[tokio::test(start_paused = true)]
async fn one_user_cannot_starve_another() {
    let a = Fake::always(Play::Slow(&["x"], MS(1000)));
    let gateway = gateway_with(&[&a], limited(1, 500));
    let greedy = (0..50).map(|_| {
        let gateway = gateway.clone();
        tokio::spawn(async move { text(gateway.ask(question("a/m")).await.unwrap()).await })
    });
    let greedy: Vec<_> = greedy.collect();
    sleep(MS(10)).await;
    let begun = Instant::now();
    let asker = "budi".to_owned();
    text(gateway.ask(Ask { asker, ..question("a/m") }).await.unwrap()).await;
    assert!(begun.elapsed() <= MS(3000), "{:?}", begun.elapsed());
    for one in join_all(greedy).await {
        assert_eq!(one.unwrap().0, "x");
    }
    assert_eq!(a.peak.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_sends_on_or_says_so_at_once() {
    let (a, b) = (Fake::always(Play::Slow(&["x"], MS(60_000))), Fake::always(OK));
    let gateway = gateway_with(&[&a, &b], limited(1, 1));
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let gateway = gateway.clone();
            tokio::spawn(async move { gateway.ask(question("a/m")).await.map(drop) })
        })
        .collect();
    sleep(MS(10)).await;
    let begun = Instant::now();
    let error = gateway.ask(question("a/m")).await.unwrap_err();
    assert_eq!((error.error.class, error.error.code.as_deref()), (Class::RateLimited, Some("queue_full")));
    assert!(error.error.retry_after.is_some() && error.tries.is_empty());
    assert_eq!(gateway.ask(question("route/all")).await.unwrap().id, "b/m");
    assert_eq!(begun.elapsed(), MS(0));
    for one in waiting {
        one.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_shrinks_when_the_provider_pushes_back() {
    let a = Fake::always(Play::Refuse(hinted(ErrorClass::RateLimited, MS(50))));
    let gateway = gateway_with(&[&a], |settings| {
        let limit = LimitSettings { start: 40, ..LimitSettings::default() };
        GatewaySettings { concurrency: ConcurrencySettings { limit, ..ConcurrencySettings::default() }, ..settings }
    });
    let limit = || gateway.health().providers[0].limit;
    for _ in 0..3 {
        assert!(gateway.ask(question("a/m")).await.is_err());
        sleep(MS(2000)).await;
    }
    assert_eq!(limit(), 13, "three jams");
    a.plays(|_| Play::Slow(&["x"], MS(100)));
    for _ in 0..40 {
        join_all((0..30).map(|_| async { text(gateway.ask(question("a/m")).await.unwrap()).await })).await;
    }
    assert!(limit() > 20, "{}", limit());
}

#[tokio::test(start_paused = true)]
async fn keys_share_the_calls_by_weight() {
    let a = Fake::always(OK);
    let gateway = gateway_with(&[&a], |mut settings| {
        settings.providers = vec![provider("a", &["k1", "k2"])];
        settings.providers[0].credentials[0].weight = 3;
        settings
    });
    for _ in 0..40 {
        gateway.ask(question("a/m")).await.unwrap();
    }
    let first = a.keys().iter().filter(|key| *key == "secret k1").count();
    assert_eq!(first, 30);
}

#[tokio::test(start_paused = true)]
async fn the_next_key_is_asked_at_once() {
    for error in [failed(ErrorClass::RateLimited), failed(ErrorClass::Auth), failed(ErrorClass::Payment)] {
        let a = Fake::new(move |asked| if asked.number == 0 { Play::Refuse(error.clone()) } else { OK });
        let gateway = gateway_with(&[&a], |mut settings| {
            settings.providers = vec![provider("a", &["k1", "k2"])];
            settings
        });
        let begun = Instant::now();
        let answer = gateway.ask(question("a/m")).await.unwrap();
        assert_eq!((begun.elapsed(), answer.credential_id.as_deref()), (MS(0), Some("k2")));
        assert!(!format!("{answer:?} {:?}", gateway.settings()).contains("secret k"), "no key shows itself");
    }
}
