//! Providers: listed, tried out, saved when they work.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use app::App;
use app::llm::headers::HeaderDraft;
use app::llm::overview;
use app::llm::probe::{default_base_url, probe as try_out};
use app::llm::providers::{self, Configured, Provider, ProviderDraft};
use domain::ids::ProviderId;
use domain::{Error, FieldFault};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::credentials::NewCredentialBody;
use super::wire::{KindWord, ProbeBody, ProviderBody};
use crate::etag::{self, IfMatch};
use crate::extract::{Json, Operator, Path};
use crate::idempotency::IdempotencyKey;
use crate::problem::ApiResult;
use crate::wire::{Answer, not_null, present};

#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderList {
    pub items: Vec<ProviderBody>,
}

/// All providers: those made here, then those of the environment and what is built in.
#[utoipa::path(tag = "llm", operation_id = "list_providers", responses((status = 200, body = ProviderList)))]
#[get("/admin/llm/providers")]
pub(super) async fn list(operator: Operator, app: web::Data<App>) -> ApiResult<Answer<ProviderList>> {
    let found = overview::providers(&app, operator.1).await?;
    Ok(web::Json(ProviderList { items: found.into_iter().map(ProviderBody::from).collect() }))
}

/// A new provider. It is tried out unless it is switched off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProvider {
    /// The first half of its models' names: a–z, 0–9, `-`, `_`.
    #[schema(min_length = 1, max_length = 40, example = "openai")]
    name: String,
    kind: KindWord,
    /// With the version, like `https://api.openai.com/v1`; may be left out where everybody's is at the same place.
    #[schema(max_length = 500)]
    base_url: Option<String>,
    /// Sent with every request; at most 20. Their values are sealed and never shown again; what is a key belongs into
    /// credentials.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Whether its address may lead into a private network; only then it may begin with `http://`.
    #[serde(default)]
    private_network: bool,
    /// Left out: the provider is asked for its list.
    #[serde(default)]
    #[schema(max_items = 1000)]
    models: Vec<String>,
    #[schema(minimum = 1, maximum = 100_000)]
    max_concurrency: Option<u32>,
    #[serde(default = "yes")]
    #[schema(default = true)]
    enabled: bool,
    #[serde(default)]
    #[schema(max_items = 50)]
    credentials: Vec<NewCredentialBody>,
}

const fn yes() -> bool {
    true
}

/// A saved provider, and what trying it out has shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedProvider {
    pub provider: ProviderBody,
    /// Null when it is switched off.
    pub probe: Option<ProbeBody>,
}

/// Makes a provider. It is asked with each of its credentials first; when that fails nothing is saved.
#[utoipa::path(
    tag = "llm",
    operation_id = "create_provider",
    request_body = NewProvider,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless for 24 hours")),
    responses(
        (status = 201, body = SavedProvider, description = "Made; `Location` and `ETag` name it"),
        (status = 409, description = "`llm.name_taken`", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`llm.probe_failed` (`upstream` says how), `llm.address_refused`, or values that are not allowed", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/admin/llm/providers")]
pub(super) async fn create(
    operator: Operator,
    app: web::Data<App>,
    key: IdempotencyKey,
    body: Json<NewProvider>,
) -> ApiResult<HttpResponse> {
    let Operator(ctx, admin) = operator;
    let (own, state, digest) = (ctx.clone(), app.clone(), body.digest);
    let work = async move {
        let body = body.into_inner();
        let kind = body.kind.into();
        let draft = ProviderDraft {
            name: body.name,
            kind,
            base_url: address(body.base_url, kind)?,
            headers: body.headers.into_iter().map(|(name, value)| (name, HeaderDraft::Set(value.into()))).collect(),
            private_network: body.private_network,
            models: body.models,
            max_concurrency: body.max_concurrency,
            enabled: body.enabled,
        };
        let credentials = body.credentials.into_iter().map(Into::into).collect();
        let asking = |configured: Configured| try_out(&state, configured);
        let (made, probed) = providers::create(&state, &own, admin, draft, credentials, asking).await?;
        let location = format!("/api/v1/admin/llm/providers/{}", made.id);
        let provider = overview::provider(&state, admin, made.id).await?.into();
        Ok(HttpResponse::build(StatusCode::CREATED)
            .insert_header(("location", location))
            .insert_header(etag::of(made.version))
            .json(SavedProvider { provider, probe: probed.map(ProbeBody::from) }))
    };
    key.once(&app, &ctx, "POST /api/v1/admin/llm/providers", digest, work).await
}

