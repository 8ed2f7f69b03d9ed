//! Typed ids: a UUIDv7 with a name, so that one kind of id cannot be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

id! {
    /// A person with an account.
    UserId,
    /// One signed-in device of a user.
    SessionId,
    /// One refresh token of a session.
    RefreshTokenId,
    /// An ordered log of messages.
    ConversationId,
    /// One entry of a conversation.
    MessageId,
    /// The durable work of producing one assistant message.
    RunId,
    /// One process slot that works runs and jobs; stable across restarts of the same data directory.
    NodeId,
    /// What stands for a person in a program.
    ApiKeyId,
    /// A configured way of answering: model, instructions, knowledge.
    AssistantId,
    /// A conversation of several people.
    RoomId,
    /// A configured LLM service.
    ProviderId,
    /// One secret of a provider.
    CredentialId,
    /// An operator's word about one model.
    ModelId,
    /// One price of one model, from an instant on.
    PriceId,
    /// An ordered chain of models.
    RouteId,
    /// A limit of somebody's use.
    LimitId,
    /// A content rule.
    RuleId,
    /// One time that a content rule met a text.
    RuleHitId,
    /// Something that operators must hear of.
    AlertId,
    /// One call of a provider, named by whoever makes it.
    CallId,
    /// One row of the ledger.
    EntryId,
}
