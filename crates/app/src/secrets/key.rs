//! Keys that seal: 256 bits, named by a digest of themselves.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Why a secret cannot be sealed or opened; for the operator, and without the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    #[error("the encryption key is not 32 bytes in base64 (`openssl rand -base64 32` makes one)")]
    NotAKey,
    #[error("the encryption key is too easy to guess: `openssl rand -base64 32` makes a good one")]
    Weak,
    #[error("sealed with the key {0}, which is not among the keys that Obrol was given (OBROL_ENCRYPTION_KEYS_OLD)")]
    UnknownKey(String),
    #[error("a sealed secret is damaged, or was moved here from another row")]
    Damaged,
    #[error("a secret could not be sealed")]
    Unsealable,
}

/// One key of the operator's.
#[derive(Clone)]
pub struct EncryptionKey {
    pub(super) id: String,
    pub(super) cipher: XChaCha20Poly1305,
}

impl EncryptionKey {
    /// # Errors
    /// Not 32 bytes in base64 of any spelling, or bytes that nobody drew by chance.
    pub fn parse(text: &SecretString) -> Result<Self, SecretFault> {
        let text = text.expose_secret().trim();
        let read =
            [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(text).ok());
        let bytes: [u8; 32] = read.and_then(|bytes| bytes.try_into().ok()).ok_or(SecretFault::NotAKey)?;
        Self::from_bytes(&bytes)
    }

    /// # Errors
    /// Bytes that nobody drew by chance.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SecretFault> {
        // Of 32 random bytes, fewer than 16 different ones is less likely than 2^-60.
        let different = bytes.iter().collect::<std::collections::HashSet<_>>().len();
        let counting = bytes.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1));
        if different < 16 || counting {
            return Err(SecretFault::Weak);
        }
        let digest = Sha256::new().chain_update(b"obrol encryption key id v1").chain_update(bytes).finalize();
        let id = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { id, cipher: XChaCha20Poly1305::new(bytes.into()) })
    }

    /// Says which key it is and nothing about it.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKey({})", self.id)
    }
}
