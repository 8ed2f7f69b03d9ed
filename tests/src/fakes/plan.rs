//! What a fake says, and what goes wrong with it.

use serde_json::Value;

/// An answer, in words that fit every dialect.
#[derive(Clone, Debug, Default)]
pub struct Saying {
    pub model: String,
    pub id: String,
    pub reasoning: Vec<String>,
    /// Closes the reasoning, where the dialect signs it.
    pub signature: Option<String>,
    /// One piece is one token of the ledger.
    pub text: Vec<String>,
    pub calls: Vec<Call>,
    pub counts: Counts,
    /// The dialect's own word, if not the usual one.
    pub finish: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Empty: the dialect leaves it out where it may.
    pub id: String,
    pub name: String,
    /// The JSON text in the pieces in which it is sent, where the dialect splits it.
    pub arguments: Vec<String>,
}

impl Call {
    pub fn text(&self) -> String {
        self.arguments.concat()
    }

    pub fn object(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap_or_else(|_| serde_json::json!({}))
    }
}

/// As our own usage has them: `output` includes `reasoning`, `input` includes `cached` and `written`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub input: u64,
    pub cached: u64,
    pub written: u64,
    pub output: u64,
    pub reasoning: u64,
    pub cost_micros: i64,
}

impl Saying {
    pub fn text(pieces: &[&str]) -> Self {
        let text: Vec<_> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
        let counts = Counts { input: 7, output: text.len() as u64, ..Counts::default() };
        Self { model: "model".to_owned(), id: "id-1".to_owned(), text, counts, ..Self::default() }
    }

    /// `count` tokens that name their question and their number, so that a lost, doubled or foreign one is seen.
    pub fn tokens(tag: &str, count: u32) -> Self {
        let pieces: Vec<_> = (0..count).map(|at| format!("{tag}.{at} ")).collect();
        Self::text(&pieces.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[derive(Clone, Debug)]
pub enum Fault {
    /// An answer that is none: this status, type and body, with these headers.
    Refused { status: u16, media_type: String, headers: Vec<(String, String)>, body: Vec<u8> },
    /// Before the head of the answer.
    Early(Break),
    /// After so many tokens; 0 is the first event of the stream.
    Within { tokens: u32, what: Break },
}

impl Fault {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::body(status, "application/json", &body.to_string())
    }

    pub fn body(status: u16, media_type: &str, body: &str) -> Self {
        let (media_type, body) = (media_type.to_owned(), body.as_bytes().to_vec());
        Self::Refused { status, media_type, headers: Vec::new(), body }
    }
}

#[derive(Clone, Debug)]
pub enum Break {
    /// Says nothing more, but stays.
    Hang,
    /// Resets the connection.
    Reset,
    /// Closes it in order, but in the middle of the answer's own framing.
    Close,
    /// Ends the answer in order, as if it were whole.
    End,
    /// Sends these bytes and ends in order.
    Say(Vec<u8>),
    /// Sends these bytes and goes on.
    Insert(Vec<u8>),
    /// Sends these bytes again and again until the client leaves.
    Flood(Vec<u8>),
}

/// How the bytes are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// Each frame in one piece.
    #[default]
    Frames,
    /// So many bytes at a time, a millisecond between them.
    Drip(usize),
    /// In two pieces, cut after so many bytes.
    Cut(usize),
    /// No stream at all: the whole answer as one JSON document.
    Json,
}

#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub saying: Saying,
    pub fault: Option<Fault>,
    pub manner: Manner,
    /// Lines end with `\r\n`.
    pub crlf: bool,
    /// Put before every frame.
    pub chatter: String,
    /// Headers of the answer.
    pub headers: Vec<(String, String)>,
    /// Milliseconds before the first frame and between two.
    pub first_ms: u64,
    pub gap_ms: u64,
}

impl Plan {
    pub fn say(saying: Saying) -> Self {
        Self { saying, ..Self::default() }
    }

    pub fn fail(saying: Saying, fault: Fault) -> Self {
        Self { saying, fault: Some(fault), ..Self::default() }
    }
}
