//! A copy of the SQLite file before its schema changes: the way back.

use std::path::{Path, PathBuf};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, Statement};

use crate::error::{Error, Result};

const KEEP: usize = 3;

/// Writes `<database>.before-<time>` with everything committed, and removes all but the newest three.
pub(super) async fn take(database: &Path, options: ConnectOptions, now: domain::Timestamp) -> Result<PathBuf> {
    let mut copy = database.as_os_str().to_owned();
    copy.push(format!(".before-{:014}", now.millis()));
    let copy = PathBuf::from(copy);
    let target = copy.to_str().ok_or_else(|| Error::Refused("the database's path is not UTF-8".into()))?;
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [target.into()]);
    // The readers' connections refuse even this, and it cannot run inside the writer's transaction.
    let connection = Database::connect(options).await?;
    let copied = connection.execute_raw(vacuum).await;
    connection.close().await?;
    copied?;
    // VACUUM INTO does not sync what it wrote; a way back that is not on the disk is none.
    let file = copy.clone();
    let synced = tokio::task::spawn_blocking(move || std::fs::File::open(&file)?.sync_all()).await;
    synced.map_err(std::io::Error::other).flatten().map_err(|error| disk(&copy, &error))?;
    restrict(database, &copy)?;
    prune(database)?;
    Ok(copy)
}

/// The copy holds what the original holds, so nobody else may read it either.
fn restrict(database: &Path, copy: &Path) -> Result<()> {
    let permissions = std::fs::metadata(database).map_err(|error| disk(database, &error))?.permissions();
    std::fs::set_permissions(copy, permissions).map_err(|error| disk(copy, &error))
}

fn prune(database: &Path) -> Result<()> {
    let (Some(directory), Some(name)) = (database.parent(), database.file_name()) else { return Ok(()) };
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let prefix = format!("{}.before-", name.to_string_lossy());
    let entries = std::fs::read_dir(directory).map_err(|error| disk(directory, &error))?;
    let mut copies: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
        .collect();
    copies.sort();
    let surplus = copies.len().saturating_sub(KEEP);
    for old in &copies[..surplus] {
        std::fs::remove_file(old).map_err(|error| disk(old, &error))?;
    }
    Ok(())
}

fn disk(path: &Path, error: &std::io::Error) -> Error {
    Error::Refused(format!("the snapshot before migrating failed at {}: {error}", path.display()))
}
