//! Making an account.
//!
//! An answer that does not tell whether an address has an account needs mail (say "look into your inbox" to everybody). Until
//! there is mail, what can be avoided is: a closed or invite-only server answers before it looks at the address at all; the
//! password is hashed before the address is looked up, so time tells nothing; the refusal has one code and one text that
//! also covers addresses that may not register for other reasons; and each refusal counts against the source, so that
//! a list of addresses cannot be tried. A new account signs its maker in, so success itself cannot be hidden.

use domain::accounts::{DisplayName, Email, Password, Registration, Role, User};
use domain::ids::UserId;
use domain::{Ctx, Error, FieldFault, Kind, Result};
use persistence::accounts::users::{self, NewUser};

use super::setup;
use super::sign_in::{self, SignedIn};
use super::throttling::{Attempt, Leave, What};
use crate::App;

#[derive(Clone)]
pub struct Register {
    pub email: String,
    pub password: String,
    pub display_name: Option<String>,
    /// Makes the first administrator.
    pub setup_token: Option<String>,
    pub user_agent: String,
}

/// What was checked before anything is asked of the database.
pub(super) struct Checked {
    pub email: Email,
    pub password: Password,
    pub display_name: DisplayName,
}

/// All faults at once.
pub(super) fn check(email: &str, password: &str, display_name: Option<&str>) -> Result<Checked> {
    let mut faults: Vec<FieldFault> = Vec::new();
    let name = display_name.map(DisplayName::parse).transpose();
    let email = Email::parse(email);
    // Without a good address the password is still judged, so that a form shows everything that is wrong.
    let placeholder = Email::parse("nobody@localhost");
    let for_password = email.as_ref().or(placeholder.as_ref().map_err(|_| ()));
    let password = for_password.map(|email| Password::chosen(password, email, display_name.unwrap_or_default()));
    let email = email.map_err(|fault| faults.push(fault));
    let password = password.and_then(|password| password.map_err(|fault| faults.push(fault)));
    let name = name.map_err(|fault| faults.push(fault));
    match (email, password, name) {
        (Ok(email), Ok(password), Ok(name)) => {
            let display_name = name.unwrap_or_else(|| DisplayName::from_email(&email));
            Ok(Checked { email, password, display_name })
        }
        _ => Err(Error::invalid(faults)),
    }
}

/// # Errors
/// Field faults, `auth.registration_closed`, `auth.invite_required`, `auth.setup_token_invalid`, `auth.registration_refused`,
/// `auth.too_many_attempts`, `auth.busy`.
pub async fn register(app: &App, ctx: &Ctx, command: Register) -> Result<SignedIn> {
    match (&command.setup_token, app.accounts.settings.registration) {
        (Some(_), _) | (None, Registration::Open) => {}
        // The place where an invitation is looked at, once there are any.
        (None, Registration::Invite) => return Err(Error::new(Kind::Forbidden, "auth.invite_required")),
        (None, Registration::Closed) => return Err(Error::new(Kind::Forbidden, "auth.registration_closed")),
    }
    let looking = app.accounts.entrance.enter().await?;
    let attempt = Attempt::load(app, ctx, What::Join, None).await?;
    attempt.check(ctx)?;
    if let Some(token) = &command.setup_token
        && !setup::is_current(app, token).await?
    {
        // 192 bits need no counting against guessers.
        return Err(setup::refused());
    }
    drop(looking);
    let checked = check(&command.email, &command.password, command.display_name.as_deref())?;
    let hash = app.accounts.hasher.hash(checked.password.clone(), &ctx.chance).await?;

    match app.db.retrying(|| write(app, ctx, &command, &checked, &hash)).await {
        Ok(signed_in) => {
            let user = &signed_in.user;
            tracing::info!(event = "auth.registered", user = %user.id, role = user.role.as_str(), source = ?ctx.source);
            Ok(signed_in)
        }
        Err(error) => {
            if error.kind() == Kind::Conflict {
                attempt.failed(app, ctx, Leave::Free).await?;
            }
            Err(error)
        }
    }
}

async fn write(app: &App, ctx: &Ctx, command: &Register, checked: &Checked, hash: &str) -> Result<SignedIn> {
    let tx = app.db.begin().await?;
    let role = match &command.setup_token {
        // Used up in the transaction that makes the administrator: of those who race with one token, one wins.
        Some(token) => {
            setup::consume(&tx, token).await?;
            Role::Admin
        }
        None => Role::Member,
    };
    let user = insert(ctx, &tx, checked, hash, role).await?;
    let user = user.ok_or_else(|| Error::new(Kind::Conflict, "auth.registration_refused"))?;
    let signed_in = sign_in::open(app, ctx, &tx, user, &command.user_agent).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// `None` when the mailbox has an account; the transaction is to be dropped then.
pub(super) async fn insert(
    ctx: &Ctx,
    tx: &persistence::Tx,
    checked: &Checked,
    hash: &str,
    role: Role,
) -> Result<Option<User>> {
    let id: UserId = ctx.new_id();
    let new = NewUser {
        id,
        email: &checked.email,
        password_hash: hash,
        display_name: &checked.display_name,
        role,
        locale: None,
    };
    match users::insert(tx, new, ctx.now()).await {
        Ok(()) => Ok(users::by_id(tx, id).await?),
        Err(error) if error.is_unique_violation() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
