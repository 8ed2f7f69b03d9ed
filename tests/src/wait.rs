//! Waiting for something to become true, with a bound and a name.

use std::future::Future;
use std::time::{Duration, Instant};

/// Asks again every 20 ms until `holds` gives something.
///
/// # Panics
/// When it gives nothing within `limit`: the text says what never came.
pub async fn until<T, F, Fut>(what: &str, limit: Duration, mut holds: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let start = Instant::now();
    loop {
        if let Some(found) = holds().await {
            return found;
        }
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs `work`, but not longer than `limit`.
///
/// # Panics
/// When it takes longer: the text says what did not end.
pub async fn within<T>(what: &str, limit: Duration, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done,
        Err(_) => panic!("not within {limit:?}: {what}"),
    }
}
