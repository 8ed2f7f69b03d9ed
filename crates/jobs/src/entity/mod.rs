//! Tables as SeaORM sees them.

pub(crate) mod jobs;
pub(crate) mod schedules;
