//! Reads one answer from bytes, without any network: what is heard never depends on how the bytes were cut.

use std::time::SystemTime;

use egress::{ExposeSecret, Headers, Secret};
use serde_json::Value;

use crate::classify::{self, Failure, Tables};
use crate::hint::server_time;
use crate::lenient::truthy;
use crate::limits::RateLimits;
use crate::sse::{Framing, Item, Parser};
use crate::turn::{Heard, Turn};
use crate::{ChatEvent, ErrorClass, ProviderError, Trace};

/// Bytes of one line, of one event, and of an answer that does not stream.
pub(crate) const WHOLE: usize = 8 << 20;

type Out<'a> = &'a mut Vec<Result<ChatEvent, ProviderError>>;

/// What is needed to say why an answer failed: its head, and what must not be told.
pub(crate) struct Head {
    pub status: u16,
    pub headers: Headers,
    pub credential: Option<Secret>,
    /// The operator's headers: nobody knows which of them are secrets.
    pub secrets: Vec<Secret>,
    pub tables: Tables,
    pub now: SystemTime,
}

impl Head {
    /// `status` is `None` if the answer began as a success.
    pub fn failure(&self, body: &Value, otherwise: &str, status: Option<u16>) -> ProviderError {
        let secrets: Vec<&str> =
            self.credential.iter().chain(&self.secrets).map(|secret| secret.expose_secret()).collect();
        let (headers, secrets) = (&self.headers, &secrets[..]);
        let failure = Failure { status, headers, body, otherwise, secrets, now: self.now };
        ProviderError { trace: Box::new(self.trace()), ..classify::classify(self.tables, &failure) }
    }

    /// Where the dialects put their ids: OpenAI and Groq, Anthropic, Vercel; OpenRouter names the generation.
    fn trace(&self) -> Trace {
        let header = |name: &str| self.headers.get(name).map(|id| egress::truncate(id, 128).to_owned());
        Trace {
            model: None,
            generation: header("x-generation-id"),
            request_id: header("x-request-id").or_else(|| header("request-id")).or_else(|| header("x-vercel-id")),
            limits: RateLimits::read(&self.headers, server_time(&self.headers, self.now)),
        }
    }
}

/// One answer being read. Push what comes, then call [`Reading::finish`]; nothing follows an error or `Finished`.
pub struct Reading {
    head: Head,
    parser: Parser,
    turn: Option<Box<dyn Turn>>,
    skipped: u32,
}

impl Reading {
    pub(crate) fn new(head: Head, framing: Framing, turn: Box<dyn Turn>) -> Self {
        Self::capped(head, framing, turn, WHOLE)
    }

    pub(crate) fn capped(head: Head, framing: Framing, turn: Box<dyn Turn>, cap: usize) -> Self {
        Self { head, parser: Parser::new(framing, cap), turn: Some(turn), skipped: 0 }
    }

    /// Nothing more will be heard.
    pub fn is_over(&self) -> bool {
        self.turn.is_none()
    }

    pub fn push(&mut self, bytes: &[u8]) -> Vec<Result<ChatEvent, ProviderError>> {
        let mut heard = Vec::new();
        let pushed = if self.is_over() { Ok(()) } else { self.parser.push(bytes) };
        self.items(&mut heard);
        if pushed.is_err() && !self.is_over() {
            self.fail(too_long(), &mut heard);
        }
        heard
    }

    /// The other side ended its answer in order.
    pub fn finish(&mut self) -> Vec<Result<ChatEvent, ProviderError>> {
        let mut heard = Vec::new();
        let finished = if self.is_over() { Ok(()) } else { self.parser.finish() };
        self.items(&mut heard);
        match self.turn.as_ref().map(|turn| turn.has_finish()) {
            None => {}
            Some(_) if finished.is_err() => self.fail(too_long(), &mut heard),
            Some(true) => self.close(&mut heard),
            Some(false) => self.fail(truncated(self.skipped), &mut heard),
        }
        heard
    }

    /// The connection broke. If the turn was already over, what is lost is at most the count of tokens.
    pub fn broke(&mut self, error: ProviderError) -> Vec<Result<ChatEvent, ProviderError>> {
        let mut heard = Vec::new();
        match self.turn.as_ref().map(|turn| turn.has_finish()) {
            None => {}
            Some(true) => self.close(&mut heard),
            Some(false) => self.fail(error, &mut heard),
        }
        heard
    }

