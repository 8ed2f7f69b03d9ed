//! A streamed answer's body: read from the provider only as fast as the client takes it, one piece of body for whatever came
//! at once, ended when the caller's rights end.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpRequest;
use app::events::Watch;
use app::integration::{Speaking, Speech};
use bytes::Bytes;
use domain::{Error, Kind};
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep};

use super::chunk::{Head, Writer};
use super::error;
use crate::extract::Seat;
use crate::facts::Facts;
use crate::problem::Problem;

/// Sent on at the latest; more is not held back for the client.
const PIECE: usize = 16 * 1024;
/// A gone client is noticed at the next write, and proxies end what is silent.
const PING: Duration = Duration::from_secs(15);

type Source = Pin<Box<dyn Stream<Item = domain::Result<Speech>> + Send>>;

pub(super) struct Events {
    /// `None` after the end: the call ends here, whatever the client still reads.
    source: Option<Source>,
    writer: Writer,
    lost: Pin<Box<dyn Future<Output = ()>>>,
    /// Of the question, which is kept until the answer has ended.
    _seat: Seat,
    ping: Pin<Box<Sleep>>,
    /// The ping's clock runs; it is set only when there is nothing to send.
    waiting: bool,
    facts: Facts,
}

pub(super) fn events(
    head: Head,
    speaking: Speaking,
    usage: bool,
    (rights, seat): (Watch, Seat),
    request: &HttpRequest,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> + use<> {
    Events {
        writer: Writer::new(&head, &speaking.model, usage),
        source: Some(speaking.stream),
        lost: Box::pin(async move { rights.lost().await }),
        _seat: seat,
        ping: Box::pin(sleep(PING)),
        waiting: false,
        facts: Facts::of(request),
    }
}

impl Stream for Events {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.source.is_some() && this.lost.as_mut().poll(context).is_ready() {
            this.fail(Error::new(Kind::Unauthenticated, "integration.rights_lost"));
        }
        while let Some(source) = this.source.as_mut() {
            match source.as_mut().poll_next(context) {
                Poll::Ready(Some(Ok(speech))) => {
                    this.waiting = false;
                    this.writer.speech(&speech);
                    if matches!(speech, Speech::End { .. }) {
                        this.source = None;
                    } else if this.writer.len() >= PIECE {
                        break;
                    }
                }
                Poll::Ready(Some(Err(error))) => this.fail(error),
                Poll::Ready(None) => this.fail(Error::new(Kind::Unavailable, "integration.unavailable")),
                Poll::Pending if this.writer.len() > 0 => break,
                Poll::Pending => {
                    if !std::mem::replace(&mut this.waiting, true) {
                        this.ping.as_mut().reset(Instant::now() + PING);
                    }
                    if this.ping.as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    this.waiting = false;
                    this.writer.ping();
                    break;
                }
            }
        }
        Poll::Ready((this.writer.len() > 0).then(|| Ok(this.writer.take())))
    }
}

impl Events {
    /// The head is out with its 200, so the failure is said in the stream, and the stream ends.
    fn fail(&mut self, error: Error) {
        self.source = None;
        let problem = Problem::from(error);
        let (request_id, cause) = (self.facts.request_id(), problem.cause());
        tracing::warn!(request_id, code = problem.code(), cause, "a streamed answer was cut");
        self.writer.error(&error::document(&problem, self.facts.locale(), request_id).1);
    }
}
