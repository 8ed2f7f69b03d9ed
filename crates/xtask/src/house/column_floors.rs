//! Law 2: a feature has one name on every floor, and nothing stands on a floor that no column declares.

use std::collections::BTreeSet;

use crate::columns::{self, Column, Floor};
use crate::house::Finding;
use crate::tree::Tree;

const SPEC: &str = "openapi/openapi.json";
const ROUTE_LIST: &str = "crates/api/src/v1.rs";
const FEATURES: &str = "web/src/features/";

pub fn check(tree: &Tree) -> Result<Vec<Finding>, String> {
    let columns = columns::read(tree)?;
    let tags = spec_tags(tree);
    let mut findings = Vec::new();
    for column in &columns {
        for (floor, names) in &column.floors {
            for name in names {
                if let Some(wanted) = missing(tree, &tags, *floor, name) {
                    findings.push(Finding::new(
                        format!("{} on {}", column.name, floor.word()),
                        format!("missing: {wanted} (declared in {})", columns::LIST),
                    ));
                }
            }
        }
    }
    findings.extend(undeclared(tree, &columns));
    Ok(findings)
}

/// What would have to be there, when it is not.
fn missing(tree: &Tree, tags: &BTreeSet<String>, floor: Floor, name: &str) -> Option<String> {
    let module = |folder: &str| {
        let there = tree.has(&format!("{folder}/{name}.rs")) || tree.has_folder(&format!("{folder}/{name}"));
        (!there).then(|| format!("{folder}/{name}.rs or {folder}/{name}/"))
    };
    match floor {
        Floor::Domain => module("crates/domain/src"),
        Floor::Persistence => module("crates/persistence/src"),
        Floor::App => module("crates/app/src"),
        Floor::Api => module("crates/api/src"),
        Floor::Tests => module("tests/it"),
        Floor::Web => {
            let folder = format!("{FEATURES}{name}");
            (!tree.has_folder(&folder)).then(|| format!("{folder}/"))
        }
        Floor::Spec => (!tags.contains(name)).then(|| format!("an operation with the tag {name} in {SPEC}")),
        Floor::Locales => {
            let file = format!("crates/i18n/locales/en/{name}.ftl");
            let pages = tree.text("web/messages/en.json").is_some_and(|text| has_section(&text, name));
            (!tree.has(&file) && !pages).then(|| format!("{file}, or {name}.* in web/messages/en.json"))
        }
    }
}

fn has_section(catalog: &str, name: &str) -> bool {
    let Ok(serde_json::Value::Object(catalog)) = serde_json::from_str(catalog) else { return false };
    let prefix = format!("{name}.");
    catalog.keys().any(|key| key == name || key.starts_with(&prefix))
}

fn spec_tags(tree: &Tree) -> BTreeSet<String> {
    let spec: serde_json::Value = tree.text(SPEC).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let operations = spec["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    operations
        .flat_map(|path| path.as_object().into_iter().flat_map(|methods| methods.values()))
        .flat_map(|operation| operation["tags"].as_array().cloned().unwrap_or_default())
        .filter_map(|tag| tag.as_str().map(str::to_owned))
        .collect()
}

/// Routes and pages that belong to no declared column.
fn undeclared(tree: &Tree, columns: &[Column]) -> Vec<Finding> {
    let declared = |floor: Floor| -> BTreeSet<&str> {
        columns.iter().flat_map(|column| column.names_on(floor)).map(String::as_str).collect()
    };
    let mut findings = Vec::new();
    let routes = declared(Floor::Api);
    for (number, line) in tree.text(ROUTE_LIST).unwrap_or_default().lines().enumerate() {
        if let Some(name) = line.split("::routes").next().filter(|name| name.len() < line.len())
            && let Some(name) = name.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next()
            && !routes.contains(name)
            && !line.trim_start().starts_with("//")
        {
            findings.push(Finding::new(
                format!("{ROUTE_LIST}:{}", number + 1),
                format!("{name} belongs to no feature; declare it in {}", columns::LIST),
            ));
        }
    }
    let pages = declared(Floor::Web);
    let folders: BTreeSet<&str> = tree
        .under(FEATURES)
        .filter_map(|file| file.strip_prefix(FEATURES)?.split_once('/').map(|(name, _)| name))
        .collect();
    for name in folders.into_iter().filter(|name| !pages.contains(name)) {
        findings.push(Finding::new(
            format!("{FEATURES}{name}"),
            format!("belongs to no feature; declare it in {}", columns::LIST),
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sandbox::Sandbox;

    #[test]
    fn a_whole_column_passes_and_gaps_are_named() {
        let sandbox = Sandbox::new(&[
            (columns::LIST, "rooms: domain app api=rooms,doors spec tests web locales\n"),
            ("crates/domain/src/rooms/mod.rs", ""),
            ("crates/app/src/rooms.rs", ""),
            ("crates/api/src/rooms.rs", ""),
            ("crates/api/src/doors.rs", ""),
            (ROUTE_LIST, "cfg.configure(rooms::routes);\n    .configure(super::doors::routes)\n"),
            (SPEC, r#"{"paths": {"/rooms": {"get": {"tags": ["rooms"]}}}}"#),
            ("tests/it/rooms.rs", ""),
            ("web/src/features/rooms/page.tsx", ""),
            ("web/messages/en.json", r#"{"rooms": {"title": "Rooms"}}"#),
        ]);
        assert_eq!(check(&sandbox.tree()).unwrap(), []);
        std::fs::remove_file(sandbox.root.join("tests/it/rooms.rs")).unwrap();
        sandbox.write(SPEC, "{}");
        sandbox.write("web/src/features/attic/page.tsx", "");
        sandbox.write(ROUTE_LIST, "cfg.configure(cellar::routes);");
        let found: Vec<String> =
            check(&sandbox.tree()).unwrap().into_iter().map(|finding| finding.place + ": " + &finding.what).collect();
        assert_eq!(found.len(), 4, "{found:?}");
        for part in
            ["rooms on spec", "rooms on tests: missing: tests/it/rooms.rs", "v1.rs:1: cellar belongs", "features/attic"]
        {
            assert!(found.iter().any(|line| line.contains(part)), "{part} in {found:?}");
        }
    }
}
