//! Tells every process that something it may have cached is no longer true.
//!
//! A message reaches subscribers in this process at once and those in other processes through Redis.
//! Nothing may hang on its arrival: whoever caches also lets entries expire (sessions after 2 s).
//! When messages may have been missed, subscribers get [`Event::Gap`] and drop what they cached.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::Tasks;
use crate::config::SecretUrl;
use crate::redis_link::RedisLink;
use crate::secret_file;

const CHANNEL: &str = "proscenium:bus";
const BUFFER: usize = 1024;
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// What a message is about, e.g. `Topic("session")`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Topic(pub &'static str);

/// What a subscriber hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A message on the topic.
    Message(String),
    /// Messages may have been missed: treat everything cached as stale.
    Gap,
}

/// Handle to the bus; clones share it.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    /// Tells our own messages apart when Redis sends them back.
    origin: String,
    local: broadcast::Sender<Envelope>,
    redis: Option<RedisLink>,
    tasks: Tasks,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Envelope {
    origin: String,
    /// Empty for a gap, which concerns every topic.
    topic: String,
    payload: String,
}

impl Bus {
    /// A bus through Redis, or within this process when there is none.
    pub fn start(redis_url: Option<&SecretUrl>, tasks: &Tasks) -> anyhow::Result<Self> {
        let redis = redis_url.map(RedisLink::new).transpose()?;
        let (local, _) = broadcast::channel(BUFFER);
        let inner = Inner { origin: secret_file::random_text(9)?, local, redis, tasks: tasks.clone() };
        let bus = Self { inner: Arc::new(inner) };
        if let Some(link) = bus.inner.redis.clone() {
            tasks.spawn("bus", bus.clone().listen(link));
        }
        Ok(bus)
    }

    /// Publishes without waiting; never fails.
    pub fn publish(&self, topic: Topic, payload: impl Into<String>) {
        let envelope =
            Envelope { origin: self.inner.origin.clone(), topic: topic.0.to_owned(), payload: payload.into() };
        if let Some(link) = self.inner.redis.clone()
            && let Ok(text) = serde_json::to_string(&envelope)
        {
            self.inner.tasks.spawn("bus publication", async move {
                link.run(|mut redis| async move {
                    redis::cmd("PUBLISH").arg(CHANNEL).arg(text).query_async::<i64>(&mut redis).await
                })
                .await;
            });
        }
        // An error means that nobody listens.
        drop(self.inner.local.send(envelope));
    }

    /// Hears everything published on `topic` from now on.
    pub fn subscribe(&self, topic: Topic) -> Subscription {
        Subscription { topic, receiver: self.inner.local.subscribe() }
    }

    async fn listen(self, link: RedisLink) {
        let token = self.inner.tasks.shutdown_token();
        let mut connected_before = false;
        while !token.is_cancelled() {
            tokio::select! {
                () = token.cancelled() => return,
                outcome = self.relay(&link, connected_before) => {
                    connected_before = true;
                    if let Err(error) = outcome {
                        tracing::debug!(error = %error, "the bus lost Redis");
                    }
                }
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(RECONNECT_DELAY) => {}
            }
        }
    }

    async fn relay(&self, link: &RedisLink, connected_before: bool) -> redis::RedisResult<()> {
        let mut subscription = link.client().get_async_pubsub().await?;
        subscription.subscribe(CHANNEL).await?;
        if connected_before {
            let gap = Envelope { origin: self.inner.origin.clone(), topic: String::new(), payload: String::new() };
            drop(self.inner.local.send(gap));
        }
        let mut messages = subscription.into_on_message();
        while let Some(message) = messages.next().await {
            let text: String = message.get_payload()?;
            match serde_json::from_str::<Envelope>(&text) {
                Ok(envelope) if envelope.origin != self.inner.origin => drop(self.inner.local.send(envelope)),
                Ok(_) => {}
                Err(error) => tracing::warn!(error = %error, "a message on the bus is malformed"),
            }
        }
        Ok(())
    }
}

/// A subscriber's end.
pub struct Subscription {
    topic: Topic,
    receiver: broadcast::Receiver<Envelope>,
}

impl Subscription {
    /// The next event; `None` when the bus is gone.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.receiver.recv().await {
                Ok(envelope) if envelope.topic == self.topic.0 => return Some(Event::Message(envelope.payload)),
                Ok(envelope) if envelope.topic.is_empty() => return Some(Event::Gap),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(Event::Gap),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    const SESSION: Topic = Topic("session");

    #[tokio::test]
    async fn subscribers_hear_their_topic_only() {
        let bus = Bus::start(None, &Tasks::new()).expect("bus");
        let mut session = bus.subscribe(SESSION);
        bus.publish(Topic("policy"), "p");
        bus.publish(SESSION, "s");
        assert_eq!(session.next().await, Some(Event::Message("s".into())));
    }

    #[tokio::test]
    async fn a_slow_subscriber_learns_that_it_missed_something() {
        let bus = Bus::start(None, &Tasks::new()).expect("bus");
        let mut session = bus.subscribe(SESSION);
        for number in 0..=BUFFER {
            bus.publish(SESSION, number.to_string());
        }
        assert_eq!(session.next().await, Some(Event::Gap));
    }

    #[tokio::test]
    async fn without_its_redis_it_still_works_in_this_process_and_at_once() {
        let nobody = SecretUrl::new("redis://127.0.0.1:1");
        let tasks = Tasks::new();
        let bus = Bus::start(Some(&nobody), &tasks).expect("bus");
        let mut session = bus.subscribe(SESSION);
        bus.publish(SESSION, "s");
        let heard = tokio::time::timeout(Duration::from_millis(100), session.next()).await;
        assert_eq!(heard.expect("at once"), Some(Event::Message("s".into())));
        assert!(tasks.shutdown(Duration::from_secs(5)).await.is_empty());
    }
}
