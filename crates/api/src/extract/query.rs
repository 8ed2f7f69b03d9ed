//! Query parameters, with the same faults as JSON bodies; types refuse unknown names by `deny_unknown_fields`.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::{Error, FieldFault};
use serde::de::DeserializeOwned;

use super::{faults, gate};
use crate::problem::ApiResult;

#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            gate::opened(&request).await;
            Ok(Self(parse(request.query_string())?))
        })
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> ApiResult<T> {
    // Nothing of ours is named with this character, and PostgreSQL takes no text that has it.
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if name.contains('\0') || value.contains('\0') {
            let name: String = name.chars().filter(|character| !character.is_control()).take(64).collect();
            return Err(Error::invalid(vec![FieldFault::new(format!("/{name}"), "wrong_value")]).into());
        }
    }
    let deserializer = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| Error::invalid(vec![faults::fault(error.path(), &error.inner().to_string())]).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::Locale;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        limit: Option<u32>,
    }

    #[test]
    fn faults_name_the_parameter() {
        assert_eq!(parse::<Page>("limit=7").unwrap().limit, Some(7));
        assert_eq!(parse::<Page>("").unwrap().limit, None);
        for (query, pointer, code) in [
            ("limit=x", "/limit", "wrong_value"),
            ("limits=7", "/limits", "unknown"),
            ("limit=1&limit=2", "/limit", "duplicate"),
            ("limit=%00", "/limit", "wrong_value"),
            ("lim%00it=1", "/limit", "wrong_value"),
        ] {
            let document = parse::<Page>(query).unwrap_err().body(Locale::En, "test");
            assert_eq!(
                (document.status, document.errors[0].pointer.as_str(), document.errors[0].code.as_str()),
                (422, pointer, code)
            );
        }
    }
}
