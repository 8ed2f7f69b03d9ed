//! A database server of a test's own that takes encrypted connections only; its certificate is for `localhost`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::database::Kind;

pub struct SecureDatabase {
    state: PathBuf,
    url: String,
}

impl SecureDatabase {
    /// None for SQLite, which has no connection to encrypt.
    pub fn start(kind: Kind) -> Option<Self> {
        let (name, key) = match kind {
            Kind::Sqlite => return None,
            Kind::Postgres => ("postgres", "OBROL_TEST_POSTGRES_URL"),
            Kind::Mariadb => ("mariadb", "OBROL_TEST_MYSQL_URL"),
        };
        let owner = std::process::id().to_string();
        let made = Command::new(script("start.sh")).args([&owner, name, "tls"]).output().expect("start.sh runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let said = String::from_utf8_lossy(&made.stdout).into_owned();
        let lines = said.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        let said: HashMap<&str, &str> = lines.collect();
        Some(Self { state: said["OBROL_TEST_SERVICES"].into(), url: said[key].to_owned() })
    }

    /// By the name that the certificate carries.
    pub fn url(&self) -> String {
        self.url.replace("127.0.0.1", "localhost")
    }

    /// By an address that it does not carry.
    pub fn url_by_address(&self) -> &str {
        &self.url
    }

    /// The authority that signed the certificate.
    pub fn authority(&self) -> PathBuf {
        self.state.join("ca.pem")
    }

    /// One that signed nothing.
    pub fn other_authority(&self) -> PathBuf {
        self.state.join("other-ca.pem")
    }
}

impl Drop for SecureDatabase {
    fn drop(&mut self) {
        let _ = Command::new(script("stop.sh")).arg(&self.state).status();
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("services").join(name)
}
