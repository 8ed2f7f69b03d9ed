//! An answer: status, headers and a body that is read as it comes, up to a cap.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

use crate::error::{Error, Fault};

/// Header names are lower case; values that are not visible ASCII are left out.
#[derive(Clone, Debug, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn read(map: &reqwest::header::HeaderMap) -> Self {
        Self(
            map.iter()
                .filter_map(|(key, value)| Some((key.as_str().to_owned(), value.to_str().ok()?.to_owned())))
                .collect(),
        )
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into().to_ascii_lowercase(), value.into())).collect())
    }
}

/// What came back. Dropping it (or its body) closes the connection if the answer is not finished.
pub struct Response {
    pub status: u16,
    pub headers: Headers,
    pub body: Body,
}

impl Response {
    /// The media type in lower case without parameters; empty if the server did not say.
    pub fn media_type(&self) -> String {
        let value = self.headers.get("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// The body as a stream of chunks; ends with [`Fault::TooLong`] when more comes than is allowed.
pub struct Body {
    inner: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    left: u64,
}

impl Body {
    pub(crate) fn new(response: reqwest::Response, cap: u64) -> Self {
        Self { inner: Box::pin(response.bytes_stream()), left: cap }
    }

    /// One that has already ended.
    pub fn empty() -> Self {
        Self { inner: Box::pin(futures_util::stream::empty()), left: 0 }
    }

    /// Reads it all, up to `limit` bytes; what is beyond is an error.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, Error> {
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.next().await {
            let chunk = chunk?;
            if whole.len().saturating_add(chunk.len()) > limit {
                return Err(Error::new(Fault::TooLong));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }
}

impl Stream for Body {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.inner.as_mut().poll_next(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(Error::from_reqwest(error)))),
            Poll::Ready(Some(Ok(chunk))) => match self.left.checked_sub(chunk.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Poll::Ready(Some(Ok(chunk)))
                }
                None => Poll::Ready(Some(Err(Error::new(Fault::TooLong)))),
            },
        }
    }
}
