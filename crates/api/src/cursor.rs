//! Page markers: opaque to clients, versioned for us. A marker that we did not write is a 400, never an empty page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Error, FieldFault, Kind, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::problem::{ApiResult, Problem};

/// Grows when the content of markers changes; older ones are refused politely.
const VERSION: u8 = 1;
/// Longer ones are not ours.
const LONGEST: usize = 1024;

/// Where the next page begins: the sort key of the last row of this one.
pub fn encode(position: &impl Serialize) -> ApiResult<String> {
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, position).map_err(Error::broken)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What a marker that is not ours is answered with.
pub fn refused() -> Problem {
    Error::new(Kind::Invalid, "request.malformed_cursor").into()
}

/// The position in a marker of ours.
pub fn decode<T: DeserializeOwned>(marker: &str) -> ApiResult<T> {
    if marker.len() > LONGEST {
        return Err(refused());
    }
    let bytes = URL_SAFE_NO_PAD.decode(marker).map_err(|_| refused())?;
    match bytes.split_first() {
        Some((&VERSION, position)) => serde_json::from_slice(position).map_err(|_| refused()),
        _ => Err(refused()),
    }
}

/// A page of `limit` out of `found`, which was asked for with one more: the one too many says that there is another page,
/// whose marker comes along.
pub fn page<T>(
    mut found: Vec<T>,
    limit: u32,
    position: impl Fn(&T) -> (Timestamp, Uuid),
) -> ApiResult<(Vec<T>, Option<String>)> {
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| more).map(position);
    let next = last.map(|(at, id)| encode(&(at.millis(), id))).transpose()?;
    Ok((found, next))
}

/// `decode` for an optional query parameter.
pub fn decode_optional<T: DeserializeOwned>(marker: Option<&str>) -> ApiResult<Option<T>> {
    marker.map(decode).transpose()
}

/// The page size asked for, or `default`; outside 1 to `max` it is refused rather than changed silently.
pub fn limit(asked: Option<u32>, default: u32, max: u32) -> ApiResult<u32> {
    match asked {
        None => Ok(default),
        Some(limit @ 1..) if limit <= max => Ok(limit),
        Some(_) => {
            let fault = FieldFault::new("/limit", "out_of_range").arg("min", 1).arg("max", max);
            Err(Error::invalid(vec![fault]).into())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_marker_comes_back_and_a_foreign_one_is_refused() {
        let marker = encode(&(17_i64, "abc")).unwrap();
        assert_eq!(decode::<(i64, String)>(&marker).unwrap(), (17, "abc".to_owned()));
        let long = "A".repeat(2000);
        let other_version = URL_SAFE_NO_PAD.encode([2, b'1']);
        for foreign in ["", "!", "AQ", "e30", long.as_str(), other_version.as_str(), "AVtdXQ"] {
            let problem = decode::<(i64, String)>(foreign).unwrap_err();
            assert_eq!((problem.status().as_u16(), problem.code()), (400, "request.malformed_cursor"), "{foreign}");
        }
        assert_eq!(limit(None, 50, 200).unwrap(), 50);
        assert_eq!(limit(Some(200), 50, 200).unwrap(), 200);
        for refused in [0, 201, u32::MAX] {
            assert_eq!(limit(Some(refused), 50, 200).unwrap_err().status().as_u16(), 422);
        }
    }
}
