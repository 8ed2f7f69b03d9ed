//! Limits of use, and how those whom they limit stand.

use actix_web::{HttpResponse, delete, get, put, web};
use app::App;
use app::llm::limits;
use domain::ids::LimitId;
use domain::llm::{Limit, Scope, Subject};
use domain::{Error, FieldFault};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::extract::{Json, Operator, Path, Query};
use crate::problem::ApiResult;
use crate::usage::{LimitsBody, StandingBody};
use crate::wire::{Answer, Rfc3339};

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LimitScope)]
pub enum ScopeWord {
    /// All together.
    Everyone,
    User,
    ApiKey,
    Assistant,
    Room,
}

impl From<ScopeWord> for Scope {
    fn from(word: ScopeWord) -> Self {
        match word {
            ScopeWord::Everyone => Self::Everyone,
            ScopeWord::User => Self::User,
            ScopeWord::ApiKey => Self::ApiKey,
            ScopeWord::Assistant => Self::Assistant,
            ScopeWord::Room => Self::Room,
        }
    }
}

impl From<Scope> for ScopeWord {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Everyone => Self::Everyone,
            Scope::User => Self::User,
            Scope::ApiKey => Self::ApiKey,
            Scope::Assistant => Self::Assistant,
            Scope::Room => Self::Room,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Limit)]
pub struct LimitBody {
    pub id: Uuid,
    #[schema(inline)]
    pub scope: ScopeWord,
    /// Null: each of the scope that has no limit of its own.
    pub subject: Option<Uuid>,
    pub subject_name: Option<String>,
    #[serde(flatten)]
    pub limits: LimitsBody,
    pub updated_at: Rfc3339,
}

impl LimitBody {
    fn new(limit: Limit, subject_name: Option<String>) -> Self {
        Self {
            id: limit.id.uuid(),
            scope: limit.scope.into(),
            subject: limit.subject,
            subject_name,
            limits: limit.limits.into(),
            updated_at: limit.updated_at.into(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LimitList {
    pub items: Vec<LimitBody>,
}

async fn named(app: &App, operator: &Operator, limits: Vec<Limit>) -> ApiResult<Vec<LimitBody>> {
    let of = |scope| limits.iter().filter(move |limit| limit.scope == scope).filter_map(|limit| limit.subject);
    let people: Vec<_> = of(Scope::User).map(Into::into).collect();
    let keys: Vec<_> = of(Scope::ApiKey).map(Into::into).collect();
    let names = app::llm::names(app, operator.1, &people, &keys).await?;
    let body = |limit: Limit| LimitBody::new(limit, limit.subject.and_then(|id| names.get(&id).cloned()));
    Ok(limits.into_iter().map(body).collect())
}

/// All limits.
#[utoipa::path(tag = "llm", operation_id = "list_limits", responses((status = 200, body = LimitList)))]
#[get("/admin/llm/limits")]
pub(super) async fn list(operator: Operator, app: web::Data<App>) -> ApiResult<Answer<LimitList>> {
    let found = limits::list(&app, operator.1).await?;
    Ok(web::Json(LimitList { items: named(&app, &operator, found).await? }))
}

/// What may be used; what is left out or null has no limit. At least one is needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLimit {
    scope: ScopeWord,
    /// Left out: each of the scope that has no limit of its own. Not for `everyone`.
    subject: Option<Uuid>,
    #[schema(minimum = 0, maximum = 1_000_000)]
    requests_per_minute: Option<u32>,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    tokens_per_day: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    cost_per_month_micros: Option<i64>,
}

/// Says what holds for all of a scope, or for one of it, in place of what was said before.
#[utoipa::path(tag = "llm", operation_id = "set_limit", request_body = NewLimit, responses((status = 200, body = LimitBody)))]
#[put("/admin/llm/limits")]
pub(super) async fn set(operator: Operator, app: web::Data<App>, body: Json<NewLimit>) -> ApiResult<Answer<LimitBody>> {
    let NewLimit { scope, subject, requests_per_minute, tokens_per_day, cost_per_month_micros } = body.into_inner();
    let wanted = domain::llm::Limits { requests_per_minute, tokens_per_day, cost_per_month: cost_per_month_micros };
    let limit = limits::set(&app, &operator.0, operator.1, scope.into(), subject, wanted).await?;
    let named = named(&app, &operator, vec![limit]).await?.pop();
    Ok(web::Json(named.unwrap_or_else(|| LimitBody::new(limit, None))))
}

/// Removes a limit.
#[utoipa::path(
    tag = "llm",
    operation_id = "delete_limit",
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Gone"))
)]
#[delete("/admin/llm/limits/{id}")]
pub(super) async fn remove(operator: Operator, app: web::Data<App>, id: Path<LimitId>) -> ApiResult<HttpResponse> {
    limits::remove(&app, operator.1, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StandingQuery {
    #[param(inline)]
    scope: ScopeWord,
    /// Of the person, key, assistant or room; not for `everyone`.
    subject: Option<Uuid>,
}

/// How somebody stands: what they may, and what they have used of it.
#[utoipa::path(
    tag = "llm",
    operation_id = "get_standing",
    params(StandingQuery),
    responses((status = 200, body = StandingBody))
)]
#[get("/admin/llm/limits/standing")]
pub(super) async fn standing(
    operator: Operator,
    app: web::Data<App>,
    query: Query<StandingQuery>,
) -> ApiResult<Answer<StandingBody>> {
    let fault = |code| Error::invalid(vec![FieldFault::new("/subject", code)]);
    let subject = match (query.0.scope, query.0.subject) {
        (ScopeWord::Everyone, None) => Subject::Everyone,
        (ScopeWord::Everyone, Some(_)) => return Err(fault("invalid").into()),
        (ScopeWord::User, Some(id)) => Subject::User(id.into()),
        (ScopeWord::ApiKey, Some(id)) => Subject::ApiKey(id.into()),
        (ScopeWord::Assistant, Some(id)) => Subject::Assistant(id.into()),
        (ScopeWord::Room, Some(id)) => Subject::Room(id.into()),
        (ScopeWord::User | ScopeWord::ApiKey | ScopeWord::Assistant | ScopeWord::Room, None) => {
            return Err(fault("missing").into());
        }
    };
    Ok(web::Json(limits::of_any(&app, &operator.0, operator.1, subject).await?.into()))
}
