//! What the first page needs to know before anybody is signed in.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use app::App;
use app::accounts;
use domain::accounts::Registration;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::extract::Visitor;
use crate::problem::ApiResult;
use crate::shell::Shell;

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(setup);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Setup)]
struct SetupBody {
    /// Nobody administers this server yet: whoever has the token that it printed can.
    needs_admin: bool,
    #[schema(inline)]
    registration: RegistrationWord,
    #[schema(example = "0.1.0")]
    version: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RegistrationWord {
    Open,
    Invite,
    Closed,
}

/// How this server is set up
#[utoipa::path(tag = "accounts", operation_id = "setup", security(()), responses((status = 200, body = SetupBody)))]
#[get("/setup")]
async fn setup(visitor: Visitor, app: web::Data<App>, shell: web::Data<Shell>) -> ApiResult<HttpResponse> {
    let setup = accounts::setup(&app, &visitor.0).await?;
    let registration = match setup.registration {
        Registration::Open => RegistrationWord::Open,
        Registration::Invite => RegistrationWord::Invite,
        Registration::Closed => RegistrationWord::Closed,
    };
    let body = SetupBody { needs_admin: setup.needs_admin, registration, version: shell.settings().version };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body))
}
