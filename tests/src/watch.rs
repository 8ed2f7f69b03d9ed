//! A page that is open: everything a person hears on the one multiplexed stream, run by run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::api::Api;
use crate::follow::{Reading, follow};
use crate::sse::Event;

pub struct Watcher {
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
pub struct State {
    pub readings: HashMap<String, Reading>,
    /// Names of all events, in order.
    pub heard: Vec<String>,
    /// Times that the stream was opened, and times that the server said `sync.required`.
    pub opened: u32,
    pub syncs: u32,
    pub events: Vec<Event>,
}

impl Watcher {
    pub fn open(api: &Api) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let task = tokio::spawn(watch(api.clone(), state.clone()));
        Self { state, task }
    }

    /// Opens and waits until the stream says that it hears.
    pub async fn ready(api: &Api) -> Self {
        let watcher = Self::open(api);
        let ready =
            || async { watcher.with(|state| state.heard.iter().any(|name| name == "stream.ready")).then_some(()) };
        crate::wait::until("stream.ready", Duration::from_secs(10), ready).await;
        watcher
    }

    pub fn with<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.lock().unwrap())
    }

    pub fn reading(&self, run: &str) -> Option<Reading> {
        self.with(|state| state.readings.get(run).cloned())
    }

    /// The reading of `run` once it has ended here.
    pub async fn ended(&self, run: &str, limit: Duration) -> Reading {
        let done = || async { self.reading(run).filter(|reading| reading.end.is_some()) };
        crate::wait::until(&format!("a watcher hears the end of run {run}"), limit, done).await
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn watch(api: Api, state: Arc<Mutex<State>>) {
    let mut last: Option<String> = None;
    loop {
        if let Ok(mut stream) = api.events("/api/v1/events", last.as_deref()).await {
            state.lock().unwrap().opened += 1;
            // Comments come every 15 s: a longer silence is a dead connection.
            while let Some(event) = stream.soon(Duration::from_secs(20)).await {
                let behind = state.lock().unwrap().hear(&event);
                match behind {
                    Behind::No => {}
                    Behind::One(run) => catch_up(&api, &state, &run).await,
                    Behind::All => fetch_anew(&api, &state).await,
                }
            }
            last = stream.last_id().map(str::to_owned).or(last);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What must be fetched.
enum Behind {
    No,
    One(String),
    All,
}

impl State {
    /// Applies an event.
    fn hear(&mut self, event: &Event) -> Behind {
        self.heard.push(event.name.clone());
        self.events.push(event.clone());
        if event.name == "sync.required" {
            self.syncs += 1;
            // What we have may be old; a snapshot follows of what is still being worked.
            let open = self.readings.values_mut().filter(|reading| reading.end.is_none());
            open.for_each(|reading| reading.gap = true);
            return Behind::All;
        }
        let Some(run) = event.name.starts_with("run.").then(|| event.data["run_id"].as_str()).flatten() else {
            return Behind::No;
        };
        let reading = self.readings.entry(run.to_owned()).or_default();
        let ends = matches!(event.name.as_str(), "run.succeeded" | "run.failed" | "run.cancelled");
        if reading.end.is_some() && !ends {
            return Behind::No; // It was fetched whole while this was on its way.
        }
        let known = reading.gap;
        reading.apply(event);
        if reading.gap && !known && reading.end.is_none() { Behind::One(run.to_owned()) } else { Behind::No }
    }

    fn ended(&self, run: &str) -> bool {
        self.readings.get(run).is_some_and(|reading| reading.end.is_some())
    }
}

/// Reads again what is on the screen: the newest messages of the person's conversations.
async fn fetch_anew(api: &Api, state: &Mutex<State>) {
    let get = |path: String| async move {
        api.patiently(reqwest::Method::GET, &path, None, Duration::from_secs(30)).await.expect(200)["items"].take()
    };
    for conversation in get("/api/v1/conversations?limit=50".into()).await.as_array().into_iter().flatten() {
        let path = format!("/api/v1/conversations/{}/messages?limit=50", crate::api::id(conversation));
        for message in get(path).await.as_array().into_iter().flatten() {
            let Some(run) = message["run_id"].as_str() else { continue };
            if message["status"] != "streaming" && !state.lock().unwrap().ended(run) {
                catch_up(api, state, run).await;
            }
        }
    }
}

/// Fetches a run of which something was missed, as a page does: one that is over comes whole from its own stream, of one
/// that is not the person's stream brings a snapshot or the end.
async fn catch_up(api: &Api, state: &Mutex<State>, run: &str) {
    let found = api.run(run).await;
    if matches!(found["status"].as_str(), Some("queued" | "running")) {
        return;
    }
    let found = follow(api, run, Duration::from_secs(60)).await;
    let mut state = state.lock().unwrap();
    let reading = state.readings.entry(run.to_owned()).or_default();
    let faults = std::mem::take(&mut reading.faults);
    *reading = found;
    reading.faults.extend(faults);
}
