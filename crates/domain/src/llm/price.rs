//! What tokens cost: integers all the way, rounded once and upwards, so that no sum is ever short.

use crate::FieldFault;

/// What a call used, as the providers' words are normalised: `input` includes what was cached, `output` includes reasoning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tokens {
    pub input: u64,
    /// Read from the provider's cache; part of `input`.
    pub cached: u64,
    /// Written to the provider's cache; part of `input`.
    pub cache_write: u64,
    pub output: u64,
    /// Part of `output`.
    pub reasoning: u64,
}

impl Tokens {
    /// What counts against a limit of tokens.
    pub fn total(&self) -> i64 {
        i64::try_from(self.input.saturating_add(self.output)).unwrap_or(i64::MAX)
    }
}

/// In millionths of a millionth of a US dollar (pico-USD) a token; the same number is micro-USD for a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Price {
    pub input: i64,
    pub cached_input: i64,
    pub cache_write: i64,
    pub output: i64,
    /// Pico-USD a request, whatever it uses.
    pub per_request: i64,
}

impl Price {
    /// 1,000 US dollars for a million tokens: nobody asks as much, and whoever types it mistook the unit.
    pub const DEAREST: i64 = 1_000_000_000;

    /// A price without a word about caches: cached tokens cost like others.
    pub const fn of(input: i64, output: i64) -> Self {
        Self { input, cached_input: input, cache_write: input, output, per_request: 0 }
    }

    /// Micro-USD of one call, rounded up; saturating.
    pub fn cost(&self, tokens: &Tokens) -> i64 {
        let plain = tokens.input.saturating_sub(tokens.cached).saturating_sub(tokens.cache_write);
        // A provider that reports more cached than input tokens is wrong about one of them; what was not there costs nothing.
        let cached = tokens.cached.min(tokens.input);
        let written = tokens.cache_write.min(tokens.input - cached);
        let parts = [
            (plain, self.input),
            (cached, self.cached_input),
            (written, self.cache_write),
            (tokens.output, self.output),
            (1, self.per_request),
        ];
        // One product always fits; their sum may not.
        let products = parts.into_iter().map(|(count, price)| i128::from(count) * i128::from(price.max(0)));
        let pico = products.fold(0_i128, i128::saturating_add);
        i64::try_from(pico.saturating_add(999_999) / 1_000_000).unwrap_or(i64::MAX)
    }

    /// The most that a call can cost which is sent `input` tokens and may answer with `output`: whatever of the input turns out
    /// to be cached, or to be written to a cache.
    pub fn at_most(&self, input: u64, output: u64) -> i64 {
        let dearest = self.input.max(self.cached_input).max(self.cache_write);
        let all = Self { input: dearest, ..*self };
        all.cost(&Tokens { input, output, ..Tokens::default() })
    }

    /// # Errors
    /// Faults at `/input`, `/cached_input`, `/cache_write`, `/output`, `/per_request`.
    pub fn check(&self) -> Result<(), Vec<FieldFault>> {
        /// Ten dollars a request.
        const DEAREST_REQUEST: i64 = 10_000_000_000_000;
        let parts = [
            ("/input", self.input, Self::DEAREST),
            ("/cached_input", self.cached_input, Self::DEAREST),
            ("/cache_write", self.cache_write, Self::DEAREST),
            ("/output", self.output, Self::DEAREST),
            ("/per_request", self.per_request, DEAREST_REQUEST),
        ];
        let faults: Vec<FieldFault> = parts
            .into_iter()
            .filter(|(_, price, most)| !(0..=*most).contains(price))
            .map(|(pointer, _, most)| FieldFault::new(pointer, "out_of_range").arg("min", 0).arg("max", most))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// Whose word a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PriceSource {
    /// The provider's own list.
    Provider,
    /// An operator's; wins until it is withdrawn.
    Operator,
}

impl PriceSource {
    pub const ALL: [Self; 2] = [Self::Provider, Self::Operator];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Operator => "operator",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

/// The price in force, of the latest rows of both sources: the operator's unless withdrawn (`Some(None)`).
pub fn in_force(operator: Option<Option<Price>>, provider: Option<Price>) -> Option<(PriceSource, Price)> {
    match operator.flatten() {
        Some(price) => Some((PriceSource::Operator, price)),
        None => provider.map(|price| (PriceSource::Provider, price)),
    }
}
