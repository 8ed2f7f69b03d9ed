//! The laws of the house, each checked by one file of this folder. All findings are reported, not just the first.

mod arrows;
mod column_floors;
mod doors;
mod generated;
mod links;
mod locales;
mod names;
mod sizes;

use std::path::{Path, PathBuf};

use crate::tree::Tree;

/// Something that breaks a law.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file (with a line where there is one) or the command.
    pub place: String,
    /// What is wrong and what to do about it.
    pub what: String,
}

impl Finding {
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// Writes the committed files that the server's binary prints.
pub fn generate(root: &Path, binary: Option<PathBuf>) -> Result<bool, String> {
    generated::write(&Tree::read(root)?, binary).map(|()| true)
}

/// True when every law holds.
pub fn run(root: &Path, without_binary: bool, binary: Option<PathBuf>) -> Result<bool, String> {
    let tree = Tree::read(root)?;
    let mut laws: Vec<(&str, Vec<Finding>)> = vec![
        ("arrows point down", arrows::check(root)?),
        ("one name on every floor", column_floors::check(&tree)?),
        ("files stay small and say what they hold", sizes::check(&tree)),
        ("names say something", names::check(&tree)),
        ("handlers take our extractors", doors::check(&tree)),
        ("en, id and ja say the same", locales::check(&tree)),
        ("links lead somewhere", links::check(&tree)),
    ];
    if !without_binary {
        laws.push(("what is generated is up to date", generated::check(&tree, binary)));
    }
    let count: usize = laws.iter().map(|(_, findings)| findings.len()).sum();
    for (law, mut findings) in laws {
        findings.sort();
        println!("{} {law}", if findings.is_empty() { "ok  " } else { "FAIL" });
        for finding in findings {
            println!("       {}: {}", finding.place, finding.what);
        }
    }
    match count {
        0 => println!("The house stands."),
        1 => println!("One finding."),
        more => println!("{more} findings."),
    }
    Ok(count == 0)
}
