//! Who used how much: people see their own, administrators everybody's.

use std::collections::HashMap;

use domain::ids::{ApiKeyId, EntryId};
use domain::keys::KeyScope;
use domain::{Ctx, Error, FieldFault, Result, Timestamp};
use persistence::llm::ledger::{self, Order};
use persistence::llm::usage as rows;
use uuid::Uuid;

pub use persistence::llm::ledger::{Filter, Line};
pub use persistence::llm::usage::{By, Group, Place, Sum};

use crate::App;
use crate::accounts::Admin;

/// The longest time that one question may be about, in days.
pub const LONGEST_DAYS: u64 = 400;

/// A page of sums, and those of all pages together.
pub async fn sums(app: &App, _: Admin, filter: &Filter, by: By, after: Option<&Place>, limit: u64) -> Result<Vec<Sum>> {
    check(filter)?;
    Ok(rows::sums(app.db.read(), filter, by, after, limit).await?)
}

pub async fn total(app: &App, _: Admin, filter: &Filter) -> Result<Option<Sum>> {
    check(filter)?;
    Ok(rows::total(app.db.read(), filter).await?)
}

/// A page of calls, newest first.
pub async fn lines(
    app: &App,
    _: Admin,
    filter: &Filter,
    after: Option<(Timestamp, EntryId)>,
    limit: u64,
) -> Result<Vec<Line>> {
    check(filter)?;
    Ok(ledger::lines(app.db.read(), filter, Order::Newest, after, limit).await?)
}

/// As [`sums`], of the asking person's own calls, whatever the filter says of persons.
pub async fn my_sums(
    app: &App,
    ctx: &Ctx,
    filter: &Filter,
    by: By,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Sum>> {
    let filter = mine(ctx, filter)?;
    Ok(rows::sums(app.db.read(), &filter, by, after, limit).await?)
}

pub async fn my_total(app: &App, ctx: &Ctx, filter: &Filter) -> Result<Option<Sum>> {
    let filter = mine(ctx, filter)?;
    Ok(rows::total(app.db.read(), &filter).await?)
}

/// As [`lines`], of the asking person's own calls.
pub async fn my_lines(
    app: &App,
    ctx: &Ctx,
    filter: &Filter,
    after: Option<(Timestamp, EntryId)>,
    limit: u64,
) -> Result<Vec<Line>> {
    let filter = mine(ctx, filter)?;
    Ok(ledger::lines(app.db.read(), &filter, Order::Newest, after, limit).await?)
}

/// The names of the asking person's keys among what the sums are of.
pub async fn my_names(app: &App, ctx: &Ctx, sums: &[Sum]) -> Result<HashMap<Uuid, String>> {
    let user = ctx.holder(KeyScope::Usage)?.user;
    let ids = sums.iter().filter_map(|sum| match sum.group {
        Group::Id(id) => id.map(ApiKeyId::from_uuid),
        Group::Day(_) | Group::Name(_) => None,
    });
    let ids: Vec<ApiKeyId> = ids.collect();
    let mut names = HashMap::new();
    if !ids.is_empty() {
        let found = persistence::keys::names(app.db.read(), Some(user), &ids).await?;
        names.extend(found.into_iter().map(|(id, name)| (id.uuid(), name)));
    }
    Ok(names)
}

fn mine(ctx: &Ctx, filter: &Filter) -> Result<Filter> {
    let user = ctx.holder(KeyScope::Usage)?.user;
    check(filter)?;
    Ok(Filter { user: Some(user), ..filter.clone() })
}

pub(super) fn check(filter: &Filter) -> Result<()> {
    let longest = std::time::Duration::from_secs(LONGEST_DAYS * 24 * 60 * 60);
    if filter.until <= filter.from || filter.until > filter.from.plus(longest) {
        let fault = FieldFault::new("/until", "llm.range_invalid").arg("max", LONGEST_DAYS);
        return Err(Error::invalid(vec![fault]));
    }
    Ok(())
}
