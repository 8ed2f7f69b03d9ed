//! The declared list of features (`crates/xtask/columns.txt`): which floors each lives on, and under which name where a floor
//! has its own word for it.

use crate::tree::Tree;

pub const LIST: &str = "crates/xtask/columns.txt";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Floor {
    Domain,
    Persistence,
    App,
    Api,
    Spec,
    Tests,
    Web,
    Locales,
}

impl Floor {
    pub const ALL: [Self; 8] =
        [Self::Domain, Self::Persistence, Self::App, Self::Api, Self::Spec, Self::Tests, Self::Web, Self::Locales];

    pub fn word(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Persistence => "persistence",
            Self::App => "app",
            Self::Api => "api",
            Self::Spec => "spec",
            Self::Tests => "tests",
            Self::Web => "web",
            Self::Locales => "locales",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|floor| floor.word() == word)
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// Floors with the names used there, usually just the feature's own.
    pub floors: Vec<(Floor, Vec<String>)>,
}

impl Column {
    pub fn names_on(&self, floor: Floor) -> &[String] {
        self.floors.iter().find(|(other, _)| *other == floor).map_or(&[], |(_, names)| names)
    }
}

/// One line a feature: `name: floor floor=other,words floor`; `#` starts a comment.
pub fn parse(text: &str) -> Result<Vec<Column>, String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).enumerate();
    lines.filter(|(_, line)| !line.is_empty()).map(|(number, line)| column(number + 1, line)).collect()
}

fn column(number: usize, line: &str) -> Result<Column, String> {
    let (name, floors) = line.split_once(':').ok_or(format!("{LIST}:{number}: write `name: floors`"))?;
    let name = name.trim().to_owned();
    let mut known = Vec::new();
    for word in floors.split_whitespace() {
        let (floor, names) = match word.split_once('=') {
            Some((floor, names)) => (floor, names.split(',').map(str::to_owned).collect()),
            None => (word, vec![name.clone()]),
        };
        let floor = Floor::of(floor).ok_or_else(|| {
            let all = Floor::ALL.map(Floor::word).join(", ");
            format!("{LIST}:{number}: {floor} is not a floor; the floors are {all}")
        })?;
        known.push((floor, names));
    }
    Ok(Column { name, floors: known })
}

pub fn read(tree: &Tree) -> Result<Vec<Column>, String> {
    parse(&tree.text(LIST).ok_or(format!("{LIST} is missing"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_floors_and_other_words() {
        let columns = parse("# words\n\naccounts: domain api=auth,me tests # two pages\n").unwrap();
        assert_eq!(columns.len(), 1);
        assert_eq!(columns[0].names_on(Floor::Domain), ["accounts"]);
        assert_eq!(columns[0].names_on(Floor::Api), ["auth", "me"]);
        assert!(columns[0].names_on(Floor::Web).is_empty());
    }

    #[test]
    fn a_wrong_line_is_named() {
        assert!(parse("accounts: attic").unwrap_err().contains("columns.txt:1: attic is not a floor"));
        assert!(parse("\naccounts").unwrap_err().contains("columns.txt:2"));
    }
}
