//! Two transactions that meet: the loser is run again as a whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::Timestamp;
use persistence::{Db, settings};
use sea_orm::ConnectionTrait;
use tokio::sync::Barrier;

use crate::databases::all;

async fn write_two(db: Db, order: [&'static str; 2], barrier: Arc<Barrier>, runs: Arc<AtomicU32>) {
    let first = Arc::new(AtomicU32::new(0));
    let written = db.retrying(|| {
        let (db, barrier, first, runs) = (db.clone(), barrier.clone(), first.clone(), runs.clone());
        async move {
            runs.fetch_add(1, Ordering::SeqCst);
            let tx = db.begin().await?;
            settings::set(&tx, order[0], "x", Timestamp(1)).await?;
            if first.fetch_add(1, Ordering::SeqCst) == 0 && db.shared() {
                // Both hold one row and want the other's.
                let _ = tokio::time::timeout(Duration::from_secs(1), barrier.wait()).await;
            }
            settings::set(&tx, order[1], "x", Timestamp(1)).await?;
            tx.commit().await?;
            Ok(())
        }
    });
    written.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_run_again() {
    for test in all().await {
        for key in ["a", "b"] {
            let tx = test.db.begin().await.unwrap();
            settings::set(&tx, key, "old", Timestamp(1)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let (barrier, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
        let one = tokio::spawn(write_two(test.db.clone(), ["a", "b"], barrier.clone(), runs.clone()));
        let two = tokio::spawn(write_two(test.db.clone(), ["b", "a"], barrier, runs.clone()));
        one.await.unwrap();
        two.await.unwrap();
        let least = if test.db.shared() { 3 } else { 2 };
        assert!(runs.load(Ordering::SeqCst) >= least, "{}: no deadlock was met", test.name());
        assert_eq!(settings::get(test.db.read(), "a").await.unwrap().as_deref(), Some("x"));
        test.finish().await;
    }
}

/// PostgreSQL answers such a COMMIT with a rollback and no error.
#[tokio::test]
async fn a_commit_after_a_failed_statement_never_pretends() {
    for test in all().await {
        let tx = test.db.begin().await.unwrap();
        settings::set(&tx, "k", "v", Timestamp(1)).await.unwrap();
        tx.execute_unprepared("INSERT INTO nowhere VALUES (1)").await.unwrap_err();
        let committed = tx.commit().await.is_ok();
        let kept = settings::get(test.db.read(), "k").await.unwrap().is_some();
        assert_eq!(committed, kept, "{}", test.name());
        assert_eq!(committed, test.db.dialect() != persistence::Dialect::Postgres, "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn what_is_no_meeting_is_not_run_again() {
    let test = crate::databases::sqlite().await;
    let runs = AtomicU32::new(0);
    let outcome: domain::Result<()> = test
        .db
        .retrying(|| {
            runs.fetch_add(1, Ordering::SeqCst);
            async { Err(domain::Error::not_found("test.not_found")) }
        })
        .await;
    assert_eq!(outcome.unwrap_err().code(), "test.not_found");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    test.finish().await;
}
