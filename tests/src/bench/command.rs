//! The words of `bench`: what to measure, or which part of a measurement to be.

use std::future::Future;
use std::io::{Error, Read, Result};
use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use super::gateway::options::{Options, USAGE};
use super::gateway::{self, load, proxy, upstream};
use super::report;

/// Runs what the words say.
pub fn run(words: &[String]) -> ExitCode {
    let first = words.first().map_or("", String::as_str);
    let rest = words.get(1..).unwrap_or_default();
    if words.iter().any(|word| word == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let done = match first {
        "upstream" => serve(rest, |port, _| upstream::run(port)),
        "proxy" => serve(rest, |port, words| proxy::run(port, words.first().cloned().unwrap_or_default())),
        "load" => be_a_load(),
        "chat" => measure(true, None),
        "gateway" => measure_gateway(false, rest),
        _ => measure_gateway(true, words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure_gateway(chat: bool, words: &[String]) -> Result<()> {
    let options = Options::read(words).map_err(|why| Error::other(format!("{why}\n{USAGE}")))?;
    measure(chat, Some(options))
}

fn measure(chat: bool, gateway: Option<Options>) -> Result<()> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if chat {
            report::print(&super::run().await);
        }
        let Some(options) = gateway else { return Ok(()) };
        if chat {
            println!();
        }
        let report = gateway::run(options).await.map_err(Error::other)?;
        print!("{}", report.table);
        if report.faults.is_empty() { Ok(()) } else { Err(Error::other(report.faults.join("\n"))) }
    })
}

fn one_thread() -> Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// `PORT WORDS…`: serves until the input ends, as it does when whoever started it is gone.
fn serve<F: Future<Output = Result<()>>>(words: &[String], served: impl FnOnce(u16, &[String]) -> F) -> Result<()> {
    let port = words.first().and_then(|word| word.parse().ok()).ok_or_else(|| Error::other("PORT is missing"))?;
    let (over, ended) = tokio::sync::oneshot::channel();
    // A thread of its own, which nobody waits for.
    std::thread::spawn(move || {
        let read = std::io::stdin().read_to_end(&mut Vec::new());
        // Nobody hears it when the service has failed already.
        let _ = over.send(read);
    });
    LocalSet::new().block_on(&one_thread()?, async {
        tokio::select! {
            done = served(port, &words[1..]) => done,
            read = ended => read.map_err(Error::other)?.map(|_| ()),
        }
    })
}

fn be_a_load() -> Result<()> {
    let mut told = String::new();
    std::io::stdin().read_to_string(&mut told)?;
    let task = serde_json::from_str(&told)?;
    let found = LocalSet::new().block_on(&one_thread()?, load::run(&task))?;
    println!("{found}");
    Ok(())
}
