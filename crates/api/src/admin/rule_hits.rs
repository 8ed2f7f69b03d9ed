//! When content rules met something: never the text, until an administrator asks for it.

use std::collections::HashMap;

use actix_web::{get, post, web};
use app::App;
use app::llm::rules;
use domain::Timestamp;
use domain::ids::{RuleHitId, RuleId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::rules::DirectionWord;
use super::{LARGEST_PAGE, PAGE};
use crate::cursor;
use crate::extract::{Operator, Path, Query};
use crate::problem::ApiResult;
use crate::wire::{Answer, Rfc3339};

/// Somebody, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonName {
    pub id: Uuid,
    /// Null for whoever has gone.
    pub display_name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleHit)]
pub struct HitBody {
    pub id: Uuid,
    pub rule_id: Uuid,
    /// Null when the rule was removed.
    pub pattern: Option<String>,
    pub at: Rfc3339,
    #[schema(inline)]
    pub direction: DirectionWord,
    pub user: Option<PersonName>,
    pub run_id: Option<Uuid>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HitList {
    pub items: Vec<HitBody>,
    /// Null on the last page.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HitsQuery {
    /// Of this rule only.
    rule: Option<Uuid>,
    /// 1 to 200, 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// When content rules met something, newest first; kept for 90 days.
#[utoipa::path(tag = "llm", operation_id = "list_rule_hits", params(HitsQuery), responses((status = 200, body = HitList)))]
#[get("/admin/llm/rule-hits")]
pub(super) async fn list(
    operator: Operator,
    app: web::Data<App>,
    query: Query<HitsQuery>,
) -> ApiResult<Answer<HitList>> {
    let Query(query) = query;
    let admin = operator.1;
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let after: Option<(i64, RuleHitId)> = cursor::decode_optional(query.cursor.as_deref())?;
    let after = after.map(|(at, id)| (Timestamp(at), id));
    let rule = query.rule.map(RuleId::from);
    let found = rules::hits(&app, admin, rule, after, u64::from(limit) + 1).await?;
    let (found, next_cursor) = cursor::page(found, limit, |hit| (hit.at, hit.id.uuid()))?;
    let people: Vec<_> = found.iter().filter_map(|hit| hit.user).collect();
    let names = app::llm::names(&app, admin, &people, &[]).await?;
    let rules = rules::list(&app, admin).await?;
    let patterns: HashMap<RuleId, String> = rules.into_iter().map(|rule| (rule.id, rule.pattern)).collect();
    let items = found.into_iter().map(|hit| HitBody {
        id: hit.id.uuid(),
        rule_id: hit.rule.uuid(),
        pattern: patterns.get(&hit.rule).cloned(),
        at: hit.at.into(),
        direction: hit.direction.into(),
        user: hit.user.map(|user| PersonName { id: user.uuid(), display_name: names.get(&user.uuid()).cloned() }),
        run_id: hit.run.map(Into::into),
    });
    Ok(web::Json(HitList { items: items.collect(), next_cursor }))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Revealed {
    pub text: String,
}

/// Shows the text that a rule met, as it is stored now. Who looked is written down.
#[utoipa::path(
    tag = "llm",
    operation_id = "reveal_rule_hit",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = Revealed),
        (status = 410, description = "`llm.rule_hit_text_gone`: no text is stored, or not any more", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/admin/llm/rule-hits/{id}/reveal")]
pub(super) async fn reveal(
    operator: Operator,
    app: web::Data<App>,
    id: Path<RuleHitId>,
) -> ApiResult<Answer<Revealed>> {
    let text = rules::reveal(&app, &operator.0, operator.1, id.0).await?;
    Ok(web::Json(Revealed { text }))
}
