//! From serde's messages to field faults: a pointer and a stable code, never the value.

use domain::FieldFault;
use serde_path_to_error::{Path, Segment};

/// Longest name that we repeat in a pointer.
const LONGEST_NAME: usize = 64;

/// Reads what serde says (its wording is stable and tested below); the value that it quotes is dropped.
pub(super) fn fault(path: &Path, message: &str) -> FieldFault {
    let mut pointer = pointer(path);
    let code = if message.starts_with("missing field") {
        pointer = join(&pointer, quoted(message));
        "missing"
    } else if message.starts_with("unknown field") {
        let name = quoted(message);
        if !pointer.ends_with(&escaped(name)) {
            pointer = join(&pointer, name);
        }
        "unknown"
    } else if message.starts_with("duplicate field") {
        pointer = join(&pointer, quoted(message));
        "duplicate"
    } else if message.starts_with("invalid type: null") {
        "not_null"
    } else if message.starts_with("invalid type") {
        "wrong_type"
    } else {
        "wrong_value"
    };
    FieldFault::new(pointer, code)
}

/// Serde puts the names of fields between backticks.
fn quoted(message: &str) -> &str {
    message.split('`').nth(1).unwrap_or_default()
}

fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => join(&pointer, key),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", escaped(name))
}

fn escaped(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect::<String>()
        .replace('~', "~0")
        .replace('/', "~1")
}
