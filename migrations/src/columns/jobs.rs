//! The durable queue and its schedule (crate `jobs`).

use crate::ddl::Step::{self, All};

pub(super) const UP: &[Step] = &[
    All(r#"CREATE TABLE IF NOT EXISTS "jobs" (
        "id" {uuid} NOT NULL PRIMARY KEY,
        "kind" {key} NOT NULL,
        "lane" {word} NOT NULL,
        "payload" {text} NOT NULL,
        "unique_key" {key} NULL,
        "status" {word} NOT NULL,
        "attempt" {int} NOT NULL,
        "max_attempts" {int} NOT NULL,
        "available_at" {instant} NOT NULL,
        "lease_until" {instant} NULL,
        "lease_owner" {uuid} NULL,
        "created_at" {instant} NOT NULL,
        "started_at" {instant} NULL,
        "ended_at" {instant} NULL,
        "last_error" {text} NULL
    )"#),
    All(r#"CREATE UNIQUE INDEX "jobs_unique_key" ON "jobs" ("unique_key")"#),
    All(r#"CREATE INDEX "jobs_waiting" ON "jobs" ("status", "lane", "available_at")"#),
    All(r#"CREATE INDEX "jobs_ended" ON "jobs" ("status", "ended_at")"#),
    All(r#"CREATE TABLE IF NOT EXISTS "schedules" (
        "name" {key} NOT NULL PRIMARY KEY,
        "cron" {key} NOT NULL,
        "next_at" {instant} NOT NULL,
        "updated_at" {instant} NOT NULL
    )"#),
];
