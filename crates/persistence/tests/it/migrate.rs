//! Migrations: once, by one node, never backwards, with a way back; and what the schema itself forbids.

use persistence::{Db, Dialect, Error};
use sea_orm::{ConnectionTrait, Statement};

use crate::databases::{TestDb, all, on_server, servers, sqlite, sqlite_empty};

async fn execute(test: &TestDb, sql: &str) -> Result<(), Error> {
    let tx = test.db.begin().await?;
    tx.execute_unprepared(sql).await?;
    tx.commit().await
}

async fn count(test: &TestDb, table: &str) -> i64 {
    let read = test.db.read();
    let sql = Statement::from_string(read.get_database_backend(), format!("SELECT COUNT(*) FROM {table}"));
    read.query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_second_time_there_is_nothing_to_do() {
    for test in all().await {
        assert_eq!(test.db.migrate().await.unwrap(), persistence::Migrated::default(), "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn many_nodes_migrate_at_once() {
    for admin in servers() {
        let options = if admin.starts_with("postgres") { "" } else { "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" };
        let (settings, _) = on_server(&admin, options).await;
        let nodes = (0..4).map(|_| {
            let settings = settings.clone();
            tokio::spawn(async move {
                let db = Db::open(&settings).await.unwrap();
                let migrated = db.migrate().await.unwrap();
                db.close().await;
                migrated.applied.len()
            })
        });
        let mut applied = Vec::new();
        for node in nodes {
            applied.push(node.await.unwrap());
        }
        applied.sort_unstable();
        assert_eq!(applied, [0, 0, 0, migrations::names().len()], "one node did all of it");
    }
}

#[tokio::test]
async fn a_newer_schema_is_not_touched() {
    for test in all().await {
        execute(&test, "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_future', 1)")
            .await
            .unwrap();
        let refused = test.db.migrate().await.unwrap_err();
        assert!(
            matches!(&refused, Error::Refused(text) if text.contains("m29990101_000001_future")),
            "{}: {refused}",
            test.name()
        );
        test.finish().await;
    }
}

#[tokio::test]
async fn a_mysql_migration_that_was_cut_off_goes_on() {
    for test in all().await {
        // As if the process had died after its last statement and before the record.
        execute(&test, "DELETE FROM seaql_migrations WHERE version = 'm20261121_000004_runs'").await.unwrap();
        if test.db.dialect() == Dialect::MySql {
            assert_eq!(test.db.migrate().await.unwrap().applied, ["m20261121_000004_runs"]);
        }
        test.finish().await;
    }
}

#[tokio::test]
async fn sqlite_keeps_three_copies_from_before() {
    let test = sqlite_empty().await;
    assert_eq!(test.db.migrate().await.unwrap().snapshot, None, "nothing to copy yet");
    let mut copies = Vec::new();
    for _ in 0..4 {
        for sql in
            ["DROP TABLE jobs", "DROP TABLE schedules", "DELETE FROM seaql_migrations WHERE version LIKE '%jobs'"]
        {
            execute(&test, sql).await.unwrap();
        }
        copies.push(test.db.migrate().await.unwrap().snapshot.unwrap());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert!(!copies[0].exists(), "the oldest is gone");
    for copy in &copies[1..] {
        let url = format!("sqlite://{}", copy.display());
        let old = Db::open(&persistence::DbSettings::new(url)).await.unwrap();
        assert_eq!(old.pending().await.unwrap(), ["m20261121_000005_jobs"]);
        old.close().await;
    }
    test.finish().await;
}

/// The smallest rows that the foreign keys allow: a user, a conversation and `status` runs.
async fn run(test: &TestDb, id: u8, status: &str) -> Result<(), Error> {
    let uuid = |n: u8| match test.db.dialect() {
        Dialect::Postgres => format!("'{}'", uuid::Uuid::from_bytes([n; 16])),
        _ => format!("X'{}'", uuid::Uuid::from_bytes([n; 16]).simple()),
    };
    let (no, conversation, user) =
        (if test.db.dialect() == Dialect::Postgres { "false" } else { "0" }, uuid(201), uuid(200));
    if id == 1 {
        execute(test, &format!("INSERT INTO users (id, email, email_key, display_name, role, status, rights_epoch, created_at, updated_at) VALUES ({user}, 'a', 'a', 'A', 'admin', 'active', 1, 1, 1)")).await?;
        execute(test, &format!("INSERT INTO conversations (id, user_id, kind, created_at, updated_at, version) VALUES ({conversation}, {user}, 'chat', 1, 1, 1)")).await?;
    }
    let run = uuid(id);
    execute(
        test,
        &format!(
            "INSERT INTO runs (id, conversation_id, question_id, answer_id, user_id, lane, status, attempt, deaths, failures, model, available_at, created_at, usage_estimated, locale, request_id) \
             VALUES ({run}, {conversation}, {run}, {run}, {user}, 'live', '{status}', 0, 0, 0, 'm', 1, 1, {no}, 'en', 'r')"
        ),
    )
    .await
}

#[tokio::test]
async fn one_run_of_a_conversation_runs_and_all_goes_with_its_person() {
    for test in all().await {
        run(&test, 1, "running").await.unwrap();
        run(&test, 2, "queued").await.unwrap();
        run(&test, 3, "queued").await.unwrap();
        let second = run(&test, 4, "running").await.unwrap_err();
        assert!(second.is_unique_violation(), "{}: {second}", test.name());
        let second = execute(&test, "UPDATE runs SET status = 'running' WHERE status = 'queued'").await.unwrap_err();
        assert!(second.is_unique_violation(), "{}: {second}", test.name());
        execute(&test, "UPDATE runs SET status = 'succeeded' WHERE status = 'running'").await.unwrap();
        run(&test, 5, "running").await.unwrap();
        assert_eq!(count(&test, "runs").await, 4, "{}", test.name());
        execute(&test, "DELETE FROM users").await.unwrap();
        assert_eq!((count(&test, "runs").await, count(&test, "conversations").await), (0, 0), "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn a_row_without_its_parent_is_refused() {
    for test in all().await {
        let uuid = if test.db.dialect() == Dialect::Postgres {
            "'01010101-0101-0101-0101-010101010101'"
        } else {
            "X'01010101010101010101010101010101'"
        };
        let orphan = format!(
            "INSERT INTO conversations (id, user_id, kind, created_at, updated_at, version) VALUES ({uuid}, {uuid}, 'chat', 1, 1, 1)"
        );
        let orphan = execute(&test, &orphan).await.unwrap_err();
        assert!(orphan.is_foreign_key_violation(), "{}: {orphan}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn long_text_and_keys_in_two_cases_are_kept_apart() {
    for test in all().await {
        let text = "予測😀".repeat(100_000);
        let tx = test.db.begin().await.unwrap();
        for (key, value) in [("Key", text.as_str()), ("key", "small")] {
            persistence::settings::set(&tx, key, value, domain::Timestamp(1)).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(
            persistence::settings::get(test.db.read(), "Key").await.unwrap().as_deref(),
            Some(text.as_str()),
            "{}",
            test.name()
        );
        assert_eq!(
            persistence::settings::get(test.db.read(), "key").await.unwrap().as_deref(),
            Some("small"),
            "{}",
            test.name()
        );
        test.finish().await;
    }
}

#[tokio::test]
async fn a_command_beside_the_server_does_not_migrate_under_it() {
    let server = sqlite().await;
    execute(&server, "DELETE FROM seaql_migrations WHERE version LIKE '%jobs'").await.unwrap();
    let beside = persistence::DbSettings { exclusive: persistence::Exclusive::No, ..server.settings.clone() };
    let beside = Db::open(&beside).await.unwrap();
    assert!(beside.migrate().await.unwrap_err().to_string().contains("pid"));
    beside.close().await;
    server.finish().await;
}
