//! How many tokens a text is: with the model's own vocabulary where there is one, else an estimate that says so.
//!
//! The vocabulary (o200k) is some megabytes, loaded with the first count; counting takes milliseconds for a long text. Both
//! happen away from the threads that serve everybody.

use llm_client::{ChatMessage, ChatPart, Usage};

use crate::estimate::{self, PER_IMAGE, PER_MESSAGE};

/// A longer text is estimated: its exact count is worth less than the second that it takes.
const LONGEST: usize = 2 << 20;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub tokens: u64,
    /// Not counted with the model's own vocabulary.
    pub estimated: bool,
}

/// Whether this model counts in o200k: OpenAI's own, under whatever provider's name.
pub fn has_vocabulary(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase();
    let reasoning = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || rest.starts_with(':'))
    };
    ["gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "chatgpt-4o"].iter().any(|one| name.starts_with(one))
        || ["o1", "o3", "o4"].iter().any(|one| reasoning(one))
}

pub async fn count(model: &str, text: &str) -> Count {
    let whole = || Count { tokens: estimate::tokens(text), estimated: true };
    if text.is_empty() {
        return Count::default();
    }
    if !has_vocabulary(model) || text.len() > LONGEST {
        return whole();
    }
    let owned = text.to_owned();
    let counted = tokio::task::spawn_blocking(move || tiktoken_rs::o200k_base_singleton().count_ordinary(&owned)).await;
    match counted {
        Ok(tokens) => Count { tokens: tokens as u64, estimated: false },
        // A panic in the vocabulary's own code: a count that is about right is better than no answer.
        Err(_) => whole(),
    }
}

/// Tokens of a question: its texts, and what roles and borders add. Images are always estimated.
pub async fn count_messages(model: &str, messages: &[ChatMessage]) -> Count {
    let mut texts = String::new();
    let (mut added, mut estimated) = (0, false);
    for message in messages {
        added += PER_MESSAGE;
        for part in &message.parts {
            match part {
                ChatPart::Text(text) | ChatPart::ToolResult { text, .. } => texts.push_str(text),
                ChatPart::ToolCall(call) => {
                    texts.push_str(&call.name);
                    texts.push_str(&call.arguments);
                }
                ChatPart::Image(_) => {
                    added += PER_IMAGE;
                    estimated = true;
                }
            }
            texts.push('\n');
        }
    }
    let count = count(model, &texts).await;
    Count { tokens: count.tokens + added, estimated: count.estimated || estimated }
}

/// Usage of an answer whose provider said none, or that was cut. Always marked as estimated by whoever records it: what the
/// provider counts beside the texts is not known.
pub async fn usage(model: &str, asked: &[ChatMessage], answer: &str) -> Usage {
    let (input, output) = (count_messages(model, asked).await, count(model, answer).await);
    Usage { input_total: input.tokens, output_total: output.tokens, ..Usage::default() }
}

#[cfg(test)]
mod tests {
    use llm_client::ChatRole;

    use super::*;

    #[test]
    fn openai_models_are_known_under_any_provider() {
        for model in [
            "gpt-4o-mini",
            "openai/gpt-5.1",
            "o3",
            "o4-mini",
            "openrouter/openai/GPT-4.1",
            "openai/gpt-oss-120b",
            "o1:extended",
        ] {
            assert!(has_vocabulary(model), "{model}");
        }
        for model in ["claude-sonnet-4", "gemini-2.5-pro", "llama-3.3-70b", "o100", "olmo", "gpt-3.5-turbo", ""] {
            assert!(!has_vocabulary(model), "{model}");
        }
    }

    #[tokio::test]
    async fn counts_what_the_vocabulary_says_and_marks_what_it_guesses() {
        // OpenAI's own example of its vocabulary.
        assert_eq!(count("gpt-4o", "tiktoken is great!").await, Count { tokens: 6, estimated: false });
        assert_eq!(count("gpt-4o", "").await, Count { tokens: 0, estimated: false });
        assert_eq!(count("gpt-4o", "<|endoftext|>").await.tokens, 7, "what people write is text");
        let guessed = count("claude", "tiktoken is great!").await;
        assert!(guessed.estimated && guessed.tokens == estimate::tokens("tiktoken is great!"));
        let asked = [ChatMessage::text(ChatRole::User, "tiktoken is great!")];
        let counted = count_messages("openai/gpt-5", &asked).await;
        assert_eq!((counted.tokens, counted.estimated), (6 + PER_MESSAGE, false));
        let usage = usage("gpt-4o", &asked, "tiktoken is great!").await;
        assert_eq!((usage.input_total, usage.output_total), (10, 6));
    }

    #[tokio::test]
    async fn long_runs_do_not_take_long() {
        let begun = std::time::Instant::now();
        let long = "a".repeat(200_000);
        assert!(count("gpt-4o", &long).await.tokens > 1000);
        assert!(count("gpt-4o", &"x ".repeat(LONGEST)).await.estimated);
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
    }
}
