//! Law 1: a crate names only crates below it, and what a floor must not know is not among its dependencies.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::Finding;

/// Every crate of the house with the crates it may name. `failpoint` is a leaf that everybody may name.
const BELOW: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("failpoint", &[]),
    ("egress", &[]),
    ("coordination", &[]),
    ("jobs", &[]),
    ("forecast", &[]),
    ("i18n", &[]),
    ("migrations", &[]),
    ("xtask", &[]),
    ("llm-client", &["egress"]),
    ("connectors", &["egress"]),
    ("llm-gateway", &["llm-client", "coordination", "egress"]),
    ("persistence", &["domain", "migrations"]),
    (
        "app",
        &[
            "persistence",
            "domain",
            "llm-gateway",
            "llm-client",
            "connectors",
            "jobs",
            "coordination",
            "forecast",
            "i18n",
            "egress",
        ],
    ),
    ("api", &["app", "domain", "i18n", "coordination"]),
    (
        "server",
        &[
            "api",
            "app",
            "persistence",
            "domain",
            "llm-gateway",
            "llm-client",
            "connectors",
            "jobs",
            "coordination",
            "forecast",
            "i18n",
            "egress",
            "migrations",
        ],
    ),
];

/// Crates from outside that belong to few floors, with the reason.
const KEPT_TO: &[(&str, &[&str], &str)] = &[
    ("reqwest", &["egress"], "outbound HTTP is made in egress alone"),
    ("redis", &["coordination"], "Redis is behind coordination"),
    ("sea-orm", &["persistence", "jobs", "migrations"], "only persistence and jobs know rows"),
    ("sea-orm-migration", &["migrations", "persistence"], "only migrations know tables"),
    ("sqlx", &[], "SeaORM is the one way to the database"),
    ("actix-web", &["api", "server"], "HTTP belongs to api"),
    ("utoipa", &["api"], "the OpenAPI description is made in api"),
    ("argon2", &["app"], "passwords are hashed in app"),
    ("jsonwebtoken", &["app"], "tokens are made and read in app"),
];

/// The domain is pure and synchronous.
const NOT_IN_DOMAIN: &[&str] = &["tokio", "futures-util", "tracing", "metrics", "chrono"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `None` for an ordinary dependency.
    kind: Option<String>,
    path: Option<String>,
}

pub fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let output = Command::new(crate::tree::cargo())
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .map_err(|fault| format!("cannot start cargo: {fault}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).map_err(|fault| format!("cargo metadata is not understood: {fault}"))?;
    Ok(judge(&metadata, root))
}

fn judge(metadata: &Metadata, root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &metadata.packages {
        // The tests stand outside the house and may look at every floor.
        if package.name == "obrol-tests" {
            continue;
        }
        let manifest = Path::new(&package.manifest_path);
        let place = manifest.strip_prefix(root).unwrap_or(manifest).display().to_string();
        let Some((_, below)) = BELOW.iter().find(|(name, _)| *name == package.name) else {
            findings
                .push(Finding::new(place, "this crate has no floor; give it one in crates/xtask/src/house/arrows.rs"));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev")) {
            let (from, to) = (package.name.as_str(), dependency.name.as_str());
            if dependency.path.is_some() {
                if to != "failpoint" && !below.contains(&to) {
                    let may = if below.is_empty() { "no other crate".to_owned() } else { below.join(", ") };
                    findings.push(Finding::new(
                        &place,
                        format!("{from} names {to}, which is not below it; it may name {may}"),
                    ));
                }
                continue;
            }
            if let Some((_, kept, why)) = KEPT_TO.iter().find(|(name, _, _)| *name == to)
                && !kept.contains(&from)
            {
                findings.push(Finding::new(&place, format!("{from} names {to}: {why}")));
            }
            if from == "domain" && NOT_IN_DOMAIN.contains(&to) {
                findings.push(Finding::new(&place, format!("domain names {to}: it is pure and synchronous")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<&str>, bool)]) -> Package {
        Package {
            name: name.to_owned(),
            manifest_path: format!("/r/crates/{name}/Cargo.toml"),
            dependencies: dependencies
                .iter()
                .map(|(name, kind, ours)| Dependency {
                    name: (*name).to_owned(),
                    kind: kind.map(str::to_owned),
                    path: ours.then(|| format!("/r/crates/{name}")),
                })
                .collect(),
        }
    }

    fn findings(packages: Vec<Package>) -> Vec<Finding> {
        judge(&Metadata { packages }, Path::new("/r"))
    }

    #[test]
    fn downward_arrows_and_test_dependencies_pass() {
        let fine = vec![
            package("api", &[("app", None, true), ("failpoint", None, true), ("actix-web", None, false)]),
            package("domain", &[("serde", None, false), ("tokio", Some("dev"), false)]),
            package("obrol-tests", &[("persistence", None, true), ("redis", None, false)]),
        ];
        assert_eq!(findings(fine), []);
    }

    #[test]
    fn upward_arrows_are_named() {
        let found =
            findings(vec![package("domain", &[("app", None, true)]), package("api", &[("persistence", None, true)])]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].place, "crates/domain/Cargo.toml");
        assert!(found[1].what.contains("api names persistence"));
    }

    #[test]
    fn what_a_floor_must_not_know_is_named() {
        let found = findings(vec![
            package("domain", &[("tokio", None, false)]),
            package("llm-client", &[("reqwest", None, false)]),
            package("attic", &[]),
        ]);
        assert_eq!(found.len(), 3);
        assert!(found[1].what.contains("egress alone"));
        assert!(found[2].what.contains("no floor"));
    }
}
