//! Content rules, and the times that they met a text: never the text.

use domain::Timestamp;
use domain::ids::{RuleHitId, RuleId, RunId, UserId};
use domain::llm::{Action, Direction};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::entity::llm_rule_hits as hits;
use crate::entity::llm_rules::{Column, Entity, Model};
use crate::{Error, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: RuleId,
    pub pattern: String,
    pub action: Action,
    pub direction: Direction,
    pub enabled: bool,
    pub created_at: Timestamp,
}

/// One time that a rule met a text that went `direction`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub id: RuleHitId,
    pub rule: RuleId,
    pub at: Timestamp,
    pub direction: Direction,
    pub user: Option<UserId>,
    pub run: Option<RunId>,
}

pub async fn insert(conn: &impl ConnectionTrait, rule: &Rule) -> Result<()> {
    let row = Model {
        id: rule.id.uuid(),
        pattern: rule.pattern.clone(),
        action: rule.action.as_str().to_owned(),
        direction: rule.direction.as_str().to_owned(),
        enabled: rule.enabled,
        created_at: rule.created_at.millis(),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(conn).await?;
    Ok(())
}

pub async fn count(conn: &impl ConnectionTrait) -> Result<u64> {
    Ok(Entity::find().count(conn).await?)
}

/// All of them, or those that are switched on, oldest first.
pub async fn all(conn: &impl ConnectionTrait, enabled_only: bool) -> Result<Vec<Rule>> {
    let mut query = Entity::find();
    if enabled_only {
        query = query.filter(Column::Enabled.eq(true));
    }
    let rows = query.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// False when there is no such rule.
pub async fn switch(conn: &impl ConnectionTrait, id: RuleId, enabled: bool) -> Result<bool> {
    let known = Entity::find_by_id(id.uuid()).count(conn).await? == 1;
    Entity::update_many()
        .col_expr(Column::Enabled, Expr::value(enabled))
        .filter(Column::Id.eq(id.uuid()))
        .exec(conn)
        .await?;
    Ok(known)
}

/// Its hits stay: they are what happened.
pub async fn delete(conn: &impl ConnectionTrait, id: RuleId) -> Result<bool> {
    Ok(Entity::delete_by_id(id.uuid()).exec(conn).await?.rows_affected == 1)
}

pub async fn note_hits(conn: &impl ConnectionTrait, met: &[Hit]) -> Result<()> {
    for some in met.chunks(500) {
        let rows = some.iter().map(|hit| {
            let row = hits::Model {
                id: hit.id.uuid(),
                rule_id: hit.rule.uuid(),
                at: hit.at.millis(),
                direction: hit.direction.as_str().to_owned(),
                user_id: hit.user.map(UserId::uuid),
                run_id: hit.run.map(RunId::uuid),
            };
            row.into_active_model()
        });
        hits::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// A page of hits, of one rule or of all, newest first, after the place `(at, id)`.
pub async fn hits(
    conn: &impl ConnectionTrait,
    rule: Option<RuleId>,
    after: Option<(Timestamp, RuleHitId)>,
    limit: u64,
) -> Result<Vec<Hit>> {
    use hits::Column;
    let mut query = hits::Entity::find();
    if let Some(rule) = rule {
        query = query.filter(Column::RuleId.eq(rule.uuid()));
    }
    if let Some((at, id)) = after {
        let rest = Column::At.lt(at.millis()).or(Column::Id.lt(id.uuid()));
        query = query.filter(Column::At.lte(at.millis())).filter(rest);
    }
    let rows = query.order_by_desc(Column::At).order_by_desc(Column::Id).limit(limit).all(conn).await?;
    rows.into_iter().map(hit_of).collect()
}

pub async fn hit(conn: &impl ConnectionTrait, id: RuleHitId) -> Result<Option<Hit>> {
    hits::Entity::find_by_id(id.uuid()).one(conn).await?.map(hit_of).transpose()
}

fn hit_of(row: hits::Model) -> Result<Hit> {
    Ok(Hit {
        id: row.id.into(),
        rule: row.rule_id.into(),
        at: Timestamp(row.at),
        direction: Direction::parse(&row.direction)
            .ok_or_else(|| Error::odd_row("llm_rule_hits.direction", &row.direction))?,
        user: row.user_id.map(UserId::from),
        run: row.run_id.map(RunId::from),
    })
}

/// Forgets hits from before `before`.
pub async fn sweep_hits(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let old = hits::Entity::delete_many().filter(hits::Column::At.lt(before.millis()));
    Ok(old.exec(conn).await?.rows_affected)
}

fn from_row(row: Model) -> Result<Rule> {
    Ok(Rule {
        id: row.id.into(),
        pattern: row.pattern,
        action: Action::parse(&row.action).ok_or_else(|| Error::odd_row("llm_rules.action", &row.action))?,
        direction: Direction::parse(&row.direction)
            .ok_or_else(|| Error::odd_row("llm_rules.direction", &row.direction))?,
        enabled: row.enabled,
        created_at: Timestamp(row.created_at),
    })
}
