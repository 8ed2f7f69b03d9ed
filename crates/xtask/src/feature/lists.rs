//! One line in each floor's list, put where it belongs; a list that does not look as expected is named, nothing is guessed.

use std::fmt::Write as _;

use super::names::Names;

type Edit = Result<String, String>;

/// `prefix name;` among its equals, in alphabetical order.
pub fn module_line(text: &str, prefix: &str, name: &str) -> Edit {
    let line = format!("{prefix}{name};");
    let lines: Vec<&str> = text.lines().collect();
    let is_module = |line: &&str| {
        line.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(';')).is_some_and(|rest| !rest.contains(' '))
    };
    if lines.contains(&line.as_str()) {
        return Err(format!("`{line}` is already there"));
    }
    let at = lines.iter().position(|other| is_module(other) && *other > line.as_str());
    let at = at.or_else(|| lines.iter().rposition(is_module).map(|last| last + 1));
    let at = at.ok_or(format!("no line like `{prefix}…;`"))?;
    Ok(with_lines(&lines, at, &[line]))
}

/// The id's type, at the end of `id! { … }`.
pub fn id_line(text: &str, names: &Names) -> Edit {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| *line == "id! {").ok_or("no `id! {`")?;
    let end = lines.iter().skip(start).position(|line| *line == "}").ok_or("no end of `id! {`")? + start;
    let new = [format!("    /// One {}.", names.one), format!("    {}Id,", names.type_name())];
    Ok(with_lines(&lines, end, &new))
}

/// A migration behind the last one, dated `day` (YYYYMMDD).
pub fn migration_line(text: &str, day: &str, names: &Names) -> Edit {
    let text = module_line(text, "mod ", &names.plural)?;
    let lines: Vec<&str> = text.lines().collect();
    let head = lines.iter().position(|line| line.contains("const ALL: [")).ok_or("no `const ALL: […]`")?;
    let (before, count) = lines[head].rsplit_once("; ").ok_or("no length of ALL")?;
    let (count, after) = count.split_once(']').ok_or("no length of ALL")?;
    let count: usize = count.parse().map_err(|_| "the length of ALL is not a number".to_owned())?;
    let end = lines.iter().skip(head).position(|line| *line == "];").ok_or("no end of ALL")? + head;
    let next = count + 1;
    let line = format!("    (\"m{day}_{next:06}_{}\", {}::UP),", names.plural, names.plural);
    let text = with_lines(&lines, end, &[line]);
    Ok(text.replacen(lines[head], &format!("{before}; {next}]{after}"), 1))
}

/// The routes of the feature behind the last ones of `v1.rs`, and its name among what the file takes from the crate.
pub fn route_line(text: &str, names: &Names) -> Edit {
    let lines: Vec<&str> = text.lines().collect();
    let is_route = |line: &&str| line.contains("::routes") && !line.trim_start().starts_with("//");
    let last = lines.iter().rposition(is_route).ok_or("no line with `::routes`")?;
    let model = route_name(lines[last]).ok_or(format!("`{}` names no feature", lines[last].trim()))?;
    let imports = lines.iter().position(|line| line.starts_with("use crate::{") && line.ends_with("};"));
    let own = if imports.is_some() { names.plural.clone() } else { format!("crate::{}", names.plural) };
    let new =
        lines[last].replacen("crate::", "", 1).replacen(&format!("{model}::routes"), &format!("{own}::routes"), 1);
    let text = with_lines(&lines, last + 1, &[new]);
    let Some(imports) = imports else { return Ok(text) };
    let list = lines[imports].trim_start_matches("use crate::{").trim_end_matches("};");
    let mut modules: Vec<&str> = list.split(", ").chain([names.plural.as_str()]).collect();
    modules.sort_unstable();
    Ok(text.replacen(lines[imports], &format!("use crate::{{{}}};", modules.join(", ")), 1))
}

/// The tag of the description, behind the last one.
pub fn tag_line(text: &str, names: &Names) -> Edit {
    let lines: Vec<&str> = text.lines().collect();
    let is_tag = |line: &&str| line.trim_start().starts_with("(name = \"");
    let last = lines.iter().rposition(is_tag).ok_or("no tags")?;
    let indent: String = lines[last].chars().take_while(|letter| *letter == ' ').collect();
    let line =
        format!("{indent}(name = \"{}\", description = \"What people keep as {}\"),", names.plural, names.plural);
    Ok(with_lines(&lines, last, &[line]))
}

