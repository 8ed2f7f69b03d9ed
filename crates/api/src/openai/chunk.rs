//! The pieces of a streamed answer as bytes (OpenAI's `chat.completion.chunk`): what all pieces of one answer share is written
//! once, and a piece costs the copy of its text.

use app::integration::{FinishReason, Speech, ToolCall, Usage};
use bytes::{BufMut, Bytes, BytesMut};
use domain::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::whole::UsageBody;

/// What every piece of an answer says of it.
#[derive(Clone, Debug)]
pub struct Head {
    /// `chatcmpl-…`
    pub id: String,
    /// Seconds since the epoch.
    pub created: i64,
}

impl Head {
    pub fn new(id: Uuid, now: Timestamp) -> Self {
        Self { id: format!("chatcmpl-{}", id.simple()), created: now.millis() / 1000 }
    }
}

pub struct Writer {
    out: BytesMut,
    /// Up to the choices.
    shared: Vec<u8>,
    /// The usage is wanted in a chunk of its own; until then each chunk says that it has none.
    usage: bool,
    begun: bool,
    calls: usize,
}

impl Writer {
    pub fn new(head: &Head, model: &str, usage: bool) -> Self {
        let mut shared = Vec::with_capacity(192);
        shared.extend_from_slice(b"data: {\"id\":");
        json(&mut shared, &head.id);
        shared.extend_from_slice(b",\"object\":\"chat.completion.chunk\",\"created\":");
        json(&mut shared, &head.created);
        shared.extend_from_slice(b",\"model\":");
        json(&mut shared, model);
        shared.extend_from_slice(b",\"choices\":[");
        Self { out: BytesMut::new(), shared, usage, begun: false, calls: 0 }
    }

    /// What waits to be sent.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    pub fn take(&mut self) -> Bytes {
        self.out.split().freeze()
    }

    pub fn speech(&mut self, speech: &Speech) {
        match speech {
            Speech::Text(text) => self.piece(b"\"content\":", text),
            Speech::Reasoning(text) => self.piece(b"\"reasoning_content\":", text),
            Speech::Call(call) => self.call(call),
            Speech::End { reason, usage } => self.end(reason, usage.as_ref()),
        }
    }

    /// As a comment, which says nothing but that we live.
    pub fn ping(&mut self) {
        self.out.extend_from_slice(b": ping\n\n");
    }

    /// Nothing comes after it, not even the end marker: clients raise it.
    pub fn error(&mut self, document: &impl Serialize) {
        self.out.extend_from_slice(b"data: ");
        json((&mut self.out).writer(), document);
        self.out.extend_from_slice(b"\n\n");
    }

    fn piece(&mut self, name: &[u8], text: &str) {
        self.begin();
        self.out.reserve(self.shared.len() + text.len() + 128);
        self.open();
        self.out.extend_from_slice(name);
        json((&mut self.out).writer(), text);
        self.close(None);
    }

    fn call(&mut self, call: &ToolCall) {
        #[derive(Serialize)]
        struct Delta<'a> {
            index: usize,
            id: &'a str,
            r#type: &'static str,
            function: Function<'a>,
        }
        #[derive(Serialize)]
        struct Function<'a> {
            name: &'a str,
            arguments: &'a str,
        }
        self.begin();
        self.open();
        self.out.extend_from_slice(b"\"tool_calls\":[");
        let function = Function { name: &call.name, arguments: &call.arguments };
        json((&mut self.out).writer(), &Delta { index: self.calls, id: &call.id, r#type: "function", function });
        self.out.extend_from_slice(b"]");
        self.close(None);
        self.calls += 1;
    }

    fn end(&mut self, reason: &FinishReason, usage: Option<&Usage>) {
        self.begin();
        self.open();
        self.close(Some(finish(reason, self.calls > 0)));
        if self.usage {
            self.out.extend_from_slice(&self.shared);
            self.out.extend_from_slice(b"],\"usage\":");
            json((&mut self.out).writer(), &usage.map(UsageBody::of));
            self.out.extend_from_slice(b"}\n\n");
        }
        self.out.extend_from_slice(b"data: [DONE]\n\n");
    }

    /// The role comes first, once.
    fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.open();
            self.out.extend_from_slice(b"\"role\":\"assistant\",\"content\":\"\"");
            self.close(None);
        }
    }

    fn open(&mut self) {
        self.out.extend_from_slice(&self.shared);
        self.out.extend_from_slice(b"{\"index\":0,\"delta\":{");
    }

    fn close(&mut self, finish: Option<&str>) {
        match finish {
            None => self.out.extend_from_slice(b"},\"logprobs\":null,\"finish_reason\":null}]"),
            Some(word) => {
                self.out.extend_from_slice(b"},\"logprobs\":null,\"finish_reason\":\"");
                self.out.extend_from_slice(word.as_bytes());
                self.out.extend_from_slice(b"\"}]");
            }
        }
        self.out.extend_from_slice(if self.usage { b",\"usage\":null}\n\n" } else { b"}\n\n" });
    }
}

