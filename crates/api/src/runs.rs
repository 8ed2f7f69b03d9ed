//! Runs: the durable work behind each answer.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use app::App;
use domain::Locale;
use domain::ids::RunId;
use domain::runs::{Run, Status};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::conversations::{UsageBody, problem_of};
use crate::events;
use crate::extract::Path;
use crate::extract::caller::Caller;
use crate::problem::{ApiResult, ProblemBody};
use crate::wire::Rfc3339;

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(read).service(cancel).service(follow);
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RunStatus)]
pub enum RunStatusBody {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Run)]
pub struct RunBody {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub question_id: Uuid,
    /// The answer that it makes.
    pub message_id: Uuid,
    pub status: RunStatusBody,
    /// How often it was begun.
    pub attempt: u32,
    pub model: String,
    pub usage: Option<UsageBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ProblemBody>,
    /// How many wait before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_position: Option<u64>,
    pub created_at: Rfc3339,
    pub started_at: Option<Rfc3339>,
    pub ended_at: Option<Rfc3339>,
}

impl RunBody {
    pub fn new(run: Run, queue_position: Option<u64>, locale: Locale) -> Self {
        let status = match run.state.status {
            Status::Queued => RunStatusBody::Queued,
            Status::Running => RunStatusBody::Running,
            Status::Succeeded => RunStatusBody::Succeeded,
            Status::Failed => RunStatusBody::Failed,
            Status::Cancelled => RunStatusBody::Cancelled,
        };
        Self {
            id: run.id.uuid(),
            conversation_id: run.conversation.uuid(),
            question_id: run.question.uuid(),
            message_id: run.answer.uuid(),
            status,
            attempt: run.state.attempt,
            usage: run.usage.map(UsageBody::from),
            error: run.failure.map(|failure| problem_of(failure, locale, &run.id.to_string())),
            model: run.model,
            queue_position,
            created_at: run.created_at.into(),
            started_at: run.started_at.map(Into::into),
            ended_at: run.ended_at.map(Into::into),
        }
    }
}

/// How a run stands.
#[utoipa::path(
    tag = "runs",
    operation_id = "get_run",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RunBody))
)]
#[get("/runs/{id}")]
async fn read(caller: Caller, app: web::Data<App>, id: Path<RunId>) -> ApiResult<web::Json<RunBody>> {
    let (run, place) = app::runs::get(&app, &caller.0, id.0).await?;
    Ok(web::Json(RunBody::new(run, place, caller.0.locale)))
}

/// Asks a run to stop: what was written stays, what was used is counted. A run that is over stays as it is.
#[utoipa::path(
    tag = "runs",
    operation_id = "cancel_run",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RunBody, description = "As it stands now; a running one ends within a second"))
)]
#[post("/runs/{id}/cancel")]
async fn cancel(caller: Caller, app: web::Data<App>, id: Path<RunId>) -> ApiResult<web::Json<RunBody>> {
    let run = app::runs::cancel(&app, &caller.0, id.0).await?;
    Ok(web::Json(RunBody::new(run, None, caller.0.locale)))
}

/// The events of one run, from its beginning or after `Last-Event-ID`, ending with the run.
#[utoipa::path(
    tag = "runs",
    operation_id = "follow_run",
    params(("id" = Uuid, Path), ("Last-Event-ID" = Option<String>, Header, description = "The last `id:` that was read")),
    responses((status = 200, description = "`run.*` events", content_type = "text/event-stream", body = String))
)]
#[get("/runs/{id}/events")]
async fn follow(caller: Caller, app: web::Data<App>, id: Path<RunId>, request: HttpRequest) -> ApiResult<HttpResponse> {
    events::run_stream(&app, &request, caller, id.0, events::last_event_id(&request)).await
}
