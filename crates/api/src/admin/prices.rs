//! Prices and their history.

use actix_web::{HttpResponse, delete, get, post, put, web};
use app::App;
use app::llm::prices::{self, PriceEntry};
use domain::Timestamp;
use domain::ids::PriceId;
use domain::llm::{Price, PriceSource};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{LARGEST_PAGE, ModelQuery, PAGE};
use crate::cursor;
use crate::extract::{Json, Operator, Query};
use crate::problem::ApiResult;
use crate::wire::{Answer, Rfc3339};

/// In micro-USD (millionths of a US dollar) for a million tokens: 0.15 USD is 150000.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Price)]
pub struct PriceBody {
    pub input: i64,
    /// Read from the provider's cache.
    pub cached_input: i64,
    /// Written to the provider's cache.
    pub cache_write: i64,
    pub output: i64,
    /// For a million requests, whatever they use.
    pub per_request: i64,
}

impl From<Price> for PriceBody {
    fn from(price: Price) -> Self {
        let Price { input, cached_input, cache_write, output, per_request } = price;
        Self { input, cached_input, cache_write, output, per_request }
    }
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceWord {
    Operator,
    Provider,
}

impl From<PriceSource> for SourceWord {
    fn from(source: PriceSource) -> Self {
        match source {
            PriceSource::Operator => Self::Operator,
            PriceSource::Provider => Self::Provider,
        }
    }
}

/// What was said of a price, from an instant on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceEntry)]
pub struct EntryBody {
    pub id: Uuid,
    pub model: String,
    pub valid_from: Rfc3339,
    #[schema(inline)]
    pub source: SourceWord,
    /// Null: the operator's price was withdrawn.
    pub price: Option<PriceBody>,
}

impl From<PriceEntry> for EntryBody {
    fn from(entry: PriceEntry) -> Self {
        Self {
            id: entry.id.uuid(),
            model: entry.model,
            valid_from: entry.valid_from.into(),
            source: entry.source.into(),
            price: entry.price.map(PriceBody::from),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PriceList {
    pub items: Vec<EntryBody>,
    /// Null on the last page.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// `provider/model`.
    model: String,
    /// 1 to 200, 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Everything that was said of a model's price, newest first; also what is yet to come.
#[utoipa::path(tag = "llm", operation_id = "list_prices", params(HistoryQuery), responses((status = 200, body = PriceList)))]
#[get("/admin/llm/prices")]
pub(super) async fn history(
    operator: Operator,
    app: web::Data<App>,
    query: Query<HistoryQuery>,
) -> ApiResult<Answer<PriceList>> {
    let Query(query) = query;
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let after: Option<(i64, PriceId)> = cursor::decode_optional(query.cursor.as_deref())?;
    let after = after.map(|(at, id)| (Timestamp(at), id));
    let found = prices::history(&app, operator.1, &query.model, after, u64::from(limit) + 1).await?;
    let (found, next_cursor) = cursor::page(found, limit, |entry| (entry.valid_from, entry.id.uuid()))?;
    Ok(web::Json(PriceList { items: found.into_iter().map(EntryBody::from).collect(), next_cursor }))
}

/// A price in micro-USD for a million tokens.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPrice {
    /// `provider/model`.
    #[schema(max_length = 190)]
    model: String,
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 150_000)]
    input: i64,
    /// Left out: as `input`.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    cached_input: Option<i64>,
    /// Left out: as `input`.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    cache_write: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 600_000)]
    output: i64,
    /// For a million requests.
    #[serde(default)]
    #[schema(default = 0, minimum = 0, maximum = 10_000_000_000_000_i64)]
    per_request: i64,
    /// Left out: from now on. Not in the past: what calls have cost stays.
    valid_from: Option<Rfc3339>,
}

/// Sets the operator's price of a model; it wins over the provider's until it is withdrawn.
#[utoipa::path(
    tag = "llm",
    operation_id = "set_price",
    request_body = NewPrice,
    responses(
        (status = 200, body = EntryBody),
        (status = 409, description = "`llm.price_taken`", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[put("/admin/llm/prices")]
pub(super) async fn set(operator: Operator, app: web::Data<App>, body: Json<NewPrice>) -> ApiResult<Answer<EntryBody>> {
    let Operator(ctx, admin) = operator;
    let new = body.into_inner();
    let price = Price {
        input: new.input,
        cached_input: new.cached_input.unwrap_or(new.input),
        cache_write: new.cache_write.unwrap_or(new.input),
        output: new.output,
        per_request: new.per_request,
    };
    let said = prices::set(&app, &ctx, admin, &new.model, price, new.valid_from.map(|at| at.0)).await?;
    Ok(web::Json(said.into()))
}

/// Withdraws the operator's price from now on: the provider's holds again.
#[utoipa::path(
    tag = "llm",
    operation_id = "withdraw_price",
    params(ModelQuery),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 404, description = "`llm.price_not_found`: there is none", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/admin/llm/prices")]
pub(super) async fn withdraw(
    operator: Operator,
    app: web::Data<App>,
    query: Query<ModelQuery>,
) -> ApiResult<HttpResponse> {
    prices::withdraw(&app, &operator.0, operator.1, &query.0.model).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Imported {
    /// How many prices had changed.
    pub changed: u64,
}

/// Writes down the prices that providers list now. Operators' own prices go before them.
#[utoipa::path(tag = "llm", operation_id = "import_prices", responses((status = 200, body = Imported)))]
#[post("/admin/llm/prices/import")]
pub(super) async fn import(operator: Operator, app: web::Data<App>) -> ApiResult<Answer<Imported>> {
    let changed = prices::import_listed(&app, &operator.0, operator.1).await?;
    Ok(web::Json(Imported { changed }))
}
