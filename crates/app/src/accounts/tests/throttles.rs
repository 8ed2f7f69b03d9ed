//! Delays after failures, and the queue before the hash function.

use domain::accounts::Throttle;
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

/// S18: whoever guesses learns nothing about who has an account, from wherever they guess and whatever was tried before: the
/// steps are done for an address with an account and for one without, and every answer and every wait is the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_delays_tell_nobody_who_has_an_account() {
    const HOME: &str = "203.0.113.7";
    const AWAY: &str = "198.51.100.9";
    let wide = Throttle { free: 10_000, ..Throttle::SOURCE };
    let house = House::with(AccountsSettings { source_throttle: wide, ..AccountsSettings::default() }).await;
    house.register("ada@example.com").await.unwrap();
    house.login("ada@example.com", PASSWORD).await.unwrap();
    let from = |source: &'static str, times: usize| std::iter::repeat_n(Some(source), times);
    let wait = || std::iter::once(None);
    let scripts: [Vec<Option<&str>>; 5] = [
        from(HOME, 14).collect(),
        from(AWAY, 14).collect(),
        // Strangers hold the account up, then a neighbour of its owner looks.
        from(AWAY, 8).chain(from(HOME, 8)).chain(wait()).chain(from(HOME, 4)).collect(),
        from(HOME, 8).chain(from(AWAY, 3)).chain(wait()).chain(from(AWAY, 3)).chain(from(HOME, 3)).collect(),
        (0..30).flat_map(|n| if n % 10 == 9 { vec![None] } else { vec![Some(AWAY), Some(HOME)] }).collect(),
    ];
    for (number, script) in scripts.into_iter().enumerate() {
        house.wait(Duration::from_secs(7200));
        for (step, source) in script.into_iter().enumerate() {
            let Some(source) = source else {
                house.wait(Duration::from_secs(9));
                continue;
            };
            let mut answers = Vec::new();
            for email in ["ada@example.com", "bob@example.com"] {
                let refused = login(&house.app, &house.from(source), attempt(email, "a wrong password")).await;
                let refused = refused.unwrap_err();
                let args = format!("{:?}", refused.args());
                answers.push((refused.kind(), refused.code(), args, refused.retry_after_hint()));
            }
            assert_eq!(answers[0], answers[1], "script {number}, step {step} from {source}");
        }
    }
}

/// S17: while strangers hold the account up its owner gets in from where they were before, also beside a guessing neighbour.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_gets_in_while_strangers_guess() {
    let house = House::new().await;
    house.register("ada@example.com").await.unwrap();
    for n in 0..12 {
        let from = house.from(&format!("198.51.100.{n}"));
        login(&house.app, &from, attempt("ada@example.com", "a wrong password")).await.unwrap_err();
    }
    let elsewhere = house.from("192.0.2.1");
    assert_eq!(
        code(login(&house.app, &elsewhere, attempt("ada@example.com", PASSWORD)).await),
        "auth.too_many_attempts",
        "a right guess of a stranger is not told from a wrong one"
    );
    for _ in 0..3 {
        assert_eq!(code(house.login("ada@example.com", "mistyped").await), "auth.too_many_attempts");
    }
    assert_eq!(code(house.login("ada@example.com", PASSWORD).await), "ok");
    for _ in 0..6 {
        assert_eq!(code(house.login("ada@example.com", "a wrong password").await), "auth.invalid_credentials");
    }
    assert_eq!(code(house.login("ada@example.com", PASSWORD).await), "auth.too_many_attempts");
    house.wait(Duration::from_secs(2));
    assert_eq!(code(house.login("ada@example.com", PASSWORD).await), "ok", "a delay, never a lock-out");
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

/// S16: a failure takes the same work for an account whose hash is as dear as ours are now, for one from cheaper days, and for
/// nobody. (How long it takes is measured by `scripts/timing.sh`.)
#[tokio::test(flavor = "multi_thread")]
async fn every_failure_takes_the_same_work() {
    let chance = Chance::System;
    let tried = |text: &str| domain::accounts::Password::tried(text).unwrap();
    let of = |memory_kib, passes, lanes| {
        let hash = HashCost { memory_kib, passes, lanes };
        super::super::hashing::Hasher::new(&AccountsSettings { hash, ..AccountsSettings::default() }).unwrap()
    };
    let now = of(256, 3, 2);
    let mut stored = vec![None];
    for (memory, passes, lanes) in [(256, 3, 2), (64, 1, 1), (128, 3, 2), (256, 2, 1), (64, 4, 1)] {
        stored.push(Some(of(memory, passes, lanes).hash(tried(PASSWORD), &chance).await.unwrap()));
    }
    for stored in &stored {
        let turn = now.turn().await.unwrap();
        let failed = now.verify(turn, tried("a wrong password"), stored.as_deref(), &chance).await.unwrap();
        assert!(!failed.matches && failed.stronger.is_none());
        // Memory is given in whole KiB for each pass.
        assert!((256 * 3 - 3..=256 * 3).contains(&failed.work), "{} for {stored:?}", failed.work);
    }
}
