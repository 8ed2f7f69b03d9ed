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
                for run in behind {
                    catch_up(&api, &state, &run).await;
                }
            }
            last = stream.last_id().map(str::to_owned).or(last);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

impl State {
    /// Applies an event; gives the runs whose text must be fetched.
    fn hear(&mut self, event: &Event) -> Vec<String> {
        self.heard.push(event.name.clone());
        self.events.push(event.clone());
        if event.name == "sync.required" {
            self.syncs += 1;
            let mut open: Vec<_> = self.readings.iter_mut().filter(|(_, reading)| reading.end.is_none()).collect();
            // What we have may be old; a snapshot follows if the run is still being worked.
            open.iter_mut().for_each(|(_, reading)| reading.gap = true);
            return open.into_iter().map(|(run, _)| run.clone()).collect();
        }
        let Some(run) = event.name.starts_with("run.").then(|| event.data["run_id"].as_str()).flatten() else {
            return Vec::new();
        };
        let reading = self.readings.entry(run.to_owned()).or_default();
        if reading.end.is_some() && event.name == "run.snapshot" {
            return Vec::new(); // It was fetched whole while this was on its way.
        }
        let known = reading.gap;
        reading.apply(event);
        let behind = reading.gap && !known && reading.end.is_none();
        if behind { vec![run.to_owned()] } else { Vec::new() }
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
