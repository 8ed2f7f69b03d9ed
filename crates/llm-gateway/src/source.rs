//! One provider with its keys, its list of models and what is known of it.

use std::sync::Arc;

use llm_client::guide::Guide;
use llm_client::{ExposeSecret, ModelInfo, Provider, ProviderKind, Secret};

use crate::catalogue::Listing;
use crate::gateway::Chance;
use crate::images;
use crate::notice::Notices;
use crate::settings::{CredentialSettings, GatewaySettings, Network, ProviderSettings, Timeouts};
use crate::state::ProviderState;

/// Makes the client of a provider; the time limits are already the provider's own.
pub type MakeProvider = Arc<dyn Fn(&ProviderSettings, &Timeouts) -> Arc<dyn Provider> + Send + Sync>;

/// What the gateway brings, whatever the operator says.
#[derive(Clone)]
pub struct Means {
    pub make: MakeProvider,
    pub chance: Chance,
    pub notices: Notices,
}

/// Why a provider is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Configured,
    /// Found on this machine: offered only while it answers.
    Found,
    Guide,
}

pub struct Source {
    pub name: String,
    pub origin: Origin,
    pub provider: Arc<dyn Provider>,
    pub credentials: Vec<CredentialSettings>,
    pub timeouts: Timeouts,
    pub listing: Arc<Listing>,
    pub state: Arc<ProviderState>,
    pub notices: Notices,
    settings: ProviderSettings,
}

/// The clients over real connections.
pub fn connect() -> MakeProvider {
    Arc::new(|settings, timeouts| {
        let limits = egress::Limits { connect: timeouts.connect, ..egress::Limits::default() };
        let policy = match settings.network {
            Network::Operator => egress::Policy::operator(),
            Network::Public => egress::Policy::user(),
        };
        let http = egress::Client::with_limits(policy, limits);
        settings.kind.build(http, &settings.base_url, settings.options())
    })
}

/// The configured providers in their order, then an Ollama, then the guide. Of a provider that was there before, what is
/// known lives on.
pub fn all(settings: &GatewaySettings, old: &[Arc<Source>], means: &Means) -> Vec<Arc<Source>> {
    let build = |one: &ProviderSettings, origin: Origin| {
        let name = one.name.to_ascii_lowercase();
        let before = old.iter().find(|source| source.name == name && source.origin == origin);
        Arc::new(Source::new(name, origin, one, settings, before.map(Arc::as_ref), means))
    };
    let mut sources: Vec<_> = settings.providers.iter().map(|one| build(one, Origin::Configured)).collect();
    if settings.ollama_probe && !settings.providers.iter().any(|one| one.name.eq_ignore_ascii_case("ollama")) {
        sources
            .push(build(&ProviderSettings::new("ollama", ProviderKind::Ollama, &settings.ollama_url), Origin::Found));
    }
    if settings.guide {
        sources.push(build(&ProviderSettings::new("guide", ProviderKind::Compatible, ""), Origin::Guide));
    }
    sources
}

impl Source {
    fn new(
        name: String,
        origin: Origin,
        own: &ProviderSettings,
        settings: &GatewaySettings,
        before: Option<&Source>,
        means: &Means,
    ) -> Self {
        let timeouts = own.timeouts.unwrap_or(settings.timeouts);
        // Another address or dialect is another service: what was learnt of the old one says nothing of it.
        let place = |one: &ProviderSettings| (one.kind, one.base_url.clone(), one.network);
        let same = before.filter(|before| place(&before.settings) == place(own));
        let state = match same {
            Some(before) => {
                before.state.set(settings, own.max_concurrency, &before.credentials, &own.credentials);
                before.state.clone()
            }
            None => ProviderState::new(&name, settings, own.max_concurrency, means),
        };
        // The same client keeps its open connections.
        let wired = same.filter(|one| one.timeouts.connect == timeouts.connect && same_options(&one.settings, own));
        let provider = match (wired, origin) {
            (Some(before), _) => before.provider.clone(),
            (None, Origin::Guide) => Arc::new(Guide::default()),
            (None, Origin::Configured | Origin::Found) => (means.make)(own, &timeouts),
        };
        let limit = if origin == Origin::Found { settings.timeouts.probe } else { timeouts.models };
        let listing = match same.filter(|before| before.settings.models == own.models) {
            Some(before) => before.listing.clone(),
            None => Arc::new(listing(origin, own, limit)),
        };
        let (credentials, notices, settings) = (own.credentials.clone(), means.notices.clone(), own.clone());
        Self { name, origin, provider, credentials, timeouts, listing, state, notices, settings }
    }
}

impl Source {
    /// Whether it may fetch from a network that others do not reach.
    pub fn stands_inside(&self) -> bool {
        match self.origin {
            Origin::Configured | Origin::Found => images::stands_inside(&self.settings),
            // It fetches nothing.
            Origin::Guide => false,
        }
    }
}

fn same_options(one: &ProviderSettings, other: &ProviderSettings) -> bool {
    let plain = |(name, value): &(String, Secret)| (name.clone(), value.expose_secret().to_owned());
    one.continuation == other.continuation && one.headers.iter().map(plain).eq(other.headers.iter().map(plain))
}

fn listing(origin: Origin, own: &ProviderSettings, limit: std::time::Duration) -> Listing {
    let named = |id: &String| ModelInfo { id: id.clone(), name: id.clone(), ..ModelInfo::default() };
    match (origin, own.models.as_slice()) {
        (Origin::Guide, _) => {
            let name = "Obrol guide".to_owned();
            Listing::fixed(vec![ModelInfo { id: "guide".to_owned(), name, ..ModelInfo::default() }])
        }
        (Origin::Configured | Origin::Found, []) => Listing::asked(limit),
        (Origin::Configured | Origin::Found, named_by_operator) => {
            Listing::fixed(named_by_operator.iter().map(named).collect())
        }
    }
}
