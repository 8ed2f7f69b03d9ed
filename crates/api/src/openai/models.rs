//! `GET /v1/models`, `GET /v1/models/{id}`.

use actix_web::{get, web};
use app::App;
use app::integration::Offered;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{Models, Program};
use super::error::ErrorDocument;
use crate::extract::Path;
use crate::problem::ApiResult;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiModel)]
pub struct ModelBody {
    /// `provider/model` or `route/name`.
    #[schema(example = "openai/gpt-4o-mini")]
    pub id: String,
    /// `model`
    pub object: &'static str,
    /// Always 0: providers do not agree on what it says.
    pub created: i64,
    /// The provider; `route` for routes.
    pub owned_by: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiModelList)]
pub struct ModelList {
    /// `list`
    pub object: &'static str,
    pub data: Vec<ModelBody>,
}

impl From<Offered> for ModelBody {
    fn from(model: Offered) -> Self {
        Self { id: model.id, object: "model", created: 0, owned_by: model.owner }
    }
}

/// What can be asked now. Providers that do not answer are left out.
#[utoipa::path(tag = "openai", operation_id = "list_openai_models", responses((status = 200, body = ModelList)))]
#[get("/v1/models")]
pub(super) async fn list(program: Program<Models>, app: web::Data<App>) -> ApiResult<web::Json<ModelList>> {
    let data = app::integration::models(&app, &program.ctx).await?.into_iter().map(ModelBody::from).collect();
    Ok(web::Json(ModelList { object: "list", data }))
}

/// One of them. The slashes of an id may be written as they are or as `%2F`.
#[utoipa::path(
    tag = "openai",
    operation_id = "get_openai_model",
    params(("id" = String, Path, description = "`provider/model` or `route/name`")),
    responses((status = 200, body = ModelBody), (status = 404, description = "Nobody offers it", body = ErrorDocument))
)]
#[get("/v1/models/{id:.+}")]
pub(super) async fn one(
    program: Program<Models>,
    app: web::Data<App>,
    id: Path<String>,
) -> ApiResult<web::Json<ModelBody>> {
    Ok(web::Json(app::integration::model(&app, &program.ctx, &id.0).await?.into()))
}
