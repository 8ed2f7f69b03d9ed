//! `bench upstream PORT`: a provider that costs next to nothing, so that what is measured is what stands before it. It counts
//! what it says by the first part of the path: `/obrol/v1/chat/completions` goes on the account `obrol`. `GET /stats` tells.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io::Result;
use std::rc::Rc;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};

use super::http::{Reader, fault};
use super::script::{INPUT_TOKENS, Script};

/// What was said on one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answers that were written to their end.
    pub answers: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Whose reader went away.
    pub broken: u64,
}

#[derive(Default)]
struct State {
    scripts: HashMap<String, Rc<Script>>,
    counts: BTreeMap<String, Counts>,
}

type Shared = Rc<RefCell<State>>;

pub async fn run(port: u16) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let state = Shared::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let state = state.clone();
        tokio::task::spawn_local(async move {
            if let Err(why) = serve(stream, state).await {
                // Loads end by hanging up; anything else is of interest.
                if why.kind() == std::io::ErrorKind::InvalidData {
                    eprintln!("upstream: {why}");
                }
            }
        });
    }
}

async fn serve(stream: TcpStream, state: Shared) -> Result<()> {
    let (source, mut sink) = stream.into_split();
    let (mut reader, mut body) = (Reader::new(source), Vec::new());
    while let Some(mut head) = reader.head().await? {
        body.clear();
        reader.body(&mut head, |piece| body.extend_from_slice(piece)).await?;
        let path = head.first.split(' ').nth(1).unwrap_or_default();
        if let Some(account) = path.strip_suffix("/v1/chat/completions") {
            let account = account.trim_start_matches('/');
            let Some(script) = script(&state, &body) else {
                sink.write_all(&document(404, &json!({"error": {"message": "unknown model"}}))).await?;
                continue;
            };
            let running = Running::begin(&state, account);
            answer(&mut sink, &script, field(&body, b"\"stream\"").is_some_and(|v| v.starts_with(b"true"))).await?;
            running.ended(&script);
        } else if path == "/stats" {
            let told = stats(&state.borrow().counts);
            sink.write_all(&document(200, &told)).await?;
        } else if path.ends_with("/v1/models") {
            let model = json!({"id": "bench-tok20", "object": "model", "created": 0, "owned_by": "bench"});
            sink.write_all(&document(200, &json!({"object": "list", "data": [model]}))).await?;
        } else {
            sink.write_all(&document(404, &json!({"error": {"message": "no such route"}}))).await?;
        }
    }
    Ok(())
}

async fn answer(sink: &mut OwnedWriteHalf, script: &Script, streamed: bool) -> Result<()> {
    if !streamed {
        return sink.write_all(&script.whole).await;
    }
    if script.gap.is_zero() {
        return sink.write_all(&script.at_once).await;
    }
    sink.write_all(&script.opening).await?;
    for (number, piece) in script.pieces.iter().enumerate() {
        if number > 0 {
            tokio::time::sleep(script.gap).await;
        }
        sink.write_all(piece).await?;
    }
    sink.write_all(&script.closing).await
}

/// An answer that is being written. Dropped without its end, it was broken.
struct Running<'a> {
    state: &'a Shared,
    account: &'a str,
    whole: bool,
}

impl<'a> Running<'a> {
    fn begin(state: &'a Shared, account: &'a str) -> Self {
        Self { state, account, whole: false }
    }

    fn change(&self, change: impl FnOnce(&mut Counts)) {
        let mut state = self.state.borrow_mut();
        match state.counts.get_mut(self.account) {
            Some(counts) => change(counts),
            None => change(state.counts.entry(self.account.to_owned()).or_default()),
        }
    }

    fn ended(mut self, script: &Script) {
        self.whole = true;
        self.change(|counts| {
            counts.answers += 1;
            counts.input_tokens += INPUT_TOKENS;
            counts.output_tokens += script.tokens as u64;
        });
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.whole {
            self.change(|counts| counts.broken += 1);
        }
    }
}

fn script(state: &Shared, body: &[u8]) -> Option<Rc<Script>> {
    let value = field(body, b"\"model\"")?.strip_prefix(b"\"")?;
    let model = std::str::from_utf8(value.split(|byte| *byte == b'"').next()?).ok()?;
    if let Some(known) = state.borrow().scripts.get(model) {
        return Some(known.clone());
    }
    let made = Rc::new(Script::of(model)?);
    state.borrow_mut().scripts.insert(model.to_owned(), made.clone());
    Some(made)
}

/// From the value of a field on. Text in messages cannot be taken for it: there the quotes are escaped.
fn field<'a>(body: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = body;
    loop {
        let at = rest.windows(name.len()).position(|part| part == name)? + name.len();
        rest = rest[at..].trim_ascii_start();
        if let Some(value) = rest.strip_prefix(b":") {
            return Some(value.trim_ascii_start());
        }
    }
}

fn document(status: u16, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head =
        format!("HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    (head + &body).into_bytes()
}

fn stats(counts: &BTreeMap<String, Counts>) -> Value {
    let told = |counts: &Counts| {
        json!({"answers": counts.answers, "input_tokens": counts.input_tokens, "output_tokens": counts.output_tokens,
            "broken": counts.broken})
    };
    counts.iter().map(|(account, counts)| (account.clone(), told(counts))).collect::<serde_json::Map<_, _>>().into()
}

impl Counts {
    /// Of one account in what `/stats` told.
    pub fn of(told: &Value, account: &str) -> Result<Self> {
        let Some(told) = told.get(account) else { return Ok(Self::default()) };
        let number = |name: &str| told[name].as_u64().ok_or_else(|| fault(format!("no {name} in {told}")));
        Ok(Self {
            answers: number("answers")?,
            input_tokens: number("input_tokens")?,
            output_tokens: number("output_tokens")?,
            broken: number("broken")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_beside_texts_that_look_like_them() {
        let body = br#"{"messages":[{"role":"user","content":"\"model\":\"no\""},"model"], "model" : "bench-tok3","stream": true}"#;
        assert!(field(body, b"\"model\"").is_some_and(|value| value.starts_with(b"\"bench-tok3\"")));
        assert!(field(body, b"\"stream\"").is_some_and(|value| value.starts_with(b"true")));
        assert_eq!(field(body, b"\"none\""), None);
        let state = Shared::default();
        assert_eq!(script(&state, body).map(|script| script.tokens), Some(3));
    }

    #[test]
    fn every_answer_is_counted_once_and_a_broken_one_apart() {
        let (state, script) = (Shared::default(), Script::of("bench-tok3").unwrap());
        let first = Running::begin(&state, "a");
        let second = Running::begin(&state, "a");
        first.ended(&script);
        drop(second);
        Running::begin(&state, "b").ended(&script);
        let told = stats(&state.borrow().counts);
        let wanted = Counts { answers: 1, input_tokens: INPUT_TOKENS, output_tokens: 3, broken: 1 };
        assert_eq!(Counts::of(&told, "a").unwrap(), wanted);
        assert_eq!(Counts::of(&told, "b").unwrap().answers, 1);
        assert_eq!(Counts::of(&told, "c").unwrap(), Counts::default());
    }
}
