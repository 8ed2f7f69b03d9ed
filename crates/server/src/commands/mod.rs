//! One file a command; here each is chosen and its failure becomes words and an exit code.

mod admin;
mod doctor;
mod migrate;
mod secrets;
mod serve;
mod settings;

use std::error::Error;
use std::future::Future;
use std::process::ExitCode;

use crate::cli::{AdminCommand, Cli, Command, SecretsCommand};
use crate::config::Config;
use crate::config::faults::Faults;
use crate::greeting::say;
use crate::logging;
use crate::wiring::Purpose;

pub type Failure = Box<dyn Error + Send + Sync>;

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
        Command::Serve(options) => {
            let purpose = Purpose::Serve { work: !options.no_workers };
            let config = Config::load()?;
            block_on(serve::run(config, purpose))
        }
        Command::Work => block_on(serve::run(Config::load()?, Purpose::Work)),
        Command::Migrate => block_on(migrate::run(quietly(Config::load()?))),
        Command::Config { command } => settings::run(&command),
        Command::Admin { command: AdminCommand::Create(wanted) } => {
            block_on(admin::create(quietly(Config::load()?), wanted))
        }
        Command::Secrets { command: SecretsCommand::Rotate } => block_on(secrets::rotate(quietly(Config::load()?))),
        Command::Openapi => {
            say(&api::openapi::pretty());
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor => block_on(doctor::run(quietly(Config::load()?))),
    }
}

/// Short commands say what they did on standard output; the log has only what went wrong.
fn quietly(config: Config) -> Config {
    logging::start("warn", config.core.log_format);
    config
}

fn block_on(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    // One TLS implementation for everything that connects; a second call would only say that it is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
