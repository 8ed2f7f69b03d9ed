//! Settings and kept answers, on each database.

use std::time::Duration;

use domain::Timestamp;
use domain::accounts::{Failures, Throttle};
use persistence::accounts::throttles;
use persistence::idempotency::{self, Answer, Begun, Scope};
use persistence::{Db, settings};

use crate::databases::all;

#[tokio::test]
async fn settings_are_written_once_and_taken_once() {
    for test in all().await {
        let tx = test.db.begin().await.unwrap();
        assert_eq!(settings::get(&tx, "k").await.unwrap(), None);
        assert!(settings::set_if_absent(&tx, "k", "1", Timestamp(1)).await.unwrap());
        assert!(!settings::set_if_absent(&tx, "k", "2", Timestamp(2)).await.unwrap());
        assert_eq!(settings::get(&tx, "k").await.unwrap().as_deref(), Some("1"));
        settings::set(&tx, "k", "3", Timestamp(3)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(settings::get(test.db.read(), "k").await.unwrap().as_deref(), Some("3"));
        let takers: Vec<_> = (0..8)
            .map(|_| {
                let db = test.db.clone();
                tokio::spawn(async move {
                    let taken: domain::Result<bool> = db
                        .retrying(|| async {
                            let tx = db.begin().await?;
                            let taken = settings::remove(&tx, "k").await?;
                            tx.commit().await?;
                            Ok(taken)
                        })
                        .await;
                    taken.unwrap()
                })
            })
            .collect();
        let mut taken = 0;
        for taker in takers {
            taken += u32::from(taker.await.unwrap());
        }
        assert_eq!(taken, 1, "{}", test.name());
        test.finish().await;
    }
}

const SCOPE: Scope<'static> = Scope { principal: "user:1", route: "POST /api/v1/conversations", key: "k" };

async fn begin(db: &Db, body: u8, now: i64) -> Begun {
    let tx = db.begin().await.unwrap();
    let begun = idempotency::begin(&tx, &SCOPE, &[body; 32], Timestamp(now)).await.unwrap();
    tx.commit().await.unwrap();
    begun
}

#[tokio::test]
async fn a_key_has_one_answer_for_a_day() {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let answer =
        Answer { status: 201, headers: vec![("etag".into(), "\"1\"".into())], body: "{\"ü\":\"予\"}".into() };
    for test in all().await {
        let db = &test.db;
        assert_eq!(begin(db, 1, 1000).await, Begun::Fresh);
        assert_eq!(begin(db, 1, 2000).await, Begun::InFlight);
        assert_eq!(begin(db, 2, 2000).await, Begun::OtherBody);
        let other = Scope { principal: "user:2", ..SCOPE };
        assert_eq!(idempotency::lookup(db.read(), &other, &[1; 32], Timestamp(2000)).await.unwrap(), None);
        // 429 and 5xx: the key is free again.
        let tx = db.begin().await.unwrap();
        idempotency::forget(&tx, &SCOPE).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(begin(db, 2, 3000).await, Begun::Fresh);
        // Its process died: after a minute the next one may.
        assert_eq!(begin(db, 2, 63_000).await, Begun::Fresh);
        let tx = db.begin().await.unwrap();
        idempotency::finish(&tx, &SCOPE, &answer).await.unwrap();
        idempotency::forget(&tx, &SCOPE).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(begin(db, 2, 70_000).await, Begun::Done(answer.clone()), "{}", test.name());
        assert_eq!(begin(db, 1, 70_000).await, Begun::OtherBody);
        assert_eq!(
            idempotency::lookup(db.read(), &SCOPE, &[2; 32], Timestamp(70_000)).await.unwrap(),
            Some(Begun::Done(answer.clone()))
        );
        // A day later it is forgotten, swept or not.
        assert_eq!(idempotency::lookup(db.read(), &SCOPE, &[2; 32], Timestamp(63_000 + DAY)).await.unwrap(), None);
        assert_eq!(begin(db, 1, 63_000 + DAY).await, Begun::Fresh);
        let tx = db.begin().await.unwrap();
        assert_eq!(idempotency::sweep(&tx, Timestamp(63_000 + DAY)).await.unwrap(), 0);
        assert_eq!(idempotency::sweep(&tx, Timestamp(63_001 + 2 * DAY)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        test.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_is_first() {
    for test in all().await {
        let askers: Vec<_> = (0..12)
            .map(|_| {
                let db = test.db.clone();
                tokio::spawn(async move {
                    let begun: domain::Result<Begun> = db
                        .retrying(|| async {
                            let tx = db.begin().await?;
                            let begun = idempotency::begin(&tx, &SCOPE, &[1; 32], Timestamp(1000)).await?;
                            tx.commit().await?;
                            Ok(begun)
                        })
                        .await;
                    begun.unwrap()
                })
            })
            .collect();
        let mut fresh = 0;
        for asker in askers {
            match asker.await.unwrap() {
                Begun::Fresh => fresh += 1,
                other => assert_eq!(other, Begun::InFlight),
            }
        }
        assert_eq!(fresh, 1, "{}", test.name());
        test.finish().await;
    }
}

/// The statement counts and judges as the rule does, on every database, alone and in a crowd.
#[tokio::test]
async fn failures_are_counted_as_the_rule_says() {
    for test in all().await {
        for (key, rule) in [("account:a", Throttle::ACCOUNT), ("source:a", Throttle::SOURCE)] {
            let mut now = Timestamp(1_800_000_000_000);
            let mut known: Option<Failures> = None;
            for number in 0..40 {
                let tx = test.db.begin().await.unwrap();
                throttles::fail(&tx, key, &rule, now).await.unwrap();
                tx.commit().await.unwrap();
                known = Some(rule.after_failure(known, now));
                let stored = throttles::load(test.db.read(), &[key]).await.unwrap();
                assert_eq!(stored.get(key).copied(), known, "{} {key} {number}", test.name());
                // Once it is forgotten in between.
                now = now.plus(if number == 33 { rule.forget } else { Duration::from_secs(7) });
            }
        }
        let crowd: Vec<_> = (0..16)
            .map(|_| {
                let db = test.db.clone();
                tokio::spawn(async move {
                    let counted: domain::Result<()> = db
                        .retrying(|| async {
                            let tx = db.begin().await?;
                            throttles::fail(&tx, "crowd", &Throttle::ACCOUNT, Timestamp(1)).await?;
                            Ok(tx.commit().await?)
                        })
                        .await;
                    counted.unwrap();
                })
            })
            .collect();
        for one in crowd {
            one.await.unwrap();
        }
        let stored = throttles::load(test.db.read(), &["crowd"]).await.unwrap();
        assert_eq!(stored["crowd"].count, 16, "{}", test.name());
        test.finish().await;
    }
}
