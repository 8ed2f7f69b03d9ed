//! The binary `obrol`: command line, configuration, wiring, processes, signals. No business rules.

mod cli;
mod commands;
mod config;
mod data_dir;
mod logging;
mod node_slot;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run(Cli::parse())
}
