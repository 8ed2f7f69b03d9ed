//! Every run ends, whatever its text, its time and its database say.

use std::time::{Duration, Instant};

use obrol_tests::api::{id, text_of};
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::follow;
use obrol_tests::world::World;
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use serde_json::json;

const SOON: Duration = Duration::from_secs(30);

/// From now on no answer can be stored as complete, as if there were a fault of ours in what is written.
fn refuse_complete(kind: Kind) -> (&'static [&'static str], &'static str) {
    match kind {
        Kind::Sqlite => (
            &["CREATE TRIGGER refused BEFORE UPDATE ON messages WHEN NEW.status = 'complete' \
               BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"],
            "DROP TRIGGER refused",
        ),
        Kind::Postgres => (
            &[
                "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$",
                "CREATE TRIGGER refused BEFORE UPDATE ON messages FOR EACH ROW WHEN (NEW.status = 'complete') \
                 EXECUTE FUNCTION refused()",
            ],
            "DROP TRIGGER refused ON messages",
        ),
        Kind::Mariadb => (
            &["CREATE TRIGGER refused BEFORE UPDATE ON messages FOR EACH ROW IF NEW.status = 'complete' THEN \
               SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by the test'; END IF"],
            "DROP TRIGGER refused",
        ),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_that_can_never_be_written_is_written_as_a_failure_and_the_place_is_given_back() {
    let world = World::with(&["fake-tok20"], &[("OBROL_RUN_CONCURRENCY", "1")]).await;
    let ani = world.person("ani").await;
    let (first, second) = (ani.conversation("fake/fake-tok20").await, ani.conversation("fake/fake-tok20").await);
    let (refuse, allow) = refuse_complete(world.store.database.kind());
    let sql = world.store.sql().await;
    for statement in refuse {
        sql.execute_unprepared(statement).await.unwrap();
    }
    let run = id(&ani.ask(&first, "#a hello").await["run"]);
    let seen = follow(&ani, &run, SOON).await;
    assert_eq!(seen.end.as_ref().unwrap().0, "failed");
    let ended = ani.run(&run).await;
    assert_eq!((ended["status"].as_str(), ended["error"]["code"].as_str()), (Some("failed"), Some("run.unknown")));
    assert_eq!(text_of(&ani.messages(&first).await[0]), Spec::of("fake-tok20").text("a"), "what was said is kept");
    sql.execute_unprepared(allow).await.unwrap();
    sql.close().await.unwrap();
    let next = id(&ani.ask(&second, "#b hello").await["run"]);
    assert_eq!(ani.ended(&next, SOON).await["status"], "succeeded", "the only place is free again");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_keeps_its_text_and_is_not_begun_again() {
    let world = World::with(&["fake-tok500-itl20"], &[("OBROL_RUN_TIMEOUT", "2s")]).await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok500-itl20").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let seen = follow(&ani, &run, SOON).await;
    assert_eq!((seen.end.as_ref().unwrap().0.as_str(), seen.rewinds), ("failed", 0));
    let ended = ani.run(&run).await;
    assert_eq!(ended["error"]["code"], "run.timeout");
    assert_eq!(ended["attempt"], 1);
    let text = text_of(&ani.messages(&conversation).await[0]);
    assert!(text.len() > 100 && Spec::of("fake-tok500").text("a").starts_with(&text), "{text}");
    assert_eq!(seen.text(), text);
    assert_eq!(world.fake.ledger().of_tag("a").count(), 1, "it was asked once");
}

/// U+0000 in what a model says and in what a provider complains: neither may hold up other answers.
#[tokio::test]
async fn a_zero_character_from_a_provider_harms_nobody() {
    let models = ["fake-tok100-itl10-nul", "fake-err400-nul", "fake-tok100-itl10"];
    let world = World::with(&models, &[]).await;
    let ani = world.person("ani").await;
    let mut runs = Vec::new();
    for (tag, model) in ["a", "b", "c"].into_iter().zip(models) {
        let conversation = ani.conversation(&format!("fake/{model}")).await;
        let run = id(&ani.ask(&conversation, &format!("#{tag} hello")).await["run"]);
        runs.push((conversation, run));
    }
    let mut texts = Vec::new();
    for (conversation, run) in &runs {
        let seen = follow(&ani, run, SOON).await;
        let stored = text_of(&ani.messages(conversation).await[0]);
        assert_eq!((seen.text(), seen.faults), (stored.clone(), vec![]));
        texts.push((seen.end.unwrap().0, stored));
    }
    let zeros = Spec::of(models[0]).text("a").replace('.', "\u{fffd}");
    assert_eq!(texts[0], ("succeeded".to_owned(), zeros));
    assert_eq!(texts[1], ("failed".to_owned(), String::new()));
    assert_eq!(texts[2], ("succeeded".to_owned(), Spec::of(models[2]).text("c")));
    let error = ani.run(&runs[1].1).await;
    assert_eq!(error["error"]["code"], "run.invalid_request", "{error}");
    // Pieces of both were stored on the way, not only at the end.
    assert!(!world.server.log().contains("could not be stored"), "{}", world.server.log_tail());
    assert!(!world.server.log().contains("could not be written"), "{}", world.server.log_tail());
    let sql = world.store.sql().await;
    let rows = sql.query_all_raw(Statement::from_string(
        sql.get_database_backend(),
        "SELECT error_text FROM run_attempts WHERE error_text IS NOT NULL",
    ));
    let words: Vec<String> = rows.await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert!(words.len() == 1 && words[0].contains("made") && !words[0].contains('\0'), "{words:?}");
    sql.close().await.unwrap();
}

/// A second signal cuts at once; what was cut is picked up after the start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_cuts_and_the_next_start_goes_on() {
    let mut world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok500-itl10").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    obrol_tests::follow::follow_until(&ani, &run, SOON, |reading| reading.text().len() > 50).await;
    world.server.signal("TERM");
    let stopping = || async { world.server.log().contains("\"stopping\"").then_some(()) };
    obrol_tests::wait::until("the first signal is heard", SOON, stopping).await;
    assert!(world.server.alive(), "an answer that is being written is waited for");
    let second = Instant::now();
    world.server.signal("TERM");
    let status = world.server.exit(Duration::from_secs(2)).await.expect("it ends at once");
    assert_eq!(status.code(), Some(1), "{}", world.server.log_tail());
    assert!(second.elapsed() < Duration::from_secs(1), "{:?}", second.elapsed());
    world.server.kill();
    world.server.up().await;
    let seen = follow(&ani, &run, SOON).await;
    assert_eq!((seen.text(), seen.faults), (Spec::of("fake-tok500").text("a"), vec![]));
    assert_eq!(ani.run(&run).await["attempt"], 2);
}

/// The third death of a worker over one run: it is set aside for an operator, in the very commit that counts the death.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_kills_three_workers_is_set_aside() {
    let mut world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok500-itl10").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    for life in 1..=3_u64 {
        let running = || async {
            let found = ani.run(&run).await;
            (found["status"] == "running" && found["attempt"] == life).then_some(())
        };
        obrol_tests::wait::until(&format!("life {life}"), SOON, running).await;
        world.server.kill();
        if life < 3 {
            world.server.up().await;
        }
    }
    // It dies once more, right after it has written what became of the run.
    world.server.set("OBROL_FAILPOINT", "run.rescue.after_commit:abort");
    world.server.spawn();
    assert!(!world.server.exit(SOON).await.expect("it dies").success());
    world.server.kill();
    world.server.unset("OBROL_FAILPOINT");
    // Nobody works here: what is seen now was written then.
    world.server.words(&["serve", "--no-workers"]);
    world.server.up().await;
    let ended = ani.run(&run).await;
    assert_eq!((ended["status"].as_str(), ended["error"]["code"].as_str()), (Some("failed"), Some("run.quarantined")));
    assert_eq!(ani.messages(&conversation).await[0]["status"], "failed");
    assert_eq!(follow(&ani, &run, SOON).await.end.unwrap().0, "failed");
    // The next question is free of it.
    world.server.kill();
    world.server.words(&["serve"]);
    world.server.up().await;
    let body = json!({"content": [{"type": "text", "text": "#b hello"}], "model": "fake/fake-tok20"});
    let next = ani.post(&format!("/api/v1/conversations/{conversation}/messages"), body).await.expect(202);
    assert_eq!(ani.ended(&id(&next["run"]), SOON).await["status"], "succeeded");
}

