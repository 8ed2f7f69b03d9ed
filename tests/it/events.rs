//! The one multiplexed stream: who hears what, and coming back.

mod rights;

use std::time::Duration;

use obrol_tests::api::id;
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::Reading;
use obrol_tests::watch::Watcher;
use obrol_tests::world::World;
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn every_device_of_a_person_hears_and_nobody_else() {
    let world = World::start().await;
    let (ani, budi) = (world.person("ani").await, world.person("budi").await);
    let phone = Watcher::ready(&ani).await;
    let laptop = Watcher::ready(&ani).await;
    let stranger = Watcher::ready(&budi).await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let whole = Spec::of("fake-tok20").text("a");
    for device in [&phone, &laptop] {
        let seen = device.ended(&run, SOON).await;
        assert_eq!((seen.text(), seen.faults), (whole.clone(), vec![]));
        device.with(|state| {
            for name in ["conversation.created", "message.created", "run.started", "run.delta", "run.succeeded"] {
                assert!(state.heard.iter().any(|heard| heard == name), "{name} in {:?}", state.heard);
            }
        });
    }
    ani.patch(&format!("/api/v1/conversations/{conversation}"), Some("*"), json!({"title": "Renamed"})).await;
    ani.delete(&format!("/api/v1/conversations/{conversation}")).await;
    let gone =
        || async { phone.with(|state| state.heard.iter().any(|name| name == "conversation.deleted")).then_some(()) };
    obrol_tests::wait::until("the other device hears of the deletion", SOON, gone).await;
    stranger.with(|state| assert!(state.heard.iter().all(|name| name == "stream.ready"), "{:?}", state.heard));
}

#[tokio::test]
async fn a_stream_begins_with_an_id_and_is_not_stored_by_proxies() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let answer = ani.request(reqwest::Method::GET, "/api/v1/events").send().await.unwrap();
    assert!(answer.headers()["cache-control"].to_str().unwrap().starts_with("no-store"));
    assert_eq!(answer.headers()["x-accel-buffering"], "no");
    let encoding = answer.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
    assert!(encoding.is_none_or(|encoding| encoding == "identity"));
    let mut stream = obrol_tests::sse::Stream::new(answer);
    let first = stream.soon(SOON).await.unwrap();
    assert_eq!((first.name.as_str(), first.data), ("stream.ready", json!({})));
    assert!(first.id.is_some());
    assert!(stream.retry.is_some(), "the server says when to come back");
}

/// Leaves after each few events and comes back with the last id: the text is whole, nothing doubled.
#[tokio::test]
async fn coming_back_at_any_place_gives_the_same_text() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok100-itl5").await;
    let mut stream = ani.events("/api/v1/events", None).await.unwrap();
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let mut reading = Reading::default();
    let mut visits = 0;
    while reading.end.is_none() {
        for _ in 0..7 {
            let Some(event) = stream.soon(SOON).await else { break };
            if event.data["run_id"] == run.as_str() {
                reading.apply(&event);
            }
            assert_ne!(event.name, "sync.required", "a short absence is bridged");
        }
        assert!(!reading.gap, "no hole after coming back: {reading:?}");
        let last = stream.last_id().map(str::to_owned);
        drop(stream);
        stream = ani.events("/api/v1/events", last.as_deref()).await.unwrap();
        visits += 1;
        assert!(visits < 500, "never ends: {reading:?}");
    }
    assert_eq!((reading.text(), reading.faults), (Spec::of("fake-tok100").text("a"), vec![]));
    assert!(visits > 2, "it came back at least a few times");
}

#[tokio::test]
async fn a_foreign_or_made_up_position_gives_nothing_foreign() {
    let world = World::start().await;
    let (ani, budi) = (world.person("ani").await, world.person("budi").await);
    let conversation = ani.conversation("fake/fake-tok20").await;
    let mut stream = ani.events("/api/v1/events", None).await.unwrap();
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    while stream.soon(SOON).await.expect("it ends").name != "run.succeeded" {}
    let last = stream.last_id().unwrap().to_owned();
    for position in [last.as_str(), "0", "zzz", "999999999.1.1", &run, "'; drop table users; --"] {
        let mut stolen = match budi.events("/api/v1/events", Some(position)).await {
            Ok(stream) => stream,
            Err(status) => {
                assert_eq!(status, 400, "{position}");
                continue;
            }
        };
        while let Some(event) = stolen.soon(Duration::from_millis(300)).await {
            assert!(matches!(event.name.as_str(), "stream.ready" | "sync.required"), "{position}: {event:?}");
        }
    }
    assert_eq!(budi.events(&format!("/api/v1/runs/{run}/events"), Some(&last)).await.err(), Some(404));
}

#[tokio::test]
async fn signing_out_silences_open_streams_within_a_second() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let mut stream = ani.events("/api/v1/events", None).await.unwrap();
    assert_eq!(stream.soon(SOON).await.unwrap().name, "stream.ready");
    assert_eq!(ani.post("/api/v1/auth/logout-all", json!({})).await.status, 204);
    let mut last = String::new();
    let end = tokio::time::timeout(Duration::from_millis(1500), async {
        while let Some(event) = stream.next().await {
            last = event.name;
        }
    });
    end.await.expect("the stream ends within a second");
    assert_eq!(last, "auth.expired");
    assert_eq!(ani.get("/api/v1/me").await.status, 401);
}
