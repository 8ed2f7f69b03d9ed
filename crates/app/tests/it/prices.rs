//! Prices: a history, in which the administrator's word wins until it is withdrawn.

use std::collections::BTreeMap;
use std::time::Duration;

use app::llm::prices;
use domain::Timestamp;
use domain::llm::{Price, PriceSource};

use crate::house::{House, code, houses};

const MODEL: &str = "openai/gpt-5";
const LISTED: Price = Price::of(1_250_000, 10_000_000);
const OWN: Price = Price::of(1_000_000, 9_000_000);

fn list(price: Price) -> BTreeMap<String, Price> {
    BTreeMap::from([(MODEL.to_owned(), price), ("groq/llama".to_owned(), Price::of(1, 2)), ("odd name".into(), LISTED)])
}

async fn at(house: &House, at: Timestamp) -> Option<(PriceSource, Price)> {
    let found = prices::at(&house.app, Some(&[MODEL.to_owned()]), at).await.unwrap();
    found.get(MODEL).map(|found| (found.source, found.price))
}

#[tokio::test]
async fn a_call_costs_what_held_when_it_was_made() {
    for house in houses().await {
        let (app, admin) = (&house.app, house.admin());
        let mut moments = Vec::new();
        let mut then = async |expected| {
            let now = app.clock.now();
            assert_eq!(at(&house, now).await, expected, "{}", house.name());
            moments.push((now, expected));
            house.wait(60);
        };
        then(None).await;
        assert_eq!(prices::import(app, &house.system(), admin, &list(LISTED)).await.unwrap(), 2, "what is a price");
        then(Some((PriceSource::Provider, LISTED))).await;
        assert_eq!(prices::import(app, &house.system(), admin, &list(LISTED)).await.unwrap(), 0, "nothing new");
        prices::set(app, &house.system(), admin, MODEL, OWN, None).await.unwrap();
        then(Some((PriceSource::Operator, OWN))).await;
        // The provider's changes under it, twice within one millisecond, and does not show.
        let dearer = Price::of(2_000_000, 10_000_000);
        assert_eq!(prices::import(app, &house.system(), admin, &list(LISTED)).await.unwrap(), 0);
        assert_eq!(prices::import(app, &house.system(), admin, &list(dearer)).await.unwrap(), 1);
        then(Some((PriceSource::Operator, OWN))).await;
        prices::withdraw(app, &house.system(), admin, MODEL).await.unwrap();
        assert_eq!(code(prices::withdraw(app, &house.system(), admin, MODEL).await), "llm.price_not_found");
        then(Some((PriceSource::Provider, dearer))).await;
        let later = app.clock.now().plus(Duration::from_secs(30));
        prices::set(app, &house.system(), admin, MODEL, OWN, Some(later)).await.unwrap();
        assert_eq!(code(prices::set(app, &house.system(), admin, MODEL, LISTED, Some(later)).await), "llm.price_taken");
        then(Some((PriceSource::Provider, dearer))).await;
        then(Some((PriceSource::Operator, OWN))).await;
        for (moment, expected) in &moments {
            assert_eq!(at(&house, *moment).await, *expected, "{}: history does not change", house.name());
        }
        let said = prices::history(app, admin, MODEL, None, 3).await.unwrap();
        let last = said.last().unwrap();
        let rest = prices::history(app, admin, MODEL, Some((last.valid_from, last.id)), 10).await.unwrap();
        assert_eq!((said.len(), rest.len()), (3, 2), "{}", house.name());
        assert_eq!(said[1].price, None, "withdrawn");
        assert_eq!(prices::at(app, None, app.clock.now()).await.unwrap().len(), 2);
        house.finish().await;
    }
}

#[tokio::test]
async fn odd_prices_are_refused_and_passed_over() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let negative = Price::of(-1, 0);
        let past = Some(ctx.now().minus(Duration::from_secs(1)));
        assert_eq!(
            code(prices::set(app, &ctx, admin, "gpt-5", negative, past).await),
            "/model:llm.model_invalid /input:out_of_range /cached_input:out_of_range /cache_write:out_of_range \
             /valid_from:llm.price_in_past"
        );
        assert_eq!(prices::import(app, &ctx, admin, &BTreeMap::from([(MODEL.to_owned(), negative)])).await.unwrap(), 0);
        house.finish().await;
    }
}
