//! Trying a provider out with its secrets, before anything of it is saved.

use std::time::Duration;

use domain::llm::ProviderKind;
use domain::{Error, Kind, Result};
use llm_gateway::{CredentialSettings, Network, ProviderSettings};

use super::providers::Configured;
use crate::App;

/// It works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probed {
    pub models: usize,
    pub took: Duration,
}

/// Asks the provider as it is configured, with every secret that is switched on.
///
/// # Errors
/// `llm.address_refused`: it leads into a network that it may not lead into; `llm.probe_failed` with class and status.
pub async fn probe(app: &App, configured: Configured) -> Result<Probed> {
    let settings = settings(&configured);
    let timeouts = app.gateway.settings().timeouts;
    match llm_gateway::probe(&settings, &timeouts).await {
        Ok(probed) => Ok(Probed { models: probed.models, took: probed.took }),
        Err(failed) => {
            let (error, credential) = (failed.error, failed.credential.unwrap_or_default());
            // The detail was scrubbed of secrets where it was made.
            tracing::info!(event = "llm.probe_failed", provider = settings.name, credential, %error, detail = error.detail);
            if error.code.as_deref() == Some("address_refused") {
                return Err(Error::new(Kind::Invalid, "llm.address_refused"));
            }
            let problem = Error::new(Kind::Invalid, "llm.probe_failed").arg("class", error.class.as_str());
            let status = error.status.map(|status| status.to_string()).unwrap_or_default();
            Err(problem.arg("status", status).arg("credential", credential))
        }
    }
}

/// As the gateway wants it.
pub(crate) fn settings(Configured { provider, headers, credentials }: &Configured) -> ProviderSettings {
    let network = if provider.private_network { Network::Operator } else { Network::Public };
    let credentials = credentials.iter().map(|own| CredentialSettings {
        weight: own.weight,
        enabled: own.enabled,
        ..CredentialSettings::new(&own.id.to_string(), &own.label, own.secret.clone())
    });
    ProviderSettings {
        headers: headers.clone(),
        network,
        credentials: credentials.collect(),
        models: provider.models.clone(),
        max_concurrency: provider.max_concurrency,
        ..ProviderSettings::new(&provider.name, kind(provider.kind), &provider.base_url)
    }
}

pub(crate) fn kind(kind: ProviderKind) -> llm_gateway::ProviderKind {
    use llm_gateway::ProviderKind as Spoken;
    match kind {
        ProviderKind::OpenAi => Spoken::OpenAi,
        ProviderKind::OpenRouter => Spoken::OpenRouter,
        ProviderKind::Groq => Spoken::Groq,
        ProviderKind::Vercel => Spoken::Vercel,
        ProviderKind::Compatible => Spoken::Compatible,
        ProviderKind::Gemini => Spoken::Gemini,
        ProviderKind::Anthropic => Spoken::Anthropic,
        ProviderKind::Ollama => Spoken::Ollama,
    }
}

/// Where a service of this kind is, if everybody's is at the same place.
pub fn default_base_url(of: ProviderKind) -> Option<&'static str> {
    kind(of).default_base_url()
}
