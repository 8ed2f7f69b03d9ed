//! Small things that must happen now and then, in every process.

use std::time::Duration;

use api::Shell;
use metrics_exporter_prometheus::PrometheusHandle;

pub async fn keep(shell: Shell, measurements: PrometheusHandle) {
    let mut beat = tokio::time::interval(Duration::from_secs(10));
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0_u64.. {
        beat.tick().await;
        // Histograms hold their samples until somebody folds them.
        measurements.run_upkeep();
        if round % 6 == 5 {
            shell.limits().forget_quiet();
        }
    }
}
