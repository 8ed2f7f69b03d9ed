//! What the edge knows about one request before any feature sees it: its id, language, source, and what to log in the end.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use actix_web::{HttpMessage, HttpRequest, web};
use domain::ids::UserId;
use domain::{Actor, Chance, Clock, Ctx, Locale};

use crate::client_address;
use crate::limits::RateLimit;
use crate::shell::Shell;

pub const REQUEST_ID: &str = "x-request-id";

/// Lives in the request's extensions; cheap to clone.
#[derive(Clone, Debug)]
pub struct Facts(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    request_id: String,
    locale: Locale,
    source: Option<IpAddr>,
    clock: Clock,
    chance: Chance,
    user: Cell<Option<UserId>>,
    rate: RefCell<Option<RateLimit>>,
}

impl Facts {
    /// Reads the headers once; called by the outermost middleware.
    pub(crate) fn gather(headers: &HeaderMap, peer: Option<IpAddr>, shell: &Shell) -> Self {
        let settings = shell.settings();
        let request_id = headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(|id| acceptable(id))
            .map_or_else(|| settings.chance.uuid(settings.clock.now()).to_string(), str::to_owned);
        let locale = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .map_or(Locale::En, Locale::from_accept_language);
        Self(Rc::new(Inner {
            request_id,
            locale,
            source: client_address::of(headers, peer, settings.trusted_proxies),
            clock: settings.clock.clone(),
            chance: settings.chance.clone(),
            user: Cell::new(None),
            rate: RefCell::new(None),
        }))
    }

    /// The facts of a request that came through the edge (in a test that has no edge: bare ones).
    pub fn of(request: &HttpRequest) -> Self {
        if let Some(facts) = request.extensions().get::<Self>() {
            return facts.clone();
        }
        let peer = request.peer_addr().map(|address| address.ip());
        match request.app_data::<web::Data<Shell>>() {
            Some(shell) => Self::gather(request.headers(), peer, shell),
            None => Self::gather(request.headers(), peer, &Shell::default()),
        }
    }

    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    pub fn locale(&self) -> Locale {
        self.0.locale
    }

    /// The client's address as far as the trusted proxies vouch for it.
    pub fn source(&self) -> Option<IpAddr> {
        self.0.source
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub fn chance(&self) -> &Chance {
        &self.0.chance
    }

    /// The circumstances that use cases want.
    pub fn ctx(&self, actor: Actor) -> Ctx {
        if let Actor::User(principal) = &actor {
            self.0.user.set(Some(principal.user));
        }
        Ctx {
            actor,
            locale: self.locale(),
            request_id: self.0.request_id.clone(),
            source: self.source(),
            clock: self.0.clock.clone(),
            chance: self.0.chance.clone(),
        }
    }

    /// Who is signed in, for the log line.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.0.user.get()
    }

    /// Announces a limit of the signed-in caller in the `RateLimit` headers of whatever is answered.
    pub fn announce(&self, rate: RateLimit) {
        self.0.rate.replace(Some(rate));
    }

    pub(crate) fn rate(&self) -> Option<RateLimit> {
        self.0.rate.borrow().clone()
    }
}

/// A foreign id goes through logs and headers, so it stays short and plain.
fn acceptable(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
