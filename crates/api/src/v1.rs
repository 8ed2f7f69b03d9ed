//! The list of what Obrol can do, one line a feature. Each feature file has `pub fn routes(config: &mut ServiceConfig)`.

use utoipa_actix_web::service_config::ServiceConfig;

/// Everything under `/api/v1`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    let _ = config;
}
