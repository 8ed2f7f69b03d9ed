//! Events: what happens is announced once and heard by every client of the people concerned, on every node.

mod event;
mod feed;
mod guard;
mod heal;
mod listen;
mod tail;

pub use event::{Event, KeyChange, RunEnd};
pub use feed::Feeds;
pub use guard::{Watch, still_held, watch};
pub use listen::{Heard, Listening, RunListening, follow_run, listen};
pub use tail::keep;

use bytes::Bytes;
use domain::ids::{NodeId, UserId};
use serde::{Deserialize, Serialize};

use crate::App;

/// An event on its way to other nodes.
#[derive(Serialize, Deserialize)]
struct Frame {
    origin: NodeId,
    event: Event,
}

fn topic(user: UserId) -> String {
    format!("user.{user}")
}

/// Tells all clients of `user`. Call it after the commit: nobody may hear what is not durable, but for the text of a
/// running answer. Best effort by design: whoever misses it finds the truth in the database.
pub(crate) async fn announce(app: &App, user: UserId, event: Event) {
    if app.coordination.shared() {
        match serde_json::to_vec(&Frame { origin: app.node, event: event.clone() }) {
            Ok(frame) => app.coordination.bus().publish(&topic(user), Bytes::from(frame)).await,
            Err(fault) => tracing::error!(%fault, "an event cannot be written as JSON"),
        }
    }
    if let Some(feed) = app.feeds.of(user) {
        heal::deliver(app, &feed, event);
    }
}
