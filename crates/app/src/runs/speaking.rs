//! An answer as it comes: looked at by the operator's rules, to the readers at once, to the disk soon.

use domain::conversations::{Came, Origin};
use domain::runs::follow::length;
use domain::runs::{Failure, Run, Usage};
use futures_util::StreamExt;
use llm_gateway::rules::Screened;
use llm_gateway::{Answer, ChatEvent, Continuation, ErrorClass, Spoke};

use super::bench::Live;
use super::content;
use super::runner::{Done, Record, failure, note_failure};
use super::trail::trail;
use crate::App;
use crate::events::{Event, announce};

/// Passes the stream on: to the readers at once, to the disk soon.
pub(super) async fn stream(app: &App, run: &Run, live: &Live, answer: Answer, record: &mut Record) -> Done {
    let now = app.clock.now();
    record.first_token_at = Some(now);
    metrics::histogram!("obrol_run_first_token_seconds").record(now.since(run.created_at).as_secs_f64());
    record.provider = Some(answer.provider.clone());
    record.model = Some(answer.model.clone());
    record.credential.clone_from(&answer.credential);
    record.tries = trail(&answer.tries);
    record.origin = origin(&answer, &run.model, record.begun_by.take());
    let mut screen = app.llm.rules().screen();
    let kept = live.text().1;
    let mut repeated = if answer.continuation == Continuation::Replay { kept.as_str() } else { "" };
    let (mut stream, price) = (answer.stream, answer.price);
    loop {
        match stream.next().await {
            Some(Ok(ChatEvent::Text(text))) => {
                let text = storable(text);
                let new = match text.strip_prefix(repeated) {
                    Some(new) => {
                        repeated = "";
                        new
                    }
                    None => match repeated.strip_prefix(text.as_str()) {
                        Some(rest) => {
                            repeated = rest;
                            ""
                        }
                        None => break Done::NotTheSame,
                    },
                };
                if !new.is_empty()
                    && let Some(blocked) = pass(app, run, live, screen.push(new)).await
                {
                    break blocked;
                }
                if live.at() >= app.settings.answer_characters {
                    break Done::Complete;
                }
            }
            Some(Ok(ChatEvent::Finished { usage, .. })) => {
                record.usage = usage.map(|usage| used(&usage, price.as_ref()));
                let rest = pass(app, run, live, screen.finish()).await;
                break rest.unwrap_or(Done::Complete);
            }
            // Thoughts are life, not answer; tools come with their feature and are never offered to a model yet.
            Some(Ok(ChatEvent::Reasoning(_) | ChatEvent::ToolCall(_) | ChatEvent::Alive)) => {}
            Some(Err(error)) => {
                note_failure(record, &error);
                record.usage = error.usage.as_ref().map(|usage| used(usage, price.as_ref()));
                break Done::Failed(failure(&error));
            }
            None => {
                record.error_class = Some(ErrorClass::Unavailable.as_str());
                break Done::Failed(Failure::Unavailable);
            }
        }
    }
}

/// As the provider counts it; what it costs by the price, unless the provider says that, too.
fn used(usage: &llm_gateway::Usage, price: Option<&llm_gateway::Price>) -> Usage {
    Usage {
        input_tokens: usage.input_total,
        output_tokens: usage.output_total,
        cost_micros: price.map(|price| llm_gateway::price::cost(price, usage)).or(usage.cost_micros),
        estimated: false,
    }
}

async fn say(app: &App, run: &Run, live: &Live, text: &str) {
    let start = live.append(text);
    app.bench.dirty.notify_one();
    metrics::counter!("obrol_run_characters_total").increment(u64::from(length(text)));
    let (attempt, message) = (run.state.attempt, run.answer);
    let event = Event::RunDelta { run: run.id, message, attempt, start, text: text.to_owned() };
    announce(app, run.user, event).await;
    failpoint::hit("run.delta");
}

/// PostgreSQL keeps no U+0000 in text, and one such piece would hold up the text of every other answer with it.
pub(super) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Says what the operator's rules let through; `Some` when they end the answer.
async fn pass(app: &App, run: &Run, live: &Live, screened: Screened) -> Option<Done> {
    content::answered(app, run, &screened.hits);
    if !screened.text.is_empty() {
        say(app, run, live, &screened.text).await;
    }
    screened.blocked.then_some(Done::Failed(Failure::ContentBlocked))
}

/// How the answer came to its model; `None` when it is the one that was asked.
fn origin(answer: &Answer, asked: &str, begun_by: Option<String>) -> Option<Origin> {
    let came = match &answer.why {
        Spoke::First | Spoke::Retried => return None,
        Spoke::Fallback { .. } => Came::Fallback,
        Spoke::Continued => Came::Continued,
    };
    let before = match &answer.why {
        Spoke::Fallback { after } => after.first().map(|one| format!("{}/{}", one.provider, one.model.to_lowercase())),
        Spoke::Continued => begun_by,
        Spoke::First | Spoke::Retried => None,
    };
    let before = before.or_else(|| answer.route.is_none().then(|| asked.to_lowercase()));
    Some(Origin { came, instead_of: before.filter(|before| *before != answer.id) })
}
