//! The gate: who asks, whether the key was made for it, whether this minute has room.

use domain::ids::UserId;
use domain::keys::KeyScope;
use domain::llm::{Asker, CallKind};
use domain::{Ctx, Result};

use crate::App;
use crate::llm::limits::{self, Admitted};
use crate::llm::purse::Payer;

/// Proof that the caller may ask now; the next step demands it.
#[derive(Clone, Copy, Debug)]
pub struct Entrance {
    pub(super) user: UserId,
    pub(super) asker: Asker,
    /// What is left of the minute, if there is a limit.
    pub admitted: Option<Admitted>,
}

impl Entrance {
    /// On whose account the calls go.
    pub(super) fn payer(&self, ctx: &Ctx, kind: CallKind) -> Payer {
        Payer { asker: self.asker, kind, run: None, request_id: ctx.request_id.clone() }
    }
}

/// Lets somebody in who holds `scope`, and counts the request against what a minute allows.
///
/// # Errors
/// `keys.scope_missing`; `llm.requests_spent` with the time to wait.
pub async fn enter(app: &App, ctx: &Ctx, scope: KeyScope) -> Result<Entrance> {
    let principal = ctx.holder(scope)?;
    let user = principal.user;
    let asker = Asker { api_key: principal.key.map(|key| key.id), ..Asker::person(user) };
    let admitted = limits::admit(app, &asker).await?;
    Ok(Entrance { user, asker, admitted })
}
