//! The ledger on each database: no cap is passed by any crowd, every call counts once, nothing is left hanging.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::{ApiKeyId, CallId, EntryId, LimitId, NodeId, UserId};
use domain::llm::limits::Measure;
use domain::llm::{Asker, Budget, CallKind, Limit, Limits, Outcome, Scope, Spent, Subject, Tokens};
use domain::{Chance, Clock, Kind, Timestamp};
use persistence::Db;
use persistence::llm::ledger::{self, Account, Call, Estimate, Filter, Order, Orphans, Settled, Verdict, budgets};
use persistence::llm::limits;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::databases::{TestDb, all};

/// 2026-11-21T12:00:00Z.
pub const NOON: Timestamp = Timestamp(1_795_262_400_000);

pub fn id<I: From<Uuid>>() -> I {
    Chance::System.uuid(Clock::System.now()).into()
}

pub fn call(asker: Asker, at: Timestamp) -> Call {
    Call {
        id: id::<EntryId>(),
        call: id::<CallId>(),
        at,
        kind: CallKind::Chat,
        run: Some((id(), 1)),
        asker,
        provider: "openai".into(),
        model: "gpt-5".into(),
        request_id: "r".into(),
        node: NodeId::from_uuid(Uuid::from_u128(7)),
    }
}

pub fn account(input: u64, output: u64, cost_micros: i64) -> Account {
    let tokens = Tokens { input, output, ..Tokens::default() };
    Account {
        credential: Some("key-1".into()),
        spent: Spent { tokens, cost_micros, estimated: false },
        outcome: Outcome::Succeeded,
        error_class: None,
        ended_at: NOON,
    }
}

const ESTIMATE: Estimate = Estimate { input_tokens: 60, output_tokens: 40, cost_micros: 50 };

pub fn cap(scope: Scope, subject: Option<Uuid>, tokens: Option<i64>, cost: Option<i64>) -> Limit {
    let limits = Limits { requests_per_minute: None, tokens_per_day: tokens, cost_per_month: cost };
    Limit { id: id::<LimitId>(), scope, subject, limits, updated_at: NOON }
}

pub async fn set(db: &Db, limit: &Limit) {
    let tx = db.begin().await.unwrap();
    limits::set(&tx, limit).await.unwrap();
    tx.commit().await.unwrap();
}

async fn reserve(db: &Db, call: &Call, estimate: Estimate) -> domain::Result<Verdict> {
    db.retrying(async || {
        let tx = db.begin().await?;
        let limits = limits::of_askers(&*tx, &[call.asker]).await?;
        let verdict = ledger::reserve_many(&*tx, &[(call.clone(), estimate)], &limits).await?[0];
        tx.commit().await?;
        Ok(verdict)
    })
    .await
}

async fn settle(db: &Db, call: CallId, account: Account) -> domain::Result<Settled> {
    db.retrying(async || {
        let tx = db.begin().await?;
        let settled = ledger::settle_many(&*tx, &[(call, account.clone())]).await?[0];
        tx.commit().await?;
        Ok(settled)
    })
    .await
}

async fn sweep(db: &Db, which: Orphans) -> u64 {
    let tx = db.begin().await.unwrap();
    let dead = ledger::dead(&*tx, which, 100).await.unwrap();
    let swept = dead.settle(&*tx, &HashMap::new(), NOON).await.unwrap();
    tx.commit().await.unwrap();
    swept
}

/// Today's and this month's.
async fn budget(db: &Db, subject: Subject) -> [Budget; 2] {
    let found = budgets::of(db.read(), &[subject], NOON).await.unwrap();
    [found[0].2, found[1].2]
}

