//! One message: who wrote it, what it holds, how far it is.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ids::{ConversationId, MessageId, RunId, UserId};
use crate::runs::{Failure, Usage};

/// One piece of a message; images, files and tool calls come with their features.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    Text { text: String },
}

impl Part {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}

/// The words of a message, without what is not text.
pub fn plain_text(parts: &[Part]) -> String {
    let mut joined = String::new();
    for part in parts {
        let Part::Text { text } = part;
        if !joined.is_empty() {
            joined.push_str("\n\n");
        }
        joined.push_str(text);
    }
    joined
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum Author {
    User(UserId),
    Assistant,
    System,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    Complete,
    /// Its run is not over.
    Streaming,
    Failed,
    Cancelled,
}

impl MessageStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Streaming => "streaming",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Complete, Self::Streaming, Self::Failed, Self::Cancelled].into_iter().find(|s| s.as_str() == word)
    }
}

/// How an answer came to a model that was not asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// Those before it failed before they said anything.
    Fallback,
    /// It went on with a text that another began, or that it had begun itself before it was cut.
    Continued,
}

/// How an answer came to its model, and from which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub came: Came,
    /// `provider/model`, if it is known.
    pub instead_of: Option<String>,
}

impl Came {
    pub const ALL: [Self; 2] = [Self::Fallback, Self::Continued];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::Continued => "continued",
        }
    }
}

impl Origin {
    /// As the database keeps it: `fallback near/one`.
    pub fn to_words(&self) -> String {
        match &self.instead_of {
            Some(model) => format!("{} {model}", self.came.as_str()),
            None => self.came.as_str().to_owned(),
        }
    }

    /// Words of a newer Obrol are passed over.
    pub fn from_words(words: &str) -> Option<Self> {
        let (came, model) = words.split_once(' ').map_or((words, None), |(came, model)| (came, Some(model)));
        let came = Came::ALL.into_iter().find(|one| one.as_str() == came)?;
        Some(Self { came, instead_of: model.map(str::to_owned) })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub conversation: ConversationId,
    /// The message that this one follows; several with one parent are branches.
    pub parent: Option<MessageId>,
    pub author: Author,
    pub content: Vec<Part>,
    pub status: MessageStatus,
    /// The run that makes or made this answer.
    pub run: Option<RunId>,
    /// The sender's own name for it: unique in the conversation for ever.
    pub client_message_id: Option<String>,
    /// The model that finally spoke.
    pub model: Option<String>,
    /// Why it was that one, where it is not the one that was asked first.
    #[serde(default)]
    pub origin: Option<Origin>,
    pub usage: Option<Usage>,
    pub failure: Option<Failure>,
    pub created_at: Timestamp,
}
