//! Conversations: an ordered, branching log of messages, and the rules for writing one.

mod compose;
mod message;
#[cfg(test)]
mod tests;

pub use compose::{MessageLimits, client_message_id, compose, rename, title_from};
pub use message::{Author, Came, Message, MessageStatus, Origin, Part, plain_text};

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ids::{ConversationId, MessageId, UserId};

/// What a conversation is for; rooms and contacts come with their features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// One person and one assistant.
    Chat,
}

impl ConversationKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        (word == "chat").then_some(Self::Chat)
    }
}

/// Who gave a conversation its title: a person's choice is never overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitleSource {
    Person,
    Automatic,
}

impl TitleSource {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Automatic => "automatic",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "person" => Some(Self::Person),
            "automatic" => Some(Self::Automatic),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub user: UserId,
    pub kind: ConversationKind,
    pub title: Option<String>,
    pub title_source: Option<TitleSource>,
    /// `provider/model`; `None` follows the server's default.
    pub model: Option<String>,
    /// The newest message of the branch that the person looks at.
    pub head: Option<MessageId>,
    pub archived_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The last activity: lists are ordered by it.
    pub updated_at: Timestamp,
    /// Grows with every change; the ETag.
    pub version: i64,
}
