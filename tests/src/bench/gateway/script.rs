//! What the upstream says, made once for each model: `bench-tok20` answers with 20 tokens, `bench-tok100-gap50` lets 50 ms pass
//! between two of them. Wire format: OpenAI's chat completions.

use std::time::Duration;

use bytes::Bytes;

/// What every answer says that it was asked.
pub const INPUT_TOKENS: u64 = 17;
const MOST_TOKENS: usize = 5_000;

const WHOLE: &str = "\"object\":\"chat.completion\"";
const PIECE: &str = "\"object\":\"chat.completion.chunk\"";

/// The bytes of one model's answers.
#[derive(Debug)]
pub struct Script {
    pub tokens: usize,
    pub gap: Duration,
    /// The answer that is not streamed, with its head.
    pub whole: Bytes,
    /// The head of a stream with the piece that says who speaks.
    pub opening: Bytes,
    /// A piece for each token.
    pub pieces: Vec<Bytes>,
    /// How it ended, the usage, the end mark and the end of the body.
    pub closing: Bytes,
    /// The whole stream, for models that never wait.
    pub at_once: Bytes,
}

/// The text of a token: its number can be read back.
pub fn token(number: usize) -> String {
    format!("t{number} ")
}

/// Tokens and gap that a model's name asks for; what is before the last slash is a gateway's.
pub fn asked(model: &str) -> Option<(usize, Duration)> {
    let name = model.rsplit('/').next().unwrap_or(model);
    let (mut tokens, mut gap) = (None, Duration::ZERO);
    for word in name.strip_prefix("bench-")?.split('-') {
        if let Some(number) = word.strip_prefix("tok") {
            tokens = number.parse().ok().filter(|tokens| (1..=MOST_TOKENS).contains(tokens));
        } else {
            gap = Duration::from_millis(word.strip_prefix("gap")?.parse().ok()?);
        }
    }
    Some((tokens?, gap))
}

impl Script {
    pub fn of(model: &str) -> Option<Self> {
        let (tokens, gap) = asked(model)?;
        let total = INPUT_TOKENS + tokens as u64;
        let usage = format!(
            "{{\"prompt_tokens\":{INPUT_TOKENS},\"completion_tokens\":{tokens},\"total_tokens\":{total},\
             \"prompt_tokens_details\":{{\"cached_tokens\":0}},\"completion_tokens_details\":{{\"reasoning_tokens\":0}}}}"
        );
        let frame = |object: &str, rest: &str| {
            format!("{{\"id\":\"chatcmpl-bench\",{object},\"created\":1760000000,\"model\":\"{model}\",{rest}}}")
        };
        let text: String = (0..tokens).map(token).collect();
        let said = format!("{{\"role\":\"assistant\",\"content\":\"{text}\",\"refusal\":null}}");
        let choice =
            format!("\"choices\":[{{\"index\":0,\"message\":{said},\"logprobs\":null,\"finish_reason\":\"stop\"}}]");
        let body = frame(WHOLE, &format!("{choice},\"usage\":{usage}"));
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
        let whole = format!("{head}{}\r\n\r\n{body}", body.len());

        let piece = |delta: &str, finish: &str| {
            let choice = format!("{{\"index\":0,\"delta\":{{{delta}}},\"logprobs\":null,\"finish_reason\":{finish}}}");
            chunk(&frame(PIECE, &format!("\"choices\":[{choice}],\"usage\":null")))
        };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
                    cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";
        let opening = format!("{head}{}", piece("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null", "null"));
        let pieces: Vec<_> =
            (0..tokens).map(|number| piece(&format!("\"content\":\"{}\"", token(number)), "null")).collect();
        let last = chunk(&frame(PIECE, &format!("\"choices\":[],\"usage\":{usage}")));
        let closing = format!("{}{last}{}0\r\n\r\n", piece("", "\"stop\""), chunk("[DONE]"));
        let at_once = format!("{opening}{}{closing}", pieces.concat());
        Some(Self {
            tokens,
            gap,
            whole: whole.into(),
            opening: opening.into(),
            pieces: pieces.into_iter().map(Bytes::from).collect(),
            closing: closing.into(),
            at_once: at_once.into(),
        })
    }
}

/// One event in a chunk of its own.
fn chunk(data: &str) -> String {
    let event = format!("data: {data}\n\n");
    format!("{:x}\r\n{event}\r\n", event.len())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::bench::gateway::http::Reader;

    async fn body(bytes: &[u8]) -> String {
        let mut reader = Reader::new(bytes);
        let mut head = reader.head().await.unwrap().unwrap();
        assert_eq!(head.status().unwrap(), 200);
        let mut body = Vec::new();
        reader.body(&mut head, |piece| body.extend_from_slice(piece)).await.unwrap();
        assert!(reader.head().await.unwrap().is_none(), "nothing behind it");
        String::from_utf8(body).unwrap()
    }

    #[tokio::test]
    async fn an_answer_says_its_tokens_whole_and_in_pieces() {
        let script = Script::of("some/bench-tok3-gap50").unwrap();
        assert_eq!((script.tokens, script.gap), (3, Duration::from_millis(50)));
        let whole: Value = serde_json::from_str(&body(&script.whole).await).unwrap();
        assert_eq!(whole["choices"][0]["message"]["content"], "t0 t1 t2 ");
        assert_eq!(whole["usage"]["total_tokens"], 20);

        let text = body(&script.at_once).await;
        let mut events: Vec<_> =
            text.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap()).collect();
        assert_eq!(events.pop(), Some("[DONE]"));
        let events: Vec<Value> = events.into_iter().map(|event| serde_json::from_str(event).unwrap()).collect();
        let said: Vec<_> = events.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str()).collect();
        assert_eq!(said, ["", "t0 ", "t1 ", "t2 "]);
        assert_eq!(events[4]["choices"][0]["finish_reason"], "stop");
        assert_eq!((&events[5]["choices"], &events[5]["usage"]), (&json!([]), &whole["usage"]));
        assert_eq!(events.len(), 6);
    }

    #[test]
    fn other_names_are_unknown() {
        for name in ["gpt", "bench-", "bench-gap5", "bench-tok0", "bench-tok3-slow", "bench-tokx", "bench-tok99999"] {
            assert!(Script::of(name).is_none(), "{name}");
        }
    }
}
