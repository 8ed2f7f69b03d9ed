//! What an operator decides about providers, limits and time.

use std::time::Duration;

use llm_client::{Continuation, ProviderKind, ProviderOptions, Secret};

use crate::breaker::BreakerSettings;
use crate::cache::CacheSettings;
use crate::concurrency::LimitSettings;
use crate::price::Price;

#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// In the operator's order: the first model of the first one is the default.
    pub providers: Vec<ProviderSettings>,
    pub routes: Vec<RouteSettings>,
    /// What the operator knows better than the providers' lists.
    pub models: Vec<ModelSettings>,
    pub breaker: BreakerSettings,
    pub concurrency: ConcurrencySettings,
    pub cache: CacheSettings,
    pub limits: Limits,
    pub timeouts: Timeouts,
    pub retry: RetrySettings,
    /// Offer the built-in guide.
    pub guide: bool,
    /// Offer an Ollama that answers at `ollama_url`, unless a provider of that name is configured.
    pub ollama_probe: bool,
    /// The server's own address, without a path.
    pub ollama_url: String,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            providers: Vec::new(),
            routes: Vec::new(),
            models: Vec::new(),
            breaker: BreakerSettings::default(),
            concurrency: ConcurrencySettings::default(),
            cache: CacheSettings::default(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            retry: RetrySettings::default(),
            guide: true,
            ollama_probe: true,
            ollama_url: "http://127.0.0.1:11434".to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Lower case; the first part of its models' ids.
    pub name: String,
    pub kind: ProviderKind,
    /// As [`ProviderKind::default_base_url`] writes it: with the version, like `https://api.openai.com/v1`.
    pub base_url: String,
    /// Sent with every request. Their values never show in `Debug`: some are keys.
    pub headers: Vec<(String, Secret)>,
    /// How its models take up an answer that was cut; [`ModelSettings::continues`] overrules it.
    pub continuation: Continuation,
    pub network: Network,
    /// Several take turns by weight; none is right for servers that want none.
    pub credentials: Vec<CredentialSettings>,
    /// Empty: the provider is asked for its list.
    pub models: Vec<String>,
    /// The adaptive limit never goes beyond; `None`: as [`ConcurrencySettings`] says.
    pub max_concurrency: Option<u32>,
    /// `None`: as for all.
    pub timeouts: Option<Timeouts>,
}

impl ProviderSettings {
    pub fn new(name: &str, kind: ProviderKind, base_url: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            base_url: base_url.to_owned(),
            headers: Vec::new(),
            continuation: Continuation::None,
            network: Network::Operator,
            credentials: Vec::new(),
            models: Vec::new(),
            max_concurrency: None,
            timeouts: None,
        }
    }

    pub(crate) fn options(&self) -> ProviderOptions {
        ProviderOptions { headers: self.headers.clone(), continuation: self.continuation, ..ProviderOptions::default() }
    }

    /// Keys from the environment: `env-1` labelled `key-1`, and so on.
    pub fn with_keys(mut self, keys: impl IntoIterator<Item = Secret>) -> Self {
        let named = |(n, secret): (usize, Secret)| {
            CredentialSettings::new(&format!("env-{}", n + 1), &format!("key-{}", n + 1), secret)
        };
        self.credentials = keys.into_iter().enumerate().map(named).collect();
        self
    }
}

/// Which addresses a provider's URL may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// The operator vouches for it: a model server on the own network is what many run.
    Operator,
    /// Public addresses only.
    Public,
}

/// One key. Its secret never shows in `Debug`.
#[derive(Clone, Debug)]
pub struct CredentialSettings {
    /// Under this id its state lives on when other things change.
    pub id: String,
    /// What people see.
    pub label: String,
    pub secret: Secret,
    /// Its share of the calls; 0 counts as 1.
    pub weight: u32,
    pub enabled: bool,
}

impl CredentialSettings {
    pub fn new(id: &str, label: &str, secret: Secret) -> Self {
        Self { id: id.to_owned(), label: label.to_owned(), secret, weight: 1, enabled: true }
    }
}

/// A chain of models under one name, asked for as `route/name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteSettings {
    pub name: String,
    /// In the order in which they are asked.
    pub models: Vec<RouteStep>,
    /// Ask the next model when one refuses what was asked or said. Off: the question ends there.
    pub after_moderation: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStep {
    /// `provider/model`; another route is not followed.
    pub model: String,
    /// It may take up an answer that another model began.
    pub may_continue: bool,
}

/// What the operator says of one model; `None` is what its provider says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelSettings {
    /// `provider/model`, in any case.
    pub id: String,
    pub name: Option<String>,
    /// Servers that choose a window by themselves (Ollama) are told this one.
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub vision: Option<bool>,
    pub tools: Option<bool>,
    pub json: Option<bool>,
    /// Whether it can be told how long to think.
    pub reasoning: Option<bool>,
    /// Whether it takes up an unfinished answer.
    pub continues: Option<bool>,
    pub price: Option<Price>,
    /// Nobody is offered it.
    pub disabled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConcurrencySettings {
    pub limit: LimitSettings,
    /// Questions that wait for one provider; beyond, the greediest asker's newest gives way.
    pub most_waiting: usize,
    /// With another model to ask, a question waits no longer than this for its turn.
    pub patience: Duration,
}

impl Default for ConcurrencySettings {
    fn default() -> Self {
        Self { limit: LimitSettings::default(), most_waiting: 1024, patience: Duration::from_secs(5) }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages to the AI per user; 0 is no limit.
    pub messages_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { messages_per_minute: 20 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// DNS, TCP and TLS.
    pub connect: Duration,
    /// Silence before the first content. A comment or a thought is life and starts it anew.
    pub first_token: Duration,
    /// Silence after the first content; the same counts as life.
    pub stall: Duration,
    /// All attempts of one question together, unless the question brings its own deadline.
    pub whole_run: Duration,
    /// One request for a list of models.
    pub models: Duration,
    /// Asking whether an Ollama is there.
    pub probe: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(60),
            stall: Duration::from_secs(30),
            whole_run: Duration::from_secs(600),
            models: Duration::from_secs(10),
            probe: Duration::from_millis(500),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct RetrySettings {
    /// Calls of a model that is away, the first included, where there is no other to ask.
    pub attempts: u32,
    /// Calls of one question, all keys and models together.
    pub most_calls: u32,
    /// The first pause; each next one doubles, with up to a quarter taken off by chance.
    pub base: Duration,
    pub cap: Duration,
    /// A provider's hint beyond this is not waited for.
    pub longest_hint: Duration,
    /// Nor one beyond this while another model can be asked.
    pub longest_hint_in_chain: Duration,
    /// How long a rate-limited credential rests when the provider gave no hint.
    pub rest: Duration,
    /// How long a refused or unpaid credential is left alone before one call finds out whether it works again.
    pub bench: Duration,
}

impl RetrySettings {
    /// The longest pause before a call.
    pub(crate) fn patience(&self, alone: bool) -> Duration {
        if alone { self.longest_hint } else { self.longest_hint.min(self.longest_hint_in_chain) }
    }
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            attempts: 4,
            most_calls: 12,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            longest_hint: Duration::from_secs(20),
            longest_hint_in_chain: Duration::from_secs(2),
            rest: Duration::from_secs(5),
            bench: Duration::from_secs(600),
        }
    }
}
