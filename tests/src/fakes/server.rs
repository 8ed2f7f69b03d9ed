//! The fake itself: reads HTTP/1.1 on bare TCP, asks the test's plan, sends it, and writes down how it went.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::ledger::{Entry, Ledger, Outcome};
use super::plan::{Break, Fault, Manner, Plan};
use super::{Dialect, Frame};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// From 0.
    pub number: usize,
    pub method: String,
    pub path: String,
    pub head: String,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    fn key(&self) -> String {
        let names = ["authorization", "x-api-key", "x-goog-api-key"];
        names.iter().find_map(|name| self.header(name)).unwrap_or_default().to_owned()
    }
}

type Brain = dyn Fn(&Asked) -> Plan + Send + Sync;

struct Shared {
    dialect: Dialect,
    ledger: Mutex<Ledger>,
    asked: Mutex<Vec<Asked>>,
    connections: AtomicUsize,
    brain: Box<Brain>,
}

/// One provider; it ends with the value.
pub struct Fake {
    pub dialect: Dialect,
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fake {
    /// Every request is answered as the test decides; what is no chat (lists, vectors) by [`Fault::json`].
    pub async fn start(dialect: Dialect, brain: impl Fn(&Asked) -> Plan + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let brain: Box<Brain> = Box::new(brain);
        let shared = Arc::new(Shared {
            dialect,
            ledger: Mutex::default(),
            asked: Mutex::default(),
            connections: AtomicUsize::new(0),
            brain,
        });
        let task = tokio::spawn(accept(listener, shared.clone()));
        Self { dialect, address, shared, task }
    }

    pub async fn one(dialect: Dialect, plan: Plan) -> Self {
        Self::start(dialect, move |_| plan.clone()).await
    }

    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.dialect.base())
    }

    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.shared.ledger.lock().unwrap()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// From now on nobody is at the address.
    pub async fn close(&self) {
        self.task.abort();
        while !self.task.is_finished() {
            tokio::task::yield_now().await;
        }
    }

    /// How many were made so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Waits until no answer is under way any more, at most two seconds.
    pub async fn settled(&self) -> bool {
        for _ in 0..400 {
            if self.ledger().count(Outcome::Open) == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((socket, _)) = listener.accept().await {
        let _ = socket.set_nodelay(true);
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let shared = shared.clone();
        tokio::spawn(async move {
            let _ = serve(socket, &shared).await;
        });
    }
}

async fn serve(mut socket: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(asked) = read(&mut socket, &mut buffer, shared).await? {
        let plan = (shared.brain)(&asked);
        let entry = shared.dialect.asked_model(&asked.path, &asked.body).map(|model| {
            let question = shared.dialect.question(&asked.body);
            let tag =
                question.split_whitespace().find_map(|word| word.strip_prefix('#')).unwrap_or_default().to_owned();
            let mut ledger = shared.ledger.lock().unwrap();
            ledger.entries.push(Entry { model, tag, key: asked.key(), tokens: 0, outcome: Outcome::Open });
            ledger.entries.len() - 1
        });
        let mut sender = Sender { socket: &mut socket, sent: 0 };
        let obeys = plan.manner == Manner::Frames && plan.fault.is_none();
        let whole = plan.manner == Manner::Json || (obeys && asked.body["stream"] == false);
        let ended = sender.play(shared.dialect, &plan, whole).await;
        let (outcome, keep) = match &ended {
            Ok(keep) if plan.fault.is_none() => (Outcome::Whole, *keep),
            Ok(keep) => (Outcome::Faulted, *keep),
            Err(_) => (Outcome::Aborted, false),
        };
        let sent = sender.sent;
        if let Some(at) = entry {
            let entry = &mut shared.ledger.lock().unwrap().entries[at];
            (entry.tokens, entry.outcome) = (sent, outcome);
        }
        if !keep {
            return Ok(());
        }
    }
    Ok(())
}

async fn read(socket: &mut TcpStream, buffer: &mut Vec<u8>, shared: &Shared) -> std::io::Result<Option<Asked>> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break buffer.drain(..end + 4).collect::<Vec<u8>>();
        }
        if socket.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut first = head.split_whitespace();
    let (method, path) = (first.next().unwrap_or_default().to_owned(), first.next().unwrap_or_default().to_owned());
    let mut asked = Asked { number: 0, method, path, head, body: Value::Null };
    let length: usize = asked.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        if socket.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body: Vec<u8> = buffer.drain(..length).collect();
    asked.body = serde_json::from_slice(&body).unwrap_or_default();
    let mut all = shared.asked.lock().unwrap();
    asked.number = all.len();
    all.push(asked.clone());
    Ok(Some(asked))
}

struct Sender<'a> {
    socket: &'a mut TcpStream,
    /// Tokens.
    sent: u32,
}

