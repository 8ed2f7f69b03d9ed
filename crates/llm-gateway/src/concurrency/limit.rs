//! How many calls a provider is given at one time, pure: grows while it answers as fast as usual and the limit is used,
//! shrinks when it pushes back (additive increase, multiplicative decrease; quick until the first push).

use std::time::Duration;

use tokio::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimitSettings {
    pub start: u32,
    pub least: u32,
    pub most: u32,
    /// What is left of the limit after a push.
    pub keep: f64,
    /// Pushes within this time of the last one are of the same jam.
    pub pause: Duration,
    /// While first words take longer than so many times the usual, the limit does not grow.
    pub tolerance: f64,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { start: 64, least: 2, most: 1024, keep: 0.7, pause: Duration::from_secs(1), tolerance: 2.0 }
    }
}

#[derive(Debug)]
pub struct Limit {
    settings: LimitSettings,
    limit: f64,
    /// Nothing pushed back yet.
    quick: bool,
    pushed: Option<Instant>,
    /// Seconds to the first word, over hundreds of calls and over the last few.
    usual: Option<f64>,
    recent: Option<f64>,
}

impl Limit {
    pub fn new(settings: LimitSettings) -> Self {
        let limit = f64::from(settings.start);
        let mut new = Self { settings, limit, quick: true, pushed: None, usual: None, recent: None };
        new.hold();
        new
    }

    pub fn set(&mut self, settings: LimitSettings) {
        self.settings = settings;
        self.hold();
    }

    pub fn now(&self) -> u32 {
        self.limit as u32
    }

    /// A call began to answer. `used`: calls that ran at the time, this one included.
    pub fn answered(&mut self, first_word: Duration, used: u32) {
        let seconds = first_word.as_secs_f64();
        let blend = |old: Option<f64>, share: f64| Some(old.map_or(seconds, |old| old + share * (seconds - old)));
        self.usual = blend(self.usual, 0.002);
        self.recent = blend(self.recent, 0.2);
        // A blink is no jam, however little is usual.
        let holds = self.recent <= self.usual.map(|usual| self.settings.tolerance * usual + 0.1);
        if holds && f64::from(used) * 2.0 >= self.limit {
            // Two, since one asker alone fills three quarters: with one the limit would stop growing short of what is wanted.
            self.limit += if self.quick { 2.0 } else { 1.0 / self.limit.max(1.0) };
            self.hold();
        }
    }

    /// Too many requests, or no answer in time.
    pub fn pushed_back(&mut self, now: Instant) {
        if self.pushed.is_some_and(|last| now.saturating_duration_since(last) < self.settings.pause) {
            return;
        }
        self.pushed = Some(now);
        self.quick = false;
        self.limit *= self.settings.keep;
        self.hold();
    }

    fn hold(&mut self) {
        let most = self.settings.most.max(1);
        self.limit = self.limit.clamp(f64::from(self.settings.least.clamp(1, most)), f64::from(most));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn limit(start: u32, most: u32) -> Limit {
        Limit::new(LimitSettings { start, most, ..LimitSettings::default() })
    }

    #[test]
    fn grows_while_it_is_used_and_the_answers_are_quick() {
        let mut one = limit(4, 1024);
        (0..100).for_each(|_| one.answered(MS(100), 1));
        assert_eq!(one.now(), 4, "nobody wants more");
        (0..10).for_each(|_| one.answered(MS(100), 4 + 10));
        assert_eq!(one.now(), 24, "two for each answer before the first push");
        (0..10).for_each(|_| one.answered(MS(900), 100));
        let jammed = one.now();
        (0..50).for_each(|_| one.answered(MS(900), 100));
        assert!(one.now() == jammed && jammed < 30, "{jammed}");
    }

    #[test]
    fn shrinks_once_a_jam_and_grows_slowly_afterwards() {
        let (mut one, now) = (limit(100, 1024), Instant::now());
        (0..20).for_each(|_| one.pushed_back(now));
        assert_eq!(one.now(), 70);
        one.pushed_back(now + MS(1000));
        assert_eq!(one.now(), 49);
        (0..48).for_each(|_| one.answered(MS(100), 49));
        assert_eq!(one.now(), 49, "about one more for each round");
        (0..3).for_each(|_| one.answered(MS(100), 49));
        assert_eq!(one.now(), 50);
        (1..100).for_each(|n| one.pushed_back(now + MS(1000 * n)));
        assert_eq!(one.now(), 2);
    }

    #[test]
    fn the_operators_limit_is_the_last_word() {
        let mut one = limit(64, 3);
        (0..100).for_each(|_| one.answered(MS(1), 3));
        assert_eq!(one.now(), 3);
        assert_eq!(limit(64, 0).now(), 1, "none at all would hang everybody");
        one.set(LimitSettings { most: 1, ..LimitSettings::default() });
        assert_eq!(one.now(), 1);
    }

    proptest! {
        #[test]
        fn stays_within_its_bounds_and_moves_by_small_steps(
            most in 1u32..200,
            steps in proptest::collection::vec((any::<bool>(), 0u64..3000, 0u32..300), 0..300),
        ) {
            let (mut one, mut now, mut pushed) = (limit(16, most), Instant::now(), None::<Instant>);
            for (good, milliseconds, used) in steps {
                let before = one.limit;
                if good {
                    one.answered(MS(milliseconds), used);
                    prop_assert!(one.limit >= before && one.limit <= before + 2.0);
                    prop_assert!(one.limit == before || f64::from(used) * 2.0 >= before);
                } else {
                    now += MS(milliseconds);
                    one.pushed_back(now);
                    let same = pushed.is_some_and(|last| now - last < MS(1000));
                    if same { prop_assert_eq!(one.limit, before); } else { pushed = Some(now); }
                    prop_assert!(one.limit <= before);
                }
                prop_assert!((1..=most).contains(&one.now()));
            }
        }
    }
}
