//! A TCP proxy that breaks what it carries: delay, cut, half-open silence; round-robin over several servers, not sticky.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    backends: Mutex<Vec<String>>,
    turn: AtomicUsize,
    delay_ms: AtomicU64,
    /// Nothing passes, nothing is closed: a network that lost the way.
    silent: AtomicBool,
    refuse: AtomicBool,
    /// Its number grows when all connections are to be cut.
    cuts: watch::Sender<u64>,
    carried: AtomicU64,
}

impl Proxy {
    /// `backends` are `host:port`; each connection goes to the next one that answers.
    pub async fn start(backends: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            backends: Mutex::new(backends),
            turn: AtomicUsize::new(0),
            delay_ms: AtomicU64::new(0),
            silent: AtomicBool::new(false),
            refuse: AtomicBool::new(false),
            cuts: watch::Sender::new(0),
            carried: AtomicU64::new(0),
        });
        let task = tokio::spawn(accept(listener, shared.clone()));
        Self { address, shared, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn backends(&self, backends: Vec<String>) {
        *self.shared.backends.lock().unwrap() = backends;
    }

    /// Every piece waits so long before it is handed on.
    pub fn delay(&self, delay: Duration) {
        self.shared.delay_ms.store(delay.as_millis() as u64, Ordering::Relaxed);
    }

    pub fn silence(&self, on: bool) {
        self.shared.silent.store(on, Ordering::Relaxed);
    }

    /// New connections are closed at once.
    pub fn refuse(&self, on: bool) {
        self.shared.refuse.store(on, Ordering::Relaxed);
    }

    /// Cuts every connection that is open now.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Connections carried so far.
    pub fn carried(&self) -> u64 {
        self.shared.carried.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        if shared.refuse.load(Ordering::Relaxed) {
            continue;
        }
        let shared = shared.clone();
        tokio::spawn(async move {
            let mut cuts = shared.cuts.subscribe();
            cuts.mark_unchanged();
            tokio::select! {
                () = carry(client, &shared) => {}
                _ = cuts.changed() => {}
            }
        });
    }
}

async fn carry(client: TcpStream, shared: &Shared) {
    let Some(server) = connect(shared).await else { return };
    shared.carried.fetch_add(1, Ordering::Relaxed);
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    // HTTP clients do not half-close: an end on one side ends both, as it does behind nginx.
    tokio::select! {
        () = pump(client_read, server_write, shared) => {}
        () = pump(server_read, client_write, shared) => {}
    }
}

async fn connect(shared: &Shared) -> Option<TcpStream> {
    let backends = shared.backends.lock().unwrap().clone();
    for _ in 0..backends.len() {
        let turn = shared.turn.fetch_add(1, Ordering::Relaxed);
        if let Ok(server) = TcpStream::connect(&backends[turn % backends.len()]).await {
            return Some(server);
        }
    }
    None
}

async fn pump(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, shared: &Shared) {
    let mut buffer = vec![0_u8; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let delay = shared.delay_ms.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        while shared.silent.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
