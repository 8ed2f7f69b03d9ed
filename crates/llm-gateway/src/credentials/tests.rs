//! Turns by weight, rests and refusals of keys.
#![allow(clippy::unwrap_used, reason = "tests")]
use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn keys(weights: &[u32]) -> Vec<CredentialSettings> {
    let key = |(n, weight): (usize, &u32)| CredentialSettings {
        weight: *weight,
        ..CredentialSettings::new(&format!("{n}"), &format!("key-{n}"), Secret::from(format!("secret-{n}")))
    };
    weights.iter().enumerate().map(key).collect()
}

fn settings() -> RetrySettings {
    RetrySettings::default()
}

fn id(turns: &mut Turns, keys: &[CredentialSettings], now: Instant) -> String {
    turns.pick(keys, &[], &settings(), now).unwrap().id.unwrap()
}

#[test]
fn keys_take_turns_by_weight() {
    let (keys, mut turns, now) = (keys(&[5, 1, 1]), Turns::default(), Instant::now());
    let order: String = (0..14).map(|_| id(&mut turns, &keys, now)).collect();
    assert_eq!(order, "00102000010200", "spread, not in a row");
}

#[test]
fn a_limited_key_rests_for_its_hint_and_is_named_with_its_time() {
    let (keys, mut turns, now) = (keys(&[1, 1]), Turns::default(), Instant::now());
    for (hint, rest) in [(Some(SECOND * 9), SECOND * 9), (None, settings().rest)] {
        let picked = turns.pick(&keys, &[], &settings(), now).unwrap();
        let change = turns.failed(&picked, ErrorClass::RateLimited, hint, &settings(), now);
        assert_eq!(change, Some(KeyChange::Rests(rest)));
    }
    let picked = turns.pick(&keys, &[], &settings(), now).unwrap();
    assert_eq!((picked.label.as_deref(), picked.wait), (Some("key-1"), SECOND * 5));
    assert_eq!(turns.state(&keys[0], now), CredentialState::Resting(SECOND * 9));
    assert_eq!(id(&mut turns, &keys, now + SECOND * 6), "1");
    let long = turns.failed(&picked, ErrorClass::RateLimited, Some(SECOND * 86_400), &settings(), now);
    assert_eq!(long, Some(KeyChange::Rests(settings().bench)));
}

#[test]
fn a_refused_key_is_disabled_until_the_operator_or_time_helps() {
    let (keys, mut turns, now) = (keys(&[1, 1]), Turns::default(), Instant::now());
    let first = turns.pick(&keys, &[], &settings(), now).unwrap();
    let disable = |turns: &mut Turns, picked: &Picked| turns.failed(picked, ErrorClass::Auth, None, &settings(), now);
    assert_eq!(disable(&mut turns, &first), Some(KeyChange::Disabled(ErrorClass::Auth)));
    assert_eq!(disable(&mut turns, &first), None, "one alert");
    assert!((0..9).all(|_| id(&mut turns, &keys, now) == "1"));
    let none = turns.pick(&keys, &["1".to_owned()], &settings(), now).unwrap_err();
    assert_eq!(none, NoKey { class: ErrorClass::Auth, left: Some(settings().bench) });
    // Enabled by the operator.
    assert!(turns.enable("0") && !turns.enable("nobody"));
    assert_eq!(turns.state(&keys[0], now), CredentialState::Active);
    // By itself, after a while, with one call.
    disable(&mut turns, &first);
    let later = now + settings().bench;
    let spent = ["1".to_owned()];
    let probe = turns.pick(&keys, &spent, &settings(), later).unwrap();
    assert!(turns.pick(&keys, &spent, &settings(), later).is_err(), "one finds out");
    assert_eq!(turns.succeeded(&probe), Some(KeyChange::Enabled));
    assert!(turns.pick(&keys, &spent, &settings(), later).is_ok());
}

#[test]
fn new_settings_keep_what_is_known_of_the_same_key() {
    let (old, mut turns, now) = (keys(&[1, 1, 1, 1]), Turns::default(), Instant::now());
    for key in &old {
        let picked = Picked { id: Some(key.id.clone()), secret: Some(key.secret.clone()), ..Picked::default() };
        let _ = turns.pick(&old, &[], &settings(), now);
        turns.failed(&picked, ErrorClass::Payment, None, &settings(), now);
    }
    let mut new = old[..3].to_vec();
    new[1].secret = Secret::from("replaced".to_owned());
    new[2].enabled = false;
    turns.replace(&old, &new);
    let state = |turns: &Turns, n: usize, keys: &[CredentialSettings]| turns.state(&keys[n], now);
    assert!(matches!(state(&turns, 0, &new), CredentialState::Disabled { class: ErrorClass::Payment, .. }));
    assert_eq!((state(&turns, 1, &new), state(&turns, 2, &new)), (CredentialState::Active, CredentialState::Off));
    let mut newer = new.clone();
    newer[2].enabled = true;
    turns.replace(&new, &newer);
    assert_eq!(state(&turns, 2, &newer), CredentialState::Active, "enabled by the operator");
    assert!(!turns.keys.contains_key("3"));
    // A call with the old secret comes back when the new one is there.
    let late = Picked { id: Some("1".to_owned()), secret: Some(old[1].secret.clone()), ..Picked::default() };
    assert_eq!(turns.failed(&late, ErrorClass::Auth, None, &settings(), now), None);
    assert_eq!(state(&turns, 1, &newer), CredentialState::Active);
}

