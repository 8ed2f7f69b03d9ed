//! `obrol migrate`: brings the database to this version's schema, then ends.

use std::process::ExitCode;

use persistence::Db;

use super::Failure;
use crate::config::Config;
use crate::data_dir;
use crate::wiring::{self, Purpose};

pub async fn run(config: Config) -> Result<ExitCode, Failure> {
    data_dir::prepare(&config.data_dir)?;
    let db = Db::open(&wiring::db_settings(&config, Purpose::Serve { work: false })).await?;
    let migrated = db.migrate().await?;
    db.close().await;
    if migrated.applied.is_empty() {
        println!("The database is at this version already.");
    }
    for name in &migrated.applied {
        println!("applied {name}");
    }
    if let Some(snapshot) = &migrated.snapshot {
        println!("the database as it was before: {}", snapshot.display());
    }
    Ok(ExitCode::SUCCESS)
}
