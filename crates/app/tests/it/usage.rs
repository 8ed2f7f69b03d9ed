//! Sums, lines and the file: everybody sees their own, administrators all.

use std::time::Duration;

use app::llm::export;
use app::llm::ledger::{Account, Call, record_many};
use app::llm::usage::{self, By, Filter, Group};
use domain::Timestamp;
use domain::accounts::Role;
use domain::ids::{ApiKeyId, UserId};
use domain::llm::{Asker, CallKind, Outcome};
use futures_util::TryStreamExt;

use crate::house::{House, NOON, code, houses};
use crate::till::{account, call};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn write(house: &House, calls: &[(Call, Account)]) {
    let tx = house.app.db.begin().await.unwrap();
    record_many(&tx, calls).await.unwrap();
    tx.commit().await.unwrap();
}

fn whole() -> Filter {
    Filter::between(NOON.minus(DAY * 100), NOON.plus(DAY))
}

/// Three people over ten days, two models, one of them by a key.
async fn fill(house: &House) -> (Vec<UserId>, ApiKeyId) {
    let people: Vec<UserId> = (0..3).map(|_| house.system().new_id()).collect();
    let key: ApiKeyId = house.system().new_id();
    let mut calls = Vec::new();
    for number in 0..300_u32 {
        let user = people[(number % 3) as usize];
        let asker = Asker { api_key: (number % 3 == 0).then_some(key), ..Asker::person(user) };
        let model = if number % 2 == 0 { "gpt-5" } else { "gpt-5-mini" };
        let call = Call { at: NOON.minus(DAY * (number % 10)), asker, model: model.into(), ..call(house, user) };
        let mut used = account(10, u64::from(number % 3) + 1, i64::from(number % 3) + 1);
        used.spent.estimated = number % 10 == 0;
        if number % 5 == 0 {
            used.outcome = Outcome::Failed;
        }
        calls.push((call, used));
    }
    // Nobody's.
    let own = Call { asker: Asker::default(), kind: CallKind::Probe, ..call(house, people[0]) };
    calls.push((own, account(1, 1, 1)));
    write(house, &calls).await;
    (people, key)
}

#[tokio::test]
async fn sums_by_everything_page_by_page() {
    for house in houses().await {
        let (app, admin) = (&house.app, house.admin());
        let (people, key) = fill(&house).await;
        let total = usage::total(app, admin, &whole()).await.unwrap().unwrap();
        assert_eq!((total.requests, total.input_tokens, total.cost_micros), (301, 3_001, 601), "{}", house.name());
        assert_eq!((total.failed, total.estimated), (60, 30), "{}", house.name());
        for (by, groups) in
            [(By::Day, 10), (By::User, 4), (By::Model, 2), (By::Provider, 1), (By::Assistant, 1), (By::ApiKey, 2)]
        {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let page = usage::sums(app, admin, &whole(), by, after.as_ref(), 3).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(last.place());
                all.extend(page);
            }
            assert_eq!(all.len(), groups, "{} {by:?} {all:?}", house.name());
            assert_eq!(all.iter().map(|sum| sum.requests).sum::<i64>(), 301, "{} {by:?}", house.name());
            assert_eq!(all.iter().map(|sum| sum.cost_micros).sum::<i64>(), 601, "{} {by:?}", house.name());
            let mut seen = all.iter().map(|sum| sum.group.clone()).collect::<Vec<_>>();
            seen.dedup();
            assert_eq!(seen.len(), groups, "no group twice");
            match by {
                By::Day => assert_eq!(all[0].group.label(), "2026-11-21"),
                By::User => {
                    assert_eq!(all[0].group, Group::Id(Some(people[2].uuid())), "the dearest first");
                    assert_eq!(all[3].group, Group::Id(None));
                }
                By::ApiKey => assert!(all.iter().any(|sum| sum.group == Group::Id(Some(key.uuid())))),
                By::Model => assert!(all.iter().any(|sum| sum.group == Group::Name("openai/gpt-5-mini".into()))),
                By::Provider | By::Assistant => {}
            }
        }
        let some = Filter { model: Some("gpt-5".into()), api_key: Some(key), ..whole() };
        let some = usage::total(app, admin, &some).await.unwrap().unwrap();
        assert_eq!(some.requests, 50, "{}", house.name());
        let none = Filter { provider: Some("nobody".into()), ..whole() };
        assert_eq!(usage::total(app, admin, &none).await.unwrap(), None);
        house.finish().await;
    }
}

#[tokio::test]
async fn people_see_their_own_whatever_they_ask_for() {
    for house in houses().await {
        let app = &house.app;
        let (people, _) = fill(&house).await;
        let ada = house.as_person(people[0], Role::Member, None);
        let greedy = Filter { user: Some(people[1]), ..whole() };
        let total = usage::my_total(app, &ada, &greedy).await.unwrap().unwrap();
        assert_eq!((total.requests, total.cost_micros), (100, 100), "{}", house.name());
        let (mut lines, mut after) = (Vec::new(), None);
        loop {
            let page = usage::my_lines(app, &ada, &greedy, after, 30).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.at, last.id));
            lines.extend(page);
        }
        assert_eq!(lines.len(), 100, "{}", house.name());
        assert!(lines.iter().all(|line| line.asker.user == Some(people[0])));
        assert!(lines.is_sorted_by(|one, other| one.at >= other.at), "newest first");
        let by = usage::my_sums(app, &ada, &greedy, By::User, None, 10).await.unwrap();
        assert_eq!(by.len(), 1);
        let endless = Filter::between(Timestamp(0), NOON);
        assert_eq!(code(usage::my_total(app, &ada, &endless).await), "/until:llm.range_invalid");
        assert_eq!(code(usage::my_total(app, &house.system(), &whole()).await), "auth.required");
        house.finish().await;
    }
}

#[tokio::test]
async fn the_file_has_every_call_once_and_no_formula() {
    for house in houses().await {
        let user: UserId = house.system().new_id();
        let calls: Vec<_> = (0..2_345_u64)
            .map(|number| {
                let at = NOON.minus(Duration::from_millis(number / 2));
                (Call { at, model: "=HYPERLINK(\"http://evil\")".into(), ..call(&house, user) }, account(number, 1, 1))
            })
            .collect();
        write(&house, &calls).await;
        let pieces: Vec<String> =
            export::lines(&house.app, house.admin(), whole()).unwrap().try_collect().await.unwrap();
        assert!(pieces.len() >= 4, "a head and pages, not one heap");
        let text = pieces.concat();
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 2_346, "{}", house.name());
        assert!(lines[0].starts_with("\"at\",\"call\""));
        let mut ids: Vec<&str> = lines[1..].iter().map(|line| line.split("\",\"").nth(1).unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 2_345, "{}", house.name());
        assert!(!text.contains("\"=") && text.contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{}", lines[1]);
        assert!(lines.last().unwrap().starts_with("\"2026-11-21T12:00:00.000Z\""), "oldest first");
        let endless = Filter::between(Timestamp(0), NOON);
        assert_eq!(code(export::lines(&house.app, house.admin(), endless).map(|_| ())), "/until:llm.range_invalid");
        house.finish().await;
    }
}
