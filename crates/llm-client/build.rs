//! The manual is embedded by a macro that sees the pages it knows, not a new one.

fn main() {
    println!("cargo:rerun-if-changed=../../docs/manual");
}
