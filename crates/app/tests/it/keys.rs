//! API keys: shown once, found by hash, never more than their person may, gone when they end.

use std::time::Duration;

use app::App;
use app::accounts::{Admin, logout_all, set_rights};
use app::keys::{self, Created, NewKey, authenticate, authenticate_any, still_valid};
use app::secrets::Secrets;
use domain::accounts::{Role, Status};
use domain::keys::{KeyScope, MOST_KEYS, Scopes};
use domain::{Actor, Ctx, Timestamp};

use crate::house::{House, PASSWORD, build, code, houses, key, until};

fn new(name: &str, scopes: &[&str], expires_at: Option<Timestamp>) -> NewKey {
    NewKey { name: name.into(), scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(), expires_at }
}

async fn create(app: &App, ctx: &Ctx, new: NewKey) -> domain::Result<Created> {
    keys::create(app, ctx, new, PASSWORD).await
}

async fn holder(house: &House, text: &str) -> domain::Result<Ctx> {
    let known = authenticate(&house.app, text, house.app.clock.now()).await?;
    Ok(Ctx { actor: Actor::User(known.principal), ..house.system() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_opens_what_it_was_made_for_while_it_lasts() {
    for house in houses().await {
        let app = &house.app;
        let ada = house.person("ada@example.com", Role::Admin).await;
        let at_device = house.at_device(ada, Role::Admin).await;
        let end = house.app.clock.now().plus(Duration::from_secs(100));
        let made = create(app, &at_device, new("skrip", &["chat", "models"], Some(end))).await.unwrap();
        let text = made.text.expose().to_owned();
        let caller = holder(&house, &text).await.unwrap();
        assert_eq!(caller.holder(KeyScope::Chat).unwrap().user, ada);
        assert_eq!(authenticate_any(app, &text, end.minus(Duration::from_secs(1))).await.unwrap().expires_at, end);
        // An administrator's key is no administrator unless it was made one.
        assert_eq!(code(caller.holder(KeyScope::Usage)), "keys.scope_missing");
        assert_eq!(code(Admin::of(&caller)), "keys.scope_missing");
        let strong = create(app, &at_device, new("admin", &["admin", "api"], None)).await.unwrap();
        let strong_caller = holder(&house, strong.text.expose()).await.unwrap();
        assert!(Admin::of(&strong_caller).is_ok());
        // No key makes, sees or ends keys.
        for refused in [
            code(create(app, &strong_caller, new("x", &["chat"], None)).await),
            code(keys::list(app, &strong_caller, None, 10).await),
            code(keys::revoke(app, &strong_caller, made.key.id).await),
        ] {
            assert_eq!(refused, "keys.person_only", "{}", house.name());
        }
        // Its owner's present rights, not those of the day it was made.
        set_rights(app, &house.system(), house.admin(), ada, Role::Member, Status::Active).await.unwrap();
        assert_eq!(code(Admin::of(&holder(&house, strong.text.expose()).await.unwrap())), "auth.admin_required");
        let stranger = format!("obr_{}_{}", made.text.prefix(), "a".repeat(52));
        for bad in ["", "obr_x", &stranger, &text.to_uppercase(), &format!("{text}a")] {
            assert_eq!(code(holder(&house, bad).await), "keys.invalid", "{bad}");
        }
        house.wait(100);
        assert_eq!(code(holder(&house, &text).await), "keys.expired", "{}", house.name());
        set_rights(app, &house.system(), house.admin(), ada, Role::Admin, Status::Suspended).await.unwrap();
        assert_eq!(code(holder(&house, strong.text.expose()).await), "keys.invalid", "{}", house.name());
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_revoked_opens_nothing_from_then_on() {
    for house in houses().await {
        let app = &house.app;
        let (ada, bob) =
            (house.person("ada@example.com", Role::Member).await, house.person("bob@example.com", Role::Member).await);
        let (ada, bob) = (house.at_device(ada, Role::Member).await, house.at_device(bob, Role::Member).await);
        let made = create(app, &ada, new("a", &["api"], None)).await.unwrap();
        let known = authenticate(app, made.text.expose(), house.app.clock.now()).await.unwrap();
        let open = [(made.key.id, known.principal.rights_epoch)];
        assert!(still_valid(app, &open).await.unwrap().contains(&made.key.id));
        let mut bus = app.coordination.bus().subscribe(app::accounts::TOPIC);
        assert_eq!(code(keys::revoke(app, &bob, made.key.id).await), "keys.not_found", "somebody else's");
        assert!(holder(&house, made.text.expose()).await.is_ok());
        keys::revoke(app, &ada, made.key.id).await.unwrap();
        keys::revoke(app, &ada, made.key.id).await.unwrap();
        assert_eq!(code(holder(&house, made.text.expose()).await), "keys.revoked", "{}", house.name());
        assert!(still_valid(app, &open).await.unwrap().is_empty());
        let told = tokio::time::timeout(Duration::from_secs(5), bus.next()).await;
        assert!(told.is_ok(), "open streams are told");
        let seen = keys::list(app, &ada, None, 10).await.unwrap();
        assert_eq!((seen.len(), seen[0].revoked_at.is_some()), (1, true));
        assert!(keys::list(app, &bob, None, 10).await.unwrap().is_empty());
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_last_use_is_noted_once_a_minute_off_the_path() {
    for house in houses().await {
        let app = &house.app;
        let ada = house.person("ada@example.com", Role::Member).await;
        let at_device = house.at_device(ada, Role::Member).await;
        let made = create(app, &at_device, new("a", &["chat"], None)).await.unwrap();
        let noted = async || keys::list(app, &at_device, None, 10).await.unwrap()[0].last_used_at;
        let first = app.clock.now();
        for _ in 0..20 {
            holder(&house, made.text.expose()).await.unwrap();
        }
        until("the first use is noted", async || noted().await == Some(first)).await;
        house.wait(59);
        holder(&house, made.text.expose()).await.unwrap();
        house.wait(1);
        holder(&house, made.text.expose()).await.unwrap();
        let second = app.clock.now();
        until("the use of a minute later is noted", async || {
            let noted = noted().await;
            assert!(noted == Some(first) || noted == Some(second), "not in between: {noted:?}");
            noted == Some(second)
        })
        .await;
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_outlive_the_servers_secret_that_hashed_them() {
    for house in houses().await {
        let ada = house.person("ada@example.com", Role::Member).await;
        let at_device = house.at_device(ada, Role::Member).await;
        let made = create(&house.app, &at_device, new("a", &["chat"], None)).await.unwrap();
        let now = house.app.clock.now();
        let secrets = || Secrets::new(key(1), vec![]);
        // Without the old secret it is not found; with it, it is, and is hashed anew.
        let without = build(&house.test, secrets(), 8, &[]);
        assert_eq!(code(authenticate(&without, made.text.expose(), now).await), "keys.invalid");
        let beside = build(&house.test, secrets(), 8, &[7]);
        assert!(authenticate(&beside, made.text.expose(), now).await.is_ok());
        until("the hash is under the new secret", async || {
            authenticate(&without, made.text.expose(), now).await.is_ok()
        })
        .await;
        assert_eq!(code(authenticate(&house.app, made.text.expose(), now).await), "keys.invalid", "{}", house.name());
        drop((without, beside));
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_has_keys_without_end() {
    for house in houses().await {
        let app = &house.app;
        let ada = house.person("ada@example.com", Role::Member).await;
        let at_device = house.at_device(ada, Role::Member).await;
        let now = app.clock.now();
        let odd = create(app, &at_device, new(" ", &["root"], Some(now))).await;
        assert_eq!(code(odd), "/name:empty /scopes/0:wrong_value /expires_at:keys.expires_in_past");
        for number in 0..MOST_KEYS {
            create(app, &at_device, new(&format!("k{number}"), &["chat"], None)).await.unwrap();
        }
        assert_eq!(code(create(app, &at_device, new("one more", &["chat"], None)).await), "keys.too_many");
        let first = keys::list(app, &at_device, None, 20).await.unwrap();
        let last = first.last().unwrap();
        let rest = keys::list(app, &at_device, Some((last.created_at, last.id)), 100).await.unwrap();
        assert_eq!(first.len() + rest.len(), 50, "{}", house.name());
        assert!(rest.iter().all(|key| !first.contains(key)));
        keys::revoke(app, &at_device, rest[0].id).await.unwrap();
        create(app, &at_device, new("one more", &["chat"], None)).await.unwrap();
        let narrow = house.as_person(ada, Role::Member, Some(Scopes::NONE.with(KeyScope::Chat)));
        assert_eq!(code(create(app, &narrow, new("x", &["chat"], None)).await), "keys.person_only");
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn making_a_key_takes_the_password_and_guesses_are_counted() {
    for house in houses().await {
        let app = &house.app;
        let ada = house.person("ada@example.com", Role::Member).await;
        let at_device = house.at_device(ada, Role::Member).await;
        let too_long = "x".repeat(2000);
        for wrong in ["", "hujan", too_long.as_str()] {
            let refused = keys::create(app, &at_device, new("a", &["chat"], None), wrong).await;
            assert_eq!(code(refused), "/password:auth.password_wrong", "{}", house.name());
        }
        assert!(keys::list(app, &at_device, None, 10).await.unwrap().is_empty());
        create(app, &at_device, new("a", &["chat"], None)).await.unwrap();
        // Who holds a session cannot try passwords without end, and not the right one, either, until the wait is over.
        for _ in 0..20 {
            drop(keys::create(app, &at_device, new("a", &["chat"], None), "a guess").await);
        }
        let held = create(app, &at_device, new("a", &["chat"], None)).await;
        assert_eq!(code(held), "auth.too_many_attempts", "{}", house.name());
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_are_the_most_also_when_a_hundred_come_at_once() {
    for house in houses().await {
        let ada = house.person("ada@example.com", Role::Member).await;
        let at_device = house.at_device(ada, Role::Member).await;
        for number in 0..MOST_KEYS - 3 {
            create(&house.app, &at_device, new(&format!("k{number}"), &["chat"], None)).await.unwrap();
        }
        let mut many = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (app, ctx) = (house.app.clone(), at_device.clone());
            many.spawn(async move {
                loop {
                    let made = code(create(&app, &ctx, new("at once", &["chat"], None)).await);
                    // Everybody's turn at the hashes comes.
                    if made != "auth.busy" {
                        return made;
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            });
        }
        let made = many.join_all().await;
        let of = |wanted: &str| made.iter().filter(|code| *code == wanted).count();
        assert_eq!((of("ok"), of("keys.too_many")), (3, 97), "{}: {made:?}", house.name());
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_signs_out_everywhere_may_end_the_keys_as_well() {
    for house in houses().await {
        let app = &house.app;
        let (ada, bob) =
            (house.person("ada@example.com", Role::Member).await, house.person("bob@example.com", Role::Member).await);
        let (her, his) = (house.at_device(ada, Role::Member).await, house.at_device(bob, Role::Member).await);
        let hers = create(app, &her, new("a", &["chat"], None)).await.unwrap();
        let second = create(app, &her, new("b", &["chat"], None)).await.unwrap();
        let kept = create(app, &his, new("c", &["chat"], None)).await.unwrap();
        logout_all(app, &her, false).await.unwrap();
        assert!(holder(&house, hers.text.expose()).await.is_ok(), "{}: keys stay unless they are meant", house.name());
        // Nothing is made any more from where nobody is signed in, also if it was begun before.
        let late = create(app, &her, new("late", &["chat"], None)).await;
        assert_eq!(code(late), "auth.session_ended", "{}", house.name());
        logout_all(app, &her, true).await.unwrap();
        for made in [&hers, &second] {
            assert_eq!(code(holder(&house, made.text.expose()).await), "keys.revoked", "{}", house.name());
        }
        assert!(holder(&house, kept.text.expose()).await.is_ok(), "{}: nobody else's", house.name());
        house.finish().await;
    }
}

/// Between two looks at the database a key is believed for half a second; a clock that is set back does not make that an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_does_not_keep_a_revoked_key_alive() {
    for house in houses().await {
        let app = &house.app;
        let ada = house.person("ada@example.com", Role::Member).await;
        let at_device = house.at_device(ada, Role::Member).await;
        let made = create(app, &at_device, new("a", &["chat"], None)).await.unwrap();
        let (text, noon) = (made.text.expose(), app.clock.now());
        house.wait(3600);
        authenticate(app, text, app.clock.now()).await.unwrap();
        // An hour back; then another node ends the key, and of that this one hears nothing.
        let tx = app.db.begin().await.unwrap();
        assert!(persistence::keys::revoke(&*tx, ada, made.key.id, noon).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(code(authenticate(app, text, noon).await), "keys.revoked", "{}", house.name());
        assert_eq!(code(authenticate(app, text, noon.plus(Duration::from_secs(60))).await), "keys.revoked");
        house.finish().await;
    }
}
