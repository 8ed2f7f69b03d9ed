//! A client that goes away in the middle of a write must never be in the way of the others.

use std::task::{Context, Waker};
use std::time::Duration;

use domain::Timestamp;
use persistence::{Db, settings};
use sea_orm::ConnectionTrait;
use tokio::time::timeout;

use crate::databases::{all, sqlite};

const NOW: Timestamp = Timestamp(1);
/// Half a second of work for SQLite, and a row that must not stay.
const SLOW: &str = "INSERT INTO settings (key, value, updated_at) \
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT 'slow', COUNT(*), 1 FROM n";

async fn write(db: &Db, key: &str) {
    let tx = timeout(Duration::from_secs(5), db.begin()).await.expect("the writer is wedged").unwrap();
    settings::set(&tx, key, "x", NOW).await.unwrap();
    timeout(Duration::from_secs(5), tx.commit()).await.expect("the writer is wedged").unwrap();
}

async fn has(db: &Db, key: &str) -> bool {
    settings::get(db.read(), key).await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_in_the_middle_of_a_statement() {
    let test = sqlite().await;
    for _ in 0..3 {
        let tx = test.db.begin().await.unwrap();
        settings::set(&tx, "before", "x", NOW).await.unwrap();
        let cut = timeout(Duration::from_millis(5), async move {
            tx.execute_unprepared(SLOW).await.unwrap();
            tx.commit().await
        });
        assert!(cut.await.is_err(), "the statement was too fast to be cut");
        write(&test.db, "after").await;
        assert!(!has(&test.db, "before").await && !has(&test.db, "slow").await && has(&test.db, "after").await);
    }
    test.finish().await;
}

#[tokio::test]
async fn dropped_while_waiting_for_a_turn() {
    let test = sqlite().await;
    let holder = test.db.begin().await.unwrap();
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            tokio::spawn({
                let db = test.db.clone();
                async move { db.begin().await }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(20)).await;
    for waiting in waiting {
        waiting.abort();
    }
    holder.commit().await.unwrap();
    write(&test.db, "after").await;
    test.finish().await;
}

#[tokio::test]
async fn dropped_before_and_after_the_commit_was_asked_for() {
    let test = sqlite().await;
    // Never polled: nothing was asked for.
    let tx = test.db.begin().await.unwrap();
    settings::set(&tx, "unasked", "x", NOW).await.unwrap();
    drop(tx.commit());
    write(&test.db, "between").await;
    assert!(!has(&test.db, "unasked").await);
    // Polled once: the commit goes on without its asker.
    let tx = test.db.begin().await.unwrap();
    settings::set(&tx, "asked", "x", NOW).await.unwrap();
    let mut commit = Box::pin(tx.commit());
    assert!(commit.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(commit);
    write(&test.db, "after").await;
    assert!(has(&test.db, "asked").await);
    test.finish().await;
}

#[tokio::test]
async fn a_panic_in_a_use_case_rolls_back() {
    for test in all().await {
        let db = test.db.clone();
        let panicked = tokio::spawn(async move {
            let tx = db.begin().await.unwrap();
            settings::set(&tx, "panicked", "x", NOW).await.unwrap();
            panic!("on purpose");
        });
        assert!(panicked.await.is_err());
        write(&test.db, "after").await;
        assert!(!has(&test.db, "panicked").await, "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_leaving_clients() {
    for test in all().await {
        let tasks: Vec<_> = (0..60_u64)
            .map(|task| {
                let db = test.db.clone();
                tokio::spawn(async move {
                    let work = async {
                        let tx = db.begin().await?;
                        settings::set(&tx, &format!("storm.{task}"), "x", NOW).await?;
                        tx.commit().await
                    };
                    timeout(Duration::from_micros(task * 150), work).await
                })
            })
            .collect();
        for task in tasks {
            let _ = task.await.unwrap();
        }
        write(&test.db, "after").await;
        assert!(has(&test.db, "after").await, "{}", test.name());
        test.finish().await;
    }
}
