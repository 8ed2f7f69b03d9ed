//! All languages have the same messages, attributes and arguments; every code in the source tree has a text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use fluent_syntax::ast::{self, Entry};

use crate::{Text, fault_message, look_up, problem_detail, problem_title, text};

/// Message or `message.attribute` → names of its arguments.
type Catalogue = BTreeMap<String, BTreeSet<String>>;

/// This crate's folder. Not env!: the binary may have been built in another clone that shares its target folder.
fn here() -> PathBuf {
    std::env::current_dir().unwrap()
}

fn catalogue(language: &str) -> Catalogue {
    let folder = here().join("locales").join(language);
    let mut found = Catalogue::new();
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        let resource =
            fluent_syntax::parser::parse(source.as_str()).map_err(|(_, errors)| errors).expect("valid Fluent");
        for entry in &resource.body {
            if let Entry::Message(message) = entry {
                let mut add = |name: String, pattern: &ast::Pattern<&str>| {
                    let mut args = BTreeSet::new();
                    collect(pattern, &mut args);
                    assert!(found.insert(name.clone(), args).is_none(), "{language}: {name} is there twice");
                };
                if let Some(value) = &message.value {
                    add(message.id.name.to_owned(), value);
                }
                for attribute in &message.attributes {
                    add(format!("{}.{}", message.id.name, attribute.id.name), &attribute.value);
                }
            }
        }
    }
    found
}

fn collect(pattern: &ast::Pattern<&str>, args: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            match expression {
                ast::Expression::Inline(inline) => collect_inline(inline, args),
                ast::Expression::Select { selector, variants } => {
                    collect_inline(selector, args);
                    variants.iter().for_each(|variant| collect(&variant.value, args));
                }
            }
        }
    }
}

fn collect_inline(inline: &ast::InlineExpression<&str>, args: &mut BTreeSet<String>) {
    if let ast::InlineExpression::VariableReference { id } = inline {
        args.insert(id.name.to_owned());
    }
}

#[test]
fn all_languages_have_the_same_keys_and_arguments() {
    let english = catalogue("en");
    assert!(english.len() > 40);
    for language in ["id", "ja"] {
        let other = catalogue(language);
        let missing: Vec<_> = english.keys().filter(|key| !other.contains_key(*key)).collect();
        let extra: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{language}: missing {missing:?}, extra {extra:?}");
        for (key, args) in &english {
            assert_eq!(args, &other[key], "{language}: arguments of {key}");
        }
    }
}

#[test]
fn every_typed_key_has_a_text() {
    let english = catalogue("en");
    for key in Text::ALL {
        assert!(english.contains_key(key.id()), "{}", key.id());
        for language in ["en", "id", "ja"] {
            assert_ne!(text(language, *key, &[("command", "make".to_owned())]), key.id());
        }
    }
}

#[test]
fn arguments_and_plurals_are_filled_in() {
    let seconds = |n: &str| problem_detail("en", "request.too_many", &[("seconds", n.to_owned())]).unwrap();
    assert!(seconds("1").contains("1 second and"));
    assert!(seconds("5").contains("5 seconds and"));
    assert!(problem_detail("ja", "request.too_many", &[("seconds", "5".to_owned())]).unwrap().contains("5 秒待って"));
    assert_eq!(problem_title("id", "request.not_found").unwrap(), "Tidak ditemukan");
    assert_eq!(problem_title("xx", "request.not_found").unwrap(), "Not found");
    assert_eq!(fault_message("en", "no.such_code", &[]), "This value is not allowed.");
    assert_eq!(look_up("en", "no-such-message", &[]), None);
}

/// Codes are literals by convention; a code in product code without a text would reach people as a bare word.
#[test]
fn every_code_in_the_source_has_a_text() {
    let english = catalogue("en");
    let mut without = BTreeSet::new();
    for file in product_sources() {
        let source = fs::read_to_string(&file).unwrap();
        for (call, prefix) in CALLS {
            for (at, _) in source.match_indices(call) {
                let Some(code) = first_code(&source[at + call.len()..]) else { continue };
                let id = format!("{prefix}{}", code.replace('.', "-"));
                let titled = !prefix.is_empty() || english.contains_key(&format!("{id}.title"));
                if !english.contains_key(&id) || !titled {
                    without.insert(format!("{id} ({})", file.display()));
                }
            }
        }
    }
    assert!(without.is_empty(), "add texts for: {without:#?}");
}

/// Codes that rules hand on before an error is made of them, such as the ways in which a run fails.
#[test]
fn every_code_among_the_rules_has_a_text() {
    let english = catalogue("en");
    let mut without = BTreeSet::new();
    for file in product_sources().into_iter().filter(|file| file.components().any(|part| part.as_os_str() == "domain"))
    {
        let source = fs::read_to_string(&file).unwrap();
        for (at, _) in source.match_indices('"') {
            let Some(code) = source[at + 1..].split('"').next() else { continue };
            let feature = ["auth.", "conversation.", "keys.", "llm.", "message.", "model.", "run."]
                .iter()
                .any(|feature| code.starts_with(feature));
            if feature && is_code(code) {
                let id = code.replace('.', "-");
                let problem = english.contains_key(&id) && english.contains_key(&format!("{id}.title"));
                if !problem && !english.contains_key(&format!("field-{id}")) {
                    without.insert(format!("{id} ({})", file.display()));
                }
            }
        }
    }
    assert!(without.is_empty(), "add texts for: {without:#?}");
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.'))
}

/// A call that takes a code, and the prefix of its message.
const CALLS: &[(&str, &str)] =
    &[("Error::new(", ""), ("Error::not_found(", ""), ("Problem::new(", ""), ("FieldFault::new(", "field-")];

/// The last string literal among the arguments before the call closes, if it looks like a code.
fn first_code(rest: &str) -> Option<&str> {
    let mut depth = 1;
    let mut last = None;
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => {
                let end = at + 1 + rest[at + 1..].find('"')?;
                last = Some(&rest[at + 1..end]);
                while chars.next()?.0 < end {}
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    last.filter(|code| is_code(code))
}

fn product_sources() -> Vec<PathBuf> {
    let here = here();
    let crates = here.parent().unwrap();
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> =
        fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path().join("src")).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.contains("tests") && !path.starts_with(&here) {
                files.push(path);
            }
        }
    }
    files
}
