//! Optimistic concurrency: `ETag` out, `If-Match` in. Missing is 428, stale is 412.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, HeaderValue, IF_MATCH};
use actix_web::{FromRequest, HttpRequest};

use crate::problem::{ApiResult, Problem};

/// The header for a version of a resource, ready for `insert_header`.
pub fn of(version: i64) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"v{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    (ETAG, value)
}

/// The versions that the caller is willing to change. As an extractor it answers 428 when the header is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever is there.
    Any,
    /// Versions that the caller has seen; unreadable tags match nothing.
    Versions(Vec<i64>),
}

impl IfMatch {
    pub fn of(request: &HttpRequest) -> ApiResult<Self> {
        let mut versions = Vec::new();
        let mut seen = false;
        for value in request.headers().get_all(IF_MATCH) {
            seen = true;
            for tag in value.to_str().unwrap_or_default().split(',').map(str::trim) {
                if tag == "*" {
                    return Ok(Self::Any);
                }
                // A proxy that compresses weakens tags; ours name versions, not bytes, so a weak one is as good.
                let tag = tag.strip_prefix("W/").unwrap_or(tag);
                let version = tag.strip_prefix("\"v").and_then(|rest| rest.strip_suffix('"'));
                versions.extend(version.and_then(|digits| digits.parse::<i64>().ok()));
            }
        }
        if seen {
            Ok(Self::Versions(versions))
        } else {
            Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "request.precondition_required"))
        }
    }

    /// The version to compare with in the database: `None` for `*`. Of several the newest counts.
    pub fn expected(&self) -> ApiResult<Option<i64>> {
        match self {
            Self::Any => Ok(None),
            Self::Versions(versions) => match versions.iter().max() {
                Some(version) => Ok(Some(*version)),
                None => Err(stale()),
            },
        }
    }

    /// For resources whose present version is at hand.
    pub fn require(&self, present: i64) -> ApiResult<()> {
        match self {
            Self::Any => Ok(()),
            Self::Versions(versions) if versions.contains(&present) => Ok(()),
            Self::Versions(_) => Err(stale()),
        }
    }
}

pub fn stale() -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "request.stale")
}

impl FromRequest for IfMatch {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).map_err(Into::into))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn tags_are_read_and_compared() {
        let with =
            |value: &str| IfMatch::of(&TestRequest::default().insert_header((IF_MATCH, value)).to_http_request());
        assert_eq!(IfMatch::of(&TestRequest::default().to_http_request()).unwrap_err().status().as_u16(), 428);
        assert_eq!(with("*").unwrap(), IfMatch::Any);
        assert_eq!(with("\"v3\", W/\"v4\"").unwrap().expected().unwrap(), Some(4));
        assert!(with("\"v3\"").unwrap().require(3).is_ok());
        assert_eq!(with("\"v3\"").unwrap().require(4).unwrap_err().status().as_u16(), 412);
        assert_eq!(with("nonsense").unwrap().expected().unwrap_err().status().as_u16(), 412);
        assert_eq!(of(7).1, "\"v7\"");
    }
}
