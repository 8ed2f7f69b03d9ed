//! Hears other processes: one pub/sub connection a process, its subscriptions kept equal to the topics that somebody hears.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{PubSubSink, PubSubStream};
use tokio::sync::Notify;

use super::frame::{self, Frame, Names, Origin};
use super::topics::Topics;
use crate::chance::Backoff;

const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// A connection that died without a word (half-open) is found by this.
const PING_EVERY: Duration = Duration::from_secs(5);
/// Topics told in one command.
const CHUNK: usize = 512;

#[derive(Default)]
pub(super) struct Listening {
    pub(super) now: AtomicBool,
    tried: AtomicBool,
    news: Notify,
}

impl Listening {
    fn set(&self, now: bool) {
        self.now.store(now, Ordering::Relaxed);
        self.tried.store(true, Ordering::Relaxed);
        self.news.notify_waiters();
    }

    pub(super) async fn first_attempt(&self) {
        let news = self.news.notified();
        tokio::pin!(news);
        news.as_mut().enable();
        if !self.tried.load(Ordering::Relaxed) {
            news.await;
        }
    }
}

pub(super) async fn run(
    client: redis::Client,
    names: Names,
    own: Origin,
    topics: Arc<Topics>,
    listening: Arc<Listening>,
) {
    let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
    let mut told_away = false;
    loop {
        let cause = match tokio::time::timeout(CONNECT_LIMIT, open(&client, &names)).await {
            Ok(Ok((mut sink, mut stream))) => {
                backoff.reset();
                if told_away {
                    tracing::info!("the bus hears other processes again");
                }
                told_away = false;
                topics.start_over();
                listening.set(true);
                let pinging = ping(sink.clone());
                let cause = tokio::select! {
                    () = hear(&mut stream, &names, &own, &topics) => "the connection ended".to_owned(),
                    cause = keep_subscribed(&mut sink, &names, &topics) => cause,
                    cause = pinging => cause,
                };
                topics.cut_off();
                cause
            }
            Ok(Err(fault)) => fault.to_string(),
            Err(_) => "no connection in time".to_owned(),
        };
        listening.set(false);
        if !told_away {
            tracing::warn!(
                cause,
                "the bus does not hear other processes; subscribers are told to refetch when it does again"
            );
        }
        told_away = true;
        tokio::time::sleep(backoff.wait()).await;
    }
}

async fn open(client: &redis::Client, names: &Names) -> redis::RedisResult<(PubSubSink, PubSubStream)> {
    let (mut sink, stream) = client.get_async_pubsub().await?.split();
    sink.subscribe(names.gap()).await?;
    Ok((sink, stream))
}

async fn hear(stream: &mut PubSubStream, names: &Names, own: &Origin, topics: &Topics) {
    while let Some(message) = stream.next().await {
        let channel = message.get_channel_name().to_owned();
        let Ok(bytes) = message.get_payload::<Vec<u8>>() else { continue };
        match frame::read(bytes, own) {
            Some(Frame::Message(payload)) => {
                if let Some(topic) = names.topic_in(&channel) {
                    topics.deliver(topic, &payload);
                }
            }
            Some(Frame::Gap) => topics.all_missed(),
            None => {}
        }
    }
}

/// Returns with the cause when Redis does not take a subscription.
async fn keep_subscribed(sink: &mut PubSubSink, names: &Names, topics: &Topics) -> String {
    let mut held: HashSet<Arc<str>> = HashSet::new();
    loop {
        topics.changed().await;
        let change = topics.change(&held);
        for chunk in change.subscribe.chunks(CHUNK) {
            let channels: Vec<String> = chunk.iter().map(|topic| names.topic(topic)).collect();
            if let Err(cause) = bounded(sink.subscribe(channels)).await {
                return cause;
            }
            held.extend(chunk.iter().cloned());
            topics.established(chunk);
        }
        for chunk in change.unsubscribe.chunks(CHUNK) {
            let channels: Vec<String> = chunk.iter().map(|topic| names.topic(topic)).collect();
            if let Err(cause) = bounded(sink.unsubscribe(channels)).await {
                return cause;
            }
            for topic in chunk {
                held.remove(topic);
            }
        }
    }
}

async fn ping(mut sink: PubSubSink) -> String {
    loop {
        tokio::time::sleep(PING_EVERY).await;
        if let Err(cause) = bounded(sink.ping::<redis::Value>()).await {
            return cause;
        }
    }
}

async fn bounded<T>(answer: impl Future<Output = redis::RedisResult<T>>) -> Result<T, String> {
    match tokio::time::timeout(ANSWER_LIMIT, answer).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(fault)) => Err(fault.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    }
}
