//! Files that nobody but the server's user may read: conversations and keys are in them.

use std::fs::{File, OpenOptions};
use std::io::Result;
use std::path::Path;

/// Opens a file for reading and writing, and makes it with mode 0600 when it is not there.
pub(super) fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
