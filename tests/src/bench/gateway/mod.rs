//! The gateway beside nothing and beside the least there can be: direct, a bare proxy, Obrol's `/v1` with and without limits,
//! other gateways when somebody runs them. By turns in one run, on loopback, each in a process of its own.

mod child;
mod events;
mod http;
pub mod load;
mod obrol;
pub mod options;
pub mod proxy;
mod script;
mod table;
mod turn;
pub mod upstream;

use std::time::Duration;

use child::Child;
use load::CLASSES;
use obrol::{Answers, Obrol};
use options::{Options, Part};
use table::{Side, Table};
use turn::{Found, Shape, Target};
use upstream::Counts;

use crate::api::Api;
use crate::bench::memory::{mebibytes, peak};

/// The upstream's models: without pauses, for first tokens, for gaps, slow.
const AT_ONCE: &str = "bench-tok20";
const QUICK: &str = "bench-tok5-gap2";
const EVEN: &str = "bench-tok100-gap10";
const SLOW: &str = "bench-tok100-gap50";
const MODELS: [&str; 4] = [AT_ONCE, QUICK, EVEN, SLOW];
const STREAMS: usize = 500;
/// Where Obrol's columns are.
const QUOTA: usize = 2;
const LEDGER: usize = 3;

pub struct Report {
    pub table: String,
    /// What must not be: it ends the run with a failure, after the table.
    pub faults: Vec<String>,
}

struct Bench {
    options: Options,
    upstream: Child,
    proxy: Child,
    obrol: Obrol,
    targets: Vec<Target>,
    table: Table,
    answers: Answers,
    faults: Vec<String>,
}

/// # Errors
/// When nothing could be measured. What the targets did wrong stands in the report.
pub async fn run(options: Options) -> Result<Report, String> {
    let mut bench = Bench::start(options).await;
    bench.warm_up().await?;
    let parts = bench.options.parts.clone();
    let wants = |part| parts.contains(&part);
    if wants(Part::Whole) {
        bench.whole_answers().await?;
    }
    if wants(Part::First) {
        bench.first_tokens().await?;
    }
    if wants(Part::Gaps) {
        bench.gaps().await?;
    }
    bench.peaks();
    bench.ledger("the ledger beside the upstream's own counts").await?;
    if wants(Part::Streams) {
        bench.renew().await;
        bench.slow_streams().await?;
        bench.ledger("the same after the streams").await?;
    }
    Ok(Report { table: bench.table.markdown(), faults: bench.faults })
}

impl Bench {
    async fn start(options: Options) -> Self {
        let upstream = Child::start("upstream", options.upstream_port, &[]).await;
        let proxy = proxy_over(&upstream).await;
        let obrol = Obrol::start(&upstream.url()).await;
        let mut bench = Self {
            table: Table::new([]),
            upstream,
            proxy,
            obrol,
            targets: Vec::new(),
            answers: Answers::default(),
            faults: Vec::new(),
            options,
        };
        bench.name_targets();
        bench.table = Table::new(bench.targets.iter().map(|target| target.name.clone()));
        bench
    }

    fn name_targets(&mut self) {
        let bare = |name: &str, address: &str, path: &str, pid| Target {
            name: name.to_owned(),
            address: address.to_owned(),
            path: path.to_owned(),
            key: "sk-of-nobody".to_owned(),
            model: "{}".to_owned(),
            pid,
        };
        self.targets = vec![
            bare("direct", &self.upstream.address, "/direct/v1/chat/completions", None),
            bare("bare proxy", &self.proxy.address, "/v1/chat/completions", Some(self.proxy.pid())),
        ];
        self.targets.extend(self.obrol.targets());
        self.targets.extend(self.options.others.iter().cloned());
    }

    /// Every target in turn, as often as was asked for; the medians of each.
    async fn measure(&mut self, what: &str, shape: Shape, turns: usize) -> Result<Side, String> {
        eprintln!("{what}, by turns");
        let plain = shape.model == AT_ONCE && !shape.streamed;
        let mut all: Vec<Vec<Found>> = vec![Vec::new(); self.targets.len()];
        for _ in 0..turns {
            for (at, target) in self.targets.iter().enumerate() {
                if plain || target.any_model() {
                    let found = turn::turn(target, &shape).await?;
                    match at {
                        QUOTA => self.answers.quota += found.answers,
                        LEDGER => self.answers.ledger += found.answers,
                        _ => {}
                    }
                    all[at].push(found);
                }
            }
        }
        for (target, found) in self.targets.iter().zip(&all) {
            let (asked, answers) = found.iter().fold((0, 0), |sum, turn| (sum.0 + turn.asked, sum.1 + turn.answers));
            if let Some(why) = found.iter().find_map(|turn| turn.fault.as_ref()) {
                self.faults.push(format!("{what}, {}: {answers} of {asked} answered; first: {why}", target.name));
            }
        }
        let medians = all.iter().map(|turns| (!turns.is_empty()).then(|| Found::median(turns)));
        Ok(Side { found: medians.collect() })
    }

    /// Connections, adaptive limits and caches as they are after a while; nothing of it is shown.
    async fn warm_up(&mut self) -> Result<(), String> {
        for clients in [16, 256] {
            let shape = whole(clients, Duration::from_secs(1));
            self.measure(&format!("warming up with {clients} clients"), shape, 1).await?;
        }
        Ok(())
    }

