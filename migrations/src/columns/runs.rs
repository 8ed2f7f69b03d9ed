//! Runs, their attempts and the text that is written while an answer streams.

use crate::ddl::Step::{self, All, MySql, NotMySql};

/// The API key that asked, so that its use and its limits count.
pub(super) const KEYS: &[Step] = &[All(r#"ALTER TABLE "runs" ADD COLUMN "api_key_id" {uuid} NULL"#)];

pub(super) const UP: &[Step] = &[
    All(r#"CREATE TABLE IF NOT EXISTS "runs" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "conversation_id" {uuid} NOT NULL,
        "question_id" {uuid} NOT NULL,
        "answer_id" {uuid} NOT NULL,
        "user_id" {uuid} NOT NULL,
        "lane" {word} NOT NULL,
        "status" {word} NOT NULL,
        "attempt" {int} NOT NULL,
        "deaths" {int} NOT NULL,
        "failures" {int} NOT NULL,
        "model" {line} NOT NULL,
        "cancel_requested_at" {instant} NULL,
        "available_at" {instant} NOT NULL,
        "lease_until" {instant} NULL,
        "lease_owner" {uuid} NULL,
        "created_at" {instant} NOT NULL,
        "started_at" {instant} NULL,
        "ended_at" {instant} NULL,
        "error" {text} NULL,
        "spoke" {text} NULL,
        "input_tokens" {bigint} NULL,
        "output_tokens" {bigint} NULL,
        "cost_micros" {bigint} NULL,
        "usage_estimated" {bool} NOT NULL,
        "locale" {word} NOT NULL,
        "request_id" {key} NOT NULL,
        CONSTRAINT "runs_conversation" FOREIGN KEY ("conversation_id") REFERENCES "conversations" ("id") ON DELETE CASCADE
    )"#),
    All(r#"CREATE INDEX "runs_waiting" ON "runs" ("status", "created_at", "id")"#),
    All(r#"CREATE INDEX "runs_of_user" ON "runs" ("user_id", "status")"#),
    All(r#"CREATE INDEX "runs_of_conversation" ON "runs" ("conversation_id", "created_at")"#),
    All(r#"CREATE INDEX "runs_of_answer" ON "runs" ("answer_id")"#),
    // SKIP LOCKED alone let two runs of one conversation start (measured); the index is what forbids it.
    NotMySql(r#"CREATE UNIQUE INDEX "runs_one_running" ON "runs" ("conversation_id") WHERE "status" = 'running'"#),
    // MySQL has no partial index; a virtual column is NULL (never equal) unless the run is running. Virtual, because a
    // stored one forbids the cascade on its base column.
    MySql(
        r#"ALTER TABLE "runs" ADD COLUMN "running_key" {uuid} AS (CASE WHEN "status" = 'running' THEN "conversation_id" END) VIRTUAL"#,
    ),
    MySql(r#"CREATE UNIQUE INDEX "runs_one_running" ON "runs" ("running_key")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "run_attempts" (
        "run_id" {uuid} NOT NULL,
        "attempt" {int} NOT NULL,
        "node" {uuid} NOT NULL,
        "provider" {line} NULL,
        "model" {line} NULL,
        "credential" {line} NULL,
        "keep" {int} NOT NULL,
        "started_at" {instant} NOT NULL,
        "first_token_at" {instant} NULL,
        "ended_at" {instant} NULL,
        "outcome" {word} NULL,
        "input_tokens" {bigint} NULL,
        "output_tokens" {bigint} NULL,
        "cost_micros" {bigint} NULL,
        "usage_estimated" {bool} NOT NULL,
        "error_class" {word} NULL,
        "error_text" {text} NULL,
        PRIMARY KEY ("run_id", "attempt"),
        CONSTRAINT "run_attempts_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE CASCADE
    )"#),
    All(r#"CREATE TABLE IF NOT EXISTS "run_chunks" (
        "run_id" {uuid} NOT NULL,
        "attempt" {int} NOT NULL,
        "start" {int} NOT NULL,
        "text" {text} NOT NULL,
        PRIMARY KEY ("run_id", "attempt", "start"),
        CONSTRAINT "run_chunks_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE CASCADE
    )"#),
];
