//! A run as the rest of Obrol speaks of it: who asked, for which answer, what became of it.

use serde::{Deserialize, Serialize};

use super::{Lane, RunState};
use crate::ids::{ApiKeyId, ConversationId, MessageId, RunId, UserId};
use crate::{Locale, Timestamp};

/// Tokens that an answer took; `estimated` when the provider did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Price in millionths of a US dollar, where the provider tells it.
    pub cost_micros: Option<i64>,
    pub estimated: bool,
}

/// Why there is no (whole) answer, in classes that a person understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    RateLimited,
    Timeout,
    Unavailable,
    ContextLength,
    /// The operator's credential is not accepted.
    Auth,
    /// The operator's account is out of credit.
    Payment,
    Moderation,
    InvalidRequest,
    /// The model is not (or no longer) offered.
    ModelMissing,
    /// The worker died on it too often.
    Quarantined,
    /// It waited longer than a run may.
    Expired,
    /// The asking account may not ask any more.
    Forbidden,
    /// A limit of tokens or of money is used up.
    LimitReached,
    /// A content rule of the operator met the question or the answer.
    ContentBlocked,
    Unknown,
}

impl Failure {
    pub const ALL: [Self; 15] = [
        Self::RateLimited,
        Self::Timeout,
        Self::Unavailable,
        Self::ContextLength,
        Self::Auth,
        Self::Payment,
        Self::Moderation,
        Self::InvalidRequest,
        Self::ModelMissing,
        Self::Quarantined,
        Self::Expired,
        Self::Forbidden,
        Self::LimitReached,
        Self::ContentBlocked,
        Self::Unknown,
    ];

    /// The stable problem code that clients see.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RateLimited => "run.rate_limited",
            Self::Timeout => "run.timeout",
            Self::Unavailable => "run.unavailable",
            Self::ContextLength => "run.context_length",
            Self::Auth => "run.auth",
            Self::Payment => "run.payment",
            Self::Moderation => "run.moderation",
            Self::InvalidRequest => "run.invalid_request",
            Self::ModelMissing => "run.model_missing",
            Self::Quarantined => "run.quarantined",
            Self::Expired => "run.expired",
            Self::Forbidden => "run.forbidden",
            Self::LimitReached => "run.limit_reached",
            Self::ContentBlocked => "run.content_blocked",
            Self::Unknown => "run.unknown",
        }
    }

    /// From the code as the database keeps it.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.code() == code)
    }

    /// Whether asking the same again may help without anybody changing anything.
    pub const fn retryable(self) -> bool {
        match self {
            Self::RateLimited | Self::Timeout | Self::Unavailable => true,
            Self::ContextLength
            | Self::Auth
            | Self::Payment
            | Self::Moderation
            | Self::InvalidRequest
            | Self::ModelMissing
            | Self::Quarantined
            | Self::Expired
            | Self::Forbidden
            | Self::LimitReached
            | Self::ContentBlocked
            | Self::Unknown => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    pub conversation: ConversationId,
    pub question: MessageId,
    pub answer: MessageId,
    /// Who asks: gate, context and limits act with this person's rights.
    pub user: UserId,
    /// The API key that asked for them: it is on its account, too.
    pub api_key: Option<ApiKeyId>,
    pub lane: Lane,
    pub state: RunState,
    /// What was asked for, `provider/model`.
    pub model: String,
    pub locale: Locale,
    /// Of the request that asked; log lines of the run carry it.
    pub request_id: String,
    pub failure: Option<Failure>,
    pub usage: Option<Usage>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}
