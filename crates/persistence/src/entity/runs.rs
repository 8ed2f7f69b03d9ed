//! Table `runs`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub question_id: Uuid,
    pub answer_id: Uuid,
    pub user_id: Uuid,
    pub lane: String,
    pub status: String,
    pub attempt: i32,
    pub deaths: i32,
    pub failures: i32,
    pub model: String,
    pub cancel_requested_at: Option<i64>,
    pub available_at: i64,
    pub lease_until: Option<i64>,
    pub lease_owner: Option<Uuid>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// Problem code of a failed run.
    pub error: Option<String>,
    /// The model that finally spoke, `provider/model`.
    pub spoke: Option<String>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cost_micros: Option<i64>,
    pub usage_estimated: bool,
    pub locale: String,
    pub request_id: String,
    pub api_key_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
