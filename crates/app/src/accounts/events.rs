//! What other parts, and other nodes, hear about lost rights: a hint to look again, after the commit.

use bytes::Bytes;
use domain::ids::{SessionId, UserId};
use serde::{Deserialize, Serialize};

use crate::App;

/// On the bus.
pub const TOPIC: &str = "auth";

/// Rights of a person have changed: of one session, or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthEvent {
    pub user: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

pub(crate) async fn announce(app: &App, event: AuthEvent) {
    app.key_uses.doubt(app.clock.now());
    if let Ok(payload) = serde_json::to_vec(&event) {
        app.coordination.bus().publish(TOPIC, Bytes::from(payload)).await;
    }
}
