//! Sealing and opening. A seal reads `v1.<key id>.<base64 of nonce and ciphertext>`.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use domain::Chance;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{EncryptionKey, SecretFault};

const VERSION: &str = "v1";
const NONCE: usize = 24;

/// Where a secret lies. A seal opens nowhere else, so that rows cannot be exchanged behind our back.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub table: &'a str,
    pub row: Uuid,
    /// Whom the secret is for: a provider's id, a channel's.
    pub of: &'a str,
}

impl Place<'_> {
    fn associated(&self) -> Vec<u8> {
        format!("{VERSION}|{}|{}|{}", self.table, self.row, self.of).into_bytes()
    }
}

/// What the database keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub text: String,
    pub key_id: String,
}

/// The keys of the operator: one seals, all open.
#[derive(Clone)]
pub struct Secrets(Arc<Keys>);

struct Keys {
    current: EncryptionKey,
    old: Vec<EncryptionKey>,
}

impl Secrets {
    pub fn new(current: EncryptionKey, old: Vec<EncryptionKey>) -> Self {
        Self(Arc::new(Keys { current, old }))
    }

    /// Of the key that seals.
    pub fn key_id(&self) -> &str {
        &self.0.current.id
    }

    /// # Errors
    /// Only for a text of many gigabytes.
    pub fn seal(&self, place: Place<'_>, secret: &SecretString, chance: &Chance) -> Result<Sealed, SecretFault> {
        let key = &self.0.current;
        let nonce = chance.bytes::<NONCE>();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &place.associated() };
        let text = key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SecretFault::Unsealable)?;
        let text = URL_SAFE_NO_PAD.encode([&nonce[..], &text].concat());
        Ok(Sealed { text: format!("{VERSION}.{}.{text}", key.id), key_id: key.id.clone() })
    }

    /// # Errors
    /// The key is not there, or this is not what was sealed for this place.
    pub fn open(&self, place: Place<'_>, sealed: &str) -> Result<SecretString, SecretFault> {
        let mut parts = sealed.splitn(3, '.');
        let (Some(VERSION), Some(key_id), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SecretFault::Damaged);
        };
        let mut keys = std::iter::once(&self.0.current).chain(&self.0.old);
        let key = keys.find(|key| key.id == key_id).ok_or_else(|| {
            // What stands in a damaged row is shown only as far as it can be a name.
            SecretFault::UnknownKey(key_id.chars().filter(char::is_ascii_hexdigit).take(16).collect())
        })?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SecretFault::Damaged)?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE>().ok_or(SecretFault::Damaged)?;
        let payload = Payload { msg: text, aad: &place.associated() };
        let opened = key.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SecretFault::Damaged)?;
        String::from_utf8(opened).map(SecretString::from).map_err(|_| SecretFault::Damaged)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("current", &self.0.current).field("old", &self.0.old).finish()
    }
}
