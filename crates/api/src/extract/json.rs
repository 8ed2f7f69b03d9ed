//! JSON bodies: size, time, depth and type are bounded, faults name the place and never repeat the value.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest};
use bytes::{Bytes, BytesMut};
use domain::{Error, FieldFault, Kind};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::room::{ROOM, Seat};
use super::{faults, gate};
use crate::problem::{ApiResult, Problem};

/// Enough for the longest message, every character escaped, with room for the rest.
pub const LARGEST: usize = 1024 * 1024;
/// No request of ours is deeper than five levels.
const DEEPEST: usize = 32;

/// How much of a body is read.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    largest: usize,
    deepest: usize,
    /// For the whole body, against clients that drip.
    patience: Duration,
}

const USUAL: Bounds = Bounds { largest: LARGEST, deepest: DEEPEST, patience: Duration::from_secs(30) };
/// With images inside, and schemas that others wrote.
const BIG: Bounds = Bounds { largest: 24 * 1024 * 1024, deepest: 64, patience: Duration::from_secs(120) };

/// A JSON body that must be there. `digest` is of the bytes, for idempotency keys.
#[derive(Clone, Debug)]
pub struct Json<T> {
    pub value: T,
    pub digest: [u8; 32],
}

impl<T> Json<T> {
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            gate::opened(&request).await;
            content_type(&request)?;
            let bytes = read(&request, payload, USUAL, None).await?;
            Ok(Self { value: parse(&bytes)?, digest: Sha256::digest(&bytes).into() })
        })
    }
}

/// What may be asked for in a big body.
pub trait Big: DeserializeOwned + 'static {
    /// Values, names included: one of two bytes can take a hundred in memory. `None`: what is read builds no more by itself.
    const MOST_VALUES: Option<usize>;
}

/// A JSON body that may be big: conversations that programs send, with images inside.
#[derive(Debug)]
pub struct BigJson<T> {
    value: T,
    seat: Seat,
}

impl<T> BigJson<T> {
    /// The value, and its place in memory: to be kept as long as anything of the value is.
    pub fn into_parts(self) -> (T, Seat) {
        (self.value, self.seat)
    }
}

impl<T: Big> FromRequest for BigJson<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            gate::opened(&request).await;
            content_type(&request)?;
            let mut seat = ROOM.enter();
            let bytes = read(&request, payload, BIG, Some(&mut seat)).await?;
            if T::MOST_VALUES.is_some_and(|most| shape(&bytes).values > most) {
                let limit = T::MOST_VALUES.unwrap_or_default();
                return Err(
                    Problem::from(Error::new(Kind::TooLarge, "request.too_many_values").arg("limit", limit)).into()
                );
            }
            Ok(Self { value: parse_within(&bytes, BIG.deepest)?, seat })
        })
    }
}

/// A JSON body that may be left out, which means the default.
#[derive(Clone, Debug)]
pub struct JsonOrDefault<T> {
    pub value: T,
    pub digest: [u8; 32],
}

impl<T> JsonOrDefault<T> {
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for JsonOrDefault<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            gate::opened(&request).await;
            let bytes = read(&request, payload, USUAL, None).await?;
            let digest = Sha256::digest(&bytes).into();
            if bytes.is_empty() {
                return Ok(Self { value: T::default(), digest });
            }
            content_type(&request)?;
            Ok(Self { value: parse(&bytes)?, digest })
        })
    }
}

fn content_type(request: &HttpRequest) -> ApiResult<()> {
    let unsupported = || Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.media_type");
    let headers = request.headers();
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).ok_or_else(unsupported)?;
    let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
    let charset = parameters.to_ascii_lowercase().replace([' ', '"'], "");
    let json = essence.trim().eq_ignore_ascii_case("application/json");
    let utf8 = !charset.contains("charset=") || charset.contains("charset=utf-8");
    let plain =
        headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if json && utf8 && plain { Ok(()) } else { Err(unsupported()) }
}

async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    bounds: Bounds,
    mut seat: Option<&mut Seat>,
) -> ApiResult<Bytes> {
    let Bounds { largest, patience, .. } = bounds;
    let too_large = || Problem::from(Error::new(Kind::TooLarge, "request.too_large").arg("limit", largest));
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > largest) {
        return Err(too_large());
    }
    let collect = async {
        let mut body = BytesMut::with_capacity(announced.unwrap_or(0));
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::from(Error::new(Kind::Invalid, "request.malformed")))?;
            if body.len() + chunk.len() > largest {
                return Err(too_large());
            }
            if let Some(seat) = &mut seat {
                seat.hold(body.len() + chunk.len())?;
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    tokio::time::timeout(patience, collect)
        .await
        .unwrap_or_else(|_| Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "request.timeout")))
}

/// Parses a body; also used by the tests of features.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    parse_within(bytes, DEEPEST)
}

fn parse_within<T: DeserializeOwned>(bytes: &[u8], deepest: usize) -> ApiResult<T> {
    if shape(bytes).depth > deepest {
        return Err(Error::new(Kind::Invalid, "request.too_deep").arg("limit", deepest).into());
    }
    // Serde would read an array as the fields of a struct in order; no document of ours is one.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Error::invalid(vec![FieldFault::new("", "wrong_type")]).into());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let malformed = || Problem::from(Error::new(Kind::Invalid, "request.malformed"));
    let value =
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| match error.inner().classify() {
            serde_json::error::Category::Data => {
                Error::invalid(vec![faults::fault(error.path(), &error.inner().to_string())]).into()
            }
            _ => malformed(),
        })?;
    deserializer.end().map_err(|_| malformed())?;
    Ok(value)
}

#[derive(Default)]
struct Shape {
    /// Deepest nesting of arrays and objects.
    depth: usize,
    /// About how many values and names there are.
    values: usize,
}

/// Of a document, without building anything.
fn shape(bytes: &[u8]) -> Shape {
    let (mut depth, mut text, mut escaped) = (0_usize, false, false);
    let mut shape = Shape::default();
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' => text = !text,
            b'[' | b'{' if !text => {
                depth += 1;
                shape.depth = shape.depth.max(depth);
                shape.values += 1;
            }
            b',' | b':' if !text => shape.values += 1,
            b']' | b'}' if !text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    shape
}

#[cfg(test)]
mod tests;
