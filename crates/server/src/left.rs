//! What dead processes of this data directory left in their journals of calls: counted by whoever still lives.

use std::path::PathBuf;
use std::time::Duration;

use app::App;

use crate::node_slot;

const EVERY: Duration = Duration::from_secs(5 * 60);

/// At once, and now and then until the process stops.
pub async fn keep(app: App, data_dir: PathBuf) {
    loop {
        look(&app, &data_dir).await;
        tokio::select! {
            () = tokio::time::sleep(app.chance.jitter(EVERY)) => {}
            () = app.closing.cancelled() => return,
        }
    }
}

async fn look(app: &App, data_dir: &std::path::Path) {
    let folder = data_dir.to_owned();
    let slots = match tokio::task::spawn_blocking(move || node_slot::abandoned(&folder)).await {
        Ok(Ok(slots)) => slots,
        Ok(Err(fault)) => return tracing::warn!(%fault, "the places of other nodes cannot be looked at"),
        Err(fault) => return tracing::warn!(%fault, "the places of other nodes were not looked at"),
    };
    for slot in slots {
        let journal = data_dir.join("calls").join(slot.node.to_string());
        // The slot is held until it is done. What cannot be written now stays in the files for the next time.
        if let Err(fault) = app::llm::ledger::take_over(app, slot.node, &journal).await {
            tracing::warn!(%fault, node = %slot.node, "what a dead node left cannot be counted yet");
        }
    }
}
