//! One turn of one target: a load of its own process, and what the target's process used meanwhile. Then medians of turns.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::load::{CLASSES, Task};
use super::script;
use crate::bench::{cpu, memory};

/// Beyond the time of the turn and the patience of the load.
const LIMIT: Duration = Duration::from_secs(90);
/// What is settled behind the answers belongs to the turn, not to the next one.
const AFTERWARDS: Duration = Duration::from_millis(300);

/// Somebody who answers.
#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    pub address: String,
    pub path: String,
    pub key: String,
    /// `{}` stands for the upstream's model.
    pub model: String,
    /// Whose time and memory are its own; none where they are nobody's business or unknown.
    pub pid: Option<u32>,
}

impl Target {
    /// It can be asked for every model of the upstream.
    pub fn any_model(&self) -> bool {
        self.model.contains("{}")
    }
}

/// What each target is asked in the same way.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub model: &'static str,
    pub clients: usize,
    pub time: Duration,
    pub streamed: bool,
    pub once: bool,
}

/// Of a turn, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    pub p50: f64,
    pub p99: f64,
}

/// What one turn, or the median turn of several, came to.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub asked: u64,
    pub answers: u64,
    pub fault: Option<String>,
    /// Answers a second.
    pub rate: f64,
    pub whole: Times,
    pub first: Times,
    pub gaps: Times,
    pub classes: [u64; CLASSES.len() + 1],
    pub pieces: u64,
    pub tokens: u64,
    pub wanted: u64,
    /// Streams that spoke at one time, at the most.
    pub most: u64,
    /// Microseconds of processor time for each answer.
    pub cpu: Option<f64>,
    /// The most resident bytes that were seen.
    pub memory: Option<u64>,
}

/// # Errors
/// When the load could not be made at all; what the target does wrong is counted in what was found.
pub async fn turn(target: &Target, shape: &Shape) -> Result<Found, String> {
    let (tokens, _) = script::asked(shape.model).ok_or_else(|| format!("{}: no such model", shape.model))?;
    let Shape { clients, time, streamed, once, .. } = *shape;
    let Target { address, path, key, model, .. } = target.clone();
    let task =
        Task { address, path, key, model: model.replace("{}", shape.model), tokens, clients, time, streamed, once };
    let before = target.pid.map(cpu::used);
    let (mut loading, mut memory) = (std::pin::pin!(load(&task)), None);
    let told = loop {
        memory = memory.max(target.pid.map(memory::resident));
        tokio::select! {
            told = &mut loading => break told?,
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    };
    tokio::time::sleep(AFTERWARDS).await;
    let used = target.pid.map(cpu::used).zip(before).map(|(after, before)| after.saturating_sub(before));
    Found::read(&told, used, memory).ok_or_else(|| format!("{}: the load told {told}", target.name))
}

/// Runs `bench load` and gives what it told.
async fn load(task: &Task) -> Result<Value, String> {
    let words = |why: std::io::Error| format!("the load: {why}");
    let mut command = Command::new(std::env::current_exe().map_err(words)?);
    command.arg("load").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(words)?;
    let mut input = child.stdin.take().ok_or("the load has no input")?;
    input.write_all(task.told().to_string().as_bytes()).await.map_err(words)?;
    drop(input);
    let limit = task.time + LIMIT;
    let ended = tokio::time::timeout(limit, child.wait_with_output()).await;
    let output = ended.map_err(|_| format!("the load did not end within {limit:?}"))?.map_err(words)?;
    if !output.status.success() {
        return Err(format!("the load: {}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|why| format!("the load told no JSON: {why}"))
}

impl Found {
    fn read(told: &Value, used: Option<Duration>, memory: Option<u64>) -> Option<Self> {
        let number = |name: &str| told[name].as_u64();
        let times = |name: &str| {
            let millis = |part: &str| told[name][part].as_u64().map(|micros| micros as f64 / 1000.0);
            Some(Times { p50: millis("p50")?, p99: millis("p99")? })
        };
        let answers = number("answers")?;
        let mut classes = [0; CLASSES.len() + 1];
        for (class, told) in classes.iter_mut().zip(told["classes"].as_array()?) {
            *class = told.as_u64()?;
        }
        Some(Self {
            asked: number("asked")?,
            answers,
            fault: told["fault"].as_str().map(str::to_owned),
            rate: answers as f64 / (number("micros")?.max(1) as f64 / 1e6),
            whole: times("whole")?,
            first: times("first")?,
            gaps: times("gaps")?,
            classes,
            pieces: number("pieces")?,
            tokens: number("tokens")?,
            wanted: number("wanted")?,
            most: number("most")?,
            cpu: used.map(|used| used.as_secs_f64() * 1e6 / answers.max(1) as f64),
            memory,
        })
    }

    /// Each figure the median of the turns; counts are sums, memory is the most, streams at one time the least, the
    /// fault the first.
    pub fn median(turns: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| middle(turns.iter().map(figure).collect());
        let sum = |count: fn(&Self) -> u64| turns.iter().map(count).sum();
        let cpu: Option<Vec<f64>> = turns.iter().map(|turn| turn.cpu).collect();
        let mut classes = [0; CLASSES.len() + 1];
        for turn in turns {
            classes.iter_mut().zip(turn.classes).for_each(|(all, one)| *all += one);
        }
        Self {
            asked: sum(|turn| turn.asked),
            answers: sum(|turn| turn.answers),
            fault: turns.iter().find_map(|turn| turn.fault.clone()),
            rate: of(|turn| turn.rate),
            whole: Times { p50: of(|turn| turn.whole.p50), p99: of(|turn| turn.whole.p99) },
            first: Times { p50: of(|turn| turn.first.p50), p99: of(|turn| turn.first.p99) },
            gaps: Times { p50: of(|turn| turn.gaps.p50), p99: of(|turn| turn.gaps.p99) },
            classes,
            pieces: sum(|turn| turn.pieces),
            tokens: sum(|turn| turn.tokens),
            wanted: sum(|turn| turn.wanted),
            most: turns.iter().map(|turn| turn.most).min().unwrap_or_default(),
            cpu: cpu.map(middle),
            memory: turns.iter().filter_map(|turn| turn.memory).max(),
        }
    }
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_medians_and_counts_are_sums() {
        let turn = |rate, cpu, memory, fault: Option<&str>| Found {
            asked: 3,
            answers: 2,
            rate,
            cpu: Some(cpu),
            memory: Some(memory),
            fault: fault.map(str::to_owned),
            classes: [1, 0, 0, 0, 2, 0],
            ..Found::default()
        };
        let all = [turn(5.0, 9.0, 10, None), turn(1.0, 7.0, 30, Some("one")), turn(3.0, 8.0, 20, Some("two"))];
        let found = Found::median(&all);
        assert_eq!((found.asked, found.answers, found.rate, found.cpu), (9, 6, 3.0, Some(8.0)));
        assert_eq!((found.memory, found.fault.as_deref(), found.classes[4]), (Some(30), Some("one"), 6));
    }
}
