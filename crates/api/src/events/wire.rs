//! Events on the wire: names and JSON.

use app::events::{Event, KeyChange, RunEnd};
use domain::Locale;
use domain::runs::Position;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conversations::{ConversationBody, MessageBody, UsageBody, problem_of};
use crate::problem::ProblemBody;

/// `run.started`: somebody works on it.
#[derive(Serialize, ToSchema)]
pub struct RunStarted {
    run_id: Uuid,
    conversation_id: Uuid,
    message_id: Uuid,
    attempt: u32,
    model: String,
}

/// `run.snapshot`: all that there is of the answer; replaces what the client has.
#[derive(Serialize, ToSchema)]
pub struct RunSnapshot {
    run_id: Uuid,
    conversation_id: Uuid,
    message_id: Uuid,
    attempt: u32,
    text: String,
    /// `attempt.position`, the position in code points: deltas before it are in the text already.
    as_of: String,
}

/// `run.delta`: more text.
#[derive(Serialize, ToSchema)]
pub struct RunDelta<'a> {
    run_id: Uuid,
    message_id: Uuid,
    attempt: u32,
    /// Where the text belongs, in Unicode code points.
    start: u32,
    text: &'a str,
}

/// `run.rewound`: a new attempt goes on after the first `keep` code points.
#[derive(Serialize, ToSchema)]
pub struct RunRewound {
    run_id: Uuid,
    message_id: Uuid,
    attempt: u32,
    /// In Unicode code points: cut the text there.
    keep: u32,
}

/// `run.succeeded`, `run.failed`, `run.cancelled`: the stored answer, which wins over everything heard before.
#[derive(Serialize, ToSchema)]
pub struct RunEnded {
    run_id: Uuid,
    message: MessageBody,
    usage: Option<UsageBody>,
    /// Only of `run.failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// `message.created`.
#[derive(Serialize, ToSchema)]
pub struct MessageCreated {
    conversation_id: Uuid,
    message: MessageBody,
}

/// `conversation.created`, `conversation.updated`.
#[derive(Serialize, ToSchema)]
pub struct ConversationChanged {
    conversation: ConversationBody,
}

/// `conversation.deleted`.
#[derive(Serialize, ToSchema)]
pub struct ConversationDeleted {
    conversation_id: Uuid,
}

/// `keys.changed`: a key of the person's was made, or ended.
#[derive(Serialize, ToSchema)]
pub struct KeysChanged<'a> {
    #[schema(inline)]
    change: KeyChangeWord,
    /// Of the key.
    name: &'a str,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyChangeWord {
    Created,
    Revoked,
}

/// Named so that the specification lists what streams carry.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    RunStarted,
    RunSnapshot,
    RunDelta,
    RunRewound,
    RunEnded,
    MessageCreated,
    ConversationChanged,
    ConversationDeleted,
    KeysChanged
)))]
pub struct EventSchemas;

/// The name and the data of an event; texts for people in `locale`.
pub(super) fn event(event: &Event, locale: Locale) -> (&'static str, Vec<u8>) {
    match event {
        Event::Ready => ("stream.ready", b"{}".to_vec()),
        Event::SyncRequired => ("sync.required", b"{}".to_vec()),
        Event::RunStarted { run, conversation, message, attempt, model } => {
            let (run_id, conversation_id, message_id) = (run.uuid(), conversation.uuid(), message.uuid());
            let data = RunStarted { run_id, conversation_id, message_id, attempt: *attempt, model: model.clone() };
            ("run.started", json(&data))
        }
        Event::RunSnapshot { run, conversation, message, attempt, at, text } => {
            let data = RunSnapshot {
                run_id: run.uuid(),
                conversation_id: conversation.uuid(),
                message_id: message.uuid(),
                attempt: *attempt,
                text: text.clone(),
                as_of: Position { attempt: *attempt, at: *at }.to_string(),
            };
            ("run.snapshot", json(&data))
        }
        Event::RunDelta { run, message, attempt, start, text } => {
            let (run_id, message_id) = (run.uuid(), message.uuid());
            ("run.delta", json(&RunDelta { run_id, message_id, attempt: *attempt, start: *start, text }))
        }
        Event::RunRewound { run, message, attempt, keep } => {
            let (run_id, message_id) = (run.uuid(), message.uuid());
            ("run.rewound", json(&RunRewound { run_id, message_id, attempt: *attempt, keep: *keep }))
        }
        Event::RunEnded { run, end, message, usage, .. } => {
            let (name, problem) = match end {
                RunEnd::Succeeded => ("run.succeeded", None),
                RunEnd::Cancelled => ("run.cancelled", None),
                RunEnd::Failed(failure) => ("run.failed", Some(problem_of(*failure, locale, &run.to_string()))),
            };
            let message = MessageBody::new((**message).clone(), locale);
            (name, json(&RunEnded { run_id: run.uuid(), message, usage: usage.map(UsageBody::from), problem }))
        }
        Event::MessageCreated { message } => {
            let conversation_id = message.conversation.uuid();
            let message = MessageBody::new((**message).clone(), locale);
            ("message.created", json(&MessageCreated { conversation_id, message }))
        }
        Event::ConversationCreated { conversation } => {
            let conversation = ConversationBody::from((**conversation).clone());
            ("conversation.created", json(&ConversationChanged { conversation }))
        }
        Event::ConversationUpdated { conversation } => {
            let conversation = ConversationBody::from((**conversation).clone());
            ("conversation.updated", json(&ConversationChanged { conversation }))
        }
        Event::ConversationDeleted { conversation } => {
            ("conversation.deleted", json(&ConversationDeleted { conversation_id: conversation.uuid() }))
        }
        Event::KeysChanged { change, name } => {
            let change = match change {
                KeyChange::Created => KeyChangeWord::Created,
                KeyChange::Revoked => KeyChangeWord::Revoked,
            };
            ("keys.changed", json(&KeysChanged { change, name }))
        }
    }
}

fn json(data: &impl Serialize) -> Vec<u8> {
    // Types of ours with string keys: writing them cannot fail.
    serde_json::to_vec(data).unwrap_or_default()
}
