//! What every request passes, from the outside in: `edge` (id, log, problems, headers), `cors`, limits by address, compression.

pub mod cors;
pub mod edge;
mod headers;
mod log;
mod render;

#[cfg(test)]
mod tests;
