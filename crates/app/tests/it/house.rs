//! An application over each database, with a clock that the test moves.

use std::time::Duration;

use app::accounts::{AccountKeys, Accounts, AccountsSettings, Admin, HashCost, NewAdmin, create_admin, set_rights};
use app::secrets::{EncryptionKey, Secrets};
use app::{App, Parts};
use coordination::Coordination;
use domain::accounts::{Role, Status};
use domain::ids::{NodeId, UserId};
use domain::keys::{KeyGrant, Scopes};
use domain::{Actor, Chance, Clock, Ctx, Locale, Principal, Timestamp};
use llm_gateway::{Gateway, GatewaySettings};
use persistence::accounts::sessions::{self, Session};
use uuid::Uuid;

use crate::databases::{TestDb, all};

/// 2026-11-21T12:00:00Z.
pub const NOON: Timestamp = Timestamp(1_795_262_400_000);

/// Of every person here.
pub const PASSWORD: &str = "hujan di bulan juni sore";

pub struct House {
    pub app: App,
    pub test: TestDb,
}

pub fn key(seed: u64) -> EncryptionKey {
    EncryptionKey::from_bytes(&Chance::seeded(seed).bytes()).unwrap()
}

/// One over each database.
pub async fn houses() -> Vec<House> {
    all()
        .await
        .into_iter()
        .map(|test| House { app: build(&test, Secrets::new(key(1), vec![]), 7, &[]), test })
        .collect()
}

/// Another process over the same database, maybe with other keys.
pub fn build(test: &TestDb, secrets: Secrets, secret: u8, previous: &[u8]) -> App {
    let hash = HashCost { memory_kib: 64, passes: 1, lanes: 1 };
    let settings = AccountsSettings { hash, hash_concurrency: Some(2), ..AccountsSettings::default() };
    let previous: Vec<[u8; 32]> = previous.iter().map(|byte| [*byte; 32]).collect();
    let keys = AccountKeys::from_secret(&[secret; 32], &previous).unwrap();
    let coordination = Coordination::memory();
    App::new(Parts {
        db: test.db.clone(),
        gateway: Gateway::new(
            GatewaySettings { ollama_probe: false, ..GatewaySettings::default() },
            coordination.clone(),
            std::sync::Arc::new(|| 0.5),
        ),
        coordination,
        accounts: Accounts::new(settings, keys).unwrap(),
        secrets,
        node: NodeId::from_uuid(Uuid::from_u128(7)),
        clock: Clock::fixed(NOON),
        chance: Chance::System,
        settings: app::Settings::default(),
    })
}

impl House {
    pub fn name(&self) -> &'static str {
        self.test.name()
    }

    pub fn system(&self) -> Ctx {
        self.app.system("test")
    }

    pub fn admin(&self) -> Admin {
        Admin::of(&self.system()).unwrap()
    }

    pub fn wait(&self, seconds: u64) {
        self.app.clock.advance(Duration::from_secs(seconds));
    }

    /// A person with an account.
    pub async fn person(&self, email: &str, role: Role) -> UserId {
        let new = NewAdmin { email: email.into(), password: PASSWORD.into(), display_name: None };
        let user = create_admin(&self.app, &self.system(), new).await.unwrap().id;
        set_rights(&self.app, &self.system(), self.admin(), user, role, Status::Active).await.unwrap();
        user
    }

    /// The person at a device, or with a key.
    pub fn as_person(&self, user: UserId, role: Role, scopes: Option<Scopes>) -> Ctx {
        let id = || self.system().uuid();
        let key = scopes.map(|scopes| KeyGrant { id: id().into(), scopes });
        let session = key.is_none().then(|| id().into());
        let principal = Principal { user, role, session, rights_epoch: 0, key };
        Ctx { actor: Actor::User(principal), locale: Locale::En, ..self.system() }
    }

    /// The person at a device that is signed in.
    pub async fn at_device(&self, user: UserId, role: Role) -> Ctx {
        let (id, now) = (self.system().uuid().into(), self.app.clock.now());
        let session = Session {
            id,
            user,
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus(Duration::from_secs(10 * 365 * 24 * 3600)),
            revoked: None,
            user_agent: "a browser".to_owned(),
            source_ip: "127.0.0.1".to_owned(),
        };
        let tx = self.app.db.begin().await.unwrap();
        sessions::insert(&*tx, &session).await.unwrap();
        tx.commit().await.unwrap();
        let principal = Principal { user, role, session: Some(id), rights_epoch: 0, key: None };
        Ctx { actor: Actor::User(principal), locale: Locale::En, ..self.system() }
    }

    pub async fn finish(self) {
        drop(self.app);
        self.test.finish().await;
    }
}

/// The code of a refusal.
pub fn code<T>(outcome: domain::Result<T>) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(error) if error.kind() == domain::Kind::Broken => panic!("{error}"),
        Err(error) => {
            let fields: Vec<String> =
                error.fields().iter().map(|fault| format!("{}:{}", fault.pointer, fault.code)).collect();
            if fields.is_empty() { error.code().to_owned() } else { fields.join(" ") }
        }
    }
}

pub async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if is().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}
