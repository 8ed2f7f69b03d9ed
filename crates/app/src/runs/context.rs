//! What the model is told: the branch of the conversation that fits its window, newest first to stay.

use std::collections::HashSet;

use domain::Result;
use domain::conversations::{Author, Message, plain_text};
use domain::runs::{Failure, Run};
use llm_gateway::{ChatMessage, ChatRole, estimate};

use crate::App;

/// Messages of a branch that are looked at; the budget decides how many are used.
const BRANCH: usize = 400;
/// So many at a time, for a message can be large and few may be needed.
const PAGE: u32 = 40;
/// Tokens that an answer may take when the model does not say.
const ANSWER: u64 = 4_096;
/// Window that is assumed when the model does not say.
const WINDOW: u64 = 32_768;
/// Tokens kept free for what a provider adds.
const RESERVE: u64 = 256;

/// Tokens that history may take: the window less the answer and a reserve.
pub(super) fn budget(window: Option<u32>, max_output: Option<u32>) -> u64 {
    let window = window.map_or(WINDOW, u64::from);
    let answer = max_output.map_or(ANSWER, u64::from).min(window / 2);
    window.saturating_sub(answer).saturating_sub(RESERVE)
}

/// The branch up to a run's question, oldest first, as much of it as `budget` (in estimated tokens) may need; and the answer
/// that is to be written. `None` when the conversation is gone.
pub(super) async fn read(app: &App, run: &Run, budget: u64) -> Result<Option<(Vec<Message>, Message)>> {
    let mut pages = Vec::new(); // The newest first, each oldest first.
    let (mut next, mut looked, mut spent) = (Some(run.answer), 0, 0);
    while let Some(last) = next
        && looked < BRANCH
        && (spent <= budget || looked == 0)
    {
        let page = persistence::messages::branch(app.db.read(), run.conversation, last, PAGE).await?;
        spent += page.iter().map(|message| estimate::tokens(&plain_text(&message.content))).sum::<u64>();
        looked += page.len();
        next = page.first().and_then(|oldest| oldest.parent);
        if page.is_empty() {
            break;
        }
        pages.push(page);
    }
    let mut branch: Vec<Message> = pages.into_iter().rev().flatten().collect();
    // What a rule kept from the model is kept from it with the next question, too; the question itself is looked at again.
    let kept_back: HashSet<_> = branch.iter().filter(|message| never_asked(message)).filter_map(|m| m.parent).collect();
    let asked = branch.last().and_then(|answer| answer.parent);
    branch.retain(|message| Some(message.id) == asked || !kept_back.contains(&message.id));
    let answer = branch.pop().filter(|answer| answer.id == run.answer);
    Ok(answer.map(|answer| (branch, answer)))
}

/// An answer that never began, because its question was blocked.
fn never_asked(message: &Message) -> bool {
    message.failure == Some(Failure::ContentBlocked) && message.content.is_empty()
}

/// The newest messages of the branch that fit `budget` (in estimated tokens), oldest first; always the last one.
pub(super) fn fit(branch: &[Message], budget: u64) -> Vec<ChatMessage> {
    let mut chosen = Vec::new();
    let mut spent = 0;
    for message in branch.iter().rev() {
        let Some(said) = said(message) else { continue };
        spent += estimate::messages(std::slice::from_ref(&said));
        if spent > budget && !chosen.is_empty() {
            break;
        }
        chosen.push(said);
    }
    // A conversation that begins with an answer confuses models that insist on turns.
    while chosen.len() > 1 && chosen.last().is_some_and(|first| first.role == ChatRole::Assistant) {
        chosen.pop();
    }
    chosen.reverse();
    chosen
}

fn said(message: &Message) -> Option<ChatMessage> {
    let text = plain_text(&message.content);
    if text.is_empty() {
        return None; // An answer that never came.
    }
    let role = match message.author {
        Author::User(_) => ChatRole::User,
        Author::Assistant => ChatRole::Assistant,
        Author::System => ChatRole::System,
    };
    Some(ChatMessage::text(role, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::conversations::{MessageStatus, Part};
    use domain::{Chance, Timestamp};

    fn message(author: Author, text: &str) -> Message {
        let id = Chance::seeded(text.len() as u64).uuid(Timestamp(1));
        Message {
            id: id.into(),
            conversation: id.into(),
            parent: None,
            author,
            content: if text.is_empty() { vec![] } else { vec![Part::text(text)] },
            status: MessageStatus::Complete,
            run: None,
            client_message_id: None,
            model: None,
            origin: None,
            usage: None,
            failure: None,
            created_at: Timestamp(1),
        }
    }

    #[test]
    fn the_newest_stay_and_the_last_always() {
        let user = Author::User(Chance::seeded(1).uuid(Timestamp(1)).into());
        let branch = [
            message(user, &"old ".repeat(400)),
            message(Author::Assistant, "yes"),
            message(user, "and now?"),
            message(Author::Assistant, ""),
            message(user, "hello?"),
        ];
        let texts = |budget| fit(&branch, budget).iter().map(ChatMessage::plain).collect::<Vec<_>>();
        assert_eq!(texts(100), ["and now?", "hello?"]);
        assert_eq!(texts(0), ["hello?"]);
        assert_eq!(texts(10_000).len(), 4);
    }

    #[test]
    fn a_budget_leaves_room_for_the_answer() {
        assert_eq!(budget(Some(8_192), Some(1_024)), 8_192 - 1_024 - 256);
        assert_eq!(budget(Some(1_000), Some(4_000)), 1_000 - 500 - 256);
    }
}
