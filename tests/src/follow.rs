//! Following a run as a page does: apply `run.*` events, come back with `Last-Event-ID`, believe nothing twice.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::api::{Api, text_of};
use crate::sse::Event;

/// What a reader has of one answer.
#[derive(Clone, Default)]
pub struct Reading {
    text: Vec<char>,
    pub attempt: u64,
    /// `succeeded`, `failed`, `cancelled` once it has ended, with the message that the end carried.
    pub end: Option<(String, Value)>,
    pub rewinds: u32,
    pub snapshots: u32,
    /// Text that did not begin where ours ends: it must be fetched again.
    pub gap: bool,
    /// The last events, for whoever must find out what went wrong.
    pub heard: Vec<String>,
    /// What must never be: text that differs from what we have at the same place, a rewind past our end, …
    pub faults: Vec<String>,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.text();
        let tail: String = text.chars().skip(self.text.len().saturating_sub(30)).collect();
        writeln!(f, "attempt {}, {} characters ending in {tail:?}", self.attempt, self.text.len())?;
        writeln!(f, "end {:?}, {} rewinds, {} snapshots, gap {}", self.end, self.rewinds, self.snapshots, self.gap)?;
        writeln!(f, "faults {:?}; heard at last:", self.faults)?;
        self.heard.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

impl Reading {
    pub fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// Applies one event of this run.
    pub fn apply(&mut self, event: &Event) {
        let data = &event.data;
        let brief: String = data.to_string().chars().take(160).collect();
        self.heard.push(format!("{} {} {brief}", event.id.as_deref().unwrap_or("-"), event.name));
        if self.heard.len() > 12 {
            self.heard.remove(0);
        }
        match event.name.as_str() {
            "run.started" => self.attempt = data["attempt"].as_u64().unwrap_or(self.attempt),
            "run.snapshot" => {
                self.snapshots += 1;
                self.gap = false;
                self.attempt = data["attempt"].as_u64().unwrap_or(self.attempt);
                self.text = data["text"].as_str().expect("a snapshot has text").chars().collect();
            }
            "run.delta" => self.delta(data),
            "run.rewound" => {
                self.rewinds += 1;
                let keep = data["keep"].as_u64().expect("a rewind says what to keep") as usize;
                if keep > self.text.len() && !self.gap {
                    self.faults.push(format!("told to keep {keep} of {} characters", self.text.len()));
                    self.gap = true;
                }
                self.text.truncate(keep);
                self.attempt = data["attempt"].as_u64().unwrap_or(self.attempt);
            }
            "run.succeeded" | "run.failed" | "run.cancelled" => {
                let status = event.name.trim_start_matches("run.").to_owned();
                if let Some((before, _)) = &self.end {
                    // The same end may be told again after a reconnect; another end may not.
                    if *before != status {
                        self.faults.push(format!("ended {before}, then {status}"));
                    }
                }
                self.end = Some((status, data.clone()));
                self.settle();
            }
            _ => {}
        }
    }

    /// Whoever was told to fetch anew has the stored answer from the end itself. Everybody else must have heard it, however it
    /// ended: what a crash lost was taken back by a rewind before.
    fn settle(&mut self) {
        let Some(stored) = self.final_text() else { return };
        if self.gap {
            self.text = stored.chars().collect();
            self.gap = false;
        } else if self.text() != stored {
            self.faults.push(format!("the end says {stored:?}"));
        }
    }

    fn delta(&mut self, data: &Value) {
        let piece: Vec<char> = data["text"].as_str().expect("a delta has text").chars().collect();
        let start = data["start"].as_u64().map_or(self.text.len(), |start| start as usize);
        if self.gap {
            return;
        }
        if start > self.text.len() {
            self.faults
                .push(format!("a hole: we have {} characters and are told what follows {start}", self.text.len()));
            self.gap = true;
            return;
        }
        let known = (self.text.len() - start).min(piece.len());
        if self.text[start..start + known] != piece[..known] {
            let have: String = self.text[start..start + known].iter().collect();
            let told: String = piece[..known].iter().collect();
            self.faults.push(format!("at {start} we have {have:?} and are told {told:?}"));
        }
        self.text.extend_from_slice(&piece[known..]);
    }

    /// The text of the message that came with the end.
    pub fn final_text(&self) -> Option<String> {
        let (_, data) = self.end.as_ref()?;
        data.get("message").filter(|message| message.is_object()).map(text_of)
    }
}

/// Follows `run` on its own stream until it ends, reconnecting whenever the stream breaks.
///
/// # Panics
/// When it has not ended within `limit`.
pub async fn follow(api: &Api, run: &str, limit: Duration) -> Reading {
    follow_until(api, run, limit, |_| false).await
}

/// As [`follow`], but stops early when `enough` says so.
pub async fn follow_until(api: &Api, run: &str, limit: Duration, enough: impl Fn(&Reading) -> bool) -> Reading {
    let mut reading = Reading::default();
    let mut last: Option<String> = None;
    let start = Instant::now();
    let path = format!("/api/v1/runs/{run}/events");
    while reading.end.is_none() {
        if start.elapsed() >= limit {
            panic!("run has not ended for its follower within {limit:?}: {reading:?}\nit is {}", api.run(run).await);
        }
        let mut stream = match api.events(&path, last.as_deref()).await {
            Ok(stream) => stream,
            Err(0 | 429 | 503) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            Err(status) => panic!("the stream of run {run} answers {status}"),
        };
        while let Some(event) = stream.soon(Duration::from_secs(20)).await {
            let about = event.data["run_id"].as_str();
            assert!(about.is_none_or(|id| id == run), "event of another run: {event:?}");
            reading.apply(&event);
            if reading.gap {
                break;
            }
            if reading.end.is_some() || enough(&reading) {
                return reading;
            }
        }
        // After a gap we know nothing: without an id the stream begins with the state.
        last = stream.last_id().map(str::to_owned).or(last);
        if reading.gap {
            reading.text.clear();
            reading.gap = false;
            last = None;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    reading
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
