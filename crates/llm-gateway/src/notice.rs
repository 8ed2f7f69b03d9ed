//! What operators should hear of at once. Nobody has to listen; who is slow misses the oldest.

use std::time::Duration;

use llm_client::ErrorClass;
use tokio::sync::broadcast;

/// `credential` is an id, never a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Refused or unpaid: it is not used until the operator enables or replaces it, or its bench time is over.
    CredentialDisabled {
        provider: String,
        credential: String,
        class: ErrorClass,
    },
    /// It works again.
    CredentialEnabled {
        provider: String,
        credential: String,
    },
    CredentialRests {
        provider: String,
        credential: String,
        rest: Duration,
    },
    BreakerOpened {
        provider: String,
        model: String,
        pause: Duration,
    },
    BreakerHalfOpen {
        provider: String,
        model: String,
    },
    BreakerClosed {
        provider: String,
        model: String,
    },
    /// The provider's list is another than before.
    ModelsChanged {
        provider: String,
    },
}

#[derive(Clone)]
pub struct Notices(broadcast::Sender<Notice>);

/// Notices that a slow listener may have before it.
const KEPT: usize = 256;

impl Notices {
    pub fn new() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }

    pub fn tell(&self, notice: Notice) {
        // An error says that nobody listens.
        let _ = self.0.send(notice);
    }

    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        self.0.subscribe()
    }
}
