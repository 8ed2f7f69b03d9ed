//! The runner: gate, context, answer, settle. One task for each run that this process works on.

use std::sync::Arc;
use std::time::Duration;

use domain::conversations::{Message, Origin, plain_text};
use domain::llm::{Asker, CallKind, Exceeded};
use domain::runs::{Failure, Run, Usage};
use domain::{Kind, Timestamp};
use llm_gateway::{Answer, Ask, AskError, CANNOT_CONTINUE, ChatMessage, ErrorClass, ProviderError, estimate};
use persistence::runs::Claimed;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::bench::{Live, Stop};
use super::trail::trail;
use super::{content, context, settle, speaking};
use crate::App;
use crate::events::{Event, announce};
use crate::llm::purse::{self, AppPurse, Payer};

/// How often a context that is too long is fitted again, each time to half.
const FITS: u32 = 3;

/// What became of an attempt.
#[derive(Debug)]
pub(super) enum Done {
    Complete,
    Failed(Failure),
    /// Somebody wanted it to stop.
    Stopped,
    /// The process stops: back to the queue.
    Released,
    /// Not ours any more: touch nothing.
    Fenced,
    /// The provider repeats itself differently than before: what is kept must be dropped first.
    NotTheSame,
}

/// The record of an attempt while it is made.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub provider: Option<String>,
    pub model: Option<String>,
    pub credential: Option<String>,
    pub first_token_at: Option<Timestamp>,
    pub usage: Option<Usage>,
    /// Estimated tokens of what was asked.
    pub asked: u64,
    pub error_class: Option<&'static str>,
    pub error_text: Option<String>,
    /// The calls that failed before somebody spoke, or before nobody did.
    pub tries: Option<String>,
    /// The gateway tried all it may before anything was said.
    pub exhausted: bool,
    /// When the provider says that asking again makes sense.
    pub retry_after: Option<Duration>,
    /// Who said the text that it goes on from, as far as that is known.
    pub begun_by: Option<String>,
    /// How the answer came to its model, where another was asked first.
    pub origin: Option<Origin>,
    /// What the context showed of question and answer, so that the end need not read it again.
    pub said: Option<Said>,
}

#[derive(Debug)]
pub(super) struct Said {
    /// The text of the question, if it began the conversation.
    pub first_question: Option<String>,
    /// The answer, empty as it was accepted.
    pub answer: Message,
}

/// Works a claimed run in a task of its own; `place` is given back at its end.
pub(super) fn start(app: &App, claimed: Claimed, place: OwnedSemaphorePermit) {
    let Claimed { run, keep } = claimed;
    let live = app.bench.enter(&run, keep);
    let task_app = app.clone();
    app.spawn(async move {
        let app = task_app;
        work(&app, &run, &live).await;
        app.bench.leave(&live);
        drop(place);
        app.bench.wake.notify_one();
    });
}

async fn work(app: &App, run: &Run, live: &Arc<Live>) {
    failpoint::hit("run.started");
    let (task_app, task_run, task_live) = (app.clone(), run.clone(), live.clone());
    // A task of its own, so that a panic ends one attempt and not the promise that every run ends.
    let answered = tokio::spawn(async move { attempt(&task_app, &task_run, &task_live).await }).await;
    let (done, record) = answered.unwrap_or_else(|panic| {
        tracing::error!(run = %run.id, %panic, "the runner panicked");
        (Done::Failed(Failure::Unknown), Record { error_class: Some("panic"), ..Record::default() })
    });
    failpoint::hit("run.answered");
    settle::settle(app, run, live, done, record).await;
}

async fn attempt(app: &App, run: &Run, live: &Arc<Live>) -> (Done, Record) {
    let attempt = run.state.attempt;
    let (id, message, keep) = (run.id, run.answer, live.at());
    if attempt > 1 {
        announce(app, run.user, Event::RunRewound { run: id, message, attempt, keep }).await;
    }
    let (conversation, model) = (run.conversation, run.model.clone());
    announce(app, run.user, Event::RunStarted { run: id, conversation, message, attempt, model }).await;
    let mut record = Record::default();
    let mut stopped = live.stopped();
    let spent = run.started_at.map_or(Duration::ZERO, |since| app.clock.now().since(since));
    let deadline = Instant::now() + app.settings.whole_run.saturating_sub(spent);
    let done = tokio::select! {
        biased;
        stop = stop_asked(&mut stopped) => stop,
        done = answer(app, run, live, deadline, &mut record) => done,
        () = tokio::time::sleep_until(deadline) => Done::Failed(Failure::Timeout),
    };
    if record.usage.is_none() && record.first_token_at.is_some() {
        // Stopped, cut, or a provider that does not say: what was used is counted here, and marked.
        let output_tokens = estimate::tokens(&live.text().1);
        record.usage = Some(Usage { input_tokens: record.asked, output_tokens, cost_micros: None, estimated: true });
    }
    (done, record)
}

