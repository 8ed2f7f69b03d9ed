//! From the configuration to a running `App`: the one place that knows how the parts fit together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::accounts::{AccountKeys, Accounts, AccountsSettings, HashCost};
use app::secrets::{EncryptionKey, Secrets};
use app::{App, Parts};
use coordination::Coordination;
use domain::accounts::Registration;
use domain::conversations::MessageLimits;
use domain::ids::NodeId;
use domain::{Chance, Clock};
use llm_gateway::{Gateway, GatewaySettings, Limits, Timeouts};
use persistence::{Db, DbSettings, Exclusive, Migrated, TlsMode};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::config::values::{self, Tls};
use crate::node_slot::{self, NodeSlot};
use crate::{commands::Failure, data_dir};

/// What the process is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Serves, and works unless told not to: takes the SQLite file for itself and migrates.
    Serve { work: bool },
    /// Works only: next to serving processes, so the database must be one that they can share.
    Work,
    /// A short command beside the server.
    Command,
}

/// A running application and what must live as long as it does.
pub struct Wired {
    pub app: App,
    pub db_settings: DbSettings,
    pub migrated: Migrated,
    _slot: Option<NodeSlot>,
}

pub async fn build(config: &Config, purpose: Purpose) -> Result<Wired, Failure> {
    data_dir::prepare(&config.data_dir)?;
    let (clock, chance) = (Clock::System, Chance::System);
    let db_settings = db_settings(config, purpose);
    let db = Db::open(&db_settings).await?;
    if purpose == Purpose::Work && !db.shared() {
        return Err("`obrol work` works beside other processes, and SQLite has room for one: use `obrol serve`, or set DATABASE_URL to PostgreSQL or MySQL/MariaDB".into());
    }
    let migrated = db.migrate().await?;
    // A short command must not sit in the slot that the server comes back to.
    let slot = match purpose {
        Purpose::Command => None,
        _ => Some(node_slot::take(&config.data_dir, &clock, &chance)?),
    };
    let coordination = match &config.redis.url {
        Some(url) => Coordination::redis(url.expose_secret()).await?,
        None => Coordination::memory(),
    };
    let parts = Parts {
        gateway: Gateway::new(gateway_settings(config), coordination.clone(), fractions(&chance)),
        accounts: accounts(config, &chance)?,
        secrets: secrets(config, &chance)?,
        settings: app_settings(config, purpose),
        node: slot.as_ref().map_or_else(|| NodeId::from_uuid(chance.uuid(clock.now())), |slot| slot.node),
        db,
        coordination,
        clock,
        chance,
    };
    Ok(Wired { app: App::new(parts), db_settings, migrated, _slot: slot })
}

/// The one source of chance, as those crates want it that know no `Chance`.
pub fn fractions(chance: &Chance) -> llm_gateway::Chance {
    let chance = chance.clone();
    Arc::new(move || chance.fraction())
}

pub fn db_settings(config: &Config, purpose: Purpose) -> DbSettings {
    let keys = &config.database;
    let url = keys.url.as_ref().map_or_else(|| sqlite_in(&config.data_dir), |url| url.expose_secret().to_owned());
    let mut settings = DbSettings::new(url);
    settings.max_connections = keys.max_connections.get();
    settings.min_connections = keys.min_connections.get();
    settings.acquire_timeout = keys.acquire_timeout.0;
    settings.tls = keys.tls.map_or(settings.tls, tls);
    settings.tls_ca = keys.tls_ca.clone();
    settings.exclusive = if purpose == Purpose::Command { Exclusive::No } else { Exclusive::Yes };
    settings
}

/// The default database.
fn sqlite_in(data_dir: &Path) -> String {
    let absolute: PathBuf = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
    let path = absolute.join("obrol.db").to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}")
}

fn tls(tls: Tls) -> TlsMode {
    match tls {
        Tls::Disable => TlsMode::Disable,
        Tls::Prefer => TlsMode::Prefer,
        Tls::Require => TlsMode::Require,
        Tls::VerifyCa => TlsMode::VerifyCa,
        Tls::VerifyFull => TlsMode::VerifyFull,
    }
}

