//! Scaffolding into a copy of this very repository, so that a list that changes its look is noticed here.

use std::path::Path;

use super::*;
use crate::tree::sandbox::Sandbox;

/// The files that the scaffold edits, as they are now, and one file of every folder that it fills.
fn copy() -> Sandbox {
    // Not env!: this binary may have been built in another clone that shares its target folder.
    let root = Path::new("../..");
    let sandbox = Sandbox::new(&[]);
    for file in [
        "crates/domain/src/lib.rs",
        "crates/domain/src/ids.rs",
        "migrations/src/columns/mod.rs",
        "crates/persistence/src/entity/mod.rs",
        "crates/persistence/src/lib.rs",
        "crates/app/src/lib.rs",
        "crates/api/src/lib.rs",
        "crates/api/src/v1.rs",
        "crates/api/src/openapi.rs",
        "tests/it/matrix.rs",
        "tests/it/main.rs",
        "web/messages/en.json",
        "web/messages/id.json",
        "web/messages/ja.json",
        "web/biome.json",
        columns::LIST,
    ] {
        sandbox.write(file, &std::fs::read_to_string(root.join(file)).unwrap());
    }
    sandbox
}

#[test]
fn a_column_is_written_whole_and_only_once() {
    let sandbox = copy();
    assert!(run(&sandbox.root, "recipes").unwrap());
    let tree = sandbox.tree();
    for (_, place) in FILES {
        let file = place.replace("@plural@", "recipes");
        let text = tree.text(&file).unwrap();
        assert!(!text.contains('@') || file.ends_with(".ts") || file.ends_with(".tsx"), "{file} has an unfilled word");
        assert!(!text.contains("@plural@") && !text.contains("@one@") && !text.contains("@One@"), "{file}");
    }
    for (file, line) in [
        ("crates/domain/src/lib.rs", "pub mod recipes;"),
        ("crates/domain/src/ids.rs", "    RecipeId,"),
        ("migrations/src/columns/mod.rs", "_recipes\", recipes::UP),"),
        ("crates/persistence/src/entity/mod.rs", "pub(crate) mod recipes;"),
        ("crates/api/src/v1.rs", "recipes::routes"),
        ("tests/it/main.rs", "mod recipes;"),
        ("tests/it/matrix.rs", "\"/api/v1/recipes/{id}\", OWNED"),
        ("web/messages/ja.json", "\"recipes\": {"),
        (columns::LIST, "recipes: domain persistence app api spec tests web locales"),
    ] {
        assert!(tree.text(file).unwrap().contains(line), "{file} lacks {line}");
    }
    for language in ["en", "id", "ja"] {
        let catalog = tree.text(&format!("web/messages/{language}.json")).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&catalog).unwrap()["recipes"]["title"].is_string());
    }
    assert!(serde_json::from_str::<serde_json::Value>(&tree.text("web/biome.json").unwrap()).is_ok());
    let columns = columns::read(&tree).unwrap();
    assert!(columns.iter().any(|column| column.name == "recipes"));
    assert!(run(&sandbox.root, "recipes").unwrap_err().contains("already there"));
}

#[test]
fn a_list_that_looks_odd_leaves_nothing_behind() {
    let sandbox = copy();
    sandbox.write("crates/api/src/v1.rs", "//! Nothing here.\n");
    assert!(run(&sandbox.root, "recipes").unwrap_err().starts_with("crates/api/src/v1.rs: "));
    assert!(!sandbox.root.join("crates/domain/src/recipes.rs").exists());
}

#[test]
fn today_is_a_date() {
    let today = today();
    assert_eq!(today.len(), 8);
    assert!(today.as_str() > "20260101" && today.as_str() < "21000101", "{today}");
}
