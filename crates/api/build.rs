//! The pages are embedded from `web/dist`; a clone that has not built them yet gets an empty folder and still compiles.
#![allow(clippy::expect_used, reason = "a build that cannot go on stops here")]

use std::path::Path;

fn main() {
    // From where cargo runs it: built, it may be older than the clone that it runs in, where clones share their target folder.
    let dist = Path::new("../../web/dist");
    std::fs::create_dir_all(dist).expect("web/dist can be created");
    println!("cargo::rerun-if-changed=../../web/dist");
    println!("cargo::rerun-if-changed=build.rs");
}