/// OpenAI's word for how an answer ended. A turn with calls is a tool turn whatever the provider says, unless it was cut.
pub(super) fn finish(reason: &FinishReason, called: bool) -> &'static str {
    match reason {
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::Stop | FinishReason::Other(_) if called => "tool_calls",
        FinishReason::Stop | FinishReason::Other(_) => "stop",
    }
}

/// Texts and numbers always fit into memory's JSON.
fn json(out: impl std::io::Write, value: &(impl Serialize + ?Sized)) {
    if let Err(error) = serde_json::to_writer(out, value) {
        tracing::error!(%error, "a piece of an answer could not be written");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written(usage: bool, speeches: &[Speech]) -> Vec<Value> {
        let head = Head { id: "chatcmpl-1".to_owned(), created: 7 };
        let mut writer = Writer::new(&head, "p/\"m\"", usage);
        speeches.iter().for_each(|speech| writer.speech(speech));
        let text = String::from_utf8(writer.take().to_vec()).expect("UTF-8");
        let body = text.strip_suffix("data: [DONE]\n\n").unwrap_or(&text).to_owned();
        let events = body.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").expect("data"));
        events.map(|event| serde_json::from_str(event).expect("JSON")).collect()
    }

    #[test]
    fn every_piece_is_a_chunk_that_openai_could_have_sent() {
        let call = ToolCall { id: "c".into(), name: "f".into(), arguments: "{\"a\":\"\\\"\"}".into() };
        let usage = Usage { input_total: 5, input_cached: 2, output_total: 3, reasoning: 1, ..Usage::default() };
        let chunks = written(
            true,
            &[
                Speech::Reasoning("hm".into()),
                Speech::Text("a\"\n\u{1}🌼".into()),
                Speech::Call(call.clone()),
                Speech::Call(call),
                Speech::End { reason: FinishReason::Stop, usage: Some(usage) },
            ],
        );
        let deltas: Vec<_> = chunks.iter().map(|chunk| &chunk["choices"][0]["delta"]).collect();
        assert_eq!(*deltas[0], json!({"role": "assistant", "content": ""}));
        assert_eq!(*deltas[1], json!({"reasoning_content": "hm"}));
        assert_eq!(*deltas[2], json!({"content": "a\"\n\u{1}🌼"}));
        let called = |index| {
            json!({"tool_calls": [{"index": index, "id": "c", "type": "function",
                "function": {"name": "f", "arguments": "{\"a\":\"\\\"\"}"}}]})
        };
        assert_eq!((deltas[3], deltas[4]), (&called(0), &called(1)));
        assert_eq!(chunks[5]["choices"][0]["finish_reason"], "tool_calls", "calls make a tool turn");
        assert_eq!((*deltas[5]).clone(), json!({}));
        assert_eq!(chunks[6]["choices"], json!([]));
        assert_eq!(chunks[6]["usage"]["prompt_tokens_details"]["cached_tokens"], 2);
        assert_eq!(chunks[6]["usage"]["completion_tokens_details"]["reasoning_tokens"], 1);
        assert_eq!(chunks[6]["usage"]["total_tokens"], 8);
        assert_eq!(chunks.len(), 7);
        for chunk in &chunks {
            let shared = json!([chunk["id"], chunk["object"], chunk["created"], chunk["model"]]);
            assert_eq!(shared, json!(["chatcmpl-1", "chat.completion.chunk", 7, "p/\"m\""]));
            assert!(chunk.as_object().is_some_and(|chunk| chunk.contains_key("usage")));
        }
    }

    #[test]
    fn without_the_wish_there_is_no_usage() {
        let end = Speech::End { reason: FinishReason::Length, usage: Some(Usage::default()) };
        let chunks = written(false, &[Speech::Text("a".into()), end]);
        assert_eq!(chunks.len(), 3);
        assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()));
        assert_eq!(chunks[2]["choices"][0]["finish_reason"], "length");
    }
}
