//! A title by a model costs money: it is asked for once.

use std::time::Duration;

use obrol_tests::api::{Api, id};
use obrol_tests::world::World;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(30);
const MODEL: &str = "fake-tok20";
const TITLES: &str = "fake-tok3";

async fn title(ani: &Api, conversation: &str) -> Option<Value> {
    let found = ani.get(&format!("/api/v1/conversations/{conversation}")).await.expect(200);
    found["title"].as_str().map(Into::into)
}

#[tokio::test]
async fn a_first_question_that_is_answered_again_pays_no_second_title() {
    let env = [("OBROL_TITLE_MODEL", "fake/fake-tok3"), ("OBROL_JOB_CONCURRENCY", "1")];
    let world = World::with(&[MODEL, TITLES], &env).await;
    let ani = world.person("ani").await;
    let titled = async |tag: &str| {
        let conversation = ani.conversation(&format!("fake/{MODEL}")).await;
        let asked = ani.ask(&conversation, &format!("#{tag} hello")).await;
        obrol_tests::wait::until("a title", SOON, || title(&ani, &conversation)).await;
        (conversation, asked)
    };
    let (conversation, asked) = titled("a").await;
    let path = format!("/api/v1/conversations/{conversation}/messages/{}/regenerate", id(&asked["answer"]));
    let again = ani.post(&path, json!({})).await.expect(202);
    assert_eq!(ani.ended(&id(&again["run"]), SOON).await["status"], "succeeded");
    // Jobs are worked one after the other: with this one's title the other's job is over too.
    titled("b").await;
    let ledger = world.fake.ledger();
    let paid = |tag: &str| ledger.of_tag(tag).filter(|entry| entry.model == TITLES).count();
    assert_eq!((paid("a"), paid("b")), (1, 1));
}
