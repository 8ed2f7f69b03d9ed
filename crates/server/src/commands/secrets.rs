//! `obrol secrets rotate`: everything in the database is sealed with the present key.

use std::process::ExitCode;

use app::accounts::Admin;

use super::Failure;
use crate::config::Config;
use crate::wiring::{self, Purpose};

pub async fn rotate(config: Config) -> Result<ExitCode, Failure> {
    let wired = wiring::build(&config, Purpose::Command).await?;
    let ctx = wired.app.system("secrets rotate");
    let rotated = match Admin::of(&ctx) {
        Ok(admin) => app::secrets::rotate(&wired.app, &ctx, admin).await,
        Err(refused) => Err(refused),
    };
    wired.app.db.clone().close().await;
    let rotated = rotated?;
    println!("{} secrets were sealed anew with the key {}.", rotated.resealed, wired.app.secrets.key_id());
    if rotated.unreadable == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "obrol: {} secrets could not be opened and were left as they are: add the key that sealed them to \
         OBROL_ENCRYPTION_KEYS_OLD and run this again, or enter those credentials anew.",
        rotated.unreadable
    );
    Ok(ExitCode::FAILURE)
}
