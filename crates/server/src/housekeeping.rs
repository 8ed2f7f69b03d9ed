//! Small things that must happen now and then, in every process.

use std::time::Duration;

use api::Shell;
use app::App;
use metrics_exporter_prometheus::PrometheusHandle;

pub async fn keep(app: App, shell: Shell, measurements: PrometheusHandle, working: bool) {
    let mut beat = tokio::time::interval(Duration::from_secs(10));
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0_u64.. {
        beat.tick().await;
        // Histograms hold their samples until somebody folds them.
        measurements.run_upkeep();
        if round % 6 == 5 {
            shell.limits().forget_quiet();
        }
        // Once an hour, and not by all nodes in the same second.
        if working && round % 360 == 30 {
            sweep(&app).await;
        }
    }
}

async fn sweep(app: &App) {
    tokio::time::sleep(app.chance.jitter(Duration::from_secs(60))).await;
    let ctx = app.system("housekeeping");
    if let Err(error) = app::accounts::sweep(app, &ctx).await {
        tracing::warn!(%error, "old sessions could not be removed");
    }
}
