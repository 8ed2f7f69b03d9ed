//! Accepting a question: message, empty answer and run in one transaction, once for each `client_message_id`.

use std::time::Duration;

use domain::conversations::{Author, Conversation, Message, MessageStatus, Part, client_message_id, compose};
use domain::ids::{ConversationId, MessageId, RunId};
use domain::llm::Asker;
use domain::runs::Run;
use domain::{Ctx, Error, Kind, Principal, Result};

use super::{mine, not_found, offered};
use crate::App;
use crate::events::{Event, announce};
use crate::runs::{Enqueued, NewRun, enqueue};

/// A question as it comes in.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub client_message_id: Option<String>,
    pub content: Vec<Part>,
    pub model: Option<String>,
    /// `None`: after the newest message; `Some(None)`: a new beginning; else a branch at that message.
    pub parent: Option<Option<MessageId>>,
}

/// A wish for another answer to the same question.
#[derive(Clone, Debug, Default)]
pub struct Regenerate {
    pub client_message_id: Option<String>,
    pub model: Option<String>,
}

/// What a person may still ask this minute.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub limit: u32,
    pub remaining: u32,
    pub reset_after: Duration,
}

/// What was accepted: durable from now on.
#[derive(Clone, Debug)]
pub struct Posted {
    pub message: Message,
    pub answer: Message,
    pub run: Run,
    /// It had been accepted before; this is the first one's answer.
    pub repeated: bool,
}

/// `tell` hears of the asking person's limit, if there is one, whether it lets the question through or not.
pub async fn post(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    question: Question,
    tell: impl Fn(Allowance),
) -> Result<Posted> {
    let principal = ctx.principal()?;
    let client_id = client_message_id(question.client_message_id)?;
    let content = compose(question.content, app.settings.messages)?;
    let conversation = mine(app, ctx, id).await?;
    if let Some(first) = repeated(app, principal, &conversation, client_id.as_deref()).await? {
        return Ok(first);
    }
    let model = model_for(app, question.model.as_deref(), &conversation).await?;
    take_turn(app, principal, tell).await?;
    let (question_id, answer_id, run_id) = (ctx.new_id(), ctx.new_id(), ctx.new_id());
    let draft =
        Draft { client_id, content: Some(content), parent: question.parent, model, question_id, answer_id, run_id };
    accept_to_the_end(app, ctx, id, draft).await
}

pub async fn regenerate(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    answer: MessageId,
    wish: Regenerate,
    tell: impl Fn(Allowance),
) -> Result<Posted> {
    let principal = ctx.principal()?;
    let client_id = client_message_id(wish.client_message_id)?;
    let conversation = mine(app, ctx, id).await?;
    if let Some(first) = repeated(app, principal, &conversation, client_id.as_deref()).await? {
        return Ok(first);
    }
    let old = persistence::messages::of_conversation(app.db.read(), id, answer).await?;
    let old = old.ok_or_else(|| Error::not_found("message.not_found"))?;
    let (Author::Assistant, Some(question_id)) = (old.author, old.parent) else {
        return Err(Error::new(Kind::Conflict, "message.not_an_answer"));
    };
    let model = model_for(app, wish.model.as_deref(), &conversation).await?;
    take_turn(app, principal, tell).await?;
    let (answer_id, run_id) = (ctx.new_id(), ctx.new_id());
    let draft = Draft { client_id, content: None, parent: None, model, question_id, answer_id, run_id };
    accept_to_the_end(app, ctx, id, draft).await
}

/// What is about to be written. Ids are drawn before, so that a transaction that is run again writes the same.
struct Draft {
    client_id: Option<String>,
    /// `None`: the question is there already.
    content: Option<Vec<Part>>,
    parent: Option<Option<MessageId>>,
    model: String,
    question_id: MessageId,
    answer_id: MessageId,
    run_id: RunId,
}

