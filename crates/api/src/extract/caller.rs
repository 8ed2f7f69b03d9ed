//! Who asks: the one authenticator in front of every handler.
//!
//! Both extractors close the request's gate while they look, so no body is read and no fault is told before the caller is known.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use app::App;
use app::accounts::{Admin, Proof};
use domain::keys::KeyText;
use domain::{Actor, Ctx, Error, Kind, Timestamp};

use super::gate;
use crate::facts::Facts;
use crate::problem::{ApiResult, Problem};

/// Somebody who is signed in, with the rights of this very moment; anybody else gets a 401.
#[derive(Clone, Debug)]
pub struct Caller(pub Ctx);

/// Somebody who administers the server, with the proof of it; nobody else's body is read.
#[derive(Clone, Debug)]
pub struct Operator(pub Ctx, pub Admin);

/// Anybody. Whose token is not good any more is a stranger here.
#[derive(Clone, Debug)]
pub struct Visitor(pub Ctx);

#[derive(Clone, Copy, Debug)]
struct ProofEnds(Timestamp);

/// When the caller's proof ends by itself: an open stream must end with it. `None` for strangers.
pub fn proof_ends(request: &HttpRequest) -> Option<Timestamp> {
    request.extensions().get::<ProofEnds>().map(|ends| ends.0)
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (opener, request) = (gate::close(request), request.clone());
        Box::pin(async move {
            let ctx = authenticate(&request).await?;
            opener.open();
            Ok(Self(ctx))
        })
    }
}

impl FromRequest for Operator {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (opener, request) = (gate::close(request), request.clone());
        Box::pin(async move {
            let ctx = authenticate(&request).await?;
            let admin = Admin::of(&ctx)?;
            opener.open();
            Ok(Self(ctx, admin))
        })
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (opener, request) = (gate::close(request), request.clone());
        Box::pin(async move {
            let ctx = match authenticate(&request).await {
                Ok(ctx) => ctx,
                Err(problem) if problem.status() == actix_web::http::StatusCode::UNAUTHORIZED => {
                    Facts::of(&request).ctx(Actor::Anonymous)
                }
                Err(problem) => return Err(problem),
            };
            opener.open();
            Ok(Self(ctx))
        })
    }
}

async fn authenticate(request: &HttpRequest) -> ApiResult<Ctx> {
    let facts = Facts::of(request);
    let app = request.app_data::<web::Data<App>>().ok_or_else(|| Error::broken("the application has no state"))?;
    let now = facts.clock().now();
    let bearer = bearer(request)?;
    let known = if KeyText::is_meant(&bearer) {
        app::keys::authenticate(app, &bearer, now).await?
    } else {
        app::accounts::authenticate(app, &proof(request)?, now).await?
    };
    request.extensions_mut().insert(ProofEnds(known.expires_at));
    Ok(facts.ctx(Actor::User(known.principal)))
}

/// What the token proves by itself, checked once for each request.
fn proof(request: &HttpRequest) -> ApiResult<Proof> {
    if let Some(proof) = request.extensions().get::<Proof>() {
        return Ok(proof.clone());
    }
    let app = request.app_data::<web::Data<App>>().ok_or_else(|| Error::broken("the application has no state"))?;
    let proof = app::accounts::prove(app, &bearer(request)?, Facts::of(request).clock().now())?;
    request.extensions_mut().insert(proof.clone());
    Ok(proof)
}

#[derive(Clone, Copy)]
struct BearsOurs(bool);

/// Whether a token of ours comes along, also one that has expired, or a key that opened something here lately; asks nobody.
pub(crate) fn bears_ours(request: &HttpRequest) -> bool {
    if let Some(BearsOurs(known)) = request.extensions().get::<BearsOurs>() {
        return *known;
    }
    let ours = match (request.app_data::<web::Data<App>>(), bearer(request)) {
        (Some(app), Ok(key)) if KeyText::is_meant(&key) => {
            app::keys::opened_lately(app, &key, Facts::of(request).clock().now())
        }
        (_, Ok(_)) => proof(request).map_or_else(|problem| problem.code() == "auth.token_expired", |_| true),
        (_, Err(_)) => false,
    };
    request.extensions_mut().insert(BearsOurs(ours));
    ours
}

/// RFC 6750, 2.1. Never from the address or a form: those end up in logs and histories.
pub(crate) fn bearer(request: &HttpRequest) -> ApiResult<String> {
    let refused = |code| Problem::from(Error::new(Kind::Unauthenticated, code));
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let header = headers.next().ok_or_else(|| refused("auth.required"))?;
    if headers.next().is_some() {
        return Err(refused("auth.token_invalid"));
    }
    let (scheme, token) =
        header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(|| refused("auth.token_invalid"))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused("auth.token_invalid"));
    }
    Ok(token.trim().to_owned())
}
