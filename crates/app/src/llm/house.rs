//! The gateway's settings of the moment: the environment's, and over them what operators saved. Read again whenever
//! somebody says that something has changed, here or on another node, and now and then in case nobody was heard.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use coordination::Heard;
use domain::ids::{CredentialId, RuleId};
use domain::llm::{Action, Asker, Capabilities, Direction, LimitBook};
use domain::{Chance, Result};
use llm_gateway::rules::{Rule, RuleAction, RuleDirection, Rules};
use llm_gateway::{GatewaySettings, ModelSettings, ProviderSettings, RouteSettings, RouteStep};
use ring::hmac;
use tokio_util::task::TaskTracker;

use super::ledger::Journal;
use super::ledger::wallets::{self, Wallets};
use super::purse::{gateway_price, stored_credential};
use super::settings::LlmSettings;
use super::{Changed, TOPIC, models, prices, probe, providers, routes, rules, settings};
use crate::App;

/// How often it is read unasked: a word on the bus can be lost, and a price can begin to hold.
const LOOK: Duration = Duration::from_secs(30);

/// What this process knows of language models beside what the gateway knows itself.
pub struct House {
    /// As the environment says.
    base: Arc<GatewaySettings>,
    limits: RwLock<Arc<LimitBook>>,
    rules: RwLock<Rules>,
    settings: RwLock<Arc<LlmSettings>>,
    /// Which secret each credential had when it was read.
    seals: RwLock<HashMap<CredentialId, String>>,
    used: Mutex<HashSet<CredentialId>>,
    /// Of this process: answers are kept in its memory alone.
    digest: hmac::Key,
    /// Notes calls before they are made; opened at the start of a process that has a folder.
    journal: OnceLock<Journal>,
    pub(crate) wallets: Wallets,
    /// Accounts that are being counted.
    pub(crate) accounts: TaskTracker,
    /// One reading after the other.
    reading: tokio::sync::Mutex<()>,
}

