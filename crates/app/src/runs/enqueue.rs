//! Accepting a run: in the caller's transaction, and claimed in the same breath where a place is free.

use std::time::Duration;

use domain::ids::{ConversationId, MessageId, RunId};
use domain::runs::{Input, Lane, Run, RunState};
use domain::{Ctx, Error, Kind, Principal, Result};
use persistence::runs::{Claimed, Lease};
use persistence::{Batch, Tx};
use tokio::sync::OwnedSemaphorePermit;

use super::{headroom, runner};
use crate::App;

/// Refuses early what could not be worked in time.
async fn admit(app: &App, tx: &Tx, principal: &Principal) -> Result<()> {
    let mine = app.settings.queued_per_user;
    if app.db.shared() {
        // Questions of one person that come at the same moment would not see each other; on SQLite there is one writer.
        persistence::accounts::users::hold(&**tx, principal.user).await?;
    }
    if persistence::runs::count_queued_of_user(&**tx, principal.user).await? >= mine {
        let error = Error::new(Kind::TooMany, "run.too_many_waiting").arg("limit", mine);
        return Err(error.retry_after(Duration::from_secs(10)));
    }
    headroom::take(app, tx).await
}

/// What to accept.
pub(crate) struct NewRun {
    pub conversation: ConversationId,
    pub question: MessageId,
    pub answer: MessageId,
    pub model: String,
}

/// A run that is written but not committed. Call [`Enqueued::committed`] after the commit; dropped, nothing happens.
pub(crate) struct Enqueued {
    pub run: Run,
    place: Option<OwnedSemaphorePermit>,
}

/// Writes a run. Where this process has a free place and nothing runs in the conversation, the run is claimed at once: the
/// answer then costs one commit, not two.
///
/// The row itself goes into `batch`, which the caller runs in the same transaction.
pub(crate) async fn enqueue(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    batch: &mut Batch,
    id: RunId,
    new: NewRun,
    busy: bool,
) -> Result<Enqueued> {
    let principal = ctx.principal()?;
    let now = ctx.now();
    let place = if busy || app.closing.is_cancelled() { None } else { app.bench.place() };
    if place.is_none() {
        admit(app, tx, principal).await?; // Only who has to wait can make the queue longer.
    }
    let mut state = RunState::NEW;
    let mut lease = None;
    if place.is_some() {
        (state, _) = state.step(Input::Claim, &app.settings.limits).map_err(Error::broken)?;
        let clock = if app.db.shared() { persistence::database_now(&**tx).await? } else { now };
        lease = Some(Lease { node: app.node, until: clock.plus(app.settings.lease) });
    }
    let run = Run {
        id,
        conversation: new.conversation,
        question: new.question,
        answer: new.answer,
        user: principal.user,
        api_key: principal.key.map(|grant| grant.id),
        lane: Lane::Live,
        state,
        model: new.model,
        locale: ctx.locale,
        request_id: ctx.request_id.clone(),
        failure: None,
        usage: None,
        created_at: now,
        started_at: lease.map(|_| now),
        ended_at: None,
    };
    persistence::runs::insert(batch, &run, lease);
    Ok(Enqueued { run, place })
}

impl Enqueued {
    /// The commit is done: works the run here, or wakes whoever is free.
    pub async fn committed(self, app: &App) {
        match self.place {
            Some(place) => runner::start(app, Claimed { run: self.run, keep: String::new() }, place),
            None => {
                app.bench.wake.notify_one();
                if app.coordination.shared() {
                    app.coordination.bus().publish(super::worker::WAKE, bytes::Bytes::new()).await;
                }
            }
        }
    }
}
