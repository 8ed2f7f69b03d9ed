//! Limits: set for all of a scope or for one, seen by whom they limit.

use app::llm::limits;
use domain::accounts::Role;
use domain::keys::{KeyScope, Scopes};
use domain::llm::{Asker, Limits, Scope, Subject};

use crate::house::{code, houses};

const A_MINUTE: Limits = Limits { requests_per_minute: Some(3), tokens_per_day: None, cost_per_month: None };

#[tokio::test]
async fn a_minute_has_so_many_requests_and_no_more() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let (ada, bob) =
            (house.person("ada@example.com", Role::Member).await, house.person("bob@example.com", Role::Member).await);
        limits::set(app, &ctx, admin, Scope::User, None, A_MINUTE).await.unwrap();
        let more = Limits { requests_per_minute: Some(5), ..A_MINUTE };
        limits::set(app, &ctx, admin, Scope::User, Some(bob.uuid()), more).await.unwrap();
        for (person, most) in [(ada, 3), (bob, 5)] {
            let asker = Asker::person(person);
            for left in (0..most).rev() {
                let admitted = limits::admit(app, &asker).await.unwrap().unwrap();
                assert_eq!((admitted.limit, admitted.remaining), (most, left), "{}", house.name());
            }
            let refused = limits::admit(app, &asker).await.unwrap_err();
            assert_eq!(refused.code(), "llm.requests_spent");
            assert!(refused.retry_after_hint().is_some());
        }
        house.finish().await;
    }
}

#[tokio::test]
async fn people_see_how_they_stand() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let ada = house.person("ada@example.com", Role::Member).await;
        let day = Limits { tokens_per_day: Some(1000), cost_per_month: Some(5_000_000), ..Limits::default() };
        let first = limits::set(app, &ctx, admin, Scope::User, None, A_MINUTE).await.unwrap();
        let set = limits::set(app, &ctx, admin, Scope::User, None, day).await.unwrap();
        assert_eq!((set.id, set.limits), (first.id, day), "said anew, not twice");
        let standing = limits::mine(app, &house.as_person(ada, Role::Member, None)).await.unwrap();
        assert_eq!((standing.limits, standing.today.spent.tokens), (day, 0), "{}", house.name());
        assert_eq!(standing.day_ends.millis() % 86_400_000, 0);
        let key = |scope| house.as_person(ada, Role::Member, Some(Scopes::NONE.with(scope)));
        assert!(limits::mine(app, &key(KeyScope::Usage)).await.is_ok());
        assert_eq!(code(limits::mine(app, &key(KeyScope::Chat)).await), "keys.scope_missing");
        let all = limits::of_any(app, &ctx, admin, Subject::Everyone).await.unwrap();
        assert_eq!(all.limits, Limits::default());
        assert_eq!(code(limits::set(app, &ctx, admin, Scope::Room, None, Limits::default()).await), ":llm.limit_empty");
        // Nobody's calls are an assistant's or a room's: such a limit would limit nobody.
        let some = Limits { tokens_per_day: Some(5), ..Limits::default() };
        for (scope, subject) in [(Scope::Assistant, None), (Scope::Room, None), (Scope::Room, Some(ctx.uuid()))] {
            let refused = code(limits::set(app, &ctx, admin, scope, subject, some).await);
            assert_eq!(refused, "/scope:llm.scope_absent", "{}", house.name());
        }
        limits::remove(app, admin, set.id).await.unwrap();
        assert_eq!(code(limits::remove(app, admin, set.id).await), "llm.limit_not_found");
        assert!(limits::list(app, admin).await.unwrap().is_empty());
        house.finish().await;
    }
}
