//! `obrol doctor`: looks at everything that the server stands on, and says what to do about what is wrong.

use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use coordination::Coordination;
use llm_gateway::Gateway;
use persistence::Db;
use secrecy::ExposeSecret;

use super::Failure;
use crate::config::Config;
use crate::data_dir;
use crate::greeting::database as database_name;
use crate::wiring::{self, Purpose};

/// Less is told; the server itself stops taking messages later.
const COMFORTABLE_SPACE: u64 = 1024 * 1024 * 1024;
/// Clocks further apart than this confuse people who read times.
const TOLERABLE_DIFFERENCE: i64 = 2000;

#[derive(Default)]
struct Findings {
    faults: usize,
}

impl Findings {
    fn good(&self, what: &str, value: impl std::fmt::Display) {
        println!("  ok     {what}: {value}");
    }

    fn note(&self, what: &str, value: impl std::fmt::Display, advice: &str) {
        println!("  note   {what}: {value}\n         → {advice}");
    }

    fn bad(&mut self, what: &str, value: impl std::fmt::Display, advice: &str) {
        self.faults += 1;
        println!("  WRONG  {what}: {value}\n         → {advice}");
    }
}

pub async fn run(config: Config) -> Result<ExitCode, Failure> {
    let mut findings = Findings::default();
    println!("Configuration");
    findings.good(
        "read",
        config.file.as_ref().map_or_else(|| "environment only".to_owned(), |file| file.display().to_string()),
    );
    println!("Disk");
    disk(&config, &mut findings);
    println!("Database");
    database(&config, &mut findings).await;
    println!("Redis");
    redis(&config, &mut findings).await;
    println!("Providers");
    providers(&config, &mut findings).await;
    match findings.faults {
        0 => println!("\nAll is well."),
        1 => println!("\n1 fault. What to do stands beside it."),
        faults => println!("\n{faults} faults. What to do stands beside each."),
    }
    Ok(if findings.faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn disk(config: &Config, findings: &mut Findings) {
    match data_dir::prepare(&config.data_dir) {
        Ok(()) => findings.good("data directory", config.data_dir.display()),
        Err(error) => return findings.bad("data directory", error, "make it writable for the server's user"),
    }
    match fs4::available_space(&config.data_dir) {
        Ok(bytes) if bytes >= COMFORTABLE_SPACE => findings.good("free space", mebibytes(bytes)),
        Ok(bytes) => findings.bad(
            "free space",
            mebibytes(bytes),
            "make room: below 16 MiB the server reports that it is not ready",
        ),
        Err(error) => findings.bad("free space", error, "the file system does not say; check it"),
    }
    match sync_time(config) {
        Ok(took) if took < Duration::from_millis(50) => findings.good("durable write", format!("{} ms", millis(took))),
        Ok(took) => findings.note(
            "durable write",
            format!("{} ms", millis(took)),
            "each accepted message waits for one such write; a faster disk answers faster",
        ),
        Err(error) => findings.bad("durable write", error, "the disk must be able to fsync"),
    }
    if config.accounts.secret_key.is_none() {
        match data_dir::secret_key(&config.data_dir, &domain::Chance::System) {
            Ok(_) => findings.note(
                "secret key",
                "generated, in the data directory",
                "back the directory up; without the key people must sign in again",
            ),
            Err(error) => findings.bad("secret key", error, "see above"),
        }
    } else {
        findings.good("secret key", "set by OBROL_SECRET_KEY");
    }
}

#[allow(clippy::disallowed_methods, reason = "measures how long the disk takes")]
fn sync_time(config: &Config) -> std::io::Result<Duration> {
    use std::io::Write;
    let path = config.data_dir.join(format!(".doctor-{}", std::process::id()));
    let mut file = std::fs::File::create(&path)?;
    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let began = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        slowest = slowest.max(began.elapsed());
    }
    std::fs::remove_file(&path)?;
    Ok(slowest)
}

async fn database(config: &Config, findings: &mut Findings) {
    let settings = wiring::db_settings(config, Purpose::Command);
    let db = match in_time(Db::open(&settings)).await {
        Some(Ok(db)) => db,
        Some(Err(error)) => {
            return findings.bad("connection", error, "check DATABASE_URL, the server and the network between");
        }
        None => {
            return findings.bad(
                "connection",
                "no answer in 10 s",
                "check DATABASE_URL, the server and the network between",
            );
        }
    };
    match in_time(db.facts()).await {
        Some(Ok(facts)) => {
            findings.good("version", format!("{} {}", database_name(facts.dialect), facts.version));
            for fact in &facts.facts {
                match fact.advice {
                    None => findings.good(fact.name, &fact.value),
                    Some(advice) => findings.bad(fact.name, &fact.value, advice),
                }
            }
            match facts.clock_difference_ms.abs() {
                0..=TOLERABLE_DIFFERENCE => {
                    findings.good("clock", format!("{} ms from the database's", facts.clock_difference_ms))
                }
                _ => findings.bad(
                    "clock",
                    format!("{} ms from the database's", facts.clock_difference_ms),
                    "let both keep time by NTP",
                ),
            }
            if facts.pending.is_empty() {
                findings.good("schema", "at this version");
            } else {
                findings.note(
                    "schema",
                    format!("{} migrations to apply", facts.pending.len()),
                    "`obrol serve` or `obrol migrate` applies them",
                );
            }
        }
        Some(Err(error)) => findings.bad("settings", error, "they could not be read"),
        None => findings.bad("settings", "no answer in 10 s", "the database is overloaded or locked"),
    }
    db.close().await;
}

async fn redis(config: &Config, findings: &mut Findings) {
    let Some(url) = &config.redis.url else {
        return findings.good("not configured", "one process needs none");
    };
    match Coordination::redis(url.expose_secret()).await {
        Ok(coordination) if coordination.healthy() => findings.good("connection", "answers"),
        Ok(_) => findings.bad(
            "connection",
            "does not answer",
            "check REDIS_URL; until then nodes hear of each other through the database, more slowly",
        ),
        Err(error) => findings.bad("address", error, "write REDIS_URL like redis://127.0.0.1:6379/0"),
    }
}

async fn providers(config: &Config, findings: &mut Findings) {
    let settings = wiring::gateway_settings(config);
    let gateway = Gateway::new(settings, Coordination::memory(), wiring::fractions(&domain::Chance::System));
    let models = in_time(gateway.models()).await.unwrap_or_default();
    if config.providers.is_empty() {
        findings.note(
            "configured",
            "none",
            "the built-in guide answers; connect a model with OBROL_PROVIDER_<NAME>_KIND, _BASE_URL, _API_KEY",
        );
    }
    for provider in &config.providers {
        match models.iter().filter(|model| model.provider == provider.name).count() {
            0 => findings.bad(
                &provider.name,
                "lists no model",
                "check its BASE_URL and API_KEY, or name its models with _MODELS",
            ),
            count => findings.good(&provider.name, format!("{count} models")),
        }
    }
    for model in models.iter().filter(|model| !config.providers.iter().any(|provider| provider.name == model.provider))
    {
        findings.good("also offered", &model.id);
    }
}

async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(Duration::from_secs(10), work).await.ok()
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes / (1024 * 1024))
}

fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}
