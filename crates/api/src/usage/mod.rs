//! What one has used oneself, and what one may use.

mod filter;
mod wire;

use std::collections::HashMap;

use actix_web::{get, web};
use app::App;
use app::llm::{limits, usage};
use utoipa_actix_web::service_config::ServiceConfig;

pub use filter::{CallsQuery, CsvQuery, MyCallsQuery, MySumsQuery, SumsQuery};
pub use wire::{CallList, LimitsBody, StandingBody, UsageList, calls_page, ids_of, sums_page};

use crate::cursor;
use crate::extract::{Caller, Query};
use crate::problem::ApiResult;
use crate::wire::Answer;

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(sums).service(calls).service(standing);
}

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

/// Sums of one's own use: days newest first, all others dearest first. An API key needs the scope `usage`.
#[utoipa::path(tag = "usage", operation_id = "my_usage", params(MySumsQuery), responses((status = 200, body = UsageList)))]
#[get("/me/usage")]
async fn sums(caller: Caller, app: web::Data<App>, query: Query<MySumsQuery>) -> ApiResult<Answer<UsageList>> {
    let (Caller(ctx), Query(query)) = (caller, query);
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let (filter, by) = (query.filter(ctx.now())?, query.by());
    let after = query.after()?;
    let found = usage::my_sums(&app, &ctx, &filter, by, after.as_ref(), u64::from(limit) + 1).await?;
    let total = usage::my_total(&app, &ctx, &filter).await?;
    let names = usage::my_names(&app, &ctx, &found).await?;
    Ok(web::Json(sums_page(found, limit, total, &names)?))
}

/// One's own calls, newest first. An API key needs the scope `usage`.
#[utoipa::path(tag = "usage", operation_id = "my_calls", params(MyCallsQuery), responses((status = 200, body = CallList)))]
#[get("/me/usage/calls")]
async fn calls(caller: Caller, app: web::Data<App>, query: Query<MyCallsQuery>) -> ApiResult<Answer<CallList>> {
    let (Caller(ctx), Query(query)) = (caller, query);
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let filter = query.filter(ctx.now())?;
    let found = usage::my_lines(&app, &ctx, &filter, query.after()?, u64::from(limit) + 1).await?;
    Ok(web::Json(calls_page(found, limit, &HashMap::new(), false)?))
}

/// What one may use, and what one has used of it. An API key needs the scope `usage`.
#[utoipa::path(tag = "usage", operation_id = "my_limits", responses((status = 200, body = StandingBody)))]
#[get("/me/limits")]
async fn standing(caller: Caller, app: web::Data<App>) -> ApiResult<Answer<StandingBody>> {
    Ok(web::Json(limits::mine(&app, &caller.0).await?.into()))
}
