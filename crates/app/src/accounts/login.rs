//! Signing in: the same answer, in the same time, for a wrong password and for an address that has no account. And the password
//! once more, from somebody who is signed in.

use domain::accounts::{Email, Password, Status};
use domain::{Ctx, Error, FieldFault, Kind, Result};
use persistence::accounts::users;
use persistence::accounts::users::Credentials;

use super::hashing::Tried;
use super::sign_in::{self, SignedIn};
use super::throttling::{Attempt, Leave, What, too_many, was_here};
use crate::App;

#[derive(Clone)]
pub struct Login {
    pub email: String,
    pub password: String,
    pub user_agent: String,
}

/// # Errors
/// `auth.invalid_credentials`, `auth.too_many_attempts`, `auth.suspended` (only to who knows the password), `auth.busy`.
pub async fn login(app: &App, ctx: &Ctx, command: Login) -> Result<SignedIn> {
    let email = Email::parse(&command.email).map_err(|fault| Error::invalid(vec![fault]))?;
    let looking = app.accounts.entrance.enter().await?;
    let found = users::by_email(app.db.read(), &email).await?;
    let attempt = Attempt::load(app, ctx, What::SignIn, Some(&email)).await?;
    attempt.check(ctx)?;
    drop(looking);
    let Right { attempt, stronger, found } =
        try_password(app, ctx, &email, found, attempt, &command.password, refused).await?;
    if found.user.status == Status::Suspended {
        return Err(Error::new(Kind::Forbidden, "auth.suspended"));
    }

    let signed_in = app.db.retrying(|| async {
        let tx = app.db.begin().await?;
        if let (Some(stronger), Some(old)) = (&stronger, &found.password_hash) {
            users::rehash(&tx, found.user.id, old, stronger).await?;
        }
        attempt.forgive(&tx).await?;
        let signed_in = sign_in::open(app, ctx, &tx, found.user.clone(), &command.user_agent).await?;
        tx.commit().await?;
        Ok(signed_in)
    });
    let signed_in = signed_in.await?;
    tracing::info!(event = "auth.signed_in", user = %signed_in.user.id, session = %signed_in.session, source = ?ctx.source);
    Ok(signed_in)
}

/// Has whoever is signed in prove once more that it is them, before what outlives the session is made. Guesses count like those
/// of signing in.
///
/// # Errors
/// `auth.password_wrong` at `/password`, `auth.too_many_attempts`, `auth.busy`; for an API key, `keys.person_only`.
pub(crate) async fn confirm(app: &App, ctx: &Ctx, password: &str) -> Result<()> {
    let user = ctx.person()?.user;
    let wrong = || Error::invalid(vec![FieldFault::new("/password", "auth.password_wrong")]);
    let looking = app.accounts.entrance.enter().await?;
    let found = users::credentials(app.db.read(), user).await?.ok_or_else(wrong)?;
    let email =
        Email::parse(&found.user.email).map_err(|fault| Error::broken(format!("a stored address: {fault:?}")))?;
    let attempt = Attempt::load(app, ctx, What::SignIn, Some(&email)).await?;
    attempt.check(ctx)?;
    drop(looking);
    let Right { attempt, .. } = try_password(app, ctx, &email, Some(found), attempt, password, wrong).await?;
    app.db
        .retrying(|| async {
            let tx = app.db.begin().await?;
            attempt.forgive(&tx).await?;
            Ok(tx.commit().await?)
        })
        .await
}

/// A password that was right.
struct Right {
    attempt: Attempt,
    found: Credentials,
    /// A new hash of it, where the stored one is weaker than ours are now.
    stronger: Option<String>,
}

/// The same work whether there is such an account or not.
async fn try_password(
    app: &App,
    ctx: &Ctx,
    email: &Email,
    found: Option<Credentials>,
    mut attempt: Attempt,
    password: &str,
    refused: fn() -> Error,
) -> Result<Right> {
    let user = found.as_ref().map(|found| found.user.id);
    let mut leave = attempt.check(ctx)?;
    let stored = found.as_ref().and_then(|found| found.password_hash.as_deref());
    // What is longer than any password is tried as an empty one, so that it costs and fails like the rest.
    let password = match Password::tried(password) {
        Some(password) => Some((password, stored)),
        None => Password::tried("").map(|empty| (empty, None)),
    };
    let Some((password, stored)) = password else { return Err(refused()) };
    let turn = app.accounts.hasher.turn().await?;
    if turn.waited {
        // Guesses that came together have failed meanwhile: none of the later ones slips through.
        attempt = Attempt::load(app, ctx, What::SignIn, Some(email)).await?;
        leave = attempt.check(ctx)?;
    }
    let welcome = match leave {
        Leave::Free => true,
        Leave::Held(_) => was_here(app, ctx, user).await?,
    };
    let Tried { turn, matches, stronger, work } =
        app.accounts.hasher.verify(turn, password, stored, &ctx.chance).await?;
    let Some(found) = found.filter(|_| matches && welcome) else {
        attempt.failed(app, ctx, leave).await?;
        drop(turn);
        tracing::info!(event = "auth.login_refused", user = ?user.map(|id| id.to_string()), source = ?ctx.source, work);
        return Err(match leave {
            Leave::Free => refused(),
            Leave::Held(wait) => too_many(wait),
        });
    };
    Ok(Right { attempt, found, stronger })
}

fn refused() -> Error {
    Error::new(Kind::Unauthenticated, "auth.invalid_credentials")
}
