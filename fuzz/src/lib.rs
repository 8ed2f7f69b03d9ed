//! What must hold for every answer of any provider, whatever its bytes: no panic, one end and nothing after it, and the same
//! events however the bytes were cut.

use llm_client::{ChatEvent, ProviderError, ProviderKind, offline};

/// Small, so that lines too long are met.
const CAP: usize = 2048;

type Event = Result<ChatEvent, ProviderError>;

fn events<'a>(kind: ProviderKind, chunks: impl Iterator<Item = &'a [u8]>) -> Vec<Event> {
    let mut reading = offline::reading(kind, CAP);
    let mut heard = Vec::new();
    for chunk in chunks {
        heard.extend(reading.push(chunk));
    }
    heard.extend(reading.finish());
    let is_end = |event: &Event| matches!(event, Err(_) | Ok(ChatEvent::Finished { .. }));
    assert_eq!(heard.iter().filter(|event| is_end(event)).count(), 1);
    assert!(heard.last().is_some_and(is_end));
    heard
}

/// The first byte says how the rest is cut for the second reading.
pub fn read(kind: ProviderKind, bytes: &[u8]) {
    let Some((&cut, bytes)) = bytes.split_first() else { return };
    let whole = events(kind, [bytes].into_iter());
    assert_eq!(events(kind, bytes.chunks(usize::from(cut).max(1))), whole);
}
