//! What a person sees and changes of their own account.

use domain::accounts::User;
use domain::{Ctx, Error, Kind, Result};
use persistence::accounts::users::{self, Profile};

use crate::App;

pub async fn me(app: &App, ctx: &Ctx) -> Result<User> {
    let user = users::by_id(app.db.read(), ctx.person()?.user).await?;
    user.ok_or_else(|| Error::new(Kind::Unauthenticated, "auth.session_ended"))
}

pub async fn update_me(app: &App, ctx: &Ctx, profile: Profile) -> Result<User> {
    let id = ctx.person()?.user;
    let changed = app.db.retrying(|| async {
        let tx = app.db.begin().await?;
        users::update_profile(&tx, id, &profile, ctx.now()).await?;
        let user = users::by_id(&tx, id).await?;
        tx.commit().await?;
        Ok(user)
    });
    changed.await?.ok_or_else(|| Error::new(Kind::Unauthenticated, "auth.session_ended"))
}
