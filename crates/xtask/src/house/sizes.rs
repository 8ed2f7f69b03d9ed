//! Manners of files: at most 500 lines, and the first line of a Rust module says what lives there.

use super::Finding;
use crate::tree::Tree;

const MOST_LINES: usize = 500;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| [".rs", ".ts", ".tsx"].iter().any(|end| file.ends_with(end))) {
        let Some(text) = tree.text(file) else { continue };
        if is_generated(file, &text) {
            continue;
        }
        let lines = text.lines().count();
        if lines > MOST_LINES {
            findings.push(Finding::new(file, format!("{lines} lines; split it below {MOST_LINES}, better near 150")));
        }
        if file.ends_with(".rs") && !says_what_it_holds(&text) {
            findings.push(Finding::new(file, "the first line does not say what lives here; begin with `//! …`"));
        }
    }
    findings
}

fn is_generated(file: &str, text: &str) -> bool {
    file.ends_with(".gen.ts") || file.ends_with(".d.ts") || text.lines().take(5).any(|line| line.contains("@generated"))
}

fn says_what_it_holds(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.next().is_none_or(|line| line.starts_with("//!"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sandbox::Sandbox;

    #[test]
    fn long_and_silent_files_are_named_generated_ones_are_not() {
        let long = "//! Words.\n".repeat(501);
        let sandbox = Sandbox::new(&[
            ("a.rs", long.as_str()),
            ("b.rs", "//! Fine.\n"),
            ("c.rs", "use std::fmt;\n"),
            ("d.d.ts", long.as_str()),
            ("e.ts", &format!("// @generated\n{long}")),
            ("f.tsx", long.as_str()),
            ("g.md", long.as_str()),
        ]);
        let places: Vec<String> = check(&sandbox.tree()).into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, ["a.rs", "c.rs", "f.tsx"]);
    }
}
