//! The configuration: read from environment and file, checked as a whole, with all faults at once.

pub mod example;
pub mod faults;
pub mod keys;
mod production;
mod providers;
mod routes;
pub mod section;
pub mod sources;
pub mod values;

use std::path::{Path, PathBuf};

use llm_gateway::{ProviderSettings, RouteSettings};

use self::faults::Faults;
use self::keys::{Accounts, Core, Database, Http, Models, Redis, Runs};
use self::section::{Key, Section};
use self::sources::{Reader, Sources};
use self::values::{Environment, Registration};

/// Everything that an operator decides.
#[derive(Clone, Debug)]
pub struct Config {
    pub core: Core,
    pub http: Http,
    pub database: Database,
    pub redis: Redis,
    pub accounts: Accounts,
    pub runs: Runs,
    pub models: Models,
    pub providers: Vec<ProviderSettings>,
    pub routes: Vec<RouteSettings>,
    /// Where everything is kept, with the default filled in.
    pub data_dir: PathBuf,
    /// The TOML file that was read.
    pub file: Option<PathBuf>,
}

/// All sections with their titles and keys, in order.
pub fn sections() -> Vec<(&'static str, &'static [Key])> {
    vec![
        (Core::TITLE, Core::KEYS),
        (Http::TITLE, Http::KEYS),
        (Database::TITLE, Database::KEYS),
        (Redis::TITLE, Redis::KEYS),
        (Accounts::TITLE, Accounts::KEYS),
        (Runs::TITLE, Runs::KEYS),
        (Models::TITLE, Models::KEYS),
    ]
}

impl Config {
    /// From the process's environment and the file that it names.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads settings")]
    pub fn load() -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut env = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().map(str::to_owned) else { continue };
            let ours = name.starts_with("OBROL_")
                || matches!(name.as_str(), "DATABASE_URL" | "REDIS_URL" | "HOME" | "XDG_DATA_HOME");
            match value.into_string() {
                Ok(value) if ours => env.push((name, value)),
                Err(_) if ours => faults.add(name, "is not UTF-8", None),
                _ => {}
            }
        }
        Self::from_env(env, faults)
    }

    /// From variables; `faults` are those that were found on the way here.
    pub fn from_env(env: impl IntoIterator<Item = (String, String)>, mut faults: Faults) -> Result<Self, Faults> {
        let mut sources = Sources::new(env);
        let file = file(&sources);
        if let Some(file) = &file {
            sources.read_file(file, &mut faults);
        }
        let keys: Vec<Key> = sections().into_iter().flat_map(|(_, keys)| keys.iter().copied()).collect();
        sources.refuse_unknown(&keys, &mut faults);
        let providers = providers::read(&sources, &mut faults);
        let mut reader = Reader { sources: &sources, faults: &mut faults };
        let core = Core::read(&mut reader);
        let http = Http::read(&mut reader);
        let database = Database::read(&mut reader);
        let redis = Redis::read(&mut reader);
        let accounts = Accounts::read(&mut reader);
        let runs = Runs::read(&mut reader);
        let models = Models::read(&mut reader);
        let routes = routes::read(&sources, &known(&sources, &providers, models.as_ref()), &mut faults);
        let parts = (core, http, database, redis, accounts, runs, models);
        let (Some(core), Some(http), Some(database), Some(redis), Some(accounts), Some(runs), Some(models)) = parts
        else {
            return Err(faults);
        };
        let data_dir = core.data_dir.clone().or_else(|| default_data_dir(&sources));
        let data_dir = data_dir.unwrap_or_else(|| PathBuf::from("obrol-data"));
        let config = Self { core, http, database, redis, accounts, runs, models, providers, routes, data_dir, file };
        config.cross_check(&mut faults);
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    /// Faults that only several values together have.
    fn cross_check(&self, faults: &mut Faults) {
        if let Some(url) = &self.database.url {
            production::check_database(url, self.core.env, faults);
        }
        if self.database.min_connections.0 > self.database.max_connections.0 {
            faults.add("OBROL_DATABASE_MIN_CONNECTIONS", "must not be above OBROL_DATABASE_MAX_CONNECTIONS", None);
        }
        if self.http.metrics_listen.0 == Some(self.http.listen) && self.http.listen.port() != 0 {
            faults.add(
                "OBROL_METRICS_LISTEN",
                "must differ from OBROL_LISTEN",
                Some("OBROL_METRICS_LISTEN=127.0.0.1:9090".into()),
            );
        }
        if self.core.env == Environment::Production {
            production::check(self, faults);
        }
    }

    pub fn production(&self) -> bool {
        self.core.env == Environment::Production
    }

    /// Who may make an account, with the careful default filled in.
    pub fn registration(&self) -> Registration {
        let private = self.http.listen.ip().is_loopback() && !self.production();
        self.accounts.registration.unwrap_or(if private { Registration::Open } else { Registration::Closed })
    }

    /// Messages to the AI that one person may send each minute; 0 is no limit.
    pub fn messages_per_minute(&self) -> u32 {
        let careful = if self.production() { 60 } else { 0 };
        self.runs.messages_per_minute.map_or(careful, |limit| limit.get())
    }

    /// What people type to come here.
    pub fn address(&self) -> String {
        match &self.http.public_url {
            Some(url) => url.to_string(),
            None => format!("http://{}/", self.http.listen),
        }
    }
}

/// Whom routes may lead to: also who is there without being configured, and who has faults that are told elsewhere.
fn known<'a>(sources: &Sources, providers: &'a [ProviderSettings], models: Option<&Models>) -> routes::Known<'a> {
    let mut names: Vec<String> = sources.providers().into_keys().collect();
    let offered = |on: fn(&Models) -> bool| models.is_none_or(on);
    if offered(|models| models.ollama_probe) && !names.iter().any(|name| name == "ollama") {
        names.push("ollama".to_owned());
    }
    if offered(|models| models.guide) {
        names.push("guide".to_owned());
    }
    routes::Known { providers, names }
}

/// `OBROL_CONFIG`, or `obrol.toml` in the data directory when it is there.
fn file(sources: &Sources) -> Option<PathBuf> {
    if let Some(named) = sources.env("OBROL_CONFIG") {
        return Some(PathBuf::from(named));
    }
    let data_dir = sources.env("OBROL_DATA_DIR").map(PathBuf::from).or_else(|| default_data_dir(sources))?;
    Some(data_dir.join("obrol.toml")).filter(|path| path.is_file())
}

fn default_data_dir(sources: &Sources) -> Option<PathBuf> {
    let share = sources.env("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let share = share.or_else(|| sources.env("HOME").map(|home| Path::new(home).join(".local/share")))?;
    Some(share.join("obrol"))
}

#[cfg(test)]
mod tests;
