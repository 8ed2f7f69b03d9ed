//! Money that is set aside for programs that ask all the time: it makes them faster and changes nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use obrol_tests::api::Api;
use obrol_tests::fakes::{Dialect, Fake, Plan, Saying};
use obrol_tests::server::{Server, Store};
use obrol_tests::{operator, program, wait};
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(40);
const ASKERS: usize = 12;
/// What an answer takes: 7 tokens are asked with, 20 are said.
const ANSWER: i64 = 27;

struct World {
    store: Store,
    server: Server,
    admin: Api,
    fake: Fake,
    program: Api,
}

/// A program of somebody who may use so many tokens a day, and a provider that takes `pause` for an answer.
async fn world(tokens_per_day: i64, pause: u64) -> World {
    let store = Store::fresh().await;
    let server = Server::start(&store, None).await;
    let admin = server.admin().await;
    let plan = move |_: usize, _: &_| Plan { first_ms: pause, ..Plan::say(Saying::tokens("t", 20)) };
    let fake = operator::speaker(Dialect::OpenAi, plan).await;
    operator::provider(&admin, "near", &fake, &["m"], &["first"]).await;
    operator::limit(&admin, json!({ "scope": "everyone", "tokens_per_day": tokens_per_day })).await;
    let program = program::of(&server.person("ani").await).await;
    World { store, server, admin, fake, program }
}

impl World {
    /// What is reserved, and the rows of what is set aside.
    async fn reserved(&self) -> (i64, usize) {
        let kinds = self.store.texts("ledger", &["kind"]).await;
        let sql = self.store.sql().await;
        let query = "SELECT reserved_tokens, reserved_micros FROM ledger_budgets";
        let rows = sql.query_all_raw(Statement::from_string(sql.get_database_backend(), query)).await.unwrap();
        let of = |row: &QueryResult, column: &str| row.try_get::<i64>("", column).unwrap();
        let reserved = rows.iter().map(|row| of(row, "reserved_tokens") + of(row, "reserved_micros")).sum();
        (reserved, kinds.matches("held").count())
    }

    /// Spent and reserved.
    async fn taken(&self) -> i64 {
        let sql = self.store.sql().await;
        let query =
            "SELECT tokens, reserved_tokens FROM ledger_budgets WHERE subject = 'everyone' AND period LIKE 'd%'";
        let rows = sql.query_all_raw(Statement::from_string(sql.get_database_backend(), query)).await.unwrap();
        let of = |row: &QueryResult, column: &str| row.try_get::<i64>("", column).unwrap();
        rows.iter().map(|row| of(row, "tokens") + of(row, "reserved_tokens")).sum()
    }

    async fn set_aside(&self) {
        wait::until("something is set aside", SOON, || async { (self.reserved().await.1 > 0).then_some(()) }).await;
    }

    async fn nothing_is_reserved(&self) {
        wait::until("nothing is reserved", SOON, || async { (self.reserved().await == (0, 0)).then_some(()) }).await;
    }

    async fn spent(&self) -> i64 {
        let path = format!("{}/limits/standing?scope=everyone", operator::LLM);
        self.admin.get(&path).await.expect(200)["today"]["tokens"].as_i64().unwrap()
    }
}

fn short(text: &str) -> Value {
    let mut body = program::question("near/m", text);
    body["max_tokens"] = json!(64);
    body
}

/// Many ask, again and again, until they are told to stop or hear anything but an answer.
struct Crowd {
    answers: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    asking: tokio::task::JoinSet<Option<Value>>,
}

impl Crowd {
    fn of(program: &Api) -> Self {
        let (answers, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..ASKERS {
            let (program, answers, stop) = (program.clone(), answers.clone(), stop.clone());
            asking.spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    let request = program.request(reqwest::Method::POST, "/v1/chat/completions").json(&short("hello"));
                    let answer = request.send().await.ok()?;
                    if !answer.status().is_success() {
                        return answer.json().await.ok();
                    }
                    answers.fetch_add(1, Ordering::SeqCst);
                }
                None
            });
        }
        Self { answers, stop, asking }
    }

    async fn at_least(&self, answers: usize) {
        wait::until("answers came", SOON, || async { (self.answers.load(Ordering::SeqCst) >= answers).then_some(()) })
            .await;
    }

    /// How many answers there were, and what was heard instead of one.
    async fn end(self) -> (usize, Vec<Value>) {
        self.stop.store(true, Ordering::SeqCst);
        self.over().await
    }

    async fn over(self) -> (usize, Vec<Value>) {
        let told = self.asking.join_all().await.into_iter().flatten().collect();
        (self.answers.load(Ordering::SeqCst), told)
    }
}

