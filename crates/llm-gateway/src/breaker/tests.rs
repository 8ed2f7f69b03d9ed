//! When a breaker opens and closes, and that it never lets too many through.
#![allow(clippy::unwrap_used, reason = "tests")]
use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn settings() -> BreakerSettings {
    BreakerSettings {
        window: SECOND * 10,
        most_calls: 8,
        least_calls: 4,
        share: 0.5,
        open: SECOND * 2,
        open_cap: SECOND * 7,
        probes: 2,
        successes: 2,
    }
}

fn bad(breaker: &mut Breaker, now: Instant) -> Option<Change> {
    let pass = breaker.admit(now).0.unwrap();
    breaker.report(pass, Outcome::Bad, now, 0.0)
}

#[test]
fn opens_probes_doubles_and_closes() {
    let (mut breaker, mut now) = (Breaker::new(settings()), Instant::now());
    for _ in 0..3 {
        assert_eq!(bad(&mut breaker, now), None, "three calls prove nothing");
    }
    assert_eq!(bad(&mut breaker, now), Some(Change::Opened { pause: SECOND * 2 }));
    assert_eq!((breaker.admit(now).0, breaker.state(now)), (Err(SECOND * 2), BreakerState::Open));
    for pause in [4, 7, 7] {
        now += SECOND * 8;
        let (first, change) = breaker.admit(now);
        assert_eq!(change, Some(Change::HalfOpen));
        let second = breaker.admit(now).0.unwrap();
        assert!(breaker.admit(now).0.is_err(), "two probes at a time");
        assert_eq!(breaker.report(second, Outcome::Neutral, now, 0.0), None);
        let third = breaker.admit(now).0.unwrap();
        let opened = breaker.report(first.unwrap(), Outcome::Bad, now, 0.0);
        assert_eq!(opened, Some(Change::Opened { pause: SECOND * pause }));
        assert_eq!(breaker.report(third, Outcome::Good, now, 0.0), None, "a probe of before");
        assert_eq!(breaker.state(now), BreakerState::Open);
    }
    now += SECOND * 7;
    let (one, two) = (breaker.admit(now).0.unwrap(), breaker.admit(now).0.unwrap());
    assert_eq!(breaker.report(one, Outcome::Good, now, 0.0), None);
    assert_eq!(breaker.report(two, Outcome::Good, now, 0.0), Some(Change::Closed));
    assert_eq!((breaker.state(now), breaker.counts(now)), (BreakerState::Closed, (0, 0)));
    for _ in 0..3 {
        assert_eq!(bad(&mut breaker, now), None);
    }
    assert_eq!(bad(&mut breaker, now), Some(Change::Opened { pause: SECOND * 2 }), "the doubling began anew");
}

#[test]
fn jitter_takes_up_to_a_quarter() {
    for (chance, milliseconds) in [(0.0, 2000), (0.5, 1750), (1.0, 1500)] {
        let (mut breaker, now) = (Breaker::new(settings()), Instant::now());
        let change = (0..4).find_map(|_| {
            let pass = breaker.admit(now).0.unwrap();
            breaker.report(pass, Outcome::Bad, now, chance)
        });
        assert_eq!(change, Some(Change::Opened { pause: Duration::from_millis(milliseconds) }));
    }
}

#[test]
fn an_answer_that_was_cut_counts_too() {
    let (mut breaker, now) = (Breaker::new(settings()), Instant::now());
    assert!((0..3).all(|_| breaker.note(Outcome::Bad, now, 0.0).is_none()));
    assert!(breaker.note(Outcome::Bad, now, 0.0).is_some() && breaker.note(Outcome::Bad, now, 0.0).is_none());
}

#[test]
fn each_class_as_the_table_says() {
    let longest = SECOND * 20;
    for class in ErrorClass::ALL {
        let expected = match class {
            ErrorClass::Timeout | ErrorClass::Unavailable | ErrorClass::Unknown | ErrorClass::RateLimited => {
                Outcome::Bad
            }
            ErrorClass::Auth
            | ErrorClass::Payment
            | ErrorClass::Moderation
            | ErrorClass::ContextLength
            | ErrorClass::InvalidRequest => Outcome::Neutral,
        };
        assert_eq!(outcome(&ProviderError::new(class, ""), longest), expected, "{class:?}");
    }
    let hinted = |hint| ProviderError { retry_after: Some(hint), ..ProviderError::new(ErrorClass::RateLimited, "") };
    assert_eq!(outcome(&hinted(SECOND), longest), Outcome::Neutral);
    assert_eq!(outcome(&hinted(SECOND * 21), longest), Outcome::Bad);
}

