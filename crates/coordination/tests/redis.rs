//! Two "processes" (two values) over a real Redis that is killed, restarted and stopped in the middle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use coordination::{CALL_LIMIT, Coordination, Heard, Subscription};
use support::{Redis, until};

const SOON: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);

async fn next(subscription: &mut Subscription) -> Heard {
    tokio::time::timeout(SOON, subscription.next()).await.expect("something is heard")
}

fn text(words: &str) -> Bytes {
    Bytes::copy_from_slice(words.as_bytes())
}

fn message(words: &str) -> Heard {
    Heard::Message(text(words))
}

#[tokio::test]
async fn every_process_hears_a_message_once_and_in_order() {
    let redis = Redis::start();
    let (a, b) = (Coordination::redis(&redis.url()).await.unwrap(), Coordination::redis(&redis.url()).await.unwrap());
    assert!(a.shared() && a.healthy() && b.healthy());
    let mut here = a.bus().subscribe("user/1");
    let mut there = b.bus().subscribe("user/1");
    let mut elsewhere = b.bus().subscribe("user/2");
    assert!(here.ready().await && there.ready().await && elsewhere.ready().await);
    for number in 0..500 {
        a.bus().publish("user/1", text(&number.to_string())).await;
    }
    assert_eq!(here.try_next(), Some(message("0")), "a local subscriber has it when publish returns");
    for number in 1..500 {
        assert_eq!(here.try_next(), Some(message(&number.to_string())));
    }
    for number in 0..500 {
        assert_eq!(next(&mut there).await, message(&number.to_string()));
    }
    b.bus().publish("user/1", text("back")).await;
    assert_eq!(next(&mut here).await, message("back"), "and its own messages did not come a second time");
    assert_eq!(next(&mut there).await, message("back"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((here.try_next(), there.try_next(), elsewhere.try_next()), (None, None, None));
}

#[tokio::test]
async fn who_does_not_wait_for_ready_is_told_that_it_may_have_missed_something() {
    let redis = Redis::start();
    let a = Coordination::redis(&redis.url()).await.unwrap();
    let mut hasty = a.bus().subscribe("t");
    assert_eq!(next(&mut hasty).await, Heard::Missed);
    let mut second = a.bus().subscribe("t");
    assert!(second.ready().await);
    assert_eq!(second.try_next(), None, "the topic is already heard: nothing to miss");
}

#[tokio::test]
async fn topics_come_and_go_with_their_subscribers() {
    let redis = Redis::start();
    let a = Coordination::redis(&redis.url()).await.unwrap();
    let channels =
        || redis.ask(&["PUBSUB", "CHANNELS", "obrol:*topic*"]).lines().filter(|line| !line.is_empty()).count();
    let mut all = Vec::new();
    for number in 0..1500 {
        all.push(a.bus().subscribe(&format!("t{number}")));
        all.push(a.bus().subscribe(&format!("t{number}")));
    }
    until("all topics are told", || channels() == 1500).await;
    all.truncate(10);
    until("only the heard ones are left", || channels() == 5).await;
    for _ in 0..200 {
        all.pop();
        all.push(a.bus().subscribe("t0"));
    }
    let last = a.bus().subscribe("t0");
    drop(all);
    until("one is left", || channels() == 1).await;
    assert_eq!(a.bus().topics(), 1);
    drop(last);
    until("none is left", || channels() == 0).await;
    assert_eq!(a.bus().topics(), 0);
    drop(a);
    until("the connections end with the last clone", || redis.ask(&["CLIENT", "LIST"]).lines().count() == 1).await;
}

#[tokio::test]
async fn a_restarted_redis_is_announced_and_heard_again() {
    let mut redis = Redis::start();
    let (a, b) = (Coordination::redis(&redis.url()).await.unwrap(), Coordination::redis(&redis.url()).await.unwrap());
    let (mut here, mut there) = (a.bus().subscribe("t"), b.bus().subscribe("t"));
    assert!(here.ready().await && there.ready().await);
    redis.kill();
    until("both know", || !a.healthy() && !b.healthy()).await;
    let start = Instant::now();
    a.bus().publish("t", text("while away")).await;
    assert!(start.elapsed() < Duration::from_millis(50), "publish does not wait");
    assert_eq!(here.try_next(), Some(message("while away")), "local subscribers hear without Redis");
    let mut late = a.bus().subscribe("late");
    assert!(!late.ready().await);
    redis.restart();
    assert_eq!(next(&mut here).await, Heard::Missed);
    assert_eq!(next(&mut there).await, Heard::Missed);
    assert_eq!(next(&mut late).await, Heard::Missed);
    until("both are well", || a.healthy() && b.healthy()).await;
    a.bus().publish("t", text("after")).await;
    assert_eq!(next(&mut here).await, message("after"));
    // What was published while Redis was away is announced once more by its sender.
    let mut heard = next(&mut there).await;
    while heard == Heard::Missed {
        heard = next(&mut there).await;
    }
    assert_eq!(heard, message("after"));
}

#[tokio::test]
async fn a_slow_reader_is_told_and_holds_up_nobody() {
    let redis = Redis::start();
    let (a, b) = (Coordination::redis(&redis.url()).await.unwrap(), Coordination::redis(&redis.url()).await.unwrap());
    let (mut slow, mut quick) = (b.bus().subscribe("t"), b.bus().subscribe("t"));
    assert!(slow.ready().await && quick.ready().await);
    let reading = tokio::spawn(async move {
        let mut heard = 0;
        while heard < 3000 {
            assert_ne!(next(&mut quick).await, Heard::Missed);
            heard += 1;
        }
    });
    for number in 0..3000 {
        a.bus().publish("t", text(&number.to_string())).await;
        if number % 100 == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    reading.await.unwrap();
    assert_eq!(next(&mut slow).await, Heard::Missed);
    let Heard::Message(first) = next(&mut slow).await else { panic!("the newest are kept") };
    assert!(std::str::from_utf8(&first).unwrap().parse::<u32>().unwrap() > 0);
}

#[tokio::test]
async fn limits_locks_and_cache_are_shared_and_survive_the_loss_of_redis() {
    let mut redis = Redis::start();
    let (a, b) = (Coordination::redis(&redis.url()).await.unwrap(), Coordination::redis(&redis.url()).await.unwrap());
    for number in 0..6 {
        let node = if number % 2 == 0 { &a } else { &b };
        let hit = node.counter().hit("k", 4, MINUTE).await;
        assert_eq!(hit.allowed, number < 4, "{number}: {hit:?}");
        assert!(
            hit.allowed || hit.reset_after > Duration::from_secs(10) && hit.reset_after <= Duration::from_secs(15),
            "{hit:?}"
        );
    }
    assert!(redis.ask(&["PTTL", "obrol:count:k"]).parse::<u64>().unwrap() <= 60_000);

    let held = a.lock().try_acquire("job", MINUTE).await.unwrap();
    assert!(b.lock().try_acquire("job", MINUTE).await.is_none());
    assert!(held.renew(MINUTE).await);
    held.release().await;
    let held = b.lock().try_acquire("job", MINUTE).await.unwrap();
    assert!(a.lock().try_acquire("job", MINUTE).await.is_none());
    drop(held);
    until("dropping gives it back", || redis.ask(&["EXISTS", "obrol:lock:job"]) == "0").await;
    let short = a.lock().try_acquire("short", Duration::from_millis(30)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(60)).await;
    let taken = b.lock().try_acquire("short", MINUTE).await.unwrap();
    drop(short);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(
        a.lock().try_acquire("short", MINUTE).await.is_none(),
        "an outlived guard cannot release its successor's lock"
    );
    drop(taken);

    a.cache().set("c", text("v"), MINUTE).await;
    assert_eq!(b.cache().get("c").await, Some(text("v")));
    b.cache().remove("c").await;
    assert_eq!(a.cache().get("c").await, None);

    redis.kill();
    until("it knows", || !a.healthy()).await;
    let start = Instant::now();
    assert!(a.counter().hit("k2", 1, MINUTE).await.allowed);
    assert!(!a.counter().hit("k2", 1, MINUTE).await.allowed, "a local limit is still a limit");
    let held = a.lock().try_acquire("job", MINUTE).await.unwrap();
    assert!(a.lock().try_acquire("job", MINUTE).await.is_none());
    a.cache().set("c", text("local"), MINUTE).await;
    assert_eq!(a.cache().get("c").await, Some(text("local")));
    assert!(start.elapsed() < Duration::from_millis(100), "a known outage costs no waiting: {:?}", start.elapsed());
    redis.restart();
    until("it is well again", || a.healthy() && b.healthy()).await;
    assert!(a.lock().try_acquire("job", MINUTE).await.is_none(), "one process still excludes itself");
    drop(held);
    assert_eq!(a.cache().get("c").await, None, "Redis is asked again");
}

#[tokio::test]
async fn a_hanging_redis_holds_nobody_longer_than_the_limit() {
    let redis = Redis::start();
    let a = Coordination::redis(&redis.url()).await.unwrap();
    let mut heard = a.bus().subscribe("t");
    assert!(heard.ready().await);
    redis.signal("STOP");
    for _ in 0..6 {
        let start = Instant::now();
        a.bus().publish("t", text("x")).await;
        assert!(start.elapsed() < Duration::from_millis(20));
        let start = Instant::now();
        assert!(a.counter().hit("k", 100, MINUTE).await.allowed);
        assert!(start.elapsed() < CALL_LIMIT + Duration::from_millis(150), "{:?}", start.elapsed());
        assert_eq!(heard.try_next(), Some(message("x")));
    }
    let start = Instant::now();
    a.cache().set("k", text("v"), MINUTE).await;
    assert!(start.elapsed() < Duration::from_millis(50), "the outage is known by now");
    redis.signal("CONT");
    until("it is well again", || a.healthy()).await;
    a.cache().set("k", text("v"), MINUTE).await;
    assert_eq!(redis.ask(&["GET", "obrol:cache:k"]), "v");
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_no_reason_not_to_start() {
    let start = Instant::now();
    let a = Coordination::redis("redis://127.0.0.1:9/0").await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    assert!(a.shared() && !a.healthy());
    let mut heard = a.bus().subscribe("t");
    a.bus().publish("t", text("x")).await;
    assert_eq!(next(&mut heard).await, message("x"));
    assert!(a.counter().hit("k", 1, MINUTE).await.allowed);
    let fault = Coordination::redis("http://user:geheim@127.0.0.1/").await.err().unwrap().to_string();
    assert!(!fault.contains("geheim") && fault.contains("redis://"), "{fault}");
}

#[tokio::test]
async fn memory_alone_does_all_of_it() {
    let one = Coordination::memory();
    assert!(!one.shared() && one.healthy());
    let mut heard = one.bus().subscribe("t");
    assert!(heard.ready().await);
    one.bus().publish("t", text("x")).await;
    one.bus().publish("u", text("y")).await;
    assert_eq!((heard.try_next(), heard.try_next()), (Some(message("x")), None));
    drop(heard);
    assert_eq!(one.bus().topics(), 0);
}
