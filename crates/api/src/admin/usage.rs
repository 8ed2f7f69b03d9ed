//! Everybody's use: sums, single calls, and all of it as CSV.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use app::App;
use app::llm::{export, usage};
use bytes::Bytes;
use futures_util::StreamExt;

use super::{LARGEST_PAGE, PAGE};
use crate::cursor;
use crate::extract::{Operator, Query};
use crate::problem::ApiResult;
use crate::usage::{CallList, CallsQuery, CsvQuery, SumsQuery, UsageList, calls_page, sums_page};
use crate::wire::Answer;

/// Sums of everybody's use, by what was asked for: days newest first, all others dearest first.
#[utoipa::path(tag = "llm", operation_id = "list_usage", params(SumsQuery), responses((status = 200, body = UsageList)))]
#[get("/admin/llm/usage")]
pub(super) async fn sums(
    operator: Operator,
    app: web::Data<App>,
    query: Query<SumsQuery>,
) -> ApiResult<Answer<UsageList>> {
    let (Operator(ctx, admin), Query(query)) = (operator, query);
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let (filter, by) = (query.filter(ctx.now())?, query.by());
    let after = query.after()?;
    let found = usage::sums(&app, admin, &filter, by, after.as_ref(), u64::from(limit) + 1).await?;
    let total = usage::total(&app, admin, &filter).await?;
    let (people, keys) = crate::usage::ids_of(&found, by);
    let names = app::llm::names(&app, admin, &people, &keys).await?;
    Ok(web::Json(sums_page(found, limit, total, &names)?))
}

/// Single calls of everybody, newest first.
#[utoipa::path(tag = "llm", operation_id = "list_calls", params(CallsQuery), responses((status = 200, body = CallList)))]
#[get("/admin/llm/usage/calls")]
pub(super) async fn calls(
    operator: Operator,
    app: web::Data<App>,
    query: Query<CallsQuery>,
) -> ApiResult<Answer<CallList>> {
    let (Operator(ctx, admin), Query(query)) = (operator, query);
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let filter = query.filter(ctx.now())?;
    let found = usage::lines(&app, admin, &filter, query.after()?, u64::from(limit) + 1).await?;
    let people: Vec<_> = found.iter().filter_map(|line| line.asker.user).collect();
    let keys: Vec<_> = found.iter().filter_map(|line| line.asker.api_key).collect();
    let names = app::llm::names(&app, admin, &people, &keys).await?;
    Ok(web::Json(calls_page(found, limit, &names, true)?))
}

/// Single calls of everybody as CSV (RFC 4180, UTF-8), oldest first. No field is a formula for a spreadsheet.
#[utoipa::path(
    tag = "llm",
    operation_id = "export_usage",
    params(CsvQuery),
    responses((status = 200, description = "CSV with a line of names at its head", content_type = "text/csv", body = String))
)]
#[get("/admin/llm/usage.csv")]
pub(super) async fn csv(operator: Operator, app: web::Data<App>, query: Query<CsvQuery>) -> ApiResult<HttpResponse> {
    let (Operator(ctx, admin), Query(query)) = (operator, query);
    let lines = export::lines(&app, admin, query.filter(ctx.now())?)?;
    let body = lines.map(|piece| match piece {
        Ok(text) => Ok(Bytes::from(text)),
        Err(fault) => {
            // A file that ends early must not look whole: the connection is cut.
            tracing::error!(%fault, "the export of the ledger was cut");
            Err(actix_web::Error::from(crate::Problem::from(fault)))
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"obrol-usage.csv\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(body))
}
