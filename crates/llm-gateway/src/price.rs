//! What an answer costs, in whole numbers: prices in pico-USD a token (a millionth of a USD for a million tokens: 0.15 USD a
//! million is 150,000), costs in micro-USD.

use llm_client::{Prices, Usage};

/// Pico-USD a token, and a request. What has no price of its own costs what its kind costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    pub input: i64,
    /// Read from the provider's cache; `None`: as `input`.
    pub cached_input: Option<i64>,
    /// Written to the provider's cache; `None`: as `input`.
    pub cache_write: Option<i64>,
    pub output: i64,
    /// `None`: as `output`.
    pub reasoning: Option<i64>,
    /// Pico-USD, whatever comes back.
    pub per_request: i64,
}

impl Price {
    /// From a provider's list. `None` where it does not say both what goes in and what comes out: not said is not free.
    pub fn listed(prices: &Prices) -> Option<Self> {
        let whole = |pico: u64| i64::try_from(pico).unwrap_or(i64::MAX);
        Some(Self {
            input: prices.input.map(whole)?,
            cached_input: prices.input_cached.map(whole),
            cache_write: prices.input_cache_write.map(whole),
            output: prices.output.map(whole)?,
            reasoning: None,
            per_request: prices.request.map_or(0, whole),
        })
    }
}

/// Micro-USD, rounded up: what the provider says, else by the price. Never less than nothing.
pub fn cost(price: &Price, usage: &Usage) -> i64 {
    if let Some(said) = usage.cost_micros {
        return said.max(0);
    }
    // A provider's numbers may contradict each other: parts never exceed their whole.
    let cached = usage.input_cached.min(usage.input_total);
    let written = usage.input_cache_write.min(usage.input_total - cached);
    let fresh = usage.input_total - cached - written;
    let reasoning = usage.reasoning.min(usage.output_total);
    sum(&[
        (fresh, price.input),
        (cached, price.cached_input.unwrap_or(price.input)),
        (written, price.cache_write.unwrap_or(price.input)),
        (usage.output_total - reasoning, price.output),
        (reasoning, price.reasoning.unwrap_or(price.output)),
        (1, price.per_request),
    ])
}

/// Micro-USD that a call cannot exceed, for a reservation: every token at its dearest.
pub fn at_most(price: &Price, input: u64, output: u64) -> i64 {
    let dearest = |own: i64, others: [Option<i64>; 2]| others.into_iter().flatten().fold(own, i64::max);
    let (fresh, said) =
        (dearest(price.input, [price.cached_input, price.cache_write]), dearest(price.output, [price.reasoning, None]));
    sum(&[(input, fresh), (output, said), (1, price.per_request)])
}

fn sum(parts: &[(u64, i64)]) -> i64 {
    let products = parts.iter().map(|(tokens, price)| i128::from(*tokens) * i128::from((*price).max(0)));
    let pico = products.fold(999_999, i128::saturating_add);
    i64::try_from(pico / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRICE: Price = Price {
        input: 150_000,
        cached_input: Some(75_000),
        cache_write: None,
        output: 600_000,
        reasoning: None,
        per_request: 0,
    };

    #[test]
    fn a_million_tokens_cost_what_the_list_says() {
        let usage = Usage { input_total: 1_000_000, output_total: 1_000_000, ..Usage::default() };
        assert_eq!(cost(&PRICE, &usage), 750_000);
        let cached = Usage { input_cached: 400_000, ..usage };
        assert_eq!(cost(&PRICE, &cached), 720_000);
        assert_eq!(cost(&PRICE, &Usage { input_total: 1, ..Usage::default() }), 1, "rounded up");
        assert_eq!(cost(&PRICE, &Usage::default()), 0);
        assert_eq!(cost(&Price { per_request: 5_000_000, ..Price::default() }, &Usage::default()), 5);
    }

    #[test]
    fn a_list_says_prices_in_the_same_unit() {
        let listed =
            Prices { input: Some(150_000), output: Some(600_000), input_cached: Some(75_000), ..Prices::default() };
        assert_eq!(Price::listed(&listed), Some(PRICE));
        assert_eq!(Price::listed(&Prices { output: None, ..listed }), None, "not said is not free");
        let dear = Prices { input: Some(u64::MAX), request: Some(7), ..listed };
        assert_eq!(Price::listed(&dear).map(|price| (price.input, price.per_request)), Some((i64::MAX, 7)));
    }

    #[test]
    fn what_the_provider_says_wins() {
        let usage = Usage { input_total: 9, cost_micros: Some(1234), ..Usage::default() };
        assert_eq!(cost(&PRICE, &usage), 1234);
        assert_eq!(cost(&PRICE, &Usage { cost_micros: Some(-5), ..usage }), 0);
    }

    #[test]
    fn numbers_that_contradict_each_other_do_no_harm() {
        let usage = Usage { output_total: 10, reasoning: 2590, input_total: 5, input_cached: 9, ..Usage::default() };
        let price = Price { reasoning: Some(1_000_000), ..PRICE };
        assert_eq!(cost(&price, &usage), 10 + 1);
        let most = Usage { input_total: u64::MAX, output_total: u64::MAX, ..Usage::default() };
        assert_eq!(cost(&Price { input: i64::MAX, output: i64::MAX, ..PRICE }, &most), i64::MAX);
        assert_eq!(cost(&Price { input: -7, ..Price::default() }, &usage), 0);
    }

    proptest! {
        #[test]
        fn never_more_than_was_reserved(
            prices in proptest::array::uniform5(0i64..10_000_000_000),
            parts in proptest::array::uniform5(0u64..10_000_000),
        ) {
            let [input, cached, written, output, reasoning] = prices;
            let price = Price {
                input, cached_input: Some(cached), cache_write: Some(written), output, reasoning: Some(reasoning),
                per_request: 17,
            };
            let usage = Usage {
                input_total: parts[0], input_cached: parts[1], input_cache_write: parts[2], output_total: parts[3],
                reasoning: parts[4], cost_micros: None,
            };
            let cost = cost(&price, &usage);
            prop_assert!(cost >= 0 && cost <= at_most(&price, usage.input_total, usage.output_total));
            let more = Usage { output_total: usage.output_total + 1, ..usage };
            prop_assert!(super::cost(&price, &more) >= cost);
        }
    }
}
