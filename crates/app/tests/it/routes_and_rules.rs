//! Routes, content rules and words about models.

use app::llm::models::{self, ModelDraft};
use app::llm::routes::{self, RouteDraft};
use app::llm::{Changed, TOPIC, rules};
use coordination::Heard;
use domain::llm::{Action, Capabilities, Direction, Route, RouteStep};
use domain::{Error, Kind};

use crate::house::{code, houses};

fn draft(models: &[&str]) -> RouteDraft {
    let steps = models.iter().map(|&model| RouteStep { model: model.to_owned(), may_continue: true }).collect();
    RouteDraft { name: "cepat".into(), steps, enabled: true }
}

#[tokio::test]
async fn routes_are_chains_that_are_there() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let good = async |_: Route| Ok(());
        let missing = async |_: Route| Err(Error::new(Kind::Invalid, "model.none"));
        assert_eq!(code(routes::create(app, &ctx, admin, draft(&[]), good).await), "/steps:empty");
        assert_eq!(code(routes::create(app, &ctx, admin, draft(&["a/b"]), missing).await), "model.none");
        let made = routes::create(app, &ctx, admin, draft(&["a/b", "c/d"]), good).await.unwrap();
        assert_eq!(code(routes::create(app, &ctx, admin, draft(&["a/b"]), good).await), "llm.name_taken");
        let changed = routes::update(app, &ctx, admin, made.id, 1, draft(&["c/d", "a/b"]), good).await.unwrap();
        assert_eq!((changed.version, changed.route.steps()[0].model.as_str()), (2, "c/d"), "{}", house.name());
        assert_eq!(code(routes::update(app, &ctx, admin, made.id, 1, draft(&["a/b"]), good).await), "llm.stale");
        assert_eq!(routes::configured(app).await.unwrap(), [changed]);
        assert_eq!(code(routes::delete(app, admin, made.id, 1).await), "llm.stale");
        routes::delete(app, admin, made.id, 2).await.unwrap();
        assert_eq!(code(routes::get(app, admin, made.id).await), "llm.route_not_found");
        house.finish().await;
    }
}

#[tokio::test]
async fn rules_are_switched_and_their_hits_stay_without_a_text() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let mut bus = app.coordination.bus().subscribe(TOPIC);
        let rule = rules::create(app, &ctx, admin, " rahasia ", Action::Block, Direction::Both).await.unwrap();
        assert_eq!(rule.pattern, "rahasia");
        let Heard::Message(told) = bus.next().await else { panic!("{}", house.name()) };
        assert_eq!(serde_json::from_slice::<Changed>(&told).unwrap(), Changed::Rules);
        assert_eq!(code(rules::create(app, &ctx, admin, "", Action::Flag, Direction::In).await), "/pattern:empty");
        assert_eq!(rules::in_force(app).await.unwrap(), std::slice::from_ref(&rule));
        for _ in 0..5 {
            rules::met(app, &house.system(), &[rule.id], Direction::In, Some(ctx.new_id()), None).await.unwrap();
            house.wait(1);
        }
        rules::switch(app, admin, rule.id, false).await.unwrap();
        rules::switch(app, admin, rule.id, false).await.unwrap();
        assert!(rules::in_force(app).await.unwrap().is_empty());
        rules::delete(app, admin, rule.id).await.unwrap();
        assert_eq!(code(rules::switch(app, admin, rule.id, true).await), "llm.rule_not_found", "{}", house.name());
        let first = rules::hits(app, admin, Some(rule.id), None, 3).await.unwrap();
        let last = first.last().unwrap();
        let rest = rules::hits(app, admin, None, Some((last.at, last.id)), 3).await.unwrap();
        assert_eq!((first.len(), rest.len()), (3, 2), "{}", house.name());
        assert!(first.iter().all(|hit| !rest.contains(hit)));
        house.finish().await;
    }
}

#[tokio::test]
async fn words_about_a_model_are_said_over_and_taken_back() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let draft = |name: &str| ModelDraft {
            name: Some(name.into()),
            context_window: Some(128_000),
            max_output: None,
            capabilities: Capabilities { tools: Some(true), ..Capabilities::default() },
            enabled: true,
        };
        let first = models::set(app, &ctx, admin, "openai/gpt-5", draft("GPT 5")).await.unwrap();
        let again = models::set(app, &ctx, admin, "openai/gpt-5", draft("GPT-5")).await.unwrap();
        assert_eq!((again.id, again.name.as_str()), (first.id, "GPT-5"), "{}", house.name());
        assert_eq!(models::list(app, admin).await.unwrap(), [again]);
        let odd = ModelDraft { context_window: Some(0), ..draft("") };
        assert_eq!(
            code(models::set(app, &ctx, admin, "gpt-5", odd).await),
            "/model:llm.model_invalid /name:empty /context_window:out_of_range"
        );
        models::remove(app, admin, "openai/gpt-5").await.unwrap();
        assert_eq!(code(models::remove(app, admin, "openai/gpt-5").await), "llm.model_not_found");
        house.finish().await;
    }
}
