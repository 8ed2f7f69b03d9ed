//! The fake's side of the wire: HTTP/1.1 by hand, one task a connection.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::Shared;
use super::ledger::{Entry, Outcome};
use super::spec::{Fault, Spec};

pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((socket, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            let _ = socket.set_nodelay(true);
            let _ = connection(socket, &shared).await;
        });
    }
}

struct Request {
    line: String,
    key: String,
    body: Vec<u8>,
}

async fn connection(socket: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let (mut read, mut write) = socket.into_split();
    let mut buffer = Vec::new();
    while let Some(request) = request(&mut read, &mut buffer).await? {
        let mut words = request.line.split(' ');
        match (words.next(), words.next()) {
            (Some("GET"), Some("/v1/models")) => {
                let data: Vec<Value> = shared
                    .models
                    .iter()
                    .map(|id| json!({"id": id, "object": "model", "created": 1, "owned_by": "fake"}))
                    .collect();
                plain(&mut write, 200, "", &json!({"object": "list", "data": data})).await?;
            }
            (Some("GET"), Some("/__stats")) => {
                let stats = shared.ledger().stats();
                plain(&mut write, 200, "", &stats).await?;
            }
            (Some("POST"), Some("/v1/chat/completions")) => {
                if !chat(&mut read, &mut write, shared, &request).await? {
                    return Ok(());
                }
            }
            _ => plain(&mut write, 404, "", &error("no such route", "invalid_request_error", "not_found")).await?,
        }
    }
    Ok(())
}

async fn request(read: &mut OwnedReadHalf, buffer: &mut Vec<u8>) -> std::io::Result<Option<Request>> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break buffer.drain(..end + 4).collect::<Vec<u8>>();
        }
        if read.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&head).into_owned();
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length: usize = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        if read.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(Request {
        line: head.lines().next().unwrap_or_default().to_owned(),
        key: header("authorization").unwrap_or_default(),
        body: buffer.drain(..length).collect(),
    }))
}

fn error(message: &str, kind: &str, code: &str) -> Value {
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

async fn plain(write: &mut OwnedWriteHalf, status: u16, extra: &str, body: &Value) -> std::io::Result<()> {
    let body = body.to_string();
    let text = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{extra}\r\n{body}",
        body.len()
    );
    write.write_all(text.as_bytes()).await
}

/// The text of a message whose content is a string or a list of parts.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// False when the connection must be dropped now.
async fn chat(
    read: &mut OwnedReadHalf,
    write: &mut OwnedWriteHalf,
    shared: &Shared,
    request: &Request,
) -> std::io::Result<bool> {
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        plain(write, 400, "", &error("not JSON", "invalid_request_error", "bad_json")).await?;
        return Ok(true);
    };
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    let spec = Spec::of(&model);
    let messages: Vec<(String, String)> = body["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|message| (message["role"].as_str().unwrap_or_default().to_owned(), text(&message["content"])))
        .collect();
    let question = messages.iter().rev().find(|(role, _)| role == "user").map_or("", |(_, text)| text.as_str());
    // `#a17 how are you?` is answered with tokens named a17.
    let tag = question
        .split_whitespace()
        .find_map(|word| word.strip_prefix('#'))
        .map_or_else(|| "t".to_owned(), str::to_owned);
    let prompt = question.split_whitespace().count() as u64;
    let prefix = messages.last().filter(|(role, _)| role == "assistant").map(|(_, text)| text.clone());
    let entry =
        Entry { model, tag: tag.clone(), key: request.key.clone(), messages, tokens: 0, outcome: Outcome::Open };
    let (at, count) = shared.ledger().open(entry);
    let fault = shared.fault(&spec, at, count);
    let words = if spec.nul { "made\0to fail" } else { "made to fail" };
    let refusal = match fault {
        Some(Fault::Status(status)) => Some((status, error(words, "server_error", "made_to_fail"))),
        Some(Fault::Context) => Some((400, error("too long", "invalid_request_error", "context_length_exceeded"))),
        Some(Fault::Quota) => Some((429, error("no credit", "insufficient_quota", "insufficient_quota"))),
        Some(Fault::Filter) => Some((400, error("blocked", "invalid_request_error", "content_filter"))),
        _ => None,
    };
    if let Some((status, body)) = refusal {
        shared.close(at, 0, Outcome::Faulted);
        let hint = spec.retry_after.map_or(String::new(), |seconds| format!("retry-after: {seconds}\r\n"));
        plain(write, status, &hint, &body).await?;
        return Ok(true);
    }
    let streamed = body["stream"] == true;
    let mut answer = Answer { spec: &spec, tag: &tag, fault, sent: 0, write, prompt };
    // A client that gives an answer's beginning wants it continued.
    if let Some(prefix) = prefix {
        while answer.sent < spec.tokens && prefix.len() >= answer.start_of(answer.sent + 1) {
            answer.sent += 1;
        }
    }
    let first = answer.sent;
    // Whoever hangs up while we speak is noticed by a read that ends.
    let mut byte = [0_u8; 1];
    let outcome = tokio::select! {
        done = answer.give(streamed) => done,
        _ = read.read(&mut byte) => Err(std::io::ErrorKind::BrokenPipe.into()),
    };
    let tokens = answer.sent - first;
    match outcome {
        Ok(true) => shared.close(at, tokens, if fault.is_some() { Outcome::Faulted } else { Outcome::Whole }),
        Ok(false) => shared.close(at, tokens, Outcome::Faulted),
        Err(_) => shared.close(at, tokens, Outcome::Aborted),
    }
    Ok(matches!(outcome, Ok(true)))
}

