//! Table `run_attempts`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt: i32,
    pub node: Uuid,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub credential: Option<String>,
    /// Code points of the earlier attempts' text that this one goes on from.
    pub keep: i32,
    pub started_at: i64,
    pub first_token_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub outcome: Option<String>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cost_micros: Option<i64>,
    pub usage_estimated: bool,
    pub error_class: Option<String>,
    /// For operators; never shown to people.
    pub error_text: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
