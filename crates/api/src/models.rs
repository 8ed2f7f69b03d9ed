//! Models: what can be asked.

use actix_web::{get, web};
use app::App;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::extract::caller::Caller;
use crate::problem::ApiResult;

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list);
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Model)]
pub struct ModelBody {
    /// `provider/model`, or `route/name` for a chain of models; in lower case.
    #[schema(example = "guide/guide")]
    pub id: String,
    pub name: String,
    pub provider: String,
    /// In tokens, where the provider tells it.
    pub context_window: Option<u32>,
    pub max_output_tokens: Option<u32>,
    /// The built-in guide: answers about Obrol from its manual, and is no language model.
    pub guide: bool,
    /// Answers where nobody chose.
    pub default: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ModelList {
    pub items: Vec<ModelBody>,
}

/// What can be asked now. Providers that do not answer are left out.
#[utoipa::path(tag = "models", operation_id = "list_models", responses((status = 200, body = ModelList)))]
#[get("/models")]
async fn list(_caller: Caller, app: web::Data<App>) -> ApiResult<web::Json<ModelList>> {
    let items = app::models::list(&app).await.into_iter().map(|model| ModelBody {
        id: model.id,
        name: model.name,
        provider: model.provider,
        context_window: model.context_window,
        max_output_tokens: model.max_output_tokens,
        guide: model.guide,
        default: model.default,
    });
    Ok(web::Json(ModelList { items: items.collect() }))
}
