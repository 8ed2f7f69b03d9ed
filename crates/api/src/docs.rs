//! The specification for programs (`/api/openapi.json`).

use actix_web::{HttpResponse, web};

use crate::openapi::spec;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/api/openapi.json", web::get().to(document));
}

async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("cache-control", "no-cache"))
        .body(spec().json.as_str())
}
