//! Equal questions: one call for those who ask at the same time, none for those who ask later. The caller says what is
//! equal (a keyed digest), and whether an answer may be shared at all.

mod flight;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use llm_client::{ChatEvent, FinishReason, ProviderError, Usage};
use tokio::time::Instant;

use crate::ask::{Answer, Ask, AskError, Cached, Speaker};
use crate::gateway::Gateway;
use crate::watch::deadline_passed;
use flight::{Flight, Seat, State};
pub use store::CacheKey;
use store::Store;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    pub bytes: usize,
    pub lives: Duration,
    /// A longer answer is not kept.
    pub longest: usize,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { bytes: 16 << 20, lives: Duration::from_secs(3600), longest: 256 << 10 }
    }
}

/// A whole answer, as it came.
#[derive(Clone, Debug)]
struct Stored {
    speaker: Speaker,
    events: Arc<[ChatEvent]>,
}

pub struct Answers {
    store: Mutex<Store<Stored>>,
    flights: Mutex<HashMap<CacheKey, Arc<Flight>>>,
}

impl Answers {
    pub fn new(settings: CacheSettings) -> Arc<Self> {
        let store = Mutex::new(Store::new(settings.bytes, settings.lives));
        Arc::new(Self { store, flights: Mutex::default() })
    }

    pub fn set(&self, settings: CacheSettings) {
        self.store().set(settings.bytes, settings.lives);
    }

    pub fn bytes(&self) -> usize {
        self.store().bytes()
    }

    fn store(&self) -> MutexGuard<'_, Store<Stored>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<CacheKey, Arc<Flight>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes part in the call for this key, or begins it. `true`: it was begun for this asker.
    fn board(self: &Arc<Self>, gateway: &Gateway, key: CacheKey, ask: Ask) -> Result<(Seat, bool), Box<Stored>> {
        let mut flights = self.flights();
        if let Some(flight) = flights.get(&key) {
            return Ok((Seat::take(self, key, flight), false));
        }
        // Looked at under the lock: a call that has just ended left its answer there before it left.
        if let Some(stored) = self.store().get(&key, Instant::now()) {
            return Err(Box::new(stored));
        }
        let flight = Flight::new();
        let seat = Seat::take(self, key, &flight);
        flights.insert(key, flight.clone());
        let (answers, gateway, own) = (self.clone(), gateway.clone(), flight.clone());
        flight.start(tokio::spawn(async move { answers.fly(&gateway, key, ask, &own).await }));
        Ok((seat, true))
    }

    /// The shared call itself: nobody's leaving but everybody's ends it.
    async fn fly(&self, gateway: &Gateway, key: CacheKey, ask: Ask, flight: &Arc<Flight>) {
        let longest = gateway.settings().cache.longest;
        match gateway.ask(ask).await {
            Err(error) => flight.say(|state| state.begun = Some(Err(error))),
            Ok(answer) => {
                let speaker = answer.speaker();
                let (mut stream, tries) = (answer.stream, answer.tries);
                flight.say(|state| state.begun = Some(Ok((speaker.clone(), tries))));
                let (mut bytes, mut tools) = (0, false);
                while let Some(event) = stream.next().await {
                    bytes += event.as_ref().map_or(0, size);
                    tools |= matches!(event, Ok(ChatEvent::ToolCall(_)));
                    let whole = matches!(event, Ok(ChatEvent::Finished { reason: FinishReason::Stop, .. }));
                    if whole && !tools && bytes <= longest {
                        // Before the end is told: whoever hears it leaves, and the last one to leave ends this task.
                        let events = flight.events().into_iter().chain(event.clone().ok()).collect();
                        let stored = Stored { speaker: speaker.clone(), events };
                        self.store().put(key, stored, bytes, Instant::now());
                    }
                    flight.say(|state| match event {
                        Ok(event) => state.events.push(event),
                        Err(error) => state.failed = Some(error),
                    });
                }
            }
        }
        let mut flights = self.flights();
        if flights.get(&key).is_some_and(|now| Arc::ptr_eq(now, flight)) {
            flights.remove(&key);
        }
        drop(flights);
        flight.say(|state| state.over = true);
    }
}

