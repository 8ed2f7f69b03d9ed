//! A stream under watch: silence and the deadline end it.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use llm_client::{ChatEvent, ChatStream, ErrorClass, ProviderError};
use tokio::time::{Instant, Sleep, sleep_until};

/// First what was read ahead, then the rest. `Alive` is taken as life and not passed on.
pub struct Watched {
    ahead: VecDeque<ChatEvent>,
    inner: Option<ChatStream>,
    stall: Duration,
    deadline: Instant,
    alarm: Pin<Box<Sleep>>,
    /// The alarm runs. It is set when there is nothing to read, so a slow reader is never taken for a silent provider.
    waiting: bool,
}

impl Watched {
    pub fn new(ahead: VecDeque<ChatEvent>, inner: ChatStream, stall: Duration, deadline: Instant) -> Self {
        Self { ahead, inner: Some(inner), stall, deadline, alarm: Box::pin(sleep_until(deadline)), waiting: false }
    }
}

impl Stream for Watched {
    type Item = Result<ChatEvent, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(event) = self.ahead.pop_front() {
            if matches!(event, ChatEvent::Finished { .. }) {
                self.inner = None;
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
                        last @ (Some(Ok(ChatEvent::Finished { .. }) | Err(_)) | None) => {
                            self.inner = None;
                            return Poll::Ready(last);
                        }
                        Some(Ok(_)) if Instant::now() >= self.deadline => return self.end(deadline_passed()),
                        Some(Ok(ChatEvent::Alive)) => {}
                        Some(Ok(event @ (ChatEvent::Text(_) | ChatEvent::Reasoning(_) | ChatEvent::ToolCall(_)))) => {
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
        self.inner = None;
        Poll::Ready(Some(Err(error)))
    }
}

pub fn deadline_passed() -> ProviderError {
    ProviderError::new(ErrorClass::Timeout, "the whole answer took longer than allowed").with_code("deadline")
}

pub fn silent(code: &'static str) -> ProviderError {
    ProviderError::new(ErrorClass::Timeout, "the provider was silent for longer than allowed").with_code(code)
}
