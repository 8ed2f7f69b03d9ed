//! Asking to stop, where word of it does not arrive.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use domain::conversations::Part;
use domain::runs::turns::Turns;

use super::*;
use crate::accounts::tests::House;
use crate::conversations::{Question, post};

/// The wish is noted, but whoever noted it was gone before the worker heard: the next wish says it again.
#[tokio::test]
async fn a_repeated_wish_tells_the_worker_again() {
    let house = House::new().await;
    let app = &house.app;
    let ani = house.holder(&house.register("ani@example.test").await.unwrap()).await.unwrap();
    let conversation = crate::conversations::create(app, &ani, crate::conversations::Create::default()).await.unwrap();
    // No place here, so that the run waits and the test is its worker.
    let places: Vec<_> = std::iter::from_fn(|| app.bench.place()).collect();
    let question = Question { content: vec![Part::text("Hello?".to_owned())], ..Question::default() };
    let posted = post(app, &ani, conversation.id, question, |_| ()).await.unwrap();
    let tx = app.db.begin().await.unwrap();
    let (node, lease) = (app.node, app.settings.lease);
    let claimed = persistence::runs::claim(&*tx, node, lease, 1, &mut Turns::default(), |_, _| false).await.unwrap();
    tx.commit().await.unwrap();
    let live = app.bench.enter(&claimed[0].run, String::new());

    let run = mine(app, &ani, posted.run.id).await.unwrap();
    let tx = app.db.begin().await.unwrap();
    assert!(persistence::runs::ask_to_stop(&*tx, run.user, &run, ani.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(*live.stopped().borrow(), Stop::No, "nobody told it");

    let after = cancel(app, &ani, run.id).await.unwrap();
    assert!(after.state.cancel_requested);
    assert_eq!(*live.stopped().borrow(), Stop::Cancel);
    drop(places);
}
