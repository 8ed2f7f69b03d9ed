//! Opening: what is checked, what doctor hears, who is refused.

use persistence::{Db, DbSettings, Dialect, Exclusive, database_now};
use sea_orm::ConnectionTrait;

use crate::databases::{all, on_server, servers, sqlite};

#[tokio::test]
async fn facts_are_good_and_the_clock_is_the_databases() {
    for test in all().await {
        let facts = test.db.facts().await.unwrap();
        assert_eq!(facts.dialect, test.db.dialect());
        assert!(!facts.version.is_empty() && facts.pending.is_empty(), "{facts:?}");
        let bad: Vec<_> = facts.facts.iter().filter(|fact| fact.advice.is_some()).collect();
        assert!(bad.is_empty(), "{}: {bad:?}", test.name());
        assert!(facts.clock_difference_ms.abs() < 1000, "{}: {}", test.name(), facts.clock_difference_ms);
        let host = domain::Clock::System.now();
        let theirs = database_now(test.db.read()).await.unwrap();
        assert!((theirs.millis() - host.millis()).abs() < 1000, "{}: {theirs:?}", test.name());
        test.db.ping().await.unwrap();
        assert_eq!(test.db.shared(), test.db.dialect() != Dialect::Sqlite);
        test.finish().await;
    }
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_the_first_ones_pid() {
    let first = sqlite().await;
    let refused = Db::open(&first.settings).await.unwrap_err().to_string();
    assert!(refused.contains(&format!("pid {}", std::process::id())), "{refused}");
    // A short command may work beside it.
    let beside = Db::open(&DbSettings { exclusive: Exclusive::No, ..first.settings.clone() }).await.unwrap();
    let tx = beside.begin().await.unwrap();
    persistence::settings::set(&tx, "made", "beside", domain::Timestamp(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(persistence::settings::get(first.db.read(), "made").await.unwrap().as_deref(), Some("beside"));
    beside.close().await;
    // And after it the place is free.
    first.db.clone().close().await;
    let second = Db::open(&first.settings).await.unwrap();
    second.close().await;
    std::fs::remove_dir_all(first.folder.unwrap()).unwrap();
}

#[tokio::test]
async fn readers_cannot_write_on_sqlite() {
    let test = sqlite().await;
    let refused = test.db.read().execute_unprepared("DELETE FROM users").await.unwrap_err();
    assert!(refused.to_string().contains("readonly"), "{refused}");
    test.finish().await;
}

#[tokio::test]
async fn urls_that_cannot_keep_the_promise_are_refused() {
    for url in ["sqlite::memory:", "sqlite://x?mode=memory", "mongodb://x", ""] {
        assert!(Db::open(&DbSettings::new(url)).await.is_err(), "{url}");
    }
    let settings = DbSettings::new("postgres://obrol:hunter2@db/obrol");
    assert!(!format!("{settings:?}").contains("hunter2"));
    let missing = Db::open(&DbSettings::new("sqlite:///nowhere/at/all/obrol.db")).await.unwrap_err();
    assert!(missing.to_string().contains("directory"), "{missing}");
}

#[tokio::test]
async fn a_database_that_is_not_utf8_is_refused() {
    for admin in servers() {
        let options = if admin.starts_with("postgres") {
            "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        } else {
            "CHARACTER SET latin1"
        };
        let (settings, _) = on_server(&admin, options).await;
        let refused = Db::open(&settings).await.unwrap_err().to_string();
        assert!(refused.to_lowercase().contains("utf8"), "{refused}");
    }
}

#[tokio::test]
async fn sessions_of_a_server_have_their_limits() {
    for admin in servers() {
        let test = crate::databases::server(&admin).await;
        let sql = match test.db.dialect() {
            Dialect::Postgres => {
                "SELECT current_setting('lock_timeout') || ' ' || current_setting('transaction_isolation')"
            }
            _ => "SELECT CONCAT(@@innodb_lock_wait_timeout, 's ', LOWER(REPLACE(@@tx_isolation, '-', ' ')))",
        };
        let tx = test.db.begin().await.unwrap();
        let row =
            tx.query_one_raw(sea_orm::Statement::from_string(tx.get_database_backend(), sql)).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "2s read committed", "{}", test.name());
        drop(tx);
        test.finish().await;
    }
}
