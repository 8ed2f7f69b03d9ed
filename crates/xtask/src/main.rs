//! Development tasks: `cargo xtask house` checks the laws of the house, `cargo xtask feature NAME` scaffolds a column.

mod columns;
mod feature;
mod house;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development tasks of Obrol", disable_help_subcommand = true)]
struct Arguments {
    /// The repository; found from the current folder when not given.
    #[arg(long, global = true, value_name = "FOLDER")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the laws of the house (docs/ARCHITECTURE.md) and report everything that breaks one.
    House {
        /// Skip what needs the server's binary: the OpenAPI file and .env.example.
        #[arg(long)]
        without_binary: bool,
        /// A built `obrol` to ask, instead of `cargo run`.
        #[arg(long, value_name = "FILE", env = "OBROL_BINARY")]
        binary: Option<PathBuf>,
    },
    /// Write the committed files that the server prints: OpenAPI, .env.example, the table in docs/CONFIGURATION.md.
    Generate {
        /// A built `obrol` to ask, instead of `cargo run`.
        #[arg(long, value_name = "FILE", env = "OBROL_BINARY")]
        binary: Option<PathBuf>,
    },
    /// Write the files of a new feature on every floor, and one line in each floor's list.
    Feature {
        /// One plural lower-case word, for example `recipes`.
        name: String,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = tree::find_root(arguments.root).and_then(|root| match arguments.task {
        Task::House { without_binary, binary } => house::run(&root, without_binary, binary),
        Task::Generate { binary } => house::generate(&root, binary),
        Task::Feature { name } => feature::run(&root, &name),
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("xtask: {fault}");
            ExitCode::from(2)
        }
    }
}
