//! Who may use how much: limits of scopes, and the budgets that one call counts against.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use uuid::Uuid;

use super::budget::{Amount, Budget, Cap, Short};
use super::period::Period;
use crate::ids::{ApiKeyId, AssistantId, LimitId, RoomId, UserId};
use crate::{Error, FieldFault, Kind, Timestamp};

/// Whose use is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// All together.
    Everyone,
    User,
    ApiKey,
    Assistant,
    Room,
}

impl Scope {
    pub const ALL: [Self; 5] = [Self::Everyone, Self::User, Self::ApiKey, Self::Assistant, Self::Room];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::User => "user",
            Self::ApiKey => "api_key",
            Self::Assistant => "assistant",
            Self::Room => "room",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// One budget's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    Everyone,
    User(UserId),
    ApiKey(ApiKeyId),
    Assistant(AssistantId),
    Room(RoomId),
}

impl Subject {
    pub const fn scope(self) -> Scope {
        match self {
            Self::Everyone => Scope::Everyone,
            Self::User(_) => Scope::User,
            Self::ApiKey(_) => Scope::ApiKey,
            Self::Assistant(_) => Scope::Assistant,
            Self::Room(_) => Scope::Room,
        }
    }

    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Everyone => None,
            Self::User(id) => Some(id.uuid()),
            Self::ApiKey(id) => Some(id.uuid()),
            Self::Assistant(id) => Some(id.uuid()),
            Self::Room(id) => Some(id.uuid()),
        }
    }
}

impl fmt::Display for Subject {
    /// How the database names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::ApiKey(id) => write!(f, "key:{id}"),
            Self::Assistant(id) => write!(f, "assistant:{id}"),
            Self::Room(id) => write!(f, "room:{id}"),
        }
    }
}

/// On whose account a call goes; nobody's is the server's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Asker {
    pub user: Option<UserId>,
    pub api_key: Option<ApiKeyId>,
    pub assistant: Option<AssistantId>,
    pub room: Option<RoomId>,
}

impl Asker {
    pub fn person(user: UserId) -> Self {
        Self { user: Some(user), ..Self::default() }
    }

    /// Every budget that a call of this asker counts against.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> + use<> {
        [
            Some(Subject::Everyone),
            self.user.map(Subject::User),
            self.api_key.map(Subject::ApiKey),
            self.assistant.map(Subject::Assistant),
            self.room.map(Subject::Room),
        ]
        .into_iter()
        .flatten()
    }
}

/// What may be used; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub requests_per_minute: Option<u32>,
    pub tokens_per_day: Option<i64>,
    /// Micro-USD.
    pub cost_per_month: Option<i64>,
}

