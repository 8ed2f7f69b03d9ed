//! Routes: chains of models under one name, asked for as `route/<name>`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use app::App;
use app::llm::routes::{self, RouteDraft, StoredRoute};
use domain::ids::RouteId;
use domain::llm::RouteStep;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::etag::{self, IfMatch};
use crate::extract::{Json, Operator, Path};
use crate::idempotency::IdempotencyKey;
use crate::problem::ApiResult;
use crate::wire::{Answer, Rfc3339, not_null};

/// One model of a chain.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RouteStep)]
pub struct StepBody {
    /// `provider/model`.
    #[schema(max_length = 190)]
    pub model: String,
    /// Whether it may go on with the text that a model before it had begun.
    #[serde(default)]
    #[schema(default = false)]
    pub may_continue: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Route)]
pub struct RouteBody {
    pub id: Uuid,
    pub name: String,
    /// In the order in which they are asked.
    pub steps: Vec<StepBody>,
    pub enabled: bool,
    pub created_at: Rfc3339,
    pub updated_at: Rfc3339,
    /// `If-Match: "v<version>"` changes exactly this one.
    pub version: i64,
}

impl From<StoredRoute> for RouteBody {
    fn from(stored: StoredRoute) -> Self {
        let step = |step: &RouteStep| StepBody { model: step.model.clone(), may_continue: step.may_continue };
        Self {
            id: stored.id.uuid(),
            name: stored.route.name().to_owned(),
            steps: stored.route.steps().iter().map(step).collect(),
            enabled: stored.enabled,
            created_at: stored.created_at.into(),
            updated_at: stored.updated_at.into(),
            version: stored.version,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RouteList {
    pub items: Vec<RouteBody>,
}

/// The routes that were made here.
#[utoipa::path(tag = "llm", operation_id = "list_routes", responses((status = 200, body = RouteList)))]
#[get("/admin/llm/routes")]
pub(super) async fn list(operator: Operator, app: web::Data<App>) -> ApiResult<Answer<RouteList>> {
    let found = routes::list(&app, operator.1).await?;
    Ok(web::Json(RouteList { items: found.into_iter().map(RouteBody::from).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRoute {
    /// a–z, 0–9, `-`, `_`.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    #[schema(min_items = 1, max_items = 16)]
    steps: Vec<StepBody>,
    #[serde(default = "yes")]
    #[schema(default = true)]
    enabled: bool,
}

const fn yes() -> bool {
    true
}

/// Makes a route. Its models must be there.
#[utoipa::path(
    tag = "llm",
    operation_id = "create_route",
    request_body = NewRoute,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless for 24 hours")),
    responses(
        (status = 201, body = RouteBody, description = "Made; `Location` and `ETag` name it"),
        (status = 409, description = "`llm.name_taken`", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/admin/llm/routes")]
pub(super) async fn create(
    operator: Operator,
    app: web::Data<App>,
    key: IdempotencyKey,
    body: Json<NewRoute>,
) -> ApiResult<HttpResponse> {
    let Operator(ctx, admin) = operator;
    let (own, state, digest) = (ctx.clone(), app.clone(), body.digest);
    let work = async move {
        let NewRoute { name, steps, enabled } = body.into_inner();
        let draft = RouteDraft { name, steps: steps_of(steps), enabled };
        let known = |route| routes::known(&state, route);
        let made = routes::create(&state, &own, admin, draft, known).await?;
        let location = format!("/api/v1/admin/llm/routes/{}", made.id);
        Ok(HttpResponse::build(StatusCode::CREATED)
            .insert_header(("location", location))
            .insert_header(etag::of(made.version))
            .json(RouteBody::from(made)))
    };
    key.once(&app, &ctx, "POST /api/v1/admin/llm/routes", digest, work).await
}

fn steps_of(steps: Vec<StepBody>) -> Vec<RouteStep> {
    steps.into_iter().map(|step| RouteStep { model: step.model, may_continue: step.may_continue }).collect()
}

/// One route.
#[utoipa::path(
    tag = "llm",
    operation_id = "get_route",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RouteBody, description = "`ETag` names its version"))
)]
#[get("/admin/llm/routes/{id}")]
pub(super) async fn read(operator: Operator, app: web::Data<App>, id: Path<RouteId>) -> ApiResult<HttpResponse> {
    let found = routes::get(&app, operator.1, id.0).await?;
    Ok(HttpResponse::Ok().insert_header(etag::of(found.version)).json(RouteBody::from(found)))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RouteChange {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 60)]
    name: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = Vec<StepBody>, required = false, min_items = 1, max_items = 16)]
    steps: Option<Vec<StepBody>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = bool, required = false)]
    enabled: Option<bool>,
}

/// Changes a route.
#[utoipa::path(
    tag = "llm",
    operation_id = "update_route",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The `ETag` that was seen")),
    request_body = RouteChange,
    responses(
        (status = 200, body = RouteBody),
        (status = 409, description = "`llm.name_taken`", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it since", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[patch("/admin/llm/routes/{id}")]
pub(super) async fn change(
    operator: Operator,
    app: web::Data<App>,
    id: Path<RouteId>,
    body: Json<RouteChange>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let Operator(ctx, admin) = operator;
    let before = routes::get(&app, admin, id.0).await?;
    IfMatch::of(&request)?.require(before.version)?;
    let RouteChange { name, steps, enabled } = body.into_inner();
    let draft = RouteDraft {
        name: name.unwrap_or_else(|| before.route.name().to_owned()),
        steps: steps.map_or_else(|| before.route.steps().to_vec(), steps_of),
        enabled: enabled.unwrap_or(before.enabled),
    };
    let known = |route| routes::known(&app, route);
    let after = routes::update(&app, &ctx, admin, id.0, before.version, draft, known).await?;
    Ok(HttpResponse::Ok().insert_header(etag::of(after.version)).json(RouteBody::from(after)))
}

/// Removes a route.
#[utoipa::path(
    tag = "llm",
    operation_id = "delete_route",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The `ETag` that was seen")),
    responses(
        (status = 204, description = "Gone"),
        (status = 412, description = "Somebody changed it since", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/admin/llm/routes/{id}")]
pub(super) async fn remove(
    operator: Operator,
    app: web::Data<App>,
    id: Path<RouteId>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let present = routes::get(&app, operator.1, id.0).await?.version;
    IfMatch::of(&request)?.require(present)?;
    routes::delete(&app, operator.1, id.0, present).await?;
    Ok(HttpResponse::NoContent().finish())
}
