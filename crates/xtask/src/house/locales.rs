//! The three languages have the same keys, the same arguments and the same manual pages.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::tree::Tree;

const LANGUAGES: [&str; 3] = ["en", "id", "ja"];
const FLUENT: &str = "crates/i18n/locales";
const CATALOGS: &str = "web/messages";
const MANUAL: &str = "docs/manual";

/// A key and the arguments of its text.
type Keys = BTreeMap<String, BTreeSet<String>>;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let fluent = LANGUAGES.map(|language| (format!("{FLUENT}/{language}"), fluent_keys(tree, language, &mut findings)));
    compare(&fluent, &mut findings);
    if LANGUAGES.iter().any(|language| tree.has(&format!("{CATALOGS}/{language}.json"))) {
        let catalogs = LANGUAGES.map(|language| {
            let file = format!("{CATALOGS}/{language}.json");
            let keys = catalog_keys(tree, &file, &mut findings);
            (file, keys)
        });
        compare(&catalogs, &mut findings);
    }
    let pages = LANGUAGES.map(|language| {
        let folder = format!("{MANUAL}/{language}");
        let prefix = format!("{folder}/");
        let pages = tree.under(&prefix).map(|file| (file[prefix.len()..].to_owned(), BTreeSet::new())).collect();
        (folder, pages)
    });
    compare(&pages, &mut findings);
    for page in pages[0].1.keys().filter(|page| page.ends_with(".md")) {
        let outline = outline(tree, &format!("{MANUAL}/en/{page}"));
        for language in &LANGUAGES[1..] {
            let file = format!("{MANUAL}/{language}/{page}");
            let what = "its headings are not those of the English page, which name the sections in every language";
            if tree.has(&file) && self::outline(tree, &file) != outline {
                findings.push(Finding::new(file, what));
            }
        }
    }
    findings
}

/// The levels of a page's headings, outside code.
fn outline(tree: &Tree, file: &str) -> Vec<usize> {
    let text = tree.text(file).unwrap_or_default();
    let mut fenced = false;
    let lines = text.lines().filter(|line| {
        fenced ^= line.trim_start().starts_with("```");
        !fenced && line.starts_with('#')
    });
    lines.map(|line| line.chars().take_while(|letter| *letter == '#').count()).collect()
}

/// Whatever one language has, the others have.
fn compare(languages: &[(String, Keys); 3], findings: &mut Vec<Finding>) {
    let all: BTreeSet<&String> = languages.iter().flat_map(|(_, keys)| keys.keys()).collect();
    for key in all {
        for (place, keys) in languages {
            match (keys.get(key), languages.iter().find_map(|(place, keys)| Some((place, keys.get(key)?)))) {
                (None, _) => findings.push(Finding::new(place, format!("{key} is missing"))),
                (Some(own), Some((first, arguments))) if own != arguments => {
                    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
                    let what = format!("{key} uses [{}], but {first} uses [{}]", list(own), list(arguments));
                    findings.push(Finding::new(place, what));
                }
                (Some(_), _) => {}
            }
        }
    }
}

/// Messages and attributes (`message.attribute`) of all Fluent files of a language.
fn fluent_keys(tree: &Tree, language: &str, findings: &mut Vec<Finding>) -> Keys {
    let mut keys = Keys::new();
    let folder = format!("{FLUENT}/{language}/");
    for file in tree.under(&folder).filter(|file| file.ends_with(".ftl")) {
        let (mut message, mut key) = (String::new(), String::new());
        for line in tree.text(file).unwrap_or_default().lines() {
            let start = line.split('=').next().unwrap_or_default().trim_end();
            let is_name = |name: &str| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            };
            let fresh = if line.contains('=') && is_name(start) {
                message = start.to_owned();
                Some(message.clone())
            } else {
                let attribute = start.trim_start().strip_prefix('.').filter(|name| line.contains('=') && is_name(name));
                attribute.map(|name| format!("{message}.{name}"))
            };
            if let Some(fresh) = fresh {
                if keys.insert(fresh.clone(), BTreeSet::new()).is_some() {
                    findings.push(Finding::new(file, format!("{fresh} is there twice")));
                }
                key = fresh;
            }
            if let Some(arguments) = keys.get_mut(&key)
                && !line.starts_with('#')
            {
                arguments.extend(variables(line, '$'));
            }
        }
    }
    keys
}

/// The names that follow `sign`: `{ $count }`.
fn variables(line: &str, sign: char) -> Vec<String> {
    let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-';
    line.split(sign)
        .skip(1)
        .filter_map(|rest| rest.split(ends).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Flattened keys of an ICU catalog. Its arguments are checked by the build of `web/`, which understands ICU.
fn catalog_keys(tree: &Tree, file: &str, findings: &mut Vec<Finding>) -> Keys {
    let mut keys = Keys::new();
    match tree.text(file).map(|text| serde_json::from_str::<serde_json::Value>(&text)) {
        None => findings.push(Finding::new(file, "the file is missing")),
        Some(Err(fault)) => findings.push(Finding::new(file, format!("is not JSON: {fault}"))),
        Some(Ok(value)) => flatten(&value, "", &mut keys),
    }
    keys
}

fn flatten(value: &serde_json::Value, path: &str, keys: &mut Keys) {
    if let serde_json::Value::Object(inside) = value {
        for (name, value) in inside {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            flatten(value, &path, keys);
        }
    } else {
        keys.insert(path.to_owned(), BTreeSet::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sandbox::Sandbox;

    #[test]
    fn equal_languages_pass_and_differences_are_named() {
        let sandbox = Sandbox::new(&[
            ("crates/i18n/locales/en/a.ftl", "# words\nhello = Hello { $name }\n    .title = Hi\nbye = Bye\n"),
            ("crates/i18n/locales/id/a.ftl", "hello = Halo { $name }\n    .title = Hai\nbye = Dah\n"),
            ("crates/i18n/locales/ja/b.ftl", "hello =\n    { $name }さん、こんにちは\n    .title = やあ\nbye = では\n"),
            ("web/messages/en.json", r#"{"a": {"b": "x"}}"#),
            ("web/messages/id.json", r#"{"a": {"b": "y"}}"#),
            ("web/messages/ja.json", r#"{"a": {"b": "z"}}"#),
            ("docs/manual/en/start.md", ""),
            ("docs/manual/id/start.md", ""),
            ("docs/manual/ja/start.md", ""),
        ]);
        assert_eq!(check(&sandbox.tree()), []);
        sandbox.write("crates/i18n/locales/id/a.ftl", "hello = Halo { $nama }\nbye = Dah\nbye = Dadah\n");
        sandbox.write("web/messages/ja.json", r#"{"a": {}}"#);
        sandbox.write("docs/manual/en/more.md", "");
        sandbox.write("docs/manual/ja/start.md", "# 始め\n```\n# 註\n```\n");
        let found: Vec<String> =
            check(&sandbox.tree()).into_iter().map(|finding| finding.place + ": " + &finding.what).collect();
        assert_eq!(
            found,
            [
                "crates/i18n/locales/id/a.ftl: bye is there twice",
                "crates/i18n/locales/id: hello uses [nama], but crates/i18n/locales/en uses [name]",
                "crates/i18n/locales/id: hello.title is missing",
                "web/messages/ja.json: a.b is missing",
                "docs/manual/id: more.md is missing",
                "docs/manual/ja: more.md is missing",
                "docs/manual/ja/start.md: its headings are not those of the English page, which name the sections in every language",
            ]
        );
    }
}
