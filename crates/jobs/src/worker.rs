//! The worker: claims due jobs lane by lane, runs their kinds, settles them, and drains when told to stop.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::heartbeat::{Beats, Heart, Held};
use crate::job::{Job, JobContext, NewJob, Outcome};
use crate::queue::{claim, requeue_of, rescue};
use crate::schedule::{Schedule, fire};
use crate::settle::{End, jitter, settle};

pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Chance as an argument: a number in 0..1, drawn when pauses are spread so that workers do not move in step.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// How a write transaction begins and ends where this runs; a write on SQLite must go through the one writer.
pub trait Transactions: Send + Sync + 'static {
    /// Dropped without commit it is rolled back.
    type Tx: ConnectionTrait + Send + Sync;

    fn begin(&self) -> impl Future<Output = Result<Self::Tx, BoxError>> + Send;
    fn commit(&self, tx: Self::Tx) -> impl Future<Output = Result<(), BoxError>> + Send;
}

/// Jobs of one lane never wait for those of another.
#[derive(Clone, Debug)]
pub struct Lane {
    pub name: String,
    pub concurrency: usize,
}

#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// Stable across restarts of the same node: what it held when it died is freed at its start.
    pub owner: Uuid,
    pub lanes: Vec<Lane>,
    pub lease: Duration,
    pub heartbeat: Duration,
    /// The safety net below the wake-ups.
    pub poll: Duration,
}

impl WorkerSettings {
    pub fn new(owner: Uuid, lanes: &[(&str, usize)]) -> Self {
        let lane = |&(name, concurrency): &(&str, usize)| Lane { name: name.to_owned(), concurrency };
        Self {
            owner,
            lanes: lanes.iter().map(lane).collect(),
            lease: Duration::from_secs(15),
            heartbeat: Duration::from_secs(5),
            poll: Duration::from_secs(1),
        }
    }
}

/// How the heartbeat comes to transactions of its own.
pub(crate) type Opening<T> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<T, BoxError>>>> + Send + Sync>;

type Work = Arc<dyn Fn(JobContext) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

/// Before its start: which kinds and schedules there are.
pub struct Worker<T> {
    transactions: Arc<T>,
    settings: WorkerSettings,
    chance: Chance,
    kinds: HashMap<String, Work>,
    schedules: Vec<Schedule>,
    own_heartbeat: Option<Opening<T>>,
}

impl<T: Transactions> Worker<T> {
    pub fn new(transactions: T, settings: WorkerSettings, chance: Chance) -> Self {
        Self {
            transactions: Arc::new(transactions),
            settings,
            chance,
            kinds: HashMap::new(),
            schedules: Vec::new(),
            own_heartbeat: None,
        }
    }

