//! Routes: `OBROL_ROUTE_<NAME>=provider/model,provider/model`, or `[routes]` in the file. Each is a chain of models that are
//! asked in this order, offered as `route/<name>`.

use llm_gateway::{ProviderSettings, RouteSettings, RouteStep};

use super::faults::Faults;
use super::providers::is_name;
use super::sources::Sources;
use super::values::items;

const PREFIX: &str = "OBROL_ROUTE_";

/// `OBROL_ROUTE_CAREFUL` → `careful`.
pub fn of_variable(variable: &str) -> Option<String> {
    variable.strip_prefix(PREFIX).filter(|name| !name.is_empty()).map(str::to_ascii_lowercase)
}

/// Whose models a route may name.
pub struct Known<'a> {
    pub providers: &'a [ProviderSettings],
    /// Those too that have faults of their own, or that are there without being configured.
    pub names: Vec<String>,
}

pub fn read(sources: &Sources, known: &Known<'_>, faults: &mut Faults) -> Vec<RouteSettings> {
    let mut routes = Vec::new();
    for (name, (place, text)) in sources.routes() {
        let models: Vec<&str> = items(&text).collect();
        match fault(&name, &models, known) {
            Some(fault) => {
                let example = known.providers.first().map_or("openai", |provider| provider.name.as_str());
                let variable = format!("{PREFIX}{}", name.to_ascii_uppercase());
                faults.add(place, fault, Some(format!("{variable}={example}/model-a,{example}/model-b")));
            }
            None => {
                let step = |model: &str| RouteStep { model: model.to_owned(), may_continue: false };
                let models = models.into_iter().map(step).collect();
                routes.push(RouteSettings { name, models, after_moderation: false });
            }
        }
    }
    routes
}

/// What is wrong with a chain, by the place of the model: what was written is never repeated.
fn fault(name: &str, models: &[&str], known: &Known<'_>) -> Option<String> {
    if !is_name(name) {
        return Some("a route's name has letters, digits, - and _".to_owned());
    }
    if models.is_empty() {
        return Some("names no model".to_owned());
    }
    let mut seen = Vec::new();
    models.iter().zip(1..).find_map(|(id, place): (&&str, usize)| {
        let Some((provider, model)) = id.split_once('/').filter(|(_, model)| !model.is_empty()) else {
            return Some(format!("model {place} is not written as provider/model"));
        };
        if !known.names.iter().any(|name| name.eq_ignore_ascii_case(provider)) {
            return Some(format!("model {place} is of no known provider; known: {}", known.names.join(", ")));
        }
        let own = known.providers.iter().find(|one| one.name.eq_ignore_ascii_case(provider));
        let listed = |own: &&ProviderSettings| {
            own.models.is_empty() || own.models.iter().any(|one| one.to_lowercase() == model.to_lowercase())
        };
        if let Some(own) = own.filter(|own| !listed(own)) {
            return Some(format!("model {place} is not among the models that are set for {}", own.name));
        }
        let id = id.to_lowercase();
        if seen.contains(&id) {
            return Some(format!("model {place} is in it twice"));
        }
        seen.push(id);
        None
    })
}
