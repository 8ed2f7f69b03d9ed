//! Coming back to a feed that is not the one that was left.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::time::Duration;

use domain::accounts::Role;
use domain::ids::{ConversationId, UserId};
use domain::keys::{KeyGrant, Scopes};

use super::*;
use crate::accounts::tests::House;

const LINGER: Duration = Duration::from_secs(60);

fn person(user: UserId) -> Principal {
    Principal { user, role: Role::Member, session: None, rights_epoch: 0, key: None }
}

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
    let mut laptop = listen(app, &person(user), None).await.unwrap();
    assert!(matches!(*next(&mut laptop).await.event, Event::Ready));
    hear(app, user, 57);
    let mut last = None;
    for _ in 0..57 {
        last = next(&mut laptop).await.id;
    }
    drop(laptop);

    // A short absence is bridged: nothing happened.
    let mut short = listen(app, &person(user), last.as_deref()).await.unwrap();
    assert!(matches!(*next(&mut short).await.event, Event::Ready));
    hear(app, user, 1);
    assert!(matches!(*next(&mut short).await.event, Event::ConversationDeleted { .. }));
    drop(short);

    app.feeds.sweep(app.clock.now(), LINGER);
    house.wait(LINGER);
    app.feeds.sweep(app.clock.now(), LINGER);
    assert!(app.feeds.of(user).is_none(), "nobody listens, so the feed went");
    let phone = listen(app, &person(user), None).await.unwrap();
    hear(app, user, 100);
    let mut laptop = listen(app, &person(user), last.as_deref()).await.unwrap();
    assert!(matches!(*next(&mut laptop).await.event, Event::Ready));
    assert!(matches!(*next(&mut laptop).await.event, Event::SyncRequired), "57 of those 100 were never heard");
    drop(phone);
}

#[tokio::test]
async fn a_program_hears_nothing_of_keys() {
    let house = House::new().await;
    let (app, user) = (&house.app, UserId::from(house.app.chance.uuid(house.app.clock.now())));
    let key = KeyGrant { id: house.app.chance.uuid(house.app.clock.now()).into(), scopes: Scopes::NONE };
    let program = Principal { key: Some(key), ..person(user) };
    let (mut at_device, mut with_key) =
        (listen(app, &person(user), None).await.unwrap(), listen(app, &program, None).await.unwrap());
    for stream in [&mut at_device, &mut with_key] {
        assert!(matches!(*next(stream).await.event, Event::Ready));
    }
    let told = Event::KeysChanged { change: crate::events::KeyChange::Created, name: "skrip".into() };
    crate::events::announce(app, user, told).await;
    hear(app, user, 1);
    assert!(matches!(*next(&mut at_device).await.event, Event::KeysChanged { .. }));
    assert!(matches!(*next(&mut with_key).await.event, Event::ConversationDeleted { .. }));
}
