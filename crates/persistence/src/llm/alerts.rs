//! What operators must hear of, and what is left at providers.

use domain::Timestamp;
use domain::ids::AlertId;
use domain::llm::alert::{AlertKind, CreditLevel, Level};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::absent::insert_if_absent;
use crate::entity::llm_alerts::{Column, Entity, Model};
use crate::entity::llm_credits as credits_table;
use crate::{Error, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub id: AlertId,
    pub at: Timestamp,
    pub level: Level,
    pub kind: AlertKind,
    pub provider: Option<String>,
    /// What it is about beside the provider: a credential, a model, a day.
    pub subject: Option<String>,
    /// JSON, for people who read it.
    pub details: String,
    pub resolved_at: Option<Timestamp>,
}

/// Keeps an alert. With an `open_key` it is kept only if none with the same one is open: true when it was.
pub async fn raise(conn: &impl ConnectionTrait, alert: &Alert, open_key: Option<[u8; 32]>) -> Result<bool> {
    let row = Model {
        id: alert.id.uuid(),
        at: alert.at.millis(),
        level: alert.level.as_str().to_owned(),
        kind: alert.kind.as_str().to_owned(),
        provider: alert.provider.as_deref().map(fit),
        subject: alert.subject.as_deref().map(fit),
        details: alert.details.clone(),
        open_key: open_key.map(|key| key.to_vec()),
        resolved_at: alert.resolved_at.map(Timestamp::millis),
    };
    insert_if_absent(conn, Entity::insert(row.into_active_model()).into_query()).await
}

/// As much as {key} holds, not cut inside a character, and nothing that a database refuses. What tells alerts apart is their
/// `open_key`, made of the whole.
fn fit(text: &str) -> String {
    const KEY: usize = 190;
    let fitting = &text[..text.floor_char_boundary(KEY)];
    match fitting.contains(char::is_control) {
        true => fitting.chars().filter(|c| !c.is_control()).collect(),
        false => fitting.to_owned(),
    }
}

/// Closes the alert with this id; false when there is none. One that is closed stays as it is.
pub async fn resolve(conn: &impl ConnectionTrait, id: AlertId, now: Timestamp) -> Result<bool> {
    if Entity::find_by_id(id.uuid()).one(conn).await?.is_none() {
        return Ok(false);
    }
    close(conn, Column::Id.eq(id.uuid()), now).await?;
    Ok(true)
}

/// Closes the open alert of this key, if there is one.
pub async fn resolve_key(conn: &impl ConnectionTrait, open_key: [u8; 32], now: Timestamp) -> Result<bool> {
    close(conn, Column::OpenKey.eq(open_key.to_vec()), now).await
}

/// Closes all open alerts of a kind.
pub async fn resolve_kind(conn: &impl ConnectionTrait, kind: AlertKind, now: Timestamp) -> Result<()> {
    close(conn, Column::Kind.eq(kind.as_str()), now).await.map(|_| ())
}

async fn close(conn: &impl ConnectionTrait, which: sea_orm::sea_query::SimpleExpr, now: Timestamp) -> Result<bool> {
    let closed = Entity::update_many()
        .col_expr(Column::ResolvedAt, Expr::value(now.millis()))
        .col_expr(Column::OpenKey, Expr::value(None::<Vec<u8>>))
        .filter(which)
        .filter(Column::ResolvedAt.is_null())
        .exec(conn)
        .await?;
    Ok(closed.rows_affected == 1)
}

/// A page, newest first, after the place `(at, id)`.
pub async fn page(
    conn: &impl ConnectionTrait,
    only_open: bool,
    after: Option<(Timestamp, AlertId)>,
    limit: u64,
) -> Result<Vec<Alert>> {
    let mut query = Entity::find();
    if only_open {
        query = query.filter(Column::ResolvedAt.is_null());
    }
    if let Some((at, id)) = after {
        let rest = Column::At.lt(at.millis()).or(Column::Id.lt(id.uuid()));
        query = query.filter(Column::At.lte(at.millis())).filter(rest);
    }
    let rows = query.order_by_desc(Column::At).order_by_desc(Column::Id).limit(limit).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// Forgets what was resolved before `before`.
pub async fn sweep(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let old = Entity::delete_many().filter(Column::ResolvedAt.lt(before.millis()));
    Ok(old.exec(conn).await?.rows_affected)
}

fn from_row(row: Model) -> Result<Alert> {
    Ok(Alert {
        id: row.id.into(),
        at: Timestamp(row.at),
        level: Level::parse(&row.level).ok_or_else(|| Error::odd_row("llm_alerts.level", &row.level))?,
        kind: AlertKind::parse(&row.kind).ok_or_else(|| Error::odd_row("llm_alerts.kind", &row.kind))?,
        provider: row.provider,
        subject: row.subject,
        details: row.details,
        resolved_at: row.resolved_at.map(Timestamp),
    })
}

/// What is left at a provider, in micro-USD as far as it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credits {
    pub provider: String,
    pub remaining: Option<i64>,
    pub used: Option<i64>,
    pub level: CreditLevel,
    pub checked_at: Timestamp,
}

pub async fn set_credits(conn: &impl ConnectionTrait, found: &[Credits]) -> Result<()> {
    use credits_table::{Column, Entity, Model};
    if found.is_empty() {
        return Ok(());
    }
    let columns = [Column::Remaining, Column::Used, Column::Level, Column::CheckedAt];
    let over = OnConflict::column(Column::Provider).update_columns(columns).to_owned();
    let rows = found.iter().map(|one| {
        let row = Model {
            provider: one.provider.clone(),
            remaining: one.remaining,
            used: one.used,
            level: one.level.as_str().to_owned(),
            checked_at: one.checked_at.millis(),
        };
        row.into_active_model()
    });
    Entity::insert_many(rows).on_conflict(over).exec_without_returning(conn).await?;
    Ok(())
}

/// By provider.
pub async fn credits(conn: &impl ConnectionTrait) -> Result<Vec<Credits>> {
    use credits_table::{Column, Entity};
    let rows = Entity::find().order_by_asc(Column::Provider).all(conn).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Credits {
                provider: row.provider,
                remaining: row.remaining,
                used: row.used,
                level: CreditLevel::parse(&row.level).ok_or_else(|| Error::odd_row("llm_credits.level", &row.level))?,
                checked_at: Timestamp(row.checked_at),
            })
        })
        .collect()
}
