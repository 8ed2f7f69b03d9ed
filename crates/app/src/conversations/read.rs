//! Looking at conversations.

use domain::Timestamp;
use domain::conversations::{Conversation, Message, MessageStatus, Part};
use domain::ids::{ConversationId, MessageId, RunId};
use domain::{Ctx, Result};
use persistence::conversations::Filter;

use super::mine;
use crate::App;

pub async fn get(app: &App, ctx: &Ctx, id: ConversationId) -> Result<Conversation> {
    mine(app, ctx, id).await
}

/// A page of the asking person's conversations, last active first, after the place `after`.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    archived: bool,
    title: Option<String>,
    after: Option<(Timestamp, ConversationId)>,
    limit: u64,
) -> Result<Vec<Conversation>> {
    let filter = Filter { archived, title };
    Ok(persistence::conversations::page_of_user(app.db.read(), ctx.principal()?.user, &filter, after, limit).await?)
}

/// A page of messages of all branches, newest first. Answers that are being written come with what there is of them.
pub async fn messages(
    app: &App,
    ctx: &Ctx,
    id: ConversationId,
    before: Option<(Timestamp, MessageId)>,
    limit: u64,
) -> Result<Vec<Message>> {
    let conversation = mine(app, ctx, id).await?;
    let mut page = persistence::messages::page(app.db.read(), conversation.id, before, limit).await?;
    let streaming: Vec<RunId> =
        page.iter().filter(|m| m.status == MessageStatus::Streaming).filter_map(|m| m.run).collect();
    let mut stored = persistence::runs::stored_text(app.db.read(), &streaming).await?;
    for message in page.iter_mut().filter(|m| m.status == MessageStatus::Streaming) {
        let Some(run) = message.run else { continue };
        let text = match app.bench.find(run) {
            Some(live) => live.text().1,
            None => stored.remove(&run).unwrap_or_default().text,
        };
        if !text.is_empty() {
            message.content = vec![Part::text(text)];
        }
    }
    Ok(page)
}
