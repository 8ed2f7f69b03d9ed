//! Names that say nothing about what is inside are banned, for files, folders and modules.

use std::collections::BTreeSet;

use super::Finding;
use crate::tree::Tree;

const BANNED: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = BTreeSet::new();
    for file in &tree.files {
        let mut parts = file.split('/').peekable();
        let mut path = String::new();
        while let Some(part) = parts.next() {
            path = if path.is_empty() { part.to_owned() } else { format!("{path}/{part}") };
            if let Some(word) = banned_word(part) {
                let kind = if parts.peek().is_some() { "folder" } else { "file" };
                findings.insert(Finding::new(&path, format!("no {kind} is called {word}: name what it holds")));
            }
        }
        if file.ends_with(".rs") {
            findings.extend(inline_modules(tree, file));
        }
    }
    findings.into_iter().collect()
}

/// The noun of a name is its last word: `date-helpers` says nothing, `common_passwords` does.
fn banned_word(name: &str) -> Option<&'static str> {
    let noun = name.split('.').next()?.rsplit(['-', '_']).next()?;
    BANNED.iter().find(|banned| noun.eq_ignore_ascii_case(banned)).copied()
}

fn inline_modules(tree: &Tree, file: &str) -> Vec<Finding> {
    let text = tree.text(file).unwrap_or_default();
    let modules = text.lines().enumerate().filter_map(|(number, line)| {
        let line = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        let name = line.strip_prefix("mod ")?.strip_suffix('{')?.trim();
        let word = banned_word(name)?;
        Some(Finding::new(format!("{file}:{}", number + 1), format!("no module is called {word}: name what it holds")))
    });
    modules.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sandbox::Sandbox;

    #[test]
    fn empty_words_are_named_once() {
        let sandbox = Sandbox::new(&[
            ("crates/a/src/utils/x.rs", "//! X.\n"),
            ("crates/a/src/utils/y.rs", "//! Y.\n"),
            ("web/src/date-helpers.ts", ""),
            ("crates/a/src/lib.rs", "//! A.\npub mod misc {\n}\n"),
            ("crates/a/src/common_passwords.txt", ""),
            ("crates/a/src/commonwealth.rs", "//! A word that only begins alike.\n"),
        ]);
        let places: Vec<String> = check(&sandbox.tree()).into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, ["crates/a/src/lib.rs:2", "crates/a/src/utils", "web/src/date-helpers.ts"]);
    }
}
