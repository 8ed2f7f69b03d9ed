//! Runs: the durable work of producing one assistant message, as rules without a database.

pub mod follow;
pub mod machine;
mod run;
pub mod turns;

#[cfg(test)]
mod simulator;
#[cfg(test)]
mod tests;

pub use follow::{Position, Reading};
pub use machine::{Input, Limits, Outcome, Refused, RunState, Status};

pub use run::{Failure, Run, Usage};

use serde::{Deserialize, Serialize};

/// Which queue a run waits in: a live answer never waits behind other work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// A person is watching.
    Live,
}

impl Lane {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
        }
    }
}
