//! Secrets at rest: XChaCha20-Poly1305, a random nonce a seal, bound to the row that holds it, the key outside the database.

mod key;
mod rotate;
mod seal;

pub use key::{EncryptionKey, SecretFault};
pub use rotate::{Rotated, rotate};
pub use seal::{Place, Sealed, Secrets};

#[cfg(test)]
mod tests;
