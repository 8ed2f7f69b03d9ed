//! Rows of the ledger: made, read as the rules see them, and written back many at a time.

use domain::Timestamp;
use domain::ids::{ApiKeyId, AssistantId, RoomId, UserId};
use domain::llm::ledger::Entry;
use domain::llm::period::Period;
use domain::llm::{Amount, Asker, Outcome, State};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use super::{Account, Call, Estimate};
use crate::entity::ledger::{Column, Entity, Model};
use crate::{Error, Result};

/// What {key} and {line} hold.
const KEY: usize = 190;
const LINE: usize = 400;

pub(super) fn reserved(call: &Call, estimate: &Estimate, entry: &Entry) -> Model {
    let amount = entry.reserved;
    Model {
        id: call.id.uuid(),
        call_id: call.call.uuid(),
        at: call.at.millis(),
        kind: call.kind.as_str().to_owned(),
        run_id: call.run.map(|(run, _)| run.uuid()),
        attempt: call.run.map(|(_, attempt)| i32::try_from(attempt).unwrap_or(i32::MAX)),
        user_id: call.asker.user.map(UserId::uuid),
        api_key_id: call.asker.api_key.map(ApiKeyId::uuid),
        assistant_id: call.asker.assistant.map(AssistantId::uuid),
        room_id: call.asker.room.map(RoomId::uuid),
        provider: fit(&call.provider, KEY),
        model: fit(&call.model, KEY),
        credential: None,
        state: entry.state.as_str().to_owned(),
        reserved_tokens: amount.tokens,
        reserved_micros: amount.micros,
        // Not spent yet: an orphan is settled with it.
        input_tokens: i64::try_from(estimate.input_tokens).unwrap_or(i64::MAX).min(amount.tokens),
        cached_tokens: 0,
        cache_write_tokens: 0,
        output_tokens: 0,
        reasoning_tokens: 0,
        cost_micros: 0,
        estimated: false,
        outcome: entry.outcome.as_str().to_owned(),
        error_class: None,
        request_id: fit(&call.request_id, KEY),
        node: call.node.uuid(),
        ended_at: None,
    }
}

/// Writes an account into a row; the rules have said that it counts.
pub(super) fn account(row: &mut Model, entry: &Entry, account: &Account) {
    let spent = account.spent.bounded();
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    row.credential = account.credential.as_deref().map(|label| fit(label, LINE));
    row.input_tokens = signed(spent.tokens.input);
    row.cached_tokens = signed(spent.tokens.cached);
    row.cache_write_tokens = signed(spent.tokens.cache_write);
    row.output_tokens = signed(spent.tokens.output);
    row.reasoning_tokens = signed(spent.tokens.reasoning);
    row.cost_micros = spent.cost_micros;
    row.estimated = spent.estimated;
    row.error_class = account.error_class.as_deref().map(|class| fit(class, 40));
    stamp(row, entry, account.ended_at);
}

/// A reservation that nobody gave an account of: all of it is counted.
pub(super) fn orphan(row: &mut Model, entry: &Entry, now: Timestamp) {
    row.output_tokens = entry.spent.tokens - row.input_tokens;
    row.cost_micros = entry.spent.micros;
    row.estimated = true;
    stamp(row, entry, now);
}

/// Nothing was sent.
pub(super) fn release(row: &mut Model, entry: &Entry, now: Timestamp) {
    row.input_tokens = 0;
    stamp(row, entry, now);
}

fn stamp(row: &mut Model, entry: &Entry, now: Timestamp) {
    row.state = entry.state.as_str().to_owned();
    row.outcome = entry.outcome.as_str().to_owned();
    row.ended_at = Some(now.millis());
}

/// The row as the rules see it.
pub(super) fn entry(row: &Model) -> Result<Entry> {
    let state = State::parse(&row.state).ok_or_else(|| Error::odd_row("ledger.state", &row.state))?;
    let outcome = Outcome::parse(&row.outcome).ok_or_else(|| Error::odd_row("ledger.outcome", &row.outcome))?;
    let spent = match state {
        State::Settled => Amount::new(row.input_tokens + row.output_tokens, row.cost_micros),
        State::Reserved | State::Released => Amount::default(),
    };
    Ok(Entry { state, outcome, reserved: Amount::new(row.reserved_tokens, row.reserved_micros), spent })
}

pub(super) fn asker(row: &Model) -> Asker {
    Asker {
        user: row.user_id.map(UserId::from_uuid),
        api_key: row.api_key_id.map(ApiKeyId::from_uuid),
        assistant: row.assistant_id.map(AssistantId::from_uuid),
        room: row.room_id.map(RoomId::from_uuid),
    }
}

/// The budgets that a row counts in: those of the day and month in which it began, however late it ends.
pub(super) fn budgets(asker: &Asker, at: Timestamp) -> Vec<super::budgets::Key> {
    let periods = [Period::day(at), Period::month(at)];
    asker.subjects().flat_map(|subject| periods.map(|period| (subject.to_string(), period.to_string()))).collect()
}

pub(super) async fn insert(conn: &impl ConnectionTrait, rows: Vec<Model>) -> Result<()> {
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = even(rows.len());
        let some = rows.by_ref().take(size).map(IntoActiveModel::into_active_model);
        Entity::insert_many(some).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// How many of so many rows go into the next statement: few sizes, so that databases know the statements already, since to read
/// one with thousands of places takes longer than to do it.
pub(super) fn even(rows: usize) -> usize {
    [256, 64, 16, 4].into_iter().find(|size| rows >= *size).unwrap_or(1)
}

/// Writes rows back that the transaction holds: a statement for many, whatever each of them says.
pub(super) async fn overwrite(conn: &impl ConnectionTrait, rows: Vec<Model>) -> Result<()> {
    const CHANGING: [Column; 14] = [
        Column::Credential,
        Column::State,
        Column::ReservedTokens,
        Column::ReservedMicros,
        Column::InputTokens,
        Column::CachedTokens,
        Column::CacheWriteTokens,
        Column::OutputTokens,
        Column::ReasoningTokens,
        Column::CostMicros,
        Column::Estimated,
        Column::Outcome,
        Column::ErrorClass,
        Column::EndedAt,
    ];
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = even(rows.len());
        let some = rows.by_ref().take(size).map(IntoActiveModel::into_active_model);
        let over = OnConflict::column(Column::Id).update_columns(CHANGING).to_owned();
        Entity::insert_many(some).on_conflict(over).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// At most `most` bytes, not cut inside a character, and nothing that a database refuses.
fn fit(text: &str, most: usize) -> String {
    let text = &text[..text.floor_char_boundary(most)];
    if text.contains(char::is_control) {
        text.replace(char::is_control, "\u{fffd}").chars().take(most / 3).collect()
    } else {
        text.to_owned()
    }
}