impl House {
    pub(crate) fn new(base: Arc<GatewaySettings>, chance: &Chance) -> Self {
        Self {
            base,
            limits: RwLock::default(),
            rules: RwLock::default(),
            settings: RwLock::default(),
            seals: RwLock::default(),
            used: Mutex::default(),
            digest: hmac::Key::new(hmac::HMAC_SHA256, &chance.bytes::<32>()),
            journal: OnceLock::new(),
            wallets: Wallets::default(),
            accounts: TaskTracker::new(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// Whether a limit of tokens or money holds for somebody whose account this is.
    pub(crate) fn capped(&self, asker: &Asker) -> bool {
        self.limits().capped(asker)
    }

    pub(crate) fn money_capped(&self, asker: &Asker) -> bool {
        self.limits().money_capped(asker)
    }

    /// As they were read last, at most a moment ago.
    pub fn limits(&self) -> Arc<LimitBook> {
        self.limits.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Content rules in force.
    pub fn rules(&self) -> Rules {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn settings(&self) -> Arc<LlmSettings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The providers that only the environment can change.
    pub fn environment(&self) -> &[ProviderSettings] {
        &self.base.providers
    }

    pub(crate) fn journal(&self) -> Option<&Journal> {
        self.journal.get()
    }

    pub(crate) fn set_journal(&self, journal: Journal) {
        // One process opens one journal, once.
        self.journal.get_or_init(|| journal);
    }

    pub(crate) fn digest_key(&self) -> &hmac::Key {
        &self.digest
    }

    pub(crate) fn seal(&self, credential: CredentialId) -> Option<String> {
        self.seals.read().unwrap_or_else(PoisonError::into_inner).get(&credential).cloned()
    }

    pub(crate) fn note_use(&self, credential: Option<&str>) {
        if let Some(id) = credential.and_then(stored_credential) {
            self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        }
    }

    /// Credentials that were used since this was asked last.
    pub(crate) fn take_used(&self) -> Vec<CredentialId> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }
}

/// Reads everything; before the first question is asked.
///
/// # Errors
/// When the database cannot be read.
pub async fn open(app: &App) -> Result<()> {
    for what in [Changed::Limits, Changed::Rules, Changed::Settings, Changed::Providers] {
        refresh(app, what).await?;
    }
    Ok(())
}

/// Until the process stops: hears of changes, and looks unasked.
pub async fn keep(app: App) {
    let mut bus = app.coordination.bus().subscribe(TOPIC);
    loop {
        let changed = tokio::select! {
            heard = bus.next() => match heard {
                Heard::Message(word) => serde_json::from_slice::<Changed>(&word).ok(),
                Heard::Missed => None,
            },
            () = tokio::time::sleep(app.chance.jitter(LOOK)) => None,
            () = app.closing.cancelled() => return,
        };
        let read = match changed {
            Some(changed) => refresh(&app, changed).await,
            None => open(&app).await,
        };
        if let Err(fault) = read {
            tracing::warn!(%fault, "what operators configured could not be read again yet");
        }
    }
}

/// Reads one part again; when it returns, the next question is asked by it.
pub(crate) async fn refresh(app: &App, what: Changed) -> Result<()> {
    let house = &app.llm;
    let _one = house.reading.lock().await;
    match what {
        Changed::Limits => {
            let limits = persistence::llm::limits::all(app.db.read()).await?;
            let book = Arc::new(LimitBook::new(&limits));
            let old =
                std::mem::replace(&mut *house.limits.write().unwrap_or_else(PoisonError::into_inner), book.clone());
            if old != book {
                wallets::close_all(app);
            }
        }
        Changed::Rules => {
            let rules: Vec<Rule> = rules::in_force(app).await?.iter().map(rule).collect();
            *house.rules.write().unwrap_or_else(PoisonError::into_inner) = Rules::new(&rules);
        }
        Changed::Settings => {
            let read = Arc::new(settings::read(app).await?);
            *house.settings.write().unwrap_or_else(PoisonError::into_inner) = read;
        }
        Changed::Providers | Changed::Models | Changed::Prices | Changed::Routes => {
            app.gateway.reload(gateway_settings(app).await?);
        }
    }
    Ok(())
}

async fn gateway_settings(app: &App) -> Result<GatewaySettings> {
    let base = &app.llm.base;
    let stored = providers::configured(app).await?;
    let mut seals = HashMap::new();
    let mut all = Vec::with_capacity(base.providers.len() + stored.len());
    // What an operator saved under the name of one from the environment stands in its place.
    let saved = |name: &str| stored.iter().any(|one| one.provider.name.eq_ignore_ascii_case(name));
    all.extend(base.providers.iter().filter(|one| !saved(&one.name)).cloned());
    for configured in stored.iter().filter(|one| one.provider.enabled) {
        seals.extend(configured.credentials.iter().map(|one| (one.id, one.seal.clone())));
        all.push(probe::settings(configured));
    }
    *app.llm.seals.write().unwrap_or_else(PoisonError::into_inner) = seals;

    let mut models: HashMap<String, ModelSettings> = HashMap::new();
    for said in &base.models {
        models.insert(said.id.to_lowercase(), said.clone());
    }
    for said in models::overrides(app).await? {
        let id = said.model.to_lowercase();
        let Capabilities { tools, vision, json, prefill, reasoning } = said.capabilities;
        let own = models.entry(id.clone()).or_default();
        *own = ModelSettings {
            id,
            name: Some(said.name).filter(|name| !name.is_empty()),
            context_window: said.context_window,
            max_output: said.max_output,
            vision,
            tools,
            json,
            reasoning,
            continues: prefill,
            disabled: !said.enabled,
            ..ModelSettings::default()
        };
    }
    for (model, held) in prices::at(app, None, app.clock.now()).await? {
        let id = model.to_lowercase();
        let own = models.entry(id.clone()).or_default();
        own.id = id;
        own.price = Some(gateway_price(&held.price));
    }
    let mut chains = Vec::new();
    let routes = routes::configured(app).await?;
    let taken = |name: &str| routes.iter().any(|one| one.route.name().eq_ignore_ascii_case(name));
    chains.extend(base.routes.iter().filter(|one| !taken(&one.name)).cloned());
    chains.extend(routes.iter().filter(|one| one.enabled).map(|one| RouteSettings {
        name: one.route.name().to_owned(),
        models: one.route.steps().iter().map(step).collect(),
        after_moderation: false,
    }));
    Ok(GatewaySettings { providers: all, routes: chains, models: models.into_values().collect(), ..(**base).clone() })
}

fn step(step: &domain::llm::RouteStep) -> RouteStep {
    RouteStep { model: step.model.clone(), may_continue: step.may_continue }
}

fn rule(stored: &rules::Rule) -> Rule {
    Rule {
        id: stored.id.to_string(),
        pattern: stored.pattern.clone(),
        action: match stored.action {
            Action::Block => RuleAction::Block,
            Action::Flag => RuleAction::Flag,
        },
        direction: match stored.direction {
            Direction::In => RuleDirection::In,
            Direction::Out => RuleDirection::Out,
            Direction::Both => RuleDirection::Both,
        },
    }
}

/// The rules that were met, as the database knows them.
pub(crate) fn rule_ids(hits: &[llm_gateway::rules::RuleHit]) -> Vec<RuleId> {
    hits.iter().filter_map(|hit| hit.id.parse().ok()).collect()
}
