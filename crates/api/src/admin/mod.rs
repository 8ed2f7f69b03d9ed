//! What administrators configure and see: providers, models, prices, routes, limits, content rules, everybody's use.
//!
//! Every handler takes an `Operator`: for whoever is none nothing else of the request is read.

mod alerts;
mod credentials;
mod limits;
mod models;
mod prices;
mod providers;
mod routes;
mod rule_hits;
mod rules;
mod settings;
mod usage;
mod wire;

use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(providers::list)
        .service(providers::create)
        .service(providers::read)
        .service(providers::change)
        .service(providers::remove)
        .service(providers::probe)
        .service(credentials::add)
        .service(credentials::change)
        .service(credentials::remove)
        .service(models::list)
        .service(models::set)
        .service(models::reset)
        .service(prices::history)
        .service(prices::set)
        .service(prices::withdraw)
        .service(prices::import)
        .service(routes::list)
        .service(routes::create)
        .service(routes::read)
        .service(routes::change)
        .service(routes::remove)
        .service(limits::list)
        .service(limits::set)
        .service(limits::remove)
        .service(limits::standing)
        .service(rules::list)
        .service(rules::create)
        .service(rules::switch)
        .service(rules::remove)
        .service(rule_hits::list)
        .service(rule_hits::reveal)
        .service(alerts::list)
        .service(alerts::resolve)
        .service(settings::read)
        .service(settings::set)
        .service(usage::sums)
        .service(usage::calls)
        .service(usage::csv);
}

/// The size of pages here.
const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

/// Which model.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ModelQuery {
    /// `provider/model`, at most 190 bytes.
    model: String,
}
