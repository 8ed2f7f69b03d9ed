//! One line a migration, in the order of time.

mod accounts;
mod conversations;
mod jobs;
mod keys;
mod llm;
mod runs;
mod settings;

use crate::ddl::Step;

/// Name and statements of every migration.
pub(crate) const ALL: [(&str, &[Step]); 10] = [
    ("m20261121_000001_settings", settings::UP),
    ("m20261121_000002_accounts", accounts::UP),
    ("m20261121_000003_conversations", conversations::UP),
    ("m20261121_000004_runs", runs::UP),
    ("m20261121_000005_jobs", jobs::UP),
    ("m20261122_000006_llm", llm::UP),
    ("m20261122_000007_keys", keys::UP),
    ("m20261122_000008_origin", conversations::ORIGIN),
    ("m20261122_000009_run_keys", runs::KEYS),
    ("m20261122_000010_sealed_headers", llm::SEALED_HEADERS),
];
