//! Accounts over a real SQLite, with a clock that the test moves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod entering;
mod refreshing;
mod throttles;
mod tokens;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use coordination::Coordination;
use domain::{Actor, Chance, Clock, Ctx, Locale, Timestamp};
use llm_gateway::{Gateway, GatewaySettings};
use persistence::{Db, DbSettings};

use super::*;
use crate::secrets::{EncryptionKey, Secrets};
use crate::{App, Parts};

pub(crate) const PASSWORD: &str = "hujan di bulan juni sore";

/// An application in a folder of its own, gone with the value.
pub(crate) struct House {
    pub app: App,
    folder: PathBuf,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(AccountsSettings::default()).await
    }

    /// Hashing costs next to nothing here, and time stands still unless it is moved.
    pub(crate) async fn with(settings: AccountsSettings) -> Self {
        let folder = std::env::temp_dir().join(format!("obrol-accounts-{}", Chance::System.uuid(Clock::System.now())));
        std::fs::create_dir_all(&folder).unwrap();
        let db = Db::open(&DbSettings::new(format!("sqlite://{}/obrol.db?mode=rwc", folder.display()))).await.unwrap();
        db.migrate().await.unwrap();
        let hash = HashCost { memory_kib: 64, passes: 1, lanes: 1 };
        let settings = AccountsSettings { hash, hash_queue: 1000, hash_concurrency: Some(2), ..settings };
        let accounts = Accounts::new(settings, AccountKeys::from_secret(&[7; 32], &[]).unwrap()).unwrap();
        let coordination = Coordination::memory();
        let clock = Clock::fixed(Timestamp(1_800_000_000_000));
        let chance = Chance::System;
        let app = App::new(Parts {
            db,
            gateway: Gateway::new(
                GatewaySettings { ollama_probe: false, ..GatewaySettings::default() },
                coordination.clone(),
                std::sync::Arc::new(|| 0.5),
            ),
            coordination,
            accounts,
            secrets: Secrets::new(EncryptionKey::from_bytes(&Chance::seeded(3).bytes()).unwrap(), vec![]),
            node: chance.uuid(clock.now()).into(),
            clock,
            chance,
            settings: crate::Settings::default(),
        });
        Self { app, folder }
    }

    pub(crate) fn stranger(&self) -> Ctx {
        self.from("203.0.113.7")
    }

    pub(crate) fn from(&self, source: &str) -> Ctx {
        Ctx {
            actor: Actor::Anonymous,
            locale: Locale::En,
            request_id: "test".to_owned(),
            source: Some(source.parse::<IpAddr>().unwrap()),
            clock: self.app.clock.clone(),
            chance: self.app.chance.clone(),
        }
    }

    /// Whoever a token proves.
    pub(crate) async fn holder(&self, signed_in: &SignedIn) -> domain::Result<Ctx> {
        let now = self.app.clock.now();
        let known = authenticate(&self.app, &prove(&self.app, &signed_in.access_token, now)?, now).await?;
        Ok(Ctx { actor: Actor::User(known.principal), ..self.stranger() })
    }

    pub(crate) fn wait(&self, by: Duration) {
        self.app.clock.advance(by);
    }

    pub(crate) async fn register(&self, email: &str) -> domain::Result<SignedIn> {
        register(&self.app, &self.stranger(), registration(email, None)).await
    }

    pub(crate) async fn login(&self, email: &str, password: &str) -> domain::Result<SignedIn> {
        login(&self.app, &self.stranger(), attempt(email, password)).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> domain::Result<SignedIn> {
        refresh(&self.app, &self.stranger(), token).await
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn registration(email: &str, setup_token: Option<&str>) -> Register {
    Register {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: None,
        setup_token: setup_token.map(str::to_owned),
        user_agent: "test\u{7}\n".to_owned(),
    }
}

pub(crate) fn attempt(email: &str, password: &str) -> Login {
    Login { email: email.to_owned(), password: password.to_owned(), user_agent: String::new() }
}

/// The code of a refusal.
pub(crate) fn code<T>(outcome: domain::Result<T>) -> &'static str {
    match outcome {
        Ok(_) => "ok",
        Err(error) if error.kind() == domain::Kind::Broken => panic!("{error}"),
        Err(error) => error.code(),
    }
}
