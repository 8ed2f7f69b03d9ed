//! The words of a feature: `recipes`, `recipe`, `Recipes`, `Recipe`.

/// Words that cannot name a module or a variable.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names that floors already use for something else.
const TAKEN: &[&str] = &[
    "app",
    "clock",
    "ctx",
    "cursor",
    "db",
    "docs",
    "entity",
    "error",
    "etag",
    "extract",
    "facts",
    "fallback",
    "health",
    "ids",
    "limits",
    "locale",
    "middleware",
    "openapi",
    "problem",
    "settings",
    "shell",
    "spa",
    "time",
    "tx",
    "wire",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub plural: String,
    pub one: String,
}

impl Names {
    pub fn of(name: &str) -> Result<Self, String> {
        if name.is_empty() || !name.bytes().all(|letter| letter.is_ascii_lowercase()) {
            return Err(format!("`{name}` is not a feature's name: one plural word in small letters, like recipes"));
        }
        let one = singular(name);
        for word in [name, one.as_str()] {
            if KEYWORDS.contains(&word) || TAKEN.contains(&word) {
                return Err(format!("`{word}` already means something else; choose another word"));
            }
        }
        Ok(Self { plural: name.to_owned(), one })
    }

    pub fn type_name(&self) -> String {
        capital(&self.one)
    }

    pub fn fill(&self, template: &str) -> String {
        template
            .replace("@plural@", &self.plural)
            .replace("@Plural@", &capital(&self.plural))
            .replace("@one@", &self.one)
            .replace("@One@", &capital(&self.one))
    }
}

fn singular(plural: &str) -> String {
    let cut = |end: &str| plural.strip_suffix(end).filter(|stem| stem.len() > 1);
    if let Some(stem) = cut("ies") {
        return format!("{stem}y");
    }
    for end in ["sses", "xes", "ches", "shes"] {
        if let Some(stem) = cut(end) {
            return format!("{stem}{}", &end[..end.len() - 2]);
        }
    }
    match cut("s") {
        Some(stem) if !plural.ends_with("ss") => stem.to_owned(),
        _ => plural.to_owned(),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_made_from_the_plural() {
        for (plural, one) in [
            ("recipes", "recipe"),
            ("categories", "category"),
            ("boxes", "box"),
            ("branches", "branch"),
            ("knowledge", "knowledge"),
            ("news", "new"),
        ] {
            assert_eq!(singular(plural), one);
        }
        assert_eq!(
            Names::of("recipes").unwrap().fill("@plural@ @Plural@ @one@ @One@"),
            "recipes Recipes recipe Recipe"
        );
    }

    #[test]
    fn odd_names_are_refused() {
        for odd in ["", "Recipes", "re-cipes", "types", "boxes", "settings", "ids"] {
            assert!(Names::of(odd).is_err(), "{odd}");
        }
    }
}
