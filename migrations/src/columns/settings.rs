//! What Obrol remembers about itself, and the answers kept for `Idempotency-Key`.

use crate::ddl::Step::{self, All};

pub(super) const UP: &[Step] = &[
    All(r#"CREATE TABLE IF NOT EXISTS "settings" (
        "key" {key} NOT NULL PRIMARY KEY,
        "value" {text} NOT NULL,
        "updated_at" {instant} NOT NULL
    )"#),
    All(r#"CREATE TABLE IF NOT EXISTS "idempotency_keys" (
        "principal" {short} NOT NULL,
        "route" {key} NOT NULL,
        "key" {key} NOT NULL,
        "body_hash" {hash} NOT NULL,
        "state" {word} NOT NULL,
        "status" {int} NULL,
        "headers" {text} NULL,
        "response" {text} NULL,
        "created_at" {instant} NOT NULL,
        PRIMARY KEY ("principal", "route", "key")
    )"#),
    All(r#"CREATE INDEX "idempotency_keys_created" ON "idempotency_keys" ("created_at")"#),
];
