//! A client of the HTTP API for one person: asks, keeps the token, tries again what may be tried again.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::sse;

/// Long enough for the rules, the same for everybody.
pub const PASSWORD: &str = "nine lamps over a quiet harbour";

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, if the status is this one.
    ///
    /// # Panics
    /// With the body when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "answered: {}", self.text);
        self.body
    }

    /// The problem's code, if it is a problem of this status.
    #[track_caller]
    pub fn problem(self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "answered: {}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        assert_eq!(self.body["status"], status, "{}", self.text);
        self.body["code"].as_str().unwrap_or_else(|| panic!("no code in {}", self.text)).to_owned()
    }
}

#[derive(Clone)]
pub struct Api {
    pub base: String,
    http: reqwest::Client,
    token: Option<String>,
    pub user: Value,
}

impl Api {
    pub fn anonymous(base: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { base: base.trim_end_matches('/').to_owned(), http, token: None, user: Value::Null }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same person at another address (a proxy, another node).
    pub fn at(&self, base: &str) -> Self {
        Self { token: self.token.clone(), user: self.user.clone(), ..Self::anonymous(base) }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub async fn register(&self, email: &str) -> Self {
        let body = json!({"email": email, "password": PASSWORD, "token_delivery": "body"});
        self.signed_in(self.post("/api/v1/auth/register", body).await)
    }

    pub async fn log_in(&self, email: &str) -> Self {
        let body = json!({"email": email, "password": PASSWORD, "token_delivery": "body"});
        self.signed_in(self.post("/api/v1/auth/login", body).await)
    }

    #[track_caller]
    fn signed_in(&self, answer: Answer) -> Self {
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        let token = answer.body["access_token"].as_str().expect("an access token");
        Self { user: answer.body["user"].clone(), ..self.with_token(token) }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends; an error is the network's.
    pub async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let answer = request.timeout(Duration::from_secs(30)).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status, headers, body, text })
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap_or_else(|why| panic!("{}: {why:?}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// With an `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).header("idempotency-key", key).json(&body)).await
    }

    /// With `If-Match`.
    pub async fn delete_seen(&self, path: &str, etag: &str) -> Answer {
        self.send(self.request(Method::DELETE, path).header("if-match", etag)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn patch(&self, path: &str, etag: Option<&str>, body: Value) -> Answer {
        let mut request = self.request(Method::PATCH, path).json(&body);
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        self.send(request).await
    }

    /// Asks again while the server is away or says that it is (503 or 429 with a hint), as a patient client would.
    pub async fn patiently(&self, method: Method, path: &str, body: Option<&Value>, limit: Duration) -> Answer {
        let start = Instant::now();
        loop {
            let mut request = self.request(method.clone(), path);
            if let Some(body) = body {
                request = request.json(body);
            }
            let said = match self.try_send(request).await {
                Ok(answer) if answer.status == StatusCode::SERVICE_UNAVAILABLE => {
                    assert!(answer.header("retry-after").is_some(), "503 without Retry-After: {}", answer.text);
                    answer.text
                }
                Ok(answer) => return answer,
                Err(why) => format!("{why:?}"),
            };
            assert!(start.elapsed() < limit, "{method} {path} not answered within {limit:?}: {said}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Opens an event stream, going on after `last` if given. Err is the status (0: the network).
    pub async fn events(&self, path: &str, last: Option<&str>) -> Result<sse::Stream, u16> {
        let mut request = self.request(Method::GET, path).header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.map_err(|_| 0_u16)?;
        if !answer.status().is_success() {
            return Err(answer.status().as_u16());
        }
        Ok(sse::Stream::new(answer))
    }

    pub async fn conversation(&self, model: &str) -> String {
        let made = self.post("/api/v1/conversations", json!({"model": model})).await.expect(201);
        id(&made)
    }

    /// Posts a question and gives `{message, answer, run}`.
    pub async fn ask(&self, conversation: &str, text: &str) -> Value {
        let body = json!({"content": [{"type": "text", "text": text}]});
        self.post(&format!("/api/v1/conversations/{conversation}/messages"), body).await.expect(202)
    }

    /// All messages of a conversation, newest first.
    pub async fn messages(&self, conversation: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let more = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
            let path = format!("/api/v1/conversations/{conversation}/messages?limit=200{more}");
            let page = self.patiently(Method::GET, &path, None, Duration::from_secs(20)).await.expect(200);
            all.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return all,
            }
        }
    }

    pub async fn run(&self, run: &str) -> Value {
        self.patiently(Method::GET, &format!("/api/v1/runs/{run}"), None, Duration::from_secs(20)).await.expect(200)
    }

    /// The run, once it has ended.
    pub async fn ended(&self, run: &str, limit: Duration) -> Value {
        let start = Instant::now();
        loop {
            let found = self.run(run).await;
            if matches!(found["status"].as_str(), Some("succeeded" | "failed" | "cancelled")) {
                return found;
            }
            assert!(start.elapsed() < limit, "run {run} is stuck: {found}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// `id` of an object.
#[track_caller]
pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}

/// The text of a message.
pub fn text_of(message: &Value) -> String {
    let parts = message["content"].as_array();
    parts.into_iter().flatten().filter_map(|part| part["text"].as_str()).collect()
}
