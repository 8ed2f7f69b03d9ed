//! What anybody may send must not make the measurements grow.

use std::collections::BTreeSet;

use obrol_tests::api::Api;
use obrol_tests::raw;
use obrol_tests::world::World;

#[tokio::test]
async fn invented_methods_share_one_label() {
    let world = World::with(&[], &[]).await;
    let api = world.server.api();
    for number in 0..100 {
        let mut connection = raw::connect(&api).await;
        let line = raw::status_line(&mut connection, &format!("INVENTED{number}"), "/api/v1/me").await;
        assert!(line.contains(" 4"), "INVENTED{number}: {line}");
    }
    let metrics = Api::anonymous(&world.server.metrics_url).get("/metrics").await;
    let labels: BTreeSet<&str> =
        metrics.text.split("method=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(labels.contains("other"), "{labels:?}");
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
    assert!(labels.iter().all(|label| known.contains(label)), "{labels:?}");
    let of_ours = metrics.text.lines().filter(|line| line.starts_with("obrol_http_requests_total")).count();
    assert!(of_ours < 20, "{of_ours} lines for requests");
}
