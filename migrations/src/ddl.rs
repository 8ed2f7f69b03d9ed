//! One text per table, three dialects: `{types}` and quotes are filled in, a half-done MySQL migration can be run again.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// One statement of a migration.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    All(&'static str),
    MySql(&'static str),
    NotMySql(&'static str),
}

/// A migration that makes tables and indexes. Whoever runs it holds the lock and the transaction (`persistence::migrate`).
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) name: &'static str,
    pub(crate) up: &'static [Step],
}

impl MigrationName for Tables {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = manager.get_database_backend();
        for step in self.up {
            let mysql = backend == DbBackend::MySql;
            let text = match *step {
                Step::All(text) => text,
                Step::MySql(text) if mysql => text,
                Step::NotMySql(text) if !mysql => text,
                Step::MySql(_) | Step::NotMySql(_) => continue,
            };
            match connection.execute_unprepared(&render(text, backend)).await {
                Ok(_) => {}
                Err(error) if mysql && already_there(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// MySQL cannot roll DDL back, so a migration that was cut off meets its own work: 1060 column, 1061 index.
fn already_there(error: &DbErr) -> bool {
    let text = error.to_string();
    text.contains("1060") || text.contains("1061")
}

fn render(text: &str, backend: DbBackend) -> String {
    // (placeholder, SQLite, PostgreSQL, MySQL)
    const TYPES: [(&str, &str, &str, &str); 11] = [
        ("{word}", "TEXT", "varchar(40)", "varchar(40)"),
        ("{uuid}", "BLOB", "uuid", "binary(16)"),
        ("{instant}", "BIGINT", "bigint", "bigint"),
        ("{bigint}", "BIGINT", "bigint", "bigint"),
        ("{int}", "INTEGER", "integer", "int"),
        ("{bool}", "BOOLEAN", "boolean", "boolean"),
        ("{hash}", "BLOB", "bytea", "binary(32)"),
        ("{text}", "TEXT", "text", "longtext"),
        ("{key}", "TEXT", "varchar(190)", "varchar(190)"),
        ("{line}", "TEXT", "varchar(400)", "varchar(400)"),
        ("{short}", "TEXT", "varchar(64)", "varchar(64)"),
    ];
    let mut text = text.to_owned();
    for (placeholder, sqlite, postgres, mysql) in TYPES {
        let kind = match backend {
            DbBackend::Sqlite => sqlite,
            DbBackend::MySql => mysql,
            _ => postgres,
        };
        text = text.replace(placeholder, kind);
    }
    if backend == DbBackend::MySql {
        text = text.replace('"', "`");
        if text.starts_with("CREATE TABLE") {
            // Not the server's defaults: those may be latin1, case-insensitive or without foreign keys.
            text.push_str(" ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Step, render};
    use sea_orm_migration::sea_orm::DbBackend;

    #[test]
    fn every_placeholder_is_filled() {
        for backend in [DbBackend::Sqlite, DbBackend::Postgres, DbBackend::MySql] {
            for steps in crate::columns::ALL.map(|(_, up)| up) {
                for step in steps {
                    let (Step::All(text) | Step::MySql(text) | Step::NotMySql(text)) = *step;
                    let text = render(text, backend);
                    assert!(!text.contains('{'), "{text}");
                    assert!(backend != DbBackend::MySql || !text.contains('"'), "{text}");
                }
            }
        }
    }
}
