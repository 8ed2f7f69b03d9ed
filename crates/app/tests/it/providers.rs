//! Providers and credentials: tried out before they are saved, never shown again, one change at a time.

use app::llm::credentials::{self, CredentialChange, NewCredential};
use app::llm::headers::HeaderDraft;
use app::llm::providers::{self, Configured, ProviderDraft};
use domain::llm::{CredentialState, ProviderKind};
use domain::{Error, Kind, Result};
use secrecy::{ExposeSecret, SecretString};

use crate::house::{House, code, houses};

pub fn draft(name: &str) -> ProviderDraft {
    ProviderDraft {
        name: name.into(),
        kind: ProviderKind::OpenAi,
        base_url: "https://api.example.com/v1/".into(),
        headers: vec![("X-Title".into(), HeaderDraft::Set("Obrol".into()))],
        private_network: false,
        models: vec!["gpt-5".into()],
        max_concurrency: Some(8),
        enabled: true,
    }
}

pub fn secret(label: &str, text: &str) -> NewCredential {
    NewCredential { label: label.into(), secret: SecretString::from(text), weight: 1 }
}

/// Says what it was asked to try.
async fn heard(candidate: Configured) -> Result<String> {
    let secrets: Vec<_> = candidate.credentials.iter().map(|one| one.secret.expose_secret().to_owned()).collect();
    Ok(format!("{} {}", candidate.provider.base_url, secrets.join(",")))
}

async fn refuses(_: Configured) -> Result<String> {
    Err(Error::new(Kind::Upstream, "run.auth"))
}

async fn counts(house: &House) -> (usize, usize) {
    let configured = providers::configured(&house.app).await.unwrap();
    (configured.len(), configured.iter().map(|one| one.credentials.len()).sum())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_is_tried_out_before_it_is_saved() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let failed = providers::create(app, &ctx, admin, draft("openai"), vec![secret("a", "sk-a")], refuses).await;
        assert_eq!((code(failed), counts(&house).await), ("run.auth".into(), (0, 0)), "{}", house.name());
        let two = vec![secret("a", "sk-a"), secret("b", "sk-b")];
        let (made, said) = providers::create(app, &ctx, admin, draft("openai"), two, heard).await.unwrap();
        assert_eq!(said.as_deref(), Some("https://api.example.com/v1 sk-a,sk-b"));
        assert_eq!((made.version, counts(&house).await), (1, (1, 2)), "{}", house.name());
        assert_eq!(providers::get(app, admin, made.id).await.unwrap(), made);
        let again = providers::create(app, &ctx, admin, draft("openai"), vec![], heard).await;
        assert_eq!((code(again), counts(&house).await), ("llm.name_taken".into(), (1, 2)), "{}", house.name());
        // One that is off is not tried.
        let off = ProviderDraft { enabled: false, ..draft("later") };
        let (off, said) = providers::create(app, &ctx, admin, off, vec![], refuses).await.unwrap();
        assert_eq!(said, None);
        let on = ProviderDraft { name: "later".into(), ..draft("later") };
        assert_eq!(code(providers::update(app, &ctx, admin, off.id, 1, on.clone(), refuses).await), "run.auth");
        assert!(!providers::get(app, admin, off.id).await.unwrap().enabled, "{}", house.name());
        let (on, _) = providers::update(app, &ctx, admin, off.id, 1, on, heard).await.unwrap();
        assert_eq!((on.version, on.enabled), (2, true));
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_change_the_same_version_one_is_late() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let (made, _) = providers::create(app, &ctx, admin, draft("openai"), vec![], heard).await.unwrap();
        let rivals = (0..8).map(|n| {
            let (app, ctx) = (app.clone(), ctx.clone());
            let draft = ProviderDraft { max_concurrency: Some(n + 1), ..draft("openai") };
            tokio::spawn(async move { code(providers::update(&app, &ctx, admin, made.id, 1, draft, heard).await) })
        });
        let mut outcomes = Vec::new();
        for rival in rivals.collect::<Vec<_>>() {
            outcomes.push(rival.await.unwrap());
        }
        outcomes.sort();
        let expected: Vec<String> = std::iter::repeat_n("llm.stale", 7).chain(["ok"]).map(str::to_owned).collect();
        assert_eq!(outcomes, expected, "{}", house.name());
        assert_eq!(code(providers::delete(app, admin, made.id, 1).await), "llm.stale");
        providers::delete(app, admin, made.id, 2).await.unwrap();
        assert_eq!(code(providers::get(app, admin, made.id).await), "llm.provider_not_found");
        assert_eq!(code(providers::delete(app, admin, made.id, 2).await), "llm.provider_not_found");
        house.finish().await;
    }
}

#[tokio::test]
async fn what_a_provider_may_not_be_is_said_all_at_once() {
    for house in houses().await {
        let bad = ProviderDraft {
            name: "Open AI".into(),
            base_url: "http://api.example.com?key=1".into(),
            headers: vec![("Authorization".into(), HeaderDraft::Set("Bearer x".into()))],
            max_concurrency: Some(0),
            ..draft("x")
        };
        let refused = providers::create(&house.app, &house.system(), house.admin(), bad, vec![], heard).await;
        assert_eq!(
            code(refused),
            "/name:llm.name_invalid /base_url:llm.url_invalid /headers/Authorization:llm.header_secret \
             /max_concurrency:out_of_range"
        );
        let odd = NewCredential { weight: 0, ..secret(" ", "sk a\r\nX: y") };
        let refused = providers::create(&house.app, &house.system(), house.admin(), draft("x"), vec![odd], heard).await;
        assert_eq!(code(refused), "/label:empty /weight:out_of_range /secret:llm.secret_invalid");
        house.finish().await;
    }
}

