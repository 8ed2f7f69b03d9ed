//! `cargo xtask feature NAME`: the files of a column on every floor, which compile and work, and one line in each list.
//!
//! Everything is planned before anything is written, so a list that looks unlike what is expected leaves no half a column.

mod lists;
mod names;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::columns;
use crate::tree::Tree;
use names::Names;

/// New files: template and place.
const FILES: &[(&str, &str)] = &[
    (include_str!("templates/domain.rs.txt"), "crates/domain/src/@plural@.rs"),
    (include_str!("templates/migration.rs.txt"), "migrations/src/columns/@plural@.rs"),
    (include_str!("templates/entity.rs.txt"), "crates/persistence/src/entity/@plural@.rs"),
    (include_str!("templates/persistence.rs.txt"), "crates/persistence/src/@plural@.rs"),
    (include_str!("templates/app.rs.txt"), "crates/app/src/@plural@.rs"),
    (include_str!("templates/api.rs.txt"), "crates/api/src/@plural@.rs"),
    (include_str!("templates/en.ftl.txt"), "crates/i18n/locales/en/@plural@.ftl"),
    (include_str!("templates/id.ftl.txt"), "crates/i18n/locales/id/@plural@.ftl"),
    (include_str!("templates/ja.ftl.txt"), "crates/i18n/locales/ja/@plural@.ftl"),
    (include_str!("templates/test.rs.txt"), "tests/it/@plural@.rs"),
    (include_str!("templates/api.ts.txt"), "web/src/features/@plural@/api/@plural@.ts"),
    (include_str!("templates/page.tsx.txt"), "web/src/features/@plural@/components/@plural@-page.tsx"),
    (include_str!("templates/route.tsx.txt"), "web/src/routes/_app/@plural@.tsx"),
];

/// What a page says, by language.
const PAGE_TEXTS: [(&str, [(&str, &str); 2]); 3] = [
    ("en", [("title", "@Plural@"), ("empty", "There is nothing here yet.")]),
    ("id", [("title", "@Plural@"), ("empty", "Belum ada apa-apa di sini.")]),
    ("ja", [("title", "@Plural@"), ("empty", "まだ何もありません。")]),
];

/// True when the column was written.
pub fn run(root: &Path, name: &str) -> Result<bool, String> {
    let names = Names::of(name)?;
    let plan = plan(&Tree::read(root)?, &names, &today())?;
    for (path, text) in &plan {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
        }
        std::fs::write(&path, text).map_err(|fault| format!("{}: {fault}", path.display()))?;
    }
    tidy(root, &plan);
    for (path, _) in &plan {
        println!("  {path}");
    }
    println!("\n{name} stands on every floor. Next: `make openapi`, then docs/ADDING-A-FEATURE.md from step 2.");
    println!("Its Indonesian and Japanese texts, and the plural of its name, want a person's eye.");
    Ok(true)
}

/// Lines break differently with the length of the name. Without rustfmt, `make lint` will say so.
fn tidy(root: &Path, plan: &[(String, String)]) {
    let fresh = plan.iter().take(FILES.len()).filter(|(path, _)| path.ends_with(".rs"));
    let files = fresh.map(|(path, _)| root.join(path));
    let _ = Command::new("rustfmt").args(["--edition", "2024"]).args(files).current_dir(root).output();
}

/// Files with their whole new text.
fn plan(tree: &Tree, names: &Names, day: &str) -> Result<Vec<(String, String)>, String> {
    let mut plan = Vec::new();
    for (template, place) in FILES {
        let place = names.fill(place);
        if tree.has(&place) {
            return Err(format!("{place} is already there"));
        }
        plan.push((place, names.fill(template)));
    }
    let name = names.plural.as_str();
    let mut edit = |file: &str, change: &dyn Fn(&str) -> Result<String, String>| {
        let text = tree.text(file).ok_or(format!("{file} is missing"))?;
        plan.push((file.to_owned(), change(&text).map_err(|fault| format!("{file}: {fault}"))?));
        Ok::<(), String>(())
    };
    edit("crates/domain/src/lib.rs", &|text| lists::module_line(text, "pub mod ", name))?;
    edit("crates/domain/src/ids.rs", &|text| lists::id_line(text, names))?;
    edit("migrations/src/columns/mod.rs", &|text| lists::migration_line(text, day, names))?;
    edit("crates/persistence/src/entity/mod.rs", &|text| lists::module_line(text, "pub(crate) mod ", name))?;
    edit("crates/persistence/src/lib.rs", &|text| lists::module_line(text, "pub mod ", name))?;
    edit("crates/app/src/lib.rs", &|text| lists::module_line(text, "pub mod ", name))?;
    edit("crates/api/src/lib.rs", &|text| lists::module_line(text, "pub mod ", name))?;
    edit("crates/api/src/v1.rs", &|text| lists::route_line(text, names))?;
    edit("crates/api/src/openapi.rs", &|text| lists::tag_line(text, names))?;
    edit("tests/it/matrix.rs", &|text| lists::matrix_rows(text, names))?;
    edit("tests/it/main.rs", &|text| lists::module_line(text, "mod ", name))?;
    for (language, entries) in &PAGE_TEXTS {
        let file = format!("web/messages/{language}.json");
        edit(&file, &|text| lists::catalog_section(text, names, entries))?;
    }
    edit("web/biome.json", &|text| lists::page_boundary(text, names))?;
    edit(columns::LIST, &|text| lists::column_line(text, names))?;
    Ok(plan)
}

/// The day as YYYYMMDD, UTC (days since the epoch to a date after Howard Hinnant's `civil_from_days`).
#[expect(clippy::disallowed_methods, reason = "a development tool names a migration after the day on which it is run")]
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = i64::try_from(seconds / 86_400).unwrap_or(0) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}{month:02}{day:02}")
}
