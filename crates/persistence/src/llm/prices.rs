//! Prices and their history: rows are added, never changed.

use std::collections::{BTreeMap, HashMap};

use domain::Timestamp;
use domain::ids::PriceId;
use domain::llm::price::in_force;
use domain::llm::{Price, PriceSource};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::llm_prices::{Column, Entity, Model};
use crate::{Error, Result};

/// One word about a model's price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceEntry {
    pub id: PriceId,
    /// `provider/model`.
    pub model: String,
    pub valid_from: Timestamp,
    pub source: PriceSource,
    /// `None` withdraws the operator's price from that instant on.
    pub price: Option<Price>,
}

/// A price in force, and whose word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    pub source: PriceSource,
    pub price: Price,
    pub valid_from: Timestamp,
}

const AT_ONCE: usize = 500;

/// `is_unique_violation` when there is one of the same source for the same instant.
pub async fn append(conn: &impl ConnectionTrait, entries: &[PriceEntry]) -> Result<()> {
    for some in entries.chunks(AT_ONCE) {
        let rows = some.iter().map(|entry| to_row(entry).into_active_model());
        Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// The latest word of each source at `at`; of all models, or of those named.
pub async fn latest(conn: &impl ConnectionTrait, models: Option<&[String]>, at: Timestamp) -> Result<Vec<PriceEntry>> {
    let later = || Alias::new("later");
    let superseded = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, later())
        .and_where(Expr::col((later(), Column::Model)).equals((Entity, Column::Model)))
        .and_where(Expr::col((later(), Column::Source)).equals((Entity, Column::Source)))
        .and_where(Expr::col((later(), Column::ValidFrom)).gt(Expr::col((Entity, Column::ValidFrom))))
        .and_where(Expr::col((later(), Column::ValidFrom)).lte(at.millis()))
        .to_owned();
    let query = Entity::find()
        .filter(Column::ValidFrom.lte(at.millis()))
        .filter(Expr::exists(superseded).not())
        .order_by_asc(Column::Model);
    let Some(models) = models else {
        return query.all(conn).await?.into_iter().map(from_row).collect();
    };
    let mut found = Vec::new();
    for some in models.chunks(AT_ONCE) {
        let rows = query.clone().filter(Column::Model.is_in(some.iter().map(String::as_str))).all(conn).await?;
        for row in rows {
            found.push(from_row(row)?);
        }
    }
    Ok(found)
}

/// What each of `models` costs at `at`; those without a price are missing.
pub async fn at(
    conn: &impl ConnectionTrait,
    models: Option<&[String]>,
    at: Timestamp,
) -> Result<BTreeMap<String, InForce>> {
    /// The latest word of the operator and of the provider, each with its beginning.
    type Words = (Option<(Option<Price>, Timestamp)>, Option<(Option<Price>, Timestamp)>);
    let mut words: HashMap<String, Words> = HashMap::new();
    for entry in latest(conn, models, at).await? {
        let word = words.entry(entry.model).or_default();
        match entry.source {
            PriceSource::Operator => word.0 = Some((entry.price, entry.valid_from)),
            PriceSource::Provider => word.1 = Some((entry.price, entry.valid_from)),
        }
    }
    let prices = words.into_iter().filter_map(|(model, (operator, provider))| {
        let (source, price) = in_force(operator.map(|word| word.0), provider.and_then(|word| word.0))?;
        let word = match source {
            PriceSource::Operator => operator,
            PriceSource::Provider => provider,
        };
        Some((model, InForce { source, price, valid_from: word?.1 }))
    });
    Ok(prices.collect())
}

/// A page of everything that was said about a model, newest first.
pub async fn history(
    conn: &impl ConnectionTrait,
    model: &str,
    after: Option<(Timestamp, PriceId)>,
    limit: u64,
) -> Result<Vec<PriceEntry>> {
    let mut query = Entity::find().filter(Column::Model.eq(model));
    if let Some((at, id)) = after {
        let same = Column::ValidFrom.eq(at.millis()).and(Column::Id.lt(id.uuid()));
        query = query.filter(Column::ValidFrom.lt(at.millis()).or(same));
    }
    let rows = query.order_by_desc(Column::ValidFrom).order_by_desc(Column::Id).limit(limit).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// When the last word of a source begins, also one that is yet to come.
pub async fn last_of(conn: &impl ConnectionTrait, model: &str, source: PriceSource) -> Result<Option<Timestamp>> {
    let query = Entity::find()
        .filter(Column::Model.eq(model))
        .filter(Column::Source.eq(source.as_str()))
        .order_by_desc(Column::ValidFrom);
    Ok(query.one(conn).await?.map(|row| Timestamp(row.valid_from)))
}

fn to_row(entry: &PriceEntry) -> Model {
    Model {
        id: entry.id.uuid(),
        model: entry.model.clone(),
        valid_from: entry.valid_from.millis(),
        source: entry.source.as_str().to_owned(),
        input: entry.price.map(|price| price.input),
        cached_input: entry.price.map(|price| price.cached_input),
        cache_write: entry.price.map(|price| price.cache_write),
        output: entry.price.map(|price| price.output),
        per_request: entry.price.map(|price| price.per_request),
    }
}

fn from_row(row: Model) -> Result<PriceEntry> {
    let price = match (row.input, row.cached_input, row.cache_write, row.output, row.per_request) {
        (Some(input), Some(cached_input), Some(cache_write), Some(output), Some(per_request)) => {
            Some(Price { input, cached_input, cache_write, output, per_request })
        }
        _ => None,
    };
    Ok(PriceEntry {
        id: row.id.into(),
        model: row.model,
        valid_from: Timestamp(row.valid_from),
        source: PriceSource::parse(&row.source).ok_or_else(|| Error::odd_row("llm_prices.source", &row.source))?,
        price,
    })
}