#[tokio::test]
async fn a_cap_holds_to_the_last_answer_that_fits() {
    const CAP: i64 = 20_000;
    let world = world(CAP, 5).await;
    let crowd = Crowd::of(&world.program);
    world.set_aside().await;
    let (mut answers, told) = crowd.over().await;
    assert_eq!(told.len(), ASKERS, "everybody heard that the day is spent");
    let code = |told: &Value| told["error"]["code"].as_str().unwrap_or_default().to_owned();
    assert!(told.iter().all(|told| code(told) == "insufficient_quota"), "{told:?}");
    world.nothing_is_reserved().await;
    // What others held is free again; one after the other asks until nothing fits.
    loop {
        let answer = program::chat(&world.program, short("hello")).await;
        if !answer.status.is_success() {
            program::error(&answer, 429);
            break;
        }
        answers += 1;
        world.nothing_is_reserved().await;
    }
    let spent = world.spent().await;
    assert_eq!(spent, ANSWER * answers as i64, "every answer is counted");
    assert!(spent <= CAP && CAP - spent < 400, "{spent} of {CAP}");
    assert_eq!(operator::settled(&world.admin).await.len(), answers);
    assert_eq!(world.fake.ledger().entries.len(), answers, "nobody was asked for nothing");
}

#[tokio::test]
async fn a_killed_server_gives_back_what_was_not_drawn() {
    let mut world = world(100_000_000, 40).await;
    let crowd = Crowd::of(&world.program);
    crowd.at_least(100).await;
    world.set_aside().await;
    world.server.kill();
    let (answers, _) = crowd.end().await;
    world.server.restart().await;
    world.admin = world.admin.at(&world.server.url);
    let calls = operator::settled(&world.admin).await;
    assert_eq!(world.reserved().await, (0, 0));
    let (asked, of) = (world.fake.ledger().entries.len(), |outcome: &str| {
        calls.iter().filter(|call| call["outcome"] == outcome).count()
    });
    // Noted before it was sent: at most one of each asker.
    assert!(calls.len() >= asked && calls.len() <= asked + ASKERS, "{} for {asked}", calls.len());
    assert!(of("succeeded") + of("orphaned") == calls.len() && of("orphaned") > 0, "{answers}");
    assert!(of("succeeded") + of("orphaned") >= answers, "no answer was free");
    let sum = |field: &str| calls.iter().map(|call| call[field].as_i64().unwrap()).sum::<i64>();
    assert_eq!(world.spent().await, sum("input_tokens") + sum("output_tokens"));
    // What was cut off is counted as what it could have been at most.
    let orphan = calls.iter().find(|call| call["outcome"] == "orphaned").unwrap();
    assert_eq!((&orphan["output_tokens"], &orphan["estimated"]), (&json!(64), &json!(true)), "{orphan}");
}

#[tokio::test]
async fn after_another_start_of_the_machine_all_of_it_is_counted() {
    let mut world = world(100_000_000, 40).await;
    let crowd = Crowd::of(&world.program);
    crowd.at_least(50).await;
    world.set_aside().await;
    world.server.kill();
    crowd.end().await;
    // What was drawn may have been lost with the power.
    let folder = world.store.folder().join("data").join("calls");
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let mut changed = 0;
    for node in std::fs::read_dir(folder).unwrap() {
        for file in std::fs::read_dir(node.unwrap().path()).unwrap() {
            let (path, other) = (file.unwrap().path(), "00000000-0000-0000-0000-000000000000");
            let text = std::fs::read_to_string(&path).unwrap();
            changed += text.matches(boot.trim()).count();
            std::fs::write(&path, text.replace(boot.trim(), other)).unwrap();
        }
    }
    assert!(changed > 0);
    let before = world.taken().await;
    world.server.restart().await;
    world.admin = world.admin.at(&world.server.url);
    let calls = operator::settled(&world.admin).await;
    let held: Vec<_> = calls.iter().filter(|call| call["kind"] == "held").collect();
    assert!(!held.is_empty() && held.iter().all(|call| call["outcome"] == "orphaned"), "{held:?}");
    assert_eq!(world.reserved().await.0, 0);
    let sum = |field: &str| calls.iter().map(|call| call[field].as_i64().unwrap()).sum::<i64>();
    // All of what was spent and set aside, and of what had been drawn nothing twice.
    let spent = world.spent().await;
    assert_eq!(spent, before, "spent and reserved before");
    assert_eq!(spent, sum("input_tokens") + sum("output_tokens"));
}

/// A clean end gives back everything at once; so does another limit.
#[tokio::test]
async fn an_end_in_order_and_other_limits_give_back_what_is_set_aside() {
    let mut world = world(100_000_000, 5).await;
    let crowd = Crowd::of(&world.program);
    world.set_aside().await;
    operator::limit(&world.admin, json!({ "scope": "everyone", "tokens_per_day": 90_000_000 })).await;
    world.set_aside().await;
    world.server.signal("TERM");
    let (answers, _) = crowd.end().await;
    assert!(world.server.exit(SOON).await.is_some_and(|status| status.success()));
    assert_eq!(world.reserved().await, (0, 0));
    let node = std::fs::read_dir(world.store.folder().join("data").join("calls")).unwrap().next().unwrap().unwrap();
    assert_eq!(std::fs::read_dir(node.path()).unwrap().count(), 0, "nothing is left to count");
    world.server.up().await;
    world.admin = world.admin.at(&world.server.url);
    let calls = operator::settled(&world.admin).await;
    assert!(calls.len() >= answers && calls.iter().all(|call| call["outcome"] != "orphaned"), "{}", calls.len());
}
