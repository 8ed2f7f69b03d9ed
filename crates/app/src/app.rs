//! The state that every use case is handed: one value, made once, cheap to clone.

use std::ops::Deref;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use coordination::Coordination;
use domain::conversations::MessageLimits;
use domain::ids::NodeId;
use domain::runs::Limits;
use domain::{Chance, Clock, Ctx};
use llm_gateway::Gateway;
use persistence::Db;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::events::Feeds;
use crate::keys::Uses;
use crate::llm::house::House;
use crate::llm::ledger::Till;
use crate::runs::Bench;
use crate::secrets::Secrets;

/// What an operator sets about conversations and runs.
#[derive(Clone, Debug)]
pub struct Settings {
    pub messages: MessageLimits,
    /// Runs that one person may have waiting.
    pub queued_per_user: u64,
    /// Runs that may wait in all; above it new ones are refused early.
    pub queue_depth: u64,
    /// A run that waited longer than this is failed.
    pub queue_age: Duration,
    /// Runs that this process works at once; 0 = none (`serve --no-workers`).
    pub concurrency: usize,
    /// The longest that an answer may take, from its first claim.
    pub whole_run: Duration,
    /// Code points after which an answer is ended.
    pub answer_characters: u32,
    pub lease: Duration,
    pub heartbeat: Duration,
    /// The longest that text stays in memory only.
    pub flush: Duration,
    pub limits: Limits,
    /// The model that writes titles; without one the first question gives the title.
    pub title_model: Option<String>,
    /// How long running answers may go on after SIGTERM.
    pub shutdown_grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            messages: MessageLimits::default(),
            queued_per_user: 20,
            queue_depth: 10_000,
            queue_age: Duration::from_secs(3600),
            concurrency: 256,
            whole_run: Duration::from_secs(600),
            answer_characters: 1_000_000,
            lease: Duration::from_secs(15),
            heartbeat: Duration::from_secs(5),
            flush: Duration::from_millis(250),
            limits: Limits::default(),
            title_model: None,
            shutdown_grace: Duration::from_secs(30),
        }
    }
}

/// All parts of a running Obrol. A forgotten one does not compile.
pub struct Parts {
    pub db: Db,
    pub gateway: Gateway,
    pub coordination: Coordination,
    pub accounts: Accounts,
    /// Seals what must not lie in the database in the clear.
    pub secrets: Secrets,
    pub node: NodeId,
    pub clock: Clock,
    pub chance: Chance,
    pub settings: Settings,
}

/// The parts and what use cases share between them.
pub struct Inner {
    parts: Parts,
    /// The answers that this process works on.
    pub(crate) bench: Bench,
    /// What the people who are connected here hear.
    pub(crate) feeds: Feeds,
    /// Cancelled when the process begins to stop: no claim any more, streams ask to reconnect.
    pub closing: CancellationToken,
    /// Wakes the job worker of this process, if it has one.
    pub(crate) job_bell: OnceLock<jobs::Waker>,
    /// What this process knows of language models.
    pub llm: House,
    /// Where calls that stand alone reserve and settle; opened by the first of them.
    pub(crate) till: OnceLock<Till>,
    /// Uses of API keys that are being written down.
    pub(crate) key_uses: Uses,
    /// The runtime of the process. A web server's threads have runtimes of their own, which end before the work does.
    runtime: Handle,
}

#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The application as its own tasks hold it: they do not keep it alive.
pub(crate) struct WeakApp(Weak<Inner>);

impl WeakApp {
    pub(crate) fn upgrade(&self) -> Option<App> {
        self.0.upgrade().map(App)
    }
}

impl App {
    /// Call it on the runtime that lives as long as the process.
    pub fn new(parts: Parts) -> Self {
        let bench = Bench::new(parts.settings.concurrency);
        let llm = House::new(parts.gateway.settings(), &parts.chance);
        let feeds = Feeds::new(&parts.chance, parts.clock.now());
        Self(Arc::new(Inner {
            parts,
            bench,
            feeds,
            closing: CancellationToken::new(),
            job_bell: OnceLock::new(),
            llm,
            till: OnceLock::new(),
            key_uses: Uses::default(),
            runtime: Handle::current(),
        }))
    }

    pub(crate) fn downgrade(&self) -> WeakApp {
        WeakApp(Arc::downgrade(&self.0))
    }

    /// Runs `task` on the process's own runtime, wherever the caller stands.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.runtime.spawn(task);
    }

    /// The process's own runtime.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    /// Does `work` to its end on the process's own runtime, also when the caller is gone: a client that hangs up between a
    /// commit and what follows from it must not leave the one without the other.
    ///
    /// # Errors
    /// Those of `work`; a panic in it is a fault of ours.
    pub(crate) async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = domain::Result<T>> + Send + 'static,
    ) -> domain::Result<T> {
        self.0.runtime.spawn(work).await.map_err(domain::Error::broken)?
    }

    /// The server itself asks.
    pub fn system(&self, request_id: impl Into<String>) -> Ctx {
        Ctx::system(self.clock.clone(), self.chance.clone(), request_id)
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("node", &self.node).finish_non_exhaustive()
    }
}