/// Limits that hold before anything is written.
async fn take_turn(app: &App, principal: &Principal, tell: impl Fn(Allowance)) -> Result<()> {
    let taken = app.gateway.take_message(&principal.user.to_string()).await;
    let limit = app.gateway.messages_per_minute();
    if limit > 0 {
        let (Ok(hit) | Err(hit)) = &taken;
        tell(Allowance { limit, remaining: hit.remaining, reset_after: hit.reset_after });
    }
    match taken {
        // What operators allow beside what the server does.
        Ok(_) => {
            let api_key = principal.key.map(|grant| grant.id);
            crate::llm::limits::admit(app, &Asker { api_key, ..Asker::person(principal.user) }).await.map(|_| ())
        }
        Err(hit) => {
            let wait = hit.reset_after.max(Duration::from_secs(1));
            Err(Error::new(Kind::TooMany, "message.too_many").arg("seconds", wait.as_secs()).retry_after(wait))
        }
    }
}

async fn model_for(app: &App, wanted: Option<&str>, conversation: &Conversation) -> Result<String> {
    if let Some(wanted) = wanted {
        return offered(app, wanted).await;
    }
    if let Some(own) = &conversation.model
        && let Some(entry) = app.gateway.resolve(own).await
    {
        return Ok(entry.id);
    }
    // The conversation's model is offered no more, or it never had one.
    let default = app.gateway.default_model().await;
    if default.is_empty() {
        return Err(Error::new(Kind::Unavailable, "model.none").retry_after(Duration::from_secs(30)));
    }
    Ok(default)
}

/// A client that hangs up while its question is being committed must not leave a run that nobody works on.
async fn accept_to_the_end(app: &App, ctx: &Ctx, id: ConversationId, draft: Draft) -> Result<Posted> {
    let (own, who) = (app.clone(), ctx.clone());
    app.to_its_end(async move { accept(&own, &who, id, &draft).await }).await
}

async fn write_again(app: &App, ctx: &Ctx, id: ConversationId, draft: &Draft, wait: bool) -> Result<Written> {
    app.db.retrying(|| write(app, ctx, id, draft, wait)).await
}

async fn accept(app: &App, ctx: &Ctx, id: ConversationId, draft: &Draft) -> Result<Posted> {
    let principal = ctx.principal()?;
    let written = match write_again(app, ctx, id, draft, false).await {
        Err(fault) if is_refused_by_index(&fault) => {
            // The same message came twice at once, and the other was faster.
            let conversation = mine(app, ctx, id).await?;
            if let Some(first) = repeated(app, principal, &conversation, draft.client_id.as_deref()).await? {
                return Ok(first);
            }
            // Else another node began a run of this conversation at the same moment, and this one waits for its turn; or the
            // other same message is written but not committed yet.
            match write_again(app, ctx, id, draft, true).await {
                Err(fault) if is_refused_by_index(&fault) => {
                    return soon_repeated(app, principal, &conversation, draft.client_id.as_deref()).await;
                }
                written => written,
            }
        }
        written => written,
    };
    let Written { message, answer, conversation, enqueued } = written?;
    failpoint::hit("message.after_commit");
    metrics::counter!("obrol_messages_accepted_total").increment(1);
    let run = enqueued.run.clone();
    if draft.content.is_some() {
        announce(app, principal.user, Event::MessageCreated { message: Box::new(message.clone()) }).await;
    }
    announce(app, principal.user, Event::MessageCreated { message: Box::new(answer.clone()) }).await;
    announce(app, principal.user, Event::ConversationUpdated { conversation: Box::new(conversation) }).await;
    enqueued.committed(app).await;
    Ok(Posted { message, answer, run, repeated: false })
}

struct Written {
    message: Message,
    answer: Message,
    conversation: Conversation,
    enqueued: Enqueued,
}

