//! The operator's settings as they are at one moment. A reload makes a new one; who holds the old one keeps it to the end.

use std::collections::HashMap;
use std::sync::Arc;

use crate::settings::{GatewaySettings, ModelSettings, RouteSettings};
use crate::source::{self, Means, Source};

pub struct Registry {
    pub settings: Arc<GatewaySettings>,
    pub sources: Vec<Arc<Source>>,
    /// By `provider/model` in lower case.
    overrides: HashMap<String, ModelSettings>,
}

impl Registry {
    pub fn new(settings: GatewaySettings, old: &[Arc<Source>], means: &Means) -> Arc<Self> {
        let sources = source::all(&settings, old, means);
        let overrides = settings.models.iter().map(|one| (one.id.to_lowercase(), one.clone())).collect();
        Arc::new(Self { settings: Arc::new(settings), sources, overrides })
    }

    pub fn said_of(&self, id: &str) -> Option<&ModelSettings> {
        self.overrides.get(id)
    }

    pub fn route(&self, id: &str) -> Option<&RouteSettings> {
        let (kind, name) = id.trim().split_once('/')?;
        let is_route = kind.eq_ignore_ascii_case(ROUTE);
        self.settings.routes.iter().find(|route| is_route && route.name.eq_ignore_ascii_case(name))
    }
}

/// The first part of a route's id. No provider has this name.
pub const ROUTE: &str = "route";
