//! Server-sent events read from a response, by the WHATWG rules that matter: comments, multi-line data, retry, CRLF.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The last id that the stream gave, as a client would send it back.
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

pub struct Stream {
    bytes: BoxStream<'static, reqwest::Result<Bytes>>,
    buffer: Vec<u8>,
    ready: VecDeque<Event>,
    last_id: Option<String>,
    /// The id of the event that is being read: it counts only when the event is whole.
    next_id: Option<String>,
    name: String,
    data: Vec<String>,
    pub comments: u64,
    pub retry: Option<Duration>,
}

impl Stream {
    pub fn new(response: reqwest::Response) -> Self {
        Self {
            bytes: response.bytes_stream().boxed(),
            buffer: Vec::new(),
            ready: VecDeque::new(),
            last_id: None,
            next_id: None,
            name: String::new(),
            data: Vec::new(),
            comments: 0,
            retry: None,
        }
    }

    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// The next event; None when the stream ended, in order or not.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let piece = self.bytes.next().await?.ok()?;
            self.buffer.extend_from_slice(&piece);
            while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let line = String::from_utf8(line).expect("an event stream is UTF-8");
                self.line(line.trim_end_matches(['\n', '\r']));
            }
        }
    }

    /// The next event within `limit`; None when none came or the stream ended.
    pub async fn soon(&mut self, limit: Duration) -> Option<Event> {
        tokio::time::timeout(limit, self.next()).await.ok().flatten()
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            return self.dispatch();
        }
        if line.starts_with(':') {
            self.comments += 1;
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.push(value.to_owned()),
            "id" => self.next_id = Some(value.to_owned()),
            "retry" => self.retry = value.parse().ok().map(Duration::from_millis),
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        self.last_id = self.next_id.clone().or(self.last_id.take());
        if data.is_empty() {
            return;
        }
        let data = data.join("\n");
        let data = serde_json::from_str(&data).unwrap_or_else(|why| panic!("event {name}: {why} in {data}"));
        self.ready.push_back(Event { id: self.last_id.clone(), name, data });
    }
}
