//! What is set about language models beside providers, routes and limits.

use actix_web::{get, put, web};
use app::App;
use app::llm::settings::{self, LlmSettings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Json, Operator};
use crate::problem::ApiResult;
use crate::wire::Answer;

/// Money in micro-USD: millionths of a US dollar.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LlmSettings)]
pub struct SettingsBody {
    /// An alert when all together spend more than this in a day (UTC); null: none.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub daily_spend_alert_micros: Option<i64>,
    /// What is left at a provider below which administrators are warned.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub credit_warning_micros: i64,
    /// At most `credit_warning_micros`.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub credit_critical_micros: i64,
    /// Whether equal questions may be answered from memory, for each person alone.
    pub cache_answers: bool,
}

impl From<LlmSettings> for SettingsBody {
    fn from(settings: LlmSettings) -> Self {
        let LlmSettings { daily_spend_alert_micros, credit_warning_micros, credit_critical_micros, cache_answers } =
            settings;
        Self { daily_spend_alert_micros, credit_warning_micros, credit_critical_micros, cache_answers }
    }
}

/// The settings.
#[utoipa::path(tag = "llm", operation_id = "get_llm_settings", responses((status = 200, body = SettingsBody)))]
#[get("/admin/llm/settings")]
pub(super) async fn read(operator: Operator, app: web::Data<App>) -> ApiResult<Answer<SettingsBody>> {
    Ok(web::Json(settings::get(&app, operator.1).await?.into()))
}

/// Sets all of them.
#[utoipa::path(
    tag = "llm",
    operation_id = "set_llm_settings",
    request_body = SettingsBody,
    responses((status = 200, body = SettingsBody))
)]
#[put("/admin/llm/settings")]
pub(super) async fn set(
    operator: Operator,
    app: web::Data<App>,
    body: Json<SettingsBody>,
) -> ApiResult<Answer<SettingsBody>> {
    let SettingsBody { daily_spend_alert_micros, credit_warning_micros, credit_critical_micros, cache_answers } =
        body.into_inner();
    let new = LlmSettings { daily_spend_alert_micros, credit_warning_micros, credit_critical_micros, cache_answers };
    Ok(web::Json(settings::set(&app, &operator.0, operator.1, new).await?.into()))
}
