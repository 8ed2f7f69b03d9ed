//! What operators must hear of: kept until somebody resolves it, or until it has passed by itself.

use domain::ids::AlertId;
use domain::llm::alert::{AlertKind, Level};
use domain::{Ctx, Error, Result, Timestamp};
use persistence::llm::alerts as rows;
pub use persistence::llm::alerts::Alert;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::App;
use crate::accounts::Admin;

/// Something to hear of.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub level: Level,
    pub kind: AlertKind,
    pub provider: Option<String>,
    /// What it is about beside the provider.
    pub subject: Option<String>,
    pub details: Value,
}

impl News {
    /// The same thing again has the same one.
    fn key(&self) -> [u8; 32] {
        key(self.kind, self.provider.as_deref(), self.subject.as_deref())
    }

    fn alert(&self, ctx: &Ctx) -> Alert {
        Alert {
            id: ctx.new_id(),
            at: ctx.now(),
            level: self.level,
            kind: self.kind,
            provider: self.provider.clone(),
            subject: self.subject.clone(),
            details: self.details.to_string(),
            resolved_at: None,
        }
    }
}

fn key(kind: AlertKind, provider: Option<&str>, subject: Option<&str>) -> [u8; 32] {
    let named = [kind.as_str(), provider.unwrap_or_default(), subject.unwrap_or_default()];
    Sha256::digest(named.join("\n").as_bytes()).into()
}

/// Keeps an alert, once while it is open; true when it is a new one.
pub(crate) async fn raise(app: &App, ctx: &Ctx, news: &News) -> Result<bool> {
    let alert = news.alert(ctx);
    let raised = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let raised = rows::raise(&*tx, &alert, Some(news.key())).await?;
            tx.commit().await?;
            Ok(raised)
        })
        .await?;
    if raised {
        tracing::warn!(
            event = "llm.alert",
            kind = news.kind.as_str(),
            level = news.level.as_str(),
            provider = news.provider,
            subject = news.subject
        );
        metrics::counter!("obrol_llm_alerts_total", "kind" => news.kind.as_str()).increment(1);
    }
    Ok(raised)
}

/// Keeps what happened for the record; nobody has to do anything.
pub(crate) async fn record(app: &App, ctx: &Ctx, news: &News) -> Result<()> {
    let alert = Alert { resolved_at: Some(ctx.now()), ..news.alert(ctx) };
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::raise(&*tx, &alert, None).await?;
            Ok(tx.commit().await?)
        })
        .await
}

/// It has passed by itself.
pub(crate) async fn passed(app: &App, ctx: &Ctx, kind: AlertKind, provider: &str, subject: Option<&str>) -> Result<()> {
    let key = key(kind, Some(provider), subject);
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::resolve_key(&*tx, key, ctx.now()).await?;
            Ok(tx.commit().await?)
        })
        .await
}

/// All of a kind have passed: this process has just begun, and knows of none.
pub(crate) async fn all_passed(app: &App, ctx: &Ctx, kind: AlertKind) -> Result<()> {
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::resolve_kind(&*tx, kind, ctx.now()).await?;
            Ok(tx.commit().await?)
        })
        .await
}

/// A page, newest first.
pub async fn list(
    app: &App,
    _: Admin,
    only_open: bool,
    after: Option<(Timestamp, AlertId)>,
    limit: u64,
) -> Result<Vec<Alert>> {
    Ok(rows::page(app.db.read(), only_open, after, limit).await?)
}

/// An operator has seen to it; if it happens again, it is told again.
///
/// # Errors
/// `llm.alert_not_found`.
pub async fn resolve(app: &App, ctx: &Ctx, _: Admin, id: AlertId) -> Result<()> {
    let known = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let known = rows::resolve(&*tx, id, ctx.now()).await?;
            tx.commit().await?;
            Ok(known)
        })
        .await?;
    if !known {
        return Err(Error::not_found("llm.alert_not_found"));
    }
    tracing::info!(event = "llm.alert_resolved", alert = %id);
    Ok(())
}
