//! Reading and posting messages; each question gets its run.

use std::time::Duration;

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use app::App;
use app::conversations::{Allowance, Posted, Question, Regenerate};
use domain::Timestamp;
use domain::ids::{ConversationId, MessageId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{MessageBody, PartBody};
use crate::cursor;
use crate::events;
use crate::extract::caller::Caller;
use crate::extract::{Json, JsonOrDefault, Path, Query};
use crate::facts::Facts;
use crate::limits::RateLimit;
use crate::problem::ApiResult;
use crate::runs::RunBody;
use crate::wire::present;

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// 1 to 200, 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MessageList {
    pub items: Vec<MessageBody>,
    /// Null on the last page.
    pub next_cursor: Option<String>,
}

/// The messages of all branches, newest first. Answers that are being written come with what there is of them.
#[utoipa::path(
    tag = "conversations",
    operation_id = "list_messages",
    params(("id" = Uuid, Path), ListQuery),
    responses((status = 200, body = MessageList))
)]
#[get("/conversations/{id}/messages")]
pub(super) async fn list(
    caller: Caller,
    app: web::Data<App>,
    id: Path<ConversationId>,
    query: Query<ListQuery>,
) -> ApiResult<web::Json<MessageList>> {
    let Query(query) = query;
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let before: Option<(i64, MessageId)> = cursor::decode_optional(query.cursor.as_deref())?;
    let before = before.map(|(at, id)| (Timestamp(at), id));
    let found = app::conversations::messages(&app, &caller.0, id.0, before, u64::from(limit) + 1).await?;
    let (found, next_cursor) = cursor::page(found, limit, |message| (message.created_at, message.id.uuid()))?;
    let items = found.into_iter().map(|message| MessageBody::new(message, caller.0.locale)).collect();
    Ok(web::Json(MessageList { items, next_cursor }))
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    /// The sender's own name for it (1 to 128 visible ASCII characters): a repeat gives back the first one.
    client_message_id: Option<String>,
    /// At most 32,768 characters in all, unless the operator chose otherwise.
    content: Vec<PartBody>,
    /// `provider/model` for this answer.
    model: Option<String>,
    /// Left out: after the newest message. Null: a new beginning. A message: a branch after it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    parent_id: Option<Option<MessageId>>,
}

/// What was accepted; from now on it survives everything.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// The question.
    pub message: MessageBody,
    /// Its answer, to be filled by the run.
    pub answer: MessageBody,
    pub run: RunBody,
}

/// Asks a question. Answers 202 when it is durable; with `Accept: text/event-stream` the answer is the run's stream.
#[utoipa::path(
    tag = "conversations",
    operation_id = "post_message",
    params(("id" = Uuid, Path)),
    request_body = NewMessage,
    responses(
        (status = 200, description = "With `Accept: text/event-stream`: the events of the run", content_type = "text/event-stream", body = String),
        (status = 202, description = "Durable", body = Accepted)
    )
)]
#[post("/conversations/{id}/messages")]
pub(super) async fn post(
    caller: Caller,
    app: web::Data<App>,
    id: Path<ConversationId>,
    body: Json<NewMessage>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let body = body.into_inner();
    let question = Question {
        client_message_id: body.client_message_id,
        content: body.content.into_iter().map(Into::into).collect(),
        model: body.model,
        parent: body.parent_id,
    };
    let posted = app::conversations::post(&app, &caller.0, id.0, question, |left| announce(&request, left)).await?;
    answer(&app, caller, posted, &request).await
}

/// A wish for another answer.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAnswer {
    client_message_id: Option<String>,
    model: Option<String>,
}

/// Answers the same question once more, as a branch beside the answer `message_id`.
#[utoipa::path(
    tag = "conversations",
    operation_id = "regenerate_answer",
    params(("id" = Uuid, Path), ("message_id" = Uuid, Path)),
    request_body = NewAnswer,
    responses(
        (status = 200, description = "With `Accept: text/event-stream`: the events of the run", content_type = "text/event-stream", body = String),
        (status = 202, description = "Durable", body = Accepted),
        (status = 409, description = "It is not an answer", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/conversations/{id}/messages/{message_id}/regenerate")]
pub(super) async fn regenerate(
    caller: Caller,
    app: web::Data<App>,
    path: Path<(ConversationId, MessageId)>,
    body: JsonOrDefault<NewAnswer>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let (id, message) = path.0;
    let NewAnswer { client_message_id, model } = body.into_inner();
    let wish = Regenerate { client_message_id, model };
    let posted =
        app::conversations::regenerate(&app, &caller.0, id, message, wish, |left| announce(&request, left)).await?;
    answer(&app, caller, posted, &request).await
}

/// The limit goes out with the answer, whatever that is.
fn announce(request: &HttpRequest, left: Allowance) {
    let Allowance { limit, remaining, reset_after } = left;
    let window = Duration::from_secs(60);
    Facts::of(request).announce(RateLimit { policy: "messages", limit, window, remaining, reset_after });
}

async fn answer(app: &App, caller: Caller, posted: Posted, request: &HttpRequest) -> ApiResult<HttpResponse> {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.split(',').any(|kind| kind.trim().to_ascii_lowercase().starts_with("text/event-stream")) {
        return events::run_stream(app, request, caller, posted.run.id, None).await;
    }
    let locale = caller.0.locale;
    let accepted = Accepted {
        message: MessageBody::new(posted.message, locale),
        answer: MessageBody::new(posted.answer, locale),
        run: RunBody::new(posted.run, None, locale),
    };
    Ok(HttpResponse::Accepted().json(accepted))
}
