//! The ledger as CSV, streamed page by page: memory does not grow with it, and no field is a formula.

use domain::Result;
use domain::Timestamp;
use domain::llm::csv;
use domain::llm::period::{date, day_number};
use futures_util::Stream;
use persistence::llm::ledger::{self, Filter, Line, Order};

use super::usage::check;
use crate::App;
use crate::accounts::Admin;

const PAGE: u64 = 1000;

const HEAD: [&str; 22] = [
    "at",
    "call",
    "kind",
    "state",
    "outcome",
    "error_class",
    "user",
    "api_key",
    "assistant",
    "room",
    "provider",
    "model",
    "credential",
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cost_micros_usd",
    "estimated",
    "run",
    "request_id",
];

/// Whole lines of CSV, many a piece, oldest first; the first piece is the head. It reads on only as fast as it is read.
pub fn lines(app: &App, _: Admin, filter: Filter) -> Result<impl Stream<Item = Result<String>> + Send + use<>> {
    check(&filter)?;
    let app = app.clone();
    let start = Step::Head;
    Ok(futures_util::stream::try_unfold(start, move |step| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let after = match step {
                Step::Head => return Ok(Some((csv::line(&HEAD), Step::After(None)))),
                Step::After(after) => after,
                Step::Done => return Ok(None),
            };
            let page = ledger::lines(app.db.read(), &filter, Order::Oldest, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(None) };
            let next = if (page.len() as u64) < PAGE { Step::Done } else { Step::After(Some((last.at, last.id))) };
            Ok(Some((page.iter().map(line).collect::<String>(), next)))
        }
    }))
}

enum Step {
    Head,
    After(Option<(Timestamp, domain::ids::EntryId)>),
    Done,
}

fn line(line: &Line) -> String {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let tokens = line.spent.tokens;
    let fields: [String; 22] = [
        instant(line.at),
        line.call.to_string(),
        line.kind.as_str().to_owned(),
        line.state.as_str().to_owned(),
        line.outcome.as_str().to_owned(),
        line.error_class.clone().unwrap_or_default(),
        id(line.asker.user.map(Into::into)),
        id(line.asker.api_key.map(Into::into)),
        id(line.asker.assistant.map(Into::into)),
        id(line.asker.room.map(Into::into)),
        line.provider.clone(),
        line.model.clone(),
        line.credential.clone().unwrap_or_default(),
        tokens.input.to_string(),
        tokens.cached.to_string(),
        tokens.cache_write.to_string(),
        tokens.output.to_string(),
        tokens.reasoning.to_string(),
        line.spent.cost_micros.to_string(),
        line.spent.estimated.to_string(),
        id(line.run.map(|(run, _)| run.into())),
        line.request_id.clone(),
    ];
    csv::line(&fields)
}

/// RFC 3339, UTC, to the millisecond.
fn instant(at: Timestamp) -> String {
    let within = at.millis().rem_euclid(86_400_000);
    let (seconds, millis) = (within / 1000, within % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{}T{hours:02}:{minutes:02}:{:02}.{millis:03}Z", date(day_number(at)), seconds % 60)
}
