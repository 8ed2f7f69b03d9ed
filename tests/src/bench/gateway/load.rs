//! `bench load`: so many clients, each with a connection that it keeps, asking again as soon as they are answered. What to do
//! comes as JSON on stdin, what was found goes as JSON to stdout.

use std::cell::RefCell;
use std::io::Result;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::events::{Heard, is_whole};
use super::http::{Head, Reader, fault};
use crate::bench::report::percentile;

/// What still runs so long after the end is counted as failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// After a failure, so that a dead server is not hammered.
const REST: Duration = Duration::from_millis(20);
/// Upper ends of the classes of gaps, in milliseconds; the last is open. 35 to 45 is where Nagle's algorithm shows.
pub const CLASSES: [u64; 5] = [5, 15, 25, 35, 45];

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub address: String,
    pub path: String,
    pub key: String,
    pub model: String,
    pub tokens: usize,
    pub clients: usize,
    pub time: Duration,
    pub streamed: bool,
    /// Each client asks one time only, all together.
    pub once: bool,
}

impl Task {
    pub fn told(&self) -> Value {
        json!({"address": self.address, "path": self.path, "key": self.key, "model": self.model, "tokens": self.tokens,
            "clients": self.clients, "millis": self.time.as_millis() as u64, "streamed": self.streamed, "once": self.once})
    }

    fn read(told: &Value) -> Option<Self> {
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        let number = |name: &str| told[name].as_u64();
        Some(Self {
            address: text("address")?,
            path: text("path")?,
            key: text("key")?,
            model: text("model")?,
            tokens: usize::try_from(number("tokens")?).ok()?,
            clients: usize::try_from(number("clients")?).ok()?,
            time: Duration::from_millis(number("millis")?),
            streamed: told["streamed"].as_bool()?,
            once: told["once"].as_bool()?,
        })
    }

    /// The request as bytes, the same each time.
    fn request(&self) -> Vec<u8> {
        let mut body = json!({
            "model": self.model,
            "messages": [
                {"role": "system", "content": "You are a helpful assistant."},
                {"role": "user", "content": "What does rice cost at the market today?"},
            ],
            "max_tokens": 256,
        });
        if self.streamed {
            body["stream"] = json!(true);
            body["stream_options"] = json!({"include_usage": true});
        }
        let (body, Self { path, address, key, .. }) = (body.to_string(), self);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        (head + &body).into_bytes()
    }
}

/// What all clients found together.
#[derive(Debug, Default)]
struct Tally {
    asked: u64,
    answers: u64,
    fault: Option<String>,
    whole: Vec<Duration>,
    first: Vec<Duration>,
    gaps: Vec<Duration>,
    pieces: u64,
    tokens: u64,
    /// Streams that have begun to speak and not ended, and the most of them at one time.
    speaking: u64,
    most: u64,
}

pub async fn run(told: &Value) -> Result<Value> {
    let task = Rc::new(Task::read(told).ok_or_else(|| fault(format!("not a task: {told}")))?);
    let tally = Rc::new(RefCell::new(Tally::default()));
    let request: Rc<[u8]> = task.request().into();
    // All are connected before the first one asks.
    let mut connections = Vec::new();
    for _ in 0..task.clients {
        connections.push(Connection::open(&task.address).await?);
    }
    let start = Instant::now();
    let clients = connections.into_iter().map(|connection| {
        let client = client(task.clone(), request.clone(), connection, start, tally.clone());
        tokio::task::spawn_local(client)
    });
    let all = futures_util::future::join_all(clients.collect::<Vec<_>>());
    let in_time = tokio::time::timeout(task.time + PATIENCE, all).await;
    let took = start.elapsed();
    let mut tally = tally.borrow_mut();
    if in_time.is_err() {
        tally.fault.get_or_insert_with(|| "not answered in time".to_owned());
    }
    Ok(tally.told(&task, took))
}

async fn client(task: Rc<Task>, request: Rc<[u8]>, connection: Connection, start: Instant, tally: Rc<RefCell<Tally>>) {
    let mut connection = Some(connection);
    loop {
        tally.borrow_mut().asked += 1;
        match one(&task, &request, &mut connection, &tally).await {
            Ok(()) => tally.borrow_mut().answers += 1,
            Err(why) => {
                tally.borrow_mut().fault.get_or_insert_with(|| why.to_string());
                connection = None;
                tokio::time::sleep(REST).await;
            }
        }
        if task.once || start.elapsed() >= task.time {
            return;
        }
    }
}

struct Connection {
    reader: Reader<OwnedReadHalf>,
    sink: OwnedWriteHalf,
}

impl Connection {
    async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (source, sink) = stream.into_split();
        Ok(Self { reader: Reader::new(source), sink })
    }
}

