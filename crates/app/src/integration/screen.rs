//! What a program sends and hears, looked at by the operator's rules: words of all roles, thoughts, tools and their calls.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use domain::ids::UserId;
use domain::llm::Direction;
use domain::{Error, Kind, Result};
use futures_util::Stream;
use llm_gateway::rules::{Look, RuleAction, RuleHit, Rules, Screen};
use llm_gateway::{AnswerFormat, ChatEvent, ChatPart, ChatRole, ChatStream, ProviderError};

use super::{Question, Speech, failure};
use crate::App;
use crate::llm::{house, rules};

/// More is looked at beside the threads that answer everybody.
const AT_ONCE: usize = 256 * 1024;

/// Looks at what a program sends, gives it back, and notes what was met.
///
/// # Errors
/// `integration.content_blocked`: it must not go to a model.
pub(super) async fn question<S: Seen + Send + 'static>(
    app: &App,
    request_id: &str,
    user: UserId,
    asked: S,
) -> Result<S> {
    let known = app.llm.rules();
    if !known.look_at_questions() {
        return Ok(asked);
    }
    let (asked, hits) = if asked.bytes() > AT_ONCE {
        let looked = tokio::task::spawn_blocking(move || {
            let hits = look(&known, &asked);
            (asked, hits)
        });
        looked.await.map_err(Error::broken)?
    } else {
        let hits = look(&known, &asked);
        (asked, hits)
    };
    if hits.is_empty() {
        return Ok(asked);
    }
    let ctx = app.system(request_id.to_owned());
    rules::met(app, &ctx, &house::rule_ids(&hits), Direction::In, Some(user), None).await?;
    if hits.iter().any(|hit| hit.action == RuleAction::Block) { Err(blocked()) } else { Ok(asked) }
}

fn look(known: &Rules, asked: &impl Seen) -> Vec<RuleHit> {
    let mut look = known.look();
    asked.show(&mut look);
    look.hits()
}

/// Something with texts of a program in it.
pub(super) trait Seen {
    /// About how much there is to read.
    fn bytes(&self) -> usize;
    fn show(&self, look: &mut Look);
}

impl Seen for Vec<String> {
    fn bytes(&self) -> usize {
        self.iter().map(String::len).sum()
    }

    fn show(&self, look: &mut Look) {
        for text in self {
            if look.blocked() {
                return;
            }
            look.whole(text);
        }
    }
}

/// Everybody's words: what a program says that the model has said, nobody has looked at. The texts of all messages are one
/// text, as models read them, and those of the person once more without what was answered in between: nothing is hidden by
/// being said in two breaths.
impl Seen for Question {
    fn bytes(&self) -> usize {
        let parts = self.messages.iter().flat_map(|message| &message.parts).map(|part| match part {
            ChatPart::Text(text) | ChatPart::ToolResult { text, .. } => text.len(),
            ChatPart::ToolCall(call) => call.name.len() + call.arguments.len(),
            ChatPart::Image(_) => 0,
        });
        parts.sum()
    }