/// A start that fails after it began to work hands back what it took.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_fails_halfway_leaves_nothing_running() {
    let mut world = World::with(&["fake-tok500-itl50"], &[("OBROL_SHUTDOWN_GRACE", "1s")]).await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok500-itl50").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    obrol_tests::follow::follow_until(&ani, &run, SOON, |reading| reading.text().len() > 50).await;
    world.server.kill();
    let sql = world.store.sql().await;
    // Working the jobs cannot begin without their table. PostgreSQL lets it wait until the run is taken; elsewhere the start
    // may fail before that.
    let waits = world.store.database.kind() == Kind::Postgres;
    let away = sql.begin().await.unwrap();
    away.execute_unprepared("ALTER TABLE jobs RENAME TO jobs_away").await.unwrap();
    if waits {
        world.server.spawn();
        let taken = || async {
            let taken = "SELECT 1 FROM runs WHERE status = 'running' AND attempt = 2";
            let taken = Statement::from_string(sql.get_database_backend(), taken);
            sql.query_one_raw(taken).await.unwrap().map(|_| ())
        };
        obrol_tests::wait::until("the run is taken", SOON, taken).await;
    }
    away.commit().await.unwrap();
    if !waits {
        world.server.spawn();
    }
    let status = world.server.exit(SOON).await.expect("it cannot start");
    assert!(!status.success());
    sql.execute_unprepared("ALTER TABLE jobs_away RENAME TO jobs").await.unwrap();
    sql.close().await.unwrap();
    world.server.kill();
    world.server.words(&["serve", "--no-workers"]);
    world.server.up().await;
    let found = ani.run(&run).await;
    assert_eq!(found["status"], "queued", "{found}\n{}", world.server.log_tail());
}
