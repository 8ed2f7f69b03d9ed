//! Rows of people. A password hash leaves this floor only beside the account that is signing in.

use domain::accounts::{DisplayName, Email, Role, Status, User};
use domain::ids::UserId;
use domain::{Locale, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::entity::users::{ActiveModel, Column, Entity, Model};
use crate::error::{Error, Result};

/// What a new account is made of.
#[derive(Debug)]
pub struct NewUser<'a> {
    pub id: UserId,
    pub email: &'a Email,
    pub password_hash: &'a str,
    pub display_name: &'a DisplayName,
    pub role: Role,
    pub locale: Option<Locale>,
}

/// An account and what proves it.
#[derive(Debug)]
pub struct Credentials {
    pub user: User,
    pub password_hash: Option<String>,
}

/// `is_unique_violation` when the mailbox has an account.
pub async fn insert(conn: &impl ConnectionTrait, new: NewUser<'_>, now: Timestamp) -> Result<()> {
    let row = ActiveModel {
        id: Set(new.id.uuid()),
        email: Set(new.email.as_written().to_owned()),
        email_key: Set(new.email.key().to_owned()),
        password_hash: Set(Some(new.password_hash.to_owned())),
        display_name: Set(new.display_name.as_str().to_owned()),
        role: Set(new.role.as_str().to_owned()),
        status: Set(Status::Active.as_str().to_owned()),
        locale: Set(new.locale.map(|locale| locale.as_str().to_owned())),
        rights_epoch: Set(0),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

pub async fn by_id(conn: &impl ConnectionTrait, id: UserId) -> Result<Option<User>> {
    Entity::find_by_id(id.uuid()).one(conn).await?.map(user).transpose()
}

/// The names of people; whoever is not there any more is missing.
pub async fn names(conn: &impl ConnectionTrait, ids: &[UserId]) -> Result<Vec<(UserId, String)>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let rows: Vec<(uuid::Uuid, String)> = Entity::find()
            .select_only()
            .column(Column::Id)
            .column(Column::DisplayName)
            .filter(Column::Id.is_in(some.iter().map(|id| id.uuid())))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows.into_iter().map(|(id, name)| (UserId::from_uuid(id), name)));
    }
    Ok(found)
}

/// Holds the row until the transaction ends, so that what is counted of this person stays true that long.
pub async fn hold(conn: &impl ConnectionTrait, id: UserId) -> Result<()> {
    let row = Entity::find_by_id(id.uuid()).select_only().column(Column::Id).lock_exclusive();
    row.into_tuple::<uuid::Uuid>().one(conn).await?;
    Ok(())
}

pub async fn by_email(conn: &impl ConnectionTrait, email: &Email) -> Result<Option<Credentials>> {
    Entity::find().filter(Column::EmailKey.eq(email.key())).one(conn).await?.map(proven).transpose()
}

fn proven(mut row: Model) -> Result<Credentials> {
    let password_hash = row.password_hash.take();
    Ok(Credentials { user: user(row)?, password_hash })
}

/// An account with what proves it, for whoever is signed in to it already.
pub async fn credentials(conn: &impl ConnectionTrait, id: UserId) -> Result<Option<Credentials>> {
    Entity::find_by_id(id.uuid()).one(conn).await?.map(proven).transpose()
}

/// Whether anybody administers this server.
pub async fn any_admin(conn: &impl ConnectionTrait) -> Result<bool> {
    let query = Entity::find().select_only().column(Column::Id).filter(Column::Role.eq(Role::Admin.as_str()));
    Ok(query.into_tuple::<uuid::Uuid>().one(conn).await?.is_some())
}

/// Replaces a hash by one of the same password at a higher cost; false when the password was changed meanwhile.
pub async fn rehash(conn: &impl ConnectionTrait, id: UserId, old: &str, new: &str) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(new))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::PasswordHash.eq(old))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// What a person changes about themselves; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub display_name: Option<DisplayName>,
    pub locale: Option<Option<Locale>>,
}

pub async fn update_profile(conn: &impl ConnectionTrait, id: UserId, profile: &Profile, now: Timestamp) -> Result<()> {
    let mut update = Entity::update_many().col_expr(Column::UpdatedAt, Expr::value(now.millis()));
    if let Some(name) = &profile.display_name {
        update = update.col_expr(Column::DisplayName, Expr::value(name.as_str()));
    }
    if let Some(locale) = profile.locale {
        update = update.col_expr(Column::Locale, Expr::value(locale.map(Locale::as_str)));
    }
    update.filter(Column::Id.eq(id.uuid())).exec(conn).await?;
    Ok(())
}

/// Gives other rights: every token and stream of the person is void from the commit on.
pub async fn set_rights(
    conn: &impl ConnectionTrait,
    id: UserId,
    role: Role,
    status: Status,
    now: Timestamp,
) -> Result<bool> {
    use sea_orm::sea_query::ExprTrait;
    let done = Entity::update_many()
        .col_expr(Column::Role, Expr::value(role.as_str()))
        .col_expr(Column::Status, Expr::value(status.as_str()))
        .col_expr(Column::RightsEpoch, Expr::col(Column::RightsEpoch).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.uuid()))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

pub(crate) fn user(row: Model) -> Result<User> {
    Ok(User {
        id: UserId::from_uuid(row.id),
        role: Role::parse(&row.role).ok_or_else(|| Error::odd_row("users.role", &row.role))?,
        status: Status::parse(&row.status).ok_or_else(|| Error::odd_row("users.status", &row.status))?,
        locale: row.locale.as_deref().and_then(Locale::parse),
        email: row.email,
        display_name: row.display_name,
        rights_epoch: row.rights_epoch,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}
