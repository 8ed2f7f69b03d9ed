//! What is fit for trying out only is refused where `OBROL_ENV=production` says that it counts.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Config;
use super::faults::Faults;
use super::values::Environment;

/// Shorter ones are guessed.
const SHORTEST: usize = 32;
/// Fewer different characters are a pattern, not chance.
const FEWEST_DIFFERENT: usize = 12;

/// Pieces of secrets that manuals and products print; whoever copies one has no secret.
const KNOWN: [&str; 17] = [
    "changeme",
    "change-me",
    "change_me",
    "changethis",
    "change this",
    "t0p-s3cr3t",
    "secret",
    "password",
    "passw0rd",
    "example",
    "insecure",
    "default",
    "obrol",
    "openssl rand",
    "former value",
    "0123456789",
    "abcdefgh",
];
/// Passwords of databases as they come out of the box.
const KNOWN_DATABASE: [&str; 9] =
    ["postgres", "mysql", "mariadb", "root", "admin", "change", "test", "a-long-password", "example"];

pub(super) fn check(config: &Config, faults: &mut Faults) {
    let example = |line: &str| Some(line.to_owned());
    match &config.accounts.secret_key {
        None => faults.add(
            "OBROL_SECRET_KEY",
            "is missing, and production generates none",
            example("OBROL_SECRET_KEY=$(openssl rand -base64 48)"),
        ),
        Some(secret) => weakness("OBROL_SECRET_KEY", secret, faults),
    }
    for secret in &config.accounts.previous_secret_keys.0 {
        weakness("OBROL_SECRET_KEY_PREVIOUS", secret, faults);
    }
    let shared = config.database.url.as_ref().is_some_and(|url| !url.expose_secret().starts_with("sqlite"));
    if shared && config.accounts.encryption_key.is_none() {
        // Each node would make its own, and open nothing that another sealed.
        faults.add(
            "OBROL_ENCRYPTION_KEY",
            "is missing, and nodes that share a database share it",
            example("OBROL_ENCRYPTION_KEY=$(openssl rand -base64 32)"),
        );
    }
    match &config.http.public_url {
        None => faults.add(
            "OBROL_PUBLIC_URL",
            "is missing in production",
            example("OBROL_PUBLIC_URL=https://chat.example.org"),
        ),
        Some(url) if url.scheme() != "https" => {
            faults.add(
                "OBROL_PUBLIC_URL",
                "must begin with https:// in production",
                example("OBROL_PUBLIC_URL=https://chat.example.org"),
            );
        }
        Some(_) => {}
    }
}

fn weakness(key: &str, secret: &SecretString, faults: &mut Faults) {
    let text = secret.expose_secret();
    let lower = text.to_lowercase();
    let mut different: Vec<char> = text.chars().collect();
    different.sort_unstable();
    different.dedup();
    let fault = if text.chars().count() < SHORTEST {
        format!("is too short for production: at least {SHORTEST} characters")
    } else if KNOWN.iter().any(|known| lower.contains(known)) {
        "is a known secret or contains one: make your own".to_owned()
    } else if different.len() < FEWEST_DIFFERENT {
        "is too regular: make it by chance".to_owned()
    } else {
        return;
    };
    faults.add(key, fault, Some(format!("{key}=$(openssl rand -base64 48)")));
}

/// The address must be one that we know; in production its password must be somebody's own.
pub(super) fn check_database(url: &SecretString, env: Environment, faults: &mut Faults) {
    let text = url.expose_secret();
    let example = || Some("DATABASE_URL=postgres://obrol:a-long-password@127.0.0.1:5432/obrol".to_owned());
    let scheme = text.split(':').next().unwrap_or_default();
    if !matches!(scheme, "sqlite" | "postgres" | "postgresql" | "mysql" | "mariadb") {
        return faults.add("DATABASE_URL", "must begin with sqlite:, postgres: or mysql:", example());
    }
    if scheme == "sqlite" {
        return;
    }
    let Ok(parsed) = Url::parse(text) else {
        return faults.add(
            "DATABASE_URL",
            "cannot be read: characters like @ / : # in the password are written in percent form",
            example(),
        );
    };
    if env == Environment::Production
        && let Some(password) = parsed.password()
    {
        let lower = password.to_lowercase();
        if lower.len() < 8
            || lower == parsed.username()
            || KNOWN.contains(&lower.as_str())
            || KNOWN_DATABASE.contains(&lower.as_str())
        {
            faults.add("DATABASE_URL", "holds a weak or known password", example());
        }
    }
}
