//! The pages are embedded from `web/dist`; a clone that has not built them yet gets an empty folder and still compiles.
#![allow(clippy::expect_used, reason = "a build that cannot go on stops here")]

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    std::fs::create_dir_all(&dist).expect("web/dist can be created");
    println!("cargo::rerun-if-changed=../../web/dist");
    println!("cargo::rerun-if-changed=build.rs");
}
