//! A provider on loopback that says exactly the bytes it is told to, and remembers what it was asked.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Debug)]
pub enum Step {
    Send(Vec<u8>),
    Pause(Duration),
    /// Sends these bytes again and again, with the pause between, until the client leaves.
    Repeat(Vec<u8>, Duration),
    /// Says nothing more, but stays.
    Hang,
    /// Resets the connection.
    Reset,
}

#[derive(Clone, Debug, Default)]
pub struct Reply(pub Vec<Step>);

impl Reply {
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self(vec![Step::Send(bytes.into())])
    }

    /// A complete answer with a length.
    pub fn full(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Self::raw(format!("{head}\r\n{body}"))
    }

    pub fn json(status: u16, body: &str) -> Self {
        Self::full(status, &[("content-type", "application/json")], body)
    }

    /// The head of an event stream that ends when the connection ends.
    pub fn stream() -> Self {
        Self::raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    }

    pub fn events(body: &str) -> Self {
        Self::stream().then(Step::Send(body.as_bytes().to_vec()))
    }

    pub fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    pub fn hang() -> Self {
        Self(vec![Step::Hang])
    }
}

/// The stream of a text in the OpenAI dialect, whole and with usage.
pub fn story(pieces: &[&str]) -> String {
    let mut text =
        String::from("data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n");
    for piece in pieces {
        text.push_str(&format!("data: {}\n\n", serde_json::json!({"choices":[{"index":0,"delta":{"content":piece}}]})));
    }
    text.push_str("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
    text.push_str("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n");
    text
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub authorization: Option<String>,
    pub body: serde_json::Value,
    pub at: Instant,
}

#[derive(Clone)]
pub struct Fake {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Connections that the client closed while an answer was still going on.
    left: Arc<AtomicUsize>,
}

impl Fake {
    /// The n-th request gets the n-th reply; the last one is repeated.
    pub async fn start(replies: Vec<Reply>) -> Self {
        Self::by(move |number, _| replies.get(number).or(replies.last()).cloned().unwrap_or_default()).await
    }

    pub async fn one(reply: Reply) -> Self {
        Self::start(vec![reply]).await
    }

    /// Decides by the number of the request (from 0) and by what was asked.
    pub async fn by(choose: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fake = Self { address, asked: Arc::default(), left: Arc::default() };
        let (served, choose) = (fake.clone(), Arc::new(choose));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let _ = socket.set_nodelay(true);
                tokio::spawn(serve(served.clone(), choose.clone(), socket));
            }
        });
        fake
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }

    /// Waits until the first request is here.
    pub async fn wait_asked(&self) {
        while self.count() == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until a client has left, at most two seconds.
    pub async fn wait_left(&self) -> Option<Duration> {
        let begun = Instant::now();
        while self.left() == 0 {
            if begun.elapsed() > Duration::from_secs(2) {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Some(begun.elapsed())
    }
}

type Choose = dyn Fn(usize, &Asked) -> Reply + Send + Sync;

async fn serve(fake: Fake, choose: Arc<Choose>, mut socket: TcpStream) {
    while let Some(asked) = read(&mut socket).await {
        let number = {
            let mut all = fake.asked.lock().unwrap();
            all.push(asked.clone());
            all.len() - 1
        };
        let reply = choose(number, &asked);
        let keeps = matches!(reply.0.as_slice(), [Step::Send(bytes)] if bytes.windows(15).any(|part| part == b"content-length:"));
        for step in reply.0 {
            if !play(&mut socket, step).await {
                fake.left.fetch_add(1, Ordering::SeqCst);
                return;
            }
        }
        if !keeps {
            let _ = socket.shutdown().await;
            return;
        }
    }
}

/// False when the client has left.
async fn play(socket: &mut TcpStream, step: Step) -> bool {
    match step {
        Step::Send(bytes) => socket.write_all(&bytes).await.is_ok(),
        Step::Pause(pause) => {
            let mut byte = [0];
            !matches!(tokio::time::timeout(pause, socket.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
        }
        Step::Repeat(bytes, pause) => loop {
            if socket.write_all(&bytes).await.is_err() {
                return false;
            }
            let mut byte = [0];
            if matches!(tokio::time::timeout(pause, socket.read(&mut byte)).await, Ok(Ok(0) | Err(_))) {
                return false;
            }
        },
        Step::Hang => {
            let mut byte = [0];
            while !matches!(socket.read(&mut byte).await, Ok(0) | Err(_)) {}
            false
        }
        Step::Reset => {
            let _ = socket.set_zero_linger();
            true
        }
    }
}

async fn read(socket: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut buffer = [0u8; 8192];
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        match socket.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let header = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length: usize = header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    while bytes.len() < head + length {
        match socket.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
    Some(Asked {
        path: text.split_whitespace().nth(1).unwrap_or_default().to_owned(),
        authorization: header("authorization"),
        body: serde_json::from_slice(&bytes[head..head + length]).unwrap_or_default(),
        at: Instant::now(),
    })
}
