//! Every link in a Markdown page that points into the repository leads to a file, and its fragment to a heading.

use super::Finding;
use crate::tree::Tree;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.ends_with(".md")) {
        let text = tree.text(file).unwrap_or_default();
        for (number, target) in targets(&text) {
            if let Some(fault) = fault(tree, file, &target) {
                findings.push(Finding::new(format!("{file}:{number}"), format!("{target}: {fault}")));
            }
        }
    }
    findings
}

/// Link and image targets with their line, outside code.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second piece between backticks is code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
        for rest in prose.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            found.push((number + 1, target.to_owned()));
        }
    }
    found
}

fn fault(tree: &Tree, file: &str, target: &str) -> Option<&'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, fragment) = target.split_once('#').map_or((target, None), |(path, fragment)| (path, Some(fragment)));
    let resolved = resolve(file, path);
    if !path.is_empty() {
        // A path from the root of the site, as the manual uses it, is a page of the running server.
        if path.starts_with('/') {
            return None;
        }
        match &resolved {
            None => return Some("leads out of the repository"),
            Some(path) if !tree.root.join(path).exists() => return Some("there is no such file"),
            Some(_) => {}
        }
    }
    let fragment = fragment?;
    let page = resolved.filter(|_| !path.is_empty()).unwrap_or_else(|| file.to_owned());
    let page = tree.text(&in_first_language(&page)).unwrap_or_default();
    (!headings(&page).contains(&fragment.to_lowercase())).then_some("there is no such heading")
}

/// The manual's headings have the same fragment in every language: that of the English page.
fn in_first_language(page: &str) -> String {
    page.replacen("docs/manual/id/", "docs/manual/en/", 1).replacen("docs/manual/ja/", "docs/manual/en/", 1)
}

/// `../a/./b` seen from the folder of `file`.
fn resolve(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Fragments as GitHub makes them: lower case, spaces to hyphens, punctuation gone.
fn headings(text: &str) -> Vec<String> {
    let titles = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    titles
        .map(|title| {
            let kept = title.to_lowercase().replace(' ', "-");
            kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_')).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sandbox::Sandbox;

    #[test]
    fn fragments_of_the_manual_are_english() {
        let sandbox = Sandbox::new(&[
            ("docs/manual/en/a.md", "# A\n## The thing\n"),
            ("docs/manual/id/a.md", "# A\n## Hal itu\n"),
            ("docs/manual/id/b.md", "[x](a.md#the-thing) [y](a.md#hal-itu)\n"),
        ]);
        let found = check(&sandbox.tree());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].what.contains("#hal-itu"));
    }

    #[test]
    fn dead_links_are_named_with_their_line() {
        let sandbox = Sandbox::new(&[
            ("README.md", "[a](docs/A.md) [b](https://example.org) [c](docs/B.md)\n![p](docs/p.png \"title\")\n"),
            (
                "docs/A.md",
                "# One: two\n[up](../README.md) [here](#one-two) [there](#three)\n```\n[x](y)\n```\n`[x](z)`\n[out](../../etc)",
            ),
        ]);
        let found: Vec<String> =
            check(&sandbox.tree()).into_iter().map(|finding| finding.place + ": " + &finding.what).collect();
        assert_eq!(
            found,
            [
                "README.md:1: docs/B.md: there is no such file",
                "README.md:2: docs/p.png: there is no such file",
                "docs/A.md:2: #three: there is no such heading",
                "docs/A.md:7: ../../etc: leads out of the repository",
            ]
        );
    }
}
