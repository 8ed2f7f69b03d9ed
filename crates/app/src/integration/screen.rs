//! An answer on its way to a program, looked at by the operator's rules: thoughts, words and what tools are called with.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use domain::ids::UserId;
use domain::llm::Direction;
use domain::{Error, Kind, Result};
use futures_util::Stream;
use llm_gateway::rules::{RuleAction, RuleHit, Rules, Screen};
use llm_gateway::{ChatEvent, ChatMessage, ChatRole, ChatStream, ProviderError};

use super::{Speech, failure};
use crate::App;
use crate::llm::{house, rules};

/// Looks at what a program sends, and notes what was met.
///
/// # Errors
/// `integration.content_blocked`: it must not go to a model.
pub(super) async fn question<'a>(
    app: &App,
    request_id: &str,
    user: UserId,
    texts: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let known = app.llm.rules();
    let hits: Vec<RuleHit> = texts.flat_map(|text| known.check_input(text)).collect();
    if hits.is_empty() {
        return Ok(());
    }
    let ctx = app.system(request_id.to_owned());
    rules::met(app, &ctx, &house::rule_ids(&hits), Direction::In, Some(user), None).await?;
    if hits.iter().any(|hit| hit.action == RuleAction::Block) { Err(blocked()) } else { Ok(()) }
}

/// What people and tools say in a conversation; what the model said was looked at when it said it.
pub(super) fn said(messages: &[ChatMessage]) -> impl Iterator<Item = &str> {
    use llm_gateway::ChatPart::{Image, Text, ToolCall, ToolResult};
    let others = messages.iter().filter(|message| message.role != ChatRole::Assistant);
    others.flat_map(|message| &message.parts).filter_map(|part| match part {
        Text(text) | ToolResult { text, .. } => Some(text.as_str()),
        Image(_) | ToolCall(_) => None,
    })
}

fn blocked() -> Error {
    Error::new(Kind::Invalid, "integration.content_blocked")
}

/// The stream of an answer as programs hear it.
pub(super) struct Screened {
    /// `None` after the end: the call is over, whoever still reads.
    source: Option<ChatStream>,
    /// `None`: there is nothing to look for.
    screens: Option<Screens>,
    ready: VecDeque<Result<Speech>>,
    app: App,
    request_id: String,
    user: UserId,
}

struct Screens {
    rules: Rules,
    words: Screen,
    thoughts: Screen,
}

impl Screened {
    pub(super) fn new(app: &App, request_id: &str, user: UserId, source: ChatStream) -> Self {
        let rules = app.llm.rules();
        let screens = rules.look_at_answers().then(|| {
            let (words, thoughts) = (rules.screen(), rules.screen());
            Screens { rules, words, thoughts }
        });
        let (source, ready) = (Some(source), VecDeque::new());
        Self { source, screens, ready, app: app.clone(), request_id: request_id.to_owned(), user }
    }

    fn hear(&mut self, event: std::result::Result<ChatEvent, ProviderError>) {
        match event {
            Ok(ChatEvent::Alive) => {}
            Ok(ChatEvent::Text(text)) => self.piece(text, false),
            Ok(ChatEvent::Reasoning(text)) => self.piece(text, true),
            Ok(ChatEvent::ToolCall(call)) => {
                let hits = self.screens.as_ref().map(|screens| screens.rules.check_output(&call.arguments));
                let hits = hits.unwrap_or_default();
                self.ready.push_back(Ok(Speech::Call(call)));
                self.met(&hits);
                if hits.iter().any(|hit| hit.action == RuleAction::Block) {
                    self.ready.pop_back();
                    self.end(Err(blocked()));
                }
            }
            Ok(ChatEvent::Finished { reason, usage, .. }) => {
                if self.rest() {
                    self.end(Ok(Speech::End { reason, usage }));
                }
            }
            Err(error) => self.end(Err(failure::of(&error))),
        }
    }

    fn piece(&mut self, text: String, thought: bool) {
        let of = if thought { Speech::Reasoning } else { Speech::Text };
        let Some(screens) = self.screens.as_mut() else {
            self.ready.push_back(Ok(of(text)));
            return;
        };
        let screen = if thought { &mut screens.thoughts } else { &mut screens.words };
        let passed = screen.push(&text);
        self.met(&passed.hits);
        if !passed.text.is_empty() {
            self.ready.push_back(Ok(of(passed.text)));
        }
        if passed.blocked {
            self.end(Err(blocked()));
        }
    }

    /// What was held back until it was clear; false when it was not.
    fn rest(&mut self) -> bool {
        let Some(mut screens) = self.screens.take() else { return true };
        for (passed, of) in [
            (screens.thoughts.finish(), Speech::Reasoning as fn(String) -> Speech),
            (screens.words.finish(), Speech::Text),
        ] {
            self.met(&passed.hits);
            if !passed.text.is_empty() {
                self.ready.push_back(Ok(of(passed.text)));
            }
            if passed.blocked {
                self.end(Err(blocked()));
                return false;
            }
        }
        true
    }

    fn end(&mut self, last: Result<Speech>) {
        self.source = None;
        self.ready.push_back(last);
    }

    /// Notes what was met. No piece of the answer waits for that.
    fn met(&self, hits: &[RuleHit]) {
        if hits.is_empty() {
            return;
        }
        let (app, met, user) = (self.app.clone(), house::rule_ids(hits), self.user);
        let ctx = app.system(self.request_id.clone());
        app.clone().spawn(async move {
            if let Err(fault) = rules::met(&app, &ctx, &met, Direction::Out, Some(user), None).await {
                tracing::warn!(request_id = ctx.request_id, %fault, "what content rules met could not be noted");
            }
        });
    }
}

impl Stream for Screened {
    type Item = Result<Speech>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Poll::Ready(Some(ready));
            }
            let Some(source) = self.source.as_mut() else { return Poll::Ready(None) };
            match source.as_mut().poll_next(context) {
                Poll::Ready(Some(event)) => self.hear(event),
                Poll::Ready(None) => self.end(Err(Error::new(Kind::Unavailable, "integration.unavailable"))),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
