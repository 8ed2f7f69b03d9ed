//! Keys: their text, what they may do, how long.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::accounts::Role;
use crate::ids::{ApiKeyId, UserId};
use crate::{Actor, Chance, Clock, Ctx, Kind, Principal, Timestamp};

#[test]
fn a_key_reads_back_and_does_not_print() {
    let key = KeyText::new(&Chance::System);
    assert_eq!(key.expose().len(), KeyText::LENGTH);
    assert_eq!(KeyText::parse(key.expose()), Some(key.clone()));
    assert_eq!(format!("{key:?}"), format!("KeyText(obr_{}_…)", key.prefix()));
    assert_ne!(KeyText::new(&Chance::System), key);
    let changed = key.expose().to_uppercase();
    for bad in ["", "obr_", "obr__", "eyJhbGciOi", &changed, &format!("{} ", key.expose()), &key.expose()[1..]] {
        assert_eq!(KeyText::parse(bad), None, "{bad}");
    }
    assert!(KeyText::is_meant("obr_anything") && !KeyText::is_meant("eyJ"));
}

#[test]
fn scopes_are_named_once_and_unknown_ones_give_nothing() {
    let scopes = Scopes::parse(&["chat", "models"]).unwrap();
    assert!(scopes.contain(KeyScope::Chat) && !scopes.contain(KeyScope::Admin));
    assert_eq!(scopes.to_words(), "models chat");
    assert_eq!(Scopes::from_words("models chat everything"), scopes);
    assert_eq!(Scopes::parse::<&str>(&[]).unwrap_err()[0].code, "empty");
    let faults = Scopes::parse(&["chat", "chat", "root"]).unwrap_err();
    assert_eq!(faults.iter().map(|f| f.code).collect::<Vec<_>>(), ["duplicate", "wrong_value"]);
}

fn caller(scopes: Option<Scopes>) -> Ctx {
    let key = scopes.map(|scopes| KeyGrant { id: ApiKeyId::from_uuid(uuid::Uuid::nil()), scopes });
    let user = UserId::from_uuid(uuid::Uuid::nil());
    let principal = Principal { user, role: Role::Admin, session: None, rights_epoch: 0, key };
    Ctx { actor: Actor::User(principal), ..Ctx::system(Clock::System, Chance::System, "test") }
}

#[test]
fn what_a_key_was_not_made_for_is_refused() {
    let narrow = caller(Some(Scopes::NONE.with(KeyScope::Chat)));
    assert!(narrow.holder(KeyScope::Chat).is_ok());
    for refused in [narrow.holder(KeyScope::Usage), narrow.principal()] {
        let refused = refused.unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (Kind::Forbidden, "keys.scope_missing"));
    }
    // Whatever its scopes: there is none for what a person does.
    assert_eq!(narrow.person().unwrap_err().code(), "keys.person_only");
    let wide = caller(Some(Scopes::NONE.with(KeyScope::Api)));
    assert!(wide.principal().is_ok());
    assert_eq!(wide.person().unwrap_err().code(), "keys.person_only");
    assert!(caller(None).person().is_ok() && caller(None).holder(KeyScope::Admin).is_ok());
}

#[test]
fn keys_end() {
    let now = Timestamp(1_000_000);
    assert!(check_expiry(None, now).is_ok() && check_expiry(Some(Timestamp(1_000_001)), now).is_ok());
    assert_eq!(check_expiry(Some(now), now).unwrap_err().code, "keys.expires_in_past");
    assert_eq!(check_expiry(Some(Timestamp(i64::MAX)), now).unwrap_err().code, "keys.expires_too_late");
    let key = ApiKey {
        id: ApiKeyId::from_uuid(uuid::Uuid::nil()),
        user: UserId::from_uuid(uuid::Uuid::nil()),
        name: "k".into(),
        prefix: "p".into(),
        scopes: Scopes::NONE,
        expires_at: Some(now),
        revoked_at: None,
        last_used_at: Some(now),
        created_at: Timestamp(0),
    };
    assert_eq!((key.check(Timestamp(999_999)), key.check(now)), (Ok(()), Err(Refused::Expired)));
    assert_eq!(ApiKey { revoked_at: Some(now), ..key.clone() }.check(Timestamp(0)), Err(Refused::Revoked));
    assert!(!key.is_use_news(now.plus(Duration::from_secs(59))) && key.is_use_news(now.plus(Duration::from_secs(60))));
    assert_eq!(KeyName::parse(" my   key ").unwrap().as_str(), "my key");
    assert_eq!(KeyName::parse("\u{202e}x").unwrap_err().pointer, "/name");
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic(text in "\\PC{0,80}|obr_[a-z2-7_]{0,70}") {
        if let Some(key) = KeyText::parse(&text) {
            prop_assert_eq!(key.expose(), text.as_str());
        }
    }
}
