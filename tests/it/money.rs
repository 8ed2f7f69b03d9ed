//! Money: every call of a provider is in the ledger once, as the provider itself counted it, and no cap is ever passed.

use std::time::Duration;

use obrol_tests::api::{Api, id, text_of};
use obrol_tests::fakes::ledger::Outcome;
use obrol_tests::fakes::{Break, Dialect, Fake, Fault, Plan, Saying};
use obrol_tests::operator;
use obrol_tests::server::{Server, Store};
use obrol_tests::wait;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(40);

/// A server with an operator, who made one provider `near` with the model `m`, at 2 and 10 USD a million tokens.
struct World {
    server: Server,
    admin: Api,
    fake: Fake,
}

async fn world(store: &Store, fake: Fake) -> World {
    let server = Server::start(store, None).await;
    let admin = server.admin().await;
    operator::provider(&admin, "near", &fake, &["m"], &["first"]).await;
    operator::price(&admin, "near/m", 2_000_000, 10_000_000).await;
    World { server, admin, fake }
}

fn tokens(count: u32) -> Plan {
    Plan::say(Saying::tokens("t", count))
}

async fn ask(person: &Api, model: &str, text: &str) -> Value {
    let conversation = person.conversation(model).await;
    let run = id(&person.ask(&conversation, text).await["run"]);
    person.ended(&run, SOON).await
}

/// Of these calls, how many ended so.
fn count(calls: &[Value], outcome: &str) -> usize {
    calls.iter().filter(|call| call["outcome"] == outcome).count()
}