#[tokio::test]
async fn a_secret_is_replaced_without_being_shown() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let (made, _) =
            providers::create(app, &ctx, admin, draft("openai"), vec![secret("a", "sk-old")], heard).await.unwrap();
        let opened = providers::configured(app).await.unwrap().remove(0).credentials.remove(0);
        // The provider refuses it: off for all, said once.
        assert!(credentials::failed(app, &ctx, opened.id, &opened.seal, "auth").await.unwrap());
        assert!(!credentials::failed(app, &ctx, opened.id, &opened.seal, "auth").await.unwrap());
        let seen = credentials::list(app, admin, made.id).await.unwrap().remove(0);
        assert_eq!((seen.state, seen.disabled_reason.as_deref()), (CredentialState::Disabled, Some("auth")));
        assert!(!format!("{seen:?} {opened:?}").contains("sk-old"), "{seen:?} {opened:?}");
        assert!(!providers::configured(app).await.unwrap()[0].credentials[0].enabled);
        // A new one that does not work changes nothing; one that works is on.
        house.wait(1);
        let change = CredentialChange { secret: Some(SecretString::from("sk-new")), ..CredentialChange::default() };
        let ctx = house.system();
        assert_eq!(
            code(credentials::update(app, &ctx, admin, made.id, seen.id, change.clone(), refuses).await),
            "run.auth"
        );
        let (after, said) = credentials::update(app, &ctx, admin, made.id, seen.id, change, heard).await.unwrap();
        assert_eq!((after.state, after.disabled_reason), (CredentialState::Active, None), "{}", house.name());
        assert_eq!(said.as_deref(), Some("https://api.example.com/v1 sk-new"));
        // What failed was the old secret.
        assert!(!credentials::failed(app, &ctx, opened.id, &opened.seal, "auth").await.unwrap());
        credentials::note_use(app, &ctx, &[seen.id]).await.unwrap();
        let (other, _) = credentials::add(app, &ctx, admin, made.id, secret("b", "sk-b"), heard).await.unwrap();
        let seen = credentials::list(app, admin, made.id).await.unwrap();
        assert_eq!(seen.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["a", "b"], "{}", house.name());
        assert_eq!((seen[0].last_used_at, seen[0].current_key), (Some(ctx.now()), true));
        credentials::remove(app, admin, made.id, other.id).await.unwrap();
        assert_eq!(code(credentials::remove(app, admin, made.id, other.id).await), "llm.credential_not_found");
        providers::delete(app, admin, made.id, 1).await.unwrap();
        assert_eq!(counts(&house).await, (0, 0));
        house.finish().await;
    }
}

fn moved(name: &str) -> ProviderDraft {
    ProviderDraft { base_url: "https://elsewhere.example.com/v1".into(), ..draft(name) }
}

#[tokio::test]
async fn a_secret_goes_where_it_was_entered_for() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let (made, _) = providers::create(app, &ctx, admin, draft("openai"), vec![], heard).await.unwrap();
        // While one administrator's key is tried out, another one moves the provider.
        let adding = credentials::add(app, &ctx, admin, made.id, secret("a", "sk-a"), async |_| {
            providers::update(app, &ctx, admin, made.id, 1, moved("openai"), heard).await.map(|_| ())
        });
        assert_eq!((code(adding.await), counts(&house).await), ("llm.stale".into(), (1, 0)), "{}", house.name());
        // The other way round: while the new address is tried out, a key comes for the old one.
        let moving = providers::update(app, &ctx, admin, made.id, 2, draft("openai"), async |_| {
            credentials::add(app, &ctx, admin, made.id, secret("a", "sk-a"), heard).await.map(|_| ())
        });
        assert_eq!((code(moving.await), counts(&house).await), ("llm.secrets_stay".into(), (1, 1)), "{}", house.name());
        let there = providers::get(app, admin, made.id).await.unwrap();
        assert_eq!((there.version, there.base_url.as_str()), (2, "https://elsewhere.example.com/v1"));
        // A change that moves nothing is in nobody's way.
        let adding = credentials::add(app, &ctx, admin, made.id, secret("b", "sk-b"), async |_| {
            providers::update(app, &ctx, admin, made.id, 2, moved("renamed"), heard).await.map(|_| ())
        });
        adding.await.unwrap();
        assert_eq!(counts(&house).await, (1, 2), "{}", house.name());
        house.finish().await;
    }
}

#[tokio::test]
async fn headers_stay_with_their_address_as_well() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let (made, _) = providers::create(app, &ctx, admin, draft("openai"), vec![], heard).await.unwrap();
        let kept = ProviderDraft { headers: vec![("X-Title".into(), HeaderDraft::Kept)], ..moved("openai") };
        let refused = providers::update(app, &ctx, admin, made.id, 1, kept, heard).await;
        assert_eq!(code(refused), "llm.secrets_stay", "{}", house.name());
        // Entered anew, or taken away, it may move.
        providers::update(app, &ctx, admin, made.id, 1, moved("openai"), heard).await.unwrap();
        let without = ProviderDraft { headers: vec![], ..draft("openai") };
        providers::update(app, &ctx, admin, made.id, 2, without, heard).await.unwrap();
        assert!(providers::get(app, admin, made.id).await.unwrap().headers.names.is_empty(), "{}", house.name());
        let never = ProviderDraft { headers: vec![("X-Odd".into(), HeaderDraft::Kept)], ..draft("openai") };
        assert_eq!(code(providers::update(app, &ctx, admin, made.id, 3, never, heard).await), "/headers/X-Odd:missing");
        house.finish().await;
    }
}
