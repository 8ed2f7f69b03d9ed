//! `make bench`: measures the binary that `OBROL_BIN` names and prints tables (Markdown) on stdout.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    obrol_tests::bench::command::run(&words)
}
