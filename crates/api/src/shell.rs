//! Puts the application together: state, routes, middleware. `server` calls `app` once for each worker thread.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, Error, web};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};

use crate::health::Health;
use crate::limits::ByAddress;
use crate::middleware::{cors::cors, edge::edge};
use crate::settings::Settings;
use crate::{auth, fallback, health, openai, pages, v1};

/// What the edge itself needs, shared by all worker threads. Features get their own data beside it.
#[derive(Clone)]
pub struct Shell(Arc<Inner>);

struct Inner {
    settings: Settings,
    health: Health,
    limits: ByAddress,
}

impl Shell {
    pub fn new(settings: Settings, health: Health) -> Self {
        let limits = ByAddress::new(&settings);
        Self(Arc::new(Inner { settings, health, limits }))
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub fn health(&self) -> &Health {
        &self.0.health
    }

    pub fn limits(&self) -> &ByAddress {
        &self.0.limits
    }
}

impl Default for Shell {
    fn default() -> Self {
        Self::new(Settings::default(), Health::default())
    }
}

/// Every route that the specification describes.
pub(crate) fn described(config: &mut ServiceConfig<'_>) {
    config.service(health::alive).service(health::ready).service(scope("/api/v1").configure(v1::routes));
    openai::routes(config);
    auth::well_known(config);
}

/// The application for one worker thread; `state` is what the features' handlers ask for.
pub fn app(
    shell: &Shell,
    state: web::Data<app::App>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(web::Data::new(shell.clone()))
        .app_data(state)
        .into_utoipa_app()
        .configure(described)
        .into_app()
        .configure(pages::routes)
        .default_service(web::to(fallback::fallback))
        .wrap(Compress::default())
        .wrap(shell.limits().anonymous())
        .wrap(shell.limits().signed())
        .wrap(from_fn(cors))
        .wrap(from_fn(edge))
}
