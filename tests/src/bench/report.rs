//! The table on stdout.

use std::time::Duration;

pub struct Row {
    what: String,
    found: String,
    aim: String,
}

impl Row {
    pub fn new(what: &str, found: impl Into<String>, aim: &str) -> Self {
        Self { what: what.to_owned(), found: found.into(), aim: aim.to_owned() }
    }
}

pub fn print(rows: &[Row]) {
    println!("| what | measured | aim |\n| --- | --- | --- |");
    for row in rows {
        println!("| {} | {} | {} |", row.what, row.found, row.aim);
    }
}

pub fn median(times: &mut [Duration]) -> Duration {
    percentile(times, 50)
}

pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

pub fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
