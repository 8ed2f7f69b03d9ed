//! People, their signed-in devices, the rotating tokens of those, and the delays after wrong passwords.

use crate::ddl::Step::{self, All};

pub(super) const UP: &[Step] = &[
    All(r#"CREATE TABLE IF NOT EXISTS "users" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "email" {line} NOT NULL,
        "email_key" {line} NOT NULL,
        "password_hash" {text} NULL,
        "display_name" {line} NOT NULL,
        "role" {word} NOT NULL,
        "status" {word} NOT NULL,
        "locale" {word} NULL,
        "rights_epoch" {bigint} NOT NULL,
        "created_at" {instant} NOT NULL,
        "updated_at" {instant} NOT NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "users_email_key" ON "users" ("email_key")"#),
    All(r#"CREATE INDEX "users_created" ON "users" ("created_at", "id")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "sessions" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "user_id" {uuid} NOT NULL,
        "created_at" {instant} NOT NULL,
        "last_seen_at" {instant} NOT NULL,
        "expires_at" {instant} NOT NULL,
        "revoked_at" {instant} NULL,
        "revoke_reason" {word} NULL,
        "user_agent" {text} NOT NULL,
        "source_ip" {short} NOT NULL,
        CONSTRAINT "sessions_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
    )"#),
    All(r#"CREATE INDEX "sessions_of_user" ON "sessions" ("user_id", "created_at")"#),
    All(r#"CREATE INDEX "sessions_expire" ON "sessions" ("expires_at")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "refresh_tokens" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "session_id" {uuid} NOT NULL,
        "token_hash" {hash} NOT NULL,
        "issued_at" {instant} NOT NULL,
        "expires_at" {instant} NOT NULL,
        "used_at" {instant} NULL,
        "successor_id" {uuid} NULL,
        CONSTRAINT "refresh_tokens_session" FOREIGN KEY ("session_id") REFERENCES "sessions" ("id") ON DELETE CASCADE
    )"#),
    All(r#"CREATE UNIQUE INDEX "refresh_tokens_hash" ON "refresh_tokens" ("token_hash")"#),
    All(r#"CREATE INDEX "refresh_tokens_of_session" ON "refresh_tokens" ("session_id")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "throttles" (
        "key" {key} NOT NULL PRIMARY KEY,
        "failures" {int} NOT NULL,
        "last_failure_at" {instant} NOT NULL,
        "blocked_until" {instant} NOT NULL
    )"#),
    All(r#"CREATE INDEX "throttles_blocked" ON "throttles" ("blocked_until")"#),
];
