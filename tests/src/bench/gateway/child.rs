//! Upstream and proxy as processes of their own: this program again, ended when its input ends, so that none outlives the bench.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::ports;
use crate::process::Process;

const LIMIT: Duration = Duration::from_secs(10);

pub struct Child {
    process: Process,
    name: &'static str,
    pub address: String,
}

impl Child {
    /// Starts `bench NAME PORT WORDS…` and waits until it answers.
    pub async fn start(name: &'static str, port: Option<u16>, words: &[&str]) -> Self {
        let port = port.unwrap_or_else(ports::free);
        let address = format!("127.0.0.1:{port}");
        assert!(tokio::net::TcpStream::connect(&address).await.is_err(), "somebody listens on {address} already");
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.arg(name).arg(port.to_string()).args(words);
        // Its input stays open as long as this process lives.
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let process = Process::spawn(&mut command).unwrap_or_else(|why| panic!("bench {name}: {why}"));
        let mut child = Self { process, name, address };
        child.ready().await;
        child
    }

    async fn ready(&mut self) {
        let start = Instant::now();
        while tokio::net::TcpStream::connect(&self.address).await.is_err() {
            if let Some(status) = self.process.ended() {
                panic!("bench {} ended before it listened: {status}", self.name);
            }
            assert!(start.elapsed() < LIMIT, "bench {} does not listen within {LIMIT:?}", self.name);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}