async fn stop_asked(stopped: &mut watch::Receiver<Stop>) -> Done {
    let reason = stopped.wait_for(|stop| *stop != Stop::No).await.map(|stop| *stop);
    match reason {
        Ok(Stop::Cancel) => Done::Stopped,
        Ok(Stop::Drain) => Done::Released,
        Ok(Stop::Fenced | Stop::No) | Err(_) => Done::Fenced,
    }
}

async fn answer(app: &App, run: &Run, live: &Live, deadline: Instant, record: &mut Record) -> Done {
    match prepare(app, run).await {
        Ok(Prepared { branch, said, budget, avoid, fresh }) => {
            let mut budget = budget;
            record.said = Some(said);
            for _ in 0..=FITS {
                let messages = context::fit(&branch, budget);
                let kept = kept(app, run, live);
                record.begun_by = avoid.last().filter(|_| kept.is_some()).cloned();
                record.asked = estimate::messages(&messages);
                let purse = purse(app, run);
                let question = Question { messages: messages.clone(), avoid: &avoid, kept, deadline, fresh };
                match ask(app, run, question, &purse).await {
                    Ok(answer) => return speaking::stream(app, run, live, answer, record).await,
                    Err(AskError { error, tries })
                        if error.class == ErrorClass::ContextLength && messages.len() > 1 =>
                    {
                        note_failure(record, &error);
                        record.tries = trail(&tries);
                        budget = record.asked / 2;
                    }
                    // Nobody may go on from what is there: it is taken back, and told anew.
                    Err(AskError { error, .. }) if error.code.as_deref() == Some(CANNOT_CONTINUE) => {
                        return Done::NotTheSame;
                    }
                    Err(AskError { error, tries }) => {
                        if let Some(last) = tries.last() {
                            record.provider = Some(last.provider.clone());
                            record.model = Some(last.model.clone());
                            record.credential.clone_from(&last.credential);
                        }
                        note_failure(record, &error);
                        record.tries = trail(&tries);
                        record.exhausted = true;
                        return Done::Failed(refused(&purse).unwrap_or_else(|| failure(&error)));
                    }
                }
            }
            Done::Failed(Failure::ContextLength)
        }
        Err(done) => done,
    }
}

struct Prepared {
    branch: Vec<Message>,
    said: Said,
    budget: u64,
    /// Models that failed in earlier attempts: asked after the others of their route.
    avoid: Vec<String>,
    /// The question has an answer already.
    fresh: bool,
}

/// Gate and context: may the person still ask, is the model there, what was said.
async fn prepare(app: &App, run: &Run) -> Result<Prepared, Done> {
    let unavailable = |fault: domain::Error| {
        tracing::warn!(run = %run.id, %fault, "the context could not be read");
        Done::Failed(Failure::Unavailable)
    };
    if !crate::accounts::may_ask(app, run.user).await.map_err(unavailable)? {
        return Err(Done::Failed(Failure::Forbidden));
    }
    let model = app.gateway.resolve(&run.model).await;
    let budget = model.as_ref().map_or(0, |model| context::budget(model.context_window, model.max_output));
    let branch = context::read(app, run, budget).await.map_err(unavailable)?;
    let Some(branch) = branch else { return Err(Done::Fenced) }; // The conversation was deleted.
    let (branch, answer) = branch;
    if model.is_none() {
        return Err(Done::Failed(Failure::ModelMissing));
    }
    if content::question(app, run, &branch) {
        return Err(Done::Failed(Failure::ContentBlocked));
    }
    let first = branch.last().filter(|question| question.parent.is_none());
    let said = Said { first_question: first.map(|question| plain_text(&question.content)), answer };
    let avoid = match run.state.attempt {
        0 | 1 => Vec::new(),
        _ => {
            persistence::runs::failed_models(app.db.read(), run.id).await.map_err(|fault| unavailable(fault.into()))?
        }
    };
    // Only asked where it matters.
    let fresh = app.llm.settings().cache_answers && {
        let found = persistence::messages::children(app.db.read(), run.conversation, run.question, 2).await;
        found.map_err(|fault| unavailable(fault.into()))?.len() > 1
    };
    Ok(Prepared { branch, said, budget, avoid, fresh })
}

