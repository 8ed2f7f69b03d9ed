//! Everything at once: three providers, nearly every third call fails in some way, and one dies for a minute.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use llm_client::ErrorClass;
use llm_gateway::{
    Ask, AskError, BreakerState, CredentialSettings, Gateway, GatewaySettings, Notice, ProviderSettings, Secret, Spoke,
    Timeouts,
};
use tokio::time::{Instant, sleep};

use crate::fake::*;

/// Of whom the first asks sixteen questions at a time, without a pause.
const TASKS: usize = 50;
const GREEDY: usize = 16;
const ASKS: usize = 200;
const LIMIT: u32 = 12;

/// Chance that a seed repeats (xorshift).
struct Chance(Mutex<u64>);

impl Chance {
    fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    fn below(&self, most: u64) -> u64 {
        (self.next() >> 11) % most
    }
}

/// A failure of any class, in any phase before the first content.
fn trouble(chance: &Chance) -> Play {
    // Of a hundred failures; what is of the moment is the most of it.
    let class = match chance.below(100) {
        0..30 => ErrorClass::Unavailable,
        30..55 => ErrorClass::RateLimited,
        55..70 => ErrorClass::Timeout,
        70..82 => ErrorClass::Unknown,
        82..85 => ErrorClass::Auth,
        85..88 => ErrorClass::Payment,
        88..92 => ErrorClass::ContextLength,
        92..96 => ErrorClass::Moderation,
        _ => ErrorClass::InvalidRequest,
    };
    let mut error = match class {
        // What is wrong with the request itself is another test's; here the model is.
        ErrorClass::InvalidRequest => failed(class).with_code("model_not_found"),
        _ => failed(class),
    };
    if class == ErrorClass::RateLimited && chance.below(2) == 0 {
        error.retry_after = Some(MS(100 + chance.below(30_000)));
    }
    let play = match (class, chance.below(4)) {
        (ErrorClass::Timeout, 0) => Play::Hang,
        (ErrorClass::Timeout, 1) => Play::Silence,
        (ErrorClass::Unavailable, 0) => Play::Nothing,
        (_, 0 | 1) => Play::Refuse(error),
        (_, 2) => Play::First(error),
        (_, _) => Play::Think(error),
    };
    Play::Later(MS(chance.below(200)), Box::new(play))
}

fn good(chance: &Chance) -> Play {
    let pause = MS(20 + chance.below(100));
    Play::Later(MS(chance.below(400)), Box::new(Play::Slow(&["Ha", "lo ", "du", "nia"], pause)))
}

/// Asks as the runner does: what is too long is made shorter and asked again, at most three times.
async fn ask(gateway: &Gateway, asker: usize) -> Result<(llm_gateway::Answer, usize), AskError> {
    let mut calls = 0;
    for fits in 0..4 {
        let ask = Ask { asker: format!("asker {asker}"), ..question("route/all") };
        match gateway.ask(ask).await {
            Ok(answer) => {
                calls += answer.tries.len();
                return Ok((answer, calls));
            }
            Err(AskError { error, tries }) if error.class == ErrorClass::ContextLength && fits < 3 => {
                calls += tries.len()
            }
            Err(error) => return Err(error),
        }
    }
    unreachable!("the last one returns")
}

/// An operator who replaces every key that was disabled, five seconds later.
async fn operator(gateway: Gateway, replaced: Arc<AtomicUsize>) {
    let mut notices = gateway.notices();
    loop {
        let Notice::CredentialDisabled { provider, credential, .. } = notices.recv().await.unwrap() else { continue };
        let (gateway, replaced) = (gateway.clone(), replaced.clone());
        tokio::spawn(async move {
            sleep(Duration::from_secs(5)).await;
            let version = replaced.fetch_add(1, Ordering::SeqCst);
            let mut settings = (*gateway.settings()).clone();
            let mut keys =
                settings.providers.iter_mut().filter(|one| one.name == provider).flat_map(|one| &mut one.credentials);
            if let Some(key) = keys.find(|key| key.id == credential) {
                key.secret = Secret::from(format!("{credential} version {version}"));
            }
            drop(keys);
            gateway.reload(settings);
        });
    }
}

