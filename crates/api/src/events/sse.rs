//! Writing a stream: frames, pings, and the three ways in which it ends for the reader's own good.

use std::pin::pin;
use std::time::Duration;

use app::App;
use app::events::{Heard, Watch};
use bytes::Bytes;
use domain::{Ctx, Locale, Timestamp};
use futures_util::{Stream, StreamExt};

use super::wire;

/// A gone client is noticed at the next write, and proxies end what is silent.
const PING: Duration = Duration::from_secs(15);
/// How long a client waits before it comes back after a cut, spread so that not all come at once.
const RETRY_MS: u64 = 1_000;

/// The source as bytes, with pings; ends with the token, with the session, or when the server stops.
pub(super) fn written(
    app: App,
    ctx: Ctx,
    rights: Watch,
    ends: Timestamp,
    source: impl Stream<Item = Heard> + 'static,
) -> impl Stream<Item = Bytes> + 'static {
    async_stream::stream! {
        let locale = ctx.locale;
        let lives_for = ends.since(ctx.now());
        let mut expiry = pin!(tokio::time::sleep(lives_for));
        let mut ping = tokio::time::interval(PING);
        ping.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        ping.reset();
        let mut source = pin!(source);
        let closing = app.closing.clone();
        metrics::gauge!("obrol_sse_clients").increment(1);
        let _gone = Gone;
        yield Bytes::from(format!("retry: {}\n\n", RETRY_MS + app.chance.below(RETRY_MS)));
        loop {
            tokio::select! {
                biased;
                () = rights.lost() => {
                    yield Bytes::from_static(b"event: auth.expired\ndata: {}\n\n");
                    return;
                }
                () = &mut expiry => {
                    yield Bytes::from_static(b"event: auth.expired\ndata: {}\n\n");
                    return;
                }
                () = closing.cancelled() => {
                    yield Bytes::from(format!("retry: {}\n\n", 300 + app.chance.below(2_000)));
                    return;
                }
                heard = source.next() => match heard {
                    Some(heard) => yield frame(&heard, locale),
                    None => return,
                },
                _ = ping.tick() => yield Bytes::from_static(b": ping\n\n"),
            }
        }
    }
}

/// Counts an open stream off, however it ends.
struct Gone;

impl Drop for Gone {
    fn drop(&mut self) {
        metrics::gauge!("obrol_sse_clients").decrement(1);
    }
}

/// One event: `id`, `event`, `data` in one line, for JSON has no bare line breaks.
fn frame(heard: &Heard, locale: Locale) -> Bytes {
    let (name, data) = wire::event(&heard.event, locale);
    let mut frame = Vec::with_capacity(data.len() + 96);
    if let Some(id) = &heard.id {
        frame.extend_from_slice(b"id: ");
        frame.extend_from_slice(id.as_bytes());
        frame.push(b'\n');
    }
    frame.extend_from_slice(b"event: ");
    frame.extend_from_slice(name.as_bytes());
    frame.extend_from_slice(b"\ndata: ");
    frame.extend_from_slice(&data);
    frame.extend_from_slice(b"\n\n");
    Bytes::from(frame)
}
