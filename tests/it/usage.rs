//! What was used.
