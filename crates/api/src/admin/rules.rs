//! Content rules.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use app::App;
use app::llm::rules::{self, Rule};
use domain::ids::RuleId;
use domain::llm::{Action, Direction};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::extract::{Json, Operator, Path};
use crate::idempotency::IdempotencyKey;
use crate::problem::ApiResult;
use crate::wire::{Answer, Rfc3339};

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleAction)]
pub enum ActionWord {
    /// The text does not pass.
    Block,
    /// It passes, and operators see that it did.
    Flag,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleDirection)]
pub enum DirectionWord {
    /// What people ask.
    In,
    /// What models answer.
    Out,
    Both,
}

impl From<DirectionWord> for Direction {
    fn from(word: DirectionWord) -> Self {
        match word {
            DirectionWord::In => Self::In,
            DirectionWord::Out => Self::Out,
            DirectionWord::Both => Self::Both,
        }
    }
}

impl From<Direction> for DirectionWord {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::In => Self::In,
            Direction::Out => Self::Out,
            Direction::Both => Self::Both,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rule)]
pub struct RuleBody {
    pub id: Uuid,
    /// Words to look for, whatever their case and spelling; not a regular expression.
    pub pattern: String,
    #[schema(inline)]
    pub action: ActionWord,
    #[schema(inline)]
    pub direction: DirectionWord,
    pub enabled: bool,
    pub created_at: Rfc3339,
}

impl From<Rule> for RuleBody {
    fn from(rule: Rule) -> Self {
        Self {
            id: rule.id.uuid(),
            pattern: rule.pattern,
            action: match rule.action {
                Action::Block => ActionWord::Block,
                Action::Flag => ActionWord::Flag,
            },
            direction: rule.direction.into(),
            enabled: rule.enabled,
            created_at: rule.created_at.into(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RuleList {
    pub items: Vec<RuleBody>,
}

/// All content rules; at most 5000.
#[utoipa::path(tag = "llm", operation_id = "list_rules", responses((status = 200, body = RuleList)))]
#[get("/admin/llm/rules")]
pub(super) async fn list(operator: Operator, app: web::Data<App>) -> ApiResult<Answer<RuleList>> {
    let found = rules::list(&app, operator.1).await?;
    Ok(web::Json(RuleList { items: found.into_iter().map(RuleBody::from).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRule {
    #[schema(min_length = 1, max_length = 200)]
    pattern: String,
    action: ActionWord,
    direction: DirectionWord,
}

/// Makes a content rule; it holds from the next question on.
#[utoipa::path(
    tag = "llm",
    operation_id = "create_rule",
    request_body = NewRule,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless for 24 hours")),
    responses(
        (status = 201, body = RuleBody),
        (status = 409, description = "`llm.too_many_rules`", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/admin/llm/rules")]
pub(super) async fn create(
    operator: Operator,
    app: web::Data<App>,
    key: IdempotencyKey,
    body: Json<NewRule>,
) -> ApiResult<HttpResponse> {
    let Operator(ctx, admin) = operator;
    let (own, state, digest) = (ctx.clone(), app.clone(), body.digest);
    let work = async move {
        let NewRule { pattern, action, direction } = body.into_inner();
        let action = match action {
            ActionWord::Block => Action::Block,
            ActionWord::Flag => Action::Flag,
        };
        let made = rules::create(&state, &own, admin, &pattern, action, direction.into()).await?;
        Ok(HttpResponse::build(StatusCode::CREATED).json(RuleBody::from(made)))
    };
    key.once(&app, &ctx, "POST /api/v1/admin/llm/rules", digest, work).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleSwitch {
    enabled: bool,
}

/// Switches a content rule on or off.
#[utoipa::path(
    tag = "llm",
    operation_id = "switch_rule",
    params(("id" = Uuid, Path)),
    request_body = RuleSwitch,
    responses((status = 200, body = RuleBody))
)]
#[patch("/admin/llm/rules/{id}")]
pub(super) async fn switch(
    operator: Operator,
    app: web::Data<App>,
    id: Path<RuleId>,
    body: Json<RuleSwitch>,
) -> ApiResult<Answer<RuleBody>> {
    rules::switch(&app, operator.1, id.0, body.into_inner().enabled).await?;
    Ok(web::Json(rules::get(&app, operator.1, id.0).await?.into()))
}

/// Removes a content rule; what it met stays.
#[utoipa::path(
    tag = "llm",
    operation_id = "delete_rule",
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Gone"))
)]
#[delete("/admin/llm/rules/{id}")]
pub(super) async fn remove(operator: Operator, app: web::Data<App>, id: Path<RuleId>) -> ApiResult<HttpResponse> {
    rules::delete(&app, operator.1, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
