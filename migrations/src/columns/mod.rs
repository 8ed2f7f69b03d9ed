//! One line a migration, in the order of time.

mod accounts;
mod conversations;
mod jobs;
mod runs;
mod settings;

use crate::ddl::Step;

/// Name and statements of every migration.
pub(crate) const ALL: [(&str, &[Step]); 5] = [
    ("m20261121_000001_settings", settings::UP),
    ("m20261121_000002_accounts", accounts::UP),
    ("m20261121_000003_conversations", conversations::UP),
    ("m20261121_000004_runs", runs::UP),
    ("m20261121_000005_jobs", jobs::UP),
];
