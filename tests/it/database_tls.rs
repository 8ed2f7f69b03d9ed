//! `OBROL_DATABASE_TLS` against a database server that takes encrypted connections only, and against one that has none.

use std::path::Path;
use std::process::Command;

use obrol_tests::database::Kind;
use obrol_tests::secure_database::SecureDatabase;
use obrol_tests::server::{Store, binary, clean};

/// What `obrol migrate` says with this address, mode and authority.
fn migrate(store: &Store, url: &str, mode: &str, authority: Option<&Path>) -> Result<String, String> {
    let mut command = Command::new(binary());
    clean(&mut command);
    command.arg("migrate").env("OBROL_DATA_DIR", store.folder()).env("DATABASE_URL", url);
    command.env("OBROL_DATABASE_TLS", mode);
    if let Some(authority) = authority {
        command.env("OBROL_DATABASE_TLS_CA", authority);
    }
    let ended = command.output().expect("obrol runs");
    let said = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(!said.contains("panicked"), "{said}");
    if ended.status.success() { Ok(said) } else { Err(said) }
}

#[tokio::test]
async fn a_connection_is_as_safe_as_was_asked() {
    let Some(secure) = SecureDatabase::start(Kind::asked()) else { return };
    let store = Store::fresh().await;
    let (ours, other) = (secure.authority(), secure.other_authority());
    let by_name = secure.url();

    let refused = migrate(&store, &by_name, "disable", None).expect_err("the server takes no plain connection");
    assert!(!refused.contains("applied"), "{refused}");
    let applied = migrate(&store, &by_name, "verify-full", Some(&ours)).expect("all is as it should be");
    assert!(applied.contains("applied"), "{applied}");
    for mode in ["prefer", "require"] {
        migrate(&store, &by_name, mode, None).unwrap_or_else(|said| panic!("{mode} checks no certificate: {said}"));
    }
    for mode in ["verify-ca", "verify-full"] {
        let said = migrate(&store, &by_name, mode, Some(&other)).expect_err("another authority signed it");
        assert!(said.to_lowercase().contains("certificate"), "it says why: {said}");
        migrate(&store, &by_name, mode, None).expect_err("no public authority signed it");
    }
    migrate(&store, secure.url_by_address(), "verify-ca", Some(&ours)).expect("the name is not looked at");
    let said = migrate(&store, secure.url_by_address(), "verify-full", Some(&ours)).expect_err("not this name");
    assert!(said.to_lowercase().contains("certificate"), "it says why: {said}");

    // The server of the other tests has no certificate.
    let plain = store.database.url().expect("a server");
    for mode in ["require", "verify-ca", "verify-full"] {
        migrate(&store, &plain, mode, None).expect_err("nothing goes over the wire in the clear");
    }
    migrate(&store, &plain, "prefer", None).expect("encrypted where the server can");
}
