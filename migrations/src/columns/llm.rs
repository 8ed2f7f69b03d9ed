//! Providers, their credentials, models, prices, routes, limits and content rules; the ledger and its budgets.

use crate::ddl::Step::{self, All};

pub(super) const UP: &[Step] = &[
    All(r#"CREATE TABLE IF NOT EXISTS "llm_providers" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "name" {key} NOT NULL,
        "kind" {word} NOT NULL,
        "base_url" {text} NOT NULL,
        "headers" {text} NOT NULL,
        "private_network" {bool} NOT NULL,
        "models" {text} NOT NULL,
        "max_concurrency" {int} NULL,
        "enabled" {bool} NOT NULL,
        "created_at" {instant} NOT NULL,
        "updated_at" {instant} NOT NULL,
        "version" {bigint} NOT NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "llm_providers_name" ON "llm_providers" ("name")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "llm_credentials" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "provider_id" {uuid} NOT NULL,
        "label" {line} NOT NULL,
        "sealed" {text} NOT NULL,
        "key_id" {short} NOT NULL,
        "weight" {int} NOT NULL,
        "state" {word} NOT NULL,
        "disabled_reason" {line} NULL,
        "created_at" {instant} NOT NULL,
        "updated_at" {instant} NOT NULL,
        "last_used_at" {instant} NULL,
        CONSTRAINT "llm_credentials_provider" FOREIGN KEY ("provider_id") REFERENCES "llm_providers" ("id") ON DELETE CASCADE
    )"#),
    All(r#"CREATE INDEX "llm_credentials_of_provider" ON "llm_credentials" ("provider_id", "created_at")"#),
    All(r#"CREATE INDEX "llm_credentials_key" ON "llm_credentials" ("key_id", "id")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "llm_models" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "model" {key} NOT NULL,
        "name" {line} NOT NULL,
        "context_window" {int} NULL,
        "max_output" {int} NULL,
        "capabilities" {text} NOT NULL,
        "enabled" {bool} NOT NULL,
        "updated_at" {instant} NOT NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "llm_models_model" ON "llm_models" ("model")"#),
    // An operator's row without amounts withdraws the operator's price from that instant on.
    All(r#"CREATE TABLE IF NOT EXISTS "llm_prices" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "model" {key} NOT NULL,
        "valid_from" {instant} NOT NULL,
        "source" {word} NOT NULL,
        "input" {bigint} NULL,
        "cached_input" {bigint} NULL,
        "cache_write" {bigint} NULL,
        "output" {bigint} NULL,
        "per_request" {bigint} NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "llm_prices_of_model" ON "llm_prices" ("model", "source", "valid_from")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "llm_routes" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "name" {key} NOT NULL,
        "steps" {text} NOT NULL,
        "enabled" {bool} NOT NULL,
        "created_at" {instant} NOT NULL,
        "updated_at" {instant} NOT NULL,
        "version" {bigint} NOT NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "llm_routes_name" ON "llm_routes" ("name")"#),
    // The subject of a limit for everybody in its scope is the nil id: NULLs would not be unique.
    All(r#"CREATE TABLE IF NOT EXISTS "llm_limits" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "scope" {word} NOT NULL,
        "subject" {uuid} NOT NULL,
        "requests_per_minute" {int} NULL,
        "tokens_per_day" {bigint} NULL,
        "cost_per_month" {bigint} NULL,
        "updated_at" {instant} NOT NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "llm_limits_of_subject" ON "llm_limits" ("subject", "scope")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "llm_rules" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "pattern" {text} NOT NULL,
        "action" {word} NOT NULL,
        "direction" {word} NOT NULL,
        "enabled" {bool} NOT NULL,
        "created_at" {instant} NOT NULL
    )"#),
    // No text of anybody's message, and nothing that goes with a person or a rule.
    All(r#"CREATE TABLE IF NOT EXISTS "llm_rule_hits" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "rule_id" {uuid} NOT NULL,
        "at" {instant} NOT NULL,
        "direction" {word} NOT NULL,
        "user_id" {uuid} NULL,
        "run_id" {uuid} NULL
    )"#),
    All(r#"CREATE INDEX "llm_rule_hits_at" ON "llm_rule_hits" ("at", "id")"#),
    All(r#"CREATE INDEX "llm_rule_hits_of_rule" ON "llm_rule_hits" ("rule_id", "at")"#),
    // While an alert is open, `open_key` keeps the same thing from being told twice.
    All(r#"CREATE TABLE IF NOT EXISTS "llm_alerts" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "at" {instant} NOT NULL,
        "level" {word} NOT NULL,
        "kind" {word} NOT NULL,
        "provider" {key} NULL,
        "subject" {key} NULL,
        "details" {text} NOT NULL,
        "open_key" {hash} NULL,
        "resolved_at" {instant} NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "llm_alerts_open" ON "llm_alerts" ("open_key")"#),
    All(r#"CREATE INDEX "llm_alerts_at" ON "llm_alerts" ("at", "id")"#),
    // What is left at a provider, as it was when it was asked last.
    All(r#"CREATE TABLE IF NOT EXISTS "llm_credits" (
        "provider" {key} NOT NULL PRIMARY KEY,
        "remaining" {bigint} NULL,
        "used" {bigint} NULL,
        "level" {word} NOT NULL,
        "checked_at" {instant} NOT NULL
    )"#),
    // No foreign keys: the ledger outlives whoever and whatever it speaks of.
    All(r#"CREATE TABLE IF NOT EXISTS "ledger" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "call_id" {uuid} NOT NULL,
        "at" {instant} NOT NULL,
        "kind" {word} NOT NULL,
        "run_id" {uuid} NULL,
        "attempt" {int} NULL,
        "user_id" {uuid} NULL,
        "api_key_id" {uuid} NULL,
        "assistant_id" {uuid} NULL,
        "room_id" {uuid} NULL,
        "provider" {key} NOT NULL,
        "model" {key} NOT NULL,
        "credential" {line} NULL,
        "state" {word} NOT NULL,
        "reserved_tokens" {bigint} NOT NULL,
        "reserved_micros" {bigint} NOT NULL,
        "input_tokens" {bigint} NOT NULL,
        "cached_tokens" {bigint} NOT NULL,
        "cache_write_tokens" {bigint} NOT NULL,
        "output_tokens" {bigint} NOT NULL,
        "reasoning_tokens" {bigint} NOT NULL,
        "cost_micros" {bigint} NOT NULL,
        "estimated" {bool} NOT NULL,
        "outcome" {word} NOT NULL,
        "error_class" {word} NULL,
        "request_id" {key} NOT NULL,
        "node" {uuid} NOT NULL,
        "ended_at" {instant} NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "ledger_call" ON "ledger" ("call_id")"#),
    All(r#"CREATE INDEX "ledger_at" ON "ledger" ("at", "id")"#),
    All(r#"CREATE INDEX "ledger_of_user" ON "ledger" ("user_id", "at")"#),
    All(r#"CREATE INDEX "ledger_of_key" ON "ledger" ("api_key_id", "at")"#),
    All(r#"CREATE INDEX "ledger_of_run" ON "ledger" ("run_id", "attempt")"#),
    All(r#"CREATE INDEX "ledger_state" ON "ledger" ("state", "at")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "ledger_budgets" (
        "subject" {key} NOT NULL,
        "period" {short} NOT NULL,
        "tokens" {bigint} NOT NULL,
        "cost_micros" {bigint} NOT NULL,
        "reserved_tokens" {bigint} NOT NULL,
        "reserved_micros" {bigint} NOT NULL,
        "requests" {bigint} NOT NULL,
        PRIMARY KEY ("subject", "period")
    )"#),
    All(r#"CREATE INDEX "ledger_budgets_period" ON "ledger_budgets" ("period")"#),
];

/// Where there is a seal, `headers` has the names alone; rows from before have their values there until they are sealed.
pub(super) const SEALED_HEADERS: &[Step] = &[
    All(r#"ALTER TABLE "llm_providers" ADD COLUMN "sealed_headers" {text} NULL"#),
    All(r#"ALTER TABLE "llm_providers" ADD COLUMN "headers_key_id" {short} NULL"#),
];
