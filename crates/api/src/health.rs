//! `/healthz` says that the process lives, `/readyz` that it can work: the database and the disk decide, Redis does not.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Responder, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{ApiResult, Problem};
use crate::shell::Shell;

type Probe = dyn Fn() -> Pin<Box<dyn Future<Output = Vec<Check>> + Send>> + Send + Sync;

/// Slower than this is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// One thing that readiness looks at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Check {
    /// `database`, `disk`, `coordination`.
    pub name: &'static str,
    pub ok: bool,
    /// Without it the server cannot work; the others only degrade it.
    pub decides: bool,
}

/// What `server` lends to the health routes.
#[derive(Clone, Default)]
pub struct Health(Arc<State>);

#[derive(Default)]
struct State {
    draining: AtomicBool,
    probe: Option<Box<Probe>>,
}

impl Health {
    pub fn new<F>(probe: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Vec<Check>> + Send + 'static,
    {
        Self(Arc::new(State { draining: AtomicBool::new(false), probe: Some(Box::new(move || Box::pin(probe()))) }))
    }

    /// From now on `/readyz` says no, so that proxies send nobody any more.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::SeqCst);
    }

    pub fn draining(&self) -> bool {
        self.0.draining.load(Ordering::SeqCst)
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Alive {
    /// Always `ok`.
    pub status: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `ready`, or `degraded` when something that does not decide is away.
    pub status: &'static str,
    pub checks: Vec<Check>,
}

/// The process is alive
#[utoipa::path(tag = "health", operation_id = "alive", security(()), responses((status = 200, body = Alive)))]
#[get("/healthz")]
pub async fn alive() -> impl Responder {
    HttpResponse::Ok().json(Alive { status: "ok" })
}

/// The server can work
#[utoipa::path(tag = "health", operation_id = "ready", security(()), responses(
    (status = 200, body = Ready),
    (status = 503, description = "Not now: draining, or the database or the disk does not answer", body = crate::problem::ProblemBody)
))]
#[get("/readyz")]
pub async fn ready(shell: web::Data<Shell>) -> ApiResult<HttpResponse> {
    let health = shell.health();
    if health.draining() {
        return Err(
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "server.draining").retry_after(Duration::from_secs(5))
        );
    }
    let checks = match &health.0.probe {
        Some(probe) => tokio::time::timeout(PATIENCE, probe())
            .await
            .unwrap_or_else(|_| vec![Check { name: "answer_in_time", ok: false, decides: true }]),
        None => Vec::new(),
    };
    if checks.iter().any(|check| check.decides && !check.ok) {
        let names: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| check.name).collect();
        tracing::warn!(failed = names.join(","), "not ready");
        return Err(
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "server.not_ready").retry_after(Duration::from_secs(1))
        );
    }
    let status = if checks.iter().all(|check| check.ok) { "ready" } else { "degraded" };
    Ok(HttpResponse::Ok().json(Ready { status, checks }))
}
