//! Sums, calls and standings on the wire. Costs are micro-USD: millionths of a US dollar.

use std::collections::HashMap;

use app::llm::limits::Standing;
use app::llm::usage::{By, Group, Line, Sum};
use domain::Timestamp;
use domain::ids::{ApiKeyId, UserId};
use domain::llm::{Budget, Limits};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::filter::marker_of;
use crate::cursor;
use crate::problem::ApiResult;
use crate::wire::Rfc3339;

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UsageTotal {
    pub calls: i64,
    /// Calls that did not succeed.
    pub failed: i64,
    /// With those that were cached.
    pub input_tokens: i64,
    pub cached_tokens: i64,
    /// With those of thinking.
    pub output_tokens: i64,
    pub reasoning_tokens: i64,
    pub cost_micros: i64,
    /// Calls whose tokens were counted here, because the provider did not say.
    pub estimated_calls: i64,
}

impl From<&Sum> for UsageTotal {
    fn from(sum: &Sum) -> Self {
        Self {
            calls: sum.requests,
            failed: sum.failed,
            input_tokens: sum.input_tokens,
            cached_tokens: sum.cached_tokens,
            output_tokens: sum.output_tokens,
            reasoning_tokens: sum.reasoning_tokens,
            cost_micros: sum.cost_micros,
            estimated_calls: sum.estimated,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UsageSum {
    /// A day (`2026-11-21`), an id, a model or a provider; empty for calls of nobody's.
    pub key: String,
    /// Of the person or API key; null where there is none.
    pub name: Option<String>,
    #[serde(flatten)]
    pub sum: UsageTotal,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UsageList {
    pub items: Vec<UsageSum>,
    /// Of all pages together.
    pub total: UsageTotal,
    /// Null on the last page.
    pub next_cursor: Option<String>,
}

pub fn sums_page(
    mut found: Vec<Sum>,
    limit: u32,
    total: Option<Sum>,
    names: &HashMap<Uuid, String>,
) -> ApiResult<UsageList> {
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| more).map(|last| marker_of(&last.place())).transpose()?;
    let name = |group: &Group| match group {
        Group::Id(Some(id)) => names.get(id).cloned(),
        Group::Id(None) | Group::Day(_) | Group::Name(_) => None,
    };
    let items =
        found.iter().map(|sum| UsageSum { key: sum.group.label(), name: name(&sum.group), sum: sum.into() }).collect();
    Ok(UsageList { items, total: total.as_ref().map(UsageTotal::from).unwrap_or_default(), next_cursor })
}

/// Of whom the sums are: people, keys.
pub fn ids_of(found: &[Sum], by: By) -> (Vec<UserId>, Vec<ApiKeyId>) {
    let ids = found.iter().filter_map(|sum| match sum.group {
        Group::Id(id) => id,
        Group::Day(_) | Group::Name(_) => None,
    });
    match by {
        By::User => (ids.map(UserId::from_uuid).collect(), Vec::new()),
        By::ApiKey => (Vec::new(), ids.map(ApiKeyId::from_uuid).collect()),
        By::Day | By::Model | By::Provider | By::Assistant => (Vec::new(), Vec::new()),
    }
}

/// One call of a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Call)]
pub struct CallBody {
    pub id: Uuid,
    pub at: Rfc3339,
    /// Null while it runs.
    pub ended_at: Option<Rfc3339>,
    /// `chat`, `title`, `api`, `embedding`, `probe`.
    #[schema(example = "chat")]
    pub kind: &'static str,
    /// `reserved` (it runs), `settled`, `released` (it was never sent, and costs nothing).
    #[schema(example = "settled")]
    pub state: &'static str,
    /// `pending`, `succeeded`, `failed`, `cancelled`, `cut`, `orphaned`, `unsent`.
    #[schema(example = "succeeded")]
    pub outcome: &'static str,
    pub error_class: Option<String>,
    pub user_id: Option<Uuid>,
    pub user_name: Option<String>,
    pub api_key_id: Option<Uuid>,
    pub api_key_name: Option<String>,
    pub assistant_id: Option<Uuid>,
    pub room_id: Option<Uuid>,
    pub provider: String,
    /// Without the provider.
    pub model: String,
    /// For administrators: the label or id of the credential.
    pub credential: Option<String>,
    pub input_tokens: u64,
    pub cached_tokens: u64,
    pub cache_write_tokens: u64,
    pub output_tokens: u64,
    pub reasoning_tokens: u64,
    pub cost_micros: i64,
    pub estimated: bool,
    /// Reserved for it while it runs: the most that it can take.
    pub reserved_tokens: i64,
    pub reserved_cost_micros: i64,
    pub run_id: Option<Uuid>,
    pub request_id: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CallList {
    pub items: Vec<CallBody>,
    /// Null on the last page.
    pub next_cursor: Option<String>,
}

/// `for_admins`: with the provider's credential.
pub fn calls_page(
    found: Vec<Line>,
    limit: u32,
    names: &HashMap<Uuid, String>,
    for_admins: bool,
) -> ApiResult<CallList> {
    let (found, next_cursor) = cursor::page(found, limit, |line| (line.at, line.id.uuid()))?;
    let items = found.into_iter().map(|line| {
        let tokens = line.spent.tokens;
        let (user, key) = (line.asker.user.map(UserId::uuid), line.asker.api_key.map(ApiKeyId::uuid));
        let name = |id: Option<Uuid>| id.and_then(|id| names.get(&id).cloned());
        CallBody {
            id: line.id.uuid(),
            at: line.at.into(),
            ended_at: line.ended_at.map(Into::into),
            kind: line.kind.as_str(),
            state: line.state.as_str(),
            outcome: line.outcome.as_str(),
            error_class: line.error_class,
            user_id: user,
            user_name: name(user),
            api_key_id: key,
            api_key_name: name(key),
            assistant_id: line.asker.assistant.map(Into::into),
            room_id: line.asker.room.map(Into::into),
            provider: line.provider,
            model: line.model,
            credential: line.credential.filter(|_| for_admins),
            input_tokens: tokens.input,
            cached_tokens: tokens.cached,
            cache_write_tokens: tokens.cache_write,
            output_tokens: tokens.output,
            reasoning_tokens: tokens.reasoning,
            cost_micros: line.spent.cost_micros,
            estimated: line.spent.estimated,
            reserved_tokens: line.reserved.tokens,
            reserved_cost_micros: line.reserved.micros,
            run_id: line.run.map(|(run, _)| run.uuid()),
            request_id: line.request_id,
        }
    });
    Ok(CallList { items: items.collect(), next_cursor })
}

/// What may be used; null is no limit.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Limits)]
pub struct LimitsBody {
    pub requests_per_minute: Option<u32>,
    /// Midnight to midnight UTC.
    pub tokens_per_day: Option<i64>,
    /// By calendar months of UTC.
    pub cost_per_month_micros: Option<i64>,
}

impl From<Limits> for LimitsBody {
    fn from(limits: Limits) -> Self {
        let Limits { requests_per_minute, tokens_per_day, cost_per_month } = limits;
        Self { requests_per_minute, tokens_per_day, cost_per_month_micros: cost_per_month }
    }
}

/// What was used of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodBody {
    /// With what is reserved for calls that run.
    pub tokens: i64,
    pub cost_micros: i64,
    pub requests: i64,
    pub ends_at: Rfc3339,
}

impl PeriodBody {
    fn new(budget: Budget, ends_at: Timestamp) -> Self {
        let taken = budget.taken();
        Self { tokens: taken.tokens, cost_micros: taken.micros, requests: budget.requests, ends_at: ends_at.into() }
    }
}

/// How somebody stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Standing)]
pub struct StandingBody {
    pub limits: LimitsBody,
    pub today: PeriodBody,
    pub month: PeriodBody,
}

impl From<Standing> for StandingBody {
    fn from(standing: Standing) -> Self {
        Self {
            limits: standing.limits.into(),
            today: PeriodBody::new(standing.today, standing.day_ends),
            month: PeriodBody::new(standing.month, standing.month_ends),
        }
    }
}