/// One provider of the database.
#[utoipa::path(
    tag = "llm",
    operation_id = "get_provider",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ProviderBody, description = "`ETag` names its version"))
)]
#[get("/admin/llm/providers/{id}")]
pub(super) async fn read(operator: Operator, app: web::Data<App>, id: Path<ProviderId>) -> ApiResult<HttpResponse> {
    let found = overview::provider(&app, operator.1, id.0).await?;
    let version = found.times.map_or(0, |(_, _, version)| version);
    Ok(HttpResponse::Ok().insert_header(etag::of(version)).json(ProviderBody::from(found)))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProviderChange {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 40)]
    name: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = KindWord, required = false)]
    kind: Option<KindWord>,
    /// Another host, port or scheme is refused (`llm.secrets_stay`) while there are credentials, or headers
    /// that are not entered anew with it: they were entered for this one.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = String, required = false, max_length = 500)]
    base_url: Option<String>,
    /// Header by header: a value sets, null removes, the others stay.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = BTreeMap<String, Option<String>>, required = false)]
    headers: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = bool, required = false)]
    private_network: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = Vec<String>, required = false, max_items = 1000)]
    models: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    max_concurrency: Option<Option<u32>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = bool, required = false)]
    enabled: Option<bool>,
}

/// Changes a provider; tried out like a new one unless it is switched off.
#[utoipa::path(
    tag = "llm",
    operation_id = "update_provider",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The `ETag` that was seen")),
    request_body = ProviderChange,
    responses(
        (status = 200, body = SavedProvider),
        (status = 409, description = "`llm.name_taken`, `llm.secrets_stay`, `llm.headers_unreadable`", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it since", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[patch("/admin/llm/providers/{id}")]
pub(super) async fn change(
    operator: Operator,
    app: web::Data<App>,
    id: Path<ProviderId>,
    body: Json<ProviderChange>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let Operator(ctx, admin) = operator;
    let before = providers::get(&app, admin, id.0).await?;
    IfMatch::of(&request)?.require(before.version)?;
    let seen = before.version;
    let draft = changed(before, body.into_inner());
    let asking = |configured: Configured| try_out(&app, configured);
    let (after, probed) = providers::update(&app, &ctx, admin, id.0, seen, draft, asking).await?;
    let provider = overview::provider(&app, admin, id.0).await?.into();
    let saved = SavedProvider { provider, probe: probed.map(ProbeBody::from) };
    Ok(HttpResponse::Ok().insert_header(etag::of(after.version)).json(saved))
}

fn changed(before: Provider, wanted: ProviderChange) -> ProviderDraft {
    let kept = before.headers.names.into_iter().map(|name| (name, HeaderDraft::Kept));
    let mut headers: Vec<_> = kept.collect();
    for (name, value) in wanted.headers.unwrap_or_default() {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        headers.extend(value.map(|value| (name, HeaderDraft::Set(value.into()))));
    }
    ProviderDraft {
        name: wanted.name.unwrap_or(before.name),
        kind: wanted.kind.map_or(before.kind, Into::into),
        base_url: wanted.base_url.unwrap_or(before.base_url),
        headers,
        private_network: wanted.private_network.unwrap_or(before.private_network),
        models: wanted.models.unwrap_or(before.models),
        max_concurrency: wanted.max_concurrency.unwrap_or(before.max_concurrency),
        enabled: wanted.enabled.unwrap_or(before.enabled),
    }
}

/// Removes a provider with its credentials. What it answered and cost stays in the ledger.
#[utoipa::path(
    tag = "llm",
    operation_id = "delete_provider",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The `ETag` that was seen")),
    responses(
        (status = 204, description = "Gone"),
        (status = 412, description = "Somebody changed it since", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/admin/llm/providers/{id}")]
pub(super) async fn remove(
    operator: Operator,
    app: web::Data<App>,
    id: Path<ProviderId>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let present = providers::get(&app, operator.1, id.0).await?.version;
    IfMatch::of(&request)?.require(present)?;
    providers::delete(&app, operator.1, id.0, present).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Tries a provider out as it is saved.
#[utoipa::path(
    tag = "llm",
    operation_id = "probe_provider",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = ProbeBody),
        (status = 422, description = "`llm.probe_failed` (`upstream` says how), `llm.address_refused`", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/admin/llm/providers/{id}/probe")]
pub(super) async fn probe(
    operator: Operator,
    app: web::Data<App>,
    id: Path<ProviderId>,
) -> ApiResult<Answer<ProbeBody>> {
    let configured = providers::one_configured(&app, operator.1, id.0).await?;
    Ok(web::Json(try_out(&app, configured).await?.into()))
}

fn address(given: Option<String>, kind: domain::llm::ProviderKind) -> ApiResult<String> {
    let usual = || default_base_url(kind).map(str::to_owned);
    given.or_else(usual).ok_or_else(|| Error::invalid(vec![FieldFault::new("/base_url", "missing")]).into())
}
