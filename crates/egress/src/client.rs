//! The client itself: built at first use, shared by cloning.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use tokio::runtime::{Handle, Id};

use crate::error::{Error, Fault};
use crate::policy::Policy;
use crate::resolver::Filtering;
use crate::response::{Body, Headers, Response};
use crate::{ExposeSecret, Secret};

/// A request header. A secret value is marked sensitive, so no layer below prints it.
#[derive(Clone, Debug)]
pub enum Header {
    Plain(&'static str, String),
    Secret(&'static str, Secret),
    /// One that the operator named. Its value is taken for a secret, since nobody can know.
    Operator(String, Secret),
}

/// Bounds of one client. How long an answer may take is the caller's to decide; a body's size is decided here.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// DNS, TCP and TLS together.
    pub connect: Duration,
    /// Bytes of one body, streamed or not.
    pub body: u64,
    /// An unused connection is closed after this.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), body: 64 << 20, idle: Duration::from_secs(90) }
    }
}

/// An outbound HTTP client bound to a policy. Cheap to clone; connections are pooled and shared by the clones, a pool for each
/// async runtime.
#[derive(Clone)]
pub struct Client {
    policy: Policy,
    limits: Limits,
    pools: Pools,
}

/// A connection is driven by the runtime that opened it. Threads that serve HTTP have one each; an answer read on another than
/// its connection's would cost a switch between threads for every piece of it.
///
/// Built at first use: reading the machine's certificates takes milliseconds that a start should not pay.
type Pools = Arc<RwLock<HashMap<Option<Id>, Result<reqwest::Client, Error>>>>;

impl Client {
    pub fn new(policy: Policy) -> Self {
        Self::with_limits(policy, Limits::default())
    }

    pub fn with_limits(policy: Policy, limits: Limits) -> Self {
        Self { policy, limits, pools: Pools::default() }
    }

    /// Sends `body` as JSON. Answers as soon as the headers are here; the body streams.
    pub async fn post_json<B: Serialize + ?Sized>(
        &self,
        url: &str,
        headers: &[Header],
        body: &B,
    ) -> Result<Response, Error> {
        let bytes = serde_json::to_vec(body).map_err(Error::request)?;
        let json = Header::Plain("content-type", "application/json".to_owned());
        let request = self.request(reqwest::Method::POST, url, headers.iter().chain([&json]))?.body(bytes);
        self.send(request).await
    }

    pub async fn get(&self, url: &str, headers: &[Header]) -> Result<Response, Error> {
        self.send(self.request(reqwest::Method::GET, url, headers.iter())?).await
    }

    fn request<'a>(
        &self,
        method: reqwest::Method,
        url: &str,
        headers: impl Iterator<Item = &'a Header>,
    ) -> Result<reqwest::RequestBuilder, Error> {
        let url = self.policy.parse(url).map_err(Error::refused)?;
        let mut map = HeaderMap::new();
        for header in headers {
            let (name, value) = encode(header)?;
            map.insert(name, value);
        }
        Ok(self.http()?.request(method, url).headers(map))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, Error> {
        let response = request.send().await.map_err(Error::from_reqwest)?;
        // The last word is the address that is really connected; this also holds if a hook above were ever bypassed.
        if let Some(peer) = response.remote_addr() {
            self.policy.admits(peer.ip()).map_err(Error::refused)?;
        }
        if response.content_length().is_some_and(|length| length > self.limits.body) {
            return Err(Error::new(Fault::TooLong));
        }
        Ok(Response {
            status: response.status().as_u16(),
            headers: Headers::read(response.headers()),
            body: Body::new(response, self.limits.body),
        })
    }

    fn http(&self) -> Result<reqwest::Client, Error> {
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        if let Some(built) = self.pools.read().unwrap_or_else(PoisonError::into_inner).get(&runtime) {
            return built.clone();
        }
        let mut pools = self.pools.write().unwrap_or_else(PoisonError::into_inner);
        pools.entry(runtime).or_insert_with(|| build(self.policy, self.limits)).clone()
    }
}

fn encode(header: &Header) -> Result<(HeaderName, HeaderValue), Error> {
    let (name, mut value) = match header {
        Header::Plain(name, value) => (HeaderName::from_static(name), HeaderValue::from_str(value)),
        Header::Secret(name, secret) => (HeaderName::from_static(name), HeaderValue::from_str(secret.expose_secret())),
        Header::Operator(name, secret) => {
            let name = HeaderName::from_bytes(name.as_bytes());
            let name = name.map_err(|_| Error::request("a header's name has characters that HTTP does not allow"))?;
            (name, HeaderValue::from_str(secret.expose_secret()))
        }
    };
    if let (Header::Secret(..) | Header::Operator(..), Ok(value)) = (header, value.as_mut()) {
        value.set_sensitive(true);
    }
    // The cause is left out on purpose: it may show the value.
    let value = value.map_err(|_| Error::request(format!("header {name} has characters that HTTP does not allow")))?;
    Ok((name, value))
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes outbound clients")]
fn build(policy: Policy, limits: Limits) -> Result<reqwest::Client, Error> {
    // rustls wants one process-wide backend; a second install is refused and means that it is already there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("Obrol/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(Filtering(policy)))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .no_gzip() // a compressed stream is held back by the compressor, and a small body could unfold into a huge one
        .referer(false)
        .tcp_nodelay(true) // Nagle and delayed ACK together cost 40 ms a token
        .tcp_keepalive(Duration::from_secs(30))
        .connect_timeout(limits.connect)
        .pool_idle_timeout(limits.idle)
        .build()
        .map_err(Error::from_reqwest)
}