struct Answer<'a> {
    spec: &'a Spec,
    tag: &'a str,
    fault: Option<Fault>,
    sent: u32,
    prompt: u64,
    write: &'a mut OwnedWriteHalf,
}

impl Answer<'_> {
    fn start_of(&self, token: u32) -> usize {
        (0..token).map(|at| self.spec.token(self.tag, at).len()).sum()
    }

    /// True when the connection may be used again.
    async fn give(&mut self, streamed: bool) -> std::io::Result<bool> {
        if self.fault == Some(Fault::Hang) {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_millis(self.spec.first_ms)).await;
        let usage = json!({"prompt_tokens": self.prompt, "completion_tokens": self.spec.tokens,
            "total_tokens": self.prompt + u64::from(self.spec.tokens)});
        if !streamed {
            self.sent = self.spec.tokens;
            let message = json!({"role": "assistant", "content": self.spec.text(self.tag)});
            let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
            let body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "fake", "choices": [choice],
                "usage": usage});
            plain(self.write, 200, "", &body).await?;
            return Ok(true);
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        self.write.write_all(head.as_bytes()).await?;
        if self.fault == Some(Fault::Empty) {
            self.write.write_all(b"0\r\n\r\n").await?;
            return Ok(true);
        }
        self.event(&chunk(json!({"role": "assistant", "content": ""}), Value::Null)).await?;
        while self.sent < self.spec.tokens {
            match self.fault {
                Some(Fault::Cut(at)) if at == self.sent => return Ok(false),
                Some(Fault::ErrorEvent(at)) if at == self.sent => {
                    self.event(&error("broke in the middle", "server_error", "made_to_fail")).await?;
                    self.write.write_all(b"0\r\n\r\n").await?;
                    return Ok(true);
                }
                Some(Fault::Stall(at)) if at == self.sent => std::future::pending::<()>().await,
                Some(Fault::Garbage(at)) if at == self.sent => self.data("{not json").await?,
                _ => {}
            }
            let token = self.spec.token(self.tag, self.sent);
            let token = if self.spec.nul { token.replace('.', "\0") } else { token };
            self.event(&chunk(json!({"content": token}), Value::Null)).await?;
            self.sent += 1;
            if self.spec.gap_ms > 0 {
                tokio::time::sleep(Duration::from_millis(self.spec.gap_ms)).await;
            }
        }
        self.event(&chunk(json!({}), json!("stop"))).await?;
        self.event(&json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "fake", "choices": [],
            "usage": usage}))
            .await?;
        if self.fault != Some(Fault::NoDone) {
            self.data("[DONE]").await?;
        }
        self.write.write_all(b"0\r\n\r\n").await?;
        Ok(true)
    }

    async fn event(&mut self, value: &Value) -> std::io::Result<()> {
        self.data(&value.to_string()).await
    }

    async fn data(&mut self, data: &str) -> std::io::Result<()> {
        let event = format!("data: {data}\n\n");
        let size = match self.fault {
            Some(Fault::Drip(size)) => size as usize,
            _ => event.len(),
        };
        for piece in event.as_bytes().chunks(size) {
            let mut framed = format!("{:x}\r\n", piece.len()).into_bytes();
            framed.extend_from_slice(piece);
            framed.extend_from_slice(b"\r\n");
            self.write.write_all(&framed).await?;
            if size < event.len() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        Ok(())
    }
}

fn chunk(delta: Value, finish: Value) -> Value {
    json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "fake",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}
