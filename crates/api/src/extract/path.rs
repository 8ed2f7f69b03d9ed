//! Path parameters: an id that cannot be read cannot exist, so it is a 404 like any other unknown id.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::gate;
use crate::problem::Problem;

#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    #[expect(clippy::disallowed_types, reason = "ours is made of it")]
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parsed = web::Path::<T>::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            gate::opened(&request).await;
            match parsed.await {
                Ok(path) => Ok(Self(path.into_inner())),
                Err(_) => Err(Problem::new(StatusCode::NOT_FOUND, "request.not_found").into()),
            }
        })
    }
}
