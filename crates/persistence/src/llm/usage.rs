//! What was used, summed up: by day, person, model, provider, assistant or key.

use domain::Timestamp;
use domain::llm::State;
use domain::llm::period::date;
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait, Func, IntoIden, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, QueryResult};
use uuid::Uuid;

use super::ledger::Filter;
use crate::entity::ledger::{Column, Entity};
use crate::{Error, Result};

/// By what calls are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// UTC; the newest first. All others: the dearest first.
    Day,
    User,
    Model,
    Provider,
    Assistant,
    ApiKey,
}

/// What a sum is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Days since 1970-01-01.
    Day(i64),
    /// A person, assistant or key; `None` for calls of nobody's.
    Id(Option<Uuid>),
    /// A model (`provider/model`) or provider.
    Name(String),
}

impl Group {
    /// As text, for people and files.
    pub fn label(&self) -> String {
        match self {
            Self::Day(day) => date(*day),
            Self::Id(Some(id)) => id.to_string(),
            Self::Id(None) => String::new(),
            Self::Name(name) => name.clone(),
        }
    }
}

/// The sums of one group; only of settled calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub group: Group,
    pub requests: i64,
    /// Calls that did not succeed.
    pub failed: i64,
    pub input_tokens: i64,
    pub cached_tokens: i64,
    pub output_tokens: i64,
    pub reasoning_tokens: i64,
    pub cost_micros: i64,
    /// Of these requests, how many were counted by us and not by the provider.
    pub estimated: i64,
}

impl Sum {
    /// Where the next page goes on.
    pub fn place(&self) -> Place {
        Place { cost_micros: self.cost_micros, group: self.group.clone() }
    }
}

/// The last sum of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub cost_micros: i64,
    pub group: Group,
}

const SUMS: &str = "sums";
const GROUP: &str = "of_group";

/// A page of sums after `after`.
///
/// # Errors
/// The database's.
pub async fn sums(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    by: By,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Sum>> {
    let backend = conn.get_database_backend();
    let group = Expr::col((Alias::new(SUMS), Alias::new(GROUP)));
    // Nobody's calls stand where the nil id would.
    let group: SimpleExpr = match by {
        By::User | By::Assistant | By::ApiKey => Func::coalesce([group, Expr::value(Uuid::nil())]).into(),
        By::Day | By::Model | By::Provider => group,
    };
    let cost = Expr::col((Alias::new(SUMS), Alias::new("cost_micros")));
    let mut query = Query::select();
    query
        .column((Alias::new(SUMS), sea_orm::sea_query::Asterisk))
        .from_subquery(inner(backend, filter, by), Alias::new(SUMS));
    if let Some(place) = after {
        let value: SimpleExpr = match &place.group {
            Group::Day(day) => Expr::value(*day),
            Group::Id(id) => Expr::value(id.unwrap_or_default()),
            Group::Name(name) => Expr::value(name.clone()),
        };
        match by {
            By::Day => query.and_where(group.clone().lt(value)),
            By::User | By::Model | By::Provider | By::Assistant | By::ApiKey => query.cond_where(
                Cond::any()
                    .add(cost.clone().lt(place.cost_micros))
                    .add(Cond::all().add(cost.clone().eq(place.cost_micros)).add(group.clone().gt(value))),
            ),
        };
    }
    match by {
        By::Day => query.order_by_expr(group, Order::Desc),
        By::User | By::Model | By::Provider | By::Assistant | By::ApiKey => {
            query.order_by_expr(cost, Order::Desc).order_by_expr(group, Order::Asc)
        }
    };
    query.limit(limit);
    conn.query_all(&query).await?.iter().map(|row| sum(row, by)).collect()
}

/// The sums of all groups together, or `None` when there was no call.
pub async fn total(conn: &impl ConnectionTrait, filter: &Filter) -> Result<Option<Sum>> {
    let backend = conn.get_database_backend();
    let mut query = base(backend, filter);
    query.expr_as(Expr::cust("''"), Alias::new(GROUP));
    let row = conn.query_one(&query).await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get::<i64>("", "requests")? == 0 {
        return Ok(None);
    }
    sum(&row, By::Provider).map(Some)
}

fn inner(backend: DbBackend, filter: &Filter, by: By) -> SelectStatement {
    let mut query = base(backend, filter);
    let group: SimpleExpr = match by {
        By::User => Expr::col(Column::UserId),
        By::Assistant => Expr::col(Column::AssistantId),
        By::ApiKey => Expr::col(Column::ApiKeyId),
        By::Provider => Expr::col(Column::Provider),
        // One name for `provider/model`, as people know it.
        By::Model => match backend {
            DbBackend::MySql => Expr::cust("CONCAT(`provider`, '/', `model`)"),
            _ => Expr::cust(r#"("provider" || '/' || "model")"#),
        },
        By::Day => match backend {
            DbBackend::MySql => Expr::cust("(`at` DIV 86400000)"),
            _ => Expr::cust(r#"("at" / 86400000)"#),
        },
    };
    query.expr_as(group.clone(), Alias::new(GROUP)).add_group_by([group]);
    query
}

/// The sums, of all settled calls that the filter lets through.
fn base(backend: DbBackend, filter: &Filter) -> SelectStatement {
    // A sum of BIGINT is NUMERIC or DECIMAL on the servers.
    let bigint = if backend == DbBackend::MySql { "SIGNED" } else { "bigint" };
    let whole = |expr: SimpleExpr| {
        SimpleExpr::from(Func::coalesce([Func::cast_as(expr, Alias::new(bigint)).into(), Expr::value(0_i64)]))
    };
    let sum = |column: Column| whole(Expr::col(column).sum());
    let count = |which: SimpleExpr| whole(Expr::case(which, 1_i64).finally(0_i64).sum());
    let mut query = Query::select();
    query
        .from(Entity)
        .expr_as(whole(Expr::col(Column::Id).count()), "requests".into_iden())
        .expr_as(count(Column::Outcome.ne("succeeded")), "failed".into_iden())
        .expr_as(sum(Column::InputTokens), "input_tokens".into_iden())
        .expr_as(sum(Column::CachedTokens), "cached_tokens".into_iden())
        .expr_as(sum(Column::OutputTokens), "output_tokens".into_iden())
        .expr_as(sum(Column::ReasoningTokens), "reasoning_tokens".into_iden())
        .expr_as(sum(Column::CostMicros), "cost_micros".into_iden())
        .expr_as(count(Column::Estimated.eq(true)), "estimated".into_iden())
        .cond_where(filter.condition())
        .and_where(Column::State.eq(State::Settled.as_str()));
    query
}

fn sum(row: &QueryResult, by: By) -> Result<Sum> {
    let group = match by {
        By::Day => Group::Day(row.try_get("", GROUP)?),
        By::User | By::Assistant | By::ApiKey => Group::Id(row.try_get("", GROUP)?),
        By::Model | By::Provider => Group::Name(row.try_get("", GROUP)?),
    };
    let count = |column: &str| row.try_get::<i64>("", column).map_err(Error::from);
    Ok(Sum {
        group,
        requests: count("requests")?,
        failed: count("failed")?,
        input_tokens: count("input_tokens")?,
        cached_tokens: count("cached_tokens")?,
        output_tokens: count("output_tokens")?,
        reasoning_tokens: count("reasoning_tokens")?,
        cost_micros: count("cost_micros")?,
        estimated: count("estimated")?,
    })
}

/// The day in which an instant lies, for filters that speak of days.
pub fn day_of(at: Timestamp) -> Group {
    Group::Day(domain::llm::period::day_number(at))
}
