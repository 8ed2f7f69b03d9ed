//! Who asks: an API key with the scope of the route, or a person's token; counted before anything of the request is read.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use app::App;
use app::integration::{Entrance, enter};
use domain::keys::KeyScope;
use domain::{Actor, Ctx, Error, Kind};

use crate::extract::caller::bearer;
use crate::extract::gate;
use crate::facts::Facts;
use crate::limits::RateLimit;
use crate::problem::{ApiResult, Problem};

/// What a route is for.
pub trait Purpose: 'static {
    const SCOPE: KeyScope;
    /// It asks a model, which counts against the requests of a minute.
    const ASKS: bool = true;
}

#[derive(Clone, Copy, Debug)]
pub struct Chat;
#[derive(Clone, Copy, Debug)]
pub struct Embeddings;
#[derive(Clone, Copy, Debug)]
pub struct Models;

impl Purpose for Chat {
    const SCOPE: KeyScope = KeyScope::Chat;
}

impl Purpose for Embeddings {
    const SCOPE: KeyScope = KeyScope::Embeddings;
}

impl Purpose for Models {
    const SCOPE: KeyScope = KeyScope::Models;
    const ASKS: bool = false;
}

/// Somebody who may use this route now. As with other callers no body is read before that is known.
#[derive(Debug)]
pub struct Program<P: Purpose> {
    pub ctx: Ctx,
    /// `None` on routes that ask no model.
    entrance: Option<Entrance>,
    _purpose: PhantomData<P>,
}

impl<P: Purpose> Program<P> {
    /// The proof that use cases demand.
    pub fn entrance(&self) -> ApiResult<Entrance> {
        Ok(self.entrance.ok_or_else(|| Error::broken("this route lets nobody in"))?)
    }
}

impl<P: Purpose> FromRequest for Program<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (opener, request) = (gate::close(request), request.clone());
        Box::pin(async move {
            let facts = Facts::of(&request);
            let app =
                request.app_data::<web::Data<App>>().ok_or_else(|| Error::broken("the application has no state"))?;
            // Programs do not sign in: they are told what to send.
            let presented =
                bearer(&request).map_err(|_| Error::new(Kind::Unauthenticated, "integration.key_missing"))?;
            let known = app::keys::authenticate_any(app, &presented, facts.clock().now()).await?;
            let ctx = facts.ctx(Actor::User(known.principal));
            ctx.holder(P::SCOPE)?;
            let entrance = if P::ASKS { Some(enter(app, &ctx, P::SCOPE).await?) } else { None };
            if let Some(left) = entrance.and_then(|entrance| entrance.admitted) {
                let (limit, remaining, reset_after) = (left.limit, left.remaining, left.reset_after);
                let window = Duration::from_secs(60);
                facts.announce(RateLimit { policy: "requests", limit, window, remaining, reset_after });
            }
            opener.open();
            Ok(Self { ctx, entrance, _purpose: PhantomData })
        })
    }
}
