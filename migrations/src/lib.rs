//! The schema: one file per column of the house, the same tables on SQLite, PostgreSQL and MySQL/MariaDB.
//!
//! A migration that has landed is never edited; a later one changes what it made. What columns are on each database:
//! ids are 16 bytes, instants are BIGINT milliseconds, JSON and long text are plain text (so entities hold `String`),
//! money is integers. `ddl.rs` turns the one text of a table into each dialect.

mod columns;
mod ddl;

use sea_orm_migration::prelude::*;

/// All migrations, in the order of time.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        columns::ALL.map(|(name, up)| Box::new(ddl::Tables { name, up }) as Box<dyn MigrationTrait>).into()
    }
}

/// The names that this build knows: a database with another one was written by a newer Obrol.
pub fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}
