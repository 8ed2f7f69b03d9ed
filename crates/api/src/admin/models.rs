//! Models: what providers list, and the operator's word over it.

use actix_web::{HttpResponse, delete, get, put, web};
use app::App;
use app::llm::catalogue::{self, ModelOverview};
use app::llm::models::{self, ModelDraft, ModelOverride};
use domain::llm::Capabilities;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ModelQuery;
use super::prices::{PriceBody, SourceWord};
use crate::extract::{Json, Operator, Query};
use crate::problem::ApiResult;
use crate::wire::{Answer, Rfc3339};

/// What a model can do; null: nobody says so, and it may all the same.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Capabilities)]
pub struct CapabilitiesBody {
    pub vision: Option<bool>,
    pub tools: Option<bool>,
    pub json: Option<bool>,
    /// It can be told how long to think.
    pub reasoning: Option<bool>,
    /// It goes on from an answer of its own that was cut.
    pub continues: Option<bool>,
}

impl From<Capabilities> for CapabilitiesBody {
    fn from(can: Capabilities) -> Self {
        let Capabilities { tools, vision, json, reasoning, prefill } = can;
        Self { vision, tools, json, reasoning, continues: prefill }
    }
}

impl From<CapabilitiesBody> for Capabilities {
    fn from(can: CapabilitiesBody) -> Self {
        let CapabilitiesBody { vision, tools, json, reasoning, continues } = can;
        Self { tools, vision, json, reasoning, prefill: continues }
    }
}

/// A price in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelPrice {
    #[serde(flatten)]
    pub price: PriceBody,
    #[schema(inline)]
    pub source: SourceWord,
    /// Null: the provider's list as it is now; it counts, but no history of it is kept until it is imported.
    pub valid_from: Option<Rfc3339>,
}

/// The operator's word about a model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelOverride)]
pub struct OverrideBody {
    pub name: String,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub capabilities: CapabilitiesBody,
    pub enabled: bool,
    pub updated_at: Rfc3339,
}

impl From<ModelOverride> for OverrideBody {
    fn from(word: ModelOverride) -> Self {
        Self {
            name: word.name,
            context_window: word.context_window,
            max_output: word.max_output,
            capabilities: word.capabilities.into(),
            enabled: word.enabled,
            updated_at: word.updated_at.into(),
        }
    }
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelKindWord {
    Model,
    Route,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AdminModel {
    /// `provider/model`, or `route/name`.
    pub id: String,
    pub provider: String,
    pub name: String,
    /// In tokens.
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub capabilities: CapabilitiesBody,
    /// Null: nobody says what it costs, so it counts as free.
    pub price: Option<ModelPrice>,
    #[serde(rename = "override")]
    pub word: Option<OverrideBody>,
    /// Whether people are offered it.
    pub enabled: bool,
    #[schema(inline)]
    pub kind: ModelKindWord,
}

impl From<ModelOverview> for AdminModel {
    fn from(model: ModelOverview) -> Self {
        Self {
            id: model.id,
            provider: model.provider,
            name: model.name,
            context_window: model.context_window,
            max_output: model.max_output,
            capabilities: model.capabilities.into(),
            price: model.cost.map(|cost| ModelPrice {
                price: cost.price.into(),
                source: cost.source.into(),
                valid_from: cost.valid_from.map(Into::into),
            }),
            word: model.word.map(OverrideBody::from),
            enabled: model.enabled,
            kind: if model.route { ModelKindWord::Route } else { ModelKindWord::Model },
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AdminModelList {
    pub items: Vec<AdminModel>,
}

/// All models and routes that can be asked now, and those that were switched off here.
#[utoipa::path(tag = "llm", operation_id = "list_models_for_admins", responses((status = 200, body = AdminModelList)))]
#[get("/admin/llm/models")]
pub(super) async fn list(operator: Operator, app: web::Data<App>) -> ApiResult<Answer<AdminModelList>> {
    let found = catalogue::list(&app, &operator.0, operator.1).await?;
    Ok(web::Json(AdminModelList { items: found.into_iter().map(AdminModel::from).collect() }))
}

/// The operator's word about one model, in place of what was said before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ModelWord {
    /// `provider/model`.
    #[schema(max_length = 190)]
    model: String,
    /// Left out: as it is called now.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Left out: as the provider says.
    #[schema(minimum = 1, maximum = 100_000_000)]
    context_window: Option<u32>,
    #[schema(minimum = 1, maximum = 100_000_000)]
    max_output: Option<u32>,
    #[serde(default)]
    capabilities: CapabilitiesBody,
    enabled: bool,
}

/// Says what holds of a model, over what its provider says.
#[utoipa::path(
    tag = "llm",
    operation_id = "set_model",
    request_body = ModelWord,
    responses((status = 200, body = OverrideBody))
)]
#[put("/admin/llm/models")]
pub(super) async fn set(
    operator: Operator,
    app: web::Data<App>,
    body: Json<ModelWord>,
) -> ApiResult<Answer<OverrideBody>> {
    let Operator(ctx, admin) = operator;
    let ModelWord { model, name, context_window, max_output, capabilities, enabled } = body.into_inner();
    let draft = ModelDraft { name, context_window, max_output, capabilities: capabilities.into(), enabled };
    Ok(web::Json(models::set(&app, &ctx, admin, &model, draft).await?.into()))
}

/// Takes the operator's word back: the provider's holds again.
#[utoipa::path(
    tag = "llm",
    operation_id = "reset_model",
    params(ModelQuery),
    responses(
        (status = 204, description = "Taken back"),
        (status = 404, description = "`llm.model_not_found`: nothing was said", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/admin/llm/models")]
pub(super) async fn reset(
    operator: Operator,
    app: web::Data<App>,
    query: Query<ModelQuery>,
) -> ApiResult<HttpResponse> {
    models::remove(&app, operator.1, &query.0.model).await?;
    Ok(HttpResponse::NoContent().finish())
}