async fn write(app: &App, ctx: &Ctx, id: ConversationId, draft: &Draft, wait: bool) -> Result<Written> {
    let principal = ctx.principal()?;
    let now = ctx.now();
    let tx = app.db.begin().await?;
    let locked = persistence::conversations::lock_of_user(&*tx, principal.user, id).await?;
    let (mut conversation, unfinished) = locked.ok_or_else(not_found)?;
    let (message, new_question) = match &draft.content {
        Some(content) => {
            let parent = parent_of(&tx, &conversation, draft.parent).await?;
            let message = Message {
                id: draft.question_id,
                conversation: id,
                parent,
                author: Author::User(principal.user),
                content: content.clone(),
                status: MessageStatus::Complete,
                run: None,
                client_message_id: draft.client_id.clone(),
                model: None,
                origin: None,
                usage: None,
                failure: None,
                created_at: now,
            };
            (message, true)
        }
        None => {
            let found = persistence::messages::of_conversation(&*tx, id, draft.question_id).await?;
            (found.ok_or_else(|| Error::not_found("message.not_found"))?, false)
        }
    };
    let answer = Message {
        id: draft.answer_id,
        conversation: id,
        parent: Some(message.id),
        author: Author::Assistant,
        content: Vec::new(),
        status: MessageStatus::Streaming,
        run: Some(draft.run_id),
        // A repeated wish for another answer finds this one.
        client_message_id: if new_question { None } else { draft.client_id.clone() },
        origin: None,
        model: Some(draft.model.clone()),
        usage: None,
        failure: None,
        // After its question, also where the clock stands still.
        created_at: if new_question { domain::Timestamp(now.millis() + 1) } else { now },
    };
    let new: Vec<&Message> = if new_question { vec![&message, &answer] } else { vec![&answer] };
    let mut batch = persistence::Batch::on(&*tx);
    persistence::messages::insert_all(&mut batch, &new)?;
    let busy = wait || unfinished;
    let run = NewRun { conversation: id, question: message.id, answer: answer.id, model: draft.model.clone() };
    let enqueued = enqueue(app, ctx, &tx, &mut batch, draft.run_id, run, busy).await?;
    conversation.head = Some(answer.id);
    conversation.updated_at = now.max(conversation.updated_at);
    conversation.archived_at = None;
    conversation.version += 1;
    persistence::conversations::update(&mut batch, &conversation);
    failpoint::hit("run.enqueued");
    if !batch.run(&*tx).await? {
        return Err(Error::new(Kind::Stale, "conversation.stale"));
    }
    failpoint::hit("message.before_commit");
    tx.commit().await?;
    Ok(Written { message, answer, conversation, enqueued })
}

async fn parent_of(
    tx: &persistence::Tx,
    conversation: &Conversation,
    wanted: Option<Option<MessageId>>,
) -> Result<Option<MessageId>> {
    let Some(wanted) = wanted else { return Ok(conversation.head) };
    let Some(parent) = wanted else { return Ok(None) };
    match persistence::messages::of_conversation(&**tx, conversation.id, parent).await? {
        Some(_) => Ok(Some(parent)),
        None => Err(Error::not_found("message.not_found")),
    }
}

/// Waits a moment for the commit of the same message that came first.
async fn soon_repeated(
    app: &App,
    principal: &Principal,
    conversation: &Conversation,
    client_id: Option<&str>,
) -> Result<Posted> {
    for _ in 0..80 {
        tokio::time::sleep(Duration::from_millis(25)).await;
        if let Some(first) = repeated(app, principal, conversation, client_id).await? {
            return Ok(first);
        }
    }
    Err(Error::new(Kind::Unavailable, "db.unavailable").retry_after(Duration::from_secs(1)))
}

fn is_refused_by_index(fault: &Error) -> bool {
    let cause = fault.cause().and_then(|cause| cause.downcast_ref::<persistence::Error>());
    cause.is_some_and(persistence::Error::is_unique_violation)
}

/// What was accepted under this id before.
async fn repeated(
    app: &App,
    principal: &Principal,
    conversation: &Conversation,
    client_id: Option<&str>,
) -> Result<Option<Posted>> {
    let Some(client_id) = client_id else { return Ok(None) };
    let db = app.db.read();
    let Some(found) = persistence::messages::by_client_id(db, conversation.id, client_id).await? else {
        return Ok(None);
    };
    // The id is the question's, or that of an answer which was asked for again.
    let (message, answer) = match (found.author, found.parent) {
        (Author::Assistant, Some(question)) => {
            (persistence::messages::of_conversation(db, conversation.id, question).await?, Some(found))
        }
        _ => {
            let first = persistence::messages::children(db, conversation.id, found.id, 1).await?.into_iter().next();
            (Some(found), first)
        }
    };
    let missing = || Error::broken("an accepted message without its answer");
    let (message, answer) = (message.ok_or_else(missing)?, answer.ok_or_else(missing)?);
    let run = match answer.run {
        Some(run) => persistence::runs::of_user(db, principal.user, run).await?,
        None => None,
    };
    Ok(Some(Posted { message, answer, run: run.ok_or_else(missing)?, repeated: true }))
}
