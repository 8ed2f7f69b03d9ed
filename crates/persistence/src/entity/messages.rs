//! Table `messages`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub parent_id: Option<Uuid>,
    pub author_type: String,
    pub author_id: Option<Uuid>,
    /// JSON array of parts.
    pub content: String,
    pub status: String,
    pub run_id: Option<Uuid>,
    pub client_message_id: Option<String>,
    pub model: Option<String>,
    /// `fallback` or `continued`, and the model that was asked before.
    pub origin: Option<String>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cost_micros: Option<i64>,
    pub usage_estimated: bool,
    /// Problem code of a failed answer.
    pub error: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
