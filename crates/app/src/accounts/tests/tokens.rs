//! Access tokens that others might make up (S11), and keys that follow each other (S12).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{SessionId, UserId};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::access::{Claims, issue, read};
use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const ISSUER: &str = "https://chat.example";
const LIVES: Duration = Duration::from_secs(900);

fn claims() -> Claims {
    let id = |n| uuid::Uuid::from_u128(n);
    Claims::new(ISSUER, UserId::from_uuid(id(1)), SessionId::from_uuid(id(2)), 3, NOW, LIVES)
}

fn keys(secret: u8, previous: &[u8]) -> AccountKeys {
    let previous: Vec<_> = previous.iter().map(|byte| [*byte; 32]).collect();
    AccountKeys::from_secret(&[secret; 32], &previous).unwrap()
}

fn outcome(keys: &AccountKeys, token: &str, now: Timestamp) -> &'static str {
    code(read(keys, ISSUER, token, now))
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn header_of(token: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_token_says_who_and_for_how_long() {
    let keys = keys(1, &[]);
    let token = issue(&keys, &claims()).unwrap();
    assert_eq!(read(&keys, ISSUER, &token, NOW).unwrap(), claims());
    let header = header_of(&token);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("EdDSA")));
    assert_eq!(header["kid"], keys.jwks()["keys"][0]["kid"]);
    let at = |seconds: i64| Timestamp(NOW.millis() + seconds * 1000);
    for (seconds, expected) in [(-61, "auth.token_invalid"), (-60, "ok"), (959, "ok"), (960, "auth.token_expired")] {
        assert_eq!(outcome(&keys, &token, at(seconds)), expected, "{seconds}");
    }
}

#[test]
fn tokens_of_others_are_refused() {
    let keys = keys(1, &[]);
    let good = issue(&keys, &claims()).unwrap();
    let body = good.split('.').nth(1).unwrap();
    let signature = good.split('.').nth(2).unwrap();
    let kid = header_of(&good)["kid"].clone();
    let jwk = keys.jwks()["keys"][0].clone();
    let public = URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap();
    let hs256 = |header: Value| {
        let signed = format!("{}.{body}", part(&header));
        let mut mac = Hmac::<Sha256>::new_from_slice(&public).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    let with = |header: Value| format!("{}.{body}.{signature}", part(&header));
    let mut longer = claims();
    longer.exp += 1_000_000;
    let claims_swapped =
        format!("{}.{}.{signature}", good.split('.').next().unwrap(), part(&serde_json::to_value(&longer).unwrap()));
    let other_audience = Claims { aud: "somebody-else".into(), ..claims() };
    let other_issuer = Claims { iss: "https://evil.example".into(), ..claims() };
    let corpus = [
        ("nothing", String::new()),
        ("dots", "..".into()),
        ("two parts", format!("{}.{body}", good.split('.').next().unwrap())),
        ("four parts", format!("{good}.x")),
        ("none", format!("{}.{body}.", part(&json!({"typ": "at+jwt", "alg": "none", "kid": kid})))),
        ("None with a signature", with(json!({"typ": "at+jwt", "alg": "None", "kid": kid}))),
        ("HS256 with the public key", hs256(json!({"typ": "at+jwt", "alg": "HS256", "kid": kid}))),
        ("RS256 with our kid", with(json!({"typ": "at+jwt", "alg": "RS256", "kid": kid}))),
        ("no kid", with(json!({"typ": "at+jwt", "alg": "EdDSA"}))),
        ("unknown kid", with(json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "../../dev/null"}))),
        ("other typ", with(json!({"typ": "JWT", "alg": "EdDSA", "kid": kid}))),
        ("jku", with(json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid, "jku": "https://evil.example/jwks.json"}))),
        ("jwk", with(json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid, "jwk": jwk}))),
        ("x5u", with(json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid, "x5u": "https://evil.example"}))),
        ("crit", with(json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid, "crit": ["exp"]}))),
        ("claims swapped", claims_swapped),
        ("signature cut", good[..good.len() - 4].to_owned()),
        ("signature empty", format!("{}.{body}.", good.split('.').next().unwrap())),
        ("somebody else's key", issue(&self::keys(2, &[]), &claims()).unwrap()),
        ("other audience", issue(&keys, &other_audience).unwrap()),
        ("other issuer", issue(&keys, &other_issuer).unwrap()),
        ("very long", format!("{good}{}", "A".repeat(100_000))),
    ];
    for (name, token) in corpus {
        assert_eq!(outcome(&keys, &token, NOW), "auth.token_invalid", "{name}");
    }
    for at in 0..good.len() {
        let mut tampered = good.clone().into_bytes();
        tampered[at] = if tampered[at] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).unwrap();
        // The last character of a part may carry bits that nothing reads.
        if URL_SAFE_NO_PAD.decode(tampered.split('.').next_back().unwrap()).ok()
            != URL_SAFE_NO_PAD.decode(signature).ok()
            || at < good.len() - signature.len()
        {
            assert_eq!(outcome(&keys, &tampered, NOW), "auth.token_invalid", "byte {at}");
        }
    }
}

