//! `obrol admin create`: an administrator by whoever sits at the machine.

use std::io::BufRead;
use std::process::ExitCode;

use app::accounts::{NewAdmin, create_admin};

use super::Failure;
use crate::cli::AdminCreate;
use crate::config::Config;
use crate::wiring::{self, Purpose};

pub async fn create(config: Config, wanted: AdminCreate) -> Result<ExitCode, Failure> {
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\n', '\r']).to_owned();
    let wired = wiring::build(&config, Purpose::Command).await?;
    let ctx = wired.app.system("admin create");
    let new = NewAdmin { email: wanted.email, password, display_name: wanted.name };
    let made = create_admin(&wired.app, &ctx, new).await;
    wired.app.db.clone().close().await;
    match made {
        Ok(user) => {
            println!("{} administers this server now.", user.email);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(in_words(&error).into()),
    }
}

/// As the API would say it, in English.
fn in_words(error: &domain::Error) -> String {
    let mut text = i18n::problem_detail("en", error.code(), error.args()).unwrap_or_else(|| error.to_string());
    for fault in error.fields() {
        text += &format!(
            "\n  {}: {}",
            fault.pointer.trim_start_matches('/'),
            i18n::fault_message("en", fault.code, &fault.args)
        );
    }
    text
}
