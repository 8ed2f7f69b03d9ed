//! One provider with its keys and its list of models.

use std::sync::Arc;
use std::time::Duration;

use llm_client::guide::Guide;
use llm_client::openai::OpenAi;
use llm_client::{ModelInfo, Provider};

use crate::catalogue::Listing;
use crate::credentials::Credentials;
use crate::settings::{GatewaySettings, ProviderKind, ProviderSettings};

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
    pub credentials: Credentials,
    pub listing: Listing,
}

/// The configured providers in their order, then an Ollama, then the guide.
pub fn all(settings: &GatewaySettings) -> Vec<Arc<Source>> {
    let limits = egress::Limits { connect: settings.timeouts.connect, ..egress::Limits::default() };
    // The operator wrote these addresses: a model server on the own network is what many run.
    let http = egress::Client::with_limits(egress::Policy::operator(), limits);
    let mut sources: Vec<_> =
        settings.providers.iter().map(|one| configured(one, &http, settings.timeouts.models)).collect();
    if settings.ollama_probe && !settings.providers.iter().any(|one| one.name.eq_ignore_ascii_case("ollama")) {
        let base_url = format!("{}/v1", settings.ollama_url.trim_end_matches('/'));
        sources.push(Source {
            name: "ollama".to_owned(),
            origin: Origin::Found,
            provider: Arc::new(OpenAi::new(http, &base_url)),
            credentials: Credentials::new(Vec::new()),
            listing: Listing::asked(settings.timeouts.probe),
        });
    }
    if settings.guide {
        let model = ModelInfo { id: "guide".to_owned(), name: "Obrol guide".to_owned(), ..ModelInfo::default() };
        sources.push(Source {
            name: "guide".to_owned(),
            origin: Origin::Guide,
            provider: Arc::new(Guide::default()),
            credentials: Credentials::new(Vec::new()),
            listing: Listing::fixed(vec![model]),
        });
    }
    sources.into_iter().map(Arc::new).collect()
}

fn configured(settings: &ProviderSettings, http: &egress::Client, limit: Duration) -> Source {
    let provider: Arc<dyn Provider> = match settings.kind {
        ProviderKind::OpenAi => Arc::new(OpenAi::new(http.clone(), &settings.base_url)),
    };
    let named = |id: &String| ModelInfo { id: id.clone(), name: id.clone(), ..ModelInfo::default() };
    let listing = match settings.models.as_slice() {
        [] => Listing::asked(limit),
        named_by_operator => Listing::fixed(named_by_operator.iter().map(named).collect()),
    };
    Source {
        name: settings.name.to_ascii_lowercase(),
        origin: Origin::Configured,
        provider,
        credentials: Credentials::new(settings.api_keys.clone()),
        listing,
    }
}
