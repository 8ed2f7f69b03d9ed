//! The command connection to Redis: one a process, reconnected in the background, every call bounded in time.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, ServerErrorKind};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::CALL_LIMIT;
use crate::chance::Backoff;

const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const PING_EVERY: Duration = Duration::from_secs(5);
/// One slow answer is weather; this many in a row is an outage, and callers stop waiting for it.
const TIMEOUTS_UNTIL_DOWN: u32 = 3;

/// Ends a background task with its owner.
pub(crate) struct Task(AbortHandle);

impl Task {
    pub(crate) fn start(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work).abort_handle())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Clone)]
enum Slot {
    Connecting,
    Up { generation: u64, connection: MultiplexedConnection },
    Down,
}

struct State {
    slot: watch::Sender<Slot>,
    broken: AtomicU64,
    wake: Notify,
    timeouts: AtomicU32,
}

pub(crate) struct Link {
    client: redis::Client,
    state: Arc<State>,
    _keeper: Task,
}

impl Link {
    pub(crate) fn start(client: redis::Client) -> Self {
        let state = Arc::new(State {
            slot: watch::Sender::new(Slot::Connecting),
            broken: AtomicU64::new(0),
            wake: Notify::new(),
            timeouts: AtomicU32::new(0),
        });
        let keeper = Task::start(keep(client.clone(), state.clone()));
        Self { client, state, _keeper: keeper }
    }

    pub(crate) fn client(&self) -> &redis::Client {
        &self.client
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(&*self.state.slot.borrow(), Slot::Up { .. })
    }

    pub(crate) async fn first_attempt(&self) {
        let mut slot = self.state.slot.subscribe();
        let _ = slot.wait_for(|slot| !matches!(slot, Slot::Connecting)).await;
    }

    /// The answer, or `None` when Redis is away, slow or unwilling: the caller does without.
    pub(crate) async fn query<T: FromRedisValue>(&self, what: &'static str, command: &Cmd) -> Option<T> {
        let (generation, mut connection) = self.connection(what)?;
        let answer = tokio::time::timeout(CALL_LIMIT, command.query_async(&mut connection)).await;
        self.judge(what, generation, answer)
    }

    /// Several commands whose answers nobody needs, in one round trip. False when any of them may be lost.
    pub(crate) async fn send(&self, what: &'static str, commands: &Pipeline) -> bool {
        let Some((generation, mut connection)) = self.connection(what) else { return false };
        let answer = tokio::time::timeout(CALL_LIMIT, commands.query_async::<()>(&mut connection)).await;
        self.judge(what, generation, answer).is_some()
    }

    fn connection(&self, what: &'static str) -> Option<(u64, MultiplexedConnection)> {
        match &*self.state.slot.borrow() {
            Slot::Up { generation, connection } => Some((*generation, connection.clone())),
            Slot::Connecting | Slot::Down => {
                metrics::counter!("obrol_redis_calls_total", "call" => what, "outcome" => "away").increment(1);
                None
            }
        }
    }

    fn judge<T>(
        &self,
        what: &'static str,
        generation: u64,
        answer: Result<Result<T, RedisError>, tokio::time::error::Elapsed>,
    ) -> Option<T> {
        let (outcome, broken, cause) = match answer {
            Ok(Ok(value)) => {
                self.state.timeouts.store(0, Ordering::Relaxed);
                metrics::counter!("obrol_redis_calls_total", "call" => what, "outcome" => "ok").increment(1);
                return Some(value);
            }
            Ok(Err(fault)) if fault.is_timeout() => ("timeout", self.one_more_timeout(), fault.to_string()),
            Err(_) => ("timeout", self.one_more_timeout(), "no answer in time".to_owned()),
            Ok(Err(fault)) => ("failed", is_fatal(&fault), fault.to_string()),
        };
        metrics::counter!("obrol_redis_calls_total", "call" => what, "outcome" => outcome).increment(1);
        tracing::debug!(call = what, outcome, cause, "redis did not do what was asked; going on without it");
        if broken {
            self.state.broken.fetch_max(generation, Ordering::Relaxed);
            self.state.wake.notify_one();
        }
        None
    }

    fn one_more_timeout(&self) -> bool {
        self.state.timeouts.fetch_add(1, Ordering::Relaxed) + 1 >= TIMEOUTS_UNTIL_DOWN
    }
}

/// Whether the connection is of no more use: gone, or one to a server that may not write any more (after a failover).
fn is_fatal(fault: &RedisError) -> bool {
    fault.is_io_error()
        || fault.is_connection_dropped()
        || fault.is_unrecoverable_error()
        || fault.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
}

async fn keep(client: redis::Client, state: Arc<State>) {
    let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
    let mut told_away = false;
    let mut generation = 0;
    loop {
        match connect(&client).await {
            Ok(connection) => {
                generation += 1;
                backoff.reset();
                state.timeouts.store(0, Ordering::Relaxed);
                if told_away {
                    tracing::info!("redis is back");
                }
                let _ = state.slot.send_replace(Slot::Up { generation, connection: connection.clone() });
                let cause = watch_over(connection, generation, &state).await;
                let _ = state.slot.send_replace(Slot::Down);
                tracing::warn!(
                    cause,
                    "redis is away: limits, cache and locks are local to this process until it is back"
                );
                told_away = true;
            }
            Err(cause) => {
                let _ = state.slot.send_replace(Slot::Down);
                if !told_away {
                    tracing::warn!(
                        cause,
                        "redis does not answer: limits, cache and locks are local to this process until it does"
                    );
                }
                told_away = true;
            }
        }
        tokio::time::sleep(backoff.wait()).await;
    }
}

async fn connect(client: &redis::Client) -> Result<MultiplexedConnection, String> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_LIMIT))
        // Ours is the limit that counts; this one only keeps an abandoned request from waiting in the connection for ever.
        .set_response_timeout(Some(CONNECT_LIMIT));
    let attempt = async {
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        redis::cmd("PING").query_async::<()>(&mut connection).await?;
        Ok::<_, RedisError>(connection)
    };
    match tokio::time::timeout(CONNECT_LIMIT, attempt).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(fault)) => Err(fault.to_string()),
        Err(_) => Err("no connection in time".to_owned()),
    }
}

/// Returns with the cause when the connection is of no more use.
async fn watch_over(mut connection: MultiplexedConnection, generation: u64, state: &State) -> String {
    loop {
        tokio::select! {
            () = state.wake.notified() => {
                if state.broken.load(Ordering::Relaxed) >= generation {
                    return "calls fail or are not answered".to_owned();
                }
            }
            () = tokio::time::sleep(PING_EVERY) => {
                match tokio::time::timeout(CONNECT_LIMIT, redis::cmd("PING").query_async::<()>(&mut connection)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(fault)) => return fault.to_string(),
                    Err(_) => return "no answer to a ping".to_owned(),
                }
            }
        }
    }
}