impl Sender<'_> {
    /// True when the connection may be used again; an error when the client left.
    async fn play(&mut self, dialect: Dialect, plan: &Plan, whole: bool) -> std::io::Result<bool> {
        match &plan.fault {
            Some(Fault::Refused { status, media_type, headers, body }) => {
                return self.document(*status, media_type, headers, body).await.map(|()| true);
            }
            Some(Fault::Early(Break::Say(bytes))) => {
                self.write(bytes).await?;
                return Ok(false);
            }
            Some(Fault::Early(what)) => return self.leave(what).await,
            Some(Fault::Within { .. }) | None => {}
        }
        if whole {
            let frames = dialect.frames(&plan.saying);
            self.pause(plan.first_ms + plan.gap_ms * frames.len() as u64).await?;
            self.sent = frames.iter().map(|frame| frame.tokens).sum();
            let body = dialect.whole(&plan.saying).to_string();
            return self.document(200, "application/json", &plan.headers, body.as_bytes()).await.map(|()| true);
        }
        let more: String = plan.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let media_type = dialect.media_type();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ntransfer-encoding: chunked\r\n{more}\r\n");
        self.write(head.as_bytes()).await?;
        if plan.first_ms > 0 {
            self.pause(plan.first_ms).await?;
        }
        let mut all = dialect.frames(&plan.saying);
        if plan.manner != Manner::Frames {
            // The pieces do not care where a frame ends; the ledger then counts them all at once.
            let tokens = all.iter().map(|frame| frame.tokens).sum();
            all = vec![Frame { bytes: all.into_iter().flat_map(|frame| frame.bytes).collect(), tokens }];
        }
        for frame in all {
            if let Some(Fault::Within { tokens, what }) = &plan.fault
                && *tokens == self.sent
                && !(matches!(what, Break::Insert(_)) && frame.tokens == 0)
            {
                match what {
                    Break::Insert(bytes) => self.chunk(bytes).await?,
                    Break::Say(bytes) => {
                        self.chunk(bytes).await?;
                        return self.write(b"0\r\n\r\n").await.map(|()| true);
                    }
                    Break::End => return self.write(b"0\r\n\r\n").await.map(|()| true),
                    Break::Hang | Break::Reset | Break::Close | Break::Flood(_) => return self.leave(what).await,
                }
            }
            self.chunk(&ended(plan.chatter.as_bytes(), plan.crlf)).await?;
            self.pieces(&ended(&frame.bytes, plan.crlf), plan.manner).await?;
            self.sent += frame.tokens;
            if plan.gap_ms > 0 {
                self.pause(plan.gap_ms).await?;
            }
        }
        self.write(b"0\r\n\r\n").await.map(|()| true)
    }

    async fn pieces(&mut self, bytes: &[u8], manner: Manner) -> std::io::Result<()> {
        match manner {
            Manner::Frames | Manner::Json => self.chunk(bytes).await,
            Manner::Cut(at) => {
                let (first, second) = bytes.split_at(at.min(bytes.len()));
                self.chunk(first).await?;
                self.pause(3).await?;
                self.chunk(second).await
            }
            Manner::Drip(size) => {
                for piece in bytes.chunks(size.max(1)) {
                    self.chunk(piece).await?;
                    self.pause(1).await?;
                }
                Ok(())
            }
        }
    }

    async fn leave(&mut self, what: &Break) -> std::io::Result<bool> {
        match what {
            Break::Hang => {
                let mut byte = [0];
                while self.socket.read(&mut byte).await? > 0 {}
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            Break::Flood(bytes) => loop {
                self.chunk(bytes).await?;
                tokio::task::yield_now().await;
            },
            Break::Reset => {
                // What was sent shall arrive before.
                self.pause(30).await?;
                let _ = self.socket.set_zero_linger();
                Ok(false)
            }
            Break::Close | Break::End | Break::Say(_) | Break::Insert(_) => {
                let _ = self.socket.shutdown().await;
                Ok(false)
            }
        }
    }

    /// Waits, and notices a client that leaves meanwhile.
    async fn pause(&mut self, milliseconds: u64) -> std::io::Result<()> {
        let mut byte = [0];
        match tokio::time::timeout(Duration::from_millis(milliseconds), self.socket.read(&mut byte)).await {
            Err(_) => Ok(()),
            Ok(Ok(0)) => Err(std::io::ErrorKind::BrokenPipe.into()),
            Ok(read) => read.map(|_| ()),
        }
    }

    async fn document(
        &mut self,
        status: u16,
        media_type: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> std::io::Result<()> {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} X\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n{more}\r\n");
        self.write(&[head.as_bytes(), body].concat()).await
    }

    async fn chunk(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.write(&[format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.socket.write_all(bytes).await
    }
}

fn ended(bytes: &[u8], crlf: bool) -> Vec<u8> {
    if !crlf {
        return bytes.to_vec();
    }
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
}
