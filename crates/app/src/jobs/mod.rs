//! Jobs: durable background work beside the runs. Which kinds there are, and what wakes them.

mod credits;
mod ledger;
mod sweep;
pub(crate) mod title;

use std::sync::Arc;
use std::time::Duration;

pub use ::jobs::Running;
use ::jobs::{BoxError, NewJob, Outcome, Transactions, Worker, WorkerSettings};
use persistence::{Db, DbSettings, Tx};

use crate::App;

/// Small things that somebody notices when they are late.
const SOON: &str = "soon";
/// Cleaning up; never in anybody's way.
const QUIET: &str = "quiet";

/// On SQLite writes must go through the one writer, so the queue begins its transactions here.
struct Queue(Db);

impl Transactions for Queue {
    type Tx = Tx;

    async fn begin(&self) -> Result<Tx, BoxError> {
        Ok(self.0.begin().await?)
    }

    async fn commit(&self, tx: Tx) -> Result<(), BoxError> {
        Ok(tx.commit().await?)
    }
}

/// Starts working jobs, `concurrency` at a time; what this node held before it restarted is freed first. `database` is for
/// the heartbeat, which has a thread and, where others share the database, a connection of its own.
///
/// # Errors
/// When the database cannot be written.
pub async fn start(app: &App, concurrency: usize, database: DbSettings) -> Result<Running, BoxError> {
    let mut settings = WorkerSettings::new(app.node.uuid(), &[(SOON, concurrency), (QUIET, 1)]);
    // Alone, every job is announced by a bell; beside others the poll is the net under it.
    settings.poll = Duration::from_secs(if app.db.shared() { 2 } else { 15 });
    let (titles, sweeps, ledgers, monitored) = (app.clone(), app.clone(), app.clone(), app.clone());
    let sweep = NewJob::new(sweep::KIND, QUIET, &())?;
    let orphans = NewJob::new(ledger::KIND, QUIET, &())?;
    let credits = NewJob::new(credits::KIND, QUIET, &())?;
    let chance = app.chance.clone();
    let own = app.clone();
    let beats = move || {
        let (app, settings) = (own.clone(), DbSettings { max_connections: 1, min_connections: 0, ..database.clone() });
        async move {
            // SQLite has one writer, on a thread of its own already.
            if app.db.shared() { Ok(Queue(Db::open(&settings).await?)) } else { Ok(Queue(app.db.clone())) }
        }
    };
    let running = Worker::new(Queue(app.db.clone()), settings, Arc::new(move || chance.fraction()))
        .heartbeat_over(beats)
        .kind(title::KIND, move |context| title::work(titles.clone(), context))
        .kind(sweep::KIND, move |_| sweep::work(sweeps.clone()))
        .kind(ledger::KIND, move |_| ledger::work(ledgers.clone()))
        .kind(credits::KIND, move |_| credits::work(monitored.clone()))
        .schedule(sweep::KIND, "17 * * * *", sweep)
        .schedule(ledger::KIND, "*/5 * * * *", orphans)
        .schedule(credits::KIND, "*/15 * * * *", credits)
        .start()
        .await?;
    app.job_bell.get_or_init(|| running.waker());
    Ok(running)
}

/// Tells the worker of this process that a job was committed.
pub(crate) fn wake(app: &App) {
    if let Some(bell) = app.job_bell.get() {
        bell.wake();
    }
}

/// What a use case's end means for its job.
fn outcome(done: domain::Result<()>) -> Outcome {
    match done {
        Ok(()) => Outcome::Done,
        Err(fault) => Outcome::retry(fault.to_string()),
    }
}