/// The same rules, written the slow way: every call is remembered, nothing is counted in advance.
struct Model {
    settings: BreakerSettings,
    phase: Phase,
    epoch: u64,
    openings: u32,
}

enum Phase {
    Closed(Vec<(Instant, bool)>),
    Open(Instant),
    Half { running: u32, good: u32 },
}

impl Model {
    fn turn(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
    }

    fn admit(&mut self, now: Instant) -> Option<u64> {
        if let Phase::Open(until) = self.phase {
            if now < until {
                return None;
            }
            self.turn(Phase::Half { running: 0, good: 0 });
        }
        match &mut self.phase {
            Phase::Half { running, .. } if *running >= self.settings.probes => None,
            Phase::Half { running, .. } => {
                *running += 1;
                Some(self.epoch)
            }
            Phase::Closed(_) | Phase::Open(_) => Some(self.epoch),
        }
    }

    fn open(&mut self, now: Instant) {
        let mut pause = self.settings.open;
        for _ in 0..self.openings {
            pause = (pause * 2).min(self.settings.open_cap);
        }
        self.openings += 1;
        self.turn(Phase::Open(now + pause));
    }

    fn report(&mut self, epoch: u64, outcome: Outcome, now: Instant) {
        if epoch != self.epoch {
            return;
        }
        let settings = self.settings;
        match &mut self.phase {
            Phase::Open(_) => {}
            Phase::Half { running, good } => {
                *running -= 1;
                *good += u32::from(outcome == Outcome::Good);
                if outcome == Outcome::Bad {
                    self.open(now);
                } else if *good >= settings.successes {
                    self.openings = 0;
                    self.turn(Phase::Closed(Vec::new()));
                }
            }
            Phase::Closed(calls) => {
                if outcome != Outcome::Neutral {
                    calls.push((now, outcome == Outcome::Bad));
                    let recent: Vec<_> = calls
                        .iter()
                        .rev()
                        .take(settings.most_calls)
                        .filter(|one| now - one.0 < settings.window)
                        .collect();
                    let failed = recent.iter().filter(|one| one.1).count();
                    if outcome == Outcome::Bad
                        && recent.len() >= settings.least_calls
                        && failed as f64 / recent.len() as f64 >= settings.share
                    {
                        self.open(now);
                    }
                }
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Admit,
    /// Which of the running calls, and how it ends.
    End(usize, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0u64..4000).prop_map(Step::Wait),
        Just(Step::Admit),
        (any::<usize>(), 0u8..8).prop_map(|(which, how)| Step::End(which, how)),
    ];
    proptest::collection::vec(step, 0..300)
}

proptest! {
    #[test]
    fn does_what_the_slow_one_does(steps in steps()) {
        let mut now = Instant::now();
        let mut breaker = Breaker::new(settings());
        let mut model = Model { settings: settings(), phase: Phase::Closed(Vec::new()), epoch: 0, openings: 0 };
        let mut running = Vec::new();
        for step in steps {
            match step {
                Step::Wait(milliseconds) => now += Duration::from_millis(milliseconds),
                Step::Admit => {
                    let refuses = breaker.refuses(now).is_some();
                    let (pass, expected) = (breaker.admit(now).0.ok(), model.admit(now));
                    prop_assert_eq!(pass.as_ref().map(|pass| pass.epoch), expected);
                    prop_assert_eq!(refuses, expected.is_none());
                    running.extend(pass.zip(expected));
                }
                Step::End(which, how) if !running.is_empty() => {
                    let (pass, epoch) = running.swap_remove(which % running.len());
                    let outcome = match how { 0..=2 => Outcome::Good, 3..=6 => Outcome::Bad, _ => Outcome::Neutral };
                    breaker.report(pass, outcome, now, 0.0);
                    model.report(epoch, outcome, now);
                }
                Step::End(..) => {}
            }
            let state = match model.phase {
                Phase::Closed(_) => BreakerState::Closed,
                Phase::Open(until) if now < until => BreakerState::Open,
                Phase::Open(_) | Phase::Half { .. } => BreakerState::HalfOpen,
            };
            prop_assert_eq!(breaker.state(now), state);
        }
    }
}
