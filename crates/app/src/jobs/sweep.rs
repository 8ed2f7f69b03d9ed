//! The hourly sweep: what has no use any more goes.

use std::time::Duration;

use ::jobs::Outcome;
use domain::Result;

use super::outcome;
use crate::App;

pub(super) const KIND: &str = "housekeeping.sweep";

/// How long an operator can look at jobs that are done, and at those that died.
const DONE_KEPT: Duration = Duration::from_secs(24 * 3600);
const DEAD_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

pub(super) async fn work(app: App) -> Outcome {
    outcome(sweep(&app).await)
}

async fn sweep(app: &App) -> Result<()> {
    crate::accounts::sweep(app, &app.system(KIND)).await?;
    let tx = app.db.begin().await?;
    let now = persistence::database_now(&tx).await?;
    persistence::idempotency::sweep(&tx, now).await?;
    ::jobs::sweep(&tx, now.minus(DONE_KEPT).millis(), now.minus(DEAD_KEPT).millis())
        .await
        .map_err(domain::Error::broken)?;
    tx.commit().await?;
    Ok(())
}