/// What the gateway is asked.
struct Question<'a> {
    messages: Vec<ChatMessage>,
    /// Models that failed in earlier attempts, the last one last.
    avoid: &'a [String],
    /// The text that the answer goes on from.
    kept: Option<String>,
    deadline: Instant,
    /// Not one from memory.
    fresh: bool,
}

/// The text of an earlier attempt that another call takes up. One that repeats itself says it again instead.
fn kept(app: &App, run: &Run, live: &Live) -> Option<String> {
    if run.state.attempt <= 1 || app.gateway.repeats(&run.model) {
        return None;
    }
    Some(live.text().1).filter(|text| !text.is_empty())
}

async fn ask(app: &App, run: &Run, question: Question<'_>, purse: &Arc<AppPurse>) -> Result<Answer, AskError> {
    let Question { messages, avoid, kept, deadline, fresh } = question;
    // The last one that failed has said it; a worker that died did not say whom it had asked.
    let begun_by = kept.as_ref().map(|_| avoid.last().unwrap_or(&run.model).clone());
    let ask = Ask {
        model: run.model.clone(),
        messages,
        max_output_tokens: None,
        language: Some(run.locale.as_str().to_owned()),
        deadline: Some(deadline),
        asker: run.user.to_string(),
        avoid: avoid.to_vec(),
        continue_from: kept,
        begun_by,
        purse: Some(purse.clone()),
        ..Ask::default()
    };
    // Whoever asks for another answer wants another one.
    let key = if fresh { None } else { crate::llm::answers::key(app, run.user, &ask) };
    match key {
        Some(key) => app.gateway.ask_cached(key, ask).await,
        None => app.gateway.ask(ask).await,
    }
}

/// On the account of the person who asks, and of the API key by which they did.
fn purse(app: &App, run: &Run) -> Arc<AppPurse> {
    let payer = Payer {
        asker: Asker { api_key: run.api_key, ..Asker::person(run.user) },
        kind: CallKind::Chat,
        run: Some((run.id, run.state.attempt)),
        request_id: run.request_id.clone(),
    };
    purse::open(app, payer)
}

/// What the purse said before any provider was asked.
fn refused(purse: &AppPurse) -> Option<Failure> {
    let refusal = purse.refusal()?;
    Some(match refusal.kind() {
        // Others hold what is left, for a moment.
        Kind::TooMany if refusal.retry_after_hint().is_some_and(|wait| wait <= Exceeded::SOON) => Failure::RateLimited,
        Kind::TooMany => Failure::LimitReached,
        // The model has no price, and money is limited.
        Kind::Conflict => Failure::InvalidRequest,
        _ => Failure::Unavailable,
    })
}

pub(super) fn note_failure(record: &mut Record, error: &ProviderError) {
    record.error_class = Some(error.class.as_str());
    record.error_text = Some(speaking::storable(error.detail.clone()));
    record.retry_after = error.retry_after;
}

/// What a person is told of a provider's failure.
pub(super) fn failure(error: &ProviderError) -> Failure {
    match error.class {
        ErrorClass::Auth => Failure::Auth,
        ErrorClass::Payment => Failure::Payment,
        ErrorClass::Moderation => Failure::Moderation,
        ErrorClass::ContextLength => Failure::ContextLength,
        ErrorClass::RateLimited => Failure::RateLimited,
        ErrorClass::Timeout => Failure::Timeout,
        ErrorClass::Unavailable => Failure::Unavailable,
        ErrorClass::InvalidRequest if error.code.as_deref() == Some("model_not_found") => Failure::ModelMissing,
        ErrorClass::InvalidRequest => Failure::InvalidRequest,
        ErrorClass::Unknown => Failure::Unknown,
    }
}
