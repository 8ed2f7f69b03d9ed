//! The keys of accounts: what signs access tokens, what is still accepted, what the world may read of it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::signature::{Ed25519KeyPair, KeyPair, RsaKeyPair, RsaPublicKeyComponents};
use sha2::{Digest, Sha256};

use super::crypto;

/// Why a key cannot be used; for the operator, and without the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("the signing key is not an RSA private key in PEM (PKCS#1 or PKCS#8) of 2048 to 4096 bits")]
    Rsa,
    #[error("an earlier key is not an RSA key in PEM (its public part is enough) of 2048 to 8192 bits")]
    RsaPublic,
    #[error("the signing key could not be derived")]
    Derivation,
}

/// One key pair and its one algorithm.
struct TokenKey {
    id: String,
    algorithm: Algorithm,
    /// `None`: its tokens are accepted, and it makes none.
    signing: Option<EncodingKey>,
    verifying: DecodingKey,
    jwk: serde_json::Value,
}

/// All keys of the accounts column. The first token key signs; the others are accepted until the tokens that they signed are old.
pub struct AccountKeys {
    tokens: Vec<TokenKey>,
    setup: [u8; 32],
    /// Of the present secret and those before it.
    api_keys: Vec<[u8; 32]>,
}

impl AccountKeys {
    /// Ed25519 keys derived from the server's secret and the secrets before it (HKDF-SHA256, RFC 5869).
    pub fn from_secret(secret: &[u8; 32], previous: &[[u8; 32]]) -> Result<Self, KeyFault> {
        crypto::install();
        let mut tokens = vec![ed25519(secret)?];
        for old in previous {
            tokens.push(ed25519(old)?);
        }
        let all = std::iter::once(secret).chain(previous);
        let api_keys = all.map(|secret| derive(secret, b"obrol api key hash v1")).collect::<Result<_, _>>()?;
        Ok(Self { tokens, setup: derive(secret, b"obrol setup token v1")?, api_keys })
    }

    /// The operator's RSA key signs (RS256); the derived keys are accepted beside it.
    pub fn with_rsa(mut self, pem: &str) -> Result<Self, KeyFault> {
        self.tokens.insert(0, rsa(pem)?);
        Ok(self)
    }

    /// What an earlier RSA key signed is accepted until it is old. Its public part is enough; a private one signs no more.
    pub fn accepting_rsa(mut self, pem: &str) -> Result<Self, KeyFault> {
        let key = rsa_public(pem)?;
        // The one that signs may be named among the earlier ones while nodes change over one by one.
        if self.verifying(&key.id).is_none() {
            self.tokens.push(key);
        }
        Ok(self)
    }

    /// The document of `/.well-known/jwks.json` (RFC 7517): all live keys, the signing one first.
    pub fn jwks(&self) -> serde_json::Value {
        serde_json::json!({ "keys": self.tokens.iter().map(|key| &key.jwk).collect::<Vec<_>>() })
    }

    /// Id, algorithm and key that sign new tokens; there is always one.
    pub(super) fn signing(&self) -> Option<(&str, Algorithm, &EncodingKey)> {
        self.tokens.first().and_then(|key| Some((key.id.as_str(), key.algorithm, key.signing.as_ref()?)))
    }

    /// The key of that id, with the one algorithm that it may be used with.
    pub(super) fn verifying(&self, id: &str) -> Option<(Algorithm, &DecodingKey)> {
        self.tokens.iter().find(|key| key.id == id).map(|key| (key.algorithm, &key.verifying))
    }

    /// With which API keys are hashed: the first one makes, all find.
    pub(crate) fn api_keys(&self) -> &[[u8; 32]] {
        &self.api_keys
    }

    /// From which the first administrator's token is made.
    pub(super) fn setup(&self) -> &[u8; 32] {
        &self.setup
    }
}

impl fmt::Debug for AccountKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tokens.iter().map(|key| (&key.id, key.algorithm))).finish()
    }
}

