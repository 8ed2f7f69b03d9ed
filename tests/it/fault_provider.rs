//! What a person sees when the upstream misbehaves: retried unseen, or said plainly by its class.

use std::time::Duration;

use obrol_tests::api::{Api, id, text_of};
use obrol_tests::fake_llm::spec::Spec;
use obrol_tests::follow::{Reading, follow};
use obrol_tests::world::World;
use serde_json::Value;

const SOON: Duration = Duration::from_secs(40);

async fn ask(ani: &Api, model: &str) -> (Reading, Value, String) {
    let conversation = ani.conversation(&format!("fake/{model}")).await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let seen = follow(ani, &run, SOON).await;
    let stored = text_of(&ani.messages(&conversation).await[0]);
    assert_eq!(seen.faults, Vec::<String>::new(), "{model}");
    assert_eq!(seen.text(), stored, "{model}: what was seen is what is stored");
    (seen, ani.run(&run).await, stored)
}

/// Faults that must not be seen: after some trying the whole answer is there, each token once.
#[tokio::test]
async fn what_can_be_healed_is_healed() {
    let models = [
        "fake-tok20-err500-first1",
        "fake-tok20-err503-first2",
        "fake-tok20-err429-ra0-first1",
        "fake-tok20-empty-first1",
        "fake-tok20-errin0-first1",
        "fake-tok20-cut0-first1",
        "fake-tok20-cut7-first1",
        "fake-tok20-cut7-first1-uni",
        "fake-tok20-errin7-first1",
        "fake-tok20-garbage7",
        "fake-tok20-drip1",
        "fake-tok20-drip3-uni",
        "fake-tok20-nodone",
    ];
    let world = World::with(&models, &[]).await;
    let ani = world.person("ani").await;
    let asked: Vec<_> = models.iter().map(|model| ask(&ani, model)).collect();
    let asked = futures_util::future::join_all(asked).await;
    for (model, (_, run, stored)) in models.iter().zip(asked) {
        assert_eq!(run["status"], "succeeded", "{model}: {run}");
        assert_eq!(stored, Spec::of(model).text("a"), "{model}");
    }
}

/// Faults that trying again cannot heal: the run fails with its class, and the upstream is not asked in vain.
#[tokio::test]
async fn what_cannot_be_healed_is_said() {
    let cases = [
        ("fake-err401", "run.auth"),
        ("fake-err402", "run.payment"),
        ("fake-err403", "run.auth"),
        ("fake-err404", "run.invalid_request"),
        ("fake-errquota", "run.payment"),
        ("fake-errctx", "run.context_length"),
        ("fake-errfilter", "run.moderation"),
        ("fake-err500", "run.unavailable"),
        ("fake-err503", "run.unavailable"),
    ];
    // A credential that is refused is set aside for all: each case has a server of its own where that matters.
    for (model, code) in cases {
        let world = World::with(&[model], &[]).await;
        let ani = world.person("ani").await;
        let (seen, run, stored) = ask(&ani, model).await;
        assert_eq!(run["status"], "failed", "{model}: {run}");
        assert_eq!(run["error"]["code"], code, "{model}: {run}");
        assert_eq!(seen.end.unwrap().0, "failed");
        assert_eq!(stored, "", "{model}");
        let tries = world.fake.ledger().of_tag("a").count();
        let most = if code == "run.unavailable" { 8 } else { 4 };
        assert!((1..=most).contains(&tries), "{model} was asked {tries} times");
        assert!(!run.to_string().contains("sk-fake"), "no secret in an error");
    }
}

/// Silence after some tokens is noticed and the rest is had elsewhere or again.
#[tokio::test]
async fn silence_does_not_hang_a_run() {
    let models = ["fake-tok20-stall5-first1", "fake-tok20-hang-first1"];
    let env = [("OBROL_PROVIDER_STALL_TIMEOUT", "2s"), ("OBROL_PROVIDER_FIRST_TOKEN_TIMEOUT", "2s")];
    let world = World::with(&models, &env).await;
    let ani = world.person("ani").await;
    for model in models {
        let (_, run, stored) = ask(&ani, model).await;
        assert_eq!(run["status"], "succeeded", "{model}: {run}");
        assert_eq!(stored, Spec::of(model).text("a"), "{model}");
    }
}

/// An upstream that is not there at all.
#[tokio::test]
async fn an_upstream_that_is_gone_fails_plainly() {
    let world = World::start().await;
    let ani = world.person("ani").await;
    let conversation = ani.conversation("fake/fake-tok20").await;
    let World { server, fake, store } = world;
    drop(fake);
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let seen = follow(&ani, &run, SOON).await;
    assert_eq!(seen.end.unwrap().0, "failed");
    assert_eq!(ani.run(&run).await["error"]["code"], "run.unavailable");
    assert_eq!(ani.get("/api/v1/models").await.status, 200, "a dead provider does not hang the list");
    drop((server, store));
}
