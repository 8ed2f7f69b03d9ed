//! What administrators must hear of.

use actix_web::{HttpResponse, get, post, web};
use app::App;
use app::llm::alerts::{self, Alert};
use domain::Timestamp;
use domain::ids::AlertId;
use domain::llm::alert::Level;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{LARGEST_PAGE, PAGE};
use crate::cursor;
use crate::extract::{Operator, Path, Query};
use crate::problem::ApiResult;
use crate::wire::{Answer, Rfc3339};

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertLevel)]
pub enum LevelWord {
    /// Kept for the record; nobody has to do anything.
    Info,
    Warning,
    Critical,
}

impl From<Level> for LevelWord {
    fn from(level: Level) -> Self {
        match level {
            Level::Info => Self::Info,
            Level::Warning => Self::Warning,
            Level::Critical => Self::Critical,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertBody {
    pub id: Uuid,
    pub at: Rfc3339,
    #[schema(inline)]
    pub level: LevelWord,
    /// `credential_disabled`, `breaker_open`, `credit_low`, `daily_spend`, `rule_hit_revealed`; more may come.
    #[schema(example = "credential_disabled")]
    pub kind: &'static str,
    pub provider: Option<String>,
    /// What it is about beside the provider: a credential, a model, a day, a hit.
    pub subject: Option<String>,
    /// By kind: `class`; `pause_ms`; `remaining_micros`; `spent_micros`, `limit_micros`; `by`, `rule`.
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
    /// Null while it is open. Some pass by themselves.
    pub resolved_at: Option<Rfc3339>,
}

impl From<Alert> for AlertBody {
    fn from(alert: Alert) -> Self {
        Self {
            id: alert.id.uuid(),
            at: alert.at.into(),
            level: alert.level.into(),
            kind: alert.kind.as_str(),
            provider: alert.provider,
            subject: alert.subject,
            details: serde_json::from_str(&alert.details).unwrap_or_default(),
            resolved_at: alert.resolved_at.map(Into::into),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AlertList {
    pub items: Vec<AlertBody>,
    /// Null on the last page.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AlertsQuery {
    /// Only those that nobody has seen to.
    open: Option<bool>,
    /// 1 to 200, 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Alerts, newest first.
#[utoipa::path(tag = "llm", operation_id = "list_alerts", params(AlertsQuery), responses((status = 200, body = AlertList)))]
#[get("/admin/llm/alerts")]
pub(super) async fn list(
    operator: Operator,
    app: web::Data<App>,
    query: Query<AlertsQuery>,
) -> ApiResult<Answer<AlertList>> {
    let Query(query) = query;
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let after: Option<(i64, AlertId)> = cursor::decode_optional(query.cursor.as_deref())?;
    let after = after.map(|(at, id)| (Timestamp(at), id));
    let only_open = query.open.unwrap_or(false);
    let found = alerts::list(&app, operator.1, only_open, after, u64::from(limit) + 1).await?;
    let (found, next_cursor) = cursor::page(found, limit, |alert| (alert.at, alert.id.uuid()))?;
    Ok(web::Json(AlertList { items: found.into_iter().map(AlertBody::from).collect(), next_cursor }))
}

/// An administrator has seen to it. If it happens again, it is told again.
#[utoipa::path(
    tag = "llm",
    operation_id = "resolve_alert",
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Resolved, also when it was before"))
)]
#[post("/admin/llm/alerts/{id}/resolve")]
pub(super) async fn resolve(operator: Operator, app: web::Data<App>, id: Path<AlertId>) -> ApiResult<HttpResponse> {
    alerts::resolve(&app, &operator.0, operator.1, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
