//! One file a command; here each is chosen and its failure becomes words and an exit code.

mod settings;

use std::error::Error;
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::config::Config;
use crate::config::faults::Faults;

type Failure = Box<dyn Error>;

/// `EX_CONFIG` of sysexits.h: service managers need not restart for it.
const CONFIGURATION_FAULTY: u8 = 78;

pub fn run(cli: Cli) -> ExitCode {
    match chosen(cli.command) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("obrol: {failure}");
            let mut source = failure.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::from(if failure.is::<Faults>() { CONFIGURATION_FAULTY } else { 1 })
        }
    }
}

fn chosen(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Config { command } => settings::run(&command),
        Command::Openapi => {
            print!("{}", api::openapi::pretty());
            Ok(ExitCode::SUCCESS)
        }
        Command::Serve(_) | Command::Work | Command::Migrate | Command::Admin { .. } | Command::Doctor => {
            let _ = Config::load()?;
            Err("not wired yet".into())
        }
    }
}
