//! A program that uses `/v1` with an API key, as OpenAI's clients do.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{Answer, Api, PASSWORD};

/// Everything that `/v1` is about.
pub const ALL: &[&str] = &["models", "chat", "embeddings"];

/// A new key of this person with these scopes: its id and its text.
pub async fn key(person: &Api, scopes: &[&str]) -> (String, String) {
    let made = person
        .post("/api/v1/me/api-keys", json!({"name": "a program", "scopes": scopes, "password": PASSWORD}))
        .await
        .expect(201);
    let text = made["text"].as_str().expect("its text").to_owned();
    (made["key"]["id"].as_str().expect("its id").to_owned(), text)
}

/// A program with a new key of this person, good for all of `/v1`.
pub async fn of(person: &Api) -> Api {
    let (_, text) = key(person, ALL).await;
    person.with_token(&text)
}

/// A request with one question.
pub fn question(model: &str, text: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": text}]})
}

/// The same, streamed, with usage at its end.
pub fn streamed(model: &str, text: &str) -> Value {
    let mut body = question(model, text);
    body["stream"] = json!(true);
    body["stream_options"] = json!({"include_usage": true});
    body
}

pub async fn chat(program: &Api, body: Value) -> Answer {
    program.post("/v1/chat/completions", body).await
}

/// The error of an answer with this status, which must have OpenAI's shape and our request id.
#[track_caller]
pub fn error(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status.as_u16(), status, "answered: {}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.text);
    let request_id = answer.header("x-request-id").expect("a request id");
    shape(&answer.body, request_id);
    answer.body["error"].clone()
}

#[track_caller]
fn shape(document: &Value, request_id: &str) {
    let error = document["error"].as_object().unwrap_or_else(|| panic!("no error in {document}"));
    let mut keys: Vec<_> = error.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        (document.as_object().map(serde_json::Map::len), keys),
        (Some(1), vec!["code", "message", "param", "type"])
    );
    assert!(error["type"].is_string() && error["code"].is_string(), "{document}");
    assert!(error["message"].as_str().is_some_and(|text| text.contains(request_id)), "{request_id} in {document}");
}

/// An answer that streams.
pub struct Chunks {
    pub headers: reqwest::header::HeaderMap,
    bytes: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    buffer: Vec<u8>,
}

/// What one answer came to.
#[derive(Debug, Default)]
pub struct Heard {
    pub chunks: Vec<Value>,
    pub text: String,
    pub reasoning: String,
    pub calls: Vec<Value>,
    pub finish: Option<String>,
    pub usage: Option<Value>,
    pub error: Option<Value>,
    /// `[DONE]` came, and nothing after it.
    pub done: bool,
}

/// Opens a stream; the answer itself when it is none.
pub async fn stream(program: &Api, body: &Value) -> Result<Chunks, Box<Answer>> {
    let request = program.request(Method::POST, "/v1/chat/completions").json(body);
    let response = request.send().await.unwrap_or_else(|why| panic!("{}: {why:?}", program.base));
    let (status, headers) = (response.status(), response.headers().clone());
    if status != StatusCode::OK {
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        return Err(Box::new(Answer { status, headers, body, text }));
    }
    Ok(Chunks { headers, bytes: response.bytes_stream().boxed(), buffer: Vec::new() })
}

impl Chunks {
    /// The data of the next event; `None` at the end.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let event = String::from_utf8(event).expect("UTF-8");
                let event = event.trim_end();
                if event.starts_with(':') {
                    continue;
                }
                return Some(event.strip_prefix("data: ").unwrap_or_else(|| panic!("{event}")).to_owned());
            }
            let piece = self.bytes.next().await?.ok()?;
            self.buffer.extend_from_slice(&piece);
        }
    }

    /// Reads to the end.
    pub async fn heard(mut self) -> Heard {
        let mut heard = Heard::default();
        let request_id = self.headers["x-request-id"].to_str().unwrap().to_owned();
        while let Some(data) = self.next().await {
            assert!(!heard.done && heard.error.is_none(), "after the end: {data}");
            heard.take(&data, &request_id);
        }
        heard
    }
}

impl Heard {
    fn take(&mut self, data: &str, request_id: &str) {
        if data == "[DONE]" {
            self.done = true;
            return;
        }
        let chunk: Value = serde_json::from_str(data).unwrap_or_else(|why| panic!("{why}: {data}"));
        if chunk.get("error").is_some() {
            shape(&chunk, request_id);
            self.error = Some(chunk["error"].clone());
            return;
        }
        assert_eq!(chunk["object"], "chat.completion.chunk", "{chunk}");
        if let Some(choice) = chunk["choices"].get(0) {
            let delta = &choice["delta"];
            self.text.push_str(delta["content"].as_str().unwrap_or_default());
            self.reasoning.push_str(delta["reasoning_content"].as_str().unwrap_or_default());
            self.calls.extend(delta["tool_calls"].as_array().into_iter().flatten().cloned());
            if let Some(word) = choice["finish_reason"].as_str() {
                assert_eq!(self.finish.replace(word.to_owned()), None, "it ends once");
            }
        }
        if chunk["usage"].is_object() {
            self.usage = Some(chunk["usage"].clone());
        }
        self.chunks.push(chunk);
    }
}

/// Asks and reads to the end.
pub async fn hear(program: &Api, body: &Value) -> Heard {
    match stream(program, body).await {
        Ok(chunks) => chunks.heard().await,
        Err(answer) => panic!("{} {}", answer.status, answer.text),
    }
}
