//! Placeholder until the floors exist.
pub fn run(_: &std::path::Path, _: &str) -> Result<bool, String> {
    Err("not yet".into())
}
