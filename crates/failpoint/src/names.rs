//! Every point that exists, in the order of the river; add the name here and `failpoint::hit("name")` at the place.
//!
//! A test dies at each of them once, so a name without a place (or a place that no chat passes) fails the suite.

/// All names.
pub const ALL: &[&str] = &[
    // persistence: the SQLite writer around its group commit
    "persistence.before_commit",
    "persistence.after_commit",
    // jobs
    "jobs.claimed",
    "jobs.before_finish",
    "jobs.after_finish",
];
