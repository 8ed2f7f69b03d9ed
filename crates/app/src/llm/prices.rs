//! Prices and their history: what a call cost is what held when it was made.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use domain::ids::PriceId;
use domain::llm::provider::check_model;
use domain::llm::{Price, PriceSource};
use domain::{Ctx, Error, FieldFault, Kind, Result, Timestamp};
use persistence::llm::prices as rows;

pub use persistence::llm::prices::{InForce, PriceEntry};

use super::Changed;
use super::changes::announce;
use crate::App;
use crate::accounts::Admin;

/// What each model costs at an instant; models without a price are missing.
pub async fn at(app: &App, models: Option<&[String]>, at: Timestamp) -> Result<BTreeMap<String, InForce>> {
    Ok(rows::at(app.db.read(), models, at).await?)
}

/// A page of everything that was said about a model, newest first.
pub async fn history(
    app: &App,
    _: Admin,
    model: &str,
    after: Option<(Timestamp, PriceId)>,
    limit: u64,
) -> Result<Vec<PriceEntry>> {
    Ok(rows::history(app.db.read(), &model.to_lowercase(), after, limit).await?)
}

/// The administrator's own price, from now or a later instant on; it wins over the provider's until it is withdrawn.
pub async fn set(
    app: &App,
    ctx: &Ctx,
    _: Admin,
    model: &str,
    price: Price,
    from: Option<Timestamp>,
) -> Result<PriceEntry> {
    // As the gateway names it.
    let model = &model.to_lowercase();
    let mut faults: Vec<FieldFault> = check_model(model, "/model").err().into_iter().collect();
    faults.extend(price.check().err().unwrap_or_default());
    // What calls have cost is history.
    if from.is_some_and(|from| from < ctx.now()) {
        faults.push(FieldFault::new("/valid_from", "llm.price_in_past"));
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    say(app, ctx, model, Some(price), from).await
}

/// Withdraws the administrator's price from now on: the provider's holds again. One that is set for later still comes.
pub async fn withdraw(app: &App, ctx: &Ctx, _: Admin, model: &str) -> Result<PriceEntry> {
    let model = &model.to_lowercase();
    let latest = rows::latest(app.db.read(), Some(&[model.to_owned()]), ctx.now()).await?;
    let own = latest.into_iter().find(|entry| entry.source == PriceSource::Operator && entry.price.is_some());
    own.ok_or_else(|| Error::not_found("llm.price_not_found"))?;
    say(app, ctx, model, None, None).await
}

async fn say(app: &App, ctx: &Ctx, model: &str, price: Option<Price>, from: Option<Timestamp>) -> Result<PriceEntry> {
    let said = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let latest = rows::latest(&*tx, Some(&[model.to_owned()]), ctx.now()).await?;
            let last = latest.iter().find(|entry| entry.source == PriceSource::Operator);
            let valid_from = from.unwrap_or_else(|| after(last, ctx.now()));
            let entry = PriceEntry {
                id: ctx.new_id(),
                model: model.to_owned(),
                valid_from,
                source: PriceSource::Operator,
                price,
            };
            rows::append(&*tx, std::slice::from_ref(&entry)).await.map_err(there)?;
            tx.commit().await?;
            Ok(entry)
        })
        .await?;
    tracing::info!(event = "llm.price_changed", model, withdrawn = price.is_none());
    announce(app, Changed::Prices).await;
    Ok(said)
}

/// Writes down what the providers of the gateway list now. How much of it was news.
pub async fn import_listed(app: &App, ctx: &Ctx, admin: Admin) -> Result<u64> {
    let listed = app.gateway.models().await.into_iter().filter_map(|entry| {
        let price = super::catalogue::of_list(&entry.listed?);
        Some((entry.id, price))
    });
    import(app, ctx, admin, &listed.collect()).await
}

/// What providers list now, in one transaction; only what has changed is written. How much that was.
pub async fn import(app: &App, ctx: &Ctx, _: Admin, listed: &BTreeMap<String, Price>) -> Result<u64> {
    let good: Vec<(&String, &Price)> = listed
        .iter()
        // A list is a stranger's word: what cannot be a price is passed over.
        .filter(|(model, price)| check_model(model, "/model").is_ok() && price.check().is_ok())
        .collect();
    let names: Vec<String> = good.iter().map(|(model, _)| (*model).clone()).collect();
    let written = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let latest = rows::latest(&*tx, Some(&names), ctx.now()).await?;
            let known: HashMap<&str, &PriceEntry> = latest
                .iter()
                .filter(|entry| entry.source == PriceSource::Provider)
                .map(|entry| (entry.model.as_str(), entry))
                .collect();
            let news: Vec<PriceEntry> = good
                .iter()
                .filter(|(model, price)| known.get(model.as_str()).is_none_or(|entry| entry.price != Some(**price)))
                .map(|(model, price)| PriceEntry {
                    id: ctx.new_id(),
                    model: (*model).clone(),
                    valid_from: after(known.get(model.as_str()).copied(), ctx.now()),
                    source: PriceSource::Provider,
                    price: Some(**price),
                })
                .collect();
            rows::append(&*tx, &news).await.map_err(there)?;
            tx.commit().await?;
            Ok(news.len() as u64)
        })
        .await?;
    if written > 0 {
        tracing::info!(event = "llm.prices_imported", changed = written, listed = listed.len());
        announce(app, Changed::Prices).await;
    }
    Ok(written)
}

/// Now, or right after the last word.
fn after(last: Option<&PriceEntry>, now: Timestamp) -> Timestamp {
    last.map_or(now, |last| now.max(last.valid_from.plus(Duration::from_millis(1))))
}

/// Another one said something of the same instant.
fn there(error: persistence::Error) -> Error {
    if error.is_unique_violation() {
        return Error::new(Kind::Conflict, "llm.price_taken");
    }
    error.into()
}
