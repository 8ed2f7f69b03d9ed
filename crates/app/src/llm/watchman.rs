//! Hears what the gateway notices, and sees to it that operators hear of it, too.

use std::time::Duration;

use domain::Result;
use domain::llm::alert::{AlertKind, Level};
use llm_gateway::Notice;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::alerts::{self, News};
use super::credentials;
use super::purse::stored_credential;
use crate::App;

/// How often the last uses of credentials are written down.
const USES: Duration = Duration::from_secs(60);

/// Until the process stops.
pub async fn keep(app: App) {
    let mut notices = app.gateway.notices();
    // A breaker is closed when its process begins; beside others theirs may be open, and an alert too many is no harm.
    if !app.db.shared()
        && let Err(fault) = alerts::all_passed(&app, &app.system("llm.watchman"), AlertKind::BreakerOpen).await
    {
        tracing::warn!(%fault, "alerts of breakers could not be closed");
    }
    let mut uses = tokio::time::interval(USES);
    uses.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let done = tokio::select! {
            notice = notices.recv() => match notice {
                Ok(notice) => {
                    heed(&app, &notice).await;
                    Ok(())
                }
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "notices of the gateway were missed");
                    Ok(())
                }
                Err(RecvError::Closed) => return,
            },
            _ = uses.tick() => note_uses(&app).await,
            () = app.closing.cancelled() => {
                if let Err(fault) = note_uses(&app).await {
                    tracing::warn!(%fault, "the last uses of credentials were not noted");
                }
                return;
            }
        };
        if let Err(fault) = done {
            tracing::warn!(%fault, "a notice of the gateway could not be kept");
        }
    }
}

/// What was noticed is kept also when the database is away for a while.
async fn heed(app: &App, notice: &Notice) {
    /// Beyond it the news are old.
    const TRIES: u32 = 120;
    for _ in 0..TRIES {
        match hear(app, notice.clone()).await {
            Ok(()) => return,
            Err(fault) => tracing::warn!(%fault, ?notice, "a notice of the gateway could not be kept yet"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = app.closing.cancelled() => return,
        }
    }
}

async fn note_uses(app: &App) -> Result<()> {
    let used = app.llm.take_used();
    if used.is_empty() {
        return Ok(());
    }
    credentials::note_use(app, &app.system("llm.uses"), &used).await
}

async fn hear(app: &App, notice: Notice) -> Result<()> {
    let ctx = app.system("llm.notice");
    match notice {
        Notice::CredentialDisabled { provider, credential, class } => {
            let class = class.as_str();
            if let Some(id) = stored_credential(&credential)
                && let Some(seal) = app.llm.seal(id)
            {
                credentials::failed(app, &ctx, id, &seal, class).await?;
            }
            let news = News {
                level: Level::Critical,
                kind: AlertKind::CredentialDisabled,
                provider: Some(provider),
                subject: Some(credential),
                details: json!({ "class": class }),
            };
            alerts::raise(app, &ctx, &news).await.map(|_| ())
        }
        Notice::CredentialEnabled { provider, credential } => {
            alerts::passed(app, &ctx, AlertKind::CredentialDisabled, &provider, Some(&credential)).await
        }
        Notice::BreakerOpened { provider, model, pause } => {
            let news = News {
                level: Level::Warning,
                kind: AlertKind::BreakerOpen,
                provider: Some(provider),
                subject: Some(model),
                details: json!({ "pause_ms": u64::try_from(pause.as_millis()).unwrap_or(u64::MAX) }),
            };
            alerts::raise(app, &ctx, &news).await.map(|_| ())
        }
        Notice::BreakerClosed { provider, model } => {
            alerts::passed(app, &ctx, AlertKind::BreakerOpen, &provider, Some(&model)).await
        }
        // It rests for seconds, or tries again: nothing to do for anybody.
        Notice::CredentialRests { .. } | Notice::BreakerHalfOpen { .. } | Notice::ModelsChanged { .. } => Ok(()),
    }
}
