//! What operators set about language models beside providers, routes and limits: alerts, credits, moderation, cached answers.

use domain::{Ctx, Error, FieldFault, Result};
use persistence::settings;
use serde::{Deserialize, Serialize};

use super::Changed;
use super::changes::announce;
use crate::App;
use crate::accounts::Admin;

/// Under this name it lies in the database.
const KEY: &str = "llm.settings";
/// A million dollars.
const MOST_MICROS: i64 = 1_000_000_000_000;

/// Money in micro-USD.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LlmSettings {
    /// An alert when all together spend more than this in a day (UTC).
    pub daily_spend_alert_micros: Option<i64>,
    /// What is left at a provider below which operators are warned.
    pub credit_warning_micros: i64,
    pub credit_critical_micros: i64,
    /// Whether equal questions may be answered from memory, for each person alone.
    pub cache_answers: bool,
}

impl Default for LlmSettings {
    fn default() -> Self {
        Self {
            daily_spend_alert_micros: None,
            credit_warning_micros: 5_000_000,
            credit_critical_micros: 1_000_000,
            cache_answers: false,
        }
    }
}

impl LlmSettings {
    /// # Errors
    /// Faults at the fields.
    pub fn check(&self) -> Result<(), Vec<FieldFault>> {
        let fault = |pointer| FieldFault::new(pointer, "out_of_range").arg("min", 0).arg("max", MOST_MICROS);
        let within = |micros: i64| (0..=MOST_MICROS).contains(&micros);
        let mut faults = Vec::new();
        if self.daily_spend_alert_micros.is_some_and(|micros| !within(micros)) {
            faults.push(fault("/daily_spend_alert_micros"));
        }
        if !within(self.credit_warning_micros) {
            faults.push(fault("/credit_warning_micros"));
        }
        if !within(self.credit_critical_micros) || self.credit_critical_micros > self.credit_warning_micros {
            let most = self.credit_warning_micros.clamp(0, MOST_MICROS);
            faults.push(FieldFault::new("/credit_critical_micros", "out_of_range").arg("min", 0).arg("max", most));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

pub async fn get(app: &App, _: Admin) -> Result<LlmSettings> {
    read(app).await
}

/// Sets all of it.
///
/// # Errors
/// Faults at the fields.
pub async fn set(app: &App, ctx: &Ctx, _: Admin, new: LlmSettings) -> Result<LlmSettings> {
    new.check().map_err(Error::invalid)?;
    let text = serde_json::to_string(&new).map_err(Error::broken)?;
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            settings::set(&*tx, KEY, &text, ctx.now()).await?;
            Ok(tx.commit().await?)
        })
        .await?;
    tracing::info!(event = "llm.settings_changed", settings = text);
    announce(app, Changed::Settings).await;
    Ok(new)
}

/// As it was saved; words of a newer Obrol are passed over, and what cannot be read is as it was at first.
pub(super) async fn read(app: &App) -> Result<LlmSettings> {
    let Some(text) = settings::get(app.db.read(), KEY).await? else { return Ok(LlmSettings::default()) };
    Ok(serde_json::from_str(&text).unwrap_or_else(|fault| {
        tracing::error!(%fault, "the settings of language models cannot be read");
        LlmSettings::default()
    }))
}
