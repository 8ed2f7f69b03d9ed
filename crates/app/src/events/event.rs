//! What clients hear.

use domain::conversations::{Conversation, Message};
use domain::ids::{ConversationId, MessageId, RunId};
use domain::runs::{Failure, Usage};
use serde::{Deserialize, Serialize};

/// How a run ended, as its last event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunEnd {
    Succeeded,
    Failed(Failure),
    Cancelled,
}

/// What became of a person's API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyChange {
    Created,
    Revoked,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Event {
    /// The stream is open; nothing was missed that comes after it.
    Ready,
    /// Something was missed: fetch anew what is on the screen. Snapshots of running answers follow.
    SyncRequired,
    RunStarted {
        run: RunId,
        conversation: ConversationId,
        message: MessageId,
        attempt: u32,
        model: String,
    },
    RunSnapshot {
        run: RunId,
        conversation: ConversationId,
        message: MessageId,
        attempt: u32,
        at: u32,
        text: String,
    },
    /// `start` in code points.
    RunDelta {
        run: RunId,
        message: MessageId,
        attempt: u32,
        start: u32,
        text: String,
    },
    /// A new attempt goes on after the first `keep` code points.
    RunRewound {
        run: RunId,
        message: MessageId,
        attempt: u32,
        keep: u32,
    },
    /// `message` is the stored answer; it wins over everything heard before.
    RunEnded {
        run: RunId,
        attempt: u32,
        end: RunEnd,
        message: Box<Message>,
        usage: Option<Usage>,
    },
    MessageCreated {
        message: Box<Message>,
    },
    ConversationCreated {
        conversation: Box<Conversation>,
    },
    ConversationUpdated {
        conversation: Box<Conversation>,
    },
    ConversationDeleted {
        conversation: ConversationId,
    },
    /// So that nobody makes a key in a person's name unseen.
    KeysChanged {
        change: KeyChange,
        name: String,
    },
}

impl Event {
    /// The run that the event tells of.
    pub fn run(&self) -> Option<RunId> {
        match self {
            Self::RunStarted { run, .. }
            | Self::RunSnapshot { run, .. }
            | Self::RunDelta { run, .. }
            | Self::RunRewound { run, .. }
            | Self::RunEnded { run, .. } => Some(*run),
            Self::Ready
            | Self::SyncRequired
            | Self::MessageCreated { .. }
            | Self::ConversationCreated { .. }
            | Self::ConversationUpdated { .. }
            | Self::ConversationDeleted { .. }
            | Self::KeysChanged { .. } => None,
        }
    }

    /// About how much memory it holds, in bytes.
    pub(super) fn weight(&self) -> usize {
        const SHELL: usize = 160;
        SHELL
            + match self {
                Self::RunSnapshot { text, .. } | Self::RunDelta { text, .. } => text.len(),
                Self::RunEnded { message, .. } | Self::MessageCreated { message } => {
                    message.content.iter().map(|domain::conversations::Part::Text { text }| text.len()).sum()
                }
                Self::Ready
                | Self::SyncRequired
                | Self::RunStarted { .. }
                | Self::RunRewound { .. }
                | Self::ConversationCreated { .. }
                | Self::ConversationUpdated { .. }
                | Self::ConversationDeleted { .. } => 0,
                Self::KeysChanged { name, .. } => name.len(),
            }
    }
}
