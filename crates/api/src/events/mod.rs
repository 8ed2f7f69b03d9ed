//! Server-sent events: everything that a person may hear as one resumable stream, and single runs.

mod sse;
mod wire;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ContentEncoding, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, web};
use app::App;
use app::events::Heard;
use bytes::Bytes;
use domain::ids::RunId;
use futures_util::Stream;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::extract::caller::{Caller, proof_ends};
use crate::problem::ApiResult;

pub use wire::EventSchemas;

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(listen);
}

/// Everything that the caller may hear, in one stream that can be left and taken up again.
///
/// `stream.ready` comes first. After a gap that cannot be filled `sync.required` asks the client to fetch anew what is on
/// its screen; the text of answers that are being written follows as `run.snapshot`. A comment comes every 15 seconds.
#[utoipa::path(
    tag = "events",
    operation_id = "listen",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last `id:` that was read")),
    responses((status = 200, description = "Events", content_type = "text/event-stream", body = String))
)]
#[get("/events")]
async fn listen(caller: Caller, app: web::Data<App>, request: HttpRequest) -> ApiResult<HttpResponse> {
    let mut listening = app::events::listen(&app, caller.0.principal()?, last_event_id(&request)).await?;
    let source = async_stream::stream! {
        loop {
            yield listening.next().await;
        }
    };
    respond(&app, &request, caller, source).await
}

/// The stream of one run.
pub(crate) async fn run_stream(
    app: &App,
    request: &HttpRequest,
    caller: Caller,
    run: RunId,
    last_event_id: Option<&str>,
) -> ApiResult<HttpResponse> {
    let user = caller.0.principal()?.user;
    let mut following = app::events::follow_run(app, user, run, last_event_id).await?;
    let source = async_stream::stream! {
        loop {
            match following.next().await {
                Ok(Some(heard)) => yield heard,
                Ok(None) => return,
                Err(fault) => {
                    // Nothing wrong was said; the client comes back with its last id.
                    tracing::warn!(%run, %fault, "the stream of a run was cut");
                    return;
                }
            }
        }
    };
    respond(app, request, caller, source).await
}

pub(crate) fn last_event_id(request: &HttpRequest) -> Option<&str> {
    let id = request.headers().get("last-event-id")?.to_str().ok()?;
    (!id.is_empty() && id.len() <= 128).then_some(id)
}

async fn respond(
    app: &App,
    request: &HttpRequest,
    caller: Caller,
    source: impl Stream<Item = Heard> + 'static,
) -> ApiResult<HttpResponse> {
    // Watched first, asked again then: a right that ends in between is seen by the one or the other.
    let principal = caller.0.principal()?;
    let rights = app::events::watch(app, principal)?;
    app::events::still_held(app, principal).await?;
    let ends = proof_ends(request).unwrap_or_else(|| caller.0.now());
    let bytes = sse::written(app.clone(), caller.0, rights, ends, source);
    let body = futures_util::StreamExt::map(bytes, Ok::<Bytes, actix_web::Error>);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")))
        // Compression would hold events back.
        .insert_header((CONTENT_ENCODING, ContentEncoding::Identity))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
}
