//! One call up to its first content: until then nothing was shown to anybody, and it may be made again.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt;
use llm_client::{ChatEvent, ChatRequest, ErrorClass, ProviderError, Secret};
use tokio::time::{Instant, timeout_at};

use crate::source::Source;
use crate::watch::{Watched, deadline_passed, silent};

/// The longest that a token takes.
const SAYING: Duration = Duration::from_millis(100);
/// Thoughts that are held back while a retry is still possible; beyond, the answer counts as begun.
const THOUGHTS: usize = 64 << 10;

/// Calls the provider and reads ahead until content is there. Thoughts that were heard before it failed are left in `heard`.
pub async fn begin(
    source: &Source,
    request: ChatRequest,
    secret: Option<Secret>,
    deadline: Instant,
    heard: &mut String,
) -> Result<Watched, ProviderError> {
    let timeouts = &source.timeouts;
    // The first that is heard of a whole answer is its end.
    let saying = if request.whole { SAYING * request.max_output_tokens.unwrap_or_default() } else { Duration::ZERO };
    let patience = || (Instant::now() + timeouts.first_token + saying).min(deadline);
    let late = || if Instant::now() >= deadline { deadline_passed() } else { silent("first_token") };
    let mut stream = timeout_at(patience(), source.provider.chat(request, secret)).await.map_err(|_| late())??;
    let mut ahead = VecDeque::new();
    let mut thoughts = 0;
    loop {
        let event = timeout_at(patience(), stream.next()).await.map_err(|_| late())?;
        let event = event.ok_or_else(|| {
            ProviderError::new(ErrorClass::Unavailable, "the answer ended before it began").with_code("truncated")
        })??;
        match event {
            ChatEvent::Alive => {}
            ChatEvent::Reasoning(thought) => {
                thoughts += thought.len();
                heard.push_str(&thought);
                ahead.push_back(ChatEvent::Reasoning(thought));
                if thoughts > THOUGHTS {
                    break;
                }
            }
            begun @ (ChatEvent::Text(_) | ChatEvent::ToolCall(_) | ChatEvent::Finished { .. }) => {
                ahead.push_back(begun);
                break;
            }
        }
    }
    Ok(Watched::new(ahead, stream, timeouts.stall, deadline))
}
