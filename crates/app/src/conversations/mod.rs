//! Conversations: create, list, change, delete; post a question and get its run.

mod change;
mod post;
mod read;

pub use change::{Change, Create, create, delete, update};
pub use post::{Allowance, Posted, Question, Regenerate, post, regenerate};
pub use read::{get, list, messages};

use domain::conversations::Conversation;
use domain::ids::ConversationId;
use domain::{Ctx, Error, FieldFault, Result};

use crate::App;

/// The asking person's conversation, or that there is none.
async fn mine(app: &App, ctx: &Ctx, id: ConversationId) -> Result<Conversation> {
    let found = persistence::conversations::of_user(app.db.read(), ctx.principal()?.user, id).await?;
    found.ok_or_else(not_found)
}

fn not_found() -> Error {
    Error::not_found("conversation.not_found")
}

/// The id under which a model is offered, or the fault of the field that named it.
async fn offered(app: &App, model: &str) -> Result<String> {
    match app.gateway.resolve(model).await {
        Some(entry) => Ok(entry.id),
        None => Err(Error::invalid(vec![FieldFault::new("/model", "model.not_offered")])),
    }
}
