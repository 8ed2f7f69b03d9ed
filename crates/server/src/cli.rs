//! The command line: what can be asked for, in words that help.

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(
    name = "obrol",
    version,
    about = "Obrol: a self-hosted AI conversation server",
    long_about = "Obrol: a self-hosted AI conversation server. An accepted message is never lost, and an answer never dies with a browser tab.\n\n\
Settings come from the environment (OBROL_…, DATABASE_URL, REDIS_URL) and an optional TOML file; `obrol config example` lists them all. \
Nothing needs to be set: without settings there is SQLite and generated secrets in a data directory.",
    after_help = "Exit codes: 0 done; 1 failed; 2 wrong usage; 78 faults in the configuration.",
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and the pages, and work the answers
    Serve(Serve),
    /// Work answers and jobs without serving, beside other processes (needs PostgreSQL or MySQL/MariaDB)
    Work,
    /// Bring the database to this version's schema, then end
    Migrate,
    /// Check the configuration, or print an example of it
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Manage administrators
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Look after the secrets in the database
    Secrets {
        #[command(subcommand)]
        command: SecretsCommand,
    },
    /// Print the API's specification (OpenAPI 3.1)
    Openapi,
    /// Look at database, Redis, providers, disk and clock, and say what to do
    Doctor,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct Serve {
    /// Only serve; other processes (`obrol work`) work the answers
    #[arg(long)]
    pub no_workers: bool,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check what is set; all faults at once
    Check,
    /// Print every key with its meaning and default
    Example {
        /// As variables (.env.example), as a TOML file, or as tables for a manual
        #[arg(long, value_enum, default_value_t = Format::Env)]
        format: Format,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Env,
    Toml,
    Markdown,
}

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make an administrator
    Create(AdminCreate),
}

#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// Seal everything with OBROL_ENCRYPTION_KEY that a key of OBROL_ENCRYPTION_KEYS_OLD sealed; may be cut off and run again
    Rotate,
}

#[derive(Debug, Args)]
pub struct AdminCreate {
    /// The address to sign in with
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// Read the password from standard input (one line); a password on the command line would be seen by others
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// The name that others see; without it the part of the address before the @
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}
