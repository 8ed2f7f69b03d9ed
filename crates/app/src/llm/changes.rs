//! What this process and the other nodes hear when an operator has changed something: a hint to read it again.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::house;
use crate::App;

/// On the bus.
pub const TOPIC: &str = "llm";

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// Providers or their credentials.
    Providers,
    Models,
    Prices,
    Routes,
    Limits,
    Rules,
    Settings,
}

/// Here it is read again before this returns, so that whoever changed it finds it changed.
pub(super) async fn announce(app: &App, changed: Changed) {
    if let Err(fault) = house::refresh(app, changed).await {
        tracing::warn!(%fault, ?changed, "a change will be read later");
    }
    if let Ok(payload) = serde_json::to_vec(&changed) {
        app.coordination.bus().publish(TOPIC, Bytes::from(payload)).await;
    }
}
