//! The secrets of a provider: tried out, sealed, never shown again.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, patch, post, web};
use app::App;
use app::llm::credentials::{self, CredentialChange, NewCredential};
use app::llm::overview;
use app::llm::probe::probe;
use domain::Error;
use domain::ids::{CredentialId, ProviderId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::wire::{CredentialBody, ProbeBody};
use crate::extract::{Json, Operator, Path};
use crate::idempotency::IdempotencyKey;
use crate::problem::ApiResult;
use crate::wire::{Answer, not_null};

/// A secret as it is entered, once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCredential)]
pub(super) struct NewCredentialBody {
    #[schema(min_length = 1, max_length = 100)]
    label: String,
    #[schema(min_length = 1, max_length = 4096, format = Password, write_only)]
    secret: String,
    /// Its share of the calls.
    #[serde(default = "one")]
    #[schema(default = 1, minimum = 1, maximum = 1000)]
    weight: u32,
}

const fn one() -> u32 {
    1
}

impl From<NewCredentialBody> for NewCredential {
    fn from(body: NewCredentialBody) -> Self {
        Self { label: body.label, secret: body.secret.into(), weight: body.weight }
    }
}

/// A saved credential, and what trying it out has shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedCredential {
    pub credential: CredentialBody,
    /// Null when nothing had to be tried out.
    pub probe: Option<ProbeBody>,
}

/// Adds a credential. The provider is asked with it first; when that fails nothing is saved.
#[utoipa::path(
    tag = "llm",
    operation_id = "add_credential",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless for 24 hours")),
    request_body = NewCredentialBody,
    responses(
        (status = 201, body = SavedCredential),
        (status = 422, description = "`llm.probe_failed` (`upstream` says how), or values that are not allowed", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/admin/llm/providers/{id}/credentials")]
pub(super) async fn add(
    operator: Operator,
    app: web::Data<App>,
    id: Path<ProviderId>,
    key: IdempotencyKey,
    body: Json<NewCredentialBody>,
) -> ApiResult<HttpResponse> {
    let Operator(ctx, admin) = operator;
    // The route's name has no id in it: a repeat for another provider is another request.
    let digest = Sha256::new().chain_update(id.0.uuid()).chain_update(body.digest).finalize().into();
    let (own, state) = (ctx.clone(), app.clone());
    let work = async move {
        let new = body.into_inner().into();
        let try_out = |configured| probe(&state, configured);
        let (made, probed) = credentials::add(&state, &own, admin, id.0, new, try_out).await?;
        let credential = one_of(&state, admin, id.0, made.id).await?;
        let saved = SavedCredential { credential, probe: Some(probed.into()) };
        Ok(HttpResponse::build(StatusCode::CREATED).json(saved))
    };
    key.once(&app, &ctx, "POST /api/v1/admin/llm/providers/{id}/credentials", digest, work).await
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CredentialChange)]
struct CredentialChangeBody {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    label: Option<String>,
    /// Takes the place of the old one, and switches it on unless `enabled` says otherwise.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 4096, format = Password, write_only)]
    secret: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = u32, required = false, minimum = 1, maximum = 1000)]
    weight: Option<u32>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = bool, required = false)]
    enabled: Option<bool>,
}

/// Changes a credential. A new secret, or one that is switched on, is tried out first.
#[utoipa::path(
    tag = "llm",
    operation_id = "update_credential",
    params(("id" = Uuid, Path), ("credential_id" = Uuid, Path)),
    request_body = CredentialChangeBody,
    responses((status = 200, body = SavedCredential))
)]
#[patch("/admin/llm/providers/{id}/credentials/{credential_id}")]
pub(super) async fn change(
    operator: Operator,
    app: web::Data<App>,
    path: Path<(ProviderId, CredentialId)>,
    body: Json<CredentialChangeBody>,
) -> ApiResult<Answer<SavedCredential>> {
    let Operator(ctx, admin) = operator;
    let (provider, id) = path.0;
    let CredentialChangeBody { label, secret, weight, enabled } = body.into_inner();
    let wanted = CredentialChange { label, secret: secret.map(Into::into), weight, enabled };
    let try_out = |configured| probe(&app, configured);
    let (_, probed) = credentials::update(&app, &ctx, admin, provider, id, wanted, try_out).await?;
    let credential = one_of(&app, admin, provider, id).await?;
    Ok(web::Json(SavedCredential { credential, probe: probed.map(ProbeBody::from) }))
}

/// Removes a credential; calls that run with it end as they would.
#[utoipa::path(
    tag = "llm",
    operation_id = "delete_credential",
    params(("id" = Uuid, Path), ("credential_id" = Uuid, Path)),
    responses((status = 204, description = "Gone"))
)]
#[delete("/admin/llm/providers/{id}/credentials/{credential_id}")]
pub(super) async fn remove(
    operator: Operator,
    app: web::Data<App>,
    path: Path<(ProviderId, CredentialId)>,
) -> ApiResult<HttpResponse> {
    let (provider, id) = path.0;
    credentials::remove(&app, operator.1, provider, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn one_of(
    app: &App,
    admin: app::accounts::Admin,
    provider: ProviderId,
    id: CredentialId,
) -> ApiResult<CredentialBody> {
    let id = id.to_string();
    let provider = overview::provider(app, admin, provider).await?;
    let found = provider.credentials.into_iter().find(|credential| credential.id == id);
    Ok(found.ok_or_else(|| Error::not_found("llm.credential_not_found"))?.into())
}
