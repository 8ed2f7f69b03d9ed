//! What operators configure is what happens: from the next question on, without a restart, without an answer that is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use obrol_tests::api::{Api, id, text_of};
use obrol_tests::fakes::{Break, Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::follow::{Reading, follow, follow_until};
use obrol_tests::operator::{self, LLM};
use obrol_tests::server::{Server, Store};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(40);

async fn started(store: &Store) -> (Server, Api) {
    let server = Server::start(store, None).await;
    let admin = server.admin().await;
    (server, admin)
}

fn words(count: u32) -> Plan {
    Plan::say(Saying::tokens("w", count))
}

/// What a reader heard, the run as it ended, and the stored answer.
async fn ask(person: &Api, model: &str, text: &str) -> (Reading, Value, Value) {
    let conversation = person.conversation(model).await;
    let run = id(&person.ask(&conversation, text).await["run"]);
    let seen = follow(person, &run, SOON).await;
    let stored = person.messages(&conversation).await.remove(0);
    assert_eq!(seen.faults, Vec::<String>::new());
    (seen, person.run(&run).await, stored)
}

#[tokio::test]
async fn a_provider_can_be_asked_as_soon_as_it_is_saved_and_no_longer_than_it_is_there() {
    let store = Store::fresh().await;
    let (mut server, admin) = started(&store).await;
    let fake = operator::speaker(Dialect::Anthropic, |_, _| words(12)).await;
    let ani = server.person("ani").await;
    let provider = operator::provider(&admin, "near", &fake, &["m"], &["first"]).await;
    let (_, run, stored) = ask(&ani, "near/m", "#a hello").await;
    assert_eq!((&run["status"], &stored["model"]), (&"succeeded".into(), &"near/m".into()), "{run}");
    assert!(stored.get("origin").is_none(), "{stored}");
    // Another secret, while an answer is under way: it goes on to its end, and the next question has the new one.
    let slow = operator::speaker(Dialect::OpenAi, |_, _| Plan { gap_ms: 20, ..words(60) }).await;
    let second = operator::provider(&admin, "slow", &slow, &["m"], &["old"]).await;
    let conversation = ani.conversation("slow/m").await;
    let run = id(&ani.ask(&conversation, "#b hello").await["run"]);
    let begun = follow_until(&ani, &run, SOON, |seen| seen.text().len() > 20).await;
    assert!(begun.end.is_none());
    let credential = id(&second["credentials"][0]);
    let path = format!("{LLM}/providers/{}/credentials/{credential}", id(&second));
    let changed = admin.patch(&path, None, json!({ "secret": "sk-new" })).await;
    assert_eq!(changed.status.as_u16(), 200, "{:?}", changed.body);
    let whole = follow(&ani, &run, SOON).await;
    assert_eq!((whole.end.as_ref().unwrap().0.as_str(), whole.rewinds), ("succeeded", 0));
    ask(&ani, "slow/m", "#c hello").await;
    let keys: Vec<String> = slow.ledger().entries.iter().map(|entry| entry.key.clone()).collect();
    assert_eq!(keys, ["Bearer sk-old", "Bearer sk-new"]);
    // It is still there after a restart, and gone when it is deleted.
    server.restart().await;
    let (ani, admin) = (ani.at(&server.url), admin.at(&server.url));
    assert_eq!(ask(&ani, "near/m", "#d hello").await.1["status"], "succeeded");
    let path = format!("{LLM}/providers/{}", id(&provider));
    let etag = admin.get(&path).await.header("etag").unwrap().to_owned();
    let request = admin.request(reqwest::Method::DELETE, &path).header("if-match", etag);
    assert_eq!(admin.send(request).await.status.as_u16(), 204);
    let models = ani.get("/api/v1/models").await.expect(200);
    assert!(!models.to_string().contains("near/m"), "{models}");
    assert!(!server.log().contains("sk-"), "no secret in the log");
}

#[tokio::test]
async fn another_model_answers_when_the_first_cannot_and_the_answer_says_so() {
    let store = Store::fresh().await;
    let (server, admin) = started(&store).await;
    let refused = Fault::json(500, &json!({"error": {"message": "no"}}));
    let away = operator::speaker(Dialect::OpenAi, move |_, _| Plan::fail(Saying::default(), refused.clone())).await;
    let good = operator::speaker(Dialect::Gemini, |_, _| words(9)).await;
    operator::provider(&admin, "one", &away, &["m"], &["first"]).await;
    operator::provider(&admin, "two", &good, &["m"], &["first"]).await;
    operator::route(&admin, "safe", &[("one/m", false), ("two/m", false)]).await;
    let ani = server.person("ani").await;
    let (seen, run, stored) = ask(&ani, "route/safe", "#a hello").await;
    assert_eq!((&run["status"], &stored["model"]), (&"succeeded".into(), &"two/m".into()), "{run}");
    assert_eq!(stored["origin"], json!({ "came": "fallback", "instead_of": "one/m" }), "{stored}");
    assert_eq!((seen.text(), seen.rewinds), (text_of(&stored), 0));
}

#[tokio::test]
async fn a_cut_answer_is_continued_where_the_route_allows_it() {
    let store = Store::fresh().await;
    let (server, admin) = started(&store).await;
    let cut = Fault::Within { tokens: 10, what: Break::Reset };
    let first =
        operator::speaker(Dialect::OpenAi, move |_, _| Plan::fail(Saying::tokens("first", 40), cut.clone())).await;
    let second = operator::speaker(Dialect::Anthropic, |_, asked| {
        // What was said so far is the beginning of its own answer.
        let said = asked.body.to_string();
        if said.contains("first.9") {
            Plan::say(Saying::tokens("second", 7))
        } else {
            Plan::say(Saying::tokens("anew", 7))
        }
    })
    .await;
    operator::provider(&admin, "one", &first, &["m"], &["first"]).await;
    operator::provider(&admin, "two", &second, &["m"], &["first"]).await;
    let prefills = json!({ "model": "two/m", "name": "B", "capabilities": { "continues": true }, "enabled": true });
    operator::put(&admin, "models", prefills).await.expect(200);
    operator::route(&admin, "goes_on", &[("one/m", false), ("two/m", true)]).await;
    operator::route(&admin, "anew", &[("one/m", false), ("two/m", false)]).await;
    let ani = server.person("ani").await;

    let (seen, run, stored) = ask(&ani, "route/goes_on", "#a hello").await;
    assert_eq!(run["status"], "succeeded", "{run}");
    let text = text_of(&stored);
    assert!(text.starts_with("first.0 ") && text.contains("first.9 ") && text.ends_with("second.6 "), "{text}");
    assert_eq!(seen.text(), text);
    assert_eq!(stored["origin"], json!({ "came": "continued", "instead_of": "one/m" }), "{stored}");
    assert_eq!(stored["model"], "two/m");

    let (seen, run, stored) = ask(&ani, "route/anew", "#b hello").await;
    assert_eq!(run["status"], "succeeded", "{run}");
    assert_eq!(text_of(&stored), (0..7).map(|at| format!("anew.{at} ")).collect::<String>(), "nothing of the first");
    assert!(seen.rewinds >= 1, "and the reader was told");
}

#[tokio::test]
async fn content_rules_hold_for_what_goes_in_and_what_comes_out() {
    let store = Store::fresh().await;
    let (server, admin) = started(&store).await;
    let pieces = ["It is a sec", "ret pla", "n, ", "they say."];
    let fake = operator::speaker(Dialect::OpenAi, move |_, asked| {
        let leaks = asked.body.to_string().contains("#leak");
        Plan::say(Saying::text(if leaks { &pieces } else { &["All", " is", " well."] }))
    })
    .await;
    operator::provider(&admin, "near", &fake, &["m"], &["first"]).await;
    operator::rule(&admin, "forbidden word", "block", "in").await;
    operator::rule(&admin, "secret plan", "block", "out").await;
    let flagged = operator::rule(&admin, "well", "flag", "out").await;
    let ani = server.person("ani").await;

    let (seen, run, stored) = ask(&ani, "near/m", "#in a FORBIDDEN\u{200b} wórd? no: Forbidden  Word").await;
    assert_eq!(run["error"]["code"], "run.content_blocked", "{run}");
    assert_eq!((seen.text().as_str(), text_of(&stored).as_str()), ("", ""));
    assert!(fake.ledger().entries.is_empty(), "nobody was asked");

    let (seen, run, stored) = ask(&ani, "near/m", "#leak tell me").await;
    assert_eq!(run["error"]["code"], "run.content_blocked", "{run}");
    assert!(!seen.text().contains("sec") && !text_of(&stored).contains("sec"), "{}", text_of(&stored));

    let (_, run, stored) = ask(&ani, "near/m", "#fine hello").await;
    assert_eq!((&run["status"], text_of(&stored).as_str()), (&"succeeded".into(), "All is well."), "{run}");
    let hits = obrol_tests::wait::until("three hits", SOON, || async {
        let page = admin.get(&format!("{LLM}/rule-hits?limit=10")).await.expect(200);
        let items = page["items"].as_array().unwrap().clone();
        (items.len() == 3).then_some(items)
    })
    .await;
    let flag = hits.iter().find(|hit| hit["rule_id"] == flagged.as_str()).unwrap();
    assert_eq!((&flag["direction"], hits.iter().any(|hit| hit.to_string().contains("All is"))), (&"out".into(), false));
    let shown = admin.post(&format!("{LLM}/rule-hits/{}/reveal", id(flag)), json!({})).await.expect(200);
    assert_eq!(shown["text"], "All is well.");
    assert!(server.log().contains("admin.rule_hit_revealed"));
    // Switched off, it holds no more.
    let rules = admin.get(&format!("{LLM}/rules")).await.expect(200);
    for rule in rules["items"].as_array().unwrap() {
        let path = format!("{LLM}/rules/{}", id(rule));
        assert!(admin.patch(&path, None, json!({ "enabled": false })).await.status.is_success());
    }
    assert_eq!(ask(&ani, "near/m", "#leak again").await.1["status"], "succeeded");
}

#[tokio::test]
async fn a_refused_credential_is_switched_off_and_operators_hear_of_it_once() {
    let store = Store::fresh().await;
    let (server, admin) = started(&store).await;
    let revoked = Arc::new(AtomicBool::new(false));
    let is_revoked = revoked.clone();
    let fake = Fake::start(Dialect::OpenAi, move |asked| {
        let refused = Fault::json(401, &json!({"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}));
        let bad = asked.header("authorization") == Some("Bearer sk-bad");
        match asked.method.as_str() {
            _ if bad && is_revoked.load(Ordering::SeqCst) => Plan::fail(Saying::default(), refused),
            "GET" => Plan::fail(Saying::default(), Fault::json(200, &json!({"object": "list", "data": [{"id": "m"}]}))),
            _ => words(5),
        }
    })
    .await;
    let provider = operator::provider(&admin, "near", &fake, &["m"], &["bad", "good"]).await;
    revoked.store(true, Ordering::SeqCst);
    let ani = server.person("ani").await;
    for n in 0..4 {
        assert_eq!(ask(&ani, "near/m", &format!("#n{n} hello")).await.1["status"], "succeeded");
    }
    let path = format!("{LLM}/providers/{}", id(&provider));
    let bad = obrol_tests::wait::until("it is switched off", SOON, || async {
        let now = admin.get(&path).await.expect(200);
        let bad = now["credentials"].as_array().unwrap().iter().find(|one| one["label"] == "bad").unwrap().clone();
        (bad["state"] == "disabled").then_some(bad)
    })
    .await;
    assert_eq!(bad["disabled_reason"], "auth", "{bad}");
    let alerts = operator::alerts(&admin).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let facts = ["kind", "level", "provider"].map(|field| alerts[0][field].as_str().unwrap());
    assert_eq!(facts, ["credential_disabled", "critical", "near"]);
    let chats = fake.asked().into_iter().filter(|asked| asked.method == "POST");
    let refused = chats.filter(|asked| asked.header("authorization") == Some("Bearer sk-bad")).count();
    assert_eq!(refused, 1, "it is not tried again");
    admin.post(&format!("{LLM}/alerts/{}/resolve", id(&alerts[0])), json!({})).await;
    assert!(operator::alerts(&admin).await.iter().all(|alert| !alert["resolved_at"].is_null()));
}

#[tokio::test]
async fn equal_questions_of_one_person_are_answered_from_memory_if_operators_say_so() {
    let store = Store::fresh().await;
    let (server, admin) = started(&store).await;
    let fake = operator::speaker(Dialect::OpenAi, |_, _| words(9)).await;
    operator::provider(&admin, "near", &fake, &["m"], &["first"]).await;
    let (ani, budi) = (server.person("ani").await, server.person("budi").await);
    let calls = || fake.ledger().entries.len();
    ask(&ani, "near/m", "#a hello").await;
    ask(&ani, "near/m", "#a hello").await;
    assert_eq!(calls(), 2, "not unless it is switched on");
    let mut settings = admin.get(&format!("{LLM}/settings")).await.expect(200);
    settings["cache_answers"] = true.into();
    operator::put(&admin, "settings", settings).await.expect(200);
    let (_, _, first) = ask(&ani, "near/m", "#a hello").await;
    let (_, run, again) = ask(&ani, "near/m", "#a hello ").await;
    assert_eq!((calls(), text_of(&again)), (3, text_of(&first)), "one call for both");
    assert_eq!((&run["status"], &run["usage"]["cost_micros"]), (&"succeeded".into(), &0.into()), "{run}");
    ask(&budi, "near/m", "#a hello").await;
    assert_eq!(calls(), 4, "nobody hears what another was told");
    assert_eq!(operator::settled(&admin).await.len(), 4, "and what was not called for is not in the ledger");
}

#[tokio::test]
async fn a_request_that_is_refused_by_itself_costs_nobody_a_key() {
    let store = Store::fresh().await;
    let (server, admin) = started(&store).await;
    // Asked for its list, the only key is good; one question alone is refused as if it were not.
    let fake = operator::speaker(Dialect::OpenAi, |_, asked| {
        if Dialect::OpenAi.question(&asked.body).starts_with("#bad") {
            let body = json!({"error": {"message": "not with this key", "code": "forbidden"}});
            return Plan::fail(Saying::default(), Fault::json(403, &body));
        }
        words(5)
    })
    .await;
    let provider = operator::provider(&admin, "near", &fake, &["m"], &["only"]).await;
    let ani = server.person("ani").await;
    assert_eq!(ask(&ani, "near/m", "#bad question").await.1["status"], "failed");
    let stands = || async { server.log().contains("llm.credential_stands").then_some(()) };
    obrol_tests::wait::until("the key is asked for by itself", SOON, stands).await;
    assert_eq!(ask(&ani, "near/m", "#good question").await.1["status"], "succeeded");
    let path = format!("{LLM}/providers/{}", id(&provider));
    assert_eq!(admin.get(&path).await.expect(200)["credentials"][0]["state"], "active");
    assert!(operator::alerts(&admin).await.is_empty());
}

#[tokio::test]
async fn a_key_that_owes_is_left_alone_here_and_told_of() {
    let store = Store::fresh().await;
    let (server, admin) = started(&store).await;
    // Its list is shown all the same, and what is left of the money it does not say.
    let fake = operator::speaker(Dialect::OpenAi, |_, asked| match asked.header("authorization") {
        Some("Bearer sk-owes") => {
            let body =
                json!({"error": {"message": "no credit", "type": "insufficient_quota", "code": "insufficient_quota"}});
            Plan::fail(Saying::default(), Fault::json(429, &body))
        }
        _ => words(5),
    })
    .await;
    let provider = operator::provider(&admin, "near", &fake, &["m"], &["owes", "good"]).await;
    let ani = server.person("ani").await;
    for n in 0..4 {
        assert_eq!(ask(&ani, "near/m", &format!("#n{n} hello")).await.1["status"], "succeeded");
    }
    let told = || async { Some(operator::alerts(&admin).await).filter(|alerts| !alerts.is_empty()) };
    let alerts = obrol_tests::wait::until("operators hear of it", SOON, told).await;
    assert_eq!(
        (&alerts[0]["kind"], &alerts[0]["details"]["class"]),
        (&"credential_disabled".into(), &"payment".into())
    );
    let asked = fake.ledger().entries.iter().filter(|entry| entry.key == "Bearer sk-owes").count();
    assert_eq!(asked, 1, "it is not tried again for a while");
    let path = format!("{LLM}/providers/{}", id(&provider));
    let now = admin.get(&path).await.expect(200);
    assert!(now["credentials"].as_array().unwrap().iter().all(|one| one["state"] == "active"), "{now}");
}
