//! Where values come from: the environment, then the TOML file, then the default. Unknown names are refused, with a suggestion.

use std::collections::BTreeMap;
use std::path::Path;

use config::{ConfigError, File, FileFormat, Value, ValueKind};

use super::faults::Faults;
use super::section::{Key, Setting};

/// Variables that are not settings of the server: of its tests and tools, and what Kubernetes adds for a service of that name.
const NOT_OURS: [&str; 10] = [
    "OBROL_CONFIG",
    "OBROL_TEST_",
    "OBROL_E2E_",
    "OBROL_DEV_",
    "OBROL_BIN",
    "OBROL_SEED",
    "OBROL_PORT",
    "OBROL_SERVICE_",
    "OBROL_BENCH_",
    "OBROL_SOAK_",
];

/// Values as written, each still a text.
#[derive(Default)]
pub struct Sources {
    env: BTreeMap<String, String>,
    /// `section.field` → text.
    file: BTreeMap<String, String>,
}

impl Sources {
    pub fn new(env: impl IntoIterator<Item = (String, String)>) -> Self {
        // An empty variable is how a compose file leaves one out.
        let env = env.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        Self { env, file: BTreeMap::new() }
    }

    pub fn env(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str)
    }

    /// Adds a TOML file; what is wrong with it is told without its content.
    pub fn read_file(&mut self, path: &Path, faults: &mut Faults) {
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return faults.add(name, format!("cannot be read: {error}"), None),
        };
        let parsed = config::Config::builder().add_source(File::from_str(&text, FileFormat::Toml)).build();
        match parsed.and_then(|parsed| parsed.try_deserialize::<BTreeMap<String, Value>>()) {
            Ok(table) => table.into_iter().for_each(|(key, value)| self.flatten(key, value, &name, faults)),
            Err(error) => faults.add(name, format!("is not valid TOML{}", place(&error, &text)), None),
        }
    }

    fn flatten(&mut self, path: String, value: Value, file: &str, faults: &mut Faults) {
        match value.kind {
            ValueKind::Table(table) => {
                for (key, value) in table {
                    self.flatten(format!("{path}.{key}"), value, file, faults);
                }
            }
            ValueKind::Array(items) => {
                let texts: Result<Vec<String>, ConfigError> = items.into_iter().map(Value::into_string).collect();
                match texts {
                    Ok(texts) => drop(self.file.insert(path, texts.join(","))),
                    Err(_) => faults.add(format!("{path} in {file}"), "must be a list of plain values", None),
                }
            }
            ValueKind::Nil => {}
            _ => {
                if let Ok(text) = value.into_string() {
                    self.file.insert(path, text);
                }
            }
        }
    }

    /// Names of the providers that are configured anywhere, with their settings as written.
    pub fn providers(&self) -> BTreeMap<String, BTreeMap<&'static str, (String, String)>> {
        let mut found: BTreeMap<String, BTreeMap<&'static str, (String, String)>> = BTreeMap::new();
        for (path, text) in &self.file {
            if let Some((name, field)) = path.strip_prefix("providers.").and_then(|rest| rest.split_once('.'))
                && let Some((field, _)) = super::providers::FIELDS.iter().find(|(known, _)| *known == field)
            {
                found.entry(name.to_ascii_lowercase()).or_default().insert(*field, (path.clone(), text.clone()));
            }
        }
        for (variable, text) in &self.env {
            if let Some((name, field)) = super::providers::of_variable(variable) {
                found.entry(name).or_default().insert(field, (variable.clone(), text.clone()));
            }
        }
        found
    }

    /// Names of the routes, each with the place where it was read and its text.
    pub fn routes(&self) -> BTreeMap<String, (String, String)> {
        let of_file = self.file.iter().filter_map(|(path, text)| {
            let name = path.strip_prefix("routes.")?.to_ascii_lowercase();
            Some((name, (format!("{path} (in the file)"), text.clone())))
        });
        let of_env = self.env.iter().filter_map(|(variable, text)| {
            Some((super::routes::of_variable(variable)?, (variable.clone(), text.clone())))
        });
        of_file.chain(of_env).collect()
    }

    /// Refuses names that mean nothing: a typo must not be a silent default.
    pub fn refuse_unknown(&self, keys: &[Key], faults: &mut Faults) {
        let named = |variable: &str| {
            super::providers::of_variable(variable).is_some() || super::routes::of_variable(variable).is_some()
        };
        let known: Vec<&str> = keys.iter().map(|key| key.env).collect();
        for variable in self.env.keys().filter(|variable| variable.starts_with("OBROL_")) {
            if known.contains(&variable.as_str())
                || named(variable)
                || NOT_OURS.iter().any(|name| variable.starts_with(name))
            {
                continue;
            }
            if variable == "OBROL_FAILPOINT" {
                if cfg!(not(feature = "failpoints")) {
                    faults.add(variable, "this build has no failpoints (build with --features failpoints)", None);
                }
                continue;
            }
            let fault = match variable.starts_with("OBROL_PROVIDER_") {
                true if unknown(variable, &known) == "is not known" => {
                    "is not known; a provider has _KIND, _BASE_URL, _API_KEY, _MODELS".to_owned()
                }
                _ => unknown(variable, &known),
            };
            faults.add(variable, fault, None);
        }
        let places: Vec<String> = keys.iter().map(Key::path).collect();
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        let named = |path: &str| path.starts_with("providers.") || path.starts_with("routes.");
        for path in self.file.keys().filter(|path| !named(path) && !places.contains(&path.as_str())) {
            faults.add(format!("{path} (in the file)"), unknown(path, &places), None);
        }
        for path in self.file.keys().filter_map(|path| path.strip_prefix("providers.")) {
            let field = path.split_once('.').map_or("", |(_, field)| field);
            if !super::providers::FIELDS.iter().any(|(known, _)| *known == field) {
                faults.add(
                    format!("providers.{path} (in the file)"),
                    "is not known; a provider has kind, base_url, api_key, models",
                    None,
                );
            }
        }
    }
}

/// Reads keys from the sources and collects what is wrong.
pub struct Reader<'a> {
    pub sources: &'a Sources,
    pub faults: &'a mut Faults,
}

impl Reader<'_> {
    pub fn value<T: Setting>(&mut self, key: &Key) -> Option<T> {
        let path = key.path();
        let written = match self.sources.env(key.env) {
            Some(text) => Some((key.env.to_owned(), text)),
            None => self.sources.file.get(&path).map(|text| (format!("{path} (in the file)"), text.as_str())),
        };
        let (name, text) = match written {
            Some((name, text)) => (name, text.trim()),
            None if key.default.is_empty() => return T::unset(),
            None => (key.env.to_owned(), key.default),
        };
        match T::parse(text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.faults.add(name, fault, Some(format!("{}={}", key.env, key.example)));
                None
            }
        }
    }
}

/// Line and column of a syntax fault; the parser's own message would quote the line, which may hold a secret.
fn place(error: &ConfigError, text: &str) -> String {
    let message = error.to_string();
    let line = message
        .split("line ")
        .nth(1)
        .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok());
    line.filter(|line| *line <= text.lines().count().max(1)).map_or_else(String::new, |line| format!(" (line {line})"))
}

fn unknown(name: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|other| (distance(name, other), *other)).min();
    match nearest {
        Some((distance, other)) if distance <= 2 + name.len() / 6 => format!("is not known; did you mean {other}?"),
        _ => "is not known".to_owned(),
    }
}

/// Levenshtein: how many letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let cost = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
