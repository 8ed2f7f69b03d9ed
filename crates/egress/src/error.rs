//! What can go wrong on the way out, without a word that could hold a secret.

use crate::policy::Refusal;

/// A failed call. The text names what failed and where in the chain, never a URL, header or body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}{}{detail}", if detail.is_empty() { "" } else { ": " })]
pub struct Error {
    pub fault: Fault,
    detail: String,
}

/// The kind of failure, for the caller's own classification.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the address was refused: {0}")]
    Refused(Refusal),
    #[error("no connection")]
    Connect,
    #[error("no connection in time")]
    ConnectTimeout,
    #[error("the connection broke")]
    Broken,
    #[error("the answer is longer than allowed")]
    TooLong,
    #[error("the request could not be built")]
    Request,
}

impl Error {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { fault, detail: String::new() }
    }

    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self::new(Fault::Refused(refusal))
    }

    pub(crate) fn request(cause: impl std::fmt::Display) -> Self {
        Self { fault: Fault::Request, detail: cause.to_string() }
    }

    /// Reads reqwest's chain of causes. The URL is taken off first: its query may hold a key.
    pub(crate) fn from_reqwest(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut detail = String::new();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            if let Some(refusal) = refusal_in(inner) {
                return Self::refused(refusal);
            }
            detail = inner.to_string(); // the innermost cause says most: "Connection refused (os error 111)"
            cause = inner.source();
        }
        let fault = if error.is_builder() || error.is_request() && error.is_body() {
            Fault::Request
        } else if error.is_connect() {
            if error.is_timeout() { Fault::ConnectTimeout } else { Fault::Connect }
        } else {
            Fault::Broken
        };
        Self { fault, detail }
    }
}

fn refusal_in(cause: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    let io = cause.downcast_ref::<std::io::Error>()?;
    io.get_ref()?.downcast_ref::<Refusal>().cloned()
}
