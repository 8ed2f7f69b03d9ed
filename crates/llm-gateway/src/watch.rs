//! A stream under watch: silence and the deadline end it.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use llm_client::{ChatEvent, ChatStream, ErrorClass, ProviderError};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::concurrency::Permit;
use crate::purse::{How, Tab};

/// What a running answer holds: its place at the provider, and whom to tell when it is cut.
pub struct Held {
    pub _permit: Permit,
    pub cut: Box<dyn FnOnce(&ProviderError) + Send>,
}

/// First what was read ahead, then the rest. `Alive` is taken as life and not passed on.
pub struct Watched {
    ahead: VecDeque<ChatEvent>,
    inner: Option<ChatStream>,
    stall: Duration,
    deadline: Instant,
    alarm: Pin<Box<Sleep>>,
    /// The alarm runs. It is set when there is nothing to read, so a slow reader is never taken for a silent provider.
    waiting: bool,
    held: Option<Held>,
    tab: Tab,
}

impl Watched {
    pub fn new(ahead: VecDeque<ChatEvent>, inner: ChatStream, stall: Duration, deadline: Instant) -> Self {
        Self {
            ahead,
            inner: Some(inner),
            stall,
            deadline,
            alarm: Box::pin(sleep_until(deadline)),
            waiting: false,
            held: None,
            tab: Tab::new(None),
        }
    }
}

impl Stream for Watched {
    type Item = Result<ChatEvent, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(event) = self.ahead.pop_front() {
            self.account(&event);
            if matches!(event, ChatEvent::Finished { .. }) {
                self.close(None);
            }
            return Poll::Ready(Some(Ok(event)));
        }
        loop {
            let Some(inner) = self.inner.as_mut() else { return Poll::Ready(None) };
            match inner.poll_next_unpin(context) {
                Poll::Ready(heard) => {
                    self.waiting = false;
                    match heard {
                        // Nothing follows an end: dropping the stream here ends the connection, whatever the caller does.
                        Some(Ok(last @ ChatEvent::Finished { .. })) => {
                            self.account(&last);
                            self.close(None);
                            return Poll::Ready(Some(Ok(last)));
                        }
                        Some(Err(error)) => return self.end(error),
                        None => {
                            self.tab.close(How::Cut(ErrorClass::Unavailable), None);
                            self.close(None);
                            return Poll::Ready(None);
                        }
                        Some(Ok(_)) if Instant::now() >= self.deadline => return self.end(deadline_passed()),
                        Some(Ok(ChatEvent::Alive)) => {}
                        Some(Ok(event @ (ChatEvent::Text(_) | ChatEvent::Reasoning(_) | ChatEvent::ToolCall(_)))) => {
                            self.account(&event);
                            return Poll::Ready(Some(Ok(event)));
                        }
                    }
                }
                Poll::Pending => {
                    if !std::mem::replace(&mut self.waiting, true) {
                        let until = (Instant::now() + self.stall).min(self.deadline);
                        self.alarm.as_mut().reset(until);
                    }
                    if self.alarm.as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    let error = if Instant::now() >= self.deadline { deadline_passed() } else { silent("stalled") };
                    return self.end(error);
                }
            }
        }
    }
}

impl Watched {
    fn end(&mut self, error: ProviderError) -> Poll<Option<Result<ChatEvent, ProviderError>>> {
        self.tab.close(How::Cut(error.class), error.usage.as_deref());
        self.close(Some(&error));
        Poll::Ready(Some(Err(error)))
    }

    /// From the first content on the place at the provider is the stream's.
    pub fn hold(mut self, held: Held, tab: Tab) -> Self {
        self.tab = tab;
        // An answer that is already whole needs none.
        let whole = self.ahead.back().is_some_and(|event| matches!(event, ChatEvent::Finished { .. }));
        self.held = (!whole).then_some(held);
        if whole {
            self.inner = None;
        }
        self
    }

    /// What the account of the call will say.
    fn account(&mut self, event: &ChatEvent) {
        match event {
            ChatEvent::Text(text) | ChatEvent::Reasoning(text) => self.tab.hear(text),
            ChatEvent::ToolCall(call) => {
                self.tab.hear(&call.name);
                self.tab.hear(&call.arguments);
            }
            ChatEvent::Finished { usage, .. } => self.tab.close(How::Finished, usage.as_ref()),
            ChatEvent::Alive => {}
        }
    }

    fn close(&mut self, error: Option<&ProviderError>) {
        self.inner = None;
        if let (Some(held), Some(error)) = (self.held.take(), error) {
            (held.cut)(error);
        }
    }
}

impl Drop for Watched {
    /// What was said and not read any more was said all the same.
    fn drop(&mut self) {
        while let Some(event) = self.ahead.pop_front() {
            self.account(&event);
        }
    }
}

pub fn deadline_passed() -> ProviderError {
    ProviderError::new(ErrorClass::Timeout, "the whole answer took longer than allowed").with_code("deadline")
}

pub fn silent(code: &'static str) -> ProviderError {
    ProviderError::new(ErrorClass::Timeout, "the provider was silent for longer than allowed").with_code(code)
}
