//! One contract for all providers, over real connections to a fake of each wire format: the checklist of contracts/llm, the
//! same cases for everybody, and what differs in tables of expectations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod documented;
mod errors;
#[path = "../../../../tests/src/fakes/mod.rs"]
#[allow(dead_code, reason = "the chaos runs use the rest")]
mod fakes;
mod lists;
mod matrix;
mod misbehaviour;
mod money;
mod requests;
mod splits;
mod streams;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use fakes::{Dialect, Fake, Plan, Saying};
use futures_util::StreamExt;
use llm_client::{
    ChatEvent, ChatMessage, ChatRequest, ChatRole, ErrorClass, FinishReason, Kept, Provider, ProviderError,
    ProviderKind, ProviderOptions, Secret, ToolCall, Trace, Usage,
};

const KEY: &str = "geheim-1234";
/// For answers that come: a busy machine is no misbehaving provider.
const PATIENT: Duration = Duration::from_secs(20);
/// For answers that do not.
const IMPATIENT: Duration = Duration::from_millis(1500);

fn kind(dialect: Dialect) -> ProviderKind {
    dialect.name().parse().expect("the same names on both sides")
}

thread_local! {
    /// One for a test (each has a thread of its own): making one reads the machine's certificates, which takes its time.
    static HTTP: egress::Client = egress::Client::new(egress::Policy::operator());
}

fn provider_with(fake: &Fake, options: ProviderOptions) -> Arc<dyn Provider> {
    kind(fake.dialect).build(HTTP.with(Clone::clone), &fake.base_url(), options)
}

fn provider(fake: &Fake) -> Arc<dyn Provider> {
    provider_with(fake, ProviderOptions::default())
}

fn secret() -> Option<Secret> {
    Some(Secret::from(KEY.to_owned()))
}

fn question() -> ChatRequest {
    ChatRequest {
        model: "model".to_owned(),
        messages: vec![ChatMessage::text(ChatRole::User, "#a1 Halo?")],
        ..ChatRequest::default()
    }
}

/// An answer as a caller hears it.
#[derive(Debug, Default)]
struct Heard {
    text: String,
    reasoning: String,
    calls: Vec<ToolCall>,
    alive: usize,
    finished: Option<(FinishReason, Option<Usage>, Option<Kept>, Trace)>,
    error: Option<ProviderError>,
}

impl Heard {
    fn class(&self) -> Option<ErrorClass> {
        self.error.as_ref().map(|error| error.class)
    }

    fn reason(&self) -> &FinishReason {
        &self.finished.as_ref().unwrap_or_else(|| panic!("not finished: {self:?}")).0
    }

    fn usage(&self) -> Usage {
        self.finished.as_ref().and_then(|finished| finished.1).unwrap_or_else(|| panic!("no usage: {self:?}"))
    }

    fn kept(&self) -> Option<&Kept> {
        self.finished.as_ref()?.2.as_ref()
    }

    fn calls(&self) -> Vec<(&str, &str, &str)> {
        self.calls.iter().map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.as_str())).collect()
    }
}

/// Silence ends it with `timeout`, as the gateway's limits do.
async fn ask(provider: &dyn Provider, request: ChatRequest, patience: Duration) -> Heard {
    let silent = || ProviderError::new(ErrorClass::Timeout, "silence").with_code("silent");
    let mut heard = Heard::default();
    let mut stream = match tokio::time::timeout(patience, provider.chat(request, secret())).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Heard { error: Some(error), ..heard },
        Err(_) => return Heard { error: Some(silent()), ..heard },
    };
    loop {
        let next = match tokio::time::timeout(patience, stream.next()).await {
            Ok(Some(next)) => next,
            Ok(None) => return heard,
            Err(_) => Err(silent()),
        };
        assert!(heard.finished.is_none() && heard.error.is_none(), "nothing follows the end: {next:?}");
        match next {
            Ok(ChatEvent::Text(piece)) => heard.text.push_str(&piece),
            Ok(ChatEvent::Reasoning(piece)) => heard.reasoning.push_str(&piece),
            Ok(ChatEvent::ToolCall(call)) => heard.calls.push(call),
            Ok(ChatEvent::Alive) => heard.alive += 1,
            Ok(ChatEvent::Finished { reason, usage, kept, trace }) => {
                heard.finished = Some((reason, usage, kept.map(|kept| *kept), *trace));
            }
            Err(error) => {
                let silent = error.code.as_deref() == Some("silent");
                heard.error = Some(error);
                if silent {
                    return heard;
                }
            }
        }
    }
}

async fn hear(dialect: Dialect, plan: Plan) -> Heard {
    let fake = Fake::one(dialect, plan).await;
    ask(&*provider(&fake), question(), PATIENT).await
}

async fn say(dialect: Dialect, saying: Saying) -> Heard {
    hear(dialect, Plan::say(saying)).await
}
