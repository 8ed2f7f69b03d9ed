//! The till: a crowd is served by few transactions, and no cap is passed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::llm::ledger::{Account, Call, Estimate, at_start, till};
use app::llm::limits;
use app::llm::usage::{self, Filter};
use domain::Kind;
use domain::ids::UserId;
use domain::llm::{Asker, CallKind, Limits, Outcome, Scope, Spent, Subject, Tokens};

use crate::house::{House, NOON, houses};

pub fn call(house: &House, user: UserId) -> Call {
    let ctx = house.system();
    Call {
        id: ctx.new_id(),
        call: ctx.new_id(),
        at: ctx.now(),
        kind: CallKind::Api,
        run: None,
        asker: Asker::person(user),
        provider: "openai".into(),
        model: "gpt-5".into(),
        request_id: "r".into(),
        node: house.app.node,
    }
}

pub fn account(input: u64, output: u64, cost_micros: i64) -> Account {
    let tokens = Tokens { input, output, ..Tokens::default() };
    let spent = Spent { tokens, cost_micros, estimated: false };
    Account { credential: None, spent, outcome: Outcome::Succeeded, error_class: None, ended_at: NOON }
}

const ESTIMATE: Estimate = Estimate { input_tokens: 60, output_tokens: 40, cost_micros: 50 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_at_the_till_never_passes_a_cap() {
    for house in houses().await {
        let house = Arc::new(house);
        let (app, ctx, admin) = (house.app.clone(), house.system(), house.admin());
        let user: UserId = ctx.new_id();
        let most = Limits { tokens_per_day: Some(50_049), ..Limits::default() };
        limits::set(&app, &ctx, admin, Scope::User, None, most).await.unwrap();
        let (used, refused) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
        let crowd: Vec<_> = (0..1_000)
            .map(|number: u64| {
                let (house, used, refused) = (house.clone(), used.clone(), refused.clone());
                tokio::spawn(async move {
                    let (call, app) = (call(&house, user), &house.app);
                    match till(app).reserve(call.clone(), ESTIMATE).await {
                        Ok(()) if number.is_multiple_of(9) => till(app).release(call.call).await,
                        Ok(()) => {
                            used.fetch_add(60 + (number % 40) as i64, Ordering::SeqCst);
                            till(app).settle(call.call, account(60, number % 40, 1)).await;
                        }
                        Err(error) => {
                            assert_eq!((error.kind(), error.code()), (Kind::TooMany, "llm.tokens_spent"), "{error}");
                            refused.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                })
            })
            .collect();
        for one in crowd {
            one.await.unwrap();
        }
        till(&app).flush().await;
        let standing = limits::of_any(&app, &ctx, admin, Subject::User(user)).await.unwrap();
        let used = used.load(Ordering::SeqCst);
        assert_eq!(standing.today.spent.tokens, used, "{}", house.name());
        assert!(used <= 50_049 && refused.load(Ordering::SeqCst) > 0, "{}: {used}", house.name());
        assert_eq!(standing.today.reserved, Default::default(), "{}", house.name());
        let total = usage::total(
            &app,
            admin,
            &Filter::between(domain::Timestamp(NOON.millis() - 1), NOON.plus(std::time::Duration::from_secs(1))),
        )
        .await
        .unwrap()
        .unwrap();
        assert_eq!((total.input_tokens + total.output_tokens, total.requests), (used, standing.today.requests));
        drop(app);
        Arc::into_inner(house).unwrap().finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_died_leaves_nothing_hanging() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let user: UserId = ctx.new_id();
        for _ in 0..3 {
            till(app).reserve(call(&house, user), ESTIMATE).await.unwrap();
        }
        // It came back without an account of them.
        assert_eq!(at_start(app, None).await.unwrap(), 3, "{}", house.name());
        assert_eq!(at_start(app, None).await.unwrap(), 0);
        let standing = limits::of_any(app, &ctx, admin, Subject::User(user)).await.unwrap();
        assert_eq!((standing.today.spent.tokens, standing.today.reserved.tokens), (300, 0), "{}", house.name());
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_without_a_reservation_are_written_down() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let user: UserId = ctx.new_id();
        for _ in 0..700 {
            till(app).record(call(&house, user), account(1, 2, 3)).await;
        }
        till(app).flush().await;
        let standing = limits::of_any(app, &ctx, admin, Subject::User(user)).await.unwrap();
        assert_eq!((standing.month.spent.tokens, standing.month.spent.micros), (2_100, 2_100), "{}", house.name());
        assert_eq!(standing.month.requests, 700);
        house.finish().await;
    }
}

/// The machine's clock jumps back while calls are open: each counts in the day in which it began, once, and nothing is taken for
/// long dead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_loses_and_doubles_nothing() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let user: UserId = ctx.new_id();
        let most = Limits { tokens_per_day: Some(150), ..Limits::default() };
        limits::set(app, &ctx, admin, Scope::User, None, most).await.unwrap();
        let today = call(&house, user);
        till(app).reserve(today.clone(), ESTIMATE).await.unwrap();
        set_back(&house, 25 * 3600);
        // What is reserved stands, and the sweep of a clock in the past finds nothing.
        assert_eq!(app::llm::ledger::sweep(app).await.unwrap(), 0, "{}", house.name());
        // Another day has its own budget.
        let yesterday = call(&house, user);
        till(app).reserve(yesterday.clone(), ESTIMATE).await.unwrap();
        let third = till(app).reserve(call(&house, user), ESTIMATE).await;
        assert_eq!(crate::house::code(third), "llm.tokens_spent", "{}", house.name());
        for one in [&today, &yesterday, &today] {
            till(app).settle(one.call, account(60, 10, 5)).await;
        }
        till(app).flush().await;
        for (day, name) in [(NOON, "today"), (yesterday.at, "yesterday")] {
            let subjects = [Subject::User(user)];
            let found = persistence::llm::ledger::budgets::of(app.db.read(), &subjects, day).await.unwrap();
            let (_, _, budget) = found[0];
            assert_eq!(
                (budget.spent.tokens, budget.reserved.tokens, budget.requests),
                (70, 0, 1),
                "{name} {}",
                house.name()
            );
        }
        // The clock is right again: nothing is left over.
        house.wait(25 * 3600 + 7200);
        assert_eq!(app::llm::ledger::sweep(app).await.unwrap(), 0, "{}", house.name());
        house.finish().await;
    }
}

fn set_back(house: &House, seconds: i64) {
    let domain::Clock::Fixed(at) = &house.app.clock else { panic!("a clock that the test sets") };
    at.fetch_sub(seconds * 1_000, Ordering::SeqCst);
}
