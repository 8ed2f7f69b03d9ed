//! Providers of every kind, set in the environment and spoken to in their own dialect; and routes, which answer while one is
//! away.

use std::time::Duration;

use obrol_tests::api::{Api, id, text_of};
use obrol_tests::fakes::{Break, Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::follow::{Reading, follow};
use obrol_tests::server::{Server, Store};
use serde_json::Value;

const SOON: Duration = Duration::from_secs(40);

/// A kind needs a key unless it is a server of one's own.
fn wants_key(dialect: Dialect) -> bool {
    !matches!(dialect, Dialect::Compatible | Dialect::Ollama)
}

/// What the fake says to this model.
fn saying(model: &str) -> Saying {
    Saying { model: model.to_owned(), ..Saying::tokens(model, 20) }
}

async fn speaker(dialect: Dialect, model: &str) -> Fake {
    Fake::one(dialect, Plan::say(saying(model))).await
}

fn provider(server: &mut Server, name: &str, fake: &Fake, model: &str) {
    let variable = |ending: &str| format!("OBROL_PROVIDER_{}_{ending}", name.to_uppercase());
    server.set(&variable("KIND"), fake.dialect.name());
    server.set(&variable("BASE_URL"), &fake.base_url());
    server.set(&variable("MODELS"), model);
    if wants_key(fake.dialect) {
        server.set(&variable("API_KEY"), "sk-of-the-tests");
    }
}

async fn started(store: &Store, providers: &[(&str, &Fake, &str)], routes: &[(&str, &str)]) -> Server {
    let mut server = Server::prepare(store, "node");
    for (name, fake, model) in providers {
        provider(&mut server, name, fake, model);
    }
    for (name, models) in routes {
        server.set(&format!("OBROL_ROUTE_{name}"), models);
    }
    server.up().await;
    server
}

/// What a reader heard, the run, and the stored answer.
async fn ask(ani: &Api, model: &str) -> (Reading, Value, Value) {
    let conversation = ani.conversation(model).await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    let seen = follow(ani, &run, SOON).await;
    let stored = ani.messages(&conversation).await.remove(0);
    assert_eq!(seen.faults, Vec::<String>::new(), "{model}");
    assert_eq!(seen.text(), text_of(&stored), "{model}: what was seen is what is stored");
    (seen, ani.run(&run).await, stored)
}

#[tokio::test]
async fn every_kind_answers_in_its_own_dialect() {
    let store = Store::fresh().await;
    let mut fakes = Vec::new();
    for dialect in Dialect::ALL {
        fakes.push(speaker(dialect, "m").await);
    }
    let providers: Vec<_> = fakes.iter().map(|fake| (fake.dialect.name(), fake, "m")).collect();
    let server = started(&store, &providers, &[]).await;
    let ani = server.person("ani").await;
    for fake in &fakes {
        let model = format!("{}/m", fake.dialect.name());
        let (seen, run, stored) = ask(&ani, &model).await;
        assert_eq!(run["status"], "succeeded", "{model}: {run}");
        assert_eq!((seen.text(), seen.rewinds), (saying("m").text.concat(), 0), "{model}");
        assert_eq!((&run["model"], &stored["model"]), (&Value::from(model.as_str()), &Value::from(model.as_str())));
        let usage = &run["usage"];
        assert_eq!((&usage["input_tokens"], &usage["output_tokens"]), (&7.into(), &20.into()), "{model}: {usage}");
        assert_eq!(usage["estimated"], false, "{model}");
        let asked = fake.asked();
        assert_eq!(asked.len(), 1, "{model} was asked once");
        let names = ["authorization", "x-api-key", "x-goog-api-key"];
        let key = names.iter().any(|name| asked[0].header(name).is_some_and(|key| key.ends_with("sk-of-the-tests")));
        assert_eq!(key, wants_key(fake.dialect), "{model} has its key where it looks for it");
    }
}

#[tokio::test]
async fn a_refused_key_is_said_plainly_by_every_kind() {
    let store = Store::fresh().await;
    let mut fakes = Vec::new();
    for dialect in Dialect::ALL {
        let fault = Fault::json(401, &serde_json::json!({"error": {"message": "sk-of-the-tests is wrong"}}));
        fakes.push(Fake::one(dialect, Plan::fail(Saying::default(), fault)).await);
    }
    let providers: Vec<_> = fakes.iter().map(|fake| (fake.dialect.name(), fake, "m")).collect();
    let server = started(&store, &providers, &[]).await;
    let ani = server.person("ani").await;
    for fake in &fakes {
        let model = format!("{}/m", fake.dialect.name());
        let (seen, run, stored) = ask(&ani, &model).await;
        assert_eq!((&run["status"], &run["error"]["code"]), (&"failed".into(), &"run.auth".into()), "{model}: {run}");
        assert_eq!((seen.text().as_str(), text_of(&stored).as_str()), ("", ""), "{model}");
        assert!(!run.to_string().contains("sk-of-the-tests"), "{model}: no secret in an error");
    }
    assert!(!server.log().contains("sk-of-the-tests"), "nor in the log");
}

/// Asks `route/safe` over `first` and a good Anthropic: what was answered, by whom, with how many calls of the good one.
async fn along_a_route(first: Fake, gone: bool) -> (Reading, Value) {
    let store = Store::fresh().await;
    let second = speaker(Dialect::Anthropic, "b").await;
    let providers = [("one", &first, "a"), ("two", &second, "b")];
    let server = started(&store, &providers, &[("SAFE", "one/a,two/b")]).await;
    if gone {
        first.close().await;
    }
    let ani = server.person("ani").await;
    let models = ani.get("/api/v1/models").await.expect(200);
    let ids: Vec<_> = models["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"route/safe"), "{ids:?}");
    let (seen, run, stored) = ask(&ani, "route/safe").await;
    assert_eq!(run["status"], "succeeded", "{run}");
    assert_eq!(seen.text(), saying("b").text.concat(), "the second one's words, each once");
    assert_eq!((&run["model"], &stored["model"]), (&"two/b".into(), &"two/b".into()), "who finally spoke");
    assert_eq!((&run["usage"]["input_tokens"], &run["usage"]["output_tokens"]), (&7.into(), &20.into()));
    assert_eq!(second.asked().len(), 1, "asked once");
    (seen, run)
}

#[tokio::test]
async fn a_route_answers_while_its_first_provider_is_away() {
    let gone = speaker(Dialect::OpenRouter, "a").await;
    let (seen, run) = along_a_route(gone, true).await;
    assert_eq!((seen.rewinds, &run["attempt"]), (0, &1.into()), "nobody has noticed");

    let (status, body) = Dialect::Gemini.overloaded();
    let ill = Fake::one(Dialect::Gemini, Plan::fail(Saying::default(), Fault::json(status, &body))).await;
    let (seen, run) = along_a_route(ill, false).await;
    assert_eq!((seen.rewinds, &run["attempt"]), (0, &1.into()));
}

/// After visible words another model may not go on with them: they are taken back, and nothing of them stays.
#[tokio::test]
async fn a_route_turns_to_the_next_model_when_an_answer_is_cut() {
    let cut = Fault::Within { tokens: 5, what: Break::Close };
    let cutting = Fake::one(Dialect::Ollama, Plan::fail(saying("a"), cut)).await;
    let (seen, run) = along_a_route(cutting, false).await;
    assert_eq!((seen.rewinds, &run["attempt"]), (1, &2.into()), "whoever failed in this run is asked last");
}
