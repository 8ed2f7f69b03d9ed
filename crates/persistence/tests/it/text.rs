//! Pieces of an answer: stored again when nobody heard that they were stored.

use domain::accounts::{DisplayName, Email, Role};
use domain::conversations::{Conversation, ConversationKind};
use domain::ids::{ConversationId, RunId, UserId};
use domain::{Chance, Timestamp};
use persistence::accounts::users::{self, NewUser};
use persistence::runs::{Chunk, append, said, stored_text};
use persistence::{Db, conversations};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;

use crate::databases::all;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// A run that is being worked on, with all that it hangs on.
async fn running(db: &Db, chance: &Chance) -> RunId {
    let id = || chance.uuid(NOW);
    let (user, conversation) = (UserId::from(id()), ConversationId::from(id()));
    let tx = db.begin().await.unwrap();
    let email = Email::parse(&format!("{user}@example.test")).unwrap();
    let new = NewUser {
        id: user,
        email: &email,
        password_hash: "none",
        display_name: &DisplayName::parse("Ani").unwrap(),
        role: Role::Member,
        locale: None,
    };
    users::insert(&tx, new, NOW).await.unwrap();
    let row = Conversation {
        id: conversation,
        user,
        kind: ConversationKind::Chat,
        title: None,
        title_source: None,
        model: None,
        head: None,
        archived_at: None,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    };
    conversations::insert(&tx, &row).await.unwrap();
    let run = RunId::from(id());
    let columns = [
        "id",
        "conversation_id",
        "question_id",
        "answer_id",
        "user_id",
        "lane",
        "status",
        "attempt",
        "deaths",
        "failures",
        "model",
        "available_at",
        "lease_owner",
        "created_at",
        "usage_estimated",
        "locale",
        "request_id",
    ];
    let row = Query::insert()
        .into_table("runs")
        .columns(columns)
        .values_panic([
            run.uuid().into(),
            conversation.uuid().into(),
            id().into(),
            id().into(),
            user.uuid().into(),
            "live".into(),
            "running".into(),
            1.into(),
            0.into(),
            0.into(),
            "fake/fake".into(),
            0_i64.into(),
            id().into(),
            NOW.millis().into(),
            false.into(),
            "en".into(),
            "test".into(),
        ])
        .to_owned();
    tx.execute(&row).await.unwrap();
    tx.commit().await.unwrap();
    run
}

async fn store(db: &Db, pieces: &[(RunId, u32, &str)]) {
    let chunk = |(run, start, text): &(RunId, u32, &str)| Chunk {
        run: *run,
        attempt: 1,
        start: *start,
        text: (*text).to_owned(),
    };
    let tx = db.begin().await.unwrap();
    let held = append(&tx, pieces.iter().map(chunk).collect()).await.unwrap();
    assert_eq!(held.len(), pieces.len());
    tx.commit().await.unwrap();
}

async fn text(db: &Db, run: RunId) -> String {
    stored_text(db.read(), &[run]).await.unwrap().remove(&run).unwrap_or_default().text
}

/// The commit was done, its answer was lost, and more was said meanwhile: the same piece comes again and goes on longer. What
/// other answers store in the same breath is stored, too.
#[tokio::test]
async fn a_piece_whose_commit_nobody_heard_of_is_stored_again() {
    for test in all().await {
        let chance = Chance::seeded(7);
        let (one, other) = (running(&test.db, &chance).await, running(&test.db, &chance).await);
        store(&test.db, &[(one, 0, "Halo ")]).await;
        store(&test.db, &[(one, 0, "Halo 🌼 du"), (other, 0, "Selamat ")]).await;
        store(&test.db, &[(one, 9, "!"), (other, 0, "Selamat ")]).await;
        assert_eq!(text(&test.db, one).await, "Halo 🌼 du!", "{}", test.name());
        assert_eq!(text(&test.db, other).await, "Selamat ", "{}", test.name());
        test.finish().await;
    }
}

/// Attempt 1 of a run, which goes on after the first `keep` code points.
async fn attempt(db: &Db, run: RunId, keep: i32) {
    let tx = db.begin().await.unwrap();
    let row = Query::insert()
        .into_table("run_attempts")
        .columns(["run_id", "attempt", "node", "keep", "started_at", "usage_estimated"])
        .values_panic([
            run.uuid().into(),
            1.into(),
            uuid::Uuid::nil().into(),
            keep.into(),
            NOW.millis().into(),
            false.into(),
        ])
        .to_owned();
    tx.execute(&row).await.unwrap();
    tx.commit().await.unwrap();
}

/// What a dead attempt is charged for: not for what it was given to go on from.
#[tokio::test]
async fn what_an_attempt_has_said_is_told_from_what_it_went_on_from() {
    let chance = Chance::seeded(9);
    for test in all().await {
        let (first, later, anew) =
            (running(&test.db, &chance).await, running(&test.db, &chance).await, running(&test.db, &chance).await);
        for (run, keep) in [(first, 0), (later, 2), (anew, 2)] {
            attempt(&test.db, run, keep).await;
        }
        // Of the last one, what was to be gone on from was thrown away after all.
        for piece in [
            (first, 0, "one "),
            (first, 4, "two"),
            (later, 0, "予測"),
            (later, 2, " of"),
            (later, 5, " rain"),
            (anew, 0, "from the start"),
        ] {
            store(&test.db, &[piece]).await;
        }
        let mut found = said(test.db.read(), &[(first, 1), (later, 1), (anew, 1), (first, 2)]).await.unwrap();
        let mut of = |run| found.remove(&(run, 1)).unwrap();
        assert_eq!([of(first), of(later), of(anew)], ["one two", " of rain", "from the start"], "{}", test.name());
        assert!(found.is_empty(), "{}", test.name());
        test.finish().await;
    }
}