/// Every use has its own key, so that none says anything about another.
fn derive(secret: &[u8; 32], purpose: &[u8]) -> Result<[u8; 32], KeyFault> {
    let mut key = [0; 32];
    let expanded = Salt::new(HKDF_SHA256, b"obrol accounts").extract(secret);
    let filled = expanded.expand(&[purpose], HKDF_SHA256).and_then(|okm| okm.fill(&mut key));
    filled.map_err(|_| KeyFault::Derivation)?;
    Ok(key)
}

fn ed25519(secret: &[u8; 32]) -> Result<TokenKey, KeyFault> {
    /// PKCS#8 v1 around an Ed25519 seed (RFC 8410, section 7).
    const WRAPPING: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let seed = derive(secret, b"obrol access token ed25519 v1")?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyFault::Derivation)?;
    let public = pair.public_key().as_ref();
    let x = URL_SAFE_NO_PAD.encode(public);
    // RFC 8037, appendix A.3: the required members, in alphabetical order.
    let id = thumbprint(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
    let jwk = serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": id, "alg": "EdDSA", "use": "sig" });
    Ok(TokenKey {
        id,
        algorithm: Algorithm::EdDSA,
        signing: Some(EncodingKey::from_ed_der(&[&WRAPPING[..], &seed].concat())),
        verifying: DecodingKey::from_ed_der(public),
        jwk,
    })
}

fn rsa(pem: &str) -> Result<TokenKey, KeyFault> {
    let signing = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyFault::Rsa)?;
    let pair = RsaKeyPair::from_der(signing.as_bytes()).map_err(|_| KeyFault::Rsa)?;
    let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
    Ok(rsa_key(&n, &e, Some(signing)))
}

/// The public part of a key in either form.
fn rsa_public(pem: &str) -> Result<TokenKey, KeyFault> {
    if let Ok(key) = rsa(pem) {
        return Ok(TokenKey { signing: None, ..key });
    }
    let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyFault::RsaPublic)?;
    let der = key.try_get_as_bytes().map_err(|_| KeyFault::RsaPublic)?;
    let (n, e) = components(der).ok_or(KeyFault::RsaPublic)?;
    // What ring verifies with: RSA_PKCS1_2048_8192_SHA256.
    if !(256..=1024).contains(&n.len()) || e.is_empty() || e.len() > 4 {
        return Err(KeyFault::RsaPublic);
    }
    Ok(rsa_key(n, e, None))
}

fn rsa_key(n: &[u8], e: &[u8], signing: Option<EncodingKey>) -> TokenKey {
    let (n64, e64) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
    let id = thumbprint(&format!(r#"{{"e":"{e64}","kty":"RSA","n":"{n64}"}}"#));
    let jwk = serde_json::json!({ "kty": "RSA", "n": n64, "e": e64, "kid": id, "alg": "RS256", "use": "sig" });
    TokenKey { id, algorithm: Algorithm::RS256, signing, verifying: DecodingKey::from_rsa_raw_components(n, e), jwk }
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017, appendix A.1.1): a sequence of two integers in DER.
fn components(der: &[u8]) -> Option<(&[u8], &[u8])> {
    fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
        let (&[found, length], rest) = der.split_first_chunk::<2>()?;
        let (length, rest) = match length {
            0..=0x7f => (usize::from(length), rest),
            0x81 => rest.split_first().map(|(&one, rest)| (usize::from(one), rest))?,
            0x82 => rest.split_first_chunk::<2>().map(|(two, rest)| (usize::from(u16::from_be_bytes(*two)), rest))?,
            _ => return None,
        };
        (found == tag).then(|| rest.split_at_checked(length))?
    }
    fn integer(der: &[u8]) -> Option<(&[u8], &[u8])> {
        let (value, rest) = element(der, 0x02)?;
        let zeros = value.iter().take_while(|byte| **byte == 0).count();
        Some((&value[zeros..], rest))
    }
    let (inside, after) = element(der, 0x30)?;
    let (n, rest) = integer(inside)?;
    let (e, rest) = integer(rest)?;
    (after.is_empty() && rest.is_empty()).then_some((n, e))
}

/// RFC 7638.
fn thumbprint(canonical: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes()))
}
