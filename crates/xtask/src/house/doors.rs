//! Law 4 at the front door: handlers take our extractors, whose faults are problem documents, not the framework's.

use super::Finding;
use crate::tree::Tree;

/// Extractor of the framework, and ours. `clippy.toml` bans what is never right; these are right as answers or elsewhere.
const OURS: &[(&str, &str)] = &[
    ("web::Json<", "extract::Json"),
    ("web::Form<", "extract::Json; forms are not spoken here"),
    ("web::Bytes", "extract::Json, or a stream with a limit"),
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.under("crates/api/src/").filter(|file| file.ends_with(".rs") && !file.contains("/extract/")) {
        for (number, line) in tree.text(file).unwrap_or_default().lines().enumerate() {
            for (theirs, ours) in OURS {
                if line.contains(&format!(": {theirs}")) {
                    let what = format!("a handler takes {}: take {ours}", theirs.trim_end_matches('<'));
                    findings.push(Finding::new(format!("{file}:{}", number + 1), what));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sandbox::Sandbox;

    #[test]
    fn a_handler_takes_ours_and_may_answer_with_theirs() {
        let sandbox = Sandbox::new(&[(
            "crates/api/src/rooms.rs",
            "//! R.\nasync fn a(body: Json<A>) -> ApiResult<web::Json<B>> {\nasync fn b(\n    body: web::Json<A>,\n",
        )]);
        let places: Vec<String> = check(&sandbox.tree()).into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, ["crates/api/src/rooms.rs:4"]);
    }
}
