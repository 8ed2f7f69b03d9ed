//! Storing the text of all running answers together, at most a quarter of a second after it was sent.

use std::collections::HashMap;
use std::sync::Arc;

use domain::Result;
use domain::ids::RunId;
use domain::runs::follow::length;
use persistence::runs::{Chunk, Held};

use super::bench::{Live, Stop};
use crate::App;

/// Runs until the process ends: sleeps while nothing is unsaid, then stores everything in one transaction.
pub(super) async fn keep(app: App) {
    loop {
        app.bench.dirty.notified().await;
        tokio::time::sleep(app.settings.flush).await;
        if let Err(fault) = flush(&app).await {
            // The text stays where it is; the next round tries again.
            tracing::warn!(%fault, "text of running answers could not be stored yet");
            app.bench.dirty.notify_one();
        }
    }
}

async fn flush(app: &App) -> Result<()> {
    let lives: Vec<Arc<Live>> = app.bench.all();
    let pieces: Vec<(Arc<Live>, Chunk)> =
        lives.into_iter().filter_map(|live| live.unstored().map(|chunk| (live, chunk))).collect();
    if pieces.is_empty() {
        return Ok(());
    }
    let held = append(app, pieces.iter().map(|(_, chunk)| chunk.clone()).collect()).await?;
    for (live, chunk) in pieces {
        live.stored(chunk.text.len(), length(&chunk.text));
        judge(&live, held.get(&live.run));
    }
    Ok(())
}

async fn append(app: &App, chunks: Vec<Chunk>) -> Result<HashMap<RunId, Held>> {
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let held = persistence::runs::append(&*tx, chunks.clone()).await?;
            failpoint::hit("run.flush.before_commit");
            tx.commit().await?;
            failpoint::hit("run.flush.after_commit");
            Ok(held)
        })
        .await
}

/// What the database says of a run that we believe to hold.
pub(super) fn judge(live: &Live, held: Option<&Held>) {
    match held {
        Some(held) if held.attempt == live.attempt && held.stop_asked => live.stop(Stop::Cancel),
        Some(held) if held.attempt == live.attempt => {}
        Some(_) | None => live.stop(Stop::Fenced),
    }
}
