//! Seals: what opens them, and what does not.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;
use domain::Chance;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

const CANARY: &str = "sk-canary-8f2d-予測";

fn key(seed: u64) -> EncryptionKey {
    EncryptionKey::from_bytes(&Chance::seeded(seed).bytes()).unwrap()
}

fn place(row: u128) -> Place<'static> {
    Place { table: "llm_credentials", row: Uuid::from_u128(row), of: "openai" }
}

fn seal(secrets: &Secrets) -> Sealed {
    secrets.seal(place(1), &SecretString::from(CANARY), &Chance::System).unwrap()
}

#[test]
fn a_seal_opens_in_its_place_only() {
    let secrets = Secrets::new(key(1), vec![]);
    let (sealed, again) = (seal(&secrets), seal(&secrets));
    assert_ne!(sealed.text, again.text, "a nonce of its own each time");
    assert!(sealed.text.starts_with(&format!("v1.{}.", key(1).id())) && sealed.key_id == secrets.key_id());
    assert_eq!(secrets.open(place(1), &sealed.text).unwrap().expose_secret(), CANARY);
    for other in [place(2), Place { table: "channels", ..place(1) }, Place { of: "groq", ..place(1) }] {
        assert_eq!(secrets.open(other, &sealed.text).unwrap_err(), SecretFault::Damaged);
    }
}

#[test]
fn nothing_that_was_changed_opens() {
    let secrets = Secrets::new(key(1), vec![]);
    let sealed = seal(&secrets).text;
    let start = sealed.rfind('.').unwrap() + 1;
    for at in start..sealed.len() {
        let other = if sealed.as_bytes()[at] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &sealed[..at], &sealed[at + 1..]);
        assert!(secrets.open(place(1), &changed).is_err(), "{at}");
    }
    for odd in ["", "v1", "v1..", "v2.a.b", "v1.x.", &sealed[..sealed.len() - 4], CANARY] {
        assert!(secrets.open(place(1), odd).is_err(), "{odd}");
    }
}

#[test]
fn old_keys_open_and_missing_ones_are_named() {
    let sealed = seal(&Secrets::new(key(1), vec![])).text;
    let after = Secrets::new(key(2), vec![key(3), key(1)]);
    assert_eq!(after.open(place(1), &sealed).unwrap().expose_secret(), CANARY);
    assert_eq!(seal(&after).key_id, key(2).id());
    let without = Secrets::new(key(2), vec![]);
    assert_eq!(without.open(place(1), &sealed).unwrap_err(), SecretFault::UnknownKey(key(1).id().to_owned()));
}

#[test]
fn keys_are_random_bytes_in_base64() {
    use base64::Engine;
    let encode = |bytes: &[u8]| SecretString::from(base64::engine::general_purpose::STANDARD.encode(bytes));
    let good = Chance::seeded(1).bytes::<32>();
    assert_eq!(EncryptionKey::parse(&encode(&good)).unwrap().id(), key(1).id());
    let counting: Vec<u8> = (0..32).collect();
    for weak in [&[0; 32][..], &[7; 32], b"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb", &counting] {
        assert_eq!(EncryptionKey::parse(&encode(weak)).unwrap_err(), SecretFault::Weak);
    }
    for bad in [encode(&good[..31]), SecretString::from("not base64!"), SecretString::from("")] {
        assert_eq!(EncryptionKey::parse(&bad).unwrap_err(), SecretFault::NotAKey);
    }
}

#[test]
fn nothing_prints_a_key_or_a_secret() {
    let secrets = Secrets::new(key(1), vec![key(2)]);
    let sealed = seal(&secrets);
    let opened = secrets.open(place(1), &sealed.text).unwrap();
    let printed = format!("{secrets:?} {sealed:?} {opened:?} {:?} {}", key(1), SecretFault::Damaged);
    let bytes = Chance::seeded(1).bytes::<32>();
    assert!(!printed.contains(CANARY) && !printed.contains(&format!("{bytes:?}")), "{printed}");
    assert!(!sealed.text.contains("canary"));
}
