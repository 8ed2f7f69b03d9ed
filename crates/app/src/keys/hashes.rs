//! The keyed hash of a key's text (HMAC-SHA256): without the server's secret a stolen table opens nothing, and cannot be tried
//! against.

use domain::keys::KeyText;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::accounts::AccountKeys;

/// Under each secret of the server, the present one first: that one makes, all find.
pub(super) fn all(keys: &AccountKeys, text: &KeyText) -> Vec<[u8; 32]> {
    keys.api_keys().iter().filter_map(|secret| hash(secret, text)).collect()
}

fn hash(secret: &[u8; 32], text: &KeyText) -> Option<[u8; 32]> {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(text.expose().as_bytes());
    Some(mac.finalize().into_bytes().into())
}
