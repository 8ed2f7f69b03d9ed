//! Committed files that the server's binary prints: the OpenAPI description, the configuration example, the table of keys.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Finding;
use crate::tree::Tree;

const SPEC: &str = "openapi/openapi.json";
const EXAMPLE: &str = ".env.example";
const PAGE: &str = "docs/CONFIGURATION.md";
/// The table of keys stands between these lines.
const BEGIN: &str = "<!-- printed by `obrol config example --format markdown` -->";
const END: &str = "<!-- end -->";
const WRITE: &str = "`cargo xtask generate` writes it";

pub fn check(tree: &Tree, binary: Option<PathBuf>) -> Vec<Finding> {
    let obrol = Obrol { root: tree.root.clone(), binary };
    let mut findings = Vec::new();
    match obrol.prints(&["openapi"]) {
        Ok(printed) => findings.extend(spec_fault(tree.text(SPEC).as_deref(), &printed)),
        Err(fault) => findings.push(Finding::new("obrol openapi", fault)),
    }
    match obrol.prints(&["config", "example"]) {
        Ok(printed) => findings.extend(example_fault(tree.text(EXAMPLE).as_deref(), &printed)),
        Err(fault) => findings.push(Finding::new("obrol config example", fault)),
    }
    match obrol.prints(&["config", "example", "--format", "markdown"]) {
        Ok(printed) => findings.extend(page_fault(tree.text(PAGE).as_deref(), &printed)),
        Err(fault) => findings.push(Finding::new("obrol config example --format markdown", fault)),
    }
    findings
}

/// Writes what [`check`] compares.
pub fn write(tree: &Tree, binary: Option<PathBuf>) -> Result<(), String> {
    let obrol = Obrol { root: tree.root.clone(), binary };
    let page = tree.text(PAGE).unwrap_or_default();
    let table = obrol.prints(&["config", "example", "--format", "markdown"])?;
    let page = with_table(&page, &table).ok_or(format!("{PAGE} lacks the lines between which the table stands"))?;
    let files = [(SPEC, obrol.prints(&["openapi"])?), (EXAMPLE, obrol.prints(&["config", "example"])?), (PAGE, page)];
    for (file, text) in files {
        std::fs::write(tree.root.join(file), text).map_err(|fault| format!("{file}: {fault}"))?;
        println!("  {file}");
    }
    Ok(())
}

fn with_table(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", table.trim()))
}

fn page_fault(committed: Option<&str>, table: &str) -> Option<Finding> {
    let Some(committed) = committed else {
        return Some(Finding::new(PAGE, "is missing"));
    };
    match with_table(committed, table) {
        None => Some(Finding::new(PAGE, format!("lacks the lines `{BEGIN}` and `{END}`"))),
        Some(wanted) if wanted != committed => Some(Finding::new(PAGE, format!("its table of keys is old; {WRITE}"))),
        Some(_) => None,
    }
}

struct Obrol {
    root: PathBuf,
    binary: Option<PathBuf>,
}

impl Obrol {
    fn prints(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = match &self.binary {
            Some(binary) => Command::new(absolute(binary)),
            None => {
                let mut cargo = Command::new(crate::tree::cargo());
                cargo.args(["run", "--quiet", "--package", "server", "--bin", "obrol", "--"]);
                cargo
            }
        };
        let output = command.args(arguments).current_dir(&self.root).output();
        let output = output.map_err(|fault| format!("cannot be started: {fault}"))?;
        if !output.status.success() {
            let fault = String::from_utf8_lossy(&output.stderr);
            return Err(format!("failed: {}", fault.trim().lines().last().unwrap_or("without a word")));
        }
        String::from_utf8(output.stdout).map_err(|_| "did not print text".to_owned())
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn spec_fault(committed: Option<&str>, printed: &str) -> Option<Finding> {
    let Some(committed) = committed else {
        return Some(Finding::new(SPEC, "is missing; run `make openapi`"));
    };
    if committed.trim_end() == printed.trim_end() {
        return None;
    }
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let mut paths = Vec::new();
    differences(&parse(committed), &parse(printed), "", &mut paths);
    let where_to_look = match paths.as_slice() {
        [] => "in its layout only".to_owned(),
        paths => paths.iter().take(5).cloned().collect::<Vec<_>>().join(", "),
    };
    Some(Finding::new(
        SPEC,
        format!("differs from what the code says ({where_to_look}); run `make openapi` and commit it"),
    ))
}

/// JSON pointers of the places where the two differ.
fn differences(left: &Value, right: &Value, path: &str, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            for key in keys {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                match (left.get(key), right.get(key)) {
                    (Some(left), Some(right)) => differences(left, right, &path, found),
                    _ => found.push(path),
                }
            }
        }
        _ if left != right => found.push(if path.is_empty() { "/".to_owned() } else { path.to_owned() }),
        _ => {}
    }
}

fn example_fault(committed: Option<&str>, printed: &str) -> Option<Finding> {
    let Some(committed) = committed else {
        return Some(Finding::new(EXAMPLE, format!("is missing; {WRITE}")));
    };
    let (left, right): (Vec<&str>, Vec<&str>) = (committed.lines().collect(), printed.lines().collect());
    let first = (0..left.len().max(right.len())).find(|line| left.get(*line) != right.get(*line))?;
    let shown = |line: Option<&&str>| line.map_or("nothing".to_owned(), |line| format!("`{line}`"));
    let what =
        format!("has {}, but the configuration has {}; {WRITE}", shown(left.get(first)), shown(right.get(first)));
    Some(Finding::new(format!("{EXAMPLE}:{}", first + 1), what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spec_is_compared_and_the_difference_located() {
        assert_eq!(spec_fault(Some("{\"a\": 1}\n"), "{\"a\": 1}"), None);
        let fault = spec_fault(Some(r#"{"paths": {"/x": 1}, "b": 2}"#), r#"{"paths": {"/x": 3}, "c": 2}"#).unwrap();
        assert!(
            fault.what.contains("(/paths/~1x, /b, /c)") || fault.what.contains("(/b, /paths/~1x, /c)"),
            "{fault:?}"
        );
        assert!(spec_fault(Some("{ }"), "{}").unwrap().what.contains("layout"));
        assert!(spec_fault(None, "{}").is_some());
    }

    #[test]
    fn the_example_is_compared_line_by_line() {
        assert_eq!(example_fault(Some("A=1\nB=2\n"), "A=1\nB=2\n"), None);
        let fault = example_fault(Some("A=1\n"), "A=1\nB=2\n").unwrap();
        assert_eq!(fault.place, ".env.example:2");
        assert!(fault.what.contains("has nothing, but the configuration has `B=2`"));
    }

    #[test]
    fn the_table_of_keys_stands_between_its_lines() {
        let page = format!("# A\n{BEGIN}\n\n| old |\n\n{END}\nrest\n");
        let new = with_table(&page, "| new |\n").unwrap();
        assert_eq!(new, format!("# A\n{BEGIN}\n\n| new |\n\n{END}\nrest\n"));
        assert!(page_fault(Some(&page), "| new |").unwrap().what.contains("old"));
        assert_eq!(page_fault(Some(&new), "| new |\n"), None);
        assert!(page_fault(Some("# A"), "").unwrap().what.contains("lacks"));
    }

    #[test]
    fn a_binary_that_fails_is_a_finding() {
        let obrol = Obrol { root: std::env::temp_dir(), binary: Some("/nonexistent/obrol".into()) };
        assert!(obrol.prints(&["openapi"]).unwrap_err().contains("cannot be started"));
    }
}
