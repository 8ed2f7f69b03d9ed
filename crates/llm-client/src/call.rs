//! How a provider is reached: its address, its way to carry the key, the operator's headers, and its answer as a stream.

use std::time::{Duration, SystemTime};

use egress::{Client, ExposeSecret, Header, Response, Secret};
use futures_util::StreamExt;
use serde_json::Value;

use crate::classify::Tables;
use crate::reading::{Head, Reading, WHOLE};
use crate::sse::Framing;
use crate::turn::Turn;
use crate::{ChatEvent, ChatStream, ErrorClass, ProviderError};

/// Bytes of an error body that are read; what is beyond tells nothing more.
const ERROR: usize = 64 << 10;

/// Where the key goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Bearer,
    Header(&'static str),
}

#[derive(Clone)]
pub(crate) struct Caller {
    pub http: Client,
    /// Without a slash at its end.
    pub base_url: String,
    pub key: Key,
    /// What the dialect wants on every request.
    pub fixed: &'static [(&'static str, &'static str)],
    /// What the operator wants on every request.
    pub headers: Vec<(String, Secret)>,
    pub tables: Tables,
}

/// What one chat wants to know of its answer.
pub(crate) struct Listening {
    pub framing: Framing,
    pub turn: Box<dyn Turn>,
    /// One document was asked for.
    pub whole: bool,
}

impl Caller {
    pub async fn stream(
        &self,
        path: &str,
        body: &Value,
        credential: Option<Secret>,
        listening: Listening,
    ) -> Result<ChatStream, ProviderError> {
        let accept = match listening.framing {
            _ if listening.whole => "application/json",
            Framing::Events => "text/event-stream",
            Framing::Lines => "application/x-ndjson",
        };
        let url = format!("{}{path}", self.base_url);
        let mut response = self.http.post_json(&url, &self.headers(credential.as_ref(), accept), body).await?;
        let media_type = response.media_type();
        let head = self.head(&mut response, credential);
        if !(200..300).contains(&response.status) {
            return Err(refused(&head, &media_type, response).await);
        }
        let status = head.status;
        let reading = Reading::new(head, listening.framing, listening.turn);
        match media_type.as_str() {
            json if json == "application/json" || json.ends_with("+json") => {
                let bytes = response.body.collect(WHOLE).await?;
                Ok(Box::pin(futures_util::stream::iter(reading.whole(&bytes)?)))
            }
            "text/html" | "application/xhtml+xml" => Err(page(status)),
            // Not only text/event-stream: small servers name their streams as they like, or not at all.
            _ => Ok(Box::pin(stream(reading, response.body))),
        }
    }

    /// One JSON document for another.
    pub async fn post(&self, path: &str, body: &Value, credential: Option<Secret>) -> Result<Answer, ProviderError> {
        let url = format!("{}{path}", self.base_url);
        let response = self.http.post_json(&url, &self.headers(credential.as_ref(), "application/json"), body).await?;
        self.answer(response, credential).await
    }

    pub async fn get(&self, path: &str, credential: Option<Secret>) -> Result<Answer, ProviderError> {
        let url = format!("{}{path}", self.base_url);
        let response = self.http.get(&url, &self.headers(credential.as_ref(), "application/json")).await?;
        self.answer(response, credential).await
    }

    async fn answer(&self, mut response: Response, credential: Option<Secret>) -> Result<Answer, ProviderError> {
        let media_type = response.media_type();
        let head = self.head(&mut response, credential);
        if !(200..300).contains(&response.status) {
            return Err(refused(&head, &media_type, response).await);
        }
        let bytes = response.body.collect(WHOLE).await?;
        Ok(Answer { head, body: serde_json::from_slice(&bytes).unwrap_or_default() })
    }

    fn head(&self, response: &mut Response, credential: Option<Secret>) -> Head {
        let (status, headers) = (response.status, std::mem::take(&mut response.headers));
        let secrets = self.headers.iter().map(|(_, value)| value.clone()).collect();
        Head { status, headers, credential, secrets, tables: self.tables, now: now() }
    }

    fn headers(&self, credential: Option<&Secret>, accept: &str) -> Vec<Header> {
        let own = self.headers.iter().map(|(name, value)| Header::Operator(name.clone(), value.clone()));
        let mut headers: Vec<_> = own.collect();
        headers.push(Header::Plain("accept", accept.to_owned()));
        headers.extend(self.fixed.iter().map(|(name, value)| Header::Plain(name, (*value).to_owned())));
        headers.extend(credential.map(|secret| match self.key {
            Key::Bearer => Header::Secret("authorization", Secret::from(format!("Bearer {}", secret.expose_secret()))),
            Key::Header(name) => Header::Secret(name, secret.clone()),
        }));
        headers
    }
}

/// A JSON answer with what is needed to complain about it.
pub(crate) struct Answer {
    head: Head,
    pub body: Value,
}

impl Answer {
    /// It was a success, but not what was asked for.
    pub fn odd(&self, expected: &str) -> ProviderError {
        self.head.failure(&self.body, expected, None)
    }
}

/// An answer with an error status.
async fn refused(head: &Head, media_type: &str, response: Response) -> ProviderError {
    let bytes = response.body.collect(ERROR).await.unwrap_or_default();
    let otherwise = format!("an answer of type \"{}\" with {} bytes", egress::truncate(media_type, 40), bytes.len());
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    head.failure(&body, &otherwise, Some(head.status))
}

fn page(status: u16) -> ProviderError {
    let text = "a web page came instead of an answer: is the base URL right?";
    let error = ProviderError::new(ErrorClass::Unknown, text).with_code("not_a_stream");
    ProviderError { status: Some(status), ..error }
}

fn stream(
    mut reading: Reading,
    mut body: egress::Body,
) -> impl futures_util::Stream<Item = Result<ChatEvent, ProviderError>> + Send {
    async_stream::stream! {
        let mut open = true;
        while open && !reading.is_over() {
            let heard = match body.next().await {
                Some(Ok(chunk)) => reading.push(&chunk),
                Some(Err(error)) => {
                    open = false;
                    reading.broke(error.into())
                }
                None => {
                    open = false;
                    reading.finish()
                }
            };
            let failed = heard.iter().any(Result::is_err);
            let last = reading.is_over();
            if last && !failed && open {
                open = false;
                tokio::spawn(drain(std::mem::replace(&mut body, egress::Body::empty())));
            }
            // What came in one piece goes on as one: whoever is behind catches up at once.
            for event in joined(heard) {
                yield event;
            }
        }
    }
}

/// Pieces of text that follow each other, as one.
fn joined(heard: Vec<Result<ChatEvent, ProviderError>>) -> Vec<Result<ChatEvent, ProviderError>> {
    let mut all: Vec<Result<ChatEvent, ProviderError>> = Vec::with_capacity(heard.len().min(4));
    for event in heard {
        match (all.last_mut(), event) {
            (Some(Ok(ChatEvent::Text(text))), Ok(ChatEvent::Text(more))) => text.push_str(&more),
            (Some(Ok(ChatEvent::Reasoning(text))), Ok(ChatEvent::Reasoning(more))) => text.push_str(&more),
            (_, event) => all.push(event),
        }
    }
    all
}

/// Reading a body to its end lets the connection be used again; nobody waits for it.
async fn drain(mut body: egress::Body) {
    let rest = async { while let Some(Ok(_)) = body.next().await {} };
    let _ = tokio::time::timeout(Duration::from_millis(500), rest).await;
}

#[allow(
    clippy::disallowed_methods,
    reason = "only to turn a provider's absolute time into a pause when it sent no Date"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