#[test]
fn the_keys_before_are_accepted_and_retired_ones_are_not() {
    let old = keys(1, &[]);
    let token = issue(&old, &claims()).unwrap();
    let overlap = keys(2, &[1]);
    assert_eq!(outcome(&overlap, &token, NOW), "ok");
    assert_eq!(overlap.jwks()["keys"].as_array().unwrap().len(), 2);
    assert_ne!(header_of(&issue(&overlap, &claims()).unwrap())["kid"], header_of(&token)["kid"]);
    assert_eq!(outcome(&keys(2, &[]), &token, NOW), "auth.token_invalid");
    assert!(!format!("{overlap:?}{:?}", overlap.jwks()).contains("\"d\""), "no private part is shown");
}

#[test]
fn an_operators_rsa_key_signs_rs256() {
    let Ok(made) = std::process::Command::new("openssl").args(["genrsa", "2048"]).output() else {
        eprintln!("skipped: no openssl to make an RSA key with");
        return;
    };
    let pem = String::from_utf8(made.stdout).unwrap();
    let derived = keys(1, &[]);
    let before = issue(&derived, &claims()).unwrap();
    let keys = derived.with_rsa(&pem).unwrap();
    let token = issue(&keys, &claims()).unwrap();
    assert_eq!(header_of(&token)["alg"], "RS256");
    assert_eq!(outcome(&keys, &token, NOW), "ok");
    assert_eq!(outcome(&keys, &before, NOW), "ok", "what was signed before the change lives on");
    let jwk = &keys.jwks()["keys"][0];
    assert_eq!((&jwk["kty"], &jwk["alg"], &jwk["kid"]), (&json!("RSA"), &json!("RS256"), &header_of(&token)["kid"]));
    let mut confused = header_of(&token);
    confused["alg"] = json!("EdDSA");
    let (_, rest) = token.split_once('.').unwrap();
    assert_eq!(outcome(&keys, &format!("{}.{rest}", part(&confused)), NOW), "auth.token_invalid");
    assert_eq!(self::keys(1, &[]).with_rsa("not a key").unwrap_err(), KeyFault::Rsa);
}

/// S12: an operator's keys follow each other as the derived ones do; of the former one the public part is enough.
#[test]
fn an_operators_former_rsa_key_is_accepted_and_signs_no_more() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let openssl = |words: &[&str], input: &str| {
        let mut command = Command::new("openssl");
        let mut child =
            command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        child.stdin.take()?.write_all(input.as_bytes()).ok()?;
        String::from_utf8(child.wait_with_output().ok()?.stdout).ok()
    };
    let Some(former) = openssl(&["genrsa", "2048"], "") else {
        eprintln!("skipped: no openssl to make an RSA key with");
        return;
    };
    let new = openssl(&["genrsa", "3072"], "").unwrap();
    let before = keys(1, &[]).with_rsa(&former).unwrap();
    let token = issue(&before, &claims()).unwrap();
    let retired = keys(1, &[]).with_rsa(&new).unwrap();
    assert_eq!(outcome(&retired, &token, NOW), "auth.token_invalid");
    let spki = openssl(&["rsa", "-pubout"], &former).unwrap();
    let pkcs1 = openssl(&["rsa", "-RSAPublicKey_out"], &former).unwrap();
    for form in [&former, &spki, &pkcs1] {
        let overlap = keys(1, &[]).with_rsa(&new).unwrap().accepting_rsa(form).unwrap();
        assert_eq!(outcome(&overlap, &token, NOW), "ok");
        let fresh = issue(&overlap, &claims()).unwrap();
        assert_eq!(header_of(&fresh)["kid"], retired.jwks()["keys"][0]["kid"]);
        let published = overlap.jwks();
        assert_eq!(published["keys"][2], before.jwks()["keys"][0], "the same key with the same id");
        // Back to the derived key: the operator's own is a former one then.
        assert_eq!(outcome(&keys(1, &[]).accepting_rsa(form).unwrap(), &token, NOW), "ok");
        let twice = before_and(&former, form);
        assert_eq!(twice.jwks()["keys"].as_array().unwrap().len(), 2, "one key is one key");
    }
    let small = openssl(&["genrsa", "1024"], "").unwrap();
    let small = openssl(&["rsa", "-pubout"], &small).unwrap();
    for bad in ["", "not a key", &small, &spki.replace('A', "B")] {
        assert_eq!(keys(1, &[]).accepting_rsa(bad).err(), Some(KeyFault::RsaPublic), "{bad}");
    }
}

fn before_and(signing: &str, former: &str) -> AccountKeys {
    keys(1, &[]).with_rsa(signing).unwrap().accepting_rsa(former).unwrap()
}