    async fn whole_answers(&mut self) -> Result<(), String> {
        for clients in self.options.clients.clone() {
            let what = format!("whole answers, {}", counted(clients));
            let side = self.measure(&what, whole(clients, self.options.time), self.options.turns).await?;
            // With more clients than the machine has room for, time is theirs to wait, not the gateway's to add.
            let aims = if clients <= 16 { ("+0.5", "+2") } else { ("—", "—") };
            self.table.row(&format!("{what}: answers/s (of the bare proxy's)"), side.rates(), "≥ 60 %");
            self.table.row(&format!("{what}: p50 ms (added)"), side.times(|found| found.whole.p50), aims.0);
            self.table.row(&format!("{what}: p99 ms (added)"), side.times(|found| found.whole.p99), aims.1);
            self.table.row(&format!("{what}: CPU of its process an answer"), side.cpu(), "≤ 40 µs");
        }
        Ok(())
    }

    async fn first_tokens(&mut self) -> Result<(), String> {
        let shape = Shape { model: QUICK, clients: 1, time: self.options.time, streamed: true, once: false };
        let side = self.measure("first tokens, 1 client", shape, self.options.turns).await?;
        self.table.row("first token, 1 client: p50 ms (added)", side.times(|found| found.first.p50), "+0.3");
        self.table.row("first token, 1 client: p99 ms (added)", side.times(|found| found.first.p99), "—");
        Ok(())
    }

    async fn gaps(&mut self) -> Result<(), String> {
        let shape = Shape { model: EVEN, clients: 16, time: self.options.time, streamed: true, once: false };
        let side = self.measure("gaps of 10 ms, 16 streams", shape, self.options.turns).await?;
        self.table.row(
            "gaps between tokens, 10 ms upstream, 16 streams: p50 / p99 ms",
            side.both(|found| found.gaps),
            "—",
        );
        let mut from = 0;
        for (class, end) in CLASSES.iter().map(Some).chain([None]).enumerate() {
            let range = end.map_or_else(|| format!("{from} ms and more"), |end| format!("{from} to {end} ms"));
            let aim = if range == "35 to 45 ms" { "no mode" } else { "—" };
            self.table.row(&format!("gaps of {range}"), side.class(class), aim);
            from = end.copied().unwrap_or_default();
        }
        Ok(())
    }

    /// The most memory until here: Obrol's columns are one process.
    fn peaks(&mut self) {
        let cells: Vec<_> = self.targets.iter().map(|target| target.pid.map(|pid| mebibytes(peak(pid)))).collect();
        self.table.row("memory, the most in all turns above", cells, "—");
    }

    /// New processes, so that the memory of streams is not that of what was before.
    async fn renew(&mut self) {
        self.proxy = proxy_over(&self.upstream).await;
        self.obrol.renew().await;
        self.name_targets();
    }

    async fn slow_streams(&mut self) -> Result<(), String> {
        let time = Duration::from_secs(6);
        let shape = Shape { model: SLOW, clients: STREAMS, time, streamed: true, once: true };
        let what = format!("{STREAMS} streams of 100 tokens each 50 ms");
        let side = self.measure(&what, shape, self.options.turns).await?;
        self.table.row(&format!("{what}: pieces"), side.pieces(), "none lost");
        self.table.row(&format!("{what}: first token p50 ms (added)"), side.times(|found| found.first.p50), "—");
        self.table.row(&format!("{what}: first token p99 ms (added)"), side.times(|found| found.first.p99), "—");
        self.table.row(&format!("{what}: gaps p50 / p99 ms"), side.both(|found| found.gaps), "—");
        self.table.row(&format!("{what}: memory, the most"), side.memory(), "≤ 60 MB");
        self.table.row(&format!("{what}: speaking at one time, in the worst turn"), side.most(), "all");
        Ok(())
    }

    async fn stats(&self) -> serde_json::Value {
        Api::anonymous(&self.upstream.url()).get("/stats").await.expect(200)
    }

    /// Every answer is in the ledger, with its tokens, on the right key.
    async fn ledger(&mut self, what: &str) -> Result<(), String> {
        eprintln!("{what}");
        let said = Counts::of(&self.stats().await, "obrol").map_err(|why| why.to_string())?;
        let verdict = self.obrol.compare(said, self.answers).await;
        let cell = match verdict {
            Ok(equal) => equal,
            Err(differ) => {
                self.faults.push(format!("{what}: {differ}"));
                format!("DIFFERENT: {differ}")
            }
        };
        self.table.row(what, [None, None, Some(cell.clone()), Some("in the same ledger".to_owned())], "equal");
        Ok(())
    }
}

async fn proxy_over(upstream: &Child) -> Child {
    Child::start("proxy", None, &[&format!("{}/proxy", upstream.url())]).await
}

fn whole(clients: usize, time: Duration) -> Shape {
    Shape { model: AT_ONCE, clients, time, streamed: false, once: false }
}

fn counted(clients: usize) -> String {
    if clients == 1 { "1 client".to_owned() } else { format!("{clients} clients") }
}
