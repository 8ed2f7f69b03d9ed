//! Every point that exists, in the order of the river; add the name here and `failpoint::hit("name")` at the place.
//!
//! A test dies at each of them once, so a name without a place (or a place that no chat passes) fails the suite.

/// All names.
pub const ALL: &[&str] = &[
    // persistence: the SQLite writer around its group commit
    "persistence.before_commit",
    "persistence.after_commit",
    // conversations: a message and its run are accepted
    "message.before_commit",
    "message.after_commit",
    // runs, from claim to settle
    "run.enqueued",
    "run.claim.before_commit",
    "run.claim.after_commit",
    "run.started",
    "run.delta",
    "run.flush.before_commit",
    "run.flush.after_commit",
    "run.answered",
    "run.settle.before_commit",
    "run.settle.after_commit",
    "run.settled",
    "run.cancel.after_commit",
    "run.ended_unheld",
    "run.rescue.before_commit",
    "run.rescue.after_commit",
    // jobs
    "jobs.claimed",
    "jobs.before_finish",
    "jobs.after_finish",
];
