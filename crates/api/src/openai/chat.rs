//! `POST /v1/chat/completions`.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ContentEncoding, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, post, web};
use app::App;
use domain::{Error, Kind};

use super::caller::{Chat, Program, Purpose};
use super::chunk::Head;
use super::error::ErrorDocument;
use super::request::ChatBody;
use super::whole::Completion;
use super::{stream, whole};
use crate::extract::BigJson;
use crate::problem::ApiResult;

/// Who spoke, where a route or a fallback makes that news.
pub(super) const SPOKE: &str = "x-obrol-model";

/// Answers a conversation: whole, or with `stream: true` as server-sent events whose last is `[DONE]`.
///
/// `model` is `provider/model` or `route/name`. Fields that Obrol does not know are ignored; `n` can only be 1. Errors have
/// OpenAI's shape. Leaving ends the call at the provider; what was used until then is charged.
#[utoipa::path(
    tag = "openai",
    operation_id = "create_chat_completion",
    request_body = ChatBody,
    responses(
        (status = 200, description = "The answer; with `stream: true` events, the data of each an OpenAI `chat.completion.chunk`", content(
            (Completion = "application/json"),
            (String = "text/event-stream"),
        )),
        (status = 404, description = "Nobody offers this model", body = ErrorDocument),
        (status = 502, description = "The provider failed, or refuses the server", body = ErrorDocument),
        (status = 504, description = "The provider did not answer in time", body = ErrorDocument),
    )
)]
#[post("/v1/chat/completions")]
pub(super) async fn create(
    program: Program<Chat>,
    app: web::Data<App>,
    body: BigJson<ChatBody>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let (body, seat) = body.into_parts();
    let ctx = &program.ctx;
    let seat = seat.of(ctx.holder(Chat::SCOPE)?.user)?;
    let (question, manner) = body.question()?;
    let head = || Head::new(ctx.uuid(), ctx.now());
    // A right that ended just before this is found by the next look at open streams, within the second.
    let rights = app::events::watch(&app, ctx.holder(Chat::SCOPE)?)?;
    if manner.streamed {
        let speaking = app::integration::chat(&app, ctx, program.entrance()?, question).await?;
        let spoke = speaking.model.clone();
        let body = stream::events(head(), speaking, manner.usage, (rights, seat), &request);
        return Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")))
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")))
            // Compression would hold events back.
            .insert_header((CONTENT_ENCODING, ContentEncoding::Identity))
            .insert_header(("x-accel-buffering", "no"))
            .insert_header((SPOKE, spoke))
            .streaming(body));
    }
    let entrance = program.entrance()?;
    let asked = async {
        let speaking = app::integration::chat(&app, ctx, entrance, question).await?;
        speaking.whole(whole::MOST_BYTES).await
    };
    let answer = tokio::select! {
        answer = asked => answer?,
        () = rights.lost() => return Err(Error::new(Kind::Unauthenticated, "integration.rights_lost").into()),
    };
    drop(seat);
    Ok(HttpResponse::Ok().insert_header((SPOKE, answer.model.clone())).json(Completion::new(&head(), answer)))
}