#[test]
fn a_provider_without_keys_is_asked_without() {
    let (mut turns, now) = (Turns::default(), Instant::now());
    let picked = turns.pick(&[], &[], &settings(), now).unwrap();
    assert!(picked.id.is_none() && picked.secret.is_none() && picked.label.is_none());
    assert!(turns.pick(&[], &[String::new()], &settings(), now).is_err());
    let off = CredentialSettings { enabled: false, ..keys(&[1]).remove(0) };
    assert_eq!(turns.pick(&[off], &[], &settings(), now).unwrap_err().class, ErrorClass::Auth);
}

#[test]
fn a_key_never_shows_itself() {
    let shown = format!("{:?} {:?}", keys(&[1]), Turns::default().pick(&keys(&[1]), &[], &settings(), Instant::now()));
    assert!(shown.contains("key-0") && !shown.contains("secret-0"), "{shown}");
}

proptest! {
    /// Against a plain statement of the rule: free keys share the calls by weight, nobody else is called.
    #[test]
    fn free_keys_share_by_weight(weights in proptest::collection::vec(1u32..6, 1..6), shut in proptest::collection::vec(any::<bool>(), 6)) {
        let (keys, mut turns, now) = (keys(&weights), Turns::default(), Instant::now());
        let free: Vec<usize> = (0..weights.len()).filter(|n| !shut[*n]).collect();
        for n in (0..weights.len()).filter(|n| shut[*n]) {
            let others: Vec<String> = (0..weights.len()).filter(|other| *other != n).map(|n| n.to_string()).collect();
            let picked = turns.pick(&keys, &others, &settings(), now).unwrap();
            let class = if n % 2 == 0 { ErrorClass::Auth } else { ErrorClass::RateLimited };
            turns.failed(&picked, class, None, &settings(), now);
        }
        let total: u32 = free.iter().map(|n| weights[*n]).sum();
        let mut counts = vec![0u32; weights.len()];
        for _ in 0..total * 3 {
            match turns.pick(&keys, &[], &settings(), now) {
                Ok(picked) if picked.wait.is_zero() => counts[picked.id.unwrap().parse::<usize>().unwrap()] += 1,
                Ok(_) | Err(_) => prop_assert!(free.is_empty()),
            }
        }
        for n in 0..weights.len() {
            let fair = if shut[n] { 0 } else { weights[n] * 3 };
            // The turns before, when some were not free yet, leave a credit of at most one call each.
            prop_assert!(counts[n].abs_diff(fair) <= if shut[n] { 0 } else { weights.len() as u32 }, "{:?} {:?}", counts, weights);
        }
    }
}

#[test]
fn a_look_takes_no_turn_and_no_trial() {
    let (keys, mut turns, now) = (keys(&[5, 1, 1]), Turns::default(), Instant::now());
    let mut order = String::new();
    for _ in 0..14 {
        assert!(turns.look(&keys, now).is_some());
        order.push_str(&id(&mut turns, &keys, now));
    }
    assert_eq!(order, "00102000010200", "as if nobody had looked");
    // What is in order comes first: a refused key is left alone, a limited one as well while there is another.
    let secret = |found: Option<Secret>| found.map(|found| found.expose_secret().to_owned());
    let picked =
        |n: usize| Picked { id: Some(keys[n].id.clone()), secret: Some(keys[n].secret.clone()), ..Picked::default() };
    turns.failed(&picked(0), ErrorClass::Auth, None, &settings(), now);
    turns.failed(&picked(1), ErrorClass::RateLimited, Some(SECOND * 9), &settings(), now);
    assert_eq!(secret(turns.look(&keys, now)).as_deref(), Some("secret-2"));
    turns.failed(&picked(2), ErrorClass::RateLimited, Some(SECOND * 20), &settings(), now);
    assert_eq!(secret(turns.look(&keys, now)).as_deref(), Some("secret-1"));
    // The one call that shows whether the refusal is over is a question's.
    let (one, later) = (&keys[..1], now + settings().bench);
    assert_eq!(secret(turns.look(one, now)), None);
    assert_eq!(secret(turns.look(one, later)).as_deref(), Some("secret-0"));
    assert!(turns.pick(one, &[], &settings(), later).is_ok(), "it was not taken");
    assert_eq!(secret(turns.look(&[], now)), None);
}
