//! Many callers and one list that does not come.

#![allow(clippy::unwrap_used, reason = "tests")]
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use llm_client::{ChatRequest, ChatStream, Continuation, Prices, Provider, ProviderKind, Secret};

use super::*;
use crate::settings::{GatewaySettings, ProviderSettings};
use crate::source::{self, Means};

/// A provider whose list never comes.
#[derive(Default)]
struct Silent {
    asked: AtomicU32,
}

impl Provider for Silent {
    fn chat(&self, _: ChatRequest, _: Option<Secret>) -> BoxFuture<'_, Result<ChatStream, ProviderError>> {
        std::future::pending().boxed()
    }

    fn models(&self, _: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        std::future::pending().boxed()
    }

    fn continuation(&self) -> Continuation {
        Continuation::None
    }
}

fn means() -> (Arc<Silent>, Means) {
    let provider = Arc::new(Silent::default());
    let client = provider.clone();
    let (make, chance) = (Arc::new(move |_: &_, _: &_| client.clone() as Arc<dyn Provider>), Arc::new(|| 0.5));
    (provider, Means { make, chance, notices: crate::notice::Notices::new() })
}

#[tokio::test]
async fn what_a_list_says_counts_where_the_operator_is_silent() {
    let listed = ModelInfo {
        id: "Big".to_owned(),
        context_window: Some(1000),
        reasoning: true,
        vision: true,
        prices: Some(Prices { input: Some(150_000), output: Some(600_000), ..Prices::default() }),
        ..ModelInfo::default()
    };
    let entry = |said: Option<ModelSettings>| {
        let one = ProviderSettings::new("one", ProviderKind::OpenRouter, "http://one");
        let models = said.into_iter().collect();
        let settings = GatewaySettings { providers: vec![one], models, ..GatewaySettings::default() };
        let registry = Registry::new(settings, &[], &means().1);
        ModelEntry::new(&registry, &registry.sources[0], &listed).unwrap()
    };
    let plain = entry(None);
    assert_eq!((plain.context_window, plain.reasoning, plain.vision, plain.tools), (Some(1000), true, true, false));
    assert_eq!(plain.price, Some(Price { input: 150_000, output: 600_000, ..Price::default() }));
    assert_eq!(plain.known.tools, None, "not said is not no");
    let price = Some(Price { input: 7, ..Price::default() });
    let said = ModelSettings { id: "one/BIG".to_owned(), price, reasoning: Some(false), ..ModelSettings::default() };
    let overruled = entry(Some(said));
    assert_eq!((overruled.price, overruled.reasoning, overruled.context_window), (price, false, Some(1000)));
}

#[tokio::test]
async fn callers_of_an_old_list_start_one_question_and_no_crowd_of_tasks() {
    let (provider, means) = means();
    let old = Listing::fixed(vec![ModelInfo { id: "old".to_owned(), ..ModelInfo::default() }]);
    let one = ProviderSettings::new("one", ProviderKind::OpenAi, "http://one");
    let settings = GatewaySettings { providers: vec![one], ..GatewaySettings::default() };
    let mut source = Arc::into_inner(source::all(&settings, &[], &means).remove(0)).unwrap();
    source.listing = Arc::new(Listing { limit: Some(Duration::from_secs(10)), ..old });
    let source = Arc::new(source);
    for _ in 0..500 {
        assert_eq!(list(&source).await.map(|models| models.len()), Some(1), "the old list stands");
        tokio::task::yield_now().await;
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 1, "the one who asks");
}

#[tokio::test]
async fn asking_for_a_list_takes_no_key_from_a_question() {
    let (provider, means) = means();
    let keys = ["a", "b", "c"].map(|key| Secret::from(key.to_owned()));
    let one = ProviderSettings::new("one", ProviderKind::OpenAi, "http://one").with_keys(keys);
    let settings = GatewaySettings { providers: vec![one], ..GatewaySettings::default() };
    let mut order = Vec::new();
    for asked in [0, 1] {
        let mut source = Arc::into_inner(source::all(&settings, &[], &means).remove(0)).unwrap();
        source.listing = Arc::new(Listing::asked(Duration::from_millis(1)));
        let source = Arc::new(source);
        if asked == 1 {
            list(&source).await;
            assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
        }
        let now = Instant::now();
        let mut turns = source.state.turns();
        let mut pick = || turns.pick(&source.credentials, &[], &Default::default(), now).unwrap().id.unwrap();
        order.push([pick(), pick(), pick()]);
    }
    assert_eq!(order[0], order[1], "the turns are those of questions alone");
}
