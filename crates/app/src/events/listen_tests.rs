//! Coming back to a feed that is not the one that was left.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::time::Duration;

use domain::ids::{ConversationId, UserId};

use super::*;
use crate::accounts::tests::House;

const LINGER: Duration = Duration::from_secs(60);

fn hear(app: &App, user: UserId, times: usize) {
    let feed = app.feeds.of(user).unwrap();
    for _ in 0..times {
        let conversation = ConversationId::from(app.chance.uuid(app.clock.now()));
        assert!(!feed.change(|state| state.take_in(Event::ConversationDeleted { conversation }, true)));
    }
}

async fn next(listening: &mut Listening) -> Heard {
    tokio::time::timeout(Duration::from_secs(5), listening.next()).await.expect("something to hear")
}

/// A laptop sleeps; meanwhile its feed is swept, and the phone opens a new one in which more happens than in the old one.
#[tokio::test]
async fn who_left_a_feed_that_was_swept_is_told_to_fetch_anew() {
    let house = House::new().await;
    let (app, user) = (&house.app, UserId::from(house.app.chance.uuid(house.app.clock.now())));
    let mut laptop = listen(app, user, None).await.unwrap();
    assert!(matches!(*next(&mut laptop).await.event, Event::Ready));
    hear(app, user, 57);
    let mut last = None;
    for _ in 0..57 {
        last = next(&mut laptop).await.id;
    }
    drop(laptop);

    // A short absence is bridged: nothing happened.
    let mut short = listen(app, user, last.as_deref()).await.unwrap();
    assert!(matches!(*next(&mut short).await.event, Event::Ready));
    hear(app, user, 1);
    assert!(matches!(*next(&mut short).await.event, Event::ConversationDeleted { .. }));
    drop(short);

    app.feeds.sweep(app.clock.now(), LINGER);
    house.wait(LINGER);
    app.feeds.sweep(app.clock.now(), LINGER);
    assert!(app.feeds.of(user).is_none(), "nobody listens, so the feed went");
    let phone = listen(app, user, None).await.unwrap();
    hear(app, user, 100);
    let mut laptop = listen(app, user, last.as_deref()).await.unwrap();
    assert!(matches!(*next(&mut laptop).await.event, Event::Ready));
    assert!(matches!(*next(&mut laptop).await.event, Event::SyncRequired), "57 of those 100 were never heard");
    drop(phone);
}
