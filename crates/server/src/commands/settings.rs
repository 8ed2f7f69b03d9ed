//! `obrol config check` and `obrol config example`.

use std::process::ExitCode;

use super::Failure;
use crate::cli::{ConfigCommand, Format};
use crate::config::{Config, example};
use crate::greeting::say;

pub fn run(command: &ConfigCommand) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Check => check(&Config::load()?),
        ConfigCommand::Example { format: Format::Env } => say(&example::env()),
        ConfigCommand::Example { format: Format::Toml } => say(&example::toml()),
        ConfigCommand::Example { format: Format::Markdown } => say(&example::markdown()),
    }
    Ok(ExitCode::SUCCESS)
}

fn check(config: &Config) {
    println!("The configuration is fine.");
    println!("  address        {}", config.address());
    println!("  data directory {}", config.data_dir.display());
    if let Some(file) = &config.file {
        println!("  file           {}", file.display());
    }
    println!("  environment    {}", config.core.env.as_str());
    println!("  registration   {}", config.registration().as_str());
    let names: Vec<&str> = config.providers.iter().map(|provider| provider.name.as_str()).collect();
    println!(
        "  providers      {}",
        if names.is_empty() { "none (the built-in guide answers)".to_owned() } else { names.join(", ") }
    );
}
