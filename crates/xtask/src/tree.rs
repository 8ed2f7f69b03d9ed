//! The files of the repository, as git sees them: tracked or new, never what is ignored.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A checked-out repository (or a copy of one, in tests).
pub struct Tree {
    pub root: PathBuf,
    /// Paths relative to the root, with `/`, sorted.
    pub files: Vec<String>,
}

pub fn find_root(given: Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(root) = given {
        return Ok(root);
    }
    let here = std::env::current_dir().map_err(|fault| format!("no current folder: {fault}"))?;
    here.ancestors()
        .find(|folder| folder.join("crates/domain").is_dir() && folder.join("Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| "not inside the Obrol repository; give --root".to_owned())
}

/// The cargo that runs us, or the one that is found.
#[expect(clippy::disallowed_methods, reason = "not a setting of the server: how cargo tells its children who it is")]
pub fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

impl Tree {
    pub fn read(root: &Path) -> Result<Self, String> {
        let mut files = match git_files(root) {
            Some(files) => files,
            None => walk(root, "").map_err(|fault| format!("cannot list {}: {fault}", root.display()))?,
        };
        files.retain(|file| root.join(file).is_file());
        files.sort();
        files.dedup();
        Ok(Self { root: root.to_path_buf(), files })
    }

    pub fn text(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(file)).ok()
    }

    pub fn has(&self, file: &str) -> bool {
        self.files.binary_search_by(|other| other.as_str().cmp(file)).is_ok()
    }

    /// Whether any file lies in `folder` (given without a slash at its end).
    pub fn has_folder(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        self.files.iter().any(|file| file.starts_with(&prefix))
    }

    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.iter().map(String::as_str).filter(move |file| file.starts_with(folder))
    }
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    if !root.join(".git").exists() {
        return None;
    }
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()?;
    Some(text.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect())
}

fn walk(root: &Path, inside: &str) -> std::io::Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root.join(inside))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        if entry.file_type()?.is_dir() {
            if !matches!(name.as_str(), ".git" | "target" | "node_modules" | "dist") {
                files.extend(walk(root, &path)?);
            }
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
pub mod sandbox {
    //! A small repository in a temporary folder, removed with the value.
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::Tree;

    pub struct Sandbox {
        pub root: PathBuf,
    }

    impl Sandbox {
        pub fn new(files: &[(&str, &str)]) -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let root = std::env::temp_dir().join(format!("obrol-xtask-{}-{number}", std::process::id()));
            std::fs::create_dir_all(&root).unwrap();
            let sandbox = Self { root };
            for (file, text) in files {
                sandbox.write(file, text);
            }
            sandbox
        }

        pub fn write(&self, file: &str, text: &str) {
            let path = self.root.join(file);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
            std::fs::write(path, text).unwrap();
        }

        pub fn tree(&self) -> Tree {
            Tree::read(&self.root).unwrap()
        }
    }

    impl Drop for Sandbox {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.root);
        }
    }
}
