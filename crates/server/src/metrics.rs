//! Measurements for Prometheus on an address of their own.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App as Site, HttpResponse, HttpServer, web};
use app::App;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// From one commit of a disk to the longest answer.
const SECONDS: [f64; 16] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0];

/// Installs the recorder; to be called once, before anything counts.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    describe_counter!("obrol_http_requests_total", "Requests by method, route and status");
    describe_histogram!("obrol_http_request_seconds", Unit::Seconds, "Time until the head of the answer");
    describe_counter!("obrol_messages_accepted_total", "Messages that were accepted, each with its run");
    describe_gauge!("obrol_runs", "Runs by state and lane");
    describe_gauge!("obrol_runs_here", "Answers that this process is writing");
    describe_gauge!("obrol_run_queue_age_seconds", "How long the oldest waiting run has waited");
    describe_histogram!(
        "obrol_run_first_token_seconds",
        Unit::Seconds,
        "From accepting a message to the first words of its answer"
    );
    describe_counter!("obrol_runs_ended_total", "Runs that ended, by status");
    describe_counter!("obrol_tokens_total", "Tokens by direction");
    describe_histogram!("obrol_llm_first_token_seconds", Unit::Seconds, "A provider's time to its first words");
    describe_counter!("obrol_llm_attempts_total", "Calls of providers by outcome");
    describe_gauge!("obrol_sse_clients", "Open event streams");
    describe_gauge!("obrol_db_transactions", "Write transactions since the start (SQLite)");
    describe_gauge!("obrol_db_commits", "Commits that they shared (SQLite)");
    describe_gauge!("obrol_db_pool_connections", "Connections to the database, by state");
    describe_gauge!("obrol_coordination_healthy", "1 while Redis answers, or none is configured");
    describe_gauge!("obrol_process_resident_bytes", "Memory of the process");
    describe_gauge!("obrol_process_open_files", "Open files and sockets of the process");
    Ok(handle)
}

/// Serves `/metrics` with one thread; nothing else is there.
pub fn serve(listener: TcpListener, handle: PrometheusHandle, app: App) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        Site::new()
            .app_data(web::Data::new((handle.clone(), app.clone())))
            .route("/metrics", web::get().to(render))
            .default_service(web::to(HttpResponse::NotFound))
    });
    Ok(server.workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run())
}

async fn render(data: web::Data<(PrometheusHandle, App)>) -> HttpResponse {
    let (handle, app) = data.as_ref();
    look(app).await;
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(handle.render())
}

/// What is not counted as it happens is looked up when somebody asks.
async fn look(app: &App) {
    // A slow database must not make the rest unmeasurable.
    if let Ok(Ok(load)) = tokio::time::timeout(Duration::from_secs(2), app::runs::load(app)).await {
        gauge!("obrol_runs", "status" => "queued", "lane" => "live").set(load.queued as f64);
        gauge!("obrol_runs", "status" => "running", "lane" => "live").set(load.running as f64);
        gauge!("obrol_run_queue_age_seconds").set(load.oldest.unwrap_or_default().as_secs_f64());
        gauge!("obrol_runs_here").set(load.here as f64);
    }
    if let Some(stats) = app.db.writer_stats() {
        gauge!("obrol_db_transactions").set(stats.transactions as f64);
        gauge!("obrol_db_commits").set(stats.commits as f64);
    }
    let (open, idle) = app.db.pool_use();
    gauge!("obrol_db_pool_connections", "state" => "idle").set(idle as f64);
    gauge!("obrol_db_pool_connections", "state" => "busy").set(open.saturating_sub(idle) as f64);
    gauge!("obrol_coordination_healthy").set(f64::from(u8::from(app.coordination.healthy())));
    if let Some(pages) = statm() {
        gauge!("obrol_process_resident_bytes").set(pages as f64 * 4096.0);
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        gauge!("obrol_process_open_files").set(files.count() as f64);
    }
}

/// Resident pages (proc(5): the second field of statm).
fn statm() -> Option<u64> {
    std::fs::read_to_string("/proc/self/statm").ok()?.split_whitespace().nth(1)?.parse().ok()
}
