//! The durable queue: enqueued in the caller's transaction, worked by at most one attempt at a time, never lost.
//!
//! A job is a row. [`enqueue`] writes it wherever the caller's transaction writes, so that both are kept or neither is.
//! A [`Worker`] claims it with a lease by the database's clock; the attempt number is a fencing token, so that a worker
//! that slept through its lease cannot finish what another one has taken over. This crate knows no other crate of
//! Obrol: which kinds of job exist, and how a transaction begins ([`Transactions`]), it is told.

mod clock;
mod entity;
mod error;
mod heartbeat;
mod job;
mod queue;
mod schedule;
mod settle;
mod worker;

pub use error::{Error, Result};
pub use job::{Due, Job, JobContext, NewJob, Outcome, Status};
pub use queue::{Rescued, bury, claim, count, enqueue, finish, heartbeat, release, requeue_of, rescue, retry, sweep};
pub use schedule::{Schedule, fire};
pub use settle::backoff;
pub use worker::{BoxError, Chance, Lane, Running, Transactions, Waker, Worker, WorkerSettings};