    /// The heartbeat asks `open`, on its own thread, for transactions of its own: connections that others use wait for the
    /// others' threads, and then a busy runtime does look like a dead worker. Without it the worker's are used.
    pub fn heartbeat_over<F, Fut>(mut self, open: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, BoxError>> + 'static,
    {
        self.own_heartbeat = Some(Box::new(move || Box::pin(open())));
        self
    }

    /// Jobs of `kind` are done by `work`; kinds that no worker here knows are left to others.
    pub fn kind<F, Fut>(mut self, kind: &str, work: F) -> Self
    where
        F: Fn(JobContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Outcome> + Send + 'static,
    {
        self.kinds.insert(kind.to_owned(), Arc::new(move |context| Box::pin(work(context))));
        self
    }

    /// `job` is enqueued at the times of `cron` (UTC, `minute hour day month weekday`), once for all workers.
    pub fn schedule(mut self, name: &str, cron: &str, job: NewJob) -> Self {
        self.schedules.push(Schedule { name: name.to_owned(), cron: cron.to_owned(), job });
        self
    }

    /// Frees what the same owner held before, and begins to work.
    ///
    /// # Errors
    /// When the database does not answer, a schedule is unreadable, or there is no thread to be had.
    pub async fn start(mut self) -> Result<Running, BoxError> {
        let tx = self.transactions.begin().await?;
        let rescued = requeue_of(&tx, self.settings.owner).await?;
        fire(&tx, &self.schedules).await?;
        self.transactions.commit(tx).await?;
        if rescued.queued + rescued.buried > 0 {
            tracing::info!(
                queued = rescued.queued,
                buried = rescued.buried,
                "jobs of this node's last life were freed"
            );
        }
        let (held, stop, beating) = (Held::default(), CancellationToken::new(), CancellationToken::new());
        let transactions = match self.own_heartbeat.take() {
            Some(open) => Beats::Own { open, opened: None },
            None => Beats::Shared(self.transactions.clone()),
        };
        Heart {
            transactions,
            held: held.clone(),
            owner: self.settings.owner,
            lease: self.settings.lease,
            every: self.settings.heartbeat,
            stop: beating.clone(),
        }
        .start()?;
        let wake = Waker(Arc::new(Notify::new()));
        let lanes = self
            .settings
            .lanes
            .iter()
            .map(|lane| (lane.name.clone(), Arc::new(Semaphore::new(lane.concurrency))))
            .collect();
        let running = Arc::new(Inner {
            worker: self,
            lanes,
            held,
            stop,
            cut: CancellationToken::new(),
            wake: wake.clone(),
            tasks: TaskTracker::new(),
        });
        let (stop, cut, tasks) = (running.stop.clone().drop_guard(), running.cut.clone(), running.tasks.clone());
        let claiming = tokio::spawn(running.run());
        Ok(Running { claiming, stop, cut, tasks, wake, _beating: beating.drop_guard() })
    }
}

/// Says that there may be work. Cheap; say it after the commit.
#[derive(Clone, Debug)]
pub struct Waker(Arc<Notify>);

impl Waker {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// A worker at work: hold it, and [`Running::drain`] it at the end. Dropped, it stops claiming and extending leases.
#[derive(Debug)]
pub struct Running {
    claiming: JoinHandle<()>,
    stop: DropGuard,
    cut: CancellationToken,
    tasks: TaskTracker,
    wake: Waker,
    _beating: DropGuard,
}

impl Running {
    pub fn waker(&self) -> Waker {
        self.wake.clone()
    }

    /// No claim any more; what runs has `grace` to end, the rest goes back to the queue at once, not counted.
    pub async fn drain(self, grace: Duration) {
        drop(self.stop);
        let _ = self.claiming.await;
        self.tasks.close();
        if tokio::time::timeout(grace, self.tasks.wait()).await.is_err() {
            self.cut.cancel();
            self.tasks.wait().await;
        }
    }
}

struct Inner<T> {
    worker: Worker<T>,
    lanes: Vec<(String, Arc<Semaphore>)>,
    held: Held,
    /// No more claims.
    stop: CancellationToken,
    /// No more time.
    cut: CancellationToken,
    wake: Waker,
    tasks: TaskTracker,
}

impl<T: Transactions> Inner<T> {
    async fn run(self: Arc<Self>) {
        let mut patience = self.worker.settings.poll;
        let mut looked = None;
        while !self.stop.is_cancelled() {
            // By this machine's steady clock; it only spaces the looks.
            let due = looked.is_none_or(|at: tokio::time::Instant| at.elapsed() >= self.worker.settings.poll);
            if due {
                looked = Some(tokio::time::Instant::now());
            }
            patience = match self.look(due).await {
                Ok(()) => self.worker.settings.poll,
                Err(error) => {
                    tracing::warn!(%error, "no jobs could be claimed");
                    (patience * 2).min(Duration::from_secs(10))
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.wake.0.notified() => {}
                // Not all workers at the same moment.
                () = tokio::time::sleep(jitter(patience, (self.worker.chance)())) => {}
            }
        }
    }

    /// One look into the queue; `due`: also at what other workers left and at the schedule.
    async fn look(self: &Arc<Self>, due: bool) -> Result<(), BoxError> {
        let settings = &self.worker.settings;
        let kinds: Vec<&str> = self.worker.kinds.keys().map(String::as_str).collect();
        let tx = self.worker.transactions.begin().await?;
        if due {
            let rescued = rescue(&tx).await?;
            if rescued.queued + rescued.buried > 0 {
                tracing::warn!(queued = rescued.queued, buried = rescued.buried, "jobs of dead workers were freed");
            }
            fire(&tx, &self.worker.schedules).await?;
        }
        let mut claimed = Vec::new();
        for (lane, slots) in &self.lanes {
            let free = slots.available_permits() as u64;
            for job in claim(&tx, lane, &kinds, free, settings.owner, settings.lease).await? {
                // Only this task takes permits, so what was free is free still.
                let slot = slots.clone().try_acquire_owned()?;
                claimed.push((job, slot));
            }
        }
        self.worker.transactions.commit(tx).await?;
        for (job, slot) in claimed {
            failpoint::hit("jobs.claimed");
            let token = CancellationToken::new();
            self.held.add(job.id, job.attempt, token.clone());
            let inner = self.clone();
            self.tasks.spawn(async move {
                inner.work(&job, token).await;
                inner.held.remove(job.id, job.attempt);
                drop(slot);
                inner.wake.wake();
            });
        }
        Ok(())
    }

    async fn work(&self, job: &Job, token: CancellationToken) {
        let Some(work) = self.worker.kinds.get(&job.kind) else { return };
        // A task of its own, so that a panic is an outcome.
        let mut task = tokio::spawn(work(JobContext { job: job.clone(), cancelled: token.clone() }));
        let end = tokio::select! {
            outcome = &mut task => End::Outcome(outcome.unwrap_or_else(|error| Outcome::retry(format!("the job did not end: {error}")))),
            () = token.cancelled() => {
                // Somebody else may be at it: nothing of ours counts any more.
                task.abort();
                return;
            }
            () = self.cut.cancelled() => {
                token.cancel();
                task.abort();
                End::Release
            }
        };
        failpoint::hit("jobs.before_finish");
        match settle(&*self.worker.transactions, job, &end, &self.worker.chance).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempt, "fenced: another attempt has the job")
            }
            Err(error) => {
                tracing::error!(job = %job.id, kind = job.kind, %error, "the end of a job was not written; it will run again")
            }
        }
        failpoint::hit("jobs.after_finish");
        match &end {
            End::Outcome(Outcome::Done) => tracing::debug!(job = %job.id, kind = job.kind, "job done"),
            End::Outcome(Outcome::Retry { why, .. } | Outcome::Dead { why }) => {
                tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempt, of = job.max_attempts, why, "job failed");
            }
            End::Release => tracing::info!(job = %job.id, kind = job.kind, "job given back: the worker is going down"),
        }
    }
}
