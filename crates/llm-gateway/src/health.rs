//! How providers, models and keys do: what operators see.

use std::time::Duration;

use crate::breaker::BreakerState;
use crate::credentials::CredentialState;

#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    pub providers: Vec<ProviderHealth>,
    /// Bytes of stored answers.
    pub cache_bytes: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ProviderHealth {
    pub provider: String,
    pub in_flight: u32,
    pub limit: u32,
    pub waiting: usize,
    /// Those that were called since the start, by name.
    pub models: Vec<ModelHealth>,
    pub credentials: Vec<CredentialHealth>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModelHealth {
    /// In lower case, without the provider.
    pub model: String,
    pub breaker: BreakerState,
    /// How long an open breaker stays so.
    pub opens_in: Option<Duration>,
    /// In the breaker's window.
    pub calls: usize,
    pub failures: usize,
    /// Of `calls`, 0 when there are none.
    pub failure_share: f64,
    /// To the first content, over the last calls that came so far.
    pub first_token_p50: Option<Duration>,
    pub first_token_p95: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialHealth {
    pub id: String,
    pub label: String,
    pub state: CredentialState,
}
