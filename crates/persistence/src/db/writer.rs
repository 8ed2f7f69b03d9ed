//! The one SQLite writer: its own thread, one connection, and many transactions joined into one commit.
//!
//! A FULL commit costs one fsync for one row or for 256, so members take turns inside one `BEGIN IMMEDIATE`, each behind
//! a savepoint, and all hear the outcome of the one COMMIT. Only the writer says BEGIN, SAVEPOINT, ROLLBACK and COMMIT,
//! and nobody can cancel it: a member whose future is dropped (in the queue, mid-statement, before commit) has simply
//! ended its turn without a commit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::checkpoint::Checkpoints;
use crate::error::{Error, Result};
use crate::tx::Tx;

/// More members than this do not make the commit cheaper, only later.
const MAX_MEMBERS: u32 = 256;
/// No new member after this: the first one is waiting for the commit.
const MAX_OPEN: Duration = Duration::from_millis(4);
/// How many may wait for a turn; beyond it the honest answer is "try again".
const QUEUE: usize = 2048;
/// How long one waits for a turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// A turn this long is a bug in a use case (a network call inside a transaction?).
const LONG_TURN: Duration = Duration::from_secs(5);
/// How long closing a connection may take.
const CLOSING: Duration = Duration::from_secs(2);

enum Message {
    Begin(oneshot::Sender<Result<Tx>>),
    Stop(oneshot::Sender<()>),
}

/// The right to write now. Dropped = rolled back; the sender inside it carries "commit, and tell me here".
#[derive(Debug)]
pub(crate) struct Turn(oneshot::Sender<oneshot::Sender<Result<()>>>);

impl Turn {
    pub(crate) async fn commit(self) -> Result<()> {
        let (reply, outcome) = oneshot::channel();
        self.0.send(reply).map_err(|_| Error::Busy("the writer has stopped"))?;
        outcome.await.unwrap_or(Err(Error::Busy("the writer has stopped")))
    }
}

/// How many transactions were joined into how many commits; the difference is what group commit saves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterStats {
    pub transactions: u64,
    pub commits: u64,
}

#[derive(Debug, Default)]
struct Shared {
    transactions: AtomicU64,
    commits: AtomicU64,
    stopped: OnceLock<Arc<str>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
    shared: Arc<Shared>,
    failure: watch::Receiver<bool>,
}

impl Writer {
    pub(crate) async fn start(options: ConnectOptions) -> Result<Self> {
        let (queue, messages) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared::default());
        let (failed, failure) = watch::channel(false);
        let (ready, opened) = oneshot::channel();
        let worker =
            Worker { options, connection: None, shared: shared.clone(), failed, checkpoints: Checkpoints::default() };
        let thread = std::thread::Builder::new().name("obrol-writer".into());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(start_fault)?;
        thread.spawn(move || runtime.block_on(worker.run(messages, ready))).map_err(start_fault)?;
        opened.await.unwrap_or(Err(Error::Busy("the writer did not start")))?;
        Ok(Self { queue, shared, failure })
    }

    pub(crate) async fn begin(&self) -> Result<Tx> {
        let (reply, granted) = oneshot::channel();
        self.queue.try_send(Message::Begin(reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Busy("too many transactions are waiting"),
            mpsc::error::TrySendError::Closed(_) => Error::Busy("the writer has stopped"),
        })?;
        match tokio::time::timeout(PATIENCE, granted).await {
            Ok(granted) => granted.unwrap_or(Err(Error::Busy("the writer has stopped"))),
            Err(_) => Err(Error::Busy("no turn with the writer in time")),
        }
    }

    pub(crate) fn stats(&self) -> WriterStats {
        WriterStats {
            transactions: self.shared.transactions.load(Ordering::Relaxed),
            commits: self.shared.commits.load(Ordering::Relaxed),
        }
    }

    /// The I/O error that ended writing, if there was one.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.shared.stopped.get().cloned().map(Error::Stopped)
    }

    /// Resolves when an I/O error ends writing; never otherwise.
    pub(crate) async fn failed(&self) -> Error {
        let mut failure = self.failure.clone();
        if failure.wait_for(|failed| *failed).await.is_err() {
            // The writer ended in order.
            std::future::pending::<()>().await;
        }
        self.failure().unwrap_or(Error::Busy("the writer has stopped"))
    }

    /// Finishes the group that is open and closes the connection; later begins are refused.
    pub(crate) async fn stop(&self) {
        let (reply, stopped) = oneshot::channel();
        if self.queue.send(Message::Stop(reply)).await.is_ok() {
            let _ = stopped.await;
        }
    }
}

fn start_fault(error: std::io::Error) -> Error {
    Error::Refused(format!("the writer thread does not start: {error}"))
}

/// The connection, and the handle that members get. The driver believes in one transaction for ever; what really is
/// open is said in plain SQL, so that no member can end more than its own savepoint.
struct Connection {
    pool: DatabaseConnection,
    handle: Arc<DatabaseTransaction>,
}

struct Worker {
    options: ConnectOptions,
    connection: Option<Connection>,
    shared: Arc<Shared>,
    failed: watch::Sender<bool>,
    checkpoints: Checkpoints,
}

type Waiting = Vec<oneshot::Sender<Result<()>>>;

