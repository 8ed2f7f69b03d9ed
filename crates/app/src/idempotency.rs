//! `Idempotency-Key`: the first request with a key is worked, its repeats get the first one's answer, for 24 hours.

use domain::{Actor, Ctx, Error, Kind, Result};
use persistence::idempotency::{self, Begun, Scope};

pub use persistence::idempotency::Answer;

use crate::App;

/// Longest key; the edge refuses longer ones.
pub const LONGEST_KEY: usize = 190;

/// What became of a key that was claimed.
#[derive(Debug)]
pub enum Claim {
    /// First: do it, then say what was answered, or give the key free.
    Yours(Ticket),
    /// Done before: answer this again.
    Answered(Answer),
}

/// The right to work a request; used up by `finish` or `forget`. Dropped, the key is free again after a minute.
#[derive(Debug)]
pub struct Ticket {
    principal: String,
    route: &'static str,
    key: String,
}

/// Claims `key` for the caller on `route`, in a transaction of its own so that repeats see it at once.
///
/// # Errors
/// In flight: a conflict. Used for another body: invalid.
pub async fn claim(app: &App, ctx: &Ctx, route: &'static str, key: &str, body: &[u8; 32]) -> Result<Claim> {
    // What a key of the caller's may do is asked by the work itself.
    let user = match &ctx.actor {
        Actor::User(principal) => principal.user,
        Actor::Anonymous | Actor::System => return Err(Error::new(Kind::Unauthenticated, "auth.required")),
    };
    let ticket = Ticket { principal: format!("user:{user}"), route, key: key.to_owned() };
    let begun = app
        .db
        .retrying(|| async {
            let tx = app.db.begin().await?;
            let begun = idempotency::begin(&*tx, &ticket.scope(), body, ctx.now()).await?;
            tx.commit().await?;
            Ok(begun)
        })
        .await?;
    match begun {
        Begun::Fresh => Ok(Claim::Yours(ticket)),
        Begun::Done(answer) => Ok(Claim::Answered(answer)),
        Begun::InFlight => {
            let after = std::time::Duration::from_secs(1);
            Err(Error::new(Kind::Conflict, "request.idempotency_in_flight").retry_after(after))
        }
        Begun::OtherBody => Err(Error::new(Kind::Invalid, "request.idempotency_reused")),
    }
}

impl Ticket {
    fn scope(&self) -> Scope<'_> {
        Scope { principal: &self.principal, route: self.route, key: &self.key }
    }

    /// Keeps the answer for repeats. Not for 429 and 5xx: those must be tried again.
    pub async fn finish(self, app: &App, answer: &Answer) -> Result<()> {
        app.db
            .retrying(|| async {
                let tx = app.db.begin().await?;
                idempotency::finish(&*tx, &self.scope(), answer).await?;
                Ok(tx.commit().await?)
            })
            .await
    }

    /// Nothing was done: the next request with this key is a first one.
    pub async fn forget(self, app: &App) -> Result<()> {
        app.db
            .retrying(|| async {
                let tx = app.db.begin().await?;
                idempotency::forget(&*tx, &self.scope()).await?;
                Ok(tx.commit().await?)
            })
            .await
    }
}
