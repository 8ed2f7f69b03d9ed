//! What can go wrong with the queue.

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The statement's; whether to run the transaction again is the caller's to judge.
    #[error(transparent)]
    Db(#[from] sea_orm::DbErr),
    /// A schedule's pattern that no calendar knows.
    #[error("the schedule {name} is not readable: {fault}")]
    Cron { name: String, fault: String },
}
