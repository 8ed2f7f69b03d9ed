//! HTTP by hand, for what no decent client does: hanging up hard, methods that nobody knows.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::api::Api;

/// A connection to the server of `api`.
pub async fn connect(api: &Api) -> TcpStream {
    let address: SocketAddr = api.base.trim_start_matches("http://").parse().unwrap();
    TcpStream::connect(address).await.unwrap()
}

/// Sends a POST whole and does not read its answer.
pub async fn post(api: &Api, path: &str, body: &serde_json::Value) -> TcpStream {
    let mut stream = connect(api).await;
    let (body, host, token) = (body.to_string(), api.base.trim_start_matches("http://"), api.token());
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Breaks the connection with a reset, as a machine that loses power behind a router does.
pub fn reset(stream: TcpStream) {
    stream.set_zero_linger().unwrap();
    drop(stream);
}

/// The first line of the answer to a request without a body.
pub async fn status_line(stream: &mut TcpStream, method: &str, path: &str) -> String {
    stream
        .write_all(format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}
