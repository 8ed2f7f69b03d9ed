//! Conversations and their messages; branches hang together by `parent_id`.

use crate::ddl::Step::{self, All};

/// How an answer came to its model, where that is not the one that was asked first.
pub(super) const ORIGIN: &[Step] = &[All(r#"ALTER TABLE "messages" ADD COLUMN "origin" {line} NULL"#)];

pub(super) const UP: &[Step] = &[
    All(r#"CREATE TABLE IF NOT EXISTS "conversations" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "user_id" {uuid} NOT NULL,
        "kind" {word} NOT NULL,
        "title" {text} NULL,
        "title_source" {word} NULL,
        "model" {line} NULL,
        "head_message_id" {uuid} NULL,
        "archived_at" {instant} NULL,
        "created_at" {instant} NOT NULL,
        "updated_at" {instant} NOT NULL,
        "version" {bigint} NOT NULL,
        CONSTRAINT "conversations_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
    )"#),
    All(r#"CREATE INDEX "conversations_of_user" ON "conversations" ("user_id", "archived_at", "updated_at", "id")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "messages" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "conversation_id" {uuid} NOT NULL,
        "parent_id" {uuid} NULL,
        "author_type" {word} NOT NULL,
        "author_id" {uuid} NULL,
        "content" {text} NOT NULL,
        "status" {word} NOT NULL,
        "run_id" {uuid} NULL,
        "client_message_id" {key} NULL,
        "model" {line} NULL,
        "input_tokens" {bigint} NULL,
        "output_tokens" {bigint} NULL,
        "cost_micros" {bigint} NULL,
        "usage_estimated" {bool} NOT NULL,
        "error" {text} NULL,
        "created_at" {instant} NOT NULL,
        "updated_at" {instant} NOT NULL,
        CONSTRAINT "messages_conversation" FOREIGN KEY ("conversation_id") REFERENCES "conversations" ("id") ON DELETE CASCADE
    )"#),
    All(r#"CREATE UNIQUE INDEX "messages_client_id" ON "messages" ("conversation_id", "client_message_id")"#),
    All(r#"CREATE INDEX "messages_of_conversation" ON "messages" ("conversation_id", "created_at", "id")"#),
    All(r#"CREATE INDEX "messages_of_parent" ON "messages" ("parent_id")"#),
];
