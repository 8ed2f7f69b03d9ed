//! Hears what the gateway notices, and sees to it that operators hear of it, too.

use std::time::Duration;

use domain::ids::CredentialId;
use domain::llm::alert::{AlertKind, Level};
use domain::{Ctx, Result};
use llm_gateway::{ErrorClass, Notice, Standing};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::alerts::{self, News};
use super::credentials;
use super::purse::stored_credential;
use crate::App;

/// How often the last uses of credentials are written down.
const USES: Duration = Duration::from_secs(60);
/// While the database is away; beyond it the news are old.
const TRIES: u32 = 120;
const AGAIN: Duration = Duration::from_secs(1);

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
    for _ in 0..TRIES {
        match hear(app, notice.clone()).await {
            Ok(()) => return,
            Err(fault) => tracing::warn!(%fault, ?notice, "a notice of the gateway could not be kept yet"),
        }
        if app.closing.run_until_cancelled(tokio::time::sleep(AGAIN)).await.is_none() {
            return;
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

/// A request was refused as if its key were to blame. Some requests bring that about by themselves, so the key is asked for
/// something that nobody chose; only what is refused then, too, is switched off for all nodes.
async fn refused(app: &App, ctx: &Ctx, provider: String, credential: String, class: ErrorClass) {
    // Read now: what takes its place while it is asked is not switched off.
    let seal = stored_credential(&credential).and_then(|id| Some((id, app.llm.seal(id)?)));
    let settings = app.gateway.settings();
    let Some(own) = settings.providers.iter().find(|own| own.name.eq_ignore_ascii_case(&provider)) else {
        return;
    };
    let timeouts = own.timeouts.unwrap_or(settings.timeouts);
    let seal = match llm_gateway::standing(own, &credential, class, &timeouts).await {
        Standing::Good => {
            app.gateway.enable_credential(&provider, &credential);
            tracing::info!(event = "llm.credential_stands", provider, credential, class = class.as_str());
            return;
        }
        Standing::Refused => seal,
        // This node leaves it alone for a while, and asks again by itself.
        Standing::Unknown => None,
    };
    let news = News {
        level: Level::Critical,
        kind: AlertKind::CredentialDisabled,
        provider: Some(provider),
        subject: Some(credential),
        details: json!({ "class": class.as_str() }),
    };
    for _ in 0..TRIES {
        match keep_refusal(app, ctx, seal.as_ref(), &news, class).await {
            Ok(()) => return,
            Err(fault) => tracing::warn!(%fault, "that a credential was refused could not be kept yet"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn keep_refusal(
    app: &App,
    ctx: &Ctx,
    seal: Option<&(CredentialId, String)>,
    news: &News,
    class: ErrorClass,
) -> Result<()> {
    if let Some((id, seal)) = seal {
        credentials::failed(app, ctx, *id, seal, class.as_str()).await?;
    }
    alerts::raise(app, ctx, news).await.map(|_| ())
}

async fn hear(app: &App, notice: Notice) -> Result<()> {
    let ctx = app.system("llm.notice");
    match notice {
        Notice::CredentialDisabled { provider, credential, class } => {
            // Other notices do not wait for the provider.
            let own = app.clone();
            app.spawn(async move {
                let refused = refused(&own, &ctx, provider, credential, class);
                own.closing.run_until_cancelled(refused).await;
            });
            Ok(())
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
