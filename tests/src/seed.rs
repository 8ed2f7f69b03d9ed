//! Chance that can be had again: a seed is printed by every random test, and `OBROL_SEED` replays it.

/// SplitMix64: small, and good enough to choose when to kill what.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for `part`, so that the order of tasks does not change what each of them draws.
    pub fn part(seed: u64, part: u64) -> Self {
        let mut chance = Self(seed ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        chance.draw();
        chance
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` up to and without `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.draw() % (high - low).max(1)
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.draw() % 100 < percent
    }
}

/// The seed of this run: `OBROL_SEED`, else the time. Printed, so that a failure can be had again.
pub fn seed() -> u64 {
    let seed =
        std::env::var("OBROL_SEED").map(|text| text.parse().expect("OBROL_SEED is a number")).unwrap_or_else(|_| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            now.as_millis() as u64
        });
    eprintln!("seed: OBROL_SEED={seed}");
    seed
}
