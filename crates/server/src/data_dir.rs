//! The data directory: made with rights for its owner only, and the secrets that are generated in it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Chance;
use secrecy::{ExposeSecret, SecretString};

const SECRET_KEY_FILE: &str = "secret.key";
const ENCRYPTION_KEY_FILE: &str = "encryption.key";

#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("the data directory {0} cannot be used: {1} (choose another with OBROL_DATA_DIR)")]
    Unusable(PathBuf, io::Error),
    #[error("{0} cannot be used: {1}")]
    Secret(PathBuf, io::Error),
    #[error(
        "{0} is empty or damaged: restore it from a backup, or remove it to have a new one made (without secret.key people must \
         sign in again; without encryption.key the stored credentials of providers must be entered again)"
    )]
    Damaged(PathBuf),
    #[error("{0} can be read by others: chmod 600 {0}")]
    Exposed(PathBuf),
}

/// Makes the directory when it is missing; an existing one keeps the rights that its owner gave it.
pub fn prepare(path: &Path) -> Result<(), DataDirError> {
    let unusable = |error| DataDirError::Unusable(path.to_owned(), error);
    if !path.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
    }
    let probe = path.join(format!(".probe-{}", std::process::id()));
    fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(unusable)
}

/// The secret in the directory, generated at the first start.
pub fn secret_key(path: &Path, chance: &Chance) -> Result<SecretString, DataDirError> {
    kept(path, SECRET_KEY_FILE, || STANDARD.encode(chance.bytes::<48>()))
}

/// The key that seals secrets in the database, generated at the first start: 32 bytes in base64.
pub fn encryption_key(path: &Path, chance: &Chance) -> Result<SecretString, DataDirError> {
    kept(path, ENCRYPTION_KEY_FILE, || STANDARD.encode(chance.bytes::<32>()))
}

fn kept(path: &Path, name: &str, make: impl FnOnce() -> String) -> Result<SecretString, DataDirError> {
    let file = path.join(name);
    let failed = |error| DataDirError::Secret(file.clone(), error);
    if !file.exists() {
        let fresh = make();
        // Written aside and linked: a crash leaves no half a secret, and of two first starts one wins.
        let aside = path.join(format!(".{name}-{}", std::process::id()));
        let _ = fs::remove_file(&aside);
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside).map_err(failed)?;
        out.write_all(fresh.as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
        let linked = fs::hard_link(&aside, &file);
        let _ = fs::remove_file(&aside);
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => fs::File::open(path).and_then(|folder| folder.sync_all()).map_err(failed)?,
        }
    }
    if fs::metadata(&file).map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(DataDirError::Exposed(file));
    }
    let secret = SecretString::from(fs::read_to_string(&file).map_err(failed)?.trim().to_owned());
    if secret.expose_secret().len() < 32 { Err(DataDirError::Damaged(file)) } else { Ok(secret) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_for_its_owner_only() {
        let folder = std::env::temp_dir().join(format!("obrol-data-{}", std::process::id()));
        prepare(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        let first = secret_key(&folder, &Chance::System).unwrap();
        let second = secret_key(&folder, &Chance::System).unwrap();
        assert_eq!(first.expose_secret(), second.expose_secret());
        let sealing = encryption_key(&folder, &Chance::System).unwrap();
        assert_eq!(STANDARD.decode(sealing.expose_secret()).unwrap().len(), 32);
        assert_eq!(fs::metadata(folder.join(ENCRYPTION_KEY_FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        let file = folder.join(SECRET_KEY_FILE);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(secret_key(&folder, &Chance::System), Err(DataDirError::Exposed(_))));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&file, "short").unwrap();
        assert!(matches!(secret_key(&folder, &Chance::System), Err(DataDirError::Damaged(_))));
        fs::remove_dir_all(&folder).unwrap();
    }
}