/// What an event occupies.
fn size(event: &ChatEvent) -> usize {
    let text = match event {
        ChatEvent::Text(text) | ChatEvent::Reasoning(text) => text.len(),
        ChatEvent::ToolCall(call) => call.id.len() + call.name.len() + call.arguments.len(),
        ChatEvent::Finished { kept, .. } => kept.as_ref().map_or(0, |kept| kept.data.to_string().len()),
        ChatEvent::Alive => 0,
    };
    text + size_of::<ChatEvent>()
}

/// Asks, unless an equal question was answered or is being answered.
pub async fn ask(answers: &Arc<Answers>, gateway: &Gateway, key: CacheKey, ask: Ask) -> Result<Answer, AskError> {
    let deadline = ask.deadline.unwrap_or_else(|| Instant::now() + gateway.settings().timeouts.whole_run);
    // The call belongs to all who wait for it: it has the time that any question has, and each asker leaves at his own.
    let shared = Ask { deadline: None, ..ask };
    let (seat, first) = match answers.board(gateway, key, shared) {
        Ok(boarded) => boarded,
        Err(stored) => return Ok(again(*stored)),
    };
    let mut seen = seat.flight().subscribe();
    let late = || AskError { error: deadline_passed(), tries: Vec::new() };
    let begun = tokio::time::timeout_at(deadline, seen.wait_for(|state| state.begun.is_some())).await;
    let begun = match begun.map_err(|_| late())? {
        Ok(state) => state.begun.clone(),
        Err(_) => None,
    };
    let (speaker, tries) = begun.unwrap_or_else(|| Err(AskError { error: cut(), tries: Vec::new() }))?;
    let cached = if first { Cached::No } else { Cached::Shared };
    let stream = share(seat, seen, deadline, first);
    // Whoever rides along made no call.
    let tries = if first { tries } else { Vec::new() };
    Ok(Answer { tries, cached, ..Answer::new(speaker, Box::pin(stream)) })
}

fn share(
    seat: Seat,
    seen: tokio::sync::watch::Receiver<State>,
    deadline: Instant,
    first: bool,
) -> impl futures_util::Stream<Item = Result<ChatEvent, ProviderError>> + Send {
    futures_util::stream::unfold((Some((seat, seen)), 0usize), move |(place, at)| async move {
        let (seat, mut seen) = place?;
        let news = |state: &State| state.events.len() > at || state.failed.is_some() || state.over;
        let next = match tokio::time::timeout_at(deadline, seen.wait_for(news)).await {
            Err(_) => Some(Err(deadline_passed())),
            Ok(Err(_)) => Some(Err(cut())),
            Ok(Ok(state)) => state.events.get(at).cloned().map(Ok).or_else(|| state.failed.clone().map(Err)),
        };
        match next? {
            Ok(event) => {
                let event = if first { event } else { free(event) };
                let last = matches!(event, ChatEvent::Finished { .. });
                Some((Ok(event), (if last { None } else { Some((seat, seen)) }, at + 1)))
            }
            Err(error) => Some((Err(error), (None, at))),
        }
    })
}

/// A stored answer, streamed again in the pieces in which it came.
fn again(stored: Stored) -> Answer {
    let events: Vec<_> = stored.events.iter().cloned().map(|event| Ok(free(event))).collect();
    let stream = Box::pin(futures_util::stream::iter(events));
    Answer { cached: Cached::Stored, ..Answer::new(stored.speaker, stream) }
}

/// Nothing was used for this asker.
fn free(mut event: ChatEvent) -> ChatEvent {
    if let ChatEvent::Finished { usage, .. } = &mut event {
        *usage = Some(Usage { cost_micros: Some(0), ..Usage::default() });
    }
    event
}

fn cut() -> ProviderError {
    ProviderError::new(llm_client::ErrorClass::Unavailable, "the shared call ended without an end")
        .with_code("truncated")
}
