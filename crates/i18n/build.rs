//! The texts are read by a macro, which cargo does not see: without this a changed text would stay the old one.

fn main() {
    println!("cargo:rerun-if-changed=locales");
}
