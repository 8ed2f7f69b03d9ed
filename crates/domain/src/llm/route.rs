//! Routes: an ordered chain of models under one name, asked for as `route/<name>`.

use serde::{Deserialize, Serialize};

use super::provider::{check_model, slug};
use crate::FieldFault;

/// One model of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteStep {
    /// `provider/model`.
    pub model: String,
    /// Whether it may go on with the text that a model before it had begun.
    #[serde(default)]
    pub may_continue: bool,
}

/// A checked route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    name: String,
    steps: Vec<RouteStep>,
}

impl Route {
    pub const LONGEST_NAME: usize = 60;
    pub const MOST_STEPS: usize = 16;

    /// # Errors
    /// Faults at `/name` and `/steps`: an empty chain, a model that is there twice, a route within a route.
    pub fn new(name: &str, steps: Vec<RouteStep>) -> Result<Self, Vec<FieldFault>> {
        let mut faults: Vec<FieldFault> = slug(name, Self::LONGEST_NAME).err().into_iter().collect();
        if steps.is_empty() {
            faults.push(FieldFault::new("/steps", "empty"));
        }
        if steps.len() > Self::MOST_STEPS {
            faults.push(FieldFault::new("/steps", "too_many").arg("max", Self::MOST_STEPS));
        } else {
            let mut seen = std::collections::HashSet::new();
            for (place, step) in steps.iter().enumerate() {
                let pointer = format!("/steps/{place}/model");
                if let Err(fault) = check_model(&step.model, &pointer) {
                    faults.push(fault);
                } else if step.model.starts_with("route/") {
                    faults.push(FieldFault::new(pointer, "llm.route_in_route"));
                } else if !seen.insert(step.model.to_ascii_lowercase()) {
                    faults.push(FieldFault::new(pointer, "duplicate"));
                }
            }
        }
        if faults.is_empty() { Ok(Self { name: name.to_owned(), steps }) } else { Err(faults) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn steps(&self) -> &[RouteStep] {
        &self.steps
    }
}
