//! What time tells a stranger: S16 (is there such an account?) and S03 (is there such a thing of somebody else's?), in pairs.
//!
//! Not a test: a busy machine would decide. `scripts/timing.sh` prints medians of pairs asked in random order, one after the
//! other over one connection; `OBROL_TIMING_PAIRS` (2,000 unless said) is how many.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::report::{Row, median, percentile};
use crate::api::{Api, id};
use crate::fake_llm::FakeLlm;
use crate::seed::{Chance, seed};
use crate::server::{Server, Store};

const MODEL: &str = "fake-tok20";
/// Failures that an account has free: within them nothing is delayed.
const FREE: usize = 5;

pub async fn run() -> Vec<Row> {
    let pairs = std::env::var("OBROL_TIMING_PAIRS").map_or(2_000, |text| text.parse().expect("a number of pairs"));
    let mut chance = Chance::new(seed());
    let store = Store::fresh().await;
    let fake = FakeLlm::start(&[MODEL]).await;
    let mut server = Server::prepare(&store, "timing");
    server.provider("FAKE", &fake);
    // Every attempt comes from a source of its own, so that no delay of a source is measured.
    server.set("OBROL_TRUSTED_PROXIES", "1");
    server.up().await;
    let mut rows = vec![logins(&server, pairs, &mut chance).await];
    rows.extend(strangers(&server, pairs, &mut chance).await);
    rows
}

/// A wrong password for an account, and the same for an address that has none.
async fn logins(server: &Server, pairs: usize, chance: &mut Chance) -> Row {
    let people = pairs.div_ceil(FREE);
    eprintln!("{people} people register");
    for number in 0..people {
        let body = json!({"email": format!("known{number}@example.test"), "password": crate::api::PASSWORD});
        let api = server.api();
        let request = api.request(Method::POST, "/api/v1/auth/register").header("x-forwarded-for", source(chance));
        api.send(request.json(&body)).await.expect(201);
    }
    eprintln!("{pairs} pairs of logins");
    let api = server.api();
    let mut times = Times::default();
    for number in 0..pairs {
        for known in in_any_order(chance) {
            let name = if known { "known" } else { "other" };
            let body =
                json!({"email": format!("{name}{}@example.test", number % people), "password": "a wrong password"});
            let request = api.request(Method::POST, "/api/v1/auth/login").header("x-forwarded-for", source(chance));
            times.take(known, ask(&api, request.json(&body), 401).await);
        }
    }
    times.row("log in: wrong password, no account")
}

/// What another person has, and what nobody has.
async fn strangers(server: &Server, pairs: usize, chance: &mut Chance) -> Vec<Row> {
    let (owner, stranger) = (server.person("owner").await, server.person("stranger").await);
    let (mut conversations, mut runs) = (Vec::new(), Vec::new());
    for _ in 0..50 {
        let conversation = owner.conversation(&format!("fake/{MODEL}")).await;
        let run = id(&owner.ask(&conversation, "#a hello").await["run"]);
        owner.ended(&run, Duration::from_secs(20)).await;
        conversations.push(conversation);
        runs.push(run);
    }
    let mut rows = Vec::new();
    for (method, path, ids) in [
        (Method::GET, "/api/v1/conversations/{id}", &conversations),
        (Method::DELETE, "/api/v1/conversations/{id}", &conversations),
        (Method::GET, "/api/v1/conversations/{id}/messages", &conversations),
        (Method::GET, "/api/v1/runs/{id}", &runs),
    ] {
        eprintln!("{pairs} pairs of {method} {path}");
        let mut times = Times::default();
        for number in 0..pairs {
            for foreign in in_any_order(chance) {
                let named = if foreign { ids[number % ids.len()].clone() } else { Uuid::now_v7().to_string() };
                let request = stranger.request(method.clone(), &path.replace("{id}", &named));
                times.take(foreign, ask(&stranger, request, 404).await);
            }
        }
        rows.push(times.row(&format!("{method} {path}: foreign, missing")));
    }
    rows
}

async fn ask(api: &Api, request: reqwest::RequestBuilder, status: u16) -> Duration {
    let start = Instant::now();
    let answer = api.send(request).await;
    let took = start.elapsed();
    answer.expect(status);
    took
}

fn in_any_order(chance: &mut Chance) -> [bool; 2] {
    let first = chance.percent(50);
    [first, !first]
}

fn source(chance: &mut Chance) -> String {
    let [a, b, c, ..] = chance.draw().to_le_bytes();
    format!("10.{a}.{b}.{c}")
}

#[derive(Default)]
struct Times {
    there: Vec<Duration>,
    missing: Vec<Duration>,
}

impl Times {
    fn take(&mut self, there: bool, time: Duration) {
        if there { self.there.push(time) } else { self.missing.push(time) }
    }

    fn row(mut self, what: &str) -> Row {
        // The first ones warm caches and connections up.
        for times in [&mut self.there, &mut self.missing] {
            times.drain(..times.len() / 20);
        }
        let show = |times: &mut Vec<Duration>| {
            let at = [10, 50, 90].map(|percent| percentile(times, percent).as_secs_f64() * 1e3);
            format!("{:.3} ms (p10 {:.3}, p90 {:.3})", at[1], at[0], at[2])
        };
        let apart = median(&mut self.there).as_secs_f64() / median(&mut self.missing).as_secs_f64() - 1.0;
        let found = format!("{} against {}: {:+.1} %", show(&mut self.there), show(&mut self.missing), apart * 100.0);
        Row::new(what, found, "medians within 10 %")
    }
}
