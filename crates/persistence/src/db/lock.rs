//! An advisory lock beside the SQLite file, with the holder's pid in it: one serving process at a time.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Result};

/// A process that is just ending (a restart) is waited for.
const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Debug)]
pub(super) struct LockFile {
    path: PathBuf,
    held: Mutex<Option<File>>,
}

impl LockFile {
    pub(super) fn beside(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        Self { path: path.into(), held: Mutex::new(None) }
    }

    /// The operating system lets go of it when the process ends, however it ends.
    pub(super) async fn take(&self) -> Result<()> {
        let started = Instant::now();
        loop {
            match self.try_take()? {
                None => return Ok(()),
                Some(_) if started.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(50)).await,
                Some(holder) => {
                    return Err(Error::Refused(format!(
                        "another Obrol process (pid {holder}) uses this database; stop it first, or use PostgreSQL or MySQL \
                         to run several processes (lock file {})",
                        self.path.display()
                    )));
                }
            }
        }
    }

    pub(super) fn release(&self) {
        *self.slot() = None;
    }

    pub(super) fn is_held(&self) -> bool {
        self.slot().is_some()
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<File>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The holder's pid, or nothing when the lock is ours now.
    fn try_take(&self) -> Result<Option<String>> {
        let fault = |error: std::io::Error| {
            Error::Refused(format!(
                "the lock file {} cannot be used: {error}; does the directory exist, and is it writable?",
                self.path.display()
            ))
        };
        let mut file = super::private::open(&self.path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).and_then(|()| file.rewind()).map_err(fault)?;
                writeln!(file, "{}", std::process::id()).map_err(fault)?;
                *self.slot() = Some(file);
                Ok(None)
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(fault)?;
                Ok(Some(if holder.trim().is_empty() { "unknown".to_owned() } else { holder.trim().to_owned() }))
            }
            Err(TryLockError::Error(error)) => Err(fault(error)),
        }
    }
}