/// Nothing is reserved, and every budget holds exactly what the lines of its subject say.
async fn check_books(test: &TestDb, subjects: &[Subject]) {
    let whole = Filter::between(Timestamp(0), Timestamp(i64::MAX));
    let lines = ledger::lines(test.db.read(), &whole, Order::Oldest, None, 10_000).await.unwrap();
    for subject in subjects {
        let own = lines.iter().filter(|line| line.asker.subjects().any(|one| one == *subject));
        let (mut tokens, mut micros, mut requests, mut reserved) = (0, 0, 0, (0, 0));
        for line in own {
            match line.state {
                domain::llm::State::Reserved => {
                    reserved = (reserved.0 + line.reserved.tokens, reserved.1 + line.reserved.micros)
                }
                domain::llm::State::Settled => {
                    (tokens, micros) = (tokens + line.spent.tokens.total(), micros + line.spent.cost_micros)
                }
                domain::llm::State::Released => continue,
            }
            requests += 1;
        }
        for budget in budget(&test.db, *subject).await {
            let held = (budget.spent.tokens, budget.spent.micros, budget.requests);
            assert_eq!(held, (tokens, micros, requests), "{} {subject}", test.name());
            assert_eq!((budget.reserved.tokens, budget.reserved.micros), reserved, "{} {subject}", test.name());
        }
    }
}

