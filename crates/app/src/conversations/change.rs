//! Making, changing and deleting conversations.

use domain::conversations::{Conversation, ConversationKind, TitleSource, rename};
use domain::ids::{ConversationId, MessageId};
use domain::{Ctx, Error, Kind, Result};

use super::{mine, not_found, offered};
use crate::App;
use crate::events::{Event, announce};
use crate::runs::tell_worker;

#[derive(Clone, Debug, Default)]
pub struct Create {
    pub title: Option<String>,
    pub model: Option<String>,
}

pub async fn create(app: &App, ctx: &Ctx, command: Create) -> Result<Conversation> {
    let user = ctx.principal()?.user;
    let title = command.title.as_deref().map(rename).transpose()?;
    let model = match &command.model {
        Some(model) => Some(offered(app, model).await?),
        None => None,
    };
    let now = ctx.now();
    let conversation = Conversation {
        id: ctx.new_id(),
        user,
        kind: ConversationKind::Chat,
        title_source: title.is_some().then_some(TitleSource::Person),
        title,
        model,
        head: None,
        archived_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            persistence::conversations::insert(&*tx, &conversation).await?;
            Ok(tx.commit().await?)
        })
        .await?;
    announce(app, user, Event::ConversationCreated { conversation: Box::new(conversation.clone()) }).await;
    Ok(conversation)
}

/// What to change; `None` leaves a field as it is, `Some(None)` clears it.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub title: Option<Option<String>>,
    pub model: Option<Option<String>>,
    pub archived: Option<bool>,
    pub head: Option<MessageId>,
}

/// Changes the version that the client has seen.
pub async fn update(app: &App, ctx: &Ctx, id: ConversationId, seen: i64, change: Change) -> Result<Conversation> {
    let before = mine(app, ctx, id).await?;
    if before.version != seen {
        return Err(Error::new(Kind::Stale, "conversation.stale"));
    }
    let mut after = before.clone();
    if let Some(title) = &change.title {
        after.title = title.as_deref().map(rename).transpose()?;
        after.title_source = after.title.as_ref().map(|_| TitleSource::Person);
    }
    match &change.model {
        Some(Some(model)) => after.model = Some(offered(app, model).await?),
        Some(None) => after.model = None,
        None => {}
    }
    if let Some(archived) = change.archived {
        after.archived_at = archived.then(|| before.archived_at.unwrap_or_else(|| ctx.now()));
    }
    if let Some(head) = change.head {
        let there = persistence::messages::of_conversation(app.db.read(), id, head).await?.is_some();
        if !there {
            return Err(Error::not_found("message.not_found"));
        }
        after.head = Some(head);
    }
    if after == before {
        return Ok(before);
    }
    after.version = before.version + 1;
    let written = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let mut batch = persistence::Batch::on(&*tx);
            persistence::conversations::update(&mut batch, &after);
            let written = batch.run(&*tx).await?;
            tx.commit().await?;
            Ok(written)
        })
        .await?;
    if !written {
        return Err(Error::new(Kind::Stale, "conversation.stale"));
    }
    announce(app, after.user, Event::ConversationUpdated { conversation: Box::new(after.clone()) }).await;
    Ok(after)
}

/// Deletes a conversation; answers that are being written are stopped, and nothing of them comes back.
pub async fn delete(app: &App, ctx: &Ctx, id: ConversationId) -> Result<()> {
    let user = ctx.principal()?.user;
    let running = persistence::runs::active_of_conversation(app.db.read(), user, id).await?;
    let deleted = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let deleted = persistence::conversations::delete(&*tx, user, id).await?;
            tx.commit().await?;
            Ok(deleted)
        })
        .await?;
    if !deleted {
        return Err(not_found());
    }
    // The rows are gone, so every write of a worker is fenced; this only spares the provider's tokens.
    for run in running {
        tell_worker(app, run).await;
    }
    announce(app, user, Event::ConversationDeleted { conversation: id }).await;
    Ok(())
}