    fn items(&mut self, heard: Out<'_>) {
        let mut events = Vec::new();
        while let Some(turn) = self.turn.as_mut() {
            let Some(item) = self.parser.take() else { return };
            let what = match item {
                Item::Comment => {
                    events.push(ChatEvent::Alive);
                    Heard::Piece
                }
                Item::Event { event, data } if event == "error" => {
                    Heard::Error(serde_json::from_str(&data).unwrap_or(Value::String(data)))
                }
                Item::Event { data, .. } => turn.hear(&data, &mut events),
                // Lines that belong to no event are nothing, unless they are an error.
                Item::Stray(text) => match serde_json::from_str::<Value>(&text) {
                    Ok(body) if truthy(&body.get(0).unwrap_or(&body)["error"]) => Heard::Error(body),
                    Ok(_) | Err(_) => Heard::Piece,
                },
            };
            heard.extend(events.drain(..).map(Ok));
            match what {
                Heard::Piece => {}
                Heard::NotJson => {
                    self.skipped += 1;
                    heard.push(Ok(ChatEvent::Alive));
                }
                Heard::Last => self.close(heard),
                Heard::Error(body) => {
                    let error = self.head.failure(&body, "an error without words", None);
                    self.fail(error, heard);
                }
            }
        }
    }

    fn fail(&mut self, error: ProviderError, heard: Out<'_>) {
        let usage = self.turn.take().and_then(|turn| turn.usage()).map(Box::new);
        let trace = Box::new(self.head.trace());
        heard.push(Err(ProviderError { usage: error.usage.or(usage), trace, ..error }));
    }

    fn close(&mut self, heard: Out<'_>) {
        let Some(turn) = self.turn.take() else { return };
        if self.skipped > 0 {
            tracing::debug!(skipped = self.skipped, "payloads that are not JSON were skipped");
        }
        let mut trace = Box::new(self.head.trace());
        let usage = turn.usage().map(Box::new);
        match turn.end() {
            Ok(closing) => {
                trace.model = closing.model;
                trace.generation = trace.generation.or(closing.generation);
                heard.extend(closing.calls.into_iter().map(|call| Ok(ChatEvent::ToolCall(call))));
                let (reason, usage, kept) = (closing.reason, closing.usage, closing.kept.map(Box::new));
                heard.push(Ok(ChatEvent::Finished { reason, usage, kept, trace }));
            }
            Err(refusal) => {
                let error = ProviderError::new(refusal.class, refusal.what).with_code(refusal.code);
                heard.push(Err(ProviderError { usage, trace, ..error }));
            }
        }
    }

    /// A stream was asked for and one JSON document came: an error, or the whole answer at once.
    pub(crate) fn whole(mut self, bytes: &[u8]) -> Result<Vec<Result<ChatEvent, ProviderError>>, ProviderError> {
        let otherwise = format!("a JSON answer without a message, {} bytes", bytes.len());
        let Ok(body) = serde_json::from_slice::<Value>(bytes) else {
            // A stream under the name of JSON, or nothing that can be read.
            let mut heard = self.push(bytes);
            heard.extend(self.finish());
            let said = heard.iter().any(|one| matches!(one, Ok(event) if *event != ChatEvent::Alive));
            return if said { Ok(heard) } else { Err(self.head.failure(&Value::Null, &otherwise, None)) };
        };
        let mut events = Vec::new();
        let pieces = match &body {
            Value::Array(list) => list.iter().map(Value::to_string).collect(),
            _ => vec![body.to_string()],
        };
        let Some(turn) = self.turn.as_mut() else { return Ok(Vec::new()) };
        for piece in pieces {
            if let Heard::Error(body) = turn.hear(&piece, &mut events) {
                return Err(self.head.failure(&body, "", None));
            }
        }
        if !turn.has_finish() && events.iter().all(|event| *event == ChatEvent::Alive) {
            return Err(self.head.failure(&body, &otherwise, None));
        }
        let mut heard: Vec<_> = events.into_iter().map(Ok).collect();
        self.close(&mut heard);
        Ok(heard)
    }
}

fn truncated(skipped: u32) -> ProviderError {
    let detail = format!("the stream ended without its end marker; {skipped} payloads could not be read");
    ProviderError::new(ErrorClass::Unavailable, detail).with_code("truncated")
}

fn too_long() -> ProviderError {
    ProviderError::new(ErrorClass::Unknown, "one line of the stream is longer than allowed").with_code("line_too_long")
}
