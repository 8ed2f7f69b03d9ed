//! When the write-ahead log goes into the database file.
//!
//! Not by SQLite's own hook: that one runs inside a COMMIT, whose members would wait for it, and it swallows a failed
//! fsync of the database file, after which the log would be reused.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use crate::error::Result;

/// Commits between two looks at the log.
const LOOK_EVERY: u32 = 16;
/// Pages (of 4 KiB) in the log that are worth a checkpoint.
const ENOUGH: i64 = 1000;
/// A log of this many pages means that a reader has been holding on: about 400 MiB.
const ALARM: i64 = 100_000;

#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    commits: u32,
}

impl Checkpoints {
    pub(super) async fn after_commit(&mut self, writer: &DatabaseTransaction) -> Result<()> {
        self.commits += 1;
        if self.commits < LOOK_EVERY {
            return Ok(());
        }
        self.commits = 0;
        let (log, done) = checkpoint(writer, "NOOP").await?;
        if log - done < ENOUGH {
            return Ok(());
        }
        let (log, done) = checkpoint(writer, "PASSIVE").await?;
        if log - done > ALARM {
            tracing::warn!(pages = log - done, "the write-ahead log cannot be emptied: a reader holds an old view");
        }
        Ok(())
    }
}

/// Pages in the log, and how many of them are in the database file already.
async fn checkpoint(writer: &DatabaseTransaction, mode: &str) -> Result<(i64, i64)> {
    let pragma = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA wal_checkpoint({mode})"));
    let Some(row) = writer.query_one_raw(pragma).await? else { return Ok((0, 0)) };
    Ok((row.try_get_by_index::<i64>(1)?, row.try_get_by_index::<i64>(2)?))
}
