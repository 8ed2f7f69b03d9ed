//! Messages in the database, as rows with a parent.

use std::collections::HashMap;

use domain::Timestamp;
use domain::conversations::{Author, Message, MessageStatus, Origin, Part};
use domain::ids::{ConversationId, MessageId, RunId, UserId};
use domain::runs::{Failure, Usage};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use uuid::Uuid;

use crate::entity::messages::{Column, Entity, Model};
use crate::{Batch, Error, Result};

pub fn insert_all(batch: &mut Batch, messages: &[&Message]) -> Result<()> {
    let rows: Result<Vec<_>> = messages.iter().map(|m| Ok(to_row(m)?.into_active_model())).collect();
    batch.push(&Entity::insert_many(rows?), messages.len() as u64);
    Ok(())
}

pub async fn of_conversation(
    conn: &impl ConnectionTrait,
    conversation: ConversationId,
    id: MessageId,
) -> Result<Option<Message>> {
    let query = Entity::find_by_id(id.uuid()).filter(Column::ConversationId.eq(conversation.uuid()));
    query.one(conn).await?.map(from_row).transpose()
}

/// The message that carries the sender's own id, if it came before.
pub async fn by_client_id(
    conn: &impl ConnectionTrait,
    conversation: ConversationId,
    client_message_id: &str,
) -> Result<Option<Message>> {
    let query = Entity::find().filter(Column::ConversationId.eq(conversation.uuid()));
    query.filter(Column::ClientMessageId.eq(client_message_id)).one(conn).await?.map(from_row).transpose()
}

/// The answers to a question (or to another message), oldest first.
pub async fn children(
    conn: &impl ConnectionTrait,
    conversation: ConversationId,
    parent: MessageId,
    limit: u64,
) -> Result<Vec<Message>> {
    let query = Entity::find().filter(Column::ParentId.eq(parent.uuid()));
    let query = query.filter(Column::ConversationId.eq(conversation.uuid())).order_by_asc(Column::Id);
    query.limit(limit).all(conn).await?.into_iter().map(from_row).collect()
}

/// A page of all branches, newest first, before the place `(created_at, id)`.
pub async fn page(
    conn: &impl ConnectionTrait,
    conversation: ConversationId,
    before: Option<(Timestamp, MessageId)>,
    limit: u64,
) -> Result<Vec<Message>> {
    let mut query = Entity::find().filter(Column::ConversationId.eq(conversation.uuid()));
    if let Some((at, id)) = before {
        let same_time = Condition::all().add(Column::CreatedAt.eq(at.millis())).add(Column::Id.lt(id.uuid()));
        query = query.filter(Condition::any().add(Column::CreatedAt.lt(at.millis())).add(same_time));
    }
    let rows = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(limit).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// The branch that ends in `last`, oldest first, at most `limit` messages of it. Two queries, whatever its length.
pub async fn branch(
    conn: &impl ConnectionTrait,
    conversation: ConversationId,
    last: MessageId,
    limit: u32,
) -> Result<Vec<Message>> {
    let backend = conn.get_database_backend();
    let [id, of, most] = if backend == DbBackend::Postgres { ["$1", "$2", "$3"] } else { ["?"; 3] };
    let sql = format!(
        "WITH RECURSIVE path (id, parent_id, depth) AS (\
           SELECT id, parent_id, 1 FROM messages WHERE id = {id} AND conversation_id = {of} \
           UNION ALL \
           SELECT m.id, m.parent_id, p.depth + 1 FROM messages m JOIN path p ON m.id = p.parent_id WHERE p.depth < {most}\
         ) SELECT id FROM path ORDER BY depth DESC"
    );
    let values = [last.uuid().into(), conversation.uuid().into(), i64::from(limit).into()];
    let path = conn.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let path: Vec<Uuid> = path.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    let rows = Entity::find().filter(Column::Id.is_in(path.iter().copied())).all(conn).await?;
    let mut by_id: HashMap<Uuid, Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    path.iter().filter_map(|id| by_id.remove(id)).map(from_row).collect()
}

/// What an answer ends with.
#[derive(Clone, Debug)]
pub struct Ending {
    pub status: MessageStatus,
    pub text: String,
    pub model: Option<String>,
    pub origin: Option<Origin>,
    pub usage: Option<Usage>,
    pub failure: Option<Failure>,
}

impl Ending {
    /// The answer as [`finish`] leaves it.
    #[must_use]
    pub fn of(&self, answer: Message) -> Message {
        Message {
            content: self.content(),
            status: self.status,
            model: self.model.clone(),
            origin: self.origin.clone(),
            usage: self.usage,
            failure: self.failure,
            ..answer
        }
    }

    fn content(&self) -> Vec<Part> {
        if self.text.is_empty() { Vec::new() } else { vec![Part::text(&self.text)] }
    }
}

/// Writes the end of an answer; only whoever holds its run (checked before, in the same transaction) may.
pub fn finish(batch: &mut Batch, answer: MessageId, ending: &Ending, now: Timestamp) -> Result<()> {
    let update = Entity::update_many()
        .col_expr(Column::Content, Expr::value(to_json(&ending.content())?))
        .col_expr(Column::Status, Expr::value(ending.status.as_str()))
        .col_expr(Column::Model, Expr::value(ending.model.clone()))
        .col_expr(Column::Origin, Expr::value(ending.origin.as_ref().map(Origin::to_words)))
        .col_expr(Column::InputTokens, Expr::value(ending.usage.map(|u| clamp(u.input_tokens))))
        .col_expr(Column::OutputTokens, Expr::value(ending.usage.map(|u| clamp(u.output_tokens))))
        .col_expr(Column::CostMicros, Expr::value(ending.usage.and_then(|u| u.cost_micros)))
        .col_expr(Column::UsageEstimated, Expr::value(ending.usage.is_some_and(|u| u.estimated)))
        .col_expr(Column::Error, Expr::value(ending.failure.map(Failure::code)))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(answer.uuid()));
    batch.push(&update, 1);
    Ok(())
}

