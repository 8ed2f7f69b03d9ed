//! What keeps feeds true without a client's doing: other nodes' news, the tail of the database, rights that end.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use coordination::Heard;
use domain::Result;

use super::feed::Feed;
use super::guard::valid;
use super::heal::{deliver_from, heal_soon};
use super::{Event, Frame, topic};
use crate::App;

/// How often a node with neighbours looks at what the bus may not have told, and at the rights of open streams.
const LOOK: Duration = Duration::from_millis(900);
/// How long a feed outlives its last client.
const LINGER: Duration = Duration::from_secs(60);
/// The topic on which accounts announce that rights ended.
const RIGHTS: &str = "auth";

/// Passes on what other nodes say to `feed`, until the feed is dropped. Returns when the bus is heard, or soon; whoever
/// comes second waits for the first, and does it when the first has gone.
pub(super) async fn hear_other_nodes(app: &App, feed: &Arc<Feed>) {
    if app.coordination.shared() {
        feed.bus.get_or_init(|| hear(app, feed)).await;
    }
}

async fn hear(app: &App, feed: &Arc<Feed>) {
    let mut bus = app.coordination.bus().subscribe(&topic(feed.user));
    // State is read after this: what is said from here on is heard.
    bus.ready().await;
    let (spawner, app, user, feed) = (app, app.clone(), feed.user, Arc::downgrade(feed));
    spawner.spawn(async move {
        loop {
            let heard = tokio::select! {
                heard = bus.next() => heard,
                () = app.closing.cancelled() => return,
                () = tokio::time::sleep(LINGER) => {
                    if feed.strong_count() == 0 { return } else { continue }
                }
            };
            let Some(feed) = feed.upgrade() else { return };
            match heard {
                Heard::Message(frame) => match serde_json::from_slice::<Frame>(&frame) {
                    Ok(frame) if frame.origin == app.node => {}
                    Ok(frame) => deliver_from(&app, &feed, frame.event, false),
                    // A newer version may say what this one does not know.
                    Err(fault) => tracing::warn!(%user, %fault, "an event of another node is not understood"),
                },
                Heard::Missed => {
                    feed.change(|state| state.push(Event::SyncRequired));
                    look_at(&app, &[feed]).await;
                }
            }
        }
    });
}

/// Runs until the process stops: sweeps feeds, ends streams whose rights are gone, and with several nodes reads the tail of
/// the database, so that a silent bus costs a second and no text.
pub async fn keep(app: App) {
    let mut rights = app.coordination.bus().subscribe(RIGHTS);
    let mut beat = tokio::time::interval(LOOK);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = beat.tick() => {
                app.feeds.sweep(app.clock.now(), LINGER);
                if app.db.shared() {
                    look_at(&app, &app.feeds.all()).await;
                }
                // Alone, too: a stream that opens while its right ends registers after the news has passed.
                end_lost_streams(&app).await;
            }
            _ = rights.next() => {
                app.key_uses.doubt(app.clock.now());
                end_lost_streams(&app).await;
            }
            () = app.closing.cancelled() => return,
        }
    }
}

async fn end_lost_streams(app: &App) {
    let open = app.feeds.open_streams.holders();
    if open.is_empty() {
        return;
    }
    match valid(app, &open).await {
        Ok(valid) => {
            for (holder, _) in open.iter().filter(|(holder, _)| !valid.contains(holder)) {
                app.feeds.open_streams.end(*holder);
            }
        }
        Err(fault) => tracing::warn!(%fault, "the rights of open streams could not be checked"),
    }
}

/// Compares the answers that other nodes work on with what the feeds have of them.
async fn look_at(app: &App, feeds: &[Arc<Feed>]) {
    if let Err(fault) = look(app, feeds).await {
        tracing::warn!(%fault, "the tail of running answers could not be read");
    }
}

async fn look(app: &App, feeds: &[Arc<Feed>]) -> Result<()> {
    let users = feeds.iter().filter(|feed| feed.moved.receiver_count() > 0).map(|feed| feed.user);
    let users: HashSet<_> = users.collect();
    if users.is_empty() {
        return Ok(());
    }
    let progress = persistence::runs::progress_of_users(app.db.read(), &users).await?;
    for feed in feeds.iter().filter(|feed| users.contains(&feed.user)) {
        let remote: Vec<_> = {
            let state = feed.state();
            let behind = progress.iter().filter(|p| p.user == feed.user).filter(|p| match state.views.get(&p.run) {
                Some(view) => {
                    let have = view.position;
                    // A piece that starts where the view ends is missing whole.
                    let more = p.attempt == have.attempt && p.last_piece.is_some_and(|last| last >= have.at);
                    !view.local && (p.attempt > have.attempt || more)
                }
                None => !state.has_ended(p.run),
            });
            let vanished = state.views.iter().filter(|(run, _)| !progress.iter().any(|p| p.run == **run));
            behind.map(|p| p.run).chain(vanished.map(|(run, _)| *run)).collect()
        };
        for run in remote {
            heal_soon(app, feed, run);
        }
    }
    Ok(())
}