impl Limits {
    /// What holds where both hold.
    pub fn strictest(self, other: Self) -> Self {
        fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            }
        }
        Self {
            requests_per_minute: least(self.requests_per_minute, other.requests_per_minute),
            tokens_per_day: least(self.tokens_per_day, other.tokens_per_day),
            cost_per_month: least(self.cost_per_month, other.cost_per_month),
        }
    }

    /// What one's own words leave open is filled by the words for everybody.
    pub fn or(self, general: Self) -> Self {
        Self {
            requests_per_minute: self.requests_per_minute.or(general.requests_per_minute),
            tokens_per_day: self.tokens_per_day.or(general.tokens_per_day),
            cost_per_month: self.cost_per_month.or(general.cost_per_month),
        }
    }

    /// The cap of a period's budget: tokens count by the day, money by the month.
    pub fn cap(&self, period: Period) -> Cap {
        match period {
            Period::Day { .. } => Cap { tokens: self.tokens_per_day, micros: None },
            Period::Month { .. } => Cap { tokens: None, micros: self.cost_per_month },
        }
    }

    /// # Errors
    /// Faults at the fields; a limit that limits nothing is one, too.
    pub fn check(&self) -> Result<(), Vec<FieldFault>> {
        const MOST: i64 = 1_000_000_000_000_000;
        let mut faults = Vec::new();
        let fault = |pointer, max: i64| FieldFault::new(pointer, "out_of_range").arg("min", 0).arg("max", max);
        if self.requests_per_minute.is_some_and(|most| most > 1_000_000) {
            faults.push(fault("/requests_per_minute", 1_000_000));
        }
        if self.tokens_per_day.is_some_and(|most| !(0..=MOST).contains(&most)) {
            faults.push(fault("/tokens_per_day", MOST));
        }
        if self.cost_per_month.is_some_and(|most| !(0..=MOST).contains(&most)) {
            faults.push(fault("/cost_per_month", MOST));
        }
        if *self == Self::default() {
            faults.push(FieldFault::new("", "llm.limit_empty"));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// An operator's word: for all of a scope, or for one subject of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub id: LimitId,
    pub scope: Scope,
    /// `None`: each subject of the scope that has no word of its own.
    pub subject: Option<Uuid>,
    pub limits: Limits,
    pub updated_at: Timestamp,
}

impl Limit {
    /// # Errors
    /// A fault at `/subject` when everyone has one.
    pub fn check(scope: Scope, subject: Option<Uuid>, limits: &Limits) -> Result<(), Vec<FieldFault>> {
        let mut faults = limits.check().err().unwrap_or_default();
        let odd = match scope {
            Scope::Everyone => subject.is_some(),
            Scope::User | Scope::ApiKey | Scope::Assistant | Scope::Room => subject.is_some_and(|id| id.is_nil()),
        };
        if odd {
            faults.push(FieldFault::new("/subject", "invalid"));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// What holds for a subject among `limits`: its own words before those for its scope, field by field.
pub fn of_subject(limits: &[Limit], subject: Subject) -> Limits {
    let scope = limits.iter().filter(|limit| limit.scope == subject.scope());
    let (mut own, mut general) = (Limits::default(), Limits::default());
    for limit in scope {
        match limit.subject {
            None => general = limit.limits,
            Some(id) if Some(id) == subject.id() => own = limit.limits,
            Some(_) => {}
        }
    }
    own.or(general)
}

/// All limits, found by whom they concern without looking at the others'.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitBook {
    general: HashMap<Scope, Limits>,
    own: HashMap<(Scope, Uuid), Limits>,
}

impl LimitBook {
    pub fn new(limits: &[Limit]) -> Self {
        let mut book = Self::default();
        for limit in limits {
            match limit.subject {
                None => book.general.insert(limit.scope, limit.limits),
                Some(id) => book.own.insert((limit.scope, id), limit.limits),
            };
        }
        book
    }

    /// As [`of_subject`].
    pub fn of(&self, subject: Subject) -> Limits {
        let general = self.general.get(&subject.scope()).copied().unwrap_or_default();
        let own = subject.id().and_then(|id| self.own.get(&(subject.scope(), id)));
        own.copied().unwrap_or_default().or(general)
    }

    /// Whether money of somebody whose account this is is limited.
    pub fn money_capped(&self, asker: &Asker) -> bool {
        asker.subjects().any(|subject| self.of(subject).cost_per_month.is_some())
    }

    /// Whether tokens or money of somebody whose account this is are limited.
    pub fn capped(&self, asker: &Asker) -> bool {
        let any = !self.general.is_empty() || !self.own.is_empty();
        any && asker.subjects().any(|subject| {
            let held = self.of(subject);
            held.tokens_per_day.is_some() || held.cost_per_month.is_some()
        })
    }
}

/// What is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    RequestsPerMinute,
    TokensPerDay,
    CostPerMonth,
}

/// A limit that a call would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    pub subject: Subject,
    pub measure: Measure,
    pub limit: i64,
    /// When there is room again.
    pub until: Timestamp,
    /// There would be room if what is reserved were given back: calls that run now may use less.
    pub held: bool,
}

impl Exceeded {
    /// When calls that run now may have ended.
    pub const SOON: Duration = Duration::from_secs(5);

    /// The first budget of `budgets` into which `amount` does not fit.
    pub fn first(budgets: &[(Subject, Period, Budget)], limits: &[Limit], amount: Amount) -> Option<Self> {
        budgets.iter().find_map(|(subject, period, budget)| {
            let cap = of_subject(limits, *subject).cap(*period);
            let (measure, limit) = match budget.fits(amount, &cap).err()? {
                Short::Tokens => (Measure::TokensPerDay, cap.tokens),
                Short::Micros => (Measure::CostPerMonth, cap.micros),
            };
            let held = Budget { reserved: Amount::default(), ..*budget }.fits(amount, &cap).is_ok();
            Some(Self { subject: *subject, measure, limit: limit.unwrap_or(0), until: period.end(), held })
        })
    }

    /// What the asker hears: which limit, and when to come back; not whose else it is.
    pub fn error(&self, now: Timestamp) -> Error {
        let code = match (self.measure, self.subject) {
            (Measure::RequestsPerMinute, _) => "llm.requests_spent",
            (Measure::TokensPerDay, Subject::Everyone) => "llm.tokens_spent_by_all",
            (Measure::TokensPerDay, _) => "llm.tokens_spent",
            (Measure::CostPerMonth, Subject::Everyone) => "llm.cost_spent_by_all",
            (Measure::CostPerMonth, _) => "llm.cost_spent",
        };
        let wait = if self.held { Self::SOON } else { self.until.since(now) };
        Error::new(Kind::TooMany, code).arg("scope", self.subject.scope().as_str()).retry_after(wait)
    }
}
