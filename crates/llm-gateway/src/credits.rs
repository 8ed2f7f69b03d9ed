//! What is left of the money at each provider.

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::registry::Registry;
use crate::source::{Origin, Source};

/// More keys than this of one provider are not asked: they are hardly of as many accounts.
const KEYS: usize = 5;

/// In micro-USD; `None`: it does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderCredits {
    pub provider: String,
    pub remaining: Option<i64>,
    pub used: Option<i64>,
}

pub async fn all(registry: &Registry) -> Vec<ProviderCredits> {
    let configured = registry.sources.iter().filter(|source| source.origin == Origin::Configured);
    join_all(configured.map(|source| of(source))).await.into_iter().flatten().collect()
}

/// Of several keys the one that has least left is told: it fails first.
async fn of(source: &Source) -> Option<ProviderCredits> {
    let keys = source.credentials.iter().filter(|key| key.enabled).take(KEYS);
    let asked = keys.map(|key| timeout(source.timeouts.models, source.provider.credits(Some(key.secret.clone()))));
    let mut found = None::<ProviderCredits>;
    for answer in join_all(asked).await {
        let credits = match answer {
            Ok(Ok(Some(credits))) => credits,
            Ok(Ok(None)) => continue,
            Ok(Err(error)) => {
                tracing::warn!(provider = source.name, class = error.class.as_str(), "credits could not be asked for");
                continue;
            }
            Err(_) => {
                tracing::warn!(provider = source.name, "credits were not told in time");
                continue;
            }
        };
        let told = ProviderCredits { provider: source.name.clone(), remaining: credits.remaining, used: credits.used };
        let less = |known: &ProviderCredits| match (known.remaining, told.remaining) {
            (Some(known), Some(told)) => told < known,
            (None, Some(_)) => true,
            (Some(_) | None, None) => false,
        };
        if found.as_ref().is_none_or(less) {
            found = Some(told);
        }
    }
    found
}
