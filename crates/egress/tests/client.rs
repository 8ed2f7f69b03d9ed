//! The client over real sockets on loopback: policies, redirects, caps, and what an error may say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests; one starts itself with an environment of its own"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use egress::{Client, Fault, Header, Limits, Policy, Refusal, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every connection with the same bytes; counts the connections.
async fn serve(answer: &'static [u8]) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut buffer = [0u8; 4096];
                let _ = socket.read(&mut buffer).await;
                let _ = socket.write_all(answer).await;
                let _ = socket.shutdown().await;
            });
        }
    });
    (address, count)
}

#[tokio::test]
async fn an_operator_reaches_loopback_and_a_user_does_not() {
    let (address, count) =
        serve(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 2\r\n\r\nok").await;
    let response = Client::new(Policy::operator()).get(&format!("http://{address}/"), &[]).await.unwrap();
    assert_eq!((response.status, response.media_type().as_str()), (200, "text/plain"));
    assert_eq!(&response.body.collect(10).await.unwrap()[..], b"ok");

    let user = Client::new(Policy::user());
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1"] {
        let error = user.get(&format!("http://{host}:{}/", address.port()), &[]).await.err().unwrap();
        assert_eq!(error.fault, Fault::Refused(Refusal::NotPublic), "{host}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 1, "a refused address is not even connected to");
}

#[tokio::test]
async fn a_redirect_is_an_answer_like_any_other() {
    let (target, reached) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n").leak();
    let (address, _) = serve(answer.as_bytes()).await;
    let response = Client::new(Policy::operator()).get(&format!("http://{address}/"), &[]).await.unwrap();
    assert_eq!(response.status, 302);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_body_has_a_cap() {
    let (announced, _) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n").await;
    let (streamed, _) = serve(b"HTTP/1.1 200 OK\r\n\r\n0123456789abcdef").await;
    let client = Client::with_limits(Policy::operator(), Limits { body: 10, ..Limits::default() });
    let error = client.get(&format!("http://{announced}/"), &[]).await.err().unwrap();
    assert_eq!(error.fault, Fault::TooLong);
    let response = client.get(&format!("http://{streamed}/"), &[]).await.unwrap();
    assert_eq!(response.body.collect(1000).await.unwrap_err().fault, Fault::TooLong);
    let loose = Client::new(Policy::operator());
    let response = loose.get(&format!("http://{streamed}/"), &[]).await.unwrap();
    assert_eq!(response.body.collect(5).await.unwrap_err().fault, Fault::TooLong);
}

#[tokio::test]
async fn an_error_never_tells_the_key_or_the_query() {
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let headers = [Header::Secret("authorization", Secret::from("Bearer geheim".to_owned()))];
    let url = format!("http://{unused}/v1?key=geheim");
    let error = Client::new(Policy::operator()).post_json(&url, &headers, &1).await.err().unwrap();
    assert_eq!(error.fault, Fault::Connect);
    let bad = [Header::Secret("authorization", Secret::from("geheim\n".to_owned()))];
    let refused = Client::new(Policy::operator()).get(&url, &bad).await.err().unwrap();
    assert_eq!(refused.fault, Fault::Request);
    for text in [format!("{error} {error:?}"), format!("{refused} {refused:?} {headers:?}")] {
        assert!(!text.contains("geheim"), "{text}");
    }
}

#[tokio::test]
async fn a_cut_body_is_a_broken_connection() {
    let (address, _) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf").await;
    let response = Client::new(Policy::operator()).get(&format!("http://{address}/"), &[]).await.unwrap();
    assert_eq!(response.body.collect(1000).await.unwrap_err().fault, Fault::Broken);
}

#[tokio::test]
async fn a_proxy_from_the_environment_is_not_asked() {
    // The test runs itself once more, in a process with proxy variables: those of this one are not ours to change.
    if let Ok(url) = std::env::var("OBROL_TEST_URL") {
        let response = Client::new(Policy::operator()).get(&url, &[]).await.unwrap();
        assert_eq!(&response.body.collect(10).await.unwrap()[..], b"direct");
        return;
    }
    let (proxy, asked) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nproxy").await;
    let (address, _) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\ndirect").await;
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_proxy_from_the_environment_is_not_asked", "--nocapture"])
        .env("OBROL_TEST_URL", format!("http://{address}/"))
        .env("http_proxy", format!("http://{proxy}/"))
        .env("HTTP_PROXY", format!("http://{proxy}/"))
        .env("ALL_PROXY", format!("http://{proxy}/"))
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_connection_that_does_not_come_ends_in_time() {
    let client =
        Client::with_limits(Policy::operator(), Limits { connect: Duration::from_millis(150), ..Limits::default() });
    // A server that accepts nobody: once its short queue is full, the next connection hangs.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let deaf = socket.listen(1).unwrap();
    let address = deaf.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) =
        tokio::time::timeout(Duration::from_millis(100), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(connected.unwrap());
        assert!(waiting.len() < 64, "the queue never fills");
    }
    let begun = std::time::Instant::now();
    let error = client.get(&format!("http://{address}/"), &[]).await.err().unwrap();
    assert_eq!(error.fault, Fault::ConnectTimeout, "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3));
}