pub(crate) fn clamp(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

pub(crate) fn usage(
    input: Option<i64>,
    output: Option<i64>,
    cost_micros: Option<i64>,
    estimated: bool,
) -> Option<Usage> {
    let count = |tokens: Option<i64>| u64::try_from(tokens.unwrap_or(0)).unwrap_or(0);
    (input.is_some() || output.is_some()).then(|| Usage {
        input_tokens: count(input),
        output_tokens: count(output),
        cost_micros,
        estimated,
    })
}

fn to_json(content: &[Part]) -> Result<String> {
    serde_json::to_string(content).map_err(|fault| Error::odd_row("messages.content", &fault.to_string()))
}

fn to_row(message: &Message) -> Result<Model> {
    let (author_type, author_id) = match message.author {
        Author::User(user) => ("user", Some(user.uuid())),
        Author::Assistant => ("assistant", None),
        Author::System => ("system", None),
    };
    Ok(Model {
        id: message.id.uuid(),
        conversation_id: message.conversation.uuid(),
        parent_id: message.parent.map(MessageId::uuid),
        author_type: author_type.to_owned(),
        author_id,
        content: to_json(&message.content)?,
        status: message.status.as_str().to_owned(),
        run_id: message.run.map(RunId::uuid),
        client_message_id: message.client_message_id.clone(),
        model: message.model.clone(),
        origin: message.origin.as_ref().map(Origin::to_words),
        input_tokens: message.usage.map(|u| clamp(u.input_tokens)),
        output_tokens: message.usage.map(|u| clamp(u.output_tokens)),
        cost_micros: message.usage.and_then(|u| u.cost_micros),
        usage_estimated: message.usage.is_some_and(|u| u.estimated),
        error: message.failure.map(|failure| failure.code().to_owned()),
        created_at: message.created_at.millis(),
        updated_at: message.created_at.millis(),
    })
}

fn from_row(row: Model) -> Result<Message> {
    let author = match (row.author_type.as_str(), row.author_id) {
        ("user", Some(id)) => Author::User(UserId::from(id)),
        ("assistant", _) => Author::Assistant,
        ("system", _) => Author::System,
        _ => return Err(Error::odd_row("messages.author_type", &row.author_type)),
    };
    let content =
        serde_json::from_str(&row.content).map_err(|fault| Error::odd_row("messages.content", &fault.to_string()))?;
    let status = MessageStatus::parse(&row.status).ok_or_else(|| Error::odd_row("messages.status", &row.status))?;
    Ok(Message {
        id: row.id.into(),
        conversation: row.conversation_id.into(),
        parent: row.parent_id.map(MessageId::from),
        author,
        content,
        status,
        run: row.run_id.map(RunId::from),
        client_message_id: row.client_message_id,
        model: row.model,
        origin: row.origin.as_deref().and_then(Origin::from_words),
        usage: usage(row.input_tokens, row.output_tokens, row.cost_micros, row.usage_estimated),
        failure: row.error.as_deref().map(|code| Failure::parse(code).unwrap_or(Failure::Unknown)),
        created_at: Timestamp(row.created_at),
    })
}
