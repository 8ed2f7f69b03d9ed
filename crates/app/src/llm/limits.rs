//! Limits of use: set by administrators, seen by those whom they limit.

use std::time::Duration;

use domain::ids::LimitId;
use domain::keys::KeyScope;
use domain::llm::limits::of_subject;
use domain::llm::{Asker, Budget, Limit, Limits, Scope, Subject};
use domain::{Ctx, Error, FieldFault, Kind, Result, Timestamp};
use persistence::llm::ledger::budgets;
use persistence::llm::limits as rows;
use uuid::Uuid;

use super::Changed;
use super::changes::announce;
use crate::App;
use crate::accounts::Admin;

pub async fn list(app: &App, _: Admin) -> Result<Vec<Limit>> {
    Ok(rows::all(app.db.read()).await?)
}

/// Says what holds from now on for all of a scope, or for one subject of it.
pub async fn set(app: &App, ctx: &Ctx, _: Admin, scope: Scope, subject: Option<Uuid>, limits: Limits) -> Result<Limit> {
    Limit::check(scope, subject, &limits).map_err(Error::invalid)?;
    absent(scope)?;
    if let Some(id) = subject {
        exists(app, scope, id).await?;
    }
    let limit = Limit { id: ctx.new_id(), scope, subject, limits, updated_at: ctx.now() };
    let stored = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::set(&*tx, &limit).await?;
            let stored = rows::of_subject(&*tx, scope, subject).await?;
            tx.commit().await?;
            Ok(stored)
        })
        .await?;
    tracing::info!(event = "llm.limit_changed", scope = scope.as_str(), subject = ?subject);
    announce(app, Changed::Limits).await;
    Ok(stored.unwrap_or(limit))
}

/// What nobody's calls carry yet: who sets such a limit would believe in one that limits nobody.
fn absent(scope: Scope) -> Result<()> {
    match scope {
        Scope::Everyone | Scope::User | Scope::ApiKey => Ok(()),
        Scope::Assistant | Scope::Room => Err(Error::invalid(vec![FieldFault::new("/scope", "llm.scope_absent")])),
    }
}

/// A slip of the pen in an id would be a limit for nobody.
async fn exists(app: &App, scope: Scope, id: Uuid) -> Result<()> {
    let there = match scope {
        Scope::User => !persistence::accounts::users::names(app.db.read(), &[id.into()]).await?.is_empty(),
        Scope::ApiKey => !persistence::keys::names(app.db.read(), None, &[id.into()]).await?.is_empty(),
        // Nothing of these can be looked up.
        Scope::Everyone | Scope::Assistant | Scope::Room => true,
    };
    let fault = || FieldFault::new("/subject", "llm.subject_unknown");
    if there { Ok(()) } else { Err(Error::invalid(vec![fault()])) }
}

pub async fn remove(app: &App, _: Admin, id: LimitId) -> Result<()> {
    let removed = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let removed = rows::remove(&*tx, id).await?;
            tx.commit().await?;
            Ok(removed)
        })
        .await?;
    if !removed {
        return Err(Error::not_found("llm.limit_not_found"));
    }
    tracing::info!(event = "llm.limit_removed", limit = %id);
    announce(app, Changed::Limits).await;
    Ok(())
}

/// All that concerns calls of an asker; reserving decides by what it reads itself.
pub async fn of(app: &App, asker: &Asker) -> Result<Vec<Limit>> {
    Ok(rows::of_askers(app.db.read(), std::slice::from_ref(asker)).await?)
}

/// What is left of a minute's requests, for the headers of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    pub limit: u32,
    pub remaining: u32,
    pub reset_after: Duration,
}

/// Counts one request against every limit of requests a minute that concerns it; the tightest is told.
///
/// # Errors
/// `llm.requests_spent`, with the time to wait.
pub async fn admit(app: &App, asker: &Asker) -> Result<Option<Admitted>> {
    let limits = app.llm.limits();
    let mut tightest: Option<Admitted> = None;
    // The narrowest first: what one's own limit refuses takes nothing of everybody's.
    for subject in asker.subjects().collect::<Vec<_>>().into_iter().rev() {
        let Some(limit) = limits.of(subject).requests_per_minute else { continue };
        let hit = app.coordination.counter().hit(&format!("llm:{subject}"), limit, Duration::from_secs(60)).await;
        if !hit.allowed {
            let error = Error::new(Kind::TooMany, "llm.requests_spent").arg("scope", subject.scope().as_str());
            return Err(error.retry_after(hit.reset_after));
        }
        let admitted = Admitted { limit, remaining: hit.remaining, reset_after: hit.reset_after };
        tightest = Some(tightest.filter(|known| known.remaining <= admitted.remaining).unwrap_or(admitted));
    }
    Ok(tightest)
}

/// What is left for one more call: `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Room {
    pub tokens: Option<i64>,
    pub micros: Option<i64>,
}

/// What is left in the tightest of the budgets that a call of `asker` counts against. Somebody else may take it meanwhile.
pub(crate) async fn room(app: &App, asker: &Asker, now: Timestamp) -> Result<Room> {
    let (limits, subjects) = (app.llm.limits(), asker.subjects().collect::<Vec<_>>());
    let mut room = Room::default();
    let less = |known: Option<i64>, cap: Option<i64>, used: i64| {
        let left = cap.map(|cap| (cap - used).max(0));
        known.into_iter().chain(left).min()
    };
    for (subject, period, budget) in budgets::of(app.db.read(), &subjects, now).await? {
        let cap = limits.of(subject).cap(period);
        let used = budget.spent + budget.reserved;
        room.tokens = less(room.tokens, cap.tokens, used.tokens);
        room.micros = less(room.micros, cap.micros, used.micros);
    }
    Ok(room)
}

/// How somebody stands: what they may, what they have used of it, until when it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub limits: Limits,
    pub today: Budget,
    pub month: Budget,
    pub day_ends: Timestamp,
    pub month_ends: Timestamp,
}

/// How the asking person stands (a key of theirs needs the scope `usage`).
pub async fn mine(app: &App, ctx: &Ctx) -> Result<Standing> {
    let user = ctx.holder(KeyScope::Usage)?.user;
    standing(app, ctx, Subject::User(user), &Asker::person(user)).await
}

/// How anybody stands.
pub async fn of_any(app: &App, ctx: &Ctx, _: Admin, subject: Subject) -> Result<Standing> {
    let mut asker = Asker::default();
    match subject {
        Subject::Everyone => {}
        Subject::User(id) => asker.user = Some(id),
        Subject::ApiKey(id) => asker.api_key = Some(id),
        Subject::Assistant(id) => asker.assistant = Some(id),
        Subject::Room(id) => asker.room = Some(id),
    }
    standing(app, ctx, subject, &asker).await
}

async fn standing(app: &App, ctx: &Ctx, subject: Subject, asker: &Asker) -> Result<Standing> {
    use domain::llm::period::Period;
    let limits = of_subject(&of(app, asker).await?, subject);
    let found = budgets::of(app.db.read(), &[subject], ctx.now()).await?;
    let of = |wanted: Period| found.iter().find(|(_, period, _)| *period == wanted).map(|found| found.2);
    let (day, month) = (Period::day(ctx.now()), Period::month(ctx.now()));
    Ok(Standing {
        limits,
        today: of(day).unwrap_or_default(),
        month: of(month).unwrap_or_default(),
        day_ends: day.end(),
        month_ends: month.end(),
    })
}
