//! Group commit on SQLite: fewer commits than transactions, one member's fault is its own.

use domain::Timestamp;
use persistence::settings;
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;

use crate::databases::sqlite;

const NOW: Timestamp = Timestamp(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_transactions_share_a_commit() {
    let test = sqlite().await;
    let before = test.db.writer_stats().unwrap();
    let mut tasks = JoinSet::new();
    for task in 0..100 {
        let db = test.db.clone();
        tasks.spawn(async move {
            for turn in 0..5 {
                let key = format!("{task}.{turn}");
                let tx = db.begin().await.unwrap();
                settings::set(&tx, &key, "x", NOW).await.unwrap();
                tx.commit().await.unwrap();
                // Acknowledged means readable by everybody, from now on.
                assert!(settings::get(db.read(), &key).await.unwrap().is_some());
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let after = test.db.writer_stats().unwrap();
    assert_eq!(after.transactions - before.transactions, 500);
    let commits = after.commits - before.commits;
    assert!(commits <= 250, "500 transactions took {commits} commits: nothing was joined");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_members_fault_is_its_own() {
    let test = sqlite().await;
    let mut tasks = JoinSet::new();
    for task in 0..60 {
        let db = test.db.clone();
        tasks.spawn(async move {
            let tx = db.begin().await.unwrap();
            settings::set(&tx, &format!("mine.{task}"), "x", NOW).await.unwrap();
            match task % 3 {
                0 => tx.commit().await.unwrap(),
                1 => drop(tx),
                _ => {
                    let fault = tx.execute_unprepared("INSERT INTO settings VALUES ('mine', NULL, 1)").await;
                    assert!(fault.is_err());
                    drop(tx);
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    for task in 0..60 {
        let kept = settings::get(test.db.read(), &format!("mine.{task}")).await.unwrap().is_some();
        assert_eq!(kept, task % 3 == 0, "{task}");
    }
    test.finish().await;
}

#[tokio::test]
async fn nothing_is_seen_before_its_commit() {
    let test = sqlite().await;
    let tx = test.db.begin().await.unwrap();
    settings::set(&tx, "k", "v", NOW).await.unwrap();
    assert_eq!(settings::get(test.db.read(), "k").await.unwrap(), None);
    assert_eq!(settings::get(&tx, "k").await.unwrap().as_deref(), Some("v"));
    tx.commit().await.unwrap();
    assert_eq!(settings::get(test.db.read(), "k").await.unwrap().as_deref(), Some("v"));
    test.finish().await;
}

#[tokio::test]
async fn who_gets_no_turn_in_time_is_told_to_come_back() {
    let test = sqlite().await;
    let holder = test.db.begin().await.unwrap();
    let refused = domain::Error::from(test.db.begin().await.unwrap_err());
    assert_eq!((refused.kind(), refused.code()), (domain::Kind::Unavailable, "db.unavailable"));
    assert_eq!(refused.retry_after_hint(), Some(std::time::Duration::from_secs(1)));
    drop(holder);
    test.db.begin().await.unwrap().commit().await.unwrap();
    test.finish().await;
}

#[tokio::test]
async fn the_log_does_not_grow_without_end() {
    let test = sqlite().await;
    let value = "x".repeat(64 * 1024);
    for turn in 0..600 {
        let tx = test.db.begin().await.unwrap();
        settings::set(&tx, &format!("{}", turn % 50), &value, NOW).await.unwrap();
        tx.commit().await.unwrap();
    }
    // 600 × 64 KiB were written: 38 MiB and more.
    let log = std::fs::metadata(test.folder.as_ref().unwrap().join("obrol.db-wal")).unwrap().len();
    assert!(log < 16 * 1024 * 1024, "{log} bytes");
    test.finish().await;
}
