//! The money monitor: what is left at providers, and what a day has cost.

use domain::Result;
use domain::llm::Subject;
use domain::llm::alert::{AlertKind, CreditLevel, Level};
use domain::llm::period::Period;
use persistence::llm::alerts as rows;
pub use persistence::llm::alerts::Credits;
use persistence::llm::ledger::budgets;
use serde_json::json;

use super::alerts::{self, News};
use crate::App;
use crate::accounts::Admin;

/// What providers said last; those that do not say are missing.
pub async fn list(app: &App, _: Admin) -> Result<Vec<Credits>> {
    Ok(rows::credits(app.db.read()).await?)
}

/// Asks now, keeps it, and tells operators when little is left.
pub async fn look(app: &App) -> Result<()> {
    let ctx = app.system("llm.credits");
    let settings = app.llm.settings();
    let told = app.gateway.credits().await;
    let found: Vec<Credits> = told
        .into_iter()
        .map(|one| Credits {
            level: CreditLevel::of(one.remaining, settings.credit_warning_micros, settings.credit_critical_micros),
            provider: one.provider,
            remaining: one.remaining,
            used: one.used,
            checked_at: ctx.now(),
        })
        .collect();
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::set_credits(&*tx, &found).await?;
            Ok(tx.commit().await?)
        })
        .await?;
    for one in &found {
        // Of the two at most one is open: what was a warning yesterday is critical today.
        for level in [CreditLevel::Warning, CreditLevel::Critical] {
            if one.level != level {
                let subject = Some(level.as_str());
                alerts::passed(app, &ctx, AlertKind::CreditLow, &one.provider, subject).await?;
            }
        }
        let level = match one.level {
            CreditLevel::Ok => continue,
            CreditLevel::Warning => Level::Warning,
            CreditLevel::Critical => Level::Critical,
        };
        let news = News {
            level,
            kind: AlertKind::CreditLow,
            provider: Some(one.provider.clone()),
            subject: Some(one.level.as_str().to_owned()),
            details: json!({ "remaining_micros": one.remaining }),
        };
        alerts::raise(app, &ctx, &news).await?;
    }
    Ok(())
}

/// Tells operators, once a day, that more was spent than they expect.
pub async fn daily_spend(app: &App) -> Result<()> {
    let Some(limit) = app.llm.settings().daily_spend_alert_micros else { return Ok(()) };
    let ctx = app.system("llm.daily_spend");
    let day = Period::day(ctx.now());
    let found = budgets::of(app.db.read(), &[Subject::Everyone], ctx.now()).await?;
    let spent = found.iter().find(|(_, period, _)| *period == day).map_or(0, |found| found.2.spent.micros);
    if spent <= limit {
        return Ok(());
    }
    let details = json!({ "spent_micros": spent, "limit_micros": limit });
    let subject = Some(day.to_string());
    let news = News { level: Level::Warning, kind: AlertKind::DailySpend, provider: None, subject, details };
    alerts::raise(app, &ctx, &news).await?;
    Ok(())
}
