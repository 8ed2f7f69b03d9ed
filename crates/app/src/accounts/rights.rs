//! Proofs of rights, and changing the rights of somebody.

use domain::accounts::{Role, Status};
use domain::ids::UserId;
use domain::keys::KeyScope;
use domain::{Actor, Ctx, Error, Kind, Result};
use persistence::accounts::users;

use super::events::{AuthEvent, announce};
use crate::App;

/// Whoever holds one administers the server. Only made by the check.
#[derive(Clone, Copy, Debug)]
pub struct Admin(());

impl Admin {
    /// # Errors
    /// `auth.admin_required`.
    pub fn of(ctx: &Ctx) -> Result<Self> {
        match &ctx.actor {
            Actor::System => Ok(Self(())),
            Actor::User(principal) if principal.role == Role::Admin && !principal.may(KeyScope::Admin) => {
                Err(Error::new(Kind::Forbidden, "keys.scope_missing").arg("scope", KeyScope::Admin.as_str()))
            }
            Actor::User(principal) if principal.role == Role::Admin => Ok(Self(())),
            Actor::User(_) => Err(Error::new(Kind::Forbidden, "auth.admin_required")),
            Actor::Anonymous => Err(Error::new(Kind::Unauthenticated, "auth.required")),
        }
    }
}

/// Gives a person another role or status; their tokens and streams are void from here on.
pub async fn set_rights(app: &App, ctx: &Ctx, _: Admin, user: UserId, role: Role, status: Status) -> Result<()> {
    let changed = app.db.retrying(|| async {
        let tx = app.db.begin().await?;
        let changed = users::set_rights(&tx, user, role, status, ctx.now()).await?;
        tx.commit().await?;
        Ok(changed)
    });
    if !changed.await? {
        return Err(Error::new(Kind::NotFound, "auth.user_not_found"));
    }
    tracing::info!(event = "auth.rights_changed", %user, role = role.as_str(), status = status.as_str());
    announce(app, AuthEvent { user, session: None }).await;
    Ok(())
}

/// Whether a person's runs may go on: a suspended or deleted account asks no more.
pub(crate) async fn may_ask(app: &App, user: UserId) -> Result<bool> {
    let found = users::by_id(app.db.read(), user).await?;
    Ok(found.is_some_and(|user| user.status != Status::Suspended))
}
