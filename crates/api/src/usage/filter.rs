//! Which calls, as query parameters say it.

use std::time::Duration;

use app::llm::usage::{By, Filter, Group, Place};
use domain::ids::EntryId;
use domain::llm::provider::check_model;
use domain::{Error, FieldFault, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::cursor;
use crate::problem::ApiResult;
use crate::wire::Rfc3339;

/// Where nobody says from when on.
const USUAL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// By what calls are summed up.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByWord {
    /// UTC.
    #[default]
    Day,
    User,
    Model,
    Provider,
    Assistant,
    ApiKey,
}

impl From<ByWord> for By {
    fn from(word: ByWord) -> Self {
        match word {
            ByWord::Day => Self::Day,
            ByWord::User => Self::User,
            ByWord::Model => Self::Model,
            ByWord::Provider => Self::Provider,
            ByWord::Assistant => Self::Assistant,
            ByWord::ApiKey => Self::ApiKey,
        }
    }
}

/// By what one's own calls are summed up.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MyByWord {
    /// UTC.
    #[default]
    Day,
    Model,
    Provider,
    Assistant,
    ApiKey,
}

impl From<MyByWord> for By {
    fn from(word: MyByWord) -> Self {
        match word {
            MyByWord::Day => Self::Day,
            MyByWord::Model => Self::Model,
            MyByWord::Provider => Self::Provider,
            MyByWord::Assistant => Self::Assistant,
            MyByWord::ApiKey => Self::ApiKey,
        }
    }
}

macro_rules! query {
    ($(#[$doc:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// Calls that began then or later; left out: 30 days before the end.
            from: Option<Rfc3339>,
            /// Calls that began before; left out: now. At most 400 days after `from`.
            until: Option<Rfc3339>,
            /// `provider/model`.
            model: Option<String>,
            provider: Option<String>,
            api_key: Option<Uuid>,
            $($own)*
        }
    };
}

query!(
    /// Everybody's calls, summed up.
    SumsQuery {
        #[param(inline)]
        by: Option<ByWord>,
        user: Option<Uuid>,
        /// 1 to 200, 50 if left out.
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// `next_cursor` of the page before.
        cursor: Option<String>,
    }
);

query!(
    /// Everybody's calls, one by one.
    CallsQuery {
        user: Option<Uuid>,
        /// 1 to 200, 50 if left out.
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// `next_cursor` of the page before.
        cursor: Option<String>,
    }
);

query!(
    /// Everybody's calls, all of them.
    CsvQuery {
        user: Option<Uuid>,
    }
);

query!(
    /// One's own calls, summed up.
    MySumsQuery {
        #[param(inline)]
        by: Option<MyByWord>,
        /// 1 to 200, 50 if left out.
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// `next_cursor` of the page before.
        cursor: Option<String>,
    }
);

query!(
    /// One's own calls, one by one.
    MyCallsQuery {
        /// 1 to 200, 50 if left out.
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// `next_cursor` of the page before.
        cursor: Option<String>,
    }
);

/// What all of them say.
struct Said<'a> {
    from: Option<Rfc3339>,
    until: Option<Rfc3339>,
    model: Option<&'a str>,
    provider: Option<&'a str>,
    api_key: Option<Uuid>,
    user: Option<Uuid>,
}

fn filter(said: Said<'_>, now: Timestamp) -> ApiResult<Filter> {
    // The present millisecond belongs to it: a call that has just ended is seen.
    let until = said.until.map_or_else(|| now.plus(Duration::from_millis(1)), |until| until.0);
    let from = said.from.map_or_else(|| until.minus(USUAL), |from| from.0);
    let mut filter = Filter::between(from, until);
    filter.user = said.user.map(Into::into);
    filter.api_key = said.api_key.map(Into::into);
    filter.provider = said.provider.map(str::to_owned);
    if let Some(whole) = said.model.map(str::to_lowercase) {
        check_model(&whole, "/model").map_err(|fault| Error::invalid(vec![fault]))?;
        let (provider, model) = whole.split_once('/').unwrap_or((&whole, ""));
        if filter.provider.as_deref().is_some_and(|other| other != provider) {
            return Err(Error::invalid(vec![FieldFault::new("/provider", "wrong_value")]).into());
        }
        filter.provider = Some(provider.to_owned());
        filter.model = Some(model.to_owned());
    }
    Ok(filter)
}