pub fn gateway_settings(config: &Config) -> GatewaySettings {
    let keys = &config.models;
    GatewaySettings {
        providers: config.providers.clone(),
        routes: config.routes.clone(),
        limits: Limits { messages_per_minute: config.messages_per_minute() },
        timeouts: Timeouts {
            connect: keys.connect_timeout.0,
            first_token: keys.first_token_timeout.0,
            stall: keys.stall_timeout.0,
            whole_run: config.runs.whole_run.0,
            ..Timeouts::default()
        },
        guide: keys.guide,
        ollama_probe: keys.ollama_probe,
        ollama_url: keys.ollama_url.as_str().trim_end_matches('/').to_owned(),
        ..GatewaySettings::default()
    }
}

fn app_settings(config: &Config, purpose: Purpose) -> app::Settings {
    let keys = &config.runs;
    let working = !matches!(purpose, Purpose::Serve { work: false } | Purpose::Command);
    app::Settings {
        messages: MessageLimits {
            characters: keys.max_message_characters.get::<u64>() as usize,
            ..MessageLimits::default()
        },
        queued_per_user: keys.queued_per_user.get(),
        queue_depth: keys.queue_depth.get(),
        queue_age: keys.queue_age.0,
        concurrency: if working { keys.concurrency.get::<u64>() as usize } else { 0 },
        whole_run: keys.whole_run.0,
        lease: keys.lease.0,
        heartbeat: keys.lease.0 / 3,
        title_model: keys.title_model.clone(),
        shutdown_grace: config.core.shutdown_grace.0,
        ..app::Settings::default()
    }
}

fn accounts(config: &Config, chance: &Chance) -> Result<Accounts, Failure> {
    let keys = &config.accounts;
    let secret = match &keys.secret_key {
        Some(secret) => secret.clone(),
        None => data_dir::secret_key(&config.data_dir, chance)?,
    };
    let previous: Vec<[u8; 32]> = keys.previous_secret_keys.0.iter().map(digest).collect();
    let mut account_keys = AccountKeys::from_secret(&digest(&secret), &previous)?;
    if let Some(path) = &keys.jwt_rsa_key_file {
        account_keys = account_keys.with_rsa(&pem("OBROL_JWT_RSA_KEY_FILE", path)?)?;
    }
    for path in &keys.previous_jwt_rsa_key_files.0 {
        account_keys = account_keys.accepting_rsa(&pem("OBROL_JWT_RSA_KEY_FILE_PREVIOUS", path)?)?;
    }
    let hash = HashCost {
        memory_kib: keys.argon2_memory_mib.get::<u32>() * 1024,
        passes: keys.argon2_iterations.get(),
        lanes: keys.argon2_parallelism.get(),
    };
    let concurrency = keys.argon2_concurrency.get::<u64>() as usize;
    let settings = AccountsSettings {
        // Never the address listened on: nodes behind one proxy differ in it, and accept each other's tokens.
        issuer: config.http.public_url.as_ref().map_or("obrol", |url| url.as_str()).trim_end_matches('/').to_owned(),
        registration: match config.registration() {
            values::Registration::Open => Registration::Open,
            values::Registration::Invite => Registration::Invite,
            values::Registration::Closed => Registration::Closed,
        },
        hash,
        hash_concurrency: (concurrency > 0).then_some(concurrency),
        lookups: (config.database.max_connections.get::<u64>() as usize / 4).max(1),
        ..AccountsSettings::default()
    };
    Ok(Accounts::new(settings, account_keys)?)
}

/// What seals secrets in the database, and what opened them before.
fn secrets(config: &Config, chance: &Chance) -> Result<Secrets, Failure> {
    let keys = &config.accounts;
    let named = |name: &'static str| move |fault| format!("{name}: {fault}");
    let current = match &keys.encryption_key {
        Some(key) => EncryptionKey::parse(key).map_err(named("OBROL_ENCRYPTION_KEY"))?,
        None => {
            let key = data_dir::encryption_key(&config.data_dir, chance)?;
            EncryptionKey::parse(&key).map_err(named("encryption.key in the data directory"))?
        }
    };
    let old = keys.old_encryption_keys.0.iter().map(EncryptionKey::parse).collect::<Result<_, _>>();
    Ok(Secrets::new(current, old.map_err(named("OBROL_ENCRYPTION_KEYS_OLD"))?))
}

fn pem(key: &str, path: &Path) -> Result<String, Failure> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("{key}: {} cannot be read: {error}", path.display()))?)
}

/// Whatever form the operator's secret has, the keys are derived from 32 bytes of it.
fn digest(secret: &SecretString) -> [u8; 32] {
    Sha256::digest(secret.expose_secret().as_bytes()).into()
}
