//! Providers: `OBROL_PROVIDER_<NAME>_KIND`, `_BASE_URL`, `_API_KEY`, `_MODELS`, or `[providers.<name>]` in the file.

use llm_gateway::{ProviderKind, ProviderSettings, Secret};
use url::Url;

use super::faults::Faults;
use super::section::Setting;
use super::sources::Sources;
use super::values::items;

/// Field in the file, ending of the variable.
pub const FIELDS: [(&str, &str); 4] =
    [("kind", "_KIND"), ("base_url", "_BASE_URL"), ("api_key", "_API_KEY"), ("models", "_MODELS")];

const PREFIX: &str = "OBROL_PROVIDER_";

/// `OBROL_PROVIDER_MY_VLLM_BASE_URL` → (`my_vllm`, `base_url`).
pub fn of_variable(variable: &str) -> Option<(String, &'static str)> {
    let rest = variable.strip_prefix(PREFIX)?;
    FIELDS.iter().find_map(|(field, ending)| {
        let name = rest.strip_suffix(ending).filter(|name| !name.is_empty())?;
        Some((name.to_ascii_lowercase(), *field))
    })
}

pub fn read(sources: &Sources, faults: &mut Faults) -> Vec<ProviderSettings> {
    let mut providers = Vec::new();
    for (name, fields) in sources.providers() {
        let variable = |ending: &str| format!("{PREFIX}{}{ending}", name.to_ascii_uppercase());
        let place =
            |field: &str, ending: &str| fields.get(field).map_or_else(|| variable(ending), |(place, _)| place.clone());
        let text = |field: &str| fields.get(field).map(|(_, text)| text.trim());
        if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
            || name == "guide"
        {
            faults.add(variable("_KIND"), "a provider's name has letters, digits, - and _, and is not `guide`", None);
            continue;
        }
        let kind = match text("kind").map(str::parse::<ProviderKind>) {
            Some(Ok(kind)) => Some(kind),
            Some(Err(unknown)) => {
                faults.add(place("kind", "_KIND"), unknown.to_string(), Some(format!("{}=openai", variable("_KIND"))));
                None
            }
            None => {
                faults.add(
                    variable("_KIND"),
                    format!("is missing; known kinds: {}", ProviderKind::NAMES.join(", ")),
                    Some(format!("{}=openai", variable("_KIND"))),
                );
                None
            }
        };
        let base_url = match (text("base_url"), kind) {
            (Some(text), _) => <Url as Setting>::parse(text)
                .map(|url| url.as_str().trim_end_matches('/').to_owned())
                .map_err(|fault| {
                    faults.add(
                        place("base_url", "_BASE_URL"),
                        fault,
                        Some(format!("{}=http://127.0.0.1:8000/v1", variable("_BASE_URL"))),
                    );
                }),
            (None, Some(kind)) => Ok(kind.default_base_url().to_owned()),
            (None, None) => Err(()),
        };
        if let (Some(kind), Ok(base_url)) = (kind, base_url) {
            let api_keys = text("api_key").map(|keys| items(keys).map(Secret::from).collect()).unwrap_or_default();
            let models = text("models").map(|models| items(models).map(str::to_owned).collect()).unwrap_or_default();
            providers.push(ProviderSettings { name, kind, base_url, api_keys, models });
        }
    }
    providers
}
