//! An administrator by the command line of the machine itself: `obrol admin create`.

use domain::accounts::{Role, User};
use domain::{Ctx, Error, Kind, Result};

use super::{register, setup};
use crate::App;

#[derive(Clone)]
pub struct NewAdmin {
    pub email: String,
    pub password: String,
    pub display_name: Option<String>,
}

/// # Errors
/// Field faults, or `auth.email_taken`: whoever sits at the machine may know.
pub async fn create_admin(app: &App, ctx: &Ctx, new: NewAdmin) -> Result<User> {
    let checked = register::check(&new.email, &new.password, new.display_name.as_deref())?;
    let hash = app.accounts.hasher.hash(checked.password.clone(), &ctx.chance).await?;
    let made = app.db.retrying(|| async {
        let tx = app.db.begin().await?;
        setup::close(&tx).await?;
        let user = register::insert(ctx, &tx, &checked, &hash, Role::Admin).await?;
        let user = user.ok_or_else(|| Error::new(Kind::Conflict, "auth.email_taken"))?;
        tx.commit().await?;
        Ok(user)
    });
    let user = made.await?;
    tracing::info!(event = "auth.admin_created", user = %user.id);
    Ok(user)
}