impl Worker {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>, ready: oneshot::Sender<Result<()>>) {
        let opened = self.open().await;
        let failed = opened.is_err();
        let _ = ready.send(opened);
        if failed {
            return;
        }
        let mut stop = None;
        while stop.is_none() {
            match messages.recv().await {
                Some(Message::Begin(first)) => stop = self.group(first, &mut messages).await,
                Some(Message::Stop(reply)) => stop = Some(reply),
                None => break,
            }
        }
        messages.close();
        self.close().await;
        if let Some(reply) = stop {
            let _ = reply.send(());
        }
    }

    /// One outer transaction. Gives back the reply of a `Stop` that came meanwhile.
    async fn group(
        &mut self,
        first: oneshot::Sender<Result<Tx>>,
        messages: &mut mpsc::Receiver<Message>,
    ) -> Option<oneshot::Sender<()>> {
        if let Some(error) = self.shared.stopped.get() {
            let _ = first.send(Err(Error::Stopped(error.clone())));
            return None;
        }
        let handle = match self.begin().await {
            Ok(handle) => handle,
            Err(error) => {
                self.fail(&error, Waiting::new()).await;
                let _ = first.send(Err(error));
                return None;
            }
        };
        let opened = Instant::now();
        let (mut waiting, mut members, mut stop) = (Waiting::new(), 0, None);
        // What the last member leaves to be said before the next one may begin.
        let mut close = "";
        let mut next = Some(first);
        while let Some(reply) = next.take() {
            // One who has gone needs no turn.
            if !reply.is_closed() {
                if let Err(error) = handle.execute_unprepared(&format!("{close}SAVEPOINT member")).await {
                    let error = Error::from(error);
                    let _ = reply.send(Err(error.clone()));
                    drop(handle);
                    self.fail(&error, waiting).await;
                    return None;
                }
                members += 1;
                let (turn, ended) = oneshot::channel();
                // A receiver that has gone gives the `Tx` back, and dropping it ends the turn.
                drop(reply.send(Ok(Tx::member(handle.clone(), Turn(turn)))));
                match end_of_turn(ended).await {
                    Some(reply) => {
                        waiting.push(reply);
                        close = "RELEASE member; ";
                    }
                    None => close = "ROLLBACK TO member; RELEASE member; ",
                }
            }
            if members < MAX_MEMBERS && opened.elapsed() < MAX_OPEN {
                next = match messages.try_recv() {
                    Ok(Message::Begin(reply)) => Some(reply),
                    Ok(Message::Stop(reply)) => {
                        stop = Some(reply);
                        None
                    }
                    Err(_) => None,
                };
            }
        }
        self.finish(handle, close, waiting).await;
        stop
    }

    async fn begin(&mut self) -> Result<Arc<DatabaseTransaction>> {
        if self.connection.is_none() {
            self.open().await?;
        }
        let connection = self.connection.as_ref().ok_or(Error::Busy("the writer has no connection"))?;
        connection.handle.execute_unprepared("BEGIN IMMEDIATE").await?;
        Ok(connection.handle.clone())
    }

    /// Commits the group and tells everybody in it.
    async fn finish(&mut self, handle: Arc<DatabaseTransaction>, close: &str, waiting: Waiting) {
        // COMMIT releases what savepoints are left; with nobody to tell there is nothing to keep.
        let end = if waiting.is_empty() { "ROLLBACK".to_owned() } else { format!("{close}COMMIT") };
        let committed = match (waiting.is_empty(), failpoint::check("persistence.before_commit")) {
            (false, Err(injected)) => Err(Error::from(injected)),
            _ => handle.execute_unprepared(&end).await.map(drop).map_err(Error::from),
        };
        if let Err(error) = committed {
            drop(handle);
            self.fail(&error, waiting).await;
            return;
        }
        if waiting.is_empty() {
            return;
        }
        failpoint::hit("persistence.after_commit");
        self.shared.transactions.fetch_add(waiting.len() as u64, Ordering::Relaxed);
        self.shared.commits.fetch_add(1, Ordering::Relaxed);
        for reply in waiting {
            let _ = reply.send(Ok(()));
        }
        let checkpointed = self.checkpoints.after_commit(&handle).await;
        drop(handle);
        if let Err(error) = checkpointed {
            self.fail(&error, Waiting::new()).await;
        }
    }

    /// Nothing of the group was kept: everybody hears it, and the connection, whose state is unknown, is replaced.
    /// The caller has let go of its handle: the pool waits for its connection before it closes.
    async fn fail(&mut self, error: &Error, waiting: Waiting) {
        if error.is_disk_failure() {
            // After a failed fsync the kernel may have dropped the pages: a second fsync that succeeds proves nothing.
            tracing::error!(%error, "the disk failed; nothing more is written until a restart");
            let _ = self.shared.stopped.set(error.to_string().into());
            let _ = self.failed.send(true);
        } else {
            tracing::warn!(%error, members = waiting.len(), "a group of transactions was not committed");
        }
        for reply in waiting {
            let _ = reply.send(Err(error.clone()));
        }
        self.close().await;
    }

    async fn open(&mut self) -> Result<()> {
        let pool = Database::connect(self.options.clone()).await?;
        let handle = Arc::new(pool.begin().await?);
        handle.execute_unprepared("ROLLBACK").await?;
        self.connection = Some(Connection { pool, handle });
        Ok(())
    }

    async fn close(&mut self) {
        if let Some(Connection { pool, handle }) = self.connection.take() {
            drop(handle);
            // The pool waits for its connection; a savepoint that somebody keeps beyond its transaction must not hang us.
            if tokio::time::timeout(CLOSING, pool.close()).await.is_err() {
                tracing::warn!("the writer's connection did not close in time");
            }
        }
    }
}

/// Waits until the member commits or lets go; nothing can take a turn away, so a long one is at least said.
async fn end_of_turn(mut ended: oneshot::Receiver<oneshot::Sender<Result<()>>>) -> Option<oneshot::Sender<Result<()>>> {
    loop {
        match tokio::time::timeout(LONG_TURN, &mut ended).await {
            Ok(end) => return end.ok(),
            Err(_) => tracing::warn!(seconds = LONG_TURN.as_secs(), "a write transaction has been open this long"),
        }
    }
}
