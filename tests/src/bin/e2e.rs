//! Starts the real binary with the fake upstream for the journeys in Chromium, then runs the command that it is given:
//! `e2e scripts/pnpm.sh run e2e`. The command finds the server by `OBROL_E2E_URL`, the administrator by `OBROL_E2E_EMAIL` and
//! `OBROL_E2E_PASSWORD`, a second server that nobody administers yet by `OBROL_E2E_FRESH_URL` with its printed token in
//! `OBROL_E2E_SETUP_TOKEN`, and at `OBROL_E2E_CONTROL` a port where `POST /restart`, `/stop` and `/start` do that to the server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test tool stops at the first surprise"
)]

use std::process::ExitCode;

use obrol_tests::api::PASSWORD;
use obrol_tests::database::Kind;
use obrol_tests::fake_llm::FakeLlm;
use obrol_tests::server::{Server, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const MODELS: &[&str] = &[
    "fake-tok20",
    "fake-tok100-itl10",
    "fake-tok500-itl10",
    "fake-tok40-itl5-uni",
    "fake-tok200-itl20",
    "fake-err500",
    "fake-md-itl5",
    "fake-cut20-tok60-itl10-first1",
];

#[tokio::main]
async fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let Some(program) = words.next() else {
        eprintln!("e2e COMMAND …: runs the command beside a server with a fake upstream");
        return ExitCode::from(2);
    };
    let store = Store::of(Kind::Sqlite).await;
    let fake = FakeLlm::start(MODELS).await;
    let mut server = Server::prepare(&store, "e2e");
    server.provider("FAKE", &fake);
    server.up().await;
    server.admin().await;
    let fresh_store = Store::of(Kind::Sqlite).await;
    let mut fresh = Server::prepare(&fresh_store, "fresh");
    fresh.up().await;
    let token = fresh.setup_token().unwrap_or_else(|| panic!("no setup token was printed:\n{}", fresh.log()));
    let control = TcpListener::bind("127.0.0.1:0").await.expect("a port for the control");
    let address = control.local_addr().expect("its address");
    let mut child = tokio::process::Command::new(&program)
        .args(words)
        .env("OBROL_E2E_URL", &server.url)
        .env("OBROL_E2E_EMAIL", obrol_tests::admin::EMAIL)
        .env("OBROL_E2E_PASSWORD", PASSWORD)
        .env("OBROL_E2E_FRESH_URL", &fresh.url)
        .env("OBROL_E2E_SETUP_TOKEN", token)
        .env("OBROL_E2E_CONTROL", format!("http://{address}"))
        .spawn()
        .unwrap_or_else(|why| panic!("{}: {why}", program.to_string_lossy()));
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.expect("the command ends"),
            accepted = control.accept() => if let Ok((socket, _)) = accepted {
                control_once(socket, &mut server, &fake).await;
            }
        }
    };
    if !status.success() {
        eprintln!("--- the last lines of the server\n{}", server.log_tail());
    }
    ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))
}

/// One request: `POST /restart` (kill -9 and start), `/stop`, `/start`; `GET /stats` is the fake's ledger.
async fn control_once(mut socket: TcpStream, server: &mut Server, fake: &FakeLlm) {
    let mut buffer = vec![0_u8; 4096];
    let Ok(count) = socket.read(&mut buffer).await else { return };
    let line = String::from_utf8_lossy(&buffer[..count]).lines().next().unwrap_or_default().to_owned();
    let mut status = "200 OK";
    let mut body = "{}".to_owned();
    match line.split(' ').nth(1).unwrap_or_default() {
        "/restart" => drop(server.restart().await),
        "/stop" => server.kill(),
        "/start" => drop(server.up().await),
        "/stats" => body = fake.ledger().stats().to_string(),
        _ => status = "404 Not Found",
    }
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = socket.write_all(answer.as_bytes()).await;
}
