//! Reading the ledger line by line.

use domain::Timestamp;
use domain::ids::{ApiKeyId, AssistantId, CallId, EntryId, RunId, UserId};
use domain::llm::{Amount, Asker, CallKind, Outcome, Spent, State, Tokens};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::rows;
use crate::entity::ledger::{Column, Entity, Model};
use crate::{Error, Result};

/// Which calls: those that began in `from..until`, and of these only the ones that fit all that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub from: Timestamp,
    pub until: Timestamp,
    pub user: Option<UserId>,
    pub api_key: Option<ApiKeyId>,
    pub assistant: Option<AssistantId>,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub kind: Option<CallKind>,
}

impl Filter {
    /// All of a time.
    pub fn between(from: Timestamp, until: Timestamp) -> Self {
        let (user, api_key, assistant, provider, model, kind) = (None, None, None, None, None, None);
        Self { from, until, user, api_key, assistant, provider, model, kind }
    }

    pub(crate) fn condition(&self) -> Condition {
        let uuid = |column: Column, id: Option<Uuid>| id.map(|id| column.eq(id));
        let text = |column: Column, text: Option<&str>| text.map(|text| column.eq(text));
        Condition::all()
            .add(Column::At.gte(self.from.millis()))
            .add(Column::At.lt(self.until.millis()))
            .add_option(uuid(Column::UserId, self.user.map(UserId::uuid)))
            .add_option(uuid(Column::ApiKeyId, self.api_key.map(ApiKeyId::uuid)))
            .add_option(uuid(Column::AssistantId, self.assistant.map(AssistantId::uuid)))
            .add_option(text(Column::Provider, self.provider.as_deref()))
            .add_option(text(Column::Model, self.model.as_deref()))
            .add_option(text(Column::Kind, self.kind.map(CallKind::as_str)))
            // What is set aside is no call.
            .add(Column::Kind.ne(CallKind::Held.as_str()).or(Column::State.ne(State::Reserved.as_str())))
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: EntryId,
    pub call: CallId,
    pub at: Timestamp,
    pub kind: CallKind,
    pub run: Option<(RunId, u32)>,
    pub asker: Asker,
    pub provider: String,
    pub model: String,
    pub credential: Option<String>,
    pub state: State,
    pub reserved: Amount,
    /// Nothing unless settled.
    pub spent: Spent,
    pub outcome: Outcome,
    pub error_class: Option<String>,
    pub request_id: String,
    pub ended_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Newest,
    Oldest,
}

/// A page of lines after the place `(at, id)`.
pub async fn lines(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    order: Order,
    after: Option<(Timestamp, EntryId)>,
    limit: u64,
) -> Result<Vec<Line>> {
    let mut query: Select<Entity> = Entity::find().filter(filter.condition());
    if let Some((at, id)) = after {
        let (at, id) = (at.millis(), id.uuid());
        // The first half lets the index skip to the place.
        query = match order {
            Order::Newest => {
                query.filter(Column::At.lte(at)).filter(Condition::any().add(Column::At.lt(at)).add(Column::Id.lt(id)))
            }
            Order::Oldest => {
                query.filter(Column::At.gte(at)).filter(Condition::any().add(Column::At.gt(at)).add(Column::Id.gt(id)))
            }
        };
    }
    let query = match order {
        Order::Newest => query.order_by_desc(Column::At).order_by_desc(Column::Id),
        Order::Oldest => query.order_by_asc(Column::At).order_by_asc(Column::Id),
    };
    query.limit(limit).all(conn).await?.into_iter().map(line).collect()
}

fn line(row: Model) -> Result<Line> {
    let entry = rows::entry(&row)?;
    let asker = rows::asker(&row);
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let spent = match entry.state {
        State::Reserved | State::Released => Spent::default(),
        State::Settled => Spent {
            tokens: Tokens {
                input: count(row.input_tokens),
                cached: count(row.cached_tokens),
                cache_write: count(row.cache_write_tokens),
                output: count(row.output_tokens),
                reasoning: count(row.reasoning_tokens),
            },
            cost_micros: row.cost_micros,
            estimated: row.estimated,
        },
    };
    Ok(Line {
        id: row.id.into(),
        call: row.call_id.into(),
        at: Timestamp(row.at),
        kind: CallKind::parse(&row.kind).ok_or_else(|| Error::odd_row("ledger.kind", &row.kind))?,
        run: row.run_id.map(RunId::from).zip(row.attempt.and_then(|attempt| u32::try_from(attempt).ok())),
        asker,
        provider: row.provider,
        model: row.model,
        credential: row.credential,
        state: entry.state,
        reserved: entry.reserved,
        spent,
        outcome: entry.outcome,
        error_class: row.error_class,
        request_id: row.request_id,
        ended_at: row.ended_at.map(Timestamp),
    })
}
