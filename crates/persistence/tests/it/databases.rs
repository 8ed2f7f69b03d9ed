//! Fresh databases for tests: SQLite always, PostgreSQL and MySQL/MariaDB by the admin URLs that `make test` sets.

use std::path::PathBuf;

use persistence::{Db, DbSettings, Dialect};
use sea_orm::{ConnectionTrait, Database};
use uuid::Uuid;

/// One fresh database, migrated. `finish` removes it; after a failed test it stays to be looked at.
pub struct TestDb {
    pub db: Db,
    pub settings: DbSettings,
    /// The folder of a SQLite database.
    pub folder: Option<PathBuf>,
    drop: Option<(String, String)>,
}

impl TestDb {
    pub fn name(&self) -> &'static str {
        match self.db.dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
            Dialect::MySql => "mysql",
        }
    }

    pub async fn finish(self) {
        self.db.close().await;
        if let Some(folder) = self.folder {
            std::fs::remove_dir_all(folder).unwrap();
        }
        if let Some((admin, name)) = self.drop {
            let admin = Database::connect(admin).await.unwrap();
            admin.execute_unprepared(&format!("DROP DATABASE {name}")).await.unwrap();
            admin.close().await.unwrap();
        }
    }
}

/// Which servers there are; says what to do when none is named, so that they are never skipped by accident.
pub fn servers() -> Vec<String> {
    if std::env::var("OBROL_TEST_DB").as_deref() == Ok("sqlite") {
        return Vec::new();
    }
    ["OBROL_TEST_POSTGRES_URL", "OBROL_TEST_MYSQL_URL"]
        .map(|name| {
            std::env::var(name).unwrap_or_else(|_| {
                panic!("{name} is not set: run `make test`, which starts the servers, or set OBROL_TEST_DB=sqlite for SQLite alone")
            })
        })
        .into()
}

pub async fn sqlite() -> TestDb {
    let mut sqlite = sqlite_empty().await;
    sqlite.db.migrate().await.unwrap();
    sqlite.settings.max_connections = 4;
    sqlite
}

pub async fn sqlite_empty() -> TestDb {
    let folder = std::env::temp_dir().join(format!("obrol-test-{}", Uuid::now_v7().simple()));
    std::fs::create_dir(&folder).unwrap();
    let settings = DbSettings::new(format!("sqlite://{}", folder.join("obrol.db").display()));
    let db = Db::open(&settings).await.unwrap();
    TestDb { db, settings, folder: Some(folder), drop: None }
}

/// An empty database on the server, made with `options`.
pub async fn on_server(admin: &str, options: &str) -> (DbSettings, (String, String)) {
    let name = format!("obrol_test_{}", Uuid::now_v7().simple());
    let connection = Database::connect(admin).await.unwrap();
    connection.execute_unprepared(&format!("CREATE DATABASE {name} {options}")).await.unwrap();
    connection.close().await.unwrap();
    let (base, _) = admin.rsplit_once('/').unwrap();
    (DbSettings::new(format!("{base}/{name}")), (admin.to_owned(), name))
}

pub async fn server(admin: &str) -> TestDb {
    let options = if admin.starts_with("postgres") { "" } else { "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" };
    let (settings, drop) = on_server(admin, options).await;
    let db = Db::open(&settings).await.unwrap();
    db.migrate().await.unwrap();
    TestDb { db, settings, folder: None, drop: Some(drop) }
}

/// One of each, migrated.
pub async fn all() -> Vec<TestDb> {
    let servers = servers();
    let mut all = vec![sqlite().await];
    for admin in servers {
        all.push(server(&admin).await);
    }
    all
}
