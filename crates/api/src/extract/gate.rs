//! Keeps the other extractors waiting until the caller is known (extractors of one handler are polled side by side).

use actix_web::{HttpMessage, HttpRequest};
use tokio::sync::watch;

#[derive(Clone)]
struct Gate(watch::Receiver<bool>);

/// Opens the gate; dropped without opening (the caller was refused) it stays closed, and the handler never runs.
#[must_use]
pub struct Opener(watch::Sender<bool>);

impl Opener {
    pub fn open(self) {
        self.0.send_replace(true);
    }
}

/// To be called synchronously in `from_request` of the extractor that authenticates, which stands first in the handler.
pub fn close(request: &HttpRequest) -> Opener {
    let (sender, receiver) = watch::channel(false);
    request.extensions_mut().insert(Gate(receiver));
    Opener(sender)
}

/// Waits until the caller is known; at once on routes that anyone may use.
pub async fn opened(request: &HttpRequest) {
    let gate = request.extensions().get::<Gate>().cloned();
    if let Some(Gate(mut open)) = gate
        && open.wait_for(|open| *open).await.is_err()
        && !*open.borrow()
    {
        // Refused: the authenticating extractor's own error answers, this one must not overtake it.
        std::future::pending::<()>().await;
    }
}