fn sum(calls: &[Value], field: &str) -> i64 {
    calls.iter().map(|call| call[field].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn an_answer_costs_what_its_provider_counted() {
    let store = Store::fresh().await;
    let World { server, admin, fake } =
        world(&store, operator::speaker(Dialect::OpenAi, |_, _| tokens(20)).await).await;
    let ani = server.person("ani").await;
    let run = ask(&ani, "near/m", "#a hello").await;
    // 7 tokens in at 2 a million, 20 out at 10 a million: 214 millionths of a dollar.
    assert_eq!((&run["status"], &run["usage"]["cost_micros"]), (&"succeeded".into(), &214.into()), "{run}");
    let calls = operator::settled(&admin).await;
    assert_eq!(calls.len(), 1, "{calls:?}");
    let call = &calls[0];
    let facts = ["kind", "outcome", "provider", "model", "credential"].map(|field| call[field].as_str().unwrap());
    assert_eq!(facts, ["chat", "succeeded", "near", "m", "first"]);
    let counts = ["input_tokens", "output_tokens", "cost_micros"].map(|field| call[field].as_i64().unwrap());
    assert_eq!((counts, &call["estimated"]), ([7, 20, 214], &json!(false)));
    assert_eq!(fake.ledger().tokens(), 20, "as the provider has it");
    // The person sees it, too, and deleting the conversation changes nothing.
    let seen = ani.get("/api/v1/me/limits").await.expect(200);
    assert_eq!((&seen["today"]["tokens"], &seen["month"]["cost_micros"]), (&27.into(), &214.into()), "{seen}");
    let conversations = ani.get("/api/v1/conversations").await.expect(200);
    let conversation = id(&conversations["items"][0]);
    ani.delete(&format!("/api/v1/conversations/{conversation}")).await.expect(204);
    assert_eq!(operator::calls(&admin).await, calls);
}

#[tokio::test]
async fn failures_and_second_tries_are_calls_of_their_own() {
    let store = Store::fresh().await;
    let fake = operator::speaker(Dialect::OpenAi, |number, _| match number {
        0 => Plan::fail(Saying::default(), Fault::json(503, &json!({"error": {"message": "busy"}}))),
        _ => tokens(5),
    });
    let World { server, admin, fake } = world(&store, fake.await).await;
    let ani = server.person("ani").await;
    let run = ask(&ani, "near/m", "#a hello").await;
    assert_eq!(run["status"], "succeeded", "{run}");
    let calls = operator::settled(&admin).await;
    assert_eq!((calls.len(), count(&calls, "succeeded"), count(&calls, "failed")), (2, 1, 1), "{calls:?}");
    let failed = calls.iter().find(|call| call["outcome"] == "failed").unwrap();
    assert_eq!((&failed["error_class"], &failed["cost_micros"]), (&"unavailable".into(), &0.into()));
    assert_eq!(sum(&calls, "output_tokens"), fake.ledger().tokens() as i64);
}

#[tokio::test]
async fn what_was_said_before_a_cut_or_a_stop_is_counted_and_marked() {
    let store = Store::fresh().await;
    let fake = operator::speaker(Dialect::OpenAi, |number, asked| {
        let slow = |plan: Plan| Plan { gap_ms: 30, ..plan };
        if asked.body.to_string().contains("#cut") {
            return match number {
                0 => Plan::fail(Saying::tokens("t", 40), Fault::Within { tokens: 10, what: Break::Reset }),
                _ => tokens(40),
            };
        }
        slow(tokens(2000))
    });
    let World { server, admin, fake } = world(&store, fake.await).await;
    let ani = server.person("ani").await;
    let run = ask(&ani, "near/m", "#cut hello").await;
    assert_eq!(run["status"], "succeeded", "{run}");
    let calls = operator::settled(&admin).await;
    assert_eq!((calls.len(), count(&calls, "cut"), count(&calls, "succeeded")), (2, 1, 1), "{calls:?}");
    let cut = calls.iter().find(|call| call["outcome"] == "cut").unwrap();
    assert_eq!(cut["estimated"], true, "{cut}");
    assert!(cut["output_tokens"].as_i64().unwrap() > 0 && cut["cost_micros"].as_i64().unwrap() > 0, "{cut}");

    let conversation = ani.conversation("near/m").await;
    let asked = ani.ask(&conversation, "#stop talk on").await;
    let run = id(&asked["run"]);
    wait::until("it speaks", SOON, || async {
        let said = ani.messages(&conversation).await;
        said.iter().any(|message| text_of(message).len() > 40).then_some(())
    })
    .await;
    ani.post(&format!("/api/v1/runs/{run}/cancel"), json!({})).await;
    let run = ani.ended(&run, SOON).await;
    assert_eq!(run["status"], "cancelled", "{run}");
    assert!(fake.settled().await && fake.ledger().count(Outcome::Aborted) == 1, "the provider was left");
    let calls = operator::settled(&admin).await;
    let stopped = calls.iter().find(|call| call["outcome"] == "cancelled").unwrap();
    assert_eq!(stopped["estimated"], true);
    let (ours, theirs) = (stopped["output_tokens"].as_i64().unwrap(), run["usage"]["output_tokens"].as_i64().unwrap());
    assert!(ours > 0 && theirs > 0, "{stopped} {run}");
}

#[tokio::test]
async fn a_killed_server_leaves_no_reservation_and_no_free_answer() {
    let store = Store::fresh().await;
    let fake = operator::speaker(Dialect::OpenAi, |number, _| match number {
        0 => Plan { gap_ms: 50, ..tokens(2000) },
        _ => tokens(8),
    });
    let World { mut server, admin, fake } = world(&store, fake.await).await;
    // A cap, so that the reservation has a size.
    operator::limit(&admin, json!({ "scope": "everyone", "tokens_per_day": 1_000_000 })).await;
    let ani = server.person("ani").await;
    let conversation = ani.conversation("near/m").await;
    let run = id(&ani.ask(&conversation, "#a hello").await["run"]);
    wait::until("it speaks", SOON, || async {
        (fake.ledger().entries.len() == 1 && !ani.messages(&conversation).await.is_empty()).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.kill();
    server.restart().await;
    let (ani, admin) = (ani.at(&server.url), admin.at(&server.url));
    let run = ani.ended(&run, SOON).await;
    assert_eq!(run["status"], "succeeded", "{run}");
    let calls = operator::settled(&admin).await;
    assert_eq!((calls.len(), count(&calls, "orphaned"), count(&calls, "succeeded")), (2, 1, 1), "{calls:?}");
    let orphan = calls.iter().find(|call| call["outcome"] == "orphaned").unwrap();
    assert!(orphan["input_tokens"].as_i64().unwrap() + orphan["output_tokens"].as_i64().unwrap() > 0, "{orphan}");
    let standing = admin.get(&format!("{}/limits/standing?scope=everyone", operator::LLM)).await.expect(200);
    let spent = sum(&calls, "input_tokens") + sum(&calls, "output_tokens");
    assert_eq!(standing["today"]["tokens"], spent, "{standing}");
}

#[tokio::test]
async fn fifty_at_once_do_not_pass_a_cap() {
    const CAP: i64 = 20_000;
    let store = Store::fresh().await;
    let World { server, admin, fake } =
        world(&store, operator::speaker(Dialect::OpenAi, |_, _| tokens(100)).await).await;
    let ani = server.person("ani").await;
    let limit = json!({ "scope": "user", "tokens_per_day": CAP });
    operator::limit(&admin, limit).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..50 {
        let ani = ani.clone();
        asked.spawn(async move { ask(&ani, "near/m", &format!("#n{n} hello")).await });
    }
    let runs = asked.join_all().await;
    let good = runs.iter().filter(|run| run["status"] == "succeeded").count();
    let refused: Vec<&Value> = runs.iter().filter(|run| run["status"] == "failed").collect();
    assert_eq!(good + refused.len(), 50);
    assert!(good >= 1, "there was room for some");
    // Either nothing is left, or others hold what is left for the moment.
    let told = |run: &&Value| run["error"]["code"] == "run.limit_reached" || run["error"]["code"] == "run.rate_limited";
    assert!(refused.iter().all(told), "{:?}", refused.first());
    let calls = operator::settled(&admin).await;
    let spent = sum(&calls, "input_tokens") + sum(&calls, "output_tokens");
    assert!(spent <= CAP, "{spent} of {CAP}");
    assert_eq!(spent, 107 * good as i64, "and every answer is counted");
    assert_eq!(fake.ledger().count(Outcome::Whole), good, "nobody was asked for nothing");
    // A price cap in money holds as well: what is left this month is less than one answer can cost.
    let all = ani.get("/api/v1/me/limits").await.expect(200);
    assert_eq!(all["today"]["tokens"], spent);
    let limit =
        json!({ "scope": "user", "cost_per_month_micros": all["month"]["cost_micros"].as_i64().unwrap() + 100 });
    operator::limit(&admin, limit).await;
    let run = ask(&ani, "near/m", "#last hello").await;
    assert_eq!(run["error"]["code"], "run.limit_reached", "{run}");
}

#[tokio::test]
async fn a_provider_that_does_not_count_is_counted_by_us() {
    let store = Store::fresh().await;
    // It ends without a word about usage.
    let fault = Fault::Within { tokens: 30, what: Break::Say(b"data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n".to_vec()) };
    let plan = Plan::fail(Saying::tokens("t", 60), fault);
    let fake = operator::speaker(Dialect::OpenAi, move |_, _| plan.clone()).await;
    let World { server, admin, fake: _fake } = world(&store, fake).await;
    let ani = server.person("ani").await;
    let run = ask(&ani, "near/m", "#a how are you?").await;
    assert_eq!(run["status"], "succeeded", "{run}");
    let calls = operator::settled(&admin).await;
    assert_eq!((calls.len(), &calls[0]["estimated"], &calls[0]["outcome"]), (1, &true.into(), &"succeeded".into()));
    let output = calls[0]["output_tokens"].as_i64().unwrap();
    assert!((20..=120).contains(&output), "thirty short words: {output}");
}

#[tokio::test]
async fn a_name_that_is_none_is_nobodys_and_harms_nobody() {
    let store = Store::fresh().await;
    let fake = operator::speaker(Dialect::OpenAi, |_, _| tokens(3)).await;
    let World { mut server, admin, fake: _fake } = world(&store, fake).await;
    let ani = server.person("ani").await;
    for path in ["/v1/embeddings", "/v1/chat/completions"] {
        for model in ["near/a\0b", "near/\u{7}", &format!("near/{}", "m".repeat(300)), "near/", "near", ""] {
            let body = json!({ "model": model, "input": "x", "messages": [{ "role": "user", "content": "x" }] });
            let answer = ani.post(path, body).await;
            assert_eq!(answer.status.as_u16() / 100, 4, "{path} {model:?}: {}", answer.text);
        }
    }
    let run = ask(&ani, "near/m", "#a hello").await;
    assert_eq!(run["status"], "succeeded", "{run}");
    assert_eq!(operator::settled(&admin).await.len(), 1);
    // Nothing of it keeps the server from starting.
    server.kill();
    server.restart().await;
    assert_eq!(operator::settled(&admin.at(&server.url)).await.len(), 1);
}

#[tokio::test]
async fn where_money_is_limited_a_model_has_a_price() {
    let store = Store::fresh().await;
    let server = Server::start(&store, None).await;
    let admin = server.admin().await;
    let fake = operator::speaker(Dialect::OpenAi, |_, _| tokens(3)).await;
    operator::provider(&admin, "near", &fake, &["m"], &["first"]).await;
    operator::limit(&admin, json!({ "scope": "user", "cost_per_month_micros": 1_000_000 })).await;
    let ani = server.person("ani").await;
    let body = json!({ "model": "near/m", "messages": [{ "role": "user", "content": "x" }] });
    let refused = ani.post("/v1/chat/completions", body.clone()).await;
    assert!(refused.status.is_client_error() && refused.text.contains("price_unknown"), "{}", refused.text);
    assert_eq!(ask(&ani, "near/m", "#a hello").await["status"], "failed");
    assert!(fake.ledger().entries.is_empty(), "nobody was asked");
    // What costs nothing is said to cost nothing.
    operator::price(&admin, "near/m", 0, 0).await;
    assert_eq!(ani.post("/v1/chat/completions", body).await.status.as_u16(), 200);
}
