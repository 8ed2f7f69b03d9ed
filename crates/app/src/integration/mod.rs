//! What programs ask of `/v1`: chat, vectors, the list of models, with the limits, the ledger and the fallback of everybody.

mod chat;
mod embed;
mod enter;
mod failure;
mod models;
mod screen;

pub use chat::{Question, Speaking, Speech, Whole, chat};
pub use embed::{Texts, Vectors, embed};
pub use enter::{Entrance, enter};
pub use models::{Offered, model, models};

/// The words of questions and answers, as the gateway has them: a third shape of them would say the same.
pub use llm_gateway::{
    AnswerFormat, ChatMessage, ChatPart, ChatRequest, ChatRole, Effort, FinishReason, ImageSource, ToolCall,
    ToolChoice, ToolSpec, Usage, may_be_fetched,
};
