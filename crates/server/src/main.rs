//! The binary `obrol`: command line, configuration, wiring, processes, signals. No business rules.

mod cli;
mod commands;
mod config;
mod data_dir;
mod greeting;
mod housekeeping;
mod left;
mod logging;
mod memory;
mod metrics;
mod node_slot;
mod signals;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    memory::small_pages();
    commands::run(Cli::parse())
}
