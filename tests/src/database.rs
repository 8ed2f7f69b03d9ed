//! A fresh database for each test, of the kind that `OBROL_TEST_DB` names: sqlite (default), postgres, mariadb.

use sea_orm::{ConnectionTrait, Database as Orm, Statement};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
    Mariadb,
}

impl Kind {
    /// The kind of this run of the suite.
    pub fn asked() -> Self {
        match std::env::var("OBROL_TEST_DB").as_deref() {
            Err(_) | Ok("" | "sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            Ok("mariadb") => Self::Mariadb,
            Ok(other) => panic!("OBROL_TEST_DB={other}: it is sqlite, postgres or mariadb"),
        }
    }

    fn admin_url(self) -> Option<String> {
        let key = match self {
            Self::Sqlite => return None,
            Self::Postgres => "OBROL_TEST_POSTGRES_URL",
            Self::Mariadb => "OBROL_TEST_MYSQL_URL",
        };
        Some(std::env::var(key).unwrap_or_else(|_| panic!("{key} is not set: run under tests/services/with.sh")))
    }
}

/// One database, dropped with the value. SQLite lives in the data directory of its server, which drops it.
pub struct Database {
    kind: Kind,
    admin: Option<String>,
    name: String,
}

impl Database {
    pub async fn make(kind: Kind) -> Self {
        let name = format!("it_{}", uuid::Uuid::now_v7().simple());
        let admin = kind.admin_url();
        if let Some(admin) = &admin {
            execute(admin, &format!("CREATE DATABASE {name}")).await;
        }
        Self { kind, admin, name }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// None for SQLite: with nothing set the server makes its file in the data directory.
    pub fn url(&self) -> Option<String> {
        let admin = self.admin.as_ref()?;
        let (base, _) = admin.rsplit_once('/')?;
        Some(format!("{base}/{}", self.name))
    }

    /// Host and port of the server, to put a proxy before it.
    pub fn address(&self) -> Option<String> {
        let url = reqwest::Url::parse(self.admin.as_ref()?).ok()?;
        Some(format!("{}:{}", url.host_str()?, url.port()?))
    }
}

async fn execute(url: &str, sql: &str) {
    let connection = Orm::connect(url).await.unwrap_or_else(|why| panic!("database of the tests: {why}"));
    connection.execute_unprepared(sql).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
    let _ = connection.close().await;
}

/// Ends what is still connected to a database of MariaDB. A proxy keeps the connections of a server that was killed for as
/// long as the test's thread is busy dropping things, and a transaction that is open in one of them holds the DROP up.
async fn disconnect(url: &str, name: &str) {
    let connection = Orm::connect(url).await.unwrap_or_else(|why| panic!("database of the tests: {why}"));
    let open = format!("SELECT id FROM information_schema.processlist WHERE db = '{name}'");
    let backend = connection.get_database_backend();
    let rows = connection.query_all_raw(Statement::from_string(backend, open)).await.expect("a list of connections");
    for row in rows {
        let id: i64 = row.try_get_by_index(0).expect("a number");
        // It may have ended by itself meanwhile.
        let _ = connection.execute_unprepared(&format!("KILL {id}")).await;
    }
    let _ = connection.close().await;
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(admin) = self.admin.clone() else { return };
        let (kind, name) = (self.kind, self.name.clone());
        let force = if kind == Kind::Postgres { " WITH (FORCE)" } else { "" };
        let sql = format!("DROP DATABASE IF EXISTS {name}{force}");
        // A runtime of its own: a drop may happen on a thread that is inside the test's.
        let work = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if kind == Kind::Mariadb {
                    disconnect(&admin, &name).await;
                }
                execute(&admin, &sql).await;
            });
        });
        let _ = work.join();
    }
}
