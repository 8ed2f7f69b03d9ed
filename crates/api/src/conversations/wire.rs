//! Conversations and messages on the wire.

use domain::conversations::{Author, Came, Conversation, Message, Origin, Part};
use domain::runs::{Failure, Usage};
use domain::{Error, Kind, Locale};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{Problem, ProblemBody};
use crate::wire::Rfc3339;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationBody {
    pub id: Uuid,
    /// `chat`: one person, one assistant.
    #[schema(example = "chat")]
    pub kind: &'static str,
    pub title: Option<String>,
    /// `provider/model`; null follows the server's default.
    pub model: Option<String>,
    /// The newest message of the branch that was last looked at.
    pub head_message_id: Option<Uuid>,
    pub archived: bool,
    pub created_at: Rfc3339,
    /// The last activity.
    pub updated_at: Rfc3339,
    /// Grows with every change; `If-Match: "v<version>"` changes exactly this one.
    pub version: i64,
}

impl From<Conversation> for ConversationBody {
    fn from(conversation: Conversation) -> Self {
        Self {
            id: conversation.id.uuid(),
            kind: conversation.kind.as_str(),
            title: conversation.title,
            model: conversation.model,
            head_message_id: conversation.head.map(Into::into),
            archived: conversation.archived_at.is_some(),
            created_at: conversation.created_at.into(),
            updated_at: conversation.updated_at.into(),
            version: conversation.version,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationList {
    pub items: Vec<ConversationBody>,
    /// Null on the last page.
    pub next_cursor: Option<String>,
}

/// Who wrote a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Author)]
pub struct AuthorBody {
    #[serde(rename = "type")]
    pub kind: AuthorKind,
    /// The user; null for assistants and the system.
    pub id: Option<Uuid>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    User,
    Assistant,
    System,
}

/// One piece of a message.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Part)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PartBody {
    Text { text: String },
}

impl From<Part> for PartBody {
    fn from(part: Part) -> Self {
        let Part::Text { text } = part;
        Self::Text { text }
    }
}

impl From<PartBody> for Part {
    fn from(part: PartBody) -> Self {
        let PartBody::Text { text } = part;
        Self::Text { text }
    }
}

/// Tokens that an answer took.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageBody {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// In millionths of a US dollar, where the provider told it.
    pub cost_micros: Option<i64>,
    /// The provider did not say, so it was counted here.
    pub estimated: bool,
}

impl From<Usage> for UsageBody {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost_micros: usage.cost_micros,
            estimated: usage.estimated,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MessageStatus)]
pub enum MessageStatusBody {
    Complete,
    Streaming,
    Failed,
    Cancelled,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageBody {
    pub id: Uuid,
    pub conversation_id: Uuid,
    /// The message that this one follows; several with one parent are branches.
    pub parent_id: Option<Uuid>,
    pub author: AuthorBody,
    pub content: Vec<PartBody>,
    pub status: MessageStatusBody,
    /// The run that makes or made this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// The model that spoke, or is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How it came to this model, where another was asked first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<OriginBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageBody>,
    /// Why there is no whole answer, in the caller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ProblemBody>,
    pub created_at: Rfc3339,
}

/// How an answer came to a model that was not asked first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OriginBody {
    pub came: CameBody,
    /// `provider/model` of the one before, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CameBody {
    /// The one before failed before it said anything.
    Fallback,
    /// It went on with a text that was cut.
    Continued,
}

impl From<Origin> for OriginBody {
    fn from(origin: Origin) -> Self {
        let came = match origin.came {
            Came::Fallback => CameBody::Fallback,
            Came::Continued => CameBody::Continued,
        };
        Self { came, instead_of: origin.instead_of }
    }
}

impl MessageBody {
    /// Failures are told in `locale`.
    pub fn new(message: Message, locale: Locale) -> Self {
        use domain::conversations::MessageStatus;
        let (kind, id) = match message.author {
            Author::User(user) => (AuthorKind::User, Some(user.uuid())),
            Author::Assistant => (AuthorKind::Assistant, None),
            Author::System => (AuthorKind::System, None),
        };
        let status = match message.status {
            MessageStatus::Complete => MessageStatusBody::Complete,
            MessageStatus::Streaming => MessageStatusBody::Streaming,
            MessageStatus::Failed => MessageStatusBody::Failed,
            MessageStatus::Cancelled => MessageStatusBody::Cancelled,
        };
        let error = message.failure.map(|failure| problem_of(failure, locale, &message.id.to_string()));
        Self {
            id: message.id.uuid(),
            conversation_id: message.conversation.uuid(),
            parent_id: message.parent.map(Into::into),
            author: AuthorBody { kind, id },
            content: message.content.into_iter().map(PartBody::from).collect(),
            status,
            run_id: message.run.map(Into::into),
            client_message_id: message.client_message_id,
            model: message.model,
            origin: message.origin.map(OriginBody::from),
            usage: message.usage.map(UsageBody::from),
            error,
            created_at: message.created_at.into(),
        }
    }
}

/// A run's failure as a problem document; `named` is what `instance` points at.
pub fn problem_of(failure: Failure, locale: Locale, named: &str) -> ProblemBody {
    let kind = match failure {
        Failure::RateLimited | Failure::LimitReached => Kind::TooMany,
        Failure::Timeout | Failure::Unavailable | Failure::Expired => Kind::Unavailable,
        Failure::ContextLength => Kind::TooLarge,
        Failure::Moderation | Failure::ContentBlocked => Kind::Invalid,
        Failure::Forbidden => Kind::Forbidden,
        Failure::Quarantined => Kind::Broken,
        Failure::Auth | Failure::Payment | Failure::InvalidRequest | Failure::ModelMissing | Failure::Unknown => {
            Kind::Upstream
        }
    };
    Problem::from(Error::new(kind, failure.code())).body(locale, named)
}
