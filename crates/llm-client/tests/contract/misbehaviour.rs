//! The same misbehaviour of every provider at every phase: what it is called, and what a reader has seen.

use llm_client::ErrorClass::{self, *};
use serde_json::Value;

use crate::fakes::{Break, Dialect, Fake, Fault, Manner, Plan, Saying};
use crate::{Heard, IMPATIENT, PATIENT, ask, provider, question};

/// When it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Connecting,
    BeforeHead,
    Head,
    FirstEvent,
    AfterTokens,
    Throughout,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::BeforeHead => "before the head",
            Self::Head => "the head",
            Self::FirstEvent => "first event",
            Self::AfterTokens => "after two tokens",
            Self::Throughout => "throughout",
        }
    }
}

/// What a reader has of the four tokens at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Nothing,
    Two,
    All,
}

impl Seen {
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Two => "the first two tokens",
            Self::All => "the whole answer",
        }
    }

    fn of(heard: &Heard) -> Self {
        match heard.text.as_str() {
            "" => Self::Nothing,
            "a.0 a.1 " => Self::Two,
            "a.0 a.1 a.2 a.3 " => Self::All,
            other => panic!("neither: {other:?}"),
        }
    }
}

pub struct Case {
    pub phase: Phase,
    pub name: &'static str,
    plan: fn(Dialect) -> Option<Plan>,
    /// The same for all, but where a dialect's own words say more.
    expected: Option<ErrorClass>,
    seen: Seen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Result {
    pub class: Option<ErrorClass>,
    pub code: Option<String>,
    pub repeat: bool,
    pub seen: Seen,
}

fn plan(fault: Fault) -> Option<Plan> {
    Some(Plan::fail(Saying::tokens("a", 4), fault))
}

fn within(tokens: u32, what: Break) -> Option<Plan> {
    plan(Fault::Within { tokens, what })
}

fn dressed(dress: impl Fn(&mut Plan)) -> Option<Plan> {
    let mut plan = Plan::say(Saying::tokens("a", 4));
    dress(&mut plan);
    Some(plan)
}

fn overloaded(dialect: Dialect) -> Break {
    Break::Say(dialect.error_frame(&dialect.overloaded().1))
}

/// A line that does not end, in pieces of 256 KiB.
fn flood(dialect: Dialect) -> Break {
    let mut bytes = if dialect == Dialect::Ollama { b"{".to_vec() } else { b"data:".to_vec() };
    bytes.resize(256 << 10, b'x');
    Break::Flood(bytes)
}

pub const CASES: &[Case] = &[
    Case {
        phase: Phase::Connecting,
        name: "nobody is there",
        plan: |_| None,
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::BeforeHead,
        name: "silence",
        plan: |_| plan(Fault::Early(Break::Hang)),
        expected: Some(Timeout),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::BeforeHead,
        name: "connection reset",
        plan: |_| plan(Fault::Early(Break::Reset)),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::BeforeHead,
        name: "connection closed",
        plan: |_| plan(Fault::Early(Break::Close)),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::BeforeHead,
        name: "no HTTP",
        plan: |_| plan(Fault::Early(Break::Say(b"SSH-2.0-OpenSSH_9\r\n".to_vec()))),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::Head,
        name: "overloaded, in the dialect's own words",
        plan: |dialect| {
            let (status, body) = dialect.overloaded();
            plan(Fault::json(status, &body))
        },
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::Head,
        name: "502 with a web page",
        plan: |_| plan(Fault::body(502, "text/html", "<html>Bad gateway</html>")),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::Head,
        name: "500 with nothing",
        plan: |_| plan(Fault::body(500, "text/plain", "")),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::Head,
        name: "504",
        plan: |_| plan(Fault::json(504, &Value::Null)),
        expected: Some(Timeout),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::Head,
        name: "a redirect",
        plan: |_| plan(Fault::json(302, &Value::Null)),
        expected: Some(Unknown),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::Head,
        name: "200 with a web page",
        plan: |_| plan(Fault::body(200, "text/html", "<html>hello</html>")),
        expected: Some(Unknown),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::Head,
        name: "200 with an error document",
        plan: |dialect| plan(Fault::json(200, &dialect.overloaded().1)),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::Head,
        name: "200 with a document about something else",
        plan: |_| plan(Fault::body(200, "application/json", "{\"hello\":\"world\"}")),
        expected: Some(Unknown),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::FirstEvent,
        name: "an error event",
        plan: |dialect| within(0, overloaded(dialect)),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::FirstEvent,
        name: "the stream ends",
        plan: |_| within(0, Break::End),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::FirstEvent,
        name: "connection closed",
        plan: |_| within(0, Break::Close),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::FirstEvent,
        name: "connection reset",
        plan: |_| within(0, Break::Reset),
        expected: Some(Unavailable),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::FirstEvent,
        name: "silence",
        plan: |_| within(0, Break::Hang),
        expected: Some(Timeout),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::FirstEvent,
        name: "a line without end",
        plan: |dialect| within(0, flood(dialect)),
        expected: Some(Unknown),
        seen: Seen::Nothing,
    },
    Case {
        phase: Phase::AfterTokens,
        name: "an error event",
        plan: |dialect| within(2, overloaded(dialect)),
        expected: Some(Unavailable),
        seen: Seen::Two,
    },
    Case {
        phase: Phase::AfterTokens,
        name: "the stream ends",
        plan: |_| within(2, Break::End),
        expected: Some(Unavailable),
        seen: Seen::Two,
    },
    Case {
        phase: Phase::AfterTokens,
        name: "half an event, then the end",
        plan: |dialect| within(2, Break::Say(half(dialect))),
        expected: Some(Unavailable),
        seen: Seen::Two,
    },
    Case {
        phase: Phase::AfterTokens,
        name: "connection closed",
        plan: |_| within(2, Break::Close),
        expected: Some(Unavailable),
        seen: Seen::Two,
    },
    Case {
        phase: Phase::AfterTokens,
        name: "connection reset",
        plan: |_| within(2, Break::Reset),
        expected: Some(Unavailable),
        seen: Seen::Two,
    },
    Case {
        phase: Phase::AfterTokens,
        name: "silence",
        plan: |_| within(2, Break::Hang),
        expected: Some(Timeout),
        seen: Seen::Two,
    },
    Case {
        phase: Phase::AfterTokens,
        name: "a line without end",
        plan: |dialect| within(2, flood(dialect)),
        expected: Some(Unknown),
        seen: Seen::Two,
    },
    Case {
        phase: Phase::AfterTokens,
        name: "a payload that is no JSON",
        plan: |dialect| within(2, Break::Insert(dialect.garbage().as_bytes().to_vec())),
        expected: None,
        seen: Seen::All,
    },
    Case {
        phase: Phase::Throughout,
        name: "three bytes at a time",
        plan: |_| dressed(|plan| plan.manner = Manner::Drip(3)),
        expected: None,
        seen: Seen::All,
    },
    Case {
        phase: Phase::Throughout,
        name: "lines that end with CR LF",
        plan: |_| dressed(|plan| plan.crlf = true),
        expected: None,
        seen: Seen::All,
    },
    Case {
        phase: Phase::Throughout,
        name: "comments and pings between",
        plan: |dialect| dressed(|plan| plan.chatter = dialect.life().repeat(5)),
        expected: None,
        seen: Seen::All,
    },
    Case {
        phase: Phase::Throughout,
        name: "unknown events and fields between",
        plan: |dialect| dressed(|plan| plan.chatter = dialect.unknown().to_owned()),
        expected: None,
        seen: Seen::All,
    },
    Case {
        phase: Phase::Throughout,
        name: "one document instead of a stream",
        plan: |_| dressed(|plan| plan.manner = Manner::Json),
        expected: None,
        seen: Seen::All,
    },
];

/// The third token's frame, without its end.
fn half(dialect: Dialect) -> Vec<u8> {
    let frames = dialect.frames(&Saying::tokens("a", 4));
    let third = frames.iter().filter(|frame| frame.tokens > 0).nth(2).unwrap();
    let at = third.bytes.windows(3).position(|three| three == b"a.2").unwrap();
    third.bytes[..at + 2].to_vec()
}

pub async fn meet(dialect: Dialect, case: &Case) -> Result {
    let plan = (case.plan)(dialect);
    let nobody = plan.is_none();
    let fake = Fake::one(dialect, plan.unwrap_or_default()).await;
    let provider = provider(&fake);
    if nobody {
        fake.close().await;
    }
    let patience = if case.expected == Some(Timeout) && case.name == "silence" { IMPATIENT } else { PATIENT };
    let heard = ask(&*provider, question(), patience).await;
    let seen = Seen::of(&heard);
    assert_eq!(heard.finished.is_some(), heard.error.is_none(), "{dialect:?} {}", case.name);
    if !nobody {
        assert!(fake.settled().await, "{dialect:?} {}: the connection is let go", case.name);
    }
    let repeat = heard.error.as_ref().is_some_and(llm_client::ProviderError::may_repeat);
    let code = heard.error.as_ref().and_then(|error| error.code.clone());
    Result { class: heard.class(), code, repeat, seen }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_provider_at_every_phase() {
    for dialect in Dialect::ALL {
        let met = CASES.iter().map(|case| async move { (case, meet(dialect, case).await) });
        for (case, found) in futures_util::future::join_all(met).await {
            let wanted = (case.expected, case.seen);
            assert_eq!((found.class, found.seen), wanted, "{dialect:?} {} {}: {found:?}", case.phase.name(), case.name);
        }
    }
}