/// Rows of the route × principal test, and how it gets at one that belongs to somebody.
pub fn matrix_rows(text: &str, names: &Names) -> Edit {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.starts_with("const ROWS")).ok_or("no `const ROWS`")?;
    let end = lines.iter().skip(start).position(|line| *line == "];").ok_or("no end of ROWS")? + start;
    let rows = [
        "    (\"GET\", \"/api/v1/@plural@\", SIGNED_IN),",
        "    (\"POST\", \"/api/v1/@plural@\", SIGNED_IN),",
        "    (\"GET\", \"/api/v1/@plural@/{id}\", OWNED),",
    ];
    let text = with_lines(&lines, end, &rows.map(|row| names.fill(row)));
    let lines: Vec<&str> = text.lines().collect();
    let mark = "    let conversation = owner.conversation(";
    let at = lines.iter().rposition(|line| line.starts_with(mark)).ok_or(format!("no line `{}…`", mark.trim()))?;
    let making = [
        "    if path.contains(\"/@plural@/\") {",
        "        let made = owner.post(\"/api/v1/@plural@\", json!({\"name\": \"One\"})).await.expect(201);",
        "        return path.replace(\"{id}\", &id(&made));",
        "    }",
    ];
    Ok(with_lines(&lines, at, &making.map(|line| names.fill(line))))
}

fn route_name(line: &str) -> Option<&str> {
    let before = line.split("::routes").next()?;
    before
        .rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .next()
        .filter(|name| !name.is_empty())
}

/// A section at the end of a catalog of the pages.
pub fn catalog_section(text: &str, names: &Names, entries: &[(&str, &str)]) -> Edit {
    let body = text.trim_end().strip_suffix('}').ok_or("no closing brace")?.trim_end();
    if body.contains(&format!("\n  \"{}\": {{", names.plural)) {
        return Err(format!("`{}` is already there", names.plural));
    }
    let mut section = String::new();
    for (number, (key, value)) in entries.iter().enumerate() {
        let comma = if number + 1 == entries.len() { "" } else { "," };
        let _ = writeln!(section, "    \"{key}\": \"{}\"{comma}", names.fill(value));
    }
    let comma = if body.trim_end().ends_with('{') { "" } else { "," };
    Ok(format!("{body}{comma}\n  \"{}\": {{\n{section}  }}\n}}\n", names.plural))
}

/// The line of the law.
pub fn column_line(text: &str, names: &Names) -> Edit {
    let name = format!("{}:", names.plural);
    if text.lines().any(|line| line.starts_with(&name)) {
        return Err(format!("{} is already a feature", names.plural));
    }
    Ok(format!("{}\n{name} domain persistence app api spec tests web locales\n", text.trim_end()))
}

/// The linter's rule that a feature of the pages knows no other: a copy of an existing one.
pub fn page_boundary(text: &str, names: &Names) -> Edit {
    let own = format!("src/features/{}/**", names.plural);
    if text.contains(&own) {
        return Ok(text.to_owned());
    }
    let start = text.find("    {\n      \"includes\": [\"src/features/").ok_or("no rule for a feature")?;
    let end = text[start..].find("\n    },\n").ok_or("no end of a rule")? + start + "\n    },\n".len();
    let rule = &text[start..end];
    let model =
        rule.split("src/features/").nth(1).and_then(|rest| rest.split('/').next()).ok_or("no name in a rule")?;
    let new = rule.replace(&format!("features/{model}/"), &format!("features/{}/", names.plural));
    Ok(format!("{}{new}{}", &text[..end], &text[end..]))
}

