//! API keys: what stands for a person in programs. Kept as a keyed hash; the text is shown once.

use crate::ddl::Step::{self, All};

pub(super) const UP: &[Step] = &[
    All(r#"CREATE TABLE IF NOT EXISTS "api_keys" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "user_id" {uuid} NOT NULL,
        "name" {line} NOT NULL,
        "prefix" {short} NOT NULL,
        "hash" {hash} NOT NULL,
        "scopes" {text} NOT NULL,
        "expires_at" {instant} NULL,
        "revoked_at" {instant} NULL,
        "last_used_at" {instant} NULL,
        "created_at" {instant} NOT NULL,
        CONSTRAINT "api_keys_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
    )"#),
    All(r#"CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" ("hash")"#),
    All(r#"CREATE INDEX "api_keys_of_user" ON "api_keys" ("user_id", "created_at")"#),
];
