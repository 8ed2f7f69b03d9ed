//! Providers: `OBROL_PROVIDER_<NAME>_KIND`, `_BASE_URL`, `_API_KEY`, `_MODELS`, or `[providers.<name>]` in the file.

use std::collections::BTreeMap;

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

/// Names that ids of models already have another meaning for.
const TAKEN: [&str; 2] = ["guide", "route"];

/// `OBROL_PROVIDER_MY_VLLM_BASE_URL` → (`my_vllm`, `base_url`).
pub fn of_variable(variable: &str) -> Option<(String, &'static str)> {
    let rest = variable.strip_prefix(PREFIX)?;
    FIELDS.iter().find_map(|(field, ending)| {
        let name = rest.strip_suffix(ending).filter(|name| !name.is_empty())?;
        Some((name.to_ascii_lowercase(), *field))
    })
}

pub fn read(sources: &Sources, faults: &mut Faults) -> Vec<ProviderSettings> {
    let written = sources.providers();
    written.iter().filter_map(|(name, fields)| Written { name, fields }.read(faults)).collect()
}

/// Letters, digits, - and _: what can stand before the slash of a model's id.
pub fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    !name.is_empty() && name.bytes().all(fits)
}

/// One provider as it was written down.
struct Written<'a> {
    name: &'a str,
    /// By field: the place where it was read, and its text.
    fields: &'a BTreeMap<&'static str, (String, String)>,
}

impl Written<'_> {
    fn variable(&self, ending: &str) -> String {
        format!("{PREFIX}{}{ending}", self.name.to_ascii_uppercase())
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(|(_, text)| text.trim())
    }

    fn fault(&self, faults: &mut Faults, field: &str, fault: impl Into<String>, example: &str) {
        let ending = FIELDS.iter().find(|(known, _)| *known == field).map_or("", |(_, ending)| ending);
        let variable = self.variable(ending);
        let place = self.fields.get(field).map_or_else(|| variable.clone(), |(place, _)| place.clone());
        faults.add(place, fault, Some(format!("{variable}={example}")));
    }

    fn read(&self, faults: &mut Faults) -> Option<ProviderSettings> {
        if !is_name(self.name) || TAKEN.contains(&self.name) {
            let fault = "a provider's name has letters, digits, - and _, and is neither `guide` nor `route`";
            faults.add(self.variable("_KIND"), fault, None);
            return None;
        }
        let kind = self.kind(faults);
        let base_url = self.base_url(kind, faults);
        let (kind, base_url) = (kind?, base_url?);
        let kind = in_truth(kind, &base_url);
        let keys: Vec<_> = self.text("api_key").map(|keys| items(keys).collect()).unwrap_or_default();
        if kind.needs_key() && keys.is_empty() {
            let fault = format!("is missing: {} answers nobody without a key", kind.as_str());
            self.fault(faults, "api_key", fault, "sk-…");
            return None;
        }
        let models = self.text("models").map(|models| items(models).map(str::to_owned).collect()).unwrap_or_default();
        let keys = keys.into_iter().map(Secret::from);
        Some(ProviderSettings { models, ..ProviderSettings::new(self.name, kind, &base_url).with_keys(keys) })
    }

    fn kind(&self, faults: &mut Faults) -> Option<ProviderKind> {
        match self.text("kind").map(str::parse::<ProviderKind>) {
            Some(Ok(kind)) => Some(kind),
            Some(Err(unknown)) => {
                self.fault(faults, "kind", unknown.to_string(), "openai");
                None
            }
            None => {
                let known: Vec<_> = ProviderKind::ALL.into_iter().map(ProviderKind::as_str).collect();
                self.fault(faults, "kind", format!("is missing; known kinds: {}", known.join(", ")), "openai");
                None
            }
        }
    }

    fn base_url(&self, kind: Option<ProviderKind>, faults: &mut Faults) -> Option<String> {
        let example = kind.and_then(ProviderKind::default_base_url).unwrap_or("http://127.0.0.1:8000/v1");
        match (self.text("base_url"), kind) {
            (Some(text), _) => match <Url as Setting>::parse(text) {
                Ok(url) => Some(url.as_str().trim_end_matches('/').to_owned()),
                Err(fault) => {
                    self.fault(faults, "base_url", fault, example);
                    None
                }
            },
            (None, Some(kind)) => {
                let usual = kind.default_base_url().map(str::to_owned);
                if usual.is_none() {
                    self.fault(faults, "base_url", "is missing: only you know where this server is", example);
                }
                usual
            }
            (None, None) => None,
        }
    }
}

/// `openai` at another address than OpenAI's is a server that speaks like it: it may want no key and know no newer fields.
fn in_truth(kind: ProviderKind, base_url: &str) -> ProviderKind {
    let own = base_url.starts_with("https://api.openai.com/");
    if kind == ProviderKind::OpenAi && !own { ProviderKind::Compatible } else { kind }
}
