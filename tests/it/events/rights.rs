//! Streams and the end of a right, when both come at the same moment.

use std::time::Duration;

use obrol_tests::api::Api;
use obrol_tests::world::World;
use serde_json::json;

const TRIES: usize = 40;
const STREAMS: usize = 4;

/// Opens a stream and says how it ended: with a refusal, in time, or (false) not.
async fn opened_and_ended(ani: Api) -> bool {
    match ani.events("/api/v1/events", None).await {
        Err(status) => {
            assert!(matches!(status, 401 | 0), "a stream is refused with {status}");
            true
        }
        Ok(mut stream) => {
            let ends = async { while stream.next().await.is_some() {} };
            tokio::time::timeout(Duration::from_secs(3), ends).await.is_ok()
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_opens_while_its_session_ends_is_ended() {
    let world = World::with(&[], &[]).await;
    world.person("ani").await;
    for number in 0..TRIES {
        let ani = world.server.api().log_in("ani@example.test").await;
        let streams: Vec<_> = (0..STREAMS).map(|_| tokio::spawn(opened_and_ended(ani.clone()))).collect();
        // Somewhere within the few milliseconds that opening takes.
        tokio::time::sleep(Duration::from_micros(number as u64 * 150)).await;
        assert_eq!(ani.post("/api/v1/auth/logout", json!({})).await.status, 204);
        for stream in streams {
            assert!(stream.await.unwrap(), "try {number}: a stream outlived its session");
        }
    }
}