/// Asks and reads to the end, over the connection that is there or a new one.
async fn one(task: &Task, request: &[u8], kept: &mut Option<Connection>, tally: &RefCell<Tally>) -> Result<()> {
    let connection = match kept {
        Some(connection) => connection,
        None => kept.insert(Connection::open(&task.address).await?),
    };
    let start = Instant::now();
    connection.sink.write_all(request).await?;
    let mut head = connection.reader.head().await?.ok_or_else(|| fault("the connection ended before the answer"))?;
    if head.status()? != 200 {
        let (first, mut body) = (head.first.clone(), Vec::new());
        connection.reader.body(&mut head, |piece| body.extend_from_slice(piece)).await?;
        return Err(fault(format!("{first}: {}", String::from_utf8_lossy(&body))));
    }
    if task.streamed {
        stream(task, connection, &mut head, start, tally).await?;
    } else {
        let mut body = Vec::with_capacity(2048);
        connection.reader.body(&mut head, |piece| body.extend_from_slice(piece)).await?;
        let took = start.elapsed();
        if !is_whole(&body, task.tokens) {
            return Err(fault(format!("not the answer: {}", String::from_utf8_lossy(&body))));
        }
        tally.borrow_mut().whole.push(took);
    }
    if head.closes {
        *kept = None;
    }
    Ok(())
}

async fn stream(
    task: &Task,
    connection: &mut Connection,
    head: &mut Head,
    start: Instant,
    tally: &RefCell<Tally>,
) -> Result<()> {
    let (mut heard, mut last) = (Heard::default(), None::<Instant>);
    let read = connection.reader.body(head, |bytes| {
        let pieces = heard.take(bytes);
        if pieces == 0 {
            return;
        }
        let (now, mut tally) = (Instant::now(), tally.borrow_mut());
        match last.replace(now) {
            None => {
                tally.first.push(now - start);
                tally.speaking += 1;
                tally.most = tally.most.max(tally.speaking);
            }
            Some(before) => tally.gaps.push(now - before),
        }
        // What came together had no gap.
        tally.gaps.extend((1..pieces).map(|_| Duration::ZERO));
    });
    let read = read.await;
    let mut tally = tally.borrow_mut();
    tally.speaking -= u64::from(last.is_some());
    tally.pieces += heard.pieces;
    tally.tokens += heard.tokens as u64;
    read?;
    if let Some(why) = heard.fault {
        return Err(fault(why));
    }
    if !heard.done || heard.tokens != task.tokens {
        return Err(fault(format!("{} of {} tokens, end mark: {}", heard.tokens, task.tokens, heard.done)));
    }
    tally.whole.push(start.elapsed());
    Ok(())
}

impl Tally {
    fn told(&mut self, task: &Task, took: Duration) -> Value {
        let mut classes = [0_u64; CLASSES.len() + 1];
        for gap in &self.gaps {
            let class = CLASSES.iter().position(|end| *gap < Duration::from_millis(*end)).unwrap_or(CLASSES.len());
            classes[class] += 1;
        }
        let wanted = if task.streamed { self.asked * task.tokens as u64 } else { 0 };
        let both = |times: &mut Vec<Duration>| json!({"p50": percentile(times, 50).as_micros() as u64, "p99": percentile(times, 99).as_micros() as u64});
        json!({
            "asked": self.asked, "answers": self.answers, "fault": self.fault, "micros": took.as_micros() as u64,
            "whole": both(&mut self.whole), "first": both(&mut self.first), "gaps": both(&mut self.gaps),
            "classes": classes, "pieces": self.pieces, "tokens": self.tokens, "wanted": wanted, "most": self.most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::gateway::upstream;

    async fn with_upstream(task: Task) -> Value {
        let local = tokio::task::LocalSet::new();
        let work = async {
            let port = task.address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
            tokio::task::spawn_local(async move { upstream::run(port).await.expect("it serves") });
            while TcpStream::connect(&task.address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            run(&task.told()).await.expect("a result")
        };
        local.run_until(work).await
    }

    fn task(model: &str, tokens: usize, streamed: bool) -> Task {
        let (path, key) = ("/direct/v1/chat/completions".to_owned(), "k".to_owned());
        let address = format!("127.0.0.1:{}", crate::ports::free());
        let (model, clients, time) = (model.to_owned(), 3, Duration::from_millis(50));
        Task { address, path, key, model, tokens, clients, time, streamed, once: false }
    }

    #[tokio::test]
    async fn whole_answers_and_streams_are_read_to_their_end() {
        let told = with_upstream(task("bench-tok20", 20, false)).await;
        assert!(told["fault"].is_null() && told["answers"].as_u64() >= Some(3), "{told}");
        assert_eq!(told["asked"], told["answers"], "{told}");

        let once = Task { once: true, ..task("bench-tok5-gap20", 5, true) };
        let told = with_upstream(once).await;
        assert_eq!((&told["answers"], &told["tokens"], &told["pieces"]), (&json!(3), &json!(15), &json!(15)), "{told}");
        assert_eq!((&told["wanted"], &told["most"]), (&json!(15), &json!(3)));
        assert!(told["gaps"]["p50"].as_u64() >= Some(19_000), "{told}");
    }

    #[tokio::test]
    async fn what_is_missing_is_told() {
        let more = Task { once: true, ..task("bench-tok5", 6, true) };
        let told = with_upstream(more).await;
        assert_eq!((&told["answers"], &told["tokens"], &told["wanted"]), (&json!(0), &json!(15), &json!(18)), "{told}");
        assert!(told["fault"].as_str().is_some_and(|why| why.starts_with("5 of 6")), "{told}");

        let unknown = Task { once: true, ..task("gpt", 5, false) };
        let told = with_upstream(unknown).await;
        assert!(
            told["fault"].as_str().is_some_and(|why| why.contains("404") && why.contains("unknown model")),
            "{told}"
        );
    }
}
