//! Table `ledger`: one call of a provider a row.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub call_id: Uuid,
    pub at: i64,
    pub kind: String,
    pub run_id: Option<Uuid>,
    pub attempt: Option<i32>,
    pub user_id: Option<Uuid>,
    pub api_key_id: Option<Uuid>,
    pub assistant_id: Option<Uuid>,
    pub room_id: Option<Uuid>,
    pub provider: String,
    pub model: String,
    pub credential: Option<String>,
    pub state: String,
    pub reserved_tokens: i64,
    pub reserved_micros: i64,
    pub input_tokens: i64,
    pub cached_tokens: i64,
    pub cache_write_tokens: i64,
    pub output_tokens: i64,
    pub reasoning_tokens: i64,
    pub cost_micros: i64,
    pub estimated: bool,
    pub outcome: String,
    pub error_class: Option<String>,
    pub request_id: String,
    pub node: Uuid,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
