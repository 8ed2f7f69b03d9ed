//! Tables as SeaORM sees them; nothing of it leaves this crate.

pub(crate) mod api_keys;
pub(crate) mod conversations;
pub(crate) mod idempotency_keys;
pub(crate) mod ledger;
pub(crate) mod ledger_budgets;
pub(crate) mod llm_alerts;
pub(crate) mod llm_credentials;
pub(crate) mod llm_credits;
pub(crate) mod llm_limits;
pub(crate) mod llm_models;
pub(crate) mod llm_prices;
pub(crate) mod llm_providers;
pub(crate) mod llm_routes;
pub(crate) mod llm_rule_hits;
pub(crate) mod llm_rules;
pub(crate) mod messages;
pub(crate) mod refresh_tokens;
pub(crate) mod run_attempts;
pub(crate) mod run_chunks;
pub(crate) mod runs;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod throttles;
pub(crate) mod users;
