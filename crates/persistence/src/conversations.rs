//! Conversations in the database; every finder names the owner.

use domain::Timestamp;
use domain::conversations::{Conversation, ConversationKind, TitleSource};
use domain::ids::{ConversationId, MessageId, UserId};
use domain::runs::Status;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use crate::entity::conversations::{Column, Entity, Model};
use crate::entity::runs;
use crate::{Batch, Error, Result};

/// Which of a person's conversations a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub archived: bool,
    /// Part of the title, in any case.
    pub title: Option<String>,
}

pub async fn insert(conn: &impl ConnectionTrait, conversation: &Conversation) -> Result<()> {
    Entity::insert(to_row(conversation).into_active_model()).exec_without_returning(conn).await?;
    Ok(())
}

pub async fn of_user(conn: &impl ConnectionTrait, user: UserId, id: ConversationId) -> Result<Option<Conversation>> {
    let found = Entity::find_by_id(id.uuid()).filter(Column::UserId.eq(user.uuid())).one(conn).await?;
    found.map(from_row).transpose()
}

/// A conversation whose row is held, and whether a run of it is running.
#[derive(FromQueryResult)]
struct Locked {
    #[sea_orm(nested)]
    row: Model,
    running: bool,
}

/// As [`of_user`], holding the row until the transaction ends, so that two writers of one conversation queue up; with
/// whether a run of it is running, as the statement saw it.
pub async fn lock_of_user(
    conn: &impl ConnectionTrait,
    user: UserId,
    id: ConversationId,
) -> Result<Option<(Conversation, bool)>> {
    let running = runs::Entity::find()
        .select_only()
        .column(runs::Column::Id)
        .filter(runs::Column::ConversationId.eq(id.uuid()))
        .filter(runs::Column::Status.eq(Status::Running.as_str()))
        .into_query();
    let query = Entity::find_by_id(id.uuid()).filter(Column::UserId.eq(user.uuid()));
    let query = query.expr_as(Expr::exists(running), "running").lock_exclusive();
    let found = query.into_model::<Locked>().one(conn).await?;
    found.map(|locked| Ok((from_row(locked.row)?, locked.running))).transpose()
}

/// A page of a person's conversations, last active first, after the place `(updated_at, id)`.
pub async fn page_of_user(
    conn: &impl ConnectionTrait,
    user: UserId,
    filter: &Filter,
    after: Option<(Timestamp, ConversationId)>,
    limit: u64,
) -> Result<Vec<Conversation>> {
    let mut query = Entity::find().filter(Column::UserId.eq(user.uuid()));
    query = query.filter(if filter.archived { Column::ArchivedAt.is_not_null() } else { Column::ArchivedAt.is_null() });
    if let Some(part) = &filter.title {
        // SQLite folds ASCII only, so the part is looked for as it was typed, too.
        let escape = |part: &str| part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let pattern = |part: &str| LikeExpr::new(format!("%{}%", escape(part))).escape('\\');
        let folded = Expr::expr(Func::lower(Expr::col(Column::Title))).like(pattern(&part.to_lowercase()));
        query = query.filter(Condition::any().add(folded).add(Expr::col(Column::Title).like(pattern(part))));
    }
    if let Some((at, id)) = after {
        let same_time = Condition::all().add(Column::UpdatedAt.eq(at.millis())).add(Column::Id.lt(id.uuid()));
        query = query.filter(Condition::any().add(Column::UpdatedAt.lt(at.millis())).add(same_time));
    }
    let rows = query.order_by_desc(Column::UpdatedAt).order_by_desc(Column::Id).limit(limit).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// Writes `changed` over the version before it; the batch does not succeed when another was faster.
pub fn update(batch: &mut Batch, changed: &Conversation) {
    let row = to_row(changed);
    let update = Entity::update_many()
        .col_expr(Column::Title, Expr::value(row.title))
        .col_expr(Column::TitleSource, Expr::value(row.title_source))
        .col_expr(Column::Model, Expr::value(row.model))
        .col_expr(Column::HeadMessageId, Expr::value(row.head_message_id))
        .col_expr(Column::ArchivedAt, Expr::value(row.archived_at))
        .col_expr(Column::UpdatedAt, Expr::value(row.updated_at))
        .col_expr(Column::Version, Expr::value(row.version))
        .filter(Column::Id.eq(row.id))
        .filter(Column::UserId.eq(row.user_id))
        .filter(Column::Version.eq(row.version - 1));
    batch.push(&update, 1);
}

/// A title that nobody chose; a person's own is left alone, and so is a conversation that has one.
pub async fn give_title(conn: &impl ConnectionTrait, id: ConversationId, title: &str) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::Title, Expr::value(title))
        .col_expr(Column::TitleSource, Expr::value(TitleSource::Automatic.as_str()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::TitleSource.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a conversation with all that hangs on it; false when there was none.
pub async fn delete(conn: &impl ConnectionTrait, user: UserId, id: ConversationId) -> Result<bool> {
    let query = Entity::delete_many().filter(Column::Id.eq(id.uuid())).filter(Column::UserId.eq(user.uuid()));
    Ok(query.exec(conn).await?.rows_affected == 1)
}

fn to_row(conversation: &Conversation) -> Model {
    Model {
        id: conversation.id.uuid(),
        user_id: conversation.user.uuid(),
        kind: conversation.kind.as_str().to_owned(),
        title: conversation.title.clone(),
        title_source: conversation.title_source.map(|source| source.as_str().to_owned()),
        model: conversation.model.clone(),
        head_message_id: conversation.head.map(MessageId::uuid),
        archived_at: conversation.archived_at.map(Timestamp::millis),
        created_at: conversation.created_at.millis(),
        updated_at: conversation.updated_at.millis(),
        version: conversation.version,
    }
}

fn from_row(row: Model) -> Result<Conversation> {
    let kind = ConversationKind::parse(&row.kind).ok_or_else(|| Error::odd_row("conversations.kind", &row.kind))?;
    Ok(Conversation {
        id: row.id.into(),
        user: row.user_id.into(),
        kind,
        title: row.title,
        title_source: row.title_source.as_deref().and_then(TitleSource::parse),
        model: row.model,
        head: row.head_message_id.map(MessageId::from),
        archived_at: row.archived_at.map(Timestamp),
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        version: row.version,
    })
}