fn with_lines(lines: &[&str], at: usize, new: &[String]) -> String {
    let mut text = String::new();
    for line in &lines[..at] {
        text += line;
        text.push('\n');
    }
    for line in new {
        text += line;
        text.push('\n');
    }
    for line in &lines[at..] {
        text += line;
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::of("recipes").unwrap()
    }

    #[test]
    fn modules_are_sorted_in() {
        let text = "//! Doc.\n\npub mod a;\npub mod runs;\n\npub use a::A;\n";
        let new = module_line(text, "pub mod ", "recipes").unwrap();
        assert_eq!(new, "//! Doc.\n\npub mod a;\npub mod recipes;\npub mod runs;\n\npub use a::A;\n");
        assert_eq!(module_line("mod a;\nuse b;\n", "mod ", "z").unwrap(), "mod a;\nmod z;\nuse b;\n");
        assert!(module_line(&new, "pub mod ", "recipes").is_err());
        assert!(module_line("fn main() {}\n", "mod ", "z").is_err());
    }

    #[test]
    fn ids_and_migrations_go_to_the_end() {
        let ids = id_line("macro_rules! id {\n}\n\nid! {\n    /// A.\n    AId,\n}\n", &names()).unwrap();
        assert!(ids.ends_with("    AId,\n    /// One recipe.\n    RecipeId,\n}\n"), "{ids}");
        let list = "mod jobs;\n\npub(crate) const ALL: [(&str, &[Step]); 5] = [\n    (\"m20261121_000005_jobs\", jobs::UP),\n];\n";
        let list = migration_line(list, "20270102", &names()).unwrap();
        assert!(list.contains("&[Step]); 6] = ["), "{list}");
        assert!(list.ends_with("jobs::UP),\n    (\"m20270102_000006_recipes\", recipes::UP),\n];\n"), "{list}");
    }

    #[test]
    fn routes_follow_the_last_one() {
        let text = "use crate::{auth, runs};\n\n    auth::routes(config);\n    runs::routes(config);\n}\n";
        assert_eq!(
            route_line(text, &names()).unwrap(),
            "use crate::{auth, recipes, runs};\n\n    auth::routes(config);\n    runs::routes(config);\n    recipes::routes(config);\n}\n"
        );
        let plain = "    crate::runs::routes(config);\n";
        assert_eq!(route_line(plain, &names()).unwrap(), format!("{plain}    crate::recipes::routes(config);\n"));
    }

    #[test]
    fn tags_and_rows_are_added() {
        let tags = tag_line("    tags(\n        (name = \"a\", description = \"A\")\n    )\n", &names()).unwrap();
        assert!(
            tags.contains(
                "(name = \"recipes\", description = \"What people keep as recipes\"),\n        (name = \"a\""
            )
        );
        let matrix = "const ROWS: &[R] = &[\n    (\"GET\", \"/a\", PUBLIC),\n];\nfn f() {\n    let conversation = owner.conversation(x);\n}\n";
        let matrix = matrix_rows(matrix, &names()).unwrap();
        assert!(matrix.contains("PUBLIC),\n    (\"GET\", \"/api/v1/recipes\", SIGNED_IN),"), "{matrix}");
        assert!(matrix.contains("    }\n    let conversation ="), "{matrix}");
    }

    #[test]
    fn catalogs_and_the_law_grow() {
        let catalog = catalog_section(
            "{\n  \"a\": {\n    \"b\": \"c\"\n  }\n}\n",
            &names(),
            &[("title", "@Plural@"), ("empty", "None")],
        );
        let catalog = catalog.unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&catalog).unwrap()["recipes"]["title"], "Recipes");
        assert!(catalog_section(&catalog, &names(), &[]).is_err());
        let law = column_line("# words\nruns: app\n", &names()).unwrap();
        assert!(law.ends_with("runs: app\nrecipes: domain persistence app api spec tests web locales\n"));
        assert!(column_line(&law, &names()).is_err());
    }

    #[test]
    fn the_page_boundary_is_copied() {
        let text = "x\n    {\n      \"includes\": [\"src/features/auth/**\"],\n      \"group\": [\"!@/features/auth/**\"]\n    },\n    {\n      \"includes\": [\"src/lib/**\"]\n    }\n";
        let new = page_boundary(text, &names()).unwrap();
        assert!(new.contains("[\"src/features/recipes/**\"]") && new.contains("!@/features/recipes/**"), "{new}");
        assert_eq!(page_boundary(&new, &names()).unwrap(), new);
    }
}
