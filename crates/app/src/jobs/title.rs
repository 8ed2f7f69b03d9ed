//! Titles by a model, where the operator chose one. Without it, or when it fails, the first question gives the title.

use std::time::Duration;

use ::jobs::{JobContext, NewJob, Outcome};
use domain::conversations::{plain_text, rename, title_from};
use domain::ids::{ConversationId, MessageId, UserId};
use domain::llm::{Asker, CallKind};
use domain::runs::Run;
use domain::{Error, Result};
use futures_util::StreamExt;
use llm_gateway::{Ask, ChatEvent, ChatMessage, ChatRole};
use persistence::Tx;
use serde::{Deserialize, Serialize};

use super::{SOON, outcome};
use crate::App;
use crate::events::{Event, announce};
use crate::llm::purse::{self, Payer};

pub(super) const KIND: &str = "conversations.title";

const PATIENCE: Duration = Duration::from_secs(30);
/// Of the question, in characters; a title needs no more.
const LOOKED_AT: usize = 2_000;
const LONGEST: usize = 80;
const WISH: &str = "Write a title of at most six words for a conversation that begins with the message below, in the \
message's own language. Answer with the title alone: no quotation marks, no full stop.";

#[derive(Serialize, Deserialize)]
struct Payload {
    user: UserId,
    conversation: ConversationId,
    question: MessageId,
}

/// Asks for a title in the transaction that ends the first run.
pub(crate) async fn enqueue(tx: &Tx, run: &Run) -> Result<()> {
    let payload = Payload { user: run.user, conversation: run.conversation, question: run.question };
    let job = NewJob::new(KIND, SOON, &payload).map_err(Error::broken)?.unique(format!("title:{}", run.conversation));
    ::jobs::enqueue(&**tx, job).await.map_err(Error::broken)?;
    Ok(())
}

pub(super) async fn work(app: App, context: JobContext) -> Outcome {
    match serde_json::from_str(&context.job.payload) {
        Ok(payload) => outcome(title(&app, &payload).await),
        Err(fault) => Outcome::Dead { why: fault.to_string() },
    }
}

async fn title(app: &App, payload: &Payload) -> Result<()> {
    let (user, id) = (payload.user, payload.conversation);
    // A model is paid: not for a title that would not be taken, because there is one or nobody needs it any more.
    let conversation = persistence::conversations::of_user(app.db.read(), user, id).await?;
    if conversation.is_none_or(|conversation| conversation.title_source.is_some()) {
        return Ok(());
    }
    let question = persistence::messages::of_conversation(app.db.read(), id, payload.question).await?;
    let Some(question) = question.map(|question| plain_text(&question.content)) else { return Ok(()) };
    let Some(title) = by_model(app, user, &question).await.or_else(|| title_from(&question)) else { return Ok(()) };
    let tx = app.db.begin().await?;
    let given = persistence::conversations::give_title(&*tx, id, &title).await?;
    let conversation = persistence::conversations::of_user(&*tx, user, id).await?;
    tx.commit().await?;
    if let (true, Some(conversation)) = (given, conversation) {
        announce(app, user, Event::ConversationUpdated { conversation: Box::new(conversation) }).await;
    }
    Ok(())
}

/// What the operator's model calls it; `None` when it does not answer with a title in time.
async fn by_model(app: &App, user: UserId, question: &str) -> Option<String> {
    let payer = Payer { asker: Asker::person(user), kind: CallKind::Title, run: None, request_id: KIND.to_owned() };
    let ask = Ask {
        asker: user.to_string(),
        purse: Some(purse::open(app, payer)),
        model: app.settings.title_model.clone()?,
        messages: vec![
            ChatMessage::text(ChatRole::System, WISH),
            ChatMessage::text(ChatRole::User, question.chars().take(LOOKED_AT).collect::<String>()),
        ],
        max_output_tokens: Some(64),
        ..Ask::default()
    };
    let asked = async {
        let mut stream = app.gateway.ask(ask).await.ok()?.stream;
        let mut said = String::new();
        while let Some(event) = stream.next().await {
            match event.ok()? {
                ChatEvent::Text(text) => said.push_str(&text),
                ChatEvent::Finished { .. } => break,
                ChatEvent::Reasoning(_) | ChatEvent::ToolCall(_) | ChatEvent::Alive => {}
            }
            if said.len() > LONGEST * 8 {
                return None; // That is an essay.
            }
        }
        rename(said.trim().trim_matches(['"', '“', '”', '「', '」', '.', '。'])).ok()
    };
    let title = tokio::time::timeout(PATIENCE, asked).await.ok().flatten()?;
    (title.chars().count() <= LONGEST).then_some(title)
}