/// What a busy database answers is asked again, as a client does.
async fn patiently<T, F: Future<Output = domain::Result<T>>>(mut ask: impl FnMut() -> F) -> T {
    for _ in 0..200 {
        match ask().await {
            Ok(answer) => return answer,
            Err(error) if error.kind() == Kind::Unavailable => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the database stayed busy");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_at_once_never_pass_a_cap() {
    for test in all().await {
        let people: Vec<UserId> = (0..4).map(|_| id()).collect();
        let key: ApiKeyId = id();
        // Room for 57 calls of all, 20 of each person, 9 of the one key.
        set(&test.db, &cap(Scope::Everyone, None, Some(5_799), None)).await;
        set(&test.db, &cap(Scope::User, None, None, Some(1_049))).await;
        set(&test.db, &cap(Scope::ApiKey, Some(key.uuid()), Some(900), None)).await;
        let tasks: Vec<_> = (0..200)
            .map(|number| {
                let db = test.db.clone();
                let asker = Asker { api_key: (number % 5 == 0).then_some(key), ..Asker::person(people[number % 4]) };
                tokio::spawn(async move {
                    let call = call(asker, NOON);
                    match patiently(|| reserve(&db, &call, ESTIMATE)).await {
                        Verdict::Refused(exceeded) => Err(exceeded.measure),
                        Verdict::Granted => {
                            // Some use less than they reserved, so that others find room again; some are never sent.
                            if number % 7 == 3 {
                                patiently(|| async {
                                    let tx = db.begin().await?;
                                    ledger::release_many(&*tx, &[call.call], NOON).await?;
                                    Ok(tx.commit().await?)
                                })
                                .await;
                                return Ok(0);
                            }
                            let used = account(60, (number % 40) as u64, 10 + (number % 41) as i64);
                            patiently(|| settle(&db, call.call, used.clone())).await;
                            Ok(60 + (number % 40) as i64)
                        }
                    }
                })
            })
            .collect();
        let (mut used, mut refused) = (0, Vec::new());
        for task in tasks {
            match task.await.unwrap() {
                Ok(tokens) => used += tokens,
                Err(measure) => refused.push(measure),
            }
        }
        let [day, _] = budget(&test.db, Subject::Everyone).await;
        assert_eq!(day.spent.tokens, used, "{}", test.name());
        assert!(day.spent.tokens <= 5_799 && day.reserved.tokens == 0, "{}: {day:?}", test.name());
        assert!(refused.contains(&Measure::TokensPerDay), "{}", test.name());
        for person in &people {
            let [_, month] = budget(&test.db, Subject::User(*person)).await;
            assert!(month.spent.micros <= 1_049, "{}: {month:?}", test.name());
        }
        let [day, _] = budget(&test.db, Subject::ApiKey(key)).await;
        assert!(day.spent.tokens <= 900, "{}: {day:?}", test.name());
        let subjects: Vec<Subject> = people.iter().map(|person| Subject::User(*person)).collect();
        check_books(&test, &[&subjects[..], &[Subject::Everyone, Subject::ApiKey(key)]].concat()).await;
        test.finish().await;
    }
}

/// All reserve before anybody settles: exactly as many are granted as fit, to the token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exactly_what_fits_is_granted() {
    for test in all().await {
        let person: UserId = id();
        set(&test.db, &cap(Scope::User, Some(person.uuid()), Some(2_300), None)).await;
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let db = test.db.clone();
                tokio::spawn(async move {
                    let call = call(Asker::person(person), NOON);
                    patiently(|| reserve(&db, &call, ESTIMATE)).await == Verdict::Granted
                })
            })
            .collect();
        let mut granted = 0;
        for task in tasks {
            granted += u32::from(task.await.unwrap());
        }
        assert_eq!(granted, 23, "{}", test.name());
        let [day, _] = budget(&test.db, Subject::User(person)).await;
        assert_eq!((day.reserved.tokens, day.spent.tokens, day.requests), (2_300, 0, 23), "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn whatever_is_said_twice_counts_once() {
    for test in all().await {
        let asker = Asker::person(id());
        let (mine, subject) = (call(asker, NOON), Subject::User(asker.user.unwrap()));
        for _ in 0..2 {
            assert_eq!(reserve(&test.db, &mine, ESTIMATE).await.unwrap(), Verdict::Granted);
        }
        assert_eq!(budget(&test.db, subject).await[0].reserved.tokens, 100, "{}", test.name());
        let used = Account { outcome: Outcome::Cut, error_class: Some("unavailable".into()), ..account(50, 10, 20) };
        assert_eq!(settle(&test.db, mine.call, used.clone()).await.unwrap(), Settled::Done);
        assert_eq!(settle(&test.db, mine.call, account(9_999, 9_999, 9_999)).await.unwrap(), Settled::Before);
        assert_eq!(settle(&test.db, id(), used).await.unwrap(), Settled::Unknown);
        assert_eq!(sweep(&test.db, Orphans::All).await, 0, "{}", test.name());
        let whole = Filter::between(Timestamp(0), Timestamp(i64::MAX));
        let line = ledger::lines(test.db.read(), &whole, Order::Newest, None, 10).await.unwrap().remove(0);
        assert_eq!(
            (line.provider.as_str(), line.model.as_str(), line.outcome),
            (mine.provider.as_str(), mine.model.as_str(), Outcome::Cut)
        );
        assert_eq!((line.spent.tokens.input, line.spent.cost_micros, line.spent.estimated), (50, 20, false));
        assert_eq!((line.credential.as_deref(), line.error_class.as_deref()), (Some("key-1"), Some("unavailable")));
        assert_eq!((line.run, line.asker, line.call), (mine.run, asker, mine.call));
        check_books(&test, &[subject, Subject::Everyone]).await;
        test.finish().await;
    }
}

#[tokio::test]
async fn a_crash_leaves_nothing_hanging() {
    for test in all().await {
        let asker = Asker::person(id());
        let subject = Subject::User(asker.user.unwrap());
        // Died before the commit: nothing was ever reserved.
        let tx = test.db.begin().await.unwrap();
        let lost = call(asker, NOON);
        ledger::reserve_many(&*tx, &[(lost.clone(), ESTIMATE)], &[]).await.unwrap();
        drop(tx);
        // A connection of a server may hear of the rollback a moment later.
        assert_eq!(patiently(|| settle(&test.db, lost.call, account(1, 1, 1))).await, Settled::Unknown);
        assert_eq!(budget(&test.db, subject).await[0], Budget::default(), "{}", test.name());
        // Died between reserving and settling: whoever comes next counts what was reserved.
        let (first, second) = (call(asker, NOON), call(asker, NOON));
        for one in [&first, &second] {
            reserve(&test.db, one, ESTIMATE).await.unwrap();
        }
        assert_eq!(sweep(&test.db, Orphans::Before(NOON)).await, 0, "too young");
        assert_eq!(sweep(&test.db, Orphans::OfNode(NodeId::from_uuid(Uuid::from_u128(8)))).await, 0, "another's");
        let (run, attempt) = first.run.unwrap();
        assert_eq!(sweep(&test.db, Orphans::OfAttempt(run, attempt)).await, 1);
        assert_eq!(sweep(&test.db, Orphans::OfNode(second.node)).await, 1);
        let [day, month] = budget(&test.db, subject).await;
        for budget in [day, month] {
            assert_eq!((budget.spent.tokens, budget.spent.micros, budget.requests), (200, 100, 2), "{}", test.name());
            assert_eq!(budget.reserved, Default::default());
        }
        let whole = Filter::between(Timestamp(0), Timestamp(i64::MAX));
        let lines = ledger::lines(test.db.read(), &whole, Order::Newest, None, 10).await.unwrap();
        assert!(lines.iter().all(|line| line.spent.estimated && line.outcome == Outcome::Orphaned), "{lines:?}");
        assert_eq!((lines[0].spent.tokens.input, lines[0].spent.tokens.output), (60, 40));
        // It was not dead, only slow: what it really used is what counts.
        assert_eq!(settle(&test.db, first.call, account(5, 5, 5)).await.unwrap(), Settled::Done);
        assert_eq!(budget(&test.db, subject).await[0].spent.tokens, 110, "{}", test.name());
        check_books(&test, &[subject]).await;
        test.finish().await;
    }
}

#[tokio::test]
async fn a_batch_is_counted_like_its_parts() {
    for test in all().await {
        let askers: Vec<Asker> = (0..20).map(|_| Asker::person(id())).collect();
        let calls: Vec<Call> = (0..1_200).map(|number| call(askers[number % 20], NOON)).collect();
        set(&test.db, &cap(Scope::User, askers[0].user.map(UserId::uuid), Some(1_000), None)).await;
        let tx = test.db.begin().await.unwrap();
        let limits = limits::of_askers(&*tx, &askers).await.unwrap();
        let batch: Vec<_> = calls.iter().map(|call| (call.clone(), ESTIMATE)).collect();
        let verdicts = ledger::reserve_many(&*tx, &batch, &limits).await.unwrap();
        tx.commit().await.unwrap();
        let granted: Vec<&Call> = calls
            .iter()
            .zip(&verdicts)
            .filter(|(_, verdict)| **verdict == Verdict::Granted)
            .map(|(call, _)| call)
            .collect();
        assert_eq!(granted.len(), 1_200 - 60 + 10, "{}: ten of the one with a cap", test.name());
        let accounts: Vec<_> = granted.iter().map(|call| (call.call, account(10, 5, 2))).collect();
        let tx = test.db.begin().await.unwrap();
        let settled = ledger::settle_many(&*tx, &accounts).await.unwrap();
        // Without a reservation, and one of them known.
        let unreserved: Vec<_> = (0..700).map(|number| (call(askers[number % 20], NOON), account(1, 1, 1))).collect();
        assert_eq!(ledger::record_many(&*tx, &unreserved).await.unwrap().len(), 700);
        assert_eq!(ledger::record_many(&*tx, &unreserved[..3]).await.unwrap(), []);
        assert_eq!(ledger::record_many(&*tx, &[(granted[0].clone(), account(9, 9, 9))]).await.unwrap(), []);
        tx.commit().await.unwrap();
        assert!(settled.iter().all(|settled| *settled == Settled::Done));
        let [day, _] = budget(&test.db, Subject::Everyone).await;
        assert_eq!((day.spent.tokens, day.requests), (1_150 * 15 + 1_400, 1_850), "{}", test.name());
        assert_eq!(day.reserved, Default::default(), "{}", test.name());
        let subjects: Vec<Subject> = askers.iter().flat_map(Asker::subjects).collect();
        check_books(&test, &subjects).await;
        test.finish().await;
    }
}

#[tokio::test]
async fn what_began_yesterday_counts_yesterday() {
    for test in all().await {
        let asker = Asker::person(id());
        let subject = Subject::User(asker.user.unwrap());
        let yesterday = NOON.minus(Duration::from_secs(24 * 3600));
        let late = call(asker, yesterday);
        reserve(&test.db, &late, ESTIMATE).await.unwrap();
        settle(&test.db, late.call, account(3, 4, 5)).await.unwrap();
        let [today, month] = budget(&test.db, subject).await;
        assert_eq!((today.spent.tokens, month.spent.tokens), (0, 7), "{}", test.name());
        let then = budgets::of(test.db.read(), &[subject], yesterday).await.unwrap()[0].2;
        assert_eq!((then.spent.tokens, then.reserved.tokens), (7, 0), "{}", test.name());
        let tx = test.db.begin().await.unwrap();
        // Two subjects, each with a day and a month.
        assert_eq!(budgets::sweep(&*tx, NOON, Timestamp(0)).await.unwrap(), 2, "{}", test.name());
        tx.commit().await.unwrap();
        assert_eq!(budget(&test.db, subject).await[1].spent.tokens, 7, "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn the_ledger_outlives_whom_it_speaks_of() {
    for test in all().await {
        let uuid = |id: Uuid| match test.db.dialect() {
            persistence::Dialect::Postgres => format!("'{id}'"),
            _ => format!("X'{}'", id.simple()),
        };
        let (person, conversation): (UserId, Uuid) = (id(), id());
        let tx = test.db.begin().await.unwrap();
        for sql in [
            format!(
                "INSERT INTO users (id, email, email_key, display_name, role, status, rights_epoch, created_at, updated_at) VALUES ({}, 'a', 'a', 'A', 'member', 'active', 1, 1, 1)",
                uuid(person.uuid())
            ),
            format!(
                "INSERT INTO conversations (id, user_id, kind, created_at, updated_at, version) VALUES ({}, {}, 'chat', 1, 1, 1)",
                uuid(conversation),
                uuid(person.uuid())
            ),
        ] {
            tx.execute_unprepared(&sql).await.unwrap();
        }
        ledger::record_many(&*tx, &[(call(Asker::person(person), NOON), account(1, 2, 3))]).await.unwrap();
        tx.commit().await.unwrap();
        let books = async || {
            let whole = Filter { user: Some(person), ..Filter::between(Timestamp(0), Timestamp(i64::MAX)) };
            let lines = ledger::lines(test.db.read(), &whole, Order::Newest, None, 10).await.unwrap();
            (lines, budget(&test.db, Subject::User(person)).await)
        };
        let before = books().await;
        for sql in ["DELETE FROM conversations", "DELETE FROM users"] {
            let tx = test.db.begin().await.unwrap();
            tx.execute_unprepared(sql).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(books().await, before, "{}: {sql}", test.name());
        }
        assert_eq!(before.0.len(), 1);
        test.finish().await;
    }
}

#[tokio::test]
async fn numbers_that_nobody_believes_do_not_break_the_sums() {
    for test in all().await {
        let asker = Asker::person(id());
        let huge = call(asker, NOON);
        let most = Estimate { input_tokens: u64::MAX, output_tokens: u64::MAX, cost_micros: i64::MAX };
        reserve(&test.db, &huge, most).await.unwrap();
        settle(&test.db, huge.call, account(u64::MAX, u64::MAX, i64::MAX)).await.unwrap();
        let negative = call(asker, NOON);
        reserve(&test.db, &negative, Estimate { cost_micros: i64::MIN, ..Estimate::default() }).await.unwrap();
        assert_eq!(sweep(&test.db, Orphans::All).await, 1);
        check_books(&test, &[Subject::User(asker.user.unwrap())]).await;
        test.finish().await;
    }
}
