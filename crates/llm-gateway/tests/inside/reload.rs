//! Settings that change while questions run, and what operators hear.

use std::time::Duration;

use futures_util::StreamExt;
use llm_client::ErrorClass;
use llm_gateway::{BreakerState, ChatEvent, CredentialState, Gateway, GatewaySettings, Notice, RouteSettings, Secret};
use tokio::sync::broadcast::Receiver;
use tokio::time::sleep;

use crate::fake::*;

fn heard(notices: &mut Receiver<Notice>) -> Vec<Notice> {
    std::iter::from_fn(|| notices.try_recv().ok()).collect()
}

fn credential(gateway: &Gateway, n: usize) -> CredentialState {
    gateway.health().providers[0].credentials[n].state
}

#[tokio::test(start_paused = true)]
async fn a_running_answer_keeps_its_provider_to_the_end() {
    let old = Fake::always(Play::Slow(&["a", "b", "c"], MS(1000)));
    let gateway = gateway(&[&old]);
    let mut answer = gateway.ask(question("a/m")).await.unwrap();
    gateway.reload(GatewaySettings { ..settings(Vec::new()) });
    assert!(gateway.models().await.is_empty() && gateway.health().providers.is_empty());
    assert!(gateway.ask(question("a/m")).await.is_err());
    let mut said = String::new();
    while let Some(event) = answer.stream.next().await {
        if let ChatEvent::Text(piece) = event.unwrap() {
            said.push_str(&piece);
        }
    }
    assert_eq!((said.as_str(), old.running.load(std::sync::atomic::Ordering::SeqCst)), ("abc", 0));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_waits_is_answered_by_what_it_began_with() {
    let a = Fake::new(|asked| if asked.number == 0 { Play::Refuse(failed(ErrorClass::Unavailable)) } else { OK });
    let one = gateway(&[&a]);
    let asked = tokio::spawn({
        let one = one.clone();
        async move { one.ask(question("a/m")).await }
    });
    sleep(MS(100)).await;
    one.reload(settings(Vec::new()));
    assert_eq!(asked.await.unwrap().unwrap().tries.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_learnt_lives_on_under_its_name() {
    let bad = |asked: &Asked| match asked.key.as_deref() {
        Some("secret k1") => Play::Refuse(failed(ErrorClass::Auth)),
        Some("secret k2") => Play::Refuse(hinted(ErrorClass::RateLimited, MS(60_000))),
        _ => Play::Refuse(failed(ErrorClass::Unavailable)),
    };
    let a = Fake::new(bad);
    let with = |keys: &[&str]| settings(vec![provider("a", keys)]);
    let keys = ["k1", "k2", "k3"];
    let gateway =
        Gateway::with_providers(with(&keys), coordination::Coordination::memory(), even(), make(&[("a", &a)]));
    let mut notices = gateway.notices();
    for _ in 0..7 {
        assert!(gateway.ask(question("a/m")).await.is_err());
    }
    let (provider, model) = ("a".to_owned(), "m".to_owned());
    let all = heard(&mut notices);
    let disabled =
        Notice::CredentialDisabled { provider: provider.clone(), credential: "k1".to_owned(), class: ErrorClass::Auth };
    let rests = Notice::CredentialRests { provider: provider.clone(), credential: "k2".to_owned(), rest: MS(60_000) };
    assert_eq!((&all[0], &all[1]), (&disabled, &rests));
    assert!(matches!(&all[2], Notice::BreakerOpened { provider: a, model: m, .. } if *a == provider && *m == model));
    assert_eq!(all.len(), 3, "{all:?}");

    gateway.reload(with(&keys));
    let health = gateway.health().providers.remove(0);
    assert_eq!(health.models[0].breaker, BreakerState::Open);
    assert!(health.models[0].opens_in.is_some_and(|left| left <= MS(5000)));
    assert!(matches!(credential(&gateway, 0), CredentialState::Disabled { class: ErrorClass::Auth, .. }));
    assert!(matches!(credential(&gateway, 1), CredentialState::Resting(left) if left > MS(10_000)));
    assert_eq!(credential(&gateway, 2), CredentialState::Active);

    // Switched off and on, or replaced: the operator knows better.
    let mut off = with(&keys);
    off.providers[0].credentials[0].enabled = false;
    off.providers[0].credentials[1].secret = Secret::from("another".to_owned());
    gateway.reload(off);
    assert_eq!((credential(&gateway, 0), credential(&gateway, 1)), (CredentialState::Off, CredentialState::Active));
    gateway.reload(with(&keys));
    assert_eq!(credential(&gateway, 0), CredentialState::Active);

    // Another address is another service.
    let mut moved = with(&keys);
    moved.providers[0].base_url = "http://elsewhere".to_owned();
    gateway.reload(moved);
    assert!(gateway.health().providers[0].models.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_disabled_key_is_not_used_until_it_is_enabled() {
    let a = Fake::new(|asked| if asked.number == 0 { Play::Refuse(failed(ErrorClass::Payment)) } else { OK });
    let gateway = gateway(&[&a]);
    let mut notices = gateway.notices();
    let first = gateway.ask(question("a/m")).await.unwrap_err();
    assert_eq!((first.error.class, first.tries.len()), (ErrorClass::Payment, 1));
    let second = gateway.ask(question("a/m")).await.unwrap_err();
    assert_eq!((second.error.class, second.error.code.as_deref()), (ErrorClass::Payment, Some("no_credential")));
    assert!((second.tries.len(), a.count()) == (0, 1) && second.error.retry_after.is_some());
    assert!(gateway.enable_credential("A", "k1") && !gateway.enable_credential("a", "k1"));
    assert!(gateway.ask(question("a/m")).await.is_ok());
    let enabled = Notice::CredentialEnabled { provider: "a".to_owned(), credential: "k1".to_owned() };
    assert_eq!(heard(&mut notices).pop(), Some(enabled));
}

#[tokio::test(start_paused = true)]
async fn a_replaced_key_is_used_at_once_and_no_stream_is_dropped() {
    let a = Fake::always(Play::Slow(&["x", "y"], MS(500)));
    let gateway = gateway(&[&a]);
    let running = gateway.ask(question("a/m")).await.unwrap();
    gateway.reload(settings(vec![provider("a", &["k9"])]));
    let next = gateway.ask(question("a/m")).await.unwrap();
    assert_eq!((next.credential.as_deref(), next.credential_id.as_deref()), (Some("label of k9"), Some("k9")));
    assert_eq!((text(running).await.0.as_str(), text(next).await.0.as_str()), ("xy", "xy"));
    assert_eq!(a.keys(), ["secret k1", "secret k9"]);
}

#[tokio::test(start_paused = true)]
async fn routes_and_overrides_change_with_the_next_question() {
    let (a, b) = (Fake::always(OK), Fake::always(OK));
    let gateway = gateway(&[&a, &b]);
    let base = (*gateway.settings()).clone();
    gateway.reload(GatewaySettings { routes: vec![route("all", &["b/m"])], ..base.clone() });
    assert_eq!(gateway.ask(question("route/all")).await.unwrap().id, "b/m");
    let off = llm_gateway::ModelSettings { id: "B/M".to_owned(), disabled: true, ..Default::default() };
    gateway.reload(GatewaySettings { models: vec![off], ..base });
    assert!(gateway.resolve("b/m").await.is_none());
    let _: Vec<RouteSettings> = gateway.settings().routes.clone();
}

#[tokio::test(start_paused = true)]
async fn a_list_that_changes_is_told() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    struct Lists(AtomicUsize);
    impl llm_client::Provider for Lists {
        fn chat(
            &self,
            _: llm_client::ChatRequest,
            _: Option<Secret>,
        ) -> std::pin::Pin<
            Box<dyn Future<Output = Result<llm_client::ChatStream, llm_client::ProviderError>> + Send + '_>,
        > {
            Box::pin(async { Err(failed(ErrorClass::Unknown)) })
        }
        fn models(
            &self,
            _: Option<Secret>,
        ) -> std::pin::Pin<
            Box<dyn Future<Output = Result<Vec<llm_client::ModelInfo>, llm_client::ProviderError>> + Send + '_>,
        > {
            let id = format!("m{}", self.0.fetch_add(1, Ordering::SeqCst) / 2);
            Box::pin(async move { Ok(vec![llm_client::ModelInfo { id, ..llm_client::ModelInfo::default() }]) })
        }
        fn continuation(&self) -> llm_client::Continuation {
            llm_client::Continuation::None
        }
    }
    let lists = Arc::new(Lists(AtomicUsize::new(0)));
    let settings = settings(vec![llm_gateway::ProviderSettings { models: Vec::new(), ..provider("a", &[]) }]);
    let client = lists.clone();
    let gateway = Gateway::with_providers(
        settings,
        coordination::Coordination::memory(),
        even(),
        Arc::new(move |_, _| client.clone()),
    );
    let mut notices = gateway.notices();
    let mut told = Vec::new();
    for _ in 0..3 {
        gateway.models().await;
        sleep(Duration::from_secs(301)).await;
        gateway.models().await;
        sleep(MS(1)).await;
        told.push(heard(&mut notices).len());
    }
    assert_eq!(told.iter().sum::<usize>(), lists.0.load(Ordering::SeqCst).div_ceil(2) - 1, "{told:?}");
    assert!(told.iter().sum::<usize>() >= 1);
}
