//! Delays after failures, and the queue before the hash function.

use futures_util::future::join_all;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn guessing_slows_down_and_never_locks_out() {
    let house = House::new().await;
    house.register("ada@example.com").await.unwrap();
    let guess = |n: u32| {
        let from = house.from(&format!("198.51.100.{n}"));
        let app = house.app.clone();
        async move { code(login(&app, &from, attempt("ada@example.com", "a wrong password")).await) }
    };
    for n in 0..6 {
        assert_eq!(guess(n).await, "auth.invalid_credentials", "{n}");
    }
    assert_eq!(guess(7).await, "auth.too_many_attempts");
    let elsewhere = login(&house.app, &house.from("192.0.2.1"), attempt("ada@example.com", PASSWORD)).await;
    let waiting = elsewhere.unwrap_err();
    assert_eq!((waiting.code(), waiting.retry_after_hint()), ("auth.too_many_attempts", Some(Duration::from_secs(1))));
    assert_eq!(
        code(login(&house.app, &house.from("192.0.2.1"), attempt("bob@example.com", PASSWORD)).await),
        "auth.invalid_credentials"
    );
    // Where the person was signed in before, strangers' guesses do not count.
    assert_eq!(code(house.login("ada@example.com", PASSWORD).await), "ok");
    for _ in 0..20 {
        house.wait(Duration::from_secs(61));
        guess(9).await;
    }
    house.wait(Duration::from_secs(61));
    assert_eq!(code(login(&house.app, &house.from("192.0.2.1"), attempt("ada@example.com", PASSWORD)).await), "ok");
    assert_eq!(guess(10).await, "auth.invalid_credentials", "a success wipes the slate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_tries_many_accounts_slows_down() {
    let house = House::new().await;
    for n in 0..21 {
        assert_eq!(code(house.login(&format!("user{n}@example.com"), PASSWORD).await), "auth.invalid_credentials");
    }
    assert_eq!(code(house.login("user99@example.com", PASSWORD).await), "auth.too_many_attempts");
    let neighbour = house.from("203.0.113.8");
    assert_eq!(
        code(login(&house.app, &neighbour, attempt("user99@example.com", PASSWORD)).await),
        "auth.invalid_credentials"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_that_come_together_all_count() {
    let house = House::new().await;
    house.register("ada@example.com").await.unwrap();
    let outcomes = join_all((0..60).map(|n| {
        let from = house.from(&format!("198.51.100.{n}"));
        let house = &house;
        async move { code(login(&house.app, &from, attempt("ada@example.com", "a wrong password")).await) }
    }));
    let looked_at = outcomes.await.into_iter().filter(|code| *code == "auth.invalid_credentials").count();
    // Six are free; two may be under way while the sixth is being counted, on each of the hashing threads.
    assert!((6..=12).contains(&looked_at), "{looked_at}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_asked_to_come_back() {
    let house = House::with(AccountsSettings::default()).await;
    let dear = AccountsSettings {
        hash: HashCost { memory_kib: 8 * 1024, passes: 2, lanes: 1 },
        hash_queue: 3,
        hash_concurrency: Some(1),
        ..AccountsSettings::default()
    };
    let hasher = super::super::hashing::Hasher::new(&dear).unwrap();
    let tries = join_all((0..12).map(|_| async {
        let turn = hasher.turn().await?;
        let password = domain::accounts::Password::tried(PASSWORD).unwrap();
        hasher.verify(turn, password, None, &house.app.chance).await
    }));
    let outcomes = tries.await;
    let busy = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(busy.clone().count() >= 6);
    assert!(busy.clone().all(|error| error.code() == "auth.busy" && error.retry_after_hint().is_some()));
    assert!(outcomes.iter().flatten().all(|tried| !tried.matches), "nobody's hash fits no password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_grows_with_the_settings() {
    let chance = Chance::System;
    let password = || domain::accounts::Password::tried(PASSWORD).unwrap();
    let of = |passes| {
        let hash = HashCost { memory_kib: 64, passes, lanes: 1 };
        super::super::hashing::Hasher::new(&AccountsSettings { hash, ..AccountsSettings::default() }).unwrap()
    };
    let (weak, strong) = (of(1), of(3));
    let stored = weak.hash(password(), &chance).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
    let tried = strong.verify(strong.turn().await.unwrap(), password(), Some(&stored), &chance).await.unwrap();
    let stronger = tried.stronger.unwrap();
    assert!(tried.matches && stronger.contains("t=3"));
    drop(tried.turn);
    let again = strong.verify(strong.turn().await.unwrap(), password(), Some(&stronger), &chance).await.unwrap();
    assert!(again.matches && again.stronger.is_none());
}