#[derive(Default)]
struct Tally {
    answered: usize,
    failed: Vec<String>,
    calls: usize,
    fallbacks: usize,
    /// By modesty.
    longest: HashMap<bool, Duration>,
    by_asker: HashMap<usize, usize>,
}

#[tokio::test(start_paused = true)]
async fn no_outage_is_visible() {
    let begun = Instant::now();
    let dies = begun + Duration::from_secs(30)..begun + Duration::from_secs(90);
    let fakes: Vec<_> = (0..3u64)
        .map(|n| {
            let (chance, dies) = (Chance(Mutex::new(0x9e37_79b9 + n)), dies.clone());
            Fake::new(move |_| match () {
                () if n == 1 && dies.contains(&Instant::now()) => Play::Refuse(failed(ErrorClass::Unavailable)),
                () if chance.below(100) < 30 => trouble(&chance),
                () => good(&chance),
            })
        })
        .collect();
    let keys = |provider: &str| {
        (0..8)
            .map(|n| CredentialSettings::new(&format!("{provider}{n}"), "key", Secret::from(format!("{n}"))))
            .collect()
    };
    let gateway = gateway_with(&[&fakes[0], &fakes[1], &fakes[2]], |mut settings| {
        for (one, tokens) in settings.providers.iter_mut().zip([32_000, 64_000, 128_000]) {
            *one = ProviderSettings { credentials: keys(&one.name), max_concurrency: Some(LIMIT), ..one.clone() };
            settings.models.push(window(&format!("{}/m", one.name), tokens));
        }
        // The operator wants an answer, whatever one of them refuses.
        settings.routes[0].after_moderation = true;
        let timeouts = Timeouts { first_token: Duration::from_secs(10), ..Timeouts::default() };
        GatewaySettings { timeouts, ..settings }
    });
    let replaced = Arc::new(AtomicUsize::new(0));
    let operator = tokio::spawn(operator(gateway.clone(), replaced.clone()));
    let mut notices = gateway.notices();
    let watcher = tokio::spawn(async move {
        let (mut opened, mut closed, mut missed) = (Vec::new(), Vec::new(), 0);
        loop {
            match notices.recv().await {
                Ok(Notice::BreakerOpened { provider, .. }) => opened.push((provider, Instant::now())),
                Ok(Notice::BreakerClosed { provider, .. }) => closed.push((provider, Instant::now())),
                Ok(_) => {}
                Err(tokio::sync::broadcast::error::RecvError::Lagged(count)) => missed += count,
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return (opened, closed, missed),
            }
        }
    });
    let tally = Arc::new(Mutex::new(Tally::default()));
    let askers: Vec<_> = (0..TASKS)
        .map(|task| {
            let asker = task.saturating_sub(GREEDY - 1);
            let (gateway, tally) = (gateway.clone(), tally.clone());
            tokio::spawn(async move {
                let chance = Chance(Mutex::new(77 + task as u64));
                for _ in 0..ASKS {
                    if asker > 0 {
                        sleep(MS(chance.below(900))).await;
                    }
                    let begun = Instant::now();
                    let asked = ask(&gateway, asker).await;
                    let waited = begun.elapsed();
                    let said = match asked {
                        Ok((answer, calls)) => {
                            let fallback = matches!(answer.why, Spoke::Fallback { .. });
                            let last = answer.tries.last().unwrap().class;
                            assert!(last.is_none() && answer.tries.iter().rev().skip(1).all(|one| one.class.is_some()));
                            let (said, error) = text(answer).await;
                            assert_eq!((said.as_str(), error), ("Halo dunia", None), "whole, and once");
                            Ok((calls, fallback))
                        }
                        Err(error) => {
                            Err(format!("{} {:?} after {}", error.error, error.error.code, way(&error.tries)))
                        }
                    };
                    let mut tally = tally.lock().unwrap();
                    let longest = tally.longest.entry(asker > 0).or_default();
                    *longest = waited.max(*longest);
                    *tally.by_asker.entry(asker).or_default() += 1;
                    match said {
                        Ok((calls, fallback)) => {
                            tally.answered += 1;
                            tally.calls += calls;
                            tally.fallbacks += usize::from(fallback);
                        }
                        Err(error) => tally.failed.push(error),
                    }
                }
            })
        })
        .collect();
    // What operators see, all the time.
    let health = tokio::spawn({
        let gateway = gateway.clone();
        let fakes = fakes.clone();
        async move {
            let mut open = 0;
            loop {
                for (one, fake) in gateway.health().providers.iter().zip(&fakes) {
                    assert!(one.in_flight <= LIMIT && one.limit <= LIMIT);
                    assert!(fake.running.load(Ordering::SeqCst) <= one.in_flight as usize, "each call has a place");
                    open += usize::from(one.models.first().is_some_and(|model| model.breaker == BreakerState::Open));
                }
                sleep(MS(250)).await;
                if gateway.health().providers.is_empty() {
                    return open;
                }
            }
        }
    });
    for one in askers {
        one.await.unwrap();
    }
    let took = begun.elapsed();
    operator.abort();
    let end = gateway.health();
    // Ends the watching.
    gateway.reload(settings(Vec::new()));
    let open = health.await.unwrap();
    drop(gateway);
    let (opened, closed, missed) = watcher.await.unwrap();
    let tally = Arc::try_unwrap(tally).ok().unwrap().into_inner().unwrap();

    let calls: usize = fakes.iter().map(|fake| fake.count()).sum();
    let whole: usize = fakes.iter().map(|fake| fake.whole.load(Ordering::SeqCst)).sum();
    println!(
        "{} asks in {took:?}: {} answered, {} failed {:?}; {calls} calls, {} by fallback, longest wait of the modest {:?}; {} keys replaced; \
         opened {:?}, closed {:?}, seen open {open} times",
        TASKS * ASKS,
        tally.answered,
        tally.failed.len(),
        tally.failed.iter().take(5).collect::<Vec<_>>(),
        tally.fallbacks,
        tally.longest,
        replaced.load(Ordering::SeqCst),
        count(&opened),
        count(&closed),
    );
    assert_eq!(tally.answered + tally.failed.len(), TASKS * ASKS);
    assert!(tally.answered * 1000 >= TASKS * ASKS * 999, "{:?}", tally.failed.iter().take(20).collect::<Vec<_>>());
    // None answered twice: the providers gave as many whole answers as were heard.
    assert_eq!(whole, tally.answered);
    for fake in &fakes {
        assert!(fake.peak.load(Ordering::SeqCst) <= LIMIT as usize && fake.running.load(Ordering::SeqCst) == 0);
    }
    assert!(end.providers.iter().all(|one| one.in_flight == 0 && one.waiting == 0));
    // The dead one was left alone within seconds, probed with growing pauses, and is back.
    let died = |list: &[(String, Instant)]| list.iter().filter(|(name, at)| name == "b" && dies.contains(at)).count();
    let first = opened.iter().find(|(name, at)| name == "b" && dies.contains(at)).unwrap();
    assert!(first.1 < dies.start + Duration::from_secs(10));
    assert!((2..=6).contains(&died(&opened)), "5, 10, 20, 40 seconds less jitter: {opened:?}");
    assert_eq!(died(&closed), 0);
    // A provider that fails nearly every third probe needs some; it is back in the end.
    let back = closed.iter().find(|(name, at)| name == "b" && *at >= dies.end).unwrap();
    println!("back {:?} after it was alive again", back.1 - dies.end);
    assert_eq!(missed, 0);
    // Nobody starved.
    assert!(tally.longest[&true] < Duration::from_secs(90), "{:?}", tally.longest);
    assert!(tally.by_asker.iter().all(|(asker, count)| *count == if *asker == 0 { ASKS * GREEDY } else { ASKS }));
}

fn count(list: &[(String, Instant)]) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for (name, _) in list {
        match counts.iter_mut().find(|one| one.0 == *name) {
            Some(one) => one.1 += 1,
            None => counts.push((name.clone(), 1)),
        }
    }
    counts
}
