//! Table `jobs`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub lane: String,
    /// JSON.
    pub payload: String,
    /// Held while the job waits or runs.
    pub unique_key: Option<String>,
    pub status: String,
    pub attempt: i32,
    pub max_attempts: i32,
    pub available_at: i64,
    pub lease_until: Option<i64>,
    pub lease_owner: Option<Uuid>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub last_error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
