//! Content rules: what administrators do not want to go in or come out, and when it was met.

use domain::ids::{RuleHitId, RuleId, RunId, UserId};
use domain::llm::alert::{AlertKind, Level};
use domain::llm::rule::MOST_RULES;
use domain::llm::{Action, Direction, Pattern};
use domain::{Actor, Ctx, Error, Kind, Result, Timestamp};
use persistence::llm::rules as rows;

pub use persistence::llm::rules::{Hit, Rule};

use super::Changed;
use super::alerts::{self, News};
use super::changes::announce;
use crate::App;
use crate::accounts::Admin;

pub async fn list(app: &App, _: Admin) -> Result<Vec<Rule>> {
    Ok(rows::all(app.db.read(), false).await?)
}

pub async fn get(app: &App, admin: Admin, id: RuleId) -> Result<Rule> {
    let found = list(app, admin).await?.into_iter().find(|rule| rule.id == id);
    found.ok_or_else(|| Error::not_found("llm.rule_not_found"))
}

/// Those that are switched on, for whoever searches texts.
pub async fn in_force(app: &App) -> Result<Vec<Rule>> {
    Ok(rows::all(app.db.read(), true).await?)
}

pub async fn create(
    app: &App,
    ctx: &Ctx,
    _: Admin,
    pattern: &str,
    action: Action,
    direction: Direction,
) -> Result<Rule> {
    let pattern = Pattern::parse(pattern).map_err(|fault| Error::invalid(vec![fault]))?;
    let pattern = pattern.as_str().to_owned();
    let rule = Rule { id: ctx.new_id(), pattern, action, direction, enabled: true, created_at: ctx.now() };
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            if rows::count(&*tx).await? >= MOST_RULES {
                return Err(Error::new(Kind::Conflict, "llm.too_many_rules").arg("limit", MOST_RULES));
            }
            rows::insert(&*tx, &rule).await?;
            Ok(tx.commit().await?)
        })
        .await?;
    tracing::info!(event = "llm.rule_created", rule = %rule.id, action = action.as_str());
    announce(app, Changed::Rules).await;
    Ok(rule)
}

pub async fn switch(app: &App, _: Admin, id: RuleId, enabled: bool) -> Result<()> {
    let known = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let known = rows::switch(&*tx, id, enabled).await?;
            tx.commit().await?;
            Ok(known)
        })
        .await?;
    changed(app, id, known, "llm.rule_switched").await
}

/// Its hits stay.
pub async fn delete(app: &App, _: Admin, id: RuleId) -> Result<()> {
    let known = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let known = rows::delete(&*tx, id).await?;
            tx.commit().await?;
            Ok(known)
        })
        .await?;
    changed(app, id, known, "llm.rule_deleted").await
}

async fn changed(app: &App, id: RuleId, known: bool, event: &'static str) -> Result<()> {
    if !known {
        return Err(Error::not_found("llm.rule_not_found"));
    }
    tracing::info!(event, rule = %id);
    announce(app, Changed::Rules).await;
    Ok(())
}

/// Notes that rules met a text of somebody; never the text.
pub async fn met(
    app: &App,
    ctx: &Ctx,
    rules: &[RuleId],
    direction: Direction,
    user: Option<UserId>,
    run: Option<RunId>,
) -> Result<()> {
    let at = ctx.now();
    let hits: Vec<Hit> =
        rules.iter().map(|rule| Hit { id: ctx.new_id(), rule: *rule, at, direction, user, run }).collect();
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::note_hits(&*tx, &hits).await?;
            Ok(tx.commit().await?)
        })
        .await
}

/// A page of hits, newest first.
pub async fn hits(
    app: &App,
    _: Admin,
    rule: Option<RuleId>,
    after: Option<(Timestamp, RuleHitId)>,
    limit: u64,
) -> Result<Vec<Hit>> {
    Ok(rows::hits(app.db.read(), rule, after, limit).await?)
}

/// Shows the text that a rule met, as it is stored now; who looked is in the log.
///
/// # Errors
/// `llm.rule_hit_not_found`; `llm.rule_hit_text_gone` when no text is stored, or not any more.
pub async fn reveal(app: &App, ctx: &Ctx, _: Admin, id: RuleHitId) -> Result<String> {
    let hit = rows::hit(app.db.read(), id).await?.ok_or_else(|| Error::not_found("llm.rule_hit_not_found"))?;
    let text = stored_text(app, &hit).await?;
    let by = match &ctx.actor {
        Actor::User(principal) => principal.user.to_string(),
        Actor::System => "system".to_owned(),
        Actor::Anonymous => String::new(),
    };
    tracing::warn!(event = "admin.rule_hit_revealed", hit = %id, rule = %hit.rule, of = ?hit.user, by, found = text.is_some());
    let text = text.ok_or_else(|| Error::new(Kind::Gone, "llm.rule_hit_text_gone"))?;
    // Kept before it is shown.
    let news = News {
        level: Level::Info,
        kind: AlertKind::RuleHitRevealed,
        provider: None,
        subject: Some(id.to_string()),
        details: serde_json::json!({ "by": by, "rule": hit.rule.to_string() }),
    };
    alerts::record(app, ctx, &news).await?;
    Ok(text)
}

/// The question or the answer of the run in which it was met.
async fn stored_text(app: &App, hit: &Hit) -> Result<Option<String>> {
    let Some(run) = hit.run else { return Ok(None) };
    let Some(run) = persistence::runs::by_id(app.db.read(), run).await? else { return Ok(None) };
    let message = match hit.direction {
        Direction::In => run.question,
        Direction::Out | Direction::Both => run.answer,
    };
    let message = persistence::messages::of_conversation(app.db.read(), run.conversation, message).await?;
    Ok(message.map(|message| domain::conversations::plain_text(&message.content)).filter(|text| !text.is_empty()))
}
