//! What a device gets when it is signed in, and on which way the refresh token travels.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use app::accounts::SignedIn;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cookie;
use crate::me::UserBody;

/// Where the refresh token goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenDelivery {
    /// An HttpOnly cookie: for browsers.
    #[default]
    Cookie,
    /// `refresh_token` in the answer: for programs that keep it safe themselves.
    Body,
}

#[derive(Clone, Serialize, ToSchema)]
pub struct AuthAnswer {
    pub user: UserBody,
    /// To be sent as `Authorization: Bearer …`.
    pub access_token: String,
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds.
    #[schema(example = 900)]
    pub expires_in: u64,
    /// Only with `token_delivery: "body"`. Good for one use; the answer to that use has the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Seconds until the refresh token, wherever it travels, stops working when it is not used.
    pub refresh_expires_in: u64,
}

pub(super) fn answer(
    request: &HttpRequest,
    mut response: HttpResponseBuilder,
    signed_in: SignedIn,
    delivery: TokenDelivery,
    now: Timestamp,
) -> HttpResponse {
    let lives = signed_in.refresh_expires_at.since(now);
    let refresh_token = match delivery {
        TokenDelivery::Body => Some(signed_in.refresh_token),
        TokenDelivery::Cookie => {
            response.cookie(cookie::holding(request, signed_in.refresh_token, lives));
            None
        }
    };
    response.insert_header((CACHE_CONTROL, "no-store")).json(AuthAnswer {
        user: signed_in.user.into(),
        access_token: signed_in.access_token,
        token_type: "Bearer",
        expires_in: signed_in.access_lives.as_secs(),
        refresh_token,
        refresh_expires_in: lives.as_secs(),
    })
}
