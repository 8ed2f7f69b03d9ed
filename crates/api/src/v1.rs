//! The list of what Obrol can do, one line a feature. Each feature file has `pub fn routes(config: &mut ServiceConfig)`.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::{admin, auth, conversations, events, keys, me, models, runs, setup, usage};

/// Everything under `/api/v1`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    setup::routes(config);
    auth::routes(config);
    me::routes(config);
    models::routes(config);
    conversations::routes(config);
    runs::routes(config);
    events::routes(config);
    keys::routes(config);
    usage::routes(config);
    admin::routes(config);
}
