//! Conversations and their messages.

mod messages;
mod wire;

pub use wire::{ConversationBody, ConversationList, MessageBody, UsageBody, problem_of};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use app::App;
use app::conversations::{Change, Create};
use domain::Timestamp;
use domain::ids::{ConversationId, MessageId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::cursor;
use crate::etag::{self, IfMatch};
use crate::extract::caller::Caller;
use crate::extract::{Json, JsonOrDefault, Path, Query};
use crate::idempotency::IdempotencyKey;
use crate::problem::ApiResult;
use crate::wire::{not_null, present};

pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create)
        .service(list)
        .service(read)
        .service(change)
        .service(remove)
        .service(messages::list)
        .service(messages::post)
        .service(messages::regenerate);
}

const PAGE: u32 = 30;
const LARGEST_PAGE: u32 = 100;

/// A new conversation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewConversation {
    /// 1 to 200 characters; without one it comes from the first question.
    title: Option<String>,
    /// `provider/model`; without one the server's default answers.
    #[schema(example = "guide/guide")]
    model: Option<String>,
}

/// Starts a conversation.
#[utoipa::path(
    tag = "conversations",
    request_body = NewConversation,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless for 24 hours")),
    responses((status = 201, body = ConversationBody, description = "Made; `Location` and `ETag` name it"))
)]
#[post("/conversations")]
async fn create(
    caller: Caller,
    app: web::Data<App>,
    key: IdempotencyKey,
    body: JsonOrDefault<NewConversation>,
) -> ApiResult<HttpResponse> {
    // Before the key of a repeat is looked up: no API key without this scope may claim one.
    caller.0.principal()?;
    let (ctx, state, digest) = (caller.0.clone(), app.clone(), body.digest);
    let work = async move {
        let NewConversation { title, model } = body.into_inner();
        let made = app::conversations::create(&state, &ctx, Create { title, model }).await?;
        let location = format!("/api/v1/conversations/{}", made.id);
        Ok(HttpResponse::build(StatusCode::CREATED)
            .insert_header(("location", location))
            .insert_header(etag::of(made.version))
            .json(ConversationBody::from(made)))
    };
    key.once(&app, &caller.0, "POST /api/v1/conversations", digest, work).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// 1 to 100, 30 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Part of the title, in any case.
    q: Option<String>,
    /// The archived ones instead of the others.
    archived: Option<bool>,
}

/// The caller's conversations, last active first.
#[utoipa::path(tag = "conversations", params(ListQuery), responses((status = 200, body = ConversationList)))]
#[get("/conversations")]
async fn list(caller: Caller, app: web::Data<App>, query: Query<ListQuery>) -> ApiResult<web::Json<ConversationList>> {
    let Query(query) = query;
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let after: Option<(i64, ConversationId)> = cursor::decode_optional(query.cursor.as_deref())?;
    let after = after.map(|(at, id)| (Timestamp(at), id));
    // PostgreSQL refuses U+0000, SQLite ends the pattern there; no title has control characters.
    let part = query.q.map(|q| q.chars().filter(|c| !c.is_control()).collect::<String>());
    let title = part.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
    let archived = query.archived.unwrap_or(false);
    let wanted = u64::from(limit) + 1;
    let found = app::conversations::list(&app, &caller.0, archived, title, after, wanted).await?;
    let (found, next_cursor) = cursor::page(found, limit, |last| (last.updated_at, last.id.uuid()))?;
    let items = found.into_iter().map(ConversationBody::from).collect();
    Ok(web::Json(ConversationList { items, next_cursor }))
}

/// One conversation.
#[utoipa::path(
    tag = "conversations",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ConversationBody, description = "`ETag` names its version"))
)]
#[get("/conversations/{id}")]
async fn read(caller: Caller, app: web::Data<App>, id: Path<ConversationId>) -> ApiResult<HttpResponse> {
    let found = app::conversations::get(&app, &caller.0, id.0).await?;
    Ok(HttpResponse::Ok().insert_header(etag::of(found.version)).json(ConversationBody::from(found)))
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConversationChange {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    title: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    model: Option<Option<String>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = bool, required = false)]
    archived: Option<bool>,
    /// The newest message of the branch to look at.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = Uuid, required = false)]
    head_message_id: Option<MessageId>,
}

/// Renames, archives, switches model or branch.
#[utoipa::path(
    tag = "conversations",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The `ETag` that was seen")),
    request_body = ConversationChange,
    responses(
        (status = 200, body = ConversationBody),
        (status = 412, description = "Somebody changed it since", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[patch("/conversations/{id}")]
async fn change(
    caller: Caller,
    app: web::Data<App>,
    id: Path<ConversationId>,
    body: Json<ConversationChange>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    // Looked at in here, not as an extractor: whoever may not know of the conversation hears 404, whatever else is missing.
    let present = app::conversations::get(&app, &caller.0, id.0).await?.version;
    IfMatch::of(&request)?.require(present)?;
    let body = body.into_inner();
    let change = Change { title: body.title, model: body.model, archived: body.archived, head: body.head_message_id };
    let changed = app::conversations::update(&app, &caller.0, id.0, present, change).await?;
    Ok(HttpResponse::Ok().insert_header(etag::of(changed.version)).json(ConversationBody::from(changed)))
}

/// Deletes a conversation with its messages; answers that are being written stop.
#[utoipa::path(tag = "conversations", params(("id" = Uuid, Path)), responses((status = 204, description = "Gone")))]
#[delete("/conversations/{id}")]
async fn remove(caller: Caller, app: web::Data<App>, id: Path<ConversationId>) -> ApiResult<HttpResponse> {
    app::conversations::delete(&app, &caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
