//! An OpenAI-compatible upstream on a loopback port (`POST /v1/chat/completions`, `GET /v1/models`, its ledger at
//! `GET /__stats`), written on bare TCP so that it can break off anywhere. Source of the wire format: the provider's
//! published specification of chat completions and its streaming events.

pub mod ledger;
mod serve;
pub mod spec;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::seed::Chance;
use ledger::{Ledger, Outcome};
use spec::{Fault, Spec};

/// One fake upstream; it ends with the value.
pub struct FakeLlm {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

pub(crate) struct Shared {
    models: Vec<String>,
    ledger: Mutex<Ledger>,
    schedule: Mutex<Option<Schedule>>,
}

/// Random faults on top of what the models' names say.
#[derive(Clone, Copy)]
struct Schedule {
    seed: u64,
    percent: u64,
}

impl FakeLlm {
    pub async fn start(models: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            models: models.iter().map(|model| (*model).to_owned()).collect(),
            ledger: Mutex::default(),
            schedule: Mutex::default(),
        });
        let task = tokio::spawn(serve::accept(listener, shared.clone()));
        Self { address, shared, task }
    }

    /// What `OBROL_PROVIDER_FAKE_BASE_URL` wants.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn models(&self) -> &[String] {
        &self.shared.models
    }

    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.shared.ledger()
    }

    /// From now on so many of a hundred requests fail, in ways that `seed` chooses. 0 ends it.
    pub fn misbehave(&self, seed: u64, percent: u64) {
        *self.shared.schedule.lock().unwrap() = (percent > 0).then_some(Schedule { seed, percent });
    }
}

impl Drop for FakeLlm {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    fn close(&self, at: usize, tokens: u32, outcome: Outcome) {
        let mut ledger = self.ledger();
        ledger.entries[at].tokens = tokens;
        ledger.entries[at].outcome = outcome;
    }

    /// The fault of request number `at`: the model's own when it is due, else one by chance.
    fn fault(&self, spec: &Spec, at: usize, count: u64) -> Option<Fault> {
        if let Some(fault) = spec.fault {
            return spec.due(count).then_some(fault);
        }
        let Schedule { seed, percent } = (*self.schedule.lock().unwrap())?;
        let mut chance = Chance::part(seed, at as u64);
        if !chance.percent(percent) {
            return None;
        }
        let place = chance.between(0, u64::from(spec.tokens).max(1)) as u32;
        Some(match chance.between(0, 8) {
            0 => Fault::Status(500),
            1 => Fault::Status(503),
            2 => Fault::Status(429),
            3 => Fault::Cut(place),
            4 => Fault::ErrorEvent(place),
            5 => Fault::Garbage(place),
            6 => Fault::Drip(1 + place % 7),
            _ => Fault::Empty,
        })
    }
}