macro_rules! said {
    ($query:expr, $user:expr) => {
        Said {
            from: $query.from,
            until: $query.until,
            model: $query.model.as_deref(),
            provider: $query.provider.as_deref(),
            api_key: $query.api_key,
            user: $user,
        }
    };
}

impl SumsQuery {
    pub fn filter(&self, now: Timestamp) -> ApiResult<Filter> {
        filter(said!(self, self.user), now)
    }

    pub fn by(&self) -> By {
        self.by.unwrap_or_default().into()
    }

    pub fn after(&self) -> ApiResult<Option<Place>> {
        place_of(self.cursor.as_deref(), self.by())
    }
}

impl CallsQuery {
    pub fn filter(&self, now: Timestamp) -> ApiResult<Filter> {
        filter(said!(self, self.user), now)
    }

    pub fn after(&self) -> ApiResult<Option<(Timestamp, EntryId)>> {
        line_of(self.cursor.as_deref())
    }
}

impl CsvQuery {
    pub fn filter(&self, now: Timestamp) -> ApiResult<Filter> {
        filter(said!(self, self.user), now)
    }
}

impl MySumsQuery {
    pub fn filter(&self, now: Timestamp) -> ApiResult<Filter> {
        filter(said!(self, None), now)
    }

    pub fn by(&self) -> By {
        self.by.unwrap_or_default().into()
    }

    pub fn after(&self) -> ApiResult<Option<Place>> {
        place_of(self.cursor.as_deref(), self.by())
    }
}

impl MyCallsQuery {
    pub fn filter(&self, now: Timestamp) -> ApiResult<Filter> {
        filter(said!(self, None), now)
    }

    pub fn after(&self) -> ApiResult<Option<(Timestamp, EntryId)>> {
        line_of(self.cursor.as_deref())
    }
}

fn line_of(marker: Option<&str>) -> ApiResult<Option<(Timestamp, EntryId)>> {
    let after: Option<(i64, EntryId)> = cursor::decode_optional(marker)?;
    Ok(after.map(|(at, id)| (Timestamp(at), id)))
}

/// The marker of a page of sums: what it is summed up by, the cost of the last one, and which it is.
pub(super) fn marker_of(place: &Place) -> ApiResult<String> {
    match &place.group {
        Group::Day(day) => cursor::encode(&("day", place.cost_micros, day)),
        Group::Id(id) => cursor::encode(&("id", place.cost_micros, id)),
        Group::Name(name) => cursor::encode(&("name", place.cost_micros, name)),
    }
}

/// A marker of another kind of sums is none of these.
fn place_of(marker: Option<&str>, by: By) -> ApiResult<Option<Place>> {
    let Some(marker) = marker else { return Ok(None) };
    let (word, cost_micros, group) = match by {
        By::Day => {
            let (word, cost, day): (String, i64, i64) = cursor::decode(marker)?;
            (word, cost, Group::Day(day))
        }
        By::User | By::Assistant | By::ApiKey => {
            let (word, cost, id): (String, i64, Option<Uuid>) = cursor::decode(marker)?;
            (word, cost, Group::Id(id))
        }
        By::Model | By::Provider => {
            let (word, cost, name): (String, i64, String) = cursor::decode(marker)?;
            (word, cost, Group::Name(name))
        }
    };
    let fits = match group {
        Group::Day(_) => word == "day",
        Group::Id(_) => word == "id",
        Group::Name(_) => word == "name",
    };
    if fits { Ok(Some(Place { cost_micros, group })) } else { Err(cursor::refused()) }
}