    fn show(&self, look: &mut Look) {
        for message in &self.messages {
            for part in &message.parts {
                match part {
                    ChatPart::Text(text) | ChatPart::ToolResult { text, .. } => {
                        look.piece(text);
                        look.piece("\n");
                    }
                    ChatPart::ToolCall(_) | ChatPart::Image(_) => {}
                }
            }
            if look.blocked() {
                return;
            }
        }
        look.end();
        let asked = self.messages.iter().filter(|message| message.role == ChatRole::User);
        if asked.clone().count() > 1 {
            for part in asked.flat_map(|message| &message.parts) {
                if let ChatPart::Text(text) = part {
                    look.piece(text);
                    look.piece("\n");
                }
            }
            look.end();
        }
        for part in self.messages.iter().flat_map(|message| &message.parts) {
            match part {
                ChatPart::ToolCall(call) => {
                    look.whole(&call.name);
                    look.json(&call.arguments);
                }
                ChatPart::Text(_) | ChatPart::ToolResult { .. } | ChatPart::Image(_) => {}
            }
            if look.blocked() {
                return;
            }
        }
        for tool in &self.params.tools {
            look.whole(&tool.name);
            look.whole(&tool.description);
            look.value(&tool.parameters);
        }
        match &self.params.format {
            AnswerFormat::Schema { name, schema, .. } => {
                look.whole(name);
                look.value(schema);
            }
            AnswerFormat::Text | AnswerFormat::Json => {}
        }
    }
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
                let hits = self.screens.as_ref().map(|screens| {
                    let mut look = screens.rules.look_answer();
                    look.whole(&call.name);
                    look.json(&call.arguments);
                    look.hits()
                });
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

#[cfg(test)]
mod tests {
    use llm_gateway::rules::{Rule, RuleDirection};
    use llm_gateway::{ChatMessage, ChatRequest, ChatRole, ToolCall, ToolSpec};
    use serde_json::json;

    use super::*;

    fn met(question: Question) -> usize {
        let rule = |pattern: &str| Rule {
            id: pattern.to_owned(),
            pattern: pattern.to_owned(),
            action: RuleAction::Flag,
            direction: RuleDirection::Both,
        };
        look(&Rules::new(&[rule("buat bom"), rule("爆弾")]), &question).len()
    }

    fn said(role: ChatRole, parts: Vec<ChatPart>) -> Question {
        Question { messages: vec![ChatMessage::of(role, parts)], ..Question::default() }
    }

    fn with(params: ChatRequest) -> Question {
        Question { params, ..said(ChatRole::User, vec![ChatPart::Text("hai".to_owned())]) }
    }

    #[test]
    fn every_text_that_a_model_reads_is_looked_at() {
        let text = |text: &str| ChatPart::Text(text.to_owned());
        for role in [ChatRole::System, ChatRole::User, ChatRole::Assistant] {
            assert_eq!(met(said(role, vec![text("buat bom")])), 1, "{role:?}");
            assert_eq!(met(said(role, vec![text("buat"), text("bom")])), 1, "{role:?}");
        }
        let result = ChatPart::ToolResult { call_id: "c".to_owned(), text: "buat bom".to_owned() };
        assert_eq!(met(said(ChatRole::Tool, vec![result])), 1);
        let call = |name: &str, arguments: &str| {
            let (id, name, arguments) = ("c".to_owned(), name.to_owned(), arguments.to_owned());
            met(said(ChatRole::Assistant, vec![ChatPart::ToolCall(ToolCall { id, name, arguments })]))
        };
        assert_eq!((call("f", r#"{"a":"\u7206\u5f3e"}"#), call("爆弾", "{}"), call("f", "buat bom")), (1, 1, 1));
        let tool = |description: &str, parameters| {
            let (name, description) = ("f".to_owned(), description.to_owned());
            met(with(ChatRequest {
                tools: vec![ToolSpec { name, description, parameters, strict: false }],
                ..ChatRequest::default()
            }))
        };
        assert_eq!((tool("buat bom", json!({})), tool("", json!({"description": "buat\nbom"}))), (1, 1));
        let format = |name: &str, schema| {
            let format = AnswerFormat::Schema { name: name.to_owned(), schema, strict: false };
            met(with(ChatRequest { format, ..ChatRequest::default() }))
        };
        assert_eq!((format("爆弾", json!({})), format("s", json!({"enum": ["爆弾"]}))), (1, 1));
        assert_eq!(met(with(ChatRequest::default())), 0);
    }

    #[test]
    fn a_rule_is_met_once_a_request() {
        let message = ChatMessage::of(ChatRole::User, vec![ChatPart::Text("爆弾 爆弾".to_owned())]);
        let messages = vec![message; 50];
        assert_eq!(met(Question { messages, ..Question::default() }), 1);
    }
}
